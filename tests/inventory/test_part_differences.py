"""Part differences: a part of a park and its rest add up to the whole, trade by trade."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parkkit.core.convention import ZERO_CARBON_2025
from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import compile_inventory, total
from parkkit.inventory.economy import PARK, economy_series
from parkkit.inventory.intensity import intensity
from parkkit.inventory.part_differences import part_reconciliation, part_transfers
from parkkit.inventory.zero_carbon import zero_carbon_account
from parkkit.park.package import Park
from tests.parks import OFFICE, OUTSIDE, TRADING_ROWS, box, make_park

GRID = 0.4974  # t/MWh, Zhejiang 2023
EAST_EDGES, EAST_PLACE = (120.06, 30.0, 120.1, 30.1), {"lon": 120.08, "lat": 30.05}
PART = "东区（一期）"
SHAPES = [box(), box(part=PART, edges=EAST_EDGES, official_area_ha=4000)]
# A stands in the west and sells power to B, which stands in the eastern part; C is outside.
PLANTS: list[dict[str, Any]] = [
    {"enterprise_id": "A"}, {"enterprise_id": "B", **EAST_PLACE}, {"enterprise_id": "C", **OUTSIDE}
]  # fmt: skip


def part_park(folder: Path, **given: Any) -> Park:
    tables: dict[str, Any] = {"enterprises": PLANTS, "activity": TRADING_ROWS,
                              "boundaries": SHAPES, **given}  # fmt: skip
    return make_park(folder / "p", **tables)


def asked(park: Park, species: str = "co2", **choices: Any) -> dict[str, Any]:
    return {"boundary_type": "physical", "part": "东区(一期)", "year": 2023,
            "convention": replace(park.about.convention, **choices),
            "species": [species]}  # fmt: skip


def parts(park: Park, species: str = "co2", **choices: Any) -> dict[str, float]:
    table = part_reconciliation(park, **asked(park, species, **choices))
    return table.set_index("kind")["amount_t"].to_dict()


def test_power_bought_of_the_rest_of_the_park_counts_in_the_part_and_once_in_the_whole(
    tmp_path: Path,
) -> None:
    park = part_park(tmp_path)
    found = parts(park)
    assert found["part"] == pytest.approx(40 * GRID)
    assert found["transfers"] == pytest.approx(-40 * GRID)
    assert found["rest"] == pytest.approx(found["whole"])
    compiled = compile_inventory(
        park, boundary_type="physical", convention=park.about.convention, part=PART
    )
    assert (compiled.part, total(compiled, "co2", 2023)) == (PART, pytest.approx(40 * GRID))


def test_the_transfer_names_who_gives_and_who_takes(tmp_path: Path) -> None:
    park = part_park(tmp_path)
    table = part_transfers(park, **asked(park))
    assert table[["from_id", "to_id", "use", "item", "species"]].to_numpy().tolist() == [
        ["A", "B", "purchased", "electricity", "co2"]]  # fmt: skip
    assert table["carried_t"].tolist() == pytest.approx([40 * GRID])
    assert table["amount_t"].tolist() == pytest.approx([-40 * GRID])


def test_at_the_enterprise_level_nothing_is_netted_and_nothing_transferred(tmp_path: Path) -> None:
    found = parts(part_park(tmp_path), level="enterprise")
    assert found["transfers"] == 0
    assert found["part"] + found["rest"] == pytest.approx(found["whole"])


def test_in_the_consumption_view_the_seller_takes_off_what_the_whole_keeps(tmp_path: Path) -> None:
    park = part_park(tmp_path)
    choices = {"view": "consumption", "export_value": "factor"}
    found = parts(park, **choices)
    table = part_transfers(park, **asked(park, **choices)).set_index("use")
    assert table["amount_t"].to_dict() == pytest.approx(
        {"purchased": -40 * GRID, "sold": 40 * GRID}
    )
    assert math.isnan(table["carried_t"]["sold"])
    # By one factor what is taken off here is put on there.
    assert found["transfers"] == pytest.approx(0)
    assert found["part"] + found["rest"] == pytest.approx(found["whole"])


def test_wastewater_sent_across_is_told_and_counts_where_it_is_treated(tmp_path: Path) -> None:
    water = {"species": "cod", "medium": "water", "process": ""}
    sent = {**water, "enterprise_id": "B", "amount": 30, "destination": "treatment_plant",
            "counterpart_id": "A"}  # fmt: skip
    released = {**water, "enterprise_id": "A", "amount": 5}
    park = part_park(tmp_path, releases=[sent, released])
    found = parts(park, "cod")
    assert (found["rest"], found["transfers"], found["whole"]) == (5, 0, 5)
    assert math.isnan(found["part"])
    row = part_transfers(park, **asked(park, "cod")).iloc[0]
    assert (row["from_id"], row["to_id"], row["carried_t"], row["amount_t"]) == ("B", "A", 30, 0)


def test_a_receiver_that_tells_nothing_leaves_the_whole_partial_and_the_part_not(
    tmp_path: Path,
) -> None:
    water = {"species": "cod", "medium": "water", "process": ""}
    sent = {**water, "enterprise_id": "B", "amount": 30, "destination": "treatment_plant",
            "counterpart_id": "A"}  # fmt: skip
    own = {**water, "enterprise_id": "B", "amount": 2}
    park = part_park(tmp_path, releases=[sent, own])
    table = part_reconciliation(park, **asked(park, "cod")).set_index("kind")
    assert table["status"].to_dict() == {
        "part": "computed", "rest": "not_computable", "transfers": "not_computable",
        "whole": "partial"}  # fmt: skip
    assert table["amount_t"]["whole"] == 2
    lacking = part_transfers(park, **asked(park, "cod")).set_index("from_id").loc[""]
    assert (lacking["to_id"], lacking["status"]) == ("A", "not_computable")


def test_members_are_counted_and_one_without_a_place_is_of_the_rest(tmp_path: Path) -> None:
    plants = [*PLANTS, {"enterprise_id": "D", "lon": "", "lat": "", "datum": ""}]
    shapes = [box("statistical", part=PART, edges=EAST_EDGES)]
    park = part_park(tmp_path, enterprises=plants, boundaries=shapes,
                     about={"default_boundary": "statistical"})  # fmt: skip
    given = {**asked(park), "boundary_type": "statistical"}
    table = part_reconciliation(park, **given).set_index("kind")
    assert table["member_count"].dropna().to_dict() == {"part": 1, "rest": 3, "whole": 4}


def test_a_part_of_no_whole_has_no_rest(tmp_path: Path) -> None:
    shapes = [box("approved", part=PART, edges=EAST_EDGES)]
    park = part_park(tmp_path, boundaries=shapes, about={"default_boundary": "statistical"})
    with pytest.raises(ParkError, match="no boundary of type 'approved'"):
        part_reconciliation(park, **{**asked(park), "boundary_type": "approved"})


@pytest.mark.parametrize(
    ("managed", "counts"), [("yes", [1, 1, 2]), ("", [1, 0, 1])], ids=["flagged", "by place alone"]
)
def test_a_managed_part_is_no_larger_than_its_whole_where_only_the_part_is_drawn(
    tmp_path: Path, managed: str, counts: list[int]
) -> None:
    plants = [{**PLANTS[0], "is_managed_here": managed}, *PLANTS[1:]]
    shapes = [box("management", part=PART, edges=EAST_EDGES)]
    park = part_park(tmp_path, boundaries=shapes, enterprises=plants,
                     about={"default_boundary": "statistical"})  # fmt: skip
    given = {**asked(park), "boundary_type": "management"}
    table = part_reconciliation(park, **given).set_index("kind")
    assert table["member_count"].dropna().tolist() == counts
    assert table["amount_t"]["part"] == pytest.approx(40 * GRID)
    known = table["amount_t"][["part", "rest", "transfers"]].sum()
    assert known == pytest.approx(table["amount_t"]["whole"])


def test_the_zero_carbon_account_of_a_part_has_its_members_alone(tmp_path: Path) -> None:
    park = part_park(tmp_path)
    table = zero_carbon_account(
        park, boundary_type="physical", year=2023, convention=ZERO_CARBON_2025, part=PART
    ).set_index("part")
    assert table["status"]["E_fuel"] == "no_rows"
    assert table["amount"]["E_electricity"] == pytest.approx(40 * 0.8325)
    assert table["amount"]["E_total"] == pytest.approx(40 * 0.8325)


def test_the_intensity_of_a_part_is_over_its_own_area(tmp_path: Path) -> None:
    park = part_park(tmp_path)
    compiled = compile_inventory(
        park, boundary_type="physical", convention=park.about.convention, part=PART
    )
    table = intensity(compiled, park).set_index(["measure", "per"])
    assert table["divisor"]["co2", "official_area"] == 4000
    assert table["value"]["co2", "official_area"] == pytest.approx(40 * GRID / 4000)
    assert table["divisor"]["co2", "drawn_area"] == pytest.approx(4282, abs=10)


@pytest.mark.parametrize(
    ("codes", "missing"),
    [({"A": "26", "B": "44"}, ""), ({"A": "44", "B": "44"}, "44"), ({"A": "26", "B": "26"}, "44")],
    ids=["all of it in the part", "some of it elsewhere", "nobody lists its plants"],
)
def test_an_industry_counts_in_a_part_that_holds_all_its_plants(
    tmp_path: Path, codes: dict[str, str], missing: str
) -> None:
    plants = [{**plant, "industry_code": codes.get(str(plant["enterprise_id"]), "99")}
              for plant in PLANTS]  # fmt: skip
    value = {"enterprise_id": "", "industry_code": "44", "amount": 7}
    park = part_park(tmp_path, enterprises=plants, economy=[value])
    compiled = compile_inventory(
        park, boundary_type="physical", convention=park.about.convention, part=PART
    )
    series = economy_series(park, compiled.members).set_index("group").loc[PARK]
    assert series["missing"] == missing
    assert math.isnan(series["amount"]) == bool(missing)


def test_the_intensity_over_an_area_known_of_one_piece_alone_is_not_computable(
    tmp_path: Path,
) -> None:
    more = box(part=PART, edges=(120.055, 30.0, 120.06, 30.1))
    park = part_park(tmp_path, boundaries=[*SHAPES, more])
    compiled = compile_inventory(
        park, boundary_type="physical", convention=park.about.convention, part=PART
    )
    row = intensity(compiled, park).set_index(["measure", "per"]).loc[("co2", "official_area")]
    assert (row["status"], row["missing"]) == ("not_computable", "official_area")
    assert math.isnan(row["value"])


@pytest.mark.parametrize(
    ("place", "shapes"),
    [({}, SHAPES[1:]), ({"lon": "", "lat": "", "datum": ""}, SHAPES)],
    ids=["no whole is drawn", "a plant without a place"],
)
def test_an_industry_with_plants_that_nothing_puts_in_the_part_is_not_the_parts(
    tmp_path: Path, place: dict[str, Any], shapes: list[Any]
) -> None:
    plants = [{**PLANTS[0], **place, "industry_code": "44"}, {**PLANTS[1], "industry_code": "44"}]
    value = {"enterprise_id": "", "industry_code": "44", "amount": 7}
    park = part_park(tmp_path, boundaries=shapes, enterprises=plants, economy=[value],
                     activity=TRADING_ROWS[:5],
                     about={"default_boundary": "statistical"})  # fmt: skip
    compiled = compile_inventory(
        park, boundary_type="physical", convention=park.about.convention, part=PART
    )
    told = intensity(compiled, park).set_index(["measure", "per"]).loc[("co2", "value_added")]
    assert (told["status"], told["missing"]) == ("not_computable", "value_added/44")
    series = economy_series(park, compiled.members, part=PART).set_index("group").loc[PARK]
    assert series["missing"] == "44"


def test_offices_of_the_part_that_buy_from_outside_transfer_nothing(tmp_path: Path) -> None:
    rows = [{"enterprise_id": "B", **OFFICE, "use": "purchased", "amount": 10,
             "counterpart_id": "grid"}]  # fmt: skip
    park = part_park(tmp_path, activity=rows)
    assert len(part_transfers(park, **asked(park))) == 0
    assert parts(park)["transfers"] == 0
