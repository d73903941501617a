"""The libraries of others are what package.json says, with their licences, and ask nobody."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import parkkit_widgets
import pytest

HOME = Path(parkkit_widgets.__file__).parent
VENDOR = HOME / "static" / "vendor"
SOURCES = ("package.json", "package-lock.json", ".npmrc")
BUILT = ("LICENSES.txt", "leaflet_geoman.css", "leaflet_geoman.js")
SECONDS = 120


def installed(folder: Path) -> Path:
    """Return a copy of what the bundle is made from, with its packages; skip where none can be."""
    for name in ("node", "npm"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")
    for name in SOURCES:
        shutil.copyfile(HOME / name, folder / name)
    shutil.copytree(HOME / "src", folder / "src")
    if (HOME / "node_modules").is_dir():
        (folder / "node_modules").symlink_to(HOME / "node_modules")
        return folder
    command = ["npm", "ci", "--no-fund", "--no-audit", "--prefer-offline", "--fetch-retries=0"]
    try:
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not finish in {SECONDS} s")
    if run.returncode:
        pytest.skip(f"npm could not install the packages: {run.stderr.strip()[-200:]}")
    return folder


def test_what_is_committed_is_what_the_build_makes(tmp_path):
    folder = installed(tmp_path)
    subprocess.run(["node", "src/build.js", "built"], cwd=folder, check=True, timeout=SECONDS)
    for name in BUILT:
        assert (folder / "built" / name).read_bytes() == (VENDOR / name).read_bytes(), name


def test_nothing_else_is_committed():
    assert sorted(path.name for path in VENDOR.iterdir()) == sorted(BUILT)


def test_the_lock_holds_the_versions_asked_for_and_names_no_host():
    text = (HOME / "package-lock.json").read_text(encoding="utf-8")
    wanted = json.loads((HOME / "package.json").read_text(encoding="utf-8"))
    locked = json.loads(text)["packages"]
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    assert "resolved" not in text
    assert re.findall(r"https?://(?!opencollective|github)", text) == []


def test_every_package_in_the_bundle_has_its_licence():
    told = (VENDOR / "LICENSES.txt").read_text(encoding="utf-8")
    packages = json.loads((HOME / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for path, package in packages.items():
        if path and not package.get("dev"):
            name = path.rpartition("node_modules/")[2]
            assert f"{name} {package['version']} (" in told
    # The text itself, not only its name.
    assert told.count("Redistribution and use in source and binary forms") >= 2


def test_the_style_loads_nothing_and_meets_no_other_map():
    style = (VENDOR / "leaflet_geoman.css").read_text(encoding="utf-8")
    addresses = re.findall(r"url\(['\"]?([^#'\")]{0,12})", style)
    assert [each for each in addresses if each and not each.startswith(("data:", "%23"))] == []
    rules = re.sub(r"url\('[^']*'\)|url\(\"[^\"]*\"\)|/\*.*?\*/", "", style)
    selectors = [each for rule in re.findall(r"([^{}]+)\{", rules) for each in rule.split(",")]
    assert len(selectors) > 100
    loose = {each for each in selectors if not each.strip().startswith((".pk-editor ", "@media"))}
    assert loose == set()


def test_the_libraries_export_their_name_and_keep_it_out_of_the_window():
    text = (VENDOR / "leaflet_geoman.js").read_text(encoding="utf-8")
    assert text.endswith("export const { L } = vendor;\n")
    assert text.count("export ") == 1
    assert ".noConflict()" in text
