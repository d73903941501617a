"""The label catalogue: every text a person reads, in Chinese and in English."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

CATALOGUE = Path(__file__).parents[1] / "data" / "labels"


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return every label by key: ``{"zh": text, "en": text}``.

    Raises
    ------
    KeyError
        If a key stands twice: one fact has one place.
    """
    labels: dict[str, dict[str, str]] = {}
    for path in sorted(CATALOGUE.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["key"] in labels:
                    raise KeyError(f"{path.name}: label {row['key']!r} stands twice")
                labels[row["key"]] = {language: row[language] for language in LANGUAGES}
    return labels


def label(key: str, language: Language, /, **values: object) -> str:
    """Return the text of a key in a language, its ``{places}`` filled in.

    Raises
    ------
    KeyError
        If the catalogue has no such key, or no text for it in this language.

    Examples
    --------
    >>> label("language.name", "en")
    'English'
    >>> label("error.at_row", "zh", row=7)
    '第 7 行'
    """
    text = catalogue()[key][language]
    if not text:
        raise KeyError(f"label {key!r} has no text in {language!r}")
    return text.format(**values) if values else text


def has_label(key: str) -> bool:
    """Return whether the catalogue has a key."""
    return key in catalogue()
