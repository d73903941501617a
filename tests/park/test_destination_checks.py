"""Where releases go: what cannot be is refused, what leaves a total is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import Problem
from parkkit.core.vocabulary import vocabulary
from parkkit.park.destination_checks import ONLY_AIR, ONLY_WATER
from parkkit.park.package import check_park
from tests.parks import INSIDE, write_park

PLANTS = [
    {"enterprise_id": name, "credit_code": name, **INSIDE, **more}
    for name, more in {"A": {}, "B": {}, "W": {"role": "wastewater"}}.items()
]
COD = {"species": "cod", "medium": "water", "amount": 5}
SEWER = {**COD, "destination": "treatment_plant"}
HAZARDOUS = {"species": "hazardous_waste", "medium": "waste", "amount": 5}


def problems(folder: Path, *releases: dict[str, Any], **tables: Any) -> list[Problem]:
    given = {"enterprises": PLANTS, "releases": releases, **tables}
    return list(check_park(write_park(folder / "p", **given)))


def told(found: list[Problem]) -> list[tuple[str, int | None, str, bool]]:
    return [(each.code, each.row, each.column, each.is_warning) for each in found]


@pytest.mark.parametrize("where", ["treatment_plant", "transfer"])
def test_what_went_into_the_air_cannot_be_sent(tmp_path: Path, where: str) -> None:
    found = problems(tmp_path, {"amount": 5, "destination": where, "counterpart_id": "W"})
    assert told(found) == [("air_not_sent", 2, "destination", False)]
    assert "give environment" in found[0].told()


def test_the_methane_of_a_sewer_may_be_told_of_it(tmp_path: Path) -> None:
    gas = {**SEWER, "species": "ch4", "medium": "air", "counterpart_id": "W"}
    assert problems(tmp_path, gas) == []


def test_waste_is_treated_or_transferred(tmp_path: Path) -> None:
    found = problems(tmp_path, {**HAZARDOUS, "destination": "treatment_plant"})
    assert told(found) == [("waste_to_treatment_plant", 2, "destination", False)]
    assert "treated" in found[0].told()
    assert "transfer" in found[0].told()


@pytest.mark.parametrize("sent", [SEWER, {**HAZARDOUS, "destination": "transfer"}])
def test_nobody_sends_to_itself(tmp_path: Path, sent: dict[str, Any]) -> None:
    found = problems(tmp_path, {**sent, "counterpart_id": "A"})
    assert told(found) == [("sent_to_itself", 2, "counterpart_id", False)]


def test_sewers_that_name_no_plant_are_told_together(tmp_path: Path) -> None:
    found = problems(tmp_path, SEWER, {**SEWER, "enterprise_id": "B"})
    assert told(found) == [("treatment_plant_not_named", 2, "counterpart_id", True)]
    assert "2 row(s)" in found[0].told()
    assert "A, B" in found[0].told()
    assert "outside" in found[0].told()


def test_a_plant_that_treats_nothing_is_told_with_those_that_do(tmp_path: Path) -> None:
    found = problems(tmp_path, {**SEWER, "counterpart_id": "B"})
    assert told(found) == [("counterpart_treats_nothing", 2, "counterpart_id", True)]
    assert "(W)" in found[0].told()


TREATED = {"enterprise_id": "B", "process": "wwtp", "process_type": "wastewater_treatment",
           "item": "cod_load", "use": "treated", "unit": "t", "amount": 5}  # fmt: skip


@pytest.mark.parametrize(
    ("counterpart", "tables"),
    [("W", {}), ("outside", {}), ("B", {"activity": [TREATED]})],
    ids=["a wastewater plant", "outside", "a plant that treats"],
)
def test_a_sewer_to_a_plant_that_treats_is_sound(
    tmp_path: Path, counterpart: str, tables: dict[str, Any]
) -> None:
    assert problems(tmp_path, {**SEWER, "counterpart_id": counterpart}, **tables) == []


@pytest.mark.parametrize(
    ("species", "medium"),
    [("cod", "air"), ("so2", "water"), ("pm", "water"), ("hazardous_waste", "water")],
)
def test_a_species_in_a_medium_where_it_is_not_is_told_once(
    tmp_path: Path, species: str, medium: str
) -> None:
    rows = [{"species": species, "medium": medium, "amount": 5, "enterprise_id": plant}
            for plant in "AB"]  # fmt: skip
    found = problems(tmp_path, *rows)
    assert told(found) == [("unlikely_medium", 2, "medium", True)]
    assert "2 row(s)" in found[0].told()


def test_substances_of_air_and_water_pass_in_both(tmp_path: Path) -> None:
    pairs = vocabulary("pollution_equivalents")[["species", "medium"]]
    pairs = pairs[(pairs["species"] != "")].drop_duplicates()
    more = [("chloroform", "air"), ("methanol", "water"), ("lead", "land"), ("toc", "air")]
    rows = [{"species": species, "medium": medium, "amount": 5}
            for species, medium in [*pairs.itertuples(index=False, name=None), *more]]  # fmt: skip
    codes = {problem.code for problem in problems(tmp_path, *rows)}
    assert "unlikely_medium" not in codes


def test_the_media_of_the_vocabulary_agree() -> None:
    media = vocabulary("species").set_index("species")["medium"]
    assert {media[name] for name in ONLY_WATER} == {"water"}
    assert {media[name] for name in ONLY_AIR} == {"air"}


def test_the_same_release_under_two_ids_is_told_with_both(tmp_path: Path) -> None:
    found = problems(tmp_path, {"amount": 5}, {"amount": 5}, {"amount": 5, "year": 2022})
    assert told(found) == [("duplicate_release", 3, "release_id", True)]
    assert "'r0002'" in found[0].told()
    assert "row 2 ('r0001') of list 'permit'" in found[0].told()


def test_two_amounts_of_one_release_are_told_as_summed(tmp_path: Path) -> None:
    found = problems(tmp_path, {"amount": 5}, {"amount": 7}, {"amount": 8})
    assert told(found) == [("same_release_summed", 3, "release_id", True)]
    assert "2 row(s)" in found[0].told()
    assert "'r0001' in row 2" in found[0].told()


@pytest.mark.parametrize(
    "other",
    [{"stack_id": "S2"}, {"list": "statistics"}, {"month": 1}, {"species": "nox"}],
    ids=["outlet", "list", "month", "species"],
)
def test_releases_told_apart_are_not_the_same(tmp_path: Path, other: dict[str, Any]) -> None:
    codes = {each.code for each in problems(tmp_path, {"amount": 5}, {"amount": 5, **other})}
    assert not codes & {"duplicate_release", "same_release_summed"}


def test_two_kinds_of_hazardous_waste_are_summed_in_silence(tmp_path: Path) -> None:
    rows = [{**HAZARDOUS, "amount_kind": "generated", "destination": "", "amount": n}
            for n in (5, 7)]  # fmt: skip
    assert problems(tmp_path, *rows) == []
