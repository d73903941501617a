"""Picture: a chart drawn by the kernel whose marks can be chosen."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets as t

STATIC = Path(__file__).parent / "static"


class Picture(anywidget.AnyWidget):
    """A chart as SVG; ``chosen`` is the source of the mark that somebody clicked.

    Marks are those with a ``data-source``. Enter and the space bar choose the one in focus.

    Examples
    --------
    >>> Picture(svg="<svg/>", chosen="A/kiln").chosen
    'A/kiln'
    """

    _esm = STATIC / "picture.js"
    _css = STATIC / "picture.css"

    svg = t.Unicode().tag(sync=True)
    chosen = t.Unicode().tag(sync=True)
