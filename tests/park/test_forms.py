"""Forms: statutory returns in their own layout join a park's tables, or nothing is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import CO2E, total
from parkkit.park.checking import errors
from parkkit.park.forms import Imported, import_form
from parkkit.park.package import check_park, open_park
from tests.parks import compiled, write_park

Cells = Sequence[Sequence[object]]
PLANTS = [
    {"enterprise_id": "A", "name_zh": "甲厂", "credit_code": "91330000SYN000001A"},
    {"enterprise_id": "B", "name_zh": "乙厂", "credit_code": "91330000SYN000002B",
     "former_names": "乙化工厂"},
    {"enterprise_id": "W", "name_zh": "污水厂", "credit_code": "91330000SYN000003C",
     "role": "wastewater"},
]  # fmt: skip

# The layout of 205-1: a title, a header of two lines, a line of column marks, and a note.
ENERGY_TOP: Cells = [
    ["能源购进、消费与库存"],
    ["统一社会信用代码：91330000SYN000001A", "", "", "2023年"],
    ["能源名称", "计量单位", "代码", "年初库存量", "购进量", "", "消费量", "", "", "", "",
     "期末库存量", "采用折标系数", "参考折标系数"],
    ["", "", "", "", "实物量", "金额（千元）", "合计", "1.工业生产消费", "#用于原材料",
     "2.非工业生产消费", "合计中：运输工具消费", "", "", ""],
    ["甲", "乙", "丙", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "丁"],
]  # fmt: skip
RAW = ["原　煤", "吨", "01", 10, 1000, 900, 960, 950, "", 10, "", 50, 0.7143, 0.7143]
COAL = ["3.一般烟煤", "吨", "04", 10, 1000, 900, 960, 950, "", 10, "", 50, 0.7143, 0.7143]
GAS = [
    "天然气（气态）",
    "万立方米",
    15,
    "—",
    "１,２００",
    "",
    1200,
    1200,
    200,
    "",
    "",
    "-",
    13.3,
    13.3,
]
DIESEL = ["柴油", "吨", 19, 1, 20, "", 20, 15, "", 5, 12, 1, 1.4571, ""]
POWER = ["电力", "万千瓦时", 33, "", 100, "", 100, 100, "", "", "", "", 1.229, ""]
HEAT = ["热力", "百万千焦", 32, "", 5000, "", 5000, 5000, "", "", "", "", 0.0341, ""]
# 685.728 + 15960 + 29.142 + 122.9 + 170.5
TOTAL = ["能源合计", "吨标准煤", 40, "", "", "", 16968.27, 16968.27, "", "", "", "", "", ""]
NOTE = ["单位负责人：", "", "", "填表人："]
ENERGY: Cells = [*ENERGY_TOP, RAW, COAL, GAS, [], DIESEL, HEAT, POWER, TOTAL, NOTE]

PERMIT: Cells = [
    ["排污许可证执行报告（年报）"],
    ["排放口编号", "污染物种类", "许可排放量（吨）", "实际排放量（吨）", "", "", "", ""],
    ["", "", "", "一季度", "二季度", "三季度", "四季度", "年度合计"],
    ["DA001", "二氧化硫", 20, 1, 2, 3, 4.5, 10.5],
    ["DA001", "氮氧化物", 20, 5, 5, 5, 6, ""],
    ["DA002", "颗粒物", "/", 1, 1, "", 1, ""],
    ["DA002", "汞及其化合物", "/", "", "", "", "", 0.001],
    ["全厂合计", "二氧化硫", 20, "", "", "", "", 10.5],
    ["全厂合计", "VOCs", 1, "", "", "", "", 2],
]
STATISTICS: Cells = [
    ["工业企业污染排放及处理利用情况"],
    ["指标名称", "计量单位", "代码", "本年实际", "指标名称", "计量单位", "代码", "本年实际"],
    ["甲", "乙", "丙", 1, "甲", "乙", "丙", 1],
    ["取水量", "万吨", 1, 12, "二氧化硫产生量", "吨", 30, 40],
    ["重复用水量", "立方米", 2, 5000, "二氧化硫排放量", "吨", 31, 4],
    ["化学需氧量产生量", "吨", 3, 90, "烟（粉）尘排放量", "千克", 32, 1500],
    ["化学需氧量排放量", "吨", 4, 30, "一般工业固体废物产生量", "万吨", 40, 2],
    ["其中：化学需氧量排入污水处理厂量", "吨", 5, 28,
     "一般工业固体废物综合利用量", "万吨", 41, 1.8],
    ["化学需氧量直接排放量", "吨", 6, 2,
     "其中：一般工业固体废物综合利用往年贮存量", "万吨", 42, 0.1],
    ["工业废水排放量", "万吨", 7, 9, "一般工业固体废物贮存量", "万吨", 43, 0.3],
    ["氨氮排放量", "吨", 8, 3, "危险废物产生量", "吨", 50, 20],
    ["月光产生量", "吨", 9, 1, "危险废物送持证单位量", "吨", 51, 20],
    ["废水中铅排放量", "千克", 10, 7, "铅排放量", "千克", 52, 6],
]  # fmt: skip


def table_text(cells: Cells) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(cells)
    return text.getvalue()


def form_file(folder: Path, cells: Cells, name: str = "form.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in cells:
            book.active.append(list(row))
        book.save(path)
    else:
        path.write_bytes(table_text(cells).encode(encoding))
    return path


def park_folder(folder: Path, **tables: Any) -> Path:
    rows = {"enterprises": PLANTS, "activity": [], **tables}
    return write_park(folder / "park", **rows)


def imported(folder: Path, cells: Cells, form: str, **given: Any) -> tuple[Path, Imported]:
    park = folder / "park" if (folder / "park").exists() else park_folder(folder)
    file = form_file(folder, cells, given.pop("name", "form.csv"), given.pop("encoding", "utf-8"))
    return park, import_form(file, park, form=form, **{**ONE, **given})


ONE = {"enterprise_id": "A", "year": 2023}
MANY = {"enterprise_id": "", "year": None}


def codes(found: Imported) -> list[str]:
    return sorted(problem.code for problem in found.problems if problem.code.startswith("form")
                  or problem.code == "stock_does_not_close")  # fmt: skip


def refused(folder: Path, cells: Cells, form: str, **given: Any) -> ParkError:
    """The error of an import, which left the park as it was."""
    park = folder / "park" if (folder / "park").exists() else park_folder(folder)
    before = {path.name: path.read_bytes() for path in park.iterdir()}
    with pytest.raises(ParkError) as error:
        imported(folder, cells, form, **given)
    assert {path.name: path.read_bytes() for path in park.iterdir()} == before
    assert error.value.told("zh")
    return error.value


def uses(park: Path) -> dict[tuple[str, str], tuple[float, str]]:
    rows = open_park(park).activity
    return {(row.item, row.use): (row.amount, row.unit) for row in rows.itertuples()}


# --- energy: form 205-1 ---------------------------------------------------------------------

BURNT = {
    ("bituminous", "fuel_combustion"): (960.0, "吨"),
    ("natural_gas", "fuel_combustion"): (1000.0, "万立方米"),
    ("natural_gas", "feedstock"): (200.0, "万立方米"),
    ("diesel", "fuel_combustion"): (8.0, "吨"),
    ("diesel", "transport_own"): (12.0, "吨"),
    ("heat", "purchased"): (5000.0, "GJ"),
    ("electricity", "purchased"): (100.0, "万千瓦时"),
}


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("form.csv", "utf-8"), ("form.csv", "utf-8-sig"), ("form.csv", "gb18030"),
     ("form.xlsx", "")],
    ids=["UTF-8", "byte-order mark", "GB18030", "Excel"],
)  # fmt: skip
def test_consumption_is_burnt_but_for_material_and_vehicles(
    tmp_path: Path, name: str, encoding: str
) -> None:
    park, found = imported(tmp_path, ENERGY, "energy_205_1", name=name, encoding=encoding)
    assert uses(park) == BURNT
    assert codes(found) == [
        "form_feedstock",
        "form_note",
        "form_seller_assumed",
        "form_seller_assumed",
    ]


def test_rows_say_where_they_are_from(tmp_path: Path) -> None:
    park, _ = imported(tmp_path, ENERGY, "energy_205_1")
    opened = open_park(park)
    row = opened.activity[opened.activity["item"] == "bituminous"].iloc[0]
    assert row["activity_id"] == "energy_205_1-A-2023-7-fuel_combustion"
    assert (row["process"], row["data_rank"], row["year"]) == ("全厂（能源统计）", 2.0, 2023)
    source = opened.sources.set_index("origin").loc[row["origin"]]
    assert row["origin"] == "energy_return"
    assert source["title"] == "能源购进、消费与库存（205-1 表）"


def test_power_is_of_the_grid_and_heat_from_outside(tmp_path: Path) -> None:
    park, _ = imported(tmp_path, ENERGY, "energy_205_1")
    rows = open_park(park).activity.set_index("item")["counterpart_id"]
    assert (rows["electricity"], rows["heat"]) == ("grid", "outside")


def test_the_imported_park_compiles_to_the_total_by_hand(tmp_path: Path) -> None:
    """20 t of diesel: 0.042652 TJ/t x 20.2 tC/TJ x 0.98 x 44/12 is 3.0959096 t/t."""
    park, _ = imported(tmp_path, [*ENERGY_TOP, DIESEL], "energy_205_1")
    inventory = compiled(open_park(park), gases="co2")
    rows = inventory.emissions[inventory.emissions["species"] == "co2"]
    tonnes = rows.set_index("use")["emissions_t"]
    assert set(rows["use"]) == {"fuel_combustion", "transport_own"}
    # Burnt here or in vehicles, 20 t of diesel are 20 t of diesel.
    assert total(inventory, "co2", 2023) == pytest.approx(61.918193, rel=1e-8)
    assert tonnes["fuel_combustion"] / tonnes["transport_own"] == pytest.approx(8 / 12)
    assert total(inventory, CO2E, 2023) == pytest.approx(61.918193, rel=1e-8)


def test_importing_leaves_no_new_error_in_the_park(tmp_path: Path) -> None:
    park = park_folder(tmp_path)
    before = errors(check_park(park))
    imported(tmp_path, ENERGY, "energy_205_1")
    assert errors(check_park(park)) == before == ()


def test_a_form_is_not_imported_twice(tmp_path: Path) -> None:
    imported(tmp_path, ENERGY, "energy_205_1")
    error = refused(tmp_path, ENERGY, "energy_205_1")
    first = error.problems[0]
    assert "form_imported_already" in {problem.code for problem in error.problems}
    assert (first.file, first.row) == ("form.csv", 7)
    assert "stands in activity.csv, row 2" in first.told()


def test_a_form_with_a_row_more_is_known_all_the_same(tmp_path: Path) -> None:
    imported(tmp_path, ENERGY, "energy_205_1")
    error = refused(tmp_path, [["标题"], *ENERGY], "energy_205_1")
    assert {"form_counts_twice"} <= {problem.code for problem in error.problems}


def test_rows_the_park_has_already_are_not_counted_twice(tmp_path: Path) -> None:
    park_folder(tmp_path, activity=[{"item": "diesel", "amount": 3, "process_type": "boiler"}])
    error = refused(tmp_path, [*ENERGY_TOP, DIESEL], "energy_205_1")
    assert [problem.code for problem in errors(error.problems)] == ["form_counts_twice"]
    assert "activity.csv, row 2" in error.told("en")


def test_another_use_of_the_same_item_is_a_warning(tmp_path: Path) -> None:
    other = {"item": "bituminous", "use": "feedstock", "amount": 3, "process_type": "boiler"}
    park_folder(tmp_path, activity=[other])
    _, found = imported(tmp_path, [*ENERGY_TOP, COAL], "energy_205_1")
    assert "form_item_stands" in codes(found)


def test_raw_coal_counts_where_its_kinds_are_not_told(tmp_path: Path) -> None:
    park, _ = imported(tmp_path, [*ENERGY_TOP, RAW], "energy_205_1")
    assert uses(park) == {("raw_coal", "fuel_combustion"): (960.0, "吨")}


def test_raw_coal_that_is_not_the_sum_of_its_kinds_is_refused(tmp_path: Path) -> None:
    less = ["一般烟煤", "吨", "04", 0, 300, "", 300, 300, "", "", "", 0, 0.7, ""]
    error = refused(tmp_path, [*ENERGY_TOP, RAW, less], "energy_205_1")
    assert [problem.code for problem in error.problems] == ["form_does_not_add_up"]
    assert "960 is not the sum 300 of its parts (一般烟煤)" in error.told("en")


def changed(row: Sequence[object], **cells: object) -> list[object]:
    places = {"unit": 1, "purchased": 4, "consumed": 6, "industrial": 7, "feedstock": 8,
              "elsewhere": 9, "transport": 10, "closing": 11, "coefficient": 12,
              "name": 0}  # fmt: skip
    made = list(row)
    for name, cell in cells.items():
        made[places[name]] = cell
    return made


WRONG = [
    (
        changed(DIESEL, unit="万立方米"),
        "column '计量单位': unit '万立方米' measures something else.*t, TJ",
    ),
    (changed(DIESEL, unit="桶"), "unknown unit '桶'"),
    (changed(DIESEL, unit=""), "'柴油' has no unit"),
    (changed(DIESEL, industrial="很多"), "column '消费量1.工业生产消费': '很多' is not a number"),
    (changed(DIESEL, industrial=-3, consumed=""), "-3 is below 0"),
    (changed(DIESEL, consumed=50), "the total 50 is not the sum 20 of its parts"),
    (changed(DIESEL, feedstock=19), "raw material and vehicles together, 31, are above"),
]


@pytest.mark.parametrize(("row", "told"), WRONG)
def test_a_wrong_row_is_told_and_nothing_is_written(
    tmp_path: Path, row: list[object], told: str
) -> None:
    with pytest.raises(ParkError, match=f"form.csv, row 6, .*{told}"):
        imported(tmp_path, [*ENERGY_TOP, row], "energy_205_1")
    refused(tmp_path, [*ENERGY_TOP, row], "energy_205_1")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    rows = [changed(DIESEL, unit="桶"), changed(COAL, industrial="x")]
    error = refused(tmp_path, [*ENERGY_TOP, *rows], "energy_205_1")
    assert {(each.row, each.code) for each in error.problems} >= {(6, "unknown"),
                                                                 (7, "not_a_number")}  # fmt: skip


def test_a_row_twice_is_refused_with_the_first(tmp_path: Path) -> None:
    error = refused(tmp_path, [*ENERGY_TOP, DIESEL, COAL, DIESEL], "energy_205_1")
    assert [(each.code, each.row) for each in error.problems] == [("form_row_twice", 8)]
    assert "'柴油' stands already in row 6" in error.told("en")


TOLD = [
    (changed(DIESEL, name="月光"), "form_unknown_row"),
    (changed(DIESEL, name="润滑油"), "form_no_item"),
    (changed(DIESEL, name="余热余压"), "form_no_emission"),
    (changed(DIESEL, closing=5), "stock_does_not_close"),
    (changed(DIESEL, consumed="", industrial="", elsewhere="", transport=""), "form_not_consumed"),
    (changed(POWER, purchased=""), "form_not_purchased"),
    (changed(DIESEL, name="洗精煤"), "form_perhaps_converted"),
]


@pytest.mark.parametrize(("row", "code"), TOLD, ids=[code for _, code in TOLD])
def test_what_is_not_taken_or_is_doubtful_is_told(
    tmp_path: Path, row: list[object], code: str
) -> None:
    _, found = imported(tmp_path, [*ENERGY_TOP, COAL, row], "energy_205_1")
    told = [each for each in found.problems if each.code == code]
    assert [(each.file, each.row) for each in told] == [("form.csv", 7)]
    assert told[0].told("zh")


def test_a_stock_difference_within_one_percent_is_not_told(tmp_path: Path) -> None:
    _, found = imported(tmp_path, [*ENERGY_TOP, changed(DIESEL, closing=1.2)], "energy_205_1")
    assert codes(found) == []


def test_a_column_that_nobody_knows_is_told(tmp_path: Path) -> None:
    cells = [["能源名称", "计量单位", "工业生产消费量", "星光"], ["柴油", "吨", 3, 4]]
    _, found = imported(tmp_path, cells, "energy_205_1")
    told = next(each for each in found.problems if each.code == "form_unknown_column")
    assert (told.row, told.column) == (1, "星光")


def test_two_columns_of_one_meaning_are_refused(tmp_path: Path) -> None:
    cells = [["能源名称", "计量单位", "工业生产消费量", "工业生产消费"], ["柴油", "吨", 3, 4]]
    assert refused(tmp_path, cells, "energy_205_1").problems[0].code == "form_column_twice"


def test_a_total_that_is_not_the_sum_by_coefficients_is_told(tmp_path: Path) -> None:
    rows = [DIESEL, ["能源合计", "吨标准煤", 40, "", "", "", 99, 99, "", "", "", "", "", ""]]
    _, found = imported(tmp_path, [*ENERGY_TOP, *rows], "energy_205_1")
    told = next(each for each in found.problems if each.code == "form_total_differs")
    assert (told.row, told.values["total"]) == (7, "29.142")


def test_columns_go_by_their_headers_in_any_order(tmp_path: Path) -> None:
    cells = [["工业生产消费", "单位", "能源名称"], [3, "吨", "汽油"]]
    park, _ = imported(tmp_path, cells, "energy_205_1")
    assert uses(park) == {("gasoline", "fuel_combustion"): (3.0, "吨")}


def test_merged_cells_of_a_workbook_are_one_text(tmp_path: Path) -> None:
    path = form_file(tmp_path, ENERGY, "form.xlsx")
    book = openpyxl.load_workbook(path)
    for merged in ("A1:N1", "A3:A4", "B3:B4", "E3:F3", "G3:K3", "L3:L4"):
        book.active.merge_cells(merged)
    book.save(path)
    park = park_folder(tmp_path)
    import_form(path, park, form="energy_205_1", enterprise_id="A", year=2023)
    assert uses(park) == BURNT


def test_a_formula_without_its_result_is_not_blank(tmp_path: Path) -> None:
    cells = [*ENERGY_TOP, changed(DIESEL, industrial="=7+8")]
    error = refused(tmp_path, cells, "energy_205_1", name="form.xlsx")
    assert error.problems[0].told().startswith("form.xlsx, row 6, column 'H': cell H6 is a formula")


# --- which plant, which year ----------------------------------------------------------------

WIDE_TOP = ["统一社会信用代码", "单位详细名称", "年份", "能源名称", "计量单位", "工业生产消费"]


def test_plants_go_by_credit_code_then_by_name(tmp_path: Path) -> None:
    cells = [WIDE_TOP,
             ["91330000SYN000001A", "随便写", 2022, "柴油", "吨", 1],
             ["", "乙化工厂", "2023年", "柴油", "吨", 2],
             ["", "丙厂", 2023, "柴油", "吨", 4]]  # fmt: skip
    park, found = imported(tmp_path, cells, "energy_205_1", **MANY)
    rows = open_park(park).activity
    taken = rows[["enterprise_id", "year", "amount"]].values.tolist()
    assert taken == [["A", 2022, 1.0], ["B", 2023, 2.0]]
    told = next(each for each in found.problems if each.code == "form_unknown_plant")
    assert (told.row, told.values["given"]) == (4, "丙厂")


def test_a_form_of_no_plant_of_the_park_is_refused(tmp_path: Path) -> None:
    cells = [WIDE_TOP, ["", "丙厂", 2023, "柴油", "吨", 4]]
    error = refused(tmp_path, cells, "energy_205_1", **MANY)
    assert error.code == "form_nothing_taken"


PLACES = [
    ({"enterprise_id": ""}, "form_no_plant"),
    ({"year": None}, "form_no_year"),
    ({"year": 2022}, "form_other_year"),
    ({"enterprise_id": "B"}, "form_other_plant"),
]


@pytest.mark.parametrize(("given", "code"), PLACES, ids=[code for _, code in PLACES])
def test_a_call_that_does_not_fit_the_form_is_refused(
    tmp_path: Path, given: dict[str, Any], code: str
) -> None:
    error = refused(tmp_path, ENERGY, "energy_205_1", **given)
    assert code in {problem.code for problem in error.problems}


def test_a_form_of_part_of_the_year_is_refused(tmp_path: Path) -> None:
    cells = [["能源购进、消费与库存"], ["2023年1-9月"], *ENERGY_TOP[2:], DIESEL]
    assert refused(tmp_path, cells, "energy_205_1").problems[0].code == "form_part_of_year"


def test_an_unknown_plant_in_the_call_is_told_with_those_known(tmp_path: Path) -> None:
    assert "Known: A, B, W" in str(refused(tmp_path, ENERGY, "energy_205_1", enterprise_id="Z"))


def test_a_file_without_the_header_is_told_what_one_holds(tmp_path: Path) -> None:
    error = refused(tmp_path, [["a", "b"], [1, 2]], "energy_205_1")
    assert error.code == "form_no_header"
    assert "能源名称" in str(error)


def test_a_form_nobody_knows_is_refused(tmp_path: Path) -> None:
    assert "unknown form 'energy_205'" in str(refused(tmp_path, ENERGY, "energy_205"))


# --- the folder -----------------------------------------------------------------------------


def test_what_stands_in_a_table_stays_byte_for_byte(tmp_path: Path) -> None:
    park = park_folder(tmp_path)
    path = park / "sources.csv"
    text = path.read_text(encoding="utf-8").rstrip("\r\n") + "\r\n甲,一份旧资料,,,,,"
    path.write_bytes(text.encode("gb18030"))
    before = path.read_bytes()
    imported(tmp_path, ENERGY, "energy_205_1")
    assert path.read_bytes().startswith(before)
    assert set(open_park(park).sources["origin"]) == {"o", "甲", "energy_return"}


def test_a_column_that_a_table_lacks_is_added_to_it(tmp_path: Path) -> None:
    park = park_folder(tmp_path, releases=[{"amount": 1, "species": "nox", "enterprise_id": "B"}])
    path = park / "releases.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    names = [name for name in rows[0] if name != "stack_id"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    imported(tmp_path, PERMIT, "permit_report")
    assert open_park(park).releases["stack_id"].tolist()[:2] == ["", "DA001"]


def test_an_origin_of_ones_own_is_kept(tmp_path: Path) -> None:
    park, _ = imported(tmp_path, ENERGY, "energy_205_1", origin="o")
    assert set(open_park(park).activity["origin"]) == {"o"}
    assert open_park(park).sources["origin"].tolist() == ["o"]


# --- permit execution report ----------------------------------------------------------------


def releases(park: Path) -> list[list[Any]]:
    rows = open_park(park).releases
    names = ["stack_id", "species", "medium", "destination", "amount", "unit"]
    told = rows[names].astype({"amount": object}).where(rows[names].notna(), None)
    return [[*row] for row in told.itertuples(index=False)]


@pytest.mark.parametrize("name", ["form.csv", "form.xlsx"])
def test_a_permit_report_gives_a_release_for_each_outlet(tmp_path: Path, name: str) -> None:
    park, found = imported(tmp_path, PERMIT, "permit_report", name=name)
    assert releases(park) == [
        ["DA001", "so2", "air", "environment", 10.5, "吨"],
        ["DA001", "nox", "air", "environment", 21.0, "吨"],
        ["DA002", "pm", "air", "environment", None, "吨"],
        ["DA002", "mercury_compounds", "air", "environment", 0.001, "吨"],
        ["", "voc", "air", "environment", 2.0, "吨"],
    ]
    # nox 21 and voc 2 are above what is permitted; three quarters of dust make no year.
    assert codes(found) == ["form_above_permitted", "form_above_permitted",
                            "form_quarters_missing"]  # fmt: skip


def test_a_permit_report_compiles_to_the_sum_of_its_outlets(tmp_path: Path) -> None:
    park, _ = imported(tmp_path, PERMIT, "permit_report")
    inventory = compiled(open_park(park))
    assert total(inventory, "so2", 2023) == pytest.approx(10.5)
    assert set(open_park(park).releases["list"]) == {"permit"}
    assert set(open_park(park).releases["data_rank"]) == {2.0}


def test_months_stay_months(tmp_path: Path) -> None:
    cells = [["排放口编号", "污染物", "时段", "实际排放量(kg)"],
             ["DA001", "二氧化硫", "1月", 5], ["DA001", "二氧化硫", "2023年02月", 6]]  # fmt: skip
    park, _ = imported(tmp_path, cells, "permit_report")
    rows = open_park(park).releases
    assert rows[["month", "amount", "unit"]].values.tolist() == [[1, 5.0, "kg"], [2, 6.0, "kg"]]
    assert rows["release_id"].is_unique


def test_quarters_in_rows_make_a_year_of_four(tmp_path: Path) -> None:
    rows = [["DA001", "SO2", f"第{word}季度", 1] for word in "一二三四"]
    park, _ = imported(tmp_path, [["排放口编号", "污染物", "时段", "实际排放量（吨）"], *rows],
                       "permit_report")  # fmt: skip
    assert releases(park) == [["DA001", "so2", "air", "environment", 4.0, "吨"]]


def test_a_bare_number_under_quarters_is_no_month(tmp_path: Path) -> None:
    rows = [["DA001", "SO2", number, 1] for number in (1, 2, 3, 4)]
    park, _ = imported(tmp_path, [["排放口编号", "污染物", "季度", "实际排放量（吨）"], *rows],
                       "permit_report")  # fmt: skip
    assert releases(park) == [["DA001", "so2", "air", "environment", 4.0, "吨"]]


WATER = [["排放口编号", "污染物", "实际排放量(吨)", "排放去向"]]


def test_water_goes_where_the_form_says(tmp_path: Path) -> None:
    cells = [*WATER, ["DW001", "COD", 3, "进入工业废水集中处理厂"],
             ["DW002", "COD", 1, "直接进入江河湖库"], ["DW003", "COD", 2, ""]]  # fmt: skip
    park, found = imported(tmp_path, cells, "permit_report")
    rows = open_park(park).releases
    assert rows[["destination", "counterpart_id"]].values.tolist() == [
        ["treatment_plant", "outside"], ["environment", ""], ["environment", ""]]  # fmt: skip
    assert codes(found) == ["form_water_assumed"]


def test_water_goes_to_the_plant_that_is_named(tmp_path: Path) -> None:
    cells = [*WATER, ["DW001", "COD", 3, ""]]
    park, found = imported(tmp_path, cells, "permit_report", treatment_plant="W")
    row = open_park(park).releases.iloc[0]
    assert (row["destination"], row["counterpart_id"]) == ("treatment_plant", "W")
    assert codes(found) == []


PERMIT_TOP = ["排放口编号", "污染物", "实际排放量(吨)"]


def test_a_metal_goes_where_its_outlet_is(tmp_path: Path) -> None:
    rows = [["DA001", "铅", 1], ["DW001", "铅", 2], ["DW002", "氟化物", 3]]
    park, _ = imported(tmp_path, [PERMIT_TOP, *rows], "permit_report")
    assert open_park(park).releases["medium"].tolist() == ["air", "water", "water"]


WRONG_PERMITS = [
    ([["", "SO2", 1]], "form_no_outlet"),
    ([["DA001", "", 1]], "blank"),
    ([["DW001", "SO2", 1]], "form_other_medium"),
    ([["排口1", "铅", 1]], "form_no_medium"),
    ([["排口1", "月光", 1]], "form_no_medium"),
    ([["DA001", "SO2", 1], ["DA001", "SO2", 2]], "form_row_twice"),
]


@pytest.mark.parametrize(("rows", "code"), WRONG_PERMITS)
def test_a_wrong_permit_row_is_refused(tmp_path: Path, rows: Cells, code: str) -> None:
    error = refused(tmp_path, [PERMIT_TOP, *rows], "permit_report")
    assert code in {problem.code for problem in error.problems}


def test_a_permit_report_without_a_unit_is_refused(tmp_path: Path) -> None:
    cells = [["排放口编号", "污染物", "实际排放量"], ["DA001", "SO2", 1]]
    assert refused(tmp_path, cells, "permit_report").problems[0].code == "form_no_unit"
    stated = [["单位：吨"], *cells]
    assert releases(imported(tmp_path, stated, "permit_report")[0])[0][-1] == "吨"


def test_a_permit_release_that_stands_already_is_not_added(tmp_path: Path) -> None:
    park_folder(tmp_path, releases=[{"amount": 9, "stack_id": "", "process": "boiler"}])
    error = refused(tmp_path, PERMIT, "permit_report")
    assert [each.code for each in errors(error.problems)] == ["form_counts_twice"]


def test_another_outlet_is_no_double(tmp_path: Path) -> None:
    park_folder(tmp_path, releases=[{"amount": 9, "stack_id": "DA009"}])
    park, _ = imported(tmp_path, PERMIT, "permit_report")
    assert len(releases(park)) == 6


# --- environmental statistics ---------------------------------------------------------------


def test_two_panels_of_indicators_are_read(tmp_path: Path) -> None:
    park, found = imported(tmp_path, STATISTICS, "env_statistics", treatment_plant="W")
    opened = open_park(park)
    names = ["species", "medium", "amount_kind", "destination", "counterpart_id", "amount", "unit"]
    rows = [[*row] for row in opened.releases[names].itertuples(index=False)]
    assert sorted(rows) == sorted([
        ["so2", "air", "generated", "", "", 40.0, "吨"],
        ["so2", "air", "released", "environment", "", 4.0, "吨"],
        ["pm", "air", "released", "environment", "", 1500.0, "千克"],
        ["cod", "water", "generated", "", "", 90.0, "吨"],
        ["cod", "water", "released", "treatment_plant", "W", 28.0, "吨"],
        ["cod", "water", "released", "environment", "", 2.0, "吨"],
        ["nh3_n", "water", "released", "treatment_plant", "W", 3.0, "吨"],
        ["lead", "water", "released", "treatment_plant", "W", 7.0, "千克"],
        ["general_solid_waste", "waste", "generated", "", "", 2.0, "万吨"],
        ["general_solid_waste", "waste", "released", "used", "", 1.7, "万吨"],
        ["general_solid_waste", "waste", "released", "used_from_stock", "", 0.1, "万吨"],
        ["general_solid_waste", "waste", "released", "stored", "", 0.3, "万吨"],
        ["hazardous_waste", "waste", "generated", "", "", 20.0, "吨"],
        ["hazardous_waste", "waste", "released", "transfer", "outside", 20.0, "吨"],
    ])  # fmt: skip
    water = opened.activity[["item", "use", "amount", "unit"]].values.tolist()
    assert water == [["fresh_water", "water_withdrawn", 12.0, "万m3"],
                     ["reused_water", "water_reused", 5000.0, "立方米"]]  # fmt: skip
    # The sum of wastewater has no place, moonlight no species, lead no medium.
    assert codes(found) == ["form_no_medium", "form_no_place", "form_unknown_row"]


def test_statistics_compile_with_cod_once(tmp_path: Path) -> None:
    park, _ = imported(tmp_path, STATISTICS, "env_statistics", treatment_plant="outside")
    inventory = compiled(open_park(park))
    sent = inventory.ledger[inventory.ledger["species"] == "cod"]
    assert sent[["amount_t", "reason"]].values.tolist() == [[28.0, "released_elsewhere"]]
    assert total(inventory, "cod", 2023) == pytest.approx(2.0)
    assert total(inventory, "so2", 2023) == pytest.approx(4.0)
    assert total(inventory, "pm", 2023) == pytest.approx(1.5)


def test_a_plant_a_row_and_an_indicator_a_column(tmp_path: Path) -> None:
    cells = [
        ["环境统计汇总"],
        ["统一社会信用代码", "企业名称", "年份", "排水去向", "化学需氧量产生量（吨）",
         "化学需氧量排放量(吨)", "二氧化硫排放量（千克）", "月光产生量（吨）"],
        ["91330000SYN000001A", "甲厂", 2023, "进入工业废水集中处理厂", 9, 3, "", 1],
        ["91330000SYN000002B", "乙厂", 2023, "直接排放", 8, 2, 500, ""],
    ]  # fmt: skip
    park, found = imported(tmp_path, cells, "env_statistics", **MANY)
    rows = open_park(park).releases
    names = ["enterprise_id", "species", "amount_kind", "destination", "amount", "unit"]
    assert sorted(map(list, rows[names].itertuples(index=False))) == sorted([
        ["A", "cod", "generated", "", 9.0, "吨"],
        ["A", "cod", "released", "treatment_plant", 3.0, "吨"],
        ["B", "cod", "generated", "", 8.0, "吨"],
        ["B", "cod", "released", "environment", 2.0, "吨"],
        ["B", "so2", "released", "environment", 500.0, "千克"],
    ])  # fmt: skip
    told = next(each for each in found.problems if each.code == "form_unknown_row")
    assert (told.row, told.column) == (3, "月光产生量（吨）")


LONG = [["指标名称", "计量单位", "本年实际"]]


def test_a_total_that_is_not_the_sum_of_where_it_goes_is_refused(tmp_path: Path) -> None:
    cells = [*LONG, ["化学需氧量排放量", "吨", 30], ["化学需氧量直接排放量", "吨", 2]]
    error = refused(tmp_path, cells, "env_statistics")
    assert [each.code for each in error.problems] == ["form_does_not_add_up"]


WRONG_STATISTICS = [
    (["二氧化硫排放量", "万立方米", 1], "wrong_dimension"),
    (["二氧化硫排放量", "", 1], "form_no_unit"),
    (["二氧化硫排放量", "吨", "多"], "not_a_number"),
    (["废水中二氧化硫排放量", "吨", 1], "form_other_medium"),
]


@pytest.mark.parametrize(("row", "code"), WRONG_STATISTICS,
                         ids=[code for _, code in WRONG_STATISTICS])  # fmt: skip
def test_a_wrong_indicator_is_refused(tmp_path: Path, row: list[object], code: str) -> None:
    error = refused(tmp_path, [*LONG, row], "env_statistics")
    assert [each.code for each in errors(error.problems)] == [code]


def test_an_indicator_twice_is_refused(tmp_path: Path) -> None:
    cells = [*LONG, ["二氧化硫排放量", "吨", 1], ["二氧化硫排放量", "吨", 1]]
    assert refused(tmp_path, cells, "env_statistics").problems[0].code == "form_row_twice"


def test_statistics_are_not_imported_twice(tmp_path: Path) -> None:
    imported(tmp_path, STATISTICS, "env_statistics", treatment_plant="W")
    error = refused(tmp_path, STATISTICS, "env_statistics", treatment_plant="W")
    assert {each.code for each in errors(error.problems)} == {"form_imported_already"}


def test_rows_that_would_break_the_park_are_not_written(tmp_path: Path) -> None:
    cells = [*LONG, ["一般工业固体废物产生量", "吨", 1], ["一般工业固体废物综合利用量", "吨", 5]]
    error = refused(tmp_path, cells, "env_statistics")
    assert error.code == "form_breaks_park"
    assert [problem.file for problem in error.problems] == ["releases.csv"]
