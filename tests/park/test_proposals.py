"""Who may be who: what is proposed, by what evidence, and what never is."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES, has_label
from parkkit.park.evidence import AGAINST, FOR, told_evidence
from parkkit.park.id_checks import id_problems
from parkkit.park.proposals import propose_identities, told_proposals
from tests.parks import make_park

CODE, OTHER_CODE = "91330200MA2AB3CD4E", "91330200MA2AB3CD5F"


def listings(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Listings of two lists in turn, each with an id of its own."""
    ground = [{"list": "ab"[at % 2], "facility_id": f"x{at}"} for at in range(len(rows))]
    names = ["list", "facility_id", "enterprise_id", "name", "former_names", "address",
             "credit_code", "industry_code", "lon", "lat", "datum", "year"]  # fmt: skip
    frame = pd.DataFrame([{**base, **row} for base, row in zip(ground, rows, strict=True)])
    return frame.reindex(columns=names)


def only(*rows: Mapping[str, Any], **choices: Any) -> dict[str, Any]:
    found = propose_identities(listings(*rows), **choices)
    assert len(found) == 1
    return {str(name): cell for name, cell in found.iloc[0].items()}


def codes(cell: str) -> list[str]:
    return [each.split("=")[0] for each in cell.split("; ") if each]


AT = {"lon": 120.0, "lat": 30.0, "datum": "wgs84"}


@pytest.mark.parametrize(("one", "other", "code", "why"), [
    ({"credit_code": CODE}, {"credit_code": f" {CODE.lower()}"}, "same_credit_code", "id"),
    ({"credit_code": CODE}, {"facility_id": f"{CODE}001P"}, "same_credit_code", "id"),
    ({"credit_code": "913302001234567891"}, {"credit_code": "913302001234567000"},
     "rounded_credit_code", "id"),
    ({"facility_id": "110000397794"}, {"facility_id": "110000397794"}, "same_id", "id"),
    ({"facility_id": "0012345"}, {"facility_id": "12345"}, "id_zeros_lost", "id"),
    ({"facility_id": "123456"}, {"facility_id": "123456.0"}, "id_as_number", "id"),
    ({"name": "澜港化工有限公司"}, {"name": "澜港化工（集团）公司"}, "same_name", "name"),
    ({"name": "澜港热电"}, {"name": "新城能源", "former_names": "甲厂；澜港热电"},
     "former_name", "name"),
    ({"name": "澜港热电"}, {"name": "新城能源（原澜港热电）"}, "former_name", "name"),
    ({"name": "Fina Refinery Gent", **AT}, {"name": "Total Refinery Gent", **AT}, "near", "name"),
    ({"address": "滨海大道８号", **AT}, {"address": "滨海大道8号", **AT}, "near", "place"),
])  # fmt: skip
def test_what_speaks_for_one_plant_is_told(
    one: dict[str, Any], other: dict[str, Any], code: str, why: str
) -> None:
    found = only(one, other)
    assert codes(found["evidence_for"])[0] == code
    assert (found["why"], found["verdict"]) == (why, "")


SAME = {"name": "Mill"}


@pytest.mark.parametrize(("one", "other", "code"), [
    ({"credit_code": CODE}, {"credit_code": OTHER_CODE}, "different_credit_codes"),
    ({"list": "a", "year": 2020}, {"list": "a", "year": 2020}, "same_list_year"),
    ({"list": "a"}, {"list": "a", "year": 2020}, "same_list"),
    (AT, {**AT, "lon": 120.2}, "far_apart"),
    ({"industry_code": "2511"}, {"industry_code": "4411"}, "different_industry"),
    ({"address": "8 Quay", "name": "Ox", "credit_code": CODE},
     {"address": "8 Quay", "name": "Elk", "credit_code": CODE}, "unlike_names"),
])  # fmt: skip
def test_what_speaks_against_it_lowers_the_score(
    one: dict[str, Any], other: dict[str, Any], code: str
) -> None:
    found = only({**SAME, **one}, {**SAME, **other})
    assert codes(found["evidence_against"]) == [code]
    rest = 1 - AGAINST[code]
    assert found["score"] == pytest.approx(found["support"] * rest, abs=2e-6)


