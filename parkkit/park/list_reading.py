"""List reading: a list of releases as rows, read as its mapping says and never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.tables import LIMITS
from parkkit.core.units import is_unit, measures
from parkkit.core.vocabulary import synonyms
from parkkit.park.list_files import NEEDED, chosen_columns, missing_columns, raw_list, refused
from parkkit.park.list_mapping import FIELDS, MEDIA, ListMapping, level_name, masses

NUMBERS = ("year", "amount", "data_rank", "lon", "lat")
LIMITED = {"year": "year", "data_rank": "rank"}
PLAIN = {
    ".": r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?",
    ",": r"[+-]?(?:[0-9]+,?[0-9]*|,[0-9]+)(?:[eE][+-]?[0-9]+)?",
}
# A number with other marks than the list's: thousands, or the other decimal mark.
_MARKED = r"[+-]?[0-9][0-9.,'’\s]*(?:[eE][+-]?[0-9]+)?"
_WITH_DECIMALS = r"[0-9]+\.0+"
_CUT = r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]+"


def read_list(path: Path, mapping: ListMapping) -> tuple[pd.DataFrame, list[Problem]]:
    """Read a list of releases as its mapping says.

    Parameters
    ----------
    path : Path
        Text with a header, a row for each plant, substance, medium and year.

    Returns
    -------
    rows : DataFrame
        The fields of a mapping: texts as the list writes them, species by the mapping's names,
        ``amount`` (times the species' multiplier) in ``unit``, ``medium`` of ``air``, ``water``
        and ``land``, ``plant_id`` (where no id is shared, the list's name and its own id);
        ``row``, as a spreadsheet counts.
    notes : list of Problem
        What was mended: ids that a spreadsheet made numbers of.

    Raises
    ------
    ParkError
        If the file does not do: every mistake is told, by file, row and column.
    """
    raw, decimal = raw_list(path, mapping)
    chosen = chosen_columns(list(raw.columns), mapping)
    problems = missing_columns(list(raw.columns), mapping, path.name)
    if not len(raw):
        problems.append(Problem(code="no_rows", file=path.name))
    if problems:
        raise refused(path, problems)
    cells, notes = _ids(_cells(raw, chosen, mapping), chosen, path.name)
    problems = list(_cell_problems(cells, chosen, mapping, decimal, path.name))
    if not problems:
        rows = _values(cells, mapping, decimal)
        problems = [*_without_medium(rows, chosen, path.name), *_alike(rows, chosen, path.name)]
    if problems:
        raise refused(path, problems)
    return rows.reset_index(names="row"), notes


def _cells(raw: pd.DataFrame, chosen: Mapping[str, str], mapping: ListMapping) -> pd.DataFrame:
    """Return every field as text: of its column, else fixed, else blank."""
    cells = pd.DataFrame(
        {
            key: raw[chosen[key]] if key in chosen else str(mapping.fixed.get(key, ""))
            for key in FIELDS
        },
        index=raw.index,
    ).astype("str")
    if unit := mapping.column_units.get(chosen.get("amount", "")):
        cells["unit"] = unit
    return cells


def _ids(
    cells: pd.DataFrame, chosen: Mapping[str, str], file: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return ids without the decimals of a spreadsheet; where decimals tell ids apart they stay."""
    mended, notes = cells.copy(), []
    for key in ("plant_id", "facility_id"):
        given = cells[key]
        is_number = given.str.fullmatch(_WITH_DECIMALS)
        has_decimals = given.str.fullmatch(r"[0-9]+\.[0-9]+") & ~is_number
        if not is_number.any() or has_decimals.any():
            continue
        mended[key] = given.mask(is_number, given.str.replace(r"\.0+$", "", regex=True))
        row = given.index[is_number][0]
        notes.append(
            Problem(code="id_read_whole", file=file, row=int(row), column=chosen[key],
                    is_warning=True, values={"given": given[row], "read": mended[key][row],
                                             "count": int(is_number.sum())})
        )  # fmt: skip
    return mended, notes


def _cell_problems(
    cells: pd.DataFrame,
    chosen: Mapping[str, str],
    mapping: ListMapping,
    decimal: str,
    file: str,
) -> Iterator[Problem]:
    """Tell every cell of the list that does not do."""
    needed = {*NEEDED, "medium", "plant_id" if mapping.has_shared_id else "facility_id"}
    other = {"lon": "lat", "lat": "lon"}
    for key, column in chosen.items():
        given = cells[key]
        wrong = {"blank": (given == "") & (key in needed)}
        if key in NUMBERS:
            wrong |= _number_faults(given, key, decimal)
        if key in other:
            wrong["half_a_place"] = (given == "") & (cells[other[key]] != "")
        if key in ("plant_id", "facility_id"):
            wrong["id_digits_lost"] = given.str.fullmatch(_CUT)
        low, high = LIMITS.get(LIMITED.get(key, ""), (0, 0))
        for code, flags in wrong.items():
            for row in cells.index[flags]:
                yield Problem(code=code, file=file, row=int(row), column=column,
                              values={"given": given[row], "decimal": decimal,
                                      "low": f"{low:g}", "high": f"{high:g}"})  # fmt: skip
    yield from _word_problems(cells, chosen, mapping, file)


def _number_faults(given: pd.Series, key: str, decimal: str) -> dict[str, pd.Series]:
    """Return by code the texts that are no number of the list's writing, or out of range."""
    is_plain = given.str.fullmatch(PLAIN[decimal])
    numbers = _number(given.where(is_plain, ""), decimal)
    is_finite = numbers.abs() < float("inf")
    is_marked = ~is_plain & given.str.fullmatch(_MARKED)
    faults = {
        "other_marks": is_marked,
        "not_a_number": (given != "") & ~is_finite & ~is_marked,
    }
    if key == "year":
        faults["not_whole"] = is_finite & (numbers % 1 > 0)
    if key in LIMITED:
        low, high = LIMITS[LIMITED[key]]
        # Averages of scores carry binary dust: 5.000000000000001 is 5.
        level = numbers.round(9)
        faults |= {"below": is_finite & (level < low), "above": is_finite & (level > high)}
    return faults


def _number(given: pd.Series, decimal: str) -> pd.Series:
    return pd.to_numeric(given.str.replace(decimal, ".", regex=False)).astype("float64")


def _word_problems(
    cells: pd.DataFrame, chosen: Mapping[str, str], mapping: ListMapping, file: str
) -> Iterator[Problem]:
    """Tell units and media nobody knows, each once: at its first row."""
    media = mapping.media or dict(zip(MEDIA, MEDIA, strict=True))
    for key in ("unit", "medium"):
        first = cells.loc[cells[key] != "", key].drop_duplicates()
        for row, given in first.items() if key in chosen else ():
            fault = _unit_fault(given, mapping) if key == "unit" else _medium_fault(given, media)
            if fault:
                code, values = fault
                yield Problem(code=code, file=file, row=int(str(row)), column=chosen[key],
                              values={"kind": chosen[key], **values})  # fmt: skip


def _medium_fault(given: str, media: Mapping[str, str]) -> tuple[str, dict[str, object]] | None:
    if level_name(given) in media:
        return None
    return "unknown", {"given": given, "known": sorted(media)}


def _unit_fault(given: str, mapping: ListMapping) -> tuple[str, dict[str, object]] | None:
    known = _known_unit(given, mapping)
    if not is_unit(known):
        return "unknown", {"kind": "unit", "given": given, "known": [*mapping.units, *masses()]}
    return None if measures(known, "t") else ("wrong_dimension", {"given": given, "wanted": "t"})


def _known_unit(given: str, mapping: ListMapping) -> str:
    return mapping.units.get(level_name(given), given)


def _values(cells: pd.DataFrame, mapping: ListMapping, decimal: str) -> pd.DataFrame:
    """Return the values of cells that are all sound."""
    # What is fixed in the mapping has the point of TOML, whatever the list writes.
    numbers = {key: _number(cells[key], "." if key in mapping.fixed else decimal)
               for key in NUMBERS}  # fmt: skip
    names = cells["species"]
    factors = _by_text(names, mapping.multipliers, 1.0)
    species = _by_text(names, mapping.species, None)
    media = mapping.media or dict(zip(MEDIA, MEDIA, strict=True))
    known = synonyms("species")
    code = species.map({name: known.get(name.lower(), name) for name in species.unique()})
    only = _by_text(code, mapping.species_media, "")
    told = _by_text(cells["medium"], media, None)
    units = {given: _known_unit(given, mapping) for given in cells["unit"].unique()}
    numbers["amount"] = numbers["amount"] * factors.astype("float64")
    rows = cells.assign(
        **numbers,
        species=species,
        unit=cells["unit"].map(units),
        medium=told.where(told != "", only).astype("str"),
        name=cells["name"].str.split().str.join(" "),
        given_species=names,
        species_code=code,
    )
    return rows if mapping.has_shared_id else rows.assign(plant_id=_own_id(rows))


def _by_text(given: pd.Series, meanings: Mapping[str, object], other: object) -> pd.Series:
    """Return what each text stands for: looked up once a text, itself where nothing is known."""
    found = {text: meanings.get(level_name(text), text if other is None else other)
             for text in given.unique()}  # fmt: skip
    return given.map(found)


def _own_id(rows: pd.DataFrame) -> pd.Series:
    """Return a plant's id where no id is shared: the list's name before the list's id.

    A slash would part a plant from a process.
    """
    plain = rows["list"] + "-" + rows["facility_id"]
    return plain.str.replace(re.compile(r"[/\\]"), "_", regex=True)


def _without_medium(rows: pd.DataFrame, chosen: Mapping[str, str], file: str) -> Iterator[Problem]:
    first = rows[rows["medium"] == ""].drop_duplicates("species")
    for row in first.index:
        yield Problem(code="no_medium_told", file=file, row=int(row), column=chosen["species"],
                      values={"given": rows["given_species"][row]})  # fmt: skip


def _alike(rows: pd.DataFrame, chosen: Mapping[str, str], file: str) -> Iterator[Problem]:
    """Tell ids of a list that would make one plant of two."""
    if "plant_id" in chosen:
        return
    distinct = rows.drop_duplicates(["list", "facility_id"])
    for row in distinct.index[distinct["plant_id"].duplicated()]:
        first = distinct.index[distinct["plant_id"] == distinct["plant_id"][row]][0]
        yield Problem(code="ids_alike", file=file, row=int(row), column=chosen["facility_id"],
                      values={"given": rows["facility_id"][row], "first": int(first),
                              "other": rows["facility_id"][first]})  # fmt: skip
