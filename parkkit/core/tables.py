"""Tables: what columns a table has, and how text becomes its values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.units import is_unit
from parkkit.core.vocabulary import codes, synonyms, vocabulary

NUMBERS = ("number", "positive", "share", "rank", "longitude", "latitude")
WHOLES = ("year", "month", "whole")
LIMITS: dict[str, tuple[float, float]] = {
    "positive": (0, float("inf")),
    "share": (0, 1),
    "rank": (1, 5),
    "longitude": (-180, 180),
    # Up to 180, so that a swapped pair is read whole and told as swapped.
    "latitude": (-180, 180),
    "year": (1900, 2100),
    "month": (1, 12),
}
# What a source id is made of: plant/process/outlet.
PARTS_OF_SOURCE = ("enterprise_id", "process", "stack_id")
YES = ("yes", "true", "1", "是")
NO = ("no", "false", "0", "否")
CODED = {"item": "items", "species": "species", "release_species": "species", "use": "uses",
         "process_type": "processes"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A declared column: its name, the kind of its values, and whether it must be there."""

    name: str
    kind: str
    presence: str

    @property
    def choices(self) -> tuple[str, ...]:
        """The values a closed list allows; empty for other kinds."""
        return tuple(self.kind.split()) if " " in self.kind else ()


@cache
def columns(table: str) -> tuple[Column, ...]:
    """Return the declared columns of a table, in order.

    Examples
    --------
    >>> [column.name for column in columns("certificates")][:3]
    ['certificate_id', 'enterprise_id', 'year']
    """
    declared = vocabulary("columns")
    rows = declared[declared["table"] == table].to_dict("records")
    return tuple(
        Column(name=row["column"], kind=row["kind"], presence=row["presence"]) for row in rows
    )


def empty(table: str) -> pd.DataFrame:
    """Return a table of no rows with its declared columns and types."""
    return _empty(table).copy()


@cache
def _empty(table: str) -> pd.DataFrame:
    frame = pd.DataFrame({column.name: pd.Series(dtype="str") for column in columns(table)})
    return read_values(frame, table, f"{table}.csv")[0]


def read_values(raw: pd.DataFrame, table: str, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Turn a table of text into its declared values, and tell every problem on the way.

    Parameters
    ----------
    raw : DataFrame
        Text only; the index counts the rows as a spreadsheet does (the header is row 1).
    table : str
        The declared table.
    file : str
        What to call it in a problem.

    Returns
    -------
    frame : DataFrame
        Every declared column, in order; text blanks are ``""``, blank numbers missing.
    problems : list of Problem
        Missing columns, blank cells, values that are no number, out of range or unknown. A cell
        with a problem is missing in ``frame``.

    Examples
    --------
    >>> raw = pd.DataFrame({"certificate_id": ["c1"], "enterprise_id": ["e1"], "year": ["２０２３"],
    ...     "kind": ["gec"], "amount": ["-5"], "unit": ["MWh"], "origin": ["o"]}, index=[2])
    >>> frame, problems = read_values(raw, "certificates", "certificates.csv")
    >>> int(frame.loc[2, "year"])
    2023
    >>> print(problems[-1].told())
    certificates.csv, row 2, column 'amount': -5 is below 0; give a value from 0 up.
    """
    problems = list(_column_problems(raw, table, file))
    clean, cleaned = _clean(raw, file)
    values: dict[str, pd.Series] = {}
    for column in columns(table):
        given = clean.get(column.name, pd.Series("", index=raw.index, dtype="str"))
        values[column.name], found = _cast(given, column, file)
        if column.name in raw:
            problems += found
    return pd.DataFrame(values, index=raw.index), cleaned + problems


def _column_problems(raw: pd.DataFrame, table: str, file: str) -> Iterator[Problem]:
    declared = {column.name: column for column in columns(table)}
    for name, column in declared.items():
        if name not in raw and column.presence != "optional":
            yield Problem(code="missing_column", file=file, column=name,
                          values={"given": list(raw.columns)})  # fmt: skip
    for name in raw.columns:
        if name not in declared:
            yield Problem(code="extra_column", file=file, column=name, is_warning=True,
                          values={"given": name, "known": list(declared)})  # fmt: skip


def _clean(raw: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Strip stray spaces, make full-width digits plain; one warning a column."""
    clean, problems = raw.copy(), []
    for name in raw.columns:
        tidied = {text: _tidy(text) for text in raw[name].unique().tolist()}
        if all(text == tidy for text, tidy in tidied.items()):
            continue
        clean[name] = _by_text(raw[name], tidied)
        changed = clean[name] != raw[name]
        problems.append(
            Problem(code="cleaned", file=file, row=int(raw.index[changed][0]), column=name,
                    is_warning=True, values={"count": int(changed.sum())})
        )  # fmt: skip
    return clean, problems


# What cannot be seen: zero-width marks, byte-order marks in the middle, breaks inside a cell.
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\x00]")
_BREAKS = re.compile(r"\s*[\n\r\t\v\f]+\s*")
_GROUPED = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?"
_NUMBER_LIKE = re.compile(r"[０-９．，－＋％0-9.,+\-%eE\s]+")


