"""Releases that cannot be, and readings of monitors: told by row and cure, nothing clipped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.tables import empty
from parkkit.inventory.compilation import total
from parkkit.park.monitors import monitored
from parkkit.park.package import check_park
from tests.parks import compiled, make_park, write_park

MADE = {"amount_kind": "generated", "destination": ""}
SOLID = {"species": "general_solid_waste", "medium": "waste"}
# 50 mg/m3 x 100 000 m3/h x 8 000 h = 40 t
READ = {"concentration_mg_per_m3": 50, "flow_m3_per_h": 100000, "hours": 8000, "amount": ""}


def waste(amount: object, destination: str = "", **told: Any) -> dict[str, Any]:
    kind = {"destination": destination} if destination else MADE
    return {**SOLID, **kind, "amount": amount, **told}


def cod(amount: object, destination: str = "", **told: Any) -> dict[str, Any]:
    kind = {"destination": destination} if destination else MADE
    return {"species": "cod", "medium": "water", **kind, "amount": amount, **told}


def told(folder: Path, *releases: dict[str, Any]) -> list[tuple[str, int | None, str, bool]]:
    problems = check_park(write_park(folder, releases=releases))
    for problem in problems:
        assert problem.told("zh") != problem.told("en")
    return [(each.code, each.row, each.column, each.is_warning) for each in problems]


def said(folder: Path, *releases: dict[str, Any]) -> str:
    return " ".join(each.told() for each in check_park(write_park(folder, releases=releases)))


FAULTS = [
    pytest.param([waste(5), {**waste(5), "amount_kind": "released", "destination": ""}],
                 ("blank_destination", 3, "destination"), "environment", id="blank destination"),
    *(pytest.param([{"amount": 5, "medium": medium, "species": species, "destination": where}],
                   ("destination_of_waste", 2, "destination"), f"'{where}'",
                   id=f"{where} of {medium}")
      for where in ("used", "used_from_stock", "disposed_from_stock")
      for medium, species in (("air", "so2"), ("water", "cod"), ("land", "lead"))),
    *(pytest.param([{"amount": 5, "destination": where}],
                   ("destination_of_waste", 2, "destination"), f"'{where}'", id=f"{where} of air")
      for where in ("treated", "stored", "disposed")),
    pytest.param([waste(100), waste(100.2, "used")],
                 ("waste_used_above_generated", 3, "amount"), "used_from_stock", id="used above"),
    pytest.param([waste(100, month=1), waste(101, "used", month=1)],
                 ("waste_used_above_generated", 3, "amount"), "100 t", id="used above in a month"),
    pytest.param([cod(10), cod(6, "environment"),
                  cod(5, "treatment_plant", counterpart_id="outside")],
                 ("released_above_generated", 3, "amount"), "11 t", id="out above generated"),
    pytest.param([{**MADE, "amount": 10}, {"amount": 11_000, "unit": "kg"}],
                 ("released_above_generated", 3, "amount"), "10 t", id="kilograms above tonnes"),
    *(pytest.param([{"amount": 5, "unit": unit}], ("rate_unit", 2, "unit"), f"product in {mass}",
                   id=unit)
      for unit, mass in (("kg/h", "kg"), ("t/d", "t"), ("g/s", "g"), ("t/年", "t"))),
    *(pytest.param([{**READ, name: ""}], ("monitor_incomplete", 2, name), name, id=f"no {name}")
      for name in ("concentration_mg_per_m3", "flow_m3_per_h", "hours")),
    pytest.param([{**READ, "hours": 8761}], ("hours_above_year", 2, "hours"), "8760", id="year"),
    pytest.param([{**READ, "hours": 8785, "year": 2024}], ("hours_above_year", 2, "hours"),
                 "8784", id="leap year"),
    pytest.param([{**READ, "hours": 673, "month": 2}], ("hours_above_year", 2, "hours"),
                 "2023-02", id="month"),
    pytest.param([{**READ, "unit": "kg"}], ("monitor_unit", 2, "unit"), "'kg'", id="unit"),
]  # fmt: skip


@pytest.mark.parametrize(("releases", "wanted", "words"), FAULTS)
def test_a_release_that_cannot_be_is_an_error_with_its_cure(
    tmp_path: Path, releases: list[dict[str, Any]], wanted: tuple[str, int, str], words: str
) -> None:
    assert told(tmp_path / "p", *releases) == [(*wanted, False)]
    assert words in said(tmp_path / "p", *releases)


DOUBTS = [
    pytest.param([waste(100), waste(60, "used"), waste(50, "disposed")],
                 ("waste_out_above_generated", 3, "amount"), "110 t", id="out above generated"),
    pytest.param([waste(100), waste(101, "environment")],
                 ("waste_out_above_generated", 3, "amount"), "101 t", id="dumped above"),
    pytest.param([{**READ, "amount": 41}], ("monitor_differs", 2, "amount"), "40 t", id="differs"),
    pytest.param([{**READ, "hours": 0, "amount": 1}], ("monitor_differs", 2, "amount"), "0 t",
                 id="an amount of no hours"),
]  # fmt: skip


@pytest.mark.parametrize(("releases", "wanted", "words"), DOUBTS)
def test_a_release_to_look_at_is_a_warning(
    tmp_path: Path, releases: list[dict[str, Any]], wanted: tuple[str, int, str], words: str
) -> None:
    assert told(tmp_path / "p", *releases) == [(*wanted, True)]
    assert words in said(tmp_path / "p", *releases)


# B generated 50 t and used 150 t: A's rows sent it the 100 t between.
RECYCLED = [waste(50, enterprise_id="B"), waste(150, "used", enterprise_id="B")]
SENT_TO_B = waste(100, "transfer", counterpart_id="B")
PAIR = [{"enterprise_id": "A"}, {"enterprise_id": "B"}]


def of_pair(folder: Path, *releases: dict[str, Any], **tables: Any) -> list[tuple[str, bool]]:
    problems = check_park(write_park(folder, enterprises=PAIR, releases=releases, **tables))
    return [(each.code, each.is_warning) for each in problems]


def test_a_plant_may_use_what_others_sent_it(tmp_path: Path) -> None:
    refused = [("waste_used_above_generated", False)]
    assert of_pair(tmp_path / "none", *RECYCLED) == refused
    assert of_pair(tmp_path / "all", *RECYCLED, SENT_TO_B) == []
    assert of_pair(tmp_path / "less", *RECYCLED, {**SENT_TO_B, "amount": 99}) == refused
    # what two lists of A tell is the same waste
    half = {**SENT_TO_B, "amount": 50}
    assert of_pair(tmp_path / "two", *RECYCLED, half, {**half, "list": "statistics"}) == refused
    # another year's, or another kind's, is not there to be used
    assert of_pair(tmp_path / "year", *RECYCLED, {**SENT_TO_B, "year": 2022}) == refused
    # nobody knows how much came
    untold = {**SENT_TO_B, "amount": "", "notation": "NE"}
    assert of_pair(tmp_path / "untold", *RECYCLED, untold) == []


def test_a_plant_may_use_what_activity_says_it_was_sent(tmp_path: Path) -> None:
    sent = {"process": "waste", "process_type": "", "item": "general_solid_waste",
            "use": "waste_sent", "amount": 100, "counterpart_id": "B"}  # fmt: skip
    assert of_pair(tmp_path / "p", *RECYCLED, activity=[sent]) == []
    assert of_pair(tmp_path / "q", *RECYCLED, SENT_TO_B, activity=[sent]) == []


def test_a_plant_gives_away_no_more_than_it_had(tmp_path: Path) -> None:
    rows = [waste(50, enterprise_id="B"), waste(151, "disposed", enterprise_id="B"), SENT_TO_B]
    assert of_pair(tmp_path / "p", *rows) == [("waste_out_above_generated", True)]
    assert "151 t" in said(tmp_path / "q", *[{**each, "enterprise_id": "A"} for each in rows[:2]])


SOUND = [
    pytest.param([waste(100), waste(100.1, "used")], id="a rounding"),
    pytest.param([waste(100), waste(100, "used"), waste(30, "used_from_stock")], id="from stock"),
    pytest.param([waste(100), waste(60, "used"), waste(70, "stored")], id="a stock at the end"),
    pytest.param([waste(100), waste(120, "used", list="statistics")], id="another list"),
    pytest.param([waste(100, process="a"), waste(120, "used", process="b")], id="another process"),
    pytest.param([waste(100, month=1), waste(120, "used")], id="a month beside a year"),
    pytest.param([waste("", notation="NE"), waste(120, "used")], id="nobody knows"),
    pytest.param([waste(9, month=m) for m in range(1, 13)] + [waste(108, "used")], id="months"),
    pytest.param([cod(10, stack_id="DW1"), cod(11, "environment", stack_id="DW2")], id="outlets"),
    pytest.param(
        [{"amount": 5, "medium": "land", "species": "lead", "destination": "disposed"}],
        id="a landfill",
    ),
    pytest.param([READ], id="three readings"),
    pytest.param([{**READ, "flow_m3_per_h": 0}], id="no flow"),
    pytest.param([{**READ, "hours": 8784, "year": 2024}], id="all hours of a leap year"),
    pytest.param([{**READ, "hours": 744, "month": 1}], id="all hours of a month"),
    pytest.param([{**READ, "amount": 40.3}], id="within a hundredth"),
    pytest.param([{**READ, "amount": 40_000, "unit": "kg"}], id="the same in kilograms"),
]


@pytest.mark.parametrize("releases", SOUND)
def test_what_is_sound_raises_no_doubt(tmp_path: Path, releases: list[dict[str, Any]]) -> None:
    assert told(tmp_path / "p", *releases) == []


def test_what_was_never_generated_cannot_be_used(tmp_path: Path) -> None:
    rows = [{**waste(""), "notation": "NO"}, waste(1, "used")]
    assert told(tmp_path / "p", *rows) == [("waste_used_above_generated", 3, "amount", False)]


def test_a_unit_that_is_no_rate_of_mass_stays_unknown(tmp_path: Path) -> None:
    assert told(tmp_path / "p", {"amount": 5, "unit": "kg/pig"}) == [("unknown", 2, "unit", False)]


def test_an_amount_is_made_of_the_readings(tmp_path: Path) -> None:
    rows = [{**READ, "month": 3, "hours": 700}, {**READ, "year": 2022}]
    park = make_park(tmp_path / "p", releases=rows)
    assert park.releases["amount"].tolist() == pytest.approx([3.5, 40.0])
    assert total(compiled(park), "so2", 2022) == pytest.approx(40.0)


def test_an_amount_that_was_given_is_never_replaced(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", releases=[{**READ, "amount": 41}])
    assert park.releases["amount"].tolist() == [41.0]
    assert [note.code for note in park.notes] == ["monitor_differs"]


def test_a_notation_beside_readings_is_one_too_many(tmp_path: Path) -> None:
    assert told(tmp_path / "p", {**READ, "notation": "NE"}) == [
        ("amount_and_notation", 2, "notation", False)
    ]


hours = st.lists(st.integers(1, 700), min_size=1, max_size=6)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(hours=hours, concentration=st.integers(0, 500), flow=st.integers(0, 10**6))
def test_readings_of_parts_of_the_year_make_those_of_the_whole(
    hours: list[int], concentration: int, flow: int
) -> None:
    def read(spans: list[int]) -> float:
        rows = empty("releases").reindex(range(len(spans)))
        rows = rows.assign(
            concentration_mg_per_m3=float(concentration),
            flow_m3_per_h=float(flow),
            hours=[float(span) for span in spans],
            unit="t",
        )
        return float(monitored(rows)["amount"].sum())

    assert read(hours) == pytest.approx(read([sum(hours)]), rel=1e-12)
    assert read([1]) == pytest.approx(concentration * flow / 1e9, rel=1e-12)
