"""Errors and problems: where, what was given, what would do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from parkkit.core.labels import Language, has_label, label


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, or worth a warning, in what was given.

    ``code`` names a text of the catalogue (``error.CODE``), ``values`` fill its places.
    ``row`` is the row as a spreadsheet counts it: the header is row 1.
    """

    code: str
    file: str = ""
    row: int | None = None
    column: str = ""
    is_warning: bool = False
    values: Mapping[str, object] = field(default_factory=dict)

    def told(self, language: Language = "en") -> str:
        """Return the problem as a sentence: file, row, column, what was given, what would do.

        Examples
        --------
        >>> Problem(code="blank", file="activity.csv", row=7, column="unit").told()
        "activity.csv, row 7, column 'unit': is blank; fill it in."
        """
        return _told(self.code, language, _where(self, language), self.values)


def _where(problem: Problem, language: Language) -> str:
    parts = [problem.file] if problem.file else []
    if problem.row is not None:
        parts.append(label("error.at_row", language, row=problem.row))
    if problem.column:
        parts.append(label("error.at_column", language, column=problem.column))
    return label("error.separator", language).join(parts)


def _told(code: str, language: Language, where: str, values: Mapping[str, object]) -> str:
    text = label(f"error.{code}", language).format(**_filled(values, language))
    return label("error.where", language, where=where, text=text) if where else text


def _filled(values: Mapping[str, object], language: Language) -> dict[str, object]:
    """Return the values as text: lists joined, and for known names the closest as a hint."""
    comma = label("error.separator", language)
    filled: dict[str, object] = {"hint": ""}
    for name, value in values.items():
        if isinstance(value, Sequence) and not isinstance(value, str):
            listed = comma.join(str(each) for each in value)
            filled[name] = listed or label("error.none", language)
        else:
            filled[name] = value
    kind = f"error.kind.{values.get('kind')}"
    if has_label(kind):
        filled["kind"] = label(kind, language)
    known = values.get("known")
    if isinstance(known, Sequence) and not isinstance(known, str):
        # "also": names that would do as well but would make the list too long, in any language
        also = values.get("also")
        names = [*known, *also] if isinstance(also, Sequence) else known
        close = _closest(str(values.get("given")), [str(name) for name in names])
        filled["hint"] = label("error.did_you_mean", language, close=close) if close else ""
    return filled


def _closest(given: str, known: Sequence[str]) -> str:
    """Return the known name that is most likely meant; blank where none is close."""
    # KG is kg and not, as difflib has it, GJ.
    same = [name for name in known if name.lower() == given.lower()]
    # Of names equally close the first of its vocabulary, where the common ones stand.
    best = max(known, key=lambda name: _likeness(name, given), default="")
    # 0.5, below difflib's own 0.6: swapped words ("coal_raw") are a common slip.
    return next(iter(same), best if best and _likeness(best, given) >= 0.5 else "")


def _likeness(name: str, given: str) -> float:
    return SequenceMatcher(None, name, given).ratio()


class ParkError(ValueError):
    """What was given cannot be used; the text says where, what was given, what would do.

    Parameters
    ----------
    code : str
        A key of the label catalogue without its ``error.`` prefix.
    where : str
        The place: a file, a function argument.
    problems : iterable of Problem
        All problems, where a whole park was checked.
    **values
        What fills the places of the text.

    Examples
    --------
    >>> print(ParkError("unknown_park", given="x", known=["langang"]))
    there is no park 'x'. Known parks: langang.
    """

    def __init__(
        self, code: str, *, where: str = "", problems: Iterable[Problem] = (), **values: object
    ) -> None:
        self.code = code
        self.where = where
        self.problems = tuple(problems)
        self.values = values
        super().__init__(self.told("en"))

    def __reduce__(self) -> tuple[Callable[..., ParkError], tuple[object, ...]]:
        """Let an error cross to another process whole."""
        return _remade, (self.code, self.where, self.problems, self.values)

    def told(self, language: Language) -> str:
        """Return the error in a language, every problem on a line of its own."""
        head = _told(self.code, language, self.where, self.values)
        return "\n".join([head, *(problem.told(language) for problem in self.problems)])


def _remade(
    code: str, where: str, problems: tuple[Problem, ...], values: Mapping[str, object]
) -> ParkError:
    return ParkError(code, where=where, problems=problems, **values)


def unknown(kind: str, given: str, known: Iterable[str], *, where: str = "") -> ParkError:
    """Return the error for a name nobody knows, with the names that would do.

    Examples
    --------
    >>> print(unknown("item", "coal_raw", ["coke", "raw_coal"], where="activity.csv row 7"))
    activity.csv row 7: unknown item 'coal_raw'. Did you mean 'raw_coal'? Known: coke, raw_coal.
    """
    return ParkError("unknown", where=where, kind=kind, given=given, known=sorted(known))
