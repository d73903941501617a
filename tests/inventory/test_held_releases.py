"""Held releases: what is in doubt is in no total, in the ledger whole, and never 0."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.ledger import closing
from parkkit.inventory.compilation import Inventory, total, totals
from parkkit.inventory.held_releases import told_releases
from parkkit.park.package import Park, open_park
from parkkit.park.release_amounts import tonnes
from tests.parks import compiled, make_park, write_park

STATISTICS = {"list": "statistics"}
LOOKED = {"confirmed_by": "Lab, bill of 2024-02-01"}


def inventory_of(folder: Path, *releases: dict[str, Any], **tables: Any) -> Inventory:
    return compiled(make_park(folder / "p", releases=list(releases), **tables))


def ledger(inventory: Inventory) -> list[tuple[str, str, str, float]]:
    rows = inventory.ledger[~inventory.ledger["is_memo"].astype(bool)]
    rows = rows[rows["amount_t"].notna()]
    columns = [rows[name] for name in ("reason", "list", "release_id", "amount_t")]
    return list(zip(*columns, strict=True))


def test_a_held_row_is_in_no_total_and_in_the_ledger_with_list_and_row(tmp_path: Path) -> None:
    found = inventory_of(tmp_path, {"amount": 5, "stack_id": "S1"},
                         {"amount": -3, "stack_id": "S2"})  # fmt: skip
    assert total(found, "so2", 2023) == 5
    assert ledger(found) == [("negative_amount", "permit", "r0002", -3)]
    row = totals(found).iloc[0]
    assert (row["status"], row["missing_rows"]) == ("partial", 1)


def test_where_all_is_held_nothing_is_computable_and_it_says_why(tmp_path: Path) -> None:
    found = inventory_of(tmp_path, {"amount": 1e15, "unit": "kg"})
    assert pd.isna(total(found, "so2", 2023))
    assert totals(found)["status"].tolist() == ["not_computable"]
    row = found.emissions.iloc[0]
    assert (row["status"], row["missing"]) == ("not_computable", "implausible_amount")
    assert ledger(found) == [("implausible_amount", "permit", "r0001", 1e12)]


def test_a_list_that_is_whole_stands_for_one_that_is_held(tmp_path: Path) -> None:
    found = inventory_of(tmp_path, {"amount": -3, "data_rank": 1},
                         {**STATISTICS, "amount": 4, "data_rank": 5})  # fmt: skip
    assert total(found, "so2", 2023) == 4
    assert totals(found)["status"].tolist() == ["computed"]


def test_confirmed_rows_count_as_they_are(tmp_path: Path) -> None:
    found = inventory_of(tmp_path, {"amount": -3, **LOOKED})
    assert total(found, "so2", 2023) == -3
    assert ledger(found) == []


def test_a_duplicate_leaves_no_gap(tmp_path: Path) -> None:
    found = inventory_of(tmp_path, {"amount": 5}, {"amount": 5})
    assert (total(found, "so2", 2023), totals(found)["status"].tolist()) == (5, ["computed"])
    assert ledger(found) == [("duplicate_by_content", "permit", "r0002", 5)]


def test_a_confirmed_duplicate_counts_twice(tmp_path: Path) -> None:
    found = inventory_of(tmp_path, {"amount": 5}, {"amount": 5, **LOOKED})
    assert total(found, "so2", 2023) == 10


def test_two_lists_a_thousand_times_apart_give_no_total(tmp_path: Path) -> None:
    found = inventory_of(tmp_path, {"amount": 5}, {**STATISTICS, "amount": 5000})
    assert totals(found)["status"].tolist() == ["not_computable"]
    assert sorted(ledger(found)) == [("unit_in_doubt", "permit", "r0001", 5),
                                     ("unit_in_doubt", "statistics", "r0002", 5000)]  # fmt: skip


def test_a_verdict_lets_a_plant_that_stood_twice_count_once_or_twice(tmp_path: Path) -> None:
    listings = [
        {"list": "permit", "facility_id": "00123456", "enterprise_id": "A", "origin": "o"},
        {**STATISTICS, "facility_id": "123456", "enterprise_id": "B", "origin": "o"},
    ]
    said = {"left_list": "permit", "left_id": "00123456", "right_list": "statistics",
            "right_id": "123456", "by": "Desk", "on": "2024-01-01", "why": "visit"}  # fmt: skip
    sums = {}
    for word in ("", "same", "different"):
        verdicts = [{**said, "verdict": word}] if word else []
        found = inventory_of(
            tmp_path / (word or "none"), {"amount": 5},
            {**STATISTICS, "enterprise_id": "B", "amount": 6}, listings=listings,
            enterprises=[{"enterprise_id": "A"}, {"enterprise_id": "B"}], same_as=verdicts,
        )  # fmt: skip
        sums[word] = total(found, "so2", 2023)
    assert sums == {"": 5, "same": 5, "different": 11}


def test_a_held_generated_amount_stands_beside_nothing_and_is_a_memo(tmp_path: Path) -> None:
    made = {"amount_kind": "generated", "destination": "", "amount": -9}
    found = inventory_of(tmp_path, {"amount": 5}, made)
    assert found.emissions["generated_t"].isna().all()
    memos = found.ledger[found.ledger["is_memo"].astype(bool)]
    assert memos[["reason", "amount_t"]].values.tolist() == [["negative_amount", -9]]


def test_waste_in_doubt_is_told_as_doubted_and_not_as_moved(tmp_path: Path) -> None:
    waste = {"species": "general_solid_waste", "medium": "waste", "destination": "used"}
    found = inventory_of(tmp_path, {**waste, "amount": 3, "unit": "万t"},
                         {**waste, "amount": -2, "year": 2022})  # fmt: skip
    assert sorted(ledger(found)) == [("moved_not_released", "permit", "r0001", 30_000),
                                     ("negative_amount", "permit", "r0002", -2)]  # fmt: skip
    assert found.releases.set_index("release_id")["amount_t"].isna().tolist() == [False, True]


def test_a_held_row_stands_in_the_ledger_once(tmp_path: Path) -> None:
    found = inventory_of(tmp_path, {"amount": -5}, {"list": "statistics", "amount": 7})
    assert totals(found)["amount_t"].tolist() == [7]
    assert found.ledger[["reason", "amount_t"]].to_numpy().tolist() == [["negative_amount", -5]]


def test_a_species_that_does_not_occur_is_a_told_zero(tmp_path: Path) -> None:
    found = inventory_of(tmp_path, {"notation": "NO"}, {"species": "nox", "notation": "NE"})
    table = totals(found).set_index("species")
    assert (table.loc["so2", "amount_t"], table.loc["so2", "status"]) == (0, "computed")
    assert pd.isna(table.loc["nox", "amount_t"])
    assert table.loc["nox", "status"] == "not_computable"


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Park:
    plants = [{"enterprise_id": name} for name in "AB"]
    folder = tmp_path_factory.mktemp("held") / "p"
    return open_park(write_park(folder, releases=[{"amount": 1}] * 2, enterprises=plants))


AMOUNTS = st.sampled_from([-2.0, 0.0, 3.0, 3.01, 3000.0, 3e6, 84.0, 5e12, None])
ROW = st.fixed_dictionaries({
    "enterprise_id": st.sampled_from("AB"), "list": st.sampled_from(["permit", "statistics", "x"]),
    "species": st.sampled_from(["so2", "ch4", "nitric_oxide", "nox", "unheard of"]),
    "amount": AMOUNTS, "confirmed_by": st.sampled_from(["", "", "Lab"]),
    "amount_kind": st.sampled_from(["released", "released", "generated"]),
})  # fmt: skip


@settings(max_examples=12)
@given(rows=st.lists(ROW, min_size=1, max_size=8))
def test_what_is_kept_and_what_the_ledger_holds_is_all_that_was_read(
    park: Park, rows: list[dict[str, Any]]
) -> None:
    count = len(rows)
    frame = pd.concat([park.releases.iloc[[0]]] * count).set_axis(range(2, count + 2))
    frame = frame.assign(release_id=[f"r{row:02d}" for row in range(count)],
                         **pd.DataFrame(rows, index=frame.index).to_dict("series"))  # fmt: skip
    frame["amount"] = frame["amount"].astype("float64")
    frame["notation"] = frame["notation"].mask(frame["amount"].isna(), "NE")
    given_park = type(park)(**{name: getattr(park, name) for name in park.__slots__}
                            | {"releases": frame})  # fmt: skip
    found = compiled(given_park)
    table = closing(found.candidates, found.emissions, found.ledger)
    size = table[["candidates_t", "kept_t", "ledger_t"]].abs().max(axis=1)
    assert (table["difference_t"].abs() <= 1e-9 * size).all()
    # Read by what they tell in tonnes, as species of the vocabulary.
    told = told_releases(given_park)
    read = tonnes(told)[told["amount_kind"] == "released"].groupby(told["species"]).sum()
    kept = found.emissions.groupby("species")["emissions_t"].sum()
    counted = found.ledger[~found.ledger["is_memo"].astype(bool)]
    both = kept.add(counted.groupby("species")["amount_t"].sum(), fill_value=0)
    for species, amount in read.items():
        assert both.get(species, 0.0) == pytest.approx(amount, rel=1e-9, abs=1e-9)
    # Nothing that is in doubt is kept.
    held = set(told.loc[told["doubt"] != "", "release_id"])
    in_total = found.emissions[found.emissions["emissions_t"].notna()]
    assert not held & set(in_total["release_id"])
