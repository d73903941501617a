"""Release rows: what permit reports and environmental statistics share when they are read."""

from __future__ import annotations

from typing import Any

from parkkit.core.errors import ParkError, Problem
from parkkit.core.vocabulary import synonyms, vocabulary
from parkkit.park.form_mapping import form_row, form_unit, known_rows, spellings, told
from parkkit.park.form_reading import Sheet

TREATMENT, ENVIRONMENT = "treatment_plant", "environment"
ONE_WAY = ("so2", "nox", "pm", "pm10", "pm2_5", "voc", "nmhc", "co", "nh3", "hcl", "chlorine",
           "cod", "bod", "toc", "nh3_n", "tn", "tp", "ss", "petroleum", "animal_vegetable_oil",
           "volatile_phenols", "anionic_surfactants", "aox", "chromium_6")  # fmt: skip


def species_of(name: str) -> str:
    """Return the species a form means, blank where the vocabulary knows none.

    Examples
    --------
    >>> species_of("化学需氧量（CODcr）"), species_of("烟（粉）尘"), species_of("六价铬?")
    ('cod', 'pm', '')
    """
    known = synonyms("species")
    tried = [name.strip(), *spellings(name)]
    return next((known[each.lower()] for each in tried if each.lower() in known), "")


def medium_of(species: str, stated: str) -> str:
    """Return where a release goes: as the form says, else where the species belongs."""
    own = vocabulary("species").set_index("species")["medium"]
    return stated or str(own.get(species, ""))


def goes_one_way(species: str) -> bool:
    """Tell substances that only one medium takes; metals, fluorides or benzene go to several.

    Examples
    --------
    >>> goes_one_way("so2"), goes_one_way("total_lead"), goes_one_way("lead")
    (True, True, False)
    """
    kinds = vocabulary("species").set_index("species")["kind"]
    is_gas = kinds.get(species) in ("ghg", "ozone_depleting")
    # What is told as a total (总铅, 总磷) is told of water.
    return is_gas or species in ONE_WAY or species.startswith("total_")


def destination_of(row: dict[Any, Any], form: str, medium: str, plant: str) -> str:
    """Return where a release goes: as the form says, else water to the plant that was named."""
    stated = form_row(form, row["destination"]) if row["destination"] else None
    if stated is not None and stated.target == "destination":
        return stated.destination if medium == "water" else ENVIRONMENT
    return TREATMENT if plant and medium == "water" else ENVIRONMENT


def unit_of(
    row: dict[Any, Any], sheet: Sheet, form: str, item: str, wanted: str, field: str = "amount"
) -> tuple[str, list[Problem]]:
    """Return the unit of a row: its own, else of the column, else of the sheet."""
    given = row["unit"] or sheet.units.get(field, "") or sheet.units.get("", "")
    column = sheet.headers.get("unit", row["column"])
    if not given:
        return "", [told(sheet.file, row["row"], column, "form_no_unit", given=row["name"])]
    try:
        return form_unit(form, item, given, wanted), []
    except ParkError as error:
        return "", [Problem(code=error.code, file=sheet.file, row=row["row"], column=column,
                            values=error.values)]  # fmt: skip


def is_destination(form: str, text: str) -> bool:
    """Tell whether a form knows a text as where a release goes."""
    stated = form_row(form, text)
    return stated is not None and stated.target == "destination"


def unknown_destination(row: dict[Any, Any], sheet: Sheet, form: str) -> Problem:
    """Return the problem of a destination that the form does not know."""
    known = [name for name, kind in known_rows(form).items() if kind.target == "destination"]
    return told(sheet.file, row["row"], sheet.headers.get("destination", ""), "unknown",
                kind="destination", given=row["destination"], known=known)  # fmt: skip


def release(
    row: dict[Any, Any], species: str, medium: str, kind: str, destination: str, plant: str,
    unit: str,
) -> dict[str, object]:  # fmt: skip
    """Return a row of releases, ``row`` and ``suffix`` beside it, of which its id is made."""
    goes_to = destination in (TREATMENT, "transfer")
    other = "outside" if destination == "transfer" else plant or "outside"
    return {"row": row["row"], "enterprise_id": row["enterprise_id"], "year": row["year"],
            "month": "", "stack_id": "", "species": species, "medium": medium,
            "amount_kind": kind, "destination": destination,
            "counterpart_id": other if goes_to else "", "amount": row["amount"], "unit": unit,
            "suffix": f"{species}-{medium}-{destination or kind}"}  # fmt: skip
