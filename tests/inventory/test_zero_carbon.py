"""Zero carbon: the account of Annex 4, its threshold, and four ways to count bought power."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.convention import ZERO_CARBON_2025, Convention
from parkkit.core.errors import ParkError
from parkkit.core.labels import has_label
from parkkit.inventory.compilation import compile_inventory, total
from parkkit.inventory.zero_carbon import Part, core_parts, core_threshold, zero_carbon_account
from parkkit.park.package import Park
from tests.parks import compiled, make_park

# The worked example burns coal and gas by the factors of the 24 sectors' guidelines.
BY_NDRC24 = replace(
    ZERO_CARBON_2025,
    factor_sets=("CN_GBT2589", "CN_NDRC24", "CN_PROV2011", "IPCC2006", "CN_GRID", "CN_HEAT"),
)
GREEN_MWH = 1.1e6


def bought(item: str, amount: float, unit: str, **given: Any) -> dict[str, Any]:
    return {"process": item, "process_type": "purchase", "item": item, "use": "purchased",
            "counterpart_id": "grid" if item == "electricity" else "outside", "amount": amount,
            "unit": unit, **given}  # fmt: skip


def power(amount: float, **given: Any) -> dict[str, Any]:
    return {**bought("electricity", amount, "MWh"), **given}


def own_sun(amount: float, **given: Any) -> dict[str, Any]:
    return power(amount, process="roof", process_type="solar_power", use="self_generated",
                 counterpart_id="", **given)  # fmt: skip


EXAMPLE: dict[str, Any] = {
    "activity": [
        {"amount": 20000},
        {"item": "natural_gas", "amount": 1500, "unit": "1e4m3"},
        power(1.2e6),
        bought("heat", 200000, "GJ"),
        bought("heat", 50000, "GJ", use="sold"),
        {"process": "kiln", "process_type": "cement_kiln", "item": "clinker",
         "use": "process_output", "amount": 10000},
    ],
    "site_factors": [
        {"parameter": "coal_equivalent", "value": 0.7143, "unit": "tce/t"},
        {"item": "natural_gas", "parameter": "coal_equivalent", "value": 1.2143,
         "unit": "kgce/m3"},
        {"item": "electricity", "parameter": "coal_equivalent_supply", "value": 0.302,
         "unit": "kgce/kWh"},
    ],
    "certificates": [
        {"kind": "direct_supply", "amount": 500_000},
        {"kind": "gec", "amount": GREEN_MWH - 500_000},
    ],
}  # fmt: skip
EQUIVALENT = EXAMPLE["site_factors"][2]


def account(park: Park, convention: Convention = BY_NDRC24) -> pd.DataFrame:
    found = zero_carbon_account(park, boundary_type="physical", year=2023, convention=convention)
    return found.set_index("part")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Park:
    return make_park(tmp_path_factory.mktemp("example") / "p", **EXAMPLE)


@pytest.fixture(scope="module")
def found(example: Park) -> pd.DataFrame:
    return account(example)


def test_the_worked_example_of_the_notice(found: pd.DataFrame) -> None:
    wanted = {"E_fuel": 73863.02, "E_electricity": 83250.0, "E_heat": 16500.0,
              "E_energy": 173613.02, "E_process": 5380.0, "E_total": 178993.02}  # fmt: skip
    assert found.loc[list(wanted), "amount"].round(2).to_dict() == wanted
    assert round(found.loc["energy_tce", "amount"], 1) == 400018.5
    assert round(found.loc["intensity", "amount"], 4) == 0.4475
    assert found.loc["threshold", "amount"] == 0.2
    assert found.loc["core", "status"] == "not_met"
    needed = 178993.02 - 0.2 * 400018.5
    assert round(found.loc["reduction_needed", "amount"], 2) == round(needed, 2)


def test_green_power_and_what_is_supplied_directly(found: pd.DataFrame) -> None:
    assert found.loc["green_share", "amount"] == pytest.approx(1.1 / 1.2)
    assert found.loc["direct_supply_share", "amount"] == pytest.approx(0.5 / 1.2)
    goal = found.loc["direct_supply_goal"]
    assert (goal["amount"], goal["status"], goal["note"]) == (0.5, "not_met", "in_principle")


def test_a_part_without_rows_has_no_amount(found: pd.DataFrame) -> None:
    empty = found.loc[["E_conversion", "bunkers", "waste", "feedstock_tce"]]
    assert empty["amount"].isna().all()
    assert set(empty["status"]) == {"no_rows"}


@pytest.mark.parametrize(("vintage", "factor"), [(2022, 0.8325), (2023, 0.8273), (2021, 0.8426)])
def test_the_vintage_of_the_fossil_factor_is_a_parameter(
    example: Park, vintage: int, factor: float
) -> None:
    rows = account(example, replace(BY_NDRC24, grid_year=vintage))
    assert rows.loc["E_electricity", "amount"] == pytest.approx(100_000 * factor)


def test_every_text_of_the_account_has_a_label(found: pd.DataFrame) -> None:
    assert all(has_label(f"zero_carbon.part.{part}") for part in found.index)
    assert all(has_label(f"zero_carbon.note.{note}") for note in found["note"] if note)


def test_the_indicator_by_hand() -> None:
    parts = core_parts(Part(part="E_total", amount=110_000.0),
                       Part(part="energy_tce", amount=500_000.0, unit="tce"))  # fmt: skip
    assert [round(part.amount, 2) for part in parts if part.part != "core"] == [0.22, 0.2, 10000]
    assert parts[2].status == "not_met"


@pytest.mark.parametrize(
    ("tce", "threshold"),
    [(199_999.9, math.nan), (200_000, 0.2), (999_999.9, 0.2), (1_000_000, 0.3), (5e6, 0.3)],
)
def test_the_threshold_goes_by_energy(tce: float, threshold: float) -> None:
    assert core_threshold(tce) == pytest.approx(threshold, nan_ok=True)


@pytest.mark.parametrize(
    ("tce", "total_t", "status", "needed"),
    [
        (500_000, 100_000, "met", 0.0),
        (500_000, 100_001, "not_met", 1.0),
        (1_000_000, 300_000, "met", 0.0),
        (1_000_000, 300_001, "not_met", 1.0),
        (100_000, 1, "not_defined", math.nan),
        (math.nan, 1, "not_computable", math.nan),
    ],
)
def test_the_core_indicator(tce: float, total_t: float, status: str, needed: float) -> None:
    told = "computed" if tce == tce else "not_computable"
    *_, core, above = core_parts(Part(part="E_total", amount=total_t),
                                 Part(part="energy_tce", amount=tce, status=told))  # fmt: skip
    assert core.status == status
    assert above.amount == pytest.approx(needed, nan_ok=True)


def test_a_total_partly_known_is_judged_by_no_threshold() -> None:
    energy_tce = Part(part="energy_tce", amount=500_000.0)
    partly = Part(part="E_total", amount=1.0, status="partial", missing="coke/factor")
    intensity, _, core, above = core_parts(partly, energy_tce)
    assert (intensity.status, core.status) == ("partial", "not_computable")
    assert (core.missing, above.amount == above.amount) == ("coke/factor", False)


@pytest.mark.parametrize(("mwh", "threshold", "share"), [(1e6, 0.2, 0.9274), (4e6, 0.3, 0.8912)])
def test_how_green_an_all_electric_park_must_be(
    tmp_path: Path, mwh: float, threshold: float, share: float
) -> None:
    verdicts = {}
    for green in (0.0, share - 1e-4, share + 1e-4):
        claimed = [{"amount": mwh * green}] if green else []
        park = make_park(tmp_path / f"{green}", activity=[power(mwh)], certificates=claimed,
                         site_factors=[EQUIVALENT])  # fmt: skip
        rows = account(park)
        verdicts[green] = rows.loc["core", "status"]
        assert rows.loc["threshold", "amount"] == threshold
        if not green:
            assert round(rows.loc["intensity", "amount"], 4) == 2.7566
    assert list(verdicts.values()) == ["not_met", "not_met", "met"]


def carbon(item: str, use: str, amount: float, factor: float) -> tuple[dict[str, Any], ...]:
    """A row of conversion, and the heat value and carbon that make its factor."""
    unit = "1e4m3" if item == "coke_oven_gas" else "t"
    return (
        {"process": "oven", "item": item, "use": use, "amount": amount, "unit": unit},
        {"item": item, "parameter": "ncv", "value": 10, "unit": f"GJ/{unit}"},
        {"item": item, "parameter": "carbon_content", "value": factor * 12 / 44 / 10,
         "unit": "t/GJ"},
    )  # fmt: skip


def test_conversion_is_a_balance_of_carbon(tmp_path: Path) -> None:
    told = [
        carbon("coking_coal", "conversion_in", 1000, 2.453504533333333),
        carbon("coke", "conversion_out", 650, 3.075719166666666),
        carbon("coke_oven_gas", "conversion_out", 28, 8.953339266666667),
    ]
    park = make_park(tmp_path / "p", activity=[row for row, *_ in told],
                     site_factors=[row for _, *rows in told for row in rows])  # fmt: skip
    found = account(park)
    assert found.loc["E_conversion", "amount"] == pytest.approx(203.594, abs=5e-4)
    assert found.loc["E_total", "amount"] == found.loc["E_conversion", "amount"]


def test_a_negative_conversion_is_told_and_not_cut_off(tmp_path: Path) -> None:
    row, *site = carbon("coke", "conversion_out", 100, 3.0)
    found = account(make_park(tmp_path / "p", activity=[row], site_factors=site))
    assert found.loc["E_conversion", ["amount", "note"]].tolist() == [
        pytest.approx(-300.0), "negative_balance",
    ]  # fmt: skip


def test_what_stands_beside_the_fuels(tmp_path: Path) -> None:
    site = [{"item": item, "parameter": "emission_factor", "species": "co2", "value": 3,
             "unit": "t/t", "use": use} for item, use in
            (("diesel", ""), ("naphtha", "feedstock"), ("municipal_waste", ""))]  # fmt: skip
    rows = [
        {"item": "diesel", "amount": 10},
        {"item": "diesel", "amount": 20, "process": "ship", "use": "transport_own",
         "process_type": "international_transport"},
        {"item": "naphtha", "amount": 5, "process": "cracker", "use": "feedstock"},
        {"item": "municipal_waste", "amount": 7, "process": "incinerator",
         "process_type": "incinerator", "use": "treated"},
    ]  # fmt: skip
    park = make_park(tmp_path / "p", activity=rows, site_factors=site)
    found = account(park)
    parts = ["E_fuel", "bunkers", "E_process", "waste", "E_total"]
    assert found.loc[parts, "amount"].tolist() == pytest.approx([90.0, 60.0, 15.0, 21.0, 105.0])
    assert found.loc[parts[1:4], "note"].tolist() == [
        "bunkers_listed", "feedstock_in_process", "waste_beside",
    ]  # fmt: skip
    whole = compile_inventory(park, boundary_type="physical", convention=BY_NDRC24)
    assert total(whole, "co2", 2023) == pytest.approx(105.0 + 21.0)


def test_what_is_sold_is_taken_off_but_for_power_of_the_sun(tmp_path: Path) -> None:
    sale = {"use": "sold", "counterpart_id": "outside"}
    rows = [
        power(1000), own_sun(400), power(100, process="line", **sale),
        power(300, **sale, process="roof", process_type="solar_power"),
    ]  # fmt: skip
    found = account(make_park(tmp_path / "p", activity=rows))
    # The roof sells 300 of its own; the line sells a mixture of 1000 bought and 100 of the sun.
    kept = 1 - 100 / 1100
    assert found.loc["E_electricity", "amount"] == pytest.approx(
        (1000 - 100 * (1000 / 1100)) * 0.8325
    )
    assert found.loc["E_electricity", "note"] == "green_export"
    # 1000 bought and 400 made, less 400 sold; of the sun's last 100 MWh some went with the line.
    assert found.loc["green_share", "amount"] == pytest.approx(100 * kept / 1000)
    assert found.loc["direct_supply_share", "amount"] == pytest.approx(100 * kept / 1000)


def test_power_that_was_never_counted_is_never_taken_off(tmp_path: Path) -> None:
    """Waste, wood, the sun behind another meter, and claims: nothing was counted to take off."""
    sale = {"use": "sold", "counterpart_id": "grid"}
    made = {"use": "self_generated", "counterpart_id": "A"}
    waste = {"item": "municipal_waste", "amount": 2000, "process": "incinerator",
             "process_type": "incinerator", "technology": "continuous_stoker",
             "use": "treated"}  # fmt: skip
    cases = {
        "waste": [waste, power(1000, process="incinerator", **made), power(900, **sale)],
        "wood": [{"item": "wood_biomass", "amount": 1000}, power(1000, **made), power(900, **sale)],
        "sun": [own_sun(1000), power(900, process="trade", **sale), {"amount": 1}],
    }
    for name, rows in cases.items():
        park = make_park(tmp_path / name, activity=rows)
        assert not account(park).loc["E_electricity", "amount"] < 0, name
    claimed = [{"enterprise_id": "A", "year": 2023, "kind": "gec", "amount": 1000, "unit": "MWh",
                "origin": "o"}]  # fmt: skip
    resold = make_park(tmp_path / "resold", certificates=claimed,
                       activity=[power(1000), power(500, **sale)])  # fmt: skip
    found = account(resold)
    assert found.loc["E_electricity", "amount"] == pytest.approx(0, abs=1e-9)
    assert found.loc["green_share", "amount"] == pytest.approx(1.0)


def test_power_supplied_by_a_member_is_green_once(tmp_path: Path) -> None:
    """The neighbour's sun, told with a certificate too: half of what is used, not all of it."""
    plants = [{}, {"enterprise_id": "S"}]
    trade = {"enterprise_id": "S", "process": "pv", "process_type": "solar_power"}
    rows = [
        power(1000), power(1000, process="line", counterpart_id="S"),
        {**own_sun(1000), **trade}, {**power(1000, use="sold", counterpart_id="A"), **trade},
    ]  # fmt: skip
    direct = [{"enterprise_id": "A", "year": 2023, "kind": "direct_supply", "amount": 1000,
               "unit": "MWh", "origin": "o"}]  # fmt: skip
    for name, certificates in (("without", []), ("with", direct)):
        found = account(make_park(tmp_path / name, enterprises=plants, activity=rows,
                                  certificates=certificates))  # fmt: skip
        assert found.loc["E_electricity", "amount"] == pytest.approx(832.5), name
        assert found.loc["green_share", "amount"] == pytest.approx(0.5), name
        assert found.loc["direct_supply_share", "amount"] == pytest.approx(0.5), name


