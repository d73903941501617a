"""Forms as plants keep them: merged amounts, months, other units and plants, other files."""

from __future__ import annotations

import zipfile
from math import isnan, nan
from pathlib import Path

import openpyxl
import pytest

from parkkit.core.errors import ParkError
from parkkit.park.checking import errors
from parkkit.park.forms import import_form
from parkkit.park.package import open_park
from tests.park.test_forms import (
    COAL,
    DIESEL,
    ENERGY_TOP,
    RAW,
    Cells,
    changed,
    codes,
    form_file,
    imported,
    park_folder,
    refused,
    releases,
    table_text,
    uses,
)
from tests.park.test_forms_command import WHICH, run

TOP = ["排放口编号", "污染物种类", "计量单位", "实际排放量"]


def wrong(error: ParkError) -> list[str]:
    return [problem.code for problem in errors(error.problems)]


# --- merged cells ---------------------------------------------------------------------------


def merged(folder: Path, cells: Cells, *areas: str) -> Path:
    path = form_file(folder, cells, "form.xlsx")
    book = openpyxl.load_workbook(path)
    for area in areas:
        book.active.merge_cells(area)
    book.save(path)
    return path


def test_a_merged_amount_is_not_given_to_every_row(tmp_path: Path) -> None:
    cells = [TOP, ["DA001", "SO2", "吨", 12], ["DA002", "SO2", "吨", None]]
    file, park = merged(tmp_path, cells, "D2:D3"), park_folder(tmp_path)
    with pytest.raises(ParkError, match="12 in the merged cells D2:D3") as error:
        import_form(file, park, form="permit_report", enterprise_id="A", year=2023)
    assert [(each.code, each.row) for each in errors(error.value.problems)] == [
        ("form_merged_number", 3)]  # fmt: skip


def test_merged_names_and_units_are_each_rows_own(tmp_path: Path) -> None:
    cells = [TOP, ["DA001", "SO2", "吨", 12], ["", "NOx", "", 3]]
    file, park = merged(tmp_path, cells, "A2:A3", "C2:C3"), park_folder(tmp_path)
    import_form(file, park, form="permit_report", enterprise_id="A", year=2023)
    assert [row[:2] + row[4:] for row in releases(park)] == [
        ["DA001", "so2", 12.0, "吨"], ["DA001", "nox", 3.0, "吨"]]  # fmt: skip


# --- parts of a year in columns -------------------------------------------------------------


def test_half_a_year_is_not_taken_as_the_year(tmp_path: Path) -> None:
    cells = [["单位：吨"], ["排放口编号", "污染物种类", "实际排放量（吨）"], ["", "", "上半年"],
             ["DA001", "SO2", 0.1]]  # fmt: skip
    error = refused(tmp_path, cells, "permit_report")
    assert wrong(error) == ["form_unknown_part"]
    assert "column '实际排放量（吨）上半年': is a part of '实际排放量（吨）'" in error.told("en")


def test_a_part_of_consumption_nobody_knows_is_not_all_of_it(tmp_path: Path) -> None:
    cells = [["能源名称", "计量单位", "消费量", ""], ["", "", "星光", "工业生产消费"],
             ["柴油", "吨", 7, 3]]  # fmt: skip
    assert wrong(refused(tmp_path, cells, "energy_205_1")) == ["form_unknown_part"]


def test_what_is_permitted_in_quarters_is_no_release(tmp_path: Path) -> None:
    cells = [["排放口编号", "污染物种类", "许可排放量（吨）", "", "", "", "实际排放量（吨）"],
             ["", "", "一季度", "二季度", "三季度", "四季度", "年度合计"],
             ["DA001", "SO2", 9, 9, 9, 9, ""]]  # fmt: skip
    park, _ = imported(tmp_path, cells, "permit_report")
    assert releases(park) == [["DA001", "so2", "air", "environment", None, "吨"]]


# --- units of form 205-1 --------------------------------------------------------------------


