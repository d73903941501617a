"""Correlations: coefficients, p and Holm against numbers worked by hand."""

from __future__ import annotations

from math import asin, pi, prod, sqrt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.correlations import correlations
from parkkit.inventory.significance import correlation_p_value, holm, rank_p_value
from tests.parks import compiled, make_park

CO2, SO2 = [10, 20, 30, 40, 100], [1, 2, 4, 3, 20]
TWO = ["co2", "so2"]


def p_of_five(r: float) -> float:
    """p of a correlation of five pairs: Student's t with three degrees has this closed form."""
    return 1 - 2 / pi * (asin(abs(r)) + abs(r) * sqrt(1 - r * r))


def rows(species: str, amounts: list[Any], **given: Any) -> list[dict[str, Any]]:
    return [{"species": species, "amount": amount, "process": f"p{number}", **given}
            for number, amount in enumerate(amounts)]  # fmt: skip


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    """Five sources with CO2 and SO2, dust all alike, four with NOx, one VOC without a number."""
    given = [
        *rows("co2", CO2), *rows("so2", SO2), *rows("pm", [3] * 5), *rows("nox", [1, 2, 3, 5]),
        *rows("voc", [5, 4, 3, 2, 1]),
    ]  # fmt: skip
    given[-1] = {**given[-1], "amount": "", "notation": "NE"}
    years = [{**row, "year": year, "amount": row["amount"] and float(row["amount"]) * factor}
             for year, factor in zip(range(2019, 2024), (5, 4, 3, 2, 1), strict=True)
             for row in given if row["species"] in TWO]  # fmt: skip
    rest = [row for row in given if row["species"] not in TWO]
    return compiled(make_park(tmp_path_factory.mktemp("parks") / "p", releases=[*years, *rest]))


def only(found: pd.DataFrame) -> dict[str, Any]:
    assert len(found) == 1
    return {str(key): value for key, value in found.iloc[0].items()}


def test_ranks_by_hand(inventory: Inventory) -> None:
    # ranks 1 2 3 4 5 and 1 2 4 3 5: 1 - 6 x (1 + 1) / (5 x 24)
    row = only(correlations(inventory, species=TWO, year=2023))
    assert (row["n"], row["status"]) == (5, "computed")
    assert row["coefficient"] == pytest.approx(0.9)
    # of the 120 orders ten do as well, up or down
    assert row["p_value"] == row["p_adjusted"] == pytest.approx(10 / 120)
    assert not bool(row["is_significant"])


def test_amounts_by_hand(inventory: Inventory) -> None:
    # means 40 and 6; products 150 + 80 + 20 + 0 + 840, squares 5000 and 25 + 16 + 4 + 9 + 196
    row = only(correlations(inventory, species=TWO, year=2023, method="pearson"))
    assert row["coefficient"] == pytest.approx(1090 / sqrt(5000 * 250))
    assert row["p_value"] == pytest.approx(p_of_five(row["coefficient"]))


def test_direct_carbon_is_a_species_here(inventory: Inventory) -> None:
    row = only(correlations(inventory, species=["co2e", "so2"], year=2023))
    assert row["coefficient"] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("species", "n", "reason"),
    [("nox", 4, "fewer_than_five_pairs"), ("pm", 5, "no_spread"),
     ("voc", 4, "fewer_than_five_pairs"), ("lead", 0, "fewer_than_five_pairs")],
    ids=["four pairs", "all alike", "a number is missing", "nobody tells it"],
)  # fmt: skip
def test_what_cannot_be_judged_says_so(
    inventory: Inventory, species: str, n: int, reason: str
) -> None:
    row = only(correlations(inventory, species=["so2", species], year=2023))
    assert (row["n"], row["status"], row["reason"]) == (n, "cannot_judge", reason)
    assert pd.isna([row["coefficient"], row["p_value"], row["is_significant"]]).all()


def test_what_cannot_be_judged_is_no_test_that_holm_counts(inventory: Inventory) -> None:
    found = correlations(inventory, species=[*TWO, "pm", "nox"], year=2023)
    first = found.set_index(["species_a", "species_b"]).loc[("co2", "so2")]
    assert len(found) == 6
    assert first["p_adjusted"] == first["p_value"]


