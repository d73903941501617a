"""Ledger: kept and ledger together are every candidate."""

from __future__ import annotations

import pandas as pd

from parkkit.core.ledger import candidates, closing, entries, joined
from parkkit.core.tables import empty


def rows(*amounts: float | None) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"year": 2023, "species": "so2", "medium": "air", "emissions_t": list(amounts)},
        index=range(len(amounts)),
    )
    return frame.reindex(columns=[*empty("emissions").columns]).astype({"emissions_t": "float64"})


def test_what_is_kept_and_what_is_in_the_ledger_are_all_candidates() -> None:
    offered = rows(3.0, 4.0, 5.0)
    taken = entries(offered.iloc[[1]], stage="boundary", reason="outside")
    table = closing(candidates(offered), offered.iloc[[0, 2]], taken)
    assert table.iloc[0].to_dict() == {
        "candidates_t": 12.0, "kept_t": 8.0, "ledger_t": 4.0, "difference_t": 0.0}  # fmt: skip


def test_a_tonne_that_got_lost_shows_as_a_difference() -> None:
    offered = rows(3.0, 4.0)
    assert closing(candidates(offered), offered.iloc[:1], joined([]))["difference_t"].tolist() == [
        4
    ]


def test_a_memo_is_told_but_not_counted() -> None:
    offered = rows(3.0)
    memo = entries(offered, stage="overlap", reason="part_of_other_species", is_memo=True)
    table = closing(candidates(offered), offered, memo)
    assert table[["ledger_t", "difference_t"]].iloc[0].tolist() == [0.0, 0.0]


def test_what_a_stage_puts_in_has_the_other_sign() -> None:
    put_in = entries(rows(-2.0), stage="view", reason="exported_energy", sign=-1)
    assert put_in["amount_t"].tolist() == [2.0]


def test_a_cell_without_any_number_is_missing_not_zero() -> None:
    assert candidates(rows(None, None))["candidates_t"].isna().all()
