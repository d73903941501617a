"""List mappings: what a mapping file says is read, and every mistake in it told by its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from parkkit.core.errors import ParkError
from parkkit.park.bridges import known_list, known_lists, list_mapping, mapping_template
from parkkit.park.list_mapping import read_mapping

SOUND = """\
[file]
delimiter = ";"
decimal = ","

[columns]
facility_id = "Id"
species = "Stoff"
amount = "Menge"

[fixed]
list = "city"
year = 2020
medium = "air"
unit = "t"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    text = SOUND + '[species]\n"Stick  Oxide" = "nox"\n[multipliers]\ncarbon = 3.5\n'
    found = read_mapping(written(tmp_path, text))
    assert (found.name, found.marks) == ("map", ((";", ","),))
    assert found.columns["amount"] == ("Menge",)
    assert found.fixed == {"list": "city", "year": 2020, "medium": "air", "unit": "t"}
    assert (found.species, found.multipliers) == ({"stick oxide": "nox"}, {"carbon": 3.5})
    assert not found.has_shared_id


def test_a_mapping_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert read_mapping(written(tmp_path, "\ufeff" + SOUND)).fixed["list"] == "city"


def test_the_template_is_a_sound_mapping(tmp_path: Path) -> None:
    found = read_mapping(written(tmp_path, mapping_template()))
    assert found.marks == ((",", "."),)
    assert set(found.species.values()) == {"nox"}


def test_what_the_template_remarks_out_is_sound_too(tmp_path: Path) -> None:
    text = mapping_template()
    for line in ('[column_units]', '"排放量（吨）" = "t"', '[multipliers]', '[species_media]',
                 'co2 = "air"', 'encoding = "cp1252"',
                 'plant_id = "统一社会信用代码"'):  # fmt: skip
        assert f"# {line}" in text, line
        text = text.replace(f"# {line}", line)
    text = text.replace('# "碳" =', '"碳" =').replace(
        'amount = "排放量"', 'amount = ["排放量", "排放量（吨）"]')  # fmt: skip
    found = read_mapping(written(tmp_path, text))
    assert found.multipliers == {"碳": 3.6641}
    assert (found.encoding, found.has_shared_id) == ("cp1252", True)


def test_the_known_lists_are_sound() -> None:
    assert known_lists() == ("eprtr", "stewi")
    assert known_list("eprtr").marks == ((";", ","), (",", "."))
    assert known_list("stewi").media["soil"] == "land"


def changed(old: str, new: str) -> str:
    assert old in SOUND
    return SOUND.replace(old, new)


