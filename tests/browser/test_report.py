"""The report: one file, whole, without a request, the same figures as everywhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES, Language, label
from parkkit.inventory.compilation import CO2E, compile_inventory, total, totals
from parkkit.output.quantities import readable
from parkkit.output.report import REPORTED, execute, write_report
from parkkit.park.package import open_park
from parkkit.park.registers import import_register

# One picture a finding: a chart more or less is a page changed.
CHARTS = 22
SAMPLES = Path(__file__).parents[2] / "sample_parks"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Path]:
    folder = tmp_path_factory.mktemp("reports")
    return {
        language: write_report(SAMPLES / "langang", language=language, folder=folder)
        for language in LANGUAGES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_holds_every_chapter_and_the_headline(
    reports: dict[Language, Path], language: Language
) -> None:
    html = reports[language].read_text(encoding="utf-8")
    park = open_park(SAMPLES / "langang")
    inventory = compile_inventory(park, boundary_type="physical", convention=park.about.convention)
    number, unit = readable(total(inventory, CO2E, 2023), language, "co2e").split(" ", 1)
    shown = f'{number}<span class="pk-unit">{unit}</span>'
    # the cover and the five chapters
    assert html.count(shown) == 6
    for chapter in REPORTED:
        assert label(f"page.{chapter}.title", language) in html
    assert html.count("data:image/svg+xml;base64,") == CHARTS
    assert label("page.synthetic", language).strip() in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_asks_nobody_for_anything(
    reports: dict[Language, Path], language: Language
) -> None:
    html = reports[language].read_text(encoding="utf-8")
    assert re.findall(r"<script|<link[^>]+href=\"(?!data:)|src=\"(?!data:)|@import", html) == []


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_opens_offline_with_its_charts(
    reports: dict[Language, Path], language: Language, open_page
) -> None:
    watched = open_page(reports[language].as_uri())
    page = watched.page
    drawn = page.locator("img").evaluate_all("(all) => all.map((i) => i.naturalWidth > 200)")
    assert drawn == [True] * CHARTS
    assert watched.outside == []
    assert watched.errors == []
    assert page.locator("html").get_attribute("lang") == label("apps.html_lang", language)


def test_a_parameter_that_a_notebook_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParkError, match="unknown parameter 'yaer'.*Did you mean 'year'"):
        execute("02_inventory", {"park": "langang", "yaer": 2023}, tmp_path)


@pytest.mark.real
def test_a_park_of_releases_only_becomes_a_report(real: Path, tmp_path: Path) -> None:
    folder = real / "steel_cluster_us"
    import_register(
        folder / "releases_2017.csv", tmp_path / "gary", boundary=folder / "box.geojson",
        boundary_type="physical", country="US", industry_scheme="NAICS",
    )  # fmt: skip
    html = write_report(tmp_path / "gary", language="en", folder=tmp_path).read_text("utf-8")
    park = open_park(tmp_path / "gary")
    inventory = compile_inventory(park, boundary_type="physical", convention=park.about.convention)
    table = totals(inventory, years=[2017]).set_index("species")["amount_t"]
    rows = [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row)]
        for row in re.findall(r"<tr>.*?</tr>", html)
    ]
    for species, source in (("co2", "GHGRP"), ("nox", "NEI"), ("so2", "NEI"), ("co", "NEI"),
                            ("ch4", "GHGRP"), ("n2o", "GHGRP"), ("voc", "NEI"),
                            ("pm2_5", "NEI")):  # fmt: skip
        shown = readable(float(table[species]), "en")
        row = next(row for row in rows if shown in row)
        assert source in row, (species, shown)
    # what it lacks is told, and is not 0
    assert html.count(label("page.missing.economy", "en")) == 5
    assert label("page.decoupling.cannot", "en") in html
    assert label("figures.not_computable", "en") in html
    assert not re.search(r">0(\.0+)?<span class=\"pk-unit\">", html)
    assert label("page.lacks.activity", "en") in html
    assert label("page.lacks.economy", "en") in html
    # 110 substances, 59 of them with a species
    assert "51 substances are not in the vocabulary; their 126 rows" in html
