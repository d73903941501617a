"""The notebooks: a walk, not a workshop; true to what they keep; one headline figure."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from parkkit.inventory.compilation import CO2E, compile_inventory, total
from parkkit.output.apps import CHAPTERS
from parkkit.output.quantities import readable
from parkkit.park.package import open_park

REPOSITORY = Path(__file__).parents[2]
NOTEBOOKS = REPOSITORY / "notebooks"
SANITIZE = REPOSITORY / "tests" / "nbval_sanitize.cfg"
CHECKED = "nbval-check-output"


def read(chapter: str) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / f"{chapter}.ipynb", as_version=4)


def code(chapter: str) -> list[str]:
    return [cell.source for cell in read(chapter).cells if cell.cell_type == "code"]


def kept_text(chapter: str) -> str:
    outputs = [out for cell in read(chapter).cells for out in cell.get("outputs", [])]
    return "\n".join(str(out.get("data", {}).get("text/html", "")) for out in outputs)


def test_every_chapter_has_its_notebook() -> None:
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == sorted(CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_notebook_is_short_and_defines_nothing(chapter: str) -> None:
    cells = code(chapter)
    lines = [line for cell in cells for line in cell.splitlines() if line.strip()]
    kinds = {type(node) for cell in cells for node in ast.walk(ast.parse(cell))}
    assert len(read(chapter).cells) <= 25
    assert len(lines) <= 60
    assert max(len(cell.splitlines()) for cell in cells) <= 10
    assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_notebook_takes_the_same_parameters_as_the_others(chapter: str) -> None:
    (cell,) = [c for c in read(chapter).cells if "parameters" in c.metadata.get("tags", [])]
    names = [node.targets[0].id for node in ast.parse(cell.source).body]
    assert names == ["park", "year", "boundary", "part", "language", "convention"]


@pytest.mark.parametrize("chapter", CHAPTERS[1:])
def test_headline_outputs_are_kept_for_comparison(chapter: str) -> None:
    checked = [c for c in read(chapter).cells if CHECKED in c.metadata.get("tags", [])]
    assert checked
    assert all(cell.outputs for cell in checked)


def test_the_headline_is_one_figure_everywhere() -> None:
    park = open_park(REPOSITORY / "sample_parks" / "langang")
    inventory = compile_inventory(park, boundary_type="physical", convention=park.about.convention)
    amount = total(inventory, CO2E, 2023)
    number, unit = readable(amount, "zh", "co2e").split(" ", 1)
    shown = re.compile(rf">{re.escape(number)}<span class=\"pk-unit\">{re.escape(unit)}</span>")
    for chapter in CHAPTERS[1:]:
        assert shown.search(kept_text(chapter)), chapter
    command = [sys.executable, "-m", "parkkit", "compile", "langang", "--json"]
    printed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert json.loads(printed.stdout)["headline"]["amount_t"] == pytest.approx(amount, rel=1e-14)


def test_a_tampered_figure_is_found(tmp_path: Path) -> None:
    notebook = read("01_boundary")
    cell = next(c for c in notebook.cells if CHECKED in c.metadata.get("tags", []))
    html = next(out.data for out in cell.outputs if "pk-value" in str(out.data.get("text/html")))
    html["text/html"] = html["text/html"].replace(">327.6<", ">327.7<", 1)
    assert ">327.7<" in html["text/html"], "the figure to tamper with has changed: name the new one"
    # nbval runs a notebook where it lies: beside a copy of the parks, as in the repository.
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "sample_parks").symlink_to(REPOSITORY / "sample_parks")
    nbformat.write(notebook, tmp_path / "notebooks" / "01_boundary.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval",
               "--nbval-sanitize-with", str(SANITIZE), "notebooks"]  # fmt: skip
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 1, found.stdout[-2000:]
    assert "327.7" in found.stdout
    assert re.search(r"\b1 failed", found.stdout), found.stdout[-2000:]
