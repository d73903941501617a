"""Chapter 04 in words: cards, findings, the paragraph and the table of the verdicts."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.diagnosis.certainty import certainty_text, probability_text
from parkkit.diagnosis.sentences import sentence
from parkkit.diagnosis.state_table import NO_STATE, state_names
from parkkit.inventory.economy import PARK
from parkkit.inventory.prices import JOIN, NO_INDEX, index_text
from parkkit.output.chapters.decoupling import COLUMNS, EQUIVALENTS, industry_name
from parkkit.output.figures import Card
from parkkit.output.quantities import change, is_missing, percent
from parkkit.park.package import Park, plant_names

SHOWN = 3  # members that a sentence names: the rest is counted


def key_figures(
    found: pd.DataFrame,
    total_card: Card,
    language: Language,
    *,
    states: pd.DataFrame | None = None,
) -> list[Card]:
    """Return the headline, the state and the three changes as cards.

    Parameters
    ----------
    found : DataFrame
        What ``verdict`` returned: one row, or none.
    """
    if not len(found):
        return [total_card, Card(name=label("page.decoupling.state", language), value="")]
    row = found.iloc[0]
    state = _state_card(row, states, language)
    changes = [
        Card(name=label(f"page.decoupling.{axis}", language),
             value=change(row[f"{axis}_change"], language))
        for axis in ("economy", "carbon", "pollution")
    ]  # fmt: skip
    return [total_card, state, *changes]


def _state_card(row: pd.Series, states: pd.DataFrame | None, language: Language) -> Card:
    """Return the card of the state; one that flips within its uncertainty is called open."""
    name = state_names(language, states).get(row["state"], row["state"])
    value = f"{row['state']} {name}" if row["state"] not in NO_STATE else name
    if row["is_open"]:
        value = label("page.decoupling.open_state", language, state=value)
    notes = [f"{row['start']}–{row['end']}"]
    if "certainty" in row and row["state"] != "not_computable":
        notes.append(_how_sure(row, language))
    return Card(name=label("page.decoupling.state", language), value=value,
                note=label("error.separator", language).join(notes))  # fmt: skip


def _how_sure(row: pd.Series, language: Language) -> str:
    if row["certainty"] == "unknown":
        return label("page.decoupling.unjudged", language)
    key = "probability_at_most" if row["certainty"] == "settled_so_far" else "probability"
    text = probability_text(row["probability"], language)
    return label(f"page.decoupling.{key}", language, probability=text)


def lines_title(found: pd.DataFrame, language: Language) -> str:
    """Return the finding: how far economy, carbon and pollution moved."""
    if not len(found):
        return label("page.decoupling.no_lines_title", language)
    row = found.iloc[0]
    return label(
        "page.decoupling.lines_title", language, start=row["start"], end=row["end"],
        economy=_moved("economy", row["economy_change"], language),
        carbon=_moved("carbon", row["carbon_change"], language),
        pollution=_moved("pollution", row["pollution_change"], language),
    )  # fmt: skip


def _moved(axis: str, share: float, language: Language) -> str:
    """Return how far an axis moved, in words."""
    way = "unknown" if is_missing(share) else "up" if share >= 0 else "down"
    by = percent(None if is_missing(share) else abs(share), language)
    return label(f"page.decoupling.moved.{axis}.{way}", language, by=by)


def grid_title(
    states: pd.DataFrame, language: Language, *, table: pd.DataFrame | None = None
) -> str:
    """Return the finding of the grid: the park's last state, and how many industries share it.

    Parameters
    ----------
    states : DataFrame
        What ``states_by_industry`` returned.
    table : DataFrame, optional
        A park's own table of states.
    """
    last = states[states["span_end"] == states["span_end"].max()].dropna(subset="state")
    is_park = last["group"] == industry_name(PARK, language)
    known = last[~is_park & (last["state"] != "not_computable")]
    if not is_park.any() or last.loc[is_park, "state"].iloc[0] == "not_computable":
        return label("page.decoupling.grid_title_unknown", language)
    state, is_open = last.loc[is_park, ["state", "is_open"]].iloc[0]
    name = state_names(language, table).get(state, state)
    if is_open:
        name = label("page.decoupling.open_state", language, state=name)
    return label(
        "page.decoupling.grid_title", language, year=last["span_end"].iloc[0], state=name,
        count=int((known["state"] == state).sum()), known=len(known),
    )  # fmt: skip


def tapio_title(points: pd.DataFrame, language: Language) -> str:
    """Return the finding of the elasticities: in how many years each side strongly decoupled.

    Parameters
    ----------
    points : DataFrame
        What ``parkkit.output.chapters.decoupling.tapio_points`` returned.
    """
    known = points.dropna(subset=["economy_change", "pressure_change"])
    if known.empty:
        return label("page.decoupling.tapio_title_unknown", language)
    is_strong = known["state"] == "strong_decoupling"
    return label(
        "page.decoupling.tapio_title", language, years=known["end"].nunique(),
        carbon=int(is_strong[known["series"] == "carbon"].sum()),
        pollution=int(is_strong[known["series"] == EQUIVALENTS].sum()),
    )  # fmt: skip


def paragraph(
    found: pd.DataFrame, language: Language, *, states: pd.DataFrame | None = None
) -> str:
    """Return the verdict in words, with its numbers and caveats."""
    if len(found):
        return sentence(found.iloc[0], language, states=states)
    return label("page.decoupling.cannot", language)


def economy_text(value: pd.DataFrame, park: Park, language: Language) -> str:
    """Return why the park's value added is not known in every year, or not in constant prices.

    Parameters
    ----------
    value : DataFrame
        What ``parkkit.inventory.economy.park_economy`` returned.

    Returns
    -------
    str
        A list, a line for what lacks in an index, who tells no value added, who tells another
        measure instead, and the years that are whole; blank where nothing lacks.
    """
    rows = value[value["group"] == PARK]
    lines = [_unpriced(rows, park, language)]
    lines += _lacking_indexes(rows, language)
    names = plant_names(park, language)
    lines += [
        label("page.decoupling.economy_missing", language, year=row["year"],
              names=_members(row["missing"].split(JOIN), names, language))
        for row in rows[rows["missing"] != ""].to_dict("records")
    ]  # fmt: skip
    lines += [
        label("page.decoupling.economy_instead", language, year=row["year"],
              names=_instead(row["told_instead"], names, language))
        for row in rows[rows["told_instead"] != ""].to_dict("records")
    ]  # fmt: skip
    if rows["amount"].isna().any():
        lines.append(_whole_years(rows, language))
    return "".join(f"- {line}\n" for line in lines if line)


def _unpriced(rows: pd.DataFrame, park: Park, language: Language) -> str:
    """Return why current prices stay as they are though the park has an index."""
    indexes = sorted(set(park.price_index["index"]))
    is_current = rows["amount"].notna() & rows["price_year"].isna()
    if not indexes or not is_current.any():
        return ""
    if park.about.price_base_year is None:
        return label("page.decoupling.economy_no_base", language)
    comma = label("diagnosis.separator", language)
    return label("page.decoupling.economy_indexes", language, names=comma.join(indexes))


def _lacking_indexes(rows: pd.DataFrame, language: Language) -> list[str]:
    """Return which years an index lacks, and which years have none."""
    comma = label("diagnosis.separator", language)
    lacking: dict[str, list[str]] = {}
    for code in dict.fromkeys(code for text in rows["price_missing"] for code in text.split(JOIN)):
        name, _, year = code.rpartition(" ")
        if name:
            lacking.setdefault(name, []).append(year)
    return [
        label("page.decoupling.economy_no_index", language, years=comma.join(years))
        if name == NO_INDEX
        else label("page.decoupling.economy_index_years", language, years=comma.join(years),
                   index=index_text(name, language))
        for name, years in lacking.items()
    ]  # fmt: skip


def _members(codes: list[str], names: Mapping[str, str], language: Language) -> str:
    """Return plants by name and industries by theirs, of many the first three."""
    named = [names.get(code) or industry_name(code, language) for code in codes]
    told = label("diagnosis.separator", language).join(named[:SHOWN])
    if len(named) <= SHOWN:
        return told
    return label("charts.and_more", language, names=told, count=len(named))


def _instead(codes: str, names: Mapping[str, str], language: Language) -> str:
    """Return who tells which other measure, a measure's plants together."""
    plants: dict[str, list[str]] = {}
    for code in codes.split(JOIN):
        plant, _, measure = code.rpartition(" ")
        plants.setdefault(measure, []).append(plant)
    told = [
        label("page.decoupling.economy_measure", language, names=_members(of, names, language),
              measure=label(f"diagnosis.measure.{measure}", language))
        for measure, of in sorted(plants.items())
    ]  # fmt: skip
    return label("error.separator", language).join(told)


def _whole_years(rows: pd.DataFrame, language: Language) -> str:
    years = [str(year) for year in rows.loc[rows["amount"].notna(), "year"]]
    if not years:
        return label("page.decoupling.economy_no_years", language)
    comma = label("diagnosis.separator", language)
    return label("page.decoupling.economy_years", language, years=comma.join(years))


def table(
    found: pd.DataFrame, language: Language, *, states: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the verdicts' columns that a page has room for, the state and how sure in words."""
    told = shown_states(found, language, states=states)
    if "certainty" in found:
        told["certainty"] = [certainty_text(row, language) for _, row in found.iterrows()]
    return told.reindex(columns=["pollutant", *COLUMNS])


def shown_states(
    found: pd.DataFrame, language: Language, *, states: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return a diagnosis with its states in words."""
    names = state_names(language, states)
    told = [names.get(code, code) if code in NO_STATE else f"{code} {names.get(code, code)}"
            for code in found["state"]]  # fmt: skip
    return found.assign(state=pd.Series(told, index=found.index, dtype="str"))
