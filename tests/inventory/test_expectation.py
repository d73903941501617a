"""Expectation: the carbon of a fossil fuel is missing where no factor tells it, never nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.compilation import totals
from tests.parks import compiled, make_park

# Their soot, methane or nitrous oxide have factors, and their carbon has none in any set.
WITHOUT_CARBON = ["raw_coal", "producer_gas", "middlings", "coke_gas", "water_gas",
                  "pressure_coal_gas", "catalytic_oil_gas", "thermal_oil_gas"]  # fmt: skip
OFFICE = {"process": "office", "process_type": "purchase", "item": "electricity", "unit": "MWh",
          "use": "purchased", "counterpart_id": "grid", "amount": 1}  # fmt: skip
NARROW = ("CN_NDRC24", "CN_GRID")


def burnt(folder: Path, item: str, **more: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Burn 100 of an item beside bought power; return its rows, and the totals by species."""
    unit = vocabulary("items").set_index("item")["base_unit"][item]
    fuel = {"process": "fire", "process_type": "", "item": item, "unit": unit, "amount": 100}
    tables = {name: rows for name, rows in more.items() if name == "factors"}
    choices = {name: value for name, value in more.items() if name not in tables}
    found = compiled(make_park(folder / "p", activity=[fuel, OFFICE], **tables), **choices)
    return found.emissions[found.emissions["item"] == item], totals(found).set_index("species")


@pytest.mark.parametrize("sets", [NARROW, (*NARROW, "IPCC2006"), (*NARROW, "CN_CENSUS2")])
@pytest.mark.parametrize("item", WITHOUT_CARBON)
def test_carbon_without_a_factor_is_missing_whatever_else_has_one(
    tmp_path: Path, item: str, sets: tuple[str, ...]
) -> None:
    rows, summed = burnt(tmp_path, item, factor_sets=sets)
    [row] = rows[rows["species"] == "co2"].to_dict("records")
    assert (row["status"], row["missing"]) == ("not_computable", "factor")
    assert summed["status"]["co2"] == summed["status"]["co2e"] == "partial"


def test_other_species_that_have_a_factor_keep_their_numbers(tmp_path: Path) -> None:
    rows, _ = burnt(tmp_path, "producer_gas", factor_sets=(*NARROW, "IPCC2006"))
    known = rows[rows["species"] != "co2"]
    assert set(known["species"]) == {"ch4", "n2o"}
    assert set(known["status"]) == {"computed"} or set(known["missing"]) == {"ncv"}


@pytest.mark.parametrize("item", ["hydrogen", "biogas", "landfill_gas"])
def test_no_carbon_and_that_of_biomass_is_not_asked_for(tmp_path: Path, item: str) -> None:
    rows, summed = burnt(tmp_path, item, factor_sets=NARROW)
    assert "co2" not in set(rows["species"])
    assert summed["status"]["co2"] == "computed"


def test_a_factor_of_the_park_s_own_is_enough(tmp_path: Path) -> None:
    own = {"item": "raw_coal", "value": 2}
    rows, summed = burnt(tmp_path, "raw_coal", factor_sets=("OWN", *NARROW), factors=[own])
    [row] = rows[rows["species"] == "co2"].to_dict("records")
    assert (row["status"], row["emissions_t"]) == ("computed", 200.0)
    assert summed["status"]["co2"] == "computed"


def test_feeding_it_in_asks_for_its_carbon_too(tmp_path: Path) -> None:
    fed = {"process": "gasifier", "process_type": "", "item": "raw_coal", "use": "feedstock",
           "amount": 10}  # fmt: skip
    rows = compiled(make_park(tmp_path / "p", activity=[fed])).emissions
    assert rows[["species", "status"]].values.tolist() == [["co2", "not_computable"]]
