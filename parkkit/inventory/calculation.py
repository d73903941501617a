"""Calculate: activity times factor, carbon and pollutants alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError, Problem
from parkkit.core.tables import columns, empty
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.activity import used_activity
from parkkit.inventory.factors import CHECKED, SITE, sets_with
from parkkit.inventory.resolution import KEY, resolve
from parkkit.park.package import Park

CALCULATED = "calculated"
RELEASING = ("own", "upstream", "transfer")
USES_SERVED = ("fuel_combustion", "process_output", "treated", "transport_own", "purchased",
               "sold", "self_generated", "wastewater_sent", "waste_sent", "water_withdrawn",
               "water_reused")  # fmt: skip
USED = ("species", "stage", "t_per_base", "missing", "factor_id", "factor_set", "checked",
        "factor_rank", "factor_uncertainty_percent")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation:
    """What the calculation gives: rows of ``emissions``, the activity used, the factors used."""

    emissions: pd.DataFrame
    activity: pd.DataFrame
    factors_used: pd.DataFrame
    notes: tuple[Problem, ...]


@cache
def _greenhouse_gases() -> frozenset[str]:
    species = vocabulary("species")
    return frozenset(species.loc[species["kind"] == "ghg", "species"])


def greenhouse_gases() -> frozenset[str]:
    """Return the species that count as greenhouse gases."""
    return _greenhouse_gases()


def calculate(park: Park, convention: Convention) -> Calculation:
    """Calculate what every activity row of a park generates and releases.

    Generated is activity times generation factor; released is generated times the product, over
    the control devices in series, of (1 - removal share x running share). A release factor is
    already after control: no device is applied to it. No device is applied to a greenhouse gas
    unless it is for that gas.

    Parameters
    ----------
    park : Park
        ``activity`` gives ``amount`` in ``unit``; every plant is calculated, members or not.
    convention : Convention
        Names the factor sets, the grid region and the grid year.

    Returns
    -------
    Calculation
        ``emissions`` in tonnes per activity row and species, status ``computed``, ``partial``
        (some months missing), ``not_computable`` (with what is missing) or a notation key;
        ``activity`` in base units with energy in TJ and tce; ``factors_used`` with every
        candidate and its rank; ``notes``.

    Raises
    ------
    ParkError
        If no factor set is chosen though one is needed, a use is not served yet, or a year has
        no grid factor under ``grid_year="same"``.
    """
    _check_uses(park.activity)
    activity = used_activity(park, convention)
    keys = activity.drop_duplicates("key_id")[["key_id", *KEY]]
    keys = keys[_is_valued(keys)]
    resolved = resolve(keys, park, convention)
    used = resolved[resolved["rank"] == 0]
    _check_grid(activity, used, park, convention)
    wanted, notes = _with_expected(keys, used, convention)
    rows = activity.merge(wanted[["key_id", *USED]], on="key_id")
    emissions = _emissions(rows, park)
    notes += _grid_notes(used, convention) + _uncontrolled(emissions, park)
    return Calculation(
        emissions=emissions, activity=activity, factors_used=resolved, notes=tuple(notes)
    )


def _is_valued(keys: pd.DataFrame) -> pd.Series:
    """Tell what has a release: of what is bought, energy alone (the rest would be scope 3)."""
    gives = keys["use"].map(vocabulary("uses").set_index("use")["gives"])
    kind = keys["item"].map(vocabulary("items").set_index("item")["kind"])
    return gives.isin(RELEASING) & ((keys["use"] != "purchased") | (kind == "energy"))


def _check_uses(activity: pd.DataFrame) -> None:
    problems = [
        Problem(code="not_served", file="activity.csv", row=int(row), column="use",
                values={"name": "use", "given": use, "served": list(USES_SERVED)})
        for row, use in zip(activity.index.tolist(), activity["use"], strict=True)
        if use not in USES_SERVED
    ]  # fmt: skip
    if problems:
        raise ParkError("file_has_problems", given="activity.csv", count=len(problems),
                        problems=problems)  # fmt: skip


def _check_grid(
    activity: pd.DataFrame, used: pd.DataFrame, park: Park, convention: Convention
) -> None:
    """Refuse a year without a grid factor: a wrong factor would be a wrong number."""
    is_power = (activity["use"] == "purchased") & (activity["item"] == "electricity")
    bought = activity[is_power & activity["amount"].notna()]
    if park.about.country != "CN" or not len(bought):
        return
    without = bought[~bought["key_id"].isin(used["key_id"])]
    if len(without):
        raise ParkError(
            "no_grid_factor", year=int(without["year"].min()), given=convention.grid_year,
            region=park.about.province or "?", sets=list(convention.factor_sets),
        )  # fmt: skip


def _with_expected(
    keys: pd.DataFrame, used: pd.DataFrame, convention: Convention
) -> tuple[pd.DataFrame, list[Problem]]:
    """Add a not-computable row for each species that an item has a factor for elsewhere only."""
    known = set(zip(used["key_id"], used["species"], strict=True))
    gives = dict(vocabulary("uses")[["use", "gives"]].itertuples(index=False, name=None))
    rows: list[dict[str, object]] = []
    notes: list[Problem] = []
    for (item, use), group in keys.groupby(["item", "use"]):
        sets = sets_with(str(item), str(use))
        is_release = gives[str(use)] != "transfer"
        if is_release and not sets and not group["key_id"].isin(used["key_id"]).all():
            notes.append(Problem(code="no_factor_anywhere", is_warning=True,
                                 values={"item": item, "use": use}))  # fmt: skip
        if sets and not convention.factor_sets and not group["key_id"].isin(used["key_id"]).all():
            raise ParkError("no_set_for_item", item=item, known=sorted({*sum(sets.values(), ())}))
        chosen = {s: v for s, v in sets.items() if set(v) & set(convention.factor_sets)} or sets
        rows += [
            {"key_id": key_id, "species": species, "missing": "factor",
             "factor_set": ";".join(chosen[species])}
            for key_id in group["key_id"] for species in chosen if (key_id, species) not in known
        ]  # fmt: skip
    return pd.concat([used, pd.DataFrame(rows)], ignore_index=True) if rows else used, notes


def _emissions(rows: pd.DataFrame, park: Park) -> pd.DataFrame:
    """Lay the resolved rows out as the ``emissions`` table."""
    if not len(rows):
        return empty("emissions")
    uses = vocabulary("uses").set_index("use")
    gives = rows["use"].map(uses["gives"])
    passed, control = _passed_share(rows, gives, park)
    amount = rows["amount"] * rows["t_per_base"]
    is_generation = rows["stage"] == "generation"
    medium = vocabulary("species").set_index("species")["medium"]
    plants = park.enterprises.drop_duplicates("enterprise_id").set_index("enterprise_id")
    table = rows.assign(
        source_id=source_ids(rows),
        industry_code=rows["enterprise_id"].map(plants["industry_code"]).fillna(""),
        source_class=source_class(rows["process_type"], rows["use"]),
        control=control,
        medium=rows["species"].map(medium),
        generated_t=amount.where(is_generation),
        sent_t=(amount * passed).where(gives == "transfer"),
        emissions_t=amount * passed,
        co2e_t=np.nan,
        is_biogenic=_is_biogenic(rows),
        part_of="",
        list=CALCULATED,
        release_id="",
        factor_id=rows["factor_id"].fillna(""),
        factor_set=rows["factor_set"].fillna(""),
        is_factor_checked=rows["checked"].isin([CHECKED, SITE]),
        activity_rank=rows["data_rank"],
        activity_uncertainty_percent=rows["uncertainty_percent"],
        distribution="",
        missing=rows["missing"].fillna(""),
    )
    table = table.assign(scope=_scope(table, uses), status=_status(table))
    return table[[column.name for column in columns("emissions")]]


def source_ids(rows: pd.DataFrame) -> pd.Series:
    """Return ``enterprise/process[/stack]`` for each row."""
    base = rows["enterprise_id"] + "/" + rows["process"]
    return base.where(rows["stack_id"] == "", base + "/" + rows["stack_id"])


def source_class(process_type: pd.Series, use: pd.Series) -> pd.Series:
    """Return the source class of each row: energy, process or waste.

    Burning a fuel is energy wherever it happens; else the process type tells.
    """
    processes = vocabulary("processes").drop_duplicates("process_type").set_index("process_type")
    by_process = process_type.map(processes["source_class"]).fillna("")
    return by_process.mask(use.isin(["fuel_combustion", "purchased", "transport_own"]), "energy")


def _is_biogenic(rows: pd.DataFrame) -> pd.Series:
    flags = vocabulary("items").set_index("item")["is_biogenic"] == "yes"
    return rows["item"].map(flags).astype(bool) & (rows["species"] == "co2")


def _scope(table: pd.DataFrame, uses: pd.DataFrame) -> pd.Series:
    """Scope follows from the use; a pollutant has none, biogenic CO2 is a memo."""
    scope = pd.to_numeric(table["use"].map(uses["scope"])).astype("Int64")
    counts = table["species"].isin(_greenhouse_gases()) & ~table["is_biogenic"]
    upstream = table["use"].map(uses["gives"]) == "upstream"
    return scope.where(counts | upstream)


def _status(table: pd.DataFrame) -> pd.Series:
    status = pd.Series("computed", index=table.index, dtype="str")
    status = status.mask(table["coverage_share"] < 1, "partial")
    status = status.mask(table["emissions_t"].isna(), "not_computable")
    return status.mask(table["notation"] != "", table["notation"])


def _passed_share(rows: pd.DataFrame, gives: pd.Series, park: Park) -> tuple[pd.Series, pd.Series]:
    """Return what share passes the control devices of each row, and the devices' names."""
    match = ["enterprise_id", "process", "stack_id", "species"]
    wanted = rows[[*match, "year"]].reset_index(names="at")
    devices = park.abatement
    found = wanted.merge(devices, on=match[:2] + ["species"], suffixes=("", "_device"))
    stack = found["stack_id_device"]
    found = found[
        ((stack == "") | (stack == found["stack_id"]))
        & (found["valid_from"].astype(float).fillna(-np.inf) <= found["year"])
        & (found["valid_to"].astype(float).fillna(np.inf) >= found["year"])
    ].sort_values(["at", "order", "device_id"])
    pass_share = 1 - found["removal_share"] * found["running_share"]
    by_row = pass_share.groupby(found["at"]).prod().reindex(rows.index).fillna(1.0)
    names_used = found.groupby("at")["technology"].agg("+".join).reindex(rows.index).fillna("")
    applies = (rows["stage"] == "generation") & gives.isin(["own", "transfer"])
    return by_row.where(applies, 1.0), names_used.where(applies, "")