def test_one_list_that_puts_them_apart_speaks_against_it() -> None:
    one = {**SAME, **AT, "list": "a", "year": 2020}
    # A hundredth of a degree north is 1112 m.
    found = only(one, {**one, "lat": 30.01})
    assert "apart_in_one_list=a 1112" in found["evidence_against"]


def test_a_list_may_give_a_plant_another_id_in_another_year() -> None:
    found = only({**SAME, "list": "a", "year": 2019}, {**SAME, "list": "a", "year": 2020})
    assert found["evidence_against"] == ""


def test_a_branch_and_another_number_are_told_and_not_the_same_name() -> None:
    name = "澜港石化股份有限公司"
    near = {**AT, "industry_code": "2511", "address": "港路1号"}
    branch = only({**near, "name": name}, {**near, "name": f"{name}宁波分公司"})
    assert "branch" in codes(branch["evidence_against"])
    numbers = only({**near, "name": "Linde Whiting 1"}, {**near, "name": "Linde Whiting 2"})
    assert "different_numbers" in codes(numbers["evidence_against"])


def test_support_is_what_each_piece_leaves_of_the_doubt() -> None:
    found = only({**SAME, **AT, "industry_code": "25"}, {**SAME, **AT, "industry_code": "251"})
    left = (1 - FOR["same_name"]) * (1 - FOR["near"]) * (1 - FOR["same_industry"])
    assert found["support"] == found["score"] == pytest.approx(1 - left)


def test_nearness_counts_less_with_distance_up_to_three_kilometres() -> None:
    # A hundredth of a degree north is 1112 m.
    found = only({**SAME, **AT}, {**SAME, **AT, "lat": 30.01})
    assert found["support"] == pytest.approx(1 - 0.2 * (1 - 0.4 * (1 - 1112 / 3000)), abs=1e-4)


