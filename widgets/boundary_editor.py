"""BoundaryEditor: a map on which a boundary of a park is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypedDict

import anywidget
import traitlets as t
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, Problem, unknown
from parkkit.core.labels import LANGUAGES, Language, label
from parkkit.park.boundary import WHOLE
from parkkit.park.drawings import MOST_VERTICES, polygons_of, united, vertex_count
from parkkit.park.package import Park, data_years, find_park, open_park
from parkkit.park.polygons import BOUNDARY_TYPES
from parkkit.park.versions import digest, save_version

from .drawing_board import (
    Board,
    Seen,
    applied,
    called,
    collection,
    named,
    outlines,
    plants,
    seen,
    sentence,
    standing,
    stands_already,
    told,
)

STATIC = Path(__file__).parent / "static"
IMPORT = 'import { L } from "./vendor/leaflet_geoman.js";\n'
TOOLS = ("polygon", "rectangle", "vertices", "thin", "hole", "move", "erase", "undo", "redo",
         "fit", "finish", "cancel")  # fmt: skip
TITLED = ("vertices", "thin", "hole", "undo", "redo")
HINTS = ("none", "polygon", "rectangle", "vertices", "thin", "hole", "move", "erase")
TEXTS = ("tools", "map", "north", "zoom_in", "zoom_out", "drawn", "author", "note", "valid_from",
         "save", "saving", "plant_in", "plant_out", "plant_unknown")  # fmt: skip
TOOLTIPS = {"firstVertex": "tip_first", "continueLine": "tip_next", "finishPoly": "tip_last",
            "finishRect": "tip_opposite"}  # fmt: skip
# The live line has the plain key.
NAMES = {"vertices": "vertices_tool"}
Features = dict[str, Any]


class Choice(TypedDict):
    """What a BoundaryEditor holds, as it can be written in a cell."""

    boundary_type: str
    part: str
    year: int
    features: Features


def _module() -> str:
    """Return the libraries and our module as one: a page can only be handed one."""
    libraries = (STATIC / "vendor" / "leaflet_geoman.js").read_text(encoding="utf-8")
    ours = (STATIC / "boundary_editor.js").read_text(encoding="utf-8")
    return libraries + ours.replace(IMPORT, "")


def _style() -> str:
    names = ("vendor/leaflet_geoman.css", "boundary_editor.css")
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)


class BoundaryEditor(anywidget.AnyWidget):
    """A map on which a boundary is drawn; ``boundary`` is the choice as a value.

    Polygons and rectangles are drawn, their vertices dragged and taken out, holes cut, pieces
    moved and deleted; every step can be taken back. While something moves, the kernel says what
    area it has and which plants are in. The form below saves it as a new version.

    Parameters
    ----------
    park : str or Path
        The name of a park folder, or a path to one.
    boundary_type : {"physical", "approved", "management", "statistical"}
    part : str
        The name of a part of the park (园中园), drawn already or new; blank is the whole.
    year : int, optional
        The year whose boundaries are shown; else the park's default year, else its last.
    language : {"zh", "en"}
    features : dict, optional
        A GeoJSON collection of polygons in WGS-84 degrees to begin with; else what stands in the
        park that year.
    tile_url : str
        Map tiles of one's own, as ``http://server/{z}/{x}/{y}.png``; else plain paper.

    Raises
    ------
    ParkError
        If there is no such park or boundary type, no year to be found, or the features are no
        polygons in degrees.

    Examples
    --------
    >>> editor = BoundaryEditor("langang", boundary_type="approved", language="en")
    >>> editor.plant_count == len(editor.members)
    True
    """

    _esm = _module()
    _css = _style()

    language = t.Enum(LANGUAGES, default_value="zh").tag(sync=True)
    features = t.Dict().tag(sync=True)
    is_editable = t.Bool(True).tag(sync=True)
    tile_url = t.Unicode().tag(sync=True)
    texts = t.Dict().tag(sync=True)
    outlines = t.List(t.Dict()).tag(sync=True)
    plants = t.List(t.Dict()).tag(sync=True)
    states = t.List(t.Dict()).tag(sync=True)
    told = t.Dict().tag(sync=True)
    answer = t.Dict().tag(sync=True)

    area_ha = t.Float(None, allow_none=True, read_only=True)
    vertex_count = t.Int(read_only=True)
    plant_count = t.Int(read_only=True)
    members = t.List(t.Unicode(), read_only=True)
    problems = t.List(t.Unicode(), read_only=True)

    def __init__(
        self,
        park: str | Path,
        *,
        boundary_type: str = "physical",
        part: str = WHOLE,
        year: int | None = None,
        language: Language = "zh",
        features: Features | None = None,
        tile_url: str = "",
    ) -> None:
        if boundary_type not in BOUNDARY_TYPES:
            raise unknown("boundary", boundary_type, BOUNDARY_TYPES)
        self._given, self._folder = park, find_park(park)
        self._digest, opened = self._read()
        shown_year = _shown_year(opened) if year is None else year
        self._board = Board(park=opened, boundary_type=boundary_type, part=part, year=shown_year)
        rows = standing(self._board)
        drawn = collection(rows) if features is None else features
        is_fine = features is None and vertex_count(list(rows["geometry"])) > MOST_VERTICES
        if not is_fine:
            polygons_of(drawn)
        super().__init__(language=language, tile_url=tile_url, is_editable=not is_fine)
        self.features = drawn
        self._draw()
        self.on_msg(self._heard)

    def __repr__(self) -> str:
        given = (
            f"Path({str(self._given)!r})" if isinstance(self._given, Path) else f"{self._given!r}"
        )
        chosen = "".join(f", {name}={value!r}" for name, value in self.boundary.items())
        tiles = f", tile_url={self.tile_url!r}" if self.tile_url else ""
        return f"BoundaryEditor({given}{chosen}, language={self.language!r}{tiles})"

    @property
    def year(self) -> int:
        """The year whose boundaries are shown."""
        return self._board.year

    @property
    def boundary(self) -> Choice:
        """The choice as a value: ``BoundaryEditor(park, **editor.boundary)`` shows the same."""
        return {
            "boundary_type": self._board.boundary_type,
            "part": self._board.part,
            "year": self._board.year,
            "features": self.features,
        }

    @property
    def shape(self) -> BaseGeometry:
        """What is drawn, all polygons as one shape.

        Raises
        ------
        ParkError
            If nothing is drawn, or an outline crosses itself.
        """
        return united(self._polygons(self.features))

    def applied(self, park: Park) -> Park:
        """Return a park with the boundary as drawn, from the year shown on; no file is touched."""
        return applied(self._board, self.shape, park)

    def save(
        self, *, author: str, note: str, valid_from: int, today: date | None = None
    ) -> list[Problem]:
        """Save what is drawn as a new version of the boundary, and read the park again.

        Parameters
        ----------
        author, note : str
            Who drew it, and why.
        valid_from : int
            The first year of the new version.
        today : date, optional
            The day it was drawn, today unless given.

        Returns
        -------
        list of Problem
            The warnings that the park did not have before.

        Raises
        ------
        ParkError
            If it cannot be saved, above all if somebody else changed the boundaries meanwhile, or
            if the boundary is as drawn already from that year on.
        """
        shape = self.shape
        # A year that is none is told by `save_version`.
        if type(valid_from) is int and stands_already(self._board, shape, valid_from):
            raise ParkError("version_unchanged", year=valid_from)
        found = save_version(
            self._folder,
            shape,
            boundary_type=self._board.boundary_type,
            part=self._board.part,
            valid_from=valid_from,
            author=author,
            note=note,
            today=today,
            expected=self._digest,
        )
        self._digest, opened = self._read()
        self._board = replace(self._board, park=opened)
        self._draw()
        return found

    def _read(self) -> tuple[str, Park]:
        # The digest first: what is changed while the park is read must not pass for known.
        return digest(self._folder), open_park(self._folder)

    def _polygons(self, features: Features) -> list[BaseGeometry]:
        # What is only shown may be finer than what can be drawn.
        return (
            polygons_of(features) if self.is_editable else list(standing(self._board)["geometry"])
        )

    def _seen(self, features: Features) -> Seen:
        return seen(self._board, self._polygons(features), self.language)

    @t.validate("features")
    def _checked_features(self, proposal: Any) -> Features:
        features: Features = proposal["value"]
        if self.is_editable:
            try:
                polygons_of(features)
            except ParkError as error:
                # Only a TraitError makes traitlets take back what was set together.
                raise t.TraitError(error.told(self.language)) from error
        return features

    @t.observe("features")
    def _follow(self, _change: object) -> None:
        if self.texts:
            self._tell(self._seen(self.features))

    @t.observe("language")
    def _translate(self, _change: object) -> None:
        if self.texts:
            self._draw()

    def _heard(self, _widget: object, content: Mapping[str, Any], _buffers: object) -> None:
        if content.get("kind") == "moving":
            self._answer_moving(content["features"])
        elif content.get("kind") == "save":
            self._answer_save(content)

    def _answer_moving(self, features: Features) -> None:
        try:
            found = self._seen(features)
            answer = {"told": self._told(found), "states": self._named(found)}
        except ParkError:
            # The page waits for an answer before it asks again.
            answer = {"told": self.told, "states": self.states}
        self.send({"kind": "moved", **answer})

    def _answer_save(self, content: Mapping[str, Any]) -> None:
        language: Language = self.language
        year = str(content["valid_from"]).strip()
        try:
            # A year that is no number is told as given.
            valid_from: Any = int(year) if year.isdecimal() else year
            found = self.save(author=content["author"], note=content["note"], valid_from=valid_from)
        except ParkError as error:
            self._say(sentence(error, language), is_error=True)
            return
        saved = label("editor.saved", language, boundary=self._called(), year=valid_from)
        self._say("\n".join([saved, *(each.told(language) for each in found)]))

    def _say(self, text: str, *, is_error: bool = False) -> None:
        # Counted, so that the same answer twice is a change all the same.
        count = self.answer.get("count", 0) + 1
        self.answer = {"text": text, "is_error": is_error, "count": count}

    def _tell(self, found: Seen) -> None:
        ids = self._board.park.enterprises["enterprise_id"]
        inside = [each for each, state in zip(ids, found.states, strict=True) if state == "in"]
        self.set_trait("area_ha", found.area_ha)
        self.set_trait("vertex_count", found.vertex_count)
        self.set_trait("plant_count", len(inside))
        self.set_trait("members", inside)
        self.set_trait("problems", found.problems)
        with self.hold_sync():
            self.states, self.told = self._named(found), self._told(found)

    def _told(self, found: Seen) -> dict[str, Any]:
        fine = label("editor.too_fine", self.language, most=f"{MOST_VERTICES:,}")
        more = [] if self.is_editable else [fine]
        return told(found, self.plants, self.language, more=more)

    def _named(self, found: Seen) -> list[dict[str, str]]:
        return named(found, self.plants, self.language)

    def _called(self) -> str:
        return called(self._board.boundary_type, self._board.part, self.language)

    def _draw(self) -> None:
        """Hand the front end its texts and what surrounds the drawing."""
        with self.hold_sync():
            self.plants = plants(self._board, self.language)
            self.outlines = outlines(self._board, self.language)
            self.texts = self._texts()
            self._tell(self._seen(self.features))

    def _texts(self) -> dict[str, Any]:
        """Return what the page says, by its own names."""
        language: Language = self.language
        keys = (*TEXTS, *TOOLS, *(f"hint_{mode}" for mode in HINTS),
                *(f"title_{tool}" for tool in TITLED))  # fmt: skip
        return {
            **{key: label(f"editor.{NAMES.get(key, key)}", language) for key in keys},
            "title": label("editor.title", language, boundary=self._called(), year=self.year),
            "tooltips": {name: label(f"editor.{key}", language) for name, key in TOOLTIPS.items()},
        }


def _shown_year(park: Park) -> int:
    """Return the park's default year, else its last."""
    known = data_years(park.activity, park.releases)
    if park.about.default_year or known:
        return park.about.default_year or known[-1]
    raise ParkError("editor_needs_year")
