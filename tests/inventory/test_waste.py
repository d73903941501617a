"""Waste: what was generated, what became of it, one list whole, nothing counted twice."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.ledger import closing
from parkkit.inventory.compilation import Inventory, total, totals
from parkkit.inventory.list_groups import release_rules
from parkkit.inventory.reconciliation import taken_whole
from parkkit.inventory.waste import waste
from parkkit.park.package import open_park
from tests.parks import OUTSIDE, compiled, make_park

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
PLANTS = [
    {"enterprise_id": "A"},
    {"enterprise_id": "B"},
    {"enterprise_id": "I", "role": "waste"},
    {"enterprise_id": "X", **OUTSIDE},
]
always = settings(deadline=None, max_examples=6, derandomize=True)


def solid(plant: str, amount: object, destination: str = "", **told: Any) -> dict[str, Any]:
    """What a plant's statistics say was generated, or went to a destination."""
    kind = "released" if destination else "generated"
    return {"enterprise_id": plant, "list": "statistics", "species": "general_solid_waste",
            "medium": "waste", "amount_kind": kind, "destination": destination, "amount": amount,
            **told}  # fmt: skip


def hazardous(plant: str, use: str, amount: float, other: str = "") -> dict[str, Any]:
    return {"enterprise_id": plant, "process": "waste", "process_type": "", "use": use,
            "item": "hazardous_waste", "counterpart_id": other, "amount": amount}  # fmt: skip


def inventory(folder: Path, rule: str = "best_rank", **tables: Any) -> Inventory:
    return compiled(make_park(folder, enterprises=PLANTS, **tables), release_rule=rule)


def row(table: pd.DataFrame, plant: str, **where: Any) -> pd.Series:
    found = table[table["enterprise_id"] == plant]
    for name, value in where.items():
        found = found[found[name] == value]
    assert len(found) == 1
    return found.iloc[0]


# Of A's 100 t 60 are used, 5 treated, 10 stored, 8 disposed of, 15 sent to I and 2 dumped; 20 more
# are used from stock.
OF_A = [
    solid("A", 100), solid("A", 60, "used"), solid("A", 5, "treated"), solid("A", 10, "stored"),
    solid("A", 8, "disposed"), solid("A", 15, "transfer", counterpart_id="I"),
    solid("A", 2, "environment"), solid("A", 20, "used_from_stock"),
]  # fmt: skip
OF_B = [solid("B", 50), solid("B", 50, "used")]


def test_waste_by_hand(tmp_path: Path) -> None:
    a = row(waste(inventory(tmp_path / "p", releases=OF_A)), "A")
    told = ["generated_t", "used_t", "treated_t", "stored_t", "disposed_t", "sent_t", "dumped_t"]
    assert a[told].tolist() == [100, 60, 5, 10, 8, 15, 2]
    assert (a["used_from_stock_t"], a["sent_to_members_t"]) == (20, 15)
    assert a["utilisation_share"] == (60 + 20) / (100 + 20)
    assert (a["treated_share"], a["balance_t"]) == (0.05, 0)
    assert (a["list"], a["status"], a["missing"]) == ("statistics", "computed", "")


def test_the_park_is_the_sum_of_its_members(tmp_path: Path) -> None:
    others = [solid("X", 900), solid("X", 900, "transfer", counterpart_id="I")]
    taken = solid("I", 915, "disposed")
    table = waste(inventory(tmp_path / "p", releases=[*OF_A, *OF_B, *others, taken]))
    park = row(table, "")
    assert (park["generated_t"], park["used_t"], park["sent_t"]) == (150, 110, 15)
    assert park["utilisation_share"] == (60 + 20 + 50) / (100 + 20 + 50)
    # I disposed of all it had
    assert park["treated_share"] == 5 / 150
    # what A sends I stays in the park; what X sends is nobody's of the park
    assert (park["sent_to_members_t"], row(table, "I")["received_t"]) == (15, 15)
    assert row(table, "I")["received_outside_t"] == 900
    assert pd.isna(park["sent_outside_t"])
    assert set(table["enterprise_id"]) == {"", "A", "B", "I"}
    assert (park["status"], park["missing"]) == ("partial", "I/generated")


