"""Calculate: activity times factor, carbon and pollutants alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import Problem
from parkkit.core.tables import columns, empty
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.activity import used_activity, with_energy
from parkkit.inventory.controls import control_cautions
from parkkit.inventory.devices import CELL as DEVICE_CELL
from parkkit.inventory.devices import controlled
from parkkit.inventory.expectation import (
    CONVERSION_USES,
    ENERGY_USES,
    PROCESS_USES,
    WASTE_USES,
    check_grid,
    with_expected,
)
from parkkit.inventory.factors import CHECKED, SITE
from parkkit.inventory.matching import KEY
from parkkit.inventory.parameters import parameters_of
from parkkit.inventory.parts import check_parts
from parkkit.inventory.resolution import resolve
from parkkit.park.package import Park

CALCULATED = "calculated"
RELEASING = ("own", "upstream", "transfer", "memo")
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
    unless it is for that gas, and none for a whole (PM) to a part of it (PM2.5), whose release is
    not computable then.

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
        If no factor set is chosen though one is needed, a year has no grid factor under
        ``grid_year="same"``, or a part comes out above its whole (PM2.5 above PM10).
    """
    activity = used_activity(park, convention)
    keys = activity.drop_duplicates("key_id")[["key_id", *KEY]]
    parameters = parameters_of(keys, park, convention)
    activity = with_energy(activity, parameters)
    keys = keys[_is_valued(keys, convention)]
    resolved = resolve(keys, park, convention, parameters=parameters)
    used = resolved[resolved["rank"] == 0]
    wanted, notes = with_expected(keys, used, activity, convention)
    check_grid(activity, used, park, convention)
    told = _described(wanted[["key_id", *USED]].merge(keys, on="key_id"))
    # What follows from the key and the species alone is told once for each, not once a row.
    rows = activity.merge(told.drop(columns=list(KEY)), on="key_id")
    passing, passed = controlled(_staged(rows), park, convention)
    emissions = _emissions(rows, passing, park)
    check_parts(emissions, activity, park)
    notes += [*_grid_notes(used, convention), *passed,
              *control_cautions(activity, park, convention)]  # fmt: skip
    return Calculation(
        emissions=emissions, activity=activity, factors_used=resolved, notes=tuple(notes)
    )


def _is_valued(keys: pd.DataFrame, convention: Convention) -> pd.Series:
    """Tell what has a release: of what is bought, energy; the rest only where scope 3 counts."""
    gives = keys["use"].map(vocabulary("uses").set_index("use")["gives"])
    is_energy = _kinds(keys["item"]) == "energy"
    return gives.isin(RELEASING) & (
        (keys["use"] != "purchased") | is_energy | (3 in convention.scopes)
    )


def _kinds(items: pd.Series) -> pd.Series:
    return items.map(vocabulary("items").set_index("item")["kind"])


def _described(wanted: pd.DataFrame) -> pd.DataFrame:
    """Add to each key and species what follows from them: sign, medium, class, scope."""
    uses = vocabulary("uses").set_index("use")
    told = wanted.assign(
        gives=wanted["use"].map(uses["gives"]),
        sign=pd.to_numeric(wanted["use"].map(uses["sign"])),
        medium=wanted["species"].map(vocabulary("species").set_index("species")["medium"]),
        source_class=source_class(wanted["process_type"], wanted["use"], wanted["item"]),
        is_biogenic=_is_biogenic(wanted),
        factor_id=wanted["factor_id"].fillna(""),
        factor_set=wanted["factor_set"].fillna(""),
        missing=wanted["missing"].fillna(""),
        is_factor_checked=wanted["checked"].isin([CHECKED, SITE]),
        is_generation=wanted["stage"] == "generation",
    )
    return told.assign(scope=_scope(told, uses))


def _staged(rows: pd.DataFrame) -> pd.DataFrame:
    """Tell the rows whose amount is before control, and those where it is already after it."""
    is_own = rows["gives"].isin(["own", "transfer"]) & (rows["use"] != "recovered")
    is_known = rows["amount"].notna() & rows["t_per_base"].notna()
    return rows[DEVICE_CELL].assign(
        is_before=is_own & rows["is_generation"],
        is_after=is_own & is_known & (rows["stage"] == "release"),
    )


