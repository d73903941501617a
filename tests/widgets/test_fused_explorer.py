"""FusedExplorer: fields, values, pictures and tables say the same."""

from __future__ import annotations

import base64
import csv
import io
import re

import pytest
from parkkit_widgets import FusedExplorer

from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.fusion import CoControlRule
from parkkit.output.chapters.fusion_explorer import SourceFilter
from parkkit.park.package import Park
from tests.parks import compiled, make_park

ENTERPRISES = [
    {"enterprise_id": "A", "industry_code": "2614", "name_zh": "甲化工", "name_en": "Alpha"},
    {"enterprise_id": "B", "industry_code": "4412", "name_zh": "乙<热电>", "name_en": "Beta"},
    {"enterprise_id": "C", "industry_code": "2614", "name_zh": "丙化工", "name_en": "Gamma"},
]
ACTIVITY = [
    {"enterprise_id": "A", "amount": 1000},
    {"enterprise_id": "B", "process_type": "power_boiler", "amount": 100},
    {"enterprise_id": "C", "amount": 10},
]
RELEASES = [
    {"enterprise_id": "A", "process": "boiler", "species": "so2", "amount": 10},
    {"enterprise_id": "B", "process": "boiler", "species": "so2", "amount": 30},
    {"enterprise_id": "C", "process": "boiler", "species": "so2", "amount": 1},
    {"enterprise_id": "B", "process": "boiler", "species": "cod", "medium": "water", "amount": 5},
    {"enterprise_id": "A", "process": "boiler", "species": "so2", "list": "statistics",
     "amount": 12},
]  # fmt: skip
A, B, C = "A/boiler", "B/boiler", "C/boiler"


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> tuple[Inventory, Park]:
    park = make_park(
        tmp_path_factory.mktemp("fused") / "park", enterprises=ENTERPRISES, activity=ACTIVITY,
        releases=RELEASES,
    )  # fmt: skip
    return compiled(park), park


@pytest.fixture(scope="module")
def one(given: tuple[Inventory, Park]) -> FusedExplorer:
    return FusedExplorer(*given, language="en")


@pytest.fixture
def made(one: FusedExplorer) -> FusedExplorer:
    one.filters, one.source = SourceFilter(), ""
    return one


def units(made: FusedExplorer) -> list[str]:
    return list(made.shown["unit_id"])


def drawn(made: FusedExplorer, part: str) -> list[str]:
    """The sources of a picture's marks, in the order drawn."""
    return re.findall('data-source="([^"]*)"', made._pictures[part].svg)


def taken(made: FusedExplorer, name: str) -> list[dict[str, str]]:
    """The rows of a table as its link hands it out."""
    link = re.search(rf'{name}\.csv" href="data:[^,]*,([^"]*)"', made._texts["downloads"].value)
    assert link
    text = base64.b64decode(link.group(1)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_source_is_shown_at_first_the_largest_carbon_first(made: FusedExplorer) -> None:
    assert units(made) == [A, B, C]
    assert sorted(drawn(made, "scatter")) == [A, B, C]
    assert drawn(made, "carbon") == [A, B, C]
    assert drawn(made, "pollution") == [B, A, C]


def test_the_front_is_of_those_that_none_beats_on_both(made: FusedExplorer) -> None:
    # A has most carbon, B most pollution, C less of both than either.
    front = made.shown.set_index("unit_id")["is_on_front"]
    assert front.to_dict() == {A: True, B: True, C: False}


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [("industry", "26", [A, C]), ("process_type", "power_boiler", [B]), ("medium", "water", [B]),
     ("species", "so2", [A, B, C])],
)  # fmt: skip
def test_a_field_leaves_the_sources_that_fit(
    made: FusedExplorer, name: str, value: str, left: list[str]
) -> None:
    made._fields[name].value = value
    assert getattr(made.filters, name) == value
    assert units(made) == left
    assert f"{len(left)} of 3" in made._texts["told"].value
    assert len(taken(made, "fused")) == len(left)


def test_species_and_medium_are_of_the_same_row(made: FusedExplorer) -> None:
    # B has COD, and something to the air, but no COD to the air.
    made.filters = SourceFilter(species="cod", medium="air")
    assert units(made) == []
    assert "No source fits" in made._texts["told"].value
    assert made._charts.layout.display == "none"
    made._reset.click()
    assert (units(made), made._charts.layout.display) == ([A, B, C], None)


def test_a_threshold_moves_the_points(made: FusedExplorer) -> None:
    # SO2 30 and 10 of 41: 80 per cent takes two; carbon 1000 of 1110: 80 per cent takes one.
    assert list(made.shown["kind"] == "control_point") == [True, False, False]
    made._fields["carbon"].value = 95
    assert made.filters.rule == CoControlRule(carbon_share=0.95)
    assert list(made.shown["kind"] == "control_point") == [True, True, False]
    assert "95%" in made._texts["rule"].value


