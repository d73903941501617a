"""Layers of every format become features in degrees, or say by name why not."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, Problem
from parkkit.park.attribute_texts import (
    Written,
    code_page,
    on_one_line,
    settled_code_page,
)
from parkkit.park.layers import read_features

# Central meridian 120: the western edge lies on it.
METRES = shapely.box(500000, 3320000, 501000, 3321000)
DEGREES = shapely.box(120, 30, 120.01, 30.01)
# 啊 is b0 a1 in GB18030 and half of nothing in Big5; 园 reads in both.
ONLY_GB = "澜港化工园东区㐀"


def written(
    path: Path,
    shapes: Sequence[BaseGeometry | None] = (METRES,),
    *,
    crs: str | None = "EPSG:4549",
    encoding: str | None = "UTF-8",
    kind: str = "Polygon",
    columns: Mapping[str, Sequence[object]] | None = None,
    **choices: Any,
) -> Path:
    """Write a layer, by its suffix, with an attribute 名称 unless others are given."""
    given = {"名称": ["东区"] * len(shapes)} if columns is None else columns
    fields = [
        np.array(column, dtype=object if isinstance(column[0], str) else None)
        for column in given.values()
    ]
    if path.suffix == ".shp":
        choices["encoding"] = encoding
    if path.suffix == ".kml":
        choices["driver"] = "KML"
    binary = shapely.to_wkb(np.array(shapes, dtype=object))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a layer without a system is what some tests need
        pyogrio.raw.write(path, geometry=binary, field_data=fields, fields=list(given),
                          geometry_type=kind, crs=crs, **choices)  # fmt: skip
    return path


def dbf(path: Path, *, texts: Sequence[bytes], cpg: str | None, language_byte: int = 0) -> Path:
    """Write a Shapefile whose table holds these bytes in a field NAME, and nothing else."""
    written(path, [METRES] * len(texts), columns={"NAME": ["x" * 20] * len(texts)})
    head = bytearray(path.with_suffix(".dbf").read_bytes()[: 32 + 32 + 1])
    head[29] = language_byte
    width = head[32 + 16]
    rows = b"".join(b" " + text.ljust(width) for text in texts)
    path.with_suffix(".dbf").write_bytes(bytes(head) + rows + b"\x1a")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    return path


def geojson(path: Path, shape: BaseGeometry = DEGREES, **members: object) -> Path:
    feature = {"type": "Feature", "properties": {"name": "东区"},
               "geometry": shapely.geometry.mapping(shape)}  # fmt: skip
    given = {"type": "FeatureCollection", "features": [feature], **members}
    path.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    return path


def named(name: str) -> dict[str, object]:
    return {"type": "name", "properties": {"name": name}}


def codes(problems: Sequence[Problem]) -> list[str]:
    return [problem.code for problem in problems]


def refused(path: Path, **choices: str) -> ParkError:
    with pytest.raises(ParkError) as error:
        read_features(path, **choices)
    assert error.value.told("zh") != error.value.told("en")
    assert str(error.value).startswith(path.name)
    return error.value


def shape(feature: Mapping[str, Any]) -> BaseGeometry:
    return shapely.geometry.shape(feature["geometry"])


@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_a_layer_in_a_gauss_kruger_zone_comes_in_degrees(tmp_path: Path, suffix: str) -> None:
    features, notes = read_features(written(tmp_path / f"园区{suffix}"))
    west, south, east, _ = shape(features[0]).bounds
    assert west == 120.0
    assert south == pytest.approx(29.998977038)
    assert east == pytest.approx(120.01036, abs=1e-5)
    assert features[0]["type"] == "Feature"
    assert features[0]["properties"] == {"名称": "东区"}
    assert codes(notes) == ["cgcs2000_as_wgs84"]
    json.dumps(features)


@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_longitude_comes_first_in_a_layer_of_4490(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / f"a{suffix}", [DEGREES], crs="EPSG:4490")
    features, _ = read_features(path)
    assert shape(features[0]).bounds == DEGREES.bounds


def test_a_kml_gives_names_and_extended_data_and_no_heights(tmp_path: Path) -> None:
    solid = shapely.force_3d(DEGREES, 12.0)
    columns = {"Name": ["东区（一期）"], "部门": ["管委会"], "级别": ["省级"]}
    path = written(tmp_path / "a.kml", [solid], crs="EPSG:4326", kind="Polygon Z", columns=columns)
    features, notes = read_features(path)
    assert features[0]["properties"] == {"name": "东区（一期）", "部门": "管委会", "级别": "省级"}
    assert not shape(features[0]).has_z
    assert shape(features[0]).bounds == DEGREES.bounds
    assert notes == []


KML = """<?xml version="1.0" encoding="{page}"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{folders}</Document></kml>"""
FOLDER = """<Folder><name>{name}</name><Placemark><name>{name}园</name>
<ExtendedData><Data name="面积"><value>12</value></Data></ExtendedData>
<MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>
120,30,5 121,30,5 121,31,5 120,30,5</coordinates></LinearRing></outerBoundaryIs></Polygon>
</MultiGeometry></Placemark></Folder>"""


@pytest.mark.parametrize("page", ["UTF-8", "GB2312", "Big5"])
def test_a_kml_may_be_written_in_a_chinese_code_page(tmp_path: Path, page: str) -> None:
    path = tmp_path / "a.kml"
    name = "東區" if page == "Big5" else "东区"
    text = KML.format(page=page, folders=FOLDER.replace("园", "").replace("面积", "area"))
    path.write_bytes(text.format(name=name).encode(page))
    features, _ = read_features(path)
    assert features[0]["properties"]["name"] == name
    assert features[0]["properties"]["area"] == "12"
    assert shape(features[0]).area == pytest.approx(0.5)


def test_a_kml_that_does_not_state_its_code_page_takes_the_one_given(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    text = KML.format(page="UTF-8", folders=FOLDER.format(name="东区")).replace("5 1", ", 5 1")
    path.write_bytes(text.replace(' encoding="UTF-8"', "").encode("gb18030"))
    assert refused(path).code == "broken_layer"
    assert read_features(path, encoding="gbk")[0][0]["properties"]["name"] == "东区园"
    assert refused(path, encoding="utf-8").code == "code_page_fails"


def test_a_kml_has_holes_lines_and_placemarks_without_shape(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    ring = "<LinearRing><coordinates>{}</coordinates></LinearRing>"
    shell, hole = ring.format("0,0 9,0 9,9 0,9 0,0"), ring.format("3,3 6,3 6,6 3,3")
    polygon = (f"<Polygon><outerBoundaryIs>{shell}</outerBoundaryIs>"
               f"<innerBoundaryIs>{hole}</innerBoundaryIs></Polygon>")  # fmt: skip
    line = "<LineString><coordinates>0,0 1,1</coordinates></LineString>"
    shapes = {
        "甲": polygon,
        "乙": line,
        "丙": "",
        "丁": f"<MultiGeometry>{polygon}{line}</MultiGeometry>",
    }
    marks = "".join(f"<Placemark><name>{name}</name>{shape}</Placemark>"
                    for name, shape in shapes.items())  # fmt: skip
    path.write_text(KML.format(page="UTF-8", folders=marks), encoding="utf-8")
    features, problems = read_features(path)
    assert [shape(each).area for each in features] == [81 - 4.5, 81 - 4.5]
    assert [(problem.code, problem.values["feature"]) for problem in problems] == [
        ("not_a_polygon", "乙"), ("empty_geometry", "丙"), ("collection_polygons", "丁"),
    ]  # fmt: skip
    path.write_text(path.read_text(encoding="utf-8").replace("9,9", "9,x"), encoding="utf-8")
    assert "'x'" in str(refused(path))


def test_of_several_folders_one_is_to_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    folders = FOLDER.format(name="物理") + FOLDER.format(name="批准")
    path.write_text(KML.format(page="UTF-8", folders=folders), encoding="utf-8")
    assert "物理, 批准" in str(refused(path))
    features, _ = read_features(path, layer="批准")
    assert [each["properties"]["name"] for each in features] == ["批准园"]
    assert features[0]["properties"]["面积"] == "12"


def test_of_several_layers_one_is_to_be_named(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gpkg", layer="物理")
    written(path, layer="批准", columns={"name": ["乙"]}, append=True)
    assert refused(path).code == "several_layers"
    assert "物理, 批准" in str(refused(path))
    assert read_features(path, layer="批准")[0][0]["properties"] == {"name": "乙"}
    assert "批准" in str(refused(path, layer="批準"))


def test_a_zipped_shapefile_is_read_whatever_its_folder_is_called(tmp_path: Path) -> None:
    written(tmp_path / "in.shp")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("in.*"):
            archive.write(part, f"边界 (1)/东区{part.suffix.upper()}")
            archive.writestr(f"__MACOSX/._东区{part.suffix}", b"shadow")
    features, _ = read_features(tmp_path / "a.zip")
    assert features[0]["properties"] == {"名称": "东区"}
    assert shape(features[0]).bounds[0] == 120.0


def test_a_zip_damaged_inside_is_told(tmp_path: Path) -> None:
    written(tmp_path / "in.shp")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(tmp_path.glob("in.*")):
            archive.write(part, part.name)
    content = bytearray(path.read_bytes())
    start = content.index(b"in.dbf") + len("in.dbf") + 2
    content[start : start + 20] = bytes(20)
    path.write_bytes(bytes(content))
    assert refused(path).code == "broken_layer"


def test_a_folder_called_like_a_layer_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.kml").mkdir()
    assert refused(tmp_path / "a.kml").code == "missing_layer"


def test_a_zip_of_two_shapefiles_asks_which(tmp_path: Path) -> None:
    written(tmp_path / "东.shp")
    written(tmp_path / "西.shp", columns={"n": ["西"]})
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in [*tmp_path.glob("东.*"), *tmp_path.glob("西.*")]:
            # as Chinese Windows packs: the name in GBK, which an archive cannot say
            archive.writestr(zipfile.ZipInfo(part.name.encode("gb18030").decode("cp437")),
                             part.read_bytes())  # fmt: skip
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        marked = bool(archive.infolist()[0].flag_bits & 0x800)
    if not marked:
        assert "东, 西" in str(refused(tmp_path / "a.zip"))
        assert read_features(tmp_path / "a.zip", layer="西")[0][0]["properties"] == {"n": "西"}
    assert refused(tmp_path / "a.zip").code == "several_layers"


@pytest.mark.parametrize("slash", ["/", "\\"])
def test_shapefiles_of_one_name_in_different_folders_are_not_mixed(
    tmp_path: Path, slash: str
) -> None:
    written(tmp_path / "2019.shp", crs="EPSG:4548", columns={"n": ["old"]})
    written(tmp_path / "2023.shp", columns={"n": ["new"]})
    (tmp_path / "2023.prj").unlink()
    written(tmp_path / "east.shp", columns={"n": ["east"]})
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for year in ("2019", "2023"):
            for part in tmp_path.glob(f"{year}.*"):
                archive.write(part, f"{year}{slash}park{part.suffix}")
        for part in tmp_path.glob("east.*"):
            archive.write(part, f"2023{slash}{part.name}")
    assert "2019/park, 2023/park, east" in str(refused(path))
    features, _ = read_features(path, layer="2019/park")
    assert features[0]["properties"] == {"n": "old"}
    assert shape(features[0]).bounds[0] == 117.0
    assert refused(path, layer="2023/park").code == "no_reference_system"
    assert read_features(path, layer="east")[0][0]["properties"] == {"n": "east"}
    assert refused(path, layer="park").code == "unknown"


def test_folders_of_one_name_in_different_folders_are_not_mixed(tmp_path: Path) -> None:
    inner = FOLDER.format(name="park")
    years = "".join(f"<Folder><name>{year}</name>{inner.replace('park园', f'park {year}')}</Folder>"
                    for year in (2019, 2023))  # fmt: skip
    path = tmp_path / "a.kml"
    path.write_text(KML.format(page="UTF-8", folders=years + FOLDER.format(name="东")), "utf-8")
    assert "2019/park, 2023/park, 东" in str(refused(path))
    features, _ = read_features(path, layer="2023/park")
    assert [each["properties"]["name"] for each in features] == ["park 2023"]


@pytest.mark.parametrize("part", [".shx", ".dbf", ".prj"])
def test_a_missing_part_of_a_shapefile_is_told(tmp_path: Path, part: str) -> None:
    path = written(tmp_path / "a.shp")
    path.with_suffix(part).unlink()
    if part == ".dbf":
        features, notes = read_features(path)
        assert features[0]["properties"] == {}
        assert "no_attributes" in codes(notes)
    else:
        error = refused(path)
        assert error.code == {".shx": "missing_part", ".prj": "no_reference_system"}[part]
        assert {".shx": ".shx", ".prj": "EPSG:4549"}[part] in str(error)


@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_a_layer_without_system_is_refused_until_one_is_given(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / f"a{suffix}", crs=None)
    error = refused(path)
    assert error.code == "no_reference_system"
    assert "500000, 3320000, 501000, 3321000" in str(error)
    features, _ = read_features(path, crs="EPSG:4549")
    assert shape(features[0]).bounds[0] == 120.0


def test_the_system_asked_for_goes_before_the_file_with_a_note(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp", crs="EPSG:4548")  # central meridian 117
    features, notes = read_features(path, crs="EPSG:4549")
    assert shape(features[0]).bounds[0] == 120.0
    assert "system_overruled" in codes(notes)
    assert "system_overruled" not in codes(read_features(path, crs="EPSG:4548")[1])


def test_the_names_of_chinese_software_are_understood(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp")
    told = path.with_suffix(".prj").read_text(encoding="ascii")
    assert "GCS_China_Geodetic_Coordinate_System_2000" in told
    renamed = told.replace("D_China_2000", "D_2000国家大地坐标系").replace("CM_120E", "园区")
    path.with_suffix(".prj").write_bytes(renamed.encode("gb18030"))
    features, notes = read_features(path)
    assert shape(features[0]).bounds[0] == 120.0
    assert codes(notes) == ["cgcs2000_as_wgs84"]


def test_a_datum_that_only_a_guess_leads_from_is_refused_with_the_file(tmp_path: Path) -> None:
    assert refused(written(tmp_path / "a.shp", crs="EPSG:2385")).code == "ballpark_only"


def test_how_good_a_conversion_is_is_told_in_metres(tmp_path: Path) -> None:
    sea = shapely.box(121, 35, 121.01, 35.01)
    features, notes = read_features(written(tmp_path / "a.shp", [sea], crs="EPSG:4214"))
    assert codes(notes) == ["accuracy_of_system"]
    assert "15 m" in notes[0].told()
    assert shape(features[0]).bounds != sea.bounds
    local = "+proj=tmerc +lon_0=120 +x_0=500000 +ellps=krass +towgs84=15.8,-154.4,-82.3 +units=m"
    notes = read_features(written(tmp_path / "b.shp", crs=None), crs=local)[1]
    assert codes(notes) == ["accuracy_not_told"]


def test_a_feature_of_another_zone_is_refused_by_name(tmp_path: Path) -> None:
    far = shapely.box(40_500_000, 3_320_000, 40_501_000, 3_321_000)
    path = written(tmp_path / "a.shp", [METRES, far], columns={"名称": ["东区", "西区"]})
    features, problems = read_features(path)
    assert [each["properties"]["名称"] for each in features] == ["东区"]
    wrong = [problem for problem in problems if not problem.is_warning]
    assert codes(wrong) == ["feature_outside_system"]
    assert "西区" in wrong[0].told()
    assert "40500000" in wrong[0].told()


@pytest.mark.parametrize("central", ["120.0", "120.5"])
def test_northing_first_is_refused_where_the_file_states_no_area_of_use(
    tmp_path: Path, central: str
) -> None:
    turned = shapely.box(3320000, 500000, 3321000, 501000)
    path = written(tmp_path / "a.shp", [METRES, turned], columns={"名称": ["东区", "西区"]})
    told = path.with_suffix(".prj").read_text(encoding="ascii")
    local = told.replace("CGCS2000_3_Degree_GK_CM_120E", "Local").replace(",120.0]", f",{central}]")
    path.with_suffix(".prj").write_text(local, encoding="ascii")
    features, problems = read_features(path)
    assert [shape(each).bounds[0] for each in features] == [float(central)]
    wrong = [problem for problem in problems if not problem.is_warning]
    assert [(each.code, each.values["feature"]) for each in wrong] == [
        ("feature_outside_system", "西区")
    ]
    assert "northing stands first" in wrong[0].told()


# GB18030 and cp950 read most of each other's bytes; 㐀 has four bytes and no place in Big5.
@pytest.mark.parametrize(
    ("text", "page", "cpg", "language_byte", "notes"),
    [
        ("东区（一期）", "gb18030", "GB18030", 0, []),
        ("东区（一期）", "gb18030", "936", 0, []),
        ("东区（一期）", "gb18030", "GBK", 0, []),
        ("东区（一期）", "gb18030", None, 0x4D, []),
        ("東區（一期）", "cp950", "Big5", 0, []),
        ("東區（一期）", "cp950", "950", 0x57, []),
        ("東區（一期）", "cp950", None, 0x4F, []),
        ("东区（一期）", "utf-8", "UTF-8", 0, []),
        ("东区（一期）", "utf-8", None, 0, []),
        ("东区（一期）", "utf-8", None, 0x57, []),
        (ONLY_GB, "gb18030", None, 0, ["code_page_found"]),
        ("园区", "gb18030", "UTF-8", 0x4D, ["code_page_wrong"]),
        ("East", "ascii", None, 0, []),
        ("Östlich", "cp1252", None, 0x03, []),
    ],
)
def test_a_table_reads_in_its_code_page(
    tmp_path: Path, text: str, page: str, cpg: str | None, language_byte: int, notes: list[str]
) -> None:
    path = dbf(tmp_path / "a.shp", texts=[text.encode(page), b"plain"], cpg=cpg,
               language_byte=language_byte)  # fmt: skip
    features, found = read_features(path)
    assert [each["properties"]["NAME"] for each in features] == [text, "plain"]
    assert [code for code in codes(found) if code.startswith("code_page")] == notes


@pytest.mark.parametrize(("text", "page"), [("東區", "cp950"), ("东区", "gb18030")])
def test_where_two_code_pages_would_do_both_readings_are_shown(
    tmp_path: Path, text: str, page: str
) -> None:
    path = dbf(tmp_path / "a.shp", texts=[text.encode(page)], cpg=None)
    error = refused(path)
    assert error.code == "code_page_unclear"
    raw = text.encode(page)
    assert raw.decode("gb18030") in str(error)
    assert raw.decode("cp950") in str(error)
    assert f"encoding={page}" in str(error)
    features, notes = read_features(path, encoding=page)
    assert features[0]["properties"]["NAME"] == text
    assert codes(notes) == ["cgcs2000_as_wgs84"]


def test_only_one_page_has_a_character_and_it_is_taken_with_a_note() -> None:
    # a4 40 is 一 in Big5 and 丂-less user-defined ground in GB18030: no name has private signs
    texts = [Written(feature="#1", text=b"\xaa\xa1")]
    with pytest.raises(ParkError) as error:
        settled_code_page([Written(feature="#1", text=b"\xff\xff")], file="a.dbf", asked="", cpg="",
                          language_byte=0)  # fmt: skip
    assert error.value.code == "code_page_unknown"
    page, notes = settled_code_page(texts, file="a.dbf", asked="", cpg="", language_byte=0)
    assert page == "cp950"
    assert codes(notes) == ["code_page_found"]
    assert "cp950" in notes[0].told()


def test_the_encoding_asked_for_wins_with_a_note_where_the_file_disagrees(tmp_path: Path) -> None:
    path = dbf(tmp_path / "a.shp", texts=["东区".encode("gb18030")], cpg="Big5")
    assert read_features(path)[0][0]["properties"]["NAME"] != "东区"
    features, notes = read_features(path, encoding="GBK")
    assert features[0]["properties"]["NAME"] == "东区"
    assert "code_page_overruled" in codes(notes)
    assert "gb18030" in notes[0].told()
    assert refused(path, encoding="utf-8").code == "code_page_fails"
    assert "gb18030" in str(refused(path, encoding="klingon"))


def test_a_name_cut_off_in_a_character_loses_only_that(tmp_path: Path) -> None:
    raw = b"x" + "澜港化工园区东区物理".encode("gb18030") * 20
    # the field is 80 bytes wide, of which the last is half of a character
    path = dbf(tmp_path / "a.shp", texts=[raw[:80]], cpg="GBK")
    name = read_features(path)[0][0]["properties"]["NAME"]
    assert ("x" + "澜港化工园区东区物理" * 20).startswith(name)
    assert len(name) == 1 + 39


def test_field_names_cut_to_ten_bytes_are_tolerated(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp", encoding="GB18030", columns={"NAME": ["x"]})
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[32:43] = ("园区x名称".encode("gb18030") + b"\xb1").ljust(11, b"\0")[:11]
    path.with_suffix(".dbf").write_bytes(bytes(table))
    assert read_features(path)[0][0]["properties"] == {"园区x名称": "x"}


@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_line_breaks_in_names_fold_and_full_width_brackets_stay(
    tmp_path: Path, suffix: str
) -> None:
    names = ["澜港化工园\n东区（一期）", "East\r\nPark", "西区 （二期）"]
    path = written(tmp_path / f"a{suffix}", [METRES] * 3, columns={"name": names})
    features, notes = read_features(path)
    assert [each["properties"]["name"] for each in features] == [
        "澜港化工园东区（一期）", "East Park", "西区 （二期）",
    ]  # fmt: skip
    told = next(note for note in notes if note.code == "breaks_folded")
    assert "2 text(s)" in told.told()


def test_breaks_between_scripts_become_one_space() -> None:
    assert on_one_line("A区\n \n二期") == "A区二期"
    assert on_one_line("Phase\u20282 ") == "Phase 2"
    assert on_one_line("东区\nEast") == "东区 East"


def test_null_and_empty_geometries_are_told_by_name(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gpkg", [METRES, None, shapely.Polygon()],
                   columns={"名称": ["甲", "乙", "丙"]})  # fmt: skip
    features, problems = read_features(path)
    assert [each["properties"]["名称"] for each in features] == ["甲"]
    wrong = [problem for problem in problems if not problem.is_warning]
    assert codes(wrong) == ["empty_geometry", "empty_geometry"]
    assert "'乙'" in wrong[0].told()
    assert "'丙'" in wrong[1].told()


@pytest.mark.parametrize("line", [shapely.LineString([(5e5, 3e6), (6e5, 3e6)]),
                                  shapely.Point(5e5, 3e6)])  # fmt: skip
def test_lines_and_points_are_refused_by_name(tmp_path: Path, line: BaseGeometry) -> None:
    path = written(tmp_path / "a.gpkg", [METRES, line], kind="Unknown",
                   columns={"名称": ["甲", "乙"]})  # fmt: skip
    features, problems = read_features(path)
    assert len(features) == 1
    wrong = [problem for problem in problems if not problem.is_warning]
    assert codes(wrong) == ["not_a_polygon"]
    assert "'乙'" in wrong[0].told()
    assert line.geom_type in wrong[0].told()


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_the_polygons_of_a_collection_are_taken_with_a_note(tmp_path: Path, suffix: str) -> None:
    two = shapely.MultiPolygon([DEGREES, shapely.box(121, 30, 121.01, 30.01)])
    mixed = shapely.GeometryCollection([shapely.Point(120, 30), two])
    path = tmp_path / f"a{suffix}"
    if suffix == ".geojson":
        geojson(path, mixed)
    else:
        written(path, [mixed], kind="Unknown", crs="EPSG:4326", columns={"name": ["东区"]})
    features, notes = read_features(path)
    assert shape(features[0]).equals(two)
    assert codes(notes) == ["collection_polygons"]
    assert notes[0].is_warning
    assert "东区" in notes[0].told()


@pytest.mark.parametrize("crs", [named("urn:ogc:def:crs:EPSG::4549"), "EPSG:4549"])
def test_a_geojson_in_metres_is_converted(tmp_path: Path, crs: object) -> None:
    features, notes = read_features(geojson(tmp_path / "a.geojson", METRES, crs=crs))
    assert shape(features[0]).bounds[0] == 120.0
    assert codes(notes) == ["cgcs2000_as_wgs84"]


@pytest.mark.parametrize("crs", [None, named("urn:ogc:def:crs:OGC:1.3:CRS84"), named("EPSG:4326")])
def test_a_geojson_in_degrees_stays_as_it_stands(tmp_path: Path, crs: object) -> None:
    path = geojson(tmp_path / "a.geojson", crs=crs)
    features, notes = read_features(path)
    assert features == json.loads(path.read_text(encoding="utf-8"))["features"]
    assert notes == []


@pytest.mark.parametrize(
    "crs", [named("EPSG:999999"), {"type": "link", "properties": {"href": "x.prj"}}, 7]
)
def test_a_geojson_in_a_system_nobody_knows_is_refused(tmp_path: Path, crs: object) -> None:
    assert refused(geojson(tmp_path / "a.geojson", crs=crs)).code == "other_reference_system"


def test_the_datum_of_a_geojson_is_that_of_its_features(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", datum="gcj02")
    feature = read_features(path)[0][0]
    assert feature["properties"] == {"name": "东区", "datum": "gcj02"}
    assert shape(feature).bounds == DEGREES.bounds
    given = json.loads(path.read_text(encoding="utf-8"))
    given["features"][0]["properties"]["datum"] = "bd09"
    path.write_text(json.dumps(given), encoding="utf-8")
    assert read_features(path)[0][0]["properties"]["datum"] == "bd09"
    geojson(path, datum="mars")
    assert "gcj02" in str(refused(path))


def test_a_shifted_datum_goes_with_degrees_and_mercator_but_not_with_xian(tmp_path: Path) -> None:
    sea = written(tmp_path / "b.shp", [shapely.box(121, 35, 121.01, 35.01)], crs="EPSG:4214")
    assert refused(sea, datum="gcj02").code == "datum_and_system"
    survey = shapely.box(500_000, 3_380_000, 500_100, 3_380_100)
    zone = written(tmp_path / "c.shp", [survey], crs="EPSG:4549")
    assert refused(zone, datum="gcj02").code == "datum_and_system"
    tiles = shapely.box(13358338.895, 3503549.844, 13358438.895, 3503649.844)
    path = written(tmp_path / "a.shp", [tiles], crs="EPSG:3857")
    feature = read_features(path, datum="gcj02")[0][0]
    assert feature["properties"]["datum"] == "gcj02"
    assert shape(feature).bounds[:2] == pytest.approx((120, 30), abs=1e-6)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("a.shp", b"no", "broken_layer"), ("a.gpkg", b"no", "broken_layer"),
     ("a.kml", b"<kml>", "broken_layer"), ("a.zip", b"no", "broken_layer"),
     ("a.dwg", b"no", "unknown"), ("a.geojson", b"[" * 100_000, "not_geojson"),
     ("a.geojson", b"{}", "no_features"), ("a.geojson", b"\xff\xfe\x00\xff", "not_text")],
)  # fmt: skip
def test_a_broken_file_is_told(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    if name == "a.shp":
        (tmp_path / "a.shx").write_bytes(b"no")
    assert refused(tmp_path / name).code == code


@pytest.mark.parametrize("name", ["a.shp", "a.zip", "a.gpkg", "a.kml", "a.geojson"])
def test_a_file_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path / name).code == "missing_layer"


def test_numbers_dates_and_blanks_come_as_json_has_them(tmp_path: Path) -> None:
    columns: dict[str, Any] = {
        "n": np.array([3], dtype="int32"), "x": np.array([np.nan]),
        "d": np.array(["2024-03-01"], dtype="datetime64[D]"),
    }  # fmt: skip
    path = tmp_path / "a.gpkg"
    pyogrio.raw.write(path, geometry=shapely.to_wkb(np.array([DEGREES])), geometry_type="Polygon",
                      field_data=list(columns.values()), fields=list(columns),
                      crs="EPSG:4326")  # fmt: skip
    assert read_features(path)[0][0]["properties"] == {"n": 3, "x": None, "d": "2024-03-01"}


def test_an_encoding_is_used_where_a_format_has_one_only_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gpkg", [DEGREES], crs="EPSG:4326")
    assert codes(read_features(path, encoding="gbk")[1]) == ["encoding_not_needed"]
    big5 = tmp_path / "a.geojson"
    big5.write_bytes(
        geojson(big5).read_text(encoding="utf-8").replace("东区", "東區").encode("cp950")
    )
    assert read_features(big5, encoding="big5")[0][0]["properties"]["name"] == "東區"
    assert refused(big5, encoding="utf-8").code == "code_page_fails"


@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_two_hundred_thousand_vertices_take_a_second_or_two(tmp_path: Path, suffix: str) -> None:
    turn = np.linspace(0, 2 * np.pi, 200_000, endpoint=False)
    ring = np.column_stack([500000 + 5000 * np.cos(turn), 3320000 + 5000 * np.sin(turn)])
    path = written(tmp_path / f"a{suffix}", [shapely.Polygon(ring)])
    start = time.process_time()
    features, _ = read_features(path)
    assert time.process_time() - start < 4
    assert shapely.get_num_coordinates(shape(features[0])) == 200_001


def test_opening_a_park_does_not_load_the_engine_of_layers() -> None:
    program = "import sys, parkkit.park.package; sys.exit('pyogrio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_code_pages_go_by_many_names() -> None:
    assert [code_page(name) for name in ("GB2312", "cp936", "ANSI 1252", "OEM 950", "88591")] == [
        "gb18030", "gb18030", "cp1252", "cp950", "iso8859-1",
    ]  # fmt: skip
