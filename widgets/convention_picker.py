"""ConventionPicker: the accounting choices of an inventory, as fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path

import ipywidgets
import traitlets as t

from parkkit.core.convention import SCOPES, Convention, choices
from parkkit.core.errors import ParkError, unknown
from parkkit.core.labels import Language, has_label, label
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.factors import factor_sets
from parkkit.output.statement import unused_choices, value_text

from .keys import Keys
from .latest import Latest
from .ordered_choice import OrderedChoice

STYLE = (Path(__file__).parent / "static" / "convention_picker.css").read_text(encoding="utf-8")
# Choices that belong together stand together; scopes and factor sets have their own places.
FIELDS = ("level", "view", "export_value", "chp", "electricity", "grid_region", "grid_year",
          "gases", "gwp", "release_rule", "fill", "coal_equivalent")  # fmt: skip
Compute = Callable[[Convention], str]


class ConventionPicker(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The choices of a convention as fields; ``convention`` is the choice as a value.

    Observe the trait ``convention`` to learn of a change, or set it to change the fields. What
    cannot be combined is told below the fields, and ``convention`` stays the last that can. Rules
    of single species have no field: they are told and kept.

    Parameters
    ----------
    base : Convention, optional
        What is chosen at first.
    language : {"zh", "en"}
        Of the names and messages.
    compute : callable, optional
        Gives for a convention the HTML shown below the fields. It runs in a thread, and the
        last result stays until the next is there.
    own_sets : iterable of str, optional
        Factor sets that the park has beside those of the package.

    Examples
    --------
    >>> from dataclasses import replace
    >>> picker = ConventionPicker(Convention(factor_sets=("IPCC2006",)), language="en")
    >>> picker.convention = replace(picker.convention, gwp="AR6")
    >>> picker.convention.gwp
    'AR6'
    """

    convention = t.Instance(Convention)

    def __init__(
        self,
        base: Convention | None = None,
        *,
        language: Language = "zh",
        compute: Compute | None = None,
        own_sets: Iterable[str] = (),
    ) -> None:
        first = base or Convention(factor_sets=())
        self._known = sorted({*factor_sets(), *own_sets})
        self._language, self._compute, self._latest = language, compute, Latest()
        self._is_filling = False
        self._fields = {name: _field(name, first, language) for name in FIELDS}
        self._scopes = {scope: _scope(scope, language) for scope in SCOPES}
        self._sets = OrderedChoice(
            {name: _name("factor_set", name, language) for name in self._known},
            first.factor_sets,
            title=label("convention.factor_sets", language),
            language=language,
        )
        self._unused, self._single, self._refusal, self._waiting, self._result = (
            ipywidgets.HTML() for _ in range(5)
        )
        super().__init__(self._parts(), convention=first)
        self.add_class("pk-convention")
        for control in (*self._fields.values(), *self._scopes.values(), self._sets):
            control.observe(self._take, "value")

    def __repr__(self) -> str:
        return f"ConventionPicker({self.convention!r}, language={self._language!r})"

    def wait(self) -> None:
        """Return when nothing is left to compute."""
        self._latest.wait()

    def _parts(self) -> list[ipywidgets.Widget]:
        columns = "repeat(auto-fill, minmax(min(250px, 100%), 1fr))"
        grid = ipywidgets.GridBox(
            list(self._fields.values()),
            layout=ipywidgets.Layout(grid_template_columns=columns, grid_gap="10px 20px"),
        )
        title = ipywidgets.HTML(escape(label("convention.scopes", self._language)))
        scopes = ipywidgets.VBox([title, ipywidgets.HBox(list(self._scopes.values()))])
        scopes.add_class("pk-scopes")
        # A style sheet counts wherever it stands, also where nothing of it is laid out.
        style = ipywidgets.HTML(f"<style>{STYLE}</style>", layout={"display": "none"})
        told = ipywidgets.VBox([self._refusal, self._waiting, self._result])
        told.add_class("pk-told")
        return [style, grid, self._unused, self._single, scopes, self._sets, told, Keys()]

    def _chosen(self) -> Convention:
        """Return the convention that the fields show; raise where it cannot be."""
        values = {name: field.value for name, field in self._fields.items()}
        scopes = tuple(scope for scope, box in self._scopes.items() if box.value)
        if not scopes:
            raise ParkError("no_scope")
        for name in self._sets.value:
            if name not in self._known:
                raise unknown("factor_set", name, self._known)
        return replace(self.convention, scopes=scopes, factor_sets=self._sets.value, **values)

    def _take(self, _change: object = None) -> None:
        if self._is_filling:
            return
        try:
            chosen = self._chosen()
        except ParkError as error:
            kept = label("widgets.kept", self._language)
            self._refusal.value = _alert(f"{error.told(self._language)}\n{kept}")
            return
        self._refusal.value = ""
        self._is_filling = True
        self.convention = chosen
        self._is_filling = False

    @t.observe("convention")
    def _follow(self, _change: object) -> None:
        if not self._is_filling:
            self._fill(self.convention)
        self._grey()
        self._tell_single()
        if self._compute is not None:
            self._announce()
            self._latest.ask(partial(self._answer, self._compute, self.convention))

    def _fill(self, given: Convention) -> None:
        self._is_filling = True
        for name, field in self._fields.items():
            field.options = _options(name, given, self._language)
            field.value = getattr(given, name)
        for scope, box in self._scopes.items():
            box.value = scope in given.scopes
        self._sets.value = given.factor_sets
        self._refusal.value = ""
        self._is_filling = False

    def _grey(self) -> None:
        """Grey what shapes nothing under the other choices, and say so."""
        unused = [name for name in unused_choices(self.convention) if name in self._fields]
        for name, field in self._fields.items():
            field.disabled = name in unused
        comma = label("error.separator", self._language)
        names = comma.join(label(f"convention.{name}", self._language) for name in unused)
        told = label("widgets.unused", self._language, names=names)
        self._unused.value = f'<p class="pk-unused">{escape(told)}</p>' if unused else ""

    def _tell_single(self) -> None:
        """Tell the rules of single species, which no field shows."""
        told = ""
        if self.convention.species_rules:
            name = label("convention.species_rules", self._language)
            text = value_text("species_rules", self.convention, self._language)
            told = label("error.where", self._language, where=name, text=text)
        self._single.value = f'<p class="pk-unused">{escape(told)}</p>' if told else ""

    def _announce(self) -> None:
        """Show that figures are on their way; the style shows it after two seconds."""
        self._result.add_class("pk-stale")
        if not self._waiting.value:
            text = escape(label("apps.calculating", self._language))
            bar = "<progress></progress>"
            self._waiting.value = f'<p class="pk-wait" role="status">{text} {bar}</p>'

    def _answer(self, compute: Compute, convention: Convention) -> None:
        try:
            text = compute(convention)
        except ParkError as error:
            text = _alert(error.told(self._language))
        # In a thread nobody else would hear of it.
        except Exception as error:
            text = _alert(label("widgets.failed", self._language, error=error))
        # What is no longer chosen must not be read as the figure of what is.
        if not self._latest.is_waiting:
            self._result.value, self._waiting.value = text, ""
            self._result.remove_class("pk-stale")


