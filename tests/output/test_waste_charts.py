"""The chart of waste: every part named, nothing drawn empty, readable without colour."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES, Language
from parkkit.output import charts
from parkkit.output.waste_charts import FILLS

FATES = pd.DataFrame(
    {"species": ["general_solid_waste"] * 3 + ["hazardous_waste"],
     "fate": ["disposed", "used", "stored", "sent"], "amount_t": [10.0, 85.0, 5.0, 20.0],
     "share": [0.10, 0.85, 0.05, 1.0], "is_partial": [False, False, False, True]}
)  # fmt: skip


def drawn(frame: pd.DataFrame = FATES, language: Language = "zh") -> dict[str, Any]:
    chart = charts.waste_bars(frame, language=language, title="结论", caption="物理边界")
    return chart.to_dict()


def texts(spec: dict[str, Any]) -> set[str]:
    rows = [row for rows in spec["datasets"].values() for row in rows]
    return {row.get("text", row.get("part")) for row in rows} - {None, ""}


def test_every_part_is_named_in_the_bar_or_below_it() -> None:
    told = texts(drawn())
    assert {"综合利用 85%", "转移 100%"} <= told
    assert "贮存 5%、处置 10%" in told


def test_each_bar_tells_its_kind_and_amount_and_marks_what_is_partial() -> None:
    spec = drawn()
    assert {"一般工业固体废物：各去向合计 100 t", "危险废物：各去向合计 20 t*"} <= texts(spec)
    assert "缺少部分数据" in spec["description"]
    whole = drawn(FATES.assign(is_partial=False))
    assert "缺少部分数据" not in whole["description"]


def test_the_parts_of_a_bar_follow_each_other_to_the_whole() -> None:
    rows = [row for rows in drawn()["datasets"].values() for row in rows if "start" in row]
    general = [row for row in rows if row["species"] == "general_solid_waste" and "name" in row]
    assert [row["fate"] for row in general] == ["used", "stored", "disposed"]
    assert [round(row["start"], 9) for row in general] == [0, 0.85, 0.9]
    assert general[-1]["end"] == pytest.approx(1)


def test_fills_differ_in_lightness_from_the_next() -> None:
    def lightness(color: str) -> float:
        red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    levels = [lightness(color) for color in FILLS.values()]
    assert all(abs(a - b) > 25 for a, b in zip(levels, levels[1:], strict=False))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_has_its_finding_its_caption_and_fits_the_page(language: Language) -> None:
    spec = drawn(language=language)
    assert spec["title"]["text"] == ["结论"]
    assert spec["title"]["subtitle"][0] == "物理边界"
    svg, again = (charts.mime_bundle(spec)["image/svg+xml"] for _ in range(2))
    assert svg == again
    assert float(str(svg).split(' width="')[1].split('"')[0]) <= 720


@pytest.mark.parametrize("frame", [FATES.iloc[:0], FATES.assign(amount_t=None)])
def test_nothing_is_drawn_empty(frame: pd.DataFrame) -> None:
    with pytest.raises(ParkError, match="nothing to draw"):
        drawn(frame)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ParkError, match="waste_bars, fate: the column is missing"):
        drawn(FATES.drop(columns="fate"))


def test_the_frame_is_left_as_it_was() -> None:
    before = FATES.copy()
    drawn()
    pd.testing.assert_frame_equal(FATES, before)
