"""Resolution: which factor is used for each distinct key, and which ones lost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.units import conversions
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.factors import (
    CHECKED,
    FORMULAS,
    SITE,
    Formula,
    check_sets,
    factor_table,
)
from parkkit.park.package import Park

KEY = ("site_id", "site_process", "item", "use", "process_type", "technology", "region", "year")
SITE_STAGES = {"emission_factor": "release", "release_factor": "release",
               "generation_factor": "generation"}  # fmt: skip


def resolve(keys: pd.DataFrame, park: Park, convention: Convention) -> pd.DataFrame:
    """Return every candidate factor of each key, ranked; rank 0 is the one used.

    A candidate is a site parameter of the plant, else a row of the convention's sets in their
    order; inside a set the exact item goes before its group, the exact technology before the
    general one, the nearest year first. A candidate whose parameters are not all there ranks
    after the complete ones.

    Parameters
    ----------
    keys : DataFrame
        ``key_id`` and the columns of ``KEY``, one row a distinct key.

    Returns
    -------
    DataFrame
        ``key_id``, ``species``, ``rank``, ``t_per_base`` (tonnes released or generated per base
        unit of the item; missing when not computable), ``missing`` (the parameters that are not
        there), ``stage``, ``factor_id``, ``factor_set``, ``checked``, ``factor_rank``,
        ``factor_uncertainty_percent``, ``factor_year``, and the parameters used.
    """
    check_sets(convention)
    leads = pd.concat([_site_leads(keys, park), _set_leads(keys, convention)], ignore_index=True)
    leads = _with_values(leads, keys, park, convention)
    order = ["key_id", "species", "is_incomplete", "set_rank", "item_rank", "process_rank",
             "years_apart", "factor_year", "factor_id"]  # fmt: skip
    ranked = leads.sort_values(order, kind="stable").reset_index(drop=True)
    return ranked.assign(rank=ranked.groupby(["key_id", "species"]).cumcount())


def _with_base(keys: pd.DataFrame) -> pd.DataFrame:
    items = vocabulary("items").set_index("item")
    return keys.assign(
        base=keys["item"].map(items["base_unit"]), group=keys["item"].map(items["item_group"])
    )


def _set_leads(keys: pd.DataFrame, convention: Convention) -> pd.DataFrame:
    """Return the rows of the convention's sets that fit each key."""
    table = factor_table()
    place = {name: rank for rank, name in enumerate(convention.factor_sets)}
    leads = table[(table["formula"] != "") & table["factor_set"].isin(place)]
    found = _fitting(_with_base(keys), leads, convention)
    return found.assign(set_rank=found["factor_set"].map(place).astype(float) + 2)


def _fitting(keys: pd.DataFrame, leads: pd.DataFrame, convention: Convention) -> pd.DataFrame:
    """Join keys to factors by item or its group, and keep those that fit process and period."""
    exact = keys.merge(leads, left_on="item", right_on="factor_item").assign(item_rank=0)
    grouped = keys[keys["group"] != ""].merge(leads, left_on="group", right_on="factor_item")
    found = pd.concat([exact, grouped.assign(item_rank=1)], ignore_index=True)
    kinds = found["kind"].isin(["", "average"])
    fits = kinds & ((found["factor_use"] == "") | (found["factor_use"] == found["use"]))
    for column in ("process_type", "technology", "region"):
        wanted = found[f"factor_{column}"]
        fits &= (wanted == "") | (wanted == found[column])
    apart, in_time = _years_apart(found, convention)
    found = found.assign(
        years_apart=apart,
        factor_year=found["valid_from"],
        process_rank=2
        - (found["factor_process_type"] != "").astype(int)
        - (found["factor_technology"] != "").astype(int),
    )
    return found[fits & in_time]


def _years_apart(found: pd.DataFrame, convention: Convention) -> tuple[pd.Series, pd.Series]:
    """Return how far a factor's year is, and whether it may serve (grid years by the rule)."""
    early = (found["valid_from"] - found["year"]).clip(lower=0).fillna(0)
    late = (found["year"] - found["valid_to"]).clip(lower=0).fillna(0)
    apart = (early + late).astype(float)
    is_grid = found["kind"] != ""
    if convention.grid_year == "nearest":
        return apart, (apart == 0) | is_grid
    if isinstance(convention.grid_year, int):
        is_vintage = found["valid_from"] == convention.grid_year
        return apart, ((apart == 0) & ~is_grid) | (is_grid & is_vintage)
    return apart, apart == 0


