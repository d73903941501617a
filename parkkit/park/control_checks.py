"""Checks of control devices, of the sizes of dust, and of parts that a list tells above a whole."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.units import conversions, measures
from parkkit.core.vocabulary import vocabulary
from parkkit.park.faults import OPEN, Tables, at, overlapping, years_reversed

CLEANING = "flue_gas_cleaning"
# Each holds those after it.
SIZES = ("pm_share", "pm10_share", "pm2_5_share")
SOURCE = ["enterprise_id", "process", "stack_id", "species"]
SITE_PLACE = ["enterprise_id", "item", "use", "process"]
SET_PLACE = ["factor_set", "item", "use", "process_type", "technology", "region"]
LISTED = ["enterprise_id", "list", "year", "process", "stack_id", "medium", "amount_kind",
          "destination", "counterpart_id"]  # fmt: skip
# Reported numbers are rounded: a part may stand a little above the whole that it is.
ROUNDING = 0.001


def control_problems(tables: Tables) -> Iterator[Problem]:
    """Return what is wrong with control devices, sizes of dust, and parts in release lists."""
    devices = tables["abatement"]
    if len(devices):
        yield from years_reversed("abatement", devices)
        yield from _unknown_removals(devices)
        yield from _idle_outlets(devices, tables["activity"])
        yield from _same_order(devices)
        yield from _combined_twice(devices)
    yield from _sizes("site_factors", tables["site_factors"], SITE_PLACE)
    yield from _sizes("factors", tables["factors"], SET_PLACE)
    yield from _parts_in_lists(tables["releases"])


@cache
def _technologies() -> dict[str, str]:
    processes = vocabulary("processes")
    rows = processes[(processes["process_type"] == CLEANING) & (processes["technology"] != "")]
    return {
        _plain(name): code
        for column in ("name_en", "name_zh", "technology")
        for name, code in zip(rows[column], rows["technology"], strict=True)
    }


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def cleaning_codes(names: pd.Series) -> pd.Series:
    """Return the technology code of each device's technology, blank where it names none.

    Examples
    --------
    >>> cleaning_codes(pd.Series(["SNCR", "选择性催化还原(SCR)", "旋风除尘"])).tolist()
    ['sncr', 'scr', '']
    """
    known = _technologies()
    codes = {name: known.get(_plain(name), "") for name in names.unique()}
    return names.map(codes).astype("str")


@cache
def combined_technologies() -> dict[str, tuple[str, ...]]:
    """Return the technologies that are several in one device, with what they are made of.

    Examples
    --------
    >>> combined_technologies()["lnb_scr"]
    ('lnb', 'scr')
    """
    codes = set(_technologies().values())
    parts = {code: tuple(code.split("_")) for code in sorted(codes)}
    return {code: names for code, names in parts.items() if len(names) > 1 and {*names} <= codes}


@cache
def _pairs() -> pd.DataFrame:
    parents = vocabulary("species").set_index("species")["part_of"]
    rows = []
    for part in parents.index:
        whole = parents[part]
        while whole:
            rows.append((part, whole))
            whole = parents[whole]
    return pd.DataFrame(rows, columns=["part", "whole"])


def parts_of_wholes() -> pd.DataFrame:
    """Return each species beside every species that holds it, the nearest first.

    Examples
    --------
    >>> parts_of_wholes().query("part == 'pm2_5'")["whole"].tolist()
    ['pm10', 'pm']
    """
    return _pairs().copy()


def with_spans(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with ``start`` and ``end`` of their years; a blank is open."""
    return rows.assign(
        start=rows["valid_from"].astype("float64").fillna(-OPEN),
        end=rows["valid_to"].astype("float64").fillna(OPEN),
    )


