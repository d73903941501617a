"""The co-control points of Langang, worked out again from its raw tables in plain Python.

Its maker built in no point on purpose: they follow from the plans of its plants by the rule of
two shares, and stand in the README of the park.
"""

from __future__ import annotations

import pytest

from parkkit.inventory.compilation import Inventory
from parkkit.inventory.coupling import coupling
from parkkit.inventory.fusion import CoControlRule, co_control_points, fuse
from parkkit.park.package import open_park
from tests.inventory.test_langang_by_hand import GWP_AR5, LANGANG, OUTSIDE, base, gases_of, rows
from tests.parks import compiled

YEARS = range(2018, 2024)
NAMES = {
    "二氧化硫": "so2",
    "so2": "so2",
    "氮氧化物": "nox",
    "nox": "nox",
    "颗粒物": "pm",
    "pm": "pm",
}
# Environmental Protection Tax Law, annexed table 2; dust of combustion and of burning waste
KG_PER_EQUIVALENT = {"so2": 0.95, "nox": 0.95, "pm": 2.18, "nh3": 9.09}
# kg of ammonia that slip per t of coal: with an SCR at the end, and with SNCR alone
SLIP = {"scr": 0.16, "sncr": 0.17}
LISTS = ["cems", "permit", "statistics"]  # their order in park.toml
BOILER, PEAK = "LG01/循环流化床锅炉/DA001", "LG01/燃气调峰锅炉/DA002"
STOKER, PAPER = "LG03/生活垃圾焚烧线/DA001", "LG10/自备链条炉/DA001"
# By the rule of two shares of 80 %
POINTS = {2018: {BOILER, PAPER}, 2019: {BOILER, PAPER}, 2020: {BOILER, PAPER},
          2021: {BOILER, PAPER}, 2022: {BOILER}, 2023: {BOILER}}  # fmt: skip

Amounts = dict[str, float]


@pytest.fixture(scope="module")
def langang() -> Inventory:
    return compiled(open_park(LANGANG))


def source(row: dict[str, str], wholes: set[str]) -> str:
    """A plant with any value for the whole plant is one source, else each outlet is one."""
    if row["enterprise_id"] in wholes:
        return row["enterprise_id"]
    return "/".join(filter(None, (row["enterprise_id"], row["process"], row["stack_id"])))


def add(sums: Amounts, name: str, amount: float) -> None:
    sums[name] = sums.get(name, 0.0) + amount


def carbon_by_hand(year: int, wholes: set[str]) -> Amounts:
    sums: Amounts = {}
    for row in rows("activity", year):
        if row["enterprise_id"] in OUTSIDE or row["use"] == "purchased":
            continue
        for gas, tonnes in gases_of(row).items():
            add(sums, source(row, wholes), tonnes * GWP_AR5[gas])
    return sums


def released(year: int) -> list[dict[str, str]]:
    return [row for row in rows("releases", year)
            if row["enterprise_id"] not in OUTSIDE and row["amount_kind"] == "released"
            and row["destination"] == "environment"]  # fmt: skip


def standing(row: dict[str, str]) -> tuple[float, int]:
    """The rank of a row, then the place of its list in park.toml."""
    return float(row["data_rank"]), LISTS.index(row["list"])