def _site_leads(keys: pd.DataFrame, park: Park) -> pd.DataFrame:
    """Return the plant's own factors as candidates that go before every set."""
    site = park.site_factors
    own = site[site["parameter"].isin(SITE_STAGES) & (site["species"] != "")]
    found = _site_rows(_with_base(keys), own)
    is_process = (found["process"] != "").astype(float)
    return pd.DataFrame(
        {
            **{name: found[name] for name in ("key_id", *KEY, "base", "species", "value", "unit")},
            "stage": found["parameter"].map(SITE_STAGES),
            "formula": "per_amount",
            "factor_set": SITE,
            "factor_id": _site_id(found),
            "checked": SITE,
            "site_rank": found["factor_rank"],
            "set_rank": 1 - is_process,
            "item_rank": 0,
            "process_rank": 0,
            "years_apart": 0.0,
            "factor_year": found["valid_from"],
        }
    )


def _site_id(found: pd.DataFrame) -> pd.Series:
    parts = found[["enterprise_id", "process", "item", "parameter", "species"]]
    return parts.agg("/".join, axis=1).radd(f"{SITE}/") if len(parts) else pd.Series(dtype="str")


def _site_rows(keys: pd.DataFrame, site: pd.DataFrame) -> pd.DataFrame:
    """Return site parameters beside the keys they are valid for."""
    rows = site.astype({"valid_from": "float64", "valid_to": "float64"})
    found = keys.merge(rows, left_on=["site_id", "item"], right_on=["enterprise_id", "item"])
    fits = (found["process"] == "") | (found["process"] == found["site_process"])
    fits &= found["valid_from"].fillna(-np.inf) <= found["year"]
    fits &= found["valid_to"].fillna(np.inf) >= found["year"]
    return found[fits]


def _with_values(
    leads: pd.DataFrame, keys: pd.DataFrame, park: Park, convention: Convention
) -> pd.DataFrame:
    """Add tonnes per base unit to each candidate, or what it misses."""
    parameters = _parameters(keys, park, convention)
    done = [
        _evaluated(rows, FORMULAS[str(name)], parameters)
        for name, rows in leads.groupby("formula", sort=True)
    ]
    if not done:
        return leads.assign(t_per_base=np.nan, missing="", is_incomplete=False, factor_rank=np.nan,
                            factor_uncertainty_percent=np.nan, parameters_used="")  # fmt: skip
    table = pd.concat(done, ignore_index=True)
    spread = table[["uncertainty_low_percent", "uncertainty_high_percent"]].abs().max(axis=1)
    rank = table["checked"].map({CHECKED: 4.0, "seen_once": 4.0, "recalled": 5.0})
    return table.assign(
        is_incomplete=table["missing"] != "",
        factor_uncertainty_percent=spread,
        factor_rank=table["site_rank"].fillna(rank),
    )


def _evaluated(rows: pd.DataFrame, formula: Formula, parameters: pd.DataFrame) -> pd.DataFrame:
    values, own = _lead_values(rows, formula, parameters)
    columns: dict[str, pd.Series] = {}
    missing = pd.Series("", index=rows.index, dtype="str")
    used = own
    for name, unit in formula.needs.items():
        best = _best_parameter(rows, parameters, name, same_set=formula.same_set)
        columns[name] = best["value"] * _converted(best["unit"], unit, rows["base"])
        missing = missing.where(columns[name].notna(), missing + ";" + name)
        used = used.where(columns[name].isna(), used + ";" + _told(name, best))
    return rows.assign(
        t_per_base=formula.tonnes(values, columns).astype("float64"),
        missing=missing.str.strip(";"),
        parameters_used=used.str.strip(";"),
    )


