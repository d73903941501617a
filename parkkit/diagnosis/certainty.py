"""Certainty: how sure a verdict is, beside it and in words."""

from __future__ import annotations

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.diagnosis.likelihood import PAIR
from parkkit.diagnosis.trends import SEPARATOR

SETTLED, PARTIAL = ("settled", "settled_so_far"), "partial"


def with_certainty(found: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Return a diagnosis with how sure each of its verdicts is.

    Parameters
    ----------
    found : DataFrame
        What :func:`parkkit.diagnosis.decoupling.diagnose` returns.
    told : DataFrame
        What :func:`verdicts` returns, of the same series, spans and rule.

    Returns
    -------
    DataFrame
        ``found`` with ``probability``, ``is_open``, ``certainty``, ``likeliest``, ``draws``,
        ``seed`` and ``certainty_notes``; a verdict of which nothing is told is ``unknown``.
    """
    added = ["probability", "is_open", "certainty", "likeliest", "draws", "seed"]
    extra = told.rename(columns={"notes": "certainty_notes"})[[*PAIR, *added, "certainty_notes"]]
    both = found.merge(extra, on=PAIR, how="left").astype({"draws": "Int64", "seed": "Int64"})
    blank = {"certainty": "unknown", "likeliest": "", "certainty_notes": "no_uncertainty"}
    return both.fillna(blank).assign(is_open=both["is_open"].eq(True))


def probability_text(probability: float, language: Language) -> str:
    """Return a probability in whole per cent, rounded down; of draws none is 0 or 100 %.

    Examples
    --------
    >>> [probability_text(share, "zh") for share in (0.8995, 1.0, 0.001)]
    ['89%', '>99%', '<1%']
    """
    # A hair up, so that 0.29 * 100 is 29.
    whole = int(probability * 100 + 1e-9)
    if probability >= 0.995:
        return label("likelihood.above", language)
    return f"{whole}%" if whole else label("likelihood.below", language)


def certainty_text(row: pd.Series, language: Language) -> str:
    """Return how sure a verdict is: the word, with the probability where there is one.

    Examples
    --------
    >>> certainty_text(pd.Series({"certainty": "open", "probability": 0.68}), "zh")
    '未定（68%）'

    What is not told in full is not called settled, however small its errors:

    >>> row = pd.Series({"certainty": "settled", "probability": 0.99, "notes": "partial"})
    >>> certainty_text(row, "en")
    'data incomplete, indicative (99%)'
    """
    code = row["certainty"]
    if code in SETTLED and PARTIAL in str(row.get("notes", "")).split(SEPARATOR):
        code = "indicative"  # what nobody told has no error, and may still turn the verdict
    word = certainty_name(code, language)
    if row["certainty"] == "unknown":
        return word
    told = probability_text(row["probability"], language)
    return label("likelihood.certainty_told", language, word=word, probability=told)


def certainty_name(code: str, language: Language) -> str:
    """Return what people call a certainty.

    Examples
    --------
    >>> certainty_name("open", "zh"), certainty_name("open", "en")
    ('未定', 'open')
    """
    return label(f"likelihood.certainty.{code}", language)


def note_text(code: str, language: Language) -> str:
    """Return what a note of a probability or an interval says.

    Examples
    --------
    >>> note_text("economy_exact", "en")
    'the economy is taken as exact: no uncertainty is given for it, or not for every amount'
    """
    return label(f"likelihood.note.{code}", language)