def rivals(row: dict[str, str], told: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows that tell the same source; a whole plant is told again by any of its processes."""
    return [each for each in told
            if each["enterprise_id"] == row["enterprise_id"] and each["species"] == row["species"]
            and (each["process"] in ("", row["process"]) or not row["process"])]  # fmt: skip


def air_by_hand(year: int, wholes: set[str]) -> Amounts:
    """Equivalents by the best list of each source, and of the ammonia that slips."""
    told = [{**row, "species": NAMES[row["species"]]} for row in released(year)
            if row["medium"] == "air" and row["species"] in NAMES]  # fmt: skip
    sums: Amounts = {}
    for row in told:
        if standing(row) == min(standing(each) for each in rivals(row, told)):
            add(sums, source(row, wholes), base(row) * 1000 / KG_PER_EQUIVALENT[row["species"]])
    for row in rows("activity", year):
        if row["item"] == "bituminous" and row["use"] == "treated":
            slip = base(row) * SLIP[row["technology"]] / KG_PER_EQUIVALENT["nh3"]
            add(sums, source(row, wholes), slip)
    return sums


def voc_by_hand(year: int) -> Amounts:
    """Tonnes; all are told of whole plants."""
    sums: Amounts = {}
    for row in released(year):
        if row["species"] == "VOCs":
            add(sums, row["enterprise_id"], base(row))
    return sums


def leaders(amounts: Amounts, share: float) -> set[str]:
    whole, reached, names = sum(amounts.values()), 0.0, set()
    for name, amount in sorted(amounts.items(), key=lambda each: -each[1]):
        if reached >= share * whole:
            break
        names.add(name)
        reached += amount
    return names


def points_by_hand(year: int, carbon: float, pollution: float) -> set[str]:
    """The points of air and of VOCs; the one large outlet of wastewater has no large carbon."""
    voc = voc_by_hand(year)
    leading_carbon = leaders(carbon_by_hand(year, {*voc}), carbon)
    air = air_by_hand(year, {*voc})
    return leading_carbon & (leaders(air, pollution) | leaders(voc, pollution))


def points_of(inventory: Inventory, year: int, carbon: float, pollution: float) -> set[str]:
    rule = CoControlRule(carbon_share=carbon, pollution_share=pollution)
    table = co_control_points(fuse(inventory), rule)
    return {*table.loc[table["is_co_control_point"] & (table["year"] == year), "unit_id"]}


@pytest.mark.parametrize("year", YEARS)
def test_each_source_is_as_its_raw_rows_tell_it(langang: Inventory, year: int) -> None:
    fused = fuse(langang)
    fused = fused[fused["year"] == year].set_index("unit_id")
    wholes = {*voc_by_hand(year)}
    for column, wanted in (("direct_co2e_t", carbon_by_hand(year, wholes)),
                           ("voc_t", voc_by_hand(year))):  # fmt: skip
        found = fused[column].dropna()
        by_hand: Amounts = {}
        for name, amount in wanted.items():  # the sewage works is told by process and by outlet
            add(by_hand, name if name in found else name.rsplit("/", 1)[0], amount)
        assert found[found != 0].to_dict() == pytest.approx(
            {name: amount for name, amount in by_hand.items() if amount}, rel=1e-9
        )
    air = fused["equivalents_air"].dropna().drop("LG23")  # of its gas the dust is computed
    by_hand = {name: each for name, each in air_by_hand(year, wholes).items() if name != "LG23"}
    assert air[air > 0].to_dict() == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize("year", YEARS)
def test_the_points_are_those_the_readme_states_and_no_others(
    langang: Inventory, year: int
) -> None:
    assert points_of(langang, year, 0.8, 0.8) == POINTS[year] == points_by_hand(year, 0.8, 0.8)


@pytest.mark.parametrize(
    ("carbon", "pollution", "wanted"),
    [(0.5, 0.5, {BOILER}), (0.8, 0.9, {BOILER, PEAK}), (0.9, 0.8, {BOILER, STOKER, "LG07"}),
     (0.8, 0.5, {BOILER}), (0.7, 0.9, {BOILER})],
)  # fmt: skip
def test_moving_the_thresholds_moves_the_points_as_by_hand(
    langang: Inventory, carbon: float, pollution: float, wanted: set[str]
) -> None:
    found = points_of(langang, 2023, carbon, pollution)
    assert found == wanted == points_by_hand(2023, carbon, pollution)


def test_coupling_tells_the_points_axis_by_axis(langang: Inventory) -> None:
    rule = CoControlRule(carbon_share=0.9, pollution_share=0.9)
    table = coupling(langang, year=2021, rule=rule)
    points = co_control_points(fuse(langang), rule)
    points = points[points["year"] == 2021].set_index("unit_id")["judged_on"]
    told = table[table["is_co_control_point"].fillna(False).astype(bool)]
    judged = told.groupby("unit_id")["axis"].agg(lambda axes: {*axes})
    assert judged.to_dict() == {name: {*axes.split(";")} for name, axes in points.items() if axes}
    assert len(judged) > 2


def test_the_coal_boiler_is_of_one_cause_and_not_of_one_direction(langang: Inventory) -> None:
    table = coupling(langang, year=2023).set_index(["unit_id", "axis"])
    row = table.loc[(BOILER, "equivalents_air")]
    # carbon: up, up, down, down, down; air: down all the time
    carbon = [carbon_by_hand(year, set())[BOILER] for year in YEARS]
    air = [air_by_hand(year, set())[BOILER] for year in YEARS]
    assert [b > a for a, b in zip(carbon, carbon[1:], strict=False)] == [True, True, *[False] * 3]
    assert [b > a for a, b in zip(air, air[1:], strict=False)] == [False] * 5
    assert (row["pair_count"], row["agreeing_count"], row["same_direction"]) == (5, 3, "no")
    assert (row["same_cause"], row["cause"], row["reason"]) == ("yes", BOILER, "")
    assert row["is_on_front"]


def test_over_fewer_years_the_direction_cannot_be_judged(langang: Inventory) -> None:
    table = coupling(langang, year=2023, years=range(2020, 2024)).set_index(["unit_id", "axis"])
    row = table.loc[(BOILER, "equivalents_air")]
    assert (row["same_direction"], row["reason"]) == ("unknown", "fewer_than_five_years")
