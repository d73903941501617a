"""Rule differences: what each rule between lists makes of the totals, by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import totals
from parkkit.inventory.rule_differences import differences_between, rule_differences
from parkkit.park.package import Park, open_park
from tests.parks import compiled, make_park

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
BOILER = {"process": "boiler", "species": "nox"}
# Of the boiler 20 t by permit and 25 t by statistics, of better rank; of the kiln 7 t by permit.
LISTS = [
    {**BOILER, "amount": 20},
    {**BOILER, "list": "statistics", "amount": 25, "data_rank": 1},
    {**BOILER, "process": "kiln", "amount": 7},
    {**BOILER, "species": "pm", "notation": "NE"},
    {**BOILER, "species": "voc", "amount": 0},
]


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Park:
    return make_park(tmp_path_factory.mktemp("rules") / "p", releases=LISTS)


def differences(park: Park, **given: Any) -> pd.DataFrame:
    asked = {"boundary_type": "physical", "year": 2023, "convention": park.about.convention}
    return rule_differences(park, **{**asked, **given})


def test_each_rule_stands_beside_the_conventions_own(park: Park) -> None:
    table = differences(park, species=["nox"])
    names = ["rule", "amount_t", "difference_t", "difference_percent", "lists", "source_count"]
    assert table[names].to_numpy().tolist() == [
        ["own", 32.0, 0.0, 0.0, "permit+statistics", 0],
        ["best_rank", 32.0, 0.0, 0.0, "permit+statistics", 0],
        ["priority", 27.0, -5.0, -15.625, "permit", 1],
        ["largest", 32.0, 0.0, 0.0, "permit+statistics", 0],
        ["mean", 29.5, -2.5, -7.8125, "permit+statistics", 1],
    ]


def test_what_is_not_computable_differs_by_nothing_that_can_be_told(park: Park) -> None:
    table = differences(park, rules=["largest"])
    table = table[table["rule"] == "largest"].set_index("species")
    assert list(table.index) == ["nox", "pm", "voc"]
    amounts = ["amount_t", "difference_t", "difference_percent"]
    assert table.loc[["pm"], amounts].isna().all(axis=None)
    assert table["status"].tolist() == ["computed", "not_computable", "computed"]
    # of nothing there is no percentage
    assert table["difference_t"].tolist()[2] == 0.0
    assert table["difference_percent"].isna().tolist() == [False, True, True]


def test_a_rule_of_its_own_is_what_the_others_are_measured_against(park: Park) -> None:
    own = replace(park.about.convention, species_rules=(("nox", "mean"),))
    table = differences(park, convention=own, rules=["best_rank"], species=["nox"])
    assert table["amount_t"].tolist() == [29.5, 32.0]
    assert table["difference_t"].tolist() == [0.0, 2.5]


def test_a_plant_told_as_a_whole_is_one_source_and_its_processes_are_several(
    tmp_path: Path,
) -> None:
    whole = {**BOILER, "process": "", "list": "cems", "amount": 30, "data_rank": 3}
    made = make_park(tmp_path / "p", releases=[LISTS[0], LISTS[2], whole])
    table = differences(made, rules=["largest"], species=["nox"])
    assert table[["amount_t", "lists", "source_count"]].to_numpy().tolist() == [
        [27.0, "permit", 0], [30.0, "cems", 1]]  # fmt: skip
    by_largest = replace(made.about.convention, release_rule="largest")
    back = differences(made, convention=by_largest, rules=["best_rank"], species=["nox"])
    assert back["source_count"].tolist() == [0, 2]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"rules": ["larges"]}, "unknown release_rule 'larges'. Did you mean 'largest'?"),
        ({"species": ["n0x"]}, "unknown species 'n0x'. Did you mean 'nox'?"),
        ({"year": 2031}, "unknown year '2031'"),
    ],
)
def test_what_nobody_knows_is_refused(park: Park, given: dict[str, Any], told: str) -> None:
    with pytest.raises(ParkError) as error:
        differences(park, **{"rules": [], **given})
    assert told in str(error.value)


def test_on_langang_the_differences_are_those_of_two_inventories() -> None:
    park = open_park(LANGANG)
    own, largest = compiled(park), compiled(park, release_rule="largest")
    table = differences_between({"own": own, "largest": largest}, year=2023)
    found = table[table["rule"] == "largest"].set_index(["species", "medium"])
    amounts = [
        totals(each, years=[2023]).set_index(["species", "medium"])["amount_t"]
        for each in (own, largest)
    ]
    moved = found["difference_t"]
    pd.testing.assert_series_equal(moved, amounts[1] - amounts[0], check_names=False)
    assert (moved >= 0).all()
    # What only the calculation tells no rule moves.
    assert (moved["co2", "air"], found["source_count"]["co2", "air"]) == (0, 0)
    assert (round(moved["nox", "air"], 1), found["source_count"]["nox", "air"]) == (34.9, 12)
