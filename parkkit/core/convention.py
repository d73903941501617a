"""The accounting convention: the choices an inventory is compiled under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal, get_args, get_type_hints

from parkkit.core.errors import ParkError, unknown

# What later work will serve is refused by name until then, never ignored.
SERVED: dict[str, tuple[object, ...]] = {
    "electricity": ("location",),
    "coal_equivalent": ("calorific",),
    "release_rule": ("best_rank", "priority", "largest"),
    "fill": ("none",),
    "export_value": ("allocated", "factor"),
    "chp": ("efficiency",),
}
SCOPES_SERVED = (1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """The accounting choices an inventory is compiled under.

    Every choice but ``factor_sets`` has a default, and every choice stands in the method
    statement of what is made with it.

    Raises
    ------
    ParkError
        If a value is unknown, or is known but not served yet.

    Examples
    --------
    >>> Convention(factor_sets=("CN_NDRC24",)).gwp
    'AR5'
    >>> Convention(factor_sets=(), view="sideways")
    Traceback (most recent call last):
    parkkit.core.errors.ParkError: unknown view 'sideways'. Known: production, consumption.
    """

    factor_sets: tuple[str, ...]
    gases: Literal["co2", "all"] = "all"
    scopes: tuple[int, ...] = (1, 2)
    level: Literal["enterprise", "park"] = "park"
    view: Literal["production", "consumption"] = "production"
    electricity: Literal["location", "market", "fossil_except_green"] = "location"
    grid_region: Literal["province", "region", "nation"] = "province"
    grid_year: Literal["same", "nearest"] | int = "same"
    export_value: Literal["allocated", "factor"] = "allocated"
    chp: Literal["energy", "efficiency", "exergy"] = "efficiency"
    coal_equivalent: Literal["calorific", "equivalent"] = "calorific"
    gwp: Literal["SAR", "AR4", "AR5", "AR6"] = "AR5"
    release_rule: Literal["best_rank", "priority", "largest", "mean"] = "best_rank"
    fill: Literal["none", "mean_of_months"] = "none"

    def __post_init__(self) -> None:
        for name, known in choices().items():
            _check(name, getattr(self, name), known)
        _check_scopes(self.scopes)
        _check_names("factor_sets", self.factor_sets)
        if self.view == "consumption" and self.export_value == "allocated":
            raise ParkError("not_served", name="export_value", given="allocated", served=["factor"])


def choices() -> dict[str, tuple[object, ...]]:
    """Return the values each closed choice of a convention knows, served or not.

    Examples
    --------
    >>> choices()["level"]
    ('enterprise', 'park')
    """
    hints = get_type_hints(Convention)
    # a union with int (grid_year) holds its Literal as its first member
    literals = {name: (get_args(hint) or (hint,)) for name, hint in hints.items()}
    return {
        name: get_args(values[0]) or values
        for name, values in literals.items()
        if name not in ("factor_sets", "scopes")
    }


def served(name: str) -> tuple[object, ...]:
    """Return the values of a choice that are served now."""
    return SCOPES_SERVED if name == "scopes" else SERVED.get(name, choices()[name])


def _check(name: str, given: object, known: tuple[object, ...]) -> None:
    if name == "grid_year" and isinstance(given, int) and not isinstance(given, bool):
        return
    if isinstance(given, tuple):
        raise ParkError("not_one", name=name, given=given, known=list(known))
    if given not in known:
        raise ParkError("unknown", kind=name, given=given, known=list(known))
    if given not in served(name):
        raise ParkError("not_served", name=name, given=given, served=list(served(name)))


def _check_scopes(scopes: tuple[int, ...]) -> None:
    if not isinstance(scopes, tuple) or not scopes:
        raise ParkError("not_a_list", name="scopes", given=scopes or "[]")
    for scope in scopes:
        if type(scope) is not int:  # a flag is a whole number to Python, and no scope
            raise ParkError("not_scopes", given=scope)
        if scope not in (1, 2, 3):
            raise unknown("scope", str(scope), ["1", "2", "3"])
        if scope not in SCOPES_SERVED:
            raise ParkError("not_served", name="scopes", given=scope, served=list(SCOPES_SERVED))


def _check_names(name: str, given: object) -> None:
    if not isinstance(given, tuple) or not all(isinstance(each, str) for each in given):
        raise ParkError("not_names", name=name, given=given)


def convention(given: Mapping[str, object], *, where: str = "") -> Convention:
    """Return the convention written in a mapping, such as ``[convention]`` of ``park.toml``.

    Raises
    ------
    ParkError
        If a name is no choice, ``factor_sets`` is missing, or a value does not do.

    Examples
    --------
    >>> convention({"factor_sets": ["IPCC2006"], "grid_year": "nearest"}).grid_year
    'nearest'
    """
    names = [field.name for field in fields(Convention)]
    for name in given:
        if name not in names:
            raise unknown("choice", name, names, where=where)
    if "factor_sets" not in given:
        raise ParkError("no_factor_sets", where=where)
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
    return Convention(**values)  # type: ignore[arg-type]  # each value is checked where it is made
