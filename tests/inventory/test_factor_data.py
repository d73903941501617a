"""The factor data: every row can be used as it stands, and a few are those of the book."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from parkkit.core.units import conversion
from parkkit.core.vocabulary import codes, vocabulary
from parkkit.inventory.activity import used_activity
from parkkit.inventory.factors import FORMULAS, Formula, factor_table
from parkkit.inventory.resolution import KEY, resolve
from tests.parks import make_park

MARKS = {"seen", "seen_once", "recalled"}
GREENHOUSE = ["co2", "ch4", "n2o", "sf6", "nf3", "cf4", "c2f6", "hfc_23", "hfc_32", "hfc_125",
              "hfc_134a"]  # fmt: skip


def table() -> pd.DataFrame:
    return factor_table()


def bases(item: str) -> set[str]:
    """The base units a factor of an item, or of a group of items, is turned into."""
    items = vocabulary("items")
    return set(items.loc[(items["item"] == item) | (items["item_group"] == item), "base_unit"])


def test_ids_are_unique_and_begin_with_their_set() -> None:
    rows = table()
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
        ("species", codes("species")),
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
    assert set(table()["factor_item"]) <= {*items["item"], *items["item_group"]} - {""}


def test_a_technology_belongs_to_its_process() -> None:
    rows = table()
    given = rows.loc[rows["factor_technology"] != "", ["factor_process_type", "factor_technology"]]
    known = set(vocabulary("processes")[["process_type", "technology"]].itertuples(False, None))
    assert set(given.itertuples(False, None)) <= known


def test_values_are_positive_and_shares_are_shares() -> None:
    assert (table()["value"] > 0).all()
    shares = table().loc[lambda rows: rows["parameter"].str.contains("share|oxidation|efficiency")]
    assert shares["value"].between(0, 1).all()


def needed_units() -> list[tuple[str, str, str]]:
    """Id, unit and wanted unit of every value and every parameter."""
    rows = table()
    parameters = {name: unit for formula in FORMULAS.values()
                  for name, unit in formula.needs.items()}  # fmt: skip
    wanted: list[tuple[str, str, str]] = []
    for row in rows.to_dict("records"):
        formula: Formula | None = FORMULAS.get(row["formula"])
        form = formula.unit if formula else parameters[row["parameter"]]
        wanted += [(row["factor_id"], row["unit"], form.format(base=base))
                   for base in bases(row["factor_item"])]  # fmt: skip
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


def test_one_factor_at_most_fits_a_case() -> None:
    rows = table()
    case = ["factor_set", "factor_item", "factor_use", "factor_process_type", "factor_technology",
            "species", "parameter", "factor_region", "kind", "valid_from"]  # fmt: skip
    assert not rows.duplicated(case).any()


def test_every_gas_has_a_warming_potential_in_every_report() -> None:
    gwp = vocabulary("gwp")
    default = gwp[gwp["origin"] == ""]
    assert not default.duplicated(["species", "report"]).any()
    told = set(default[["species", "report"]].itertuples(False, None))
    reports = ("SAR", "AR4", "AR5", "AR6")
    # NF3 came into the reports with AR4.
    assert {(gas, report) for gas in GREENHOUSE for report in reports} - told == {("nf3", "SAR")}


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
    rows = vocabulary("pollution_equivalents").set_index(["species", "source_class"])
    assert float(rows.loc[(species, source_class), "kg_per_equivalent"]) == kg
    assert rows.loc[(species, source_class), "is_statutory"] == "yes"


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
