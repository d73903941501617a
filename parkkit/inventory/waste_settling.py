"""Waste settling: what became of the waste that members of a park send to each other."""

from __future__ import annotations

import pandas as pd

from parkkit.inventory.waste_rows import KEY

SETTLED = "settled"
TREATED = "treated"
RECEIVER = ["counterpart_id", *KEY[1:]]


def settled(plants: pd.DataFrame, sent: pd.DataFrame, *, closes: float) -> pd.DataFrame:
    """Return how much of what each plant generated was used and treated within the park.

    What a plant sent to a member counts as the receiver did with what it had, each tonne alike;
    who passes it on to another member is settled by that one.

    Parameters
    ----------
    plants : DataFrame
        A row for each plant, year and kind: ``made_t``, ``gone_t``, ``all_received_t``,
        ``handled_t``, ``used_known_t``, ``treated_known_t``, missing where not known whole;
        ``tells_received`` (its destinations are of what it received too), ``list``.
    sent : DataFrame
        What went to members: ``enterprise_id``, ``counterpart_id``, ``year``, ``species``,
        ``amount_t``, ``is_short``, ``is_member`` (of who sent it).

    Returns
    -------
    DataFrame
        Beside ``plants``, of ``used`` and ``treated``: ``..._settled_t`` of what was generated;
        ``..._is_open``: all is known but for what a receiver did; ``..._is_lacking``: the plant
        received waste of members and does not tell.
    """
    index = pd.MultiIndex.from_frame(plants[KEY])
    table = plants.set_index(index)
    # Without all that came in, nobody can tell how much of it went one way.
    short = sent[sent["is_short"]]
    is_short = pd.Series(index.isin(pd.MultiIndex.from_frame(short[RECEIVER])), index=index)
    flows = sent[sent["is_member"] & (sent["amount_t"] != 0)]
    receives = index.isin(pd.MultiIndex.from_frame(flows[RECEIVER]))
    both = (table["made_t"] + table["all_received_t"]).mask(is_short)
    pool = pd.concat([both, table["gone_t"]], axis=1).max(axis=1)
    base = pool.where(table["gone_t"].notna()).where(table["tells_received"], table["made_t"])
    parts: dict[str, pd.Series] = {}
    for name, handled in _handled(table, is_short, closes).items():
        direct = table[f"{name}_known_t"]
        rate, own = _rates(direct, base, table["tells_received"], handled, flows)
        amount = own * table["made_t"]
        # Where nothing was generated, nothing became of it.
        parts[f"{name}_{SETTLED}_t"] = amount.mask(table["made_t"] == 0, 0.0)
        to = pd.MultiIndex.from_frame(flows[RECEIVER])
        unknown = flows[rate.reindex(to).isna().to_numpy()]
        is_sender = pd.Series(index.isin(pd.MultiIndex.from_frame(unknown[KEY])), index=index)
        parts[f"{name}_is_open"] = is_sender & direct.notna() & table["made_t"].notna()
        parts[f"{name}_is_lacking"] = rate.isna() & receives
    return pd.DataFrame(parts).reset_index(drop=True)


def _handled(table: pd.DataFrame, is_short: pd.Series, closes: float) -> dict[str, pd.Series]:
    """Return the shares of what plants received that their activity says they treated, or used.

    What their lists say they treated of their own is taken off first.
    """
    own = table["treated_known_t"].mask(table["list"] == "", 0.0)
    received = table["all_received_t"].where(table["all_received_t"] > 0).mask(is_short)
    left = table["handled_t"] - own
    share = (left / received).where(left >= 0)
    # More than was received is waste of others, or of stock: no more than all of it is treated.
    treated = share.mask(share >= 1 - closes, 1.0)
    return {"used": (1 - treated).where(treated == 1), TREATED: treated}


def _rates(
    direct: pd.Series, base: pd.Series, tells_received: pd.Series, handled: pd.Series,
    flows: pd.DataFrame,
) -> tuple[pd.Series, pd.Series]:  # fmt: skip
    """Return the share of what each plant received, and of its own, that went one way."""
    to = pd.MultiIndex.from_frame(flows[RECEIVER])
    rate = handled.where(~tells_received)
    own = rate
    # A chain of members has as many links as there are receivers; who sends in a ring stays open.
    for _ in range(to.nunique() + 1):
        passed = flows.assign(t=flows["amount_t"].to_numpy() * rate.reindex(to).to_numpy())
        by_plant = passed.groupby(KEY)["t"].sum(skipna=False).reindex(direct.index)
        is_sender = direct.index.isin(pd.MultiIndex.from_frame(flows[KEY]))
        own = (direct + by_plant.where(is_sender, 0.0)) / base.where(base > 0)
        rate = own.where(tells_received, handled)
    return rate, own
