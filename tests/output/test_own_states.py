"""A park's own states on the grid: its codes and names, in the colours of the same signs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from parkkit.diagnosis.decoupling import decoupling_states
from parkkit.output.decoupling_charts import STATES, state_grid

OWN = decoupling_states().assign(state=list("HGFEDCBA"), name_zh="甲", name_en="mine")
GRID = pd.DataFrame({"group": "park", "span_end": [2020, 2021, 2022, 2023],
                     "state": ["A", "H", "atypical", None]})  # fmt: skip


def scales(chart: dict[str, Any]) -> list[dict[str, Any]]:
    """Every scale of a colour by state, wherever it stands."""
    if isinstance(chart, list):
        return [found for each in chart for found in scales(each)]
    if not isinstance(chart, dict):
        return []
    own = [chart["scale"]] if chart.get("field") == "state" and "scale" in chart else []
    return own + [found for each in chart.values() for found in scales(each)]


@pytest.mark.parametrize(("language", "name"), [("zh", "甲"), ("en", "mine")])
def test_a_parks_own_states_keep_the_colours_of_their_signs(language: Any, name: str) -> None:
    chart = state_grid(GRID, language=language, title="", caption="", states=OWN).to_dict()
    fills, _ = scales(chart)
    # H has the signs of our S1, A those of our S8.
    assert fills["domain"] == ["H", "A", "atypical", "not_computable"]
    wanted = ("S1", "S8", "atypical", "not_computable")
    assert fills["range"] == [STATES[code][0] for code in wanted]
    assert name in str(chart)
