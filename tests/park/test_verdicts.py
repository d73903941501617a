"""A person's word on who is who: kept, applied, contradicted and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError, Problem
from parkkit.inventory.compilation import compile_inventory, total
from parkkit.park.merging import merged
from parkkit.park.package import Park, as_listed, check_park, open_park
from parkkit.park.proposals import propose_identities
from parkkit.park.reading import TABLES
from parkkit.park.verdict_checks import standing, verdict_problems
from parkkit.park.verdicts import record_verdict
from tests.parks import INSIDE, make_park, write_park

DAY = date(2025, 6, 1)
PLANTS: Sequence[Mapping[str, Any]] = [
    {"enterprise_id": "A", "name_en": "Works A", "credit_code": "", "opened": 2010},
    {"enterprise_id": "B", "name_en": "Works B", "credit_code": "S2", "former_names": "Oldest",
     "opened": 2005, "is_confidential": "yes"},
    {"enterprise_id": "C", "name_en": "Works C", "credit_code": "S3", "parent_id": "B"},
]  # fmt: skip
LISTED = {"list": "permit", "lon": 120.05, "lat": 30.05, "datum": "wgs84", "origin": "o"}
LISTINGS = [{**LISTED, "facility_id": f"0{at}", "enterprise_id": plant}
            for at, plant in enumerate("ABC")]  # fmt: skip
ACTIVITY = [{"enterprise_id": "A", "amount": 100}, {"enterprise_id": "B", "amount": 40},
            {"enterprise_id": "C", "amount": 7, "process": "kiln"}]  # fmt: skip
RELEASES = [{"enterprise_id": "A", "amount": 3}, {"enterprise_id": "B", "amount": 4,
                                                  "list": "statistics"}]  # fmt: skip


def verdict(left: str, right: str, word: str = "same", **more: Any) -> dict[str, Any]:
    """A row of same_as.csv on plants, or on listings where an id begins with 0."""
    lists = ["permit" if each.startswith("0") else "enterprises" for each in (left, right)]
    return {"left_list": lists[0], "left_id": left, "right_list": lists[1], "right_id": right,
            "verdict": word, "by": "M", "on": "2025-01-01", "why": "seen", **more}  # fmt: skip


def folder_of(path: Path, *verdicts: Mapping[str, Any], **given: Any) -> Path:
    tables: dict[str, Any] = {"enterprises": PLANTS, "listings": LISTINGS, "activity": ACTIVITY,
                              "releases": RELEASES, "same_as": verdicts, **given}  # fmt: skip
    return write_park(path / "tiny", **tables)


def park_of(path: Path, *verdicts: Mapping[str, Any], **given: Any) -> Park:
    return as_listed(folder_of(path, *verdicts, **given))


def tables_of(park: Park) -> dict[str, pd.DataFrame]:
    return {name: getattr(park, name) for name in TABLES}


def problems(park: Park) -> list[Problem]:
    return list(verdict_problems(tables_of(park)))


# --- which verdicts stand -------------------------------------------------------------------------


def stands(*rows: Mapping[str, Any]) -> list[str]:
    return list(standing(pd.DataFrame(rows))["verdict"])


def test_the_last_verdict_on_a_pair_counts_by_date_then_by_row() -> None:
    assert stands(verdict("A", "B"), verdict("B", "A", "different")) == ["different"]
    late = verdict("A", "B", on="2025-02-01")
    assert stands(late, verdict("B", "A", "different")) == ["same"]
    assert stands(late, verdict("A", "B", "withdrawn", on="2025-03-01")) == []
    assert stands(verdict("A", "B"), verdict("A", "B", "withdrawn"), late) == ["same"]


# --- what follows ---------------------------------------------------------------------------------


def test_plants_settled_as_the_same_are_one_and_the_first_stands_for_all(tmp_path: Path) -> None:
    found = merged(park_of(tmp_path, verdict("02", "01"), verdict("B", "A")))
    assert found.enterprises["enterprise_id"].tolist() == ["A"]
    for table in ("listings", "activity", "releases"):
        assert set(getattr(found, table)["enterprise_id"]) == {"A"}
    assert len(found.activity) == 3


def test_the_one_plant_keeps_names_and_fills_its_blanks(tmp_path: Path) -> None:
    found = merged(park_of(tmp_path, verdict("A", "B"))).enterprises.set_index("enterprise_id")
    one = found.loc["A"]
    assert (one["name_en"], one["former_names"]) == ("Works A", "Works B;Oldest")
    assert (one["credit_code"], one["opened"], one["is_confidential"]) == ("S2", 2005, True)
    assert pd.isna(one["closed"])
    assert found.loc["C", "parent_id"] == "A"


def test_a_parent_made_one_with_its_own_has_no_parent(tmp_path: Path) -> None:
    found = merged(park_of(tmp_path, verdict("B", "C"))).enterprises.set_index("enterprise_id")
    assert found.loc["B", "parent_id"] == ""


def test_a_facility_that_both_were_given_is_listed_once(tmp_path: Path) -> None:
    shared = {**LISTED, "facility_id": "00", "enterprise_id": "B"}
    found = merged(park_of(tmp_path, verdict("A", "B"), listings=[*LISTINGS, shared]))
    assert found.listings["facility_id"].tolist() == ["00", "01", "02"]


def test_types_and_row_numbers_stay(tmp_path: Path) -> None:
    park = park_of(tmp_path, verdict("A", "B"))
    found = merged(park)
    for name, table in tables_of(park).items():
        assert list(getattr(found, name).dtypes) == list(table.dtypes)
    assert found.enterprises.index.tolist() == [2, 4]
    assert found.activity.index.tolist() == park.activity.index.tolist()


def test_what_followed_is_told(tmp_path: Path) -> None:
    notes = {note.code: note for note in merged(park_of(tmp_path, verdict("A", "B"))).notes}
    told = notes["plants_merged"]
    assert (told.row, told.values["kept"], told.values["given"]) == (2, "A", ["B"])
    # A listing, an activity row and a release of B.
    assert told.values["count"] == 3
    assert "SYN" not in str(told.values)


def test_a_note_that_no_longer_holds_is_not_told(tmp_path: Path) -> None:
    park = park_of(tmp_path, verdict("A", "B"))
    assert [note.values["given"] for note in park.notes if note.code == "incomplete"] == [["A"]]
    assert not [note for note in merged(park).notes if note.code == "incomplete"]


def so2(park: Park) -> float:
    found = compile_inventory(park, boundary_type="physical", convention=park.about.convention)
    return total(found, "so2", 2023)


def test_lists_compete_on_the_one_plant_until_the_verdict_is_withdrawn(tmp_path: Path) -> None:
    one_species: dict[str, Any] = {"activity": []}
    apart = so2(park_of(tmp_path / "a", **one_species))
    folder = folder_of(tmp_path / "b", **one_species)
    left, right = ("enterprises", "A"), ("enterprises", "B")
    record_verdict(folder, left, right, "same", by="M", why="seen", on=DAY)
    # Two lists on one plant: the first of list_order counts.
    assert (apart, so2(open_park(folder))) == (7.0, 3.0)
    record_verdict(folder, right, left, "withdrawn", by="M", why="a slip", on=DAY)
    park = as_listed(folder)
    assert merged(park) is park
    assert so2(merged(park)) == apart


def test_the_park_given_is_not_changed(tmp_path: Path) -> None:
    park = park_of(tmp_path, verdict("A", "B"))
    before = {name: table.copy() for name, table in tables_of(park).items()}
    merged(park)
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, getattr(park, name))


def test_merging_what_is_merged_changes_no_table(tmp_path: Path) -> None:
    once = merged(park_of(tmp_path, verdict("A", "B"), verdict("01", "02")))
    for name, table in tables_of(merged(once)).items():
        pd.testing.assert_frame_equal(table, getattr(once, name))


def test_plants_that_trade_with_each_other_are_not_merged_and_it_is_said(tmp_path: Path) -> None:
    power = {"item": "electricity", "unit": "MWh", "process": "office", "process_type": "purchase"}
    sold = {**power, "enterprise_id": "A", "use": "sold", "amount": 5, "counterpart_id": "B"}
    bought = {**power, "enterprise_id": "B", "use": "purchased", "amount": 5,
              "counterpart_id": "A"}  # fmt: skip
    park = park_of(tmp_path, verdict("A", "B"), activity=[*ACTIVITY, sold, bought])
    with pytest.raises(ParkError, match="settled as the same") as caught:
        merged(park)
    assert {each.code for each in caught.value.problems} >= {"own_counterpart"}
    # A check says what opening it would refuse.
    assert "own_counterpart" in {each.code for each in check_park(tmp_path / "tiny")}


def test_a_check_tells_which_plants_are_one(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, verdict("A", "B"))
    assert "plants_merged" in {each.code for each in check_park(folder)}
    assert "plants_merged" in {each.code for each in open_park(folder).notes}


# --- contradictions and evidence ------------------------------------------------------------------


def test_verdicts_that_contradict_each_other_are_named_with_their_rows(tmp_path: Path) -> None:
    park = park_of(tmp_path, verdict("A", "B"), verdict("01", "02"), verdict("A", "C", "different"))
    (found,) = [each for each in problems(park) if each.code == "verdicts_contradict"]
    assert (found.row, found.is_warning, found.values["rows"]) == (4, True, [2, 3])
    kept = merged(park)
    assert kept.enterprises["enterprise_id"].tolist() == ["A", "B", "C"]
    assert [note.code for note in kept.notes].count("verdicts_contradict") == 1


def test_other_plants_are_merged_beside_a_contradiction(tmp_path: Path) -> None:
    plants = [*PLANTS, {"enterprise_id": "D", "name_en": "D"}, {"enterprise_id": "E"}]
    rows = [verdict("A", "B"), verdict("B", "C"), verdict("A", "C", "different"), verdict("D", "E")]
    kept = merged(park_of(tmp_path, *rows, enterprises=plants))
    assert kept.enterprises["enterprise_id"].tolist() == ["A", "B", "C", "D"]


@pytest.mark.parametrize(("row", "code"), [
    (verdict("A", "nobody"), "verdict_on_unlisted"),
    (verdict("A", "A"), "verdict_on_itself"),
    (verdict("A", "00", "different"), "verdict_against_listings"),
    (verdict("B", "C"), "same_with_two_codes"),
])  # fmt: skip
def test_what_is_odd_about_a_verdict_is_a_warning(
    tmp_path: Path, row: dict[str, Any], code: str
) -> None:
    found = problems(park_of(tmp_path, row))
    assert [(each.code, each.is_warning) for each in found if each.code == code] == [(code, True)]


def test_a_verdict_in_order_is_silent(tmp_path: Path) -> None:
    assert problems(park_of(tmp_path, verdict("A", "B"), verdict("A", "C", "different"))) == []


def test_a_verdict_on_a_listing_of_two_plants_settles_nothing(tmp_path: Path) -> None:
    shared = {**LISTED, "facility_id": "00", "enterprise_id": "B"}
    park = park_of(tmp_path, verdict("00", "02"), listings=[*LISTINGS, shared])
    assert [each.code for each in problems(park)] == ["verdict_on_several"]
    assert merged(park) is park


def test_plants_settled_as_one_but_far_apart_are_told(tmp_path: Path) -> None:
    plants = [{"enterprise_id": "A", **INSIDE}, {"enterprise_id": "B", "lon": 120.1, "lat": 30.05}]
    park = park_of(tmp_path, verdict("A", "B"), enterprises=plants, listings=[], activity=[])
    (found,) = [each for each in problems(park) if each.code == "same_far_apart"]
    # 0.05 degrees of longitude, each 111.2 km times the cosine of 30.05 degrees.
    assert found.values["away"] == "4.8"


def test_a_plant_listed_with_another_credit_code_is_told_with_list_and_row(tmp_path: Path) -> None:
    rows = [*LISTINGS, {**LISTED, "facility_id": "9", "enterprise_id": "C", "credit_code": "S9"}]
    (found,) = problems(park_of(tmp_path, listings=rows))
    assert (found.code, found.row, found.values["list"]) == ("plant_of_two_codes", 5, "permit")
    assert found.values["given"] == ["S3", "S9"]


# --- recording ------------------------------------------------------------------------------------


def record(folder: Path, left: str, right: str, word: Any = "same", **more: Any) -> list[Problem]:
    lists = ["permit" if each.startswith("0") else "enterprises" for each in (left, right)]
    told = {"by": "M", "why": "seen", "on": DAY, **more}
    return record_verdict(folder, (lists[0], left), (lists[1], right), word, **told)


def test_a_verdict_is_a_line_added_and_the_proposal_knows_it(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, verdict("A", "B"))
    before = (folder / "same_as.csv").read_text(encoding="utf-8")
    record(folder, "02", "A", "different", why=" other gate ")
    added = (folder / "same_as.csv").read_text(encoding="utf-8").removeprefix(before)
    assert added == "permit,02,enterprises,A,different,M,2025-06-01,other gate\n"
    found = propose_identities(as_listed(folder))
    assert dict(zip(found["right_id"], found["verdict"], strict=True)) == {
        "B": "same", "C": "different"
    }  # fmt: skip


@pytest.mark.parametrize(("left", "right", "word", "more", "match"), [
    ("A", "B", "maybe", {}, "unknown verdict 'maybe'"),
    ("A", "B", "same", {"by": " "}, "by is blank"),
    ("A", "B", "same", {"why": ""}, "why is blank"),
    ("A", "Z", "same", {}, "list 'enterprises' has no id 'Z'"),
    ("0", "B", "same", {}, "Did you mean '0"),
    ("A", "00", "same", {}, "are one plant, 'A'"),
    ("A", "B", "withdrawn", {}, "nothing to withdraw"),
    ("A", "C", "different", {}, "rows 2, 3 together"),
])  # fmt: skip
def test_a_verdict_that_does_not_do_is_refused_and_nothing_written(
    tmp_path: Path, left: str, right: str, word: str, more: dict[str, Any], match: str
) -> None:
    chain = [verdict("A", "01"), verdict("B", "C")] if word == "different" else []
    folder = folder_of(tmp_path, *chain)
    before = (folder / "same_as.csv").read_bytes()
    with pytest.raises(ParkError, match=match):
        record(folder, left, right, word, **more)
    assert (folder / "same_as.csv").read_bytes() == before


def test_two_listings_of_one_plant_may_be_confirmed_as_the_same(tmp_path: Path) -> None:
    other = {**LISTED, "list": "tax", "facility_id": "09", "enterprise_id": "A"}
    folder = folder_of(tmp_path, listings=[*LISTINGS, other])
    record_verdict(folder, ("permit", "00"), ("tax", "09"), "same", by="M", why="seen", on=DAY)
    assert open_park(folder).same_as["verdict"].tolist() == ["same"]
    with pytest.raises(ParkError, match="are one plant, 'A'"):
        record_verdict(folder, ("permit", "00"), ("tax", "09"), "different", by="M", why="x")


def test_a_verdict_is_recorded_where_no_file_is_yet(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    (folder / "same_as.csv").unlink()
    record(folder, "A", "B")
    assert open_park(folder).same_as["verdict"].tolist() == ["same"]


# --- always true ----------------------------------------------------------------------------------

PAIRS = st.tuples(st.sampled_from("ABCDE"), st.sampled_from("ABCDE"),
                  st.sampled_from(["same", "same", "different", "withdrawn"]))  # fmt: skip


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Park:
    folder = tmp_path_factory.mktemp("five")
    rows = [{"enterprise_id": plant, "amount": 2**at, "process": f"p{plant}"}
            for at, plant in enumerate("ABCDE")]  # fmt: skip
    return make_park(
        folder / "tiny", enterprises=[{"enterprise_id": each} for each in "ABCDE"],
        activity=rows, releases=[{**row, "process": row["process"]} for row in rows],
    )  # fmt: skip


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(PAIRS, max_size=6))
def test_merging_conserves_every_sum_and_does_not_ask_which_side_is_left(
    five: Park, pairs: list[tuple[str, str, str]]
) -> None:
    rows = pd.DataFrame([verdict(*pair) for pair in pairs], columns=list(verdict("A", "B")))
    rows.index = pd.RangeIndex(2, len(rows) + 2)
    park = Park(**{name: getattr(five, name) for name in Park.__slots__ if name != "same_as"},
                same_as=rows.astype("str"))  # fmt: skip
    found = merged(park)
    for table in ("activity", "releases"):
        assert getattr(found, table)["amount"].sum() == getattr(park, table)["amount"].sum() == 31
        assert set(getattr(found, table)["enterprise_id"]) == set(
            found.enterprises["enterprise_id"]
        )
    backwards = Park(**{name: getattr(park, name) for name in Park.__slots__ if name != "same_as"},
                     same_as=rows.rename(columns=_SWAPPED)[list(rows)].astype("str"))  # fmt: skip
    pd.testing.assert_frame_equal(merged(backwards).activity, found.activity)


_SWAPPED = {"left_list": "right_list", "right_list": "left_list", "left_id": "right_id",
            "right_id": "left_id"}  # fmt: skip
