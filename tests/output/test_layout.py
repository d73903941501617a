"""Labels lie apart, lines fit, and nothing is lost on the way."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from parkkit.output.layout import placed, spread, text_width, wrapped

TEXTS = st.text(alphabet="ab c澜港，。（）：12", min_size=1, max_size=60)


@given(st.lists(st.floats(0, 300), min_size=1, max_size=12))
def test_spread_labels_lie_a_gap_apart_in_their_old_order(places: list[float]) -> None:
    moved = spread(places, gap=20, low=0, high=300)
    order = sorted(range(len(places)), key=lambda index: places[index])
    assert all(moved[b] - moved[a] > 19.999 for a, b in pairwise(order))
    assert all(-1e-6 <= place <= 300 + 1e-6 for place in moved)


@given(TEXTS)
def test_wrapping_keeps_every_letter(text: str) -> None:
    assert "".join("".join(wrapped(text, size=10, width=50)).split()) == "".join(text.split())


def test_no_line_begins_with_closing_punctuation() -> None:
    lines = wrapped("物理边界，物理边界，物理边界。", size=10, width=40)
    assert len(lines) > 2
    assert all(line[0] not in "，。" for line in lines)


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 300)), max_size=15))
def test_placed_labels_do_not_overlap_and_stay_inside(points: list[tuple[float, float]]) -> None:
    centres = placed(points, ["澜港热电"] * len(points), size=14, width=500, height=300)
    wide = text_width("澜港热电", 14)
    found = [centre for centre in centres if centre]
    assert all(wide / 2 <= x <= 500 - wide / 2 and 7 <= y <= 293 for x, y in found)
    assert not any(
        abs(x - u) < wide and abs(y - v) < 14
        for place, (x, y) in enumerate(found)
        for u, v in found[:place]
    )
