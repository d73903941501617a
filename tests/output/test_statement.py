"""The method statement says what shapes the figures, and only that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parkkit.core.convention import Convention
from parkkit.core.labels import LANGUAGES, Language, label
from parkkit.inventory.compilation import Inventory, compile_inventory
from parkkit.output.statement import method_statement, unused_choices
from tests.parks import box, compiled, make_park

COAL = {"amount": 1000}
POWER = {"process": "office", "process_type": "purchase", "item": "electricity", "unit": "MWh",
         "use": "purchased", "amount": 100, "counterpart_id": "grid"}  # fmt: skip
CLAIM = {"enterprise_id": "A", "year": 2023, "kind": "green_power", "amount": 60, "unit": "MWh",
         "origin": "o"}  # fmt: skip


def said(inventory: Inventory, language: Language = "zh") -> dict[str, str]:
    return dict(method_statement(inventory, language))


@pytest.fixture
def claimed(tmp_path: Path) -> Any:
    """A park of which one plant has a green certificate for 60 of its 100 MWh."""
    return make_park(tmp_path / "p", activity=[COAL, POWER], certificates=[CLAIM])


def test_by_market_the_statement_tells_claims_and_the_proxy(claimed: Any) -> None:
    told = said(compiled(claimed, electricity="market"))
    # 60 MWh x 0.6096 t/MWh
    assert told["绿电凭证与合同"] == "2023 年 1 份，外购电力排放 −36.58 t CO₂e"
    assert "不是剩余电力组合因子" in told["外购电力因子"]
    assert "1 个来自绿电凭证" in told["因子核对情况"]


def test_by_location_no_claim_is_told(claimed: Any) -> None:
    told = said(compiled(claimed))
    assert "绿电凭证与合同" not in told
    assert "来自绿电凭证" not in told["因子核对情况"]
    assert "电网平均因子" in told["外购电力因子"]


def test_the_rules_of_single_species_are_told_where_there_are_any(claimed: Any) -> None:
    assert "个别物质的取值规则" not in said(compiled(claimed))
    rules = (("co2", "largest"), ("pm", "mean"))
    told = said(compiled(claimed, species_rules=rules))
    assert told["个别物质的取值规则"] == "二氧化碳：取最大值，颗粒物：取平均值"
    english = said(compiled(claimed, species_rules=rules), "en")["Rules of single species"]
    assert english.startswith("Carbon dioxide: Largest value, ")


@pytest.mark.parametrize(("part", "told"), [("东\n区", "东 区"), ("", None)])
def test_the_statement_names_the_part_of_the_park(
    tmp_path: Path, part: str, told: str | None
) -> None:
    shapes = [box(), box(part="东\n区")]
    park = make_park(tmp_path / "p", activity=[COAL], boundaries=shapes)
    inventory = compile_inventory(
        park, boundary_type="physical", part=part, convention=park.about.convention
    )
    assert said(inventory).get("园中园") == told
    assert said(inventory)["边界"] == "物理边界"


def test_without_certificates_market_accounting_says_none(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", activity=[COAL, POWER])
    told = said(compiled(park, electricity="market"))
    assert told["绿电凭证与合同"] == label("statement.claims_none", "zh")


def test_memos_are_named_where_there_are_any(tmp_path: Path) -> None:
    wood = {"item": "wood_biomass", "amount": 100}
    plain = make_park(tmp_path / "plain", activity=[COAL])
    green = make_park(tmp_path / "green", activity=[COAL, wood])
    assert said(compiled(plain))["备忘项"].startswith("无")
    assert said(compiled(green))["备忘项"] == "单列于总量之外、不作抵减：生物成因二氧化碳。"


@pytest.mark.parametrize(
    ("choices", "unused"),
    [
        ({}, {"export_value", "chp"}),
        ({"view": "consumption"}, set()),
        ({"view": "consumption", "export_value": "factor"}, {"chp"}),
        ({"view": "consumption", "scopes": (2,)}, {"export_value", "chp"}),
        ({"electricity": "market"}, {"export_value", "chp", "grid_region"}),
        ({"gases": "co2"}, {"export_value", "chp", "gwp"}),
        ({"scopes": (1,)}, {"export_value", "chp", "electricity", "grid_region", "grid_year"}),
    ],
)
def test_what_shapes_nothing_is_known(choices: dict[str, Any], unused: set[str]) -> None:
    assert set(unused_choices(Convention(factor_sets=(), **choices))) == unused


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_choice_that_shapes_nothing_is_not_said(claimed: Any, language: Language) -> None:
    told = said(compiled(claimed, scopes=(1,)), language)
    assert label("convention.chp", language) not in told
    assert label("statement.power", language) not in told
    assert label("convention.level", language) in told
