"""One set of versions: pyproject.toml, environment.yml and requirements.lock agree."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[1]
OF_CONDA_ALONE = {"pip"}


def pyproject() -> dict[str, Any]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def project() -> dict[str, Any]:
    return pyproject()["project"]


def ranges(lines: list[str]) -> dict[str, SpecifierSet]:
    return {canonicalize_name(r.name): r.specifier for r in map(Requirement, lines)}


def project_ranges() -> dict[str, SpecifierSet]:
    return ranges(project()["dependencies"] + project()["optional-dependencies"]["test"])


def environment_ranges() -> dict[str, SpecifierSet]:
    text = (REPOSITORY / "environment.yml").read_text(encoding="utf-8")
    lines = yaml.safe_load(text)["dependencies"]
    by_pip = next(line["pip"] for line in lines if isinstance(line, dict))
    conda = [line for line in lines if isinstance(line, str)]
    return ranges([*conda, *(line for line in by_pip if not line.startswith("-"))])


def locked() -> list[Requirement]:
    lines = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines]


def test_environment_and_project_name_the_same_ranges() -> None:
    wanted = {**project_ranges(), "python": SpecifierSet(project()["requires-python"])}
    given = {k: v for k, v in environment_ranges().items() if k not in OF_CONDA_ALONE}
    assert given == wanted


def test_the_lock_pins_one_version_a_line() -> None:
    loose = [str(pin) for pin in locked() if not re.fullmatch(r"==[^*,]+", str(pin.specifier))]
    assert loose == []


def test_the_lock_covers_the_project_and_its_tests() -> None:
    assert set(project_ranges()) - {canonicalize_name(pin.name) for pin in locked()} == set()


def test_the_lock_stays_inside_the_ranges() -> None:
    allowed = project_ranges()
    outside = [
        str(pin)
        for pin in locked()
        if (name := canonicalize_name(pin.name)) in allowed
        and not allowed[name].contains(str(pin.specifier).removeprefix("=="), prereleases=True)
    ]
    assert outside == []


def test_the_lock_names_no_host() -> None:
    text = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r"\S*(?:://| @ |--)\S*", text) == []


def test_every_package_is_installed() -> None:
    found = {
        ".".join(path.parent.relative_to(REPOSITORY).parts)
        for path in (REPOSITORY / "parkkit").rglob("__init__.py")
    }
    assert set(pyproject()["tool"]["setuptools"]["packages"]) == found | {"parkkit_widgets"}
