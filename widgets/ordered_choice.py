"""OrderedChoice: some of many, in an order that counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ipywidgets
import traitlets as t

from parkkit.core.labels import Language, label

ROWS = (4, 9)


class OrderedChoice(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A numbered list with buttons to move, leave out and add; ``value`` is it as a tuple.

    Parameters
    ----------
    names : mapping
        What can be chosen, by code, with the names shown.
    value : iterable of str
        What is chosen, the first first; a code without a name is shown as it is.

    Examples
    --------
    >>> order = OrderedChoice({"a": "A", "b": "B"}, ["b"], title="Order", language="en")
    >>> order.add("a"), order.move(-1)
    (None, None)
    >>> order.value
    ('a', 'b')
    """

    value = t.Tuple()

    def __init__(
        self, names: Mapping[str, str], value: Iterable[str], *, title: str, language: Language
    ) -> None:
        self._names = dict(names)
        self._list = ipywidgets.Select(description=title, rows=ROWS[0])
        self._rest = ipywidgets.Dropdown(description=label("widgets.add_from", language))
        self._up, self._down, self._out, self._add = (
            _button(name, language) for name in ("up", "down", "remove", "add")
        )
        self._up.on_click(lambda _: self.move(-1))
        self._down.on_click(lambda _: self.move(1))
        self._out.on_click(lambda _: self.remove())
        self._add.on_click(lambda _: self.add(self._rest.value))
        super().__init__(
            [
                self._list,
                ipywidgets.HBox([self._up, self._down, self._out]),
                ipywidgets.HBox([self._rest, self._add]),
            ],
            value=tuple(value),
        )
        self.add_class("pk-order")
        for field in (self._list, self._rest):
            field.add_class("pk-field")
        self._draw()

    def move(self, steps: int) -> None:
        """Move the marked one up (negative) or down in the order."""
        codes, chosen = list(self.value), self._list.value
        if chosen is None:
            return
        place = codes.index(chosen)
        codes.insert(max(0, place + steps), codes.pop(place))
        self._set(codes, chosen)

    def remove(self) -> None:
        """Leave the marked one out; the next one is marked then."""
        codes, place = list(self.value), self._list.index
        if place is None:
            return
        del codes[place]
        self._set(codes, codes[min(place, len(codes) - 1)] if codes else None)

    def add(self, code: str | None) -> None:
        """Put one at the end of the order, and mark it."""
        if code is not None and code not in self.value:
            self._set([*self.value, code], code)

    def _set(self, codes: list[str], chosen: str | None) -> None:
        self.value = tuple(codes)
        self._list.value = chosen

    @t.observe("value")
    def _draw(self, _change: object = None) -> None:
        numbered = enumerate(self.value, start=1)
        self._list.options = [(f"{i}. {self._names.get(code, code)}", code) for i, code in numbered]
        self._list.rows = min(max(len(self.value), ROWS[0]), ROWS[1])
        self._rest.options = [
            (name, code) for code, name in self._names.items() if code not in self.value
        ]
        for field in (self._list, self._rest):
            field.index = 0 if field.options else None
        # The other buttons stay enabled: one that is disabled under the finger loses the focus.
        self._rest.disabled = self._add.disabled = not self._rest.options


def _button(name: str, language: Language) -> ipywidgets.Button:
    return ipywidgets.Button(description=label(f"widgets.{name}", language))