def _emissions(rows: pd.DataFrame, passing: pd.DataFrame, park: Park) -> pd.DataFrame:
    """Lay the resolved rows out as the ``emissions`` table."""
    if not len(rows):
        return empty("emissions")
    gives = rows["gives"]
    passed = passing["passed_share"]
    is_unknown = (passing["missing"] != "") & rows["amount"].notna()
    both = rows["missing"][is_unknown] + ";" + passing["missing"][is_unknown]
    amount = rows["amount"] * rows["t_per_base"] * rows["sign"]
    is_generation = rows["is_generation"]
    plants = park.enterprises.drop_duplicates("enterprise_id").set_index("enterprise_id")
    table = rows.assign(
        source_id=source_ids(rows),
        industry_code=rows["enterprise_id"].map(plants["industry_code"]).fillna(""),
        control=passing["control"],
        missing=rows["missing"].mask(is_unknown, both.str.strip(";")),
        is_factor_checked=rows["is_factor_checked"] & passing["is_average_checked"],
        generated_t=amount.where(is_generation),
        sent_t=(amount * passed).where(gives == "transfer"),
        emissions_t=amount * passed,
        co2e_t=np.nan,
        part_of="",
        list=CALCULATED,
        release_id="",
        activity_rank=rows["data_rank"],
        activity_uncertainty_percent=rows["uncertainty_percent"],
        distribution="",
    )
    table = table.assign(status=_status(table))
    return table[[column.name for column in columns("emissions")]]


def source_ids(rows: pd.DataFrame) -> pd.Series:
    """Return ``enterprise/process[/stack]`` for each row."""
    base = rows["enterprise_id"] + "/" + rows["process"]
    return base.where(rows["stack_id"] == "", base + "/" + rows["stack_id"])


def source_class(process_type: pd.Series, use: pd.Series, item: pd.Series) -> pd.Series:
    """Return the source class of each row: energy, process or waste.

    Burning a fuel is energy wherever it happens, and so is turning one fuel into another; a fuel
    that goes into a product is process. Else the process type tells, and where that is blank the
    use.
    """
    processes = vocabulary("processes").drop_duplicates("process_type").set_index("process_type")
    known = process_type.map(processes["source_class"]).fillna("")
    others = (*PROCESS_USES, "purchased")  # what is made elsewhere for the plant, too
    known = known.mask((known == "") & use.isin(others), "process")
    known = known.mask((known == "") & use.isin(WASTE_USES), "waste")
    kind = _kinds(item)
    bought = (use == "purchased") & (kind == "energy")
    turned = use.isin(CONVERSION_USES) & (kind == "fuel")
    is_energy = use.isin(ENERGY_USES) | bought | turned
    return known.mask(use == "feedstock", "process").mask(is_energy, "energy")


def _is_biogenic(rows: pd.DataFrame) -> pd.Series:
    flags = vocabulary("items").set_index("item")["is_biogenic"] == "yes"
    return rows["item"].map(flags).astype(bool) & (rows["species"] == "co2")


def _scope(table: pd.DataFrame, uses: pd.DataFrame) -> pd.Series:
    """Scope follows from the use; a pollutant has none, biogenic CO2 is a memo.

    What others release for the plant, by making a material or treating its waste, is scope 3.
    """
    gives = table["use"].map(uses["gives"])
    is_ghg = table["species"].isin(_greenhouse_gases())
    bought_material = (table["use"] == "purchased") & (_kinds(table["item"]) != "energy")
    scope = pd.to_numeric(table["use"].map(uses["scope"])).astype("Int64")
    scope = scope.mask(bought_material | ((gives == "transfer") & is_ghg), 3)
    return scope.where((is_ghg & ~table["is_biogenic"]) | (gives == "upstream"))


def _status(table: pd.DataFrame) -> pd.Series:
    status = pd.Series("computed", index=table.index, dtype="str")
    status = status.mask(table["coverage_share"] < 1, "partial")
    status = status.mask(table["emissions_t"].isna(), "not_computable")
    return status.mask(table["notation"] != "", table["notation"])


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
