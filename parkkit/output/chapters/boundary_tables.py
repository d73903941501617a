"""Chapter 01, tables: areas, who falls between the boundaries, what leads from one to another."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.boundary_differences import boundary_reconciliation
from parkkit.output.chapters.boundary import COMPARED, numbered_name, sheet, whole
from parkkit.output.marks import series_name
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import boundary_name, draw
from parkkit.output.perimeter_charts import perimeter_waterfall
from parkkit.output.quantities import is_missing, readable
from parkkit.output.theme import numbered
from parkkit.park.boundary import areas
from parkkit.park.package import Park, plant_names
from parkkit.park.polygons import BOUNDARY_TYPES

MOST = 40
APART = ("produces_elsewhere", "registered_elsewhere")
MEASURED = ["drawn_area_ha", "official_area_ha", "difference_ha", "difference_share"]
STEPS = ("leaves", "enters", "trade")
TONNES = [f"{name}_t" for name in COMPARED]

Row = Mapping[Hashable, Any]


def areas_html(park: Park, choice: PageChoice) -> str:
    """Return the drawn and official area of each boundary and part, and their difference."""
    language = choice.language
    measured = areas(park, choice.year)
    wholes = measured.loc[measured["part"] == "", "boundary_type"]
    undrawn = [kind for kind in BOUNDARY_TYPES if kind not in set(wholes)]
    measured = pd.concat([
        measured,
        pd.DataFrame({"boundary_type": undrawn, "part": "", "difference_percent": float("nan")}),
    ], ignore_index=True) if undrawn else measured  # fmt: skip
    rank = measured["boundary_type"].map(BOUNDARY_TYPES.index)
    rows = measured.assign(rank=rank, is_part=measured["part"] != "").sort_values(
        ["is_part", "rank"], kind="stable", ignore_index=True
    )
    shown = pd.DataFrame({
        "outline": [_outline(row, language) for row in rows.to_dict("records")],
        "drawn_area_ha": rows["drawn_area_ha"], "official_area_ha": rows["official_area_ha"],
        "difference_ha": rows["difference_ha"],
        "difference_share": rows["difference_percent"] / 100,
        "validity": [_validity(row, language) for row in rows.to_dict("records")],
    })  # fmt: skip
    is_undrawn = rows["drawn_area_ha"].isna()
    absent = pd.DataFrame(dict.fromkeys(MEASURED, is_undrawn))
    note = label("page.boundary.areas_note", language) if is_undrawn.any() else ""
    return sheet(shown, language, absent=absent) + _said(note)


def _outline(row: Row, language: Language) -> str:
    name = boundary_name(row["boundary_type"], language)
    if not row["part"]:
        return label("charts.boundary_named", language, name=name)
    kind = label(f"charts.boundary_type.{row['boundary_type']}", language)
    part = " ".join(str(row["part"]).split())
    return label("page.boundary.part_of_type", language, part=part, boundary=kind)


def _validity(row: Row, language: Language) -> str:
    """Return from when to when a polygon stands; a dash where it is not told."""
    has_first, has_last = (not pd.isna(row[name]) for name in ("valid_from", "valid_to"))
    if not has_first and not has_last:
        return "—"
    key = "span" if has_first and has_last else "since" if has_first else "until"
    return label(f"page.boundary.{key}", language, first=row["valid_from"], last=row["valid_to"])


def _said(text: str) -> str:
    return f'<p class="pk-note">{escape(text)}</p>' if text else ""


def disputed_html(between: pd.DataFrame, park: Park, choice: PageChoice) -> str:
    """Return who falls between the boundaries, how each is sited, and the tonnes at stake.

    Parameters
    ----------
    between : DataFrame
        What ``disputed`` returned.
    """
    language, names = choice.language, plant_names(park, choice.language)
    if between.empty:
        return _said(label("page.boundary.matrix_title_none", language))
    rows = between.to_dict("records")
    shown = pd.DataFrame({
        "numbered_plant": [
            numbered_name(row["number"], names.get(row["enterprise_id"], row["enterprise_id"]))
            for row in rows
        ],
        "siting": between["siting"],
        "counted_in": [_counted_in(row, language) for row in rows],
        **{name: between[name] for name in TONNES},
    })  # fmt: skip
    told = "".join(f"<p>{escape(text)}</p>" for text in disputed_texts(between, names, language))
    absent = between[TONNES].isna()
    notes = [label("page.boundary.at_stake_note", language)]
    if absent.any(axis=None):
        notes.append(label("page.boundary.no_data_note", language))
    return f"{told}{sheet(shown, language, absent=absent)}{''.join(_said(note) for note in notes)}"


def _counted_in(row: Row, language: Language) -> str:
    """Return the boundaries that count a plant, and those for which it cannot be told."""
    kinds: dict[str, list[str]] = {"yes": [], "unknown": []}
    for kind in BOUNDARY_TYPES:
        name = label(f"page.boundary.short.{kind}", language)
        if pd.isna(row[kind]):
            kinds["unknown"].append(name)
        elif row[kind]:
            kinds["yes"].append(name)
    comma = label("page.list_separator", language)
    told = comma.join(kinds["yes"]) or "—"
    if not kinds["unknown"]:
        return told
    unknown = comma.join(kinds["unknown"])
    return label("page.boundary.in_unknown", language, names=told, unknown=unknown)


def disputed_texts(
    between: pd.DataFrame, names: Mapping[str, str], language: Language
) -> list[str]:
    """Return who is registered here and produces elsewhere, and the reverse, as sentences."""
    comma = label("page.list_separator", language)
    told = []
    for siting in APART:
        rows = between[between["siting"] == siting]
        if rows.empty:
            continue
        amount = readable(float(rows["co2e_t"].sum(min_count=1)), language, "co2e")
        plants = comma.join(names[plant] for plant in rows["enterprise_id"][:MOST])
        told.append(numbered(f"page.boundary.{siting}", len(rows), language, plants=plants,
                             amount=amount))  # fmt: skip
    return told or [label("page.boundary.none_apart", language)]


def reconciliation(park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return what leads from the page's boundary, of the whole park, to each of the others."""
    return boundary_reconciliation(
        park, year=choice.year, convention=choice.convention, species=COMPARED,
        start=choice.boundary,
    )  # fmt: skip


