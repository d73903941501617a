"""Decomposition: why an emission changed, told by the factors of an identity (LMDI)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, has_label, label
from parkkit.diagnosis.compared_rows import Key, Marks, Panel, panel
from parkkit.diagnosis.identities import EFFECTS, TOTAL, Identity, parse_identity
from parkkit.diagnosis.links import Link, link
from parkkit.diagnosis.logarithmic_means import Floats, Form, Method, check_choices
from parkkit.diagnosis.trends import SEPARATOR, Span, as_spans

# What rounding may leave, as a share of the largest total (or effect, where one is larger).
RESIDUAL = 1e-12


class _Choices(NamedTuple):
    method: Method
    form: Form
    chained: bool


class Told(NamedTuple):
    """What a table of effects tells of one span or year: an entry per group in every part."""

    at: Mapping[str, int]
    effects: Floats
    whole: Floats
    residual: Floats
    measured: str
    missing: list[list[str]]
    notes: list[list[str]]


def decompose(
    rows: pd.DataFrame,
    identity: str | Identity,
    years: Span | Sequence[Span],
    *,
    method: Method = "lmdi1",
    form: Form = "additive",
    chained: bool = False,
    by: Sequence[str] = ("group",),
    key: Sequence[str] = ("industry",),
    moved: Collection[Key] = (),
) -> pd.DataFrame:
    """Tell what each factor of an identity did to the change of its left side.

    Parameters
    ----------
    rows : DataFrame
        ``year``, the columns ``by`` and ``key``, and those of the identity: amounts from 0 up, in
        units of their own. Rows of one key and year add up. Where known, ``entry`` (``opened``,
        ``boundary``) on a key's first row and ``exit`` (``closed``, ``boundary``) on its last say
        why it came and went.
    identity : str or Identity
        As in :func:`parkkit.diagnosis.identities.parse_identity`.
    years : (int, int) or sequence of them
        The spans.
    method : {"lmdi1", "lmdi2"}
        LMDI-I, or LMDI-II with its weights normalised.
    form : {"additive", "multiplicative"}
        Effects that sum to the change, or indexes that multiply to the ratio.
    chained : bool
        Each span year by year, so that weights follow the years; else by its end points.
    by : sequence of str
        The columns of the groups that are decomposed each by itself, such as the park.
    key : sequence of str
        The columns that name a row of a group: an industry, a plant.
    moved : collection of keys
        Those that came or went because a boundary moved, beside what ``entry`` and ``exit`` say.

    Returns
    -------
    DataFrame
        A row per group, span and effect: the columns ``by``, start, end, effect, ``amount`` (in
        the unit of the left side) or ``index``, residual (what rounding leaves of the whole),
        status (``computed``, ``not_computable``), missing (cells), notes (codes, whose texts are
        labels ``decomposition.note.CODE``).

        ``opened`` and ``closed`` are keys with a row in one of the two years only,
        ``boundary_moved`` those that a boundary let in or out; the factors tell the keys that
        stay, and ``[a]`` sums over them; ``total`` is the whole change. As an index, what keys
        brought or took is ``exp(amount / L(V1, V0))``, as every other effect of LMDI-I.

    Raises
    ------
    ParkError
        If the identity does not cancel or names an unknown column, an amount is negative or no
        number, or a span does not run forward.

    Notes
    -----
    Zeros in a key that has rows in both years go by the limits of Ang & Liu: where its left side
    is zero once, the factors that passed zero take the whole change, in equal parts; where it is
    zero twice there is no change; 0 in a column both times counts as unchanged. A column that
    passes zero while the left side does not (a plant that burns coal before it sells) pushes
    factors to zero and infinity at once; it counts as unchanged in that row, and the note
    ``zero_inside`` says so.

    References
    ----------
    Ang 2015, Energy Policy 86, 233-238; Ang & Liu 2007, Energy Policy 35, 238-246; Wood & Lenzen
    2006, Energy Policy 34, 1326-1331.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": "park", "industry": ["A", "A", "B"],
    ...     "year": [2020, 2021, 2021], "gdp": [10.0, 20.0, 5.0], "co2_t": [30.0, 60.0, 40.0]})
    >>> table = decompose(rows, "co2_t = scale: gdp * intensity: co2_t/gdp", (2020, 2021))
    >>> table.set_index("effect")["amount"].round(9).to_dict()
    {'opened': 40.0, 'closed': 0.0, 'boundary_moved': 0.0, 'scale': 30.0, 'intensity': 0.0, \
'total': 70.0}
    """
    check_choices(method, form, "decompose")
    chosen = _Choices(method, form, chained)
    spans = as_spans(years)
    parsed = parse_identity(identity) if isinstance(identity, str) else identity
    whole = min(start for start, _ in spans), max(end for _, end in spans)
    found = panel(rows, parsed, by=by, key=key, years=whole, moved=moved)
    steps = {step for span in spans for step in _steps(span, chained)}
    links = {step: link(found, parsed, *step, method=method, form=form) for step in sorted(steps)}
    tables = [_span(found, parsed, span, links, chosen) for span in spans]
    table = pd.concat(tables, ignore_index=True)
    order = ["_group", "start", "end"]
    return table.sort_values(order, kind="stable", ignore_index=True).drop(columns="_group")


def decompose_each(
    rows: pd.DataFrame,
    identities: Mapping[str, str | Identity],
    years: Span | Sequence[Span],
    *,
    method: Method = "lmdi1",
    form: Form = "additive",
    chained: bool = False,
    by: Sequence[str] = ("group",),
    key: Sequence[str] = ("industry",),
    moved: Collection[Key] = (),
) -> pd.DataFrame:
    """Decompose several left sides, carbon and pollutants, and lay them side by side.

    Parameters
    ----------
    identities : mapping of str to str
        By the name of what they explain; :func:`parkkit.diagnosis.identities.park_identities`
        makes those of a park. The rest is as in :func:`decompose`.

    Returns
    -------
    DataFrame
        As :func:`decompose`, with the name in a column ``species`` before all others.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": "park", "industry": "A", "year": [2020, 2021],
    ...     "coal_t": [100.0, 120.0], "made_t": [2.0, 2.4], "so2_t": [1.0, 0.6], "co2_t": [5, 6]})
    >>> table = decompose_each(rows, {
    ...     "co2": "co2_t = scale: coal_t * carbon_factor: co2_t/coal_t",
    ...     "so2": "so2_t = coal_t * source: made_t/coal_t * end_of_pipe: so2_t/made_t",
    ... }, (2020, 2021))
    >>> table[table["effect"].isin(["source", "end_of_pipe", "total"])].set_index(
    ...     ["species", "effect"])["amount"].round(4).to_dict()
    {('co2', 'total'): 1.0, ('so2', 'source'): 0.0, ('so2', 'end_of_pipe'): -0.5428, \
('so2', 'total'): -0.4}
    """
    if "species" in by:
        raise ParkError("column_twice", where="by", given="species")
    tables = {
        name: decompose(rows, identity, years, method=method, form=form, chained=chained, by=by,
            key=key, moved=moved)
        for name, identity in identities.items()
    }  # fmt: skip
    if not tables:
        raise ParkError("not_a_list", name="identities", given=dict(identities))
    return pd.concat(tables, names=["species"]).reset_index("species").reset_index(drop=True)


def _steps(span: Span, chained: bool) -> list[Span]:
    start, end = span
    return [(year, year + 1) for year in range(start, end)] if chained else [span]


def _span(
    found: Panel, identity: Identity, span: Span, links: Mapping[Span, Link], chosen: _Choices
) -> pd.DataFrame:
    """Return the effects over one span, a row per group and effect."""
    parts = [links[step] for step in _steps(span, chosen.chained)]
    stacked = np.stack([part.effects for part in parts])
    effects = stacked.sum(axis=0) if chosen.form == "additive" else stacked.prod(axis=0)
    whole = change(found.totals(span[0]), found.totals(span[1]), chosen.form)
    between = [found.totals(year) for year in found.years if span[0] <= year <= span[1]]
    largest = np.nanmax([np.zeros(len(whole)), *between], axis=0)
    notes = gathered(part.notes for part in parts)
    if chosen.chained:
        for group in np.flatnonzero(_come_back(found, span)):
            notes[group].append("absent_between")
    told = Told(
        at={"start": span[0], "end": span[1]},
        effects=effects,
        whole=whole,
        residual=residual(effects, whole, largest, chosen.form),
        measured="amount" if chosen.form == "additive" else "index",
        missing=gathered(part.missing for part in parts),
        notes=notes,
    )
    return laid_out(found, identity, told)


def gathered(lists: Iterable[Sequence[Sequence[str]]]) -> list[list[str]]:
    """Return the codes of several links by group, each once.

    Examples
    --------
    >>> gathered([[["a"], []], [["a", "b"], ["c"]]])
    [['a', 'b'], ['c']]
    """
    by_group = zip(*lists, strict=True)
    return [list(dict.fromkeys(code for codes in each for code in codes)) for each in by_group]


def change(first: Floats, second: Floats, form: Form) -> Floats:
    """Return the whole change of totals, a difference or a ratio; NaN where there is no ratio.

    Examples
    --------
    >>> change(np.array([2.0, 0.0]), np.array([3.0, 3.0]), "multiplicative").tolist()
    [1.5, nan]
    """
    if form == "additive":
        return second - first
    ratio = np.full_like(first, np.nan)
    np.divide(second, first, out=ratio, where=first > 0)
    return ratio


def residual(effects: Floats, whole: Floats, largest: Floats, form: Form) -> Floats:
    """Return what effects leave of the whole change; more than rounding is refused.

    Of indexes it is the share by which the whole differs from their product.
    """
    if form == "additive":
        left = whole - effects.sum(axis=1)
        scale = np.maximum(largest, np.abs(effects).max(axis=1))
    else:
        # By logarithms: large indexes may have a product that no float holds.
        logs, whole_log = (np.log(np.where(each > 0, each, np.nan)) for each in (effects, whole))
        left = np.expm1(whole_log - logs.sum(axis=1))
        scale = 1 + np.abs(logs).max(axis=1)
    is_open = np.abs(left) > RESIDUAL * scale
    if is_open.any():
        raise ParkError("residual_open", given=f"{left[is_open][0]:g}")
    return np.asarray(left)


def laid_out(found: Panel, identity: Identity, told: Told) -> pd.DataFrame:
    """Return effects as rows: group number, the groups' columns, when, effect, number, status."""
    names = [*EFFECTS, *identity.names, TOTAL]
    count = len(told.whole)
    group = np.repeat(np.arange(count), len(names))
    table = found.groups.iloc[group].reset_index(drop=True)
    table.insert(0, "_group", group)
    for column, year in told.at.items():
        table[column] = year
    table["effect"] = pd.Series(names * count, dtype="str")
    table[told.measured] = np.column_stack([told.effects, told.whole]).ravel()
    table["residual"] = np.repeat(told.residual, len(names))
    is_computed = table[told.measured].notna()
    table["status"] = np.where(is_computed, "computed", "not_computable")
    texts = [[SEPARATOR.join(codes) for codes in lists] for lists in (told.missing, told.notes)]
    missing, notes = (np.repeat(np.array(each, dtype=object), len(names)) for each in texts)
    table["missing"] = pd.Series(missing, dtype="str").mask(is_computed, "")
    table["notes"] = pd.Series(notes, dtype="str")
    return table


def _come_back(found: Panel, span: Span) -> Marks:
    """Tell the groups of which a key has rows, then none, then rows again within a span."""
    within = [span[0] <= year <= span[1] for year in found.years]
    there = found.is_there[:, within]
    return found.some((there[:, 1:] & ~there[:, :-1]).sum(axis=1) + there[:, :1].sum(axis=1) > 1)


def effect_name(effect: str, language: Language) -> str:
    """Return what people call an effect; a factor without a name of ours is called as written.

    Examples
    --------
    >>> effect_name("end_of_pipe", "zh"), effect_name("co2_t/energy_tce", "zh")
    ('末端治理效应', 'co2_t/energy_tce')
    """
    key = f"decomposition.effect.{effect}"
    return label(key, language) if has_label(key) else effect


def note_text(code: str, language: Language) -> str:
    """Return what a note of a decomposition says.

    Examples
    --------
    >>> note_text("nothing_continues", "en")
    'no row emits in both years, so LMDI-II has no weights; take LMDI-I'
    """
    return label(f"decomposition.note.{code}", language)