def shares(folder: Path, *releases: dict[str, Any], **tables: Any) -> list[Any]:
    """The park's shares used and treated, in that order, and what is missing of them."""
    park = row(waste(inventory(folder, releases=releases, **tables)), "")
    return [
        None if pd.isna(park[name]) else round(park[name], 6)
        for name in ("utilisation_share", "treated_share")
    ] + [park["missing"]]


# A sends all its 100 t to I.
TO_I = [solid("A", 100), solid("A", 100, "transfer", counterpart_id="I")]


def test_what_a_member_used_of_anothers_waste_is_used_in_the_park(tmp_path: Path) -> None:
    # I generated 50 t and used 150 t
    whole = [*TO_I, solid("I", 50), solid("I", 150, "used")]
    assert shares(tmp_path / "p", *whole) == [1, 0, ""]
    table = waste(inventory(tmp_path / "q", releases=whole))
    assert row(table, "I")[["utilisation_share", "balance_t"]].tolist() == [1, 0]
    # of 150 t used 120 and disposed of 30; of 150 t used 100 and nobody knows of the rest
    split = [*TO_I, solid("I", 50), solid("I", 120, "used"), solid("I", 30, "disposed")]
    assert shares(tmp_path / "r", *split) == [0.8, 0, ""]
    rest = [*TO_I, solid("I", 50), solid("I", 100, "used")]
    assert shares(tmp_path / "s", *rest) == [0.666667, None, "I/treated"]


def test_who_only_receives_settles_what_it_received(tmp_path: Path) -> None:
    assert shares(tmp_path / "p", *TO_I, solid("I", 100, "used")) == [1, 0, "I/generated"]
    both = [*TO_I, solid("I", 60, "used"), solid("I", 40, "treated")]
    assert shares(tmp_path / "q", *both) == [0.6, 0.4, "I/generated"]


def test_what_nobody_settles_is_missing_and_never_nothing(tmp_path: Path) -> None:
    open_ends = "I/used;I/treated"
    assert shares(tmp_path / "p", *TO_I) == [None, None, open_ends]
    # I tells of its own 50 t only; B's share alone would not be the park's
    own = [*TO_I, *OF_B, solid("I", 50), solid("I", 50, "disposed")]
    assert shares(tmp_path / "q", *own) == [None, None, open_ends]
    # what is known as nothing is nothing
    assert shares(tmp_path / "r", solid("B", 50), solid("B", 50, "disposed")) == [0, 0, ""]


def test_activity_settles_what_was_received(tmp_path: Path) -> None:
    lists = [{**each, "species": "hazardous_waste"} for each in TO_I]
    assert shares(tmp_path / "p", *lists, activity=[hazardous("I", "treated", 130)]) == [0, 1, ""]
    less = [hazardous("I", "treated", 70)]
    assert shares(tmp_path / "q", *lists, activity=less) == [None, 0.7, "I/used"]
    # of the 130 t it treated, 60 were its own
    own = [solid("I", 60, species="hazardous_waste"),
           solid("I", 60, "treated", species="hazardous_waste")]  # fmt: skip
    found = shares(tmp_path / "r", *lists, *own, activity=[hazardous("I", "treated", 130)])
    assert found == [None, 0.8125, "I/used"]  # (100 x 70/100 + 60) / 160


def test_who_passes_waste_on_is_settled_by_the_next(tmp_path: Path) -> None:
    chain = [*TO_I, solid("I", 100, "transfer", counterpart_id="B")]
    assert shares(tmp_path / "p", *chain) == [None, None, "B/used;B/treated;I/generated;I/used;"
                                              "I/treated"]  # fmt: skip
    assert shares(tmp_path / "q", *chain, solid("B", 100, "used"))[:2] == [1, 0]
    # a ring has no end
    ring = [*chain, solid("B", 100, "transfer", counterpart_id="I")]
    assert shares(tmp_path / "r", *ring)[:2] == [None, None]


