"""Keys: an unseen part of a box that keeps the notebook's shortcuts out of it."""

from __future__ import annotations

from pathlib import Path

import anywidget


class Keys(anywidget.AnyWidget):
    """Put among a box's children, it leaves the keys pressed in the box to the box.

    JupyterLab else takes the arrow keys of a list for moving between cells, and Enter on a
    button for editing one.
    """

    _esm = Path(__file__).parent / "static" / "keys.js"
