"""The fact files read back: every row of them stands in the package, and nothing else unnamed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from parkkit.core.units import conversion
from parkkit.core.vocabulary import vocabulary

pytestmark = pytest.mark.real

Row = dict[str, str]
MARKS = {"seen in a public copy": "seen", "seen in one copy only": "seen_once",
         "recalled, check the primary text": "recalled", "computed": "computed"}  # fmt: skip
RANGES = ("coal_slime", "natural_gas", "coke_oven_gas", "biogas")
# A cubic metre of fresh water is a tonne.
PER_TONNE = {"CN_GBT2589/fresh_water/coal_equivalent_supply": ("kgce/t", "kgce/m3")}


@dataclass(frozen=True, slots=True)
class Fact:
    """What a row of a fact file says of one factor of the package; a blank is not told."""

    factor_id: str
    value: str
    unit: str
    mark: str
    note: str = ""
    low: str = ""
    high: str = ""


def unit_of(text: str) -> str:
    """The trade's unit in a fact file's unit: what is weighed is left out."""
    if text in ("-", "fraction", "fraction/yr", "relative"):
        return "1"
    above, _, below = text.partition("/")
    heads = [re.sub(r"^(t|kg|g)\s?[A-Z][A-Za-z0-9-]*$", r"\1", part.strip())
             for part in (above, re.sub(r"^(t|kg) .*$", r"\1", below))]  # fmt: skip
    return "/".join(head.replace("Nm3", "m3") for head in heads if head)


def facts_of(row: Row, ids: dict[str, tuple[str, str]], **told: str) -> Iterator[Fact]:
    """The facts of a row: factor id to the value and unit the row gives it."""
    for factor_id, (value, unit) in ids.items():
        yield Fact(factor_id, value, unit_of(unit), MARKS[row["verified"]], row["note"], **told)


def fuel_facts(row: Row) -> Iterator[Fact]:
    head = f"{row['set_id']}/{row['fuel_id']}"
    low, high = row["uncert_low_pct"], row["uncert_high_pct"]
    if row["ncv"]:
        yield from facts_of(row, {f"{head}/ncv": (row["ncv"], row["ncv_unit"])})
    carbon = {f"{head}/carbon_content": (row["carbon_content_tC_per_GJ"], "t/GJ")}
    yield from facts_of(row, carbon, low=low, high=high)
    if row["oxidation_fraction"]:
        yield from facts_of(row, {f"{head}/oxidation": (row["oxidation_fraction"], "1")})
    elif "oxidation by equipment" in row["note"]:
        group = row["fuel_id"] if row["fuel_id"] in ("coke", "petroleum_coke") else "coal"
        for kind, share in re.findall(r"(kiln|power boiler|industrial boiler) ([\d.]+)",
                                      row["note"]):  # fmt: skip
            where = {"kiln": "cement_kiln", "power boiler": "power_boiler"}.get(kind, "boiler")
            yield Fact(f"CN_ETS2024/{group}/{where}/oxidation", share, "1", "seen")


def grid_facts(row: Row) -> Iterator[Fact]:
    regions = vocabulary("regions").set_index("name_zh")["region"]
    name = row["name_zh"] + ("区域电网" if row["level"] == "regional" else "")
    # Before the series of statistics there were only defaults for reporting.
    is_default = row["kind"] == "average_reporting_default" or row["year"] == "2015"
    kind = "reporting_default" if is_default else row["kind"]
    parts = ["CN_GRID", regions[name], row["year"], kind]
    unit = re.sub("kgCO2/kWh", "kg/kWh", row["unit"])
    yield from facts_of(row, {"/".join(filter(None, parts)): (row["value"], unit)})


def heat_facts(row: Row) -> Iterator[Fact]:
    yield from facts_of(row, {"CN_HEAT/default": (row["value"], row["unit"])})


def process_set(row: Row) -> str:
    if "never a default" in row["note"] or "do NOT use" in row["note"]:
        return "CN_UNCONFIRMED"
    heads = {"省级": "CN_PROV2011", "CETS": "CN_ETS2024", "NDRC": "CN_NDRC24"}
    return heads.get(row["source"][:4], heads.get(row["source"][:2], "IPCC2006"))


def process_facts(row: Row) -> Iterator[Fact]:
    name = row["process_id"]
    told = {"low": row["uncert_low_pct"], "high": row["uncert_high_pct"]}
    if name.startswith("stationary_"):
        gas, fuel = name.split("_")[1:]
        yield from facts_of(row, {f"IPCC2006/stationary/{gas}/{fuel}": (row["value"], "kg/TJ")},
                            **told)  # fmt: skip
        return
    if name == "al_anode_n24":  # held as the parts its name gives, so that a plant may measure one
        parts = re.findall(r"[\d.]+", row["name_en"])[:4]
        assert float(parts[0]) * (float(parts[1]) - float(parts[2]) - float(parts[3])) * (
            44 / 12
        ) == pytest.approx(float(row["value"]))
        names = {"anode_consumption": parts[0], "anode_sulphur_share": parts[2],
                 "anode_ash_share": parts[3]}  # fmt: skip
        for parameter, value in names.items():
            yield Fact(f"CN_NDRC24/{name}/{parameter}", value, "1", MARKS[row["verified"]])
        return
    head = f"{process_set(row)}/{name}"
    yield from facts_of(row, {head: (row["value"], row["unit"])}, **told)
    if name.startswith("ethylene_") and "for China" in row["note"]:
        china = re.findall(r"([\d.]+) for China", row["note"])[0]
        yield from facts_of(row, {f"{head}/CN": (china, row["unit"])}, **told)
    if name == "al_prebake_ipcc":
        yield from facts_of(row, {f"{head}/point_feed_prebake": (row["value"], row["unit"])})


SHARES = {"CCW": "carbon_content_share", "FCF": "fossil_carbon_share",
          "EF_combustion": "combustion_efficiency"}  # fmt: skip


def waste_set(row: Row) -> str:
    heads = {
        "省级指南2025": "CN_PROV2025",
        "省级指南2011": "CN_PROV2011",
        "IPCC 2019R": "IPCC2019R",
    }
    return next((name for head, name in heads.items() if row["source"].startswith(head)),
                "IPCC2006")  # fmt: skip


def waste_facts(row: Row) -> Iterator[Fact]:
    is_share = row["parameter"] in SHARES
    name = row["source_id"].rsplit("_", 1)[0] if is_share else row["source_id"]
    tail = f"/{SHARES[row['parameter']]}" if is_share else ""
    low, high = row["low"], row["high"]
    if row["parameter"] != "Bo" and low:  # absolute bounds stand as per cent of the value
        low, high = (f"{(float(end) / float(row['value']) - 1) * 100}" if float(row["value"]) else
                     "" for end in (low, high))  # fmt: skip
    ids = {f"{waste_set(row)}/{name}{tail}": (row["value"], row["unit"])}
    yield from facts_of(row, ids, low=low, high=high)
    if row["source_id"] == "incin_n2o_cont":
        others = re.findall(r"(sludge|industrial) (\d+) g/t", row["note"])
        items = {"sludge": "sewage_sludge", "industrial": "general_solid_waste"}
        for kind, value in others:
            yield Fact(f"IPCC2006/incin_n2o/{items[kind]}", value, "g/t", "recalled")


ITEMS = {"coal": "coal", "coke": "coke", "light oil": "diesel", "natural gas": "natural_gas",
         "biomass (pellet)": "biomass", "any": "any"}  # fmt: skip
TECHNOLOGIES = {
    "any": "", "power": "", "power <=100MW": "up_to_100mw", "power 100-300MW": "from_100_to_300mw",
    "power >=300MW": "from_300mw", "SCR slip": "scr", "SNCR slip": "sncr",
    "低氮燃烧技术 (LNB)": "lnb", "SNCR": "sncr", "SCR": "scr", "LNB+SNCR": "lnb_sncr",
    "LNB+SCR": "lnb_scr", "湿式除尘法 (wet scrubber)": "wet_scrubber",
    "湿法除尘 SO2": "wet_scrubber", "湿式除尘脱硫": "wet_desulphurisation",
    "炉内脱硫": "furnace_desulphurisation", "层燃炉 stoker": "stoker", "层燃炉": "stoker",
    "循环流化床 CFB": "cfb", "煤粉炉 pulverised": "pulverised", "室燃炉 无低氮": "gas_conventional",
    "低氮燃烧-国内一般": "gas_low_nox_general", "低氮燃烧-国内领先": "gas_low_nox_leading",
    "低氮燃烧-国际领先": "gas_low_nox_best",
}  # fmt: skip


def pollutant_facts(row: Row) -> Iterator[Fact]:
    sources = {"T/CSES": "CN_CSES144", "2nd-ce": "CN_CENSUS2"}
    factor_set = sources.get(row["source"][:6], "CN_CENSUS1")
    item, species = ITEMS[row["activity"]], row["pollutant"].lower().replace("flue gas", "")
    chamber = "boiler" if item == "natural_gas" else "oil_chamber"
    technology = TECHNOLOGIES.get(row["technology"], chamber)
    number = re.match(r"[\d.]+", row["value_or_expr"])
    value = number.group() if number else "1"
    mark = MARKS[row["verified"]]
    if species in ("bc", "oc"):
        yield Fact(f"CN_CSES144_FINE/{item}/{species}", value, "1", mark)
    elif row["unit"] == "%":
        yield Fact(f"{factor_set}/{item}/{technology}/{species}/removal_share", value, "%", mark,
                   row["note"])  # fmt: skip
    else:
        name = species or "flue_gas_volume"
        unit = row["unit"].replace("Nm3", "m3").replace("kg coal", "kg")
        note = row["note"] if "slip" not in row["kind"] and species else ""
        yield Fact(f"{factor_set}/{item}/{technology}/{name}", value, unit, mark, note)
    if row["value_or_expr"].endswith("*fPM"):  # the size fraction of each size
        for size in ("pm10", "pm2_5"):
            yield Fact(f"CN_CSES144_FINE/{item}/{size}", value, "1", mark, row["note"])


def coal_item(row: Row) -> str:
    """The item of a coal-equivalent row, by its Chinese name."""
    known = vocabulary("items")
    by_name = dict(zip(known["name_zh"], known["item"], strict=True))
    name = re.sub(r"\((.*)\)", "", row["name_zh"])
    others = {"低压蒸汽": "steam", "煤焦油": "coal_tar", "电力": "electricity"}
    return others.get(name) or by_name[name]


def coal_facts(row: Row) -> Iterator[Fact]:
    head = f"CN_GBT2589/{coal_item(row)}"
    if "等价值" in row["name_zh"]:
        # The blank row asks for the coal rate of a year; the rows of the years give it.
        if row["coefficient"]:
            yield from facts_of(row, {f"{head}/{row['year']}/coal_equivalent_supply":
                                      (row["coefficient"], row["unit"])})  # fmt: skip
        return
    if "耗能工质" in row["source"]:
        yield from facts_of(row, {f"{head}/coal_equivalent_supply":
                                  (row["coefficient"], row["unit"])})  # fmt: skip
        return
    for name, text, unit in (("ncv", row["ncv"], row["ncv_unit"]),
                             ("coal_equivalent", row["coefficient"], row["unit"])):  # fmt: skip
        ends = text.split("-")
        assert (len(ends) == 2) == (coal_item(row) in RANGES)
        tails = ("",) if len(ends) == 1 else ("_low", "_high")
        yield from facts_of(row, {f"{head}/{name}{tail}": (end, unit)
                                  for tail, end in zip(tails, ends, strict=True)})  # fmt: skip


READERS: dict[str, Callable[[Row], Iterator[Fact]]] = {
    "fuels": fuel_facts,
    "grid_factors": grid_facts,
    "heat_factors": heat_facts,
    "process_factors": process_facts,
    "waste_factors": waste_facts,
    "pollutant_factors": pollutant_facts,
    "coal_equivalent": coal_facts,
}
# What the package holds beside the files, each with its own source and mark.
BESIDE = re.compile(
    r"STOICHIOMETRY/|IPCC2006/(landfill|road)/|IPCC2006/stationary/\w+/biomass|CN_HEAT/steam"
)


@pytest.fixture(scope="module")
def folder(real: Path) -> Path:
    folder = real.parent / "factors"
    if not folder.is_dir():
        pytest.skip(f"no folder of fact files at {folder}")
    return folder


def rows_of(folder: Path, name: str) -> list[Row]:
    return pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False).to_dict(
        "records"
    )


@pytest.fixture(scope="module")
def package() -> dict[str, Row]:
    rows = vocabulary("factors").to_dict("records")
    return {row["factor_id"]: row for row in rows}


def differences(fact: Fact, package: dict[str, Row]) -> list[str]:
    """What the package says otherwise than a fact."""
    row = package.get(fact.factor_id)
    if row is None:
        return [f"{fact.factor_id}: not in the package"]
    found = [f"{fact.factor_id}: {name} {row[name]!r}, not {wanted!r}"
             for name, wanted in (("checked", fact.mark),) if row[name] != wanted]  # fmt: skip
    if fact.note not in row["note"]:
        found.append(f"{fact.factor_id}: note {row['note']!r} without {fact.note!r}")
    unit = PER_TONNE.get(fact.factor_id, (fact.unit, fact.unit))
    assert fact.unit == unit[0]
    pairs = [("value", fact.value, conversion(unit[1], row["unit"]), 1e-12),
             ("uncertainty_low_percent", fact.low, 1.0, 1e-3),
             ("uncertainty_high_percent", fact.high, 1.0, 1e-3)]  # fmt: skip
    for name, given, times, rel in pairs:
        if (given == "") != (row[name] == "") and (given or name == "value"):
            found.append(f"{fact.factor_id}: {name} {row[name]!r}, not {given!r}")
        elif given and float(row[name]) != pytest.approx(float(given) * times, rel=rel):
            found.append(f"{fact.factor_id}: {name} {row[name]}, not {float(given) * times}")
    return found


@pytest.mark.parametrize("name", READERS)
def test_every_row_of_a_fact_file_stands_in_the_package(
    folder: Path, package: dict[str, Row], name: str
) -> None:
    found = [text for row in rows_of(folder, name) for fact in READERS[name](row)
             for text in differences(fact, package)]  # fmt: skip
    assert found == []


@pytest.mark.parametrize("name", READERS)
def test_no_row_of_a_fact_file_is_passed_over(folder: Path, name: str) -> None:
    rows = rows_of(folder, name)
    assert len(rows)
    silent = [(row["name_zh"], row["coefficient"]) for row in rows if not list(READERS[name](row))]
    assert silent == [("电力(等价值)", "")] * (name == "coal_equivalent")


def test_the_package_holds_nothing_that_no_fact_file_has(
    folder: Path, package: dict[str, Row]
) -> None:
    told = {fact.factor_id for name, reader in READERS.items()
            for row in rows_of(folder, name) for fact in reader(row)}  # fmt: skip
    assert {name for name in package if name not in told and not BESIDE.match(name)} == set()


def test_a_value_written_otherwise_is_found(package: dict[str, Row]) -> None:
    name = "CN_PROV2011/lime_prov"
    fact = Fact(name, "0.683", "t/t", "seen_once")
    assert differences(fact, package) == []
    for broken in ({"value": "0.638"}, {"checked": "seen"}, {"unit": "kg/t"}):
        assert differences(fact, {name: {**package[name], **broken}})


def test_a_fuels_printed_factor_follows_from_its_parts(folder: Path) -> None:
    rows = pd.DataFrame(rows_of(folder, "fuels"))
    rows = rows[rows["ef_tco2_per_ad_unit"] != ""]
    parts = rows[["ncv", "carbon_content_tC_per_GJ", "oxidation_fraction"]].astype(float)
    printed = rows["ef_tco2_per_ad_unit"].astype(float)
    assert (parts.prod(axis=1) * 44 / 12).tolist() == pytest.approx(printed.tolist(), rel=1e-6)


def test_every_warming_potential_of_the_file_stands_in_the_package(folder: Path) -> None:
    species = vocabulary("species")
    by_gas = dict(zip(species["gwp_gas"], species["species"], strict=True))
    origins = {"CH4-fossil": ("ch4", "fossil"), "CH4-nonfossil": ("ch4", "biogenic")}
    package = vocabulary("gwp").set_index(["species", "origin", "report"])
    found = []
    for row in rows_of(folder, "gwp"):
        name, origin = origins.get(row["gas"], (by_gas.get(row["gas"], row["gas"]), ""))
        mine = package.loc[(name, origin, row["report"])]
        same = (
            float(mine["gwp"]) == float(row["gwp"]),
            mine["checked"] == MARKS[row["verified"]],
            mine["note"] == row["note"],
            mine["horizon_years"] == row["horizon_yr"],
        )
        found += [f"{row['gas']} {row['report']}: {same}"] * (not all(same))
    assert found == []
