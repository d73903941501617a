"""Sentences: a diagnosis in words, for an official."""

from __future__ import annotations

import pandas as pd

from parkkit.core.labels import Language, has_label, label
from parkkit.core.vocabulary import names as vocabulary_names
from parkkit.core.vocabulary import synonyms
from parkkit.diagnosis.decoupling import AXES, decoupling_states
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
    ['全园区的经济总量（2020 年价）增长 20.0%', '二氧化硫排放量下降 30.0%']
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
    parts = [changes, _tapio(row, names, language), _method(row, language)]
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
    key = f"diagnosis.sentence.method_{row['closed']}"
    return label(key, language, threshold=f"{row['threshold'] * 100:g}")
