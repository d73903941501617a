"""The choice of a page: which park, year, boundary and part, checked against the park."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from parkkit.core.convention import Convention, convention
from parkkit.core.errors import ParkError, unknown
from parkkit.core.labels import Language, label
from parkkit.park.boundary import part_key, part_names
from parkkit.park.package import Park, data_years
from parkkit.park.polygons import BOUNDARY_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChoice:
    """What a page shows: which park, year and boundary, in which language and convention.

    ``part`` is the name of a park within the park (园中园); blank is the whole.
    """

    park: str
    year: int
    boundary: str
    language: Language
    convention: Convention
    part: str = ""


def years(park: Park) -> list[int]:
    """Return the years for which a park has activity or releases."""
    return data_years(park.activity, park.releases)


def chosen_year(given: object, park: Park) -> int:
    """Return the year asked for, else the park's own, else its last.

    Raises
    ------
    ParkError
        If the park has no data for that year, or none at all.
    """
    known = years(park)
    if not known:
        raise ParkError("no_years", park=park.about.park_id)
    if given is None:
        return park.about.default_year or known[-1]
    if not str(given).isdigit() or int(str(given)) not in known:
        raise unknown("year", str(given), [str(year) for year in known])
    return int(str(given))


def chosen_boundary(given: object, park: Park) -> str:
    """Return the boundary type asked for, else the park's own.

    Raises
    ------
    ParkError
        If there is no such type.
    """
    chosen = park.about.default_boundary if given is None else str(given)
    if chosen not in BOUNDARY_TYPES:
        raise unknown("boundary", chosen, BOUNDARY_TYPES)
    return chosen


def chosen_part(given: str, park: Park, boundary_type: str) -> str:
    """Return the part of a park asked for, spelt as the park spells it; blank is the whole.

    Full-width signs count as the others, and spaces do not: "东区（一期）" is "东区(一期)".

    Raises
    ------
    ParkError
        If the park has no such part, or none within a boundary of that type.
    """
    asked = part_key(given)
    if not asked:
        return ""
    known = part_names(park)
    if not known:
        raise ParkError("no_parts", given=given, park=park.about.park_id)
    if asked not in map(part_key, known):
        raise unknown("part", given, known)
    drawn = {kind: part_names(park, kind) for kind in BOUNDARY_TYPES}
    found = [name for name in drawn[boundary_type] if part_key(name) == asked]
    if not found:
        kinds = [kind for kind in drawn if asked in map(part_key, drawn[kind])]
        raise ParkError("part_not_drawn", part=given, boundary=boundary_type, drawn=kinds)
    return found[0]


def merged(base: Convention, overrides: Mapping[str, object]) -> Convention:
    """Return a convention with some choices replaced, checked as a whole.

    Examples
    --------
    >>> merged(Convention(factor_sets=()), {"level": "enterprise"}).level
    'enterprise'
    """
    return convention({**asdict(base), **overrides})


def park_title(choice: PageChoice, park: Park) -> str:
    """Return what the page is about: the name of the park, and of the part where one is chosen."""
    name = park.name(choice.language)
    if not choice.part:
        return name
    return label("page.part_of", choice.language, park=name, part=one_line(choice.part))


def one_line(name: str) -> str:
    """Return a name from the data without line breaks.

    Examples
    --------
    >>> one_line("New\\n Materials ")
    'New Materials'
    """
    return " ".join(name.split())
