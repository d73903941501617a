"""A calculated part above its whole is refused: the number would be wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import ParkError
from tests.parks import compiled, make_park

COAL = {"amount": 1000, "process": "boiler"}


def factor(species: str, value: float, **more: Any) -> dict[str, Any]:
    return {"parameter": "generation_factor", "species": species, "value": value, "unit": "kg/t",
            **more}  # fmt: skip


def compile_with(folder: Path, **tables: Any) -> Any:
    given = {"activity": [COAL], **tables}
    return compiled(make_park(folder / "p", convention={"factor_sets": ["CN_NDRC24"]}, **given))


@pytest.mark.parametrize(
    ("part", "whole"), [("pm2_5", "pm10"), ("pm10", "pm"), ("pm2_5", "pm"), ("benzene", "voc")]
)
def test_a_part_above_its_whole_is_refused(tmp_path: Path, part: str, whole: str) -> None:
    with pytest.raises(ParkError) as error:
        compile_with(tmp_path, site_factors=[factor(part, 3), factor(whole, 2)])
    assert error.value.code == "part_above_whole"
    text = str(error.value)
    for word in ("A/boiler", "2023", part, whole, "generated_t = 3 t", "(2 t)",
                 "activity.csv 2", "site_factors.csv 2", "site_factors.csv 3"):  # fmt: skip
        assert word in text
    assert "未作计算" in error.value.told("zh")


def test_a_device_that_leaves_more_of_the_part_than_of_the_whole_is_refused(
    tmp_path: Path,
) -> None:
    devices = [{"species": "pm", "removal_share": 0.99}, {"species": "pm10", "removal_share": 0.5}]
    with pytest.raises(ParkError, match=r"emissions_t = 0\.5 t.*abatement\.csv 2.*abatement"):
        compile_with(tmp_path, site_factors=[factor("pm", 2), factor("pm10", 1)],
                     abatement=devices)  # fmt: skip


@pytest.mark.parametrize("value", [2, 1.5])
def test_a_part_up_to_its_whole_stands(tmp_path: Path, value: float) -> None:
    found = compile_with(tmp_path, site_factors=[factor("pm", 2), factor("pm10", value)])
    amounts = found.emissions.set_index("species")["emissions_t"]
    assert amounts["pm10"] == pytest.approx(value)


def test_a_whole_that_lacks_a_fuel_is_no_reason(tmp_path: Path) -> None:
    oil = {"item": "diesel", "amount": 1000}
    site = [factor("pm", 2), factor("pm10", 1), factor("pm10", 5, item="diesel")]
    found = compile_with(tmp_path, activity=[COAL, oil], site_factors=site)
    assert found.emissions.query("species == 'pm10'")["emissions_t"].sum() == pytest.approx(6.0)


def test_sources_are_judged_one_by_one(tmp_path: Path) -> None:
    rows = [COAL, {**COAL, "process": "kiln"}]
    site = [factor("pm", 9, process="boiler"), factor("pm10", 1, process="boiler"),
            factor("pm", 2, process="kiln"), factor("pm10", 3, process="kiln")]  # fmt: skip
    with pytest.raises(ParkError, match="A/kiln: its pm10"):
        compile_with(tmp_path, activity=rows, site_factors=site)
