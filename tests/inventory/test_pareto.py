"""The front: no source on it is beaten in both carbon and pollution."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkkit.inventory.pareto import pareto_front

AMOUNTS = st.sampled_from([1, 2, 3, 4, 5, 0, None])
PAIRS = st.lists(
    st.tuples(st.sampled_from([2022, 2023]), AMOUNTS, AMOUNTS), min_size=3, max_size=12
)
Pairs = list[tuple[int, int | None, int | None]]


def sources(pairs: Pairs) -> pd.DataFrame:
    table = pd.DataFrame(pairs, columns=["year", "direct_co2e_t", "equivalents_air"])
    return table.astype({"direct_co2e_t": "float64", "equivalents_air": "float64"})


@pytest.mark.parametrize(
    ("pairs", "front"),
    [
        ([(2023, 90, 10), (2023, 50, 30), (2023, 40, 5)], [True, True, False]),
        ([(2023, 90, 10), (2023, 90, 9)], [True, False]),
        ([(2023, 90, 10), (2023, 80, 10)], [True, False]),
        ([(2023, 90, 10), (2023, 90, 10)], [True, True]),
        ([(2022, 90, 10), (2023, 50, 5), (2023, 40, 7)], [True, True, True]),
        ([(2023, 90, None), (2023, None, 10), (2023, 1, 1)], [False, False, True]),
        ([(2023, 0, 0)], [True]),
        ([], []),
    ],
    ids=["less of both", "as much carbon", "as much pollution", "two alike", "years apart",
         "one side untold", "nothing emitted", "no sources"],
)  # fmt: skip
def test_the_front_by_hand(pairs: Pairs, front: list[bool]) -> None:
    assert pareto_front(sources(pairs)).tolist() == front


def test_another_axis_may_be_asked_for_and_one_nobody_tells_has_no_front() -> None:
    table = sources([(2023, 5, 1), (2023, 4, 2)]).assign(voc_t=[None, 3.0])
    assert pareto_front(table, pollution="voc_t").tolist() == [False, True]
    assert pareto_front(table, pollution="cod_t").tolist() == [False, False]


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_front_does_not_depend_on_the_order(pairs: Pairs, chance: object) -> None:
    table = sources(pairs)
    turned = table.sample(frac=1, random_state=chance.randrange(2**32))  # type: ignore[attr-defined]
    assert pareto_front(turned).sort_index().tolist() == pareto_front(table).tolist()


@given(PAIRS)
def test_who_is_off_the_front_is_beaten_by_one_on_it_and_no_other(pairs: Pairs) -> None:
    table = sources(pairs)
    is_on = pareto_front(table)
    told = table.dropna()
    for row in told.itertuples():
        rivals = told[is_on[told.index] & (told["year"] == row.year)]
        beaten = (
            (rivals["direct_co2e_t"] >= row.direct_co2e_t)
            & (rivals["equivalents_air"] >= row.equivalents_air)
            & ((rivals["direct_co2e_t"] > row.direct_co2e_t)
               | (rivals["equivalents_air"] > row.equivalents_air))
        )  # fmt: skip
        assert is_on[row.Index] == (not beaten.any())
    assert not is_on.drop(told.index).any()


@given(PAIRS)
def test_kilograms_for_tonnes_change_no_front(pairs: Pairs) -> None:
    table = sources(pairs)
    in_kg = table.assign(direct_co2e_t=table["direct_co2e_t"] * 1000)
    assert pareto_front(in_kg).equals(pareto_front(table))
