"""Why a park's emissions changed: a boundary that moved, links of a chain, who tells nothing."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.core.uncertainty_rule import UncertaintyRule
from parkkit.diagnosis.effect_intervals import park_intervals
from parkkit.diagnosis.identities import park_identities
from parkkit.diagnosis.park_effects import chained, decompose_links, decompose_park, whole_years
from parkkit.diagnosis.park_rows import CARBON, moved_perimeters, park_rows, restated_rows
from parkkit.inventory.restatement import change_steps
from parkkit.park.package import Park
from tests.parks import EAST, INSIDE, NORTH, OUTSIDE, SOUTH, WEST, box, compiled, make_park

SPAN = (2022, 2023)
COAL = [{"enterprise_id": plant, "year": year, "amount": amount}
        for plant, year, amount in [("A", 2022, 100), ("A", 2023, 150), ("B", 2022, 40),
                                    ("B", 2023, 60)]]  # fmt: skip
VALUE = [{**row, "amount": row["amount"] / 10} for row in COAL]
KINDS = [(10, {"amount_kind": "generated", "destination": ""}), (20, {})]
SO2 = [
    {**row, "amount": row["amount"] / divisor, **kind} for row in COAL for divisor, kind in KINDS
]
# Until 2022 the park ended before B; from 2023 it holds it.
WIDER = (WEST, SOUTH, EAST + 0.2, NORTH)
MOVING = [box(valid_to=2022), box(valid_from=2023, edges=WIDER)]


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Park:
    beside = {"enterprise_id": "B", "credit_code": "SYN2", "industry_code": "44", **OUTSIDE}
    plants = [{"enterprise_id": "A", **INSIDE}, beside]
    return make_park(tmp_path_factory.mktemp("moving") / "p", enterprises=plants, activity=COAL,
                     economy=VALUE, releases=SO2, boundaries=MOVING)  # fmt: skip


def effects(park: Park) -> pd.DataFrame:
    inventory = compiled(park)
    rows = park_rows(inventory, park, ["so2"])
    moved = restated_rows(inventory, park, [SPAN], ["so2"])
    identities = park_identities(["so2"], carbon=CARBON)
    return decompose_park(rows, identities, SPAN, restated=moved[SPAN])


def test_intervals_of_the_whole_hold_it_with_sellers_and_industries_without_a_code() -> None:
    amounts = {"26": (30.0, 60.0), "77": (5.0, 6.0), "": (10.0, 50.0)}
    rows = pd.DataFrame([
        {"group": "park", "industry": industry, "year": year, "co2e_t": amount,
         "energy_tce": -2.0 if industry == "77" else 10.0}
        for industry, pair in amounts.items()
        for year, amount in zip((2020, 2021), pair, strict=True)
    ])  # fmt: skip
    named = rows[rows["industry"] != ""]
    terms = named.assign(
        group=named["industry"], species="co2e", amount=named["co2e_t"], factor_key="",
        activity_key=named["industry"] + named["year"].astype("str"), activity_percent=1.0,
        factor_percent=0.0,
    )  # fmt: skip
    found = park_intervals(terms, rows, "co2e_t = energy: energy_tce * co2e_t/energy_tce",
                           (2020, 2021), column="co2e_t", species="co2e",
                           errors=UncertaintyRule(draws=500)).set_index("effect")  # fmt: skip
    assert found.loc[["net_sellers", "total"], "amount"].tolist() == [1.0, 71.0]
    assert ((found["low"] <= found["amount"]) & (found["amount"] <= found["high"])).all()


def test_a_boundary_that_moved_is_an_effect_and_the_same_as_in_the_chapter_on_boundaries(
    park: Park,
) -> None:
    steps = change_steps(park, boundary_type="physical", convention=park.about.convention,
                         first=2022, last=2023)  # fmt: skip
    expected = steps.set_index("kind")["amount_t"]
    table = effects(park)
    carbon = table[table["species"] == "co2e"].set_index("effect")["amount"]
    assert carbon["boundary_moved"] == pytest.approx(expected["boundary_moved"])
    # 40 of 100 t of coal came in, then all burnt half as much again and earned it
    assert carbon["boundary_moved"] / table["before"].iloc[0] == pytest.approx(0.4)
    assert carbon["scale"] == pytest.approx(expected["rest"])
    assert carbon["total"] == pytest.approx(expected["end"] - expected["start"])
    assert (carbon["opened"], carbon["closed"]) == (0, 0)


def test_a_pollutant_moves_with_the_boundary_as_carbon_does(park: Park) -> None:
    table = effects(park)
    so2 = table[table["species"] == "so2"].set_index("effect")["amount"]
    # 5 t of A in 2022; 2 t of B came in; both half as much again
    assert so2[["boundary_moved", "scale", "total"]].tolist() == pytest.approx([2, 3.5, 5.5])
    assert so2[["source", "end_of_pipe"]].tolist() == pytest.approx([0, 0])


def test_a_boundary_that_stood_still_is_not_told_again(park: Park) -> None:
    inventory = compiled(park)
    assert set(moved_perimeters(inventory, park, [SPAN, (2023, 2023)])) == {SPAN}
    assert restated_rows(inventory, park, [(2023, 2023)]) == {}


IDENTITY = "co2e_t = energy: energy_tce * carbon: co2e_t/energy_tce"
ROWS = pd.DataFrame(
    {"group": "park", "industry": ["26", "77"] * 4, "year": [y for y in range(2020, 2024)
                                                             for _ in "ab"],
     "energy_tce": [10.0, -2, 20, -3, 15, -3, 30, -4], "co2e_t": [30.0, 5, 50, 6, 45, 7, 60, 4]}
)  # fmt: skip
LINKS = [(2020, 2021), (2021, 2022), (2022, 2023)]


def test_the_links_of_a_chain_sum_and_multiply_to_the_whole() -> None:
    links = decompose_links(ROWS, "co2e", IDENTITY, LINKS, restated={})
    table = chained(links).set_index("effect")
    parts = table.drop("total")
    assert parts["amount"].sum() == pytest.approx(64 - 35, abs=1e-9)
    assert parts["index"].prod() == pytest.approx(64 / 35)
    assert table.loc["total", ["amount", "index"]].tolist() == pytest.approx([29, 64 / 35])
    # one link by hand: L(50, 30) ln 2 of the energy, all of it
    first = links[(links["start"] == 2020) & (links["effect"] == "energy")].iloc[0]
    assert first["amount"] == pytest.approx(20 / math.log(5 / 3) * math.log(2))


def test_weights_that_follow_the_years_tell_another_story_than_the_ends() -> None:
    links = decompose_links(ROWS, "co2e", IDENTITY, LINKS, restated={})
    ends = decompose_park(ROWS, {"co2e": IDENTITY}, (2020, 2023)).set_index("effect")["amount"]
    chain = chained(links).set_index("effect")["amount"]
    assert chain["energy"] != pytest.approx(ends["energy"], rel=0.005)
    assert chain["total"] == pytest.approx(ends["total"])


def test_a_chain_whose_links_do_not_meet_is_refused() -> None:
    links = decompose_links(ROWS, "co2e", IDENTITY, LINKS, restated={})
    links.loc[links["effect"] == "energy", "amount"] += 1e-3
    with pytest.raises(ParkError) as caught:
        chained(links)
    assert caught.value.code == "residual_open"


def test_a_year_with_a_gap_is_no_year_of_the_chain() -> None:
    gap = ROWS.assign(energy_tce=ROWS["energy_tce"].mask(ROWS.index == 2))
    assert whole_years(gap, IDENTITY, (2020, 2023)) == [2020, 2022, 2023]
    lost = ROWS.assign(co2e_t=ROWS["co2e_t"].mask(ROWS.index == 7))
    assert whole_years(lost, IDENTITY, (2020, 2023)) == [2020, 2021, 2022]


TOLD = pd.DataFrame(
    {"group": "park", "industry": ["26", "44", "14"] * 2, "year": [2020] * 3 + [2021] * 3,
     "energy_tce": [10.0, 20, 5, 10, 20, 5], "so2_generated_t": [8.0, 9, None, 8, None, None],
     "so2_emitted_t": [4.0, 9, None, 2, None, None],
     "so2_is_told": [True, True, False, True, False, False]}
)  # fmt: skip
CAUGHT = ("so2_emitted_t = energy: energy_tce * source: so2_generated_t/energy_tce * "
          "end_of_pipe: so2_emitted_t/so2_generated_t")  # fmt: skip


def test_an_industry_that_tells_nothing_of_a_pollutant_is_outside_and_named() -> None:
    table = decompose_park(TOLD, {"so2": CAUGHT}, (2020, 2021))
    amounts = table.set_index("effect")["amount"]
    assert table["untold"].unique().tolist() == ["14"]
    assert amounts["end_of_pipe"] == pytest.approx(-2)
    # 44 tells of it in the first year alone
    assert amounts[["closed", "total"]].tolist() == [-9, -11]


def test_a_number_that_is_missing_is_still_missing() -> None:
    asked = TOLD.assign(so2_is_told=[True, True, False, True, True, False])
    table = decompose_park(asked, {"so2": CAUGHT}, (2020, 2021))
    assert table["amount"].isna().all()
    assert table["missing"].str.contains("44 so2_generated_t 2021").all()


def test_the_intervals_of_a_park_hold_its_net_sellers_and_the_whole() -> None:
    ends = ROWS[ROWS["year"].isin([2020, 2023])]
    keys = ends["industry"] + ends["year"].astype("str")
    terms = pd.DataFrame(
        {"group": ends["industry"], "species": "co2e", "year": ends["year"],
         "amount": ends["co2e_t"], "activity_key": keys, "factor_key": "",
         "activity_percent": 10.0, "factor_percent": 0.0}
    )  # fmt: skip
    table = park_intervals(terms, ROWS, IDENTITY, (2020, 2023), column="co2e_t", species="co2e",
                           errors=UncertaintyRule(draws=20_000)).set_index("effect")  # fmt: skip
    half = (table["high"] - table["low"]) / 2
    # 10 % of each amount, independent: roots of sums of squares
    assert half["net_sellers"] == pytest.approx(0.1 * math.hypot(5, 4), rel=0.03)
    assert half["total"] == pytest.approx(0.1 * math.hypot(30, 60, 5, 4), rel=0.03)
    assert (table["low"] < table["high"])[["energy", "carbon"]].all()
