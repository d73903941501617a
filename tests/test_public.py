"""The public page: all of it explained, the explanation run, and importing at no cost."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import parkkit

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def explained() -> set[str]:
    """Return the names in the first column of the README's reference."""
    table = README.split("### Reference")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_every_public_name_is_explained_and_no_other() -> None:
    assert explained() == set(parkkit.__all__)
    assert len(parkkit.__all__) <= 50


@pytest.mark.parametrize("name", sorted(parkkit.__all__))
def test_every_public_name_is_there_with_a_docstring(name: str) -> None:
    assert getattr(parkkit, name).__doc__


def test_the_readme_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    failed, tried = doctest.testfile(str(REPOSITORY / "README.md"), module_relative=False)
    assert tried >= 6
    assert failed == 0


def test_the_smallest_park_of_the_readme_has_a_total(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    parkkit.new_park(folder, park_id="mine")
    settings = (folder / "park.toml").read_text(encoding="utf-8")
    for line in ('province = "330000"', 'factor_sets = ["CN_NDRC24", "CN_GRID"]'):
        assert line in README
        settings = re.sub(rf"^{line.split()[0]} = .*$", line, settings, flags=re.MULTILINE)
    (folder / "park.toml").write_text(settings, encoding="utf-8")
    for block in README.split("```csv\n")[1].split("```")[0].split("\n\n"):
        name, rows = block.split("\n", 1)
        (folder / name).write_text(rows, encoding="utf-8")
    park = parkkit.open_park(folder)
    inventory = parkkit.compile_inventory(
        park, boundary_type="statistical", convention=park.about.convention
    )
    # 120 万m3 of natural gas at 389.31 GJ/万m3, 0.0153 t C/GJ and 0.99; 5 GWh in Zhejiang, 2023
    gas = 120 * 389.31 * 0.0153 * 0.99 * 44 / 12
    assert parkkit.total(inventory, "co2", 2023) == pytest.approx(gas + 5000 * 0.4974, rel=1e-9)


def test_importing_loads_no_table_or_chart_library() -> None:
    code = "import sys, parkkit; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pandas", "numpy", "altair", "shapely", "pint", "papermill"} & set(loaded)


def test_both_readmes_open_with_the_two_commands() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        first = (REPOSITORY / name).read_text(encoding="utf-8").split("```")[1]
        commands = [line.split("#")[0].strip() for line in first.splitlines()[1:]]
        assert [command for command in commands if command] == ["make run", "make test"], name
