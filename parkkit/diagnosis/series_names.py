"""Series names: what series, cells and shares are called in the sentences of a diagnosis."""

from __future__ import annotations

from collections.abc import Sequence

from parkkit.core.labels import Language, has_label, label
from parkkit.core.vocabulary import names as vocabulary_names
from parkkit.core.vocabulary import synonyms
from parkkit.diagnosis.trends import SEPARATOR

MINUS = "\N{MINUS SIGN}"


def named_series(series: str, language: Language) -> str:
    """Return what people call a series: from the catalogue, the vocabulary, or as given.

    Examples
    --------
    >>> named_series("so2", "zh"), named_series("so2", "en"), named_series("PM2.5", "en")
    ('二氧化硫', 'sulphur dioxide', 'PM2.5')
    """
    if has_label(f"diagnosis.name.{series}"):
        return label(f"diagnosis.name.{series}", language)
    code = synonyms("species").get(series.lower(), series)
    name = vocabulary_names("species", language).get(code, series)
    # Inside an English sentence "Sulphur dioxide" is no name; "PM2.5" is one.
    is_word = language == "en" and name[:1].isupper() and name[1:2].islower()
    return name[0].lower() + name[1:] if is_word else name


def named_group(group: str, language: Language) -> str:
    """Return what people call a group: the whole park, an industry with its division, or as given.

    Examples
    --------
    >>> named_group("park", "zh"), named_group("26", "en"), named_group("LG01", "en")
    ('本园区', '26 Chemicals', 'LG01')
    """
    if has_label(f"diagnosis.group.{group}"):
        return label(f"diagnosis.group.{group}", language)
    return f"{group} {vocabulary_names('industries', language).get(group, '')}".strip()


def codes_of(text: str) -> list[str]:
    """Return the codes of a cell that joins several.

    Examples
    --------
    >>> codes_of("partial; gap_years"), codes_of("")
    (['partial', 'gap_years'], [])
    """
    return [code for code in text.split(SEPARATOR) if code]


def named_cells(text: str, language: Language) -> str:
    """Return the cells of a column ``missing`` with their names.

    Examples
    --------
    >>> named_cells("so2 2020; co2e 2021", "zh")
    '二氧化硫（2020 年）、温室气体（二氧化碳当量）（2021 年）'
    """
    cells = [cell.rsplit(" ", 1) for cell in codes_of(text)]
    told = [label("diagnosis.cell", language, name=named_series(name, language), year=year)
            for name, year in cells]  # fmt: skip
    return label("diagnosis.separator", language).join(told)


def as_read(number: str) -> str:
    """Return a number with the sign people print.

    Examples
    --------
    >>> as_read(f"{-0.25:.3f}")
    '−0.250'
    """
    return number.replace("-", MINUS)


def signed_percent(share: float) -> str:
    """Return a change as per cent with its sign.

    Examples
    --------
    >>> signed_percent(0.2), signed_percent(-0.1), signed_percent(-0.0001)
    ('+20.0%', '−10.0%', '0.0%')
    """
    text = f"{share:+.1%}"
    return text[1:] if float(text.rstrip("%")) == 0 else as_read(text)


def side_by_side(sentences: Sequence[str], language: Language) -> str:
    """Return sentences as one text, apart where the language puts a space between them."""
    return ("" if language == "zh" else " ").join(text.strip() for text in sentences if text)
