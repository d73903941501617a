"""What is always true of reconciling: no order chooses, nothing is lost, no year is mixed."""

from __future__ import annotations

import importlib.util
from itertools import permutations
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.convention import Convention, choices
from parkkit.core.ledger import candidates, closing
from parkkit.inventory.list_groups import list_groups
from parkkit.inventory.reconciliation import reconcile, taken_whole

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "reconciling.py"
RULES = choices()["release_rule"]
LISTS = ("calculated", "permit", "statistics", "cems", "audit")
# More than a thousand shuffles in all.
EXAMPLES, SHUFFLES = 26, 40
GROUND: dict[str, Any] = {
    "enterprise_id": "A", "year": 2023, "species": "nox", "medium": "air", "use": "",
    "coverage_share": 1.0, "status": "reported", "is_biogenic": False, "factor_rank": None,
    "sent_t": None, "generated_t": None, "counterpart_id": "", "month": None, "activity_id": "",
}  # fmt: skip
# Tenths, so that sums round, and few of them and of ranks, so that there are ties.
row = st.fixed_dictionaries(
    {
        "enterprise_id": st.sampled_from(["A", "B"]),
        "process": st.sampled_from(["", "boiler", "kiln"]),
        "stack": st.sampled_from(["", "", "S1", "S2"]),
        "list": st.sampled_from(LISTS),
        "year": st.sampled_from([2022, 2023]),
        "species": st.sampled_from(["nox", "so2"]),
        "emissions_t": st.sampled_from([0.1, 0.2, 0.3, 0.7, 1e6 / 3, None]),
        "generated_t": st.sampled_from([None, 0.9]),
        "activity_rank": st.sampled_from([1.0, 2.0, None]),
        "use": st.sampled_from(["", "", "", "captured", "purchased"]),
        "status": st.sampled_from(["reported", "reported", "NE"]),
        "coverage_share": st.sampled_from([1.0, 1.0, 0.5]),
    }
)
chosen = st.builds(
    Convention,
    factor_sets=st.just(()),
    release_rule=st.sampled_from(RULES),
    species_rules=st.sampled_from([(), *((("so2", rule),) for rule in RULES)]),
)


