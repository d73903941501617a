"""Bridges: the lists of releases that are known by their columns, and which one a file is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from parkkit.core.errors import ParkError, Problem
from parkkit.core.vocabulary import DATA
from parkkit.park.list_files import chosen_columns, missing_columns, read_header
from parkkit.park.list_mapping import ListMapping, level_name, read_mapping
from parkkit.park.list_reading import read_list

BRIDGES = DATA / "bridges"
TEMPLATE = DATA / "list_mapping.toml"


def known_lists() -> tuple[str, ...]:
    """Return the names of the lists that are known by their columns.

    Examples
    --------
    >>> known_lists()
    ('eprtr', 'stewi')
    """
    return tuple(sorted(path.stem for path in BRIDGES.glob("*.toml")))


@cache
def known_list(name: str) -> ListMapping:
    """Return the mapping of a known list.

    Examples
    --------
    >>> known_list("eprtr").fixed["list"], known_list("stewi").has_shared_id
    ('E-PRTR', True)
    """
    return read_mapping(BRIDGES / f"{name}.toml")


def mapping_template() -> str:
    """Return the text of a mapping file to copy, with remarks on every section.

    Examples
    --------
    >>> "[columns]" in mapping_template()
    True
    """
    return TEMPLATE.read_text(encoding="utf-8")


def list_mapping(source: Path, mapping: str | Path | None = None) -> ListMapping:
    """Return how a list is written: by a known name, by a mapping file, else by its columns.

    Raises
    ------
    ParkError
        If the name is unknown, the mapping file does not do, or the file's columns are those of
        no known list: what the nearest one has besides is told.
    """
    if mapping is None:
        return _recognised(source)
    if str(mapping) in known_lists():
        return known_list(str(mapping))
    path = Path(mapping)
    if not path.suffix and not path.is_file():
        raise ParkError("unknown_mapping", given=mapping, known=known_lists())
    return read_mapping(path)


def _recognised(source: Path) -> ListMapping:
    """Return the known list whose columns a file has."""
    lacking: dict[str, list[Problem]] = {}
    shared: dict[str, int] = {}
    for name in known_lists():
        header = _header(source, known_list(name))
        lacking[name] = missing_columns(header, known_list(name), source.name)
        if not lacking[name]:
            return known_list(name)
        shared[name] = len(chosen_columns(header, known_list(name)))
    # Of lists equally near, the one that lacks most: it says most of what would do.
    closest = max(shared, key=lambda name: (shared[name], len(lacking[name])))
    raise ParkError("unknown_list", where=source.name, known=known_lists(), closest=closest,
                    count=len(lacking[closest]), problems=lacking[closest])  # fmt: skip


def _header(source: Path, mapping: ListMapping) -> list[str]:
    try:
        return read_header(source, mapping)
    except ParkError as error:
        # Parted by another mark, it is another list; anything else is wrong in any list.
        if error.code == "other_delimiter":
            return []
        raise


def read_sources(
    sources: Sequence[Path], *, mapping: str | Path | None, list_name: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the rows of several lists, each with its file as ``source``, and what was mended.

    ``list_name`` goes before the name that a mapping fixes.

    Raises
    ------
    ParkError
        If a list does not do, or names its rows' lists itself where ``list_name`` is given.
    """
    parts, notes = [], []
    for source in sources:
        how = list_mapping(source, mapping)
        if list_name:
            how = _named(how, list_name)
        rows, found = read_list(source, how)
        parts.append(rows.assign(source=source.name, note=_multiplied(rows, how)))
        notes += found
    return pd.concat(parts, ignore_index=True), notes


def _named(mapping: ListMapping, name: str) -> ListMapping:
    if "list" in mapping.columns:
        raise ParkError("list_has_column", given=name, column=mapping.columns["list"][0])
    return replace(mapping, fixed={**mapping.fixed, "list": name})


def _multiplied(rows: pd.DataFrame, mapping: ListMapping) -> str:
    """Return which amounts are not the list's own, for ``sources.csv``."""
    given = {level_name(name): name for name in rows["given_species"].unique()}
    return "; ".join(f"{given[name]} x {factor:g}" for name, factor in mapping.multipliers.items()
                     if name in given)  # fmt: skip
