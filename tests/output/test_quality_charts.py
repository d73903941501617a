"""The charts of chapter 05: the ten first, filled or hollow, and bars of ranks that sum to one."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES, Language, label
from parkkit.output import charts
from parkkit.output.theme import Chart

WIDTHS = pd.DataFrame(
    {"name": ["烟煤的含碳量", "澜港热电：烟煤", "不知"], "kind": ["factor", "activity", "release"],
     "width_t": [329_600.0, 2_324.0, None], "width_share": [0.545, 0.004, None],
     "half_width_percent": [15.0, 1.5, None]})  # fmt: skip
RANKS = pd.DataFrame(
    {"species": ["co2e"] * 2 + ["voc"] * 2, "name": ["CO₂e"] * 2 + ["VOC"] * 2,
     "band": ["1", "4", "3", "none"], "share": [0.6, 0.4, 0.98, 0.02]})  # fmt: skip
FRAMES = {"width_bars": WIDTHS, "rank_bars": RANKS}


def drawn(name: str, frame: pd.DataFrame, language: Language = "zh") -> Chart:
    chart = getattr(charts, name)(frame, language=language, title="结论", caption="说明")
    assert isinstance(chart, Chart)
    return chart


def rows(chart: Chart) -> list[dict[str, Any]]:
    return [row for values in chart.to_dict()["datasets"].values() for row in values]


def texts(chart: Chart) -> set[str]:
    return {str(row["text"]) for row in rows(chart) if "text" in row}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FRAMES)
def test_a_chart_has_its_finding_and_is_drawn_offline(name: str, language: Language) -> None:
    spec = drawn(name, FRAMES[name], language).to_dict()
    assert spec["title"]["text"] == ["结论"]
    assert "<svg" in str(charts.mime_bundle(spec)["image/svg+xml"])


@pytest.mark.parametrize("name", FRAMES)
def test_nothing_is_drawn_empty(name: str) -> None:
    for frame in (FRAMES[name].iloc[:0], FRAMES[name].assign(width_t=None, share=None)):
        with pytest.raises(ParkError) as caught:
            drawn(name, frame)
        assert caught.value.code == "nothing_to_draw"


@pytest.mark.parametrize("name", FRAMES)
def test_a_missing_column_is_named(name: str) -> None:
    with pytest.raises(ParkError, match=f"{name}, name"):
        drawn(name, FRAMES[name].drop(columns="name"))


@pytest.mark.parametrize("name", FRAMES)
def test_the_frame_is_left_as_it_was(name: str) -> None:
    before = FRAMES[name].copy()
    drawn(name, FRAMES[name])
    pd.testing.assert_frame_equal(FRAMES[name], before)


def test_bars_tell_name_uncertainty_tonnes_and_share_and_leave_out_the_unknown() -> None:
    shown = texts(drawn("width_bars", WIDTHS))
    assert "1. 烟煤的含碳量，现为 ±15%" in shown
    assert "32.96 万t，占 54.5%" in shown
    assert not [text for text in shown if "不知" in text]


def test_factors_are_filled_and_activities_hollow() -> None:
    spec = str(drawn("width_bars", WIDTHS).to_dict())
    names = [label(f"quality_chart.kind.{kind}", "zh") for kind in ("factor", "source")]
    assert f"'domain': {names}, 'range': ['#2f4858', 'white']" in spec


def test_only_the_ten_most_rewarding_are_drawn_and_the_rest_counted() -> None:
    many = pd.DataFrame(
        {"name": [f"n{place:02d}" for place in range(12)], "kind": "factor",
         "width_t": [float(12 - place) for place in range(12)], "width_share": 0.01,
         "half_width_percent": 5.0}).sample(frac=1, random_state=1)  # fmt: skip
    chart = drawn("width_bars", many, "en")
    shown = sorted(text for text in texts(chart) if "now" in text)
    assert len(shown) == 10
    assert "1. n00, now ±5%" in shown
    assert not [text for text in shown if "n10" in text or "n11" in text]
    assert "2 more with less effect are not drawn" in str(chart.to_dict()["title"])


def test_the_parts_of_a_bar_follow_by_rank_and_end_at_the_whole() -> None:
    parts = [row for row in rows(drawn("rank_bars", RANKS)) if "band_name" in row]
    bars = {(row["species"], row["band"]): (row["start"], row["end"]) for row in parts}
    assert bars[("co2e", "1")] == pytest.approx((0, 0.6))
    assert bars[("co2e", "4")] == pytest.approx((0.6, 1))
    assert bars[("voc", "none")] == pytest.approx((0.98, 1))


def test_a_part_is_named_where_it_has_room() -> None:
    parts = {row["part"] for row in rows(drawn("rank_bars", RANKS)) if "middle" in row}
    assert parts == {"1 级 60%", "4 级 40%", "3 级 98%"}
