"""Peak sentences: whether a series has peaked, in words."""

from __future__ import annotations

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.diagnosis.series_names import codes_of, named_series, signed_percent


def peaking_sentence(row: pd.Series, language: Language) -> str:
    """Return a row of what :func:`parkkit.diagnosis.peaking.peaking` returns as sentences.

    Examples
    --------
    >>> from parkkit.diagnosis.peaking import peaking
    >>> rows = pd.DataFrame({"group": "park", "year": range(2018, 2022), "species": "co2e",
    ...     "amount": [1.0, 2.0, 3.0, 2.0]})
    >>> peaking_sentence(peaking(rows).loc[0], "zh")
    '温室气体（二氧化碳当量）：无法判定是否达峰，还缺 2 年数据。有数据的年份太少，趋势无法判定。'
    """
    name = named_series(row["species"], language)
    name = name[:1].upper() + name[1:]
    comma, stop = label("error.separator", language), {"zh": "。", "en": "."}[language]
    codes = [label(f"diagnosis.note.{code}", language) for code in codes_of(row["notes"])]
    text = comma.join(codes)
    notes = f"{text[:1].upper()}{text[1:]}{stop}" if codes else ""
    if row["state"] == "not_computable":
        years = row["short_years"]
        key = "short" if years else "untold"
        values = {"years": years} if years else {}
        return label(f"diagnosis.peaking.{key}", language, name=name, notes=notes, **values).strip()
    key = "before" if row["state"] == "peak_before_data" else "sentence"
    return label(
        f"diagnosis.peaking.{key}", language, name=name, notes=notes, slope=_slope(row, language),
        state=label(f"diagnosis.peaking.{row['state']}", language), peak=row["peak_year"],
        last=row["last_year"], years=row["years_after"],
    ).strip()  # fmt: skip


def _slope(row: pd.Series, language: Language) -> str:
    if pd.isna(row["slope_share"]):
        return ""
    slope = signed_percent(row["slope_share"])
    if pd.isna(row["p"]):
        return label("diagnosis.peaking.slope", language, slope=slope)
    return label("diagnosis.peaking.slope_p", language, slope=slope, p=f"{row['p']:.3f}")
