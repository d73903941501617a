"""Gaps: everything that is missing is told, where it is and what would cure it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.labels import label
from parkkit.inventory.gaps import gap_problems, gaps
from parkkit.park.package import open_park
from tests.parks import OUTSIDE, compiled, make_park

COAL = {"amount": 10000}
OWN = {"convention": {"factor_sets": ["CN_NDRC24"]}}
LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"


def found(folder: Path, **rows: Any) -> pd.DataFrame:
    park = make_park(folder / "p", **{**OWN, **rows})
    return gaps(compiled(park), park)


def of(table: pd.DataFrame, code: str) -> pd.DataFrame:
    return table[table["code"] == code].reset_index(drop=True)


def test_a_whole_plant_has_no_gap(tmp_path: Path) -> None:
    lists = [{"species": name, "process": "boiler", "amount": 1}
             for name in ("ch4", "n2o", "so2", "nox", "pm")]  # fmt: skip
    table = found(tmp_path, activity=[COAL], releases=lists,
                  economy=[{"enterprise_id": "A", "amount": 5}])  # fmt: skip
    # Only that no factor could check the lists.
    assert set(table["code"]) == {"gap_list_only"}


def test_a_parameter_that_is_missing_is_named_with_its_row(tmp_path: Path) -> None:
    row = {"process": "kiln", "process_type": "", "item": "bituminous", "amount": 5}
    table = of(
        found(tmp_path, activity=[COAL, row], convention={"factor_sets": ["CN_ETS2024"]}),
        "gap_not_computable",
    )
    assert table.loc[0, ["process", "row", "item", "species"]].tolist() == [
        "kiln", 3, "bituminous", "co2",
    ]  # fmt: skip
    assert table["missing"][0]


def test_an_expected_species_without_factor_or_report_is_a_gap(tmp_path: Path) -> None:
    table = of(found(tmp_path, activity=[COAL]), "gap_no_number")
    assert set(table["species"]) == {"ch4", "n2o", "so2", "nox", "pm"}
    assert set(table["row"]) == {2}


def test_months_that_are_missing_are_named(tmp_path: Path) -> None:
    rows = [{"amount": 10, "month": month} for month in range(1, 13) if month not in (4, 9)]
    table = of(found(tmp_path, activity=rows), "gap_months")
    assert table.loc[0, ["missing", "year", "row"]].tolist() == ["4;9", 2023, 2]


@pytest.mark.parametrize(
    ("notation", "code"),
    [("NE", "gap_not_estimated"), ("IE", "gap_included_elsewhere"), ("C", "gap_confidential")],
)
def test_a_notation_is_a_gap_of_its_kind(tmp_path: Path, notation: str, code: str) -> None:
    table = of(found(tmp_path, activity=[{"notation": notation}]), code)
    assert table.loc[0, ["row", "item"]].tolist() == [2, "bituminous"]


def test_what_does_not_occur_is_no_gap(tmp_path: Path) -> None:
    table = found(tmp_path, activity=[{"notation": "NO"}],
                  economy=[{"enterprise_id": "A", "amount": 5}])  # fmt: skip
    assert len(table) == 0


def test_a_species_that_nobody_knows_is_a_gap(tmp_path: Path) -> None:
    lists = [{"species": "臭气浓度", "amount": 1, "unit": "t"}]
    table = of(found(tmp_path, activity=[COAL], releases=lists), "gap_unknown_species")
    assert table.loc[0, ["species", "list", "row"]].tolist() == ["臭气浓度", "permit", 2]


def test_what_only_a_list_tells_of_an_activity_could_not_be_checked(tmp_path: Path) -> None:
    lists = [{"species": "nox", "process": "boiler", "amount": 1}]
    table = of(found(tmp_path, activity=[COAL], releases=lists), "gap_list_only")
    assert table.loc[0, ["species", "process", "list"]].tolist() == ["nox", "boiler", "permit"]


def test_a_list_without_activity_is_told(tmp_path: Path) -> None:
    lists = [{"species": "voc", "amount": 1}]
    table = of(found(tmp_path, activity=[COAL], releases=lists), "gap_no_activity_of_it")
    assert table.loc[0, ["species", "enterprise_id", "list"]].tolist() == ["voc", "A", "permit"]


def test_a_whole_plant_report_of_what_burns_there_has_its_activity(tmp_path: Path) -> None:
    lists = [{"species": "nox", "amount": 1}]
    table = found(tmp_path, activity=[COAL], releases=lists)
    assert "nox" not in set(of(table, "gap_no_activity_of_it")["species"])
    assert "nox" in set(of(table, "gap_list_only")["species"])


def test_a_year_between_two_that_are_there_is_a_hole(tmp_path: Path) -> None:
    rows = [{**COAL, "year": year} for year in (2018, 2019, 2021)]
    table = of(found(tmp_path, activity=rows), "gap_hole")
    assert table[["year", "file", "item"]].values.tolist() == [[2020, "activity.csv", "bituminous"]]


def test_a_list_has_holes_too(tmp_path: Path) -> None:
    lists = [{"species": "nox", "process": "boiler", "amount": 1, "year": year}
             for year in (2019, 2022)]  # fmt: skip
    table = of(found(tmp_path, activity=[COAL], releases=lists), "gap_hole")
    assert table["year"].tolist() == [2020, 2021]
    assert set(table["list"]) == {"permit"}


def test_the_years_before_a_series_and_after_it_are_no_hole(tmp_path: Path) -> None:
    rows = [
        {**COAL, "process": "b2", "year": 2020},
        *({**COAL, "year": y} for y in (2019, 2020, 2021)),
    ]
    assert len(of(found(tmp_path, activity=rows), "gap_hole")) == 0


def test_a_plant_without_codes_or_place_is_told(tmp_path: Path) -> None:
    bare = {"enterprise_id": "B", "credit_code": "", "industry_code": "", "lon": "", "lat": "",
            "datum": ""}  # fmt: skip
    table = found(tmp_path, enterprises=[{}, bare], activity=[COAL])
    for code in ("gap_credit_code", "gap_industry_code", "gap_coordinates"):
        assert of(table, code)[["enterprise_id", "row"]].values.tolist() == [["B", 3]]


def test_a_member_without_activity_is_told_and_an_outsider_is_not(tmp_path: Path) -> None:
    plants = [{}, {"enterprise_id": "B"}, {"enterprise_id": "C", **OUTSIDE}]
    table = of(found(tmp_path, enterprises=plants, activity=[COAL]), "gap_no_activity")
    assert table["enterprise_id"].tolist() == ["B"]


def test_an_economy_year_that_others_have_is_told_even_outside(tmp_path: Path) -> None:
    plants = [{}, {"enterprise_id": "C", **OUTSIDE}]
    told = {"A": (2021, 2022, 2023), "C": (2021, 2023)}
    rows = [{"enterprise_id": plant, "year": year, "amount": 1}
            for plant, years in told.items() for year in years]  # fmt: skip
    table = of(found(tmp_path, enterprises=plants, activity=[COAL], economy=rows), "gap_economy")
    assert table[["enterprise_id", "year", "is_member"]].values.tolist() == [["C", 2022, False]]


def test_a_plant_not_yet_open_owes_no_economy(tmp_path: Path) -> None:
    plants = [{}, {"enterprise_id": "B", "opened": 2023}]
    rows = [{"enterprise_id": "A", "year": year, "amount": 1} for year in (2022, 2023)]
    rows.append({"enterprise_id": "B", "year": 2023, "amount": 1})
    table = found(tmp_path, enterprises=plants, activity=[COAL], economy=rows)
    assert len(of(table, "gap_economy")) == 0


def test_current_prices_need_an_index(tmp_path: Path) -> None:
    rows = [{"enterprise_id": "A", "year": year, "amount": 1, "price_year": ""}
            for year in (2022, 2023)]  # fmt: skip
    index = [{"index": "ppi", "year": 2022, "value": 101, "base_year": 2020, "origin": "o"}]
    table = found(tmp_path, activity=[COAL], economy=rows, price_index=index)
    assert of(table, "gap_price_index")["year"].tolist() == [2023]


def test_waste_sent_without_what_was_generated_is_told(tmp_path: Path) -> None:
    sent = {"item": "hazardous_waste", "use": "waste_sent", "process": "waste", "amount": 30,
            "process_type": "", "counterpart_id": "outside"}  # fmt: skip
    table = of(found(tmp_path, activity=[COAL, sent]), "gap_waste_generated")
    assert table[["species", "row"]].values.tolist() == [["general_solid_waste", 3]]


def test_problems_gather_who_and_when_in_both_languages(tmp_path: Path) -> None:
    plants = [{}, {"enterprise_id": "B"}]
    rows = [{**COAL, "enterprise_id": plant, "year": year}
            for plant in "AB" for year in (2021, 2022)]  # fmt: skip
    table = of(found(tmp_path, enterprises=plants, activity=rows), "gap_no_number")
    problem = next(each for each in gap_problems(table) if each.values["species"] == "so2")
    assert problem.values["where"] == ["A/boiler", "B/boiler"]
    assert problem.values["years"] == ["2021–2022"]
    assert problem.told("en").startswith(
        "activity.csv, row 2: A/boiler, B/boiler should release so2"
    )
    assert "2021–2022" in problem.told("zh")


def test_every_code_has_its_text(tmp_path: Path) -> None:
    told = (gaps.__doc__ or "").split("Codes:")[1].split("``")[1::2]
    assert len(told) == 19
    assert all(label(f"error.{code}", language) for code in told for language in ("zh", "en"))


ROWS = [
    *({"amount": 8, "year": year} for year in (2020, 2021, 2023)),
    {"item": "diesel", "process": "engine", "notation": "NE"},
    {"enterprise_id": "B", "process": "oven", "amount": 16},
]
LISTS = [{"species": "nox", "process": "boiler", "amount": 2}, {"species": "voc", "amount": 1}]


@settings(deadline=None, max_examples=5, derandomize=True)
@given(rows=st.permutations(ROWS), lists=st.permutations(LISTS))
def test_the_order_of_rows_changes_no_gap(
    rows: list[dict[str, Any]], lists: list[dict[str, Any]]
) -> None:
    plants = [{"enterprise_id": "A"}, {"enterprise_id": "B"}]
    tables = []
    for activity, releases in ((ROWS, LISTS), (rows, lists)):
        with tempfile.TemporaryDirectory() as folder:
            table = found(Path(folder), enterprises=plants, activity=activity, releases=releases)
            tables.append(table.drop(columns="row"))
    pd.testing.assert_frame_equal(tables[0], tables[1])


# --- every gap that the maker of Langang built in ------------------------------------------------


@pytest.fixture(scope="module")
def langang() -> pd.DataFrame:
    park = open_park(LANGANG)
    return gaps(compiled(park), park)


ALL_YEARS = list(range(2018, 2024))


@pytest.mark.parametrize(
    ("code", "wanted", "years"),
    [
        ("gap_not_computable", {"process": "石灰窑燃烧", "species": "nox", "missing": "factor"},
         ALL_YEARS),
        ("gap_list_only", {"enterprise_id": "LG20", "process": "燃气锅炉", "species": "pm"},
         ALL_YEARS),
        ("gap_months", {"enterprise_id": "LG08", "item": "natural_gas", "missing": "2"}, [2022]),
        ("gap_not_estimated", {"enterprise_id": "LG30", "item": "diesel"}, [2021]),
        ("gap_economy", {"enterprise_id": "LG27", "missing": "value_added"}, [2019]),
        ("gap_credit_code", {"enterprise_id": "LG25"}, []),
        ("gap_industry_code", {"enterprise_id": "LG26"}, []),
        ("gap_coordinates", {"enterprise_id": "LG04"}, []),
        ("gap_unknown_species", {"enterprise_id": "LG03", "species": "臭气浓度"}, [2022, 2023]),
        ("gap_no_number", {"enterprise_id": "LG21", "species": "ch4"}, ALL_YEARS),
        ("gap_waste_generated", {"enterprise_id": "LG21", "species": "general_solid_waste"},
         ALL_YEARS),
    ],
    ids=["kiln NOx", "LG20 dust", "LG08 month", "LG30 NE", "LG27 2019", "LG25", "LG26", "LG04",
         "odour", "LG21 methane", "other waste"],
)  # fmt: skip
def test_a_gap_built_into_langang_is_found(
    langang: pd.DataFrame, code: str, wanted: dict[str, str], years: list[int]
) -> None:
    rows = of(langang, code)
    for name, value in wanted.items():
        rows = rows[rows[name] == value]
    assert len(rows) == max(len(years), 1)
    assert rows["year"].dropna().tolist() == years


def test_a_release_in_doubt_is_a_gap_of_its_own_row(tmp_path: Path) -> None:
    rows = [{"species": "so2", "amount": -5}, {"species": "nox", "amount": 3}]
    table = found(tmp_path, activity=[], releases=rows)
    held = of(table, "gap_held")[["file", "row", "species", "missing"]]
    assert held.to_numpy().tolist() == [["releases.csv", 2, "so2", "negative_amount"]]
    assert not len(of(table, "gap_not_computable"))
