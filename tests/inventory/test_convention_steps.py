"""Convention steps: the same park under other choices, one step after the other."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.convention import Convention, choices
from parkkit.core.errors import ParkError
from parkkit.inventory.convention_steps import (
    changed_choices,
    convention_steps,
    steps_between,
)
from parkkit.park.package import Park
from tests.parks import TRADING_PLANTS as PLANTS
from tests.parks import TRADING_ROWS as ROWS
from tests.parks import make_park

BASE = Convention(factor_sets=("CN_PROV2025", "CN_GRID"))
CLAIM = {"enterprise_id": "A", "year": 2023, "kind": "green_power", "amount": 60, "unit": "MWh",
         "origin": "o"}  # fmt: skip
GRID_2023, EXCL_2023 = 0.4974, 0.6096  # t/MWh: Zhejiang's average, the nation without traded power


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Park:
    """Two plants inside that trade power, one outside, and a green certificate."""
    folder = tmp_path_factory.mktemp("park") / "tiny"
    return make_park(folder, enterprises=PLANTS, activity=ROWS, certificates=[CLAIM])


def steps(park: Park, before: Convention, after: Convention) -> pd.DataFrame:
    return convention_steps(
        park, boundary_type="physical", before=before, after=after, year=2023
    )  # fmt: skip


def test_each_choice_that_differs_is_a_step_in_the_order_of_the_convention(park: Park) -> None:
    own = park.about.convention
    table = steps(park, own, replace(own, electricity="market", level="enterprise"))
    assert list(table["choice"]) == ["start", "level", "electricity", "end"]
    assert list(table["before"]) == ["", "park", "location", ""]
    assert list(table["after"]) == ["", "enterprise", "market", ""]
    # What B buys from A counts at enterprise level; 60 of A's 100 MWh are green under market.
    level, electricity = table["change_t"].iloc[1:3]
    assert level == pytest.approx(40 * GRID_2023)
    market = 40 * EXCL_2023 + 40 * EXCL_2023
    assert electricity == pytest.approx(market - (100 + 40) * GRID_2023)


def test_equal_conventions_have_a_start_and_an_end_alone(park: Park) -> None:
    own = park.about.convention
    table = steps(park, own, own)
    assert list(table["choice"]) == ["start", "end"]
    assert table["total_t"].nunique() == 1
    assert table["change_t"].isna().all()


def test_a_convention_between_that_cannot_be_compiled_joins_the_next_step() -> None:
    def told(convention: Convention) -> tuple[float, str]:
        if convention.view == "consumption" and convention.electricity == "location":
            raise ParkError("no_scope")
        return 10.0 + (convention.level == "enterprise") + 5 * (convention.gwp == "AR6"), "computed"

    after = replace(BASE, level="enterprise", view="consumption", electricity="market", gwp="AR6")
    table = steps_between(BASE, after, told)
    assert list(table["choice"]) == ["start", "level", "view;electricity", "gwp", "end"]
    assert table["before"].iloc[2] == "production;location"
    assert table["after"].iloc[2] == "consumption;market"
    assert list(table["change_t"].iloc[1:4]) == [1.0, 0.0, 5.0]


def test_a_total_between_that_is_not_computable_joins_the_next_step() -> None:
    def told(convention: Convention) -> tuple[float, str]:
        between = convention.level == "enterprise" and convention.gwp == "AR5"
        return (math.nan, "not_computable") if between else (8.0, "partial")

    table = steps_between(BASE, replace(BASE, level="enterprise", gwp="AR6"), told)
    assert list(table["choice"]) == ["start", "level;gwp", "end"]
    assert set(table["status"]) == {"partial"}


def test_an_end_that_cannot_be_compiled_is_an_error() -> None:
    def told(convention: Convention) -> tuple[float, str]:
        if convention.gwp == "AR6":
            raise ParkError("no_scope")
        return 1.0, "computed"

    with pytest.raises(ParkError, match="at least one scope"):
        steps_between(BASE, replace(BASE, gwp="AR6"), told)


def test_an_end_that_is_not_computable_says_so() -> None:
    table = steps_between(BASE, replace(BASE, gwp="AR6"), lambda chosen: (
        (math.nan, "not_computable") if chosen.gwp == "AR6" else (1.0, "computed")))  # fmt: skip
    assert list(table["status"]) == ["computed", "not_computable", "not_computable"]
    assert table["change_t"].isna().all()


MOVING = ("level", "view", "export_value", "electricity", "gases", "gwp",
          "release_rule", "fill")  # fmt: skip
FREE = {name: st.sampled_from(choices()[name]) for name in MOVING}
CONVENTIONS = st.builds(
    Convention,
    factor_sets=st.just(("CN_PROV2025", "CN_GRID", "CN_HEAT", "IPCC2006")),
    scopes=st.sampled_from([(1,), (1, 2)]),
    grid_year=st.just("nearest"),
    **FREE,
)


@settings(deadline=None, max_examples=5, derandomize=True)
@given(before=CONVENTIONS, after=CONVENTIONS)
def test_the_changes_sum_to_the_difference(
    park: Park, before: Convention, after: Convention
) -> None:
    table = steps(park, before, after)
    first, last = table["total_t"].iloc[0], table["total_t"].iloc[-1]
    size = table["total_t"].abs().max()
    assert math.fsum(table["change_t"].dropna()) == pytest.approx(last - first, abs=1e-12 * size)
    names = [name for told in table["choice"].iloc[1:-1] for name in told.split(";")]
    assert names == changed_choices(before, after)