def test_what_a_member_treats_for_others_is_shown_and_not_counted_again(tmp_path: Path) -> None:
    rows = [hazardous("A", "waste_sent", 7, "I"), hazardous("B", "waste_sent", 3, "outside"),
            hazardous("I", "treated", 9)]  # fmt: skip
    table = waste(inventory(tmp_path / "p", activity=rows))
    plant, park = row(table, "I"), row(table, "")
    assert (plant["received_t"], plant["handled_t"]) == (7, 9)
    assert (park["handled_t"], park["sent_t"], park["sent_outside_t"]) == (9, 10, 3)
    assert pd.isna(park["treated_t"])
    a = row(table, "A")
    assert (a["list"], a["status"], a["missing"]) == ("calculated", "partial",
                                                      "generated;used;treated")  # fmt: skip
    assert pd.isna(a["utilisation_share"])


def test_activity_counts_only_where_no_list_tells(tmp_path: Path) -> None:
    lists = [
        solid("A", 8, species="hazardous_waste"),
        solid("A", 8, "transfer", species="hazardous_waste", counterpart_id="I"),
    ]
    rows = [hazardous("A", "waste_sent", 7, "I"), hazardous("B", "waste_sent", 3, "I")]
    table = waste(inventory(tmp_path / "p", activity=rows, releases=lists))
    a = row(table, "A")
    assert (a["sent_t"], a["list"], a["other_lists"]) == (8, "statistics", "calculated")
    assert (row(table, "B")["sent_t"], row(table, "I")["received_t"]) == (3, 11)


PERMIT = [{**each, "list": "permit"} for each in (solid("A", 90), solid("A", 90, "disposed"))]


@pytest.mark.parametrize(
    ("rule", "rank", "order", "generated"),
    [
        ("best_rank", 1, ["permit", "statistics"], 90),
        ("best_rank", 3, ["permit", "statistics"], 100),
        ("best_rank", 2, ["permit", "statistics"], 90),
        ("best_rank", 2, ["statistics", "permit"], 100),
        ("mean", 1, ["statistics", "permit"], 90),
        ("priority", 1, ["statistics", "permit"], 100),
        ("largest", 1, ["permit", "statistics"], 100),
    ],
)
def test_one_list_is_taken_whole(
    tmp_path: Path, rule: str, rank: int, order: list[str], generated: float
) -> None:
    lists = [*OF_A, *({**each, "data_rank": rank} for each in PERMIT)]
    a = row(waste(inventory(tmp_path / "p", rule, releases=lists,
                            about={"list_order": order})), "A")  # fmt: skip
    assert a["generated_t"] == generated
    assert (pd.isna(a["used_t"]), a["disposed_t"]) == (
        generated == 90,
        90 if generated == 90 else 8,
    )
    names = ["permit", "statistics"]
    assert [a["list"], a["other_lists"]] == (names if generated == 90 else names[::-1])


def test_a_kind_of_waste_may_have_a_rule_of_its_own(tmp_path: Path) -> None:
    ours = {"species_rules": (("general_solid_waste", "largest"),)}
    better = [{**each, "data_rank": 1} for each in PERMIT]
    park = make_park(tmp_path / "p", enterprises=PLANTS, releases=[*OF_A, *better])
    rows = compiled(park, **ours).releases
    rules = release_rules(rows["species"], compiled(park, **ours).convention)
    assert set(rows.loc[taken_whole(rows, rule="best_rank"), "list"]) == {"permit"}
    assert set(rows.loc[taken_whole(rows, rule=rules), "list"]) == {"statistics"}


