"""Resolution: which factor is used for each distinct key, and which ones lost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError
from parkkit.core.units import measures
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.factors import (
    AS_ITEM,
    CHECKED,
    OWN,
    SITE,
    STAGES,
    check_sets,
    factors_of,
)
from parkkit.inventory.formulas import FORMULAS, Formula
from parkkit.inventory.matching import (
    HEAT,
    KEY,
    converted,
    fitting,
    site_id,
    site_rows,
    with_base,
)
from parkkit.inventory.parameters import best_parameter, parameters_of
from parkkit.park.package import Park

SUPPLIED = "supplied_factor"
# Of five, the best first: a park's own, published national defaults, what was only recalled.
DOUBT = {SITE: 0, OWN: 1, CHECKED: 2, "seen_once": 3, "recalled": 4}
RANKS = {CHECKED: 4.0, "seen_once": 4.0, "recalled": 5.0, OWN: 3.0}


def resolve(
    keys: pd.DataFrame,
    park: Park,
    convention: Convention,
    *,
    parameters: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return every candidate factor of each key, ranked; rank 0 is the one used.

    A candidate is a site parameter of the plant, else what its supplier says of the energy it
    sells, else a row of the convention's sets in their order; inside a set the exact item goes
    before its group, the exact technology before the general one, the nearest year first. A
    candidate whose parameters are not all there ranks after the complete ones.

    Parameters
    ----------
    keys : DataFrame
        ``key_id`` and the columns of ``KEY``, one row a distinct key.
    parameters : DataFrame, optional
        What ``parameters_of`` returned for these keys, where it stands already.

    Returns
    -------
    DataFrame
        ``key_id``, ``species``, ``rank``, ``t_per_base`` (tonnes released or generated per base
        unit of the item; missing when not computable), ``missing`` (the parameters that are not
        there), ``stage``, ``factor_id``, ``factor_set``, ``checked``, ``factor_rank``,
        ``factor_uncertainty_percent``, ``factor_year``, and the parameters used.
    """
    check_sets(convention, park)
    in_sets = _set_leads(keys, park, convention)
    own = [_site_leads(keys, park), _supplier_leads(keys, park)] if len(park.site_factors) else []
    leads = pd.concat([*own, in_sets], ignore_index=True)
    if convention.electricity == "fossil_except_green":
        # The notice knows one factor for all power that no claim covers.
        is_power = (leads["item"] == "electricity") & (leads["use"] == "purchased")
        leads = leads[~is_power | (leads.get("kind", "") == "fossil")]
    if parameters is None:
        parameters = parameters_of(keys, park, convention)
    leads = _with_values(leads, parameters)
    order = ["key_id", "species", "is_incomplete", "set_rank", "item_rank", "process_rank",
             "region_rank", "years_apart", "factor_year", "factor_id"]  # fmt: skip
    ranked = leads.sort_values(order, kind="stable").reset_index(drop=True)
    return ranked.assign(rank=ranked.groupby(["key_id", "species"]).cumcount())


def _set_leads(keys: pd.DataFrame, park: Park, convention: Convention) -> pd.DataFrame:
    """Return the rows of the convention's sets that fit each key."""
    table = factors_of(park)
    place = {name: rank for rank, name in enumerate(convention.factor_sets)}
    leads = table[(table["formula"] != "") & table["factor_set"].isin(place)]
    found = fitting(with_base(keys), leads, convention)
    itself = found["item"].map(vocabulary("items").set_index("item")["species"])
    return found.assign(
        species=found["species"].mask(found["species"] == AS_ITEM, itself),
        set_rank=found["factor_set"].map(place).astype(float) + 2,
        site_rank=np.nan,
    )


def _site_leads(keys: pd.DataFrame, park: Park) -> pd.DataFrame:
    """Return the plant's own factors as candidates that go before every set."""
    site = park.site_factors
    found = site_rows(with_base(keys), site[site["parameter"].isin(STAGES)])
    return _as_leads(found, set_rank=1 - (found["process"] != "").astype(float))


def _supplier_leads(keys: pd.DataFrame, park: Park) -> pd.DataFrame:
    """Return what a supplier says of the power or heat it sells, for those who buy it."""
    site = park.site_factors
    sold = site[site["parameter"] == SUPPLIED].assign(process="")
    bought = with_base(keys[(keys["supplier_id"] != "") & (keys["use"] == "purchased")])
    found = site_rows(bought.assign(site_id=bought["supplier_id"]), sold)
    return _as_leads(found, set_rank=pd.Series(1.5, index=found.index))


def _as_leads(found: pd.DataFrame, *, set_rank: pd.Series) -> pd.DataFrame:
    items = vocabulary("items").set_index("item")
    per_energy = pd.Series(
        [
            kind in ("fuel", "energy")
            and measures(unit, "t/TJ") and not measures(unit, f"t/{base}")
            for kind, unit, base in zip(
                found["item"].map(items["kind"]), found["unit"], found["base"], strict=True
            )
        ],
        index=found.index, dtype=bool,
    )  # fmt: skip
    return pd.DataFrame(
        {
            **{name: found[name] for name in ("key_id", *KEY, "base", "species", "value", "unit")},
            "stage": found["parameter"].map(STAGES).fillna("release"),
            "formula": np.where(per_energy, "per_energy", "per_amount"),
            "factor_set": SITE,
            "factor_id": site_id(found),
            "checked": SITE,
            "source": found["origin"],
            "site_rank": found["factor_rank"],
            "uncertainty_high_percent": found["uncertainty_percent"],
            "set_rank": set_rank,
            "item_rank": 0,
            "process_rank": 0,
            "region_rank": 0,
            "years_apart": 0.0,
            "factor_year": found["valid_from"],
        }
    )


