"""Claims on green power: what they take off, and what they may not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import Inventory, total
from tests.parks import compiled, make_park

Compile = Callable[..., Inventory]
POWER = {"process": "power", "process_type": "purchase", "item": "electricity", "unit": "MWh",
         "use": "purchased", "counterpart_id": "grid", "amount": 100000}  # fmt: skip
GREEN = {"enterprise_id": "A", "year": 2023, "kind": "gec", "amount": 40000, "unit": "MWh",
         "origin": "o"}  # fmt: skip


@pytest.fixture
def inventory(tmp_path: Path) -> Compile:
    """Compile a park of the given tables under some choices."""

    def made(choices: dict[str, Any] | None = None, **tables: Any) -> Inventory:
        return compiled(make_park(tmp_path / "p", **tables), **(choices or {}))

    return made


@pytest.mark.parametrize(
    ("choices", "tonnes"),
    [
        ({"electricity": "location"}, 49740.0),
        ({"electricity": "location", "grid_region": "nation"}, 53060.0),
        ({"electricity": "market"}, 36576.0),
        ({"electricity": "fossil_except_green", "grid_year": 2022}, 49950.0),
    ],
    ids=["by province", "by nation", "market, residual as a proxy", "fossil factor of the notice"],
)  # scope2: 100 000 MWh in Zhejiang in 2023, 40 000 of them with green certificates
def test_bought_power_counts_by_the_method_chosen(
    inventory: Compile, choices: dict[str, Any], tonnes: float
) -> None:
    found = inventory(choices, activity=[POWER], certificates=[GREEN])
    assert total(found, "co2", 2023) == pytest.approx(tonnes, rel=1e-12)


def test_a_claim_is_a_row_of_its_own_and_names_its_certificate(inventory: Compile) -> None:
    rows = inventory({"electricity": "market"}, activity=[POWER], certificates=[GREEN]).emissions
    claim = rows[rows["factor_set"] == "certificate"].iloc[0]
    assert claim["factor_id"] == "certificate/c0001"
    assert claim["emissions_t"] == pytest.approx(-40000 * 0.6096)
    assert claim["scope"] == 2


def test_a_claim_spreads_over_the_months_of_its_year(inventory: Compile) -> None:
    months = [{**POWER, "month": month, "amount": 1000 * month} for month in range(1, 13)]
    found = inventory({"electricity": "market"}, activity=months, certificates=[GREEN])
    rows = found.emissions
    shares = rows[rows["factor_set"] == "certificate"].set_index("month")["emissions_t"]
    assert shares[12] == pytest.approx(12 * shares[1])
    assert total(found, "co2", 2023) == pytest.approx((78000 - 40000) * 0.6096)


def test_a_contract_counts_at_its_own_factor_on_the_market_alone(inventory: Compile) -> None:
    contract = {**GREEN, "kind": "contract", "factor": 0.2}
    tables = {"activity": [POWER], "certificates": [contract]}
    market = inventory({"electricity": "market"}, **tables)
    assert total(market, "co2", 2023) == pytest.approx(60000 * 0.6096 + 40000 * 0.2)
    notice = inventory({"electricity": "fossil_except_green"}, **tables)
    assert total(notice, "co2", 2023) == pytest.approx(100000 * 0.8273)


def test_a_contract_without_a_factor_changes_nothing_and_is_told(inventory: Compile) -> None:
    contract = {**GREEN, "kind": "contract"}
    found = inventory({"electricity": "market"}, activity=[POWER], certificates=[contract])
    assert total(found, "co2", 2023) == pytest.approx(100000 * 0.6096)
    assert "contract_without_factor" in {note.code for note in found.notes}


def test_more_claimed_than_bought_is_refused_with_its_row(inventory: Compile) -> None:
    certificates = [{**GREEN, "amount": 60000}, {**GREEN, "kind": "green_power", "amount": 50000}]
    with pytest.raises(ParkError) as told:
        inventory({"electricity": "market"}, activity=[POWER], certificates=certificates)
    problem = told.value.problems[0]
    assert (problem.code, problem.file, problem.row) == (
        "claims_above_grid_power", "certificates.csv", 2)  # fmt: skip
    assert "110000.0 MWh" in problem.told("en")
    assert "100000.0 MWh" in problem.told("en")


def test_a_claim_does_not_reach_power_a_neighbour_supplies(inventory: Compile) -> None:
    """What a plant of the park sells has its own factor; a certificate is of the grid's power."""
    plants = [{}, {"enterprise_id": "B"}]
    made = {"enterprise_id": "B", "process": "chp", "item": "electricity", "unit": "MWh"}
    rows = [{**POWER, "counterpart_id": "B", "amount": 30000}, {**POWER, "amount": 40000},
            {**made, "use": "self_generated", "amount": 50000},
            {**made, "use": "sold", "counterpart_id": "A", "amount": 30000}]  # fmt: skip
    found = inventory({"electricity": "market", "level": "enterprise"}, enterprises=plants,
                      activity=rows, certificates=[GREEN])  # fmt: skip
    assert total(found, "co2", 2023) == pytest.approx(30000 * 0.6096)


def test_by_location_a_claim_changes_nothing(inventory: Compile) -> None:
    rows = inventory(activity=[POWER], certificates=[GREEN]).emissions
    assert not (rows["factor_set"] == "certificate").any()
