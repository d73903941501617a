"""DecouplingExplorer: the choices of a decoupling diagnosis, as fields."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path
from typing import get_args

import ipywidgets
import pandas as pd
import traitlets as t

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, has_label, label
from parkkit.diagnosis.decoupling import DecouplingRule, PollutionRule
from parkkit.diagnosis.sentences import sentence
from parkkit.diagnosis.signs import SignMethod
from parkkit.output.chapters.decomposition import explored, moving
from parkkit.output.chapters.decoupling import Errors, industry_name
from parkkit.output.chapters.decoupling_words import shown_states
from parkkit.output.charts import decoupling_lines, mime_bundle
from parkkit.output.figures import table
from parkkit.output.marks import series_name

from .keys import Keys

STYLE = (Path(__file__).parent / "static" / "decoupling_explorer.css").read_text(encoding="utf-8")
FIELDS = ("first", "last", "length", "group", "sign", "threshold", "pollution", "pollutant")
WHOLE = 0  # the length of a span that runs over all years chosen


class DecouplingExplorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The choices of a diagnosis as fields; ``rule``, ``years`` and ``group`` are the values.

    Observe these traits to learn of a change, or set them to change the fields. What cannot be
    told stands below the fields, and the values stay the last that could.

    Parameters
    ----------
    pressures, economy : DataFrame
        As :func:`parkkit.diagnosis.decoupling.diagnose` takes them.
    rule : DecouplingRule, optional
        What is chosen at first. Where pollutants are told each by itself, one is chosen.
    years : (int, int), optional
        The span; without it, all years that both tables have.
    group : str
        ``park``, or an industry of both tables.
    length : int
        Years of the moving spans that are told below the picture; 0 tells the whole span alone.
    errors : Errors, optional
        What :func:`parkkit.output.chapters.decoupling.errors_of` returns; with them the verdict
        says how sure it is.
    states : DataFrame, optional
        A park's own table of states.
    language : {"zh", "en"}
        Of the names and messages.

    Examples
    --------
    >>> pressures = pd.DataFrame({"group": "park", "year": [2020, 2023] * 2,
    ...     "species": ["co2e", "co2e", "so2", "so2"], "amount": [100.0, 104.0, 10.0, 7.0]})
    >>> economy = pd.DataFrame({"group": "park", "year": [2020, 2023], "amount": [50.0, 60.0],
    ...     "price_year": 2020})
    >>> explorer = DecouplingExplorer(pressures, economy, language="en")
    >>> explorer.rule = DecouplingRule(threshold=0.05, pollutants=("so2",))
    >>> explorer.years, explorer.rule.threshold
    ((2020, 2023), 0.05)
    """

    rule = t.Instance(DecouplingRule)
    years = t.Tuple(t.Int(), t.Int())
    group = t.Unicode()
    length = t.Int(WHOLE, min=WHOLE)

    def __init__(
        self,
        pressures: pd.DataFrame,
        economy: pd.DataFrame,
        *,
        rule: DecouplingRule | None = None,
        years: tuple[int, int] | None = None,
        group: str = "park",
        length: int = WHOLE,
        errors: Errors | None = None,
        states: pd.DataFrame | None = None,
        language: Language = "zh",
    ) -> None:
        self._pressures, self._economy, self._language = pressures, economy, language
        self._errors, self._states = errors, states
        known = sorted({int(year) for year in set(pressures["year"]) & set(economy["year"])})
        if len(known) < 2:
            raise ParkError("too_few_years", given=known)
        self._is_filling = False
        self._fields = self._made(known)
        self._told, self._picture = ipywidgets.HTML(), ipywidgets.HTML()
        self._limits, self._spans = ipywidgets.HTML(), ipywidgets.HTML()
        style = ipywidgets.HTML(f"<style>{STYLE}</style>", layout={"display": "none"})
        columns = "repeat(auto-fill, minmax(min(250px, 100%), 1fr))"
        grid = ipywidgets.GridBox(
            list(self._fields.values()),
            layout=ipywidgets.Layout(grid_template_columns=columns, grid_gap="10px 20px"),
        )
        super().__init__(
            [style, grid, self._limits, self._told, self._picture, self._spans, Keys()],
            rule=self._completed(rule or DecouplingRule()),
            years=years or (known[0], known[-1]),
            group=group,
            length=length,
        )
        self.add_class("pk-decoupling")
        for field in self._fields.values():
            field.observe(self._take, "value")
        self.observe(self._follow, ["rule", "years", "group", "length"])
        self._follow()

    def __repr__(self) -> str:
        return (
            f"DecouplingExplorer(pressures, economy, rule={self.rule!r}, years={self.years!r}, "
            f"group={self.group!r}, length={self.length!r}, language={self._language!r})"
        )

    @t.validate("rule")
    def _whole_rule(self, proposal: dict[str, DecouplingRule]) -> DecouplingRule:
        return self._completed(proposal["value"])

    def _completed(self, rule: DecouplingRule) -> DecouplingRule:
        """Return a rule that names one pollutant where each is told by itself."""
        if rule.pollution != "each":
            return rule
        return replace(rule, pollutants=(rule.pollutants or tuple(self._pollutants()))[:1])

    def _pollutants(self) -> list[str]:
        found = dict.fromkeys(self._pressures["species"])
        return [name for name in found if name != "co2e" and not name.startswith("equivalents")]

    def _made(self, known: list[int]) -> dict[str, ipywidgets.Widget]:
        language = self._language
        groups = [group for group in dict.fromkeys(self._pressures["group"])
                  if group in set(self._economy["group"])]  # fmt: skip
        options = {
            "first": known[:-1],
            "last": known[1:],
            "length": [(self._length_name(years), years) for years in range(known[-1] - known[0])],
            "group": [(industry_name(group, language), group) for group in groups],
            "sign": _named("sign", get_args(SignMethod), language),
            "pollution": _named("", get_args(PollutionRule), language),
            "pollutant": [(series_name(name, language), name) for name in self._pollutants()],
        }
        fields = {name: ipywidgets.Dropdown(options=given) for name, given in options.items()}
        fields["threshold"] = ipywidgets.BoundedFloatText(min=0, max=100, step=0.5)
        for name, field in fields.items():
            field.description = label(f"widgets.decoupling.{name}", language)
        return {name: fields[name] for name in FIELDS}

    def _length_name(self, years: int) -> str:
        if years == WHOLE:
            return label("widgets.decoupling.length.whole", self._language)
        return label("widgets.decoupling.length.years", self._language, years=years)

    def _take(self, _change: object = None) -> None:
        """Take what the fields show; a span that does not run forward is told and not taken."""
        if self._is_filling:
            return
        chosen = {name: field.value for name, field in self._fields.items()}
        span = chosen["first"], chosen["last"]
        if span[0] >= span[1]:
            self._refuse(ParkError("bad_span", given=f"{span[0]}, {span[1]}"))
            return
        is_each = chosen["pollution"] == "each"
        rule = replace(
            self.rule, sign=chosen["sign"], threshold=round(chosen["threshold"] / 100, 9),
            pollution=chosen["pollution"],
            pollutants=(chosen["pollutant"],) if is_each and chosen["pollutant"] else (),
        )  # fmt: skip
        with self.hold_trait_notifications():
            self.rule, self.years, self.group = rule, span, chosen["group"]
            self.length = chosen["length"]
        self._follow()

    def _follow(self, _change: object = None) -> None:
        """Fill the fields with the values, and tell the verdict."""
        self._is_filling = True
        try:
            values = {"first": self.years[0], "last": self.years[1], "group": self.group,
                      "length": self.length,
                      "sign": self.rule.sign, "threshold": self.rule.threshold * 100,
                      "pollution": self.rule.pollution}  # fmt: skip
            if self.rule.pollution == "each" and self.rule.pollutants:
                values["pollutant"] = self.rule.pollutants[0]
            for name, value in values.items():
                self._fields[name].value = value
        finally:
            self._is_filling = False
        self._fields["pollutant"].disabled = self.rule.pollution != "each"
        self._show()

    def _show(self) -> None:
        asked = self._pressures, self._economy, self.group, self.years, self.rule
        self._limits.value = self._limit()
        try:
            found, lines = explored(*asked, errors=self._errors, states=self._states)
            self._spans.value = self._moving()
        except ParkError as error:
            self._refuse(error)
            return
        text = sentence(found, self._language, states=self._states)
        self._told.value = f'<p class="pk-verdict">{escape(text)}</p>'
        self._picture.value = self._drawn(lines)

    def _limit(self) -> str:
        """Return what the way of telling a direction needs, and how many years there are."""
        text = label(f"widgets.decoupling.limit.{self.rule.sign}", self._language,
                     years=self.years[1] - self.years[0] + 1)  # fmt: skip
        return f'<p class="pk-note">{escape(text)}</p>'

    def _moving(self) -> str:
        """Return the states over the moving spans as a table, or nothing where none are asked."""
        if self.length == WHOLE or self.length > self.years[1] - self.years[0]:
            return ""
        found = moving(self._pressures, self._economy, self.group, self.years, self.rule,
                       length=self.length, states=self._states)  # fmt: skip
        shown = shown_states(found, self._language, states=self._states)
        return table(shown, self._language, limit=len(shown))

    def _drawn(self, lines: pd.DataFrame) -> str:
        """Return the lines as a picture, or nothing where there is nothing to draw."""
        title = f"{industry_name(self.group, self._language)} {self.years[0]}–{self.years[1]}"
        try:
            chart = decoupling_lines(lines, language=self._language, title=title, caption="")
        except ParkError as error:
            if error.code != "nothing_to_draw":
                raise
            return ""
        return str(mime_bundle(chart.to_dict())["image/svg+xml"])

    def _refuse(self, error: ParkError) -> None:
        kept = label("widgets.kept", self._language)
        text = escape(f"{error.told(self._language)} {kept}")
        self._told.value = f'<div class="pk-refusal" role="alert">{text}</div>'


def _named(prefix: str, values: tuple[str, ...], language: Language) -> list[tuple[str, str]]:
    keys = [".".join(part for part in ("widgets.decoupling", prefix, value) if part)
            for value in values]  # fmt: skip
    return [(label(key, language) if has_label(key) else value, value)
            for key, value in zip(keys, values, strict=True)]  # fmt: skip
