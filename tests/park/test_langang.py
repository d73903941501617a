"""The sample park Langang holds what it promises: closed balances, and its hard cases."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest

from parkkit.core.units import conversion
from parkkit.core.vocabulary import vocabulary
from parkkit.park.boundary import members, places
from parkkit.park.package import Park, check_park, open_park
from parkkit.park.polygons import inside

REPOSITORY = Path(__file__).parents[2]
MAKER = REPOSITORY / "sample_parks" / "make_langang.py"
LANGANG = REPOSITORY / "sample_parks" / "langang"
YEARS = range(2018, 2024)
CHP, SEWAGE = "LG01", "LG02"
GAS_GJ_PER_M3 = 0.038931  # the provincial guideline's heat value, which the maker uses
# sources.csv, chp_meters: what the CHP declares
EFFICIENCY = dict(zip(YEARS, (0.78, 0.78, 0.785, 0.79, 0.8, 0.81), strict=True))

in_every_year = pytest.mark.parametrize("year", YEARS)


def within_one_percent(value: float) -> object:
    return pytest.approx(value, rel=0.01)


@pytest.fixture(scope="module")
def park() -> Park:
    return open_park(LANGANG)


@pytest.fixture(scope="module")
def activity(park: Park) -> pd.DataFrame:
    """The activity table with ``base``, the amount in the item's base unit."""
    rows = park.activity
    units = rows["item"].map(vocabulary("items").set_index("item")["base_unit"])
    units = units.where(units != "", rows["item"].map({"electricity": "MWh", "heat": "GJ"}))
    factors = [conversion(unit, base) for unit, base in zip(rows["unit"], units, strict=True)]
    return rows.assign(base=rows["amount"] * factors)


def total(rows: pd.DataFrame, **wanted: object) -> float:
    """Sum the base amounts of the rows that have the wanted values."""
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return float(rows["base"].sum())


# --- the maker -------------------------------------------------------------------------------


def test_the_maker_writes_the_committed_files_again_byte_for_byte(tmp_path: Path) -> None:
    paths = os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, str(MAKER), str(tmp_path)], check=True, env=environment)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in LANGANG.iterdir() if path.is_file()}
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def test_every_table_has_every_declared_column_in_order() -> None:
    declared: dict[str, list[str]] = {}
    for row in vocabulary("columns").to_dict("records"):
        declared.setdefault(str(row["table"]), []).append(str(row["column"]))
    headers = {path.stem: header(path) for path in LANGANG.glob("*.csv")}
    assert headers == {table: declared[table] for table in headers}


def header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_the_park_says_that_it_is_synthetic(park: Park) -> None:
    assert park.about.is_synthetic
    assert "合成" in park.about.name_zh
    assert "synthetic" in park.about.name_en
    assert park.sources["title"].str.contains("合成").all()
    assert park.boundaries["name_en"].str.contains("synthetic").all()


def test_no_credit_code_could_be_a_real_one(park: Park) -> None:
    codes = park.enterprises["credit_code"]
    assert codes[codes != ""].str.startswith("SYN").all()


# --- what is told of it ----------------------------------------------------------------------


def test_the_park_has_no_error_and_exactly_the_warnings_it_was_made_to_have() -> None:
    problems = check_park(LANGANG)
    assert [problem.told() for problem in problems if not problem.is_warning] == []
    assert {(problem.code, problem.file, problem.column) for problem in problems} == {
        ("area_differs", "boundaries.geojson", ""),
        ("incomplete", "enterprises.csv", "credit_code"),
        ("incomplete", "enterprises.csv", "industry_code"),
        ("unknown_species", "releases.csv", "species"),
    }


@pytest.mark.parametrize(
    ("table", "key"),
    [("enterprises", "enterprise_id"), ("activity", "activity_id"), ("abatement", "device_id"),
     ("releases", "release_id"), ("certificates", "certificate_id"), ("sources", "origin")],
)  # fmt: skip
def test_keys_are_unique(park: Park, table: str, key: str) -> None:
    assert getattr(park, table)[key].is_unique


def test_every_process_and_technology_is_in_the_vocabulary(park: Park) -> None:
    known = vocabulary("processes")
    pairs = set(zip(known["process_type"], known["technology"], strict=True)) | {("", "")}
    given = park.activity[["process_type", "technology"]].drop_duplicates()
    assert set(given.itertuples(index=False, name=None)) <= pairs


def test_a_device_stands_on_a_process_that_runs(park: Park) -> None:
    assert pairs(park.abatement) <= pairs(park.activity)


