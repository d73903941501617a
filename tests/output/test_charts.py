"""Charts carry what they should, offline, in both languages, and are never empty."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import ipywidgets
import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES, Language
from parkkit.output import charts
from parkkit.output.ledger_charts import said_step
from parkkit.output.theme import Chart

V5 = "application/vnd.vegalite.v5+json"
SQUARE = {
    "type": "Feature",
    "properties": {"boundary_type": "physical", "part": ""},
    "geometry": {
        "type": "Polygon",
        "coordinates": [
            [[121.0, 31.0], [121.1, 31.0], [121.1, 31.1], [121.0, 31.1], [121.0, 31.0]]
        ],
    },
}
FRAMES: dict[str, pd.DataFrame] = {
    "emissions_by_year": pd.DataFrame(
        {"year": [2020, 2020, 2022, 2022], "scope": [1, 2, 1, 2],
         "co2e_t": [30e4, 10e4, 20e4, None]}),
    "emissions_by_plant": pd.DataFrame(
        {"name": ["甲", "乙", "丙", "丁"], "scope": [1, 1, 2, 1], "co2e_t": [5e4, 3e4, 2e4, None]}),
    "species_bars": pd.DataFrame(
        {"species": ["so2", "cod", "pm"], "emissions_t": [2434.9, 0.0123, None],
         "list": ["CEMS", "permit", "permit"]}),
    "membership_matrix": pd.DataFrame(
        {"name": ["甲", "甲", "乙", "乙"], "boundary_type": ["physical", "statistical"] * 2,
         "is_member": [True, True, True, False]}),
    "fused_scatter": pd.DataFrame(
        {"name": ["甲", "乙"], "co2e_t": [5e4, 1e3], "equivalents": [2e5, 10.0],
         "is_co_control_point": [True, False]}),
    "fused_bars": pd.DataFrame(
        {"name": ["甲", "甲", "乙"], "side": ["carbon", "pollution", "carbon"],
         "share": [0.6, 1.0, 0.4]}),
    "decoupling_lines": pd.DataFrame(
        {"year": [2020, 2021] * 3, "series": ["economy"] * 2 + ["co2e"] * 2 + ["so2"] * 2,
         "index": [100, 110, 100, 104, 100, 80.5]}),
    "state_grid": pd.DataFrame(
        {"group": ["全园区"] * 3, "span_end": [2021, 2022, 2023], "state": ["S1", "S8", None]}),
    "tapio_quadrant": pd.DataFrame(
        {"series": ["co2e"], "economy_change": [0.1], "pressure_change": [0.04],
         "state": ["weak_decoupling"], "end": [2021]}),
    "ledger_waterfall": pd.DataFrame(
        {"reason": ["candidates", "outside", "filled_months", "kept"],
         "stage": ["", "boundary", "calculate", ""], "change_t": [None, -50.0, 20.0, None],
         "total_t": [100.0, 50.0, 70.0, 70.0]}),
    "convention_waterfall": pd.DataFrame(
        {"choice": ["start", "level", "gwp", "view;chp", "end"],
         "before": ["", "park", "AR5", "production;energy", ""],
         "after": ["", "enterprise", "AR6", "consumption;exergy", ""],
         "change_t": [None, 30.0, 0.0, -10.0, None],
         "total_t": [100.0, 130.0, 130.0, 120.0, 120.0]}),
    "perimeter_waterfall": pd.DataFrame(
        {"name": ["物理边界", "去掉 2 家", "审批边界"], "kind": ["start", "leaves", "end"],
         "change_t": [None, -50.0, None], "total_t": [100.0, 50.0, 50.0]}),
    "restated_lines": pd.DataFrame(
        {"year": [2020, 2021], "declared_t": [50.0, 90.0], "restated_t": [80.0, 90.0]}),
}  # fmt: skip
VALUES = {"tapio_quadrant": "economy_change", "state_grid": "state", "fused_bars": "share",
          "membership_matrix": "is_member", "decoupling_lines": "index",
          "species_bars": "emissions_t", "ledger_waterfall": "total_t",
          "convention_waterfall": "total_t", "perimeter_waterfall": "total_t",
          "restated_lines": "year"}  # fmt: skip


def drawn(name: str, frame: pd.DataFrame, language: Language = "zh", **more: int) -> Chart:
    draw: Callable[..., Chart] = getattr(charts, name)
    return draw(frame, language=language, title="结论", caption="物理边界", **more)


def mapped(
    plants: pd.DataFrame, polygons: list[dict[str, Any]], language: Language = "zh"
) -> dict[str, Any]:
    return charts.boundary_map(
        polygons, plants, language=language, title="结论", caption="物理边界"
    ).to_dict()


def plants(**columns: list[Any]) -> pd.DataFrame:
    given = {"lon": [121.05, 121.2], "lat": [31.05, 31.05], "name": ["甲", "乙"],
             "role": ["enterprise"] * 2, "is_member": [True, False]}  # fmt: skip
    return pd.DataFrame(given | columns)


def rows(chart: Chart) -> list[dict[str, Any]]:
    """Every row of data in a chart."""
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


def told(chart: Chart) -> set[str]:
    """Every text that a chart writes from its data."""
    return {row["text"] for row in rows(chart) if "text" in row}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FRAMES)
def test_a_chart_has_its_finding_its_caption_and_legible_text(
    name: str, language: Language
) -> None:
    spec = drawn(name, FRAMES[name], language).to_dict()
    assert spec["title"]["text"] == ["结论"]
    assert spec["title"]["subtitle"][0] == "物理边界"
    assert spec["description"].startswith("结论")
    fonts = [v for part in spec["config"].values() if isinstance(part, dict)
             for key, v in part.items() if key.lower().endswith("fontsize")]  # fmt: skip
    assert min(fonts) >= 12


@pytest.mark.parametrize("name", FRAMES)
def test_the_picture_is_at_most_720_pixels_wide_and_the_same_from_call_to_call(name: str) -> None:
    spec = drawn(name, FRAMES[name], "en").to_dict()
    svg, again = (charts.mime_bundle(spec)["image/svg+xml"] for _ in range(2))
    assert svg == again
    assert isinstance(svg, str)
    assert float(svg.split(' width="')[1].split('"')[0]) <= 720


@pytest.mark.parametrize("name", FRAMES)
def test_nothing_is_drawn_empty(name: str) -> None:
    frame = FRAMES[name]
    missing = frame.assign(**{VALUES.get(name, "co2e_t"): None})
    for hollow in (frame.iloc[:0], missing):
        with pytest.raises(ParkError, match="nothing to draw"):
            drawn(name, hollow)


@pytest.mark.parametrize("name", FRAMES)
def test_a_missing_column_is_named(name: str) -> None:
    column = FRAMES[name].columns[0]
    with pytest.raises(ParkError, match=f"{name}, {column}: the column is missing"):
        drawn(name, FRAMES[name].drop(columns=column))


@pytest.mark.parametrize("name", FRAMES)
def test_the_frame_is_left_as_it_was(name: str) -> None:
    before = FRAMES[name].copy()
    drawn(name, FRAMES[name])
    pd.testing.assert_frame_equal(FRAMES[name], before)


def test_a_year_shows_its_total_and_says_where_it_is_partial() -> None:
    chart = drawn("emissions_by_year", FRAMES["emissions_by_year"])
    assert told(chart) == {"40", "20*"}
    spec = json.dumps(chart.to_dict(), ensure_ascii=False)
    assert "温室气体排放量（万t CO₂e）" in spec
    assert '"domain": [2020, 2021, 2022]' in spec  # the year without data keeps its place


def test_memo_rows_without_a_scope_are_not_drawn() -> None:
    frame = pd.DataFrame({"year": [2020, 2020], "scope": [1, None], "co2e_t": [5.0, 9e9]})
    assert told(drawn("emissions_by_year", frame)) == {"5"}


def test_what_is_exported_goes_below_zero() -> None:
    frame = pd.DataFrame({"year": [2020] * 2, "scope": [1, 2], "co2e_t": [-2.0, 5.0]})
    ends = {(row["from"], row["to"]) for row in rows(drawn("emissions_by_year", frame))
            if "from" in row}  # fmt: skip
    assert ends == {(0, -2), (0, 5)}


def test_small_plants_are_folded_into_one_bar_with_their_sum() -> None:
    frame = pd.DataFrame({"name": list("abcdef"), "scope": 1, "co2e_t": [50.0, 20, 10, 10, 5, 5]})
    texts = told(drawn("emissions_by_plant", frame, "en", top=2))
    assert texts == {"a", "b", "4 others together", "50 t, 50%", "20 t, 20%", "30 t, 30%"}


def test_a_plant_that_is_not_computable_is_named_not_drawn() -> None:
    chart = drawn("emissions_by_plant", FRAMES["emissions_by_plant"])
    assert "无法计算而未画出：丁" in chart.to_dict()["title"]["subtitle"]
    assert "丁" not in told(chart)


def test_pollutants_name_their_list_and_their_amount() -> None:
    texts = told(drawn("species_bars", FRAMES["species_bars"], "en"))
    assert texts == {
        "Sulphur dioxide · CEMS", "2.435 kt", "Chemical oxygen demand · permit report", "12.3 kg",
    }  # fmt: skip


def test_only_co_control_points_are_named_and_their_shape_differs() -> None:
    chart = drawn("fused_scatter", FRAMES["fused_scatter"])
    assert told(chart) == {"甲"}
    shapes = [layer["encoding"]["shape"]["scale"]["range"]
              for layer in chart.to_dict()["layer"] if "shape" in layer["encoding"]]  # fmt: skip
    assert shapes == [["diamond", "circle"]]


def test_a_share_that_is_missing_is_not_told_as_zero() -> None:
    texts = told(drawn("fused_bars", FRAMES["fused_bars"]))
    assert {"60%", "100%", "40%", "无法计算"} <= texts
    assert "0%" not in texts


def test_lines_are_named_at_their_ends_and_tell_the_base_year() -> None:
    chart = drawn("decoupling_lines", FRAMES["decoupling_lines"], "en")
    assert told(chart) == {"Economy 110", "Carbon (CO₂e) 104", "Sulphur dioxide 80.5"}
    assert "Index (2020 = 100)" in json.dumps(chart.to_dict())


def test_states_are_written_in_their_tiles() -> None:
    codes = {row["code"] for row in rows(drawn("state_grid", FRAMES["state_grid"]))}
    assert codes == {"S1", "S8", "缺数据"}


def test_a_tapio_point_is_named_with_its_state() -> None:
    texts = told(drawn("tapio_quadrant", FRAMES["tapio_quadrant"]))
    assert texts == {"2021 年：弱脱钩", "0.8", "1.2"}


def test_the_ledger_leads_from_the_candidates_to_what_is_kept() -> None:
    texts = told(drawn("ledger_waterfall", FRAMES["ledger_waterfall"], "en"))
    assert {"100 t CO₂e", "−50 t CO₂e", "+20 t CO₂e", "70 t CO₂e"} <= texts
    assert {"All candidates", "Boundary: outside the boundary", "Kept"} <= texts


def bars(chart: Chart) -> dict[str, tuple[float, float, str]]:
    """Where each bar of a waterfall begins and ends, and what kind it is, by its text."""
    return {row["text"]: (row["from"], row["to"], row["kind"]) for row in rows(chart)
            if "kind" in row}  # fmt: skip


def test_a_bar_begins_where_the_one_before_ends_and_hollow_bars_take_off() -> None:
    chart = drawn("ledger_waterfall", FRAMES["ledger_waterfall"], "en")
    assert bars(chart) == {
        "100 t CO₂e": (0, 100, "end"), "−50 t CO₂e": (100, 50, "out"),
        "+20 t CO₂e": (50, 70, "in"), "70 t CO₂e": (0, 70, "end"),
    }  # fmt: skip
    scales = [layer["encoding"]["color"]["scale"] for layer in chart.to_dict()["layer"]
              if "color" in layer["encoding"]]  # fmt: skip
    assert dict(zip(scales[0]["domain"], scales[0]["range"], strict=True))["out"] == "white"


def test_a_step_between_conventions_is_told_by_its_choice_and_values() -> None:
    chart = drawn("convention_waterfall", FRAMES["convention_waterfall"])
    assert "核算层级：园区层级（扣除内部转移） → 企业层级（不扣除内部转移）" in told(chart)
    assert "核算视角、热电联产分摊方法（合并为一步）" in told(chart)
    subtitle = chart.to_dict()["title"]["subtitle"]
    assert "不影响总量的选择：全球变暖潜势值（GWP）" in subtitle
    assert "横轴不从 0 开始，菱形表示总量" in subtitle


def test_an_axis_that_does_not_begin_at_zero_draws_no_bar_for_a_total() -> None:
    chart = drawn("convention_waterfall", FRAMES["convention_waterfall"])
    assert bars(chart)["100 t CO₂e"] == (100, 100, "end")
    marks = [layer["mark"].get("shape") for layer in chart.to_dict()["layer"]]
    assert "diamond" in marks


def test_factor_sets_are_told_by_what_came_and_went() -> None:
    step = {"choice": "factor_sets", "before": "A,B", "after": "B,C"}
    assert said_step(step, "zh") == "排放因子集（按优先顺序）：新增 C、移除 A"
    assert said_step({**step, "after": "B,A"}, "zh") == "排放因子集（按优先顺序）：顺序调整"


def test_plants_on_whom_boundaries_differ_come_first() -> None:
    spec = drawn("membership_matrix", FRAMES["membership_matrix"]).to_dict()
    assert spec["encoding"]["y"]["scale"]["domain"] == ["乙", "甲"]
    assert spec["encoding"]["fill"]["scale"]["range"] == ["#2f4858", "white"]
    assert spec["encoding"]["shape"]["scale"]["range"] == ["square", "circle"]


def test_who_is_not_listed_in_the_matrix_is_said_to_agree_only_where_it_does() -> None:
    rows = [(name, kind, kind == "physical" or name == "C")
            for name in "ABC" for kind in ("physical", "approved")]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["name", "boundary_type", "is_member"])

    def notes(top: int) -> str:
        spec = charts.membership_matrix(
            frame, language="zh", title="t", caption="c", top=top
        ).to_dict()
        return " ".join(spec["title"]["subtitle"])

    assert "另有 1 家在各边界下归属一致，未列出" in notes(2)
    assert "归属不一的企业未列出" not in notes(2)
    assert "另有 1 家归属不一的企业未列出" in notes(1)
    assert "未列出" not in notes(3)


def test_a_map_does_not_care_how_rings_wind() -> None:
    ring = SQUARE["geometry"]["coordinates"][0]  # type: ignore[index]
    turned = {**SQUARE, "geometry": {"type": "Polygon", "coordinates": [ring[::-1]]}}
    areas = [charts.mime_bundle(mapped(plants(), [shape]))["image/svg+xml"]
             for shape in (SQUARE, turned)]  # fmt: skip
    paths = [str(svg).split('aria-roledescription="geoshape"')[1].split(' d="')[1].split('"')[0]
             for svg in areas]  # fmt: skip
    corners = [set(path.strip("MZ").split("L")) for path in paths]
    assert corners[0] == corners[1]
    assert len(corners[0]) == 4


def test_a_plant_on_the_corner_of_a_polygon_is_drawn_on_that_corner() -> None:
    svg = str(charts.mime_bundle(mapped(plants(lon=[121.1, None], lat=[31.1, None]), [SQUARE]))[
        "image/svg+xml"])  # fmt: skip
    path = svg.split('aria-roledescription="geoshape"')[1].split(' d="')[1].split('"')[0]
    corners = [tuple(map(float, corner.split(","))) for corner in path.strip("MZ").split("L")]
    place = svg.split('aria-roledescription="point"')[1].split("translate(")[1].split(")")[0]
    x, y = map(float, place.split(","))
    assert (max(x for x, _ in corners), min(y for _, y in corners)) == pytest.approx(
        (x, y), abs=0.1
    )


def test_a_map_tells_which_plants_it_does_not_show() -> None:
    spec = mapped(plants(lon=[None, 125.0]), [SQUARE])
    assert spec["title"]["subtitle"][1:] == ["另有 1 家没有坐标；另有 1 家在图幅之外"]


def test_a_map_without_polygons_shows_the_plants_and_without_either_nothing() -> None:
    spec = mapped(plants(), [], "en")
    assert {row["name"] for rows in spec["datasets"].values() for row in rows if "name" in row}
    with pytest.raises(ParkError, match="nothing to draw"):
        mapped(plants(lon=[None, None]), [])


def test_the_bundle_is_version_5_and_stands_without_a_network() -> None:
    bundle = charts.mime_bundle(drawn("state_grid", FRAMES["state_grid"]).to_dict())
    assert set(bundle) == {V5, "image/svg+xml", "text/plain"}
    assert bundle["text/plain"] == "结论\n物理边界"
    spec = bundle[V5]
    assert isinstance(spec, dict)
    assert spec["$schema"].endswith("/vega-lite/v5.json")
    assert spec["usermeta"]["embedOptions"]["actions"]["editor"] is False


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is displayed in the test."""
    seen: list[Any] = []
    monkeypatch.setattr(charts, "display", lambda given, raw=False: seen.append(given))
    return seen


