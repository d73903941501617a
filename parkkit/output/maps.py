"""The map of a park as a picture of its own, made without a network."""

from __future__ import annotations

import json
from pathlib import Path

import vl_convert

from parkkit.core.errors import ParkError
from parkkit.core.labels import label
from parkkit.output.chapters.boundary import comparison, disputed, map_of, map_plants, map_title
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import caption
from parkkit.output.theme import SCHEMA, VEGA_LITE, Chart
from parkkit.park.package import Park

ENDINGS = (".png", ".svg")
SHARP = 3  # pixels of the PNG for one of the chart: 300 dpi at 16 cm


def park_map(park: Park, choice: PageChoice) -> Chart:
    """Return the map of a page: its boundary strong, the others thin, who falls between numbered.

    Parameters
    ----------
    park : Park
    choice : PageChoice
        Year, boundary, part, language and convention (the convention ranks the numbers).

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if the park has neither a polygon nor a plant with a place.
    """
    between = disputed(park, choice)
    title = map_title(comparison(park, choice), between, choice)
    # Alone in a document the picture has no page around it that says so.
    synthetic = label("page.synthetic", choice.language) if park.about.is_synthetic else ""
    return map_of(park, choice)(
        map_plants(park, choice, between), language=choice.language, title=title,
        caption=caption(choice, park) + synthetic,
    )  # fmt: skip


def write_map(park: Park, choice: PageChoice, path: Path) -> None:
    """Write the map of a page as PNG or SVG, by the ending of the path.

    Polygons are thinned for drawing only, by less than half a pixel: 200 000 vertices become some
    hundreds. The letters of a PNG are drawn with the fonts of this machine, those of an SVG with
    the reader's.

    Raises
    ------
    ParkError
        If the ending is another one, or there is nothing to draw.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ParkError("map_ending", given=path.name, endings=list(ENDINGS))
    spec = json.dumps({**park_map(park, choice).to_dict(), "$schema": SCHEMA})
    if ending == ".svg":
        svg = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
        path.write_text(svg, encoding="utf-8", newline="\n")
    else:
        path.write_bytes(vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=SHARP))
