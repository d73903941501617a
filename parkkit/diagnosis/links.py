"""Links: what each factor did between two years, for all groups at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from parkkit.diagnosis.compared_rows import Marks, Panel, arrivals
from parkkit.diagnosis.identities import EFFECTS, Cell, Identity
from parkkit.diagnosis.logarithmic_means import (
    Floats,
    Form,
    Method,
    logarithmic_mean,
    row_effects,
    scaled_effects,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The effects between two years by group: opened, closed, boundary_moved, then the factors.

    ``effects`` are amounts, or indexes; NaN where they are not computable, of which ``missing``
    names the cells and ``notes`` the reasons, a list per group.
    """

    effects: Floats
    missing: list[list[str]]
    notes: list[list[str]]


def link(
    panel: Panel, identity: Identity, start: int, end: int, *, method: Method, form: Form
) -> Link:
    """Return what each factor did between two years, in every group.

    Keys with a row in one of the years only are taken out first. ``[a]`` sums over what stays, so
    that a plant that opened is told once, not as scale and structure of the others, too.
    """
    first, second = panel.totals(start), panel.totals(end)
    missing = _missing(panel, start, end)
    notes: list[list[str]] = [[] for _ in missing]
    if not {start, end} <= set(panel.years):
        width = len(EFFECTS) + len(identity.factors)
        return Link(effects=np.full((len(missing), width), np.nan), missing=missing, notes=notes)
    stays = panel.is_there[:, panel.at(start)] & panel.is_there[:, panel.at(end)]
    before, after = panel.amounts[:, panel.at(start), 0], panel.amounts[:, panel.at(end), 0]
    if method == "lmdi2":
        before, after = _shares(panel, before, first), _shares(panel, after, second)
    kept = np.where(stays, before, 0.0), np.where(stays, after, 0.0)
    logs, orders = _ratios(panel, identity, start, end, stays)
    by_row = [_comings(panel, start, end, before, after), row_effects(*kept, logs, orders)]
    sums = panel.summed(np.concatenate(by_row, axis=1))
    weights = panel.summed(logarithmic_mean(*kept))
    effects = scaled_effects(sums, weights, first, second, method, form)
    effects = np.where(np.isnan(first + second)[:, None], np.nan, effects)
    is_whole = np.array([not cells for cells in missing])
    effects[~is_whole, len(EFFECTS) :] = np.nan
    is_lost = is_whole & np.isnan(effects).any(axis=1)
    _tell(notes, is_lost & ((first == 0) | (second == 0)), "no_ratio")
    _tell(notes, is_lost & (first > 0) & (second > 0), "nothing_continues")
    _tell(notes, is_whole & panel.some(_are_torn(*kept, orders)), "zero_inside")
    return Link(effects=effects, missing=missing, notes=notes)


def _missing(panel: Panel, start: int, end: int) -> list[list[str]]:
    """Return by group the cells without which its factors are not computable."""
    missing: list[list[str]] = [[] for _ in range(len(panel.groups))]
    pair = [panel.there(year) for year in (start, end)]
    for year, there in zip((start, end), pair, strict=True):
        _tell(missing, ~panel.some(there), f"{panel.columns[0]} {year}")
        if there.any():
            _tell_blanks(missing, panel, year, there, pair[0] & pair[1])
    return missing


def _tell(told: list[list[str]], where: Marks, text: str) -> None:
    for group in np.flatnonzero(where):
        if text not in told[group]:
            told[group].append(text)


def _tell_blanks(
    missing: list[list[str]], panel: Panel, year: int, there: Marks, stays: Marks
) -> None:
    """Name the blank cells: the left side's of every row, the factors' of rows that stay."""
    blanks = np.isnan(panel.amounts[:, panel.at(year)])
    blanks[:, 0] &= there
    blanks[:, 1:] &= stays[:, None]
    for row, column in np.argwhere(blanks):
        cell = " ".join(part for part in (panel.keys[row], panel.columns[column]) if part)
        missing[panel.group_of[row]].append(f"{cell} {year}")


def _shares(panel: Panel, amounts: Floats, totals: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(amounts / totals[panel.group_of])


def _comings(panel: Panel, start: int, end: int, before: Floats, after: Floats) -> Floats:
    """Return what keys brought that opened, took that closed, and a moved boundary did."""
    starts, ends = (panel.is_there[:, panel.at(year)] for year in (start, end))
    came, went = arrivals(panel, start, end)
    opened = np.where(ends & ~starts, after, 0.0)
    closed = np.where(starts & ~ends, -before, 0.0)
    moved = np.where(came, opened, 0.0) + np.where(went, closed, 0.0)
    return np.stack([np.where(came, 0.0, opened), np.where(went, 0.0, closed), moved], axis=-1)


def _ratios(
    panel: Panel, identity: Identity, start: int, end: int, stays: Marks
) -> tuple[Floats, Floats]:
    """Return the log ratio of each factor in each row, and how many zeros of it went.

    A column at zero in both years is taken as unchanged. Of one that passes zero the log is left
    out and told by its order instead: where the row's amount passes zero as well, the limit
    follows from it; where it does not, the infinite parts of its factors cancel, and leaving them
    out takes that column, in that row, as unchanged.
    """
    shape = (len(panel.keys), len(identity.factors))
    logs, orders = np.zeros(shape), np.zeros(shape)
    for cell in {cell for factor in identity.factors for cell in factor.powers}:
        log, order = _ratio(panel, cell, start, end, stays)
        for place, factor in enumerate(identity.factors):
            power = factor.powers.get(cell, 0)
            logs[:, place] += power * log
            orders[:, place] += power * order
    return logs, orders


def _ratio(panel: Panel, cell: Cell, start: int, end: int, stays: Marks) -> tuple[Floats, Floats]:
    column = panel.columns.index(cell.column)
    pair = [np.where(stays, panel.amounts[:, panel.at(year), column], 0.0) for year in (start, end)]
    if cell.is_sum:
        pair = [panel.summed(amounts)[panel.group_of] for amounts in pair]
    before, after = pair
    is_positive = (before > 0) & (after > 0)
    ratio = np.divide(after, before, out=np.ones_like(before), where=is_positive)
    order = (before == 0).astype(float) - (after == 0)
    return np.log(ratio), np.where(stays, order, 0.0)


def _are_torn(before: Floats, after: Floats, orders: Floats) -> Marks:
    """Return the rows that emit though factors are at zero and at infinity at once."""
    opposed = np.abs(orders).sum(axis=1) > np.abs(orders.sum(axis=1))
    return np.asarray(opposed & ((before > 0) | (after > 0)))
