"""Boundaries on the command line: areas, who is in which, files, and parts of a park."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from parkkit.cli import main
from parkkit.output.report import report_name
from parkkit.park.polygons import read_boundaries
from tests.parks import INSIDE, OUTSIDE, box, write_park

COAL = {"amount": 1000}
# The west of the square holds A; B stands in the east of it, C outside and is registered here.
WEST_HALF = (120.0, 30.0, 120.06, 30.1)
PLANTS = [
    {"enterprise_id": "A", **INSIDE},
    {"enterprise_id": "B", "lon": 120.09, "lat": 30.05},
    {"enterprise_id": "C", **OUTSIDE},
]
ROWS = [{**COAL, "enterprise_id": name} for name in "ABC"]
PART = "西区（一期）<b>$&"
OLD = {"valid_from": 2000, "valid_to": 2010}


@pytest.fixture
def park(tmp_path: Path) -> Path:
    """A park with a part, and an approved boundary that is history."""
    shapes = [box(official_area_ha=10_000), box(part=PART, edges=WEST_HALF), box("approved", **OLD)]
    return write_park(tmp_path / "mine", enterprises=PLANTS, activity=ROWS, boundaries=shapes)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments), "--language", "en"])
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return int(ended.value.code or 0), said.out, said.err


def test_a_part_is_compiled_as_a_boundary_of_its_own(
    park: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, part = (
        json.loads(run(capsys, "compile", park, "--json", *more)[1])
        for more in ([], ["--part", "西区(一期)<b>$&"])
    )
    # Three plants burn the same coal: two of them inside, one of these in the part.
    assert part["headline"]["amount_t"] == pytest.approx(whole["headline"]["amount_t"] / 2)
    assert part["statement"]["Part of the park"] == PART
    assert "Part of the park" not in whole["statement"]


@pytest.mark.parametrize("command", ["compile", "report", "boundary"])
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--part", "东区"], f"unknown part of the park '东区'. Known: {PART}."),
        (["--part", PART, "--boundary", "approved"], "is not drawn within the boundary of type"),
        (["--boundary", "physcal"], "Did you mean 'physical'?"),
        (["--year", "1990"], "unknown year '1990'"),
    ],
)
def test_what_the_park_does_not_have_is_a_wrong_call(
    park: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    asked: Sequence[str],
    said: str,
) -> None:
    folder = ["--folder", tmp_path / "out"] if command == "report" else []
    status, out, err = run(capsys, command, park, *asked, *folder)
    assert (status, out) == (2, "")
    assert said in err
    assert not (tmp_path / "out").exists()


def test_areas_and_disputed_plants_are_told(park: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "boundary", park)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Boundaries and areas, 2023:"
    # 0.1 degrees of latitude and of longitude at 30.05 degrees: 11.08 km x 9.65 km; 0.6 of that
    assert [re.split(r"\s{2,}", line.strip()) for line in lines[2:4]] == [
        ["physical", "The whole park", "10,690", "10,000", "+6.9%"],
        ["physical", PART, "6414", *["not computable"] * 2],
    ]  # fmt: skip
    assert lines[4] == "Plants on which the boundaries disagree, or without a place (2023): 1"
    assert lines[6].split()[:2] == ["C", "Works"]


def test_the_same_is_told_as_json_for_a_script(
    park: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, "boundary", park, "--json", "--out", tmp_path / "a.geojson")
    told = json.loads(out)
    assert status == 0
    assert "a.geojson" in err
    assert told["year"] == 2023
    assert [row["part"] for row in told["areas"]] == ["", PART]
    (plant,) = told["plants"]
    assert (plant["enterprise_id"], plant["physical"], plant["statistical"]) == ("C", False, True)
    assert plant["approved"] is None
    assert plant["siting"] == "produces_elsewhere"


@pytest.mark.parametrize(
    ("language", "head", "cell"), [("zh", "物理边界", "否"), ("en", "physical", "no")]
)
def test_columns_stand_below_each_other_in_both_languages(
    park: Path, capsys: pytest.CaptureFixture[str], language: str, head: str, cell: str
) -> None:
    with pytest.raises(SystemExit):
        main(["boundary", str(park), "--language", language])
    heads, row = capsys.readouterr().out.splitlines()[-2:]
    before = [line[: line.index(word)] for line, word in ((heads, head), (row, cell))]
    # A Chinese letter takes two places: two bytes in GB18030, and one for a Latin one.
    widths = [len(text.encode("gb18030")) for text in before]
    assert widths[0] == widths[1]


def test_the_polygons_of_the_year_are_written_and_read_back(
    park: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "2023.geojson"
    assert run(capsys, "boundary", park, "--out", path)[0] == 0
    shapes, problems = read_boundaries(path)
    assert [problem for problem in problems if not problem.is_warning] == []
    # The approved boundary ended in 2010.
    assert list(shapes["part"]) == ["", PART]
    assert shapes["official_area_ha"].tolist()[0] == 10_000


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_map_is_written(
    park: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    path = tmp_path / f"map.{ending}"
    status, out, _ = run(capsys, "boundary", park, "--map", path, "--part", PART)
    assert status == 0
    assert str(path) in out
    start = path.read_bytes()[:200]
    assert start.startswith(b"\x89PNG") if ending == "png" else b"<svg" in start


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--map", "map.pdf"], "map.pdf has no ending that would do; use one of .svg, .png"),
        (["--out", "a.shp"], "a.shp has no ending that would do; use one of .geojson, .json"),
        (["--out", "none/a.geojson"], "none is no folder"),
        (["--out", "mine/boundaries.geojson"], "exists already; nothing was written"),
    ],
)
def test_a_file_that_cannot_be_written_is_a_wrong_call(
    park: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    asked: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = (park / "boundaries.geojson").read_bytes()
    status, out, err = run(capsys, "boundary", park, *asked)
    assert (status, out) == (2, "")
    # The message is wrapped to the width of a box.
    assert said in " ".join(err.replace("│", " ").split())
    assert (park / "boundaries.geojson").read_bytes() == before


def test_a_park_without_polygons_has_no_areas_and_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    about = {"default_boundary": "statistical"}
    park = write_park(tmp_path / "p", about=about, boundaries=[], activity=[COAL])
    assert run(capsys, "boundary", park)[1].startswith("No boundary is drawn for 2023.")
    status, _, err = run(capsys, "boundary", park, "--out", tmp_path / "a.geojson")
    assert status == 1
    assert "no boundary is drawn for 2023; choose another year" in err
    assert not (tmp_path / "a.geojson").exists()


def test_a_broken_park_is_told_before_its_boundaries(
    park: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (park / "enterprises.csv").unlink()
    status, out, err = run(capsys, "boundary", park)
    assert (status, out) == (1, "")
    assert "enterprises.csv" in err


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    """A layer of one square, as somebody else drew it."""
    path = tmp_path / "layer.geojson"
    shapes = {"type": "FeatureCollection", "features": [box("management")]}
    path.write_text(json.dumps(shapes), encoding="utf-8")
    return path


def test_a_layer_becomes_a_boundary_of_a_park(
    park: Path, layer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["import", layer, park, "--as", "boundary", "--boundary-type", "management",
                 "--valid-from", 2011, "--official-area", 9000]  # fmt: skip
    status, out, err = run(capsys, *arguments)
    assert status == 0, err
    assert "boundary imported into" in out
    told = json.loads(run(capsys, "boundary", park, "--json")[1])["areas"]
    (row,) = (row for row in told if row["boundary_type"] == "management")
    assert (row["official_area_ha"], row["valid_from"]) == (9000, 2011)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--boundary-type", "phisical"], "Did you mean 'physical'?"),
        (["--datum", "cgcs"], "unknown datum 'cgcs'"),
        (["--valid-from", "soon"], "--valid-from"),
    ],
)
def test_an_import_asked_for_wrongly_writes_nothing(
    park: Path, layer: Path, capsys: pytest.CaptureFixture[str], asked: list[str], said: str
) -> None:
    before = (park / "boundaries.geojson").read_bytes()
    status, _, err = run(capsys, "import", layer, park, "--as", "boundary", *asked)
    assert status == 2
    assert said in err
    assert (park / "boundaries.geojson").read_bytes() == before


def test_an_import_into_no_park_is_a_wrong_call(
    layer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(capsys, "import", layer, tmp_path / "nowhere", "--as", "boundary")
    assert status == 2
    assert "there is no park" in err
    assert not (tmp_path / "nowhere").exists()


def test_a_layer_that_is_not_there_is_a_wrong_call(
    park: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(capsys, "import", tmp_path / "no.shp", park, "--as", "boundary")
    assert status == 2
    assert "no.shp" in err


def test_a_layer_that_cannot_be_read_is_wrong_data_and_writes_nothing(
    park: Path, layer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layer.write_text("{", encoding="utf-8")
    before = (park / "boundaries.geojson").read_bytes()
    status, _, err = run(capsys, "import", layer, park, "--as", "boundary")
    assert status == 1
    assert "layer.geojson" in err
    assert (park / "boundaries.geojson").read_bytes() == before


@pytest.mark.parametrize(
    ("part", "name"),
    [("", "langang_en.html"), ("新材料园", "langang_新材料园_en.html")],
)
def test_a_report_is_called_by_park_and_part(part: str, name: str) -> None:
    assert report_name("langang", part, "en") == name


@pytest.mark.parametrize("part", ["../../x", "<a>", "<b>", "a/b", "a\\b", "x" * 300, "东 区", "?"])
def test_a_report_of_a_part_is_called_by_what_every_file_system_takes(part: str) -> None:
    name = report_name("langang", part, "zh")
    assert not set('/\\<>:"|?* ') & set(name)
    assert name.count(".") == 1
    assert len(name.encode()) < 200
    assert name != report_name("langang", part + "!", "zh")
