"""A drawn layer joins the boundaries of a park, whole or not at all."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.geometry

from parkkit.core.errors import ParkError
from parkkit.park import boundary_import
from parkkit.park.boundary_import import free_origin, import_boundary
from parkkit.park.datum import convert
from parkkit.park.geojson_text import geojson_text
from parkkit.park.package import Park, check_park, open_park
from parkkit.park.replacing import replace_files
from parkkit.park.versions import save_version
from tests.park.test_layers import DEGREES, METRES, codes, dbf, geojson, written
from tests.parks import box, write_park

WIDE = shapely.box(119.9, 29.9, 120.2, 30.2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_park(tmp_path / "park", activity=[{"amount": 1}])


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def last(park: Park) -> Any:
    return park.boundaries.iloc[-1]


def refused(source: Path, folder: Path, **choices: Any) -> ParkError:
    """The error of an import, after which every byte of the park is as it was."""
    before = held(folder)
    with pytest.raises(ParkError) as error:
        import_boundary(source, folder, **{"boundary_type": "approved", **choices})
    assert held(folder) == before
    assert error.value.told("zh") != error.value.told("en")
    return error.value


@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_a_layer_in_metres_becomes_a_boundary_in_degrees(
    tmp_path: Path, folder: Path, suffix: str
) -> None:
    # A square kilometre, shrunk by nothing on the central meridian: 100 ha.
    source = written(tmp_path / f"批准范围{suffix}", [METRES])
    notes = import_boundary(source, folder, boundary_type="approved", valid_from=2018,
                            official_area_ha=98.5, name_field="名称")  # fmt: skip
    assert "cgcs2000_as_wgs84" in codes(notes)
    park = open_park(folder)
    row = last(park)
    assert (row["boundary_type"], row["part"], row["name_zh"]) == ("approved", "", "东区")
    assert (row["valid_from"], row["official_area_ha"]) == (2018, 98.5)
    assert row["valid_to"] is None
    assert row["drawn_area_ha"] == pytest.approx(100, rel=1e-4)
    assert row["origin"] == "批准范围"
    assert list(park.sources["title"]) == ["A test", f"批准范围{suffix}"]


def test_what_stood_in_the_file_stays(tmp_path: Path, folder: Path) -> None:
    before = json.loads((folder / "boundaries.geojson").read_text(encoding="utf-8"))
    import_boundary(geojson(tmp_path / "a.geojson", WIDE), folder, boundary_type="management")
    after = json.loads((folder / "boundaries.geojson").read_text(encoding="utf-8"))
    assert after["features"][:-1] == before["features"]
    assert after["features"][-1]["properties"]["boundary_type"] == "management"


def test_the_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "park", activity=[{"amount": 1}], boundaries=[],
                        about={"default_boundary": "statistical"})  # fmt: skip
    import_boundary(geojson(tmp_path / "a.geojson", WIDE), folder, boundary_type="physical")
    assert list(open_park(folder).boundaries["boundary_type"]) == ["physical"]


def test_a_feature_is_a_boundary_each_with_its_part(tmp_path: Path, folder: Path) -> None:
    east = shapely.box(120.01, 30.01, 120.02, 30.02)
    west = shapely.box(120.03, 30.01, 120.04, 30.02)
    columns = {"分园": ["东区（一期）\n甲", "West\nPark"], "名": ["东", "West"]}
    source = written(tmp_path / "a.gpkg", [east, west], crs="EPSG:4490", columns=columns)
    notes = import_boundary(source, folder, boundary_type="physical", part_field="分园",
                            name_field="名")  # fmt: skip
    rows = open_park(folder).boundaries.iloc[1:]
    assert list(rows["part"]) == ["东区（一期）甲", "West Park"]
    assert list(rows["name_zh"].fillna("-")) == ["东", "-"]
    assert list(rows["name_en"].fillna("-")) == ["-", "West"]
    assert "breaks_folded" in codes(notes)


def test_the_columns_of_a_boundary_count_where_no_argument_says_otherwise(
    tmp_path: Path, folder: Path
) -> None:
    columns = {"name_en": ["East", "West"], "part": ["甲", "乙"], "valid_from": [2015, 2016],
               "official_area_ha": [10.0, 20.0], "boundary_type": ["approved", ""]}  # fmt: skip
    shapes = [shapely.box(120.01, 30.01, 120.02, 30.02), shapely.box(120.03, 30.01, 120.04, 30.02)]
    source = written(tmp_path / "a.gpkg", shapes, crs="EPSG:4326", columns=columns)
    import_boundary(source, folder, boundary_type="approved", valid_from=2020)
    rows = open_park(folder).boundaries.iloc[1:]
    assert list(rows["part"]) == ["甲", "乙"]
    assert list(rows["name_en"]) == ["East", "West"]
    assert list(rows["valid_from"]) == [2020, 2020]
    assert list(rows["official_area_ha"]) == [10, 20]


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_shifted_layer_keeps_its_coordinates_and_reading_converts(
    tmp_path: Path, folder: Path, datum: str
) -> None:
    lon, lat = convert([120.02, 120.05], [30.02, 30.05], source="wgs84", target=datum)
    drawn = shapely.box(lon[0], lat[0], lon[1], lat[1])
    source = written(tmp_path / "a.shp", [drawn], crs="EPSG:4326")
    import_boundary(source, folder, boundary_type="approved", datum=datum)
    feature = json.loads((folder / "boundaries.geojson").read_text(encoding="utf-8"))["features"][
        -1
    ]
    assert feature["properties"]["datum"] == datum
    assert shapely.geometry.shape(feature["geometry"]).bounds == pytest.approx(drawn.bounds)
    west, south, _, _ = last(open_park(folder))["geometry"].bounds
    assert (west, south) == pytest.approx((120.02, 30.02), abs=2e-4)


def test_the_datum_that_the_layer_states_is_kept_and_another_is_refused(
    tmp_path: Path, folder: Path
) -> None:
    source = geojson(tmp_path / "a.geojson", WIDE, datum="gcj02")
    import_boundary(source, folder, boundary_type="approved")
    import_boundary(geojson(tmp_path / "b.geojson", WIDE), folder, boundary_type="management",
                    datum="cgcs2000")  # fmt: skip
    given = json.loads((folder / "boundaries.geojson").read_text(encoding="utf-8"))["features"]
    assert [each["properties"].get("datum") for each in given] == [None, "gcj02", "cgcs2000"]
    assert refused(source, folder, datum="bd09").code == "datum_disagrees"


def test_a_long_geometry_stands_on_one_line_and_a_short_one_on_many() -> None:
    ring = [[number / 7, 1.0] for number in range(10_000)]
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"coordinates": corners}}
        for name, corners in (("东\a0", ring), ("\a1", ring[:3]), ('"geometry": "\a0"', ring))
    ]
    text = geojson_text({"name": "园"}, features)
    assert json.loads(text) == {"type": "FeatureCollection", "name": "园", "features": features}
    assert sum(len(line) > 10_000 for line in text.splitlines()) == 2
    assert text.count("\n") < 100


def test_the_origin_may_be_one_that_has_its_line(tmp_path: Path, folder: Path) -> None:
    source = geojson(tmp_path / "o.geojson", WIDE)
    before = (folder / "sources.csv").read_bytes()
    import_boundary(source, folder, boundary_type="approved", origin="o")
    assert (folder / "sources.csv").read_bytes() == before
    assert last(open_park(folder))["origin"] == "o"
    import_boundary(source, folder, boundary_type="management", origin="map_2024")
    assert list(open_park(folder).sources["origin"]) == ["o", "map_2024"]
    import_boundary(source, folder, boundary_type="statistical")
    assert list(open_park(folder).sources["origin"]) == ["o", "map_2024", "o_2"]


def test_an_origin_is_made_of_the_files_name() -> None:
    assert free_origin(Path("图 （终稿）.gpkg"), []) == "图_终稿"
    assert free_origin(Path("---.shp"), ["boundary", "boundary_2"]) == "boundary_3"


def test_beside_a_file_in_metres_degrees_are_not_read_as_metres(
    tmp_path: Path, folder: Path
) -> None:
    crs = {"type": "name", "properties": {"name": "EPSG:4549"}}
    geojson(folder / "boundaries.geojson", METRES, crs=crs)
    given = json.loads((folder / "boundaries.geojson").read_text(encoding="utf-8"))
    given["features"][0]["properties"] = {"boundary_type": "physical", "name_zh": "东区"}
    (folder / "boundaries.geojson").write_text(json.dumps(given), encoding="utf-8")
    was = open_park(folder).boundaries["geometry"].iloc[0]
    import_boundary(geojson(tmp_path / "a.geojson", WIDE), folder, boundary_type="approved")
    shapes = list(open_park(folder).boundaries["geometry"])
    assert shapes[0].equals_exact(was, 1e-9)
    assert shapes[1].bounds == WIDE.bounds


def spoilt(name: str, shape: object) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        return written(folder / name, [METRES, shape], kind="Unknown",  # type: ignore[list-item]
                       columns={"名称": ["甲", "乙园"]})  # fmt: skip

    return make


@pytest.mark.parametrize(
    ("make", "word"),
    [(spoilt("a.gpkg", shapely.Point(5e5, 3.32e6)), "乙园"),
     (spoilt("a.gpkg", None), "乙园"),
     (spoilt("a.gpkg", shapely.box(3.32e6, 5e5, 3.33e6, 5.1e5)), "乙园"),
     (lambda at: geojson(at / "a.geojson", shapely.LineString([(120, 30), (121, 31)])), "东区"),
     (lambda at: geojson(at / "a.geojson", METRES), "东区"),
     (lambda at: written(at / "a.shp", crs=None), "EPSG:4549"),
     (lambda at: written(at / "a.shp", crs="EPSG:2385"), "Xian 1980"),
     (lambda at: dbf(at / "a.shp", texts=["东区".encode("gb18030")], cpg=None), "encoding=gb18030"),
     (lambda at: at / "nowhere.shp", "nowhere.shp")],
    ids=["point", "null", "northing first", "line", "metres unsaid", "no system", "ballpark",
         "code page", "no file"],
)  # fmt: skip
def test_a_layer_that_does_not_do_changes_nothing(
    tmp_path: Path, folder: Path, make: Callable[[Path], Path], word: str
) -> None:
    error = refused(make(tmp_path), folder)
    assert word in str(error)
    assert "a." in str(error) or "nowhere" in str(error)


@pytest.mark.parametrize(
    ("choices", "word"),
    [({"boundary_type": "legal"}, "physical"), ({"datum": "mars"}, "gcj02"),
     ({"name_field": "NAMEN"}, "name"), ({"part_field": "x"}, "name"),
     ({"part": "东", "part_field": "name"}, "name"),
     ({"valid_from": 2020, "valid_to": 2010}, "2020"),
     ({"valid_from": 20}, "20"), ({"official_area_ha": -1}, "-1")],
)  # fmt: skip
def test_an_argument_that_does_not_do_changes_nothing(
    tmp_path: Path, folder: Path, choices: dict[str, Any], word: str
) -> None:
    assert word in str(refused(geojson(tmp_path / "a.geojson", WIDE), folder, **choices))


def test_one_official_area_is_not_given_to_many(tmp_path: Path, folder: Path) -> None:
    source = written(tmp_path / "a.shp", [METRES, METRES])
    assert refused(source, folder, official_area_ha=100.0).code == "one_area_for_many"


def test_a_blank_part_is_told_by_its_feature(tmp_path: Path, folder: Path) -> None:
    source = written(tmp_path / "a.gpkg", [METRES, METRES],
                     columns={"name": ["甲", "乙"], "p": ["东", " "]})  # fmt: skip
    assert "乙" in str(refused(source, folder, part_field="p"))


def test_a_folder_that_is_no_park_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert refused(geojson(tmp_path / "a.geojson"), tmp_path / "none").code == "missing_file"


def test_a_park_with_a_broken_boundary_file_is_not_written_over(
    tmp_path: Path, folder: Path
) -> None:
    (folder / "boundaries.geojson").write_text("{", encoding="utf-8")
    refused(geojson(tmp_path / "a.geojson", WIDE), folder)


def test_a_park_with_other_problems_takes_a_boundary_all_the_same(
    tmp_path: Path, folder: Path
) -> None:
    plants = pd.read_csv(folder / "enterprises.csv", dtype=str).assign(datum="mars")
    plants.to_csv(folder / "enterprises.csv", index=False)
    import_boundary(geojson(tmp_path / "a.geojson", WIDE), folder, boundary_type="approved")
    assert {problem.column for problem in check_park(folder) if not problem.is_warning} == {"datum"}


def test_two_files_are_replaced_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"old")
    moved = os.replace

    def second_fails(source: Path, target: Path) -> None:
        if target.name == "c":
            raise OSError(28, "no space left")
        moved(source, target)

    monkeypatch.setattr(os, "replace", second_fails)
    with pytest.raises(ParkError, match="no space left"):
        replace_files(tmp_path, {"a": b"new", "b": b"new", "c": b"new"})
    assert held(tmp_path) == {"a": b"old"}


def test_two_hundred_thousand_vertices_are_imported_in_seconds(
    tmp_path: Path, folder: Path
) -> None:
    turn = np.linspace(0, 2 * np.pi, 200_000, endpoint=False)
    ring = np.column_stack([500000 + 5000 * np.cos(turn), 3320000 + 5000 * np.sin(turn)])
    source = written(tmp_path / "a.shp", [shapely.Polygon(ring)])
    start = time.process_time()
    import_boundary(source, folder, boundary_type="approved")
    assert time.process_time() - start < 6
    assert last(open_park(folder))["drawn_area_ha"] == pytest.approx(25e6 * np.pi / 1e4, rel=1e-3)


def test_the_drawn_area_is_that_of_the_layer(tmp_path: Path, folder: Path) -> None:
    hole = shapely.Polygon(DEGREES.exterior.coords, [shapely.box(120.004, 30.004, 120.006, 30.006)
                                                     .exterior.coords])  # fmt: skip
    import_boundary(geojson(tmp_path / "a.geojson", hole), folder, boundary_type="approved")
    whole = shapely.box(120.004, 30.004, 120.006, 30.006).area / DEGREES.area
    assert last(open_park(folder))["drawn_area_ha"] == pytest.approx(106.95 * (1 - whole), rel=1e-3)


def versions_of(path: Path, *features: dict[str, object]) -> Path:
    given = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    return path


def test_what_is_history_elsewhere_is_no_boundary_here(tmp_path: Path, folder: Path) -> None:
    old = box("approved", name_zh="旧", valid_from=2016, replaced_on="2024-05-01")
    source = versions_of(tmp_path / "a.geojson", old, box("approved", name_zh="新"))
    notes = import_boundary(source, folder, boundary_type="approved")
    assert [str(note.values["feature"]) for note in notes if note.code == "history_skipped"] == [
        "['旧']"
    ]
    assert list(open_park(folder).boundaries["name_zh"].iloc[1:]) == ["新"]
    only = versions_of(tmp_path / "b.geojson", old)
    assert refused(only, folder).code == "only_history"


def test_another_boundary_type_is_not_relabelled(tmp_path: Path, folder: Path) -> None:
    shapes = [box(kind, name_zh=name) for kind, name in (
        ("management", "甲"), ("statistical", "乙"), ("approved", "乙"))]  # fmt: skip
    source = versions_of(tmp_path / "a.geojson", *shapes)
    error = refused(source, folder)
    assert error.code == "other_boundary_type"
    assert "甲 (management), 乙 (statistical);" in str(error)


EDGES = (120.0, 30.0, 120.05, 30.1)


@pytest.mark.parametrize(
    ("standing", "choices", "is_refused"),
    [({}, {}, True),
     ({"valid_from": 2010, "valid_to": 2018}, {"valid_from": 2018}, True),
     ({"valid_from": 2010, "valid_to": 2017}, {"valid_from": 2018}, False),
     ({"valid_from": 2018}, {"valid_to": 2017}, False),
     ({"part": "东区（一期）"}, {"part": "东区(一期)"}, True),
     ({"part": "东区"}, {"part": "西区"}, False),
     ({"part": "东区"}, {}, False),
     ({"boundary_type": "management"}, {}, False),
     # a strip of 0.08 % and of 0.2 % of the smaller one
     ({"edges": (120.04996, 30.0, 120.2, 30.1)}, {}, False),
     ({"edges": (120.0499, 30.0, 120.2, 30.1)}, {}, True)],
)  # fmt: skip
def test_the_ground_of_a_boundary_is_not_taken_in_twice(
    tmp_path: Path, standing: dict[str, Any], choices: dict[str, Any], is_refused: bool
) -> None:
    shapes = [box(), box(**{"boundary_type": "approved", "name_zh": "老区",
                            "official_area_ha": 5000, **standing})]  # fmt: skip
    folder = write_park(tmp_path / "park", activity=[{"amount": 1}], boundaries=shapes)
    source = geojson(tmp_path / "a.geojson", shapely.box(*EDGES))
    if not is_refused:
        import_boundary(source, folder, boundary_type="approved", **choices)
        assert len(open_park(folder).boundaries) == 3
        return
    error = refused(source, folder, official_area_ha=5000, **choices)
    assert [problem.code for problem in error.problems] == ["boundary_twice"]
    for word in ("'东区'", "'老区'", "valid_to", "new version"):
        assert word in str(error)


def test_what_a_layer_replaced_there_may_be_drawn_here_again(tmp_path: Path, folder: Path) -> None:
    source = geojson(tmp_path / "a.geojson", WIDE)
    import_boundary(source, folder, boundary_type="approved")
    save_version(folder, shapely.box(119.9, 29.9, 120.0, 30.2), boundary_type="approved",
                 valid_from=2020, author="a", note="n")  # fmt: skip
    east = geojson(tmp_path / "b.geojson", shapely.box(120.0, 29.9, 120.2, 30.2))
    import_boundary(east, folder, boundary_type="approved", valid_from=2020)
    assert len(open_park(folder).boundaries) == 4


@pytest.mark.parametrize("name", ["sources.csv", "boundaries.geojson"])
def test_what_somebody_writes_while_a_layer_is_checked_is_kept(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    check, saves = boundary_import.check_park, []

    def meanwhile(copy: Path) -> object:
        if not saves and name == "sources.csv":
            with (folder / name).open("a", encoding="utf-8") as file:
                file.write("mine,My source\n")
        elif not saves:
            save_version(folder, WIDE, boundary_type="management", valid_from=2022,
                         author="me", note="edit")  # fmt: skip
        if not saves:
            saves.append(held(folder))
        return check(copy)

    monkeypatch.setattr(boundary_import, "check_park", meanwhile)
    with pytest.raises(ParkError, match="was changed by somebody else") as error:
        import_boundary(geojson(tmp_path / "a.geojson", WIDE), folder, boundary_type="approved")
    assert name in str(error.value)
    assert held(folder) == saves[0]
