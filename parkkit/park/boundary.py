"""Boundaries: who is in, in which year, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, unknown
from parkkit.core.texts import part_key as part_key
from parkkit.park.listings import places as places
from parkkit.park.package import Park
from parkkit.park.polygons import BOUNDARY_TYPES, area_ha, inside

AreaKind = Literal["drawn", "official"]
WHOLE = ""
DRAWN_TYPES = ("physical", "approved")  # nothing but a polygon says who is in
IN = ("inside", "managed", "registered")
ELSEWHERE = "elsewhere_in_park"
# Who does not run in a year is in no boundary, and in dispute in none.
NOT_RUNNING = ("not_yet_open", "closed")
NO_ORIGIN = "—"
THAT_YEAR = "no_boundary_that_year"
# Errors of a boundary that is not there: never drawn, or not in that year.
NOT_DRAWN = ("no_boundary", "part_not_drawn", THAT_YEAR)
AREAS = ["boundary_type", "part", "drawn_area_ha", "official_area_ha", "difference_ha",
         "difference_percent", "valid_from", "valid_to", "origin"]  # fmt: skip
MEMBERS = {"enterprise_id": "str", "is_member": "bool", "basis": "str", "year": "int64"}


def part_names(park: Park, boundary_type: str = "") -> list[str]:
    """Return the names of the parts of a park (园中园) that are drawn.

    Parameters
    ----------
    boundary_type : str
        Only parts of this type; blank means of any.

    Returns
    -------
    list of str
        In the order of ``boundaries.geojson``; two spellings of one name are one part.
    """
    drawn = park.boundaries
    rows = drawn if not boundary_type else drawn[drawn["boundary_type"] == boundary_type]
    named = {part_key(name): name for name in reversed(list(rows["part"]))}
    found = [named[key] for key in dict.fromkeys(part_key(name) for name in rows["part"])]
    return [name for name in found if name]


def outline(park: Park, boundary_type: str, year: int, *, part: str = WHOLE) -> BaseGeometry | None:
    """Return the polygon of a boundary as it was in a year, or None where none is drawn."""
    chosen = _of(drawn_in(park, year), boundary_type, part)
    return shapely.union_all(list(chosen["geometry"])) if len(chosen) else None


def drawn_in(park: Park, year: int) -> pd.DataFrame:
    """Return the boundary polygons that are valid in a year."""
    drawn = park.boundaries
    is_valid = (drawn["valid_from"].fillna(year) <= year) & (drawn["valid_to"].fillna(year) >= year)
    return drawn[is_valid]


def _of(drawn: pd.DataFrame, boundary_type: str, part: str) -> pd.DataFrame:
    """Return the polygons of one boundary."""
    is_part = drawn["part"].map(part_key) == part_key(part)
    return drawn[(drawn["boundary_type"] == boundary_type) & is_part.astype(bool)]


def areas(park: Park, year: int) -> pd.DataFrame:
    """Return the drawn and the official area of every boundary that is drawn in a year.

    Returns
    -------
    DataFrame
        A row for each ``boundary_type`` and ``part`` (blank is the whole): ``drawn_area_ha``
        (geodesic; where polygons of one boundary overlap, the overlap counts once),
        ``official_area_ha``, ``difference_ha`` (drawn less official) and
        ``difference_percent`` of the official area, missing where one of its polygons has no
        official area; ``valid_from``, ``valid_to`` and ``origin`` of its polygons (``;`` between
        them, a dash for those that tell none beside those that do).
    """
    drawn = drawn_in(park, year)
    rows = [
        _measured(_of(drawn, boundary_type, part)) | {"boundary_type": boundary_type, "part": part}
        for boundary_type in BOUNDARY_TYPES
        for part in (WHOLE, *part_names(park, boundary_type))
        if len(_of(drawn, boundary_type, part))
    ]
    return pd.DataFrame(rows, columns=AREAS).astype({"valid_from": "Int64", "valid_to": "Int64"})


def _measured(chosen: pd.DataFrame) -> dict[str, object]:
    drawn_ha, official_ha = _area(chosen, "drawn"), _area(chosen, "official")
    starts, ends = (chosen[name].dropna() for name in ("valid_from", "valid_to"))
    percent = 100 * (drawn_ha - official_ha) / official_ha if official_ha else float("nan")
    return {
        "drawn_area_ha": drawn_ha,
        "official_area_ha": official_ha,
        "difference_ha": drawn_ha - official_ha,
        "difference_percent": percent,
        # They stand together from the last that begins to the first that ends.
        "valid_from": int(starts.max()) if len(starts) else None,
        "valid_to": int(ends.min()) if len(ends) else None,
        "origin": _origins(chosen["origin"]),
    }


def _origins(told: pd.Series) -> str:
    names = list(dict.fromkeys(told.fillna("")))
    return ";".join(name or NO_ORIGIN for name in names) if any(names) else ""


def _area(chosen: pd.DataFrame, kind: AreaKind) -> float:
    if kind == "official":
        given = pd.to_numeric(chosen["official_area_ha"])
        # A sum of the known ones would be an area too small, and an intensity too large.
        return float(given.sum()) if len(given) and given.notna().all() else float("nan")
    return area_ha(shapely.union_all(list(chosen["geometry"]))) if len(chosen) else float("nan")


def area(park: Park, boundary_type: str, year: int, *, kind: AreaKind, part: str = WHOLE) -> float:
    """Return the drawn (geodesic) or official area of a boundary in a year, in hectares.

    Missing where none is drawn, or one of several polygons has no official area.
    """
    return _area(_of(drawn_in(park, year), boundary_type, part), kind)


def members(
    park: Park,
    boundary_type: str,
    year: int,
    *,
    part: str = WHOLE,
    perimeter_year: int | None = None,
) -> pd.DataFrame:
    """Return who is inside a boundary in a year, and why.

    Physical and approved boundaries go by place; management by ``is_managed_here``, by place
    where that is blank; statistical by ``is_registered_here`` only. ``opened`` and ``closed``
    bound all four. In a part is who is in the whole and stands inside the part's polygon of that
    type; where a park draws the part alone, place decides, and whom no flag keeps out of the
    management boundary is in its whole, too.

    Parameters
    ----------
    boundary_type : {"physical", "approved", "management", "statistical"}
    year : int
    part : str
        The name of a part of the park (园中园); blank is the whole.
    perimeter_year : int, optional
        The year whose polygons are taken, ``year`` itself unless given. Who is open is told by
        ``year`` all the same.

    Returns
    -------
    DataFrame
        One row a plant: ``enterprise_id``, ``is_member``, and ``basis``: ``inside``,
        ``outside``, ``managed``, ``not_managed``, ``registered``, ``not_registered``,
        ``elsewhere_in_park`` (in the whole, not in the part), ``unknown_place``,
        ``unknown_registration``, ``not_yet_open``, ``closed``.

    Raises
    ------
    ParkError
        If the type is unknown, or the park has no such boundary or part in that year.

    References
    ----------
    Explanatory note of the guide for co-control of pollution and carbon in industrial parks,
    clause 4.2.1: four common boundaries, the physical one recommended.
    """
    if boundary_type not in BOUNDARY_TYPES:
        raise unknown("boundary", boundary_type, BOUNDARY_TYPES)
    plants = places(park)
    drawn_year = year if perimeter_year is None else perimeter_year
    basis = _standing(park, plants, boundary_type, drawn_year, part)
    return _in_year(plants, basis, year).drop(columns="year")


def _in_year(plants: pd.DataFrame, basis: pd.Series, year: int) -> pd.DataFrame:
    """Return who is in, of plants that stand inside or not, in the year they are open."""
    basis = basis.mask((plants["opened"] > year).fillna(False).astype(bool), "not_yet_open")
    basis = basis.mask((plants["closed"] < year).fillna(False).astype(bool), "closed")
    return pd.DataFrame(
        {
            "enterprise_id": plants["enterprise_id"],
            "is_member": basis.isin(IN),
            "basis": basis,
            "year": year,
        }
    )


def _standing(
    park: Park, plants: pd.DataFrame, boundary_type: str, year: int, part: str
) -> pd.Series:
    """Return on what ground each plant is in or out, whenever it is open."""
    if not part:
        return _in_whole(park, plants, boundary_type, year)
    shape = outline(park, boundary_type, year, part=part)
    if shape is None:
        raise _not_drawn(park, boundary_type, year, part)
    by_place = _by_place(plants, shape)
    has_polygon = len(_of(park.boundaries, boundary_type, WHOLE)) > 0
    if boundary_type in DRAWN_TYPES and not has_polygon:
        return by_place
    whole = _in_whole(park, plants, boundary_type, year)
    is_in = whole.isin(IN)
    told = whole.mask(is_in, by_place).mask(is_in & (by_place == "outside"), ELSEWHERE)
    # Of whom no flag tells, the part's polygon does where the whole has none.
    is_open = whole.eq("unknown_place") & (not has_polygon)
    return told.mask(is_open, by_place)


def _in_whole(park: Park, plants: pd.DataFrame, boundary_type: str, year: int) -> pd.Series:
    if boundary_type == "statistical":
        flag = _by_flag(plants["is_registered_here"], "registered")
        return flag.fillna("unknown_registration")
    shape = outline(park, boundary_type, year)
    if shape is None and boundary_type in DRAWN_TYPES:
        raise _not_drawn(park, boundary_type, year, WHOLE)
    if shape is None:
        basis = _in_parts(park, plants, boundary_type, year)
    else:
        basis = _by_place(plants, shape)
    if boundary_type == "management":
        basis = _by_flag(plants["is_managed_here"], "managed").fillna(basis)
    return basis


def _in_parts(park: Park, plants: pd.DataFrame, boundary_type: str, year: int) -> pd.Series:
    """Return who stands in a part, where no polygon of the whole is drawn: it is in the whole.

    Of whoever stands in none nothing can be told: the parts need not be all of the park.
    """
    drawn = drawn_in(park, year)
    parts = drawn[(drawn["boundary_type"] == boundary_type) & (drawn["part"] != WHOLE)]
    has_whole = len(_of(park.boundaries, boundary_type, WHOLE)) > 0
    shape = None if has_whole or parts.empty else shapely.union_all(list(parts["geometry"]))
    by_place = _by_place(plants, shape)
    return by_place.where(by_place == "inside", "unknown_place")


def _not_drawn(park: Park, boundary_type: str, year: int, part: str) -> ParkError:
    """Return the error for a boundary that is not drawn at all, or not for that year."""
    drawn = park.boundaries
    if len(_of(drawn, boundary_type, part)):
        return ParkError(THAT_YEAR, given=part or boundary_type, year=year)
    is_part = drawn["part"].map(part_key) == part_key(part)
    types = set(drawn.loc[is_part.astype(bool), "boundary_type"])
    if part and types:
        return ParkError("part_not_drawn", part=part, boundary=boundary_type, drawn=sorted(types))
    if part and not part_names(park):
        return ParkError("no_parts", park=park.about.park_id, given=part)
    if part:
        return unknown("part", part, part_names(park))
    return ParkError("no_boundary", given=boundary_type, known=sorted({*types, "statistical"}))


def _by_place(plants: pd.DataFrame, shape: BaseGeometry | None) -> pd.Series:
    has_place = plants["lon"].notna() & plants["lat"].notna()
    if shape is None:
        return pd.Series("unknown_place", index=plants.index, dtype="str")
    words = np.where(inside(shape, plants["lon"], plants["lat"]), "inside", "outside")
    return pd.Series(words, index=plants.index, dtype="str").where(has_place, "unknown_place")


def _by_flag(flag: pd.Series, word: str) -> pd.Series:
    return flag.map({True: word, False: f"not_{word}"}).astype("str")


def members_by_year(
    park: Park,
    boundary_type: str,
    years: Iterable[int],
    *,
    part: str = WHOLE,
    perimeter_year: int | None = None,
) -> pd.DataFrame:
    """Return ``members`` for several years, with a ``year`` column.

    A year in which the boundary is not drawn has no rows: who was in cannot be told.

    Raises
    ------
    ParkError
        If the boundary is drawn in none of the years.
    """
    if boundary_type not in BOUNDARY_TYPES:
        raise unknown("boundary", boundary_type, BOUNDARY_TYPES)
    plants = places(park)
    standing: dict[tuple[object, ...], pd.Series] = {}
    frames, missing = [], list[ParkError]()
    for year in sorted(set(years)):
        drawn_year = year if perimeter_year is None else perimeter_year
        polygons = tuple(drawn_in(park, drawn_year).index)
        try:
            # The same polygons hold the same plants: a million points are asked once.
            if polygons not in standing:
                standing[polygons] = _standing(park, plants, boundary_type, drawn_year, part)
        except ParkError as error:
            if error.code != THAT_YEAR:
                raise
            missing.append(error)
            continue
        frames.append(_in_year(plants, standing[polygons], year))
    if missing and not frames:
        raise missing[0]
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in MEMBERS.items()})
    return pd.concat(frames, ignore_index=True)