@pytest.mark.parametrize(("one", "other"), [
    ({"name": "BASF", **AT}, {"name": "Air Liquide", **AT}),
    ({"facility_id": "17"}, {"facility_id": "17"}),
    ({"address": "East Chicago"}, {"address": "EAST CHICAGO"}),
    ({"name": "澜港化工"}, {"name": "澜海化工"}),
    ({"name": "INEOS"}, {"name": "INEOS PHENOL"}),
    ({}, {}),
])  # fmt: skip
def test_one_coordinate_a_short_number_a_town_or_a_trade_alone_propose_nothing(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert propose_identities(listings(one, other)).empty


def test_listings_of_one_plant_are_one_already() -> None:
    rows = listings({**SAME, "enterprise_id": "P"}, {**SAME, "enterprise_id": "P"}, SAME)
    found = propose_identities(rows)
    assert found[["left_list", "left_id", "right_list", "right_id"]].to_numpy().tolist() == [
        ["a", "x2", "enterprises", "P"]
    ]


def test_places_are_compared_in_one_datum() -> None:
    from_map = {"lon": 120.00463, "lat": 29.99749, "datum": "gcj02"}
    found = only({**SAME, **AT}, {**SAME, **from_map})
    assert int(found["evidence_for"].partition("near=")[2]) < 20


def test_a_lower_threshold_proposes_more_and_a_wrong_one_is_refused() -> None:
    pair = ({"name": "Old Mill"}, {"name": "Mill"})
    assert propose_identities(listings(*pair)).empty
    assert only(*pair, threshold=0.25)["why"] == "name"
    for wrong in (0, 1.1):
        with pytest.raises(ParkError, match="is not a share"):
            propose_identities(listings(*pair), threshold=wrong)


def settled(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame([
        {"left_list": "ab"[int(left[1]) % 2], "left_id": left,
         "right_list": "ab"[int(right[1]) % 2], "right_id": right, "verdict": verdict,
         "by": "M", "on": "2025-01-01", "why": "seen"} for left, right, verdict in rows
    ])  # fmt: skip


def test_a_verdict_is_told_whatever_the_evidence_and_what_follows_from_it_too() -> None:
    rows = listings({"name": "A"}, {"name": "B"}, {"name": "C"}, {"name": "D"})
    verdicts = settled(("x0", "x1", "same"), ("x2", "x1", "same"), ("x0", "x3", "different"))
    found = propose_identities(rows, settled=verdicts).set_index(["left_id", "right_id"])
    assert found["verdict"].to_dict() == {
        ("x0", "x1"): "same", ("x2", "x1"): "same", ("x0", "x2"): "same", ("x0", "x3"): "different"
    }  # fmt: skip
    assert set(found["why"]) == {"settled"}


def test_a_park_proposes_its_plants_by_all_that_lists_say(tmp_path: Path) -> None:
    listed = {"list": "permit", "lon": 120.05, "lat": 30.05, "datum": "wgs84", "origin": "o"}
    park = make_park(
        tmp_path / "p",
        enterprises=[
            {"enterprise_id": "A", "name_en": "Old works", "credit_code": "S1"},
            {"enterprise_id": "B", "name_en": "New works", "credit_code": "S2"},
        ],
        listings=[
            {**listed, "facility_id": "1", "enterprise_id": "A", "name": "Langang Mill Ltd"},
            {**listed, "facility_id": "2", "enterprise_id": "B", "name": "LANGANG MILL"},
        ],
        releases=[{"enterprise_id": "A", "amount": 1}, {"enterprise_id": "B", "amount": 1}],
    )
    found = propose_identities(park).iloc[0]
    assert (found["left_id"], found["right_id"]) == ("A", "B")
    assert codes(found["evidence_for"]) == ["same_name", "near", "same_industry"]
    assert codes(found["evidence_against"]) == ["different_credit_codes", "same_list_year"]
    assert "permit 2023: 1 / 2" in found["evidence_against"]


def test_evidence_is_told_in_both_languages() -> None:
    found = propose_identities(listings({**SAME, **AT}, {**SAME, **AT}))
    assert told_proposals(found, "zh").iloc[0][["evidence_for", "verdict", "why"]].tolist() == [
        "去除组织形式后名称相同：mill；登记位置相距 0 m",
        "待认定",
        "名称相同或相近",
    ]
    for code in (*FOR, *AGAINST):
        assert has_label(f"identity.evidence.{code}")
        assert all(told_evidence(f"{code}=7", language).endswith(("7", "7 m", "7 m apart"))
                   for language in LANGUAGES)  # fmt: skip


def test_ids_that_a_spreadsheet_spoilt_are_named_with_list_and_row() -> None:
    rows = pd.DataFrame({
        "list": ["a", "b", "c", "d", "d"],
        "facility_id": ["0012345", "12345", "0012345.0", "1.10067E+11", "17"],
        "credit_code": ["", "9.1E+17", "", "", ""],
    }, index=[2, 3, 4, 5, 6])  # fmt: skip
    found = [(each.code, each.row, each.column) for each in id_problems(rows)]
    assert sorted(found) == [
        ("id_cut", 3, "credit_code"), ("id_cut", 5, "facility_id"),
        ("id_lost_zeros", 3, "facility_id"), ("id_with_decimals", 4, "facility_id"),
    ]  # fmt: skip
    told = next(each for each in id_problems(rows) if each.code == "id_lost_zeros").told()
    assert "'12345' in list 'b' differs from '0012345' in list 'a'" in told
    full_width = rows.iloc[[0, 3]].assign(facility_id=["１２３４５", "12345"])
    assert not list(id_problems(full_width))
    assert not list(id_problems(rows.iloc[[0, 3]].assign(facility_id=["0012345", "12345x"])))


# --- always true ------------------------------------------------------------------------------

ROWS = st.fixed_dictionaries({
    "list": st.sampled_from("abc"),
    "facility_id": st.sampled_from(["1", "0012345", "12345", "77777", "x9"]),
    "name": st.sampled_from(["", "Mill", "Mill Ltd", "Old Mill", "澜港化工", "澜港化工有限公司"]),
    "credit_code": st.sampled_from(["", CODE, OTHER_CODE]),
    "lon": st.sampled_from([120.0, 120.01, 121.0]),
    "year": st.sampled_from([2019, 2020]),
})  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_and_nobody_is_paired_with_himself(
    rows: list[dict[str, Any]], shuffler: random.Random
) -> None:
    frame = pd.DataFrame(rows).assign(lat=30.0, datum="wgs84")
    shuffled = list(range(len(frame)))
    shuffler.shuffle(shuffled)
    found = propose_identities(frame, threshold=0.3)
    again = propose_identities(frame.iloc[shuffled], threshold=0.3)
    pd.testing.assert_frame_equal(found, again)
    left = list(zip(found["left_list"], found["left_id"], strict=True))
    right = list(zip(found["right_list"], found["right_id"], strict=True))
    assert all(one < other for one, other in zip(left, right, strict=True))
    assert len(set(zip(left, right, strict=True))) == len(found)
    assert ((found["score"] >= 0) & (found["score"] <= found["support"] + 1e-6)).all()


def test_the_lists_may_change_sides() -> None:
    pair: list[dict[str, Any]]
    pair = [{**SAME, **AT, "facility_id": "12345"}, {"name": "mill", "facility_id": "0012345"}]
    one, other = only(*pair), only(*pair[::-1])
    for row in (one, other):
        assert {row.pop("left_id"), row.pop("right_id")} == {"12345", "0012345"}
        row.pop("left_name"), row.pop("right_name")
        row["evidence_for"] = codes(row["evidence_for"])
    assert one == other


def test_words_that_many_have_still_pair_neighbours() -> None:
    ground = {"lat": 30.0, "datum": "wgs84", "industry_code": "2511"}
    many = [{**ground, "name": f"Refinery Gent Works {chr(65 + at)}{chr(65 + at)}", "lon": at}
            for at in range(26)] * 2  # fmt: skip
    here = {**ground, "lon": 100.0}
    rows = listings(*many, {**here, "name": "Refinery Gent Works"},
                    {**here, "name": "Refinery Gent Works Quay"})  # fmt: skip
    found = propose_identities(rows)
    assert ("x52", "x53") in set(zip(found["left_id"], found["right_id"], strict=True))


@pytest.mark.parametrize("shared", [{"name": "Filling station"}, {"address": "8 Quay"}])
def test_what_hundreds_have_pairs_only_neighbours(shared: dict[str, str]) -> None:
    ground = {"lat": 30.0, "datum": "wgs84", **shared}
    places = [at / 5 for at in range(210)]
    places[1] = 0.001
    found = propose_identities(listings(*({**ground, "lon": lon} for lon in places)))
    assert found[["left_id", "right_id"]].to_numpy().tolist() == [["x0", "x1"]]


def test_many_listings_are_compared_without_looking_at_every_pair() -> None:
    draw = random.Random(7)
    trades = ["化工", "热电", "钢铁", "水泥", "造纸", "机械"]
    marks = "澜港蓝海金银龙凤华盛恒远东方天宇星辰明光信达瑞丰泰安永康"
    rows: list[dict[str, Any]] = []
    for _ in range(2500):
        name = "".join(draw.sample(marks, 3)) + draw.choice(trades)
        place = {"lon": 121 + draw.random(), "lat": 30.0, "datum": "wgs84"}
        rows += [{"name": f"{name}有限公司", **place}, {"name": f"{name}（集团）公司", **place}]
    began = time.perf_counter()
    found = propose_identities(listings(*rows))
    # 12.5 million pairs at a tenth of a millisecond each would be twenty minutes.
    assert time.perf_counter() - began < 30
    pairs = set(zip(found["left_id"], found["right_id"], strict=True))
    assert {(f"x{at}", f"x{at + 1}") for at in range(0, 5000, 2)} <= pairs
