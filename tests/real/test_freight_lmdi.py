"""Energy of freight, trucks and buses in the United States, 1970 to 2017, as it was published."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from parkkit.diagnosis.effect_indexes import lmdi_index

pytestmark = pytest.mark.real

YEARS = range(1970, 2018)
NAMING = ["Sector", "Nest level", "Unit", "Data Type", "Energy Type", "Year"]
IDENTITY = "energy = activity: [work] * structure: work/[work] * intensity: energy/work"
NESTED = (
    "energy = activity: [work] * structure: work/[work] * lower: lower "
    "* intensity: energy/(work*lower)"
)


def rows_of(real: Path, name: str) -> pd.DataFrame:
    """Energy and work by kind and year; the last column is their total and no kind."""
    path = real / "freight_lmdi_us" / f"{name}_input_data.csv"
    given = pd.read_csv(path, encoding="utf-8-sig")
    total = given.columns[-1]
    kinds = given.melt(id_vars=["Data Type", "Year"], var_name="kind", value_vars=[
        column for column in given if column not in (*NAMING, total)])  # fmt: skip
    table = kinds.pivot(index=["kind", "Year"], columns="Data Type", values="value")
    names = {"Year": "year", "Energy": "energy", "Activity": "work"}
    return table.reset_index().rename(columns=names)


def published(real: Path, name: str) -> pd.DataFrame:
    path = real / "freight_lmdi_us" / f"{name}_results.csv"
    table = pd.read_csv(path, encoding="utf-8-sig", na_values="#DIV/0!", index_col="Year")
    # Headers keep the line breaks of a spreadsheet as runs of spaces.
    return table.rename(columns=lambda name: " ".join(name.split()))


def indexes(rows: pd.DataFrame, identity: str = IDENTITY) -> pd.DataFrame:
    table = lmdi_index(rows, identity, base=1985, by=(), key=["kind"])
    assert table["status"].eq("computed").all()
    return table.pivot(index="year", columns="effect", values="index")


def assert_agree(found: pd.Series, wanted: pd.Series) -> None:
    assert wanted.index.tolist() == found.index.tolist() == list(YEARS)
    assert found.to_numpy() == pytest.approx(wanted.to_numpy(), rel=1e-8)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        (
            "freight_trucks",
            {"activity": "Activity", "structure": "Structure", "intensity": "Intensity"},
        ),
        (
            "buses",
            {
                "activity": "Activity Weights",
                "structure": "Structure: Mix of Bus Types",
                "intensity": "Component Intensity Index",
            },
        ),
    ],
)
def test_trucks_and_buses_are_as_published(real, name, columns):
    found, wanted = indexes(rows_of(real, name)), published(real, name)
    for effect, column in columns.items():
        assert_agree(found[effect], wanted[column])
    assert_agree(found["total"], wanted["Actual Energy Use"])


def test_all_freight_is_as_published_with_the_structure_of_trucks_below(real):
    rows, wanted = rows_of(real, "freight_total"), published(real, "freight_total")
    trucks = indexes(rows_of(real, "freight_trucks"))["structure"]
    is_highway = rows["kind"].eq("Highway")
    rows["lower"] = rows["year"].map(trucks).where(is_highway, 1.0)
    found = indexes(rows, NESTED)
    columns = {
        "activity": "Activity",
        "structure": "Structure",
        "lower": "Structure: Next lower level",
        "intensity": "Intensity",
        "total": "Actual Energy Use",
    }
    for effect, column in columns.items():
        assert_agree(found[effect], wanted[column])


def test_the_ends_of_all_freight_are_those_of_the_publisher(real):
    found = indexes(rows_of(real, "freight_total"))
    assert found.loc[1970, ["activity", "structure"]].tolist() == pytest.approx(
        [0.765882849, 0.955630972], rel=1e-8
    )
    # Without the level below, its structure is part of the intensity.
    assert found.loc[1970, "intensity"] == pytest.approx(0.986945271 * 0.981419639, rel=1e-8)
    assert found.loc[2017, "intensity"] == pytest.approx(0.88208105 * 0.992308451, rel=1e-8)


def test_every_total_is_the_energy_that_was_used(real):
    rows = rows_of(real, "freight_total")
    energy = rows.groupby("year")["energy"].sum()
    assert np.allclose(indexes(rows)["total"], energy / energy[1985], rtol=1e-12)