def pairs(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(rows["enterprise_id"], rows["process"], strict=True))


def test_a_plant_has_activity_only_in_the_years_it_runs(park: Park) -> None:
    rows = park.activity.merge(park.enterprises, on="enterprise_id")
    assert (rows["year"] >= rows["opened"]).all()
    assert (rows["year"] <= rows["closed"].fillna(2023)).all()
    assert set(park.activity.loc[park.activity["enterprise_id"] == "LG16", "year"]) == {
        2018, 2019, 2020, 2021}  # fmt: skip


# --- the balances ----------------------------------------------------------------------------


@pytest.mark.parametrize("item", ["electricity", "heat"])
def test_what_the_chp_sold_its_buyers_bought(activity: pd.DataFrame, item: str) -> None:
    rows = activity[activity["item"] == item]
    sold = rows[(rows["enterprise_id"] == CHP) & (rows["use"] == "sold")]
    sold = sold[sold["counterpart_id"] != "grid"]
    bought = rows[(rows["counterpart_id"] == CHP) & (rows["use"] == "purchased")]
    left = sold.groupby(["counterpart_id", "year"])["base"].sum()
    right = bought.groupby(["enterprise_id", "year"])["base"].sum()
    assert len(left) > 20
    assert left.to_dict() == pytest.approx(right.to_dict(), rel=1e-9)


@in_every_year
def test_the_fuel_of_the_chp_is_its_heat_and_power(
    activity: pd.DataFrame, park: Park, year: int
) -> None:
    factors = park.site_factors
    ncv = factors[(factors["enterprise_id"] == CHP) & (factors["parameter"] == "ncv")]["value"]
    rows = activity[(activity["enterprise_id"] == CHP) & (activity["year"] == year)]
    fuel_gj = total(rows, item="bituminous", use="fuel_combustion") * float(ncv.iloc[0])
    fuel_gj += total(rows, item="natural_gas") * GAS_GJ_PER_M3
    made = rows[rows["use"] == "self_generated"]
    made_gj = total(made, item="heat") + total(made, item="electricity") * 3.6
    assert made_gj == within_one_percent(fuel_gj * EFFICIENCY[year])


@in_every_year
def test_the_steam_made_is_the_steam_sold(activity: pd.DataFrame, year: int) -> None:
    rows = activity[(activity["enterprise_id"] == CHP) & (activity["item"] == "heat")]
    made = total(rows, use="self_generated", year=year)
    assert total(rows, use="sold", year=year) == within_one_percent(made)


@in_every_year
def test_the_power_made_is_the_power_sold_and_the_house_load(
    activity: pd.DataFrame, year: int
) -> None:
    rows = activity[(activity["enterprise_id"] == CHP) & (activity["item"] == "electricity")]
    made = total(rows, use="self_generated", year=year)
    assert total(rows, use="sold", year=year) == within_one_percent(made * 0.92)


@in_every_year
def test_all_power_is_bought_from_the_chp_or_the_grid(activity: pd.DataFrame, year: int) -> None:
    rows = activity[(activity["item"] == "electricity") & (activity["year"] == year)]
    bought = rows[rows["use"] == "purchased"]
    from_chp = rows[(rows["enterprise_id"] == CHP) & (rows["use"] == "sold")]
    from_chp = from_chp[from_chp["counterpart_id"] != "grid"]
    known = float(from_chp["base"].sum()) + total(bought, counterpart_id="grid")
    assert total(bought) == within_one_percent(known)


@in_every_year
def test_water_in_is_wastewater_and_what_was_consumed(activity: pd.DataFrame, year: int) -> None:
    with (REPOSITORY / "sample_parks" / "langang_plants.csv").open(encoding="utf-8") as file:
        consumed = {row["enterprise_id"]: float(row["consumed_share"])
                    for row in csv.DictReader(file)}  # fmt: skip
    rows = activity[(activity["year"] == year)]
    water_in = by_plant(rows, ["water_withdrawn", "water_reused"])
    sewage = by_plant(rows[rows["enterprise_id"] != SEWAGE], ["wastewater_sent", "treated"])
    lost = {plant: amount * consumed[plant] for plant, amount in water_in.items()}
    # Small plants report whole tens of cubic metres.
    for plant, amount in water_in.items():
        assert sewage.get(plant, 0.0) + lost[plant] == within_one_percent(amount), plant