def test_kinds_in_another_unit_add_up_to_raw_coal(tmp_path: Path) -> None:
    """960 t are 0.096 x 10 000 t."""
    kind = ["一般烟煤", "万吨", "04", 0.001, 0.1, "", 0.096, 0.096, "", "", "", 0.005, 7143, ""]
    park, _ = imported(tmp_path, [*ENERGY_TOP, RAW, kind], "energy_205_1")
    assert uses(park) == {("bituminous", "fuel_combustion"): (0.096, "万吨")}


def test_raw_coal_of_the_same_number_in_another_unit_is_not_the_sum(tmp_path: Path) -> None:
    error = refused(tmp_path, [*ENERGY_TOP, changed(RAW, unit="千克", coefficient=""), COAL],
                    "energy_205_1")  # fmt: skip
    assert wrong(error) == ["form_does_not_add_up"]


def test_a_coefficient_that_does_not_fit_the_unit_is_refused(tmp_path: Path) -> None:
    """3.55 万吨 of coal are about 26 000 tce; by 0.7143, of a tonne, they would be 2.536."""
    coal = ["一般烟煤", "万吨", "04", "", 3.55, "", 3.55, 3.55, "", "", "", "", 0.7143, ""]
    error = refused(tmp_path, [*ENERGY_TOP, coal], "energy_205_1")
    assert wrong(error) == ["form_coefficient_unit"]
    assert "by the usual heat value, but 2.536 tce" in error.told("en")
    assert "as if in 吨" in error.told("en")


@pytest.mark.parametrize("coefficient", [0.7143, 0.43, 714.3], ids=["tce", "lean coal", "kgce"])
def test_a_coefficient_of_the_unit_is_no_slip(tmp_path: Path, coefficient: float) -> None:
    cells = [*ENERGY_TOP, changed(COAL, coefficient=coefficient)]
    assert codes(imported(tmp_path, cells, "energy_205_1")[1]) == []


def test_a_total_in_another_unit_is_compared_in_tce(tmp_path: Path) -> None:
    """20 t x 1.4571 are 29.142 tce, 0.0029142 万tce."""
    total = ["能源合计", "万吨标准煤", 40, "", "", "", 0.0029142, "", "", "", "", "", "", ""]
    assert codes(imported(tmp_path, [*ENERGY_TOP, DIESEL, total], "energy_205_1")[1]) == []


def test_ten_thousand_kilowatt_hours_are_units_of_power(tmp_path: Path) -> None:
    cells = [["能源名称", "计量单位", "购进量"], ["电力", "万度", 3]]
    park, _ = imported(tmp_path, cells, "energy_205_1")
    assert uses(park) == {("electricity", "purchased"): (3.0, "万kWh")}


# --- whose form -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    ["填报单位：乙化工厂", "统一社会信用代码：91330000SYN000002B",
     "乙化工厂2023年排污许可证执行报告", "单位详细名称：\n乙厂"],
    ids=["former name", "code", "title", "name in the next cell"],
)  # fmt: skip
def test_a_form_of_another_plant_of_the_park_is_refused(tmp_path: Path, title: str) -> None:
    cells = [title.split("\n"), TOP, ["DA001", "SO2", "吨", 1]]
    assert wrong(refused(tmp_path, cells, "permit_report")) == ["form_other_plant"]


@pytest.mark.parametrize(
    ("title", "told"),
    [("填报单位：丙化工厂", ["form_other_name"]), ("填报单位：甲厂（盖章）", []),
     ("综合机关名称：某区统计局", [])],
)  # fmt: skip
def test_a_name_that_no_plant_has_is_a_warning(tmp_path: Path, title: str, told: list[str]) -> None:
    cells = [[title], TOP, ["DA001", "SO2", "吨", 1]]
    assert codes(imported(tmp_path, cells, "permit_report")[1]) == told


# --- files that are no table ----------------------------------------------------------------

