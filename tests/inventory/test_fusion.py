"""Fuse: carbon and pollutants side by side, and where both are large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.inventory.compilation import Inventory
from parkkit.inventory.equivalents import equivalents, lacks_equivalents
from parkkit.inventory.fusion import CoControlRule, co_control_points, fuse
from tests.parks import compiled, make_park


def inventory(folder: Path, *releases: dict[str, Any], **tables: Any) -> Inventory:
    return compiled(make_park(folder / "p", releases=list(releases), **tables))


def release(species: str, amount: object, **given: Any) -> dict[str, Any]:
    return {"process": "boiler", "species": species, "amount": amount, **given}


def units(found: Inventory) -> dict[str, float]:
    """The equivalents of an inventory by species."""
    rows = found.emissions.assign(units=equivalents(found.emissions))
    return {
        str(key): round(value, 1) for key, value in rows.groupby("species")["units"].sum().items()
    }


def test_equivalents_are_kilograms_over_the_statutory_value(tmp_path: Path) -> None:
    # apeq_equiv: 50 t SO2 and 30 t NOx at 0.95 kg, 20 t combustion dust at 2.18 kg
    found = inventory(tmp_path, release("so2", 50), release("nox", 30), release("pm", 20))
    assert equivalents(found.emissions).sum() == pytest.approx(93384.838, abs=0.001)


def test_dust_of_a_production_process_has_its_own_value(tmp_path: Path) -> None:
    kiln = {"process": "kiln", "process_type": "lime_kiln", "item": "lime",
            "use": "process_output", "amount": 1}  # fmt: skip
    found = inventory(tmp_path, release("pm", 20, process="kiln"), activity=[kiln])
    assert units(found)["pm"] == 5000.0  # 20 000 kg / 4 kg


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        ({"cod": 10, "bod": 8}, {"cod": 10000.0, "bod": 0.0}),
        ({"bod": 8, "toc": 9}, {"bod": 16000.0, "toc": 0.0}),
        ({"tn": 5, "nh3_n": 4}, {"tn": 0.0, "nh3_n": 5000.0}),
    ],
    ids=["COD before BOD", "BOD before TOC", "total nitrogen has no statutory value"],
)
def test_what_would_count_twice_in_water_counts_once(
    tmp_path: Path, given: dict[str, float], counted: dict[str, float]
) -> None:
    rows = [release(name, amount, medium="water") for name, amount in given.items()]
    assert units(inventory(tmp_path, *rows)) == counted


def test_a_better_demand_without_a_number_gives_way(tmp_path: Path) -> None:
    rows = [{**release("cod", "", medium="water"), "notation": "NE"},
            release("bod", 8, medium="water")]  # fmt: skip
    assert units(inventory(tmp_path, *rows)) == {"cod": 0.0, "bod": 16000.0}


def test_fine_dust_and_a_metal_in_its_compounds_are_not_counted_again(tmp_path: Path) -> None:
    rows = [release(name, 1) for name in ("pm", "pm10", "pm2_5", "lead", "lead_compounds")]
    counted = units(inventory(tmp_path, *rows))
    assert (counted["pm10"], counted["pm2_5"], counted["lead"]) == (0.0, 0.0, 0.0)
    assert counted["lead_compounds"] == 50000.0  # 0.02 kg


def test_carbon_and_pollutants_of_a_source_stand_side_by_side(tmp_path: Path) -> None:
    lists = [release("co2", 100), release("so2", 1), release("so2", 3, process="kiln"),
             release("cod", 2, medium="water")]  # fmt: skip
    fused = fuse(inventory(tmp_path, *lists)).set_index("unit_id")
    row = fused.loc["A/boiler"]
    assert (row["direct_co2e_t"], row["so2_t"], row["cod_t"]) == (100.0, 1.0, 2.0)
    assert (row["so2_list"], row["equivalents_air_share"]) == ("permit", pytest.approx(0.25))
    assert pd.isna(fused.loc["A/kiln", "direct_co2e_t"])
    assert pd.isna(fused.loc["A/kiln", "equivalents_water"])


def test_a_plant_with_a_whole_plant_value_is_one_source(tmp_path: Path) -> None:
    found = inventory(tmp_path, release("co2", 100), release("so2", 1, process=""))
    fused = fuse(found)
    assert fused["unit_id"].tolist() == ["A"]
    assert fused[["direct_co2e_t", "so2_t"]].iloc[0].tolist() == [100.0, 1.0]


def test_shares_of_a_year_sum_to_one(tmp_path: Path) -> None:
    lists = [release(name, amount, process=f"p{amount}", year=year, medium=medium)
             for name, medium in (("co2", "air"), ("so2", "air"), ("cod", "water"), ("voc", "air"))
             for year in (2022, 2023) for amount in (1, 2, 5)]  # fmt: skip
    fused = fuse(inventory(tmp_path, *lists))
    for name in ("direct_co2e", "equivalents_air", "equivalents_water", "voc"):
        assert fused.groupby("year")[f"{name}_share"].sum().tolist() == pytest.approx([1.0, 1.0])


def test_bought_energy_is_in_the_total_and_not_in_the_direct_carbon(tmp_path: Path) -> None:
    power = {"process": "power", "process_type": "purchase", "item": "electricity",
             "unit": "MWh", "use": "purchased", "counterpart_id": "grid",
             "amount": 1000}  # fmt: skip
    fused = fuse(inventory(tmp_path, release("co2", 100), activity=[power])).set_index("unit_id")
    assert fused.loc["A/power", "co2e_t"] == pytest.approx(497.4)
    assert pd.isna(fused.loc["A/power", "direct_co2e_t"])


def test_a_source_that_lacks_a_number_says_of_which_species(tmp_path: Path) -> None:
    # a stoker whose sulphur and ash nobody gave; 11 months of VOC
    months = [release("voc", 1, process="shop", month=month) for month in range(1, 12)]
    coal = {"amount": 100, "technology": "stoker"}
    fused = fuse(inventory(tmp_path, *months, activity=[coal])).set_index("unit_id")
    assert fused["missing"].to_dict() == {"A/boiler": "pm;so2", "A/shop": "voc"}


def test_a_gas_without_a_warming_potential_is_missing_not_small(tmp_path: Path) -> None:
    releases = [release("nf3", 1), release("co2", 100)]
    park = make_park(tmp_path / "p", releases=releases)
    assert fuse(compiled(park, gwp="SAR"))["missing"].tolist() == ["nf3"]
    assert fuse(compiled(park, gwp="AR4"))["missing"].tolist() == [""]


def test_equivalents_that_want_a_number_are_told(tmp_path: Path) -> None:
    found = inventory(tmp_path, release("so2", 50), release("nox", "", notation="NE"),
                      release("pm2_5", "", notation="NE"))  # fmt: skip
    lacking = found.emissions[lacks_equivalents(found.emissions)]
    assert lacking["species"].tolist() == ["nox"]


def test_fusing_nothing_gives_nothing(tmp_path: Path) -> None:
    found = compiled(make_park(tmp_path / "p", activity=[]))
    assert len(co_control_points(fuse(found))) == 0


# --- co-control points -----------------------------------------------------------------------

SOURCES = pd.DataFrame(
    {
        "unit_id": list("abcde"),
        "year": 2023,
        "direct_co2e_share": [0.5, 0.3, 0.1, 0.1, None],
        "equivalents_air_share": [0.1, 0.7, 0.1, 0.05, 0.05],
        "equivalents_water_share": [None, None, 0.9, None, 0.1],
        "voc_share": [0.6, 0.2, 0.0, 0.2, 0.0],
    }
)


def test_a_point_leads_in_carbon_and_in_one_medium_or_voc() -> None:
    # 80 % of carbon: a, b. 80 % of air: b, a (tie of a and c by name). Water: c. VOC: a, b.
    found = co_control_points(SOURCES).set_index("unit_id")
    assert found["judged_on"].to_dict() == {
        "a": "equivalents_air;voc",
        "b": "equivalents_air;voc",
        "c": "",
        "d": "",
        "e": "",
    }
    assert found["is_co_control_point"].tolist() == [True, True, False, False, False]  # fmt: skip


def test_a_wider_rule_takes_in_more_sources() -> None:
    rule = CoControlRule(carbon_share=0.85, pollution_share=0.85)
    found = co_control_points(SOURCES, rule).set_index("unit_id")
    assert found.loc["c", "judged_on"] == "equivalents_air;equivalents_water"


def test_the_order_of_sources_decides_nothing() -> None:
    turned = co_control_points(SOURCES[::-1]).sort_values("unit_id")
    assert turned["judged_on"].tolist() == co_control_points(SOURCES)["judged_on"].tolist()
