"""A park's own factor sets: their codes, and what is wrong with their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.vocabulary import synonyms, vocabulary
from parkkit.park.faults import Tables, at, overlapping, years_reversed
from parkkit.park.parameter_checks import (
    FACTORS,
    parameter_units,
    shares_above_one,
    spelled,
    wanted_units,
)

AS_ITEM = "as_item"
BURNT = "fuel_combustion;transport_own;transport_hired"
# What a plant measured stands in the results under this name.
RESERVED = ("site", "certificate")
SAME_FACTOR = ["factor_set", "item", "use", "process_type", "technology", "species", "parameter",
               "region"]  # fmt: skip


def package_sets() -> tuple[str, ...]:
    """Return the ids of the factor sets that the package holds."""
    return tuple(sorted(vocabulary("factors")["factor_set"].unique()))


def coded(given: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Return own factors with their items, uses, species and regions as codes.

    Parameters
    ----------
    given : DataFrame
        The table ``factors`` as it was read.

    Returns
    -------
    frame : DataFrame
        ``item`` an item or an item group, ``use`` codes with a semicolon between them,
        ``species`` a code or ``as_item``. A fuel's carbon content without a use or a species
        serves burning, and gives CO2.
    problems : list of Problem
        Names that nobody knows.
    """
    groups = {name: name for name in vocabulary("items")["item_group"].unique() if name}
    known: dict[str, Mapping[str, str]] = {
        "item": {**groups, **synonyms("items")},
        "use": synonyms("uses"),
        "species": {AS_ITEM: AS_ITEM, **synonyms("species")},
        "region": synonyms("regions"),
    }
    frame, problems = given, list[Problem]()
    for column, names in known.items():
        frame = frame.assign(**{column: _each(given[column], _code_of(column, names))})
        problems += _unknown_names(given[column], column, names)
    is_carbon = frame["parameter"] == "carbon_content"
    return frame.assign(
        use=frame["use"].mask(is_carbon & (given["use"] == ""), BURNT),
        species=frame["species"].mask(is_carbon & (given["species"] == ""), "co2"),
    ), problems


def _each(column: pd.Series, change: Callable[[str], str]) -> pd.Series:
    return column.map({text: change(text) for text in column.unique()}).astype("str")


def _code_of(column: str, names: Mapping[str, str]) -> Callable[[str], str]:
    def code(text: str) -> str:
        parts = [names.get(part.lower(), "") for part in _parts(text, column)]
        return ";".join(parts) if all(parts) else ""

    return code


def _parts(text: str, column: str) -> list[str]:
    """Return the names in a cell; only uses may be several."""
    if column != "use":
        return [text] if text else []
    return [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]


def _unknown_names(given: pd.Series, column: str, names: Mapping[str, str]) -> Iterator[Problem]:
    wrong = {
        text: part
        for text in given.unique()
        for part in _parts(text, column)
        if part.lower() not in names
    }
    codes = list(dict.fromkeys(names.values()))
    for row in given.index[given.isin(wrong)]:
        yield at("factors", row, column, "unknown", kind=column, given=wrong[given[row]],
                 known=codes, also=list(names))  # fmt: skip


def unused_sets(own: pd.DataFrame, chosen: Sequence[str]) -> list[Problem]:
    """Return a warning for each own set that the park's convention does not name."""
    idle = own[~own["factor_set"].isin(chosen)].drop_duplicates("factor_set")
    return [
        at("factors", row, "factor_set", "own_set_unused", is_warning=True,
           given=idle["factor_set"][row])
        for row in idle.index
    ]  # fmt: skip


def own_factor_problems(tables: Tables) -> Iterator[Problem]:
    """Return what is wrong with a park's own factors, once their codes are known."""
    own = tables["factors"]
    if not len(own):
        return
    yield from _taken(own)
    yield from _half_told(own)
    yield from _mixed_groups(own)
    yield from parameter_units("factors", own)
    yield from shares_above_one("factors", own)
    yield from _technologies(own)
    yield from years_reversed("factors", own)
    uses = own.assign(use=own["use"].str.split(";")).explode("use")
    yield from _years_without(own, tables["activity"])
    told: set[int] = set()
    for later, earlier in overlapping(uses, SAME_FACTOR):
        if later not in told:
            yield at("factors", later, "valid_from", "duplicate_factor", first=earlier)
        told.add(later)


