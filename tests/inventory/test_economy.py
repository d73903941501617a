"""The economy: what members add in value, never mixed, never smaller for want of a number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.inventory.economy import economy_series
from tests.parks import make_park

PLANTS = [{}, {"enterprise_id": "B", "industry_code": "4412"}]
INSIDE = pd.DataFrame({"enterprise_id": ["A", "B"], "year": 2023, "is_member": True})
INDUSTRY = {"enterprise_id": "", "industry_code": "44", "amount": 7}


def amounts(
    folder: Path, *economy: dict[str, Any], members: pd.DataFrame = INSIDE, **given: Any
) -> dict[str, float]:
    """What each group adds, in 万元."""
    tables = {"enterprises": PLANTS, "economy": list(economy), "releases": [{"amount": 1}]}
    park = make_park(folder / "p", **tables, **given)
    table = economy_series(park, members).set_index("group")
    return (table["amount"] / 1e4).to_dict()


def b(**given: Any) -> dict[str, Any]:
    return {"enterprise_id": "B", **given}


def test_the_park_is_the_sum_of_its_industries(tmp_path: Path) -> None:
    assert amounts(tmp_path, {"amount": 1}, b(amount=2)) == {"26": 1, "44": 2, "park": 3}


def test_a_member_without_its_year_leaves_the_sum_missing(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", enterprises=PLANTS, releases=[{"amount": 1}],
                     economy=[{"amount": 1}, b(amount=2, year=2022)])  # fmt: skip
    table = economy_series(park, INSIDE).set_index("group")
    assert table["missing"].to_dict() == {"26": "", "44": "B", "park": "B"}
    assert pd.isna(table.loc["park", "amount"])


def test_prices_of_two_years_are_never_added(tmp_path: Path) -> None:
    found = amounts(tmp_path, {"amount": 1}, b(amount=2, price_year=""))
    assert found["26"] == 1
    assert pd.isna(found["park"])


@pytest.mark.parametrize(("base", "value"), [(2020, 1.0), (2015, 1.2)])
def test_of_a_value_in_two_price_bases_the_parks_own_counts(
    tmp_path: Path, base: int, value: float
) -> None:
    two = [{"amount": 1, "price_year": 2020}, {"amount": 1.2, "price_year": 2015}]
    found = amounts(tmp_path, *two, about={"price_base_year": base})
    assert found["park"] == value


def test_measures_are_never_mixed(tmp_path: Path) -> None:
    found = amounts(tmp_path, {"amount": 1}, b(amount=9, measure="gross_output"))
    assert found == {"26": 1, "park": 1}


def test_an_industry_stands_for_plants_that_do_not_report(tmp_path: Path) -> None:
    assert amounts(tmp_path, {"amount": 1}, INDUSTRY) == {"26": 1, "44": 7, "park": 8}


def test_an_industry_is_not_added_to_its_own_plants(tmp_path: Path) -> None:
    assert amounts(tmp_path, {"amount": 1}, b(amount=2), INDUSTRY)["park"] == 3


def test_of_industries_inside_each_other_the_widest_counts(tmp_path: Path) -> None:
    inner = {**INDUSTRY, "industry_code": "4412", "amount": 5}
    assert amounts(tmp_path, INDUSTRY, inner)["park"] == 7


def test_an_industry_without_a_member_is_outside(tmp_path: Path) -> None:
    without_b = INSIDE.assign(is_member=[True, False])
    assert amounts(tmp_path, {"amount": 1}, INDUSTRY, members=without_b) == {"26": 1, "park": 1}


def test_an_industry_that_no_plant_names_counts(tmp_path: Path) -> None:
    unnamed = {**INDUSTRY, "industry_code": "30"}
    assert amounts(tmp_path, {"amount": 1}, unnamed)["park"] == 8
