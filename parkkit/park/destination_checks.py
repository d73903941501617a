"""Checks of where releases go: to whom, in which medium, and those of one place summed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.vocabulary import vocabulary
from parkkit.park.faults import Tables, at

TREATMENT, TRANSFER, OUTSIDE = "treatment_plant", "transfer", "outside"
AIR, WATER, WASTE = "air", "water", "waste"
TREATING = ("wastewater", "waste")
# Measures of water, and dusts, mists and gases that no water carries. Single substances are in
# neither: chloroform leaves by both, whatever list names it.
ONLY_WATER = ("cod", "bod", "nh3_n", "tn", "tp", "ss", "aox", "total_chromium", "total_cyanide",
              "animal_vegetable_oil", "anionic_surfactants")  # fmt: skip
ONLY_AIR = ("so2", "nox", "co", "pm", "pm10", "pm2_5", "pm_coarse", "bc", "oc", "voc", "nmhc",
            "sulphuric_acid_mist", "chromic_acid_mist", "asbestos_dust", "glass_wool_dust",
            "carbon_black_dust", "asphalt_fume")  # fmt: skip
SAME = ["list", "enterprise_id", "process", "stack_id", "species", "medium", "amount_kind",
        "destination", "counterpart_id", "year", "month"]  # fmt: skip
NUMBERS = ["amount", "unit", "notation", "concentration_mg_per_m3", "flow_m3_per_h",
           "hours"]  # fmt: skip


def destination_problems(tables: Tables) -> Iterator[Problem]:
    """Return releases sent where they cannot go, in a medium they are not in, or summed."""
    releases = tables["releases"]
    if not len(releases):
        return
    moved = releases[releases["destination"].isin([TREATMENT, TRANSFER])]
    yield from _wrong_medium(moved)
    yield from _to_itself(moved)
    sewers = moved[(moved["destination"] == TREATMENT) & (moved["medium"] == WATER)]
    yield from _nobody_named(sewers)
    yield from _no_treatment(sewers, tables)
    yield from _unlikely_media(releases)
    yield from _summed(releases)


def _wrong_medium(moved: pd.DataFrame) -> Iterator[Problem]:
    """What went into the air went nowhere else; waste is treated, or moved to others."""
    gases = vocabulary("species").set_index("species")["kind"] == "ghg"
    # The gas of a sewer may be told with the water that it is of.
    is_gas = moved["species"].map(gases).astype("boolean").fillna(False).astype(bool)
    for row in moved.index[(moved["medium"] == AIR) & ~is_gas]:
        yield at("releases", row, "destination", "air_not_sent",
                 given=moved["destination"][row], species=moved["species"][row])  # fmt: skip
    for row in moved.index[(moved["medium"] == WASTE) & (moved["destination"] == TREATMENT)]:
        yield at("releases", row, "destination", "waste_to_treatment_plant",
                 given=moved["destination"][row])  # fmt: skip


def _to_itself(moved: pd.DataFrame) -> Iterator[Problem]:
    for row in moved.index[moved["counterpart_id"] == moved["enterprise_id"]]:
        yield at("releases", row, "counterpart_id", "sent_to_itself",
                 given=moved["counterpart_id"][row])  # fmt: skip


def _nobody_named(sewers: pd.DataFrame) -> Iterator[Problem]:
    """What goes to a plant nobody names is taken to go outside, and leaves the total."""
    blank = sewers[sewers["counterpart_id"] == ""]
    if len(blank):
        yield at("releases", blank.index[0], "counterpart_id", "treatment_plant_not_named",
                 is_warning=True, count=len(blank),
                 given=sorted(set(blank["enterprise_id"])))  # fmt: skip


def _no_treatment(sewers: pd.DataFrame, tables: Tables) -> Iterator[Problem]:
    """Tell each plant that is sent wastewater and treats none."""
    plants, activity = tables["enterprises"], tables["activity"]
    known, treating = set(plants["enterprise_id"]), plants["role"].isin(TREATING)
    treats = set(plants.loc[treating, "enterprise_id"])
    treats |= set(activity.loc[activity["use"] == "treated", "enterprise_id"])
    idle = sewers[sewers["counterpart_id"].isin(known - treats)]
    # A plant that is sent its own is told already.
    idle = idle[idle["counterpart_id"] != idle["enterprise_id"]]
    for plant, rows in idle.groupby("counterpart_id"):
        yield at("releases", rows.index[0], "counterpart_id", "counterpart_treats_nothing",
                 is_warning=True, given=plant, count=len(rows), known=sorted(treats))  # fmt: skip


def _unlikely_media(releases: pd.DataFrame) -> Iterator[Problem]:
    """Tell each species that stands in a medium it is not measured in, once."""
    species, medium = releases["species"], releases["medium"]
    wastes = vocabulary("species").query("kind == 'waste'")["species"]
    wrong = (species.isin(ONLY_WATER) & (medium == AIR)) | (
        species.isin([*ONLY_AIR, *wastes]) & (medium == WATER)
    )
    wrong |= species.isin(wastes) & (medium == AIR)
    usual = vocabulary("species").set_index("species")["medium"]
    for (name, where), rows in releases[wrong].groupby(["species", "medium"]):
        yield at("releases", rows.index[0], "medium", "unlikely_medium", is_warning=True,
                 species=name, given=where, usual=usual[str(name)], count=len(rows))  # fmt: skip


def _summed(releases: pd.DataFrame) -> Iterator[Problem]:
    """Tell releases that differ in nothing but ids and amounts: they are summed.

    Those of one amount are told as duplicates.
    """
    rows = releases[releases.duplicated(SAME, keep=False)]
    if not len(rows):
        return
    number = pd.Series(rows.index, index=rows.index)
    alike = [rows[name] for name in [*SAME, *NUMBERS]]
    equal = number.groupby(alike, dropna=False).transform("first")
    # Kinds of waste share one species, and are told apart by nothing else.
    other = rows[(rows["medium"] != WASTE) & (equal == number)]
    summed = other[other.duplicated(SAME)]
    if len(summed):
        row = summed.index[0]
        first_of = number.groupby([rows[name] for name in SAME], dropna=False).transform("first")
        yield at("releases", row, "release_id", "same_release_summed", is_warning=True,
                 given=rows["release_id"][row], first=int(first_of[row]), count=len(summed),
                 other=rows["release_id"][first_of[row]])  # fmt: skip