def test_one_kind_alone_is_drawn(made: FusedExplorer) -> None:
    made.filters = SourceFilter(process_type="power_boiler")
    assert drawn(made, "scatter") == [B]
    assert "NaN" not in made._pictures["scatter"].svg


def test_points_are_judged_within_the_whole_park(made: FusedExplorer) -> None:
    # Alone, B would hold all the carbon there is.
    made.filters = SourceFilter(industry="44")
    assert list(made.shown["is_co_control_point"]) == [False]


@pytest.mark.parametrize("share", [0, -5, 120])
def test_a_threshold_that_is_no_share_is_told_and_the_last_kept(
    made: FusedExplorer, share: float
) -> None:
    made._fields["pollution"].value = share
    assert 'role="alert"' in made._texts["refusal"].value
    assert f"{share}%" in made._texts["refusal"].value
    assert made.filters == SourceFilter()
    made._fields["pollution"].value = 80
    assert made._texts["refusal"].value == ""


def test_a_choice_that_the_year_does_not_have_is_refused(made: FusedExplorer) -> None:
    with pytest.raises(ParkError, match="so2"):
        made.filters = SourceFilter(species="so3")
    with pytest.raises(ParkError, match="B/boiler"):
        made.source = "Z"
    assert (made.filters, made.source) == (SourceFilter(), "")


@pytest.mark.parametrize("part", ["scatter", "pollution"])
def test_a_click_shows_cells_factors_and_ledger(made: FusedExplorer, part: str) -> None:
    # What the browser sends when a mark is clicked.
    made._pictures[part].set_state({"chosen": A})
    assert made.source == A
    assert {picture.chosen for picture in made._pictures.values()} == {A}
    assert "Alpha" in made._texts["name"].value
    so2 = [row for row in taken(made, "cells") if row["species"] == "so2"]
    assert [(row["list"], float(row["emissions_t"])) for row in so2] == [("permit", 10)]
    assert {row["species"] for row in taken(made, "factors")} == {"co2", "ch4", "n2o", "pm"}
    held = [row for row in taken(made, "ledger") if row["list"] == "statistics"]
    assert [(row["reason"], float(row["amount_t"])) for row in held] == [("other_list_chosen", 12)]
    assert "another list was chosen" in made._texts["detail"].value


def test_a_click_on_what_is_not_there_is_told(made: FusedExplorer) -> None:
    made.source = A
    made._pictures["scatter"].set_state({"chosen": "Z"})
    assert 'role="alert"' in made._texts["refusal"].value
    assert (made.source, made._pictures["scatter"].chosen) == (A, A)


def test_a_source_that_no_longer_fits_is_let_go_and_that_is_told(made: FusedExplorer) -> None:
    made._fields["source"].value = A
    assert made.source == A
    made.filters = SourceFilter(industry="44")
    assert made.source == ""
    assert "no longer chosen" in made._texts["told"].value


def test_another_axis_draws_other_amounts(made: FusedExplorer) -> None:
    made._fields["axis"].value = "equivalents_water"
    assert drawn(made, "scatter") == [B]
    made._fields["axis"].value = "voc"
    assert "None of the sources" in made._heads["scatter"].value
    assert made._pictures["scatter"].layout.display == "none"


def test_a_source_says_whether_cause_and_direction_are_one(made: FusedExplorer) -> None:
    made.source = B
    told = re.sub("<[^>]*>", "|", made._texts["detail"].value)
    assert "One cause, one direction with air pollution equivalents" in told
    assert "One cause: Open; one direction: Open (the two sides name no activity row" in told
    assert "fewer than five years tell both sides)" in told


def test_names_from_the_data_are_text(given: tuple[Inventory, Park]) -> None:
    made = FusedExplorer(*given, language="zh", source=B)
    shown = "".join(text.value for text in made._texts.values())
    assert "<热电>" not in shown + made._pictures["scatter"].svg
    assert "乙&lt;热电&gt;" in shown
    assert "乙&lt;热电&gt;" in made._pictures["scatter"].svg


def test_marks_are_named_and_nothing_points_elsewhere(made: FusedExplorer) -> None:
    svg = made._pictures["scatter"].svg
    assert re.findall(r"https?://(?!www\.w3\.org)", svg) == []
    assert svg.count('role="button" tabindex="0"') == 3
    assert 'aria-label="Alpha · boiler: direct carbon' in svg


def test_it_prints_as_the_python_that_makes_the_same(
    made: FusedExplorer, given: tuple[Inventory, Park]
) -> None:
    made.filters, made.source = SourceFilter(species="so2"), B
    names = {"FusedExplorer": FusedExplorer, "SourceFilter": SourceFilter, "inventory": given[0],
             "CoControlRule": CoControlRule, "park": given[1]}  # fmt: skip
    again = eval(repr(made), names)
    assert (again.filters, again.source) == (made.filters, made.source)
    assert repr(again) == repr(made)


def test_a_year_that_nobody_tells_is_refused(given: tuple[Inventory, Park]) -> None:
    with pytest.raises(ParkError, match="1999"):
        FusedExplorer(*given, year=1999)
