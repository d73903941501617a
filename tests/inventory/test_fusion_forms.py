"""Fuse: what stands in the wide and the long form, what is marked, and what is held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.fusion import fuse
from parkkit.park.package import Park
from tests.parks import OUTSIDE, compiled, make_park

COAL = {"amount": 1000, "technology": "cfb", "data_rank": 1}
GAS = {"amount": 10, "item": "natural_gas", "unit": "万m3", "technology": "cfb"}
SO2 = {"process": "boiler", "species": "so2", "amount": 2}


def release(species: str, amount: object, **given: Any) -> dict[str, Any]:
    return {"process": "boiler", "species": species, "amount": amount, **given}


def inventory(folder: Path, *releases: dict[str, Any], **tables: Any) -> Inventory:
    return compiled(make_park(folder / "p", releases=list(releases), **tables))


def matches(found: Inventory) -> dict[str, str]:
    fused = fuse(found)
    return dict(zip(fused["unit_id"], fused["match"], strict=True))


# --- the four levels --------------------------------------------------------------------------


@pytest.fixture
def boiler(tmp_path: Path) -> Park:
    """A boiler that burns coal and gas behind a scrubber of two devices; a list tells its SO2."""
    devices = [{"technology": "limestone", "order": 2, "removal_share": 0.9},
               {"technology": "cyclone", "order": 1, "removal_share": 0.1},
               {"technology": "old scrubber", "valid_to": 2020}]  # fmt: skip
    return make_park(
        tmp_path / "p", activity=[COAL, GAS], abatement=devices,
        releases=[SO2, release("so2", 5, amount_kind="generated", destination="")],
        enterprises=[{"industry_code": "2614"}],
    )  # fmt: skip


def test_a_plant_has_all_four_levels(boiler: Park) -> None:
    fused = fuse(compiled(boiler), park=boiler)
    assert fused["category_sector"].tolist() == ["26"]
    assert fused["category_item"].tolist() == ["bituminous+natural_gas"]
    assert fused["category_technology"].tolist() == ["boiler/cfb"]
    assert fused["category_control"].tolist() == ["cyclone+limestone"]


def test_what_a_list_reports_takes_its_levels_from_the_process(boiler: Park) -> None:
    long = fuse(compiled(boiler), form="long", park=boiler)
    so2 = long[long["species"] == "so2"].iloc[0]
    assert so2["category_item"] == "bituminous+natural_gas"
    assert so2["category_technology"] == "boiler/cfb"
    # in the order that the gas passes them, without the one that was taken down in 2020
    assert so2["category_control"] == "cyclone+limestone"
    assert (so2["generated_t"], so2["emissions_t"], so2["list"]) == (5.0, 2.0, "permit")
    carbon = long[long["species"] == "co2"]
    assert sorted(carbon["category_item"]) == ["bituminous", "natural_gas"]


def test_without_the_park_no_level_is_guessed(boiler: Park) -> None:
    fused = fuse(compiled(boiler))
    assert fused["category_sector"].tolist() == ["2614"]
    assert "limestone" not in fused["category_control"].iloc[0]


def test_a_level_nobody_tells_is_blank(tmp_path: Path) -> None:
    fused = fuse(inventory(tmp_path, release("so2", 1), enterprises=[{"industry_code": ""}]))
    levels = fused[[name for name in fused if name.startswith("category_")]]
    assert levels.to_numpy().tolist() == [["", "", "", ""]]


def test_another_scheme_has_its_own_divisions(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", about={"industry_scheme": "NAICS"}, releases=[SO2],
                     enterprises=[{"industry_code": "331110"}])  # fmt: skip
    assert fuse(compiled(park), park=park)["category_sector"].tolist() == ["NAICS 331"]


# --- the wide form ----------------------------------------------------------------------------


def test_generated_and_emitted_stand_beside_each_other(tmp_path: Path) -> None:
    made = release("so2", 5, amount_kind="generated", destination="")
    fused = fuse(inventory(tmp_path, SO2, made))
    assert fused[["so2_t", "so2_generated_t"]].to_numpy().tolist() == [[2.0, 5.0]]


def test_the_rank_of_a_source_is_that_of_its_direct_carbon_by_tonnes(tmp_path: Path) -> None:
    # 300 t at rank 1 and 100 t (in CO2e) at rank 5: (300 + 500) / 400; the SO2 says nothing
    rows = [release("co2", 300, data_rank=1), release("n2o", 100 / 265, data_rank=5),
            release("so2", 1, data_rank=4)]  # fmt: skip
    assert fuse(inventory(tmp_path, *rows))["data_rank"].tolist() == pytest.approx([2.0])


def test_without_direct_carbon_the_equivalents_rank_a_source(tmp_path: Path) -> None:
    # 0.95 kg each: 1 t at rank 2 and 3 t at rank 4 are 1 : 3
    rows = [release("so2", 1, data_rank=2), release("nox", 3, data_rank=4)]
    assert fuse(inventory(tmp_path, *rows))["data_rank"].tolist() == pytest.approx([3.5])


def test_a_part_without_a_rank_leaves_the_source_without_one(tmp_path: Path) -> None:
    rows = [release("so2", 1, data_rank=2), release("nox", 3, data_rank="")]
    assert fuse(inventory(tmp_path, *rows))["data_rank"].isna().tolist() == [True]


def test_all_lists_of_a_source_are_named_once(tmp_path: Path) -> None:
    fused = fuse(inventory(tmp_path, SO2, release("nox", 1, list="cems"), release("co", 1)))
    assert fused["lists"].tolist() == ["cems+permit"]
    assert fused["nox_list"].tolist() == ["cems"]


# --- what is not matched, and what is held ----------------------------------------------------


def test_a_source_with_one_side_alone_is_there_and_marked(tmp_path: Path) -> None:
    rows = [release("co2", 1, process="both"), release("so2", 1, process="both"),
            release("co2", 1, process="carbon"), release("so2", 1, process="pollution"),
            release("co2", 1, process="gap"),
            release("so2", "", process="gap", notation="NE")]  # fmt: skip
    assert matches(inventory(tmp_path, *rows)) == {
        "A/both": "both",
        "A/carbon": "carbon_only",
        "A/pollution": "pollution_only",
        "A/gap": "carbon_only",
    }


def test_a_source_of_a_species_nobody_knows_is_there_and_marked(tmp_path: Path) -> None:
    rows = [SO2, release("kryptonite", 1, process="cave"), release("kryptonite", 2)]
    found = inventory(tmp_path, *rows)
    fused = fuse(found).set_index("unit_id")
    assert fused.loc["A/cave", ["match", "held_count"]].tolist() == ["held_only", 1]
    assert fused.loc["A/boiler", ["match", "held_count", "so2_t"]].tolist() == [
        "pollution_only", 1, 2.0]  # fmt: skip
    long = fuse(found, form="long")
    held = long[long["status"] == "held"]
    assert held[["unit_id", "species", "missing"]].to_numpy().tolist() == [
        ["A/boiler", "kryptonite", "unknown_species"],
        ["A/cave", "kryptonite", "unknown_species"],
    ]
    assert held["emissions_t"].isna().all()


def test_a_source_whose_only_number_is_in_doubt_is_held_and_not_zero(tmp_path: Path) -> None:
    fused = fuse(inventory(tmp_path, SO2, release("so2", -3, process="kiln"))).set_index("unit_id")
    assert fused.loc["A/kiln", ["match", "held_count", "missing"]].tolist() == [
        "held_only", 1, "so2"]  # fmt: skip
    assert pd.isna(fused.loc["A/kiln", "so2_t"])


def test_a_park_of_held_rows_alone_is_no_empty_table(tmp_path: Path) -> None:
    fused = fuse(inventory(tmp_path, release("kryptonite", 1)))
    assert fused[["unit_id", "match"]].to_numpy().tolist() == [["A/boiler", "held_only"]]
    assert fused["direct_co2e_t"].isna().all()


def test_what_is_held_of_the_whole_plant_makes_no_one_source_of_its_processes(
    tmp_path: Path,
) -> None:
    found = inventory(tmp_path, SO2, release("kryptonite", 1, process=""))
    assert matches(found) == {"A/": "held_only", "A/boiler": "pollution_only"}


def test_what_is_held_of_a_plant_outside_is_not_the_parks(tmp_path: Path) -> None:
    plants = [{}, {"enterprise_id": "B", **OUTSIDE}]
    rows = [SO2, release("kryptonite", 1, enterprise_id="B")]
    assert matches(inventory(tmp_path, *rows, enterprises=plants)) == {"A/boiler": "pollution_only"}


# --- the long form, and the switch ------------------------------------------------------------


def test_the_long_form_tells_each_share_of_the_park(tmp_path: Path) -> None:
    rows = [release("so2", 1), release("so2", 3, process="kiln"), release("so2", 5, medium="water")]
    long = fuse(inventory(tmp_path, *rows), form="long").set_index(["process", "medium"])
    assert long["share"].to_dict() == {
        ("boiler", "air"): 0.25, ("kiln", "air"): 0.75, ("boiler", "water"): 1.0}  # fmt: skip


def test_a_sum_with_a_gap_in_it_is_partial(tmp_path: Path) -> None:
    rows = [release("so2", 1, stack_id="a"), release("so2", "", stack_id="b", notation="NE"),
            release("nox", 1), release("co", "", notation="NO")]  # fmt: skip
    park = make_park(tmp_path / "p", releases=rows)
    long = fuse(compiled(park), form="long").set_index("species")
    assert long["status"].to_dict() == {"so2": "partial", "nox": "reported", "co": "NO"}
    assert long["missing"].to_dict() == {"so2": "amount", "nox": "", "co": ""}


def test_a_gas_without_a_warming_potential_says_so(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", releases=[release("nf3", 1)])
    long = fuse(compiled(park, gwp="SAR"), form="long")
    assert long[["species", "emissions_t", "missing"]].to_numpy().tolist() == [
        ["nf3", 1.0, "no_gwp"]]  # fmt: skip


def test_air_alone_keeps_the_same_sources_without_their_water(tmp_path: Path) -> None:
    # a list tells only the plant's water as a whole: the plant is one source, in air too
    rows = [release("so2", 1), release("so2", 3, process="kiln"),
            release("cod", 2, medium="water", process="")]  # fmt: skip
    found = inventory(tmp_path, *rows)
    air = fuse(found, media="air")
    assert air["unit_id"].tolist() == fuse(found)["unit_id"].tolist() == ["A"]
    assert air["so2_t"].tolist() == [4.0]
    assert "cod_t" not in air
    assert set(fuse(found, form="long", media="air")["medium"]) == {"air"}


@pytest.mark.parametrize("given", [{"form": "broad"}, {"media": "water"}])
def test_another_form_or_medium_is_refused(tmp_path: Path, given: dict[str, Any]) -> None:
    found = inventory(tmp_path, SO2)
    with pytest.raises(
        ParkError, match=r"fuse: unknown .*'(broad|water)'.* Known: (long, wide|air, all)"
    ):
        fuse(found, **given)


@pytest.mark.parametrize("form", ["wide", "long"])
def test_nothing_fused_has_the_columns_all_the_same(tmp_path: Path, form: Any) -> None:
    park = make_park(tmp_path / "p", activity=[])
    fused = fuse(compiled(park), form=form, park=park)
    assert len(fused) == 0
    assert {"unit_id", "category_sector", "data_rank", "missing"} <= set(fused)


def test_fusing_changes_no_table_of_the_inventory(tmp_path: Path) -> None:
    found = inventory(tmp_path, SO2, release("kryptonite", 1))
    before = {name: getattr(found, name).copy() for name in ("emissions", "ledger", "activity")}
    for form in ("wide", "long"):
        fuse(found, form=form)  # type: ignore[arg-type]
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(found, name), table)
