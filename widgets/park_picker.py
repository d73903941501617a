"""ParkPicker: a row of choices, which park, which year, which boundary, which part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any, TypedDict

import anywidget
import traitlets as t

from parkkit.core.errors import ParkError, unknown
from parkkit.core.labels import LANGUAGES, Language, has_label, label
from parkkit.output.kernels import is_page
from parkkit.output.page_choice import one_line
from parkkit.park.package import park_names

from .listing import ListedPark, checked, glanced

STATIC = Path(__file__).parent / "static"
TEXTS = ("park", "year", "boundary", "part", "run_again", "press_enter", "opening")


class Choice(TypedDict):
    """What a ParkPicker chose, as it can be written in a parameters cell."""

    park: str
    year: int
    boundary: str
    part: str


class ParkPicker(anywidget.AnyWidget):
    """A row of selects for park, year, boundary and part; ``choice`` is the choice as a value.

    On a page of the site a change opens the page of what was chosen; in a notebook it only sets
    the traits ``park``, ``year``, ``boundary`` and ``part``, and the cells below are to be run
    again. Parts (园中园) are offered where the park has some within the boundary chosen.
    Every other park listed is checked once the picker is shown; one with problems stays in the
    list and cannot be picked.

    Parameters
    ----------
    park : str
        The name of a park folder.
    year, boundary : int, str, optional
        Else the park's own defaults.
    part : str
        The name of a part of the park; blank is the whole.
    language : {"zh", "en"}
        Of the names and notes.
    parks : sequence of str, optional
        The folders listed; else all there are.
    years, boundaries : sequence, optional
        What can be picked for this park.
    parts : mapping, optional
        The names of parts by boundary type. Where one of the three is not given, the park is
        opened and asked.

    Raises
    ------
    TraitError
        If the park, year, boundary or part is none that can be picked.

    Examples
    --------
    >>> picker = ParkPicker("langang", year=2022, language="en")
    >>> picker.choice
    {'park': 'langang', 'year': 2022, 'boundary': 'physical', 'part': ''}
    """

    _esm = STATIC / "park_picker.js"
    _css = STATIC / "park_picker.css"

    park = t.Unicode().tag(sync=True)
    year = t.Int().tag(sync=True)
    boundary = t.Unicode().tag(sync=True)
    part = t.Unicode().tag(sync=True)
    language = t.Enum(LANGUAGES, default_value="zh").tag(sync=True)
    is_page = t.Bool().tag(sync=True)
    options = t.Dict().tag(sync=True)
    texts = t.Dict().tag(sync=True)

    def __init__(
        self,
        park: str,
        *,
        year: int | None = None,
        boundary: str | None = None,
        part: str = "",
        language: Language = "zh",
        parks: Sequence[str] | None = None,
        years: Sequence[int] | None = None,
        boundaries: Sequence[str] | None = None,
        parts: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        names = park_names() if parks is None else list(parks)
        self._listed = {name: glanced(name) for name in names}
        self._unchecked = {
            name for name, listed in self._listed.items() if name != park and not listed.problem
        }
        if park in self._listed:
            self._listed[park] = _current(park, years, boundaries, parts)
        now = self._listed.get(park)
        super().__init__(
            park=park,
            year=year if year is not None else (now and now.default_year) or 0,
            boundary=boundary or (now.default_boundary if now else ""),
            part=part,
            language=language,
            is_page=is_page(),
        )
        self.on_msg(self._told)

    @property
    def choice(self) -> Choice:
        """What is chosen, as a mapping that can be written in the parameters cell."""
        return {
            "park": self.park, "year": self.year, "boundary": self.boundary, "part": self.part,
        }  # fmt: skip

    def __repr__(self) -> str:
        chosen = ", ".join(f"{name}={value!r}" for name, value in self.choice.items())
        return f"ParkPicker({chosen}, language={self.language!r})"

    def check(self) -> None:
        """Read every park listed that was not read yet, and mark those with problems."""
        for name in sorted(self._unchecked):
            self._checked(name)
            self._draw()

    def _checked(self, name: str) -> ListedPark:
        if name in self._unchecked:
            self._listed[name] = checked(name)
            self._unchecked.discard(name)
        return self._listed[name]

    def _told(self, _widget: object, content: Any, _buffers: object) -> None:
        # Reading every park takes a while, so only a picker that somebody sees does it.
        if content == "shown" and self._unchecked:
            Thread(target=self.check, daemon=True).start()

    @t.validate("park")
    def _known_park(self, proposal: Any) -> str:
        name: str = proposal["value"]
        if name not in self._listed:
            raise _refused(ParkError("unknown_park", given=name, known=list(self._listed)))
        problem = self._checked(name).problem
        if problem:
            # The front end has taken it already, and is told otherwise.
            self.send_state("park")
            self._draw()
            raise t.TraitError(f"{name}: {problem['en']}")
        return name

    @t.validate("year")
    def _known_year(self, proposal: Any) -> int:
        year: int = proposal["value"]
        known = self._now.years
        if year not in known:
            raise _refused(unknown("year", str(year), map(str, known)))
        return year

    @t.validate("boundary")
    def _known_boundary(self, proposal: Any) -> str:
        boundary: str = proposal["value"]
        known = self._now.boundaries
        if boundary not in known:
            raise _refused(unknown("boundary", boundary, known))
        return boundary

    @t.validate("part")
    def _known_part(self, proposal: Any) -> str:
        part: str = proposal["value"]
        known = self._parts
        if part and part not in known:
            raise _refused(unknown("part", part, known))
        return part

    @t.observe("park")
    def _follow(self, _change: object) -> None:
        """Keep year, boundary and part where the new park has them, else take its defaults."""
        now = self._now
        if self.year not in now.years and now.default_year is not None:
            self.year = now.default_year
        if self.boundary not in now.boundaries:
            self.boundary = now.default_boundary
        self._follow_boundary(None)

    @t.observe("boundary")
    def _follow_boundary(self, _change: object) -> None:
        """Keep the part where the boundary has one of that name, else take the whole."""
        if self.part not in self._parts:
            self.part = ""
        self._draw()

    @t.observe("language")
    def _translate(self, _change: object) -> None:
        self._draw()

    @property
    def _now(self) -> ListedPark:
        return self._listed[self.park]

    @property
    def _parts(self) -> Sequence[str]:
        return self._now.parts.get(self.boundary, ())

    def _draw(self) -> None:
        """Hand the front end what can be picked, by name in the language."""
        language: Language = self.language
        now = self._now
        self.texts = {name: label(f"widgets.{name}", language) for name in TEXTS}
        self.options = {
            "park": [_park_option(park, language) for park in self._listed.values()],
            "year": [{"value": year, "text": str(year)} for year in now.years],
            "boundary": [
                {"value": name, "text": _boundary_name(name, language)} for name in now.boundaries
            ],
            "part": _part_options(self._parts, language),
        }


def _current(
    park: str,
    years: Sequence[int] | None,
    boundaries: Sequence[str] | None,
    parts: Mapping[str, Sequence[str]] | None,
) -> ListedPark:
    """Return the park shown, with what can be picked given, or read where it is not."""
    # A notebook that gives all has opened the park; it need not be read a second time.
    is_given = bool(years and boundaries) and parts is not None
    now = glanced(park) if is_given else checked(park)
    if years:
        default = now.default_year if now.default_year in years else years[-1]
        now = replace(now, years=tuple(years), default_year=default)
    if boundaries:
        first = now.default_boundary if now.default_boundary in boundaries else boundaries[0]
        now = replace(now, boundaries=tuple(boundaries), default_boundary=first)
    if parts is not None:
        now = replace(now, parts={kind: tuple(names) for kind, names in parts.items()})
    return now


def _part_options(parts: Sequence[str], language: Language) -> list[dict[str, str]]:
    """Return the whole and its parts; nothing to pick where there are no parts."""
    if not parts:
        return []
    whole = {"value": "", "text": label("widgets.whole_park", language)}
    return [whole, *({"value": name, "text": one_line(name)} for name in parts)]


def _park_option(park: ListedPark, language: Language) -> dict[str, object]:
    name, problem = park.names[language], park.problem
    why = problem[language] if problem else ""
    return {
        "value": park.park,
        "text": label("widgets.with_problem", language, name=name, problem=why) if why else name,
        "is_disabled": bool(why),
        "years": list(park.years),
        "boundaries": list(park.boundaries),
        "parts": {kind: list(names) for kind, names in park.parts.items()},
    }


def _boundary_name(boundary: str, language: Language) -> str:
    key = f"charts.boundary_type.{boundary}"
    name = label(key, language) if has_label(key) else boundary
    # Charts name it inside a sentence; here it stands alone.
    return name[:1].upper() + name[1:]


def _refused(error: ParkError) -> t.TraitError:
    # Only a TraitError makes traitlets take back what was set together.
    return t.TraitError(str(error))
