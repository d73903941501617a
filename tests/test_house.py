"""The house stands: imports flow one way, every label has both languages."""

from __future__ import annotations

import ast
import csv
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
HOUSE = REPOSITORY / "parkkit"
WIDGETS = REPOSITORY / "widgets"
ENGINES = {"duckdb", "dask", "pyogrio"}  # the only imports allowed inside a function

WINGS = {
    "core": "labels errors texts vocabulary units tables ledger convention uncertainty_rule engine",
    "park": """
        datum reference_systems attribute_texts kml layer_files layer_systems layers
        rings polygons placement
        faults datum_checks boundary_checks place_checks listing_checks
        name_forms listed_plants evidence blocking id_checks verdict_checks
        parameter_checks control_checks own_factors trade_checks
        monitors release_amounts doubts duplicates doubtful_units doubtful_plants doubtful_releases
        release_checks destination_checks price_checks reading own_states
        checking gathering bundle merging package
        identity listings proposals boundary neighbours drawings
        form_mapping form_files form_headers form_reading form_titles form_placing form_energy_units
        energy_form release_rows form_outlets permit_outlets permit_form statistics_form
        form_standing replacing appending verdicts forms
        geojson_text versions boundary_import
        list_mapping list_files list_reading bridges register_tables registers
    """,
    "inventory": """
        prices economy formulas factors matching parameters resolution activity expectation devices
        parts controls calculation claims cautions held_releases releases list_groups reconciliation
        filling overlap allocation
        exports consolidation offering compilation plant_totals listed_places
        comparison ledger_steps explanation energy water water_pollutants
        waste_rows waste_settling waste intensity
        zero_carbon convention_steps rule_differences
        boundary_differences part_differences restatement
        equivalents joined_names fused_units fused_categories fused_cells fused_table
        leading pareto fusion fused_files common_causes common_directions coupling
        removals device_carbon control_penalties significance correlations
        deviations error_cells simulation uncertainty budget
        categories told_sources completeness gaps untold_species jumps material_sides
        energy_balances element_balances water_balances balances list_totals
    """,
    "diagnosis": """
        trends elasticity further_measures coordination slopes trend_tests peaking signs
        state_table decoupling
        identities logarithmic_means compared_rows links decomposition park_rows park_effects
        effect_indexes series_draws drawn_signs likelihood effect_intervals certainty
        series_names sentences effect_sentences peak_sentences
    """,
    "output": """
        quantities layout theme marks figures map_numbers map_plane map_outlines
        boundary_charts membership_charts emission_charts ledger_charts energy_charts
        pollutant_charts waste_charts decoupling_charts decomposition_charts fusion_charts
        quality_charts perimeter_charts charts statement kernels apps page_choice pages
        chapters.home chapters.boundary chapters.boundary_tables chapters.boundary_parts
        chapters.boundary_changes maps chapters.ledger chapters.lists chapters.factors
        chapters.energy_tables chapters.energy chapters.conventions
        chapters.inventory chapters.pollution_amounts chapters.pollution_tables
        chapters.pollution_waste chapters.pollution chapters.fusion chapters.fusion_coupling
        chapters.decoupling chapters.decoupling_words chapters.fusion_explorer
        chapters.fusion_source chapters.decomposition
        chapters.decomposition_tables chapters.decomposition_effects
        chapters.quality chapters.quality_tables chapters.quality_matrix chapters.quality_gaps
        chapters.quality_balances chapters.quality_checks chapters.quality_identity report
    """,
}
ORDER = [f"{wing}.{module}" for wing, modules in WINGS.items() for module in modules.split()]
ORDER += [
    f"commands.{each}"
    for each in ("options", "importing", "identities", "boundaries", "compiling", "fusing")
]
ORDER += ["cli", "__main__"]


def modules() -> dict[str, ast.Module]:
    """Every module of the house but the ``__init__`` files, parsed, by its name in ORDER."""
    return {
        ".".join(path.relative_to(HOUSE).with_suffix("").parts): parsed(path)
        for path in sorted(HOUSE.rglob("*.py"))
        if path.name != "__init__.py"
    }


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(tree: ast.AST) -> Iterator[str]:
    """The dotted names a tree imports; ``from a import b`` gives ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "the house imports by full names"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms(tree: ast.AST) -> set[str]:
    """The modules of ORDER that a tree imports, or imports from."""
    names = {name.removeprefix("parkkit.") for name in imported(tree) if name.startswith("parkkit")}
    return {room for room in ORDER for name in names if f"{name}.".startswith(f"{room}.")}


def test_every_module_has_its_place_in_the_order() -> None:
    assert set(modules()) == set(ORDER)


def test_modules_import_only_what_comes_before() -> None:
    late = {
        name: sorted(rooms(tree) - set(ORDER[: ORDER.index(name)]))
        for name, tree in modules().items()
        if name in ORDER
    }
    assert {name: found for name, found in late.items() if found} == {}


def test_the_house_never_imports_the_widgets() -> None:
    paths = [
        path.name
        for path in HOUSE.rglob("*.py")
        if any(
            name.split(".")[0] in {"parkkit_widgets", "widgets"} for name in imported(parsed(path))
        )
    ]
    assert paths == []


def test_only_engines_are_imported_inside_a_function() -> None:
    inline = [
        (path.name, name)
        for path in [*HOUSE.rglob("*.py"), *WIDGETS.rglob("*.py")]
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in node.body
        for name in inline_imports(statement)
        if name.split(".")[0] not in ENGINES
    ]
    assert inline == []


def inline_imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def labels() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for path in sorted((HOUSE / "data" / "labels").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [{"file": path.name, **row} for row in csv.DictReader(file)]
    return rows


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_label_has_both_languages() -> None:
    lame = [row["key"] for row in labels() if not (row["zh"].strip() and row["en"].strip())]
    assert lame == []


def test_a_label_has_the_same_places_in_both_languages() -> None:
    # Chinese needs no plural, so only the names count, not how often or in which order.
    unlike = [row["key"] for row in labels() if places(row["zh"]) != places(row["en"])]
    assert unlike == []


def test_no_label_stands_twice() -> None:
    counts = Counter(row["key"] for row in labels())
    assert [key for key, count in counts.items() if count > 1] == []


def test_no_label_row_has_a_stray_comma() -> None:
    # csv.DictReader puts what is left over under None.
    assert [row["key"] for row in labels() if None in row or None in row.values()] == []


def asked_labels(tree: ast.AST) -> Iterator[str]:
    """The label keys written out in a tree, those of errors by their codes."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = re.split(r"\W", ast.unparse(node.func))[-1]
        first = node.args[:1]
        code = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
        wanted = {"label": first, "ParkError": first, "Problem": code}.get(called, [])
        for argument in wanted:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value if called == "label" else f"error.{argument.value}"


@pytest.mark.parametrize("folder", [HOUSE, WIDGETS], ids=["parkkit", "widgets"])
def test_every_label_asked_for_exists(folder: Path) -> None:
    known = {row["key"] for row in labels()}
    asked = {
        (path.name, key) for path in folder.rglob("*.py") for key in asked_labels(parsed(path))
    }
    assert {(name, key) for name, key in asked if key not in known} == set()


def test_the_search_for_labels_sees_all_three_ways_of_asking() -> None:
    tree = ast.parse('label("a", "en"); errors.ParkError("b"); Problem(code="c", file="x")')
    assert set(asked_labels(tree)) == {"a", "error.b", "error.c"}
