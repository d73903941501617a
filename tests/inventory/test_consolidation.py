"""Consolidate: who is in, what members give each other, which scopes, which view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.ledger import closing
from parkkit.inventory import compilation
from parkkit.inventory.compilation import Inventory, compile_inventory, total, totals
from parkkit.park.package import Park
from tests.parks import OUTSIDE, box, compiled, make_park

PLANTS = [{"enterprise_id": "A"}, {"enterprise_id": "B"}, {"enterprise_id": "C", **OUTSIDE}]
COAL = {"amount": 10000}


def steam(plant: str, use: str, other: str, amount: float = 1000) -> dict[str, Any]:
    return {"enterprise_id": plant, "process": "steam", "process_type": "purchase",
            "item": "heat", "unit": "GJ", "use": use, "counterpart_id": other,
            "amount": amount}  # fmt: skip


def cod(plant: str, amount: float, **given: Any) -> dict[str, Any]:
    return {"enterprise_id": plant, "species": "cod", "medium": "water", "amount": amount, **given}


SENT = {"destination": "treatment_plant"}
# A makes steam for B (a member) and C (not one); A and C send COD to B, which releases some.
TABLES: dict[str, Any] = {
    "enterprises": PLANTS,
    "activity": [
        COAL, steam("A", "sold", "B"), steam("A", "sold", "C", 500),
        steam("B", "purchased", "A"), steam("C", "purchased", "A", 500),
        steam("B", "purchased", "outside", 100),
    ],
    "releases": [
        cod("A", 8, counterpart_id="B", **SENT), cod("C", 4, counterpart_id="B", **SENT),
        cod("B", 3),
    ],
}  # fmt: skip


@pytest.fixture
def park(tmp_path: Path) -> Park:
    return make_park(tmp_path / "p", **TABLES)


def reason_t(found: Inventory, species: str) -> dict[str, float]:
    rows = found.ledger[found.ledger["species"] == species]
    return dict(rows.groupby("reason")["amount_t"].sum())


def carbon_of_coal() -> float:
    return 10000 * 19.57 * 0.0261 * 0.93 * 44 / 12


def test_steam_from_a_member_is_netted_at_park_level(park: Park) -> None:
    found = compiled(park)
    assert total(found, "co2", 2023) == pytest.approx(carbon_of_coal() + 11.0)
    assert reason_t(found, "co2") == {"bought_from_member": 110.0, "outside": 55.0}


def test_the_enterprise_level_is_gross(park: Park) -> None:
    found = compiled(park, level="enterprise")
    assert total(found, "co2", 2023) == pytest.approx(carbon_of_coal() + 121.0)
    assert "bought_from_member" not in reason_t(found, "co2")


def test_park_level_is_enterprise_level_less_internal_transfers(park: Park) -> None:
    whole, gross = compiled(park), compiled(park, level="enterprise")
    assert total(whole, "co2", 2023) == pytest.approx(
        total(gross, "co2", 2023) - reason_t(whole, "co2")["bought_from_member"], rel=1e-12
    )


def test_what_a_plant_that_left_sells_is_bought_from_outside(tmp_path: Path) -> None:
    years = (2022, 2023)
    boundaries = [box(valid_to=2022), box(valid_from=2023, edges=(120.04, 30.0, 120.1, 30.1))]
    plants = [{"enterprise_id": "A", "lon": 120.02}, {"enterprise_id": "B"}]
    rows = [{**row, "year": year} for year in years
            for row in (COAL, steam("A", "sold", "B"), steam("B", "purchased", "A"))]  # fmt: skip
    left = make_park(tmp_path / "p", boundaries=boundaries, enterprises=plants, activity=rows)
    found = compiled(left, gases="co2")
    assert total(found, "co2", 2022) == pytest.approx(carbon_of_coal())
    assert total(found, "co2", 2023) == pytest.approx(1000 * 0.11)
    consumed = compiled(left, gases="co2", view="consumption", export_value="factor")
    assert total(consumed, "co2", 2022) == pytest.approx(carbon_of_coal())
    assert total(consumed, "co2", 2023) == pytest.approx(1000 * 0.11)


def test_an_unknown_amount_sent_to_a_member_is_no_gap(tmp_path: Path) -> None:
    sent = cod("A", 0, counterpart_id="B", **SENT) | {"amount": "", "notation": "NE"}
    found = compiled(make_park(tmp_path / "p", enterprises=PLANTS, releases=[sent, cod("B", 3)]))
    row = totals(found).set_index("species").loc["cod"]
    assert (row["amount_t"], row["status"]) == (3.0, "computed")


@pytest.mark.parametrize("level", ["park", "enterprise"])
def test_cod_sent_to_a_member_is_counted_once_at_its_outlet(park: Park, level: str) -> None:
    found = compiled(park, level=level)
    assert total(found, "cod", 2023) == 3.0
    assert reason_t(found, "cod") == {"sent_to_member": 8.0, "outside": 4.0}


def test_without_the_transfer_the_cod_would_count_twice(
    park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keep_all(rows: pd.DataFrame, *_: object, **__: object) -> tuple[pd.DataFrame, pd.DataFrame]:
        return rows, pd.DataFrame()

    monkeypatch.setattr(compilation, "net_transfers", keep_all)
    assert total(compiled(park), "cod", 2023) == 11.0


def test_cod_sent_to_a_plant_outside_is_released_elsewhere(tmp_path: Path) -> None:
    lists = [cod("A", 8, counterpart_id="C", **SENT), cod("A", 2)]
    found = compiled(make_park(tmp_path / "p", enterprises=PLANTS, releases=lists))
    assert total(found, "cod", 2023) == 2.0
    assert reason_t(found, "cod") == {"released_elsewhere": 8.0}


def test_power_bought_from_the_grid_is_not_netted_against_what_was_sold_to_it(
    tmp_path: Path,
) -> None:
    power = {"process": "power", "process_type": "purchase", "item": "electricity",
             "unit": "MWh", "counterpart_id": "grid", "amount": 1000}  # fmt: skip
    rows = [{**power, "use": "sold"}, {**power, "enterprise_id": "B", "use": "purchased"}]
    found = compiled(make_park(tmp_path / "p", enterprises=PLANTS, activity=rows))
    assert total(found, "co2", 2023) == pytest.approx(497.4)


# --- scopes, gases, views --------------------------------------------------------------------


def test_scope_one_alone_leaves_what_is_bought_to_the_ledger(park: Park) -> None:
    found = compiled(park, scopes=(1,))
    assert total(found, "co2", 2023) == pytest.approx(carbon_of_coal())
    assert reason_t(found, "co2")["scope_not_counted"] == pytest.approx(11.0)
    assert total(found, "cod", 2023) == 3.0


def test_co2_alone_leaves_the_other_gases_to_the_ledger(park: Park) -> None:
    found = compiled(park, gases="co2")
    assert pd.isna(total(found, "ch4", 2023))
    assert total(found, "co2e", 2023) == total(found, "co2", 2023)
    every = compiled(park)
    assert reason_t(found, "ch4") == {"gas_not_counted": pytest.approx(total(every, "ch4", 2023))}


def test_the_consumption_view_takes_exported_energy_off(park: Park) -> None:
    choices = {"view": "consumption", "export_value": "factor"}
    found, made = compiled(park, **choices), compiled(park)
    # 500 GJ to C, valued at 0.11; what goes to the member B stays
    assert total(found, "co2", 2023) == pytest.approx(total(made, "co2", 2023) - 55.0)
    row = found.emissions[found.emissions["use"] == "sold"].iloc[0]
    assert (row["emissions_t"], row["scope"], row["co2e_t"]) == (-55.0, 1, -55.0)
    assert reason_t(found, "co2")["exported_energy"] == pytest.approx(55.0)


def test_without_scope_one_nothing_is_taken_off_it(park: Park) -> None:
    found = compiled(park, view="consumption", export_value="factor", scopes=(2,))
    assert total(found, "co2", 2023) == pytest.approx(11.0)


def test_an_export_nobody_can_value_is_not_computable(park: Park) -> None:
    sets = tuple(name for name in park.about.convention.factor_sets if name != "CN_HEAT")
    found = compiled(park, view="consumption", export_value="factor", factor_sets=sets)
    row = found.emissions[found.emissions["use"] == "sold"].iloc[0]
    assert (row["species"], row["status"], row["missing"]) == ("co2", "not_computable", "factor")
    assert pd.isna(row["emissions_t"])


@pytest.mark.parametrize(
    ("gwp", "ch4", "n2o"),
    [("SAR", 21, 310), ("AR4", 25, 298), ("AR5", 28, 265), ("AR6", 27.9, 273)],
)
def test_the_gwp_is_that_of_the_report(park: Park, gwp: str, ch4: float, n2o: float) -> None:
    found = compiled(park, gwp=gwp)
    parts = [total(found, name, 2023) for name in ("co2", "ch4", "n2o")]
    expected = parts[0] + ch4 * parts[1] + n2o * parts[2]
    assert total(found, "co2e", 2023) == pytest.approx(expected)


@pytest.mark.parametrize(
    "choices",
    [
        {}, {"level": "enterprise"}, {"scopes": (1,)}, {"gases": "co2"},
        {"view": "consumption", "export_value": "factor"}, {"release_rule": "priority"},
    ],
    ids=str,
)  # fmt: skip
def test_kept_and_ledger_are_all_candidates_under_every_choice(
    park: Park, choices: dict[str, Any]
) -> None:
    found = compiled(park, **choices)
    table = closing(found.candidates, found.emissions, found.ledger)
    assert table["difference_t"].abs().max() < 1e-9


def test_an_inventory_that_does_not_close_is_not_handed_out(
    park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = compilation.cut

    def careless(rows: pd.DataFrame, membership: pd.DataFrame) -> Any:
        kept, _ = real(rows, membership)
        return kept, pd.DataFrame()

    monkeypatch.setattr(compilation, "cut", careless)
    with pytest.raises(ValueError, match="the ledger does not close"):
        compiled(park)


# --- parks that lack something ---------------------------------------------------------------


@pytest.mark.parametrize(
    "tables",
    [
        {"activity": [COAL]},
        {"releases": [cod("A", 3)]},
        {"activity": [{"notation": "NE"}]},
        {"releases": [cod("A", 3, species="臭气浓度")]},
        {"activity": []},
        {"activity": [], "enterprises": []},
    ],
    ids=["only activity", "only releases", "only a notation", "only unknown", "empty", "nobody"],
)
def test_a_park_that_lacks_tables_compiles_and_invents_nothing(
    tmp_path: Path, tables: dict[str, Any]
) -> None:
    park = make_park(tmp_path / "p", boundaries=[], about={"default_boundary": "statistical"},
                     **tables)  # fmt: skip
    for choices in ({}, {"view": "consumption", "export_value": "factor"}):
        found = compiled(park, boundary_type="statistical", **choices)
        table = compilation.totals(found)
        assert not (table["amount_t"] == 0).any()
        assert pd.isna(total(found, "nox", 2023))


def test_the_park_is_not_changed_by_compiling_it(park: Park) -> None:
    tables = ("activity", "releases", "enterprises", "site_factors", "abatement", "boundaries")
    before = {name: getattr(park, name).copy() for name in tables}
    convention = replace(park.about.convention, view="consumption", export_value="factor")
    compile_inventory(park, boundary_type="physical", convention=convention)
    for name in tables:
        pd.testing.assert_frame_equal(getattr(park, name), before[name])