def _told(name: str | pd.Series, best: pd.DataFrame) -> pd.Series:
    """Return each parameter as a reader checks it: name, value with its unit, where from."""
    value = best["value"].map("{:.10g}".format)
    unit = best["unit"].fillna("").where(best["unit"] != "1", "")
    told = (name + " " + value + " " + unit).str.strip()
    return told + " (" + best["parameter_id"].fillna("") + ")"


def _lead_values(
    rows: pd.DataFrame, formula: Formula, parameters: pd.DataFrame
) -> tuple[pd.Series, pd.Series]:
    """Return each candidate's own value, and the plant's measured one that replaces it.

    A plant may have measured what a set gives as a default, such as its coal's carbon content.
    """
    in_set = rows["value"] * _converted(rows["unit"], formula.unit, rows["base"])
    is_site = parameters["factor_set"] == SITE
    measured = parameters[is_site & ~parameters["parameter"].isin(SITE_STAGES)]
    if not len(measured):
        return in_set, pd.Series("", index=rows.index, dtype="str")
    found = rows[["key_id", "parameter"]].reset_index(names="lead").merge(measured)
    first = found.drop_duplicates("lead").set_index("lead").reindex(rows.index)
    at_site = first["value"] * _converted(first["unit"], formula.unit, rows["base"])
    told = _told(first["parameter"].fillna(""), first)
    return at_site.fillna(in_set), told.where(at_site.notna(), "").astype("str")


def _converted(units: pd.Series, wanted: str, base: pd.Series) -> pd.Series:
    """Return what each value is multiplied by to be in ``wanted``, per row's base unit."""
    return conversions(units, base.map({unit: wanted.format(base=unit) for unit in set(base)}))


def _parameters(keys: pd.DataFrame, park: Park, convention: Convention) -> pd.DataFrame:
    """Return every parameter of every key, the site's first, then by the order of the sets."""
    table = factor_table()
    place = {name: rank for rank, name in enumerate(convention.factor_sets)}
    rows = table[(table["parameter"] != "emission_factor") & table["factor_set"].isin(place)]
    in_sets = _fitting(_with_base(keys), rows, convention)
    in_sets = in_sets.assign(
        order=in_sets["factor_set"].map(place).astype(float) + 2, parameter_id=in_sets["factor_id"]
    )
    site = _site_rows(_with_base(keys), park.site_factors)
    site = site.assign(
        order=1 - (site["process"] != "").astype(float), factor_set=SITE, item_rank=0,
        process_rank=0, parameter_id=_site_id(site),
    )  # fmt: skip
    columns = ["key_id", "parameter", "factor_set", "order", "item_rank", "process_rank", "value",
               "unit", "parameter_id"]  # fmt: skip
    both = pd.concat([site[columns], in_sets[columns]], ignore_index=True)
    return both.sort_values(
        ["key_id", "parameter", "order", "item_rank", "process_rank", "parameter_id"]
    )


def _best_parameter(
    rows: pd.DataFrame, parameters: pd.DataFrame, name: str, *, same_set: bool
) -> pd.DataFrame:
    """Return one parameter per candidate row: its site's, else its set's or the first set's."""
    offered = parameters[parameters["parameter"] == name]
    columns = ["value", "unit", "parameter_id"]
    wanted = rows[["key_id", "factor_set"]].reset_index(names="lead")
    joined = wanted.merge(offered, on="key_id", suffixes=("", "_offered"))
    if same_set:
        from_own = joined["factor_set_offered"].isin([SITE])
        joined = joined[from_own | (joined["factor_set_offered"] == joined["factor_set"])]
    first = joined.drop_duplicates("lead").set_index("lead")[columns]
    return first.reindex(rows.index)


def heat_values(keys: pd.DataFrame, park: Park, convention: Convention) -> pd.Series:
    """Return the heat value of each key's item in TJ per base unit, by ``key_id``.

    The site's own value goes first, then the convention's sets in their order; an item without
    one (water, products) is absent.
    """
    offered = _parameters(keys, park, convention)
    first = offered[offered["parameter"] == "ncv"].drop_duplicates("key_id")
    rows = first.merge(_with_base(keys)[["key_id", "base"]], on="key_id")
    values = rows["value"] * _converted(rows["unit"], "TJ/{base}", rows["base"])
    return pd.Series(values.to_numpy(), index=rows["key_id"])
