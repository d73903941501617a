"""Energy: what counts once, what a park nets, what is missing by its name."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.inventory.compilation import Inventory
from parkkit.inventory.energy import consumption, energy, energy_rows, park_energy
from parkkit.inventory.intensity import MEASURES, intensity
from parkkit.park.package import Park
from tests.parks import OUTSIDE, SETS, box, compiled, make_park

PLANTS = [{"enterprise_id": "A"}, {"enterprise_id": "B"}, {"enterprise_id": "C", **OUTSIDE}]
COAL_SETS = ("CN_GBT2589", *SETS)
ONE = {"parameter": "coal_equivalent", "value": 1, "unit": "tce/t"}
always = settings(deadline=None, max_examples=6, derandomize=True)


def power(use: str, amount: float, other: str = "grid", **given: Any) -> dict[str, Any]:
    return {"process": "power", "process_type": "purchase", "item": "electricity", "use": use,
            "amount": amount, "unit": "MWh", "counterpart_id": other, **given}  # fmt: skip


def heat(plant: str, use: str, amount: float, other: str) -> dict[str, Any]:
    return power(use, amount, other, enterprise_id=plant, item="heat", unit="GJ")


def made(amount: float, process_type: str = "", **given: Any) -> dict[str, Any]:
    return power("self_generated", amount, "", process="own", process_type=process_type, **given)


def inventory(folder: Path, *activity: dict[str, Any], **given: Any) -> Inventory:
    choices = {name: given.pop(name) for name in ("coal_equivalent", "grid_year") if name in given}
    tables = {"enterprises": PLANTS, **given}
    return compiled(make_park(folder / "p", activity=list(activity), **tables),
                    factor_sets=COAL_SETS, **choices)  # fmt: skip


def test_fuels_have_the_coal_equivalents_of_the_standard(tmp_path: Path) -> None:
    wanted = {
        ("raw_coal", "t"): 0.7143, ("coke", "t"): 0.9714, ("diesel", "t"): 1.4571,
        ("blast_furnace_gas", "1e4m3"): 1.286, ("lng", "t"): 1.7572,
        # A range in the standard: the heat value tells.
        ("natural_gas", "1e4m3"): 389.31 / 29.3076,
        # Told as heat: its own heat value.
        ("crude_oil", "TJ"): 1000 / 29.3076, ("fuel_oil", "tce"): 1.0,
    }  # fmt: skip
    rows = [{"item": item, "unit": unit, "amount": 1} for item, unit in wanted]
    found = energy(inventory(tmp_path, *rows)).set_index("item")
    by_item = {item: tce for (item, _), tce in wanted.items()}
    assert found["calorific_tce"].to_dict() == pytest.approx(by_item, rel=1e-12)
    assert found["equivalent_tce"].to_dict() == found["calorific_tce"].to_dict()


def test_power_and_heat_have_their_calorific_coal_equivalents(tmp_path: Path) -> None:
    rows = [power("purchased", 1000), heat("A", "purchased", 1000, "outside")]
    found = energy(inventory(tmp_path, *rows)).set_index("item")
    assert found["calorific_tce"].to_dict() == pytest.approx({"electricity": 122.9, "heat": 34.12})
    assert found["energy_tj"].to_dict() == pytest.approx({"electricity": 3.6, "heat": 1.0})


def test_the_equivalent_value_of_power_goes_by_year(tmp_path: Path) -> None:
    wanted = {2020: 305.5, 2023: 301.9, 2024: 302.4}
    rows = [power("purchased", 1000, year=year) for year in wanted]
    found = energy(
        inventory(tmp_path, *rows, coal_equivalent="equivalent", grid_year="nearest")
    ).set_index("year")
    assert found["equivalent_tce"].to_dict() == pytest.approx(wanted)
    assert found["energy_tce"].to_dict() == found["equivalent_tce"].to_dict()


def test_a_year_without_an_equivalent_value_is_missing_by_name(tmp_path: Path) -> None:
    rows = [power("purchased", 1000, year=2022), {"item": "coke", "amount": 1, "year": 2022}]
    found = inventory(tmp_path, *rows, coal_equivalent="equivalent")
    bought = energy(found).set_index("item").loc["electricity"]
    assert pd.isna(bought["consumed_tce"])
    assert bought[["status", "missing"]].tolist() == ["not_computable", "coal_equivalent_supply"]
    both = consumption(found).iloc[0]
    assert both["consumed_tce"] == pytest.approx(0.9714)
    assert both[["status", "missing"]].tolist() == ["partial", "electricity/coal_equivalent_supply"]


def test_a_fuel_without_a_heat_value_is_missing_never_zero(tmp_path: Path) -> None:
    found = energy(inventory(tmp_path, {"item": "industrial_waste", "amount": 10})).iloc[0]
    assert found[["energy_tj", "energy_tce", "consumed_tce"]].isna().all()
    assert found[["status", "missing"]].tolist() == ["not_computable", "coal_equivalent;ncv"]


def test_what_counts_of_each_use(tmp_path: Path) -> None:
    cases = [
        ({"amount": 10}, 10.0),
        ({"amount": 10, "use": "transport_own"}, 10.0),
        ({"amount": 10, "use": "feedstock"}, 10.0),
        ({"amount": 10, "use": "conversion_in"}, 10.0),
        ({"amount": 10, "use": "conversion_out"}, -10.0),
        (power("purchased", 1000), 122.9),
        (power("sold", 1000), -122.9),
        (made(1000, "solar_power"), 122.9),
        (made(1000, "wind_power"), 122.9),
        (made(1000), 0.0),  # its coal is counted where it is burnt
        ({"amount": 10, "use": "transport_hired"}, 0.0),  # others burn it
        ({"amount": 10, "use": "purchased", "counterpart_id": "outside"}, 0.0),
    ]
    years = [2001 + number for number in range(len(cases))]
    rows = [
        {**row, "process": "p", "year": year} for year, (row, _) in zip(years, cases, strict=True)
    ]
    base = [{"amount": 1, "year": year} for year in years]
    found = inventory(tmp_path, *rows, *base, site_factors=[ONE], grid_year="nearest")
    wanted = [1.0 + tce for _, tce in cases]
    assert consumption(found)["consumed_tce"].tolist() == pytest.approx(wanted)


def test_feedstock_is_told_apart(tmp_path: Path) -> None:
    rows = [{"amount": 10}, {"amount": 3, "use": "feedstock", "process": "synthesis"}]
    found = consumption(inventory(tmp_path, *rows, site_factors=[ONE])).iloc[0]
    assert found[["consumed_tce", "feedstock_tce"]].tolist() == pytest.approx([13.0, 3.0])


def test_the_park_counts_what_members_sell_each_other_once(tmp_path: Path) -> None:
    rows = [
        {"amount": 100}, heat("A", "sold", 900, "B"), heat("A", "sold", 300, "C"),
        power("self_generated", 1300, "", item="heat", unit="GJ"),
        heat("B", "purchased", 910, "A"), heat("B", "purchased", 50, "outside"),
    ]  # fmt: skip
    found = inventory(tmp_path, *rows, site_factors=[ONE])
    balance = park_energy(found).set_index("item").loc["heat"]
    told = balance[["bought_outside", "made", "sold_outside", "used"]]
    assert told.tolist() == [50.0, 1300.0, 300.0, 1050.0]
    inside = balance[["bought_inside", "sold_inside", "difference", "unexplained"]]
    assert inside.tolist() == [910.0, 900.0, 10.0, 0.0]
    assert balance["consumed_tce"] == pytest.approx((50 - 300) * 0.03412)
    assert consumption(found)["consumed_tce"].tolist() == pytest.approx([100 - 250 * 0.03412])


def test_who_sells_more_than_it_tells_to_have_leaves_the_use_open(tmp_path: Path) -> None:
    rows = [{"amount": 100}, heat("A", "sold", 900, "B"), heat("B", "purchased", 900, "A")]
    balance = park_energy(inventory(tmp_path, *rows)).set_index("item").loc["heat"]
    assert pd.isna(balance["used"])
    assert balance["missing"] == "self_generated"


def test_of_a_fuel_the_balance_shows_what_nothing_explains(tmp_path: Path) -> None:
    bought = {"use": "purchased", "counterpart_id": "outside", "amount": 120}
    found = park_energy(inventory(tmp_path, {"amount": 100}, bought)).iloc[0]
    assert found[["bought_outside", "used", "unexplained"]].tolist() == [120.0, 100.0, 20.0]
    untold = park_energy(inventory(tmp_path / "q", {"amount": 100})).iloc[0]
    assert untold[["bought_outside", "unexplained"]].isna().all()


def test_only_members_count(tmp_path: Path) -> None:
    rows = [{"amount": 10}, {"amount": 99, "enterprise_id": "C"}]
    found = inventory(tmp_path, *rows)
    assert set(energy(found)["enterprise_id"]) == {"A"}
    assert park_energy(found)["used"].tolist() == [10.0]


@pytest.mark.parametrize(
    ("row", "status", "missing"),
    [
        ({"amount": "", "notation": "NE", "process": "kiln"}, "partial", "bituminous/amount"),
        ({"amount": "", "notation": "NO", "process": "kiln"}, "computed", ""),
        ({"amount": 5, "month": 1, "process": "kiln"}, "partial", "bituminous/months"),
    ],
)
def test_what_is_not_told_is_named(
    tmp_path: Path, row: dict[str, Any], status: str, missing: str
) -> None:
    found = consumption(inventory(tmp_path, {"amount": 10}, row)).iloc[0]
    assert found[["status", "missing"]].tolist() == [status, missing]


def test_a_park_without_energy_has_no_rows(tmp_path: Path) -> None:
    found = inventory(tmp_path, {"item": "fresh_water", "use": "water_withdrawn", "unit": "m3",
                                 "process_type": "water_use", "amount": 5})  # fmt: skip
    assert [len(made_of(found)) for made_of in (energy, park_energy, consumption)] == [0, 0, 0]


TABLES: dict[str, Any] = {
    "boundaries": [box(official_area_ha=200)],
    "activity": [
        {"amount": 100},
        {"item": "fresh_water", "use": "water_withdrawn", "process": "water", "unit": "m3",
         "process_type": "water_use", "amount": 600},
        {"item": "reused_water", "use": "water_reused", "process": "water", "unit": "m3",
         "process_type": "water_use", "amount": 200},
    ],
    "economy": [{"amount": 50}],
    "site_factors": [ONE, {"parameter": "emission_factor", "species": "co2", "value": 2,
                           "unit": "t/t"}],
}  # fmt: skip


def intensities(folder: Path, **given: Any) -> pd.DataFrame:
    park = make_park(folder / "p", **{**TABLES, **given})
    found = compiled(park, factor_sets=COAL_SETS, gases="co2")
    return intensity(found, park).set_index(["measure", "per"])


def test_a_deflated_value_added_divides_on_every_page_and_names_its_index(tmp_path: Path) -> None:
    index = [{"index": "ppi", "year": year, "value": value, "base_year": 2020, "origin": "o"}
             for year, value in ((2020, 100), (2023, 125))]  # fmt: skip
    given = {"economy": [{"amount": 50, "price_year": ""}], "about": {"price_base_year": 2020}}
    told = intensities(tmp_path / "a", price_index=index, **given).loc[("co2e", "value_added")]
    # 200 t on 50 in current prices are 40 in those of 2020.
    assert (told["value"], told["divisor"]) == (pytest.approx(5), pytest.approx(40))
    assert told[["prices", "price_year", "deflator"]].tolist() == [
        "constant", 2020, "ppi/park/2020"]  # fmt: skip
    lacking = intensities(tmp_path / "b", price_index=index[:1], **given)
    row = lacking.loc[("co2e", "value_added")]
    assert (row["status"], row["missing"]) == ("not_computable", "price_index")


def test_intensities_by_hand(tmp_path: Path) -> None:
    found = intensities(tmp_path)["value"].loc[[*MEASURES, "water_reuse_share"]]
    assert found[:, "value_added"].to_dict() == pytest.approx(
        {"energy": 2.0, "co2e": 4.0, "co2": 4.0, "fresh_water": 12.0}
    )
    assert found[:, "official_area"].to_dict() == pytest.approx(
        {"energy": 0.5, "co2e": 1.0, "co2": 1.0, "fresh_water": 3.0}
    )
    assert found["co2e", "energy"] == pytest.approx(2.0)
    assert found["water_reuse_share", ""] == 0.25
    assert found["fresh_water", ""] == 600


def test_the_price_year_is_told(tmp_path: Path) -> None:
    fixed = intensities(tmp_path).loc[("energy", "value_added")]
    assert fixed[["prices", "price_year"]].tolist() == ["constant", 2020]
    now = intensities(tmp_path / "q", economy=[{"amount": 50, "price_year": ""}])
    assert now.loc[("energy", "value_added"), "prices"] == "current"
    assert now["price_year"].isna().all()


@pytest.mark.parametrize(
    ("given", "measure", "per", "missing"),
    [
        ({"boundaries": [box()]}, "energy", "official_area", "official_area"),
        ({"economy": []}, "energy", "value_added", "value_added"),
        ({"economy": [{"amount": -5}]}, "energy", "value_added", "value_added"),
        ({"economy": [{"amount": 50, "year": 2022}]}, "co2", "value_added", "value_added/A"),
        ({"activity": TABLES["activity"][:1]}, "fresh_water", "drawn_area", "fresh_water"),
        ({"activity": TABLES["activity"][:2]}, "water_reuse_share", "", "reused_water/A"),
    ],
)
def test_what_an_intensity_lacks_is_named(
    tmp_path: Path, given: dict[str, Any], measure: str, per: str, missing: str
) -> None:
    row = intensities(tmp_path, **given).loc[(measure, per)]
    assert pd.isna(row["value"])
    assert row[["status", "missing"]].tolist() == ["not_computable", missing]


def test_energy_partly_known_divides_nothing(tmp_path: Path) -> None:
    unknown = {"amount": "", "notation": "NE", "process": "kiln"}
    found = intensities(tmp_path, activity=[*TABLES["activity"], unknown])
    assert pd.isna(found.loc[("co2e", "energy"), "value"])
    assert found.loc[("energy", "value_added"), ["value", "status"]].tolist() == [2.0, "partial"]


AMOUNT = st.integers(min_value=1, max_value=10**6).map(lambda number: number / 8)
burnt = st.builds(
    lambda plant, amount: {"enterprise_id": plant, "amount": amount}, st.sampled_from("AB"), AMOUNT
)
traded = st.builds(
    lambda seller, buyer, amount, told: [
        heat(seller, "self_generated", 2 * amount, ""), heat(seller, "sold", amount, buyer),
        heat(buyer, "purchased", told, seller),
    ],
    st.sampled_from("AB"), st.sampled_from(["C", "B", "A"]), AMOUNT, AMOUNT,
).filter(lambda rows: rows[1]["enterprise_id"] != rows[1]["counterpart_id"])  # fmt: skip


def numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "process": f"p{number}"} for number, row in enumerate(rows)]


@always
@given(rows=st.lists(burnt, min_size=1), trades=st.lists(traded, max_size=4))
def test_the_park_is_its_plants_less_what_they_sell_each_other(
    rows: list[dict[str, Any]], trades: list[list[dict[str, Any]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = inventory(Path(folder), *numbered([*rows, *sum(trades, [])]), site_factors=[ONE])
    plants = consumption(found, by=["enterprise_id"])["consumed_tce"].sum()
    rows_inside = energy_rows(found)
    inside = rows_inside.loc[rows_inside["is_inside"], "consumed_tce"].sum()
    together = consumption(found)["consumed_tce"].sum()
    assert together == pytest.approx(plants - inside, rel=1e-9, abs=1e-6)
    assert park_energy(found)["consumed_tce"].sum() == pytest.approx(together, rel=1e-9, abs=1e-6)


@always
@given(tonnes=AMOUNT, ncv=st.integers(min_value=5, max_value=50))
def test_the_unit_that_a_fuel_is_told_in_changes_nothing(tonnes: float, ncv: int) -> None:
    told = {"t": tonnes, "kg": tonnes * 1e3, "GJ": tonnes * ncv, "tce": tonnes * ncv / 29.3076}
    site = [{"parameter": "ncv", "value": ncv, "unit": "GJ/t"}]
    rows = [{"unit": unit, "amount": told[unit], "year": 2020 + at} for at, unit in enumerate(told)]
    with tempfile.TemporaryDirectory() as folder:
        found = consumption(inventory(Path(folder), *rows, site_factors=site))
    assert found["consumed_tce"].tolist() == pytest.approx([tonnes * ncv / 29.3076] * 4, rel=1e-9)


def test_the_park_is_not_changed(tmp_path: Path) -> None:
    park: Park = make_park(tmp_path / "p", **TABLES)
    found = compiled(park, factor_sets=COAL_SETS)
    before = found.activity.copy(), park.economy.copy()
    energy(found), park_energy(found), intensity(found, park)
    pd.testing.assert_frame_equal(found.activity, before[0])
    pd.testing.assert_frame_equal(park.economy, before[1])
