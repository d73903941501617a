"""The warning of an undeclared datum: it comes with its evidence, and only where there is any."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from parkkit.core.errors import Problem
from parkkit.park.datum import convert
from parkkit.park.datum_checks import datum_problems
from parkkit.park.package import check_park
from tests.parks import box, write_park

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
# A row of adjoining parks of about 2.4 by 2.2 km.
WIDE, HIGH, PARKS = 0.025, 0.02, 4
EDGES = [(120 + WIDE * n, 30.0, 120 + WIDE * (n + 1), 30 + HIGH) for n in range(PARKS)]
COAL = [{"amount": 10}]


def doubts(folder: Path) -> list[Problem]:
    return [problem for problem in check_park(folder) if problem.code == "datum_doubted"]


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def truth(seed: int, edges: tuple[float, ...], count: int = 40) -> np.ndarray:
    """Where the plants of a park really are: anywhere in it, in WGS-84."""
    west, south, east, north = edges
    return np.random.default_rng(seed).uniform((west, south), (east, north), (count, 2))


def plants_at(places: np.ndarray, datum: str, **more: Any) -> list[dict[str, Any]]:
    return [
        {"enterprise_id": f"P{number:02}", "lon": lon, "lat": lat, "datum": datum, **more}
        for number, (lon, lat) in enumerate(places.tolist(), start=1)
    ]


def shifted(places: np.ndarray, datum: str = "gcj02") -> np.ndarray:
    return np.column_stack(convert(*places.T, source="wgs84", target=datum))


def park(folder: Path, places: np.ndarray, datum: str, **given: Any) -> Path:
    edges = given.pop("edges", EDGES[0])
    coal = [{**row, "enterprise_id": "P01"} for row in COAL]
    plants = plants_at(places, datum, **given.pop("plants", {}))
    about = {"default_boundary": "statistical", **given.pop("about", {})}
    return write_park(folder, about=about, enterprises=plants, activity=coal,
                      boundaries=[box(edges=edges)], **given)  # fmt: skip


def homes(places: np.ndarray) -> list[int]:
    """The park each place is in; -1 for none."""
    found = []
    for lon, lat in places:
        held = [n for n, (west, south, east, north) in enumerate(EDGES)
                if west <= lon <= east and south <= lat <= north]  # fmt: skip
        found.append(held[0] if held else -1)
    return found


# --- a set whose truth is known ---------------------------------------------------------------


def test_undeclared_some_plants_land_in_another_park_and_the_warning_comes(tmp_path: Path) -> None:
    moved = 0
    for number, edges in enumerate(EDGES):
        given_as = shifted(truth(number, edges))
        moved += sum(home not in (number, -1) for home in homes(given_as))
        told = doubts(park(tmp_path / f"p{number}", given_as, "wgs84", edges=edges))
        assert [problem.values["reread"] for problem in told] == [40], number
    assert moved > 10


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_declared_none_moves_and_nothing_is_said(tmp_path: Path, datum: str) -> None:
    for number, edges in enumerate(EDGES):
        given_as = shifted(truth(number, edges), datum)
        folder = park(tmp_path / f"p{number}", given_as, datum, edges=edges)
        assert doubts(folder) == []
        back = np.column_stack(convert(*given_as.T, source=datum))
        assert homes(back) == [number] * 40


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 60),
    away=st.integers(0, 20),
    number=st.integers(0, PARKS - 1),
)
def test_on_true_places_it_is_silent(seed: int, count: int, away: int, number: int) -> None:
    """Registered plants in the park, and some that stand kilometres off, as registers have it."""
    places = truth(seed, EDGES[number], count)
    off = truth(seed + 1, EDGES[number], away) + (0, 2 * HIGH)
    plants = pd.DataFrame(plants_at(np.vstack([places, off]), "wgs84", is_registered_here=True))
    drawn = pd.DataFrame({"boundary_type": ["physical"], "part": [""], "valid_to": [None],
                          "geometry": [shapely.box(*EDGES[number])]})  # fmt: skip
    assert list(datum_problems({"enterprises": plants}, drawn)) == []


# --- what the warning says -------------------------------------------------------------------


def line(count: int, step: float = 0.0) -> np.ndarray:
    """Places 100 m inside the eastern edge: 480 m of shift takes all of them out."""
    west, south, east, north = EDGES[0]
    lat = np.linspace(south + 0.005, north - 0.005, count)
    return np.column_stack([np.full(count, east - 0.001 - step), lat])


def test_the_evidence_is_how_many_how_far_and_who(tmp_path: Path) -> None:
    (told,) = doubts(park(tmp_path / "p", shifted(line(8)), "wgs84"))
    assert (told.file, told.row, told.column, told.is_warning) == (
        "enterprises.csv", 2, "datum", True)  # fmt: skip
    values = told.values
    assert (values["inside"], values["total"], values["reread"]) == (0, 8, 8)
    assert values["given"] == ["P01", "P02", "P03", "P04", "P05", "…"]
    assert values["reading"] == "gcj02"
    assert 400 < float(str(values["metres"])) < 600
    assert "0 of 8 plants" in told.told()
    assert "8 家企业中有 0 家" in told.told("zh")


def test_the_better_of_the_two_readings_is_told(tmp_path: Path) -> None:
    (told,) = doubts(park(tmp_path / "p", shifted(line(8), "bd09"), "wgs84"))
    assert told.values["reading"] == "bd09"


@pytest.mark.parametrize(("outside", "fires"), [(4, False), (5, True)])
def test_fewer_than_five_are_no_evidence(tmp_path: Path, outside: int, fires: bool) -> None:
    assert bool(doubts(park(tmp_path / "p", shifted(line(outside)), "wgs84"))) is fires


@pytest.mark.parametrize(("stay", "fires"), [(25, True), (26, False)])
def test_less_than_a_fifth_more_is_no_evidence(tmp_path: Path, stay: int, fires: bool) -> None:
    # 25 + 5 is 20 % more, 26 + 5 is less
    west, south, *_ = EDGES[0]
    middle = np.tile([west + WIDE / 2, south + HIGH / 2], (stay, 1))
    places = np.vstack([shifted(line(5)), middle])
    assert bool(doubts(park(tmp_path / "p", places, "wgs84"))) is fires


def test_only_registered_plants_count(tmp_path: Path) -> None:
    def told(registered: str) -> int:
        folder = park(tmp_path / "p", shifted(line(8)), "wgs84",
                      plants={"is_registered_here": registered})  # fmt: skip
        return len(doubts(folder))

    assert (told("yes"), told("no")) == (1, 0)


def test_a_plant_of_unknown_registration_does_not_count_where_others_are_told(
    tmp_path: Path,
) -> None:
    folder = park(tmp_path / "p", shifted(line(8)), "wgs84", plants={"is_registered_here": ""})
    path = folder / "enterprises.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    rows[0]["is_registered_here"] = "yes"
    _write(path, rows)
    assert doubts(folder) == []


def test_all_plants_count_where_nobody_is_told_to_be_registered(tmp_path: Path) -> None:
    folder = park(tmp_path / "p", shifted(line(8)), "wgs84", plants={"is_registered_here": ""})
    assert [problem.values["total"] for problem in doubts(folder)] == [8]


def test_outside_china_it_is_silent(tmp_path: Path) -> None:
    edges = (-87.5, 41.60, -87.475, 41.62)
    # BD-09 would bring them in
    east_of_it = np.column_stack([np.full(9, -87.470), np.full(9, 41.612)])
    assert doubts(park(tmp_path / "p", east_of_it, "wgs84", edges=edges)) == []


# --- the sample park -------------------------------------------------------------------------


def test_the_sample_park_is_silent_as_shipped_and_fires_when_nothing_is_declared(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "langang"
    shutil.copytree(LANGANG, folder)
    assert doubts(folder) == []
    path = folder / "enterprises.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    _write(path, [{**row, "datum": row["lon"] and "wgs84"} for row in rows])
    # 25 in truth: two were given in BD-09, and three in WGS-84 stay in under either reading
    (told,) = doubts(folder)
    assert (told.values["inside"], told.values["reread"]) == (15, 23)
    assert told.values["reading"] == "gcj02"


# --- a datum for the whole park --------------------------------------------------------------


def test_a_datum_declared_for_the_park_serves_rows_that_say_none(tmp_path: Path) -> None:
    places = shifted(line(8))
    folder = park(tmp_path / "p", places, "", about={"datum": "gcj02"})
    assert [p for p in check_park(folder) if not p.is_warning] == []
    assert doubts(folder) == []
    own = park(tmp_path / "q", places, "wgs84", about={"datum": "gcj02"})
    assert len(doubts(own)) == 1, "the row's own datum wins"


def test_a_datum_nobody_knows_is_refused_and_no_row_blamed(tmp_path: Path) -> None:
    folder = park(tmp_path / "p", line(3), "", about={"datum": "wgs-84"})
    (told,) = [p for p in check_park(folder) if not p.is_warning]
    assert (told.code, told.file, told.column) == ("unknown", "park.toml", "datum")
    assert "Did you mean 'wgs84'" in told.told()
    assert "cgcs2000" in told.told()
