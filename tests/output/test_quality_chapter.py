"""Chapter 05: every gap is told, nothing is invented, and a bare park still has its page."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from parkkit.core.errors import Problem
from parkkit.core.labels import LANGUAGES, Language, catalogue, label
from parkkit.core.uncertainty_rule import UncertaintyRule
from parkkit.inventory.balances import balances
from parkkit.inventory.compilation import Inventory, compile_inventory
from parkkit.output import charts, pages
from parkkit.output.chapters import (
    quality,
    quality_balances,
    quality_checks,
    quality_gaps,
    quality_matrix,
    quality_tables,
)
from parkkit.output.figures import Card
from parkkit.output.page_choice import PageChoice, years
from parkkit.park.package import Park, open_park, plant_names
from tests.parks import make_park

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
RULE = UncertaintyRule(activity_by_rank={1: 2, 5: 40}, factor_by_rank={1: 2, 5: 50}, draws=500)
COAL = {"amount": 1000}
GAS = {"amount": 1000, "item": "natural_gas", "unit": "万m3", "process": "heater"}


def chosen(park: Park, language: Language = "en", year: int = 2023) -> PageChoice:
    return PageChoice(park="p", year=year, boundary=park.about.default_boundary,
                      language=language, convention=park.about.convention)  # fmt: skip


def compiled(park: Park) -> Inventory:
    return compile_inventory(
        park, boundary_type=park.about.default_boundary, convention=park.about.convention
    )


def ruled(park: Park, rule: UncertaintyRule = RULE) -> Park:
    return replace(park, about=replace(park.about, uncertainty=rule))


def text_of(html: str) -> str:
    """What a reader sees: no tags, no style, single spaces."""
    bare = re.sub(r"<style>.*?</style>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare))).strip()


def rows_of(html: str) -> list[str]:
    return [text_of(row) for row in re.findall(r"<tr.*?</tr>", html, flags=re.S)]


def page(park: Park, language: Language, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The page as its notebook makes it: the texts, and CHART for a picture."""
    told: list[str] = []
    monkeypatch.setattr(pages, "display", lambda it: told.append(str(it.data)))
    monkeypatch.setattr(pages, "show", lambda chart: told.append("CHART"))
    notebook = pages.notebooks_folder() / "05_data_quality.ipynb"
    cells = pages_cells(notebook)
    choice = chosen(park, language, years(park)[-1])
    names: dict[str, Any] = {"park_data": park, "choice": choice, "language": language,
                             "inventory": compiled(park)}  # fmt: skip
    for source in cells:
        exec(source, names)
    return told


def pages_cells(notebook: Path) -> list[str]:
    """The code of the notebook without the cells that open the park."""
    return [
        cell.source
        for cell in nbformat.read(notebook, as_version=4).cells
        if cell.cell_type == "code" and cell.id not in ("05-01", "05-03")
    ]


@pytest.fixture(scope="module")
def langang() -> tuple[Park, Inventory]:
    park = open_park(LANGANG)
    return park, compiled(park)


@pytest.fixture(scope="module")
def lacking(langang: tuple[Park, Inventory]) -> list[Problem]:
    park, inventory = langang
    return quality_gaps.problems(inventory, park)


def plant(park: Park, plant_id: str, language: Language) -> str:
    return plant_names(park, language)[plant_id]


# --- what langang's maker built in (sample_parks/langang/README.md) ---------------------------