def _tidy(text: str) -> str:
    # Most texts are codes and numbers: what is plain is tidy, and sooner seen than searched.
    if text.isascii() and text.isprintable() and text == text.strip():
        return text
    return _half_width(_BREAKS.sub(" ", _UNSEEN.sub("", text).strip()))


def _half_width(text: str) -> str:
    """Return a number typed with a Chinese keyboard as plain digits; other text untouched."""
    return unicodedata.normalize("NFKC", text) if _NUMBER_LIKE.fullmatch(text) else text


def _cast(given: pd.Series, column: Column, file: str) -> tuple[pd.Series, list[Problem]]:
    problems: list[Problem] = []
    if column.presence == "filled":
        problems += [_problem("blank", column, file, row) for row in given.index[given == ""]]
    if column.kind in (*NUMBERS, *WHOLES):
        values, found = _numbers(given, column, file)
    elif column.kind == "flag":
        values, found = _flags(given, column, file)
    else:
        values, found = _texts(given, column, file)
    if column.name in PARTS_OF_SOURCE:
        found += _not_parts(values, column, file)
    return values, problems + found


def _not_parts(given: pd.Series, column: Column, file: str) -> list[Problem]:
    """Tell names that would make two sources one: plant A/B with C, plant A with B/C."""
    rows = given.index[given.str.contains("/", regex=False)]
    return [_problem("slash", column, file, row, given=given[row]) for row in rows]


def _numbers(given: pd.Series, column: Column, file: str) -> tuple[pd.Series, list[Problem]]:
    if (given == "").all():
        return _no_numbers(given.index, column), []
    values = _parsed(given)
    is_finite = values.abs() < float("inf")
    low, high = LIMITS.get(column.kind, (-float("inf"), float("inf")))
    is_whole = (values % 1 == 0) if column.kind in WHOLES else pd.Series(True, index=values.index)
    problems = []
    for row in given.index[(given != "") & (~is_finite | ~is_whole)]:
        code = "not_a_number" if column.kind in NUMBERS else "not_whole"
        problems.append(_problem(code, column, file, row, given=given[row]))
    for row in given.index[is_finite & ((values < low) | (values > high))]:
        code = "below" if values[row] < low else "above"
        problems.append(
            _problem(code, column, file, row, given=given[row], low=f"{low:g}", high=f"{high:g}")
        )
    good = values.where(is_finite & is_whole & (values >= low) & (values <= high))
    if column.kind not in WHOLES:
        return good, problems
    return good.astype("Int64"), problems


