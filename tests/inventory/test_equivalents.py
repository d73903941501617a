"""Pollution equivalents: the law's values, each rule by hand, the user's convention apart."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES, label
from parkkit.core.vocabulary import codes, synonyms, vocabulary
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.equivalents import (
    NONE_CODES,
    conventional_equivalents,
    equivalents,
    equivalents_by,
    lacks_equivalents,
    recalled_values,
)
from parkkit.inventory.fusion import fuse
from parkkit.inventory.overlap import ancestors
from tests.parks import compiled, make_park

Row = dict[str, Any]
MARKS = {"seen in a public copy": "seen", "recalled, check the primary text": "recalled"}
UNITS = {"kg per 污染当量": "kg", "t wastewater per 污染当量": "t wastewater",
         "t water*times per 污染当量": "t wastewater x times"}  # fmt: skip
always = settings(deadline=None, max_examples=60, derandomize=True)


def row(species: str, tonnes: float | None, **other: Any) -> Row:
    return {"enterprise_id": "A", "year": 2023, "medium": "air", "source_class": "energy",
            "species": species, "emissions_t": tonnes, "status": "reported", **other}  # fmt: skip


def water(species: str, tonnes: float | None, **other: Any) -> Row:
    return row(species, tonnes, medium="water", **other)


def table(*rows: Row) -> pd.DataFrame:
    return pd.DataFrame(list(rows)).astype({"emissions_t": "float64"})


def counted(*rows: Row) -> list[float]:
    """The statutory equivalents of rows, 0 where a row has none."""
    return equivalents(table(*rows)).fillna(0).round(3).tolist()


def conventional(values: dict[str, float], *rows: Row) -> list[float]:
    return conventional_equivalents(table(*rows), values).fillna(0).round(3).tolist()


def inventory(folder: Path, *releases: Row, **given: Any) -> Inventory:
    filled = [{"process": "boiler", **each} for each in releases]
    return compiled(make_park(folder / "p", releases=filled, **given))


# --- the data ----------------------------------------------------------------------------------


def facts(real: Path) -> list[dict[str, str]]:
    path = real.parent / "factors" / "pollutant_equivalents.csv"
    if not path.is_file():
        pytest.skip(f"no fact file at {path}")
    read = pd.read_csv(path, dtype="str", keep_default_na=False)
    return [{str(name): value for name, value in each.items()} for each in read.to_dict("records")]


def told(fact: dict[str, str]) -> tuple[str, ...]:
    """What a row of the fact file says, as the package holds it."""
    medium, _, water_class = fact["medium"].partition("_")
    name = fact["pollutant"].removesuffix(" - NOT in statute")
    is_statutory = "yes" if name == fact["pollutant"] else "no"
    return (medium, water_class.removeprefix("class"), name, str(float(fact["value"])),
            UNITS[fact["unit"]], is_statutory, fact["source"], fact["year"],
            MARKS[fact["verified"]])  # fmt: skip


def held() -> set[tuple[str, ...]]:
    rows = vocabulary("pollution_equivalents")
    value = rows["kg_per_equivalent"].where(
        rows["unit"] == "kg", rows["wastewater_t_per_equivalent"]
    )
    kept = rows.assign(value=value.astype(float).astype(str))
    columns = ["medium", "water_class", "statutory_name", "value", "unit", "is_statutory",
               "source", "published", "checked"]  # fmt: skip
    return set(kept[columns].itertuples(index=False, name=None))


@pytest.mark.real
def test_every_row_of_the_fact_file_stands_in_the_package(real: Path) -> None:
    rows = [fact for fact in facts(real) if fact["medium"] != "solid_waste_tax"]
    assert len(rows) == 44 + 10 + 51 + 9 + 2
    assert [fact["pollutant"] for fact in rows if told(fact) not in held()] == []
    # ... and what the package has beside them it says to be a member of one of them.
    names = {told(fact) for fact in rows}
    beside = {each for each in held() if each not in names}
    assert {each[2] for each in beside} == {"邻-二甲苯、对-二甲苯、间-二甲苯"}


@pytest.mark.real
def test_the_notes_of_the_conventions_are_kept(real: Path) -> None:
    notes = {fact["note"] for fact in facts(real) if "NOT in statute" in fact["pollutant"]}
    rows = vocabulary("pollution_equivalents")
    assert set(rows.loc[rows["is_statutory"] == "no", "note"]) == notes


@pytest.mark.real
def test_the_tax_on_solid_waste_is_held_per_tonne_and_is_no_equivalent(real: Path) -> None:
    rows = [fact for fact in facts(real) if fact["medium"] == "solid_waste_tax"]
    taxes = vocabulary("solid_waste_tax")
    mine = taxes[["statutory_name", "tax_cny_per_t", "source", "published", "note"]]
    wanted = [tuple(fact[name] for name in ("pollutant", "value", "source", "year", "note"))
              for fact in rows]  # fmt: skip
    assert list(mine.itertuples(index=False, name=None)) == wanted
    assert {fact["unit"] for fact in rows} == {"CNY/t"}
    assert set(taxes["species"]) <= set(codes("species"))
    assert set(taxes["statutory_name"]).isdisjoint(
        vocabulary("pollution_equivalents")["statutory_name"]
    )


def test_no_two_values_compete_for_a_species_in_a_medium() -> None:
    rows = vocabulary("pollution_equivalents")
    rows = rows[rows["species"] != ""]
    assert not rows.duplicated(["species", "medium", "source_class"]).any()
    assert set(rows["species"]) <= set(codes("species"))
    dust = rows[rows["source_class"] != ""]
    assert set(dust["species"]) == {"pm"}


def test_a_value_per_tonne_of_wastewater_belongs_to_no_species() -> None:
    rows = vocabulary("pollution_equivalents")
    per_wastewater = rows["wastewater_t_per_equivalent"] != ""
    assert per_wastewater.sum() == 9
    assert set(rows.loc[per_wastewater, "species"]) == {""}
    assert (rows["kg_per_equivalent"] == "").equals(per_wastewater)
    assert (rows["measure"] != "").equals(per_wastewater)


def test_what_is_measured_in_wastewater_has_a_name_in_both_languages() -> None:
    measures = [name for name in vocabulary("pollution_equivalents")["measure"] if name]
    assert all(label(f"equivalents.measure.{name}", lang) for name in measures
               for lang in LANGUAGES)  # fmt: skip


def test_a_species_names_the_items_of_the_law_that_hold_it() -> None:
    law = vocabulary("pollution_equivalents")
    law = law[(law["is_statutory"] == "yes") & (law["species"] != "")]
    names = law.groupby("species")["statutory_name"].agg(lambda found: set(found)).to_dict()
    species = vocabulary("species")
    mine = species[species["kind"] == "pollutant"].set_index("species")["statutory_names"]
    assert {name: set(text.split(";")) for name, text in mine.items() if text} == names


def test_no_name_means_two_species() -> None:
    meaning: dict[str, set[str]] = {}
    for each in vocabulary("species").to_dict("records"):
        called = [each["species"], each["name_zh"], each["name_en"], *each["synonyms"].split(";")]
        for name in filter(None, called):
            meaning.setdefault(name.strip().lower(), set()).add(each["species"])
    assert {name: found for name, found in meaning.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("written", "species"),
    [("Benzo[a]Pyrene", "benzo_a_pyrene"), ("Chromium (VI)", "chromium_6"),
     ("Carbon Disulfide", "carbon_disulphide"), ("Beryllium compounds", "beryllium_compounds"),
     ("总铬", "total_chromium"), ("氟化物（以F-计）", "fluorides"), ("fluorides_air", "fluorides"),
     ("methanol_vapour", "methanol"), ("化学需氧量（CODCr）", "cod"), ("非甲烷总烃", "nmhc"),
     ("总氮（以N计）", "tn"), ("可吸附有机卤化物", "aox"), ("LAS", "anionic_surfactants")],
)  # fmt: skip
def test_a_spelling_of_lists_and_permits_is_known(written: str, species: str) -> None:
    assert synonyms("species")[written.lower()] == species


@pytest.mark.parametrize(
    ("part", "wholes"),
    [("lead", ("lead_compounds", "total_lead")), ("o_xylene", ("xylenes", "voc")),
     ("chromium_6", ("chromium_compounds", "total_chromium")), ("benzo_a_pyrene", ("pahs",)),
     ("phenol", ("volatile_phenols", "phenols", "voc")), ("carbon_black_dust", ("pm",)),
     ("malathion", ("organophosphorus_pesticides",)), ("carbon_disulphide", ()), ("aox", ())],
)  # fmt: skip
def test_a_part_knows_what_it_is_part_of(part: str, wholes: tuple[str, ...]) -> None:
    assert ancestors(part) == wholes


# --- the rules, by hand ------------------------------------------------------------------------


@pytest.mark.real
def test_the_worked_example_comes_out(real: Path, tmp_path: Path) -> None:
    path = real.parent / "acceptance" / "worked_examples.json"
    if not path.is_file():
        pytest.skip(f"no worked examples at {path}")
    example = json.loads(path.read_text(encoding="utf-8"))["apeq_equiv"]
    releases = [{"species": name, "amount": kg, "unit": "kg"}
                for name, kg in example["inputs"]["reduction_kg"].items()]  # fmt: skip
    found = equivalents_by(inventory(tmp_path, *releases))
    values = dict(zip(found["species"], found["kg_per_equivalent"], strict=True))
    wanted = example["inputs"]["equiv_kg"]
    assert values == {name.lower(): value for name, value in wanted.items()}
    whole = found["equivalents"].sum()
    assert whole == pytest.approx(example["out"]["pollution_equivalents"], abs=0.0005)


@pytest.mark.parametrize(
    ("given", "kg"),
    [(row("styrene", 1), 25), (row("mercury_compounds", 1), 0.0001), (row("fluorides", 1), 0.87),
     (water("fluorides", 1), 0.5), (row("benzene", 1), 0.05), (water("benzene", 1), 0.02),
     (row("formaldehyde", 1), 0.09), (water("formaldehyde", 1), 0.125),
     (row("acrylonitrile", 1), 0.22), (water("acrylonitrile", 1), 0.125),
     (water("total_mercury", 1), 0.0005), (water("lead", 1), 0.025), (row("lead", 1), 0.02),
     (water("benzo_a_pyrene", 1), 0.0000003), (water("xylenes", 1), 0.02),
     (row("pm", 1), 2.18), (row("pm", 1, source_class="process"), 4),
     (row("pm", 1, source_class="waste"), 2.18)],
    ids=lambda given: "-".join(map(str, list(given.values())[2:5])) if isinstance(given, dict)
    else None,
)  # fmt: skip
def test_a_tonne_is_a_thousand_kilograms_over_the_value_of_its_medium(
    given: Row, kg: float
) -> None:
    assert equivalents(table(given))[0] == pytest.approx(1000 / kg, rel=1e-12)


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([row("pm", 4), row("pm10", 3), row("pm2_5", 2)], [1834.862, 0, 0]),
        ([row("pm10", 3), row("pm2_5", 2)], [0, 0]),
        ([water("cod", 10), water("bod", 8), water("toc", 9)], [10000, 0, 0]),
        ([water("bod", 8), water("toc", 9)], [16000, 0]),
        ([water("cod", None), water("toc", 4.9)], [0, 10000]),
        ([water("total_chromium", 1), water("chromium_6", 0.5)], [25000, 0]),
        ([water("chromium_6", 0.5)], [25000]),
        ([row("xylenes", 2.7), row("o_xylene", 2.7)], [10000, 0]),
        ([row("voc", 10), row("benzene", 1)], [0, 20000]),
        ([row("phenols", 3.5), row("phenol", 1)], [10000, 0]),
        ([water("tn", 5), water("nh3_n", 4)], [0, 5000]),
        ([water("volatile_phenols", 0.8), water("phenol", 0.1)], [10000, 0]),
    ],
    ids=["dust", "fine dust alone", "COD", "BOD", "COD without a number", "chromium",
         "Cr6 alone", "xylenes", "VOC", "phenols", "total nitrogen", "volatile phenols"],
)  # fmt: skip
def test_what_would_count_twice_counts_once(rows: list[Row], wanted: list[float]) -> None:
    assert counted(*rows) == wanted


@pytest.mark.parametrize(
    "other", [{"enterprise_id": "B"}, {"year": 2022}, {"medium": "air"}], ids=lambda each: str(each)
)
def test_a_whole_holds_only_parts_of_its_plant_year_and_medium(other: Row) -> None:
    assert counted(water("xylenes", 1), water("o_xylene", 1) | other)[1] > 0
    assert counted(water("xylenes", 1), water("o_xylene", 1))[1] == 0


LEAD = [row("lead", 2), row("lead_compounds", 3)]


@pytest.mark.parametrize(
    ("places", "wanted"),
    [
        (({"process": "p1"}, {"process": "p2"}), [100000, 150000]),
        (({"process": "p1"}, {"process": "p1"}), [0, 150000]),
        (({"process": "p1"}, {"process": ""}), [0, 150000]),
        (({"process": ""}, {"process": "p2"}), [0, 150000]),
        (({"process": "p1", "source_id": "A/p1/s1"}, {"process": "p1", "source_id": "A/p1/s2"}),
         [100000, 150000]),
        (({"process": "p1", "source_id": "A/p1/s1"}, {"process": "p1", "source_id": "A/p1"}),
         [0, 150000]),
    ],
    ids=["two processes", "one process", "whole plant holds", "part of the plant", "two outlets",
         "whole process holds"],
)  # fmt: skip
def test_a_whole_holds_a_part_at_its_own_place_alone(
    places: tuple[Row, Row], wanted: list[float]
) -> None:
    assert counted(*(each | place for each, place in zip(LEAD, places, strict=True))) == wanted


@pytest.mark.parametrize(
    ("whole", "wanted"), [(1.0, [100000, 50000]), (0.0, [100000, 0]), (2.0, [0, 100000])]
)
def test_a_whole_holds_no_part_above_it(whole: float, wanted: list[float]) -> None:
    assert counted(row("lead", 2), row("lead_compounds", whole)) == wanted


def test_a_whole_of_the_plant_holds_the_parts_of_its_processes_together() -> None:
    parts = [row("lead", tonnes, process=name) for name, tonnes in (("p1", 1), ("p2", 2))]
    assert counted(*parts, row("lead_compounds", 3, process=""))[:2] == [0, 0]
    assert counted(*parts, row("lead_compounds", 2.5, process=""))[:2] == [50000, 100000]


def test_a_demand_of_nothing_stands_for_no_other() -> None:
    assert counted(water("cod", 0), water("bod", 9)) == [0, 18000]
    assert counted(water("cod", 0), water("bod", 0)) == [0, 0]
    lacking = table(water("cod", 0), water("bod", None, status="NE"))
    assert not lacks_equivalents(lacking).any()  # of no COD there is no BOD


def test_oxygen_demands_of_two_outlets_count_both() -> None:
    at = [water("cod", 1, process="p1"), water("bod", 9, process="p2")]
    assert counted(*at) == [1000, 18000]
    assert counted(*at, water("toc", 5, process="")) == [1000, 18000, 0]


def test_ammonia_nitrogen_of_another_outlet_is_not_in_total_nitrogen() -> None:
    rows = (water("tn", 1, process="p1"), water("nh3_n", 4, process="p2"))
    assert sum(conventional({"tn": 0.8}, *rows)) == 6250


def test_a_whole_without_a_value_in_the_medium_holds_nothing() -> None:
    # chlorobenzenes have a value in air and none in water, where chlorobenzene has its own
    assert counted(water("chlorobenzenes", 5), water("chlorobenzene", 1)) == [0, 50000]


def test_a_value_of_a_medium_is_not_lent_to_another() -> None:
    assert counted(water("so2", 1), row("cod", 1), row("so2", 1, medium="land")) == [0, 0, 0]


# --- the user's convention ---------------------------------------------------------------------


def test_the_recalled_values_are_no_default() -> None:
    assert recalled_values() == {"tn": 0.8, "voc": 0.95}
    rows = (water("tn", 5), row("voc", 1))
    assert counted(*rows) == [0, 0]
    assert conventional({}, *rows) == [0, 0]


def test_total_nitrogen_with_a_value_takes_the_place_of_ammonia_nitrogen() -> None:
    rows = (water("tn", 8), water("nh3_n", 4), water("cod", 1))
    assert conventional({"tn": 0.8}, *rows) == [10000, 0, 1000]
    assert counted(*rows) == [0, 5000, 1000]


def test_vocs_with_a_value_leave_out_their_listed_species() -> None:
    rows = (row("voc", 9.5), row("benzene", 1), row("o_xylene", 1), row("so2", 0.95))
    assert conventional({"voc": 0.95}, *rows) == [10000, 0, 0, 1000]
    assert counted(*rows) == [0, 20000, 3703.704, 1000]


def test_a_whole_of_the_user_without_a_number_leaves_its_parts() -> None:
    assert conventional({"tn": 0.8}, water("tn", None), water("nh3_n", 4)) == [0, 5000]


def test_a_medium_without_a_value_of_the_user_has_no_conventional_reading() -> None:
    found = conventional_equivalents(table(row("so2", 1), water("cod", 1)), {"tn": 0.8})
    assert found.isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [({"so2": 1.0}, "equivalent_is_statutory", "so2"),
     ({"tn": 0.0}, "equivalent_not_positive", "0"),
     ({"voc": float("nan")}, "equivalent_not_positive", "nan"), ({"tnn": 1.0}, "unknown", "tn"),
     ({"tn": float("inf")}, "equivalent_not_positive", "inf"), ({"co2": 1.0}, "unknown", "co2")],
)  # fmt: skip
def test_a_value_that_does_not_do_is_refused(
    values: dict[str, float], code: str, words: str
) -> None:
    with pytest.raises(ParkError, match=words) as caught:
        conventional_equivalents(table(row("so2", 1)), values)
    assert caught.value.code == code


def test_the_fused_table_keeps_the_convention_beside_the_statute(tmp_path: Path) -> None:
    rows = [{"species": name, "amount": 8, "medium": "water"} for name in ("tn", "nh3_n")]
    found = inventory(tmp_path, *rows, {"species": "so2", "amount": 0.95})
    columns = ["equivalents_air", "equivalents_water", "conventional_equivalents_air",
               "conventional_equivalents_water"]  # fmt: skip
    plain = fuse(found)[columns].iloc[0]
    assert plain.fillna(-1).tolist() == [1000, 10000, -1, -1]
    chosen = fuse(found, user_values={"tn": 1.6})[columns].iloc[0]
    assert chosen.fillna(-1).tolist() == [1000, 10000, -1, 5000]


# --- the table for a page ----------------------------------------------------------------------


def by_species(found: pd.DataFrame, *columns: str) -> dict[str, tuple[Any, ...]]:
    picked = found[[*columns]].astype(object).where(found[[*columns]].notna(), None)
    return dict(zip(found["species"], picked.itertuples(index=False, name=None), strict=True))


def test_the_table_tells_what_counts_and_why_the_rest_does_not(tmp_path: Path) -> None:
    rows = [
        {"species": name, "amount": amount, "medium": medium}
        for name, amount, medium in (
            ("co2", 9, "air"), ("voc", 9.5, "air"), ("benzene", 1, "air"), ("pm", 4, "air"),
            ("pm10", 3, "air"), ("cod", 10, "water"), ("bod", 8, "water"),
            ("总汞", 0.001, "water"),
        )
    ]  # fmt: skip
    nothing = {"species": "nox", "amount": "", "notation": "NE"}
    found = equivalents_by(inventory(tmp_path, *rows, nothing), user_values={"voc": 0.95})
    told = by_species(found, "kg_per_equivalent", "counted_t", "equivalents", "none")
    assert told == {
        "benzene": (0.05, 1, 20000, ""),
        "nox": (0.95, None, None, "no_number"),
        "pm": (2.18, 4, pytest.approx(1834.862, abs=0.001), ""),
        "pm10": (None, None, None, "part_of_other"),
        "voc": (None, None, None, "no_statutory_value"),
        "bod": (0.5, None, None, "other_oxygen_demand"),
        "cod": (1, 10, 10000, ""),
        "total_mercury": (0.0005, 0.001, 2000, ""),
    }
    other = by_species(found, "conventional_equivalents", "conventional_none", "status", "missing")
    assert other["voc"] == (10000, "", "computed", "")
    assert other["benzene"] == (None, "part_of_other", "computed", "")
    assert other["cod"] == (None, "no_user_value", "computed", "")
    assert other["nox"] == (None, "no_number", "not_computable", "amount")
    law = by_species(found, "is_statutory", "statutory_name", "water_class")
    assert law["total_mercury"] == (True, "总汞", "1")
    assert law["voc"] == (False, "", "")
    assert law["pm"] == (True, "烟尘", "")


def test_combustion_dust_and_process_dust_have_rows_of_their_own(tmp_path: Path) -> None:
    kiln = {"process": "kiln", "process_type": "lime_kiln", "item": "lime",
            "use": "process_output", "amount": 1}  # fmt: skip
    dust = [{"species": "pm", "amount": 8, "process": name} for name in ("kiln", "boiler")]
    found = equivalents_by(inventory(tmp_path, *dust, activity=[kiln]))
    found = found[found["species"] == "pm"].set_index("statutory_name")
    assert found["equivalents"].to_dict() == {
        "一般性粉尘": 2000, "烟尘": pytest.approx(3669.725, abs=0.001)}  # fmt: skip


def test_a_species_that_counts_at_one_plant_only_says_how_much_of_it(tmp_path: Path) -> None:
    plants = [{"enterprise_id": name} for name in "AB"]
    rows = [{"species": "cod", "amount": 1, "medium": "water"},
            {"species": "bod", "amount": 2, "medium": "water"},
            {"species": "bod", "amount": 3, "medium": "water", "enterprise_id": "B"}]  # fmt: skip
    found = inventory(tmp_path, *rows, enterprises=plants)
    told = by_species(equivalents_by(found), "amount_t", "counted_t", "equivalents", "none")
    assert told["bod"] == (5, 3, 6000, "other_oxygen_demand")
    plant = equivalents_by(found, by=["enterprise_id"]).set_index(["enterprise_id", "species"])
    assert plant.loc[("B", "bod"), ["equivalents", "none"]].tolist() == [6000, ""]


def test_missing_months_make_the_table_partial(tmp_path: Path) -> None:
    months = [{"species": "so2", "amount": 1, "month": month} for month in range(1, 12)]
    found = equivalents_by(inventory(tmp_path, *months)).iloc[0]
    assert found[["status", "missing"]].tolist() == ["partial", "months"]
    assert found["equivalents"] == pytest.approx(11000 / 0.95)


def test_the_table_and_the_fused_table_have_one_sum(tmp_path: Path) -> None:
    species = ("so2", "pm", "voc", "benzene", "lead")
    rows = [{"species": name, "amount": 3, "process": process}
            for name in species for process in ("a", "b")]  # fmt: skip
    found = inventory(tmp_path, *rows)
    both = {"user_values": {"voc": 0.95}}
    table, fused = equivalents_by(found, **both), fuse(found, **both)
    for mine, theirs in (("equivalents", "equivalents_air"),
                         ("conventional_equivalents", "conventional_equivalents_air")):  # fmt: skip
        assert table[mine].sum() == pytest.approx(fused[theirs].sum(), rel=1e-12)


def test_an_empty_inventory_gives_an_empty_table_of_the_same_columns(tmp_path: Path) -> None:
    empty = equivalents_by(compiled(make_park(tmp_path / "none", activity=[])))
    full = equivalents_by(inventory(tmp_path, {"species": "so2", "amount": 1}))
    assert len(empty) == 0
    assert list(empty.columns) == list(full.columns)


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    found = inventory(tmp_path, {"species": "so2", "amount": 1})
    with pytest.raises(ParkError, match="enterprise_id"):
        equivalents_by(found, by=["enterprise"])


def test_every_reason_has_a_label() -> None:
    assert all(label(f"equivalents.none.{code}", lang) for code in NONE_CODES for lang in LANGUAGES)


# --- always ------------------------------------------------------------------------------------

SPECIES = st.sampled_from(
    ["so2", "pm", "pm10", "voc", "benzene", "xylenes", "o_xylene", "lead", "lead_compounds",
     "cod", "bod", "toc", "tn", "nh3_n", "total_chromium", "chromium_6", "phenol"]
)  # fmt: skip
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "enterprise_id": st.sampled_from("AB"),
            "year": st.sampled_from([2022, 2023]),
            "medium": st.sampled_from(["air", "water"]),
            "source_class": st.sampled_from(["", "energy", "process"]),
            "species": SPECIES,
            "emissions_t": st.one_of(st.none(), st.integers(0, 10**6).map(lambda n: n / 8)),
            "status": st.just("reported"),
        }
    ),
    min_size=1,
    max_size=8,
)
USER = {"tn": 0.8, "voc": 0.95}


def sums(rows: pd.DataFrame) -> list[float]:
    """Both readings of both media."""
    return [float(found[rows["medium"] == medium].sum())
            for found in (equivalents(rows), conventional_equivalents(rows, USER))
            for medium in ("air", "water")]  # fmt: skip


@always
@given(rows=ROWS, seed=st.integers(0, 99))
def test_the_order_of_rows_changes_nothing(rows: list[Row], seed: int) -> None:
    frame = table(*rows)
    shuffled = frame.sample(frac=1, random_state=seed)
    assert sums(shuffled) == pytest.approx(sums(frame), rel=1e-12)
    kept = equivalents(shuffled).sort_index()
    pd.testing.assert_series_equal(kept, equivalents(frame))


@always
@given(rows=ROWS, which=st.integers(0, 7))
def test_splitting_a_row_changes_nothing(rows: list[Row], which: int) -> None:
    whole = rows[which % len(rows)]
    amount = whole["emissions_t"]
    halves = [whole | {"emissions_t": None if amount is None else amount * share}
              for share in (0.25, 0.75)]  # fmt: skip
    others = [each for place, each in enumerate(rows) if place != which % len(rows)]
    assert sums(table(*others, *halves)) == pytest.approx(sums(table(*rows)), rel=1e-12)


@always
@given(rows=ROWS, share=st.floats(0, 1))
def test_a_part_never_adds(rows: list[Row], share: float) -> None:
    """Ammonia nitrogen under total nitrogen, and parts whose whole has a value, add nothing."""
    pairs = [("pm", "pm10", "air"), ("lead_compounds", "lead", "air"), ("cod", "bod", "water"),
             ("xylenes", "o_xylene", "air"), ("total_chromium", "chromium_6", "water")]  # fmt: skip
    for whole, part, medium in pairs:
        # The part's own rows go first: the one added must be the only difference.
        others = [each for each in rows if each["species"] != part]
        has_whole = [*others, row(whole, 8, medium=medium)]
        added = [*has_whole, row(part, 8 * share, medium=medium)]
        assert sums(table(*added)) == pytest.approx(sums(table(*has_whole)), rel=1e-12)


@always
@given(rows=ROWS)
def test_an_input_is_never_changed_and_a_row_lacking_a_number_has_none(rows: list[Row]) -> None:
    frame = table(*rows)
    before = frame.copy(deep=True)
    found = equivalents(frame)
    conventional_equivalents(frame, USER)
    lacking = lacks_equivalents(frame.assign(status="NE"))
    pd.testing.assert_frame_equal(frame, before)
    assert found[frame["emissions_t"].isna()].isna().all()
    assert not (lacking & found.notna()).any()


@settings(deadline=None, max_examples=8, derandomize=True)
@given(
    rows=st.dictionaries(
        st.tuples(SPECIES, st.sampled_from(["a", "b"])), st.integers(1, 10**6), max_size=5,
        min_size=1,
    )
)  # fmt: skip
def test_tonnes_in_kilograms_change_nothing(rows: dict[tuple[str, str], int]) -> None:
    tonnes = [{"species": species, "process": process, "amount": amount / 8}
              for (species, process), amount in rows.items()]  # fmt: skip
    kilograms = [each | {"amount": each["amount"] * 1000, "unit": "kg"} for each in tonnes]
    with tempfile.TemporaryDirectory() as folder:
        first, second = (
            equivalents_by(inventory(Path(folder) / name, *given), user_values=USER)
            for name, given in (("t", tonnes), ("kg", kilograms[::-1]))
        )
    pd.testing.assert_frame_equal(first, second, rtol=1e-12)
