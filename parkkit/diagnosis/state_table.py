"""The state table: what the signs of economy, pollution and carbon are called together."""

from __future__ import annotations

from itertools import product

import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, label
from parkkit.core.vocabulary import vocabulary

AXES = ["economy", "pollution", "carbon"]
NO_STATE = ("atypical", "not_computable")


def decoupling_states() -> pd.DataFrame:
    """Return the eight states of economy x pollution x carbon, a table a user can replace.

    A park replaces it by a ``decoupling_states.csv`` of its own, in Python ``park.states``.

    Returns
    -------
    DataFrame
        economy, pollution, carbon (``+`` or ``-``), state, name and remark in both languages.

    References
    ----------
    Our reconstruction of Table C.1 of 产业园区减污降碳协同控制指南; its normative text was not at
    hand.

    Examples
    --------
    >>> decoupling_states().set_index("state").loc["S1", "name_en"]
    'Synergistic decoupling'
    """
    return vocabulary("decoupling_states")


def state_names(language: Language, states: pd.DataFrame | None = None) -> dict[str, str]:
    """Return what each state is called, with those of a verdict that has none.

    Parameters
    ----------
    language : {"zh", "en"}
        The language of the names.
    states : DataFrame, optional
        A table in place of :func:`decoupling_states`, such as ``park.states``.

    Examples
    --------
    >>> state_names("en")["S8"], state_names("zh")["atypical"]
    ('Synergistic negative decoupling', '趋势不典型')
    """
    table = decoupling_states() if states is None else states
    names = dict(zip(table["state"], table[f"name_{language}"], strict=True))
    return names | {code: label(f"diagnosis.state.{code}", language) for code in NO_STATE}


def states_by_signs(states: pd.DataFrame | None = None) -> dict[tuple[str, ...], str]:
    """Return the state of each combination of the signs of economy, pollution and carbon.

    Raises
    ------
    ParkError
        If a column is missing, or the table has not one row for each of the eight combinations.

    Examples
    --------
    >>> states_by_signs()["+", "-", "-"]
    'S1'
    """
    table = decoupling_states() if states is None else states
    for name in [*AXES, "state"]:
        if name not in table:
            raise ParkError("missing_column", where=f"states.{name}", given=list(table.columns))
    given = list(zip(*(table[axis] for axis in AXES), strict=True))
    wanted = list(product("+-", repeat=3))
    wrong = {key for key in [*given, *wanted] if given.count(key) != 1 or key not in wanted}
    if wrong:
        raise ParkError("bad_states", given=sorted("".join(map(str, key)) for key in wrong))
    return dict(zip(given, table["state"], strict=True))


def our_states(states: pd.DataFrame) -> dict[str, str]:
    """Return our code of each state of a park's own table, by its signs: how a chart draws it.

    Examples
    --------
    >>> our_states(decoupling_states().assign(state=list("ABCDEFGH")))["H"]
    'S8'
    """
    ours = states_by_signs()
    return {code: ours[signs] for signs, code in states_by_signs(states).items()}


def state_of(signs: tuple[str, ...], lookup: dict[tuple[str, ...], str]) -> str:
    """Return the state of three signs: ``not_computable`` without one, ``atypical`` without way.

    Examples
    --------
    >>> state_of(("+", "0", "-"), states_by_signs())
    'atypical'
    """
    if "" in signs:
        return "not_computable"
    return "atypical" if "0" in signs else lookup[signs]