def table(given_rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows of ``emissions`` with the columns that reconciling reads."""
    rows = pd.DataFrame([{**GROUND, **each} for each in given_rows])
    source = rows["enterprise_id"] + "/" + rows["process"] + "/" + rows["stack"]
    numbers = ["emissions_t", "generated_t", "sent_t", "activity_rank", "factor_rank"]
    names = [f"r{number:03d}" for number in range(len(rows))]
    return rows.assign(source_id=source.str.rstrip("/"), release_id=names).astype(
        dict.fromkeys(numbers, "float64")
    )


def outcome(kept: pd.DataFrame, ledger: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was kept and lost, in the order of the rows' ids; the copy stands in no name."""
    names = ["release_id", "source_id", "list", "emissions_t", "generated_t"]
    losses = ["release_id", "reason", "amount_t"]
    sides = [kept[names].sort_values("release_id"), ledger[losses].sort_values(losses)]
    bare = [
        side.assign(**{
            name: side[name].str.replace(r"#\d+", "", regex=True)
            for name in ("release_id", "source_id") if name in side
        }).reset_index(drop=True)
        for side in sides
    ]  # fmt: skip
    return bare[0], bare[1]


@settings(deadline=None, max_examples=EXAMPLES, derandomize=True)
@given(
    told=st.lists(row, min_size=4, max_size=16),
    convention=chosen,
    order=st.sampled_from([(), ("permit", "cems"), LISTS]),
    seed=st.integers(0, 2**32 - 1),
)
def test_no_order_of_lists_or_rows_moves_a_choice_or_a_total(
    told: list[dict[str, Any]], convention: Convention, order: tuple[str, ...], seed: int
) -> None:
    rows = table(told)
    kept, ledger = reconcile(rows, convention=convention, list_order=order)
    first, sums = outcome(kept, ledger), candidates(kept)
    # Plants do not see each other: many shuffles are many copies of the plants in one call.
    mixed = shuffled(rows, np.random.default_rng(seed))
    again, lost = reconcile(mixed, convention=convention, list_order=order)
    for copy in range(SHUFFLES):
        mine, gone = again[of_copy(again, copy)], lost[of_copy(lost, copy)]
        for one, other in zip(first, outcome(mine, gone), strict=True):
            pd.testing.assert_frame_equal(one, other, check_exact=True)
        pd.testing.assert_frame_equal(sums, candidates(mine), rtol=1e-12, atol=0.0)


def shuffled(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Copies of the rows, each of plants of its own, all in one order that chance gives."""
    copies = [
        rows.assign(enterprise_id=rows["enterprise_id"] + f"#{copy}",
                    source_id=rows["enterprise_id"] + f"#{copy}" + rows["source_id"].str[1:],
                    release_id=rows["release_id"] + f"#{copy}")
        for copy in range(SHUFFLES)
    ]  # fmt: skip
    together = pd.concat(copies, ignore_index=True)
    return together.iloc[rng.permutation(len(together))]


def of_copy(rows: pd.DataFrame, copy: int) -> pd.Series:
    return rows["release_id"].str.endswith(f"#{copy}")


@settings(deadline=None, max_examples=EXAMPLES, derandomize=True)
@given(told=st.lists(row, min_size=1, max_size=14), convention=chosen)
def test_kept_and_ledger_are_everything_that_was_read(
    told: list[dict[str, Any]], convention: Convention
) -> None:
    rows = table(told)
    kept, ledger = reconcile(rows, convention=convention, list_order=("permit",))
    found = closing(candidates(rows), kept, ledger)
    size = found[["candidates_t", "kept_t"]].abs().max(axis=1)
    assert (found["difference_t"].abs() <= 1e-12 * size.clip(lower=1.0)).all()
    assert set(rows["release_id"]) == {*kept["release_id"], *ledger["release_id"]}
    twice = set(kept["release_id"]) & set(ledger["release_id"])
    assert twice == set(ledger.loc[ledger["reason"] == "mean_of_lists", "release_id"])


@settings(deadline=None, max_examples=12, derandomize=True)
@given(told=st.lists(row, min_size=1, max_size=14), convention=chosen)
def test_no_year_moves_a_choice_of_another(
    told: list[dict[str, Any]], convention: Convention
) -> None:
    rows = table(told)
    together = outcome(*reconcile(rows, convention=convention, list_order=()))
    for year in rows["year"].unique():
        names = rows.loc[rows["year"] == year, "release_id"]
        alone = outcome(
            *reconcile(rows[rows["year"] == year], convention=convention, list_order=())
        )
        for one, other in zip(together, alone, strict=True):
            mine = one[one["release_id"].isin(names)].reset_index(drop=True)
            pd.testing.assert_frame_equal(mine, other, check_exact=True, check_dtype=False)


def test_the_order_of_rows_moves_no_digit_of_a_sum() -> None:
    # 0.1 + 0.2 + 0.3 is 0.6000000000000001 from the left and 0.6 from the right
    told = [{"process": "", "stack": "", "activity_rank": 1.0, "list": "a", "emissions_t": amount}
            for amount in (0.3, 0.1, 0.2)]  # fmt: skip
    rows, best = table(told), Convention(factor_sets=())
    sums = {
        float(
            list_groups(rows.iloc[list(order)], convention=best, list_order=())[0]["amount"].sum()
        )
        for order in permutations(range(3))
    }
    assert len(sums) == 1


def test_lists_that_no_order_names_tie_by_name() -> None:
    rows = table(
        [
            {"process": "", "stack": "", "activity_rank": 2.0, "list": name, "emissions_t": amount}
            for name, amount in (("b", 2.0), ("a", 1.0), ("named", 3.0))
        ]
    )
    best = Convention(factor_sets=())
    kept, _ = reconcile(rows, convention=best, list_order=["named"])
    assert kept["list"].tolist() == ["named"]
    kept, _ = reconcile(rows, convention=best, list_order=[])
    assert kept["list"].tolist() == ["a"]


@settings(deadline=None, max_examples=12, derandomize=True)
@given(told=st.lists(row, min_size=2, max_size=12), rule=st.sampled_from(RULES),
       seed=st.integers(0, 2**32 - 1))  # fmt: skip
def test_no_order_moves_which_list_is_taken_whole(
    told: list[dict[str, Any]], rule: str, seed: int
) -> None:
    rows = table(told)
    rows = rows.assign(
        amount_t=rows["emissions_t"], data_rank=rows["activity_rank"], notation="", list_place=9,
        amount_kind=np.where(rows["use"] == "", "generated", "released"), destination="",
    )  # fmt: skip
    taken = taken_whole(rows, rule=rule)
    assert taken.any()
    for _ in range(2):
        order = np.random.default_rng(seed).permutation(len(rows))
        assert taken_whole(rows.iloc[order], rule=rule).sort_index().equals(taken)


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reconciling", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("seed", [1, 2])
def test_by_priority_the_rows_are_those_of_a_rule_applied_group_by_group(
    benchmark: ModuleType, seed: int
) -> None:
    rows = benchmark.releases(3_000, seed)
    kept = benchmark.ours(rows)
    assert 0 < len(kept) < len(rows)
    assert benchmark.digest(kept) == benchmark.digest(benchmark.group_by_group(rows))