MISTAKES = [
    ("[file\n", "map.toml: is not valid TOML"),
    (changed("[file]", "[fyle]"), r"map.toml: section \[file\] is missing"),
    (SOUND + "[spezies]\n", "map.toml: unknown section 'spezies'. Did you mean 'species'?"),
    ("media = 5\n" + SOUND, r"map.toml: 'media' is to be a section, \[media\]"),
    ("title = 5\n" + SOUND, "map.toml title: 5 does not do here; give text"),
    (changed('";"', '":"'), r"map.toml \[file\] delimiter: ':' is no mark .* known: ,, ;, |, tab"),
    (changed('decimal = ","', 'decimal = "·"'), r"map.toml \[file\] decimal: '·' is no mark"),
    (changed('decimal = ","', ""), r"map.toml \[file\] decimal: is blank; fill it in"),
    (changed('";"', '","'), r"map.toml \[file\] decimal: ',' parts both columns and decimals"),
    (changed('";"', '[";", ","]'), r"\[file\] decimal: there are 2 delimiters and 1 decimal marks"),
    (changed("[columns]", 'encoding = "utf-9"\n[columns]'), r"encoding: there is no encoding 'utf"),
    (changed("[columns]", "thousands = '.'\n[columns]"), r"\[file\] thousands: unknown setting"),
    (changed("amount =", "amuont ="), r"\[columns\] amuont: unknown field .*Did you mean 'amount'"),
    (changed('"Menge"', "5"), r"map.toml \[columns\] amount: 5 names no column; give the column's"),
    (changed('"Menge"', '""'), r"map.toml \[columns\] amount: '' names no column"),
    (changed('"Menge"', '["", "Menge"]'), r"\[columns\] amount: \['', 'Menge'\] names no column"),
    (changed('amount = "Menge"', ""), r"\[columns\] amount: nothing says what the list's 'amount'"),
    (changed('unit = "t"', ""), r"'unit' is; give it under \[columns\], \[fixed\], \[column_units"),
    (changed("year = 2020", ""), r"\[columns\] year: .* give it under \[columns\], \[fixed\]\."),
    (changed("facility_id", "name"), r"\[columns\] facility_id: nothing says what"),
    (changed("2020", '"2020"'), r"\[fixed\] year: '2020' does not do here; .* from 1900 to 2100"),
    (changed("2020", "20200"), r"\[fixed\] year: '20200' does not do here"),
    (changed('"city"', '" "'), r"map.toml \[fixed\] list: ' ' does not do here; give text"),
    (changed('"air"', '"fire"'), r"\[fixed\] medium: unknown medium 'fire'.*Known: air, water, la"),
    (changed('"t"\n', '"bucket"\n'), r"\[fixed\] unit: unknown unit 'bucket'"),
    (changed('"t"\n', '"MJ"\n'), r"\[fixed\] unit: unit 'MJ' measures something else"),
    (changed("[fixed]", "[fixed]\nnaem = 1"), r"\[fixed\] naem: unknown field 'naem'"),
    (changed("[columns]", '[columns]\nyear = "Jahr"'), r"\[fixed\] year: the column 'Jahr' says"),
    (SOUND + '[species]\nNOx = "noxx"\n', r"\[species\] NOx: unknown species 'noxx'.*mean 'nox'"),
    (SOUND + '[units]\nkilo = "kgg"\n', r"map.toml \[units\] kilo: unknown unit 'kgg'"),
    (SOUND + '[media]\nsea = "sea"\n', r"map.toml \[media\] sea: unknown medium 'sea'"),
    (SOUND + '[species_media]\nnoxx = "air"\n', r"\[species_media\] noxx: unknown species 'noxx'"),
    (SOUND + '[column_units]\nMasse = "t"\n', r"\[column_units\] Masse: unknown column .*Menge"),
    (SOUND + "[multipliers]\nC = -1\n", r"\[multipliers\] C: '-1' cannot multiply amounts"),
    (SOUND + "[multipliers]\nC = true\n", r"\[multipliers\] C: 'True' cannot multiply amounts"),
    (SOUND + '[media]\nAir = "air"\n"air " = "water"\n', r"\[media\] air: differs from 'Air' in"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), MISTAKES)
def test_a_mistake_is_told_with_file_section_key_and_what_would_do(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(ParkError, match=told) as error:
        read_mapping(written(tmp_path, text))
    assert "map.toml" in error.value.told("zh")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = changed('";"', '":"').replace('"air"', '"fire"') + '[units]\nkilo = "kgg"\n'
    with pytest.raises(ParkError) as error:
        read_mapping(written(tmp_path, text))
    assert [problem.file for problem in error.value.problems] == [
        "map.toml [file] delimiter",
        "map.toml [fixed] medium",
        "map.toml [units] kilo",
    ]


def test_a_column_that_may_be_missing_may_also_be_fixed(tmp_path: Path) -> None:
    text = changed("[columns]", '[columns]\nyear = ["Jahr", ""]')
    assert read_mapping(written(tmp_path, text)).columns["year"] == ("Jahr", "")


def test_a_name_of_no_known_list_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ParkError, match="no list called 'eptr'; known: eprtr, stewi, or give a"):
        list_mapping(tmp_path / "list.csv", "eptr")
    with pytest.raises(ParkError, match="map.toml: the file is not there"):
        list_mapping(tmp_path / "list.csv", tmp_path / "map.toml")
