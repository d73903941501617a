"""Small decompositions that others published, to the digits they give."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from parkkit.diagnosis.decomposition import decompose
from parkkit.diagnosis.logarithmic_means import array_effects

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def cases(real: Path) -> dict[str, Any]:
    return json.loads((real / "lmdi_cases" / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["PyLMDI_China_2017_2018", "PyLMDI_US_2017_2018"])
def test_six_factors_of_a_country(cases, name):
    case = cases[name]
    factors = [[[list(case["x0"].values()), list(case["xT"].values())]]]
    effects = array_effects(factors)[0, 0]
    assert effects.tolist() == pytest.approx(list(case["additive_expected"].values()), abs=1e-5)
    assert effects.sum() == pytest.approx(case["total"], abs=1e-5)


@pytest.mark.parametrize(
    ("form", "published"),
    [("additive", "additive_published"), ("multiplicative", "multiplicative_published")],
)
def test_four_years_of_two_rows(cases, form, published):
    case = cases["LMDIR_simple"]
    factors = np.array(list(case["X"].values()), dtype=float).swapaxes(0, 1)[None]
    assert factors.prod(axis=-1).sum(axis=1)[0].tolist() == list(case["V"].values())
    effects = array_effects(factors, form=form)[0]
    assert effects.ravel() == pytest.approx(np.ravel(list(case[published].values())), abs=1e-7)


def test_the_ratios_of_four_years(cases):
    case = cases["LMDIR_simple"]
    factors = np.array(list(case["X"].values()), dtype=float).swapaxes(0, 1)[None]
    ratios = array_effects(factors, form="multiplicative")[0].prod(axis=-1)
    assert ratios.tolist() == pytest.approx(list(case["D_agg_published"].values()), abs=1e-7)


@pytest.mark.parametrize(
    ("form", "measured", "expected"),
    [
        ("additive", "amount", "additive"),
        ("multiplicative", "index", "multiplicative_LMDI_I"),
    ],
)
def test_two_sectors_by_their_identity(cases, form, measured, expected):
    case = cases["two_sector_textbook"]
    rows = pd.DataFrame(
        {
            "industry": ["A", "B"] * 2,
            "year": [0, 0, 1, 1],
            "energy": case["E0"] + case["ET"],
            "output": case["Q0"] + case["QT"],
        }
    )
    identity = "energy = activity: [output] * structure: output/[output] * intensity: energy/output"
    table = decompose(rows, identity, (0, 1), form=form, by=()).set_index("effect")
    assert table.loc[list(case[expected]), measured].tolist() == pytest.approx(
        list(case[expected].values()), abs=1e-6
    )


def test_a_new_fuel_takes_the_whole_change_and_a_small_number_only_nearly(real):
    path = real.parent / "acceptance" / "worked_examples.json"
    if not path.is_file():
        pytest.skip(f"no worked examples at {path}")
    examples = json.loads(path.read_text(encoding="utf-8"))
    case, wanted = examples["lmdi_zero"]["inputs"], examples["lmdi_zero"]["out"]
    totals, factor = (case["E0"], case["E1"]), case["EF"]
    shares = (case["share_j0"], case["share_j1"])
    given = [[total, share, factor] for total, share in zip(totals, shares, strict=True)]
    effects = array_effects([[given]])[0, 0]
    names = ["activity", "structure", "intensity_EF"]
    assert effects.tolist() == pytest.approx([wanted[name] for name in names], abs=1e-12)

    delta = examples["lmdi_zero_delta"]
    for small, (activity, structure) in zip(delta["inputs"], delta["out"], strict=True):
        given[0][1] = small
        nearly = array_effects([[given]])[0, 0]
        assert nearly[:2].tolist() == pytest.approx([activity, structure], abs=5e-7)
