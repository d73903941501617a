"""Control devices: what they take off, what they say nothing of, averages where no share stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.inventory.compilation import Inventory
from tests.parks import compiled, make_park

Compile = Callable[..., Inventory]
SETS = ["CN_CSES144", "CN_CSES144_FINE", "CN_CENSUS1", "CN_NDRC24"]
COAL = {"amount": 10000, "process_type": "power_boiler", "technology": "from_300mw"}
DUST = [
    {"parameter": "ash_share", "value": 0.2},
    {"parameter": "ash_to_bottom_share", "value": 0.25},
    {"parameter": "pm_share", "value": 1},
    {"parameter": "pm10_share", "value": 0.4},
    {"parameter": "pm2_5_share", "value": 0.1},
]
NOX = {"species": "nox", "removal_share": ""}


@pytest.fixture
def inventory(tmp_path: Path) -> Compile:
    """Compile a park that burns 10 000 t of coal, its nitrogen oxides 72.1 t."""

    def made(sets: list[str] = SETS, **tables: Any) -> Inventory:
        given = {"activity": [COAL], **tables}
        return compiled(make_park(tmp_path / "p", convention={"factor_sets": sets}, **given))

    return made


def only(found: Inventory, species: str) -> pd.Series:
    rows = found.emissions[found.emissions["species"] == species]
    assert len(rows) == 1
    return rows.iloc[0]


def told(found: Inventory, code: str) -> list[dict[str, Any]]:
    return [dict(note.values) for note in found.notes if note.code == code]


def rows_of(found: Inventory, code: str) -> list[tuple[str, int | None]]:
    return [(note.file, note.row) for note in found.notes if note.code == code]


# --- parts of dust ---------------------------------------------------------------------------


def test_fine_dust_is_its_share_of_the_ash_that_flies(inventory: Compile) -> None:
    found = inventory(site_factors=DUST)
    # 10 000 t x 0.2 x (1 - 0.25) is 1 500 t of fly ash
    amounts = {name: only(found, name)["emissions_t"] for name in ("pm", "pm10", "pm2_5")}
    assert amounts == pytest.approx({"pm": 1500.0, "pm10": 600.0, "pm2_5": 150.0})
    assert only(found, "pm2_5")["part_of"] == "pm10"
    assert only(found, "pm10")["part_of"] == "pm"


@pytest.mark.parametrize(("species", "missing"), [("pm10", "pm10_share"), ("pm2_5", "pm2_5_share")])
def test_no_share_of_fine_dust_is_made_up(inventory: Compile, species: str, missing: str) -> None:
    site = [row for row in DUST if row["parameter"] != missing]
    row = only(inventory(site_factors=site), species)
    assert (row["status"], row["missing"]) == ("not_computable", missing)
    assert pd.isna(row["generated_t"])


def test_a_park_that_does_not_ask_for_fine_dust_gets_no_rows_of_it(inventory: Compile) -> None:
    found = inventory(["CN_CSES144", "CN_NDRC24"], site_factors=DUST)
    assert not found.emissions["species"].isin(["pm10", "pm2_5", "bc", "oc"]).any()


def test_a_device_for_dust_says_nothing_of_fine_dust(inventory: Compile) -> None:
    found = inventory(site_factors=DUST, abatement=[{"species": "pm", "removal_share": 0.99}])
    assert only(found, "pm")["emissions_t"] == pytest.approx(15.0)
    for species, generated in (("pm10", 600.0), ("pm2_5", 150.0)):
        row = only(found, species)
        assert row["generated_t"] == pytest.approx(generated)
        assert pd.isna(row["emissions_t"])
        assert (row["status"], row["missing"]) == ("not_computable", "removal_of_part")


def test_a_device_for_the_part_is_used_for_the_part(inventory: Compile) -> None:
    devices = [{"species": "pm", "removal_share": 0.99}, {"species": "pm10", "removal_share": 0.98},
               {"species": "pm2_5", "removal_share": 0.95, "running_share": 0.98}]  # fmt: skip
    found = inventory(site_factors=DUST, abatement=devices)
    amounts = {name: only(found, name)["emissions_t"] for name in ("pm", "pm10", "pm2_5")}
    # 150 x (1 - 0.95 x 0.98)
    assert amounts == pytest.approx({"pm": 15.0, "pm10": 12.0, "pm2_5": 10.35})
    assert not told(found, "device_not_for_part")


@pytest.mark.parametrize(
    "idle",
    [{"valid_to": 2022}, {"running_share": 0}, {"removal_share": 0}, {"stack_id": "S9"}],
    ids=["of other years", "stands still", "takes nothing off", "at another outlet"],
)
def test_a_device_that_does_not_act_leaves_its_part_computable(
    inventory: Compile, idle: dict[str, Any]
) -> None:
    device = {"species": "pm", "removal_share": 0.99, **idle}
    row = only(inventory(site_factors=DUST, abatement=[device]), "pm2_5")
    assert row["emissions_t"] == row["generated_t"] == pytest.approx(150.0)


def test_any_part_is_judged_so(inventory: Compile) -> None:
    site = [{"parameter": "generation_factor", "species": name, "unit": "kg/t", "value": value}
            for name, value in (("voc", 2), ("benzene", 0.5))]  # fmt: skip
    found = inventory(site_factors=site, abatement=[{"species": "voc", "removal_share": 0.9}])
    assert only(found, "voc")["emissions_t"] == pytest.approx(2.0)
    assert only(found, "benzene")["missing"] == "removal_of_part"


def test_what_a_part_lacks_besides_is_told_with_it(inventory: Compile) -> None:
    site = [row for row in DUST if row["parameter"] != "pm2_5_share"]
    found = inventory(site_factors=site, abatement=[{"species": "pm", "removal_share": 0.99}])
    assert only(found, "pm2_5")["missing"] == "pm2_5_share;removal_of_part"


def test_a_device_for_a_part_alone_says_that_its_whole_stays_as_generated(
    inventory: Compile,
) -> None:
    fine = {"species": "pm10", "removal_share": 0.9}
    found = inventory(site_factors=DUST, abatement=[fine])
    assert only(found, "pm")["emissions_t"] == only(found, "pm")["generated_t"]
    notes = told(found, "device_not_for_whole")
    assert [(each["part"], each["whole"]) for each in notes] == [("pm10", "pm")]
    assert rows_of(found, "device_not_for_whole") == [("abatement.csv", 2)]
    both = inventory(site_factors=DUST, abatement=[fine, {"species": "pm", "removal_share": 0.9}])
    assert told(both, "device_not_for_whole") == []
    idle = inventory(site_factors=DUST, abatement=[{**fine, "running_share": 0}])
    assert told(idle, "device_not_for_whole") == []


def test_fewer_devices_for_a_part_than_for_its_whole_are_told(inventory: Compile) -> None:
    devices = [{"species": "pm", "order": 1, "removal_share": 0.5},
               {"species": "pm", "order": 2, "removal_share": 0.2},
               {"species": "pm10", "order": 1, "removal_share": 0.4},
               {"species": "pm2_5", "order": 1, "removal_share": 0.4},
               {"species": "pm2_5", "order": 2, "removal_share": 0.2}]  # fmt: skip
    found = inventory(site_factors=DUST, abatement=devices)
    notes = told(found, "device_not_for_part")
    assert [(n["part"], n["whole"], n["parts"], n["wholes"]) for n in notes] == [
        ("pm10", "pm", 1, 2)
    ]


# --- averages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("technology", "removed"),
    [
        ("lnb", 0.22), ("sncr", 0.30), ("SCR", 0.42), ("lnb_sncr", 0.52), ("lnb_scr", 0.64),
        ("选择性催化还原（SCR）", 0.42), ("选择性催化还原(SCR)", 0.42),
        ("Low-NOx burner with SNCR", 0.52),
    ],
)  # fmt: skip
def test_a_blank_removal_takes_the_average_of_its_technology(
    inventory: Compile, technology: str, removed: float
) -> None:
    found = inventory(abatement=[{**NOX, "technology": technology}])
    assert only(found, "nox")["emissions_t"] == pytest.approx(72.1 * (1 - removed))


def test_an_average_is_told_with_its_set_its_value_and_its_mark(inventory: Compile) -> None:
    found = inventory(abatement=[{**NOX, "technology": "SCR", "running_share": 0.5}])
    assert only(found, "nox")["emissions_t"] == pytest.approx(72.1 * (1 - 0.42 * 0.5))
    [note] = told(found, "average_removal_used")
    assert (note["given"], note["set"], note["value"], note["checked"]) == (
        "a0001", "CN_CSES144", "0.42", "seen")  # fmt: skip
    assert rows_of(found, "average_removal_used") == [("abatement.csv", 2)]
    text = next(n for n in found.notes if n.code == "average_removal_used").told("zh")
    assert "平均去除率 0.42（因子集 CN_CSES144" in text


def test_two_technologies_in_one_device_are_taken_off_once(inventory: Compile) -> None:
    row = only(inventory(abatement=[{**NOX, "technology": "lnb_sncr"}]), "nox")
    assert row["emissions_t"] == pytest.approx(72.1 * 0.48)
    assert row["control"] == "lnb_sncr"


def test_two_averages_that_a_set_has_as_one_are_told(inventory: Compile) -> None:
    devices = [{**NOX, "technology": "lnb", "order": 1}, {**NOX, "technology": "scr", "order": 2}]
    [note] = told(inventory(abatement=devices), "combined_average")
    assert (note["technology"], note["value"]) == ("lnb_scr", "0.64")


@pytest.mark.parametrize(
    ("order", "item", "removed"),
    [
        (["CN_CENSUS1", "CN_CSES144"], "bituminous", 0.15),
        (["CN_CSES144", "CN_CENSUS1"], "bituminous", 0.20),
        # the census speaks of coal alone
        (["CN_CENSUS1", "CN_CSES144"], "diesel", 0.20),
    ],
)
def test_the_first_set_whose_average_fits_serves(
    inventory: Compile, order: list[str], item: str, removed: float
) -> None:
    site = [{"item": item, "parameter": "generation_factor", "species": "so2", "value": 10,
             "unit": "kg/t"}]  # fmt: skip
    found = inventory([*order, "CN_NDRC24"], activity=[{**COAL, "item": item}], site_factors=site,
                      abatement=[{"technology": "wet_scrubber", "removal_share": ""}])  # fmt: skip
    assert only(found, "so2")["emissions_t"] == pytest.approx(100 * (1 - removed))


@pytest.mark.parametrize("technology", ["plasma", "scr"])
def test_a_removal_that_nobody_knows_is_missing_and_never_zero(
    inventory: Compile, technology: str
) -> None:
    site = [{"parameter": "generation_factor", "species": "so2", "value": 10, "unit": "kg/t"}]
    device = {"technology": technology, "removal_share": ""}
    found = inventory(site_factors=site, abatement=[device])
    row = only(found, "so2")
    assert (row["status"], row["missing"]) == ("not_computable", "removal_share")
    assert row["generated_t"] == pytest.approx(100.0)
    assert pd.isna(row["emissions_t"])
    [note] = told(found, "no_average_removal")
    assert note["known"] == ["furnace_desulphurisation", "wet_desulphurisation", "wet_scrubber"]


def test_one_removal_that_nobody_knows_leaves_the_series_unknown(inventory: Compile) -> None:
    devices = [{**NOX, "technology": "plasma", "order": 1},
               {**NOX, "order": 2, "removal_share": 0.9}]  # fmt: skip
    assert pd.isna(only(inventory(abatement=devices), "nox")["emissions_t"])


def test_an_average_of_a_set_that_was_not_chosen_is_not_used(inventory: Compile) -> None:
    site = [{"parameter": "generation_factor", "species": "nox", "value": 7, "unit": "kg/t"}]
    found = inventory(["CN_NDRC24"], site_factors=site, abatement=[{**NOX, "technology": "scr"}])
    assert only(found, "nox")["missing"] == "removal_share"


# --- where no device acts --------------------------------------------------------------------


def test_abatement_applied_to_a_release_factor_is_refused(inventory: Compile) -> None:
    site = [{"parameter": "release_factor", "species": "so2", "value": 2, "unit": "kg/t"}]
    found = inventory(site_factors=site, abatement=[{"removal_share": 0.95}])
    row = only(found, "so2")
    assert row["emissions_t"] == pytest.approx(20.0)
    assert row["control"] == ""
    assert rows_of(found, "control_not_applied") == [("abatement.csv", 2)]


def test_a_release_factor_needs_no_removal(inventory: Compile) -> None:
    site = [{"parameter": "release_factor", "species": "pm2_5", "value": 0.1, "unit": "kg/t"}]
    found = inventory(site_factors=[*DUST, *site],
                      abatement=[{"species": "pm", "removal_share": 0.9}])  # fmt: skip
    assert only(found, "pm2_5")["emissions_t"] == pytest.approx(1.0)


def test_a_device_of_other_years_is_not_said_to_stand_beside_a_release_factor(
    inventory: Compile,
) -> None:
    site = [{"parameter": "release_factor", "species": "so2", "value": 2, "unit": "kg/t"}]
    found = inventory(site_factors=site, abatement=[{"valid_to": 2022}])
    assert told(found, "control_not_applied") == []


def test_a_device_acts_on_a_greenhouse_gas_only_if_it_is_for_that_gas(inventory: Compile) -> None:
    acid = {"item": "nitric_acid", "use": "process_output", "process_type": "nitric_acid_plant",
            "technology": ""}  # fmt: skip
    site = [{"item": "nitric_acid", "parameter": "generation_factor", "species": "n2o",
             "value": 10, "unit": "kg/t"}]  # fmt: skip
    given = {"activity": [{**COAL, **acid}], "site_factors": site}
    other = inventory(**given, abatement=[{"species": "nox", "removal_share": 0.9}])
    assert only(other, "n2o")["emissions_t"] == pytest.approx(100.0)
    own = inventory(**given, abatement=[{"species": "n2o", "removal_share": 0.9}])
    assert only(own, "n2o")["emissions_t"] == pytest.approx(10.0)
    assert only(own, "n2o")["generated_t"] == pytest.approx(100.0)
