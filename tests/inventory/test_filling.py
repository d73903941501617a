"""Fill: missing months at the mean of those told, only when asked, and told in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.convention import Convention
from parkkit.core.ledger import closing
from parkkit.inventory.compilation import Inventory, total, totals
from parkkit.inventory.filling import fill_months
from tests.parks import compiled, make_park

Compile = Callable[..., Inventory]
Row = dict[str, Any]
MEAN = "mean_of_months"


@pytest.fixture
def inventory(tmp_path: Path) -> Compile:
    def made(fill: str = MEAN, **tables: Any) -> Inventory:
        return compiled(make_park(tmp_path / "p", **tables), fill=fill)

    return made


def months(*amounts: float | str, **given: Any) -> list[Row]:
    """Return a release row a month; a word is a notation."""
    rows = []
    for month, amount in enumerate(amounts, start=1):
        value = {"amount": "", "notation": amount} if isinstance(amount, str) else {
            "amount": amount}  # fmt: skip
        rows.append({"species": "nox", "process": "boiler", "month": month, **value, **given})
    return rows


def nox(found: Inventory) -> tuple[float, str]:
    row = totals(found).set_index("species").loc["nox"]
    return float(row["amount_t"]), str(row["status"])


def added(found: Inventory) -> list[float]:
    rows = found.emissions[found.emissions["month"].isna()]
    return rows.loc[rows["missing"] == "filled_months", "emissions_t"].tolist()


@pytest.mark.parametrize(
    ("told", "whole", "filled"),
    [
        ([2.0] * 9, 24.0, [6.0]),
        ([1.0, 3.0], 24.0, [20.0]),
        ([2.0] * 8 + ["NO"] * 2, 19.2, [3.2]),
        ([2.0] * 10 + ["NE", "C"], 24.0, [4.0]),
        ([2.0] * 10 + ["IE"], 22.0, [2.0]),
        ([2.0] * 12, 24.0, []),
    ],
    ids=["nine", "two", "NO is a month of nothing", "NE and C are missing", "IE is elsewhere",
         "twelve"],
)  # fmt: skip
def test_missing_months_take_the_mean_of_those_told(
    inventory: Compile, told: list[Any], whole: float, filled: list[float]
) -> None:
    found = inventory(releases=months(*told))
    assert nox(found) == (pytest.approx(whole), "computed")
    assert added(found) == pytest.approx(filled)


def test_without_being_asked_nothing_is_filled(inventory: Compile) -> None:
    found = inventory("none", releases=months(*[2.0] * 9))
    assert nox(found) == (18.0, "partial")
    assert not len(found.ledger)


def test_the_ledger_takes_what_was_added_with_the_other_sign(inventory: Compile) -> None:
    found = inventory(releases=months(*[2.0] * 9))
    told = found.ledger[["stage", "reason", "amount_t", "list", "source_id"]].to_numpy().tolist()
    assert told == [["calculate", "filled_months", -6.0, "permit", "A/boiler"]]
    table = closing(found.candidates, found.emissions, found.ledger)
    assert table["difference_t"].abs().max() == 0


def test_the_months_beside_it_are_whole_and_still_say_how_many_they_were(
    inventory: Compile,
) -> None:
    rows = inventory(releases=months(*[2.0] * 9, "NE")).emissions
    assert rows["status"].tolist().count("reported") == 9
    # The month not estimated is now in the row added.
    silent = rows[rows["status"] == "IE"]
    assert silent[["month", "missing"]].to_numpy().tolist() == [[10, "filled_months"]]
    assert rows["coverage_share"].unique() == pytest.approx([0.75])


@pytest.mark.parametrize("told", [["NO"] * 11, ["NE"] * 11], ids=["NO", "NE"])
def test_with_no_month_in_numbers_there_is_nothing_to_fill_from(
    inventory: Compile, told: list[str]
) -> None:
    found = inventory(releases=months(*told))
    assert not added(found)
    assert pd.isna(total(found, "nox", 2023))


def test_calculated_months_are_filled_gas_by_gas(inventory: Compile) -> None:
    coal = [{"amount": 100, "month": month} for month in range(1, 10)]
    year = [{"amount": 1200}]
    found, whole = inventory(activity=coal), inventory(activity=year)
    for species in ("co2", "n2o", "co2e"):
        assert total(found, species, 2023) == pytest.approx(total(whole, species, 2023))


def test_what_was_generated_is_filled_with_what_was_released(inventory: Compile) -> None:
    made = months(*[20.0] * 9, amount_kind="generated")
    rows = inventory(releases=[*months(*[2.0] * 9), *made]).emissions
    assert rows["generated_t"].sum() == pytest.approx(240.0)


def test_power_bought_month_by_month_is_filled(inventory: Compile) -> None:
    grid = {"process": "power", "process_type": "purchase", "item": "electricity", "unit": "MWh",
            "use": "purchased", "counterpart_id": "grid", "amount": 100}  # fmt: skip
    bought = [{**grid, "month": month} for month in range(1, 7)]
    found = inventory(activity=bought)
    assert total(found, "co2", 2023) == pytest.approx(1200 * 0.4974)


def test_a_list_that_lost_is_not_filled(inventory: Compile) -> None:
    year = {"species": "nox", "process": "boiler", "list": "statistics", "amount": 5}
    found = inventory(releases=[*months(*[2.0] * 9), year])
    assert nox(found) == (5.0, "computed")
    assert not added(found)


AMOUNT = st.integers(min_value=1, max_value=10**6).map(lambda number: number / 8)


@settings(max_examples=25, derandomize=True)
@given(told=st.lists(AMOUNT, min_size=1, max_size=11), data=st.data())
def test_the_year_is_twelve_means_whatever_the_order_of_rows(
    told: list[float], data: st.DataObject
) -> None:
    rows = pd.DataFrame(
        {
            "source_id": "A/boiler", "enterprise_id": "A", "process": "boiler", "item": "",
            "use": "", "counterpart_id": "", "list": "permit", "species": "nox", "medium": "air",
            "is_biogenic": False, "scope": pd.array([pd.NA] * len(told), dtype="Int64"),
            "year": 2023, "month": pd.array(range(1, len(told) + 1), dtype="Int64"),
            "emissions_t": told, "generated_t": float("nan"), "sent_t": float("nan"),
            "coverage_share": len(told) / 12, "status": "partial", "missing": "",
            "activity_rank": 2.0, "factor_set": "", "activity_id": "",
            "release_id": [f"r{m}" for m in told],
        }
    )  # fmt: skip
    turned = rows.iloc[data.draw(st.permutations(range(len(rows))))]
    convention = Convention(factor_sets=(), fill=MEAN)  # type: ignore[arg-type]
    sums = [fill_months(each, convention)[0]["emissions_t"].sum() for each in (rows, turned)]
    assert sums == pytest.approx([sum(told) / len(told) * 12] * 2, rel=1e-12)
