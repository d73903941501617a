"""Chapter 04, why: the effects on carbon and on each pollutant, side by side and year by year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import pairwise
from math import log10

import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, label
from parkkit.diagnosis.decomposition import RESIDUAL, note_text
from parkkit.diagnosis.effect_intervals import park_intervals
from parkkit.diagnosis.effect_sentences import (
    apart_sentences,
    effects_sentence,
    missing_cells,
    negative_cells,
)
from parkkit.diagnosis.identities import park_identities
from parkkit.diagnosis.park_effects import chained, decompose_links, decompose_park, whole_years
from parkkit.diagnosis.park_rows import (
    CARBON,
    VALUE,
    moved_perimeters,
    park_rows,
    restated_rows,
)
from parkkit.diagnosis.series_names import codes_of, named_series
from parkkit.diagnosis.trends import Span
from parkkit.inventory.compilation import CO2E, Inventory
from parkkit.output.chapters.decomposition_tables import by_link, compared, with_intervals
from parkkit.output.chapters.decoupling import POLLUTANTS, Errors
from parkkit.output.decomposition_charts import effects_waterfall
from parkkit.output.figures import table
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import draw, say, say_text, show_html, warn
from parkkit.park.package import Park

SHARE = "10" + f"{log10(RESIDUAL):.0f}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
Restated = Mapping[Span, pd.DataFrame]


def show_why(
    inventory: Inventory, park: Park, choice: PageChoice, errors: Errors | None = None
) -> None:
    """Show why carbon and each pollutant changed, side by side, and which cells are missing."""
    language = choice.language
    say("page.decoupling.why", language)
    rows = park_rows(inventory, park, POLLUTANTS)
    span = span_of(rows)
    if span is None:
        say("page.decoupling.why_none", language)
        return
    links = _links(rows, span)
    moved = restated_rows(inventory, park, [span, *links], POLLUTANTS)
    found, refused = effects_of(rows, span, moved.get(span))
    _say_refused(refused, language)
    if not found:
        if not refused:
            say("page.decoupling.why_none", language)
        return
    told = "".join(f"- {effects_sentence(effects, language)}\n" for effects in found.values())
    say_text(told)
    known = {name: effects for name, effects in found.items() if _is_known(effects)}
    apart = apart_sentences(known.values(), language)
    say_text("".join(f"- {text}\n" for text in apart))
    _show_compared(known, language)
    _say_notes(known.values(), language)
    _show_lacking(found, language)
    for name, effects in known.items():
        _draw_effects(effects, name, park, choice)
    if CO2E in known:
        _show_intervals(found[CO2E], rows, span, errors if span not in moved else None, language)
        _show_links(rows, found[CO2E], links, moved, language)


def warn_of_boundary(
    inventory: Inventory, park: Park, found: pd.DataFrame, choice: PageChoice
) -> None:
    """Say that changes hold a boundary that moved, where it did between the years compared.

    Parameters
    ----------
    found : DataFrame
        The verdict: one row, or none.
    """
    if not len(found):
        return
    span = int(found["start"].iloc[0]), int(found["end"].iloc[0])
    moved = moved_perimeters(inventory, park, [span])
    if span in moved:
        warn("page.decoupling.boundary_moved", choice.language, start=span[0], end=span[1])


def span_of(rows: pd.DataFrame) -> Span | None:
    """Return the first and last year in which both value added and carbon are told, or nothing.

    Examples
    --------
    >>> span_of(pd.DataFrame({"year": [2020, 2021, 2022], "value_added": [1.0, 2.0, None],
    ...     "co2e_t": [3.0, 4.0, 5.0]}))
    (2020, 2021)
    """
    years = sorted(set(rows.dropna(subset=[VALUE, CARBON])["year"]))
    return (int(years[0]), int(years[-1])) if len(years) > 1 else None


def _links(rows: pd.DataFrame, span: Span) -> list[Span]:
    """Return the links of a chain over the years in which carbon is whole, if both ends are."""
    years = whole_years(rows, park_identities(carbon=CARBON)[CO2E], span)
    return list(pairwise(years)) if set(span) <= set(years) else []


def effects_of(
    rows: pd.DataFrame, span: Span, restated: pd.DataFrame | None = None
) -> tuple[dict[str, pd.DataFrame], dict[str, ParkError]]:
    """Return the effects on carbon and on each pollutant that anybody tells of.

    Returns
    -------
    effects : dict of str to DataFrame
        By species, as :func:`parkkit.diagnosis.park_effects.decompose_park`.
    refused : dict of str to ParkError
        By species, why it cannot be decomposed at all, such as a negative amount.
    """
    found, refused = {}, {}
    for name, identity in park_identities(POLLUTANTS, carbon=CARBON).items():
        if name != CO2E and rows[f"{name}_emitted_t"].isna().all():
            continue
        try:
            effects = decompose_park(rows, {name: identity}, span, restated=restated)
        except ParkError as error:
            refused[name] = error
            continue
        if len(effects):
            found[name] = effects
    return found, refused


def _is_known(effects: pd.DataFrame) -> bool:
    return bool(effects["amount"].notna().all() and effects["before"].iloc[0] > 0)


def _say_refused(refused: Mapping[str, ParkError], language: Language) -> None:
    """Say once of all species that a reason keeps from being decomposed which it is."""
    by_reason: dict[str, list[str]] = {}
    for name, error in refused.items():
        cells = negative_cells(error, language)
        reason = label("page.decoupling.why_negative", language, cells=cells) if cells else (
            error.told(language))  # fmt: skip
        by_reason.setdefault(reason, []).append(named_series(name, language))
    _say_of_names(by_reason, "page.decoupling.why_refused", language)


def _say_notes(found: Iterable[pd.DataFrame], language: Language) -> None:
    """Say what a reader must know of the effects, such as a variable that was once zero."""
    by_note: dict[str, list[str]] = {}
    for effects in found:
        name = named_series(effects["species"].iloc[0], language)
        for code in dict.fromkeys(code for text in effects["notes"] for code in codes_of(text)):
            by_note.setdefault(note_text(code, language), []).append(name)
    _say_of_names(by_note, "page.decoupling.effects_note", language)


def _say_of_names(names_of: Mapping[str, list[str]], key: str, language: Language) -> None:
    comma = label("diagnosis.separator", language)
    joined = {text: comma.join(names) for text, names in names_of.items()}
    lines = [label(key, language, text=text, names=names) for text, names in joined.items()]
    say_text("".join(f"- {line[:1].upper()}{line[1:]}\n" for line in lines))


def _show_compared(known: Mapping[str, pd.DataFrame], language: Language) -> None:
    """Show the effects on every species in one table."""
    if not known:
        return
    say("page.decoupling.compared", language)
    frame = compared(known, language)
    show_html(table(frame, language, limit=len(frame), numeric=frame.columns[1:]))
    say("page.decoupling.compared_note", language)


def _show_lacking(found: Mapping[str, pd.DataFrame], language: Language) -> None:
    """Show the cells without which some species cannot be decomposed."""
    gaps = [missing_cells(effects, language) for effects in found.values()]
    lacking = pd.concat(gaps, ignore_index=True)
    if not len(lacking):
        return
    comma = label("diagnosis.separator", language)
    parts = lacking.groupby(["lacking_quantity", "lacking_industries"], sort=False)
    merged = parts.agg(year=("year", partial(_listed, comma=comma)),
                       lacking_count=("lacking_count", "sum")).reset_index()  # fmt: skip
    shown = merged[["lacking_quantity", "year", "lacking_industries", "lacking_count"]]
    say("page.decoupling.lacking", language)
    show_html(table(shown, language, limit=len(shown)))


def _listed(years: pd.Series, comma: str) -> str:
    return comma.join(str(year) for year in years)


def _draw_effects(effects: pd.DataFrame, name: str, park: Park, choice: PageChoice) -> None:
    first = effects.iloc[0]
    title = label("page.decoupling.effects_title", choice.language, start=first["start"],
                  end=first["end"], name=named_series(name, choice.language))  # fmt: skip
    chart = partial(effects_waterfall, kind="co2e" if name == CO2E else "mass")
    draw(chart, effects, choice=choice, park=park, title=title)


def _show_intervals(
    effects: pd.DataFrame, rows: pd.DataFrame, span: Span, errors: Errors | None, language: Language
) -> None:
    """Show how far each effect on carbon may be from what is told."""
    if errors is None or not len(errors.terms):
        return
    identity = park_identities(carbon=CARBON)[CO2E]
    found = park_intervals(errors.terms, rows, identity, span, column=CARBON, species=CO2E,
                           errors=errors.rule)  # fmt: skip
    frame = with_intervals(effects, found, language)
    say("page.decoupling.intervals", language, draws=errors.rule.draws, seed=errors.rule.seed)
    show_html(table(frame, language, limit=len(frame), numeric=frame.columns[1:]))
    left_out = int(found["draws_left_out"].max())
    notes = {"intervals_partial": found["known_share"].min() < 1, "intervals_left": left_out > 0}
    for key, is_so in notes.items():
        if is_so:
            values = {"count": left_out} if key == "intervals_left" else {}
            say(f"page.decoupling.{key}", language, **values)


def _show_links(
    rows: pd.DataFrame,
    effects: pd.DataFrame,
    links: list[Span],
    moved: Restated,
    language: Language,
) -> None:
    """Show carbon link by link, the chain beside the end points, and what rounding leaves."""
    if len(links) < 2:
        return
    identity = park_identities(carbon=CARBON)[CO2E]
    steps = decompose_links(rows, CO2E, identity, links, restated=moved)
    whole = chained(steps)
    frame = by_link(steps, whole, effects, language)
    inner = steps[~steps["notes"].isin(effects["notes"])]
    say("page.decoupling.chain", language)
    show_html(table(frame, language, limit=len(frame), numeric=frame.columns[1:]))
    skipped = sorted(set(range(links[0][0], links[-1][1])) - {first for first, _ in links})
    if skipped:
        years = label("diagnosis.separator", language).join(map(str, skipped))
        say("page.decoupling.chain_gaps", language, years=years)
    _say_notes([inner] if len(inner) else [], language)
    left = max(abs(float(part["residual"].iloc[0])) for part in (whole, effects))
    say(
        "page.decoupling.residual",
        language,
        residual=f"{left:.3f} t",
        share=SHARE,
    )
