"""Fuse: what holds for every inventory, tried on parts of the sample park's own rows."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.inventory.compilation import Inventory, compile_inventory, is_memo, totals
from parkkit.inventory.fused_units import HELD
from parkkit.inventory.fusion import fuse
from parkkit.park.package import Park, open_park

SPECIES = ["year", "species"]


@cache
def langang() -> tuple[Park, Inventory]:
    park = open_park("langang")
    return park, compile_inventory(
        park, boundary_type="physical", convention=park.about.convention
    )  # fmt: skip


def some_rows(seed: int, share: float) -> Inventory:
    """The sample inventory with some of its rows and ledger entries alone, in another order."""
    inventory = langang()[1]
    return replace(
        inventory,
        emissions=inventory.emissions.sample(frac=share, random_state=seed),
        ledger=inventory.ledger.sample(frac=share, random_state=seed),
    )


def by_species(wide: pd.DataFrame, ending: str) -> pd.Series:
    """The tonnes of a wide table by year and species."""
    names = [name for name in wide if f"{name.removesuffix(ending)}_list" in wide
             and name.endswith(ending)]  # fmt: skip
    sums = wide.groupby("year")[names].sum(min_count=1).rename(
        columns=lambda name: name.removesuffix(ending)
    )  # fmt: skip
    return sums.rename_axis("species", axis="columns").stack().dropna()


def same(one: pd.Series, other: pd.Series) -> None:
    pd.testing.assert_series_equal(
        one.dropna().sort_index(), other.dropna().sort_index(), rtol=1e-12, check_names=False,
        check_index_type=False,
    )  # fmt: skip


@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.05, 1.0))
@settings(max_examples=8)
def test_long_wide_and_totals_tell_one_sum(seed: int, share: float) -> None:
    inventory = some_rows(seed, share)
    wide, long = fuse(inventory), fuse(inventory, form="long", park=langang()[0])
    cells = long.groupby(SPECIES)
    told = totals(inventory)
    kept = told[told["species"] != "co2e"].groupby(SPECIES)["amount_t"].sum(min_count=1)
    same(cells["emissions_t"].sum(min_count=1), kept)
    same(by_species(wide, "_t"), kept)
    same(by_species(wide, "_generated_t"), cells["generated_t"].sum(min_count=1))
    carbon = told[told["species"] == "co2e"].groupby("year")["amount_t"].sum(min_count=1)
    same(long.groupby("year")["co2e_t"].sum(min_count=1), carbon)
    same(wide.groupby("year")["co2e_t"].sum(min_count=1), carbon)
    sources = long.groupby(["unit_id", "year"])
    assert set(sources.groups) == set(wide.groupby(["unit_id", "year"]).groups)
    for medium in ("air", "water"):
        of_medium = long[long["medium"] == medium].groupby("year")["equivalents"]
        same(wide.groupby("year")[f"equivalents_{medium}"].sum(min_count=1),
             of_medium.sum(min_count=1))  # fmt: skip


@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.05, 1.0))
@settings(max_examples=5)
def test_air_and_the_other_media_are_all(seed: int, share: float) -> None:
    inventory = some_rows(seed, share)
    whole, air = (fuse(inventory, form="long", media=media) for media in ("all", "air"))  # type: ignore[arg-type]
    rest = whole[whole["medium"] != "air"]
    both = pd.concat([air, rest]).sort_values(list(whole.columns[:11]), ignore_index=True)
    pd.testing.assert_frame_equal(
        both, whole.sort_values(list(whole.columns[:11]), ignore_index=True)
    )
    same(by_species(fuse(inventory, media="air"), "_t"),
         air.groupby(SPECIES)["emissions_t"].sum(min_count=1))  # fmt: skip


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=4)
def test_the_order_of_rows_decides_nothing(seed: int) -> None:
    for form in ("wide", "long"):
        usual, turned = (fuse(each, form=form) for each in (langang()[1], some_rows(seed, 1.0)))  # type: ignore[arg-type]
        pd.testing.assert_frame_equal(turned, usual, rtol=1e-12)


def test_every_row_that_counts_and_every_held_row_has_its_source() -> None:
    inventory = langang()[1]
    wide, rows = fuse(inventory), inventory.emissions
    units = set(zip(wide["unit_id"], wide["year"], strict=True))
    for row in rows[~is_memo(rows)].to_dict("records"):
        names = (row["source_id"], f"{row['enterprise_id']}/{row['process']}", row["enterprise_id"])
        assert any((name, row["year"]) in units for name in names)
    inside = inventory.members[inventory.members["is_member"].astype(bool)]
    ledger = inventory.ledger.merge(inside[["enterprise_id", "year"]])
    assert wide["held_count"].sum() == ledger["reason"].isin(HELD).sum() > 0


def test_the_park_changes_no_number() -> None:
    park, inventory = langang()
    levels = [f"category_{name}" for name in ("sector", "control")]
    with_park, without = (fuse(inventory, park=given).drop(columns=levels)
                          for given in (park, None))  # fmt: skip
    pd.testing.assert_frame_equal(with_park, without)


@pytest.mark.parametrize("name", ["direct_co2e", "equivalents_air", "equivalents_water", "voc"])
def test_the_shares_of_the_sample_park_sum_to_one(name: str) -> None:
    sums = fuse(langang()[1]).groupby("year")[f"{name}_share"].sum(min_count=1).dropna()
    assert sums.tolist() == pytest.approx([1.0] * len(sums))
