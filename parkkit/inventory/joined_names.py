"""Joined names: the distinct texts of each group of rows, as one text."""

from __future__ import annotations

import numpy as np
import pandas as pd

JOINT = "+"


def joined_names(groups: pd.Series, texts: pd.Series, *, joint: str = JOINT) -> pd.Series:
    """Return the distinct texts of each group, in alphabetical order, joined.

    A text that joins several itself is taken apart where a group has others beside it; alone it
    stays as it is, because a series of devices has an order. Only the groups with several
    are looked at one by one: rows may be many, and most groups have one list or none.

    Parameters
    ----------
    groups : Series
        The group of each row, a number from 0 up.
    texts : Series
        Its text; blank and missing texts are passed over.

    Returns
    -------
    Series
        By group; a group without any text is not there.

    Examples
    --------
    >>> joined_names(pd.Series([7, 7, 8, 9]), pd.Series(["scr", "fgd", "scr+fgd", ""])).to_dict()
    {7: 'fgd+scr', 8: 'scr+fgd'}
    """
    codes, names = pd.factorize(texts, sort=True)
    words = np.asarray(names, dtype=object)
    is_told = (codes >= 0) & (texts != "").to_numpy(dtype=bool)
    pairs = np.unique(groups.to_numpy()[is_told] * max(len(words), 1) + codes[is_told])
    group, code = np.divmod(pairs, max(len(words), 1))
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    ends = np.append(starts[1:], len(group))
    told = words[code]
    joined = told[starts]
    for place in np.flatnonzero(ends - starts > 1):
        several = told[starts[place] : ends[place]]
        joined[place] = joint.join(sorted({part for name in several for part in name.split(joint)}))
    return pd.Series(joined, index=group[starts], dtype="str")
