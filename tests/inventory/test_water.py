"""Water: what is taken in, used again and sent, and COD counted once, at the outlet."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.labels import LANGUAGES, label
from parkkit.inventory.compilation import Inventory, total, totals
from parkkit.inventory.equivalents import equivalents_by
from parkkit.inventory.gaps import gaps
from parkkit.inventory.intensity import intensity
from parkkit.inventory.water import water
from parkkit.inventory.water_pollutants import water_pollutants
from parkkit.park.package import Park, open_park
from tests.parks import OUTSIDE, compiled, make_park

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
PLANTS = [
    {"enterprise_id": "A"},
    {"enterprise_id": "B"},
    {"enterprise_id": "W", "role": "wastewater"},
    {"enterprise_id": "X", **OUTSIDE},
]
MADE = {"amount_kind": "generated", "destination": ""}
SENT = {"destination": "treatment_plant", "counterpart_id": "W"}
always = settings(deadline=None, max_examples=6, derandomize=True)


@pytest.fixture(scope="module")
def langang() -> Park:
    return open_park(LANGANG)


@pytest.fixture(scope="module")
def compiled_langang(langang: Park) -> Inventory:
    return compiled(langang)


def flow(plant: str, use: str, amount: object, other: str = "", **told: Any) -> dict[str, Any]:
    item = {"water_withdrawn": "fresh_water", "water_reused": "reused_water"}
    return {"enterprise_id": plant, "process": "water", "process_type": "", "use": use,
            "item": item.get(use, "wastewater"), "counterpart_id": other, "unit": "m3",
            "amount": amount, **told}  # fmt: skip


def cod(plant: str, amount: object, **told: Any) -> dict[str, Any]:
    return {"enterprise_id": plant, "species": "cod", "medium": "water", "amount": amount, **told}


def inventory(folder: Path, **tables: Any) -> Inventory:
    return compiled(make_park(folder, enterprises=PLANTS, **tables))


def row(table: pd.DataFrame, plant: str, **where: Any) -> pd.Series:
    found = table[table["enterprise_id"] == plant]
    for name, value in where.items():
        found = found[found[name] == value]
    assert len(found) == 1
    return found.iloc[0]


# A draws 100 m3, gives 30 of it to B and sends 50; B reuses 20 and sends 40; W treats 100 m3, of
# which 10 come from X outside.
FLOWS = [
    flow("A", "water_withdrawn", 100), flow("A", "water_reused", "", notation="NO"),
    flow("A", "wastewater_sent", 50, "W"),
    flow("B", "water_withdrawn", 30, "A"), flow("B", "water_reused", 20),
    flow("B", "wastewater_sent", 40, "W"),
    flow("W", "treated", 100), flow("X", "wastewater_sent", 10, "W"),
    flow("W", "water_withdrawn", "", notation="NO"), flow("W", "water_reused", "", notation="NO"),
]  # fmt: skip


def test_water_by_hand(tmp_path: Path) -> None:
    table = water(inventory(tmp_path / "p", activity=FLOWS))
    a, b = row(table, "A"), row(table, "B")
    assert (a["withdrawn_m3"], a["passed_on_m3"], a["reuse_share"]) == (100, 30, 0)
    assert a["consumed_m3"] == 100 - 30 - 50
    assert (b["withdrawn_m3"], b["from_members_m3"]) == (30, 30)
    assert (b["reuse_share"], b["consumed_m3"]) == (20 / 50, 30 + 20 - 40)
    assert (a["status"], b["status"], a["missing"], b["missing"]) == (
        "computed",
        "computed",
        "",
        "",
    )


def test_the_park_draws_once_what_its_members_pass_on(tmp_path: Path) -> None:
    park = row(water(inventory(tmp_path / "p", activity=FLOWS)), "")
    assert (park["withdrawn_m3"], park["from_members_m3"], park["reused_m3"]) == (100, 30, 20)
    assert park["reuse_share"] == 20 / 120
    assert (park["wastewater_m3"], park["sent_to_members_m3"]) == (90, 90)
    assert (park["received_m3"], park["received_from_members_m3"]) == (100, 90)
    assert park["consumed_m3"] == 20 + 10


def test_what_a_plant_treats_for_others_is_not_its_own(tmp_path: Path) -> None:
    table = water(inventory(tmp_path / "p", activity=[*FLOWS, flow("B", "treated", 5)]))
    plant = row(table, "W")
    assert (plant["treated_m3"], plant["received_m3"]) == (100, 100)
    assert pd.isna(plant["wastewater_m3"])
    assert (plant["status"], plant["missing"]) == ("computed", "")
    assert row(table, "B")["wastewater_m3"] == 45
    assert row(table, "")["missing"] == ""


def reuse_told(found: Inventory, park: Park) -> pd.DataFrame:
    table = intensity(found, park)
    return table[table["per"] == ""].set_index("measure")[["value", "status", "missing"]]


def test_one_plant_that_does_not_tell_its_reuse_leaves_the_park_without_a_share(
    tmp_path: Path,
) -> None:
    flows = [flow("A", "water_withdrawn", 1000), flow("B", "water_withdrawn", 100),
             flow("B", "water_reused", 400)]  # fmt: skip
    park = make_park(tmp_path / "p", enterprises=PLANTS, activity=flows)
    found = compiled(park)
    together = row(water(found), "")
    assert (together["withdrawn_m3"], together["reused_m3"]) == (1100, 400)
    assert pd.isna(together["reuse_share"])
    told = reuse_told(found, park)
    assert told.loc["fresh_water"].tolist() == [1100, "computed", ""]
    assert told.loc["reused_water"].tolist() == [400, "partial", "reused_water/A"]
    assert told.loc["water_reuse_share", "status"] == "not_computable"
    assert told.loc["water_reuse_share", "missing"] == "reused_water/A"


@pytest.mark.parametrize("notation", ["IE", "NO"])
def test_water_told_elsewhere_or_not_there_is_not_lacking(tmp_path: Path, notation: str) -> None:
    flows = [flow("A", "water_withdrawn", 90), flow("A", "water_reused", 10),
             flow("B", "water_withdrawn", "", notation=notation),
             flow("B", "water_reused", "", notation="NA"), flow("B", "treated", 3)]  # fmt: skip
    park = make_park(tmp_path / "p", enterprises=PLANTS, activity=flows)
    found = compiled(park)
    plant = row(water(found), "B")
    assert (plant["status"], plant["missing"]) == ("computed", "")
    # nothing is taken for 0 that stands elsewhere
    assert pd.isna(plant["withdrawn_m3"]) == (notation == "IE")
    assert row(water(found), "")["reuse_share"] == 0.1
    assert reuse_told(found, park).loc["water_reuse_share"].tolist() == [0.1, "computed", ""]


# A sends 50 m3 to W, X outside 10; W sends 40 on to V, a member, and 5 to a plant outside.
SERIES = [*PLANTS, {"enterprise_id": "V", "role": "wastewater"}]


def test_wastewater_that_a_plant_sends_on_counts_once_in_the_park(tmp_path: Path) -> None:
    flows = [flow("A", "wastewater_sent", 50, "W"), flow("X", "wastewater_sent", 10, "W"),
             flow("W", "wastewater_sent", 40, "V"), flow("W", "wastewater_sent", 5, "outside"),
             flow("V", "treated", 40)]  # fmt: skip
    table = water(compiled(make_park(tmp_path / "p", enterprises=SERIES, activity=flows)))
    plant, park = row(table, "W"), row(table, "")
    assert (plant["sent_to_members_m3"], plant["received_m3"]) == (40, 60)
    assert (park["wastewater_m3"], park["sent_to_members_m3"]) == (50, 50)
    assert (park["received_m3"], park["received_from_members_m3"]) == (60, 50)
    assert park["sent_outside_m3"] == 5


def test_a_load_that_a_plant_sends_on_counts_once_in_the_park(tmp_path: Path) -> None:
    on = {"destination": "treatment_plant", "counterpart_id": "V"}
    rows = [cod("A", 10, **SENT), cod("W", 6, **on), cod("V", 1)]
    found = compiled(make_park(tmp_path / "p", enterprises=SERIES, releases=rows))
    table = water_pollutants(found)
    plant, park = row(table, "W"), row(table, "")
    assert (plant["sent_t"], plant["received_from_members_t"]) == (6, 10)
    assert (park["sent_t"], park["sent_to_members_t"], park["received_from_members_t"]) == (
        10, 10, 10)  # fmt: skip
    assert (park["released_t"], park["status"], park["missing"]) == (1, "computed", "A/generated")
    assert totals(found).set_index("species").loc["cod", "status"] == "computed"


def test_what_a_plant_sends_on_to_a_plant_outside_leaves_the_park(tmp_path: Path) -> None:
    rows = [cod("A", 10, **SENT), cod("W", 6, **{**SENT, "counterpart_id": "outside"})]
    park = row(water_pollutants(inventory(tmp_path / "p", releases=rows)), "")
    assert (park["sent_t"], park["sent_to_members_t"]) == (16, 10)


def test_consumption_needs_every_part_and_says_which_is_missing(tmp_path: Path) -> None:
    flows = [flow("A", "water_withdrawn", 100), flow("B", "water_reused", "", notation="NE")]
    table = water(inventory(tmp_path / "p", activity=flows))
    a, b = row(table, "A"), row(table, "B")
    assert (a["status"], a["missing"]) == ("partial", "reused;wastewater")
    assert pd.isna(a["consumed_m3"])
    assert pd.isna(a["reuse_share"])
    assert (b["status"], b["missing"]) == ("not_computable", "withdrawn;reused;wastewater")
    park = row(table, "")
    assert park["missing"] == "A/reused;A/wastewater;B/withdrawn;B/reused;B/wastewater"
    assert park["withdrawn_m3"] == 100
    assert pd.isna(park["reused_m3"])


def test_a_year_with_a_month_missing_is_partial(tmp_path: Path) -> None:
    flows = [flow("A", "water_withdrawn", 10, month=month) for month in range(1, 12)]
    plant = row(water(inventory(tmp_path / "p", activity=flows)), "A")
    assert (plant["withdrawn_m3"], plant["status"]) == (110, "partial")
    assert plant["missing"].split(";")[0] == "withdrawn"


def test_water_and_intensity_tell_the_same(langang: Park, compiled_langang: Inventory) -> None:
    table = water(compiled_langang)
    ours = table[table["enterprise_id"] == ""].set_index("year")
    theirs = intensity(compiled_langang, langang)
    theirs = theirs[theirs["per"] == ""].pivot(index="year", columns="measure", values="value")
    assert ours["withdrawn_m3"].tolist() == theirs["fresh_water"].tolist()
    assert ours["reused_m3"].tolist() == theirs["reused_water"].tolist()
    shares = [table.tolist() for table in (ours["reuse_share"], theirs["water_reuse_share"])]
    assert shares[0] == pytest.approx(shares[1], rel=0, abs=0, nan_ok=True)


# A generates 20 t and sends 8, releases 2 itself; B sends 4; W releases 3 of the 12.
LOADS = [
    cod("A", 20, **MADE), cod("A", 8, **SENT), cod("A", 2),
    cod("B", 4, **SENT), cod("W", 12, **MADE), cod("W", 3),
]  # fmt: skip


def test_pollutants_by_hand(tmp_path: Path) -> None:
    found = inventory(tmp_path / "p", releases=LOADS)
    table = water_pollutants(found)
    a, b, plant, park = (row(table, name) for name in ("A", "B", "W", ""))
    assert (a["generated_t"], a["sent_t"], a["released_t"]) == (20, 8, 2)
    assert (a["generated_list"], a["sent_list"], a["released_list"]) == ("permit",) * 3
    assert (b["sent_t"], b["missing"]) == (4, "generated")
    assert pd.isna(b["released_t"])
    assert (plant["received_from_members_t"], plant["released_t"]) == (12, 3)
    # what W generates is what it received
    assert (park["generated_t"], park["sent_t"], park["released_t"]) == (20, 12, 5)
    assert park["missing"] == "B/generated"
    assert total(found, "cod", 2023) == park["released_t"]


def test_what_was_generated_stands_with_what_the_plant_released_itself(tmp_path: Path) -> None:
    for name, rows in (("p", LOADS), ("q", LOADS[::-1])):
        rows_kept = inventory(tmp_path / name, releases=rows).emissions
        kept = rows_kept[rows_kept["enterprise_id"] == "A"]
        assert kept[["generated_t", "emissions_t"]].to_numpy().tolist() == [[20.0, 2.0]]


@pytest.mark.parametrize("level", ["park", "enterprise"])
def test_cod_of_which_its_receiver_tells_nothing_is_missing_and_said(
    tmp_path: Path, level: str
) -> None:
    park = make_park(
        tmp_path / "p", enterprises=PLANTS, activity=[flow("W", "treated", 1000)],
        releases=[cod("A", 10, **SENT), cod("B", 1)],
    )  # fmt: skip
    found = compiled(park, level=level)
    told = totals(found).set_index("species").loc["cod"]
    assert (told["amount_t"], told["missing_rows"], told["status"]) == (1, 1, "partial")
    charged = equivalents_by(found).set_index("species").loc["cod"]
    assert (charged["amount_t"], charged["status"], charged["missing"]) == (
        1, "partial", "release")  # fmt: skip
    plant, whole = (row(water_pollutants(found), name) for name in ("W", ""))
    assert (plant["status"], plant["missing"]) == ("not_computable", "generated;released")
    assert plant["released_list"] == ""
    assert (whole["released_t"], whole["status"]) == (1, "partial")
    assert whole["missing"] == "A/generated;B/generated;W/released"
    missed = gaps(found, park)
    missed = missed[(missed["species"] == "cod") & (missed["enterprise_id"] == "W")]
    assert missed[["code", "missing"]].to_numpy().tolist() == [["gap_not_computable", "release"]]
    assert all(label("missing.release", language) for language in LANGUAGES)


@pytest.mark.parametrize(
    "told",
    [cod("W", 3), cod("W", "", notation="NE"), cod("W", "", notation="NO"),
     cod("W", "", notation="IE"), cod("W", 3, **{**SENT, "counterpart_id": "outside"})],
    ids=["released", "not estimated", "not occurring", "elsewhere", "sent on"],
)  # fmt: skip
def test_a_receiver_that_says_anything_of_its_release_gets_no_row(
    tmp_path: Path, told: dict[str, Any]
) -> None:
    found = inventory(tmp_path / "p", releases=[cod("A", 10, **SENT), told])
    assert not found.emissions["missing"].eq("release").any()


def test_where_nothing_went_nothing_is_missing(tmp_path: Path) -> None:
    rows = [cod("A", "", notation="NO", **SENT), cod("A", 0, process="p", **SENT), cod("B", 1)]
    found = inventory(tmp_path / "p", releases=rows)
    assert totals(found).set_index("species").loc["cod", "status"] == "computed"


def months(plant: str, amount: float, last: int, **told: Any) -> list[dict[str, Any]]:
    return [cod(plant, amount, month=month, **told) for month in range(1, last + 1)]


def test_what_was_generated_in_eleven_months_is_not_the_year(tmp_path: Path) -> None:
    rows = [*months("A", 3, 11, **MADE), *months("A", 1, 12)]
    table = water_pollutants(inventory(tmp_path / "p", releases=rows))
    plant, park = row(table, "A"), row(table, "")
    assert (plant["generated_t"], plant["released_t"], plant["missing"]) == (33, 12, "generated")
    assert (plant["status"], park["missing"]) == ("computed", "A/generated")


def test_what_one_process_generated_is_not_the_plants(tmp_path: Path) -> None:
    rows = [cod("A", 20, process="p", **MADE), cod("A", 2, process="p"),
            cod("A", "", process="q", notation="NE", **MADE), cod("A", 1, process="q")]  # fmt: skip
    plant = row(water_pollutants(inventory(tmp_path / "p", releases=rows)), "A")
    assert (plant["generated_t"], plant["missing"]) == (20, "generated")


@pytest.mark.parametrize(
    ("rule", "generated", "told_by"),
    [("mean", 45, "permit;statistics"), ("best_rank", 30, "permit"), ("largest", 60, "statistics")],
)
def test_what_was_generated_follows_the_rule_of_what_was_released(
    tmp_path: Path, rule: str, generated: float, told_by: str
) -> None:
    park = make_park(
        tmp_path / "p", enterprises=PLANTS,
        releases=[cod("A", 30, **MADE), cod("A", 60, list="statistics", **MADE),
                  cod("A", 3), cod("A", 5, list="statistics"),
                  cod("B", 30, **MADE), cod("B", 60, list="statistics", **MADE),
                  cod("B", 10, **SENT), cod("B", 20, list="statistics", **SENT), cod("W", 1)],
    )  # fmt: skip
    found = compiled(park, release_rule=rule)
    table = water_pollutants(found)
    for name in "AB":
        plant = row(table, name)
        assert (plant["generated_t"], plant["generated_list"]) == (generated, told_by)
    kept = found.emissions[found.emissions["enterprise_id"] == "A"]
    assert kept["generated_t"].sum() == generated


def test_a_mean_of_processes_is_taken_by_process(tmp_path: Path) -> None:
    rows = [
        cod("A", amount, process=process, list=name, **kind)
        for name, made in (("permit", {"p": 10, "q": 4}), ("statistics", {"p": 20}))
        for process, amount in made.items() for kind in (MADE, {})
    ]  # fmt: skip
    park = make_park(tmp_path / "p", enterprises=PLANTS, releases=rows)
    found = compiled(park, release_rule="mean")
    # (10 + 20) / 2 at p, 4 at q
    assert row(water_pollutants(found), "A")["generated_t"] == 19
    assert found.emissions["generated_t"].sum() == 19


def test_filled_months_are_whole(tmp_path: Path) -> None:
    outside = {**SENT, "counterpart_id": "outside"}
    rows = [*months("A", 1, 11), *months("A", 5, 11, **MADE), *months("B", 2, 11, **outside),
            *months("B", 6, 10, **MADE),
            cod("B", "", month=12, notation="NE", **outside)]  # fmt: skip
    park = make_park(tmp_path / "p", enterprises=PLANTS, releases=rows)
    found = compiled(park, fill="mean_of_months")
    table = water_pollutants(found)
    a, b = row(table, "A"), row(table, "B")
    assert (a["released_t"], a["generated_t"]) == pytest.approx((12, 60))
    assert a["missing"] == ""
    assert found.emissions["generated_t"].sum() == pytest.approx(60)
    # ten months of 6 t, and two more
    assert (b["sent_t"], b["generated_t"]) == pytest.approx((24, 72))
    assert (b["status"], b["missing"]) == ("computed", "")
    short = row(water_pollutants(compiled(park)), "B")
    assert (short["sent_t"], short["generated_t"], short["missing"]) == (22, 60, "generated;sent")


def test_generated_months_beside_a_whole_release_are_not_filled(tmp_path: Path) -> None:
    rows = [*months("A", 3, 11, **MADE), *months("A", 1, 12)]
    park = make_park(tmp_path / "p", enterprises=PLANTS, releases=rows)
    plant = row(water_pollutants(compiled(park, fill="mean_of_months")), "A")
    assert (plant["generated_t"], plant["missing"]) == (33, "generated")


def test_filled_months_of_what_was_calculated_as_sent_are_generated_too(tmp_path: Path) -> None:
    sewer = [flow("A", "wastewater_sent", 100, "W", month=month) for month in range(1, 12)]
    trap = {"process": "water", "species": "cod", "removal_share": 0.4}
    park = make_park(
        tmp_path / "p", enterprises=PLANTS, activity=sewer, abatement=[trap],
        site_factors=[{**FACTOR, "parameter": "generation_factor"}], releases=[cod("W", 3)],
    )  # fmt: skip
    plant = row(water_pollutants(compiled(park, fill="mean_of_months")), "A")
    # 12 x 100 m3 x 0.5 kg, of which 60 % are sent
    assert (plant["generated_t"], plant["sent_t"]) == pytest.approx((0.6, 0.36))
    assert plant["missing"] == ""


def test_sent_agrees_with_the_ledger(tmp_path: Path) -> None:
    found = inventory(tmp_path / "p", releases=[*LOADS, cod("X", 9, **SENT)])
    ledger = found.ledger[found.ledger["reason"] == "sent_to_member"]
    park = row(water_pollutants(found), "")
    assert park["sent_to_members_t"] == ledger["amount_t"].sum() == 12


def test_an_amount_sent_that_nobody_knows_is_named(tmp_path: Path) -> None:
    loads = [cod("A", "", notation="NE", **SENT), cod("B", "", notation="NO", **SENT), cod("W", 3)]
    table = water_pollutants(inventory(tmp_path / "p", releases=loads))
    a, b, park = row(table, "A"), row(table, "B"), row(table, "")
    assert (a["status"], a["missing"]) == ("not_computable", "generated;sent")
    assert (b["sent_t"], b["status"]) == (0, "computed")
    assert (park["sent_t"], park["released_t"], park["status"]) == (0, 3, "partial")


# 1 000 m3 at 0.5 kg/m3 are 0.5 t sent, a calculated value of rank 2.
FACTOR = {"item": "wastewater", "process": "water", "parameter": "release_factor",
          "species": "cod", "value": 0.5, "unit": "kg/m3", "factor_rank": 2}  # fmt: skip


@pytest.mark.parametrize(("rank", "sent", "told_by"), [(1, 8, "permit"), (5, 0.5, "calculated")])
def test_a_list_of_what_was_sent_competes_only_with_what_was_calculated_as_sent(
    tmp_path: Path, rank: int, sent: float, told_by: str
) -> None:
    found = inventory(
        tmp_path / "p", site_factors=[FACTOR],
        activity=[flow("A", "wastewater_sent", 1000, "W"), flow("A", "treated", 1000)],
        releases=[cod("A", 8, data_rank=rank, **SENT), cod("W", 3)],
    )  # fmt: skip
    plant = row(water_pollutants(found), "A")
    assert (plant["sent_t"], plant["sent_list"]) == (sent, told_by)
    # what A treats and releases itself is calculated beside it, whatever the list says of sewers
    assert (plant["released_t"], plant["released_list"]) == (0.5, "calculated")
    assert total(found, "cod", 2023) == 3.5


def test_what_was_calculated_as_sent_is_told_as_generated_too(tmp_path: Path) -> None:
    factor = {**FACTOR, "parameter": "generation_factor"}
    grease_trap = {"process": "water", "species": "cod", "removal_share": 0.4}
    found = inventory(
        tmp_path / "p", site_factors=[factor], abatement=[grease_trap],
        activity=[flow("A", "wastewater_sent", 1000, "W")], releases=[cod("W", 3)],
    )  # fmt: skip
    plant = row(water_pollutants(found), "A")
    assert (plant["generated_t"], plant["sent_t"]) == (0.5, pytest.approx(0.3))
    assert (plant["generated_list"], plant["missing"]) == ("calculated", "")


def test_what_is_generated_of_a_part_is_not_told_for_the_whole(tmp_path: Path) -> None:
    calculated = {
        "site_factors": [{**FACTOR, "parameter": "generation_factor"}],
        "activity": [flow("A", "wastewater_sent", 1000, "W")],
    }
    own = [cod("A", 2), cod("W", 3)]
    plant = row(water_pollutants(inventory(tmp_path / "p", **calculated, releases=own)), "A")
    assert (plant["sent_t"], plant["released_t"], plant["missing"]) == (0.5, 2, "generated")
    assert pd.isna(plant["generated_t"])
    other = [*own, cod("A", 9, list="other", **MADE)]
    plant = row(water_pollutants(inventory(tmp_path / "q", **calculated, releases=other)), "A")
    assert (plant["generated_t"], plant["generated_list"]) == (9, "other")


loads = st.lists(
    st.tuples(st.sampled_from("AB"), st.integers(1, 4000).map(lambda n: n / 8), st.booleans()),
    min_size=1, max_size=5,
)  # fmt: skip


def connected(given_loads: list[tuple[str, float, bool]], other: str) -> list[dict[str, Any]]:
    return [
        cod(plant, tonnes, destination="treatment_plant", counterpart_id=other, process=f"p{place}",
            list="permit" if by_permit else "statistics")
        for place, (plant, tonnes, by_permit) in enumerate(given_loads)
    ]  # fmt: skip


@always
@given(given_loads=loads)
def test_connected_plants_add_nothing_to_what_the_park_releases(
    given_loads: list[tuple[str, float, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = {name: connected(given_loads, name) for name in ("W", "outside")}
        found = {
            name: inventory(Path(folder) / name, releases=[*sent, cod("W", 3)])
            for name, sent in rows.items()
        }
    for name, reason in (("W", "sent_to_member"), ("outside", "released_elsewhere")):
        assert total(found[name], "cod", 2023) == 3.0
        park = row(water_pollutants(found[name]), "")
        assert park["released_t"] == 3.0
        assert park["sent_t"] == pytest.approx(sum(tonnes for _, tonnes, _ in given_loads))
        ledger = found[name].ledger
        assert set(ledger.loc[ledger["stage"].isin(["transfer", "scope"]), "reason"]) == {reason}


@always
@given(given_loads=loads, order=st.randoms(use_true_random=False))
def test_splitting_shuffling_and_kilograms_change_nothing(
    given_loads: list[tuple[str, float, bool]], order: Any
) -> None:
    whole = [*connected(given_loads, "W"), *FLOWS]
    rows = [
        {**each, "amount": each["amount"] / 2, "stack_id": stack}
        for each in connected(given_loads, "W") for stack in ("S1", "S2")
    ]  # fmt: skip
    rows = [{**each, "amount": each["amount"] * 1000, "unit": "kg"} for each in rows]
    order.shuffle(rows)
    flows = list(FLOWS)
    order.shuffle(flows)
    with tempfile.TemporaryDirectory() as folder:
        one = inventory(Path(folder) / "a", releases=whole[: len(given_loads)], activity=FLOWS)
        other = inventory(Path(folder) / "b", releases=rows, activity=flows)
    assert_same(water(one), water(other))
    assert_same(water_pollutants(one), water_pollutants(other))


def assert_same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right, rtol=1e-12)


def test_a_park_without_water_gives_tables_without_rows(tmp_path: Path) -> None:
    found = inventory(tmp_path / "p", activity=[{"amount": 5}])
    assert len(water(found)) == len(water_pollutants(found)) == 0
    assert len(water(inventory(tmp_path / "q", releases=[cod("A", 1)]))) == 0


@pytest.mark.parametrize("year", [2018, 2023])
def test_the_cod_of_langangs_connected_plants_counts_once(
    compiled_langang: Inventory, year: int
) -> None:
    found = compiled_langang
    rows = found.emissions[
        (found.emissions["species"] == "cod") & (found.emissions["year"] == year)
    ]
    by_plant = rows.groupby("enterprise_id")["emissions_t"].sum()
    # LG02 runs the park's treatment plant, LG21 its own; nobody else has an outlet
    assert set(by_plant.index) == {"LG02", "LG21"}
    assert total(found, "cod", year) == pytest.approx(by_plant.sum(), rel=1e-12)
    table = water_pollutants(found)
    park = row(table, "", species="cod", year=year)
    assert park["released_t"] == pytest.approx(by_plant.sum(), rel=1e-12)
    assert park["sent_to_members_t"] == pytest.approx(
        row(table, "LG02", species="cod", year=year)["received_from_members_t"], rel=1e-12
    )


def test_without_the_transfer_langangs_cod_would_count_again(
    langang: Park, compiled_langang: Inventory
) -> None:
    once = compiled_langang
    releases = langang.releases
    sent = (releases["destination"] == "treatment_plant") & (releases["species"] == "cod")
    out = releases.assign(destination=releases["destination"].mask(sent, "environment"),
                          counterpart_id=releases["counterpart_id"].mask(sent, ""))  # fmt: skip
    twice = compiled(replace(langang, releases=out))
    again = releases.loc[sent & (releases["year"] == 2023), "amount"].sum()
    assert again > 7000
    difference = total(twice, "cod", 2023) - total(once, "cod", 2023)
    assert difference == pytest.approx(again, rel=1e-9)


def test_sent_outside_instead_the_cod_of_langang_is_released_elsewhere(
    langang: Park, compiled_langang: Inventory
) -> None:
    changed = {
        name: table.assign(counterpart_id=table["counterpart_id"].mask(
            table["counterpart_id"] == "LG02", "outside"))
        for name, table in (("releases", langang.releases), ("activity", langang.activity))
    }  # fmt: skip
    inside, outside = compiled_langang, compiled(replace(langang, **changed))
    assert total(inside, "cod", 2023) == total(outside, "cod", 2023)
    reasons = {}
    for name, found in (("inside", inside), ("outside", outside)):
        ledger = found.ledger[(found.ledger["species"] == "cod") & (found.ledger["year"] == 2023)]
        reasons[name] = ledger.groupby("reason")["amount_t"].sum()
    assert "sent_to_member" not in reasons["outside"]
    moved = reasons["outside"]["released_elsewhere"] - reasons["inside"]["released_elsewhere"]
    assert moved == pytest.approx(reasons["inside"]["sent_to_member"], rel=1e-12)
    assert reasons["inside"]["sent_to_member"] > 8000


def test_water_pollutants_are_those_of_the_totals(compiled_langang: Inventory) -> None:
    found = compiled_langang
    theirs = totals(found)
    theirs = theirs[theirs["medium"] == "water"].set_index(["year", "species"])["amount_t"]
    table = water_pollutants(found)
    ours = table[table["enterprise_id"] == ""].set_index(["year", "species"])["released_t"]
    pd.testing.assert_series_equal(ours.sort_index(), theirs.sort_index(), check_names=False,
                                   rtol=1e-12)  # fmt: skip
