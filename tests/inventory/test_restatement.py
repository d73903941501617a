"""Restatement: a history on one perimeter, and what of a change is a boundary that moved."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import compile_inventory
from parkkit.inventory.restatement import change_steps, restate
from parkkit.park.package import Park
from tests.parks import INSIDE, OUTSIDE, box, make_park

WIDE = (120.0, 30.0, 120.3, 30.1)
# The boundary takes in the east in 2022. A is in always, E (east) from then on; N opens and O
# closes in between.
SHAPES = [box(valid_to=2021), box(valid_from=2022, edges=WIDE)]
PLANTS: list[dict[str, Any]] = [
    {"enterprise_id": "A", **INSIDE},
    {"enterprise_id": "E", **OUTSIDE},
    {"enterprise_id": "N", **INSIDE, "opened": 2022},
    {"enterprise_id": "O", **INSIDE, "closed": 2021},
]
TOLD = {"A": {2021: 10, 2022: 12, 2023: 15}, "E": {2021: 100, 2022: 100, 2023: 90},
        "N": {2022: 1000, 2023: 2000}, "O": {2021: 7000}}  # fmt: skip
SO2 = [{"enterprise_id": name, "year": year, "amount": amount}
       for name, years in TOLD.items() for year, amount in years.items()]  # fmt: skip


def moving_park(folder: Path, **given: Any) -> Park:
    tables: dict[str, Any] = {"enterprises": PLANTS, "releases": SO2, "boundaries": SHAPES, **given}
    return make_park(folder / "p", **tables)


def asked(park: Park, **given: Any) -> dict[str, Any]:
    return {"park": park, "boundary_type": "physical",
            "convention": park.about.convention, **given}  # fmt: skip


def test_a_history_on_one_perimeter_has_the_same_plants_in_every_year(tmp_path: Path) -> None:
    park = moving_park(tmp_path)
    table = restate(**asked(park, perimeter_year=2023, species=["so2"])).set_index("year")
    assert table["declared_t"].to_dict() == {2021: 7010, 2022: 1112, 2023: 2105}
    assert table["restated_t"].to_dict() == {2021: 7110, 2022: 1112, 2023: 2105}
    assert table["declared_count"].tolist() == [2, 3, 3]
    assert table["restated_count"].tolist() == [3, 3, 3]
    back = restate(**asked(park, perimeter_year=2021, species=["so2"])).set_index("year")
    assert back["restated_t"].to_dict() == {2021: 7010, 2022: 1012, 2023: 2015}


def test_a_year_that_had_no_boundary_has_nothing_declared_and_is_restated(tmp_path: Path) -> None:
    park = moving_park(tmp_path, boundaries=SHAPES[1:])
    table = restate(**asked(park, perimeter_year=2022, species=["so2"])).set_index("year")
    assert math.isnan(table["declared_t"][2021])
    assert table["declared_status"][2021] == "not_computable"
    assert table["declared_count"].isna().tolist() == [True, False, False]
    assert (table["restated_t"][2021], table["status"][2021]) == (7110, "computed")
    with pytest.raises(ParkError, match="'physical' is not drawn for 2021"):
        restate(**asked(park, perimeter_year=2021))


def test_a_history_older_than_the_first_drawing_is_restated(tmp_path: Path) -> None:
    park = moving_park(tmp_path, boundaries=[box(valid_from=2024, edges=WIDE)],
                       about={"default_boundary": "statistical"})  # fmt: skip
    table = restate(**asked(park, perimeter_year=2024, species=["so2"]))
    assert table["declared_t"].isna().all()
    assert table["declared_count"].isna().all()
    assert set(table["declared_status"]) == {"not_computable"}
    assert table["restated_t"].tolist() == [7110, 1112, 2105]
    assert set(table["status"]) == {"computed"}
    with pytest.raises(ParkError, match="no boundary of type 'approved'"):
        restate(**{**asked(park, perimeter_year=2024), "boundary_type": "approved"})


def test_an_inventory_leaves_out_the_years_without_a_boundary_and_says_so(tmp_path: Path) -> None:
    park = moving_park(tmp_path, boundaries=SHAPES[1:])
    compiled = compile_inventory(**asked(park))
    assert sorted(set(compiled.emissions["year"])) == [2022, 2023]
    lost = compiled.ledger[compiled.ledger["year"] == 2021]
    assert set(lost["reason"]) == {"not_drawn"}
    assert lost["amount_t"].sum() == 7110
    told = [note.told() for note in compiled.notes if note.code == "years_without_boundary"]
    assert len(told) == 1
    assert "not drawn for 2021" in told[0]


def test_a_change_is_told_as_boundary_opened_closed_and_rest(tmp_path: Path) -> None:
    park = moving_park(tmp_path)
    table = change_steps(**asked(park, first=2021, last=2023, species="so2")).set_index("kind")
    assert table["amount_t"].to_dict() == {
        "start": 7010, "boundary_moved": 100, "opened": 2000, "closed": -7000,
        "rest": 5 - 10, "end": 2105}  # fmt: skip
    assert table["enterprises"].to_dict() == {
        "start": "", "boundary_moved": "E", "opened": "N", "closed": "O", "rest": "",
        "end": ""}  # fmt: skip
    assert table["enterprise_count"].tolist() == [2, 1, 1, 1, 2, 3]
    assert set(table["status"]) == {"computed"}


def test_the_same_year_twice_changes_nothing(tmp_path: Path) -> None:
    table = change_steps(**asked(moving_park(tmp_path), first=2022, last=2022, species="so2"))
    assert table["amount_t"].tolist() == [1112, 0, 0, 0, 0, 1112]


def test_a_boundary_that_did_not_move_moves_nothing(tmp_path: Path) -> None:
    table = change_steps(**asked(moving_park(tmp_path), first=2022, last=2023, species="so2"))
    moved = table.set_index("kind").loc["boundary_moved"]
    assert (moved["amount_t"], moved["enterprise_count"], moved["status"]) == (0, 0, "computed")


def test_a_plant_whose_tonnes_nobody_knows_makes_its_step_not_computable(tmp_path: Path) -> None:
    rows = [row for row in SO2 if row["enterprise_id"] != "N"]
    gap = {"enterprise_id": "N", "year": 2023, "amount": "", "notation": "NE"}
    park = moving_park(tmp_path, releases=[*rows, gap])
    table = change_steps(**asked(park, first=2021, last=2023, species="so2")).set_index("kind")
    assert math.isnan(table["amount_t"]["opened"])
    assert table["status"].to_dict() == {
        "start": "computed", "boundary_moved": "computed", "opened": "not_computable",
        "closed": "computed", "rest": "computed", "end": "partial"}  # fmt: skip


def test_a_plant_known_in_one_of_the_years_makes_its_step_partial(tmp_path: Path) -> None:
    rows = [row for row in SO2 if (row["enterprise_id"], row["year"]) != ("A", 2023)]
    gap = {"enterprise_id": "A", "year": 2023, "amount": "", "notation": "NE"}
    park = moving_park(tmp_path, releases=[*rows, gap])
    table = change_steps(**asked(park, first=2021, last=2023, species="so2")).set_index("kind")
    assert (table["amount_t"]["rest"], table["status"]["rest"]) == (-10 - 10, "partial")
    assert (table["amount_t"]["end"], table["status"]["end"]) == (2090, "partial")


def test_what_is_not_known_in_either_year_may_have_changed_between_them(tmp_path: Path) -> None:
    rows = [row for row in SO2 if row["enterprise_id"] != "E"]
    gaps = [{"enterprise_id": "E", "year": year, "amount": "", "notation": "NE"}
            for year in (2021, 2022, 2023)]  # fmt: skip
    park = moving_park(tmp_path, releases=[*rows, *gaps])
    table = change_steps(**asked(park, first=2022, last=2023, species="so2")).set_index("kind")
    assert (table["amount_t"]["rest"], table["status"]["rest"]) == (1003, "partial")
    assert table["status"]["boundary_moved"] == "computed"
    same = change_steps(**asked(park, first=2022, last=2022, species="so2")).set_index("kind")
    assert (same["amount_t"]["rest"], same["status"]["rest"]) == (0, "partial")


def test_what_is_partial_in_both_years_leaves_the_rest_partial(tmp_path: Path) -> None:
    gaps = [{"enterprise_id": "A", "year": year, "amount": "", "notation": "NE", "process": "other"}
            for year in (2022, 2023)]  # fmt: skip
    told = [{**row, "amount": 5, "process": "boiler"} for row in SO2]
    park = moving_park(tmp_path, releases=[*told, *gaps])
    table = change_steps(**asked(park, first=2022, last=2023, species="so2")).set_index("kind")
    assert (table["amount_t"]["rest"], table["status"]["rest"]) == (0, "partial")


def test_years_are_known_and_in_order(tmp_path: Path) -> None:
    park = moving_park(tmp_path)
    with pytest.raises(ParkError, match="unknown year '2019'"):
        change_steps(**asked(park, first=2019, last=2023))
    with pytest.raises(ParkError, match="before it begins"):
        change_steps(**asked(park, first=2023, last=2021))
    early = replace(park, boundaries=park.boundaries.iloc[1:])
    with pytest.raises(ParkError, match="not drawn for 2021"):
        change_steps(**asked(early, first=2021, last=2023))


def test_the_register_moves_no_boundary(tmp_path: Path) -> None:
    park = moving_park(tmp_path)
    given = {**asked(park, first=2021, last=2023, species="so2"), "boundary_type": "statistical"}
    table = change_steps(**given).set_index("kind")
    assert table["amount_t"].to_dict() == {
        "start": 7110, "boundary_moved": 0, "opened": 2000, "closed": -7000, "rest": -5,
        "end": 2105}  # fmt: skip
