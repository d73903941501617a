"""Statistics form: environmental statistics of plants become releases and water."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.units import conversions
from parkkit.park.form_mapping import (
    MEDIA,
    FormRow,
    form_row,
    known_rows,
    of_its_kind,
    spellings,
    told,
)
from parkkit.park.form_placing import texts
from parkkit.park.form_reading import Sheet
from parkkit.park.release_rows import (
    destination_of,
    goes_one_way,
    is_destination,
    medium_of,
    release,
    species_of,
    unit_of,
    unknown_destination,
)

STATISTICS = "env_statistics"
AGREES = 0.01
# Of two numbers in different units that are the same.
ROUNDING = 1e-9
FROM_STOCK = "_from_stock"
WATER_ROWS = {"wastewater_sent": "wastewater_discharge"}


def statistics_rows(
    rows: pd.DataFrame, sheet: Sheet, *, treatment_plant: str
) -> tuple[pd.DataFrame, pd.DataFrame, list[Problem]]:
    """Return the releases and the water that environmental statistics tell.

    An amount that is told by where it goes (direct, to a treatment plant) counts in place of the
    total, which is only compared with their sum. Of waste, what was used or disposed of from
    earlier years' stock (其中：综合利用往年贮存量) is taken off its whole and stands by itself.

    Parameters
    ----------
    treatment_plant : str
        The plant that takes wastewater: an id, or ``outside``; blank where the form tells.

    Returns
    -------
    releases, activity : DataFrame
        With ``row`` and ``suffix`` beside columns of the tables.
    problems : list of Problem
    """
    table = texts(rows, ["unit", "destination", "above"])
    table = table[table["amount"].notna() & (table["name"] != "")]
    problems: list[Problem] = []
    releases, activity = [], []
    for row in table.to_dict("records"):
        if row["destination"] and not is_destination(STATISTICS, row["destination"]):
            problems.append(unknown_destination(row, sheet, STATISTICS))
            continue
        kind, species, stated = _meant(row["name"])
        if kind is None:
            problems.append(_not_taken(row, sheet, species))
        elif kind.target == "waste" and not kind.item:
            part = _part_of(kind, row["above"])
            if part is None:
                problems.append(_without_whole(row, sheet))
            else:
                releases += _pollutant(row, part, part.item, "waste", sheet, "", problems)
        elif kind.target == "water":
            activity += _water(row, kind, sheet, treatment_plant, problems)
        else:
            releases += _pollutant(row, kind, species, stated, sheet, treatment_plant, problems)
    made, water = pd.DataFrame(releases), pd.DataFrame(activity)
    problems += [*_twice(made, sheet), *_twice(water, sheet)]
    made = _parts_for_totals(made, sheet, problems)
    made = _of_the_year(made, sheet, problems)
    return made, water, [*problems, *_assumed(made, sheet)]


def _meant(name: str) -> tuple[FormRow | None, str, str]:
    """Return what an indicator is, its species, and the medium it names.

    The kind is None where the row is not taken; the species then says why, as a code.
    """
    kind = form_row(STATISTICS, name)
    if kind is not None and kind.target in ("waste", "water"):
        return kind, kind.item, "waste"
    if kind is not None and kind.target in ("no_place", "total"):
        return None, "form_no_place", ""
    # Longest first: 直接排放量 ends in 排放量 too.
    suffixes = {each: row for each, row in known_rows(STATISTICS).items() if row.target == "suffix"}
    for spelled in dict.fromkeys(spellings(name)):
        for suffix in sorted(suffixes, key=len, reverse=True):
            if not spelled.endswith(suffix):
                continue
            given = spelled.removesuffix(suffix)
            word = next((each for each in MEDIA if given.startswith(each)), "")
            species = species_of(given.removeprefix(word))
            stated = "" if not word else "water" if word.startswith("废水") else "air"
            if species and not goes_one_way(species) and not stated:
                return None, "form_no_medium", ""
            if species:
                return suffixes[suffix], species, stated
    return None, "form_unknown_row", ""


def is_indicator(name: str) -> bool:
    """Tell whether a row is an indicator of the form."""
    kind, why, _ = _meant(name)
    return kind is not None or why != "form_unknown_row"


def _not_taken(row: dict[Any, Any], sheet: Sheet, code: str) -> Problem:
    known = [name for name, kind in known_rows(STATISTICS).items()
             if kind.target in ("waste", "water")]  # fmt: skip
    # A hint from general waste to hazardous waste would corrupt what is told.
    known = of_its_kind(row["name"], known)
    column = sheet.headers.get("name", "") or row["column"]
    return told(sheet.file, row["row"], column, code, is_warning=True, given=row["name"],
                known=known)  # fmt: skip


def _part_of(kind: FormRow, above: str) -> FormRow | None:
    """Return what a part from stock is of, by the row above it; None where that is no whole."""
    whole = form_row(STATISTICS, above)
    if whole is None or whole.target != "waste" or whole.destination not in ("used", "disposed"):
        return None
    destination = f"{whole.destination}{FROM_STOCK}"
    if not destination.endswith(kind.destination):
        return None
    return replace(kind, item=whole.item, destination=destination)


def _without_whole(row: dict[Any, Any], sheet: Sheet) -> Problem:
    return told(sheet.file, row["row"], sheet.headers.get("name", "") or row["column"],
                "form_part_without_whole", given=row["name"], above=row["above"])  # fmt: skip


def _water(
    row: dict[Any, Any], kind: FormRow, sheet: Sheet, plant: str, problems: list[Problem]
) -> list[dict[str, object]]:
    unit, found = unit_of(row, sheet, STATISTICS, kind.item, "m3")
    problems += found
    if not unit:
        return []
    is_sent = kind.use == "wastewater_sent"
    return [{"row": row["row"], "enterprise_id": row["enterprise_id"], "year": row["year"],
             "name": row["name"], "item": kind.item, "use": kind.use,
             "unit": unit, "amount": row["amount"],
             "process_type": WATER_ROWS.get(kind.use, "water_use"),
             "counterpart_id": (plant or "outside") if is_sent else "",
             "suffix": kind.use}]  # fmt: skip


def _pollutant(
    row: dict[Any, Any], kind: FormRow, species: str, stated: str, sheet: Sheet, plant: str,
    problems: list[Problem],
) -> list[dict[str, object]]:  # fmt: skip
    unit, found = unit_of(row, sheet, STATISTICS, "", "t")
    problems += found
    medium = medium_of(species, stated)
    destination = kind.destination
    column = sheet.headers.get("name", "") or row["column"]
    if stated and goes_one_way(species) and medium != medium_of(species, ""):
        problems.append(told(sheet.file, row["row"], column, "form_other_medium", given=stated,
                             name=row["name"]))  # fmt: skip
    is_total = kind.amount_kind == "released" and not destination
    if is_total:
        destination = destination_of(row, STATISTICS, medium, plant)
    if not unit:
        return []
    made = release(row, species, medium, kind.amount_kind, destination, plant, unit)
    is_assumed = is_total and medium == "water" and not (row["destination"] or plant)
    return [made | {"is_total": is_total, "is_part": bool(kind.part_of), "is_assumed": is_assumed,
                    "column": row["column"], "name": row["name"]}]  # fmt: skip


def _parts_for_totals(
    releases: pd.DataFrame, sheet: Sheet, problems: list[Problem]
) -> pd.DataFrame:
    """Leave out a total whose parts are told by where they go, and tell it where it differs."""
    if not len(releases):
        return releases
    keys = ["enterprise_id", "year", "species", "medium"]
    parts = releases[releases["is_part"]]
    sums = parts.assign(amount=_tonnes(parts)).groupby(keys)["amount"].sum()
    stands = pd.MultiIndex.from_frame(releases[keys]).isin(sums.index) & releases["is_total"]
    for place in releases.index[stands]:
        row = releases.loc[place]
        total = float(sums[tuple(row[key] for key in keys)])
        given = float(_tonnes(releases.loc[[place]]).iloc[0])
        if abs(total - given) > AGREES * max(total, given):
            problems.append(told(sheet.file, row["row"], row["column"], "form_does_not_add_up",
                                 given=f"{given:g}", total=f"{total:g}",
                                 parts=sorted(set(parts["suffix"]))))  # fmt: skip
    left: pd.DataFrame = releases[~stands]
    return left


def _of_the_year(releases: pd.DataFrame, sheet: Sheet, problems: list[Problem]) -> pd.DataFrame:
    """Return releases with what came from stock taken off what was used and disposed of.

    References
    ----------
    Environmental statistics (环境统计): 产生量 = (综合利用量 - 其中往年) + 贮存量 +
    (处置量 - 其中往年) + 倾倒丢弃量 [recalled].
    """
    if not len(releases):
        return releases
    tonnes, amounts = _tonnes(releases), releases["amount"].copy()
    keys = ["enterprise_id", "year", "species", "destination"]
    whole = releases.assign(destination=releases["destination"] + FROM_STOCK)
    places = {tuple(row[1:]): row[0] for row in whole[keys].itertuples(name=None)}
    from_stock = releases.assign(amount_t=tonnes)
    from_stock = from_stock[from_stock["destination"].str.endswith(FROM_STOCK)]
    for row in from_stock.to_dict("records"):
        place = places.get(tuple(row[key] for key in keys))
        if place is None:
            continue
        part, there = float(row["amount_t"]), float(tonnes[place])
        if part > there * (1 + ROUNDING):
            problems.append(told(sheet.file, row["row"], row["column"], "form_stock_above",
                                 given=row["name"], part=f"{part:g}",
                                 total=f"{there:g}"))  # fmt: skip
        elif there > 0:
            # In the unit of the whole, without the last digits of the division.
            amounts[place] = float(f"{amounts[place] * (1 - part / there):.12g}")
    return releases.assign(amount=amounts)


def _assumed(releases: pd.DataFrame, sheet: Sheet) -> Iterator[Problem]:
    """Tell water of which neither the form nor the call says where it goes."""
    if len(releases):
        for row in releases[releases["is_assumed"]].to_dict("records"):
            yield told(sheet.file, row["row"], row["column"], "form_water_assumed",
                       is_warning=True, given=row["name"])  # fmt: skip


def _tonnes(rows: pd.DataFrame) -> pd.Series:
    return rows["amount"] * conversions(rows["unit"], pd.Series("t", index=rows.index))


def _twice(rows: pd.DataFrame, sheet: Sheet) -> Iterator[Problem]:
    """Tell an indicator that stands twice for one plant and year."""
    if not len(rows):
        return
    keys = [rows[name] for name in ("enterprise_id", "year", "suffix")]
    if "is_total" in rows:
        # A total may stand beside the part that goes the same way.
        keys.append(rows["is_total"])
    first = rows["row"].groupby(keys).transform("first")
    for place in rows.index[first.groupby(keys).cumcount() > 0]:
        yield told(sheet.file, rows["row"][place], sheet.headers.get("name", ""),
                   "form_row_twice", given=rows["name"][place], first=first[place])  # fmt: skip
