"""Chapter 01: where the park is, and who is inside which boundary."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import shapely.geometry

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, label
from parkkit.inventory.restatement import boundary_totals
from parkkit.output.boundary_charts import boundary_map
from parkkit.output.figures import Card, card, number
from parkkit.output.pages import PageChoice
from parkkit.output.theme import Chart, numbered
from parkkit.park.boundary import drawn_in, members, places
from parkkit.park.package import Park, plant_names
from parkkit.park.polygons import BOUNDARY_TYPES

COMPARED = ("co2e", "so2", "nox", "cod")


def comparison(park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return what each of the four boundaries holds in the page's year."""
    chosen: Convention = choice.convention
    return boundary_totals(park, year=choice.year, convention=chosen, species=COMPARED)


def key_figures(table: pd.DataFrame, choice: PageChoice) -> list[Card]:
    """Return the members, areas and CO2e of the page's boundary as cards."""
    language = choice.language
    row = _row(table, choice)
    return [
        card(label("page.boundary.members", language), row["member_count"], language, "count"),
        *(
            Card(name=label(f"page.boundary.{kind}", language), unit=label("page.ha", language),
                 value=number(row[f"{kind}_area_ha"], language))
            for kind in ("drawn", "official")
        ),
        card(label("page.total", language), row["co2e_t"], language, "co2e"),
    ]  # fmt: skip


def _row(table: pd.DataFrame, choice: PageChoice) -> dict[Hashable, Any]:
    """Return what the comparison says of the page's boundary."""
    return table[table["boundary_type"] == choice.boundary].to_dict("records")[0]


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
    return partial(boundary_map, features(park, choice.year))


def map_plants(park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return the plants' places, names, roles and membership in the page's boundary and year."""
    inside = members(park, choice.boundary, choice.year)[["enterprise_id", "is_member", "basis"]]
    plants = places(park).merge(inside, on="enterprise_id")
    running = plants[~plants["basis"].isin(["not_yet_open", "closed"])]
    names = running["enterprise_id"].map(plant_names(park, choice.language))
    return running.assign(name=names)[["lon", "lat", "name", "role", "is_member"]]


def membership(park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return who is a member of which boundary; missing where it cannot be told."""
    names = plant_names(park, choice.language)
    frames = []
    for boundary_type in BOUNDARY_TYPES:
        try:
            inside = members(park, boundary_type, choice.year)
        except ParkError as error:
            if error.code != "no_boundary":
                raise
            continue
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


def map_title(table: pd.DataFrame, choice: PageChoice) -> str:
    """Return the finding of the map: how many plants the page's boundary holds."""
    row = _row(table, choice)
    name = label(f"charts.boundary_type.{choice.boundary}", choice.language)
    count = int(row["member_count"] or 0)
    return numbered("page.boundary.map_title", count, choice.language, boundary=name)


def membership_title(frame: pd.DataFrame, language: Language) -> str:
    """Return the finding of the matrix: on how many plants the boundaries disagree."""
    kinds = frame.groupby("name")["is_member"].nunique()
    count = int((kinds > 1).sum())
    if not count:
        return label("page.boundary.matrix_title_none", language)
    return numbered("page.boundary.matrix_title", count, language)
