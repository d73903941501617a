"""Reconcile: of several lists one value each, by the rule, whatever the order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.convention import Convention
from parkkit.inventory.compilation import Inventory, total, totals
from parkkit.inventory.fusion import fuse
from parkkit.inventory.reconciliation import reconcile
from parkkit.park.package import open_park
from tests.parks import compiled, make_park, write_park

Compile = Callable[..., Inventory]
STOKER = {"amount": 10000, "technology": "stoker"}  # NOx 29.4 t calculated, factor of rank 5
# NOx 72.1 t calculated, factor of rank 4
UNIT = {"amount": 10000, "process_type": "power_boiler", "technology": "from_300mw"}
GRID = {"process": "power", "process_type": "purchase", "item": "electricity", "unit": "MWh",
        "use": "purchased", "counterpart_id": "grid", "amount": 1000}  # fmt: skip


@pytest.fixture
def inventory(tmp_path: Path) -> Compile:
    def made(rule: str = "best_rank", **tables: Any) -> Inventory:
        return compiled(make_park(tmp_path / "p", **tables), release_rule=rule)

    return made


def release(**given: Any) -> dict[str, Any]:
    return {"species": "nox", "process": "boiler", **given}


PERMIT, STATISTICS = release(amount=20), release(list="statistics", amount=25, data_rank=1)


def reasons(found: Inventory, species: str = "nox") -> dict[str, float]:
    rows = found.ledger[
        (found.ledger["species"] == species) & (found.ledger["stage"] == "reconcile")
    ]
    return dict(rows.groupby("reason")["amount_t"].sum())


@pytest.mark.parametrize(
    ("rule", "tonnes"), [("best_rank", 25.0), ("priority", 20.0), ("largest", 29.4)]
)
def test_the_rule_decides_which_list_counts(inventory: Compile, rule: str, tonnes: float) -> None:
    lists = [PERMIT, STATISTICS]
    found = inventory(rule, activity=[STOKER], releases=lists)
    assert total(found, "nox", 2023) == pytest.approx(tonnes)
    assert reasons(found) == {"other_list_chosen": pytest.approx(74.4 - tonnes)}
    assert total(inventory(rule, activity=[STOKER], releases=lists[::-1]), "nox", 2023) == (
        pytest.approx(tonnes))  # fmt: skip


@pytest.mark.parametrize("order", [["permit", "statistics"], ["statistics", "permit"]])
def test_the_list_order_settles_a_tie(inventory: Compile, order: list[str]) -> None:
    tied = [PERMIT, {**STATISTICS, "data_rank": 2}]
    found = inventory(releases=tied, about={"list_order": order})
    assert total(found, "nox", 2023) == {"permit": 20.0, "statistics": 25.0}[order[0]]


def test_a_value_without_a_rank_comes_after_the_worst_rank(inventory: Compile) -> None:
    found = inventory(releases=[{**PERMIT, "data_rank": ""}, {**STATISTICS, "data_rank": 5}])
    assert total(found, "nox", 2023) == 25.0


def test_a_calculated_value_is_as_good_as_the_worse_of_activity_and_factor(
    inventory: Compile,
) -> None:
    # activity 1 and factor 4 make 4: a permit of rank 3 wins, one of rank 5 loses
    exact = {**UNIT, "data_rank": 1}
    better = inventory(activity=[exact], releases=[{**PERMIT, "data_rank": 3}])
    assert total(better, "nox", 2023) == 20.0
    worse = inventory(activity=[exact], releases=[{**PERMIT, "data_rank": 5}])
    assert total(worse, "nox", 2023) == pytest.approx(72.1)


def test_stacks_of_one_process_add_up(inventory: Compile) -> None:
    stacks = [{**PERMIT, "stack_id": name, "amount": 7} for name in ("S1", "S2")]
    assert total(inventory(releases=stacks), "nox", 2023) == 14.0


def test_a_better_list_of_one_stack_takes_nothing_from_the_others(inventory: Compile) -> None:
    monitor = {**PERMIT, "list": "cems", "stack_id": "S1", "amount": 7, "data_rank": 1}
    stacks = [{**PERMIT, "stack_id": name, "amount": 8} for name in ("S1", "S2")]
    found = inventory(releases=[monitor, *stacks])
    assert total(found, "nox", 2023) == 15.0
    assert reasons(found) == {"other_list_chosen": 8.0}


def test_stacks_that_two_lists_name_apart_are_not_added(inventory: Compile) -> None:
    # S1 of one list may well be DA001 of the other: the lists compete as wholes.
    named = [{**PERMIT, "stack_id": "S1"}, {**STATISTICS, "stack_id": "DA001"}]
    assert total(inventory(releases=named), "nox", 2023) == 25.0


@pytest.mark.parametrize(
    ("rank", "tonnes", "reason"),
    [(1, 40.0, "processes_chosen"), (3, 45.0, "whole_plant_chosen"), (2, 45.0, "whole")],
    ids=["whole plant better", "processes better", "full tie: the processes say more"],
)
def test_a_whole_plant_competes_with_the_sum_of_its_processes(
    inventory: Compile, rank: int, tonnes: float, reason: str
) -> None:
    lists = [
        PERMIT,
        release(process="kiln", amount=25),
        release(process="", amount=40, data_rank=rank),
    ]
    found = inventory(releases=lists)
    assert total(found, "nox", 2023) == tonnes
    assert sum(reasons(found).values()) == 85.0 - tonnes
    expected = "whole_plant_chosen" if tonnes == 40.0 else "processes_chosen"
    assert set(reasons(found)) == {expected}


BOILER, WHOLE = release(amount=20), release(process="", amount=50)
MONITOR = release(list="cems", amount=19, data_rank=1)
KILN = release(list="cems", process="kiln", amount=25, data_rank=1)


@pytest.mark.parametrize("rule", ["best_rank", "priority", "largest", "mean"])
def test_some_of_the_processes_do_not_stand_for_the_plant(inventory: Compile, rule: str) -> None:
    # The permit says itself that 30 of its 50 t are none of the boiler's.
    ties, ranks_better, is_monitored = [BOILER], [{**BOILER, "data_rank": 1}], [BOILER, MONITOR]
    plants = dict(zip("ABC", (ties, ranks_better, is_monitored), strict=True))
    lists = [{**each, "enterprise_id": plant} for plant, rows in plants.items()
             for each in (*rows, WHOLE)]  # fmt: skip
    enterprises = [{"enterprise_id": plant} for plant in plants]
    found = inventory(rule, releases=lists, enterprises=enterprises).emissions
    assert dict(found.groupby("enterprise_id")["emissions_t"].sum()) == dict.fromkeys("ABC", 50.0)


def test_processes_that_reach_their_own_whole_win_the_tie(inventory: Compile) -> None:
    rest = release(process="kiln", amount=30)
    found = inventory(releases=[BOILER, rest, WHOLE])
    assert reasons(found) == {"processes_chosen": 50.0}
    short = inventory(releases=[BOILER, {**rest, "amount": 29}, WHOLE])
    assert reasons(short) == {"whole_plant_chosen": 49.0}


def test_where_another_list_tells_more_processes_the_rank_decides(inventory: Compile) -> None:
    # Whether the kiln is among the other 30 t of the permit nobody tells.
    found = inventory(releases=[BOILER, WHOLE, MONITOR, KILN])
    assert total(found, "nox", 2023) == 44.0


def test_of_a_whole_with_a_gap_and_processes_that_fall_short_the_rank_decides(
    inventory: Compile,
) -> None:
    months = [release(process="", amount=5, month=month) for month in range(1, 9)]
    assert total(inventory(releases=[{**BOILER, "data_rank": 1}, *months]), "nox", 2023) == 20.0
    assert total(inventory(releases=[BOILER, *months]), "nox", 2023) == 40.0


def test_a_process_that_its_list_does_not_quantify_judges_nothing(inventory: Compile) -> None:
    kiln = release(process="kiln", notation="NE")
    found = inventory(releases=[BOILER, kiln, {**KILN, "amount": 26}, MONITOR, WHOLE])
    assert total(found, "nox", 2023) == 45.0


# --- a rule of its own -----------------------------------------------------------------------


def test_a_species_may_have_a_rule_of_its_own(tmp_path: Path) -> None:
    lists = [{**each, "species": species} for species in ("nox", "so2", "pm")
             for each in (PERMIT, STATISTICS)]  # fmt: skip
    park = make_park(tmp_path / "p", releases=lists)
    rules = (("so2", "mean"), ("nox", "largest"))
    found = compiled(park, release_rule="priority", species_rules=rules)
    tonnes = {name: total(found, name, 2023) for name in ("nox", "so2", "pm")}
    assert tonnes == {"nox": 25.0, "so2": 22.5, "pm": 20.0}
    assert (reasons(found, "so2"), reasons(found, "pm")) == (
        {"mean_of_lists": 22.5}, {"other_list_chosen": 25.0})  # fmt: skip


def test_a_rule_of_its_own_also_chooses_between_plant_and_processes(tmp_path: Path) -> None:
    whole = release(process="", list="cems", amount=50, data_rank=3)
    lists = [{**each, "species": name} for name in ("nox", "so2") for each in (BOILER, whole)]
    park = make_park(tmp_path / "p", releases=lists)
    found = compiled(park, species_rules=(("so2", "largest"),))
    assert (total(found, "nox", 2023), total(found, "so2", 2023)) == (20.0, 50.0)


def test_a_rule_of_its_own_is_read_from_the_park(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", releases=[PERMIT, STATISTICS])
    text = (folder / "park.toml").read_text(encoding="utf-8")
    (folder / "park.toml").write_text(text + 'species_rules = { nox = "mean" }\n', "utf-8")
    assert total(compiled(open_park(folder)), "nox", 2023) == 22.5


def test_a_gap_in_one_process_lets_the_whole_plant_win(inventory: Compile) -> None:
    kiln = {"amount": 10, "process": "kiln", "process_type": "furnace"}  # no NOx factor
    whole = release(process="", list="statistics", amount=50, data_rank=5)
    assert total(inventory(activity=[STOKER, kiln], releases=[whole]), "nox", 2023) == 50.0


def test_a_silent_whole_plant_does_not_replace_a_process_with_a_number(
    inventory: Compile,
) -> None:
    kiln = {"amount": 10, "process": "kiln", "process_type": "furnace"}  # no NOx factor
    whole = release(process="", list="statistics", notation="NE", data_rank=1)
    found = inventory(activity=[kiln], releases=[PERMIT, whole])
    assert total(found, "nox", 2023) == 20.0
    assert totals(found).set_index("species").loc["nox", "status"] == "partial"


def test_a_process_that_does_not_occur_does_not_let_the_whole_plant_win(
    inventory: Compile,
) -> None:
    lists = [release(amount=20, data_rank=1), release(process="kiln", notation="NO"),
             release(process="", list="statistics", amount=50, data_rank=4)]  # fmt: skip
    assert total(inventory(releases=lists), "nox", 2023) == 20.0


@pytest.mark.parametrize("rule", ["best_rank", "priority", "largest"])
def test_six_months_do_not_replace_a_whole_year(inventory: Compile, rule: str) -> None:
    months = [release(amount=10, month=month, data_rank=1) for month in range(1, 7)]
    year = release(list="statistics", amount=13, data_rank=3)
    assert total(inventory(rule, releases=[*months, year]), "nox", 2023) == 13.0


@pytest.mark.parametrize(("rank", "tonnes"), [(1, 120.0), (5, 100.0)])
def test_a_year_competes_with_the_sum_of_its_months(
    inventory: Compile, rank: int, tonnes: float
) -> None:
    months = [release(amount=10, month=month, data_rank=rank) for month in range(1, 13)]
    year = release(list="statistics", amount=100, data_rank=3)
    found = inventory(releases=[*months, year])
    assert total(found, "nox", 2023) == tonnes
    assert reasons(found) == {"other_list_chosen": 220.0 - tonnes}


def test_eleven_reported_months_are_partial(inventory: Compile) -> None:
    found = inventory(releases=[release(amount=1, month=month) for month in range(1, 12)])
    row = totals(found).set_index("species").loc["nox"]
    assert (row["amount_t"], row["status"]) == (11.0, "partial")
    assert found.emissions["coverage_share"].unique() == pytest.approx([11 / 12])


def test_a_month_without_a_number_is_not_covered(inventory: Compile) -> None:
    months: list[dict[str, Any]] = [release(amount=1, month=month) for month in range(1, 12)]
    found = inventory(releases=[*months, release(month=12, notation="NE")])
    assert found.emissions["coverage_share"].unique() == pytest.approx([11 / 12])


def test_a_list_that_says_not_estimated_loses_to_one_with_a_number(inventory: Compile) -> None:
    silent = release(notation="NE", data_rank=1)
    found = inventory(releases=[silent, {**STATISTICS, "data_rank": 5}])
    assert total(found, "nox", 2023) == 25.0


def test_a_process_that_does_not_occur_spoils_no_list(inventory: Compile) -> None:
    # The calculated boiler has a number and a fuel that was not burnt: no gap.
    silent = {**UNIT, "item": "anthracite", "amount": "", "notation": "NO", "data_rank": 1}
    found = inventory(activity=[UNIT, silent], releases=[{**PERMIT, "data_rank": 5}])
    assert total(found, "nox", 2023) == pytest.approx(72.1)


def test_a_list_with_no_number_at_all_is_not_chosen_before_one_with(inventory: Compile) -> None:
    silent = release(notation="NO", data_rank=1)
    assert total(inventory(releases=[silent, STATISTICS]), "nox", 2023) == 25.0


def test_a_notation_alone_is_kept_and_not_zero(inventory: Compile) -> None:
    found = inventory(releases=[release(notation="C"), release(species="so2", amount=1)])
    row = found.emissions[found.emissions["species"] == "nox"].iloc[0]
    assert (row["status"], pd.isna(row["emissions_t"])) == ("C", True)
    assert pd.isna(total(found, "nox", 2023))


def test_what_lists_report_never_replaces_what_is_bought(inventory: Compile) -> None:
    reported = release(species="co2", process="", amount=5000, data_rank=1)
    found = inventory(activity=[GRID], releases=[reported])
    assert total(found, "co2", 2023) == pytest.approx(5000 + 497.4)
    assert dict(found.emissions.groupby("scope")["emissions_t"].sum()) == {
        1: 5000.0, 2: pytest.approx(497.4)}  # fmt: skip


WOOD = {"item": "wood_biomass", "amount": 1000}


def test_the_co2_that_a_list_reports_of_a_wood_boiler_is_a_memo(inventory: Compile) -> None:
    found = inventory(activity=[WOOD], releases=[release(species="co2", amount=1500, data_rank=1)])
    assert pd.isna(total(found, "co2", 2023))
    memo = found.emissions[found.emissions["species"] == "co2"]
    assert memo[["emissions_t", "is_biogenic"]].to_numpy().tolist() == [[1500.0, True]]


def test_a_reported_total_of_fossil_co2_leaves_the_memo(inventory: Compile) -> None:
    coal = {"process": "kiln", "process_type": "furnace", "amount": 100}
    whole = release(species="co2", process="", amount=200, data_rank=1)
    found = inventory(activity=[WOOD, coal], releases=[whole])
    assert total(found, "co2", 2023) == 200.0
    assert found.emissions["is_biogenic"].sum() == 1


def test_what_was_generated_stands_beside_what_was_released(inventory: Compile) -> None:
    made = {**PERMIT, "amount_kind": "generated", "amount": 80}
    split = [{**PERMIT, "amount": 12}, {**PERMIT, "amount": 8}, made]
    rows = inventory(releases=split).emissions
    assert (rows["emissions_t"].sum(), rows["generated_t"].sum()) == (20.0, 80.0)


def test_a_generated_amount_nobody_knows_is_missing_not_zero(inventory: Compile) -> None:
    made = {**PERMIT, "amount_kind": "generated", "amount": "", "notation": "NE"}
    assert inventory(releases=[PERMIT, made]).emissions["generated_t"].isna().all()


def test_a_species_nobody_knows_is_held_in_the_ledger(inventory: Compile) -> None:
    found = inventory(releases=[PERMIT, release(species="臭气浓度", amount=3)])
    held = found.ledger[found.ledger["reason"] == "unknown_species"]
    assert held[["species", "amount_t", "list"]].to_numpy().tolist() == [
        ["臭气浓度", 3.0, "permit"]
    ]
    assert "臭气浓度" not in set(totals(found)["species"])


def test_waste_that_was_moved_is_not_released(inventory: Compile) -> None:
    moved = release(medium="waste", destination="disposed", amount=9)
    found = inventory(releases=[PERMIT, moved])
    assert set(found.ledger["reason"]) == {"moved_not_released"}
    assert total(found, "nox", 2023) == 20.0


# --- the mean of lists -----------------------------------------------------------------------


def test_every_whole_list_counts_with_equal_weight(inventory: Compile) -> None:
    found = inventory("mean", activity=[STOKER], releases=[PERMIT, STATISTICS])
    assert total(found, "nox", 2023) == pytest.approx((29.4 + 20 + 25) / 3)
    assert reasons(found) == {"mean_of_lists": pytest.approx((29.4 + 20 + 25) * 2 / 3)}
    rows = found.emissions[found.emissions["species"] == "nox"]
    kept = dict(zip(rows["list"], rows["emissions_t"], strict=True))
    assert kept == pytest.approx({"calculated": 9.8, "permit": 20 / 3, "statistics": 25 / 3})


def test_one_list_alone_is_its_own_mean(inventory: Compile) -> None:
    found = inventory("mean", releases=[PERMIT])
    assert total(found, "nox", 2023) == 20.0
    assert not len(found.ledger)


def test_a_list_with_a_gap_is_not_in_the_mean(inventory: Compile) -> None:
    months = [release(amount=10, month=month, data_rank=1) for month in range(1, 7)]
    silent = release(list="cems", notation="NE", data_rank=1)
    year = release(list="statistics", amount=13)
    found = inventory("mean", releases=[*months, silent, year])
    assert total(found, "nox", 2023) == 13.0
    assert reasons(found) == {"other_list_chosen": 60.0}


def test_with_no_whole_list_the_best_rank_is_taken(inventory: Compile) -> None:
    six = [release(amount=10, month=month) for month in range(1, 7)]
    eleven = [release(list="cems", amount=1, month=month, data_rank=1) for month in range(1, 12)]
    assert total(inventory("mean", releases=[*six, *eleven]), "nox", 2023) == 11.0


def test_twelve_months_and_a_year_have_a_mean(inventory: Compile) -> None:
    months = [release(amount=10, month=month) for month in range(1, 13)]
    found = inventory("mean", releases=[*months, release(list="statistics", amount=100)])
    assert total(found, "nox", 2023) == pytest.approx(110.0)


@pytest.mark.parametrize(
    ("rank", "tonnes", "reason"),
    [(1, 40.0, "whole_plant_chosen"), (2, 45.0, "processes_chosen"), (3, 45.0, "processes_chosen")],
    ids=["whole plant better", "tie: the processes say more", "processes better"],
)
def test_a_whole_plant_competes_with_the_means_of_its_processes(
    inventory: Compile, rank: int, tonnes: float, reason: str
) -> None:
    boiler = [release(amount=15), release(list="statistics", amount=25)]
    kiln = release(process="kiln", amount=25)
    whole = release(process="", amount=40, data_rank=rank)
    found = inventory("mean", releases=[*boiler, kiln, whole])
    assert total(found, "nox", 2023) == pytest.approx(tonnes)
    lost = {"whole_plant_chosen": {"whole_plant_chosen": 65.0},
            "processes_chosen": {"mean_of_lists": 20.0, "processes_chosen": 40.0}}  # fmt: skip
    assert reasons(found) == pytest.approx(lost[reason])


def test_lists_silent_on_what_was_generated_do_not_lower_it(inventory: Compile) -> None:
    made = {**PERMIT, "amount_kind": "generated", "amount": 80}
    rows = inventory("mean", releases=[PERMIT, made, STATISTICS]).emissions
    assert rows["generated_t"].sum() == 80.0
    assert rows["emissions_t"].sum() == pytest.approx(22.5)


def test_what_is_bought_is_in_no_mean(inventory: Compile) -> None:
    reported = release(species="co2", process="", amount=5000)
    found = inventory("mean", activity=[GRID], releases=[reported])
    assert total(found, "co2", 2023) == pytest.approx(5000 + 497.4)


def test_a_mean_is_one_source_in_the_fused_table_with_its_lists_joined(
    inventory: Compile,
) -> None:
    named = [{**PERMIT, "stack_id": "S1"}, {**STATISTICS, "stack_id": "DA001"}]
    fused = fuse(inventory("mean", releases=named))
    assert fused[["unit_id", "nox_t", "nox_list"]].to_numpy().tolist() == [
        ["A/boiler", 22.5, "permit+statistics"]
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_lists_moves_no_mean(inventory: Compile, order: int) -> None:
    lists = [PERMIT, STATISTICS, release(list="cems", amount=27)][::order]
    assert total(inventory("mean", releases=lists), "nox", 2023) == pytest.approx(24.0, rel=1e-12)


# --- what lists do not tell ------------------------------------------------------------------


def test_what_is_captured_is_replaced_by_no_list() -> None:
    # 100 t released, 40 t captured; a better list says that 55 t were released
    ground = {"enterprise_id": "A", "process": "boiler", "year": 2023, "species": "co2",
              "medium": "air", "coverage_share": 1.0, "status": "computed", "is_biogenic": False,
              "factor_rank": 4.0, "activity_rank": 2.0, "sent_t": None, "generated_t": None,
              "source_id": "A/boiler", "counterpart_id": "", "month": None, "activity_id": "",
              "release_id": ""}  # fmt: skip
    rows = pd.DataFrame(
        [
            {**ground, "use": "fuel_combustion", "list": "calculated", "emissions_t": 100.0},
            {**ground, "use": "captured", "list": "calculated", "emissions_t": -40.0},
            {**ground, "use": "", "list": "cems", "emissions_t": 55.0, "factor_rank": 1.0,
             "activity_rank": 1.0},
        ]
    )  # fmt: skip
    kept, ledger = reconcile(rows, convention=Convention(factor_sets=()), list_order=[])
    assert sorted(kept["emissions_t"]) == [-40.0, 55.0]
    assert ledger["amount_t"].tolist() == [100.0]


# --- overlap ---------------------------------------------------------------------------------


def test_a_part_stays_in_its_own_total_and_is_told_as_a_memo(inventory: Compile) -> None:
    found = inventory(
        releases=[release(species="pm", amount=10), release(species="pm2_5", amount=4)]
    )
    assert (total(found, "pm", 2023), total(found, "pm2_5", 2023)) == (10.0, 4.0)
    memo = found.ledger[found.ledger["stage"] == "overlap"]
    assert memo[["species", "amount_t", "is_memo"]].to_numpy().tolist() == [["pm2_5", 4.0, True]]
    assert dict(zip(found.emissions["species"], found.emissions["part_of"], strict=True)) == {
        "pm": "", "pm2_5": "pm"}  # fmt: skip


def test_a_part_alone_is_part_of_nothing(inventory: Compile) -> None:
    found = inventory(releases=[release(species="pm2_5", amount=4)])
    assert not len(found.ledger)


def test_a_whole_without_a_number_holds_no_part(inventory: Compile) -> None:
    lists = [release(species="pm", notation="NE"), release(species="pm2_5", amount=4)]
    found = inventory(releases=lists)
    assert set(found.emissions["part_of"]) == {""}
