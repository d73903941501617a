"""Form mapping: how the headers, rows and units of a form are spelled, and what each becomes.

The spellings stand in ``data/forms.csv``, ``form_columns.csv``, ``form_rows.csv`` and
``form_units.csv``. They are recalled (``basis`` in ``forms.csv``): no primary print of a form was
at hand. So nothing goes by position or by row code, and what is not known is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from parkkit.core.errors import ParkError, Problem, unknown
from parkkit.core.labels import Language
from parkkit.core.units import conversion, is_unit
from parkkit.core.vocabulary import codes, vocabulary
from parkkit.park.release_checks import TIMES

KEPT_OUT = "kept_out"
NONE = ("", "-", "--", "—", "——", "/", "…", "……")
MEDIA = ("废水中", "废气中", "废水", "废气")
_LEADING = re.compile(
    r"^(?:[#*※]+|其中[:,]?|合计中[:,]?|\d+[.、](?!\d)|\(?[一二三四五六七八九十]+[)、.]|\(\d+\))+"
)
_BRACKETS = re.compile(r"[(\[【<〈][^()\[\]【】<>〈〉]*[)\]】>〉]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: what it is called, where its rows go, and how good they are.

    ``data_rank`` is 2, a statutory return, in the reconstruction of the guide's Appendix A.
    ``basis`` is ``recalled`` where no primary print of the form was seen.
    """

    form: str
    name_zh: str
    name_en: str
    table: str
    list: str
    data_rank: float
    origin: str
    process_zh: str
    process_en: str
    basis: str

    def name(self, language: Language) -> str:
        """The form's title in a language."""
        return self.name_zh if language == "zh" else self.name_en

    def process(self, language: Language) -> str:
        """What the process of the form's activity rows is called."""
        return self.process_zh if language == "zh" else self.process_en


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """What a row of a form becomes: an item or species, and what happened to it."""

    target: str
    item: str
    use: str
    amount_kind: str
    destination: str
    part_of: str
    doubt: str


def known_form(form: str) -> Form:
    """Return a form by its id.

    Raises
    ------
    ParkError
        If there is no such form.

    Examples
    --------
    >>> known_form("energy_205_1").table, known_form("energy_205_1").data_rank
    ('activity', 2.0)
    """
    table = vocabulary("forms")
    if form not in codes("forms"):
        raise unknown("form", form, codes("forms"))
    row = table[table["form"] == form].to_dict("records")[0]
    texts = {str(name): text for name, text in row.items() if name != "data_rank"}
    return Form(**texts, data_rank=float(row["data_rank"]))


def plain(text: str) -> str:
    """Return a header or row name without what differs from print to print.

    Full width becomes half width; spaces, numbering and marks such as 其中 go.

    Examples
    --------
    >>> plain(" 其中：１．用于原材料 "), plain("（一）原　煤")
    ('用于原材料', '原煤')
    """
    return _LEADING.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))


def is_part(text: str) -> bool:
    """Tell whether a row says that it is a part of what stands above it.

    Examples
    --------
    >>> is_part("其中：处置往年贮存量"), is_part("　其中处置往年贮存量"), is_part("处置量")
    (True, True, False)
    """
    given = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return given.startswith(("其中", "#"))


def spellings(text: str) -> Iterator[str]:
    """Return the spellings a text may be known by: with what is in brackets, and without.

    Examples
    --------
    >>> list(spellings("液化天然气（液态）"))
    ['液化天然气液态', '液化天然气']
    """
    given = plain(text)
    yield re.sub(r"[()\[\]【】<>〈〉:,、]", "", given)
    yield re.sub(r"[:,、]", "", plain(_BRACKETS.sub("", given)))


def unit_in(text: str) -> str:
    """Return the unit in the brackets of a header, blank where there is none.

    Examples
    --------
    >>> unit_in("实际排放量（吨）"), unit_in("天然气（气态）")
    ('吨', '')
    """
    for found in _BRACKETS.findall(unicodedata.normalize("NFKC", text)):
        inside = re.sub(r"\s+", "", found[1:-1]).removeprefix("单位:").removeprefix("单位")
        if is_unit(inside) or ("", inside) in _units("") or _rate(inside):
            return inside
    return ""