def by_plant(rows: pd.DataFrame, uses: Iterable[str]) -> dict[str, float]:
    wanted = rows[rows["use"].isin(list(uses)) & rows["item"].str.contains("water")]
    return {str(plant): float(base) for plant, base in
            wanted.groupby("enterprise_id")["base"].sum().items()}  # fmt: skip


@in_every_year
def test_the_sewage_plant_treats_what_is_sent_to_it(activity: pd.DataFrame, year: int) -> None:
    rows = activity[(activity["item"] == "wastewater") & (activity["year"] == year)]
    sent = total(rows, use="wastewater_sent", counterpart_id=SEWAGE)
    assert total(rows, use="treated", enterprise_id=SEWAGE) == within_one_percent(sent)


@in_every_year
def test_the_sewage_plant_gives_back_less_water_than_it_treats(
    activity: pd.DataFrame, year: int
) -> None:
    reused = total(activity, use="water_reused", counterpart_id=SEWAGE, year=year)
    assert 0 < reused < total(activity, use="treated", enterprise_id=SEWAGE, year=year)


@in_every_year
@pytest.mark.parametrize("species", ["cod", "nh3_n"])
def test_the_load_at_the_inlet_is_the_sum_of_the_senders(
    activity: pd.DataFrame, park: Park, species: str, year: int
) -> None:
    factors = park.site_factors
    factors = factors[(factors["item"] == "wastewater") & (factors["species"] == species)
                      & (factors["valid_from"] <= year)
                      & (factors["valid_to"] >= year)]  # fmt: skip
    grams = factors.set_index("enterprise_id")["value"]
    rows = activity[(activity["item"] == "wastewater") & (activity["year"] == year)]
    senders = rows[rows["counterpart_id"] == SEWAGE]
    sent = (senders["base"] * senders["enterprise_id"].map(grams)).sum()
    inlet = total(rows, use="treated", enterprise_id=SEWAGE) * grams[SEWAGE]
    assert inlet == within_one_percent(float(sent))


@in_every_year
def test_the_incinerator_burns_the_hazardous_waste_of_the_park(
    activity: pd.DataFrame, year: int
) -> None:
    rows = activity[(activity["item"] == "hazardous_waste") & (activity["year"] == year)]
    assert total(rows, use="treated") == within_one_percent(total(rows, use="waste_sent"))


@in_every_year
def test_the_limestone_binds_the_sulphur_that_the_scrubber_takes_out(
    activity: pd.DataFrame, park: Park, year: int
) -> None:
    rows = activity[(activity["enterprise_id"] == CHP) & (activity["year"] == year)]
    devices = park.abatement
    scrubber = devices[(devices["enterprise_id"] == CHP) & (devices["species"] == "so2")
                       & (devices["valid_from"] <= year)
                       & (devices["valid_to"] >= year)].iloc[0]  # fmt: skip
    # 15 kg SO2 per t and per cent of sulphur, 0.8 %; half of SO2 is sulphur
    made = total(rows, item="bituminous", use="fuel_combustion") * 15 * 0.8 / 1000 / 2
    sulphur = made * scrubber["removal_share"] * scrubber["running_share"]
    stone = total(rows, item="limestone")
    assert stone * 0.92 / 1.03 * 32 / 100 == pytest.approx(sulphur, rel=1e-4)
    assert scrubber["reagent_t"] == stone


@in_every_year
def test_the_load_of_the_basins_is_what_the_reactor_leaves(
    activity: pd.DataFrame, park: Park, year: int
) -> None:
    rows = activity[(activity["enterprise_id"] == SEWAGE) & (activity["year"] == year)]
    factors = park.site_factors
    grams = factors[(factors["enterprise_id"] == SEWAGE) & (factors["species"] == "cod")
                    & (factors["valid_from"] == year)]["value"].iloc[0]  # fmt: skip
    inlet = total(rows, item="wastewater", use="treated") * float(grams) / 1e6
    cod = rows[(rows["item"] == "cod_load") & (rows["use"] == "treated")]
    reactor = total(cod, technology="anaerobic_reactor")
    basins = total(cod, technology="centralised_aerobic")
    assert basins == within_one_percent(inlet - 0.8 * reactor)
    # a tonne of COD makes 0.25 x 0.8 t of methane there; the flare burns most of it
    burnt = total(rows, item="methane", use="recovered")
    assert 0.85 < burnt / (reactor * 0.25 * 0.8) < 1