BINARY = [
    ("form.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "form_old_excel"),
    ("form.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "form_old_excel"),
    ("form.csv", b"\x89PNG\r\n\x1a\n" + bytes(99), "form_is_picture"),
    ("form.pdf", b"%PDF-1.4\n", "form_is_pdf"),
    ("form.xls", "<html><table>能源名称</table></html>".encode(), "form_is_web_page"),
    ("form.csv", b"\xef\xbb\xbf\r\n\r\n", "form_is_empty"),
    ("form.xlsx", b"PK\x03\x04 no zip", "form_not_a_workbook"),
]


@pytest.mark.parametrize(("name", "content", "code"), BINARY, ids=[each[2] for each in BINARY])
def test_a_file_that_is_no_table_is_told_as_what_it_is(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ParkError) as error:
        import_form(tmp_path / name, park_folder(tmp_path), form="energy_205_1", enterprise_id="A")
    assert error.value.code == code
    assert ".xlsx" in error.value.told("zh") or code == "form_is_empty"


def test_a_zip_that_is_no_workbook_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "form.xlsx", "w") as file:
        file.writestr("a.txt", "x")
    with pytest.raises(ParkError, match="no Excel workbook"):
        import_form(tmp_path / "form.xlsx", park_folder(tmp_path), form="energy_205_1")


@pytest.mark.parametrize("delimiter", ["\t", ";"], ids=["tabs", "semicolons"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_text_may_be_separated_otherwise(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = table_text([["说明，一行"], TOP, ["DA001", "SO2", "吨", 1]]).replace(",", delimiter)
    (tmp_path / "form.txt").write_bytes(text.encode(encoding))
    park = park_folder(tmp_path)
    import_form(tmp_path / "form.txt", park, form="permit_report", enterprise_id="A", year=2023)
    assert releases(park) == [["DA001", "so2", "air", "environment", 1.0, "吨"]]


def test_what_is_said_in_chinese_holds_no_ids(tmp_path: Path) -> None:
    error = refused(tmp_path, [["a", "b"], [1, 2]], "energy_205_1")
    assert "energy_205_1" not in error.told("zh")
    assert "205-1 表" in error.told("zh")
    cells = [["能源名称", "计量单位", "购进量"], ["电力", "万kWh", 3]]
    _, found = imported(tmp_path, cells, "energy_205_1")
    told = next(each for each in found.problems if each.code == "form_seller_assumed")
    assert "按购自电网导入" in told.told("zh")


# --- cells and rows that are no amount ------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code"),
    [("未检出", "form_not_detected"), ("＜0.1", "form_not_detected"),
     ("0.05L", "form_not_detected"), ("未运行", "form_not_run")],
)  # fmt: skip
def test_what_was_not_detected_is_told_and_no_zero(tmp_path: Path, given: str, code: str) -> None:
    cells = [TOP, ["DA001", "SO2", "吨", 1], ["DA002", "SO2", "吨", given]]
    park, found = imported(tmp_path, cells, "permit_report")
    rows = open_park(park).releases
    amounts = dict(zip(rows["stack_id"], rows["amount"], strict=True))
    assert amounts["DA001"] == 1
    assert isnan(amounts.get("DA002", nan))
    told = next(each for each in found.problems if each.code == code)
    assert (told.row, told.values["name"]) == (3, "DA002 SO2")


def test_a_number_nobody_can_read_is_refused_all_the_same(tmp_path: Path) -> None:
    cells = [TOP, ["DA001", "SO2", "吨", "约3"]]
    assert wrong(refused(tmp_path, cells, "permit_report")) == ["not_a_number"]


def test_foot_rows_are_notes(tmp_path: Path) -> None:
    foot = ["补充资料：上年同期", "吨标准煤", "", "", "", "", 58000]
    park, found = imported(tmp_path, [*ENERGY_TOP, COAL, foot], "energy_205_1")
    assert len(uses(park)) == 1
    assert codes(found) == ["form_note"]


@pytest.mark.parametrize("top", [[*TOP[:2], "实际排放量（kg/h）"], TOP], ids=["header", "row"])
def test_a_rate_is_told_with_its_cure(tmp_path: Path, top: list[str]) -> None:
    row = ["DA001", "SO2", 3] if len(top) == 3 else ["DA001", "SO2", "kg/h", 3]
    error = refused(tmp_path, [top, row], "permit_report")
    assert wrong(error) == ["rate_unit"]
    assert "'kg/h' is a rate, not an amount; multiply it by the time" in error.told("en")


def test_a_unit_among_the_numbers_of_an_unknown_row_stops_nothing(tmp_path: Path) -> None:
    foot = ["上年同期能源合计（41）", "", "", "", "吨标准煤", "", 58000]
    park, found = imported(tmp_path, [*ENERGY_TOP, COAL, foot], "energy_205_1")
    assert len(uses(park)) == 1
    assert codes(found) == ["form_unknown_row"]


def test_quarters_are_named_as_the_form_names_them(tmp_path: Path) -> None:
    cells = [[*TOP, "季度"], ["DA001", "SO2", "吨", 1, "第一季度"]]
    _, found = imported(tmp_path, cells, "permit_report")
    told = next(each for each in found.problems if each.code == "form_quarters_missing")
    assert "（第一季度）" in told.told("zh")


def test_no_hint_goes_to_another_kind(tmp_path: Path) -> None:
    steam = ["蒸汽", "吨", "", "", 5, "", 5, 5, "", "", "", "", "", ""]
    _, found = imported(tmp_path, [*ENERGY_TOP, COAL, steam], "energy_205_1")
    told = next(each for each in found.problems if each.code == "form_unknown_row")
    assert "汽油" not in told.told("zh")


# --- imported before ------------------------------------------------------------------------


def test_the_same_release_with_another_destination_is_not_added(tmp_path: Path) -> None:
    cells = [TOP, ["DW001", "COD", "吨", 3]]
    imported(tmp_path, cells, "permit_report")
    error = refused(tmp_path, cells, "permit_report", treatment_plant="W")
    assert wrong(error) == ["form_other_destination"]
    assert "releases.csv, row 2" in error.told("en")


def test_rows_of_two_files_have_ids_of_their_own(tmp_path: Path) -> None:
    for outlet in ("DA001", "DA002"):
        park, _ = imported(tmp_path, [TOP, [outlet, "SO2", "吨", 1]], "permit_report")
    assert open_park(park).releases["release_id"].is_unique
    assert [row[0] for row in releases(park)] == ["DA001", "DA002"]


def test_an_amount_that_was_changed_is_not_told_as_imported(tmp_path: Path) -> None:
    imported(tmp_path, [TOP, ["DA001", "SO2", "吨", 1]], "permit_report")
    error = refused(tmp_path, [TOP, ["DA001", "SO2", "吨", 2]], "permit_report")
    assert wrong(error) == ["form_counts_twice"]


def test_another_month_of_an_outlet_is_no_double(tmp_path: Path) -> None:
    top = [*TOP, "月份"]
    for month in (1, 2):
        park, _ = imported(tmp_path, [top, ["DA001", "SO2", "吨", 1, month]], "permit_report")
    assert open_park(park).releases["month"].tolist() == [1, 2]
    error = refused(tmp_path, [TOP, ["DA001", "SO2", "吨", 12]], "permit_report")
    assert wrong(error) == ["form_counts_twice"]


def book(folder: Path, sheets: dict[str, Cells]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, cells in sheets.items():
        sheet = made.create_sheet(title)
        for row in cells:
            sheet.append(list(row))
    made.save(folder / "form.xlsx")
    return folder / "form.xlsx"


AIR, COD = ["DA001", "SO2", "吨", 1], ["DW001", "COD", "吨", 2]


def test_every_sheet_that_fits_is_read(tmp_path: Path) -> None:
    sheets = {"封面": [["执行报告"]], "废气": [TOP, AIR], "废水": [TOP, COD]}
    park, file = park_folder(tmp_path), book(tmp_path, sheets)
    found = import_form(file, park, form="permit_report", enterprise_id="A", year=2023)
    assert [row[0] for row in releases(park)] == ["DA001", "DW001"]
    other = next(each for each in found.problems if each.code == "form_other_sheets")
    assert "sheet(s) 封面 have no header" in other.told()
    assumed = next(each for each in found.problems if each.code == "form_water_assumed")
    assert assumed.file == "form.xlsx[废水]"


def test_a_row_in_two_sheets_is_refused(tmp_path: Path) -> None:
    file = book(tmp_path, {"一": [TOP, AIR], "二": [TOP, AIR]})
    with pytest.raises(ParkError, match=r"form.xlsx\[二\], row 2.*form.xlsx\[一\], row 2"):
        import_form(file, park_folder(tmp_path), form="permit_report", enterprise_id="A", year=2023)


# --- the command ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "said"),
    [(("--year", "2023"), "give --enterprise"), (("--enterprise", "A"), "give --year")],
)
def test_a_plant_or_year_that_was_not_given_ends_with_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, left: tuple[str, ...], said: str
) -> None:
    file, park = form_file(tmp_path, [TOP, AIR]), park_folder(tmp_path)
    call = ("import", file, park, "--as", "permit_report", "--language", "en")
    status, _, err = run(capsys, *call, *left)
    assert (status, said in err) == (2, True)


def test_a_file_that_is_not_there_ends_with_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, _, err = run(capsys, "import", tmp_path / "no.csv", park_folder(tmp_path), "--as",
                         "permit_report", *WHICH, "--language", "en")  # fmt: skip
    assert (status, "there is no file" in err) == (2, True)


def test_warnings_stand_beside_what_is_wrong(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cells = [[*TOP, "星光"], ["DA001", "SO2", "吨", "约3", 1]]
    status, _, err = run(capsys, "import", form_file(tmp_path, cells), park_folder(tmp_path),
                         "--as", "permit_report", *WHICH, "--language", "en")  # fmt: skip
    assert status == 1
    assert "warning: form.csv, row 1, column '星光'" in err
    # No warning is told a second time, as if it were wrong.
    assert err.count("星光") == 1


# --- outlets and totals ---------------------------------------------------------------------


def test_the_plants_total_goes_by_species_not_by_name(tmp_path: Path) -> None:
    cells = [TOP, ["DA001", "二氧化硫", "吨", 12], ["全厂合计", "SO2", "吨", 12]]
    park, _ = imported(tmp_path, cells, "permit_report")
    assert releases(park) == [["DA001", "so2", "air", "environment", 12.0, "吨"]]


def test_an_outlet_twice_under_two_names_is_refused(tmp_path: Path) -> None:
    cells = [TOP, ["DA001", "二氧化硫", "吨", 12], ["DA001 锅炉", "SO2", "吨", 12]]
    assert wrong(refused(tmp_path, cells, "permit_report")) == ["form_row_twice"]


def test_totals_are_compared_in_one_unit(tmp_path: Path) -> None:
    cells = [TOP, ["DA001", "SO2", "千克", 12000], ["全厂合计", "SO2", "吨", 12]]
    park, found = imported(tmp_path, cells, "permit_report")
    assert releases(park) == [["DA001", "so2", "air", "environment", 12000.0, "千克"]]
    assert codes(found) == []


def test_months_of_outlets_and_the_plants_year_are_not_both_taken(tmp_path: Path) -> None:
    rows = [["DA001", "SO2", "吨", 0.1, f"{month}月"] for month in range(1, 13)]
    cells = [[*TOP, "时段"], *rows, ["全厂合计", "SO2", "吨", 1.2, "全年"]]
    park, _ = imported(tmp_path, cells, "permit_report")
    assert sum(row[4] for row in releases(park)) == pytest.approx(1.2)


@pytest.mark.parametrize("name", ["一般排放口合计", "主要排放口合计", "小计"])
def test_a_total_of_some_outlets_is_no_outlet(tmp_path: Path, name: str) -> None:
    cells = [TOP, ["DA001", "SO2", "吨", 12], [name, "SO2", "吨", 12]]
    park, found = imported(tmp_path, cells, "permit_report")
    assert [row[0] for row in releases(park)] == ["DA001"]
    assert codes(found) == ["form_subtotal_left"]


def test_the_number_of_an_outlet_stands_before_its_name(tmp_path: Path) -> None:
    cells = [["排放口类型", "排放口编码及名称", *TOP[1:], "时段"],
             ["主要排放口", "DA001 锅炉烟囱", "SO2", "吨", 12, "合计"],
             ["全厂合计", "", "SO2", "吨", 12, "全年"]]  # fmt: skip
    park, found = imported(tmp_path, cells, "permit_report")
    assert releases(park) == [["DA001", "so2", "air", "environment", 12.0, "吨"]]
    assert codes(found) == []


MONTHLY = [["排放口编号", "污染物种类", "许可排放量（吨）", "实际排放量（吨）", "", "", ""],
           ["", "", "", "1月", "2月", "3月", "季度合计"]]  # fmt: skip


@pytest.mark.parametrize("last", ["季度合计", "合计"])
def test_months_in_columns_are_months(tmp_path: Path, last: str) -> None:
    cells = [MONTHLY[0], [*MONTHLY[1][:-1], last], ["DA001", "SO2", "/", 0.1, 0.2, 0.1, 0.4]]
    park, found = imported(tmp_path, cells, "permit_report")
    rows = open_park(park).releases
    assert rows[["month", "amount"]].values.tolist() == [[1, 0.1], [2, 0.2], [3, 0.1]]
    assert codes(found) == []


def test_the_sum_of_a_quarter_that_is_not_its_months_is_told(tmp_path: Path) -> None:
    cells = [*MONTHLY, ["DA001", "SO2", "/", 0.1, 0.2, 0.1, 0.9]]
    assert "form_part_sum_differs" in codes(imported(tmp_path, cells, "permit_report")[1])


def test_the_sum_of_a_quarter_alone_is_not_the_year(tmp_path: Path) -> None:
    cells = [*MONTHLY, ["DA001", "SO2", "/", "", "", "", 0.9]]
    assert "form_part_sum_alone" in wrong(refused(tmp_path, cells, "permit_report"))


@pytest.mark.parametrize(
    "row", [["DW001", "pH值", "无量纲", 7.5], ["DA009", "林格曼黑度", "级", 1]]
)
def test_what_has_no_mass_is_told_and_left_out(tmp_path: Path, row: list[object]) -> None:
    park, found = imported(tmp_path, [TOP, AIR, row], "permit_report")
    assert [each[0] for each in releases(park)] == ["DA001"]
    assert codes(found) == ["form_no_mass"]


def test_a_row_of_another_plant_is_told_once(tmp_path: Path) -> None:
    top = ["企业名称", "年份", "化学需氧量产生量（吨）", "化学需氧量排放量（吨）"]
    cells = [top, ["甲厂", 2023, 9, 3], ["乙厂", 2023, 8, 2]]
    error = refused(tmp_path, cells, "env_statistics")
    assert wrong(error) == ["form_other_plant"]


def test_other_coal_gas_is_no_washed_coal(tmp_path: Path) -> None:
    cells = [["能源名称", "计量单位", "工业生产消费"], ["其他煤气", "万立方米", 3]]
    park, _ = imported(tmp_path, cells, "energy_205_1")
    assert uses(park) == {("other_gas", "fuel_combustion"): (3.0, "万立方米")}


def test_a_stock_of_many_years_is_not_what_was_stored(tmp_path: Path) -> None:
    cells = [["指标名称", "计量单位", "本年实际"], ["危险废物产生量", "吨", 5],
             ["危险废物累计贮存量", "吨", 9]]  # fmt: skip
    _, found = imported(tmp_path, cells, "env_statistics")
    assert codes(found) == ["form_no_place"]
