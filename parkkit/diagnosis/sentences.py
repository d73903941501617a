"""Sentences: a diagnosis in words, for an official."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from parkkit.core.labels import Language, has_label, label
from parkkit.core.vocabulary import names as vocabulary_names
from parkkit.core.vocabulary import synonyms
from parkkit.diagnosis.decomposition import effect_name
from parkkit.diagnosis.decoupling import AXES, decoupling_states
from parkkit.diagnosis.identities import CLOSED, EFFECTS, OPENED, TOTAL
from parkkit.diagnosis.trends import SEPARATOR


def sentence(row: pd.Series, language: Language, *, states: pd.DataFrame | None = None) -> str:
    """Return one row of a diagnosis as a paragraph, with its numbers and its caveats.

    Parameters
    ----------
    row : Series
        A row of what :func:`parkkit.diagnosis.decoupling.diagnose` returns.
    language : {"zh", "en"}
        The language of the paragraph.
    states : DataFrame, optional
        The table of states the diagnosis was made with, if it was not ours.

    Examples
    --------
    >>> from parkkit.diagnosis.decoupling import diagnose
    >>> pressures = pd.DataFrame({"group": "park", "year": [2020, 2023] * 2,
    ...     "species": ["co2e", "co2e", "so2", "so2"], "amount": [100.0, 104.0, 10.0, 7.0]})
    >>> economy = pd.DataFrame({"group": "park", "year": [2020, 2023], "amount": [50.0, 60.0],
    ...     "price_year": 2020})
    >>> text = sentence(diagnose(pressures, economy, (2020, 2023)).loc[0], "zh")
    >>> text.split("，")[1:3]
    ['本园区的经济总量（2020 年价）增长 20.0%', '二氧化硫排放量下降 30.0%']
    """
    comma = label("error.separator", language)
    names = _axis_names(row, language)
    notes = [label(f"diagnosis.note.{code}", language) for code in _codes(row["notes"])]
    group = f"diagnosis.group.{row['group']}"
    changes = label(
        "diagnosis.sentence.changes",
        language,
        start=row["start"],
        end=row["end"],
        group=label(group, language) if has_label(group) else row["group"],
        changes=comma.join(_change(row, axis, names[axis], language) for axis in AXES),
        # A warning stands in the sentence of the verdict, so that nobody quotes one alone.
        verdict=comma.join([_verdict(row, names, language, states), *notes]),
    )
    parts = [changes, _trends(row, names, language), _gaps(row, language),
             _tapio(row, names, language), _method(row, language)]  # fmt: skip
    if states is None:
        parts.append(label("diagnosis.sentence.caveat", language))
    return ("" if language == "zh" else " ").join(part for part in parts if part)


def _codes(text: str) -> list[str]:
    return [code for code in text.split(SEPARATOR) if code]


def _axis_names(row: pd.Series, language: Language) -> dict[str, str]:
    """Return what the economy, the pollutant and carbon of a row are called."""
    measure = f"diagnosis.measure.{row['measure']}"
    economy = label(measure if has_label(measure) else "diagnosis.name.economy", language)
    if row["price_year"]:
        economy = label("diagnosis.priced.constant", language, name=economy, year=row["price_year"])
    elif "current_prices" in _codes(row["notes"]):
        economy = label("diagnosis.priced.current", language, name=economy)
    pollution = _name(row["pollutant"], language)
    if row["pollution_rule"] == "worst" and row["pollutant"] != "pollution":
        pollution = label("diagnosis.name.worst", language, name=pollution)
    return {
        "economy": economy,
        "pollution": pollution,
        "carbon": _name(row["carbon_species"], language),
    }


def _name(series: str, language: Language) -> str:
    """Return what people call a series: from the catalogue, the vocabulary, or as given."""
    if has_label(f"diagnosis.name.{series}"):
        return label(f"diagnosis.name.{series}", language)
    code = synonyms("species").get(series.lower(), series)
    name = vocabulary_names("species", language).get(code, series)
    # Inside an English sentence "Sulphur dioxide" is no name; "PM2.5" is one.
    is_word = language == "en" and name[:1].isupper() and name[1:2].islower()
    return name[0].lower() + name[1:] if is_word else name


def _change(row: pd.Series, axis: str, name: str, language: Language) -> str:
    change = row[f"{axis}_change"]
    kind = "economy" if axis == "economy" else "emission"
    if pd.isna(change):
        return label(f"diagnosis.change.{kind}_unknown", language, name=name)
    percent = f"{abs(change):.1%}".rstrip("%")
    way = "still" if float(percent) == 0 else "up" if change > 0 else "down"
    return label(f"diagnosis.change.{kind}_{way}", language, name=name, percent=percent)


def _verdict(
    row: pd.Series, names: dict[str, str], language: Language, states: pd.DataFrame | None
) -> str:
    key = f"diagnosis.verdict.{row['state']}"
    if row["state"] == "not_computable":
        return label("error.separator", language).join(
            [label(key, language), *_missing(row, language)]
        )
    if row["state"] == "atypical" and row["sign_method"] != "end_points":
        return _no_trend(row, names, language)
    if row["state"] == "atypical":
        still = [names[axis] for axis in AXES if row[axis] == "0"]
        return label(
            key,
            language,
            names=label("diagnosis.separator", language).join(still),
            threshold=f"{row['threshold'] * 100:g}",
        )
    table = (decoupling_states() if states is None else states).set_index("state")
    name = table.loc[row["state"], f"name_{language}"]
    return label("diagnosis.verdict.state", language, name=name, state=row["state"])


def _missing(row: pd.Series, language: Language) -> list[str]:
    cells = [cell.rsplit(" ", 1) for cell in _codes(row["missing"])]
    told = [
        label("diagnosis.cell", language, name=_name(name, language), year=year)
        for name, year in cells
    ]
    text = label("diagnosis.separator", language).join(told)
    return [label("diagnosis.verdict.missing", language, cells=text)] if told else []


def _tapio(row: pd.Series, names: dict[str, str], language: Language) -> str:
    """Return the sentence on elasticities, or nothing where none can be computed."""
    parts = []
    for axis in ("pollution", "carbon"):
        state, elasticity = row[f"{axis}_tapio"], row[f"{axis}_elasticity"]
        if state == "not_computable":
            continue
        key = "no_elasticity" if pd.isna(elasticity) else "elasticity"
        parts.append(
            label(
                f"diagnosis.sentence.{key}",
                language,
                name=names[axis],
                elasticity=f"{elasticity:.3f}",
                tapio=label(f"diagnosis.tapio.{state}", language),
            )
        )
    text = label("error.separator", language).join(parts)
    return label("diagnosis.sentence.tapio", language, parts=text) if parts else ""


def _method(row: pd.Series, language: Language) -> str:
    threshold = f"{row['threshold'] * 100:g}"
    if row["sign_method"] == "end_points":
        key = f"diagnosis.sentence.method_{row['closed']}"
        return label(key, language, threshold=threshold)
    values = {"alpha": f"{row['alpha']:g}"} if row["sign_method"] == "mann_kendall" else {}
    signs = label(f"diagnosis.sentence.signs_{row['sign_method']}", language, threshold=threshold,
                  **values)  # fmt: skip
    return _sentences([signs, label(f"diagnosis.sentence.coupling_{row['closed']}", language)],
                      language)  # fmt: skip


def _sentences(parts: Sequence[str], language: Language) -> str:
    return ("" if language == "zh" else " ").join(part.strip() for part in parts if part)


def _no_trend(row: pd.Series, names: dict[str, str], language: Language) -> str:
    """Return the verdict where an axis has no trend: within the threshold, or not significant."""
    threshold = f"{row['threshold'] * 100:g}"
    reasons = [
        label("diagnosis.reason.not_significant", language, name=names[axis],
              p=f"{row[f'{axis}_p']:.3f}")
        if abs(row[f"{axis}_trend"]) > row["threshold"]
        else label("diagnosis.reason.within", language, name=names[axis], threshold=threshold)
        for axis in AXES
        if row[axis] == "0"
    ]  # fmt: skip
    told = label("error.separator", language).join(reasons)
    return label("diagnosis.verdict.no_trend", language, reasons=told)


def _trends(row: pd.Series, names: dict[str, str], language: Language) -> str:
    """Return the trends that signs come from, and which of them the end points contradict."""
    known = [axis for axis in AXES if pd.notna(row[f"{axis}_trend"])]
    if not known:
        return ""
    told = [
        label("diagnosis.trend_part", language, name=names[axis], trend=trend)
        if pd.isna(p := row[f"{axis}_p"])
        else label("diagnosis.trend_part_p", language, name=names[axis], trend=trend, p=f"{p:.3f}")
        for axis in known
        for trend in [f"{row[f'{axis}_trend']:+.1%}"]
    ]
    parts = label("error.separator", language).join(told)
    against = [names[axis] for axis in known if _contradicts(row, axis)]
    text = label("diagnosis.separator", language).join(against)
    more = label("diagnosis.sentence.contradiction", language, names=text) if against else ""
    return _sentences([label("diagnosis.sentence.trends", language, parts=parts), more], language)


def _contradicts(row: pd.Series, axis: str) -> bool:
    """Tell whether a direction was told against that of the first and the last year."""
    change = row[f"{axis}_change"]
    way = "+" if change > 0 else "-"
    return row[axis] in ("+", "-") and abs(change) > row["threshold"] and row[axis] != way


def _gaps(row: pd.Series, language: Language) -> str:
    """Return the years in between that a trend had to do without."""
    if "gap_years" not in _codes(row["notes"]) or row["state"] == "not_computable":
        return ""
    cells = [cell.rsplit(" ", 1) for cell in _codes(row["missing"])]
    told = [label("diagnosis.cell", language, name=_name(name, language), year=year)
            for name, year in cells]  # fmt: skip
    text = label("diagnosis.separator", language).join(told)
    return label("diagnosis.sentence.gaps", language, cells=text)


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
    name = _name(row["species"], language)
    name = name[:1].upper() + name[1:]
    comma, stop = label("error.separator", language), {"zh": "。", "en": "."}[language]
    codes = [label(f"diagnosis.note.{code}", language) for code in _codes(row["notes"])]
    text = comma.join(codes)
    notes = f"{text[:1].upper()}{text[1:]}{stop}" if codes else ""
    if row["state"] == "not_computable":
        years = row["short_years"]
        key = "short" if years else "untold"
        values = {"years": years} if years else {}
        return label(f"diagnosis.peaking.{key}", language, name=name, notes=notes, **values).strip()
    return label(
        "diagnosis.peaking.sentence", language, name=name, notes=notes, slope=_slope(row, language),
        state=label(f"diagnosis.peaking.{row['state']}", language), peak=row["peak_year"],
        last=row["last_year"], years=row["years_after"],
    ).strip()  # fmt: skip


def _slope(row: pd.Series, language: Language) -> str:
    if pd.isna(row["slope_share"]):
        return ""
    slope = f"{row['slope_share']:+.1%}"
    if pd.isna(row["p"]):
        return label("diagnosis.peaking.slope", language, slope=slope)
    return label("diagnosis.peaking.slope_p", language, slope=slope, p=f"{row['p']:.3f}")


def effects_sentence(effects: pd.DataFrame, language: Language) -> str:
    """Return the decomposition of one species in words: what drove it most, and what held it.

    Parameters
    ----------
    effects : DataFrame
        The rows of one species of what :func:`parkkit.diagnosis.park_rows.decompose_park`
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
压低最多的是结构效应（-10.0%）。'
    """
    first = effects.iloc[0]
    name = _name(first["species"], language)
    by_effect = effects.set_index("effect")["amount"]
    if by_effect.isna().any() or not first["before"] > 0:
        cells = [cell for text in effects["missing"] for cell in _codes(text)]
        told = _cells(list(dict.fromkeys(cells)), language)
        return label("diagnosis.effects.missing", language, name=name, cells=told)
    shares = by_effect / first["before"]
    told = label(
        "diagnosis.effects.sentence", language, start=first["start"], end=first["end"], name=name,
        change=f"{shares[TOTAL]:+.1%}",
        parts=label("error.separator", language).join(_drivers(shares, language)),
    )  # fmt: skip
    sellers = label("diagnosis.separator", language).join(_codes(first["sellers"]))
    apart = label("diagnosis.effects.sellers", language, names=sellers) if sellers else ""
    return _sentences([told, apart], language)


def _drivers(shares: pd.Series, language: Language) -> list[str]:
    """Return the factors that drove and held most, and what plants that came and went made."""
    factors = shares.drop([TOTAL, *EFFECTS, "net_sellers"], errors="ignore")
    told = []
    for way, effect in (("up", str(factors.idxmax())), ("down", str(factors.idxmin()))):
        if factors[effect] > 0 if way == "up" else factors[effect] < 0:
            told.append(label(f"diagnosis.effects.{way}", language, share=f"{factors[effect]:+.1%}",
                              effect=effect_name(effect, language)))  # fmt: skip
    came = {name: f"{shares[name]:+.1%}" for name in (OPENED, CLOSED)}
    if shares[[OPENED, CLOSED]].any():
        told.append(label("diagnosis.effects.came", language, **came))
    return told or [label("diagnosis.effects.still", language)]


def _cells(cells: Sequence[str], language: Language) -> str:
    """Return missing cells by column and year, each with its industries."""
    by_column: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        industry, _, rest = cell.rpartition(" ")[0].rpartition(" ")
        named = industry or label("diagnosis.effects.unnamed", language)
        by_column.setdefault((rest, cell.rsplit(" ", 1)[-1]), []).append(named)
    comma = label("diagnosis.separator", language)
    told = [
        label("diagnosis.effects.cell", language, column=_column(column, language), year=year,
              industries=comma.join(industries))
        for (column, year), industries in by_column.items()
    ]  # fmt: skip
    return label("error.separator", language).join(told)


def _column(column: str, language: Language) -> str:
    """Return what a column of a decomposition is called."""
    plain = {"co2e_t": "co2e", "energy_tce": "energy", "value_added": "value"}
    if column in plain:
        return label(f"diagnosis.effects.column.{plain[column]}", language)
    species, _, kind = column.removesuffix("_t").rpartition("_")
    key = f"diagnosis.effects.column.{kind}"
    return label(key, language, name=_name(species, language)) if has_label(key) else column