def _taken(own: pd.DataFrame) -> Iterator[Problem]:
    """A set of the package's name would change what the name means in every result."""
    taken = {name.lower() for name in (*package_sets(), *RESERVED)}
    theirs = own[own["factor_set"].str.lower().isin(taken)]
    for row in theirs.drop_duplicates("factor_set").index:
        yield at("factors", row, "factor_set", "factor_set_taken", given=own["factor_set"][row])


def _years_without(own: pd.DataFrame, activity: pd.DataFrame) -> Iterator[Problem]:
    """Tell factors of other years than the activity of their item: sets step in unseen."""
    groups = vocabulary("items").set_index("item")["item_group"]
    used = activity.loc[activity["year"].notna(), ["item", "year"]].drop_duplicates()
    used = used.astype({"year": "int64"})
    spans = own.assign(
        row=own.index,
        start=own["valid_from"].astype("float64").fillna(-np.inf),
        end=own["valid_to"].astype("float64").fillna(np.inf),
    )
    for _, rows in spans.groupby(SAME_FACTOR):
        last = rows.to_dict("records")[-1]
        item = last["item"]
        mine = used.loc[(used["item"] == item) | (used["item"].map(groups) == item), "year"]
        held = [(mine >= start) & (mine <= end)
                for start, end in zip(rows["start"], rows["end"], strict=True)]  # fmt: skip
        years = mine[~np.logical_or.reduce(held)]
        if len(years):
            yield at("factors", int(last["row"]), "valid_to", "own_factor_years", is_warning=True,
                     given=last["parameter"], item=item, years=spelled(years))  # fmt: skip


def _half_told(own: pd.DataFrame) -> Iterator[Problem]:
    """A factor needs what it is for and what it gives; a parameter needs neither."""
    is_factor = own["parameter"].isin(FACTORS) | (own["formula"] != "")
    for column in ("use", "species"):
        for row in own.index[is_factor & (own[column] == "")]:
            yield at("factors", row, column, "blank")
    items = vocabulary("items").set_index("item")["species"]
    is_itself = (own["species"] == AS_ITEM) & (own["item"] != "")
    for row in own.index[is_itself & (own["item"].map(items).fillna("") == "")]:
        yield at("factors", row, "species", "item_without_species", given=own["item"][row])
    kinds = vocabulary("species").set_index("species")["kind"]
    is_pollutant = own["species"].map(kinds) == "pollutant"
    # Whether it is before or after control decides whether the devices are applied to it.
    wanted = is_pollutant & (own["parameter"] == "emission_factor") & (own["stage"] == "")
    for row in own.index[wanted]:
        yield at("factors", row, "stage", "blank")


def _mixed_groups(own: pd.DataFrame) -> Iterator[Problem]:
    """A heat value per tonne does not fit a group that also holds gases in cubic metres."""
    rows = own[(own["item"] != "") & (own["parameter"] != "")]
    for row, parameter, item in zip(rows.index, rows["parameter"], rows["item"], strict=True):
        if not wanted_units(parameter, item):
            yield at("factors", row, "item", "mixed_group", given=item)


def _technologies(own: pd.DataFrame) -> Iterator[Problem]:
    processes = vocabulary("processes")
    for row in own.index[own["technology"] != ""]:
        mine = processes["process_type"] == own["process_type"][row]
        rows = processes[mine] if own["process_type"][row] else processes
        choices = [name for name in rows["technology"].unique() if name]
        if own["technology"][row] not in choices:
            yield at("factors", row, "technology", "unknown", kind="technology",
                     given=own["technology"][row], known=choices)  # fmt: skip
