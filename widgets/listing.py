"""The parks a picker lists: names, years, boundaries and parts, and why one cannot be opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES, Language, label
from parkkit.output.page_choice import years
from parkkit.park.boundary import part_names
from parkkit.park.package import Park, named_park, open_park
from parkkit.park.polygons import BOUNDARY_TYPES
from parkkit.park.reading import read_about

# Boundaries that need no polygon where the plant list says who belongs.
LISTED_BY = {"management": "is_managed_here", "statistical": "is_registered_here"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPark:
    """A park as a picker lists it; `problem` says in both languages why it cannot be opened.

    ``years``, ``boundaries`` and ``parts`` (the names of 园中园 by boundary type) are empty until
    the park was checked.
    """

    park: str
    names: dict[Language, str]
    years: tuple[int, ...] = ()
    boundaries: tuple[str, ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    default_year: int | None = None
    default_boundary: str = ""
    problem: dict[Language, str] | None = None


def glanced(park: str) -> ListedPark:
    """Return a park by what its ``park.toml`` says; its tables are not read.

    Examples
    --------
    >>> glanced("langang").names["en"]
    'Langang Chemical Park (synthetic)'
    """
    try:
        about, problems = read_about(named_park(park))
    # A picker lists a broken folder, whatever is wrong with it.
    except Exception as error:
        return _broken(park, error)
    if about is None:
        return _broken(park, ParkError("park_has_problems", park=park, count=len(problems)))
    return ListedPark(park=park, names={"zh": about.name_zh, "en": about.name_en})


def checked(park: str) -> ListedPark:
    """Return a park with its years, boundaries and parts, or with what is wrong with it.

    Examples
    --------
    >>> checked("langang").years
    (2018, 2019, 2020, 2021, 2022, 2023)
    >>> checked("nowhere").problem["en"]
    'cannot be read'
    """
    try:
        return of_park(park, open_park(named_park(park)))
    # As above: whatever is wrong, the other parks can still be picked.
    except Exception as error:
        return _broken(park, error)


def of_park(name: str, park: Park) -> ListedPark:
    """Return an opened park as a picker lists it."""
    about, known, boundaries = park.about, tuple(years(park)), _boundaries(park)
    parts = {kind: tuple(part_names(park, kind)) for kind in boundaries}
    return ListedPark(
        park=name,
        names={"zh": about.name_zh, "en": about.name_en},
        years=known,
        boundaries=boundaries,
        parts={kind: names for kind, names in parts.items() if names},
        default_year=about.default_year or max(known, default=None),
        default_boundary=about.default_boundary,
    )


def _boundaries(park: Park) -> tuple[str, ...]:
    known = {park.about.default_boundary, *park.boundaries["boundary_type"]}
    known |= {name for name, flag in LISTED_BY.items() if park.enterprises[flag].notna().any()}
    return tuple(name for name in BOUNDARY_TYPES if name in known)


def _broken(park: str, error: Exception) -> ListedPark:
    count = error.values.get("count") if isinstance(error, ParkError) else None
    problem = {
        language: label("widgets.has_problems", language, count=count)
        if count else label("widgets.unreadable", language)
        for language in LANGUAGES
    }  # fmt: skip
    return ListedPark(park=park, names=_names(park), problem=problem)


def _names(park: str) -> dict[Language, str]:
    """Return the names a broken park still tells, else its folder's."""
    try:
        about, _ = read_about(named_park(park))
    except Exception:
        about = None
    folder = Path(park).name
    return {"zh": about.name_zh if about else folder, "en": about.name_en if about else folder}