def test_a_list_with_a_gap_comes_after_a_whole_one(tmp_path: Path) -> None:
    gap = [{**each, "list": "permit", "data_rank": 1}
           for each in (solid("A", 90), solid("A", "", "used", notation="NE"))]  # fmt: skip
    assert row(waste(inventory(tmp_path / "p", releases=[*OF_A, *gap])), "A")["generated_t"] == 100
    alone = row(waste(inventory(tmp_path / "q", releases=gap)), "A")
    assert (alone["generated_t"], alone["status"]) == (90, "partial")
    assert "used" in alone["missing"].split(";")
    assert pd.isna(alone["utilisation_share"])


def test_a_whole_plant_is_not_added_to_its_processes(tmp_path: Path) -> None:
    parts = [solid("A", 30, process="p"), solid("A", 40, process="q"), solid("A", 70),
             solid("A", 5, "used", process="p")]  # fmt: skip
    a = row(waste(inventory(tmp_path / "p", releases=parts)), "A")
    assert (a["generated_t"], a["used_t"]) == (70, 5)


def test_processes_that_their_own_list_says_are_not_all_lose_to_the_whole_plant(
    tmp_path: Path,
) -> None:
    parts = [solid("A", 30, process="p", data_rank=1), solid("A", 75)]
    assert row(waste(inventory(tmp_path / "p", releases=parts)), "A")["generated_t"] == 75
    # 75 t are reached, the 20 t that were used are not
    parts = [*parts, solid("A", 45, process="q"), solid("A", 20, "used")]
    assert row(waste(inventory(tmp_path / "q", releases=parts)), "A")["used_t"] == 20


def test_where_the_others_account_for_all_nothing_was_used(tmp_path: Path) -> None:
    rows = [solid("A", 100), solid("A", 100, "disposed"), solid("B", 100),
            solid("B", 60, "disposed")]  # fmt: skip
    table = waste(inventory(tmp_path / "p", releases=rows))
    a, b, park = row(table, "A"), row(table, "B"), row(table, "")
    assert (a["utilisation_share"], a["status"]) == (0, "computed")
    assert pd.isna(a["used_t"])
    # 40 t of B went somewhere, perhaps to use
    assert pd.isna(b["utilisation_share"])
    assert (b["balance_t"], b["missing"], b["status"]) == (40, "used;treated", "partial")
    assert (park["utilisation_share"], park["missing"]) == (0, "B/used;B/treated")


def test_how_close_a_balance_must_be_is_the_callers_choice(tmp_path: Path) -> None:
    found = inventory(tmp_path / "p", releases=[solid("A", 100), solid("A", 99, "disposed")])
    assert pd.isna(row(waste(found), "A")["utilisation_share"])
    assert row(waste(found, closes=0.02), "A")["utilisation_share"] == 0


def test_what_does_not_occur_is_nothing_and_what_nobody_knows_is_missing(tmp_path: Path) -> None:
    none = [solid("A", 100), solid("A", "", "used", notation="NO")]
    a = row(waste(inventory(tmp_path / "p", releases=none)), "A")
    assert (a["used_t"], a["utilisation_share"]) == (0, 0)
    months = [solid("A", 10, month=month) for month in range(1, 12)]
    a = row(waste(inventory(tmp_path / "q", releases=[*months, solid("A", 9, "used")])), "A")
    assert (a["generated_t"], a["missing"].split(";")[0]) == (110, "generated")
    assert pd.isna(a["utilisation_share"])


def test_only_what_is_dumped_is_an_emission(tmp_path: Path) -> None:
    found = inventory(tmp_path / "p", releases=OF_A)
    rows = found.emissions
    assert rows[["medium", "emissions_t", "generated_t"]].to_numpy().tolist() == [["waste", 2, 100]]
    assert total(found, "general_solid_waste", 2023) == 2
    moved = found.ledger[found.ledger["reason"] == "moved_not_released"]
    assert (moved["amount_t"].sum(), set(moved["stage"])) == (60 + 5 + 10 + 8 + 15 + 20, {"scope"})
    # generated is no candidate: what was released and moved is
    assert found.candidates["candidates_t"].tolist() == [120.0]
    assert closing(found.candidates, rows, found.ledger)["difference_t"].abs().max() == 0


