"""Consolidate: who is in, what members give each other, which scopes, which view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.convention import Convention
from parkkit.core.ledger import closing
from parkkit.inventory import compilation
from parkkit.inventory.compilation import Inventory, compile_inventory, total, totals
from parkkit.inventory.consolidation import keep_scopes, net_transfers
from parkkit.inventory.exports import net_purchases
from parkkit.park.package import Park
from tests.parks import OUTSIDE, box, compiled, make_park

PLANTS = [{"enterprise_id": "A"}, {"enterprise_id": "B"}, {"enterprise_id": "C", **OUTSIDE}]
COAL = {"amount": 10000}


def steam(plant: str, use: str, other: str, amount: float = 1000) -> dict[str, Any]:
    return {"enterprise_id": plant, "process": "steam", "process_type": "purchase",
            "item": "heat", "unit": "GJ", "use": use, "counterpart_id": other,
            "amount": amount}  # fmt: skip


def cod(plant: str, amount: float, **given: Any) -> dict[str, Any]:
    return {"enterprise_id": plant, "species": "cod", "medium": "water", "amount": amount, **given}


SENT = {"destination": "treatment_plant"}
# A makes steam for B (a member) and C (not one); A and C send COD to B, which releases some.
TABLES: dict[str, Any] = {
    "enterprises": PLANTS,
    "activity": [
        COAL, steam("A", "sold", "B"), steam("A", "sold", "C", 500),
        steam("B", "purchased", "A"), steam("C", "purchased", "A", 500),
        steam("B", "purchased", "outside", 100),
    ],
    "releases": [
        cod("A", 8, counterpart_id="B", **SENT), cod("C", 4, counterpart_id="B", **SENT),
        cod("B", 3),
    ],
}  # fmt: skip


@pytest.fixture
def park(tmp_path: Path) -> Park:
    return make_park(tmp_path / "p", **TABLES)


def reason_t(found: Inventory, species: str) -> dict[str, float]:
    rows = found.ledger[found.ledger["species"] == species]
    return dict(rows.groupby("reason")["amount_t"].sum())


def carbon_of_coal() -> float:
    return 10000 * 19.57 * 0.0261 * 0.93 * 44 / 12


def test_steam_from_a_member_is_netted_at_park_level(park: Park) -> None:
    found = compiled(park)
    assert total(found, "co2", 2023) == pytest.approx(carbon_of_coal() + 11.0)
    assert reason_t(found, "co2") == {"bought_from_member": 110.0, "outside": 55.0}


def test_the_enterprise_level_is_gross(park: Park) -> None:
    found = compiled(park, level="enterprise")
    assert total(found, "co2", 2023) == pytest.approx(carbon_of_coal() + 121.0)
    assert "bought_from_member" not in reason_t(found, "co2")


def test_park_level_is_enterprise_level_less_internal_transfers(park: Park) -> None:
    whole, gross = compiled(park), compiled(park, level="enterprise")
    assert total(whole, "co2", 2023) == pytest.approx(
        total(gross, "co2", 2023) - reason_t(whole, "co2")["bought_from_member"], rel=1e-12
    )


def test_what_a_plant_that_left_sells_is_bought_from_outside(tmp_path: Path) -> None:
    years = (2022, 2023)
    boundaries = [box(valid_to=2022), box(valid_from=2023, edges=(120.04, 30.0, 120.1, 30.1))]
    plants = [{"enterprise_id": "A", "lon": 120.02}, {"enterprise_id": "B"}]
    rows = [{**row, "year": year} for year in years
            for row in (COAL, steam("A", "sold", "B"), steam("B", "purchased", "A"))]  # fmt: skip
    left = make_park(tmp_path / "p", boundaries=boundaries, enterprises=plants, activity=rows)
    found = compiled(left, gases="co2")
    assert total(found, "co2", 2022) == pytest.approx(carbon_of_coal())
    assert total(found, "co2", 2023) == pytest.approx(1000 * 0.11)
    consumed = compiled(left, gases="co2", view="consumption", export_value="factor")
    assert total(consumed, "co2", 2022) == pytest.approx(carbon_of_coal())
    assert total(consumed, "co2", 2023) == pytest.approx(1000 * 0.11)


def test_an_unknown_amount_sent_to_a_member_is_no_gap(tmp_path: Path) -> None:
    sent = cod("A", 0, counterpart_id="B", **SENT) | {"amount": "", "notation": "NE"}
    found = compiled(make_park(tmp_path / "p", enterprises=PLANTS, releases=[sent, cod("B", 3)]))
    row = totals(found).set_index("species").loc["cod"]
    assert (row["amount_t"], row["status"]) == (3.0, "computed")


@pytest.mark.parametrize("level", ["park", "enterprise"])
def test_cod_sent_to_a_member_is_counted_once_at_its_outlet(park: Park, level: str) -> None:
    found = compiled(park, level=level)
    assert total(found, "cod", 2023) == 3.0
    assert reason_t(found, "cod") == {"sent_to_member": 8.0, "outside": 4.0}


def test_without_the_transfer_the_cod_would_count_twice(
    park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keep_all(rows: pd.DataFrame, *_: object, **__: object) -> tuple[pd.DataFrame, pd.DataFrame]:
        return rows, pd.DataFrame()

    monkeypatch.setattr(compilation, "net_transfers", keep_all)
    assert total(compiled(park), "cod", 2023) == 11.0


def test_cod_sent_to_a_plant_outside_is_released_elsewhere(tmp_path: Path) -> None:
    lists = [cod("A", 8, counterpart_id="C", **SENT), cod("A", 2)]
    found = compiled(make_park(tmp_path / "p", enterprises=PLANTS, releases=lists))
    assert total(found, "cod", 2023) == 2.0
    assert reason_t(found, "cod") == {"released_elsewhere": 8.0}


def test_power_bought_from_the_grid_is_not_netted_against_what_was_sold_to_it(
    tmp_path: Path,
) -> None:
    power = {"process": "power", "process_type": "purchase", "item": "electricity",
             "unit": "MWh", "counterpart_id": "grid", "amount": 1000}  # fmt: skip
    rows = [{**power, "use": "sold"}, {**power, "enterprise_id": "B", "use": "purchased"}]
    found = compiled(make_park(tmp_path / "p", enterprises=PLANTS, activity=rows))
    assert total(found, "co2", 2023) == pytest.approx(497.4)


# --- scopes, gases, views --------------------------------------------------------------------


def test_scope_one_alone_leaves_what_is_bought_to_the_ledger(park: Park) -> None:
    found = compiled(park, scopes=(1,))
    assert total(found, "co2", 2023) == pytest.approx(carbon_of_coal())
    assert reason_t(found, "co2")["scope_not_counted"] == pytest.approx(11.0)
    assert total(found, "cod", 2023) == 3.0


def test_co2_alone_leaves_the_other_gases_to_the_ledger(park: Park) -> None:
    found = compiled(park, gases="co2")
    assert pd.isna(total(found, "ch4", 2023))
    assert total(found, "co2e", 2023) == total(found, "co2", 2023)
    every = compiled(park)
    assert reason_t(found, "ch4") == {"gas_not_counted": pytest.approx(total(every, "ch4", 2023))}


def test_the_consumption_view_takes_exported_energy_off(park: Park) -> None:
    choices = {"view": "consumption", "export_value": "factor"}
    found, made = compiled(park, **choices), compiled(park)
    # 500 GJ to C, valued at 0.11; what goes to the member B stays
    assert total(found, "co2", 2023) == pytest.approx(total(made, "co2", 2023) - 55.0)
    row = found.emissions[found.emissions["use"] == "sold"].iloc[0]
    assert (row["emissions_t"], row["scope"], row["co2e_t"]) == (-55.0, 1, -55.0)
    assert reason_t(found, "co2")["exported_energy"] == pytest.approx(55.0)


def test_without_scope_one_nothing_is_taken_off_it(park: Park) -> None:
    found = compiled(park, view="consumption", export_value="factor", scopes=(2,))
    assert total(found, "co2", 2023) == pytest.approx(11.0)


def test_an_export_nobody_can_value_is_not_computable(park: Park) -> None:
    sets = tuple(name for name in park.about.convention.factor_sets if name != "CN_HEAT")
    found = compiled(park, view="consumption", export_value="factor", factor_sets=sets)
    row = found.emissions[found.emissions["use"] == "sold"].iloc[0]
    assert (row["species"], row["status"], row["missing"]) == ("co2", "not_computable", "factor")
    assert pd.isna(row["emissions_t"])


# --- exports by allocation, and by level -----------------------------------------------------

TURBINE = {"process": "turbine", "process_type": "", "use": "self_generated",
           "counterpart_id": "A"}  # fmt: skip
MADE = [{**TURBINE, "item": "electricity", "unit": "MWh", "amount": 100},
        {**TURBINE, "item": "heat", "unit": "GJ", "amount": 2000}]  # fmt: skip


def turbine(item: str, other: str, amount: float | str, **given: Any) -> dict[str, Any]:
    unit = {"electricity": "MWh", "heat": "GJ", "cooling": "GJ", "steam": "t"}[item]
    return {**TURBINE, "use": "sold", "item": item, "unit": unit, "amount": amount,
            "counterpart_id": other, **given}  # fmt: skip


ENERGY = {"view": "consumption", "export_value": "allocated", "chp": "energy"}
POWER_PART = 360 / 2360
NOX = {"species": "nox", "process": "boiler", "amount": 59}


def test_an_export_takes_along_its_share_of_the_sellers_own_fuel(tmp_path: Path) -> None:
    rows = [COAL, *MADE, turbine("electricity", "grid", 40), turbine("heat", "C", 500)]
    park = make_park(tmp_path / "p", enterprises=PLANTS, activity=rows, releases=[NOX])
    found, made = compiled(park, **ENERGY), compiled(park)
    share = POWER_PART * 40 / 100 + (1 - POWER_PART) * 500 / 2000
    for species in ("co2", "n2o", "co2e", "nox"):
        whole = total(made, species, 2023)
        assert total(found, species, 2023) == pytest.approx(whole * (1 - share))
    told = found.emissions[found.emissions["use"] == "sold"]
    assert set(told["process"]) == {"boiler"}
    scopes = told.groupby("species")["scope"].first()
    assert scopes["co2"] == 1
    assert pd.isna(scopes["nox"])
    assert set(told.loc[told["species"] == "nox", "list"]) == {"permit"}
    assert reason_t(found, "nox")["exported_energy"] == pytest.approx(59 * share)


@pytest.mark.parametrize("chp", ["energy", "efficiency", "exergy"])
def test_all_that_is_made_and_sold_leaves_nothing(tmp_path: Path, chp: str) -> None:
    rows = [COAL, *MADE, turbine("electricity", "grid", 100), turbine("heat", "C", 2000)]
    warm = {"item": "heat", "parameter": "heat_temperature_c", "value": 200, "unit": "degC"}
    park = make_park(tmp_path / "p", enterprises=PLANTS, activity=rows, site_factors=[warm])
    found = compiled(park, **{**ENERGY, "chp": chp})
    assert total(found, "co2", 2023) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ([COAL, MADE[0], turbine("heat", "C", 500)], "self_generated"),
        ([COAL, {**MADE[0], "amount": "", "notation": "NE"}, turbine("electricity", "grid", 1)],
         "self_generated"),
        ([COAL, *MADE, turbine("electricity", "grid", "", notation="NE")], "energy_sold"),
        ([COAL, *MADE, turbine("cooling", "C", 5)], "allocation"),
        ([{**COAL, "enterprise_id": "B"}, MADE[0], turbine("electricity", "grid", 5)],
         "fuel_combustion"),
    ],
    ids=["sells on", "made untold", "sold untold", "cooling", "no fuel"],
)  # fmt: skip
def test_an_export_nobody_can_allocate_is_not_computable_and_not_zero(
    tmp_path: Path, rows: list[dict[str, Any]], missing: str
) -> None:
    found = compiled(make_park(tmp_path / "p", enterprises=PLANTS, activity=rows), **ENERGY)
    told = found.emissions[found.emissions["use"] == "sold"]
    assert set(told["status"] + " " + told["missing"]) == {f"not_computable {missing}"}
    assert told["emissions_t"].isna().all()
    # No total stays as it was without saying that something is missing from it.
    statuses = totals(found).set_index("species")["status"]
    own = found.emissions[found.emissions["use"] == "fuel_combustion"]
    burnt = set(own.loc[own["enterprise_id"] == "A", "species"])
    assert set(told["species"]) == (burnt or {"co2"})
    assert told.loc[told["species"] == "co2", "scope"].tolist() == [1]
    assert set(statuses.loc[[*set(told["species"]), "co2e"]]) <= {"partial", "not_computable"}


def test_a_seller_that_makes_nothing_beside_one_that_does_is_not_computable(
    tmp_path: Path,
) -> None:
    sold = turbine("electricity", "grid", 10, process="sale", process_type="purchase")
    rows = [COAL, MADE[0], sold, {**sold, "enterprise_id": "B"}]
    found = compiled(make_park(tmp_path / "p", enterprises=PLANTS, activity=rows), **ENERGY)
    told = found.emissions[found.emissions["use"] == "sold"].set_index("enterprise_id")
    of_b = told.loc[["B"]]
    assert (of_b["status"] + " " + of_b["missing"]).tolist() == ["not_computable self_generated"]
    of_a = told.loc[["A"]].set_index("species")
    assert of_a["emissions_t"]["co2"] == pytest.approx(-carbon_of_coal() * 10 / 100)


def test_a_sale_that_did_not_occur_is_no_gap(tmp_path: Path) -> None:
    rows = [COAL, *MADE, turbine("electricity", "grid", "", notation="NO")]
    found = compiled(make_park(tmp_path / "p", enterprises=PLANTS, activity=rows), **ENERGY)
    assert total(found, "co2", 2023) == pytest.approx(carbon_of_coal())
    assert totals(found).set_index("species").loc["co2", "status"] == "computed"


def test_power_of_the_sun_carries_nothing_when_sold(tmp_path: Path) -> None:
    panels = {**MADE[0], "process": "roof", "process_type": "solar_power"}
    rows = [COAL, panels, turbine("electricity", "grid", 5)]
    found = compiled(make_park(tmp_path / "p", enterprises=PLANTS, activity=rows), **ENERGY)
    assert total(found, "co2", 2023) == pytest.approx(carbon_of_coal())
    assert not (found.emissions["use"] == "sold").any()


def test_months_missing_on_one_side_make_the_export_partial(tmp_path: Path) -> None:
    months = [turbine("electricity", "grid", 4, month=month) for month in range(1, 11)]
    rows = [COAL, *MADE, *months]
    found = compiled(make_park(tmp_path / "p", enterprises=PLANTS, activity=rows), **ENERGY)
    told = found.emissions[found.emissions["use"] == "sold"]
    told = told[told["species"] == "co2"]
    assert set(told["status"]) == {"partial"}
    assert told["emissions_t"].sum() == pytest.approx(-carbon_of_coal() * POWER_PART * 0.4)


# A makes and sells heat to B, a member, and to C, which is not one; B buys from A and outside.
BOTH = [COAL, *MADE, turbine("heat", "B", 1000), turbine("heat", "C", 500),
        steam("B", "purchased", "A"), steam("B", "purchased", "outside", 100)]  # fmt: skip


@pytest.mark.parametrize("way", [{"export_value": "factor"}, {"chp": "energy"}], ids=str)
def test_at_enterprise_level_each_plant_is_its_own_boundary(
    tmp_path: Path, way: dict[str, Any]
) -> None:
    park = make_park(tmp_path / "p", enterprises=PLANTS, activity=BOTH)
    each = compiled(park, view="consumption", level="enterprise", **way)
    gj = {"export_value": 0.11, "chp": carbon_of_coal() * (1 - POWER_PART) / 2000}[next(iter(way))]
    direct, exported, purchased = carbon_of_coal(), 1500 * gj, 1100 * 0.11
    assert total(each, "co2", 2023) == pytest.approx(direct - exported + purchased)
    by_plant = totals(each, by=["enterprise_id"]).set_index(["enterprise_id", "species"])
    assert by_plant.loc[("A", "co2"), "amount_t"] == pytest.approx(direct - exported)
    assert by_plant.loc[("B", "co2"), "amount_t"] == pytest.approx(purchased)


@pytest.mark.parametrize("way", [{"export_value": "factor"}, {"chp": "energy"}], ids=str)
def test_the_park_is_its_plants_less_what_they_trade_on_both_sides(
    tmp_path: Path, way: dict[str, Any]
) -> None:
    park = make_park(tmp_path / "p", enterprises=PLANTS, activity=BOTH)
    whole = compiled(park, view="consumption", **way)
    each = compiled(park, view="consumption", level="enterprise", **way)
    rows = each.emissions[each.emissions["species"] == "co2"]
    internal = rows[rows["counterpart_id"].isin(["A", "B"])].groupby("use")["emissions_t"].sum()
    assert internal["sold"] < 0 < internal["purchased"]
    assert total(whole, "co2", 2023) == pytest.approx(
        total(each, "co2", 2023) - internal["sold"] - internal["purchased"], rel=1e-12
    )


def test_cooling_and_steam_are_exports_by_factor_too(tmp_path: Path) -> None:
    rows = [COAL, turbine("cooling", "C", 5), turbine("steam", "C", 5)]
    park = make_park(tmp_path / "p", enterprises=PLANTS, activity=rows)
    found = compiled(park, view="consumption", export_value="factor")
    assert set(found.emissions.loc[found.emissions["use"] == "sold", "item"]) == {
        "cooling", "steam"}  # fmt: skip


# --- scope 3 and the memo of net purchase ----------------------------------------------------


def row(**given: Any) -> dict[str, Any]:
    ground = {
        "source_id": "A/p",
        "enterprise_id": "A",
        "counterpart_id": "C",
        "year": 2023,
        "month": None,
        "species": "ch4",
        "medium": "air",
        "scope": 3,
        "sent_t": None,
        "emissions_t": 1.0,
        "list": "calculated",
        "activity_id": "",
        "release_id": "",
        "industry_code": "",
        "source_class": "waste",
        "is_biogenic": False,
        "is_factor_checked": True,
        "coverage_share": 1.0,
        "status": "computed",
        "missing": "",
    }
    return {**ground, **given}  # fmt: skip


SENT_ROWS = [
    row(use="waste_sent"), row(use="wastewater_sent", counterpart_id="B"),
    row(use="wastewater_sent", species="cod", medium="water", scope=None, sent_t=1.0),
    row(use="purchased", counterpart_id="B"), row(use="purchased"),
]  # fmt: skip
MEMBERS = pd.DataFrame({"enterprise_id": ["A", "B"], "year": 2023, "is_member": True})


def through(level: str, scopes: tuple[int, ...]) -> tuple[list[str], dict[str, int]]:
    """What is left of SENT_ROWS (use and counterpart), and how many rows went by each reason."""
    rows = pd.DataFrame(SENT_ROWS).astype({"scope": "Int64", "sent_t": "float64"})
    kept, moved = net_transfers(rows, MEMBERS, level=level)
    kept, out = keep_scopes(kept, Convention(factor_sets=(), scopes=scopes))
    ledger = pd.concat([moved, out], ignore_index=True)
    return (kept["use"] + " " + kept["counterpart_id"]).tolist(), dict(
        ledger["reason"].value_counts()
    )


def test_with_scope_three_gases_of_what_is_sent_outside_stay(tmp_path: Path) -> None:
    kept, lost = through("park", (1, 2, 3))
    # what B releases of the wastewater it gets is missing
    assert kept == ["waste_sent C", "purchased C", "treated "]
    # the COD goes elsewhere whatever is counted; what a member treats or sells counts there
    assert lost == {"sent_to_member": 1, "bought_from_member": 1, "released_elsewhere": 1}


def test_without_scope_three_what_is_sent_outside_is_released_elsewhere() -> None:
    kept, lost = through("park", (1, 2))
    assert kept == ["treated "]
    assert lost == {"sent_to_member": 1, "bought_from_member": 1, "released_elsewhere": 2,
                    "scope_not_counted": 1}  # fmt: skip


def received(*rows: dict[str, Any], level: str = "park") -> list[tuple[str, str]]:
    """What B is said to lack, by species and medium, when A sends it what the rows tell."""
    table = pd.DataFrame(rows).astype({"scope": "Int64", "sent_t": "float64"})
    kept, _ = net_transfers(table, MEMBERS, level=level)
    lacking = kept[kept["missing"] == "release"]
    assert lacking["emissions_t"].isna().all()
    assert set(lacking["enterprise_id"]) <= {"B"}
    return list(zip(lacking["species"], lacking["scope"].astype("str"), strict=True))


B = {"enterprise_id": "B", "counterpart_id": "", "use": "treated", "scope": 1}
INTO_B = row(use="wastewater_sent", counterpart_id="B")


@pytest.mark.parametrize("use", ["wastewater_sent", "waste_sent"])
@pytest.mark.parametrize("level", ["park", "enterprise"])
def test_a_gas_of_what_a_member_received_and_does_not_tell_is_its_scope_one(
    use: str, level: str
) -> None:
    assert received(row(use=use, counterpart_id="B"), level=level) == [("ch4", "1")]


def test_a_gas_of_other_sources_says_nothing_of_what_was_received() -> None:
    boiler = row(**{**B, "use": "fuel_combustion", "source_class": "energy"})
    assert received(INTO_B, boiler) == [("ch4", "1")]
    # how a plant treats what it gets is its own to tell: a landfill's methane for burnt CO2
    assert received(INTO_B, row(**B, species="n2o")) == []
    assert received(row(use="waste_sent", counterpart_id="B", species="co2", is_biogenic=True,
                        scope=None)) == []  # fmt: skip


def test_power_bought_from_a_member_leaves_nothing_missing() -> None:
    assert received(row(use="purchased", counterpart_id="B", scope=2)) == []


def test_gases_that_a_list_says_were_sent_to_a_silent_member_make_the_total_partial(
    tmp_path: Path,
) -> None:
    rows = [{"species": "ch4", "amount": 8, "counterpart_id": "B", **SENT},
            {"species": "ch4", "amount": 2}]  # fmt: skip
    found = compiled(make_park(tmp_path / "p", enterprises=PLANTS, releases=rows))
    told = totals(found).set_index("species")
    assert told.loc["ch4", ["amount_t", "status"]].tolist() == [2.0, "partial"]
    assert told.loc["co2e", "status"] == "partial"


@pytest.mark.parametrize(("scopes", "tonnes"), [((1, 2, 3), 8.0), ((1, 2), None)])
def test_a_gas_that_a_list_says_was_sent_outside_is_scope_three(
    tmp_path: Path, scopes: tuple[int, ...], tonnes: float | None
) -> None:
    gone = cod("A", 8, species="ch4", medium="air", counterpart_id="C", **SENT)
    park = make_park(tmp_path / "p", enterprises=PLANTS, releases=[gone])
    found = compiled(park, scopes=scopes)
    told = found.emissions[["scope", "emissions_t"]].to_numpy().tolist()
    assert told == ([[3, tonnes]] if tonnes else [])
    assert reason_t(found, "ch4") == ({} if tonnes else {"released_elsewhere": 8.0})


def test_at_enterprise_level_materials_bought_from_a_member_stay() -> None:
    kept, _ = through("enterprise", (1, 2, 3))
    assert kept == ["waste_sent C", "purchased B", "purchased C", "treated "]


def test_cooling_bought_from_a_member_is_netted(tmp_path: Path) -> None:
    cold = {**steam("B", "purchased", "A"), "item": "cooling"}
    own = {"item": "cooling", "parameter": "emission_factor", "species": "co2", "value": 0.05,
           "unit": "t/GJ", "enterprise_id": "B"}  # fmt: skip
    sold = turbine("cooling", "B", 1000)
    park = make_park(tmp_path / "p", enterprises=PLANTS, activity=[sold, cold], site_factors=[own])
    found = compiled(park)
    assert pd.isna(total(found, "co2", 2023))
    assert reason_t(found, "co2") == {"bought_from_member": pytest.approx(50.0)}


def test_net_purchase_is_bought_less_sold_in_its_unit_and_in_tonnes(park: Park) -> None:
    found = compiled(park)
    table = net_purchases(found.activity, park, found.convention).set_index("enterprise_id")
    columns = ["bought", "sold", "net", "bought_t", "sold_t", "net_t"]
    assert table.loc["A", columns].tolist() == pytest.approx([0, 1500, -1500, 0, 165, -165])
    assert table.loc["B", columns].tolist() == pytest.approx([1100, 0, 1100, 121, 0, 121])
    assert set(table["missing"]) == {""}


def test_a_net_purchase_with_an_untold_part_is_missing(tmp_path: Path) -> None:
    silent = {**steam("B", "purchased", "A"), "amount": "", "notation": "NE", "process": "s2"}
    rows = [steam("B", "purchased", "outside"), silent]
    park = make_park(tmp_path / "p", enterprises=PLANTS, activity=rows)
    table = net_purchases(compiled(park).activity, park, park.about.convention)
    assert table["missing"].tolist() == ["amount"]
    assert table[["bought", "net", "bought_t"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("gwp", "ch4", "n2o"),
    [("SAR", 21, 310), ("AR4", 25, 298), ("AR5", 28, 265), ("AR6", 27.9, 273)],
)
def test_the_gwp_is_that_of_the_report(park: Park, gwp: str, ch4: float, n2o: float) -> None:
    found = compiled(park, gwp=gwp)
    parts = [total(found, name, 2023) for name in ("co2", "ch4", "n2o")]
    expected = parts[0] + ch4 * parts[1] + n2o * parts[2]
    assert total(found, "co2e", 2023) == pytest.approx(expected)


@pytest.mark.parametrize(
    "choices",
    [
        {}, {"level": "enterprise"}, {"scopes": (1,)}, {"gases": "co2"},
        {"view": "consumption", "export_value": "factor"}, {"release_rule": "priority"},
        {"view": "consumption"}, {"view": "consumption", "level": "enterprise"},
        {"release_rule": "mean"}, {"fill": "mean_of_months"},
    ],
    ids=str,
)  # fmt: skip
def test_kept_and_ledger_are_all_candidates_under_every_choice(
    park: Park, choices: dict[str, Any]
) -> None:
    found = compiled(park, **choices)
    table = closing(found.candidates, found.emissions, found.ledger)
    assert table["difference_t"].abs().max() < 1e-9


def test_an_inventory_that_does_not_close_is_not_handed_out(
    park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = compilation.cut

    def careless(rows: pd.DataFrame, membership: pd.DataFrame) -> Any:
        kept, _ = real(rows, membership)
        return kept, pd.DataFrame()

    monkeypatch.setattr(compilation, "cut", careless)
    with pytest.raises(ValueError, match="the ledger does not close"):
        compiled(park)


# --- parks that lack something ---------------------------------------------------------------


@pytest.mark.parametrize(
    "tables",
    [
        {"activity": [COAL]},
        {"releases": [cod("A", 3)]},
        {"activity": [{"notation": "NE"}]},
        {"releases": [cod("A", 3, species="臭气浓度")]},
        {"activity": []},
        {"activity": [], "enterprises": []},
    ],
    ids=["only activity", "only releases", "only a notation", "only unknown", "empty", "nobody"],
)
def test_a_park_that_lacks_tables_compiles_and_invents_nothing(
    tmp_path: Path, tables: dict[str, Any]
) -> None:
    park = make_park(tmp_path / "p", boundaries=[], about={"default_boundary": "statistical"},
                     **tables)  # fmt: skip
    for choices in ({}, {"view": "consumption", "export_value": "factor"}):
        found = compiled(park, boundary_type="statistical", **choices)
        table = compilation.totals(found)
        assert not (table["amount_t"] == 0).any()
        assert pd.isna(total(found, "nox", 2023))


def test_the_park_is_not_changed_by_compiling_it(park: Park) -> None:
    tables = ("activity", "releases", "enterprises", "site_factors", "abatement", "boundaries")
    before = {name: getattr(park, name).copy() for name in tables}
    convention = replace(park.about.convention, view="consumption", export_value="factor")
    compile_inventory(park, boundary_type="physical", convention=convention)
    for name in tables:
        pd.testing.assert_frame_equal(getattr(park, name), before[name])
