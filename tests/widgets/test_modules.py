"""The ES modules keep to themselves and clean up."""

from __future__ import annotations

import re
from pathlib import Path

import parkkit_widgets
import pytest

MODULES = sorted((Path(parkkit_widgets.__file__).parent / "static").glob("*.js"))
FORBIDDEN = [
    r"getElementById",
    r"\bdocument\.",
    r"(?<!view\.)\bwindow\b",
    r"(window|document|view|body)\.addEventListener",
    r"innerHTML",
    r"https?://",
    r"\beval\(",
]
UNDONE_BY = {
    ".addEventListener(": ".removeEventListener(",
    "model.on(": "model.off(",
    "requestAnimationFrame(": "cancelAnimationFrame(",
    " el.append(": " el.replaceChildren()",
}
# What is arithmetic in JavaScript, outside comments and texts.
ARITHMETIC = r"\bMath\.|[\w)\]] [-+*/%] [\w(]|\+=|-="


def code(path: Path) -> str:
    return re.sub(r"^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_there_are_modules():
    assert MODULES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_stays_inside_its_element(path: Path):
    text = code(path).replace("ownerDocument.", "")
    assert [rule for rule in FORBIDDEN if re.search(rule, text)] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_undoes_all_it_did(path: Path):
    text = code(path)
    assert "export default { render }" in text
    clean_up = text[text.rindex("return () => {") :]
    for done, undone in UNDONE_BY.items():
        assert text.count(done) == clean_up.count(undone), done


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_calculates_nothing(path: Path):
    assert re.findall(ARITHMETIC, code(path)) == []