def test_power_of_the_sun_alone_is_green_and_direct(tmp_path: Path) -> None:
    found = account(make_park(tmp_path / "p", activity=[power(100), own_sun(300)]))
    assert found.loc["green_share", "amount"] == pytest.approx(0.75)
    assert found.loc["direct_supply_goal", "status"] == "met"


@pytest.mark.parametrize("process_type", ["solar_power", "wind_power", "hydro_power"])
def test_power_that_takes_no_fuel_is_green(tmp_path: Path, process_type: str) -> None:
    own = {**own_sun(300), "process_type": process_type}
    found = account(make_park(tmp_path / "p", activity=[power(100), own]))
    assert found.loc["green_share", "amount"] == pytest.approx(0.75)


def test_a_year_without_an_equivalent_value_leaves_the_core_open(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", activity=[{"amount": 1e6}, power(1e6, year=2022)])
    rows = zero_carbon_account(park, boundary_type="physical", year=2022).set_index("part")
    assert rows.loc["energy_tce", ["status", "missing"]].tolist() == [
        "not_computable", "electricity/coal_equivalent_supply",
    ]  # fmt: skip
    assert rows.loc[["core", "intensity"], "status"].tolist() == ["not_computable"] * 2
    assert rows.loc["E_total", "amount"] == pytest.approx(832_500)


def test_a_plant_that_only_reports_its_carbon_is_named(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", enterprises=[{}, {"enterprise_id": "B"}],
                     activity=[{"amount": 10}],
                     releases=[{"enterprise_id": "B", "species": "co2", "amount": 5}])  # fmt: skip
    total_row = account(park).loc["E_total"]
    told = total_row[["status", "missing", "note"]]
    assert told.tolist() == ["partial", "activity/B", "listed_only"]


def test_what_is_not_estimated_is_named(tmp_path: Path) -> None:
    unknown = {"item": "diesel", "amount": "", "notation": "NE", "process": "truck"}
    found = account(make_park(tmp_path / "p", activity=[{"amount": 10}, unknown]))
    told = found.loc[["E_fuel", "E_total", "energy_tce"], ["status", "missing"]]
    assert told.values.tolist() == [["partial", "diesel/amount"]] * 3


def test_lists_do_not_change_the_account(tmp_path: Path, found: pd.DataFrame) -> None:
    listed = [{"species": "co2", "amount": 1, "data_rank": 1}]
    again = account(make_park(tmp_path / "p", **EXAMPLE, releases=listed))
    pd.testing.assert_frame_equal(again, found)


def test_a_claim_above_the_purchase_is_refused(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", activity=[power(100)], certificates=[{"amount": 101}])
    with pytest.raises(ParkError, match=r"row 2.*claims 101"):
        account(park)


WAYS: dict[str, tuple[dict[str, Any], float]] = {
    "location, province": ({}, 49740.0),
    "location, nation": ({"grid_region": "nation"}, 53060.0),
    "market": ({"electricity": "market"}, 36576.0),
    "as the notice": ({"electricity": "fossil_except_green", "grid_year": 2022}, 49950.0),
}


@pytest.mark.parametrize(("choices", "tonnes"), WAYS.values(), ids=list(WAYS))
def test_four_ways_to_count_the_same_power(
    tmp_path: Path, choices: dict[str, Any], tonnes: float
) -> None:
    park = make_park(tmp_path / "p", activity=[power(100_000)],
                     certificates=[{"kind": "gec", "amount": 40_000}])  # fmt: skip
    assert total(compiled(park, **choices), "co2", 2023) == pytest.approx(tonnes, abs=1e-6)
