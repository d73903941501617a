"""Labels: every text in both languages, from one place."""

from __future__ import annotations

import pytest

from parkkit.core import labels
from parkkit.core.labels import catalogue, has_label, label


def test_a_label_speaks_both_languages() -> None:
    assert label("error.at_row", "zh", row=7) == "第 7 行"
    assert label("error.at_row", "en", row=7) == "row 7"


def test_a_label_nobody_wrote_is_a_mistake_and_not_a_blank() -> None:
    assert not has_label("error.nowhere")
    with pytest.raises(KeyError, match="error.nowhere"):
        label("error.nowhere", "en")


@pytest.fixture
def lame_catalogue(tmp_path, monkeypatch):
    monkeypatch.setattr(labels, "CATALOGUE", tmp_path)
    catalogue.cache_clear()
    yield tmp_path
    catalogue.cache_clear()


def test_a_label_without_a_text_in_one_language_is_refused(lame_catalogue) -> None:
    (lame_catalogue / "a.csv").write_text("key,zh,en\nx.y,只有中文,\n", encoding="utf-8")
    assert label("x.y", "zh") == "只有中文"
    with pytest.raises(KeyError, match="has no text in 'en'"):
        label("x.y", "en")


def test_a_key_that_stands_in_two_files_is_refused(lame_catalogue) -> None:
    for name in ("a.csv", "b.csv"):
        (lame_catalogue / name).write_text("key,zh,en\nx.y,甲,a\n", encoding="utf-8")
    with pytest.raises(KeyError, match="stands twice"):
        label("x.y", "en")
