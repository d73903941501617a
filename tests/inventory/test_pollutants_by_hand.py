"""Air pollutants by hand: one row of activity in, tonnes generated and released out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.parks import compiled, make_park

SULPHUR = {"parameter": "sulphur_share", "value": 0.008}
ASH = {"parameter": "ash_share", "value": 0.18}


def source(folder: Path, sets: list[str], row: dict[str, Any], **tables: Any) -> pd.DataFrame:
    park = make_park(folder / "p", activity=[row], convention={"factor_sets": sets}, **tables)
    return compiled(park).emissions.set_index("species")


def test_so2_mass_balance_comes_out(tmp_path: Path) -> None:
    found = source(
        tmp_path, ["CN_CSES144"], {"amount": 10000}, abatement=[{"removal_share": 0.95}],
        site_factors=[SULPHUR, {"parameter": "sulphur_in_ash_share", "value": 0.15}],
    )  # fmt: skip
    assert found["generated_t"]["so2"] == pytest.approx(136.0, rel=1e-12)
    assert found["emissions_t"]["so2"] == pytest.approx(6.8, rel=1e-12)


def test_census_boiler_comes_out(tmp_path: Path) -> None:
    removed = {"so2": 0.9, "pm": 0.99, "nox": 0.5}
    found = source(
        tmp_path, ["CN_CENSUS2"], {"amount": 10000, "technology": "stoker"},
        site_factors=[SULPHUR, ASH],
        abatement=[{"species": name, "removal_share": share} for name, share in removed.items()],
    )  # fmt: skip
    wanted = {"so2": (128.0, 12.8), "pm": (225.0, 2.25), "nox": (29.4, 14.7)}
    for name, (generated, released) in wanted.items():
        assert found["generated_t"][name] == pytest.approx(generated, rel=1e-12)
        assert found["emissions_t"][name] == pytest.approx(released, rel=1e-12)


@pytest.mark.parametrize(
    ("row", "site", "species", "tonnes"),
    [
        # power boilers: kg of nitrogen oxides a tonne, by size
        ({"technology": "up_to_100mw"}, [], "nox", 8.96),
        ({"technology": "from_100_to_300mw"}, [], "nox", 8.19),
        ({"technology": "from_300mw"}, [], "nox", 7.21),
        ({"item": "coke"}, [], "nox", 8.85),
    ],
    ids=["up to 100 MW", "100 to 300 MW", "from 300 MW", "coke"],
)
def test_a_power_boiler_makes_nitrogen_oxides_by_its_size(
    tmp_path: Path, row: dict[str, Any], site: list[Any], species: str, tonnes: float
) -> None:
    given = {"amount": 1000, "process_type": "power_boiler", **row}
    found = source(tmp_path, ["CN_CSES144"], given, site_factors=site)
    assert found["emissions_t"][species] == pytest.approx(tonnes, rel=1e-12)


@pytest.mark.parametrize(
    ("technology", "tonnes"),
    [("gas_conventional", 1.871), ("gas_low_nox_general", 1.587), ("gas_low_nox_leading", 0.697),
     ("gas_low_nox_best", 0.303)],
)  # fmt: skip
def test_a_gas_boiler_makes_nitrogen_oxides_by_its_burner(
    tmp_path: Path, technology: str, tonnes: float
) -> None:
    row = {"item": "natural_gas", "unit": "万m3", "amount": 100, "technology": technology}
    site = [{"item": "natural_gas", "parameter": "sulphur_mg_per_m3", "value": 20,
             "unit": "mg/m3"}]  # fmt: skip
    found = source(tmp_path, ["CN_CENSUS2"], row, site_factors=site)
    assert found["emissions_t"]["nox"] == pytest.approx(tonnes, rel=1e-12)
    # 0.02 S a ten thousand cubic metres, S = 20 mg
    assert found["emissions_t"]["so2"] == pytest.approx(0.04, rel=1e-12)


@pytest.mark.parametrize(
    ("technology", "item", "wanted"),
    [
        # S = 0.8 and A = 18 in per cent, 1000 t
        ("stoker", "bituminous", {"so2": 16 * 0.8, "pm": 1.25 * 18, "nox": 2.94}),
        ("cfb", "bituminous", {"so2": 15 * 0.8, "pm": 5.19 * 18, "nox": 2.7}),
        ("pulverised", "bituminous", {"so2": 17 * 0.8, "pm": 8.93 * 18, "nox": 4.72}),
        ("oil_chamber", "diesel", {"so2": 19 * 0.8, "pm": 0.26, "nox": 3.03}),
        ("stoker", "wood_biomass", {"so2": 17 * 0.8, "pm": 0.5, "nox": 1.02}),
    ],
)
def test_a_boiler_goes_by_the_coefficients_of_its_kind(
    tmp_path: Path, technology: str, item: str, wanted: dict[str, float]
) -> None:
    site = [{**row, "item": item} for row in (SULPHUR, ASH)]
    row = {"item": item, "technology": technology, "amount": 1000}
    found = source(tmp_path, ["CN_CENSUS2"], row, site_factors=site)["emissions_t"]
    assert {name: found[name] for name in wanted} == pytest.approx(wanted, rel=1e-12)


def test_soot_and_fine_dust_share_one_ash(tmp_path: Path) -> None:
    shares = {"ash_share": 0.18, "ash_to_bottom_share": 0.75, "pm10_share": 0.4,
              "pm2_5_share": 0.1, "black_carbon_share": 0.02,
              "organic_carbon_share": 0.05}  # fmt: skip
    site = [{"parameter": name, "value": value} for name, value in shares.items()]
    found = source(tmp_path, ["CN_CSES144_FINE"], {"amount": 10000}, site_factors=site)
    # 10 000 t x 0.18 x 0.25 is 450 t of fly ash
    wanted = {"pm10": 180.0, "pm2_5": 45.0, "bc": 0.9, "oc": 2.25}
    amounts = found["emissions_t"]
    assert {name: amounts[name] for name in wanted} == pytest.approx(wanted, rel=1e-12)