def test_generated_waste_alone_changes_no_total(tmp_path: Path) -> None:
    coal = [{"amount": 1000}]
    bare = inventory(tmp_path / "p", activity=coal)
    with_waste = inventory(tmp_path / "q", activity=coal, releases=[solid("A", 100)])
    pd.testing.assert_frame_equal(totals(bare), totals(with_waste))
    pd.testing.assert_frame_equal(bare.ledger, with_waste.ledger)
    pd.testing.assert_frame_equal(bare.candidates, with_waste.candidates)


def test_a_park_without_waste_gives_a_table_without_rows(tmp_path: Path) -> None:
    assert len(waste(inventory(tmp_path / "p", activity=[{"amount": 5}]))) == 0
    assert len(waste(inventory(tmp_path / "q", releases=[{"amount": 5}]))) == 0


DESTINATIONS = ("used", "treated", "stored", "disposed", "transfer", "environment")
parts = st.dictionaries(
    st.sampled_from(DESTINATIONS), st.integers(1, 800).map(lambda n: n / 8), min_size=1
)
plants = st.dictionaries(st.sampled_from(["A", "B", "X"]), parts, min_size=1)


def rows_of(plants_told: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    """Lists whose destinations account for all that was generated."""
    rows = []
    for plant, told in plants_told.items():
        rows.append(solid(plant, sum(told.values())))
        for name, tonnes in told.items():
            rows.append(
                solid(plant, tonnes, name, counterpart_id="I" if name == "transfer" else "")
            )
    sent = sum(told.get("transfer", 0) for told in plants_told.values())
    return [*rows, solid("I", sent, "used")] if sent else rows


@always
@given(plants_told=plants, order=st.randoms(use_true_random=False))
def test_splitting_shuffling_and_kilograms_change_nothing(
    plants_told: dict[str, dict[str, float]], order: Any
) -> None:
    whole = rows_of(plants_told)
    split = [{**each, "amount": each["amount"] * 500, "unit": "kg", "stack_id": stack}
             for each in whole for stack in ("S1", "S2")]  # fmt: skip
    order.shuffle(split)
    with tempfile.TemporaryDirectory() as folder:
        one = waste(inventory(Path(folder) / "a", releases=whole))
        other = waste(inventory(Path(folder) / "b", releases=split))
    pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-9)


@always
@given(plants_told=plants)
def test_what_was_generated_is_what_became_of_it(
    plants_told: dict[str, dict[str, float]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = inventory(Path(folder) / "a", releases=rows_of(plants_told))
    table = waste(found)
    own = table[table["generated_t"].notna()]
    assert (own["balance_t"].abs() <= 1e-9 * own["generated_t"]).all()
    assert own["utilisation_share"].between(0, 1).all()
    assert (own["utilisation_share"] + own["treated_share"] <= 1 + 1e-9).all()
    dumped = table.loc[table["enterprise_id"] == "", "dumped_t"].sum()
    assert found.emissions["emissions_t"].sum() == pytest.approx(dumped, abs=1e-12)


def test_langangs_waste_closes_and_what_is_missing_is_named() -> None:
    table = waste(compiled(open_park(LANGANG)))
    told = table[(table["enterprise_id"] != "") & table["generated_t"].notna()]
    assert len(told) > 100
    assert (told["balance_t"].abs() <= 1e-3 * told["generated_t"]).all()
    park = row(table, "", species="hazardous_waste", year=2023)
    burner = row(table, "LG03", species="hazardous_waste", year=2023)
    assert park["received_t"] == burner["received_t"] == park["sent_to_members_t"]
    # the plants that are registered elsewhere tell only what they sent
    assert {name.split("/")[0] for name in park["missing"].split(";")} == {"LG30", "LG31", "LG32"}
    # LG03 treated more than all that the members sent it
    assert (park["treated_share"], park["utilisation_share"]) == (1, 0)
    solid_waste = row(table, "", species="general_solid_waste", year=2023)
    assert 0.8 < solid_waste["utilisation_share"] < 0.9
