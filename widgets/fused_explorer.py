"""FusedExplorer: carbon and pollution of every source, and all that is known of the one chosen."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path

import ipywidgets
import pandas as pd
import traitlets as t

from parkkit.core.errors import ParkError, unknown
from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import Inventory
from parkkit.output.chapters.fusion_explorer import (
    CHOICES,
    SourceFilter,
    counted,
    explored,
    options,
    pictures,
    rule_of,
    rule_told,
    sources,
)
from parkkit.output.chapters.fusion_source import downloads_html, source_html, tables
from parkkit.park.package import Park

from .keys import Keys
from .picture import Picture

STYLE = (Path(__file__).parent / "static" / "fused_explorer.css").read_text(encoding="utf-8")
PARTS = ("scatter", "carbon", "pollution")
CHOSEN = ("axis", *CHOICES)


class FusedExplorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A fused inventory to look through; ``filters`` and ``source`` are the values.

    Sources stand by carbon and pollution, and ranked by each. A click on one, or Enter, shows its
    cells, factors and ledger rows. Observe the traits to learn of a choice, or set them. What
    cannot be done is told below the fields, and the values stay the last that could.

    Parameters
    ----------
    inventory : Inventory
        A compiled inventory.
    park : Park
        The park it is of; tells the names.
    year : int, optional
        The year looked at; else the park's default year, else the last of the inventory.
    filters : SourceFilter, optional
        What is chosen at first; else every source, air, and the rule of 80 per cent.
    source : str
        The source (``unit_id``) shown at first.
    language : {"zh", "en"}
        Of the names and messages.

    Raises
    ------
    ParkError
        If nothing is told of the year, or a filter or source is none of it.

    Examples
    --------
    >>> import parkkit as pk
    >>> park = pk.open_park("sample_parks/langang")
    >>> inventory = pk.compile_inventory(
    ...     park, boundary_type="physical", convention=park.about.convention)
    >>> explorer = FusedExplorer(inventory, park, year=2023, language="en")
    >>> explorer.filters = SourceFilter(species="so2")
    >>> explorer.source = "LG01/循环流化床锅炉/DA001"
    >>> len(explorer.shown), explorer.shown["unit_id"].iloc[0] == explorer.source
    (15, True)
    """

    filters = t.Instance(SourceFilter)
    source = t.Unicode()

    def __init__(
        self,
        inventory: Inventory,
        park: Park,
        *,
        year: int | None = None,
        filters: SourceFilter | None = None,
        source: str = "",
        language: Language = "zh",
    ) -> None:
        year = year or park.about.default_year or int(inventory.members["year"].max())
        self._data = explored(inventory, park, year=year, language=language)
        self._language, self._park_id = language, park.about.park_id
        self._shown = sources(self._data, filters or SourceFilter(), language)
        self._is_filling, self._note = False, ""
        self._fields = self._made()
        self._reset = ipywidgets.Button(description=label("fused.field.reset", language))
        self._pictures = {part: Picture() for part in PARTS}
        self._heads = {part: ipywidgets.HTML() for part in PARTS}
        names = ("told", "refusal", "rule", "name", "detail", "downloads")
        self._texts = {name: ipywidgets.HTML() for name in names}
        super().__init__(self._laid_out(), filters=filters or SourceFilter(), source=source)
        self.add_class("pk-fused")
        for field in self._fields.values():
            field.observe(self._take, "value")
        for picture in self._pictures.values():
            picture.observe(self._clicked, "chosen")
        self._reset.on_click(self._back)
        self.observe(self._follow, "filters")
        self.observe(self._tell, "source")
        self._follow()

    @property
    def shown(self) -> pd.DataFrame:
        """The sources that fit the filters, the largest direct carbon first."""
        return self._shown.copy()

    def __repr__(self) -> str:
        return (
            f"FusedExplorer(inventory, park, year={self._data.year!r}, filters={self.filters!r}, "
            f"source={self.source!r}, language={self._language!r})"
        )

    @t.validate("filters")
    def _known_filters(self, proposal: dict[str, SourceFilter]) -> SourceFilter:
        # Raises where a choice is none of the year's.
        sources(self._data, proposal["value"], self._language)
        return proposal["value"]

    @t.validate("source")
    def _known_source(self, proposal: dict[str, str]) -> str:
        known = list(self._shown["unit_id"])
        if proposal["value"] and proposal["value"] not in known:
            raise unknown("source", proposal["value"], known)
        return proposal["value"]

    def _made(self) -> dict[str, ipywidgets.Widget]:
        language = self._language
        fields: dict[str, ipywidgets.Widget] = {
            name: ipywidgets.Dropdown(options=options(self._data, name, language))
            for name in CHOSEN
        }
        # Not bounded: what is out of bounds is told, and not moved to the nearest bound.
        fields |= {name: ipywidgets.FloatText(step=5) for name in ("carbon", "pollution")}
        fields["source"] = ipywidgets.Dropdown(options=[("", "")])
        for name, field in fields.items():
            field.description = label(f"fused.field.{name}", language)
            field.add_class("pk-field")
        return fields

    def _laid_out(self) -> list[ipywidgets.Widget]:
        style = ipywidgets.HTML(f"<style>{STYLE}</style>", layout={"display": "none"})
        fields = [field for name, field in self._fields.items() if name != "source"]
        grid = ipywidgets.Box([*fields, self._reset]).add_class("pk-fields")
        scatter = [self._heads["scatter"], self._pictures["scatter"], self._texts["rule"]]
        ranks = [made[part] for part in PARTS[1:] for made in (self._heads, self._pictures)]
        sides = [ipywidgets.VBox(scatter), ipywidgets.VBox(ranks)]
        self._charts = ipywidgets.Box(sides).add_class("pk-charts")
        self._texts["name"].add_class("pk-source")
        one = [self._fields["source"], self._texts["name"], self._texts["detail"]]
        self._one = ipywidgets.VBox(one)
        top = [style, grid, self._texts["refusal"], self._texts["told"]]
        return [*top, self._charts, self._one, self._texts["downloads"], Keys()]

    def _take(self, change: t.Bunch) -> None:
        """Take what the fields show; what cannot be is told and not taken."""
        if self._is_filling:
            return
        if change["owner"] is self._fields["source"]:
            self.source = change["new"]
            return
        chosen = {name: self._fields[name].value for name in CHOSEN}
        try:
            rule = rule_of(self._fields["carbon"].value, self._fields["pollution"].value)
            self._choose(replace(self.filters, **chosen, rule=rule))
        except ParkError as error:
            self._refuse(error)

    def _clicked(self, change: t.Bunch) -> None:
        """Take the source of a mark that was clicked, as the browser names it."""
        try:
            self.source = change["new"]
        except ParkError as error:
            self._refuse(error)
            change["owner"].chosen = self.source

    def _back(self, _button: object) -> None:
        self._choose(SourceFilter())

    def _choose(self, filters: SourceFilter) -> None:
        is_new, self.filters = filters != self.filters, filters
        if not is_new:  # nobody is told, yet the fields may show what was refused
            self._follow()

    def _follow(self, _change: object = None) -> None:
        """Fill the fields with the values, and draw what fits."""
        self._shown = sources(self._data, self.filters, self._language)
        rule, known = self.filters.rule, list(self._shown["unit_id"])
        is_dropped = bool(self.source) and self.source not in known
        if is_dropped:
            self.source = ""
        self._is_filling = True
        try:
            for name in CHOSEN:
                self._fields[name].value = getattr(self.filters, name)
            self._fields["carbon"].value = round(rule.carbon_share * 100, 7)
            self._fields["pollution"].value = round(rule.pollution_share * 100, 7)
            listed = zip(self._shown["name"], known, strict=True)
            none = (label("fused.none_chosen", self._language), "")
            self._fields["source"].options = [none, *listed]
        finally:
            self._is_filling = False
        self._note = label("fused.dropped", self._language) if is_dropped else ""
        self._draw()
        self._tell()

    def _draw(self) -> None:
        language, axis = self._language, self.filters.axis
        drawn = pictures(self._shown, axis, language)
        name = label(f"fused.axis_name.{axis}", language)
        for part in PARTS:
            key = "scatter" if part == "scatter" else "rank"
            note = label(f"fused.caption.{key}" if drawn[part] else "fused.nothing_drawn", language)
            head = label(f"fused.head.{part}", language, axis=name)
            self._heads[part].value = f"<h4>{_sentence(head)}</h4><p>{escape(note)}</p>"
            if drawn[part]:
                self._pictures[part].svg = drawn[part]
            self._pictures[part].layout.display = None if drawn[part] else "none"
        self._texts["rule"].value = f"<p>{escape(rule_told(self.filters, language))}</p>"
        is_empty = self._shown.empty
        for box in (self._charts, self._one):
            box.layout.display = "none" if is_empty else None
        self._texts["refusal"].value = ""

    def _tell(self, _change: object = None) -> None:
        """Tell how many sources fit, and all that is known of the one chosen."""
        language = self._language
        told = counted(self._data, self._shown, self.filters.axis, language)
        if self._shown.empty:
            told = label("fused.nothing_left", language)
        lines = "".join(f"<p>{escape(text)}</p>" for text in (self._note, told) if text)
        self._texts["told"].value = f'<div class="pk-count" role="status">{lines}</div>'
        self._is_filling = True
        try:
            self._fields["source"].value = self.source
        finally:
            self._is_filling = False
        for picture in self._pictures.values():
            picture.chosen = self.source
        name = dict(zip(self._shown["unit_id"], self._shown["name"], strict=True)).get(self.source)
        head = escape(name or label("fused.no_source", language))
        self._texts["name"].value = f'<h3 aria-live="polite">{head}</h3>'
        self._texts["detail"].value = source_html(self._data, self._shown, self.source, language)
        made = tables(self._data, self._shown, self.source)
        stem = f"{self._park_id}_{self._data.year}"
        self._texts["downloads"].value = downloads_html(made, stem=stem, language=language)

    def _refuse(self, error: ParkError) -> None:
        kept = label("widgets.kept", self._language)
        text = escape(f"{error.told(self._language)} {kept}")
        self._texts["refusal"].value = f'<div class="pk-refusal" role="alert">{text}</div>'


def _sentence(text: str) -> str:
    return escape(text[:1].upper() + text[1:])
