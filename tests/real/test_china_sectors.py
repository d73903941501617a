"""China 2010 to 2017: eleven species of six sectors (MEIC) against real growth (World Bank)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from parkkit.diagnosis.decoupling import DecouplingRule, diagnose
from parkkit.diagnosis.elasticity import tapio

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def emissions(real: Path) -> pd.DataFrame:
    """Tg by sector, year and species."""
    rows = pd.read_csv(real / "china_sectors" / "emissions_2010_2017.csv")
    names = {"pollutant": "species", "value": "amount", "sector": "group"}
    return rows.rename(columns=names)


@pytest.fixture(scope="module")
def gdp(real: Path) -> pd.Series:
    """Real GDP by year, 2010 = 1, chained from growth rates."""
    growth = pd.read_csv(real / "china_sectors" / "real_gdp_growth.csv", index_col="year")
    growth_factor = 1 + growth["real_gdp_growth_percent"] / 100
    growth_factor.loc[2010] = 1.0
    return growth_factor.cumprod()


def totals_of(emissions: pd.DataFrame, species: str) -> pd.Series:
    return emissions[emissions["species"] == species].groupby("year")["amount"].sum()


def national(gdp: pd.Series, group: str = "China") -> pd.DataFrame:
    rows = pd.DataFrame({"year": gdp.index, "amount": gdp.to_numpy()})
    return rows.assign(group=group, measure="value_added", price_year=2010)


def test_the_gdp_index_is_chained(gdp):
    assert gdp.loc[[2010, 2013, 2017]].round(6).tolist() == [1.0, 1.273407, 1.673243]


@pytest.mark.parametrize(
    ("species", "totals", "digits"),
    [
        ("CO2", [9029.406, 10450.860, 10434.265], 3),
        ("SO2", [27.8115, 25.4354, 10.5034], 4),
        ("NOx", [26.4719, 27.7050, 21.9818], 4),
        ("PM2.5", [11.7899, 11.3557, 7.6197], 4),
    ],
)
def test_totals_of_the_sectors(emissions, species, totals, digits):
    found = totals_of(emissions, species).loc[[2010, 2013, 2017]]
    assert found.tolist() == pytest.approx(totals, abs=0.51 * 10**-digits)


@pytest.mark.parametrize(
    ("species", "span", "elasticity", "state"),
    [
        ("CO2", (2010, 2013), 0.575790, "weak_decoupling"),
        ("CO2", (2013, 2017), -0.005057, "strong_decoupling"),
        ("SO2", (2013, 2017), -1.869662, "strong_decoupling"),
        ("NOx", (2010, 2013), 0.170374, "weak_decoupling"),
        ("PM2.5", (2010, 2017), -0.525383, "strong_decoupling"),
    ],
)
def test_tapio_of_the_country(emissions, gdp, species, span, elasticity, state):
    row = tapio(totals_of(emissions, species), gdp, span).loc[0]
    assert row["elasticity"] == pytest.approx(elasticity, abs=5e-7)
    assert row["state"] == state


def test_diagnose_tells_the_same_from_the_sectors_rows(emissions, gdp):
    table = diagnose(
        emissions.assign(group="China"),
        national(gdp),
        [(2010, 2013), (2013, 2017), (2010, 2017)],
        rule=DecouplingRule(carbon="CO2", pollutants=("SO2", "NOx", "PM2.5")),
    ).set_index(["start", "end", "pollutant"])
    found = table["pollution_elasticity"]
    assert found[2013, 2017, "SO2"] == pytest.approx(-1.869662, abs=5e-7)
    assert found[2010, 2013, "NOx"] == pytest.approx(0.170374, abs=5e-7)
    assert found[2010, 2017, "PM2.5"] == pytest.approx(-0.525383, abs=5e-7)
    assert table["carbon_tapio"].groupby("start").unique().str[0].to_dict() == {
        2010: "weak_decoupling",
        2013: "strong_decoupling",
    }
    # CO2 rose by 15.7 % to 2013, then fell by 0.16 %: no direction within 1 %.
    assert table["state"].unstack()["SO2"].to_dict() == {
        (2010, 2013): "S2",
        (2010, 2017): "S2",
        (2013, 2017): "atypical",
    }
    assert table.loc[(2010, 2013, "NOx"), "state"] == "S4"


def test_a_smaller_threshold_gives_the_last_years_a_state(emissions, gdp):
    rule = DecouplingRule(carbon="CO2", pollutants=("SO2",), threshold=0.001)
    given = emissions.assign(group="China"), national(gdp), (2013, 2017)
    assert diagnose(*given, rule=rule).loc[0, "state"] == "S1"


def test_a_sector_that_emits_none_is_not_computable(emissions, gdp):
    economy = pd.concat([national(gdp, sector) for sector in emissions["group"].unique()])
    rule = DecouplingRule(carbon="CO2", pollutants=("SO2",))
    table = diagnose(emissions, economy, (2010, 2017), rule=rule).set_index("group")
    assert table.loc["Power", "state"] != "not_computable"
    solvents = table.loc["Solvent Use"]
    assert np.isnan(solvents["pollution_change"])
    assert (solvents["state"], solvents["notes"]) == ("not_computable", "base_not_positive")
