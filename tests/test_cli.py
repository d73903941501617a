"""The command line: what it prints, what it returns, and that a mistake writes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from parkkit.cli import main
from tests.parks import box

SAMPLES = Path(__file__).parents[1] / "sample_parks"
LANGANG = str(SAMPLES / "langang")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARKKIT_LANGUAGE", "en")
    monkeypatch.setenv("PARKKIT_PARKS", str(SAMPLES))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the sample park with one unit that nobody knows."""
    folder = tmp_path / "broken"
    shutil.copytree(LANGANG, folder)
    path = folder / "activity.csv"
    head, first, rest = path.read_text(encoding="utf-8").split("\n", 2)
    cells = first.split(",")
    cells[head.split(",").index("unit")] = "bucket"
    path.write_text("\n".join([head, ",".join(cells), rest]), encoding="utf-8")
    return folder


def test_a_sound_park_is_checked_with_its_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "check", "langang")
    assert status == 0
    told = out.count("warning: ")
    assert told >= 3
    assert f"0 error(s), {told} warning(s)" in out
    assert err == ""


def test_a_broken_park_is_told_with_row_and_column(
    capsys: pytest.CaptureFixture[str], broken: Path
) -> None:
    status, out, err = run(capsys, "check", str(broken))
    assert status == 1
    assert "activity.csv, row 2, column 'unit': unknown unit 'bucket'" in err
    assert "1 error(s)" in out


def test_a_broken_park_is_neither_compiled_nor_reported(
    capsys: pytest.CaptureFixture[str], broken: Path, tmp_path: Path
) -> None:
    for arguments in (["compile", str(broken)],
                      ["report", str(broken), "--folder", str(tmp_path / "out")]):  # fmt: skip
        status, out, err = run(capsys, *arguments)
        assert status == 1
        assert "row 2, column 'unit'" in err
        assert "Traceback" not in err + out
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nowhere"], "there is no park 'nowhere'"),
        (["check", "langagn"], "Did you mean 'langang'?"),
        (["compile", "langang", "--boundary", "physcal"], "Did you mean 'physical'?"),
        (["compile", "langang", "--year", "2031"], "unknown year '2031'"),
        (["compile", "langang", "--choice", "gwp=AR7"], "unknown gwp 'AR7'"),
        (["compile", "langang", "--choice", "electricity=markt"], "Did you mean 'market'?"),
        (["compile", "langang", "--choice", "colour=red"], "unknown choice 'colour'"),
        (["compile", "langang", "--choice", "species_rules=co2:lagest"], "unknown release_rule"),
        (["compile", "langang", "--choice", "species_rules=co2"], "takes pairs of a species"),
        (["compile", "langang", "--year", "0"], "unknown year '0'"),
        (["compile", "langang", "--year", "abc"], "--year"),
        (["compile", "langang", "--boundary", ""], "unknown boundary ''"),
        (["compile", "langang", "--choice", "nonsense"], "unknown choice 'nonsense'"),
        (["compile", "langang", "--choice", "level=enterprise,park"], "level takes one value"),
        (["compile", "langang", "--choice", "scopes=1,x"], "not 'x'"),
        (["check", "langang", "--parks", "/nowhere"], "no folder of parks '/nowhere'"),
        (["app", "--parks", "/nowhere"], "no folder of parks '/nowhere'"),
        (["app", "--port", "70000"], "70000 is no port"),
        (["report", "langang", "--folder", f"{LANGANG}/park.toml/x"], "park.toml is no folder"),
        (["new", f"{LANGANG}/park.toml/x"], "cannot be written to"),
        (["new", LANGANG], "exists already; nothing was written"),
        (["report"], "Missing argument"),
        (["dance"], "No such command"),
    ],
)
def test_a_wrong_call_is_a_message_and_status_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    status, out, err = run(capsys, *arguments)
    assert status == 2
    assert said in err
    assert "Traceback" not in err + out


def test_messages_come_in_chinese_where_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARKKIT_LANGUAGE", "zh")
    assert "没有名为“nowhere”的园区" in run(capsys, "check", "nowhere")[2]


@pytest.mark.parametrize("asked", [["--language", "zh"], ["--language=zh"]])
def test_an_error_speaks_the_language_of_the_call(
    capsys: pytest.CaptureFixture[str], broken: Path, asked: list[str]
) -> None:
    assert "有 1 处问题，未作任何计算" in run(capsys, "compile", str(broken), *asked)[2]
    assert "错误：activity.csv，第 2 行" in run(capsys, "check", str(broken), *asked)[2]


def test_compile_prints_json_for_a_script(capsys: pytest.CaptureFixture[str]) -> None:
    main_status, out, _ = run(capsys, "compile", "langang", "--json", "--choice", "scopes=1")
    result = json.loads(out)
    assert main_status == 0
    assert result["headline"]["year"] == 2023
    whole = next(row for row in result["totals"] if row["species"] == "co2e")
    assert whole["amount_t"] == result["headline"]["amount_t"]
    assert result["statement"]["Scopes"].startswith("Scope 1")


