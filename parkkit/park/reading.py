"""Reading a park's files: text tables and ``park.toml``, every problem gathered."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import tomllib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from parkkit.core.convention import Convention, convention
from parkkit.core.errors import ParkError, Problem
from parkkit.core.tables import LIMITS, empty, read_values
from parkkit.core.texts import read_decoded
from parkkit.core.uncertainty_rule import UncertaintyRule, uncertainty_rule, wide_ranks
from parkkit.core.vocabulary import codes
from parkkit.park.datum import DATUMS
from parkkit.park.own_factors import package_sets
from parkkit.park.polygons import BOUNDARY_TYPES

TABLES = ("enterprises", "listings", "activity", "site_factors", "factors", "abatement",
          "releases", "certificates", "economy", "price_index", "same_as", "sources")  # fmt: skip
NEEDED = ("enterprises", "sources")
ABOUT = "park.toml"
SECTIONS = ("park", "convention")
UNCERTAINTY = "uncertainty"  # a section that may be left out
# The settings of park.toml that are no text.
KINDS = {"country": "country", "is_synthetic": "flag", "list_order": "list",
         "price_base_year": "year", "default_year": "year"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What ``park.toml`` says of a park, and the convention and uncertainty it asks for.

    ``datum`` is that of every place in ``enterprises.csv`` and ``listings.csv`` whose row says
    none; blank where every row says its own.
    """

    park_id: str
    name_zh: str
    name_en: str
    convention: Convention
    country: str = "CN"
    province: str = ""
    park_type: str = ""
    industry_scheme: str = "GB/T 4754"
    is_synthetic: bool = False
    list_order: tuple[str, ...] = ("calculated",)
    price_base_year: int | None = None
    default_boundary: str = "physical"
    default_year: int | None = None
    datum: str = ""
    uncertainty: UncertaintyRule = field(default_factory=UncertaintyRule)


def read_about(folder: Path) -> tuple[About | None, list[Problem]]:
    """Read ``park.toml``: the park's names and settings, and its convention."""
    path = folder / ABOUT
    if not path.is_file():
        return None, [Problem(code="missing_file", file=ABOUT, values={"given": folder})]
    try:
        given = tomllib.loads(read_decoded(path))
    except ParkError as error:
        return None, [Problem(code=error.code, file=ABOUT, values=error.values)]
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return None, [Problem(code="not_toml", file=ABOUT, values={"given": error})]
    if wrong := list(_section_problems(given)):
        return None, wrong
    settings = dict(given["park"])
    problems = [*_setting_problems(settings), *_place_problems(settings)]
    chosen, found = _convention(given["convention"], folder)
    rule, wrong = _uncertainty(given.get(UNCERTAINTY, {}))
    problems += [*found, *wrong]
    if problems or chosen is None or rule is None:
        return None, problems
    settings["park_id"] = settings.pop("id")
    settings["list_order"] = tuple(settings.get("list_order", ("calculated",)))
    doubts = [replace(each, file=f"{ABOUT} [{UNCERTAINTY}]") for each in wide_ranks(rule)]
    return About(convention=chosen, uncertainty=rule, **settings), doubts


def _section_problems(given: Mapping[str, object]) -> Iterator[Problem]:
    known = (*SECTIONS, UNCERTAINTY)
    for name in known:
        if not isinstance(given.get(name, {} if name == UNCERTAINTY else None), dict):
            yield Problem(code="no_section", file=ABOUT, values={"given": name})
    for name in given:
        if name not in known:
            values = {"kind": "section", "given": name, "known": known}
            yield Problem(code="unknown", file=ABOUT, values=values)


def _convention(
    given: Mapping[str, object], folder: Path
) -> tuple[Convention | None, list[Problem]]:
    place = f"{ABOUT} [convention]"
    try:
        chosen = convention(given)
    except ParkError as error:
        return None, [Problem(code=error.code, file=place, values=error.values)]
    if set(chosen.factor_sets) <= set(package_sets()):
        return chosen, []
    # The park's own sets are read for their names only here, and only where one is asked for.
    own = read_table(folder, "factors")[0]["factor_set"]
    known = sorted({*package_sets(), *own} - {""})
    return chosen, [
        Problem(code="unknown", file=place, column="factor_sets",
                values={"kind": "factor_set", "given": name, "known": known})
        for name in chosen.factor_sets if name not in known
    ]  # fmt: skip


def _uncertainty(given: Mapping[str, object]) -> tuple[UncertaintyRule | None, list[Problem]]:
    try:
        return uncertainty_rule(given), []
    except ParkError as error:
        place = f"{ABOUT} [{UNCERTAINTY}]"
        return None, [Problem(code=error.code, file=place, values=error.values)]


