"""GeoJSON text: features as they are written to a file that people read and compare."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

# A larger geometry than this is not read by eye, and a line a number takes seconds to write.
LONG = 100_000


def geojson_text(members: Mapping[str, Any], features: Sequence[Mapping[str, Any]]) -> str:
    """Return a collection of features as text: a line a value, a long geometry on one.

    Parameters
    ----------
    members : mapping
        What the file says beside its features.
    features : sequence of mappings

    Examples
    --------
    >>> print(geojson_text({}, [{"type": "Feature", "geometry": None}]), end="")
    {
     "type": "FeatureCollection",
     "features": [
      {
       "type": "Feature",
       "geometry": null
      }
     ]
    }
    """
    long: dict[str, str] = {}
    shown = []
    for number, feature in enumerate(features):
        text = json.dumps(feature.get("geometry"))
        if len(text) > LONG:
            # A bell and a number stand in for it; no geometry is a text, so none is mistaken.
            place = f"\a{number}"
            long[json.dumps(place)] = text
            shown.append({**feature, "geometry": place})
        else:
            shown.append(dict(feature))
    given = {"type": "FeatureCollection", **members, "features": shown}
    whole = json.dumps(given, ensure_ascii=False, indent=1)
    for place, text in long.items():
        whole = whole.replace(f'"geometry": {place}', f'"geometry": {text}', 1)
    return f"{whole}\n"