def test_the_waste_of_a_year_is_used_disposed_of_stored_or_sent(park: Park) -> None:
    rows = park.releases[park.releases["medium"] == "waste"]
    rows = rows[rows["destination"] != "used_from_stock"]
    signed = rows["amount"].where(rows["amount_kind"] == "generated", -rows["amount"])
    left = signed.groupby([rows["enterprise_id"], rows["species"], rows["year"]]).sum()
    assert len(left) > 150
    assert (left == 0).all()


def test_the_hazardous_waste_of_the_statistics_is_that_of_the_manifests(
    activity: pd.DataFrame, park: Park
) -> None:
    rows = park.releases[park.releases["destination"] == "transfer"]
    told = rows.groupby(["enterprise_id", "year"])["amount"].sum().to_dict()
    sent = activity[activity["use"] == "waste_sent"]
    manifests = sent.groupby(["enterprise_id", "year"])["base"].sum().to_dict()
    assert set(manifests) - set(told) == {
        (plant, year) for plant, year in manifests if plant in ("LG30", "LG31", "LG32", "LG33")
    }
    assert told == {key: manifests[key] for key in told}


def test_the_ammonia_slips_behind_the_coal_of_the_chp(activity: pd.DataFrame) -> None:
    rows = activity[(activity["enterprise_id"] == CHP) & (activity["item"] == "bituminous")]
    slip, coal = (rows[rows["use"] == use] for use in ("treated", "fuel_combustion"))
    assert slip.set_index("year")["base"].to_dict() == coal.set_index("year")["base"].to_dict()
    assert dict(zip(slip["year"], slip["technology"], strict=True)) == {
        2018: "sncr", 2019: "sncr", 2020: "scr", 2021: "scr", 2022: "scr", 2023: "scr"}  # fmt: skip


# --- the hard cases --------------------------------------------------------------------------


def test_each_boundary_has_its_own_members(park: Park) -> None:
    who = {kind: who_is_in(park, kind)
           for kind in ("physical", "approved", "management", "statistical")}  # fmt: skip
    assert who["statistical"] - who["physical"] == {"LG04", "LG27", "LG28", "LG29"}
    assert who["physical"] - who["statistical"] == {"LG30", "LG31", "LG32"}
    assert who["management"] - who["physical"] - who["statistical"] == {"LG33"}
    assert who["approved"] < who["physical"]


def test_the_approved_boundary_was_extended_from_2021(park: Park) -> None:
    counts = [len(who_is_in(park, "approved", year=year)) for year in YEARS]
    assert counts == [5, 5, 5, 13, 13, 13]
    before, after = (who_is_in(park, "approved", year=year) for year in (2020, 2021))
    assert before == {"LG01", "LG05", "LG07", "LG08", "LG09"}
    assert after - before == {"LG02", "LG03", "LG17", "LG18", "LG19", "LG20", "LG25", "LG32"}
    # Every other boundary stands through all years: only who opened and closed changes it.
    others = park.boundaries[park.boundaries["boundary_type"] != "approved"]
    assert others["valid_to"].isna().all()


def who_is_in(park: Park, boundary_type: str, *, part: str = "", year: int = 2023) -> set[str]:
    rows = members(park, boundary_type, year, part=part)
    return set(rows.loc[rows["is_member"], "enterprise_id"])


def test_the_part_of_the_park_holds_three_plants(park: Park) -> None:
    assert who_is_in(park, "physical", part="新材料园") == {"LG18", "LG19", "LG20"}


def test_only_the_service_company_has_no_place(park: Park) -> None:
    plants = park.enterprises
    assert plants.loc[plants["lon"].isna(), "enterprise_id"].tolist() == ["LG04"]


def test_reading_the_coordinates_without_their_datum_moves_plants_out(park: Park) -> None:
    physical = park.boundaries[(park.boundaries["boundary_type"] == "physical")
                               & (park.boundaries["part"] == "")]["geometry"].iloc[0]  # fmt: skip
    true, raw = places(park), park.enterprises
    registered = (raw["is_registered_here"] == True).to_numpy(dtype=bool)  # noqa: E712
    right = int((inside(physical, true["lon"], true["lat"]) & registered).sum())
    wrong = int((inside(physical, raw["lon"], raw["lat"]) & registered).sum())
    # what the warning of an undeclared datum needs: 5 plants and 20 % more
    assert right - wrong >= 5
    assert right >= 1.2 * wrong


