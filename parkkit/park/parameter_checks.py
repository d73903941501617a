"""Checks of parameters: their units and shares, and the years a plant's own ones are valid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.units import conversion, conversions, measures
from parkkit.core.vocabulary import codes, vocabulary
from parkkit.park.faults import OPEN, Tables, at, overlapping, wrong_units, years_reversed

FACTORS = ("emission_factor", "generation_factor", "release_factor")
WITH_SPECIES = (*FACTORS, "supplied_factor")
# What a parameter converts to; {base} stands for the base unit of its item, 1 is all the rest.
PARAMETER_UNITS = {**dict.fromkeys(WITH_SPECIES, "t/{base}"), "ncv": "TJ/{base}",
                   "carbon_content": "t/TJ", "sulphur_mg_per_m3": "mg/m3",
                   "flue_gas_volume": "m3/{base}", "coal_equivalent": "tce/{base}",
                   "coal_equivalent_supply": "tce/{base}"}  # fmt: skip
TEMPERATURES = ("heat_temperature_c", "ambient_temperature_c")
CELSIUS = ("degC", "°C", "℃")
# A heat efficiency may pass 1: condensing boilers are told on the net heat value.
UP_TO_ONE = ("oxidation", "combustion_efficiency", "power_efficiency", "methane_correction")
SULPHUR, ASH = "sulphur_share", "ash_share"
MOST_SULPHUR = 0.1
SAME_SITE = ["enterprise_id", "process", "item", "use", "parameter", "species"]


def site_factor_problems(tables: Tables) -> Iterator[Problem]:
    """Return what is wrong with a plant's own parameters."""
    site = tables["site_factors"]
    yield from parameter_units("site_factors", site)
    yield from shares_above_one("site_factors", site)
    for row in site.index[site["parameter"].isin(WITH_SPECIES) & (site["species"] == "")]:
        yield at("site_factors", row, "species", "blank")
    yield from years_reversed("site_factors", site)
    known = codes("uses")
    for row in site.index[site["use"] != ""]:
        for use in site["use"][row].split(";"):
            if use not in known:
                yield at("site_factors", row, "use", "unknown", kind="use", given=use, known=known)
    for later, earlier in overlapping(site, SAME_SITE):
        yield at("site_factors", later, "valid_from", "overlapping_years", first=earlier)
    yield from _years_problems(tables["activity"], site)


def parameter_units(table: str, rows: pd.DataFrame) -> Iterator[Problem]:
    """Tell parameters in a unit that is not theirs; fuels' factors may be per heat, too."""
    is_warm = rows["parameter"].isin(TEMPERATURES)
    for row in rows.index[is_warm & ~rows["unit"].isin(("", *CELSIUS))]:
        yield at(table, row, "unit", "wrong_dimension", given=rows["unit"][row], wanted="degC")
    others = rows[~is_warm]
    wanted = [
        wanted_units(parameter, item)
        for parameter, item in zip(others["parameter"], others["item"], strict=True)
    ]
    yield from wrong_units(table, others[["unit"]].assign(wanted=pd.Series(wanted, others.index)))


@cache
def wanted_units(parameter: str, item: str) -> str | None:
    """Return what a parameter of an item, or of an item group, converts to.

    Several that will do stand with a blank between them; None where nothing can be said.

    Examples
    --------
    >>> wanted_units("emission_factor", "natural_gas"), wanted_units("emission_factor", "gas")
    ('t/m3 t/TJ', 't/TJ')
    >>> wanted_units("oxidation", "coke")
    '1'
    """
    items = vocabulary("items")
    rows = items[(items["item"] == item) | (items["item_group"] == item)]
    unit = PARAMETER_UNITS.get(parameter, "1")
    if not parameter or not len(rows):
        return None
    # A group may hold items counted in tonnes and in cubic metres: nothing per amount fits both.
    bases = rows["base_unit"].unique() if rows["base_unit"].nunique() == 1 else ()
    choices = [unit.format(base=base) for base in bases] if "{base}" in unit else [unit]
    # Steam is counted in tonnes, and its factors are told by its heat as a fuel's are.
    if parameter in WITH_SPECIES and rows["kind"].isin(("fuel", "energy")).all():
        choices.append("t/TJ")
    return " ".join(choices) or None