def _with_values(leads: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """Add tonnes per base unit to each candidate, or what it misses."""
    done = [
        _evaluated(rows, FORMULAS[str(name)], parameters)
        for name, rows in leads.groupby("formula", sort=True)
    ]
    if not done:
        return leads.assign(t_per_base=np.nan, missing="", is_incomplete=False, factor_rank=np.nan,
                            factor_uncertainty_percent=np.nan, parameters_used="")  # fmt: skip
    table = pd.concat(done, ignore_index=True)
    spread = table[["uncertainty_low_percent", "uncertainty_high_percent"]].abs().max(axis=1)
    # What a set's numbers rest on: a parameter that was only recalled makes the factor so.
    worst = table["least_known"].where(table["checked"] != SITE, SITE)
    table = table.assign(checked=worst).drop(columns="least_known")
    rank = table["checked"].map(RANKS)
    return table.assign(
        is_incomplete=table["missing"] != "",
        factor_uncertainty_percent=spread,
        factor_rank=table["site_rank"].fillna(rank),
    )


def _evaluated(rows: pd.DataFrame, formula: Formula, parameters: pd.DataFrame) -> pd.DataFrame:
    values, measured = _lead_values(rows, formula, parameters)
    columns: dict[str, pd.Series] = {}
    missing = pd.Series("", index=rows.index, dtype="str")
    used = pd.Series("", index=rows.index, dtype="str")
    doubt = measured.get("checked", rows["checked"]).fillna(rows["checked"]).map(DOUBT)
    is_heat = _is_heat(rows)
    for name, unit in formula.needs.items():
        best = best_parameter(rows, parameters, name, same_set=formula.same_set)
        columns[name] = best["value"] * converted(best["unit"], unit, rows["base"])
        if name == "ncv":  # what is given in heat needs no heat value
            columns[name] = columns[name].mask(is_heat, 1.0)
            best = best.mask(is_heat)
        missing = missing.where(columns[name].notna(), missing + ";" + name)
        used = used.where(best["value"].isna(), used + ";" + _told(name, best))
        doubt = doubt.combine(best["checked"].map(DOUBT), max, fill_value=0)
    tonnes = formula.tonnes(values, columns).astype("float64")
    if "ncv" not in formula.needs and is_heat.any():
        best = best_parameter(rows, parameters, "ncv", same_set=False)
        per_heat = best["value"] * converted(best["unit"], "TJ/{base}", rows["base"])
        tonnes = tonnes.where(~is_heat, tonnes / per_heat)
        missing = missing.where(~is_heat | per_heat.notna(), missing + ";ncv")
        used = used.where(~is_heat | per_heat.isna(), used + ";" + _told("ncv", best))
    own = measured.notna().any(axis=1)
    return rows.assign(
        # Of a measured value counts its own uncertainty, told or not, never that of the set's.
        **{str(name): rows[name].mask(own, measured[name]) for name in measured},
        # A number is no better known than the least known of its parts.
        least_known=doubt.map({rank: mark for mark, rank in DOUBT.items()}),
        t_per_base=tonnes,
        missing=missing.str.strip(";"),
        parameters_used=used.str.strip(";"),
    )


def _is_heat(rows: pd.DataFrame) -> pd.Series:
    """Tell the rows whose amount is given in heat, not in the unit that their item has."""
    return (rows["amount_unit"] == HEAT) & (rows["base"] != HEAT)


def _told(name: str | pd.Series, best: pd.DataFrame) -> pd.Series:
    """Return each parameter as a reader checks it: name, value with its unit, where from."""
    value = best["value"].map("{:.10g}".format)
    unit = best["unit"].fillna("").where(best["unit"] != "1", "")
    told = (name + " " + value + " " + unit).str.strip()
    return told + " (" + best["parameter_id"].fillna("") + ")"


def _lead_values(
    rows: pd.DataFrame, formula: Formula, parameters: pd.DataFrame
) -> tuple[pd.Series, pd.DataFrame]:
    """Return each candidate's value, and what is told of a measured one that replaces a set's.

    A plant may have measured what a set gives as a default, such as its coal's carbon content.
    """
    _check_units(rows, formula)
    in_set = rows["value"] * converted(rows["unit"], formula.unit, rows["base"])
    is_site = parameters["factor_set"] == SITE
    measured = parameters[is_site & ~parameters["parameter"].isin([*STAGES, SUPPLIED])]
    if not len(measured):
        return in_set, pd.DataFrame(index=rows.index)
    found = rows[["key_id", "parameter"]].reset_index(names="lead").merge(measured)
    first = found.drop_duplicates("lead").set_index("lead").reindex(rows.index)
    at_site = first["value"] * converted(first["unit"], formula.unit, rows["base"])
    if not at_site.notna().any():
        return in_set, pd.DataFrame(index=rows.index)
    told = pd.DataFrame(
        {
            "factor_id": first["parameter_id"],
            "value": first["value"],
            "unit": first["unit"],
            "checked": first["unit"].map(lambda unit: SITE, na_action="ignore"),
            "uncertainty_low_percent": np.nan,
            "uncertainty_high_percent": first["uncertainty_percent"],
        }
    )
    return at_site.fillna(in_set), told


def _check_units(rows: pd.DataFrame, formula: Formula) -> None:
    """Refuse a factor whose unit its formula cannot take, by its name."""
    given = rows[["unit", "base", "factor_id", "formula"]].drop_duplicates(["unit", "base"])
    for row in given.to_dict("records"):
        wanted = formula.unit.format(base=row["base"])
        if not measures(row["unit"], wanted):
            raise ParkError("wrong_dimension", where=f"{row['factor_id']} ({row['formula']})",
                            given=row["unit"], wanted=wanted)  # fmt: skip
