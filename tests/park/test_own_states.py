"""A park's own table of decoupling states: read, checked, and told as its own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, label
from parkkit.diagnosis.decoupling import decoupling_states, diagnose
from parkkit.diagnosis.sentences import sentence
from parkkit.diagnosis.state_table import our_states, state_names
from parkkit.park.package import check_park, open_park
from tests.parks import make_park, write_park

OWN = decoupling_states().assign(state=list("ABCDEFGH"), name_zh="甲", name_en="mine")


def folder_with(folder: Path, states: pd.DataFrame) -> Path:
    path = write_park(folder / "p", releases=[{"amount": 1}])
    states.to_csv(path / "decoupling_states.csv", index=False)
    return path


def test_a_park_without_a_table_has_none_and_ours_serves(tmp_path: Path) -> None:
    assert make_park(tmp_path / "p", releases=[{"amount": 1}]).states is None


def test_a_parks_own_states_name_its_verdict_and_are_told_as_its_own(tmp_path: Path) -> None:
    # Shuffled, with full-width signs: a table as people make it.
    states = OWN.sample(frac=1, random_state=1).replace({"economy": {"+": "＋", "-": "－"}})
    park = open_park(folder_with(tmp_path, states))
    rows = {"group": "park", "year": [2020, 2021] * 2, "species": ["so2"] * 2 + ["co2e"] * 2}
    pressures = pd.DataFrame({**rows, "amount": [2.0, 1.0, 1.0, 2.0]})
    economy = pd.DataFrame({"group": "park", "year": [2020, 2021], "amount": [1.0, 2.0]})
    row = diagnose(pressures, economy, (2020, 2021), states=park.states).loc[0]
    assert row["state"] == "B"
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        text = sentence(row, language, states=park.states)
        assert label("diagnosis.sentence.own_states", language) in text
        assert label("diagnosis.sentence.caveat", language) not in text
    assert state_names("zh", park.states)["B"] == "甲"
    assert our_states(park.states)["B"] == "S2"


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (OWN.iloc[1:], [("signs_absent", None, "")]),
        (OWN.iloc[[0, 0, 2, 3, 4, 5, 6, 7]].assign(state=OWN["state"].tolist()),
         [("signs_twice", 3, "economy"), ("signs_absent", None, "")]),
        (OWN.assign(carbon=["up", *OWN["carbon"][1:]]), [("unknown", 2, "carbon")]),
        (OWN.assign(name_zh=["", *OWN["name_zh"][1:]]), [("blank", 2, "name_zh")]),
        (OWN.assign(state=[*"AACDEFGH"]), [("duplicate_key", 3, "state")]),
        (OWN.assign(state=["atypical", *"BCDEFGH"]), [("state_reserved", 2, "state")]),
        (OWN.drop(columns="name_en"), [("missing_column", None, "name_en")]),
        (OWN.iloc[:0], [("signs_absent", None, "")]),
    ],
    ids=["a combination absent", "one twice", "no sign", "no name", "a code twice",
         "a code that says there is none", "a column absent", "a head alone"],
)  # fmt: skip
def test_a_table_that_cannot_serve_is_told_with_row_and_column(
    tmp_path: Path, states: pd.DataFrame, told: list[tuple[str, int | None, str]]
) -> None:
    found = check_park(folder_with(tmp_path, states))
    assert [(each.code, each.row, each.column) for each in found if not each.is_warning] == told
    assert {each.file for each in found} == {"decoupling_states.csv"}


def test_an_absent_combination_is_named(tmp_path: Path) -> None:
    [problem] = check_park(folder_with(tmp_path, OWN.iloc[1:]))
    assert "add +--" in problem.told()


def test_a_table_without_a_state_is_refused_in_python() -> None:
    with pytest.raises(ParkError, match=r"states\.state"):
        our_states(OWN.drop(columns="state"))