def _uncontrolled(emissions: pd.DataFrame, park: Park) -> list[Problem]:
    """Say where devices stand beside a release factor: that factor is already after control."""
    devices = park.abatement[["enterprise_id", "process", "species"]].drop_duplicates()
    after = emissions[emissions["generated_t"].isna() & emissions["emissions_t"].notna()
                      & (emissions["list"] == CALCULATED)]  # fmt: skip
    both = after.merge(devices, on=["enterprise_id", "process", "species"])
    cells = both.drop_duplicates(["source_id", "species"])
    return [
        Problem(code="control_not_applied", file="abatement.csv", is_warning=True,
                values={"source": source, "species": species})
        for source, species in zip(cells["source_id"], cells["species"], strict=True)
    ]  # fmt: skip


def _grid_notes(used: pd.DataFrame, convention: Convention) -> list[Problem]:
    """Say for which years a grid factor of another year served."""
    grid = used[(used["item"] == "electricity") & (used["factor_year"] != used["year"])]
    years = grid[grid["factor_set"] != SITE].drop_duplicates("year").sort_values("year")
    return [
        Problem(code="grid_year_nearest", is_warning=True,
                values={"year": int(row["year"]), "taken": int(row["factor_year"]),
                        "given": convention.grid_year})
        for row in years.to_dict("records") if pd.notna(row["factor_year"])
    ]  # fmt: skip
