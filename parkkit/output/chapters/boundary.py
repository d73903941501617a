"""Chapter 01: where the park is, and who is inside which boundary."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import shapely.geometry
from IPython.display import display

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, label
from parkkit.inventory.boundary_differences import boundary_totals, disputed_plants
from parkkit.output.boundary_charts import boundary_map
from parkkit.output.figures import Card, card, number, table
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import plain, say
from parkkit.output.quantities import change, is_missing
from parkkit.output.theme import Chart, numbered
from parkkit.park.boundary import NOT_DRAWN, drawn_in, members, places
from parkkit.park.package import Park, plant_names
from parkkit.park.polygons import BOUNDARY_TYPES

COMPARED = ("co2e", "so2", "nox", "cod")
# On a phone the words keep a width they can be read in, and the first column stays in sight.
SHEET = """<style>
.pk-bounds.pk-bounds.pk-bounds :is(th,td):not(.pk-number){min-width:6em}
.pk-bounds.pk-bounds.pk-bounds th.pk-number{white-space:normal;min-width:4.5em}
.pk-bounds.pk-bounds.pk-bounds :is(th,td):first-child{position:sticky;left:0;min-width:7em}
.pk-bounds.pk-bounds.pk-bounds th{background:#f1f4f6}
.pk-bounds.pk-bounds.pk-bounds td:first-child{background:#fff}
.pk-bounds.pk-bounds.pk-bounds tr{background:none;break-inside:avoid}
</style>"""


def whole(choice: PageChoice) -> PageChoice:
    """Return the choice of the whole park where a page is about a part of it."""
    return replace(choice, part="")


def say_of_whole(choice: PageChoice) -> None:
    """Say on the page of a part that a section is of the whole park."""
    if choice.part:
        part = plain(" ".join(choice.part.split()))
        say("page.boundary.of_whole", choice.language, part=part)


def sheet(
    frame: pd.DataFrame, language: Language, *, limit: int = 40, absent: pd.DataFrame | None = None
) -> str:
    """Return a table of this chapter as HTML that a phone and a sheet of A4 both hold."""
    html = table(frame, language, limit=limit, absent=absent)
    return f'{SHEET}<div class="pk-bounds">{html}</div>'


def comparison(park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return what each of the four boundaries holds in the page's year, of the page's part."""
    return boundary_totals(
        park, year=choice.year, convention=choice.convention, species=COMPARED, part=choice.part
    )


def key_figures(table: pd.DataFrame, choice: PageChoice) -> list[Card]:
    """Return the members, areas and CO2e of the page's boundary as cards."""
    language = choice.language
    row = _row(table, choice)
    areas = {kind: row[f"{kind}_area_ha"] for kind in ("drawn", "official")}
    notes = {"drawn": against_official(areas["drawn"], areas["official"], language)}
    return [
        card(label("page.boundary.members", language), row["member_count"], language, "count"),
        *(
            Card(name=label(f"page.boundary.{kind}", language), unit=label("page.ha", language),
                 value=number(area, language), note=notes.get(kind, ""))
            for kind, area in areas.items()
        ),
        card(label("page.total", language), row["co2e_t"], language, "co2e"),
    ]  # fmt: skip


def against_official(drawn: float, official: float, language: Language) -> str:
    """Return how far the drawn area is from the official one; nothing where one is missing.

    Examples
    --------
    >>> against_official(990.0, 1000.0, "en"), against_official(990.0, float("nan"), "en")
    ('−1% against the official area', '')
    """
    if is_missing(drawn) or is_missing(official) or not official:
        return ""
    share = change((drawn - official) / official, language)
    return label("page.boundary.against_official", language, change=share)


def _row(table: pd.DataFrame, choice: PageChoice) -> dict[Hashable, Any]:
    """Return what the comparison says of the page's boundary."""
    return table[table["boundary_type"] == choice.boundary].to_dict("records")[0]


def totals_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return the comparison without the areas, which have a table of their own."""
    return table.drop(columns=["drawn_area_ha", "official_area_ha"])


def disputed(park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return who falls between the boundaries, the one with most CO2e at stake first.

    Returns
    -------
    DataFrame
        What ``disputed_plants`` returns, and ``number``: as on the map, missing for a plant
        without a place.
    """
    table = disputed_plants(park, year=choice.year, convention=choice.convention, species=COMPARED)
    table = table.sort_values("co2e_t", ascending=False, kind="stable", ignore_index=True)
    has_place = table["siting"] != "no_place"
    return table.assign(number=has_place.cumsum().where(has_place).astype("Int64"))


def features(park: Park, year: int) -> list[Mapping[str, Any]]:
    """Return the polygons of a year as GeoJSON features in WGS-84."""
    return [
        {
            "type": "Feature",
            "properties": {"boundary_type": row["boundary_type"], "part": row["part"]},
            "geometry": shapely.geometry.mapping(row["geometry"]),
        }
        for row in drawn_in(park, year).to_dict("records")
    ]


def map_of(park: Park, choice: PageChoice) -> Callable[..., Chart]:
    """Return the map's chart with the polygons of the page's year already given."""
    used = (choice.boundary, choice.part)
    return partial(boundary_map, features(park, choice.year), used=used)


def map_plants(park: Park, choice: PageChoice, between: pd.DataFrame) -> pd.DataFrame:
    """Return the plants' places, names, roles and membership in the page's boundary and year.

    Parameters
    ----------
    between : DataFrame
        What ``disputed`` returned: who is ringed and numbered.
    """
    inside = _members(park, choice)
    numbers = between[["enterprise_id", "number"]]
    plants = places(park).merge(inside, on="enterprise_id")
    plants = plants.merge(numbers, on="enterprise_id", how="left")
    running = plants[~plants["basis"].isin(["not_yet_open", "closed"])]
    names = running["enterprise_id"].map(plant_names(park, choice.language))
    return running.assign(name=names)[["lon", "lat", "name", "role", "is_member", "number"]]


def _members(park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return who is in the page's boundary; missing where it is not drawn in that year."""
    try:
        inside = members(park, choice.boundary, choice.year, part=choice.part)
    except ParkError as error:
        if error.code not in NOT_DRAWN:
            raise
        inside = members(park, "statistical", choice.year).assign(is_member=None)
    return inside[["enterprise_id", "is_member", "basis"]]


def membership(park: Park, choice: PageChoice, between: pd.DataFrame) -> pd.DataFrame:
    """Return who is a member of which boundary; missing where it cannot be told.

    Parameters
    ----------
    between : DataFrame
        What ``disputed`` returned: these plants come first, with their numbers of the map.
    """
    names = {plant: numbered_name(number, name) for plant, number, name in _ranked(
        between, plant_names(park, choice.language))}  # fmt: skip
    rank = {plant: place for place, plant in enumerate(names)}
    frames = []
    for boundary_type in BOUNDARY_TYPES:
        try:
            inside = members(park, boundary_type, choice.year)
        except ParkError as error:
            if error.code not in NOT_DRAWN:
                raise
            continue
        inside = inside.sort_values("enterprise_id", key=lambda ids: ids.map(rank))
        known = ~inside["basis"].str.startswith("unknown")
        frames.append(
            pd.DataFrame(
                {
                    "name": inside["enterprise_id"].map(names),
                    "boundary_type": boundary_type,
                    "is_member": inside["is_member"].astype("boolean").where(known),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _ranked(
    between: pd.DataFrame, names: Mapping[str, str]
) -> Iterator[tuple[str, float | None, str]]:
    """Return each plant with its number and name, who falls between the boundaries first."""
    numbers = dict(zip(between["enterprise_id"], between["number"], strict=True))
    for plant in [*numbers, *(plant for plant in names if plant not in numbers)]:
        yield plant, numbers.get(plant), names.get(plant, plant)


def numbered_name(number: float | None, name: str) -> str:
    """Return a plant after its number on the map; without one its name alone.

    Examples
    --------
    >>> numbered_name(3, "Works"), numbered_name(None, "Works")
    ('3 Works', 'Works')
    """
    return name if pd.isna(number) else f"{number} {name}"


def map_title(table: pd.DataFrame, between: pd.DataFrame, choice: PageChoice) -> str:
    """Return the finding of the map: how many plants are in, and how many are in dispute."""
    row, language = _row(table, choice), choice.language
    name = label(f"charts.boundary_type.{choice.boundary}", language)
    if choice.part:
        name = label("page.boundary.part_of_type", language, part=" ".join(choice.part.split()),
                     boundary=name)  # fmt: skip
    if is_missing(row["member_count"]):
        return label("page.boundary.map_title_unknown", language, boundary=name)
    told = numbered("page.boundary.map_title", int(row["member_count"]), language, boundary=name)
    count = int(between["number"].notna().sum())
    more = numbered("page.boundary.map_disputed", count, language) if count else ""
    return f"{told}{more}"


def membership_title(frame: pd.DataFrame, language: Language) -> str:
    """Return the finding of the matrix: on how many plants the boundaries disagree."""
    kinds = frame.groupby("name")["is_member"].nunique()
    count = int((kinds > 1).sum())
    if not count:
        return label("page.boundary.matrix_title_none", language)
    return numbered("page.boundary.matrix_title", count, language)


def show_editor(editor: Callable[..., object], choice: PageChoice) -> None:
    """Show the editor of the page's boundary, and how its result is kept.

    Parameters
    ----------
    editor : callable
        ``parkkit_widgets.BoundaryEditor``: the front end imports this package, never the other
        way round.
    """
    say("page.boundary.edit", choice.language)
    say("page.boundary.edit_text", choice.language)
    display(editor(choice.park, boundary_type=choice.boundary, part=choice.part, year=choice.year,
                   language=choice.language))  # fmt: skip
