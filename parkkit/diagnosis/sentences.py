"""Sentences: the verdict of a diagnosis in words, for an official."""

from __future__ import annotations

import pandas as pd

from parkkit.core.labels import Language, has_label, label
from parkkit.diagnosis.certainty import note_text, probability_text
from parkkit.diagnosis.decoupling import AXES, decoupling_states
from parkkit.diagnosis.series_names import (
    as_read,
    codes_of,
    named_cells,
    named_group,
    named_series,
    side_by_side,
    signed_percent,
)
from parkkit.inventory.prices import deflator_text

# Notes that end in the same words: the verdict is indicative only.
DOUBTS = ("current_prices", "price_base_unknown", "partial")


def sentence(row: pd.Series, language: Language, *, states: pd.DataFrame | None = None) -> str:
    """Return one row of a diagnosis as a paragraph, with its numbers and its caveats.

    Parameters
    ----------
    row : Series
        A row of what :func:`parkkit.diagnosis.decoupling.diagnose` returns; with what
        :func:`parkkit.diagnosis.certainty.with_certainty` adds, it says how sure the verdict is.
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
    changes = label(
        "diagnosis.sentence.changes",
        language,
        start=row["start"],
        end=row["end"],
        group=named_group(row["group"], language),
        changes=comma.join(_change(row, axis, names[axis], language) for axis in AXES),
        # A warning stands in the sentence of the verdict, so that nobody quotes one alone.
        verdict=comma.join([_verdict(row, names, language, states), *_notes(row, language)]),
    )
    parts = [changes, _trends(row, names, language), _gaps(row, language),
             _tapio(row, names, language), _certainty(row, language),
             _method(row, language)]  # fmt: skip
    whose = "caveat" if states is None else "own_states"
    parts.append(label(f"diagnosis.sentence.{whose}", language))
    return side_by_side(parts, language)


def _notes(row: pd.Series, language: Language) -> list[str]:
    """Return the notes of a verdict; of several doubts one clause, where it has none beside it."""
    codes = codes_of(row["notes"])
    doubts = [code for code in codes if code in DOUBTS]
    told = {code: label(f"diagnosis.note.{code}", language) for code in codes}
    is_told = row["state"] != "not_computable"
    if not doubts or (is_told and len(doubts) == 1):
        return list(told.values())
    parts = [label(f"diagnosis.doubt.{code}", language) for code in doubts]
    text = label("diagnosis.doubt.joint", language).join(parts)
    # Where there is no verdict, none is indicative only.
    key = "several" if is_told else "beside"
    others = [told[code] for code in codes if code not in DOUBTS]
    return [*others, label(f"diagnosis.doubt.{key}", language, doubts=text)]


def _axis_names(row: pd.Series, language: Language) -> dict[str, str]:
    """Return what the economy, the pollutant and carbon of a row are called."""
    measure = f"diagnosis.measure.{row['measure']}"
    economy = label(measure if has_label(measure) else "diagnosis.name.economy", language)
    if row["price_year"] and row["deflator"]:
        economy = label("economy.priced.deflated", language, name=economy, year=row["price_year"],
                        deflator=deflator_text(row["deflator"], language))  # fmt: skip
    elif row["price_year"]:
        economy = label("diagnosis.priced.constant", language, name=economy, year=row["price_year"])
    elif "current_prices" in codes_of(row["notes"]):
        economy = label("diagnosis.priced.current", language, name=economy)
    pollution = named_series(row["pollutant"], language)
    if row["pollution_rule"] == "worst" and row["pollutant"] != "pollution":
        pollution = label("diagnosis.name.worst", language, name=pollution)
    return {
        "economy": economy,
        "pollution": pollution,
        "carbon": named_series(row["carbon_species"], language),
    }


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
    """Return the verdict with its probability; one that flips within its uncertainty is open."""
    told = _state(row, names, language, states)
    certainty = row.get("certainty", "")
    if certainty == "open":
        how = probability_text(row["probability"], language)
        return label("diagnosis.verdict.open", language, verdict=told, probability=how)
    if certainty == "unknown" and row["state"] != "not_computable":
        return label("diagnosis.verdict.unjudged", language, verdict=told)
    return told


def _state(
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
    certainty = row.get("certainty", "")
    if certainty in ("settled", "settled_so_far"):
        how = probability_text(row["probability"], language)
        return label(f"diagnosis.verdict.{certainty}", language, name=name, state=row["state"],
                     probability=how)  # fmt: skip
    return label("diagnosis.verdict.state", language, name=name, state=row["state"])


def _certainty(row: pd.Series, language: Language) -> str:
    """Return what a probability rests on, or nothing where none was asked for."""
    if "certainty" not in row or row["state"] == "not_computable":
        return ""
    notes = [note_text(code, language) for code in codes_of(row["certainty_notes"])]
    told = label("diagnosis.separator_clause", language).join(notes)
    if row["certainty"] == "unknown":
        return label("diagnosis.sentence.unjudged", language, notes=told) if told else ""
    key = "rests" if told else "rests_wholly"
    values = {"notes": told} if told else {}
    return label(f"diagnosis.sentence.{key}", language, draws=row["draws"], **values)


def _missing(row: pd.Series, language: Language) -> list[str]:
    cells = named_cells(row["missing"], language)
    return [label("diagnosis.verdict.missing", language, cells=cells)] if cells else []


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
                elasticity=as_read(f"{elasticity:.3f}"),
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
    return side_by_side([signs, label(f"diagnosis.sentence.coupling_{row['closed']}", language)],
                      language)  # fmt: skip


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
        for trend in [signed_percent(row[f"{axis}_trend"])]
    ]
    parts = label("error.separator", language).join(told)
    against = [names[axis] for axis in known if _contradicts(row, axis)]
    text = label("diagnosis.separator", language).join(against)
    more = label("diagnosis.sentence.contradiction", language, names=text) if against else ""
    return side_by_side([label("diagnosis.sentence.trends", language, parts=parts), more], language)


def _contradicts(row: pd.Series, axis: str) -> bool:
    """Tell whether a direction was told against that of the first and the last year."""
    change = row[f"{axis}_change"]
    way = "+" if change > 0 else "-"
    return row[axis] in ("+", "-") and abs(change) > row["threshold"] and row[axis] != way


def _gaps(row: pd.Series, language: Language) -> str:
    """Return the years in between that a trend had to do without."""
    if "gap_years" not in codes_of(row["notes"]) or row["state"] == "not_computable":
        return ""
    cells = named_cells(row["missing"], language)
    return label("diagnosis.sentence.gaps", language, cells=cells)