BUILT_IN = {
    # plant, what stands in its row besides: by language
    "NOx of the lime kiln": ("LG06", "gap_not_computable", ("氮氧化物", "缺因子"),
                             ("Nitrogen oxides", "lacks factor")),
    "dust factor for the gas of LG20": ("LG20", "gap_list_only", ("颗粒物", "燃气锅炉"),
                                        ("Particulate matter", "燃气锅炉")),
    "a month of gas of LG08 in 2022": ("LG08", "gap_months", ("天然气：2 月", "2022"),
                                       ("Natural gas: month 2", "2022")),
    "the emergency diesel of LG30": ("LG30", "gap_not_estimated", ("柴油", "2021", "应急发电机"),
                                     ("Diesel", "2021", "应急发电机")),
    "LG27's value of 2019": ("LG27", "gap_economy", ("增加值", "2019"), ("value added", "2019")),
    "no credit code for LG25": ("LG25", "gap_credit_code", ("统一社会信用代码",), ("credit code",)),
    "no industry code for LG26": ("LG26", "gap_industry_code", ("行业代码",), ("industry code",)),
    "odour in tonnes": ("LG03", "gap_unknown_species", ("臭气浓度",), ("臭气浓度",)),
    "a company without coordinates": ("LG04", "gap_coordinates", ("经度",), ("longitude",)),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", BUILT_IN)
def test_every_gap_built_into_langang_stands_on_the_page(
    name: str, language: Language, langang: tuple[Park, Inventory], lacking: list[Problem]
) -> None:
    park, _ = langang
    plant_id, kind, *words = BUILT_IN[name]
    html = quality_gaps.gaps_html(lacking, park, chosen(park, language))
    head = text_of(label(f"page.quality.gap.{kind}", language))
    (group,) = [text for text in re.findall(r"<tbody>.*?</tbody>", html, flags=re.S)
                if text_of(text).startswith(head)]  # fmt: skip
    wanted = [plant(park, plant_id, language), *words[LANGUAGES.index(language)]]
    assert [row for row in rows_of(group) if all(word in row for word in wanted)], group
    assert label(f"page.quality.cure.{kind}", language) in text_of(group)


def test_the_readme_of_langang_names_no_gap_that_is_not_held_to_the_page() -> None:
    text = (LANGANG / "README.md").read_text(encoding="utf-8")
    told = re.search(r"Missing on purpose:\*\*(.*?)- \*\*Not here", text, flags=re.S)
    assert told is not None
    plain = re.sub(r"\(.*?\)|\*\*", "", re.sub(r"\s+", " ", told[1]))
    # 5 missing, 2 incomplete, and odour with what is wrong of it
    assert len(re.split(r"[,;.]\s+", plain.strip(" ."))) == 9, plain


def test_the_nox_of_the_lime_kiln_is_partial_in_the_matrix(
    langang: tuple[Park, Inventory],
) -> None:
    park, inventory = langang
    table = quality_matrix.matrix(inventory, chosen(park))
    html = quality_matrix.matrix_html(table, chosen(park))
    air = next(part for part in html.split("<table")[1:] if "Pollutants into air" in part)
    row = next(row for row in rows_of(air) if row.startswith("Stationary combustion, solid fuel"))
    assert row == "Stationary combustion, solid fuel ● there ◐ partial lacks factor ● there"


# --- the rest of the page ----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_gap_has_a_name_a_cure_and_a_place(language: Language) -> None:
    known = [key.removeprefix("error.") for key in catalogue() if key.startswith("error.gap_")]
    assert sorted(known) == sorted(quality_gaps.KINDS)
    for kind in known:
        assert label(f"page.quality.gap.{kind}", language)
        assert label(f"page.quality.cure.{kind}", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_calculation_has_its_words(
    language: Language, langang: tuple[Park, Inventory], lacking: list[Problem]
) -> None:
    park, inventory = langang
    html = quality_gaps.gaps_html(lacking, park, chosen(park, language))
    for code in ("gap_", "general_solid_waste", "value_added", "n2o", "generated)</td>"):
        assert code not in text_of(html)
    table = balances(inventory, park)
    shown = text_of(quality_balances.balances_html(table, park, chosen(park, language)))
    for code in set(table["missing"].str.split(r"[;/]").explode()) - {""}:
        assert not re.search(rf"[缺: ]{code}\b", shown) or "_" not in code, code


def test_the_cards_tell_total_interval_ranks_gaps_and_open_balances(
    langang: tuple[Park, Inventory], lacking: list[Problem]
) -> None:
    park, inventory = langang
    known = quality.uncertainty(inventory, park, chosen(park))
    table = balances(inventory, park)
    cards = quality.key_figures(inventory, chosen(park), known, lacking, table)
    row = known.set_index("species").loc["co2e"]
    half = (row["high_t"] - row["low_t"]) / 2 / row["amount_t"]
    assert [card.value for card in cards[:2]] == ["3.276", f"±{half * 100:.3g}%"]
    assert "known of 100% of the tonnes" in cards[1].note
    assert cards[3].value == str(len(lacking))
    now = table[(table["year"] == 2023) & (table["state"] == "open")]
    assert cards[4].value == str(len(now)) == "2"


def test_without_any_uncertainty_nothing_is_computed_and_what_would_do_is_told(
    tmp_path: Path,
) -> None:
    park = make_park(tmp_path / "p", activity=[COAL], convention={"factor_sets": ["CN_PROV2025"]})
    inventory = compiled(park)
    known = quality.uncertainty(inventory, park, chosen(park))
    card = quality.key_figures(inventory, chosen(park), known, [], balances(inventory, park))[1]
    assert card == Card(
        name="95 % interval of the total", value="",
        note="No uncertainty is known: fill in uncertainty_percent in activity.csv and "
        "releases.csv, or give [uncertainty] by data rank in park.toml.",
    )  # fmt: skip
    html = quality_tables.uncertainty_html(known, park, chosen(park))
    assert "Monte Carlo" not in text_of(html)
    assert "no uncertainty of factors of Provincial inventory guidelines" in text_of(html)
    assert "±" not in text_of(html)


def test_an_interval_of_what_is_known_in_part_is_a_lower_bound(tmp_path: Path) -> None:
    # The IPCC tells how uncertain its CH4 and N2O factors are; of the rest nobody tells anything.
    park = make_park(tmp_path / "p", activity=[COAL])
    inventory = compiled(park)
    known = quality.uncertainty(inventory, park, chosen(park))
    card = quality.key_figures(inventory, chosen(park), known, [], balances(inventory, park))[1]
    assert card.value.startswith("at least ±")
    assert "known of 0% of the tonnes" in card.note
    text = text_of(quality_tables.uncertainty_html(known, park, chosen(park)))
    assert "the interval holds only what is known, and the true one is wider" in text


def test_a_rule_by_rank_gives_the_interval_and_is_told_with_seed_and_draws(tmp_path: Path) -> None:
    park = ruled(make_park(tmp_path / "p", activity=[COAL]))
    known = quality.uncertainty(compiled(park), park, chosen(park)).set_index("species")
    # rank 2 of activity: 2 + 38 / 4 = 11.5; of a factor that was seen (4): 2 + 48 x 3 / 4 = 38
    expected = ((11.5**2 + 38**2) + (11.5 * 38 / 195.9964) ** 2) ** 0.5 / 100
    assert known["closed_share"]["co2"] == pytest.approx(expected, rel=1e-3)
    assert known["half_share"]["co2"] == pytest.approx(expected, rel=0.1)
    text = text_of(quality_tables.uncertainty_html(known.reset_index(), park, chosen(park)))
    assert "500 random draws (seed 1)" in text
    assert "Activity ±2% ±11.5% ±21% ±30.5% ±40%" in text


def test_the_finding_names_what_to_measure_first(tmp_path: Path) -> None:
    park = ruled(make_park(tmp_path / "p", activity=[COAL, {**GAS, "amount": 1}]))
    inventory = compiled(park)
    table = quality.widths(inventory, park, chosen(park, "zh"))
    assert quality.widths_title(table, "zh").startswith("先测准“烟煤的含碳量（CN_PROV2025）”：")
    table = quality.widths(inventory, park, chosen(park))
    assert table["width_t"].dropna().is_monotonic_decreasing
    names = set(table["name"])
    assert "Works, boiler: Bituminous coal" in names


def test_a_park_without_ranks_or_uncertainty_says_what_would_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = make_park(tmp_path / "p", activity=[{**COAL, "data_rank": ""}],
                     convention={"gases": "co2"})  # fmt: skip
    told = " ".join(text_of(each) for each in page(park, "en", monkeypatch))
    assert "No data are ranked: fill in data_rank" in told
    assert label("page.quality.no_widths", "en") in told


def test_ranks_are_shares_of_tonnes(tmp_path: Path) -> None:
    power = {"item": "electricity", "use": "purchased", "counterpart_id": "grid", "unit": "MWh",
             "process": "power", "process_type": "", "amount": 3000, "data_rank": 4}  # fmt: skip
    convention = {"gases": "co2", "factor_sets": ["CN_PROV2025", "CN_GRID"]}
    park = make_park(tmp_path / "p", activity=[COAL, power], convention=convention)
    inventory = compiled(park)
    tonnes = inventory.emissions.set_index("item")["co2e_t"]
    share = tonnes["bituminous"] / tonnes.sum()
    table = quality.activity_ranks(inventory, chosen(park))
    of_all = table[table["species"] == "co2e"].set_index("band")["share"]
    assert of_all["2"] == pytest.approx(share)
    assert of_all["4"] == pytest.approx(1 - share)
    mean = quality.mean_rank(quality.ranks(inventory, chosen(park)), "co2e", "activity")
    assert mean == pytest.approx(2 * share + 4 * (1 - share))


def test_the_share_of_tonnes_whose_factor_was_checked(langang: tuple[Park, Inventory]) -> None:
    _, inventory = langang
    rows = inventory.emissions
    rows = rows[(rows["year"] == 2023) & (rows["species"] == "pm") & (rows["factor_id"] != "")]
    seen = rows.loc[rows["is_factor_checked"].astype(bool), "emissions_t"].sum()
    shares = quality_tables.checked_shares(inventory, 2023)
    assert shares["pm"] == pytest.approx(seen / rows["emissions_t"].sum())
    # the lime factor was seen in one copy only
    assert 0.9 < shares["co2e"] < 1


def test_a_source_of_many_species_turns_the_matrix(tmp_path: Path) -> None:
    metals = ["lead", "mercury", "cadmium", "arsenic", "chromium", "nickel", "copper", "zinc",
              "so2"]  # fmt: skip
    park = make_park(tmp_path / "p", releases=[{"species": one, "amount": 1} for one in metals])
    table = quality_matrix.matrix(compiled(park), chosen(park))
    html = quality_matrix.matrix_html(table[table["state"] == "there"], chosen(park))
    heads = [text_of(row) for row in re.findall(r"<thead>.*?</thead>", html, flags=re.S)]
    assert heads == ["Pollutants into air Other reports of whole plants"]
    assert "Lead ● there" in rows_of(html)


def test_open_balances_come_first_and_a_plants_years_together(
    langang: tuple[Park, Inventory],
) -> None:
    park, inventory = langang
    html = quality_balances.balances_html(balances(inventory, park), park, chosen(park))
    rows = rows_of(html.split("pk-checks", 1)[1])
    heads = ["Open (all years)", "Not computable for want of data (2023)",
             "Closed (2023; the largest of each kind)"]  # fmt: skip
    places = [rows.index(head) for head in heads]
    assert places == sorted(places)
    first = rows[places[0] + 1 : places[1]]
    assert first[:3] == [
        "Sulphur of fuels and SO2 released Langang Film Materials, Sulphur dioxide",
        "2023 134.7 kg 142.5 kg −7.802 kg (−5.79%)",
        "2022 136.2 kg 153.3 kg −17.12 kg (−12.6%)",
    ]


def test_a_closed_balance_says_how_it_was_judged(langang: tuple[Park, Inventory]) -> None:
    park, inventory = langang
    html = quality_balances.balances_html(balances(inventory, park), park, chosen(park))
    rows = rows_of(html)
    carbon = next(row for row in rows if row.startswith("Carbon of fuels and CO2 0"))
    assert carbon.endswith("2% out is not above in, nor below 80% of it")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_balance_has_a_rule_in_words(language: Language) -> None:
    kinds = [key.removeprefix("balance.name.") for key in catalogue() if key.startswith(
        "balance.name.")]  # fmt: skip
    for kind in kinds:
        assert label(f"page.quality.rule.{quality_balances.rule_of(kind)}", language, least="80%")
    # what may also come out too small is told by its meanings
    below = {"energy_trade", "energy_efficiency", "wastewater", "load"}
    assert {kind for kind in kinds if quality_balances.rule_of(kind) == "two_sided"} == below


def test_a_wrong_unit_comes_first_among_the_jumps_of_any_year(tmp_path: Path) -> None:
    amounts = {2020: 1000, 2021: 1_000_000, 2022: 1_700_000, 2023: 1_800_000}
    rows = [{"amount": amount, "year": year} for year, amount in amounts.items()]
    park = make_park(tmp_path / "p", activity=rows)
    table = quality_checks.jump_table(compiled(park), park)
    assert (table["year"].iloc[0], table["looks_like_unit"].iloc[0]) == (2021, True)
    html = quality_checks.jumps_html(table, park, chosen(park))
    assert "the ratio is near 1000: it looks like a unit" in rows_of(html)[1]
    assert not [row for row in rows_of(html) if "2022" in row]


def test_emissions_that_follow_their_activity_stand_in_one_row(tmp_path: Path) -> None:
    rows = [{"amount": 1000, "year": 2022}, {"amount": 2000, "year": 2023}]
    park = make_park(tmp_path / "p", activity=rows)
    table = quality_checks.jump_table(compiled(park), park)
    assert len(table) == 2
    assert "co2" in table["species"].iloc[1].split(";")
    text = text_of(quality_checks.jumps_html(table, park, chosen(park)))
    assert "the activity of the process jumps too. Check the activity of the process first." in text


def test_list_totals_tell_coverage_from_disagreement(tmp_path: Path) -> None:
    plants = [{"enterprise_id": one} for one in "ABC"]
    permit = [{"enterprise_id": one, "amount": 100} for one in "ABC"]
    statistics = [
        {"enterprise_id": one, "list": "statistics", "amount": amount, "data_rank": 4}
        for one, amount in {"A": 90, "B": 100}.items()
    ]
    park = make_park(tmp_path / "p", enterprises=plants, releases=[*permit, *statistics])
    html = quality_checks.list_totals_html(
        quality_checks.list_totals(compiled(park), chosen(park)), chosen(park)
    )
    assert rows_of(html)[1:] == [
        "Sulphur dioxide: statistics 190 t 200 t −5% 100 t — differ",
        "Sulphur dioxide: permit report 300 t 300 t 0% 0 t — agree",
    ]


BARE: dict[str, dict[str, Any]] = {
    "nothing but releases": {"releases": [{"amount": 5}, {"amount": 7, "species": "nox"}]},
    "nothing but activity": {"activity": [COAL]},
    "not estimated": {"activity": [{"amount": "", "notation": "NE"}]},
    "not occurring": {"activity": [{"amount": "", "notation": "NO"}]},
    "an unknown substance": {"releases": [{"amount": 5, "species": "zzz"}]},
    "nobody inside": {"enterprises": [{"lon": 120.2}], "activity": [COAL]},
    "waste": {"releases": [{"amount": 5, "species": "general_solid_waste", "medium": "waste",
                            "amount_kind": "generated", "destination": ""}]},
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", BARE)
def test_a_bare_park_has_a_page_that_says_what_is_missing(
    name: str, language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = page(make_park(tmp_path / "p", **BARE[name]), language, monkeypatch)
    text = " ".join(text_of(each) for each in told)
    assert label("page.05_data_quality.title", language) in text
    assert label("page.lacks.economy", language) in text
    assert label("figures.not_computable", language) in text
    assert not re.search(r"\b(nan|None|NaN|<NA>)\b(?! of)", text)


def test_nothing_from_the_data_becomes_markup(tmp_path: Path) -> None:
    plants = [{"name_en": "<b>Works", "industry_code": ""}]
    releases = [{"species": "<i>x", "amount": 1}]
    park = make_park(tmp_path / "p", enterprises=plants, activity=[COAL], releases=releases)
    inventory = compiled(park)
    html = quality_gaps.gaps_html(quality_gaps.problems(inventory, park), park, chosen(park))
    html += quality_balances.balances_html(balances(inventory, park), park, chosen(park))
    assert "&lt;b&gt;Works" in html
    assert "&lt;i&gt;x" in html
    assert "<b>Works" not in html


def test_the_charts_take_what_the_chapter_gives(langang: tuple[Park, Inventory]) -> None:
    park, inventory = langang
    for language in LANGUAGES:
        choice = chosen(park, language)
        table = quality.widths(inventory, park, choice)
        drawn = charts.width_bars(table, language=language, caption="",
                                  title=quality.widths_title(table, language))  # fmt: skip
        assert "CN_PROV2025" in str(drawn.to_dict())
        ranks = quality.activity_ranks(inventory, choice)
        assert isinstance(ranks, pd.DataFrame)
        charts.rank_bars(ranks, language=language, caption="", title="")
