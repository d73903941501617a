"""Charts: how they are shown, and all that there are."""

from __future__ import annotations

import os
from pathlib import Path

import altair as alt
import ipywidgets
from ipykernel.connect import get_connection_file
from IPython.display import display

from parkkit.output.boundary_charts import boundary_map
from parkkit.output.decomposition_charts import (
    effects_waterfall,
    industry_multiples,
    tapio_paths,
)
from parkkit.output.decoupling_charts import decoupling_lines, state_grid, tapio_quadrant
from parkkit.output.emission_charts import emissions_by_plant, emissions_by_year
from parkkit.output.ledger_charts import convention_waterfall, ledger_waterfall
from parkkit.output.membership_charts import membership_matrix
from parkkit.output.perimeter_charts import perimeter_waterfall, restated_lines
from parkkit.output.pollutant_charts import fused_bars, fused_scatter, species_bars
from parkkit.output.quality_charts import rank_bars, width_bars
from parkkit.output.theme import Chart, captioned, mime_bundle
from parkkit.output.waste_charts import waste_bars

__all__ = [
    "boundary_map",
    "captioned",
    "convention_waterfall",
    "decoupling_lines",
    "effects_waterfall",
    "emissions_by_plant",
    "emissions_by_year",
    "fused_bars",
    "fused_scatter",
    "industry_multiples",
    "is_under_voila",
    "ledger_waterfall",
    "membership_matrix",
    "mime_bundle",
    "perimeter_waterfall",
    "rank_bars",
    "restated_lines",
    "show",
    "species_bars",
    "state_grid",
    "tapio_paths",
    "tapio_quadrant",
    "waste_bars",
    "width_bars",
]

# Altair keeps one renderer for the process. Ours stands from the first import of this module, so
# that a chart left bare at the end of a cell is drawn offline, too.
alt.renderers.register("parkkit", mime_bundle)
alt.renderers.enable("parkkit")


def show(chart: Chart) -> None:
    """Show a chart, in Lab, under Voila and in a report alike.

    Voila draws a bare chart with a red banner, and inside an Output widget without one; in a
    report and for nbval the widget would be empty. So it is used under Voila only.
    """
    bundle = mime_bundle(chart.to_dict())
    if not is_under_voila():
        display(bundle, raw=True)
        return
    drawn = {"output_type": "display_data", "data": bundle, "metadata": {}}
    display(ipywidgets.Output(outputs=(drawn,)))


def is_under_voila() -> bool:
    """Return whether the running kernel is one that Voila started for a page.

    Voila tells a kernel its own id. A report that is made from a page runs in another kernel,
    which inherits that variable but is not the one it names.
    """
    told = os.environ.get("VOILA_KERNEL_ID", "")
    try:
        own = Path(get_connection_file()).stem
    except RuntimeError:  # no kernel: plain Python
        return False
    return bool(told) and own == f"kernel-{told}"
