"""Forms by hand: stock of earlier years is told once, and no total is too small unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from parkkit.inventory.compilation import totals
from parkkit.inventory.waste import waste
from parkkit.park.checking import errors
from parkkit.park.package import open_park
from tests.park.test_forms import MANY, codes, imported, refused, releases
from tests.parks import compiled

STATISTICS, PERMIT = "env_statistics", "permit_report"
TOP = [["指标名称", "计量单位", "本年实际"]]


def indicator(name: str, amount: object, unit: str = "吨") -> list[object]:
    return [name, unit, amount]


# --- waste of earlier years -----------------------------------------------------------------

MADE, USED = "一般工业固体废物产生量", "一般工业固体废物综合利用量"
DISPOSED, STORED = "一般工业固体废物处置量", "一般工业固体废物贮存量"
PARTS = ["其中：综合利用往年贮存量", "其中:综合利用往年贮存量", "其中综合利用往年贮存量",
         "　其中：利用往年贮存量", "其中：往年贮存量", "其中：一般工业固体废物综合利用往年贮存量",
         "一般工业固体废物综合利用往年贮存量"]  # fmt: skip


def waste_form(part: str, amount: object = 20, unit: str = "吨") -> list[list[object]]:
    return [*TOP, indicator(MADE, 100), indicator(USED, 80), indicator(part, amount, unit),
            indicator(DISPOSED, 40), indicator(STORED, 0)]  # fmt: skip


def amounts(park: Path) -> dict[tuple[str, str], float]:
    rows = open_park(park).releases
    return {(row.species.split("_")[0], row.destination): row.amount for row in rows.itertuples()}


@pytest.mark.parametrize("part", PARTS)
def test_what_came_from_stock_is_no_waste_of_the_year(tmp_path: Path, part: str) -> None:
    park, found = imported(tmp_path, waste_form(part), STATISTICS)
    assert codes(found) == []
    assert amounts(park) == {
        ("general", ""): 100, ("general", "used"): 60, ("general", "used_from_stock"): 20,
        ("general", "disposed"): 40, ("general", "stored"): 0,
    }  # fmt: skip
    row = waste(compiled(open_park(park), factor_sets=())).iloc[0]
    # 80 / (100 + 20): 60 of the year and 20 of stock; 100 = 60 + 0 + 40
    assert row["utilisation_share"] == pytest.approx(80 / 120)
    assert (row["balance_t"], row["status"]) == (0, "computed")


def test_stock_is_taken_off_in_the_unit_of_the_whole(tmp_path: Path) -> None:
    park, _ = imported(tmp_path, waste_form(PARTS[0], 20_000, "千克"), STATISTICS)
    assert amounts(park)["general", "used"] == 60


def test_more_used_than_generated_is_no_fault_where_it_came_from_stock(tmp_path: Path) -> None:
    cells = [*TOP, indicator(MADE, 100), indicator(USED, 120), indicator(PARTS[0], 20)]
    park, _ = imported(tmp_path, cells, STATISTICS)
    row = waste(compiled(open_park(park), factor_sets=())).iloc[0]
    assert (row["utilisation_share"], row["balance_t"]) == (1, 0)


def test_a_part_is_of_the_row_above_it(tmp_path: Path) -> None:
    hazardous = [
        indicator("危险废物产生量", 30), indicator("危险废物综合利用量", 9),
        indicator("其中：综合利用往年贮存量", 4), indicator("危险废物处置量", 30),
        indicator("其中：处置往年贮存量", 5),
    ]  # fmt: skip
    cells = [*waste_form(PARTS[0])[:-2], indicator(DISPOSED, 40), indicator("其中：往年贮存量", 1),
             *hazardous]  # fmt: skip
    park, _ = imported(tmp_path, cells, STATISTICS)
    found = amounts(park)
    assert [found["general", name] for name in ("used", "disposed")] == [60, 39]
    assert [found["general", f"{name}_from_stock"] for name in ("used", "disposed")] == [20, 1]
    assert [found["hazardous", name] for name in ("used", "disposed")] == [5, 25]
    assert [found["hazardous", f"{name}_from_stock"] for name in ("used", "disposed")] == [4, 5]


def test_a_part_in_a_panel_is_of_its_own_panel(tmp_path: Path) -> None:
    right = [indicator("危险废物产生量", 30), indicator("危险废物综合利用量", 9),
             indicator(PARTS[0], 4)]  # fmt: skip
    left = waste_form(PARTS[0])[1:4]
    cells = [TOP[0] * 2, *([*one, *two] for one, two in zip(left, right, strict=True))]
    park, _ = imported(tmp_path, cells, STATISTICS)
    found = amounts(park)
    assert (found["general", "used"], found["hazardous", "used"]) == (60, 5)


def test_a_part_in_a_column_is_of_the_column_before_it(tmp_path: Path) -> None:
    heads = [f"{name}（吨）" for name in (MADE, USED, PARTS[0], DISPOSED)]
    cells = [["统一社会信用代码", "年份", *heads], ["91330000SYN000001A", 2023, 100, 80, 20, 40]]
    park, _ = imported(tmp_path, cells, STATISTICS, **MANY)
    assert amounts(park)["general", "used"] == 60


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (waste_form(PARTS[0], 81), "form_stock_above"),
        (waste_form(PARTS[5], 81), "form_stock_above"),
        ([*TOP, indicator(MADE, 100), indicator(PARTS[0], 20)], "form_part_without_whole"),
        ([*TOP, indicator(DISPOSED, 100), indicator(PARTS[0], 20)], "form_part_without_whole"),
    ],
    ids=["above its whole", "above, by its full name", "below no whole", "below another whole"],
)
def test_a_part_that_cannot_be_is_an_error_of_the_form(
    tmp_path: Path, cells: Sequence[Sequence[object]], code: str
) -> None:
    error = refused(tmp_path, cells, STATISTICS)
    assert [each.code for each in errors(error.problems)] == [code]


# --- outlets and the plant's total ----------------------------------------------------------

OUTLETS = [["排放口编号", "污染物", "一季度", "二季度", "三季度", "四季度", "全年合计", "单位"]]
WHOLE = ["DA001", "二氧化硫", 1, 2, 3, 4, "", "吨"]
SHORT = ["DA002", "二氧化硫", 1, 2, 3, "", "", "吨"]


def stated(total: object, name: str = "二氧化硫", unit: str = "吨") -> list[object]:
    return ["全厂合计", name, "", "", "", "", total, unit]


def so2(park: Path) -> tuple[float, str]:
    row = totals(compiled(open_park(park), factor_sets=())).set_index("species").loc["so2"]
    return float(row["amount_t"]), str(row["status"])


REMAINDERS = [
    # 18 - 10: the three quarters of DA002 and the one it does not tell
    ([WHOLE, SHORT, stated(18)], 8.0),
    # in kilograms, and by another name of the same
    ([WHOLE, SHORT, stated(18_000, unit="千克")], 8000.0),
    ([WHOLE, SHORT, stated(18, name="SO2")], 8.0),
    # general outlets stand in the total only
    ([WHOLE, stated(12)], 2.0),
]


@pytest.mark.parametrize(("rows", "rest"), REMAINDERS)
def test_the_plants_total_tells_what_its_outlets_do_not(
    tmp_path: Path, rows: list[list[object]], rest: float
) -> None:
    park, found = imported(tmp_path, [*OUTLETS, *rows], PERMIT)
    assert [(row[0], row[4]) for row in releases(park)] == [("DA001", 10), ("", rest)]
    total = 12 if rest == 2 else 18
    assert so2(park) == (pytest.approx(total), "computed")
    assert "form_plant_remainder" in codes(found)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        # nobody tells the fourth quarter
        ([WHOLE, SHORT], "form_quarters_missing"),
        # 15 is less than 10 and the 6 of three quarters
        ([WHOLE, SHORT, stated(15)], "form_plant_total_differs"),
        # an outlet is named and nothing told of it
        ([WHOLE, ["DA002", "二氧化硫", "", "", "", "", "—", "吨"]], "form_no_amount"),
        # the plant's quarters are more than its outlet, and not all
        ([WHOLE, ["全厂合计", "二氧化硫", 5, 5, 5, "", "", "吨"]], "form_quarters_missing"),
    ],
)
def test_what_nobody_knows_of_an_outlet_makes_the_total_partial(
    tmp_path: Path, rows: list[list[object]], told: str
) -> None:
    park, found = imported(tmp_path, [*OUTLETS, *rows], PERMIT)
    assert so2(park) == (10, "partial")
    assert told in codes(found)
    assert open_park(park).releases["notation"].tolist() == ["", "NE"]


def test_a_total_that_agrees_with_its_outlets_adds_nothing(tmp_path: Path) -> None:
    blank = ["DA002", "二氧化硫", "", "", "", "", "", "吨"]
    for number, rows in enumerate([[WHOLE, stated(10.05)], [WHOLE, blank, stated(10)]]):
        folder = tmp_path / str(number)
        folder.mkdir()
        park, found = imported(folder, [*OUTLETS, *rows], PERMIT)
        assert [row[0] for row in releases(park)] == ["DA001"]
        assert (so2(park), codes(found)) == ((10, "computed"), [])


def test_months_beside_the_rest_of_the_plant_are_summed(tmp_path: Path) -> None:
    top = [["排放口编号", "污染物", "时段", "实际排放量（吨）"]]
    months = [["DA001", "二氧化硫", f"{month}月", 1] for month in range(1, 13)]
    plant = ["全厂合计", "二氧化硫", "全年", 15]
    park, _ = imported(tmp_path, [*top, *months, plant], PERMIT)
    assert [(row[0], row[4]) for row in releases(park)] == [("DA001", 12), ("", 3)]
    assert so2(park) == (15, "computed")
    # eleven months make no year: the total holds the outlet
    (tmp_path / "2").mkdir()
    park, _ = imported(tmp_path / "2", [*top, *months[:11], plant], PERMIT)
    assert so2(park) == (15, "computed")


def test_quarters_in_different_units_make_one_year(tmp_path: Path) -> None:
    top = [["排放口编号", "污染物", "时段", "实际排放量", "单位"]]
    rows = [["DA001", "二氧化硫", f"第{word}季度", amount, unit]
            for word, amount, unit in zip("一二三四", (1, 1, 1, 1000), ("吨",) * 3 + ("千克",),
                                          strict=True)]  # fmt: skip
    park, _ = imported(tmp_path, [*top, *rows], PERMIT)
    assert so2(park) == (4, "computed")


def test_the_two_media_of_a_metal_have_totals_of_their_own(tmp_path: Path) -> None:
    top = [["排放口编号", "类别", "污染物", "全年合计", "单位"]]
    rows = [["DA001", "", "铅", 1, "吨"], ["DW001", "", "铅", 2, "吨"],
            ["全厂合计", "废气", "铅", 4, "吨"]]  # fmt: skip
    park, _ = imported(tmp_path, [*top, *rows], PERMIT, treatment_plant="outside")
    assert [row[:5] for row in releases(park)] == [
        ["DA001", "lead", "air", "environment", 1], ["", "lead", "air", "environment", 3],
        ["DW001", "lead", "water", "treatment_plant", 2],
    ]  # fmt: skip
