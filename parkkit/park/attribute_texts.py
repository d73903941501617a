"""Attribute texts: the bytes of a DBF table, in the code page in which they were written."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from parkkit.core.errors import ParkError, Problem

# Byte 29 of a DBF header, as dBASE, FoxPro and ArcGIS write it. 0x57, "the system's own", and 0
# say nothing: on a Chinese computer the one is GBK.
LANGUAGE_BYTES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: "gb18030", 0x4E: "cp949",
    0x4F: "cp950", 0x50: "cp874", 0x78: "cp950", 0x79: "cp949", 0x7A: "gb18030", 0x7B: "cp932",
    0x7C: "cp874", 0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip
# Names in .cpg files that Python knows otherwise, or that newer sets hold entirely.
_CODE_PAGES = {"65001": "utf-8", "936": "gb18030", "54936": "gb18030", "950": "cp950",
               "20936": "gb18030", "10008": "gb18030", "88591": "iso8859-1"}  # fmt: skip
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950", "utf-8-sig": "utf-8"}
_GUESSES = ("gb18030", "cp950")
_CJK = r"[\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
_BREAK = r"[ \t]*[\r\n\v\f\x85\u2028\u2029]+\s*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text as a table holds it: where it stands, and whether its end may be cut off."""

    feature: str
    text: bytes
    is_full: bool = False


def code_page(name: str) -> str:
    """Return Python's name of a code page, as a ``.cpg`` file or a person gives it; else blank.

    GB2312 and GBK become GB18030, which holds both.

    Examples
    --------
    >>> [code_page(name) for name in ("UTF-8", "ANSI 936", "GBK", "Big5", "CP950", "system")]
    ['utf-8', 'gb18030', 'gb18030', 'cp950', 'cp950', '']
    """
    plain = name.strip().strip('"').lower()
    number = re.search(r"(\d{3,5})$", plain.replace("-", ""))
    digits = number[1] if number else ""
    if digits in _CODE_PAGES and "gb" not in plain:
        return _CODE_PAGES[digits]
    for given in (plain, f"cp{digits}"):
        try:
            known = codecs.lookup(given).name
        except (LookupError, ValueError):
            continue
        return _WIDER.get(known, known)
    return ""


def settled_code_page(
    texts: Sequence[Written], *, file: str, asked: str, cpg: str, language_byte: int
) -> tuple[str, list[Problem]]:
    """Return the code page in which all texts of a table read, and what is worth a note.

    The one asked for wins, then the ``.cpg`` file, then the header's language byte, then UTF-8;
    then GB18030 or cp950 (Big5), where only one of them reads every text.

    Raises
    ------
    ParkError
        If no code page does, or GB18030 and cp950 both do: which is meant cannot be told.
    """
    declared = [page for page in (code_page(cpg), LANGUAGE_BYTES.get(language_byte, "")) if page]
    if asked:
        return _asked(texts, file, asked, declared)
    if all(each.text.isascii() for each in texts):
        return "utf-8", []
    notes: list[Problem] = []
    for page in declared:
        if _unread(texts, page) is None:
            return page, notes
        notes.append(_note("code_page_wrong", file, page))
    if _unread(texts, "utf-8") is None:
        return "utf-8", notes
    fitting = [page for page in _GUESSES if _unread(texts, page) is None]
    if not fitting:
        raise ParkError("code_page_unknown", where=file, feature=_first(texts).feature)
    if len(fitting) > 1:
        seen = _first(texts)
        readings = [decoded(seen, page) for page in fitting]
        raise ParkError("code_page_unclear", where=file, feature=seen.feature,
                        gb18030=readings[0], cp950=readings[1])  # fmt: skip
    return fitting[0], [*notes, _note("code_page_found", file, fitting[0])]


def _asked(
    texts: Sequence[Written], file: str, asked: str, declared: Sequence[str]
) -> tuple[str, list[Problem]]:
    page = code_page(asked)
    if not page:
        known = ("utf-8", *_GUESSES)
        raise ParkError("unknown", where=file, kind="encoding", given=asked, known=known)
    unread = _unread(texts, page)
    if unread is not None:
        raise ParkError("code_page_fails", where=file, given=page, feature=unread.feature)
    if declared and declared[0] != page:
        given = Problem(code="code_page_overruled", file=file, is_warning=True,
                        values={"given": page, "declared": declared[0]})  # fmt: skip
        return page, [given]
    return page, []


def _note(code: str, file: str, page: str) -> Problem:
    return Problem(code=code, file=file, is_warning=True, values={"given": page})


def _first(texts: Iterable[Written]) -> Written:
    return next(each for each in texts if not each.text.isascii())


def _unread(texts: Iterable[Written], page: str) -> Written | None:
    """Return the first text that does not read in a code page."""
    for each in texts:
        try:
            read = decoded(each, page)
        except UnicodeDecodeError:
            return each
        # Signs for private use stand in no name: GB18030 gives them to bytes of another set.
        if re.search("[\ue000-\uf8ff]", read):
            return each
    return None


def decoded(written: Written, page: str) -> str:
    """Return a text read in a code page; a character cut off by the field's end is left away.

    Examples
    --------
    >>> decoded(Written(feature="#1", text="东区".encode("gb18030")[:3], is_full=True), "gb18030")
    '东'
    """
    decoder = codecs.getincrementaldecoder(page)()
    return decoder.decode(written.text, final=not written.is_full)


def on_one_line(text: str) -> str:
    """Return a text on one line: a break becomes a space, between Chinese characters nothing.

    Examples
    --------
    >>> on_one_line("澜港化工园\\n东区（一期）"), on_one_line("Langang\\r\\nEast")
    ('澜港化工园东区（一期）', 'Langang East')
    """
    joined = re.sub(f"(?<={_CJK}){_BREAK}(?={_CJK})", "", text.strip())
    return re.sub(_BREAK, " ", joined)


def feature_name(properties: Mapping[str, object], number: int) -> str:
    """Return what a feature is called in a message: its name, else its first text, else its place.

    Examples
    --------
    >>> feature_name({"OBJECTID": 4, "名称": "东区"}, 1), feature_name({"OBJECTID": 4}, 2)
    ('东区', '#2')
    """
    named = [properties.get(key) for key in ("name_zh", "name", "Name", "NAME", "名称", "名稱")]
    texts = [text for text in [*named, *properties.values()] if isinstance(text, str)]
    return next((on_one_line(text) for text in texts if text.strip()), f"#{number}")
