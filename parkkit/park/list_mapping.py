"""List mappings: how a list of releases is written, and what its words become."""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parkkit.core.errors import ParkError, Problem
from parkkit.core.tables import LIMITS
from parkkit.core.texts import read_decoded
from parkkit.core.units import is_unit, measures
from parkkit.core.vocabulary import codes, vocabulary

FIELDS = ("plant_id", "facility_id", "name", "list", "year", "species", "medium", "amount",
          "unit", "data_rank", "method", "address", "lat", "lon", "industry_code",
          "credit_code")  # fmt: skip
FIXED = ("list", "year", "medium", "unit", "data_rank")
MEDIA = ("air", "water", "land")
DELIMITERS = {",": ",", ";": ";", "|": "|", "tab": "\t", "\t": "\t"}
DECIMALS = (".", ",")
SETTINGS = ("delimiter", "decimal", "encoding")
NEEDED_SECTIONS = ("file", "columns")
SECTIONS = (*NEEDED_SECTIONS, "column_units", "fixed", "units", "media", "species", "multipliers",
            "species_media")  # fmt: skip
TITLE = "title"
# Where a field may stand besides [columns] and [fixed].
ELSEWHERE = {"unit": "column_units", "medium": "species_media"}
Sections = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMapping:
    """How a list of releases is written.

    ``marks`` pairs each mark between columns with the decimal mark that goes with it.
    ``columns`` has the names that each field may go by; a last name that is blank lets the column
    be missing. Names of species, units and media are in the form that ``level_name`` gives.
    """

    name: str
    marks: tuple[tuple[str, str], ...]
    columns: Mapping[str, tuple[str, ...]]
    title: str = ""
    encoding: str = ""
    column_units: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str | int | float] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, str] = field(default_factory=dict)
    species: Mapping[str, str] = field(default_factory=dict)
    multipliers: Mapping[str, float] = field(default_factory=dict)
    species_media: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_shared_id(self) -> bool:
        """Whether plants are one by an id that several lists share."""
        return "plant_id" in self.columns


def level_name(text: str) -> str:
    """Return a name as it is compared: blanks folded, capitals small.

    Examples
    --------
    >>> level_name(" Carbon  Dioxide")
    'carbon dioxide'
    """
    return " ".join(text.split()).casefold()


