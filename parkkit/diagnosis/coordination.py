"""Coordination: how far systems have come, and how evenly (耦合协调度)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Literal, NamedTuple, get_args

import numpy as np

from parkkit.core.errors import ParkError, unknown

Form = Literal["plain", "corrected"]


class Coordination(NamedTuple):
    """The degree of coupling, the weighted level, and the degree of coordination of both."""

    coupling: float
    level: float
    coordination: float


def coordination(
    levels: Sequence[float], weights: Sequence[float] = (), *, form: Form = "plain"
) -> Coordination:
    """Return how evenly and how far systems have come, such as low carbon and clean air.

    Parameters
    ----------
    levels : sequence of float
        Two levels or more between 0 and 1; how a quantity becomes a level is the user's choice.
    weights : sequence of float
        From 0 up, one a level; they are brought to a sum of 1. Blank takes all alike.
    form : {"plain", "corrected"}
        ``plain``: the geometric over the arithmetic mean, which for most data is near 1.
        ``corrected``: spread between 0 and 1.

    Raises
    ------
    ParkError
        If there are fewer than two levels, one lies outside 0 to 1, or the weights do not fit.

    References
    ----------
    The corrected form: 王淑佳 et al. 2021, 自然资源学报 36(3), 793.

    Examples
    --------
    >>> [round(value, 6) for value in coordination([0.6, 0.4])]
    [0.979796, 0.5, 0.699927]
    >>> [round(value, 6) for value in coordination([0.6, 0.4], form="corrected")]
    [0.730297, 0.5, 0.604275]
    """
    if form not in get_args(Form):
        raise unknown("form", form, get_args(Form), where="coordination")
    told = np.asarray(levels, dtype=float)
    if told.size < 2 or not ((told >= 0) & (told <= 1)).all():
        raise ParkError("not_levels", given=list(levels))
    shares = _shares(weights, told.size)
    level = float(shares @ told)
    coupling = _plain(told) if form == "plain" else _corrected(told)
    return Coordination(coupling, level, float(np.sqrt(coupling * level)))


def _shares(weights: Sequence[float], count: int) -> np.ndarray:
    given = np.asarray(weights if len(weights) else [1.0] * count, dtype=float)
    if given.size != count or not (given >= 0).all() or not 0 < given.sum() < np.inf:
        raise ParkError("not_weights", given=list(weights), count=count)
    return np.asarray(given / given.sum())


def _plain(levels: np.ndarray) -> float:
    # Nothing at all is as even as can be, and has come nowhere: its level says so.
    mean = levels.mean()
    return float(np.prod(levels) ** (1 / levels.size) / mean) if mean else 1.0


def _corrected(levels: np.ndarray) -> float:
    top = levels.max()
    if not top:
        return 1.0
    apart = np.mean([abs(one - other) for one, other in combinations(levels, 2)])
    return float(np.sqrt((1 - apart) * np.prod(levels / top) ** (1 / (levels.size - 1))))