def _field(name: str, base: Convention, language: Language) -> ipywidgets.Dropdown:
    field = ipywidgets.Dropdown(
        options=_options(name, base, language),
        value=getattr(base, name),
        description=label(f"convention.{name}", language),
    )
    field.add_class("pk-field")
    return field


def _scope(scope: object, language: Language) -> ipywidgets.Checkbox:
    name = _name("convention.scopes", scope, language)
    return ipywidgets.Checkbox(description=name, indent=False)


def _options(name: str, base: Convention, language: Language) -> list[tuple[str, object]]:
    values = list(choices()[name])
    if name == "grid_year":
        values += grid_years()
    given = getattr(base, name)
    values += [given] if given not in values else []
    return [(_name(f"convention.{name}", value, language), value) for value in values]


def grid_years() -> list[int]:
    """Return the years for which average grid factors are published.

    Examples
    --------
    >>> grid_years()
    [2021, 2022, 2023]
    """
    factors = vocabulary("factors")
    rows = factors[(factors["factor_set"] == "CN_GRID") & (factors["kind"] == "average")]
    return sorted({int(float(year)) for year in rows["valid_from"]})


def _name(prefix: str, value: object, language: Language) -> str:
    if isinstance(value, int) and prefix == "convention.grid_year":
        return label("widgets.in_year", language, year=value)
    key = f"{prefix}.{value}"
    return label(key, language) if has_label(key) else str(value)


def _alert(text: str) -> str:
    lines = "<br>".join(escape(line) for line in text.splitlines())
    return f'<div class="pk-refusal" role="alert">{lines}</div>'
