"""Ledger steps: what each reason took, from every candidate to the headline."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from parkkit.inventory.compilation import total
from parkkit.inventory.ledger_steps import ledger_entries, ledger_steps
from parkkit.park.package import Park
from tests.parks import TRADING_PLANTS as PLANTS
from tests.parks import TRADING_ROWS as ROWS
from tests.parks import compiled, make_park

GRID_2023 = 0.4974  # t/MWh: Zhejiang's average


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Park:
    """Two plants inside that trade power, and one outside."""
    folder = tmp_path_factory.mktemp("park") / "tiny"
    return make_park(folder, enterprises=PLANTS, activity=ROWS)


@pytest.mark.parametrize("species", ["co2e", "co2", "ch4"])
@pytest.mark.parametrize("chosen", [{}, {"level": "enterprise"}, {"scopes": (1,)},
                                    {"gases": "co2", "view": "consumption",
                                     "export_value": "factor"}])  # fmt: skip
def test_the_ledger_leads_from_the_candidates_to_the_headline(
    park: Park, species: str, chosen: dict[str, object]
) -> None:
    inventory = compiled(park, **chosen)
    table = ledger_steps(inventory, year=2023, species=species)
    first, last = table["total_t"].iloc[0], table["total_t"].iloc[-1]
    assert list(table["reason"].iloc[[0, -1]]) == ["candidates", "kept"]
    assert "unexplained" not in set(table["reason"])
    headline = total(inventory, species, 2023)
    assert last == headline or (math.isnan(last) and math.isnan(headline))
    left = 0.0 if math.isnan(last) else last
    assert math.fsum([first, *table["change_t"].dropna()]) == pytest.approx(left, abs=1e-9)


def test_each_step_of_the_ledger_is_what_one_reason_took(park: Park) -> None:
    inventory = compiled(park, level="park", gases="co2")
    table = ledger_steps(inventory, year=2023).set_index("reason")
    # C burns 10 t of coal outside; B's 40 MWh are counted where A burns coal for them.
    assert table.loc["bought_from_member", "change_t"] == pytest.approx(-40 * GRID_2023)
    assert table.loc["bought_from_member", "plant_count"] == 1
    assert table.loc["outside", "entry_count"] == 3  # its CO2, CH4 and N2O
    stages = [stage for stage in table["stage"] if stage]
    assert stages == sorted(stages, key=["boundary", "transfer", "scope"].index)


def test_biogenic_carbon_is_a_step_of_its_own(tmp_path: Path) -> None:
    wood = {"item": "wood_biomass", "amount": 100}
    park = make_park(tmp_path / "p", activity=[{"amount": 100}, wood])
    inventory = compiled(park, gases="co2")
    memo = inventory.emissions.loc[inventory.emissions["scope"].isna(), "emissions_t"].sum()
    table = ledger_steps(inventory, year=2023, species="co2").set_index("reason")
    assert memo > 0
    assert table.loc["biogenic_memo", "change_t"] == pytest.approx(-memo)
    assert "biogenic_memo" in set(ledger_entries(inventory, 2023)["reason"])


def test_a_gas_without_a_gwp_is_told_and_has_no_number(tmp_path: Path) -> None:
    etching = {"species": "nf3", "process": "etching", "amount": 2}
    park = make_park(tmp_path / "p", activity=[{"amount": 100}], releases=[etching])
    assert "no_gwp" not in set(ledger_steps(compiled(park), year=2023)["reason"])
    table = ledger_steps(compiled(park, gwp="SAR"), year=2023).set_index("reason")
    assert table.loc["no_gwp", "entry_count"] == 1
    assert math.isnan(table.loc["no_gwp", "change_t"])


def test_what_no_stage_explains_is_never_hidden(park: Park) -> None:
    inventory = compiled(park)
    more = inventory.candidates.iloc[:1].assign(species="co2", candidates_t=2.0)
    odd = replace(inventory, candidates=pd.concat([inventory.candidates, more]))
    table = ledger_steps(odd, year=2023).set_index("reason")
    assert table.loc["unexplained", "change_t"] == pytest.approx(-2.0)
