"""Bridges: lists of releases as they are really written become a park, told where they are not."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from parkkit.core.errors import ParkError, Problem
from parkkit.park.package import open_park
from parkkit.park.proposals import propose_identities
from parkkit.park.reading import read_about, read_table
from parkkit.park.registers import JOINED, append_register, import_register
from tests.parks import box

# As the register's public tables call them.
EPRTR = {
    "FacilityReportID": "1342505", "NationalID": "0012", "FacilityName": "RAFFINERIE SÜD",
    "City": "Köln", "Lat": "30,05", "Long": "120,05",
    "NACEMainEconomicActivityCode": "19.20", "PollutantName": "Carbon dioxide (CO2)",
    "MediumName": "Air", "TotalQuantity": "1500000,5", "UnitName": "Kilogram",
    "ReportingYear": "2014", "MethodCode": "M",
}  # fmt: skip
STEWI = {
    "FRS_ID": "0110", "FacilityID": "7", "FacilityName": "MILL ONE", "Source": "NEI",
    "Year": "2017", "FlowName": "Sulfur Dioxide", "Compartment": "air", "FlowAmount": "1000",
    "Unit": "kg", "DataReliability": "2", "City": "Gary", "Latitude": "30.05",
    "Longitude": "120.05", "NAICS": "331110",
}  # fmt: skip
HEADER = "Nr\tWerk\tStoff\tMenge (kt)\n"
CITY = """\
[file]
delimiter = "tab"
decimal = ","
[columns]
facility_id = "Nr"
name = "Werk"
species = "Stoff"
amount = "Menge (kt)"
[column_units]
"Menge (kt)" = "kt"
[fixed]
list = "city"
year = 2020
medium = "air"
data_rank = 3
[species]
Schwefel = "so2"
[multipliers]
Schwefel = 2
"""


def lines(rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def eprtr(folder: Path, *changes: Mapping[str, str], encoding: str = "utf-8-sig") -> Path:
    path = folder / "eprtr.csv"
    path.write_text(lines([{**EPRTR, **each} for each in changes or ({},)], ";"), encoding=encoding)
    return path


def stewi(folder: Path, *changes: Mapping[str, str], name: str = "stewi.csv") -> Path:
    path = folder / name
    path.write_text(lines([{**STEWI, **each} for each in changes or ({},)]), encoding="utf-8")
    return path


def city(folder: Path, text: str = f"{HEADER}007\tHütte\tSchwefel\t1,5\n") -> Path:
    (folder / "city.toml").write_text(CITY, encoding="utf-8")
    path = folder / "city.csv"
    path.write_text(text, encoding="utf-8")
    return path


def opened(folder: Path) -> SimpleNamespace:
    """The tables of a park that importing has checked, without checking it all again."""
    tables = {name: read_table(folder, name)[0] for name in JOINED}
    return SimpleNamespace(**tables, about=read_about(folder)[0])


def imported(
    folder: Path, source: Path | list[Path], **choices: Any
) -> tuple[SimpleNamespace, list[Problem]]:
    shapes = folder / "box.geojson"
    shapes.write_text(json.dumps({"features": [box()]}), encoding="utf-8")
    given = {"boundary": shapes, "boundary_type": "physical", "country": "DE",
             "industry_scheme": "NACE", **choices}  # fmt: skip
    notes = import_register(source, folder / "made", **given)
    return opened(folder / "made"), notes


def refused(folder: Path, source: Path | list[Path], told: str, **choices: Any) -> None:
    with pytest.raises(ParkError, match=told):
        imported(folder, source, **choices)
    assert not (folder / "made").exists()


# --- E-PRTR ----------------------------------------------------------------------------------


def test_semicolons_decimal_commas_and_a_byte_order_mark_are_read_as_the_list_has_them(
    tmp_path: Path,
) -> None:
    park, _ = imported(tmp_path, eprtr(tmp_path))
    row = park.releases.iloc[0]
    assert (row["species"], row["medium"], row["amount"], row["unit"], row["year"]) == (
        "co2", "air", 1_500_000.5, "kg", 2014)  # fmt: skip
    assert (row["list"], row["method"], row["process"]) == ("E-PRTR", "M", "")
    plant = park.enterprises.iloc[0]
    assert (plant["enterprise_id"], plant["name_en"]) == ("E-PRTR-1342505", "RAFFINERIE SÜD")
    assert (plant["lon"], plant["lat"], plant["industry_code"]) == (120.05, 30.05, "19.20")
    assert park.listings["facility_id"].tolist() == ["1342505"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"TotalQuantity": "1500000.5"}, "row 2, column 'TotalQuantity': '1500000.5' is not writt"),
        ({"TotalQuantity": "1.500.000,5"}, "'1.500.000,5' is not written with ',' for decimals"),
        ({"TotalQuantity": "1.500"}, "'1.500' is not written with ',' for decimals and nothing"),
        ({"TotalQuantity": "1 500 000"}, "'1 500 000' is not written with ','"),
        ({"TotalQuantity": "1'500"}, "\"?'1'500' is not written with ','"),
        ({"TotalQuantity": "viel"}, "column 'TotalQuantity': 'viel' is not a number"),
        ({"TotalQuantity": ""}, "eprtr.csv, row 2, column 'TotalQuantity': is blank"),
        ({"Lat": "30.05"}, "column 'Lat': '30.05' is not written with ','"),
        ({"UnitName": "Barrel"}, "row 2, column 'UnitName': unknown unit 'Barrel'"),
        ({"UnitName": "MJ"}, "column 'UnitName': unit 'MJ' measures something else"),
        ({"MediumName": "Sea"}, "column 'MediumName': unknown MediumName 'Sea'.*Known: air, land"),
        ({"MediumName": ""}, "column 'MediumName': is blank"),
        ({"FacilityReportID": ""}, "row 2, column 'FacilityReportID': is blank"),
        ({"FacilityReportID": "1.34E+06"}, "'1.34E\\+06' was made a number by a spreadsheet"),
        ({"ReportingYear": "14"}, "column 'ReportingYear': 14 is below 1900"),
        ({"Long": ""}, "column 'Long': only one of longitude and latitude"),
    ],
)
def test_what_is_not_written_as_the_list_is_is_told_and_not_guessed(
    tmp_path: Path, changes: dict[str, str], told: str
) -> None:
    refused(tmp_path, eprtr(tmp_path, changes), told)


def test_a_missing_column_is_told_with_those_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows = [{key: cell for key, cell in EPRTR.items() if key not in ("TotalQuantity", "UnitName")}]
    path.write_text(lines(rows, ";"), encoding="utf-8")
    refused(tmp_path, path, "The nearest is eprtr, of which 2 are lacking; .*--mapping")
    refused(tmp_path, path, "column 'TotalQuantity': the column is missing; the file has: Facility")


def test_a_list_parted_by_another_mark_than_its_mapping_says_is_told(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(lines([EPRTR], "\t"), encoding="utf-8")
    refused(tmp_path, path, "parted by 'Tab' and the mapping says ;, ,", mapping="eprtr")


def test_an_extract_in_megatonnes_without_a_medium_is_read(tmp_path: Path) -> None:
    path = tmp_path / "co2.csv"
    header = "FacilityReportID,ReportingYear,PollutantName,MTonnes,FacilityName,latitude,longitude"
    path.write_text(f"{header}\n7,2014,Carbon dioxide (CO2),0.882,FINA,30.05,120.05\n",
                    encoding="utf-8")  # fmt: skip
    park, _ = imported(tmp_path, path)
    assert park.releases[["amount", "unit", "medium"]].to_numpy().tolist() == [[0.882, "Mt", "air"]]


def test_a_medium_that_nobody_tells_is_never_taken_for_air(tmp_path: Path) -> None:
    rows = [{key: cell for key, cell in EPRTR.items() if key != "MediumName"}]
    path = tmp_path / "list.csv"
    path.write_text(lines([{**rows[0], "PollutantName": "Total nitrogen"}], ";"), encoding="utf-8")
    refused(tmp_path, path, "list.csv, row 2, column 'PollutantName': nothing says what 'Total nit")


def test_a_part_of_a_substance_is_held_and_not_added_to_it(tmp_path: Path) -> None:
    part = "Carbon dioxide (CO2) excluding biomass"
    _, notes = imported(tmp_path, eprtr(tmp_path, {}, {"PollutantName": part}))
    held = [note.values["given"] for note in notes if note.code == "unknown_species"]
    assert held == [part]


def test_plants_of_one_name_without_a_shared_id_stay_two_and_are_proposed(tmp_path: Path) -> None:
    park, _ = imported(tmp_path, eprtr(tmp_path, {}, {"FacilityReportID": "7",
                                                      "ReportingYear": "2010"}))  # fmt: skip
    assert park.enterprises["enterprise_id"].tolist() == ["E-PRTR-1342505", "E-PRTR-7"]
    assert propose_identities(open_park(tmp_path / "made"))["why"].tolist() == ["name"]


def test_ids_that_only_a_slash_tells_apart_never_become_one_plant(tmp_path: Path) -> None:
    ids = [{"FacilityReportID": "a/1"}, {"FacilityReportID": "a_1"}]
    refused(tmp_path, eprtr(tmp_path, *ids), "the ids 'a_1' and 'a/1' .row 2. are the same without")
    park, _ = imported(tmp_path, eprtr(tmp_path, ids[0]))
    assert park.enterprises["enterprise_id"].tolist() == ["E-PRTR-a_1"]
    assert park.listings["facility_id"].tolist() == ["a/1"]


# --- ids and amounts -------------------------------------------------------------------------


def test_ids_a_spreadsheet_made_numbers_of_are_read_whole_and_told(tmp_path: Path) -> None:
    ids = [{"FRS_ID": "110039561756.0"}, {"FRS_ID": "110039561757.0", "FacilityID": "08"}]
    park, notes = imported(tmp_path, stewi(tmp_path, *ids))
    assert park.enterprises["enterprise_id"].tolist() == ["110039561756", "110039561757"]
    assert park.listings["facility_id"].tolist() == ["7", "08"]
    told = [note for note in notes if note.code == "id_read_whole"]
    assert [(note.row, note.column, note.values["count"]) for note in told] == [(2, "FRS_ID", 2)]
    assert "'110039561756.0' has decimals" in told[0].told()


def test_ids_that_their_decimals_tell_apart_are_left_as_they_are(tmp_path: Path) -> None:
    park, notes = imported(tmp_path, stewi(tmp_path, {"FRS_ID": "12.0"}, {"FRS_ID": "12.1"}))
    assert park.enterprises["enterprise_id"].tolist() == ["12.0", "12.1"]
    assert "id_read_whole" not in {note.code for note in notes}


def test_a_negative_amount_reaches_the_park_as_it_was_given(tmp_path: Path) -> None:
    park, _ = imported(tmp_path, stewi(tmp_path, {"FlowAmount": "-1"}))
    assert park.releases["amount"].tolist() == [-1.0]


# --- any other list --------------------------------------------------------------------------


def test_a_list_of_any_writing_is_read_by_its_mapping(tmp_path: Path) -> None:
    park, _ = imported(tmp_path, city(tmp_path), mapping=tmp_path / "city.toml")
    row = park.releases.iloc[0]
    # 1.5 kt of sulphur, times 2.
    assert (row["species"], row["amount"], row["unit"], row["medium"]) == ("so2", 3.0, "kt", "air")
    assert (row["list"], row["year"], row["data_rank"]) == ("city", 2020, 3.0)
    assert park.enterprises["enterprise_id"].tolist() == ["city-007"]
    assert park.sources["note"].tolist() == ["Schwefel x 2", ""]


def test_an_encoding_is_the_one_the_mapping_names(tmp_path: Path) -> None:
    path = city(tmp_path)
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    mapping = tmp_path / "latin.toml"
    mapping.write_text(CITY.replace("[columns]", 'encoding = "cp1252"\n[columns]'), "utf-8")
    park, _ = imported(tmp_path, path, mapping=mapping)
    assert park.enterprises["name_en"].tolist() == ["Hütte"]
    mapping.write_text(CITY.replace("[columns]", 'encoding = "ascii"\n[columns]'), "utf-8")
    with pytest.raises(ParkError, match="city.csv: is not in the encoding ascii"):
        append_register(path, tmp_path / "made", mapping=mapping)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Nr\tStoff\tMenge (kt)\n1\tx\t1\n", "city.csv, column 'Werk': the column is missing"),
        ("Nr\tWerk\tWerk\tStoff\tMenge (kt)\n", "row 1, column 'Werk': the column stands 2 times"),
        (f"{HEADER}1\ta\tb\t1\t2\n", "row 2: has 5 cells and the header 4"),
        (HEADER, "city.csv: there is no row below the header"),
        ("\n", "city.csv: the file is empty"),
        ("Nr;Werk;Stoff;Menge\n1;2;3;4\n", "parted by ';' and the mapping says Tab"),
        (f"{HEADER}\ta\tb\t1\n", "city.csv, row 2, column 'Nr': is blank"),
    ],
)
def test_a_file_that_does_not_fit_its_mapping_is_told(tmp_path: Path, text: str, told: str) -> None:
    refused(tmp_path, city(tmp_path, text), told, mapping=tmp_path / "city.toml")


def test_a_list_of_no_known_columns_is_told_what_to_do(tmp_path: Path) -> None:
    refused(tmp_path, city(tmp_path), "known list .eprtr, stewi.*--mapping-template")


# --- several lists ---------------------------------------------------------------------------


def test_lists_that_share_an_id_are_one_plant_and_others_are_their_own(tmp_path: Path) -> None:
    park, _ = imported(tmp_path, [stewi(tmp_path), eprtr(tmp_path)])
    assert park.enterprises["enterprise_id"].tolist() == ["0110", "E-PRTR-1342505"]
    assert park.sources["origin"].tolist() == ["register", "register_2", "boundary"]
    assert park.releases["origin"].tolist() == ["register", "register_2"]
    assert park.about.list_order == ("E-PRTR", "NEI", "calculated")


def test_a_list_joins_a_park_that_exists(tmp_path: Path) -> None:
    imported(tmp_path, stewi(tmp_path))
    rows = [{"FacilityName": "OTHER NAME"}, {"FRS_ID": "0111", "FacilityID": "9"}]
    more = stewi(tmp_path, *({"Source": "TRI", **row} for row in rows), name="tri.csv")
    notes = append_register(more, tmp_path / "made")
    park = opened(tmp_path / "made")
    # What the park says of its own plant stays; the list's name for it stands in the listings.
    assert park.enterprises["enterprise_id"].tolist() == ["0110", "0111"]
    assert park.enterprises["name_en"].tolist() == ["MILL ONE", "MILL ONE"]
    assert "OTHER NAME" in park.listings["name"].tolist()
    assert park.releases["release_id"].tolist() == ["r00001", "r00002", "r00003"]
    assert park.releases["origin"].tolist() == ["register", "register_2", "register_2"]
    ordered = next(note for note in notes if note.code == "list_not_ordered")
    assert "park.toml, column 'list_order': list 'TRI' is not in list_order (NEI" in ordered.told()


def unchanged(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "made").iterdir())}


def test_a_list_imported_twice_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    imported(tmp_path, stewi(tmp_path))
    before = unchanged(tmp_path)
    again = stewi(tmp_path, {"FlowName": "SO2"}, name="again.csv")
    with pytest.raises(ParkError, match="again.csv, row 2: 1 .* 'NEI' in 2017 stand in releases"):
        append_register(again, tmp_path / "made")
    assert unchanged(tmp_path) == before


def test_a_mistake_in_an_appended_list_changes_nothing(tmp_path: Path) -> None:
    imported(tmp_path, stewi(tmp_path))
    before = unchanged(tmp_path)
    far = stewi(tmp_path, {"FRS_ID": "9", "Latitude": "31.05"}, name="far.csv")
    with pytest.raises(ParkError, match="105 km from the park's boundaries"):
        append_register(far, tmp_path / "made")
    assert unchanged(tmp_path) == before


def test_a_second_facility_of_a_whole_plant_is_refused(tmp_path: Path) -> None:
    imported(tmp_path, stewi(tmp_path))
    more = stewi(tmp_path, {"FacilityID": "8", "FlowName": "Methane"}, name="more.csv")
    with pytest.raises(ParkError, match="more.csv, row 2: plant '0110' stands under list 'NEI'"):
        append_register(more, tmp_path / "made")


def test_a_new_year_of_a_facility_adds_no_second_listing(tmp_path: Path) -> None:
    imported(tmp_path, stewi(tmp_path))
    append_register(stewi(tmp_path, {"Year": "2018"}, name="next.csv"), tmp_path / "made")
    park = opened(tmp_path / "made")
    assert len(park.listings) == 1
    assert park.releases["year"].tolist() == [2017, 2018]


def test_two_files_that_tell_the_same_release_are_refused(tmp_path: Path) -> None:
    both = [stewi(tmp_path), stewi(tmp_path, name="copy.csv")]
    refused(tmp_path, both, "copy.csv, row 2: 1 .* in 2017 stand in stewi.csv already")
    refused(tmp_path, [both[0], both[0]], "given twice: stewi.csv")


def test_a_list_goes_by_the_name_it_is_given_where_no_column_names_it(tmp_path: Path) -> None:
    park, _ = imported(tmp_path, eprtr(tmp_path), list_name="EEA")
    assert park.enterprises["enterprise_id"].tolist() == ["EEA-1342505"]
    with pytest.raises(ParkError, match="named in the column 'Source', so they cannot be called"):
        append_register(stewi(tmp_path), tmp_path / "made", list_name="EEA")


def test_a_list_cannot_join_a_folder_that_is_no_park(tmp_path: Path) -> None:
    with pytest.raises(ParkError, match="park.toml: the file is not there"):
        append_register(stewi(tmp_path), tmp_path)


def test_the_order_of_files_changes_no_release(tmp_path: Path) -> None:
    files = [stewi(tmp_path), eprtr(tmp_path)]
    key = ["enterprise_id", "list", "species", "amount"]
    one, _ = imported(tmp_path, files)
    (tmp_path / "made").rename(tmp_path / "first")
    other, _ = imported(tmp_path, files[::-1])
    rows = [park.releases[key].sort_values(key, ignore_index=True) for park in (one, other)]
    pd.testing.assert_frame_equal(*rows)
