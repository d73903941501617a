"""The factor data: every row can be used as it stands, and a few are those of the book."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from parkkit.core.labels import label
from parkkit.core.units import conversion
from parkkit.core.vocabulary import codes, vocabulary
from parkkit.inventory.activity import used_activity
from parkkit.inventory.factors import AS_ITEM, factor_table
from parkkit.inventory.formulas import FORMULAS
from parkkit.inventory.matching import KEY
from parkkit.inventory.resolution import resolve
from tests.parks import make_park

MARKS = {"seen", "seen_once", "recalled"}
REPORTS = ("SAR", "AR4", "AR5", "AR6")
# What no report in the fact files has: these gases came into the reports later.
NO_POTENTIAL = {("nf3", "SAR"), ("hfc_41", "AR4"), ("hfc_245fa", "SAR"), ("hfc_365mfc", "SAR"),
                ("so2f2", "SAR"), ("so2f2", "AR4")}  # fmt: skip
# Parameters that no formula takes: those of energy, and what stands to be looked up.
PARAMETERS = {"coal_equivalent": "tce/{base}", "coal_equivalent_low": "tce/{base}",
              "coal_equivalent_high": "tce/{base}", "coal_equivalent_supply": "tce/{base}",
              "ncv_low": "TJ/{base}", "ncv_high": "TJ/{base}", "removal_share": "1",
              "flue_gas_volume": "m3/{base}"}  # fmt: skip
# No carbon is fossil in sludge, no methane comes of good aeration, no cover oxidises methane
# unless it is told, and Solvay's soda ash keeps its carbon (a row that must be named).
ZERO = {"CN_PROV2011/sludge/fossil_carbon_share", "IPCC2006/mcf_aerobic_well",
        "IPCC2006/landfill/municipal_waste/cover_oxidation_share",
        "IPCC2006/landfill/general_solid_waste/cover_oxidation_share",
        "CN_UNCONFIRMED/soda_solvay"}  # fmt: skip
NOT_PUBLISHED = "CN_GRID/540000/average"


def table() -> pd.DataFrame:
    """The factors as the package gives them, a row a use; a conversion is no row of the file."""
    rows = factor_table()
    return rows[rows["formula"] != "carbon_balance"]


def written() -> pd.DataFrame:
    """The rows of the file, each once."""
    return table().drop_duplicates("factor_id")


def bases(item: str) -> set[str]:
    """The base units a factor of an item, or of a group of items, is turned into."""
    items = vocabulary("items")
    return set(items.loc[(items["item"] == item) | (items["item_group"] == item), "base_unit"])


def test_ids_are_unique_and_begin_with_their_set() -> None:
    rows = vocabulary("factors")
    assert rows["factor_id"].is_unique
    heads = rows["factor_id"].str.split("/").str[0]
    assert (heads == rows["factor_set"]).all()


def test_the_marks_are_the_three_that_pages_show() -> None:
    assert set(table()["checked"]) == MARKS
    assert set(vocabulary("gwp")["checked"]) <= {*MARKS, "computed"}
    assert set(vocabulary("pollution_equivalents")["checked"]) <= MARKS


def test_a_note_that_doubts_its_factor_never_passes_as_checked() -> None:
    rows = table()
    assert not rows.loc[rows["note"].str.contains("UNSURE"), "checked"].eq("seen").any()


def test_every_row_names_its_source() -> None:
    for name in ("factors", "gwp", "pollution_equivalents"):
        assert (vocabulary(name)["source"] != "").all()


@pytest.mark.parametrize(
    ("column", "known"),
    [
        ("factor_use", codes("uses")),
        ("species", (*codes("species"), AS_ITEM)),
        ("factor_region", codes("regions")),
        ("stage", ("generation", "release")),
        ("formula", tuple(FORMULAS)),
        ("factor_process_type", codes("processes")),
        ("factor_technology", tuple(vocabulary("processes")["technology"])),
    ],
)
def test_every_code_is_known(column: str, known: tuple[str, ...]) -> None:
    assert set(table()[column]) - {""} <= set(known)


def test_every_item_is_an_item_or_a_group_of_them() -> None:
    items = vocabulary("items")
    # What a device removes hangs on the device, not on what is burnt.
    anything = table().query("parameter == 'removal_share' and factor_item == ''")
    named = table().drop(anything.index)
    assert set(named["factor_item"]) <= {*items["item"], *items["item_group"]} - {""}


def test_what_a_factor_gives_as_the_item_itself_is_a_species() -> None:
    items, species = vocabulary("items").set_index("item"), codes("species")
    own = items.loc[items["species"] != "", "species"]
    assert set(own) <= set(species)
    rows = table()
    named = set(rows.loc[rows["species"] == AS_ITEM, "factor_item"])
    served = items[items.index.isin(named) | items["item_group"].isin(named)]
    assert len(served) > len(named)
    assert (served["species"] != "").all()


def test_every_gas_with_a_warming_potential_is_an_item_that_may_leak() -> None:
    items = vocabulary("items")
    assert set(vocabulary("gwp")["species"]) <= set(items["species"])
    rows = table()
    leaks = rows[(rows["factor_use"] == "leaked") & (rows["factor_set"] == "STOICHIOMETRY")]
    names = set(leaks["factor_item"])
    gases = items[(items["species"] != "") & (items["item"] != "carbon_sink")]
    assert (gases["item"].isin(names) | gases["item_group"].isin(names)).all()


def test_an_item_and_a_group_never_share_a_name() -> None:
    items = vocabulary("items")
    assert set(items["item"]) & set(items["item_group"]) == set()


def test_a_technology_belongs_to_its_process() -> None:
    rows = table()
    given = rows.loc[rows["factor_technology"] != "", ["factor_process_type", "factor_technology"]]
    known = set(vocabulary("processes")[["process_type", "technology"]].itertuples(False, None))
    assert set(given.itertuples(False, None)) <= known


def test_values_are_positive_and_shares_are_shares() -> None:
    rows = written()
    blank, zero = rows[rows["value"].isna()], rows[rows["value"] == 0]
    assert set(blank["factor_id"]) == {NOT_PUBLISHED}
    assert set(zero["factor_id"]) == ZERO
    assert not (rows["value"] < 0).any()
    shares = rows[rows["parameter"].str.contains("share|oxidation|efficiency|correction")]
    assert shares["value"].between(0, 1).all()


def needed_units() -> list[tuple[str, str, str]]:
    """Id, unit and wanted unit of every value and every parameter."""
    parameters = PARAMETERS | {
        name: unit for formula in FORMULAS.values() for name, unit in formula.needs.items()
    }
    wanted: list[tuple[str, str, str]] = []
    for row in written().to_dict("records"):
        formula = FORMULAS.get(str(row["formula"]))
        form = formula.unit if formula else parameters[row["parameter"]]
        units = {form.format(base=base) for base in bases(row["factor_item"]) or {"t"}}
        wanted += [(row["factor_id"], row["unit"], unit) for unit in units]
    return wanted


def test_every_unit_converts_to_what_its_formula_takes() -> None:
    assert all(conversion(unit, wanted) > 0 for _, unit, wanted in needed_units())


def test_a_set_that_has_carbon_has_a_heat_value_in_the_same_set() -> None:
    rows = table()
    carbon = rows[rows["formula"] == "fuel_carbon"]
    valued = rows[rows["parameter"] == "ncv"]
    with_ncv = set(valued[["factor_set", "factor_item"]].itertuples(False, None))
    without = set(carbon[["factor_set", "factor_item"]].itertuples(False, None)) - with_ncv
    # The one whose heat value no public copy had: it is not computable until a plant gives it.
    assert without <= {("IPCC2006", "industrial_waste")}


def test_a_solid_of_the_carbon_market_burns_as_its_equipment_does() -> None:
    rows = table()
    ets = rows[(rows["factor_set"] == "CN_ETS2024") & (rows["parameter"] == "oxidation")]
    items = vocabulary("items").set_index("item")["item_group"]
    solids = {"anthracite", "bituminous", "lignite", "coal_gangue", "coal_slime", "coke",
              "petroleum_coke"}  # fmt: skip
    for solid in solids:
        found = ets[ets["factor_item"].isin([solid, items[solid]])]
        assert dict(zip(found["factor_process_type"], found["value"], strict=True)) == {
            "cement_kiln": 0.99, "power_boiler": 0.95, "boiler": 0.85,
        }  # fmt: skip


def test_no_load_finds_its_methane_without_being_told_how_it_is_treated() -> None:
    rows = table()
    loads = rows[rows["factor_item"].isin(["organic_load", "cod_load", "bod_load"])]
    corrections = loads[loads["parameter"] == "methane_correction"]
    assert len(corrections) == 12
    assert (corrections["factor_technology"] != "").all()


def test_what_is_no_default_stands_in_a_set_that_must_be_named() -> None:
    rows = written()
    doubted = rows[rows["note"].str.contains("never a default|do NOT use")]
    assert set(doubted["factor_set"]) == {"CN_UNCONFIRMED"}
    assert set(rows.loc[rows["factor_set"] == "CN_UNCONFIRMED", "factor_item"]) == {
        "ammonia", "soda_ash",
    }  # fmt: skip


def test_coal_coefficients_agree_with_the_heat_values_beside_them() -> None:
    rows = written().query("factor_set == 'CN_GBT2589'").set_index("factor_id")["value"]
    pairs = [(name, name.replace("coal_equivalent", "ncv")) for name in rows.index]
    both = [pair for pair in pairs if pair[0] != pair[1] and pair[1] in rows.index]
    assert len(both) == 35
    for coal, heat in both:  # kJ over kJ: a kgce is 29 307.6 kJ, the coefficient has four digits
        assert rows[coal] == pytest.approx(rows[heat] / 29307.6, rel=1e-3), coal


def test_one_factor_at_most_fits_a_case() -> None:
    rows = table()
    case = ["factor_set", "factor_item", "factor_use", "factor_process_type", "factor_technology",
            "species", "parameter", "factor_region", "kind", "valid_from"]  # fmt: skip
    twice = rows[rows.duplicated(case, keep=False)]
    assert twice["factor_id"].tolist() == []


def test_every_gas_has_a_warming_potential_in_every_report() -> None:
    gwp = vocabulary("gwp")
    default = gwp[gwp["origin"] == ""]
    assert not default.duplicated(["species", "report"]).any()
    told = set(default[["species", "report"]].itertuples(False, None))
    species = vocabulary("species")
    gases = species.loc[species["kind"].isin(["ghg", "ozone_depleting"]), "species"]
    assert {(gas, report) for gas in gases for report in REPORTS} - told == NO_POTENTIAL


def test_a_blend_warms_as_its_parts_do() -> None:
    gwp = vocabulary("gwp")
    rows = gwp[gwp["checked"] == "computed"]
    assert len(rows) == 16
    single = gwp[gwp["origin"] == ""].set_index(["species", "report"])["gwp"].astype(float)
    for row in rows.to_dict("records"):
        parts = re.findall(r"'HFC(\w+)': ([\d.]+)", row["note"])
        mixed = sum(float(share) * single[(f"hfc_{gas}", row["report"])] for gas, share in parts)
        assert float(row["gwp"]) == pytest.approx(mixed, rel=1e-9)


def test_fossil_and_biogenic_methane_stand_apart() -> None:
    rows = vocabulary("gwp").set_index(["species", "report", "origin"])["gwp"].astype(float)
    assert rows[("ch4", "AR6", "fossil")] == 29.8
    assert rows[("ch4", "AR6", "biogenic")] == 27.0
    assert rows[("ch4", "AR5", "fossil")] == 30


def test_what_eats_the_ozone_is_no_gas_of_the_greenhouse_totals() -> None:
    species = vocabulary("species").set_index("species")["kind"]
    assert {name for name, kind in species.items() if kind == "ozone_depleting"} == {
        name for name in species.index if name.startswith(("cfc_", "hcfc_"))
    }


@pytest.mark.parametrize(
    ("species", "report", "gwp"),
    [("ch4", "SAR", 21), ("ch4", "AR4", 25), ("ch4", "AR5", 28), ("ch4", "AR6", 27.9),
     ("n2o", "AR5", 265), ("n2o", "AR6", 273), ("sf6", "AR6", 24300)],
)  # fmt: skip
def test_warming_potentials_are_those_of_the_reports(species: str, report: str, gwp: float) -> None:
    rows = vocabulary("gwp").set_index(["species", "report", "origin"])["gwp"]
    assert float(rows[(species, report, "")]) == gwp


@pytest.mark.parametrize(
    ("species", "source_class", "kg"),
    [("so2", "", 0.95), ("nox", "", 0.95), ("pm", "energy", 2.18), ("pm", "process", 4),
     ("co", "", 16.7), ("lead", "", 0.02), ("mercury", "", 0.0001), ("cod", "", 1),
     ("bod", "", 0.5), ("nh3_n", "", 0.8), ("tp", "", 0.25)],
)  # fmt: skip
def test_equivalents_are_those_of_the_law(species: str, source_class: str, kg: float) -> None:
    # A metal has another value in water.
    medium = "water" if species in ("cod", "bod", "nh3_n", "tp") else "air"
    rows = vocabulary("pollution_equivalents").set_index(["species", "medium", "source_class"])
    found = rows.loc[(species, medium, source_class)]
    assert (float(found["kg_per_equivalent"]), found["is_statutory"]) == (kg, "yes")


def test_what_the_law_does_not_list_is_not_statutory() -> None:
    rows = vocabulary("pollution_equivalents")
    assert set(rows.loc[rows["is_statutory"] != "yes", "species"]) == {"voc", "tn"}


@pytest.mark.parametrize(
    ("factor_set", "row", "species", "tonnes"),
    [
        # 23.204 GJ/t x 0.02618 t C/GJ x 0.93 x 44/12
        ("CN_NDRC24", {"item": "bituminous"}, "co2", 2.071509),
        # 389.31 GJ x 0.0153 x 0.99 x 44/12 for 10 000 m3
        ("CN_PROV2025", {"item": "natural_gas", "unit": "万m3"}, "co2", 21.621888e-4),
        # 0.4 x 0.4 x 0.95 x 44/12
        ("CN_PROV2025", {"item": "municipal_waste", "use": "treated",
                         "process_type": "incinerator"}, "co2", 0.557333),
        ("CN_PROV2025", {"item": "hazardous_waste", "use": "treated",
                         "process_type": "incinerator"}, "co2", 1.64175),
        ("CN_PROV2011", {"item": "lime", "use": "process_output",
                         "process_type": "lime_kiln"}, "co2", 0.683),
        ("CN_HEAT", {"item": "heat", "unit": "GJ", "use": "purchased",
                     "process_type": "purchase", "counterpart_id": "outside"}, "co2", 0.11),
        ("CN_GRID", {"item": "electricity", "unit": "MWh", "use": "purchased",
                     "process_type": "purchase", "counterpart_id": "grid"}, "co2", 0.4974),
        ("CN_CENSUS2", {"item": "natural_gas", "unit": "m3", "technology": "gas_conventional"},
         "nox", 18.71e-7),
        ("CN_CENSUS2", {"technology": "stoker"}, "nox", 2.94e-3),
        ("CN_CSES144", {"process_type": "power_boiler", "technology": "up_to_100mw"},
         "nox", 8.96e-3),
        # a solid burns as its equipment does
        ("CN_ETS2024", {"item": "anthracite", "process_type": "cement_kiln"},
         "co2", 22.867 * 0.02749 * 0.99 * 44 / 12),
        ("CN_ETS2024", {"item": "coke", "process_type": "boiler"},
         "co2", 28.435 * 0.02942 * 0.85 * 44 / 12),
        # the same carbon on the road, and with all of it counted where it is raw material
        ("CN_PROV2025", {"item": "diesel", "use": "transport_hired", "process_type": "vehicle"},
         "co2", 3.09591),
        ("CN_PROV2025", {"item": "coke", "use": "feedstock"}, "co2", 3.0757192),
        ("CN_PROV2011", {"item": "nitric_acid", "use": "process_output",
                         "process_type": "nitric_acid_plant", "technology": "high_pressure"},
         "n2o", 13.9e-3),
        ("CN_NDRC24", {"item": "primary_aluminium", "use": "process_output",
                       "process_type": "aluminium_electrolysis"}, "co2", 1.50304),
        ("IPCC2006", {"item": "dolomite", "use": "feedstock", "process_type": "lime_kiln"},
         "co2", 0.47732),
        # 0.25 t of methane a tonne of COD, 0.3 of it formed
        ("IPCC2006", {"item": "cod_load", "unit": "kg", "use": "treated",
                      "process_type": "wastewater_treatment", "technology": "aerobic_overloaded"},
         "ch4", 0.075),
        ("IPCC2019R", {"item": "nitrogen_load", "unit": "kg", "use": "treated",
                       "process_type": "wastewater_treatment",
                       "technology": "centralised_aerobic"}, "n2o", 0.016 * 44 / 28),
        ("IPCC2006", {"item": "r410a", "use": "charged", "process_type": "refrigeration",
                      "technology": "chiller"}, "r410a", 0.085),
        ("IPCC2006", {"item": "sf6", "use": "charged", "process_type": "switchgear",
                      "technology": "closed_pressure"}, "sf6", 0.026),
        ("STOICHIOMETRY", {"item": "methane", "use": "recovered"}, "ch4", 1),
        ("STOICHIOMETRY", {"item": "hcfc_22", "unit": "kg", "use": "leaked"}, "hcfc_22", 1),
        ("STOICHIOMETRY", {"item": "carbon_sink", "use": "sink"}, "co2", 1),
    ],
)  # fmt: skip
def test_a_base_unit_gives_the_tonnes_of_the_book(
    tmp_path: Path, factor_set: str, row: dict[str, str], species: str, tonnes: float
) -> None:
    park = make_park(
        tmp_path / "p", activity=[{"amount": 1, **row}], convention={"factor_sets": [factor_set]}
    )
    keys = used_activity(park, park.about.convention)[["key_id", *KEY]]
    found = resolve(keys, park, park.about.convention)
    used = found[(found["rank"] == 0) & (found["species"] == species)]
    assert used["t_per_base"].tolist() == pytest.approx([tonnes], rel=1e-6)
    assert set(used["factor_set"]) == {factor_set}


@pytest.mark.parametrize(
    ("factor_set", "row", "missing"),
    [
        ("CN_ETS2024", {"item": "anthracite", "process_type": "furnace"}, "oxidation"),
        ("IPCC2006", {"item": "cod_load", "use": "treated",
                      "process_type": "wastewater_treatment"}, "methane_correction"),
        ("IPCC2006", {"item": "glass", "use": "process_output"}, "cullet_share"),
        ("IPCC2006", {"item": "municipal_waste", "use": "treated", "process_type": "landfill",
                      "technology": "managed_anaerobic"}, "degradable_carbon_share"),
        ("CN_CSES144_FINE", {"item": "bituminous"},
         "ash_share;ash_to_bottom_share;pm2_5_share;black_carbon_share"),
    ],
)  # fmt: skip
def test_what_only_the_plant_can_say_is_asked_of_it(
    tmp_path: Path, factor_set: str, row: dict[str, str], missing: str
) -> None:
    park = make_park(
        tmp_path / "p", activity=[{"amount": 1, **row}], convention={"factor_sets": [factor_set]}
    )
    keys = used_activity(park, park.about.convention)[["key_id", *KEY]]
    found = resolve(keys, park, park.about.convention)
    first = found[found["rank"] == 0].sort_values("species").iloc[0]
    assert first["missing"] == missing
    assert pd.isna(first["t_per_base"])
    assert all(label(f"missing.{name}", "zh") for name in missing.split(";"))
