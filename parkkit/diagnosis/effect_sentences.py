"""Effect sentences: why an emission changed, in words."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, has_label, label
from parkkit.diagnosis.decomposition import effect_name
from parkkit.diagnosis.identities import BOUNDARY_MOVED, CLOSED, EFFECTS, OPENED, TOTAL
from parkkit.diagnosis.series_names import codes_of, named_group, named_series, signed_percent
from parkkit.diagnosis.trends import SEPARATOR

NEGATIVE = "negative_amount_cell"
NAMED = 3  # missing cells: the rest stands in a table


def effects_sentence(effects: pd.DataFrame, language: Language) -> str:
    """Return the decomposition of one species in words: what drove it most, and what held it.

    Parameters
    ----------
    effects : DataFrame
        The rows of one species of what :func:`parkkit.diagnosis.park_effects.decompose_park`
        returns. Shares are of the whole in the first year.
    language : {"zh", "en"}
        The language of the sentence.

    Examples
    --------
    >>> effects = pd.DataFrame({"effect": ["opened", "closed", "scale", "structure", "total"],
    ...     "amount": [0.0, 0.0, 30.0, -10.0, 20.0], "before": 100.0, "start": 2020, "end": 2021,
    ...     "species": "co2e", "missing": "", "sellers": ""})
    >>> effects_sentence(effects, "zh")
    '2020—2021 年，温室气体（二氧化碳当量）排放量变化 +20.0%：推高最多的是规模效应（+30.0%），\
压低最多的是结构效应（−10.0%）。'
    """
    first = effects.iloc[0]
    name = named_series(first["species"], language)
    by_effect = effects.set_index("effect")["amount"]
    if by_effect.isna().any() or not first["before"] > 0:
        cells = _short(missing_cells(effects, language), language)
        return label("diagnosis.effects.missing", language, name=name, cells=cells)
    shares = by_effect / first["before"]
    return label(
        "diagnosis.effects.sentence", language, start=first["start"], end=first["end"], name=name,
        change=signed_percent(shares[TOTAL]),
        parts=label("error.separator", language).join(_drivers(shares, language)),
    )  # fmt: skip


def apart_sentences(found: Iterable[pd.DataFrame], language: Language) -> list[str]:
    """Return which industries stand apart in decompositions, and which are outside of them.

    Parameters
    ----------
    found : iterable of DataFrame
        Each as for :func:`effects_sentence`.

    Examples
    --------
    >>> effects = pd.DataFrame({"species": ["so2"], "sellers": [""], "untold": ["14; 27"]})
    >>> apart_sentences([effects, effects.assign(species="pm")], "zh")
    ['二氧化硫、颗粒物：以下行业没有任何报告，不计入合计和分解：14、27。']
    """
    comma = label("diagnosis.separator", language)
    sellers: dict[str, None] = {}
    untold: dict[str, list[str]] = {}
    for effects in found:
        first = effects.iloc[0]
        if first["sellers"]:
            sellers[_industries(first["sellers"], language)] = None
        if first["untold"]:
            names = untold.setdefault(_industries(first["untold"], language), [])
            names.append(named_series(first["species"], language))
    told = [label("diagnosis.effects.sellers", language, names=names) for names in sellers]
    for industries, names in untold.items():
        joined = comma.join(names)
        told.append(label("diagnosis.effects.untold", language, names=industries,
                          name=joined[:1].upper() + joined[1:]))  # fmt: skip
    return told


def _industries(text: str, language: Language) -> str:
    """Return industries by their codes, one without a code in words and last."""
    codes = [code.strip() for code in text.split(SEPARATOR)]
    named = [code for code in codes if code]
    unnamed = [label("diagnosis.effects.unnamed", language)] if "" in codes else []
    return label("diagnosis.separator", language).join([*named, *unnamed])


def _drivers(shares: pd.Series, language: Language) -> list[str]:
    """Return the factors that drove and held most, and what plants that came and went made."""
    factors = shares.drop([TOTAL, *EFFECTS, "net_sellers"], errors="ignore")
    told = []
    for way, effect in (("up", str(factors.idxmax())), ("down", str(factors.idxmin()))):
        if factors[effect] > 0 if way == "up" else factors[effect] < 0:
            share = signed_percent(factors[effect])
            told.append(label(f"diagnosis.effects.{way}", language, share=share,
                              effect=effect_name(effect, language)))  # fmt: skip
    came = {name: signed_percent(shares[name]) for name in (OPENED, CLOSED)}
    if shares[[OPENED, CLOSED]].any():
        told.append(label("diagnosis.effects.came", language, **came))
    if shares.get(BOUNDARY_MOVED, 0.0):
        moved = signed_percent(shares[BOUNDARY_MOVED])
        told.append(label("diagnosis.effects.moved", language, share=moved))
    return told or [label("diagnosis.effects.still", language)]


def negative_cells(error: ParkError, language: Language) -> str:
    """Return the negative cells an error refuses, by what they tell, year and industry.

    Blank where it refuses anything else.

    Examples
    --------
    >>> from parkkit.core.errors import Problem
    >>> cell = Problem(code="negative_amount_cell", column="value_added",
    ...     values={"cell": "park / 26 / 2023", "given": "-5"})
    >>> error = ParkError("file_has_problems", given="rows", count=1, problems=[cell])
    >>> negative_cells(error, "zh")
    '增加值（2023 年：26 化学原料和化学制品制造业）'
    """
    if any(each.code != NEGATIVE for each in error.problems):
        return ""
    told = []
    for each in error.problems:
        _, industry, year = str(each.values["cell"]).split(" / ")
        named = industry or label("diagnosis.effects.unnamed", language)
        told.append(label("diagnosis.effects.cell", language, column=_column(each.column, language),
                          year=year, industries=named_group(named, language)))  # fmt: skip
    return label("diagnosis.separator", language).join(told)


def missing_cells(effects: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the cells a decomposition lacks, by what they tell and year: a table for people.

    Returns
    -------
    DataFrame
        ``lacking_quantity`` (its name), ``year``, ``lacking_count`` (of industries) and
        ``lacking_industries``.

    Examples
    --------
    >>> effects = pd.DataFrame({"missing": ["26 so2_generated_t 2020; 44 so2_generated_t 2020"]})
    >>> missing_cells(effects, "zh").to_dict("records")
    [{'lacking_quantity': '二氧化硫产生量', 'year': 2020, 'lacking_count': 2, \
'lacking_industries': '26、44'}]
    """
    cells = dict.fromkeys(cell for text in effects["missing"] for cell in codes_of(text))
    by_column: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        industry, _, rest = cell.rpartition(" ")[0].rpartition(" ")
        named = industry or label("diagnosis.effects.unnamed", language)
        by_column.setdefault((rest, cell.rsplit(" ", 1)[-1]), []).append(named)
    comma = label("diagnosis.separator", language)
    rows = [
        {"lacking_quantity": _column(column, language), "year": int(year),
         "lacking_count": len(names), "lacking_industries": comma.join(names)}
        for (column, year), names in by_column.items()
    ]  # fmt: skip
    return pd.DataFrame(
        rows, columns=["lacking_quantity", "year", "lacking_count", "lacking_industries"]
    )


def _short(lacking: pd.DataFrame, language: Language) -> str:
    """Return how many cells are missing, and the first three of them."""
    told = [
        label("diagnosis.effects.cell", language, column=row["lacking_quantity"], year=row["year"],
              industries=named_group(industry, language))
        for _, row in lacking.iterrows()
        for industry in row["lacking_industries"].split(label("diagnosis.separator", language))
    ]  # fmt: skip
    text = label("error.separator", language).join(told[:NAMED])
    key = "cells_more" if len(told) > NAMED else "cells_all"
    return label(f"diagnosis.effects.{key}", language, count=len(told), cells=text)


def _column(column: str, language: Language) -> str:
    """Return what a column of a decomposition is called."""
    plain = {"co2e_t": "co2e", "energy_tce": "energy", "value_added": "value"}
    if column in plain:
        return label(f"diagnosis.effects.column.{plain[column]}", language)
    species, _, kind = column.removesuffix("_t").rpartition("_")
    key = f"diagnosis.effects.column.{kind}"
    return label(key, language, name=named_series(species, language)) if has_label(key) else column
