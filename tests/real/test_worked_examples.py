"""The worked examples on decoupling: Tapio, the OECD, coupling; others stand with their module.

Zeros of a decomposition are in ``test_lmdi_cases``, Mann-Kendall and cross elasticity in
``test_trend_tests``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.diagnosis.coordination import coordination
from parkkit.diagnosis.elasticity import oecd, tapio, tapio_states

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def examples(real: Path) -> dict[str, Any]:
    path = real.parent / "acceptance" / "worked_examples.json"
    if not path.is_file():
        pytest.skip(f"no worked examples at {path}")
    cases: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return cases


def between(start: float, end: float) -> pd.Series:
    return pd.Series({2020: start, 2021: end})


def coded(state: str) -> str:
    """Return a state as the house writes it: ``weak decoupling`` is ``weak_decoupling``."""
    return state.split(" (")[0].replace(" ", "_")


def test_tapio_of_every_worked_example(examples: dict[str, Any]) -> None:
    case = examples["tapio"]
    assert len(case["inputs"]) == len(case["out"]) == 15
    for (e0, e1, g0, g1), wanted in zip(case["inputs"], case["out"], strict=True):
        row = tapio(between(e0, e1), between(g0, g1), (2020, 2021)).loc[0]
        assert row["state"] == coded(wanted["state"]), wanted
        assert row["pressure_change"] == pytest.approx(wanted["dE"])
        assert row["economy_change"] == pytest.approx(wanted["dG"])
        t = float("nan") if wanted["t"] is None else wanted["t"]
        assert row["elasticity"] == pytest.approx(t, abs=1e-9, nan_ok=True)


def test_rounding_does_not_decide_and_the_other_convention_is_a_choice(
    examples: dict[str, Any],
) -> None:
    case = examples["tapio_float_trap"]
    e0, e1, g0, g1 = case["inputs"]
    pair, wanted = (between(e0, e1), between(g0, g1)), case["out"]
    told = {
        "naive": tapio(*pair, (2020, 2021), tolerance=0),
        "with_tol": tapio(*pair, (2020, 2021)),
        "alt_convention_PMC10559243": tapio(*pair, (2020, 2021), closed="right"),
    }
    assert {name: table.loc[0, "state"] for name, table in told.items()} == {
        name: coded(wanted[name]) for name in told
    }


def test_the_published_states_of_a_development_zone(examples: dict[str, Any]) -> None:
    wanted = [coded(state) for state in examples["tapio_published"]["out"]]
    assert tapio_states([1.021, 0.089], 1.0).tolist() == wanted


def test_the_oecd_factor(examples: dict[str, Any]) -> None:
    given, wanted = examples["oecd"]["inputs"], examples["oecd"]["out"]
    pair = between(given["EP0"], given["EPt"]), between(given["DF0"], given["DFt"])
    row = oecd(*pair, (2020, 2021)).loc[0]
    assert (row["ratio"], row["factor"]) == pytest.approx(
        (wanted["ratio"], wanted["D_f"]), abs=5e-7
    )
    assert row["state"] == coded(wanted["type"])


@pytest.mark.parametrize(("name", "form"), [("ccd_2", "plain"), ("ccd_mod_2", "corrected")])
def test_the_degree_of_coordination(examples: dict[str, Any], name: str, form: Any) -> None:
    found = coordination(examples[name]["inputs"], form=form)
    assert found == pytest.approx(tuple(examples[name]["out"][key] for key in "CTD"), abs=5e-7)
