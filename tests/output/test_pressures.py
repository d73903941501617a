"""The series of chapter 04: a year with eleven months says so."""

from __future__ import annotations

from pathlib import Path

from parkkit.inventory.economy import PARK
from parkkit.output.chapters.decoupling import pressures
from tests.parks import compiled, make_park


def test_eleven_months_of_a_pollutant_are_told_in_its_series(tmp_path: Path) -> None:
    months = [{"amount": 1, "month": month, "year": 2022} for month in range(1, 12)]
    park = make_park(tmp_path / "p", releases=[*months, {"amount": 12, "year": 2023}])
    rows = pressures(compiled(park), park)
    told = rows[rows["group"] == PARK].set_index(["species", "year"])["is_partial"]
    expected = {(name, year): year == 2022 for name in ("so2", "equivalents")
                for year in (2022, 2023)}  # fmt: skip
    assert told.to_dict() == expected


def test_equivalents_without_any_number_are_missing_not_zero(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", releases=[{"notation": "NE", "amount": ""}])
    rows = pressures(compiled(park), park).set_index("species")["amount"]
    assert rows.isna().all()
