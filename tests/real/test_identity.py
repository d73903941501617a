"""Who is who in two real sets: names change, ids and years are not shared, places are."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from parkkit.park.merging import merged
from parkkit.park.package import Park, open_park
from parkkit.park.proposals import propose_identities
from parkkit.park.registers import import_register

pytestmark = pytest.mark.real

# What both files call one plant, by the README of the data.
SAME = {
    "1342616": {"190", "262081"},  # BASF
    "1342707": {"225", "262192", "1107110"},  # Esso
    "1342699": {"233", "262298", "1107073"},  # Total, Fina before
    "1342505": {"231"},  # Fina Olefins
    "1342644": {"1108117"},  # Borealis
}
AIR_LIQUIDE = "1342534"


@pytest.fixture(scope="module")
def port(real: Path) -> pd.DataFrame:
    parts = []
    for name in ("co2", "co"):
        path = real / "chemical_port_eu" / f"{name}_facilities.csv"
        raw = pd.read_csv(path, dtype="str", keep_default_na=False)
        parts.append(pd.DataFrame({
            "list": name, "facility_id": raw["FacilityReportID"], "name": raw["FacilityName"],
            "address": raw["City"], "industry_code": raw["NACEMainEconomicActivityName"],
            "lon": raw["longitude"].astype(float), "lat": raw["latitude"].astype(float),
            "datum": "wgs84", "year": raw["ReportingYear"].astype(int),
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def pairs(found: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(ids) for ids in zip(found["left_id"], found["right_id"], strict=True)}


def test_plants_that_share_neither_ids_nor_years_are_proposed_by_name(port: pd.DataFrame) -> None:
    found = propose_identities(port)
    across = found[found["left_list"] != found["right_list"]]
    assert pairs(across) == {frozenset([one, each]) for one, others in SAME.items()
                             for each in others}  # fmt: skip
    assert set(across["why"]) == {"name"}
    assert set(across["verdict"]) == {""}
    assert (across["evidence_against"] == "").all()


def test_within_a_list_only_years_of_the_same_plants_are_proposed(port: pd.DataFrame) -> None:
    found = propose_identities(port)
    within = pairs(found[found["left_list"] == found["right_list"]])
    of_one = {frozenset([one, other]) for ids in SAME.values() for one in ids for other in ids
              if one != other}  # fmt: skip
    assert within == of_one
    # Ten across the files and seven within one: each was looked at and is right.
    assert len(found) == 17


def test_a_plant_that_changed_its_name_is_proposed_with_a_lower_score(port: pd.DataFrame) -> None:
    found = propose_identities(port)
    renamed = found[(found["left_name"].str.startswith("FINA Raff"))
                    | found["right_name"].str.startswith("FINA Raff")]  # fmt: skip
    assert len(renamed) == 3
    assert renamed["score"].max() < 0.6 < found.drop(renamed.index)["score"].min()


def test_two_companies_on_one_coordinate_are_not_proposed(port: pd.DataFrame) -> None:
    at_one = port[port["facility_id"].isin(["1342616", AIR_LIQUIDE])]
    assert len(at_one[["lon", "lat"]].drop_duplicates()) == 1
    found = propose_identities(port, threshold=0.2)
    assert not [pair for pair in pairs(found) if AIR_LIQUIDE in pair]


@pytest.fixture(scope="module")
def steel(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Park:
    folder = tmp_path_factory.mktemp("parks") / "steel"
    source = real / "steel_cluster_us"
    import_register(source / "releases_2017.csv", folder, boundary=source / "box.geojson",
                    boundary_type="physical", country="US", industry_scheme="NAICS")  # fmt: skip
    return open_park(folder)


def test_the_only_proposal_of_the_steel_cluster_shows_what_is_against_it(steel: Park) -> None:
    found = propose_identities(steel)
    assert pairs(found) == {frozenset(["110000397794", "110066942526"])}
    only = found.iloc[0]
    assert only["evidence_for"].startswith("same_name=")
    assert only["support"] > 0.8 > 0.3 > only["score"]
    against = only["evidence_against"]
    assert "apart_in_one_list=GHGRP 4206" in against
    for list_, ids in (("GHGRP", "1000588 / 1000156"), ("NEI", "3986611 / 3986511"),
                       ("TRI", "46312LTVST3001D / 46312NLNDS3210W")):  # fmt: skip
        assert f"{list_} 2017: {ids}" in against


def test_nothing_is_merged_without_a_verdict(steel: Park) -> None:
    assert merged(steel) is steel
    assert len(steel.enterprises) == 7


def test_the_facilities_of_the_cluster_alone_are_found_together_again(real: Path) -> None:
    path = real / "steel_cluster_us" / "releases_2017.csv"
    raw = pd.read_csv(path, dtype="str", keep_default_na=False)
    rows = pd.DataFrame({
        "list": raw["Source"], "facility_id": raw["FacilityID"], "name": raw["FacilityName"],
        "industry_code": raw["NAICS"], "lon": raw["Longitude"].astype(float),
        "lat": raw["Latitude"].astype(float), "datum": "wgs84", "year": raw["Year"].astype(int),
    }).drop_duplicates()  # fmt: skip
    frs = dict(zip(raw["FacilityID"], raw["FRS_ID"], strict=True))
    found = propose_identities(rows)
    is_right = found["left_id"].map(frs) == found["right_id"].map(frs)
    # What the register gives two ids for is wrong: all of it the two works that share both names.
    wrong = found[~is_right]
    assert len(found) <= 16
    assert {frozenset(map(frs.__getitem__, pair)) for pair in pairs(wrong)} == {
        frozenset(["110000397794", "110066942526"])
    }
    # Of those the lists tell apart, none scores as high as half of what is right.
    told_apart = wrong[wrong["left_list"] == wrong["right_list"]]
    assert told_apart["score"].max() < 0.3 < found[is_right]["score"].min()
