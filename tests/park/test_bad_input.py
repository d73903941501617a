"""Bad input: one fault a park, each told by file, row, column, what was given, what would do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import ParkError
from parkkit.park.package import (
    check_park,
    find_park,
    named_park,
    new_park,
    open_park,
    park_names,
)
from tests.parks import box, write_park

COAL = {"amount": 10}
SO2 = {"amount": 5}
BOUGHT = {"process": "power", "process_type": "purchase", "item": "electricity",
          "use": "purchased", "unit": "MWh", "amount": 1}  # fmt: skip
MAINS = {**BOUGHT, "counterpart_id": "grid", "amount": 100}
SOLD = {**BOUGHT, "use": "sold", "counterpart_id": "grid"}
MADE = {**BOUGHT, "use": "self_generated", "process_type": "", "amount": 100}
NCV = {"parameter": "ncv", "value": 20, "unit": "GJ/t"}
SHARE = {"use": "", "species": "", "parameter": "oxidation", "unit": "1"}


def fault(told: tuple[str, str, int | None, str], words: tuple[str, ...], **given: Any) -> object:
    """A park with one fault: the code, file, row and column of its problem, and words in it."""
    return pytest.param(given, told, words, id=f"{told[0]}-{told[3] or told[1]}")


def ring(*places: Any, **properties: object) -> dict[str, object]:
    """A feature of one ring, closed."""
    shape = {"type": "Polygon", "coordinates": [[*places, places[0]]]}
    return {**box(**properties), "geometry": shape}  # type: ignore[arg-type]


FAULTS = [
    fault(("unknown", "activity.csv", 2, "unit"), ("'bucket'", "kWh"),
          activity=[{**COAL, "unit": "bucket"}]),
    fault(("unknown", "activity.csv", 3, "item"), ("'coal_bituminous'", "bituminous"),
          activity=[COAL, {**COAL, "item": "coal_bituminous"}]),
    fault(("unknown", "activity.csv", 2, "technology"), ("'stocker'", "Did you mean 'stoker'?"),
          activity=[{**COAL, "technology": "stocker"}]),
    fault(("duplicate_key", "activity.csv", 3, "activity_id"), ("'x1'", "row 2"),
          activity=[{**COAL, "activity_id": "x1"}, {**COAL, "activity_id": "x1"}]),
    fault(("duplicate_key", "enterprises.csv", 3, "enterprise_id"), ("'A'", "row 2"),
          enterprises=[{}, {}]),
    fault(("below", "activity.csv", 2, "amount"), ("-3", "from 0 up"), activity=[{"amount": -3}]),
    fault(("blank_amount", "activity.csv", 2, "amount"), ("notation",), activity=[{}]),
    fault(("amount_and_notation", "activity.csv", 2, "notation"), ("NE", "one of the two"),
          activity=[{**COAL, "notation": "NE"}]),
    fault(("unknown", "activity.csv", 2, "notation"), ("'NX'", "NE"),
          activity=[{"notation": "NX"}]),
    fault(("year_and_months", "activity.csv", 2, "month"), ("2023", "one of them"),
          activity=[COAL, {**COAL, "month": 1}]),
    fault(("year_and_months", "releases.csv", 3, "month"), ("2023", "one of them"),
          releases=[{**SO2, "month": 1}, SO2]),
    fault(("beyond_pole_swapped", "enterprises.csv", 2, "lat"), ("30.05, 120.05", "swap"),
          enterprises=[{"lon": 30.05, "lat": 120.05}]),
    fault(("swapped", "enterprises.csv", 2, "lon"), ("41.65, -87.3", "wrong way round"),
          enterprises=[{"lon": 41.65, "lat": -87.3}],
          boundaries=[box(edges=(-87.5, 41.6, -87.2, 41.7))]),
    fault(("far_away", "enterprises.csv", 2, "lon"), ("121.05, 30.05", "km"),
          enterprises=[{"lon": 121.05}]),
    fault(("half_a_place", "enterprises.csv", 2, "lon"), ("both",), enterprises=[{"lat": ""}]),
    fault(("no_datum", "enterprises.csv", 2, "datum"), ("gcj02",), enterprises=[{"datum": ""}]),
    fault(("above", "enterprises.csv", 2, "lon"), ("500000", "180"),
          enterprises=[{"lon": 500000, "lat": 89}]),
    fault(("closed_before_opened", "enterprises.csv", 2, "closed"), ("2001", "2010"),
          enterprises=[{"opened": 2010, "closed": 2001}]),
    fault(("unknown_reference", "activity.csv", 2, "enterprise_id"), ("'Z'", "enterprises.csv"),
          activity=[{**COAL, "enterprise_id": "Z"}]),
    fault(("unknown_reference", "releases.csv", 2, "origin"), ("'book'", "sources.csv"),
          releases=[{**SO2, "origin": "book"}]),
    fault(("unknown_reference", "activity.csv", 2, "counterpart_id"), ("'gird'", "'grid'"),
          activity=[{**BOUGHT, "counterpart_id": "gird"}]),
    fault(("unknown_reference", "releases.csv", 2, "counterpart_id"), ("'B'", "enterprises.csv"),
          releases=[{**SO2, "species": "cod", "medium": "water", "counterpart_id": "B",
                     "destination": "treatment_plant"}]),
    fault(("wrong_dimension", "activity.csv", 2, "unit"), ("'m3'", "converts to t"),
          activity=[{**COAL, "unit": "m3"}]),
    fault(("wrong_dimension", "releases.csv", 2, "unit"), ("'MWh'", "converts to t"),
          releases=[{**SO2, "unit": "MWh"}]),
    fault(("wrong_dimension", "economy.csv", 2, "unit"), ("'USD'", "CNY"),
          economy=[{"amount": 1, "unit": "USD"}]),
    fault(("wrong_dimension", "site_factors.csv", 2, "unit"), ("'GJ/m3'", "TJ/t"),
          site_factors=[{"parameter": "ncv", "value": 20, "unit": "GJ/m3"}]),
    fault(("unknown", "site_factors.csv", 2, "unit"), ("'‰'",),
          site_factors=[{"parameter": "sulphur_share", "value": 8, "unit": "‰"}]),
    fault(("blank", "site_factors.csv", 2, "species"), ("blank",),
          site_factors=[{"parameter": "emission_factor", "value": 2, "unit": "t/t"}]),
    fault(("overlapping_years", "site_factors.csv", 3, "valid_from"), ("row 2",),
          site_factors=[{"parameter": "ncv", "value": 20, "unit": "GJ/t", "valid_to": 2023},
                        {"parameter": "ncv", "value": 21, "unit": "GJ/t", "valid_from": 2023}]),
    fault(("blank_counterpart", "activity.csv", 2, "counterpart_id"), ("grid", "outside"),
          activity=[BOUGHT]),
    fault(("nobodys_value", "economy.csv", 2, "enterprise_id"), ("give one",),
          economy=[{"enterprise_id": "", "amount": 1}]),
    fault(("no_boundary", "boundaries.geojson", None, ""), ("'physical'",), boundaries=[]),
    fault(("feature", "boundaries.geojson", None, "boundary_type"), ("'fysical'", "physical"),
          boundaries=[box(), box("fysical")]),
    fault(("feature_year", "boundaries.geojson", None, "valid_from"), ("'2020'", "number"),
          boundaries=[box(valid_from="2020")], about={"default_boundary": "statistical"}),
    fault(("feature_years", "boundaries.geojson", None, "valid_to"), ("2020", "2030"),
          boundaries=[box(valid_from=2030, valid_to=2020)]),
    fault(("feature_area", "boundaries.geojson", None, "official_area_ha"), ("-5", "hectares"),
          boundaries=[box(official_area_ha=-5)]),
    fault(("feature_text", "boundaries.geojson", None, "part"), ("'5'", "text"),
          boundaries=[box(part=5)]),
    fault(("feature", "boundaries.geojson", None, "boundary_type"), ("#1", "physical"),
          boundaries=[{**box(), "properties": ["physical"]}]),
    fault(("no_polygon", "boundaries.geojson", None, ""), ("#1", "draw"),
          boundaries=[{**box(), "geometry": None}]),
    fault(("no_boundary", "boundaries.geojson", None, ""), ("'physical'", "none"),
          boundaries=[box(part="east")]),
    fault(("slash", "enterprises.csv", 2, "enterprise_id"), ("'A/B'", "another character"),
          enterprises=[{"enterprise_id": "A/B"}], activity=[]),
    fault(("slash", "activity.csv", 2, "process"), ("'B/C'",),
          activity=[{**COAL, "process": "B/C"}]),
    fault(("reserved_id", "enterprises.csv", 3, "enterprise_id"), ("'grid'", "another"),
          enterprises=[{}, {"enterprise_id": "grid"}]),
    fault(("own_counterpart", "activity.csv", 2, "counterpart_id"), ("'A'", "self_generated"),
          activity=[{**BOUGHT, "counterpart_id": "A"}]),
    fault(("unknown", "activity.csv", 2, "unit"), ("'KG'", "Did you mean 'kg'?"),
          activity=[{**COAL, "unit": "KG"}]),
    *(fault(("not_a_number", "activity.csv", 2, "amount"), (given,), activity=[{"amount": given}])
      for given in ("1e400", "50%", "1.234,5", "nan", "1_000", "#REF!", "10 t")),
    *(fault(("not_whole", "activity.csv", 2, "year"), (given,), activity=[{**COAL, "year": given}])
      for given in ("2023-01-01", "2023年", "2023.5")),
    fault(("setting_country", "park.toml", None, "country"), ("China", "CN"),
          about={"country": "China"}),
    fault(("setting_year", "park.toml", None, "default_year"), ("-5",),
          about={"default_year": -5}),
    fault(("unknown", "park.toml", None, "default_year"), ("'2031'", "2023"),
          about={"default_year": 2031}),
    fault(("not_scopes", "park.toml [convention]", None, ""), ("'1'", "quotation"),
          convention={"scopes": ["1"]}),
    fault(("not_one", "park.toml [convention]", None, ""), ("level", "one value"),
          convention={"level": ["park"]}),
    fault(("not_degrees", "boundaries.geojson", None, ""), ("500000", "degrees"),
          boundaries=[box(edges=(500000, 3300000, 510000, 3310000))],
          about={"default_boundary": "statistical"}),
    fault(("no_polygon", "boundaries.geojson", None, ""), ("#1",),
          boundaries=[box(edges=(120.0, 30.0, 120.0, 30.1))],
          about={"default_boundary": "statistical"}),
    fault(("not_degrees", "boundaries.geojson", None, ""), ("123, 130.1", "degrees"),
          boundaries=[ring([120, 30], [123, 30], [123, 130.1])],
          about={"default_boundary": "statistical"}),
    fault(("not_coordinates", "boundaries.geojson", None, ""), ("'北区'", "'['120', '30']'"),
          boundaries=[ring(["120", "30"], [121, 30], [121, 31], name_zh="北区")],
          about={"default_boundary": "statistical"}),
    fault(("two_readings", "boundaries.geojson", None, ""), ("'北区'", "13,363", "10,690"),
          boundaries=[{**box(name_zh="北区"), "geometry": {"type": "Polygon", "coordinates": [
              *box()["geometry"]["coordinates"],  # type: ignore[index]
              [[120.2, 30], [120.25, 30], [120.25, 30.05], [120.2, 30.05], [120.2, 30]]]}}],
          about={"default_boundary": "statistical"}),
    fault(("polygon_far", "boundaries.geojson", None, ""), ("'北区'", "km"),
          enterprises=[{}, {"enterprise_id": "B"}],
          boundaries=[box(), box(edges=(-87.5, 41.6, -87.2, 41.7), name_zh="北区")]),
    fault(("unknown", "park.toml", None, "datum"), ("'wgs-84'", "Did you mean 'wgs84'?"),
          about={"datum": "wgs-84"}),
    fault(("unknown", "park.toml", None, "province"), ("'33'", "330000"), about={"province": "33"}),
    fault(("unknown", "park.toml", None, "colour"), ("'colour'",), about={"colour": "red"}),
    fault(("blank", "park.toml", None, "name_zh"), ("fill it in",), about={"name_zh": ""}),
    fault(("setting_flag", "park.toml", None, "is_synthetic"), ("no", "true or false"),
          about={"is_synthetic": "no"}),
    fault(("setting_list", "park.toml", None, "list_order"), ("cems", "list"),
          about={"list_order": "cems"}),
    fault(("setting_year", "park.toml", None, "default_year"), ("2023", "year"),
          about={"default_year": "2023"}),
    fault(("setting_text", "park.toml", None, "province"), ("330000", "text"),
          about={"province": 330000}),
    fault(("unknown", "park.toml [convention]", None, "factor_sets"), ("'CN_NDRC42'", "CN_NDRC24"),
          convention={"factor_sets": ["CN_NDRC42"]}),
    fault(("unknown", "park.toml [convention]", None, ""), ("electricity", "market"),
          convention={"electricity": "markt"}),
    # --- units of heat, and parameters
    fault(("wrong_dimension", "activity.csv", 2, "unit"), ("'GJ'", "converts to t"),
          activity=[{**COAL, "item": "limestone", "use": "process_output", "unit": "GJ"}]),
    fault(("wrong_dimension", "site_factors.csv", 2, "unit"), ("'t/m3'", "t/t, t/TJ"),
          site_factors=[{"parameter": "emission_factor", "value": 2, "unit": "t/m3",
                         "species": "co2"}]),
    fault(("blank", "site_factors.csv", 2, "species"), ("blank",),
          site_factors=[{"item": "heat", "parameter": "supplied_factor", "value": 0.1,
                         "unit": "t/GJ"}]),
    fault(("wrong_dimension", "site_factors.csv", 2, "unit"), ("'K'", "degC"),
          site_factors=[{"item": "heat", "parameter": "heat_temperature_c", "value": 453,
                         "unit": "K"}]),
    fault(("wrong_dimension", "site_factors.csv", 2, "unit"), ("'t/GJ'", "tce/t"),
          site_factors=[{"parameter": "coal_equivalent", "value": 1, "unit": "t/GJ"}]),
    fault(("above", "site_factors.csv", 2, "value"), ("80", "up to 1"),
          site_factors=[{"parameter": "methane_share", "value": 80}]),
    fault(("years_reversed", "site_factors.csv", 2, "valid_to"), ("2020", "2023"),
          site_factors=[{**NCV, "valid_from": 2023, "valid_to": 2020}]),
    fault(("overlapping_years", "site_factors.csv", 4, "valid_from"), ("row 2",),
          site_factors=[{**NCV, "valid_from": 2000}, {**NCV, "process": "boiler"},
                        {**NCV, "valid_from": 2020, "valid_to": 2021}]),
    # --- a park's own factors
    fault(("factor_set_taken", "factors.csv", 2, "factor_set"), ("'CN_NDRC24'", "another id"),
          factors=[{"factor_set": "CN_NDRC24", "value": 2}, {"factor_set": "CN_NDRC24",
                    "item": "coke", "value": 2}]),
    fault(("unknown", "factors.csv", 2, "item"), ("'bitumious'", "Did you mean 'bituminous'?"),
          factors=[{"item": "bitumious", "value": 2}]),
    fault(("unknown", "factors.csv", 2, "use"), ("'burning'", "fuel_combustion"),
          factors=[{"use": "transport_own;burning", "value": 2}]),
    fault(("unknown", "factors.csv", 2, "species"), ("'co3'", "co2"),
          factors=[{"species": "co3", "value": 2}]),
    fault(("unknown", "factors.csv", 2, "region"), ("'33'", "330000"),
          factors=[{"region": "33", "value": 2}]),
    fault(("unknown", "factors.csv", 2, "parameter"), ("'heat_value'", "ncv"),
          factors=[{"parameter": "heat_value", "value": 20, "unit": "GJ/t"}]),
    fault(("unknown", "factors.csv", 2, "formula"), ("'per_mass'", "per_amount"),
          factors=[{"formula": "per_mass", "value": 2}]),
    fault(("unknown", "factors.csv", 2, "technology"), ("'stocker'", "'stoker'"),
          factors=[{"technology": "stocker", "value": 2}]),
    fault(("wrong_dimension", "factors.csv", 2, "unit"), ("'t/m3'", "t/t, t/TJ"),
          factors=[{"value": 2, "unit": "t/m3"}]),
    fault(("wrong_dimension", "factors.csv", 2, "unit"), ("'GJ/m3'", "TJ/t"),
          factors=[{**SHARE, "parameter": "ncv", "value": 2, "unit": "GJ/m3"}]),
    fault(("wrong_dimension", "factors.csv", 2, "unit"), ("'kg/t'", "t/TJ"),
          factors=[{**SHARE, "parameter": "carbon_content", "value": 2, "unit": "kg/t"}]),
    fault(("wrong_dimension", "factors.csv", 2, "unit"), ("'t/t'", "t/TJ"),
          factors=[{"item": "gas", "value": 2, "unit": "t/t"}]),
    fault(("mixed_group", "factors.csv", 2, "item"), ("'gas'", "row for each item"),
          factors=[{**SHARE, "item": "gas", "parameter": "ncv", "value": 2, "unit": "GJ/t"}]),
    fault(("above", "factors.csv", 2, "value"), ("98", "up to 1"),
          factors=[{**SHARE, "value": 98}]),
    fault(("blank", "factors.csv", 2, "value"), ("blank",), factors=[{}]),
    fault(("blank", "factors.csv", 2, "use"), ("blank",), factors=[{"use": "", "value": 2}]),
    fault(("blank", "factors.csv", 2, "species"), ("blank",),
          factors=[{"species": "", "value": 2}]),
    fault(("blank", "factors.csv", 2, "stage"), ("blank",),
          factors=[{"species": "nox", "value": 2, "unit": "kg/t"}]),
    fault(("item_without_species", "factors.csv", 2, "species"), ("'bituminous'", "co2"),
          factors=[{"species": "as_item", "value": 2}]),
    fault(("not_a_number", "factors.csv", 2, "value"), ("'0.90-0.98'", "give one"),
          factors=[{**SHARE, "value": "0.90-0.98"}]),
    fault(("duplicate_factor", "factors.csv", 3, "valid_from"), ("row 2",),
          factors=[{"value": 2, "use": "transport_own;fuel_combustion", "valid_to": 2023},
                   {"value": 3, "valid_from": 2023}]),
    fault(("years_reversed", "factors.csv", 2, "valid_to"), ("2020", "2023"),
          factors=[{"value": 2, "valid_from": 2023, "valid_to": 2020}]),
    fault(("unknown_reference", "factors.csv", 2, "origin"), ("'book'", "sources.csv"),
          factors=[{"value": 2, "origin": "book"}]),
    fault(("unknown", "park.toml [convention]", None, "factor_sets"), ("'OWM'", "'OWN'"),
          factors=[{"value": 2}], convention={"factor_sets": ["OWM"]}),
    # --- uses and energy sold
    fault(("use_of_item", "activity.csv", 3, "use"), ("'fuel_combustion'", "fuel, waste"),
          activity=[COAL, {**COAL, "item": "electricity", "unit": "MWh"}]),
    fault(("use_of_item", "activity.csv", 2, "use"), ("'charged'", "'bituminous'"),
          activity=[{**COAL, "use": "charged"}]),
    fault(("use_of_item", "activity.csv", 2, "use"), ("'water_withdrawn'", "water"),
          activity=[{**COAL, "use": "water_withdrawn"}]),
    fault(("sold_above_made", "activity.csv", 4, "amount"),
          ("250 MWh", "the 100 MWh it made and the 100 MWh it bought", "self_generated"),
          activity=[MADE, MAINS, {**SOLD, "amount": 0.25, "unit": "GWh"}]),
    fault(("sold_above_made", "activity.csv", 3, "amount"), ("in 2023", "the 0 MWh it bought"),
          activity=[MADE, {**SOLD, "amount": 60, "month": 1}, {**SOLD, "amount": 60, "month": 2},
                    {**MADE, "year": 2022}]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "told", "words"), FAULTS)
def test_a_fault_is_told_where_it_is_in_both_languages(
    tmp_path: Path, given: dict[str, Any], told: tuple[str, str, int | None, str], words: Any
) -> None:
    folder = write_park(tmp_path / "p", **{"activity": [COAL], **given})
    with pytest.raises(ParkError) as error:
        open_park(folder)
    problems = error.value.problems
    assert [(p.code, p.file, p.row, p.column) for p in problems] == [told]
    for word in (*words, told[1], told[3]):
        assert word in str(error.value)
    in_chinese = problems[0].told("zh")
    assert in_chinese != problems[0].told("en")
    assert told[2] is None or f"第 {told[2]} 行" in in_chinese


def two(*activity: Any) -> dict[str, Any]:
    """Two plants, the mains of A, and what they tell of each other."""
    return {"enterprises": [{}, {"enterprise_id": "B"}], "activity": [MAINS, *activity]}


B_BUYS = {**BOUGHT, "enterprise_id": "B", "counterpart_id": "A"}
A_SELLS = {**SOLD, "counterpart_id": "B"}
CLAIM = {"amount": 60}
DOUBTS = [
    fault(("negative_amount", "releases.csv", 2, "amount"), ("-3 t", "'permit'", "confirmed_by"),
          releases=[{"amount": -3}]),
    fault(("sale_denied", "activity.csv", 3, "counterpart_id"), ("'A' sold 50 MWh", "'B'", "0 MWh"),
          **two({**A_SELLS, "amount": 50}, {**B_BUYS, "amount": 50, "year": 2022,
                                            "counterpart_id": "grid"})),
    fault(("purchase_denied", "activity.csv", 3, "counterpart_id"), ("'B' bought 50 MWh", "'A'"),
          **two({**B_BUYS, "amount": 50})),
    fault(("transfer_differs", "activity.csv", 3, "amount"), ("sold 50 MWh", "48 MWh (row 5)"),
          **two({**A_SELLS, "amount": 20, "month": 1}, {**A_SELLS, "amount": 30, "month": 2},
                {**B_BUYS, "amount": 48000, "unit": "kWh"})),
    fault(("sold_not_made", "activity.csv", 3, "amount"), ("7 GJ of heat", "self_generated"),
          activity=[COAL, {**SOLD, "item": "heat", "unit": "GJ", "amount": 7}]),
    fault(("claims_above_purchases", "certificates.csv", 3, "amount"), ("120 MWh", "100 MWh"),
          activity=[MAINS], certificates=[CLAIM, {**CLAIM, "kind": "gec"}]),
    fault(("claim_without_purchase", "certificates.csv", 2, "amount"), ("2022", "60 MWh"),
          activity=[MAINS], certificates=[{**CLAIM, "year": 2022}]),
    fault(("claimed_twice", "certificates.csv", 3, "amount"), ("row 2", "c0001"),
          activity=[MAINS], certificates=[{"amount": 50}, {"amount": 50}]),
    fault(("expired_factor", "site_factors.csv", 2, "valid_to"), ("–2020", "2022–2023"),
          activity=[COAL, {**COAL, "year": 2022}], site_factors=[{**NCV, "valid_to": 2020}]),
    fault(("expired_factor", "site_factors.csv", 2, "valid_to"), ("2024–", "2023"),
          site_factors=[{**NCV, "valid_from": 2024}]),
    fault(("factor_gap", "site_factors.csv", 2, "valid_to"), ("'ncv'", "2020, 2022–2023"),
          activity=[{**COAL, "year": year} for year in (2020, 2021, 2022, 2023)],
          site_factors=[{**NCV, "valid_from": 2021, "valid_to": 2021}]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "told", "words"), DOUBTS)
def test_a_doubt_is_told_where_it_is_in_both_languages_and_stops_nothing(
    tmp_path: Path, given: dict[str, Any], told: tuple[str, str, int | None, str], words: Any
) -> None:
    park = open_park(write_park(tmp_path / "p", **{"activity": [COAL], **given}))
    assert [(p.code, p.file, p.row, p.column) for p in park.notes] == [told]
    for word in (*words, told[1], told[3]):
        assert word in park.notes[0].told("en")
    in_chinese = park.notes[0].told("zh")
    assert f"{told[1]}，第 {told[2]} 行，“{told[3]}”列：" in in_chinese


SOUND = [
    pytest.param(two({**A_SELLS, "amount": 50}, {**B_BUYS, "amount": 49.6, "month": 1}),
                 id="two meters within 1 %"),
    pytest.param(two({**A_SELLS, "amount": 50}, {**B_BUYS, "amount": "", "notation": "C"}),
                 id="one side is confidential"),
    pytest.param(two({**A_SELLS, "amount": "", "notation": "NO"}), id="nothing was sold"),
    pytest.param({"activity": [MADE, {**SOLD, "amount": 100.05}]}, id="sold all, rounded"),
    pytest.param({"activity": [{**MADE, "amount": "", "notation": "C"}, {**SOLD, "amount": 5}]},
                 id="what was made is confidential"),
    pytest.param({"activity": [MAINS], "certificates": [CLAIM, {"amount": 40}]},
                 id="claims up to what was bought"),
    pytest.param({"activity": [MAINS], "certificates": [{"amount": 50}, {"amount": 50,
                  "kind": "gec"}]}, id="two kinds of claim"),
    pytest.param({"activity": [COAL, {**COAL, "year": 2022}], "site_factors": [
                  {**NCV, "process": "boiler", "valid_from": 2023}, {**NCV, "valid_to": 2022}]},
                 id="the plant's value serves where the process has none"),
    pytest.param({"activity": [COAL], "site_factors": [{**NCV, "item": "coke", "valid_to": 2020}]},
                 id="nobody needs the old value"),
]  # fmt: skip


@pytest.mark.parametrize("given", SOUND)
def test_what_is_sound_raises_no_doubt(tmp_path: Path, given: dict[str, Any]) -> None:
    assert open_park(write_park(tmp_path / "p", **given)).notes == ()


def test_sums_are_not_judged_while_a_row_of_them_is_wrong(tmp_path: Path) -> None:
    rows = [{**MADE, "amount": "lots"}, {**MAINS, "amount": 1}, {**SOLD, "amount": 50}]
    folder = write_park(tmp_path / "p", activity=rows, certificates=[CLAIM])
    assert [problem.code for problem in check_park(folder)] == ["not_a_number"]


@pytest.mark.parametrize("unit", ["TJ", "GJ", "MMBtu", "tce", "kgce", "kWh"])
def test_a_fuel_may_be_told_by_its_heat(tmp_path: Path, unit: str) -> None:
    given = [{**COAL, "unit": unit}, {**COAL, "item": "natural_gas", "unit": unit}]
    assert open_park(write_park(tmp_path / "p", activity=given)).notes == ()


def broken(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


FILES = [
    pytest.param(lambda folder: (folder / "enterprises.csv").unlink(), "missing_file",
                 "enterprises.csv", "parkkit new", id="missing file"),
    pytest.param(lambda folder: (folder / "park.toml").unlink(), "missing_file", "park.toml",
                 "parkkit new", id="missing park.toml"),
    pytest.param(lambda folder: (folder / "activity.csv").unlink(), "no_data", "activity.csv",
                 "releases.csv", id="neither activity nor releases"),
    pytest.param(broken("park.toml", b"[park\nid = 1"), "not_toml", "park.toml", "line 1",
                 id="broken TOML"),
    pytest.param(broken("park.toml", b"park = 3\n[convention]\n"), "no_section", "park.toml",
                 "[park]", id="no section"),
    pytest.param(broken("boundaries.geojson", b'{"features": [,]}'), "not_geojson",
                 "boundaries.geojson", "line 1 column", id="broken GeoJSON"),
    pytest.param(broken("boundaries.geojson", b'{"type": "Polygon"}'), "no_features",
                 "boundaries.geojson", "FeatureCollection", id="GeoJSON without features"),
    pytest.param(broken("boundaries.geojson", b'{"features": [1]}'), "no_features",
                 "boundaries.geojson", "FeatureCollection", id="features that are none"),
    pytest.param(broken("releases.csv", b""), "empty_file", "releases.csv", "header",
                 id="empty file"),
    pytest.param(broken("releases.csv", b"\xff\xfe\x00\xff"), "not_text", "releases.csv", "UTF-8",
                 id="neither encoding"),
    pytest.param(broken("releases.csv", b'a,b\n"1,2\n'), "open_quote", "releases.csv", "row 2",
                 id="open quote"),
    pytest.param(broken("releases.csv", b"a;b\n1;2\n"), "not_commas", "releases.csv", "';'",
                 id="semicolons"),
    pytest.param(broken("releases.csv", b"a\tb\n1\t2\n"), "not_commas", "releases.csv", "Tab",
                 id="tabs"),
    pytest.param(broken("releases.csv", b"a,b,a\n1,2,3\n"), "duplicate_column", "releases.csv",
                 "row 1, column 'a': the column stands 2 times", id="a column twice"),
    pytest.param(broken("park.toml", b"\xff\xfe\x00\xff"), "not_text", "park.toml", "UTF-8",
                 id="park.toml in neither encoding"),
    pytest.param(broken("park.toml", b"[park]\n[convention]\n[parc]\n"), "unknown", "park.toml",
                 "section 'parc'", id="another section"),
    pytest.param(broken("boundaries.geojson", b"[" * 100_000), "not_geojson",
                 "boundaries.geojson", "recursion", id="brackets without end"),
    pytest.param(broken("boundaries.geojson",
                        b'{"crs": {"properties": {"name": "EPSG:999999"}}, "features": []}'),
                 "other_reference_system", "boundaries.geojson", "EPSG:999999",
                 id="a reference system nobody knows"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "code", "file", "word"), FILES)
def test_a_file_that_does_not_do_is_told(
    tmp_path: Path, spoil: Callable[[Path], None], code: str, file: str, word: str
) -> None:
    folder = write_park(tmp_path / "p", activity=[COAL], about={"default_boundary": "statistical"})
    spoil(folder)
    told = {p.code: p for p in check_park(folder) if not p.is_warning}
    assert list(told) == [code]
    assert told[code].file == file
    assert word in told[code].told("en")
    assert told[code].told("zh") != told[code].told("en")


@pytest.mark.parametrize("row", [2, 3], ids=["first row", "later row"])
def test_a_ragged_row_is_told_by_its_number(tmp_path: Path, row: int) -> None:
    folder = write_park(tmp_path / "p", activity=[COAL])
    lines = ["origin,title", "a,A", "b,B"]
    lines[row - 1] += ",too,many"
    (folder / "sources.csv").write_text("\n".join(lines), encoding="utf-8")
    found = [p for p in check_park(folder) if p.code == "ragged"]
    assert [(p.file, p.row) for p in found] == [("sources.csv", row)]
    assert "has 4 cells and the header 2" in found[0].told()


def test_a_missing_column_is_told_with_the_columns_there_are(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[COAL])
    table = (folder / "activity.csv").read_text(encoding="utf-8")
    (folder / "activity.csv").write_text(table.replace(",use,", ",used,", 1), encoding="utf-8")
    problems = check_park(folder)
    assert [(p.code, p.file, p.column) for p in problems] == [
        ("missing_column", "activity.csv", "use"),
        ("extra_column", "activity.csv", "used"),
    ]
    assert "the file has: activity_id" in problems[0].told()  # fmt: skip


def test_every_problem_of_a_park_is_told_at_once(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[{"amount": -1, "unit": "bucket"}],
                        releases=[{"amount": "x"}])  # fmt: skip
    with pytest.raises(ParkError) as error:
        open_park(folder)
    assert {(p.file, p.column) for p in error.value.problems} == {
        ("activity.csv", "amount"),
        ("activity.csv", "unit"),
        ("releases.csv", "amount"),
    }
    assert len(str(error.value).splitlines()) == 1 + len(error.value.problems)  # fmt: skip


def test_looking_at_a_bad_park_changes_no_file(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[{"amount": -1}])
    before = fingerprint(tmp_path)
    with pytest.raises(ParkError):
        open_park(folder)
    assert fingerprint(tmp_path) == before


def fingerprint(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}  # fmt: skip


# --- what is read all the same ---------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_is_read_in_the_usual_encodings(tmp_path: Path, encoding: str) -> None:
    folder = write_park(tmp_path / "p", activity=[COAL], enterprises=[{"name_zh": "东风化工厂"}])
    path = folder / "enterprises.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert open_park(folder).enterprises["name_zh"].tolist() == ["东风化工厂"]


def test_full_width_digits_and_spaces_are_cleaned_with_a_warning(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[{"amount": " １０ "}, {"amount": "５"}])
    park = open_park(folder)
    assert park.activity["amount"].tolist() == [10.0, 5.0]
    assert [(p.code, p.row, p.column) for p in park.notes] == [("cleaned", 2, "amount")]
    assert "2 cell(s)" in park.notes[0].told()


def test_blank_lines_are_left_out_but_counted(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[COAL])
    with (folder / "activity.csv").open("a", encoding="utf-8") as file:
        file.write("\n,,,\nx,A,boiler\n")
    rows = {p.row for p in check_park(folder) if p.code == "blank"}
    assert rows == {5}


def test_blank_codes_are_listed_and_not_refused(tmp_path: Path) -> None:
    park = open_park(write_park(tmp_path / "p", activity=[COAL], enterprises=[{"credit_code": ""}]))
    assert [(p.code, p.column) for p in park.notes] == [("incomplete", "credit_code")]


def test_a_device_on_a_process_nobody_runs_is_a_warning(tmp_path: Path) -> None:
    park = open_park(write_park(tmp_path / "p", activity=[COAL], abatement=[{"process": "boilr"}]))
    assert [(p.code, p.file, p.row) for p in park.notes] == [("idle_device", "abatement.csv", 2)]
    assert "Did you mean 'boiler'?" in park.notes[0].told()


def test_values_of_different_price_years_are_a_warning(tmp_path: Path) -> None:
    economy = [{"amount": 1}, {"amount": 2, "year": 2022, "price_year": ""}]
    park = open_park(write_park(tmp_path / "p", activity=[COAL], economy=economy))
    assert [(p.code, p.row) for p in park.notes] == [("mixed_prices", 3)]


def test_a_broken_outline_is_repaired_with_a_note(tmp_path: Path) -> None:
    bow = box()
    bow["geometry"] = {"type": "Polygon", "coordinates": [
        [[120, 30], [120.1, 30.1], [120.1, 30], [120, 30.1], [120, 30]]]}  # fmt: skip
    park = open_park(write_park(tmp_path / "p", activity=[COAL], boundaries=[bow]))
    assert [p.code for p in park.notes] == ["polygon_repaired"]
    assert park.boundaries["geometry"][0].is_valid


# --- names and paths -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../..", "..", "/etc", "a/b", "a\\b", ".hidden", "", "p\n", "p "])
def test_a_name_that_is_no_plain_name_leads_nowhere(tmp_path: Path, name: str) -> None:
    write_park(tmp_path / "p", activity=[COAL])
    with pytest.raises(ParkError, match="is not the name of a park folder"):
        named_park(name, parks=tmp_path)


def test_an_absolute_path_is_no_name_but_opens_in_python(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[COAL])
    with pytest.raises(ParkError, match="plain name without a path"):
        named_park(str(folder), parks=tmp_path)
    assert open_park(str(folder)).about.park_id == "tiny"
    assert named_park("p", parks=tmp_path) == folder


def test_a_name_nobody_knows_is_told_with_the_parks_there_are(tmp_path: Path) -> None:
    write_park(tmp_path / "steel", activity=[COAL])
    with pytest.raises(ParkError, match="no park 'stele'. Did you mean 'steel'") as error:
        open_park("stele", parks=tmp_path)
    assert "没有名为“stele”的园区" in error.value.told("zh")


def test_a_path_written_with_a_dot_is_a_path(tmp_path: Path, monkeypatch: Any) -> None:
    write_park(tmp_path / "p", activity=[COAL])
    monkeypatch.chdir(tmp_path)
    assert find_park("./p", parks="elsewhere") == Path("p")
    assert find_park("p/", parks="elsewhere") == Path("p")
    with pytest.raises(ParkError, match="no folder of parks 'elsewhere'"):
        find_park("p", parks="elsewhere")
    with pytest.raises(ParkError, match="no park 'q'"):
        find_park("q", parks=".")


def test_a_folder_of_something_else_is_no_park(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(ParkError, match="park.toml: the file is not there"):
        open_park(tmp_path / "photos")


# --- a new park ------------------------------------------------------------------------------


def test_a_new_park_is_sound_and_empty(tmp_path: Path) -> None:
    made = new_park(tmp_path / "fresh", park_id="fresh")
    assert len(made) == 13
    assert check_park(tmp_path / "fresh") == ()
    assert len(open_park("fresh", parks=tmp_path).activity) == 0


def test_a_new_park_overwrites_nothing(tmp_path: Path) -> None:
    new_park(tmp_path / "fresh", park_id="fresh")
    before = fingerprint(tmp_path)
    with pytest.raises(ParkError, match="exists already; nothing was written"):
        new_park(tmp_path / "fresh", park_id="fresh")
    assert fingerprint(tmp_path) == before


def test_a_new_park_needs_a_plain_name(tmp_path: Path) -> None:
    with pytest.raises(ParkError, match="not the name of a park folder"):
        new_park(tmp_path / "x", park_id='a"b')
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_could_not_be_read_does_not_blame_the_others(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[COAL] * 3)
    (folder / "sources.csv").unlink()
    (folder / "enterprises.csv").unlink()
    assert [p.code for p in check_park(folder)] == ["missing_file"] * 2


def test_a_table_without_rows_is_blamed_once(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[COAL] * 3, sources=[])
    assert [(p.code, p.row) for p in check_park(folder)] == [("unknown_reference", 2)]


def test_excel_leaves_marks_that_change_nothing(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[{"amount": "1,234.5"}])
    path = folder / "activity.csv"
    head, row = path.read_text(encoding="utf-8").splitlines()
    path.write_bytes(f"\ufeff{head},,\r\n{row},,\r\n,,,\r\n".encode())
    park = open_park(folder)
    assert park.activity["amount"].tolist() == [1234.5]
    assert park.notes == ()


@pytest.mark.parametrize("mess", ["A\u200b", "\ufeffA", "A\u3000", "\nA"])
def test_what_cannot_be_seen_makes_no_other_plant(tmp_path: Path, mess: str) -> None:
    folder = write_park(tmp_path / "p", activity=[{**COAL, "enterprise_id": mess}])
    park = open_park(folder)
    assert park.activity["enterprise_id"].tolist() == ["A"]
    assert [note.code for note in park.notes] == ["cleaned"]


def test_settings_are_read_in_gb18030_too(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[COAL])
    for name in ("park.toml", "boundaries.geojson"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_bytes(text.encode("gb18030"))
    assert open_park(folder).about.name_zh == "小园区（合成数据）"


def test_what_a_closed_plant_did_is_told_and_not_lost(tmp_path: Path) -> None:
    closed = {"enterprise_id": "B", "closed": 2022}
    bought = {**BOUGHT, "item": "heat", "unit": "GJ", "counterpart_id": "B"}
    park = open_park(write_park(tmp_path / "p", enterprises=[{}, closed],
                                activity=[{**COAL, "enterprise_id": "B"}, bought]))  # fmt: skip
    told = [(note.row, note.column) for note in park.notes if note.code == "not_in_operation"]
    assert told == [(2, "enterprise_id"), (3, "counterpart_id")]


def test_a_folder_whose_name_is_no_plain_name_does_not_break_the_others(tmp_path: Path) -> None:
    for name in ("p", "my park", "园区"):
        write_park(tmp_path / name, activity=[COAL])
    assert park_names(tmp_path) == ["p", "园区"]
    assert open_park("园区", parks=tmp_path).about.park_id == "tiny"
    assert open_park(tmp_path / "my park").about.park_id == "tiny"


def test_the_folder_one_stands_in_keeps_its_name(tmp_path: Path, monkeypatch: Any) -> None:
    folder = write_park(tmp_path / "p", activity=[COAL])
    monkeypatch.chdir(folder)
    assert find_park("./").name == "p"