def _unknown_removals(devices: pd.DataFrame) -> Iterator[Problem]:
    """A device without a removal lets nobody know what is left, unless its kind has an average."""
    wanted = devices[devices["removal_share"].isna() & (devices["running_share"] != 0)]
    if not len(wanted):
        return
    averages = vocabulary("factors").query("parameter == 'removal_share'")
    known = averages.groupby("species")["technology"].agg(lambda names: sorted({*names} - {""}))
    codes = cleaning_codes(wanted["technology"])
    for row in wanted.index:
        there = known.get(wanted["species"][row], [])
        if codes[row] not in there:
            yield at("abatement", row, "removal_share", "removal_not_known", is_warning=True,
                     given=wanted["technology"][row], species=wanted["species"][row],
                     device=wanted["device_id"][row], known=there)  # fmt: skip


def _idle_outlets(devices: pd.DataFrame, activity: pd.DataFrame) -> Iterator[Problem]:
    """A device of an outlet that no activity names is applied to nothing."""
    near = activity[activity["enterprise_id"].isin(devices["enterprise_id"])]
    stands = near[["enterprise_id", "process", "stack_id"]].drop_duplicates()
    outlets = stands.groupby(["enterprise_id", "process"])["stack_id"].agg(list)
    at_outlet = devices[devices["stack_id"] != ""]
    for row in at_outlet.index:
        process = (devices["enterprise_id"][row], devices["process"][row])
        known = outlets.get(process, [])
        given = devices["stack_id"][row]
        if known and given not in known:
            yield at("abatement", row, "stack_id", "idle_outlet", is_warning=True, given=given,
                     process=process[1], known=[name for name in known if name])  # fmt: skip


def _same_order(devices: pd.DataFrame) -> Iterator[Problem]:
    """Two devices with one place in a series are one device told twice, or two lines."""
    placed = devices.assign(order=devices["order"].astype("float64").fillna(0))
    for later, earlier in overlapping(placed, [*SOURCE, "order"]):
        yield at("abatement", later, "order", "same_order", is_warning=True, first=earlier,
                 given=devices["device_id"][later],
                 other=devices["device_id"][earlier])  # fmt: skip


def _combined_twice(devices: pd.DataFrame) -> Iterator[Problem]:
    """A device that is two in one already takes off what one of the two would again."""
    rows = with_spans(devices).reset_index(names="row")
    rows = rows.assign(code=cleaning_codes(rows["technology"]))
    made = [(whole, part) for whole, parts in combined_technologies().items() for part in parts]
    both = rows.merge(pd.DataFrame(made, columns=["code", "part"]), on="code").merge(
        rows, left_on=["enterprise_id", "process", "species", "part"],
        right_on=["enterprise_id", "process", "species", "code"], suffixes=("", "_part"),
    )  # fmt: skip
    same_stack = (both["stack_id"] == both["stack_id_part"]) | (both["stack_id"] == "")
    same_stack |= both["stack_id_part"] == ""
    meet = (both["start"] <= both["end_part"]) & (both["start_part"] <= both["end"])
    for row in both[same_stack & meet].drop_duplicates("row_part").to_dict("records"):
        yield at("abatement", row["row_part"], "technology", "combined_twice", is_warning=True,
                 given=row["technology_part"], first=row["row"],
                 other=row["technology"])  # fmt: skip


def _sizes(table: str, given: pd.DataFrame, place: Sequence[str]) -> Iterator[Problem]:
    """Tell shares of dust by size that cannot be, and those that no larger size can confirm."""
    rows = given[given["parameter"].isin(SIZES) & given["value"].notna()]
    rows = rows[rows["unit"].map(lambda unit: measures(unit, "1")).astype(bool)]
    if not len(rows):
        return
    shares = rows["value"] * conversions(rows["unit"], pd.Series("1", index=rows.index))
    effective = _inherited(with_spans(rows.assign(share=shares)).reset_index(names="row"), place)
    pairs = _sized_pairs(effective, place)
    above = pairs[pairs["share"] > pairs["share_large"] * (1 + 1e-9)]
    for row in above.drop_duplicates("row").to_dict("records"):
        yield at(table, row["row"], "value", "size_above_larger", given=f"{row['share']:g}",
                 parameter=row["parameter"], first=row["row_large"],
                 larger=row["parameter_large"], high=f"{row['share_large']:g}")  # fmt: skip
    small = rows[rows["parameter"] != SIZES[0]]
    for number in small.index[~small.index.isin(pairs["row"])]:
        smaller = SIZES.index(rows["parameter"][number])
        yield at(table, number, "parameter", "size_alone", is_warning=True,
                 given=rows["parameter"][number], known=SIZES[:smaller])  # fmt: skip