def under_voila(monkeypatch: pytest.MonkeyPatch, *, told: str, own: str) -> None:
    monkeypatch.setenv("VOILA_KERNEL_ID", told)
    monkeypatch.setattr(charts, "get_connection_file", lambda: f"/run/kernel-{own}.json")


def test_a_chart_is_shown_as_it_is(displayed: list[Any]) -> None:
    charts.show(drawn("state_grid", FRAMES["state_grid"]))
    assert [set(bundle) for bundle in displayed] == [{V5, "image/svg+xml", "text/plain"}]


def test_under_voila_a_chart_is_shown_in_an_output_widget(
    displayed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    under_voila(monkeypatch, told="a1", own="a1")
    charts.show(drawn("state_grid", FRAMES["state_grid"]))
    (widget,) = displayed
    assert isinstance(widget, ipywidgets.Output)
    assert V5 in widget.outputs[0]["data"]


def test_a_report_made_from_a_page_of_voila_is_not_under_voila(
    displayed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    under_voila(monkeypatch, told="a1", own="b2")
    charts.show(drawn("state_grid", FRAMES["state_grid"]))
    assert isinstance(displayed[0], dict)


def test_the_renderer_stands_when_charts_is_imported() -> None:
    assert "parkkit.output.charts" in sys.modules
    chart = drawn("state_grid", FRAMES["state_grid"])
    assert V5 in chart._repr_mimebundle_()