def shares_above_one(table: str, rows: pd.DataFrame) -> Iterator[Problem]:
    """Tell shares that are too large, such as a percent number typed without its percent.

    Sulphur of 0.8 for 0.8 % would pass as a share, and count a hundred times what there is: of a
    fuel no share above ``MOST_SULPHUR`` is taken.
    """
    is_share = rows["parameter"].isin(UP_TO_ONE) | rows["parameter"].str.endswith("_share")
    is_plain = rows["unit"].map({unit: measures(unit, "1") for unit in rows["unit"].unique()})
    shares = rows[is_share & is_plain.astype(bool) & rows["value"].notna()]
    share = shares["value"] * conversions(shares["unit"], pd.Series("1", index=shares.index))
    items = vocabulary("items")
    fuels = items[items["kind"] == "fuel"]
    of_fuel = shares["item"].isin({*fuels["item"], *fuels["item_group"]} - {""})
    most = pd.Series(1.0, index=shares.index)
    most = most.mask(of_fuel & (shares["parameter"] == SULPHUR), MOST_SULPHUR)
    for row in shares.index[share > most]:
        value, high = shares["value"][row], most[row]
        times = conversion(shares["unit"][row], "1")
        # The parameters that laboratories tell in percent: both readings are told.
        if shares["parameter"][row] in (SULPHUR, ASH) and times == 1:
            yield at(table, row, "value", "percent_as_share", given=f"{value:g}",
                     parameter=shares["parameter"][row], percent=f"{value * 100:g}",
                     high=f"{high * 100:g}", share=f"{value / 100:g}")  # fmt: skip
        else:
            yield at(table, row, "value", "above", given=f"{value:g}", high=f"{high / times:g}")


def _years_problems(activity: pd.DataFrame, site: pd.DataFrame) -> Iterator[Problem]:
    """Tell parameters of other years than the activity they are for.

    A parameter without any activity of its item is not judged here: nothing is needed of it.
    """
    spans = site.reset_index(names="row").assign(
        start=site["valid_from"].astype("float64").fillna(-OPEN).to_numpy(),
        end=site["valid_to"].astype("float64").fillna(OPEN).to_numpy(),
    )
    needs = _needs(activity, spans)
    inside = (needs["start"] <= needs["year"]) & (needs["year"] <= needs["end"])
    needs = needs.assign(is_inside=inside)
    live = needs.groupby("row")["is_inside"].any()
    dead = needs[needs["row"].isin(live.index[~live])]
    for row, years in dead.groupby("row")["year"]:
        yield at("site_factors", row, "valid_to", "expired_factor", is_warning=True,
                 given=_span(spans, row), years=spelled(years))  # fmt: skip
    yield from _gaps(needs, live)


def _needs(activity: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """Return each parameter's row beside each process and year of activity it is meant for."""
    mine = activity["enterprise_id"].isin(spans["enterprise_id"]) & activity["year"].notna()
    mine &= activity["item"].isin(spans["item"])
    used = activity.loc[mine, ["enterprise_id", "process", "item", "year"]].drop_duplicates()
    used = used.astype({"year": "int64"}).rename(columns={"process": "used_in"})
    needs = spans.merge(used, on=["enterprise_id", "item"])
    return needs[(needs["process"] == "") | (needs["process"] == needs["used_in"])]


def _gaps(needs: pd.DataFrame, live: pd.Series) -> Iterator[Problem]:
    """Tell the years that no row of a parameter covers, neither the process's nor the plant's."""
    source = ["enterprise_id", "item", "parameter", "species", "used_in"]
    covered = needs.groupby([*source, "year"])["is_inside"].transform("any")
    open_years = needs[~covered & needs["row"].map(live).astype(bool)]
    for row, years in open_years.drop_duplicates([*source, "year"], keep="last").groupby("row"):
        yield at("site_factors", row, "valid_to", "factor_gap", is_warning=True,
                 given=years["parameter"].iloc[0], years=spelled(years["year"]))  # fmt: skip


def _span(spans: pd.DataFrame, row: object) -> str:
    """Return the years a row gives, as a reader writes them: 2018–2020, –2020, 2018–."""
    found = spans[spans["row"] == row].iloc[0]
    start, end = ("" if abs(each) == OPEN else f"{each:g}" for each in (found.start, found.end))
    return start if start == end else f"{start}–{end}"


def spelled(years: Iterable[int]) -> list[str]:
    """Return years with runs drawn together.

    Examples
    --------
    >>> spelled([2018, 2021, 2019, 2020, 2023])
    ['2018–2021', '2023']
    """
    ordered = np.unique(list(years))
    runs = np.split(ordered, (np.diff(ordered) > 1).nonzero()[0] + 1)
    return [f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs if len(run)]