def _inherited(rows: pd.DataFrame, place: Sequence[str]) -> pd.DataFrame:
    """Add what each process takes from its plant: the shares that it has no row of its own for."""
    if "process" not in place:
        return rows
    plant = [name for name in place if name != "process"]
    named = rows[rows["process"] != ""]
    general = rows[rows["process"] == ""].drop(columns="process")
    taken = named[list(place)].drop_duplicates().merge(general, on=plant)
    key = [*place, "parameter"]
    own = pd.MultiIndex.from_frame(taken[key]).isin(pd.MultiIndex.from_frame(named[key]))
    return pd.concat([rows, taken[~own]], ignore_index=True)


def _sized_pairs(rows: pd.DataFrame, place: Sequence[str]) -> pd.DataFrame:
    """Return each share beside every larger size of its place in years they have together."""
    rank = rows["parameter"].map({name: number for number, name in enumerate(SIZES)})
    rows = rows.assign(size=rank)
    both = rows.merge(rows, on=list(place), suffixes=("", "_large"))
    meet = (both["start"] <= both["end_large"]) & (both["start_large"] <= both["end"])
    larger = both["size_large"] < both["size"]
    return both[meet & larger].sort_values(["row", "size_large", "row_large"])


def _parts_in_lists(releases: pd.DataFrame) -> Iterator[Problem]:
    """Tell a part that a list puts above its whole at one source, in a month or in the year."""
    pairs = parts_of_wholes()
    named = set(releases["species"].unique())
    pairs = pairs[pairs["part"].isin(named) & pairs["whole"].isin(named)]
    if not len(pairs):
        return
    rows = releases[releases["species"].isin({*pairs["part"], *pairs["whole"]})]
    rows = rows[rows["unit"].map(lambda unit: measures(unit, "t")).astype(bool)]
    rows = rows.reset_index(names="row").assign(month=lambda table: table["month"].fillna(0))
    rows = rows.assign(
        tonnes=(rows["amount"] * conversions(rows["unit"], pd.Series("t", index=rows.index)))
    )
    by_month = _summed(rows, [*LISTED, "month"])
    # The months of a part together are no more than the whole of the year.
    by_year = _summed(rows, LISTED).assign(month=0)
    parts = pd.concat([by_month, by_year], ignore_index=True)
    key = [*LISTED, "month"]
    both = parts.merge(pairs, left_on="species", right_on="part").merge(
        by_month[~by_month["has_gap"]].rename(columns={"species": "whole", "tonnes": "whole_t",
                                                       "row": "whole_row"})[
            [*key, "whole", "whole_t", "whole_row"]],
        on=[*key, "whole"],
    )  # fmt: skip
    above = both[both["tonnes"] > both["whole_t"] * (1 + ROUNDING)]
    for row in above.drop_duplicates(["row", "whole"]).sort_values("row").to_dict("records"):
        yield at("releases", row["row"], "amount", "part_above_whole_in_list", is_warning=True,
                 part=row["part"], whole=row["whole"], year=int(row["year"]),
                 list=row["list"], given=f"{row['tonnes']:,.10g}",
                 high=f"{row['whole_t']:,.10g}", first=int(row["whole_row"]))  # fmt: skip


def _summed(rows: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Return the tonnes of each species in each cell, its first row, and whether one is missing."""
    told = rows.assign(has_gap=rows["tonnes"].isna())
    groups = told.groupby([*key, "species"], sort=False, dropna=False)
    return groups.agg(
        tonnes=("tonnes", "sum"), row=("row", "min"), has_gap=("has_gap", "any")
    ).reset_index()  # fmt: skip
