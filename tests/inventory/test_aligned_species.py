"""Aligned species: what lists call otherwise counts as one species, and counts once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parkkit.core.vocabulary import codes, synonyms, vocabulary
from parkkit.inventory.compilation import Inventory, total, totals
from parkkit.inventory.equivalents import equivalents
from tests.parks import compiled, make_park

NO2_BY_NO = 46.006 / 30.006


def inventory_of(folder: Path, *releases: dict[str, Any], **choices: Any) -> Inventory:
    return compiled(make_park(folder / "p", releases=list(releases)), **choices)


def summed(inventory: Inventory) -> dict[str, float]:
    """The amounts of a sum across species: without those that are parts of others."""
    rows = inventory.emissions[inventory.emissions["part_of"] == ""]
    return rows.groupby("species")["emissions_t"].sum().to_dict()


def test_every_name_of_the_table_is_of_the_vocabulary() -> None:
    table = vocabulary("aligned_species")
    assert set(table["given"].str.lower()) <= set(synonyms("species"))
    assert set(table["species"]) <= set(codes("species"))
    assert set(table["beside"]) == {"adds", "part"}
    assert table[["note", "source"]].ne("").all(axis=None)
    factors = table.set_index("given")["factor"].astype(float)
    assert factors["nitric_oxide"] == pytest.approx(NO2_BY_NO, rel=1e-8)


def test_a_metal_and_its_compounds_add_up_in_the_list_that_parts_them(tmp_path: Path) -> None:
    rows = [{"list": "TRI", "species": "Lead", "amount": 2},
            {"list": "TRI", "species": "Lead compounds", "amount": 3}]  # fmt: skip
    found = inventory_of(tmp_path, *rows)
    assert summed(found) == {"lead": 5}
    memo = found.ledger[found.ledger["reason"] == "species_aligned"]
    assert memo[["species", "list", "amount_t", "is_memo"]].values.tolist() == [
        ["lead_compounds", "TRI", 3, True]
    ]
    assert found.releases["given_species"].tolist() == ["", "lead_compounds"]


def test_the_metal_of_two_lists_counts_once(tmp_path: Path) -> None:
    rows = [{"list": "NEI", "species": "Lead", "amount": 4, "data_rank": 1},
            {"list": "TRI", "species": "Lead compounds", "amount": 3}]  # fmt: skip
    found = inventory_of(tmp_path, *rows)
    assert summed(found) == {"lead": 4}
    lost = found.ledger[found.ledger["reason"] == "other_list_chosen"]
    assert lost[["species", "list", "amount_t"]].values.tolist() == [["lead", "TRI", 3]]


def test_another_list_keeps_its_own_meaning(tmp_path: Path) -> None:
    found = inventory_of(tmp_path, {"species": "Lead compounds", "amount": 3})
    assert summed(found) == {"lead_compounds": 3}


def test_the_park_keeps_what_the_list_wrote(tmp_path: Path) -> None:
    rows = [{"list": "TRI", "species": "Lead compounds", "amount": 3}]
    park = make_park(tmp_path / "p", releases=rows)
    compiled(park)
    assert park.releases["species"].tolist() == ["lead_compounds"]


@pytest.mark.parametrize(
    ("releases", "wanted"),
    [({"NOx as NO": 3}, {"nox": 3 * NO2_BY_NO}), ({"一氧化氮": 3}, {"nox": 3 * NO2_BY_NO}),
     ({"NO": 3, "NO2": 1}, {"nox": 3 * NO2_BY_NO + 1}),
     ({"NOx": 5, "NO": 3}, {"nox": 5}), ({"NOx": 5, "NO": 3, "NO2": 0.4}, {"nox": 5})],
    ids=["NOx as NO", "NO alone", "NO and NO2", "NOx holds its NO", "NOx holds both"],
)  # fmt: skip
def test_nox_is_told_as_no2_and_once(
    tmp_path: Path, releases: dict[str, float], wanted: dict[str, float]
) -> None:
    found = inventory_of(tmp_path, *({"species": s, "amount": t} for s, t in releases.items()))
    assert summed(found) == pytest.approx(wanted, rel=1e-7)


def test_no_of_one_process_adds_to_the_nox_of_another(tmp_path: Path) -> None:
    rows = [{"process": "a", "species": "NOx", "amount": 5},
            {"process": "b", "species": "NO", "amount": 3}]  # fmt: skip
    assert total(inventory_of(tmp_path, *rows), "nox", 2023) == pytest.approx(5 + 3 * NO2_BY_NO)


@pytest.mark.parametrize(
    ("releases", "wanted"),
    [({"pm10": 8, "pm2_5": 5, "PM10-PM2.5": 3}, {"pm10": 8}),
     ({"pm2_5": 5, "PM10-PM2.5": 3}, {"pm2_5": 5, "pm_coarse": 3}),
     ({"VOC": 9, "Benzene": 2, "Toluene": 3}, {"voc": 9}),
     ({"Benzene": 2, "Toluene": 3}, {"benzene": 2, "toluene": 3})],
    ids=["dust whole", "dust in parts", "VOC and members", "members alone"],
)  # fmt: skip
def test_a_whole_holds_its_parts_and_none_is_made_up(
    tmp_path: Path, releases: dict[str, float], wanted: dict[str, float]
) -> None:
    found = inventory_of(tmp_path, *({"species": s, "amount": t} for s, t in releases.items()))
    assert summed(found) == wanted
    assert set(totals(found)["species"]) == {synonyms("species")[s.lower()] for s in releases}


def test_of_cod_and_bod_one_counts_in_equivalents(tmp_path: Path) -> None:
    water = {"medium": "water", "amount": 10}
    rows = [{**water, "species": "cod"}, {**water, "species": "bod"}]
    found = inventory_of(tmp_path, *rows).emissions
    assert set(found.loc[equivalents(found).notna(), "species"]) == {"cod"}


def test_what_a_list_says_was_generated_of_nox_holds_nothing_of_the_no_released(
    tmp_path: Path,
) -> None:
    made = {"species": "nox", "amount_kind": "generated", "destination": "", "amount": 20}
    found = inventory_of(tmp_path, {"species": "nitric_oxide", "amount": 10}, made)
    assert summed(found) == pytest.approx({"nox": 10 * NO2_BY_NO})
    assert found.emissions["generated_t"].tolist() == [20]


def test_a_row_in_doubt_too_is_told_by_what_its_list_calls_it(tmp_path: Path) -> None:
    found = inventory_of(tmp_path, {"species": "nitric_oxide", "amount": -10})
    told = found.ledger.set_index("reason")[["species", "amount_t"]]
    assert told.loc["species_aligned"].tolist() == ["nitric_oxide", -10]
    assert told.loc["negative_amount"].tolist() == ["nox", pytest.approx(-10 * NO2_BY_NO)]