def steps_to_others(steps: pd.DataFrame, choice: PageChoice, species: str = "co2e") -> pd.DataFrame:
    """Return the rows of the waterfall from the page's boundary to each of the others.

    Each of the others has its own start, steps and end; where one of both totals is not
    computable, there is no way between them and the other one alone is told.

    Parameters
    ----------
    steps : DataFrame
        What ``reconciliation`` returned.

    Returns
    -------
    DataFrame
        ``name``, ``kind``, ``change_t``, ``total_t``.
    """
    language = choice.language
    chosen = steps[steps["species"] == species]
    start = float(chosen.loc[chosen["kind"] == "start", "amount_t"].iloc[0])
    name = label("charts.boundary_named", language, name=boundary_name(choice.boundary, language))
    begin = _step(label("charts.map_used", language, name=name), "start", None, start)
    rows: list[Row] = []
    for boundary_type, led in chosen.groupby("boundary_type", sort=False):
        rows += _leg(str(boundary_type), led, begin, choice)
    is_led = any(row["kind"] == "start" for row in rows)
    return pd.DataFrame(rows if is_led else [begin, *rows])


def _leg(boundary_type: str, led: pd.DataFrame, begin: Row, choice: PageChoice) -> list[Row]:
    """Return the way to another boundary: its start, its steps, its end."""
    end = float(led.loc[led["kind"] == "end", "amount_t"].iloc[0])
    name = label("charts.boundary_named", choice.language,
                 name=boundary_name(boundary_type, choice.language))  # fmt: skip
    reached = float(begin["total_t"])
    last = _step(name, "end", None, end)
    if is_missing(end) or is_missing(reached):
        return [last]
    rows = [begin]
    for kind in STEPS:
        moved = led[led["kind"] == kind]
        if moved.empty:
            continue
        change = float(moved["amount_t"].sum(min_count=1))
        reached += 0.0 if is_missing(change) else change
        told = said_step(_way(boundary_type, choice), kind, len(moved), choice.language)
        rows.append(_step(told, kind, change, reached))
    return [*rows, last]


def _step(name: str, kind: str, change: float | None, reached: float) -> Row:
    return {"name": name, "kind": kind, "total_t": reached,
            "change_t": float("nan") if change is None else change}  # fmt: skip


def said_step(way: str, kind: str, count: int, language: Language) -> str:
    """Return a step on the way from one boundary to another in words.

    Examples
    --------
    >>> said_step("物理边界 → 审批边界", "leaves", 2, "zh")
    '物理边界 → 审批边界：去掉 2 家'
    """
    what = numbered(f"page.boundary.step.{kind}", count, language)
    return label("page.boundary.step_to", language, way=way, what=what)


