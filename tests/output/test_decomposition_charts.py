"""Why and along which way: effects add up, paths and lines are told apart without colour."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES
from parkkit.output import charts

EFFECTS = pd.DataFrame(
    {"effect": ["opened", "closed", "scale", "energy_intensity", "total"],
     "amount": [10.0, 0.0, 30.0, -60.0, -20.0], "start": 2020, "end": 2023, "before": 100.0,
     "after": 80.0}
)  # fmt: skip
PATHS = pd.DataFrame(
    {"group": ["whole"] * 3 + ["26 Chemicals"] * 3 + ["44 Power"] * 3,
     "end": [2020, 2021, 2022] * 3,
     "economy_change": [0.0, 0.1, 0.3, 0.0, 0.05, 0.1, 0.0, -0.1, 0.2],
     "pressure_change": [0.0, 0.05, -0.2, 0.0, 0.3, 0.4, 0.0, -0.1, -0.3]}
)  # fmt: skip
LINES = pd.DataFrame(
    {"group": ["whole"] * 6, "year": [2020, 2021] * 3,
     "series": ["economy", "economy", "carbon", "carbon", "equivalents", "equivalents"],
     "index": [100.0, 120.0, 100.0, 90.0, 100.0, None]}
)  # fmt: skip


def spec(draw: Any, frame: pd.DataFrame, language: Any = "zh") -> dict[str, Any]:
    drawn: dict[str, Any] = draw(
        frame, language=language, title="结论", caption="物理边界"
    ).to_dict()
    return drawn


def rows(drawn: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for each in drawn["datasets"].values() for row in each]


def test_each_effect_begins_where_the_one_before_it_ended() -> None:
    bars = [row for row in rows(spec(charts.effects_waterfall, EFFECTS)) if "kind" in row]
    assert [(bar["from"], bar["to"]) for bar in bars] == [
        (0, 100), (100, 110), (110, 140), (140, 80), (0, 80)
    ]  # fmt: skip


def test_an_effect_of_nothing_is_not_drawn_and_a_falling_one_is_hollow() -> None:
    drawn = rows(spec(charts.effects_waterfall, EFFECTS, "en"))
    told = [row["text"] for row in drawn if "kind" not in row]
    assert told == ["Total of 2020", "opened", "scale", "energy intensity", "Total of 2023"]
    assert [row["kind"] for row in drawn if "kind" in row] == ["end", "in", "in", "out", "end"]


def test_a_decomposition_with_a_gap_is_not_drawn() -> None:
    gap = EFFECTS.assign(amount=[10.0, 0.0, None, -60.0, -20.0])
    with pytest.raises(ParkError) as caught:
        spec(charts.effects_waterfall, gap)
    assert caught.value.code == "nothing_to_draw"


def test_the_whole_tells_each_year_of_its_path_and_an_industry_its_last() -> None:
    drawn = spec(charts.tapio_paths, PATHS)
    texts = {row["text"] for row in rows(drawn) if "text" in row and "slope" not in row}
    assert {"2021", "2022", "26 2022", "44 2022"} <= texts
    assert "26 2021" not in texts


def scales(drawn: Any, channel: str) -> list[list[Any]]:
    """The ranges of the scales that a channel has anywhere in a chart."""
    if isinstance(drawn, list):
        return [found for value in drawn for found in scales(value, channel)]
    if not isinstance(drawn, dict):
        return []
    own = drawn.get(channel)
    found = [own["scale"]["range"]] if isinstance(own, dict) and "scale" in own else []
    return found + [each for value in drawn.values() for each in scales(value, channel)]


@pytest.mark.parametrize(
    ("draw", "frame", "channel"),
    [(charts.tapio_paths, PATHS, "strokeDash"), (charts.tapio_paths, PATHS, "shape"),
     (charts.industry_multiples, LINES, "strokeDash")],
)  # fmt: skip
def test_lines_and_points_differ_without_colour(draw: Any, frame: Any, channel: str) -> None:
    (values,) = scales(spec(draw, frame), channel)
    assert len({str(value) for value in values}) == len(values) == 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("draw", "frame"),
    [(charts.effects_waterfall, EFFECTS), (charts.tapio_paths, PATHS),
     (charts.industry_multiples, LINES)],
)  # fmt: skip
def test_a_picture_is_drawn_offline_in_both_languages(draw: Any, frame: Any, language: Any) -> None:
    assert "<svg" in str(charts.mime_bundle(spec(draw, frame, language))["image/svg+xml"])
