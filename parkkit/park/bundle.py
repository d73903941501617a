"""The park as a bundle: what ``park.toml`` says, and its tables."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.labels import Language
from parkkit.park.reading import About


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """A park that was read and found sound: what ``park.toml`` says, and its tables.

    Every table has the columns of ``data/columns.csv``; its index counts rows as a spreadsheet
    does. ``notes`` are the warnings that travel into the report; ``states`` is the park's own table
    of decoupling states, ``None`` where it has none and ours serves; ``listed`` is the park before
    verdicts made plants one, ``None`` where none did.
    """

    about: About
    boundaries: pd.DataFrame
    enterprises: pd.DataFrame
    listings: pd.DataFrame
    activity: pd.DataFrame
    site_factors: pd.DataFrame
    factors: pd.DataFrame
    abatement: pd.DataFrame
    releases: pd.DataFrame
    certificates: pd.DataFrame
    economy: pd.DataFrame
    price_index: pd.DataFrame
    same_as: pd.DataFrame
    sources: pd.DataFrame
    notes: tuple[Problem, ...] = ()
    states: pd.DataFrame | None = None
    listed: Park | None = None

    def name(self, language: Language) -> str:
        """The park's name in a language."""
        return self.about.name_zh if language == "zh" else self.about.name_en


def plant_names(park: Park, language: Language) -> dict[str, str]:
    """Return the plants' names by id, the other language's (or the id) where one is blank."""
    plants = park.enterprises
    other = "en" if language == "zh" else "zh"
    own, spare = plants[f"name_{language}"], plants[f"name_{other}"]
    shown = own.where(own != "", spare.where(spare != "", plants["enterprise_id"]))
    return dict(zip(plants["enterprise_id"], shown, strict=True))