def read_mapping(path: Path) -> ListMapping:
    """Read a mapping file (TOML); the sections are those of ``data/list_mapping.toml``.

    Raises
    ------
    ParkError
        If the file is missing or no TOML, or says something that does not do: all of it is told,
        with file, section and key.
    """
    given = _read_toml(path)
    file = path.name
    problems = list(_section_problems(given, file))
    if not problems:
        problems = [*_file_problems(given, file), *_column_problems(given, file),
                    *_fixed_problems(given, file), *_name_problems(given, file)]  # fmt: skip
    if not problems:
        problems = [*_twice(given, file), *_lacking(given, file)]
    if problems:
        raise ParkError("file_has_problems", given=file, count=len(problems), problems=problems)
    return _mapping(given, path.stem)


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ParkError("missing_file", where=path.name, given=path.parent)
    try:
        return tomllib.loads(read_decoded(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ParkError("not_toml", where=path.name, given=error) from error


def _mapping(given: Mapping[str, Any], name: str) -> ListMapping:
    file = given["file"]
    pairs = zip(_listed(file["delimiter"]), _listed(file["decimal"]), strict=True)
    levelled = {
        section: {level_name(key): value for key, value in given.get(section, {}).items()}
        for section in ("units", "media", "species", "multipliers")
    }
    return ListMapping(
        name=name,
        title=given.get(TITLE, ""),
        marks=tuple((DELIMITERS[delimiter], decimal) for delimiter, decimal in pairs),
        encoding=file.get("encoding", ""),
        columns={key: tuple(_listed(names)) for key, names in given["columns"].items()},
        column_units=given.get("column_units", {}),
        fixed=given.get("fixed", {}),
        species_media=given.get("species_media", {}),
        **levelled,
    )


def _listed(given: object) -> list[Any]:
    return given if isinstance(given, list) else [given]


def _wrong(file: str, section: str, key: str, code: str, **values: object) -> Problem:
    """Return a problem of a key of a section: both stand in its place."""
    return Problem(code=code, file=f"{file} [{section}] {key}".strip(), values=values)


def _section_problems(given: Mapping[str, Any], file: str) -> Iterator[Problem]:
    """Tell sections that are missing or unknown, and what is no section."""
    for name in NEEDED_SECTIONS:
        if name not in given:
            yield Problem(code="no_section", file=file, values={"given": name})
    for name, section in given.items():
        if name == TITLE:
            if not isinstance(section, str):
                yield Problem(code="setting_text", file=f"{file} {TITLE}",
                              values={"given": section})  # fmt: skip
        elif name not in SECTIONS:
            yield Problem(code="unknown", file=file,
                          values={"kind": "section", "given": name,
                                  "known": [TITLE, *SECTIONS]})  # fmt: skip
        elif not isinstance(section, dict):
            yield Problem(code="mapping_no_section", file=file, values={"given": name})


def _file_problems(given: Sections, file: str) -> Iterator[Problem]:
    """Tell marks and an encoding that do not do, and what is not said."""
    section = given["file"]
    for key in section:
        if key not in SETTINGS:
            yield _wrong(file, "file", key, "unknown", kind="setting", given=key, known=SETTINGS)
    wrong = list(_mark_problems(section, file))
    yield from wrong
    if not wrong:
        yield from _pair_problems(section, file)
    encoding = section.get("encoding", "")
    if not isinstance(encoding, str):
        yield _wrong(file, "file", "encoding", "setting_text", given=encoding)
    elif encoding and not _is_encoding(encoding):
        yield _wrong(file, "file", "encoding", "mapping_encoding", given=encoding)


def _mark_problems(section: Mapping[str, Any], file: str) -> Iterator[Problem]:
    for key, known in (("delimiter", list(DELIMITERS)[:4]), ("decimal", list(DECIMALS))):
        allowed = DELIMITERS if key == "delimiter" else DECIMALS
        if key not in section:
            yield _wrong(file, "file", key, "blank")
        for mark in _listed(section.get(key, [])):
            if not isinstance(mark, str) or mark not in allowed:
                yield _wrong(file, "file", key, "mapping_mark", given=mark, known=known)


def _pair_problems(section: Mapping[str, Any], file: str) -> Iterator[Problem]:
    delimiters, decimals = _listed(section["delimiter"]), _listed(section["decimal"])
    if len(delimiters) != len(decimals):
        yield _wrong(file, "file", "decimal", "mapping_pairs", given=len(decimals),
                     wanted=len(delimiters))  # fmt: skip
    elif any(mark == DELIMITERS[other] for mark, other in zip(decimals, delimiters, strict=True)):
        yield _wrong(file, "file", "decimal", "mapping_one_mark", given=",")


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _column_problems(given: Sections, file: str) -> Iterator[Problem]:
    """Tell fields nobody knows, names of columns that are none, and units of no column."""
    for key, names in given["columns"].items():
        if key not in FIELDS:
            yield _wrong(file, "columns", key, "unknown", kind="list_field", given=key,
                         known=FIELDS)  # fmt: skip
        elif not _are_columns(_listed(names)):
            yield _wrong(file, "columns", key, "mapping_column", given=repr(names))
    amounts = [name for name in _listed(given["columns"].get("amount", [])) if name]
    for key, unit in given.get("column_units", {}).items():
        if key not in amounts:
            yield _wrong(file, "column_units", key, "unknown", kind="column", given=key,
                         known=amounts)  # fmt: skip
        yield from _unit_problems(file, "column_units", key, unit)


def _are_columns(names: Sequence[object]) -> bool:
    """Tell names of columns, of which the last may be blank but not the only one."""
    texts = [name for name in names if isinstance(name, str)]
    first = texts[:-1] if len(texts) > 1 else texts
    return len(texts) == len(names) > 0 and all(name.strip() for name in first)


def _fixed_problems(given: Sections, file: str) -> Iterator[Problem]:
    for key, value in given.get("fixed", {}).items():
        if key not in FIXED:
            yield _wrong(file, "fixed", key, "unknown", kind="list_field", given=key, known=FIXED)
        elif key == "unit":
            yield from _unit_problems(file, "fixed", key, value)
        elif key == "medium":
            yield from _medium_problems(file, "fixed", key, value)
        elif key == "list":
            if not isinstance(value, str) or not value.strip():
                yield _wrong(file, "fixed", key, "setting_text", given=repr(value))
        else:
            low, high = LIMITS["year" if key == "year" else "rank"]
            kinds = (int,) if key == "year" else (int, float)
            if type(value) not in kinds or not low <= value <= high:
                yield _wrong(file, "fixed", key, "mapping_number", given=value,
                             low=f"{low:g}", high=f"{high:g}")  # fmt: skip


def _name_problems(given: Sections, file: str) -> Iterator[Problem]:
    """Tell what units, media, species and multipliers say that does not do."""
    for key, unit in given.get("units", {}).items():
        yield from _unit_problems(file, "units", key, unit)
    for section in ("media", "species_media"):
        for key, medium in given.get(section, {}).items():
            yield from _medium_problems(file, section, key, medium)
    named = [("species", key, code) for key, code in given.get("species", {}).items()]
    named += [("species_media", code, code) for code in given.get("species_media", {})]
    for section, key, code in named:
        if code not in codes("species"):
            yield _wrong(file, section, key, "unknown", kind="species", given=code,
                         known=codes("species"))  # fmt: skip
    for key, factor in given.get("multipliers", {}).items():
        if type(factor) not in (int, float) or not 0 < factor < float("inf"):
            yield _wrong(file, "multipliers", key, "mapping_multiplier", given=factor)
    for section in ("units", "media", "species", "multipliers"):
        yield from _same_keys(given.get(section, {}), file, section)


def _unit_problems(file: str, section: str, key: str, unit: object) -> Iterator[Problem]:
    if not isinstance(unit, str) or not is_unit(unit):
        yield _wrong(file, section, key, "unknown", kind="unit", given=unit, known=masses())
    elif not measures(unit, "t"):
        yield _wrong(file, section, key, "wrong_dimension", given=unit, wanted="t")


def masses() -> list[str]:
    """Return the units of mass, in the order of the vocabulary.

    Examples
    --------
    >>> masses()[:3]
    ['t', 'kg', 'g']
    """
    return [unit for unit in vocabulary("units")["unit"] if measures(unit, "t")]


def _medium_problems(file: str, section: str, key: str, medium: object) -> Iterator[Problem]:
    if medium not in MEDIA:
        yield _wrong(file, section, key, "unknown", kind="release_medium", given=medium,
                     known=MEDIA)  # fmt: skip


def _same_keys(section: Mapping[str, Any], file: str, name: str) -> Iterator[Problem]:
    """Tell keys that differ in capitals or blanks alone: a list's name would be both."""
    first: dict[str, str] = {}
    for key in section:
        other = first.setdefault(level_name(key), key)
        if other != key:
            yield _wrong(file, name, key, "mapping_same_key", given=key, other=other)


def _twice(given: Sections, file: str) -> Iterator[Problem]:
    for key in given.get("fixed", {}):
        names = _listed(given["columns"].get(key, ""))
        if names[-1] != "":
            yield _wrong(file, "fixed", key, "mapping_twice", given=names[0])


def _lacking(given: Sections, file: str) -> Iterator[Problem]:
    """Tell what a release needs and the mapping nowhere says."""
    for key in ("species", "amount", "year", "list", "medium", "unit"):
        elsewhere = ELSEWHERE.get(key, "")
        told = key in given["columns"] or key in given.get("fixed", {})
        if not told and not given.get(elsewhere, {}):
            also = ("fixed",) if key in FIXED else ()
            places = [f"[{name}]" for name in ("columns", *also, elsewhere) if name]
            yield _wrong(file, "columns", key, "mapping_lacks", given=key, wanted=places)
    if not {"plant_id", "facility_id"} & set(given["columns"]):
        yield _wrong(file, "columns", "facility_id", "mapping_lacks", given="facility_id",
                     wanted=["[columns]"])  # fmt: skip