def test_a_park_without_a_year_has_no_total_and_no_report(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, "new", str(tmp_path / "mine"))
    for command in ("compile", "report"):
        status, out, err = run(capsys, command, str(tmp_path / "mine"))
        assert status == 1
        assert "park 'mine' has no data for any year; add rows" in err
        assert "Traceback" not in err + out


def test_check_prints_json_for_a_script(capsys: pytest.CaptureFixture[str], broken: Path) -> None:
    status, out, _ = run(capsys, "check", str(broken), "--json")
    rows = json.loads(out)
    assert status == 1
    assert {"file": "activity.csv", "row": 2, "column": "unit"}.items() <= rows[0].items()


def test_a_new_park_can_be_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, "new", str(tmp_path / "mine"))[0] == 0
    status, out, _ = run(capsys, "check", str(tmp_path / "mine"))
    assert status == 0
    assert "0 error(s)" in out


@pytest.mark.real
def test_a_register_is_imported_and_compiled(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, real: Path
) -> None:
    folder = real / "steel_cluster_us"
    arguments = ["import", str(folder / "releases_2017.csv"), str(tmp_path / "gary"), "--as",
                 "register", "--boundary", str(folder / "box.geojson"), "--boundary-type",
                 "physical", "--country", "US", "--industry-scheme", "NAICS"]  # fmt: skip
    status, out, _ = run(capsys, *arguments)
    assert status == 0
    assert "7 plants, 362 releases; 51 substance(s)" in out
    assert run(capsys, *arguments)[0] == 2
    rows = json.loads(run(capsys, "compile", str(tmp_path / "gary"), "--json")[1])["totals"]
    amounts = {row["species"]: row["amount_t"] for row in rows}
    assert amounts["co2"] == pytest.approx(36_971_943.6, rel=1e-6)
    assert amounts["nox"] == pytest.approx(16_614.750, rel=1e-6)


def test_an_import_with_a_mistake_leaves_nothing_behind(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source = tmp_path / "list.csv"
    source.write_text("FRS_ID,Name\n1,x\n", encoding="utf-8")
    (tmp_path / "box.geojson").write_text("{}", encoding="utf-8")
    status, _, err = run(capsys, "import", str(source), str(tmp_path / "made"), "--boundary",
                         str(tmp_path / "box.geojson"))  # fmt: skip
    assert status == 1
    assert "the column is missing" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["box.geojson", "list.csv"]


RELEASES = """\
Nr;Werk;Stoff;Menge;Einheit;Jahr
007;Huette;SO2;1,5;t;2020
"""
MAPPING = """\
[file]
delimiter = ";"
decimal = ","
[columns]
facility_id = "Nr"
name = "Werk"
species = "Stoff"
amount = "Menge"
unit = "Einheit"
year = "Jahr"
[fixed]
list = "city"
medium = "air"
"""


def test_a_list_is_imported_by_a_mapping_file_and_another_joins_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "box.geojson").write_text(json.dumps({"features": [box()]}), encoding="utf-8")
    for name, year in (("a.csv", "2020"), ("b.csv", "2021"), ("c.csv", "2022")):
        (tmp_path / name).write_text(RELEASES.replace("2020", year), encoding="utf-8")
    made, by = str(tmp_path / "made"), ["--mapping", str(tmp_path / "map.toml")]
    status, out, _ = run(capsys, "import", str(tmp_path / "a.csv"), str(tmp_path / "b.csv"), made,
                         "--boundary", str(tmp_path / "box.geojson"), *by)  # fmt: skip
    assert (status, "1 plants, 2 releases; 0 substance(s)" in out) == (0, True)
    status, out, err = run(capsys, "import", str(tmp_path / "c.csv"), made, "--into", "--list",
                           "county", *by)  # fmt: skip
    assert (status, "1 new plants, 1 releases" in out) == (0, True)
    assert "list 'county' is not in list_order" in err


def test_a_list_joins_no_folder_that_is_no_park(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(RELEASES, encoding="utf-8")
    status, _, err = run(capsys, "import", str(tmp_path / "a.csv"), str(tmp_path / "no"), "--into")
    assert status == 2
    assert "there is no park" in err


def test_a_mapping_template_is_written_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "map.toml"
    assert run(capsys, "import", "--mapping-template", str(path))[0] == 0
    assert "[columns]" in path.read_text(encoding="utf-8")
    status, _, err = run(capsys, "import", "--mapping-template", str(path))
    assert status != 0
    assert "exists already" in err


@pytest.mark.parametrize("mapping", ["stewii", "nothere.toml"])
def test_a_mapping_that_is_not_there_is_a_wrong_call(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, mapping: str
) -> None:
    (tmp_path / "a.csv").write_text(RELEASES, encoding="utf-8")
    (tmp_path / "box.geojson").write_text(json.dumps({"features": [box()]}), encoding="utf-8")
    made = [str(tmp_path / "a.csv"), str(tmp_path / "made")]
    box_given = ["--boundary", str(tmp_path / "box.geojson")]
    status, _, err = run(capsys, "import", *made, *box_given, "--mapping", mapping)
    assert (status, mapping in err) == (2, True)


def test_only_release_lists_may_be_several(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, _, err = run(capsys, "import", "a.shp", "b.shp", str(tmp_path), "--as", "boundary")
    assert status == 2
    assert "one file of this kind" in err