def _setting_problems(settings: Mapping[str, object]) -> Iterator[Problem]:
    """Tell settings that nobody knows, that are blank, or of the wrong kind."""
    known = [name for name in About.__slots__ if name not in ("park_id", *SECTIONS, UNCERTAINTY)]
    known.append("id")
    for name, value in settings.items():
        if name not in known:
            yield Problem(code="unknown", file=ABOUT, column=name,
                          values={"kind": "setting", "given": name, "known": known})  # fmt: skip
        elif not _is_kind(value, KINDS.get(name, "text")):
            yield Problem(code=f"setting_{KINDS.get(name, 'text')}", file=ABOUT, column=name,
                          values={"given": str(value)})  # fmt: skip
    for name in ("id", "name_zh", "name_en"):
        if name not in settings or settings[name] == "":
            yield Problem(code="blank", file=ABOUT, column=name)


def _is_kind(value: object, kind: str) -> bool:
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "year":
        return type(value) is int and LIMITS["year"][0] <= value <= LIMITS["year"][1]
    if kind == "country":
        return isinstance(value, str) and bool(re.fullmatch("[A-Z]{2}", value))
    if kind == "list":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, str)


def _place_problems(settings: Mapping[str, object]) -> Iterator[Problem]:
    boundary, province = settings.get("default_boundary", "physical"), settings.get("province", "")
    wanted: list[tuple[str, object, tuple[str, ...]]]
    wanted = [("default_boundary", boundary, BOUNDARY_TYPES),
              ("datum", settings.get("datum", ""), ("", *DATUMS))]  # fmt: skip
    # Provinces outside China are not in the vocabulary and have no grid factor here.
    if settings.get("country", "CN") == "CN":
        provinces = [code for code in codes("regions") if code.isdigit()]
        wanted.append(("province", province, ("", *provinces)))
    for name, value, allowed in wanted:
        if isinstance(value, str) and value not in allowed:
            yield Problem(code="unknown", file=ABOUT, column=name,
                          values={"kind": name, "given": value,
                                  "known": [each for each in allowed if each]})  # fmt: skip


def read_table(folder: Path, table: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Read one table of a park folder; an absent file is an empty table, unless it is needed.

    UTF-8 with or without a byte-order mark and GB18030 are read. The index counts rows as a
    spreadsheet does: the header is row 1.
    """
    path = folder / f"{table}.csv"
    if not path.is_file():
        missing = Problem(code="missing_file", file=path.name, values={"given": folder})
        return empty(table), [missing] if table in NEEDED else []
    try:
        raw = read_text(path)
    except ParkError as error:
        found = error.problems or [Problem(code=error.code, file=path.name, values=error.values)]
        return empty(table), list(found)
    return read_values(raw, table, path.name)


def read_text(path: Path) -> pd.DataFrame:
    """Read a CSV as text; blank lines are left out but counted.

    Raises
    ------
    ParkError
        If the file is neither UTF-8 nor GB18030, or its rows do not fit its header.
    """
    text = read_decoded(path)
    if not text.strip():
        raise ParkError("empty_file", where=path.name)
    _check_header(path, text)
    try:
        with warnings.catch_warnings():
            # pandas only warns of a row longer than the header, and cuts it
            warnings.simplefilter("error", pd.errors.ParserWarning)
            raw = pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False,
                              skip_blank_lines=False, index_col=False)  # fmt: skip
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise _ragged(path, text, str(error).strip()) from error
    # Excel leaves columns behind that have neither a name nor a value.
    raw = raw.fillna("").rename(columns=lambda name: str(name).strip())
    raw = raw.drop(columns=[name for name in raw if str(name).startswith("Unnamed: ")
                            and (raw[name].str.strip() == "").all()])  # fmt: skip
    raw.index = pd.RangeIndex(2, len(raw) + 2, name="row")
    return raw[(raw != "").any(axis=1)]


def _check_header(path: Path, text: str) -> None:
    """Tell a header whose columns cannot be told apart."""
    first = next(line for line in text.splitlines() if line.strip())
    for mark in (";", "\t"):
        if "," not in first and mark in first:
            raise ParkError("not_commas", where=path.name, given="Tab" if mark == "\t" else mark)
    names = [name.strip() for name in next(csv.reader([first]), [])]
    problems = [
        Problem(code="duplicate_column", file=path.name, row=1, column=name,
                values={"count": names.count(name)})
        for name in dict.fromkeys(names) if name and names.count(name) > 1
    ]  # fmt: skip
    if problems:
        raise ParkError("file_has_problems", given=path.name, count=len(problems),
                        problems=problems)  # fmt: skip


def _ragged(path: Path, text: str, told: str) -> ParkError:
    """Return the error for the first row with more cells than the header, else what pandas told."""
    rows = csv.reader(io.StringIO(text))
    with contextlib.suppress(csv.Error):
        wanted = len(next(rows, []))
        for number, cells in enumerate(rows, start=2):
            if len(cells) > wanted:
                problem = Problem(code="ragged", file=path.name, row=number,
                                  values={"given": len(cells), "wanted": wanted})  # fmt: skip
                return ParkError("file_has_problems", given=path.name, count=1, problems=[problem])
    # pandas counts the header as row 0
    if opened := re.search(r"EOF inside string starting at row (\d+)", told):
        problem = Problem(code="open_quote", file=path.name, row=int(opened[1]) + 1)
        return ParkError("file_has_problems", given=path.name, count=1, problems=[problem])
    return ParkError("not_csv", where=path.name, given=told)
