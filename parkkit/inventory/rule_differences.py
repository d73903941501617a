"""Rule differences: by how much the rules between lists differ, and how many sources choose so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention, choices
from parkkit.core.errors import unknown
from parkkit.core.vocabulary import codes
from parkkit.inventory.compilation import (
    CO2E,
    Inventory,
    compile_inventory,
    known_year,
    summands,
    totals,
)
from parkkit.park.package import Park

RULES = ("best_rank", "priority", "largest", "mean")
FLOW = ["species", "medium"]
SOURCE = ["enterprise_id", "process"]
OWN = "own"
COLUMNS = [*FLOW, "rule", "amount_t", "difference_t", "difference_percent", "lists",
           "source_count", "status"]  # fmt: skip
# Two sums of the same rows in another order are the same amount.
SAME = 1e-12


def rule_differences(
    park: Park,
    *,
    boundary_type: str,
    year: int,
    convention: Convention,
    rules: Sequence[str] = RULES,
    species: Sequence[str] = (),
    part: str = "",
) -> pd.DataFrame:
    """Return what each rule between lists makes of a park's totals, beside the convention's own.

    Parameters
    ----------
    boundary_type : {"physical", "approved", "management", "statistical"}
        Whose emissions count.
    convention : Convention
        Its ``release_rule`` and ``species_rules`` are what the others are measured against; all
        its other choices stay.
    rules : sequence of str
        Each replaces the rule of every species alike.
    species : sequence of str
        Only these, in this order (``co2e`` is one); none means every one that has a total.
    part : str
        A park within the park (园中园) alone; blank is the whole.

    Returns
    -------
    DataFrame
        For each ``species`` and ``medium`` a row of each ``rule``, and first one of the
        convention itself (``own``); ``amount_t``, ``difference_t`` and ``difference_percent``
        (against ``own``; missing where one of the two is, and without a percentage of nothing),
        ``lists`` (chosen, joined by ``+``; ``calculated`` is one), ``source_count`` (processes,
        or plants told as a whole, that count with other lists or shares than under ``own``) and
        ``status`` of the total.

    Raises
    ------
    ParkError
        If a rule, a species, the year, the boundary or the part is unknown.

    Examples
    --------
    With a permit of 20 t (rank 2) and statistics of 25 t (rank 1) of one boiler, ``best_rank`` as
    the convention's own gives 25 t, ``priority`` of the permit 20 t (-20 %), ``mean`` 22.5 t.
    """
    _check("release_rule", rules, choices()["release_rule"])
    _check("species", species, (*codes("species"), CO2E))

    def compiled(chosen: Convention) -> Inventory:
        return compile_inventory(park, boundary_type=boundary_type, convention=chosen, part=part)

    own = compiled(convention)
    known_year(own, year)
    told = {OWN: own}
    for rule in dict.fromkeys(rules):
        chosen = replace(convention, release_rule=rule, species_rules=())  # type: ignore[arg-type]  # checked above
        told[rule] = own if chosen == convention else compiled(chosen)
    return differences_between(told, year=year, species=species)


def differences_between(
    told: dict[str, Inventory], *, year: int, species: Sequence[str] = ()
) -> pd.DataFrame:
    """Return what `rule_differences` does, of inventories that are compiled already.

    Parameters
    ----------
    told : dict
        An inventory for each rule, that of the convention itself first (``own``).
    """
    own = _choices_made(told[OWN], year)
    parts = [
        _beside(_totals(found, year), own, _choices_made(found, year)).assign(rule=rule)
        for rule, found in told.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    base = table.loc[table["rule"] == OWN].set_index(FLOW)["amount_t"]
    base = base.reindex(pd.MultiIndex.from_frame(table[FLOW])).set_axis(table.index)
    difference = table["amount_t"] - base
    percent = difference / base.where(base != 0) * 100
    table = table.assign(difference_t=difference, difference_percent=percent)
    return _ordered(table, list(told), species)[COLUMNS]


def _check(kind: str, given: Sequence[str], known: Sequence[object]) -> None:
    for name in given:
        if name not in known:
            raise unknown(kind, str(name), map(str, known))


def _totals(inventory: Inventory, year: int) -> pd.DataFrame:
    return totals(inventory, years=[year])[[*FLOW, "amount_t", "status"]]


def _choices_made(inventory: Inventory, year: int) -> pd.DataFrame:
    """Return what each list counts with in each process, or plant told as a whole."""
    rows = inventory.emissions
    rows = summands(rows[rows["year"] == year])
    sums = rows.groupby([*FLOW, *SOURCE, "list"])["emissions_t"].sum(min_count=1)
    return sums.rename("counted_t").reset_index()


def _beside(table: pd.DataFrame, own: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return totals with the lists behind them and how many sources choose otherwise."""
    names = other.groupby(FLOW)["list"].agg(lambda lists: "+".join(sorted(set(lists))))
    count = _otherwise(own, other).groupby(FLOW).size()
    flows = pd.MultiIndex.from_frame(table[FLOW])
    return table.assign(
        lists=names.reindex(flows).fillna("").to_numpy(),
        source_count=count.reindex(flows, fill_value=0).to_numpy(dtype="int64"),
    )


def _otherwise(own: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the sources of an inventory that count with other lists, or shares, than in another.

    Where one counts a plant as a whole and the other its processes, all of these are.
    """
    keys = [*FLOW, *SOURCE]
    both = own.merge(other, on=[*keys, "list"], how="outer", suffixes=("_own", "_other"),
                     indicator=True)  # fmt: skip
    sides = both[["counted_t_own", "counted_t_other"]].to_numpy()
    is_same = np.isclose(sides[:, 0], sides[:, 1], rtol=SAME, atol=0.0, equal_nan=True)
    changed = both.loc[~is_same | (both["_merge"] != "both"), keys].drop_duplicates()
    found: pd.DataFrame = changed.merge(other[keys].drop_duplicates(), on=keys)
    return found


def _ordered(table: pd.DataFrame, rules: list[str], species: Sequence[str]) -> pd.DataFrame:
    wanted = list(species) or sorted(table["species"].unique())
    rows = table[table["species"].isin(wanted)]
    place = {name: rank for rank, name in enumerate([*wanted, *rules])}
    order: pd.DataFrame = rows.assign(of=rows["species"].map(place), by=rows["rule"].map(place))
    return order.sort_values(["of", "medium", "by"], kind="stable", ignore_index=True)
