"""Boundary differences: who is in one and not in another, and what each takes with it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.inventory.boundary_differences import (
    boundary_reconciliation,
    boundary_totals,
    disputed_plants,
)
from parkkit.park.package import Park
from tests.parks import INSIDE, OFFICE, OUTSIDE, TRADING_ROWS, box, make_park

GRID = 0.4974  # t/MWh, Zhejiang 2023
# A stands in and is registered elsewhere; B stands in and is registered; C stands outside and is
# registered; D has no place and is registered; E is nothing of the park's.
PLANTS: list[dict[str, Any]] = [
    {"enterprise_id": "A", **INSIDE, "is_registered_here": "no"},
    {"enterprise_id": "B", **INSIDE},
    {"enterprise_id": "C", **OUTSIDE},
    {"enterprise_id": "D", "lon": "", "lat": "", "datum": ""},
    {"enterprise_id": "E", **OUTSIDE, "is_registered_here": "no"},
]
SO2 = [{"enterprise_id": name, "amount": amount} for name, amount in
       (("A", 1), ("B", 20), ("C", 300), ("D", 4000), ("E", 50000))]  # fmt: skip


def so2_park(folder: Path, **given: Any) -> Park:
    tables: dict[str, Any] = {"enterprises": PLANTS, "releases": SO2, **given}
    return make_park(folder / "p", **tables)


def so2_totals(park: Park, year: int = 2023) -> dict[str, float]:
    table = boundary_totals(park, year=year, convention=park.about.convention, species=["so2"])
    return table.set_index("boundary_type")["so2_t"].to_dict()


def test_four_boundaries_give_four_totals_and_the_missing_ones_none(tmp_path: Path) -> None:
    found = so2_totals(so2_park(tmp_path))
    assert found["physical"] == 21
    assert found["statistical"] == 4320
    assert math.isnan(found["approved"])
    assert math.isnan(found["management"])


def test_a_boundary_not_drawn_in_that_year_is_missing_and_no_error(tmp_path: Path) -> None:
    shapes = [box(), box("approved", valid_from=2024)]
    found = so2_totals(so2_park(tmp_path, boundaries=shapes))
    assert math.isnan(found["approved"])
    assert found["physical"] == 21


def test_totals_of_a_part_are_of_the_part_and_its_polygon(tmp_path: Path) -> None:
    shapes = [box(), box(part="西区", edges=(120.0, 30.0, 120.04, 30.1), official_area_ha=9)]
    plants = [{**PLANTS[0], "lon": 120.01}, *PLANTS[1:]]
    park = so2_park(tmp_path, boundaries=shapes, enterprises=plants)
    table = boundary_totals(
        park, year=2023, convention=park.about.convention, species=["so2"], part="西区"
    )
    row = table.set_index("boundary_type").loc["physical"]
    assert (row["member_count"], row["so2_t"], row["official_area_ha"]) == (1, 1, 9)
    assert row["drawn_area_ha"] < 0.5 * 10_700
    assert table.set_index("boundary_type").loc["statistical"].drop("member_count").isna().all()


def test_the_plants_in_dispute_are_told_with_where_they_are(tmp_path: Path) -> None:
    park = so2_park(tmp_path)
    table = disputed_plants(park, year=2023, convention=park.about.convention, species=["so2"])
    told = table.set_index("enterprise_id")
    assert told["siting"].to_dict() == {
        "A": "registered_elsewhere", "C": "produces_elsewhere", "D": "no_place"}  # fmt: skip
    assert told["so2_t"].to_dict() == {"A": 1, "C": 300, "D": 4000}
    assert told["physical"].tolist() == [True, False, pd.NA]
    assert told["statistical"].tolist() == [False, True, True]
    assert told["approved"].isna().all()


def test_a_plant_that_does_not_run_in_the_year_is_not_in_dispute(tmp_path: Path) -> None:
    plants = [{**PLANTS[0], "closed": 2022}, PLANTS[1], {**PLANTS[2], "opened": 2024}, *PLANTS[3:]]
    park = so2_park(tmp_path, enterprises=plants)
    table = disputed_plants(park, year=2023, convention=park.about.convention)
    assert table["enterprise_id"].tolist() == ["D"]


def test_registration_that_nobody_tells_leaves_the_siting_unknown(tmp_path: Path) -> None:
    plants = [{**PLANTS[0], "is_registered_here": "", "is_managed_here": "no"}, *PLANTS[1:]]
    park = so2_park(tmp_path, enterprises=plants)
    table = disputed_plants(park, year=2023, convention=park.about.convention)
    assert table.set_index("enterprise_id")["siting"]["A"] == "unknown"


def test_a_plant_that_the_register_says_nothing_of_is_in_dispute(tmp_path: Path) -> None:
    plants = [PLANTS[0], {**PLANTS[1], "is_registered_here": ""}, *PLANTS[2:]]
    park = so2_park(tmp_path, enterprises=plants)
    given = {"year": 2023, "convention": park.about.convention, "species": ["so2"]}
    told = disputed_plants(park, **given).set_index("enterprise_id")
    assert told.index.tolist() == ["A", "B", "C", "D"]
    assert (told["siting"]["B"], told["so2_t"]["B"]) == ("unknown", 20)
    found = steps(park, ["so2"]).set_index(["kind", "enterprise_id"])
    assert found["status"].to_dict() == {
        ("start", ""): "computed", ("leaves", "A"): "computed", ("leaves", "B"): "partial",
        ("enters", "C"): "computed", ("enters", "D"): "computed",
        ("end", ""): "partial"}  # fmt: skip
    assert found["amount_t"]["end", ""] == 4300


def test_a_register_that_says_nothing_of_anybody_puts_nobody_in_dispute(tmp_path: Path) -> None:
    plants = [{**plant, **INSIDE, "datum": "wgs84", "is_registered_here": ""} for plant in PLANTS]
    park = so2_park(tmp_path, enterprises=plants)
    assert len(disputed_plants(park, year=2023, convention=park.about.convention)) == 0


def test_an_unregistered_plant_that_emits_nothing_leaves_the_total_whole(tmp_path: Path) -> None:
    plants = [*PLANTS, {"enterprise_id": "F", **INSIDE, "is_registered_here": ""}]
    found = steps(so2_park(tmp_path, enterprises=plants), ["so2"]).set_index("kind")
    assert found["status"]["end"] == "computed"


def trading_park(folder: Path, **given: Any) -> Park:
    """A sells 40 MWh to B; both stand in, and only B is registered here."""
    plants = [{"enterprise_id": "A", **INSIDE, "is_registered_here": "no"},
              {"enterprise_id": "B", **INSIDE},
              {"enterprise_id": "C", **OUTSIDE, "is_registered_here": "no"}]  # fmt: skip
    return make_park(folder / "p", enterprises=plants, activity=TRADING_ROWS, **given)


def steps(park: Park, species: list[str], **choices: Any) -> pd.DataFrame:
    convention = replace(park.about.convention, **choices)
    table = boundary_reconciliation(park, year=2023, convention=convention, species=species)
    return table[table["boundary_type"] == "statistical"]


def test_who_leaves_takes_what_it_emits_and_who_stays_pays_for_its_power(tmp_path: Path) -> None:
    table = steps(trading_park(tmp_path), ["co2"])
    assert table[["kind", "enterprise_id"]].to_numpy().tolist() == [
        ["start", ""], ["leaves", "A"], ["trade", "B"], ["end", ""]]  # fmt: skip
    # Inside with A, B's 40 MWh count at A's coal; without A, they are bought from outside.
    assert table["amount_t"].iloc[2] == pytest.approx(40 * GRID)
    assert table["amount_t"].iloc[3] == pytest.approx(40 * GRID)
    assert table["amount_t"].iloc[0] == pytest.approx(-table["amount_t"].iloc[1])
    assert table["siting"].tolist() == ["", "registered_elsewhere", "both", ""]


def test_at_stake_is_what_a_plant_emits_by_itself(tmp_path: Path) -> None:
    park = trading_park(tmp_path)
    shapes = {"year": 2023, "convention": park.about.convention, "species": ["co2"]}
    told = disputed_plants(park, **shapes).set_index("enterprise_id")
    left = steps(park, ["co2"]).set_index("kind")
    assert list(told.index) == ["A"]
    assert told["co2_t"]["A"] == pytest.approx(-left["amount_t"]["leaves"])
    plants = [{"enterprise_id": "A", **INSIDE},
              {"enterprise_id": "B", **INSIDE, "is_registered_here": "no"}]  # fmt: skip
    other = make_park(tmp_path / "q", enterprises=plants, activity=TRADING_ROWS[:5])
    told = disputed_plants(other, **shapes).set_index("enterprise_id")
    # B in dispute: its power counts though A, of whom it bought it, is inside, too.
    assert told["co2_t"].to_dict() == pytest.approx({"B": 40 * GRID})


def test_what_is_not_computable_is_no_zero(tmp_path: Path) -> None:
    rows = [*SO2[1:], {"enterprise_id": "A", "amount": "", "notation": "NE"}]
    table = steps(so2_park(tmp_path, releases=rows), ["so2"]).set_index(["kind", "enterprise_id"])
    assert math.isnan(table["amount_t"]["leaves", "A"])
    assert table["status"].to_dict() == {
        ("start", ""): "partial", ("leaves", "A"): "not_computable",
        ("enters", "C"): "computed", ("enters", "D"): "computed",
        ("end", ""): "computed"}  # fmt: skip
    assert table["amount_t"]["start", ""] == 20


def test_a_boundary_that_is_not_there_has_an_end_without_an_amount(tmp_path: Path) -> None:
    park = so2_park(tmp_path)
    table = boundary_reconciliation(
        park, year=2023, convention=park.about.convention, species=["so2"]
    )
    approved = table[table["boundary_type"] == "approved"]
    assert approved["kind"].tolist() == ["start", "end"]
    assert approved["status"].tolist() == ["computed", "not_computable"]
    assert math.isnan(approved["amount_t"].iloc[1])


def test_another_boundary_may_be_led_from(tmp_path: Path) -> None:
    park = so2_park(tmp_path)
    table = boundary_reconciliation(
        park, year=2023, convention=park.about.convention, species=["so2"], start="statistical"
    )
    table = table[table["boundary_type"] == "physical"].set_index(["kind", "enterprise_id"])
    assert table["amount_t"].to_dict() == {
        ("start", ""): 4320, ("leaves", "C"): -300, ("leaves", "D"): -4000, ("enters", "A"): 1,
        ("end", ""): 21}  # fmt: skip
    with pytest.raises(ParkError, match="unknown boundary 'fysical'"):
        boundary_reconciliation(park, year=2023, convention=park.about.convention, start="fysical")


def test_of_an_office_that_buys_alone_everything_at_stake_is_its_power(tmp_path: Path) -> None:
    plants = [{"enterprise_id": "A", **INSIDE, "is_registered_here": "no"}]
    rows = [{**OFFICE, "use": "purchased", "amount": 10, "counterpart_id": "grid"}]
    park = make_park(tmp_path / "p", enterprises=plants, activity=rows)
    table = disputed_plants(park, year=2023, convention=park.about.convention)
    assert table["co2e_t"].tolist() == pytest.approx([10 * GRID])
