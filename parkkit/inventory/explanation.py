"""Explanation: one activity row told whole, from the cell it came from to what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from parkkit.core.errors import unknown
from parkkit.core.labels import Language, label
from parkkit.core.vocabulary import names, vocabulary
from parkkit.inventory.compilation import Inventory

Row = Mapping[Any, Any]


def explain(inventory: Inventory, activity_id: str, *, language: Language = "en") -> str:
    """Tell how one activity row was calculated: cell, factor, parameters, control, outcome.

    Parameters
    ----------
    activity_id : str
        A row of the park's ``activity.csv``.
    language : {"zh", "en"}

    Returns
    -------
    str
        A line for the activity; then for each species the calculation with its factor, its
        source and whether that was checked, what the devices left, what became of the tonnes
        (in the result, or in the ledger with the reason), and every candidate factor that lost,
        with why.

    Raises
    ------
    ParkError
        If the inventory has no such row.

    Examples
    --------
    >>> import parkkit as pk
    >>> park = pk.open_park("sample_parks/langang")
    >>> inventory = pk.compile_inventory(park, boundary_type="physical",
    ...     convention=park.about.convention)
    >>> print(explain(inventory, "LG01-2023-01").splitlines()[0])
    activity.csv row 201 (LG01-2023-01): LG01, 外购能源, Electricity, Purchased, 2023: \
305.54 万kWh = 3055.4 MWh; origin: power_bills
    """
    rows = inventory.activity
    found = rows[rows["activity_id"] == activity_id]
    if not len(found):
        raise unknown("activity_id", activity_id, rows["activity_id"])
    row = found.to_dict("records")[0]
    lines = [_activity(row, language)]
    used = inventory.factors_used
    candidates = used[used["key_id"] == row["key_id"]].sort_values(["species", "rank"])
    results = _results(inventory, activity_id)
    for species, ranked in candidates.groupby("species", sort=True):
        result = results[results["species"] == species]
        lines += _species(str(species), ranked, row, result, language)
    for species in sorted(set(results["species"]) - set(candidates["species"])):
        missing = label("missing.factor", language)
        name = names("species", language)[species]
        lines.append(label("explain.not_computable", language, species=name, missing=missing))
    if len(lines) == 1:
        lines.append(label("explain.no_release", language))
    return "\n".join(lines)


def _activity(row: Row, language: Language) -> str:
    told = label(
        "explain.activity", language, row=row["row"], id=row["activity_id"],
        plant=row["enterprise_id"], process=row["process"],
        item=names("items", language)[row["item"]], use=names("uses", language)[row["use"]],
        year=row["year"], given=_number(row["given_amount"]), given_unit=row["given_unit"],
        amount=_number(row["amount"]), unit=row["unit"], origin=row["origin"],
    )  # fmt: skip
    # A cell of metered rows: the row is the first of them.
    count = row.get("rows", 1)
    return told if count == 1 else told + label("explain.gathered", language, count=count)


def _results(inventory: Inventory, activity_id: str) -> pd.DataFrame:
    """Return what became of each species: kept rows, and ledger entries as rows with a reason."""
    kept = inventory.emissions[inventory.emissions["activity_id"] == activity_id]
    lost = inventory.ledger[inventory.ledger["activity_id"] == activity_id]
    lost = lost[~lost["is_memo"].astype(bool)].rename(columns={"amount_t": "emissions_t"})
    both = [kept.assign(stage="", reason="kept"), lost.assign(control="", factor_id="", missing="")]
    columns = ["species", "emissions_t", "control", "factor_id", "stage", "reason", "missing"]
    return pd.concat([frame[columns] for frame in both], ignore_index=True)


def _species(
    species: str, ranked: pd.DataFrame, row: Row, results: pd.DataFrame, language: Language
) -> list[str]:
    """Return the lines on one species: calculation, outcome, candidates that lost."""
    best = ranked.to_dict("records")[0]
    name = names("species", language)[species]
    lines = [] if best["missing"] else [_calculation(name, best, row, language)]
    # What a control device does not tell is missing beside what the factor lacks.
    for codes in dict.fromkeys([best["missing"], *results["missing"]]):
        if codes:
            missing = label("error.separator", language).join(
                label(f"missing.{code}", language) for code in codes.split(";")
            )
            lines.append(label("explain.not_computable", language, species=name, missing=missing))
    lines += [_outcome(result, language) for result in results.to_dict("records")]
    return lines + [_loser(lost, best, language) for lost in ranked.to_dict("records")[1:]]


def _calculation(name: str, best: Row, row: Row, language: Language) -> str:
    parameters = best["parameters_used"].replace(";", "; ")
    return label(
        "explain.calculation", language, species=name, amount=_number(row["amount"]),
        unit=row["unit"], rate=_number(best["t_per_base"]),
        tonnes=_number(_sign(row["use"]) * row["amount"] * best["t_per_base"]),
        factor=best["factor_id"],
        value=_number(best["value"]), factor_unit=best["unit"], formula=best["formula"],
        stage=label(f"explain.stage.{_stage(best, row)}", language),
        parameters=parameters or label("explain.none", language),
        source=best["source"] if isinstance(best["source"], str) else best["factor_set"],
        checked=label(f"explain.checked.{best['checked']}", language),
    )  # fmt: skip


def _stage(best: Row, row: Row) -> str:
    return str(best["stage"]) if _sign(row["use"]) > 0 else "taken_off"


def _sign(use: str) -> int:
    return int(vocabulary("uses").set_index("use")["sign"][use])


def _outcome(result: Row, language: Language) -> str:
    reason = label(f"reason.{result['reason']}", language)
    control = label("explain.control", language, control=result["control"])
    # A claim is a row beside its purchase: it is named by its certificate.
    claim = str(result["factor_id"]) if str(result["factor_id"]).startswith("certificate/") else ""
    return label(
        "explain.outcome", language, amount=_number(result["emissions_t"]),
        control=control if result["control"] else f" ({claim})" if claim else "", reason=reason,
    )  # fmt: skip


def _loser(lost: Row, best: Row, language: Language) -> str:
    return label(
        "explain.loser", language, factor=lost["factor_id"], rate=_number(lost["t_per_base"]),
        why=label(f"explain.why.{_why(lost, best)}", language),
    )  # fmt: skip


def _why(lost: Row, best: Row) -> str:
    """Return the first rule by which a candidate ranks after the one used."""
    rules = {"is_incomplete": "incomplete", "set_rank": "set", "item_rank": "group",
             "process_rank": "general", "region_rank": "general",
             "years_apart": "year"}  # fmt: skip
    return next((word for column, word in rules.items() if lost[column] > best[column]), "order")


def _number(value: float) -> str:
    return "—" if pd.isna(value) else f"{value:.10g}"
