"""The accounting convention: the choices an inventory is compiled under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal, get_args, get_type_hints

from parkkit.core.errors import ParkError, unknown
from parkkit.core.vocabulary import codes

SCOPES = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """The accounting choices an inventory is compiled under.

    Every choice but ``factor_sets`` has a default, and every choice stands in the method
    statement of what is made with it. ``species_rules`` are pairs of a species and the rule that
    replaces ``release_rule`` for it, kept in the order of the species.

    Raises
    ------
    ParkError
        If a value is unknown, or a species has two rules.

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
    species_rules: tuple[tuple[str, str], ...] = ()
    fill: Literal["none", "mean_of_months"] = "none"

    def __post_init__(self) -> None:
        for name, known in choices().items():
            _check(name, getattr(self, name), known)
        _check_scopes(self.scopes)
        _check_names("factor_sets", self.factor_sets)
        _check_species_rules(self.species_rules)
        # Their order says nothing, so it may tell no two conventions apart.
        object.__setattr__(self, "species_rules", tuple(sorted(self.species_rules)))


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
        if name not in ("factor_sets", "scopes", "species_rules")
    }


def _check(name: str, given: object, known: tuple[object, ...]) -> None:
    if name == "grid_year" and isinstance(given, int) and not isinstance(given, bool):
        return
    if isinstance(given, tuple):
        raise ParkError("not_one", name=name, given=given, known=list(known))
    if given not in known:
        raise ParkError("unknown", kind=name, given=given, known=list(known))


def _check_scopes(scopes: tuple[int, ...]) -> None:
    if not isinstance(scopes, tuple) or not scopes:
        raise ParkError("not_a_list", name="scopes", given=scopes or "[]")
    for scope in scopes:
        if type(scope) is not int:  # a flag is a whole number to Python, and no scope
            raise ParkError("not_scopes", given=scope)
        if scope not in SCOPES:
            raise unknown("scope", str(scope), [str(known) for known in SCOPES])


def _check_names(name: str, given: object) -> None:
    if not isinstance(given, tuple) or not all(isinstance(each, str) for each in given):
        raise ParkError("not_names", name=name, given=given)


def _check_species_rules(given: tuple[tuple[str, str], ...]) -> None:
    if not isinstance(given, tuple) or not all(map(_is_pair, given)):
        raise ParkError("not_species_rules", given=given)
    seen = set[str]()
    for species, rule in given:
        if species not in codes("species"):
            raise ParkError("unknown", kind="species", given=species, known=codes("species"))
        _check("release_rule", rule, choices()["release_rule"])
        if species in seen:
            raise ParkError("species_rule_twice", given=species)
        seen.add(species)


def _is_pair(given: object) -> bool:
    if not isinstance(given, tuple) or len(given) != 2:
        return False
    return all(isinstance(each, str) for each in given)


def convention(given: Mapping[str, object], *, where: str = "") -> Convention:
    """Return the convention written in a mapping, such as ``[convention]`` of ``park.toml``.

    ``species_rules`` are written as a mapping (``{ co2 = "largest" }``) or as pairs.

    Raises
    ------
    ParkError
        If a name is no choice, ``factor_sets`` is missing, or a value does not do.

    Examples
    --------
    >>> convention({"factor_sets": ["IPCC2006"], "grid_year": "nearest"}).grid_year
    'nearest'
    >>> convention({"factor_sets": [], "species_rules": {"co2": "largest"}}).species_rules
    (('co2', 'largest'),)
    """
    names = [field.name for field in fields(Convention)]
    for name in given:
        if name not in names:
            raise unknown("choice", name, names, where=where)
    if "factor_sets" not in given:
        raise ParkError("no_factor_sets", where=where)
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
    if "species_rules" in given:
        values["species_rules"] = _pairs(given["species_rules"])
    return Convention(**values)  # type: ignore[arg-type]  # each value is checked where it is made


def _pairs(given: object) -> object:
    """Return rules by species as pairs, as a mapping or lists write them; all else as it is."""
    listed = list(given.items()) if isinstance(given, Mapping) else given
    if not isinstance(listed, list | tuple):
        return given
    return tuple(tuple(each) if isinstance(each, list) else each for each in listed)


# Annex 4 of the notice on zero-carbon parks (发改环资〔2025〕910号): CO2 alone, of one year, net of
# what the park sells; green power counts as 0 and all other power at the national fossil factor,
# of 2022 as the notice writes it (0.8325 t/MWh): ``dataclasses.replace(ZERO_CARBON_2025,
# grid_year=2023)`` takes a later one. For fuels the notice points to the national database of
# factors; the sets here stand in for it, coal equivalents by GB/T 2589 before all of them.
ZERO_CARBON_2025 = Convention(
    factor_sets=("CN_GBT2589", "CN_PROV2025", "CN_NDRC24", "CN_PROV2011", "IPCC2006", "CN_GRID",
                 "CN_HEAT"),
    gases="co2",
    scopes=(1, 2),
    level="park",
    view="consumption",
    electricity="fossil_except_green",
    grid_region="nation",
    grid_year=2022,
    export_value="factor",
    chp="efficiency",
    coal_equivalent="equivalent",
    gwp="AR5",
    release_rule="best_rank",
    species_rules=(),
    fill="none",
)  # fmt: skip