def test_the_lists_disagree(park: Park) -> None:
    rows = park.releases[(park.releases["enterprise_id"] == CHP) & (park.releases["year"] == 2019)
                         & (park.releases["species"] == "so2")]  # fmt: skip
    for kind in ("released", "generated"):
        told = rows[rows["amount_kind"] == kind]
        assert set(told["list"]) == {"cems", "permit", "statistics"}
        assert told["amount"].nunique() == 3


def test_what_devices_let_pass_is_what_was_released_of_what_was_generated(park: Park) -> None:
    rows = park.releases[park.releases["species"].isin(["so2", "nox", "pm"])
                         & (park.releases["process"] != "")]  # fmt: skip
    key = ["list", "enterprise_id", "process", "stack_id", "species", "year", "month"]
    pairs = rows.pivot_table("amount", key, "amount_kind", dropna=False).dropna()
    devices = park.abatement.assign(
        passes=1 - park.abatement["removal_share"] * park.abatement["running_share"]
    )
    assert len(pairs) == 324
    for (_, plant, process, _, species, year, _), pair in pairs.iterrows():
        own = devices[(devices["enterprise_id"] == plant) & (devices["process"] == process)
                      & (devices["species"] == species) & (devices["valid_from"] <= year)
                      & (devices["valid_to"] >= year)]  # fmt: skip
        share = own["passes"].prod()
        assert pair["released"] == pytest.approx(pair["generated"] * share, rel=1e-3)


def test_nobody_reports_the_nox_of_the_lime_kiln(park: Park) -> None:
    kiln = park.releases[park.releases["enterprise_id"] == "LG06"]
    assert set(kiln.loc[kiln["medium"] == "air", "species"]) == {"so2", "pm"}


def test_one_year_of_gas_has_eleven_months(park: Park) -> None:
    monthly = park.activity[park.activity["month"].notna()]
    assert set(zip(monthly["enterprise_id"], monthly["year"], strict=True)) == {("LG08", 2022)}
    assert sorted(monthly["month"]) == [1, *range(3, 13)]


def test_value_added_lacks_one_year_of_one_plant_outside(park: Park) -> None:
    rows = park.economy[park.economy["measure"] == "value_added"]
    there = set(zip(rows["enterprise_id"], rows["year"], strict=True))
    runs = set(zip(park.activity["enterprise_id"], park.activity["year"], strict=True))
    assert runs - there == {("LG27", 2019)}
    assert "LG27" not in who_is_in(park, "physical")
    assert set(rows["price_year"]) == {2020}


def test_solar_power_is_told_as_such(park: Park) -> None:
    roofs = park.activity[park.activity["process"] == "屋顶光伏"]
    assert set(roofs["enterprise_id"]) == {"LG18", "LG19"}
    assert set(roofs["process_type"]) == {"solar_power"}


def test_scope_three_is_told_by_category(park: Park) -> None:
    rows = park.activity[park.activity["scope3_category"].notna()]
    told = set(zip(rows["enterprise_id"], rows["use"], rows["scope3_category"], strict=True))
    assert told == {("LG08", "transport_hired", 4), ("LG18", "purchased", 1)}


# --- the story -------------------------------------------------------------------------------


def test_value_added_grows_but_for_2020(park: Park) -> None:
    yuan = {unit: conversion(unit, "亿元") for unit in park.economy["unit"].unique()}
    rows = park.economy[park.economy["measure"] == "value_added"]
    series = (rows["amount"] * rows["unit"].map(yuan)).groupby(rows["year"]).sum()
    changes = series.diff().dropna()
    assert changes[changes < 0].index.tolist() == [2020]
    assert 100 < series.min() < series.max() < 160


@pytest.mark.parametrize("species", ["so2", "nox", "pm", "cod", "voc"])
def test_pollutants_fall_throughout(park: Park, species: str) -> None:
    rows = park.releases[(park.releases["list"] == "permit")
                         & (park.releases["species"] == species)
                         & (park.releases["destination"] == "environment")]  # fmt: skip
    tonnes = rows["amount"] * rows["unit"].map({"t": 1.0, "kg": 1e-3})
    assert (tonnes.groupby(rows["year"]).sum().diff().dropna() < 0).all()


def test_coal_at_the_chp_peaks_in_the_middle(activity: pd.DataFrame) -> None:
    rows = activity[(activity["enterprise_id"] == CHP) & (activity["item"] == "bituminous")]
    rows = rows[rows["use"] == "fuel_combustion"]
    coal = rows.groupby("year")["base"].sum()
    assert coal.idxmax() in (2020, 2021)
    assert coal[2023] < coal[2018] < coal.max()