def _way(boundary_type: str, choice: PageChoice) -> str:
    """Return from which to which boundary a group of steps leads."""
    start, name = (
        label("charts.boundary_named", choice.language, name=boundary_name(kind, choice.language))
        for kind in (choice.boundary, boundary_type)
    )
    return label("page.boundary.way", choice.language, start=start, name=name)


def show_steps(steps: pd.DataFrame, park: Park, choice: PageChoice) -> None:
    """Show the waterfall from the page's boundary, of the whole park, to each of the others.

    Parameters
    ----------
    steps : DataFrame
        What ``reconciliation`` returned.
    """
    rows = steps_to_others(steps, choice)
    title = others_title(steps, choice)
    draw(perimeter_waterfall, rows, choice=whole(choice), park=park, title=title)


def others_title(steps: pd.DataFrame, choice: PageChoice) -> str:
    """Return the finding: from which to which total the choice of the boundary leads."""
    language = choice.language
    ends = steps[(steps["species"] == "co2e") & steps["kind"].isin(["start", "end"])]
    known = ends["amount_t"].dropna()
    if known.nunique() < 2:
        return label("page.boundary.others_same", language)
    low, high = (readable(float(value), language, "co2e") for value in (known.min(), known.max()))
    return label("page.boundary.others_title", language, low=low, high=high)


def reconciliation_html(steps: pd.DataFrame, park: Park, choice: PageChoice) -> str:
    """Return the steps to each other boundary, a table each, for CO2e and each pollutant.

    Parameters
    ----------
    steps : DataFrame
        What ``reconciliation`` returned.
    """
    named = {species: steps_to_others_by_kind(steps, species) for species in COMPARED}
    keys = list(dict.fromkeys(key for found in named.values() for key in found))
    counts = steps[steps["kind"].isin(STEPS)].groupby(["boundary_type", "kind"])["enterprise_id"]
    several = counts.nunique().to_dict()
    told = ""
    for boundary_type in dict.fromkeys(kind for kind, _ in keys if kind):
        rows = [key for key in keys if key[0] in ("", boundary_type)]
        shown = pd.DataFrame({
            "step": [_row_name(key, several, choice) for key in rows],
            **{f"{species}_t": [found.get(key, 0.0) for key in rows]
               for species, found in named.items()},
        })  # fmt: skip
        head = escape(_way(boundary_type, choice))
        told += f"<p><b>{head}</b></p>{sheet(shown, choice.language)}"
    return told + _said(_lost(steps, park, choice.language))


def _lost(steps: pd.DataFrame, park: Park, language: Language) -> str:
    """Return which plants have which substances that are not computable, and not in the steps."""
    rows = steps[steps["kind"].isin(STEPS) & steps["amount_t"].isna()]
    if rows.empty:
        return ""
    names, comma = plant_names(park, language), label("page.list_separator", language)
    told = []
    for plant, lacking in rows.groupby("enterprise_id", sort=False)["species"]:
        species = comma.join(series_name(name, language) for name in lacking.unique())
        name = names.get(str(plant), str(plant))
        told.append(label("page.boundary.lost_plant", language, name=name, species=species))
    return numbered("page.boundary.lost", len(told), language, plants=comma.join(told))


def steps_to_others_by_kind(steps: pd.DataFrame, species: str) -> dict[tuple[str, str], float]:
    """Return the tonnes of a species by boundary and kind, the start once, in their order."""
    chosen = steps[steps["species"] == species]
    found: dict[tuple[str, str], float] = {}
    for boundary_type, led in chosen.groupby("boundary_type", sort=False):
        for kind in ("start", *STEPS, "end"):
            rows = led.loc[led["kind"] == kind, "amount_t"]
            key = ("", "start") if kind == "start" else (str(boundary_type), kind)
            if len(rows):
                found.setdefault(key, float(rows.sum(min_count=1)))
    return found


def _row_name(key: tuple[str, str], counts: Mapping[Hashable, int], choice: PageChoice) -> str:
    boundary_type, kind = key
    if kind in STEPS:
        return said_step(_way(boundary_type, choice), kind, counts[key], choice.language)
    name = boundary_name(boundary_type or choice.boundary, choice.language)
    return label("charts.boundary_named", choice.language, name=name)