def _no_numbers(index: pd.Index, column: Column) -> pd.Series:
    """Return a blank column of numbers: most tables have several, and nothing is read of them."""
    blank = pd.Series(float("nan"), index=index, dtype="float64")
    return blank.astype("Int64") if column.kind in WHOLES else blank


def _parsed(given: pd.Series) -> pd.Series:
    """Return the number that each text is, missing where it is none: read once a text."""
    places, texts = pd.factorize(given)
    distinct = pd.Series(texts, dtype="str")
    # A comma only parts thousands: "1,5" may mean 1.5 and is no number here.
    is_grouped = distinct.str.fullmatch(_GROUPED)
    plain = distinct.where(~is_grouped, distinct.str.replace(",", "", regex=False))
    numbers = pd.to_numeric(plain, errors="coerce").to_numpy(dtype="float64")
    return pd.Series(numbers.take(places), index=given.index)


def _flags(given: pd.Series, column: Column, file: str) -> tuple[pd.Series, list[Problem]]:
    lower = given.str.lower()
    known = {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}
    values = lower.map(known).astype("boolean")
    wrong = given.index[(given != "") & values.isna()]
    return values, [_problem("not_yes_or_no", column, file, row, given=given[row]) for row in wrong]


def _texts(given: pd.Series, column: Column, file: str) -> tuple[pd.Series, list[Problem]]:
    """Look up each distinct text once: codes by their synonyms, closed lists, units, dates."""
    look_up = _look_up(column)
    found = {text: look_up(text) for text in given.unique().tolist() if text}
    if column.kind == "release_species":
        return _held(given, found, column, file)
    if all(text == code for text, code in found.items()):
        return given.astype("str"), []
    values = _by_text(given, {text: code or "" for text, code in found.items()})
    wrong = given.index[given.isin([text for text, code in found.items() if code is None])]
    also = list(synonyms(CODED[column.kind])) if column.kind in CODED else []
    return values.astype("str"), [
        _problem("unknown", column, file, row, kind=column.name, given=given[row],
                 known=list(known(column)), also=also)
        for row in wrong
    ]  # fmt: skip


def _by_text(given: pd.Series, found: Mapping[str, str]) -> pd.Series:
    """Return what each text stands for, blank for blank: looked up once a text, not once a row."""
    places, texts = pd.factorize(given)
    meanings = pd.array([found.get(text, "") for text in texts], dtype="str")
    return pd.Series(meanings.take(places), index=given.index)


def _held(
    given: pd.Series, found: dict[str, str | None], column: Column, file: str
) -> tuple[pd.Series, list[Problem]]:
    """Keep a species that nobody knows as it was written, with one warning for each."""
    values = given.map(lambda text: found.get(text) or text)
    unknown_texts = [text for text in found if found[text] is None]
    return values.astype("str"), [
        Problem(code="unknown_species", file=file, row=int(given.index[given == text][0]),
                column=column.name, is_warning=True,
                values={"given": text, "count": int((given == text).sum())})
        for text in unknown_texts
    ]  # fmt: skip


def known(column: Column) -> tuple[str, ...]:
    """Return the values a column knows: its choices, or the codes of its vocabulary."""
    if column.choices:
        return column.choices
    if column.kind in ("unit", "currency"):
        return codes("units")
    return codes(CODED[column.kind]) if column.kind in CODED else ()


def _look_up(column: Column) -> Callable[[str], str | None]:
    if column.choices:
        return lambda text: text if text in column.choices else None
    if column.kind in CODED:
        coded = synonyms(CODED[column.kind])
        return lambda text: coded.get(text.lower())
    if column.kind in ("unit", "currency"):
        return lambda text: text if is_unit(text) else None
    if column.kind == "date":
        return lambda text: text if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    return lambda text: text


def _problem(code: str, column: Column, file: str, row: int, **values: object) -> Problem:
    return Problem(code=code, file=file, row=int(row), column=column.name, values=values)