def number_in(text: str) -> float | None:
    """Return the number a cell holds, None where it is none.

    Examples
    --------
    >>> number_in("１，２００．５"), number_in("1,5")
    (1200.5, None)
    """
    given = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", given):
        given = given.replace(",", "")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", given):
        return None
    return float(given)


@cache
def known_headers(form: str) -> dict[str, tuple[str, str]]:
    """Return the field and its kind of each header spelling of a form."""
    table = vocabulary("form_columns")
    rows = table[table["form"].isin(["", form])].to_dict("records")
    return {
        spelled: (row["field"], row["kind"])
        for row in rows for header in row["headers"].split(";") for spelled in [plain(header)]
    }  # fmt: skip


@cache
def known_rows(form: str) -> dict[str, FormRow]:
    """Return what each row name of a form becomes."""
    table = vocabulary("form_rows")
    rows = table[table["form"] == form].to_dict("records")
    fields = FormRow.__slots__
    return {
        name: FormRow(**{field: row[field] for field in fields})
        for row in rows for name in row["names"].split(";")
    }  # fmt: skip


def form_row(form: str, name: str) -> FormRow | None:
    """Return what a row of a form becomes, None where the row is not known.

    Examples
    --------
    >>> form_row("energy_205_1", "１．无烟煤").item, form_row("energy_205_1", "月光")
    ('anthracite', None)
    """
    known = known_rows(form)
    return next((known[each] for each in spellings(name) if each in known), None)


@cache
def _units(form: str) -> dict[tuple[str, str], str]:
    table = vocabulary("form_units")
    rows = table[table["form"].isin(["", form])].to_dict("records")
    return {(row["item"], row["given"]): row["unit"] for row in rows}


def form_unit(form: str, item: str, given: str, wanted: str) -> str:
    """Return a form's unit as the park's tables write it.

    Parameters
    ----------
    wanted : str
        A unit, or several with a blank between them of which one will do.

    Raises
    ------
    ParkError
        If the unit is unknown, or measures something else.

    Examples
    --------
    >>> form_unit("energy_205_1", "heat", "百万千焦", "GJ")
    'GJ'
    >>> form_unit("env_statistics", "fresh_water", "万吨", "m3")  # a tonne is a cubic metre
    '万m3'
    """
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", given))
    known = _units(form)
    if _rate(text) and ("", text) not in known:
        amount, time = _rate(text)
        raise ParkError("rate_unit", given=given, wanted=amount, time=time)
    unit = known.get((item, text)) or known.get(("", text)) or text
    refused: ParkError | None = None
    for each in wanted.split():
        try:
            conversion(unit, each)
        except ParkError as error:
            refused = refused or error
        else:
            return unit
    raise _in_words(refused, wanted)


def _rate(unit: str) -> tuple[str, ...]:
    """Return the amount and the time of a rate such as kg/h; nothing where it is none."""
    amount, _, time = unit.partition("/")
    return (amount, time) if time.lower() in TIMES and is_unit(amount) else ()


def of_its_kind(given: str, known: Iterable[str]) -> list[str]:
    """Return the names a text may be a slip of: 蒸汽 is no 汽油, general waste not hazardous.

    Examples
    --------
    >>> of_its_kind("蒸汽", ["汽油", "焦炉煤气"]), of_its_kind("煤炭", ["焦炭"])
    ([], [])
    >>> of_its_kind("一般固废产生量", ["危险废物产生量", "一般工业固体废物产生量"])
    ['一般工业固体废物产生量']
    """
    text = next(spellings(given))
    return [name for name in known if name in text or text in name
            or (name[-1:] == text[-1:]
                and name.startswith(text[: 2 if name.endswith("量") else 1]))]  # fmt: skip


def _in_words(refused: ParkError | None, wanted: str) -> ParkError:
    if refused is None or refused.code != "wrong_dimension":
        return refused or ParkError("wrong_dimension", given="", wanted=wanted)
    return ParkError("wrong_dimension", given=refused.values["given"], wanted=wanted.split())


def told(
    file: str, row: object, column: str, code: str, *, is_warning: bool = False, **values: object
) -> Problem:
    """Return a problem at a cell of a form."""
    return Problem(code=code, file=file, row=int(str(row)), column=column,
                   is_warning=is_warning, values=values)  # fmt: skip
