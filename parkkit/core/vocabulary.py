"""The vocabularies: items, species, processes, regions, units, and what columns mean."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from parkkit.core.labels import Language

DATA = Path(__file__).parents[1] / "data"


@cache
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{name}.csv", dtype="str", keep_default_na=False)


def vocabulary(name: str) -> pd.DataFrame:
    """Return a vocabulary as text, one row per entry, blanks as empty strings.

    Parameters
    ----------
    name : str
        ``items``, ``species``, ``processes``, ``regions``, ``units``, ``columns``, or another
        table of the package's data.

    Examples
    --------
    >>> vocabulary("items").set_index("item").loc["natural_gas", "base_unit"]
    'm3'
    """
    return _read(name).copy()


@cache
def synonyms(name: str) -> dict[str, str]:
    """Return what people call the entries of a vocabulary, in lower case, to their codes.

    Examples
    --------
    >>> synonyms("species")["nitrogen oxides"]
    'nox'
    """
    table = _read(name)
    code = table.columns[0]
    known: dict[str, str] = {}
    for row in table.to_dict("records"):
        names = [row[code], row.get("name_zh", ""), row.get("name_en", "")]
        for given in [*names, *row.get("synonyms", "").split(";")]:
            if given:
                known.setdefault(given.strip().lower(), row[code])
    return known


@cache
def codes(name: str) -> tuple[str, ...]:
    """Return the codes of a vocabulary, in its order, each once."""
    return tuple(dict.fromkeys(_read(name).iloc[:, 0]))


@cache
def names(name: str, language: Language) -> dict[str, str]:
    """Return the names of a vocabulary's entries in a language, by code.

    Examples
    --------
    >>> names("species", "zh")["so2"]
    '二氧化硫'
    """
    table = _read(name).drop_duplicates(_read(name).columns[0])
    return dict(zip(table.iloc[:, 0], table[f"name_{language}"], strict=True))