def test_over_years_the_sums_of_the_park_are_compared(inventory: Inventory) -> None:
    row = only(correlations(inventory, species=TWO, over="years", method="pearson"))
    assert (row["n"], row["coefficient"]) == (5, pytest.approx(1.0))
    assert row["p_value"] < 1e-6


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"species": ["so2", "so3x"], "year": 2023}, "unknown species 'so3x'"),
        ({"species": ["so2"], "year": 2023}, "two or more species"),
        ({"species": ["so2", "so2"], "year": 2023}, "each once"),
        ({"species": TWO, "year": 2023, "method": "kendal"}, "unknown method"),
        ({"species": TWO, "over": "plants"}, "unknown over"),
        ({"species": TWO}, "needs a year"),
        ({"species": TWO, "over": "years", "year": 2023}, "takes none"),
        ({"species": TWO, "year": 1999}, "unknown year"),
    ],
)
def test_a_choice_that_will_not_do_is_refused(
    inventory: Inventory, given: dict[str, Any], says: str
) -> None:
    with pytest.raises(ParkError, match=says):
        correlations(inventory, **given)


@pytest.mark.parametrize("r", [0.0, 0.3, -0.3, 0.9, -0.999, 1.0])
def test_p_has_closed_forms_for_few_pairs(r: float) -> None:
    assert correlation_p_value(r, 3) == pytest.approx(1 - 2 / pi * asin(abs(r)), abs=1e-12)
    assert correlation_p_value(r, 4) == pytest.approx(1 - abs(r), abs=1e-12)
    assert correlation_p_value(r, 5) == pytest.approx(p_of_five(r), abs=1e-12)
    # six pairs: 1 - |r| (1 + (1 - r**2) / 2)
    assert correlation_p_value(r, 6) == pytest.approx(1 - abs(r) * (1 + (1 - r * r) / 2), abs=1e-12)


def test_a_tiny_p_stays_one_and_no_rounding_error() -> None:
    # where x is small I(x; m, 1/2) is near x**m / (m B(m, 1/2)); here m is 10
    whole = prod(each / (each - 0.5) for each in range(1, 11))
    left = 1 - 0.999**2
    assert correlation_p_value(0.999, 22) == pytest.approx(left**10 / whole, rel=2e-3)


def test_holm_by_hand() -> None:
    # 0.01 x 4, 0.02 x 3 = 0.06, 0.03 x 2 = 0.06, 0.9 x 1; in whatever order
    given = pd.Series([0.9, 0.02, None, 0.01, 0.03])
    assert holm(given).tolist() == pytest.approx([0.9, 0.06, float("nan"), 0.04, 0.06], nan_ok=True)
    assert holm(pd.Series([0.4, 0.6])).tolist() == pytest.approx([0.8, 0.8])
    assert holm(pd.Series([0.7, 0.8])).max() == 1.0


@pytest.mark.parametrize(
    ("ranks", "p"),
    [([1, 2, 3, 4, 5], 2 / 120), ([2, 1, 3, 4, 5], 10 / 120), ([1, 1, 1, 1, 2], 48 / 120)],
    ids=["perfect", "one swap", "ties"],
)
def test_few_ranks_are_counted_in_every_order(ranks: list[float], p: float) -> None:
    # one swap of neighbours: 4 orders up, 4 down, besides the two perfect ones; the one higher
    # rank at an end: 24 of 120 at each
    steps = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0])
    assert rank_p_value(steps, pd.Series(ranks, dtype="float64")) == pytest.approx(p)


def test_the_inventory_is_left_as_it_was(inventory: Inventory) -> None:
    before = inventory.emissions.copy()
    correlations(inventory, species=TWO, year=2023)
    pd.testing.assert_frame_equal(inventory.emissions, before)


def test_nothing_gives_nothing_to_judge(tmp_path: Path) -> None:
    nothing = compiled(make_park(tmp_path / "p", activity=[]))
    row = only(correlations(nothing, species=TWO, over="years"))
    assert (row["n"], row["status"]) == (0, "cannot_judge")
