"""Form standing: rows of a form against those that a park has already, and their free ids."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.park.form_mapping import told
from parkkit.park.form_reading import Sheet

KEYS = {"activity": "activity_id", "releases": "release_id"}
SAME_USE = ("enterprise_id", "item", "use", "year")
SAME_RELEASE = ("enterprise_id", "list", "species", "medium", "amount_kind", "year")
SAME_ROW = ("item", "use", "species", "stack_id", "month", "destination", "unit")
Row = Mapping[Hashable, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The rows that a table holds: those of the park, and of the sheets before."""

    table: str
    held: dict[tuple[str, ...], list[Row]]
    ids: dict[str, Row]
    items: dict[tuple[str, ...], Row]


def standing(table: str, there: pd.DataFrame) -> Standing:
    """Return the rows of a park's table, its index being their place in the file."""
    made = Standing(table=table, held={}, ids={}, items={})
    add(made, there.reset_index(names="row").assign(file=f"{table}.csv"))
    return made


def add(there: Standing, rows: pd.DataFrame) -> None:
    """Add rows, with the ``file`` and the ``row`` where they stand."""
    for row in rows.to_dict("records"):
        there.held.setdefault(_key(row, there.table), []).append(row)
        there.ids.setdefault(str(row[KEYS[there.table]]), row)
        if there.table == "activity":
            there.items.setdefault(_texts(row, ("enterprise_id", "item", "year")), row)


def held_against(
    rows: pd.DataFrame, there: Standing, sheet: Sheet
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return rows with ids that are free, and tell those that would count twice.

    A row that is there as it is was imported already; a release that is there with another
    destination is the same release. Waste goes several ways at once.
    """
    key = KEYS[there.table]
    problems: list[Problem] = []
    ids: list[str] = []
    for row in rows.to_dict("records"):
        problems += _told(row, there, sheet)
        ids.append(_free(str(row[key]), {*there.ids, *ids}))
    return rows.assign(**{key: ids}), problems


def _told(row: Row, there: Standing, sheet: Sheet) -> Iterator[Problem]:
    key, column = KEYS[there.table], sheet.headers.get("name", "")
    # A pollutant may go two ways: the row itself is looked for before the other way.
    other = max(_same(row, there), key=lambda each: _likeness(row, each, key), default=None)
    what = row.get("name") or row.get("item") or row.get("species")
    where = {"given": what, "plant": row["enterprise_id"], "year": row["year"]}
    if other is None:
        item = there.items.get(_texts(row, ("enterprise_id", "item", "year")))
        if item is not None:
            yield told(sheet.file, row["row"], column, "form_item_stands", is_warning=True,
                       first=item["row"], **where)  # fmt: skip
        return
    place = {"table": other["file"], "first": other["row"]}
    if _likeness(row, other, key) == len(SAME_ROW) + 2:
        yield told(sheet.file, row["row"], column, "form_imported_already", given=row[key],
                   **place)  # fmt: skip
    elif _text(row.get("destination")) != _text(other.get("destination")):
        yield told(sheet.file, row["row"], column, "form_other_destination", id=other[key],
                   **where, **place)  # fmt: skip
    else:
        yield told(sheet.file, row["row"], column, "form_counts_twice", **where, **place)


def _same(row: Row, there: Standing) -> Iterator[Row]:
    """Return the rows that tell the same: of the same outlet and month, or of all of them."""
    for other in there.held.get(_key(row, there.table), []):
        pairs = [(_text(row.get(name)), _text(other.get(name))) for name in ("stack_id", "month")]
        if there.table == "activity" or all(a == b or "" in (a, b) for a, b in pairs):
            yield other


def _likeness(row: Row, other: Row, key: str) -> int:
    """Return in how many cells two rows agree: all of them, and a row is there as it is."""
    alike = [_text(row.get(name)) == _text(other.get(name)) for name in (*SAME_ROW, key)]
    return sum(alike) + (_text(row["amount"]) == _text(other["amount"]))


def _key(row: Row, table: str) -> tuple[str, ...]:
    if table == "activity":
        return _texts(row, SAME_USE)
    ways = ("destination",) if row.get("medium") == "waste" else ()
    return _texts(row, (*SAME_RELEASE, *ways))


def _texts(row: Row, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_text(row.get(name)) for name in names)


def _text(value: object) -> str:
    """Return a cell as text: months are numbers in a park's tables and texts in a form's."""
    if value is None or value != value or value is pd.NA:
        return ""
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def _free(wanted: str, taken: set[str]) -> str:
    number, made = 1, wanted
    while made in taken:
        number += 1
        made = f"{wanted}-{number}"
    return made
