"""Chapter 03, the explorer: sources that fit a filter, and all that is known of one of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from IPython.display import display

from parkkit.core.errors import ParkError, unknown
from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import Inventory, known_year
from parkkit.inventory.coupling import coupling
from parkkit.inventory.fused_units import told_rows
from parkkit.inventory.fusion import CoControlRule, co_control_points, fuse
from parkkit.inventory.joined_names import JOINT
from parkkit.inventory.pareto import pareto_front
from parkkit.output.chapters.decoupling import industry_name
from parkkit.output.chapters.fusion import source_names
from parkkit.output.figures import name_of
from parkkit.output.fusion_charts import AXES, Axis, choosable, front_scatter, ranked_bars
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import say
from parkkit.output.quantities import Kind, percent, readable
from parkkit.output.theme import Chart
from parkkit.park.package import Park

CHOICES = ("industry", "process_type", "species", "medium")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFilter:
    """Which sources are looked at, on which axis, and by which rule they are judged.

    A blank choice is all. ``industry`` is a division of the park's scheme. Sources are judged
    within the whole park, whatever is filtered.
    """

    axis: Axis = "equivalents_air"
    industry: str = ""
    process_type: str = ""
    species: str = ""
    medium: str = ""
    rule: CoControlRule = CoControlRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """One year of an inventory, laid ready for the explorer.

    ``fused`` has a row per source (``name`` besides the columns of ``fuse``),
    ``cells`` is its long form, ``rows`` the emissions with the source (``unit_id``) that each
    counts to, ``ledger`` what was left out, ``used`` the factors by the activity they serve,
    ``coupled`` whether carbon and pollution of a source have one cause and one direction.
    """

    year: int
    fused: pd.DataFrame
    cells: pd.DataFrame
    rows: pd.DataFrame
    ledger: pd.DataFrame
    used: pd.DataFrame
    coupled: pd.DataFrame


def explored(inventory: Inventory, park: Park, *, year: int, language: Language) -> Explored:
    """Return what the explorer shows of a year.

    Raises
    ------
    ParkError
        If the inventory tells nothing of the year.
    """
    year = known_year(inventory, year)
    fused = _of(year, fuse(inventory, park=park))
    fused.insert(0, "name", source_names(fused["unit_id"], park, language))
    order = ["direct_co2e_t", "unit_id"]
    return Explored(
        year=year,
        fused=fused.sort_values(order, ascending=[False, True], ignore_index=True),
        cells=_of(year, fuse(inventory, form="long", park=park)),
        rows=_of(year, told_rows(inventory)),
        ledger=_of(year, inventory.ledger),
        used=_used(inventory, year),
        coupled=coupling(inventory, year=year),
    )


def _of(year: int, table: pd.DataFrame) -> pd.DataFrame:
    return table[table["year"] == year].reset_index(drop=True)


def _used(inventory: Inventory, year: int) -> pd.DataFrame:
    """Return the factors used in a year, by the activity they were used on."""
    used = inventory.factors_used
    columns = ["activity_id", "factor_id", "species", "value", "unit", "factor_mark", "source"]
    if not len(used):
        return pd.DataFrame(columns=columns, dtype="str")
    used = used[(used["rank"] == 0) & (used["year"] == year)]
    keyed = inventory.activity[["activity_id", "key_id"]]
    return keyed.merge(used.rename(columns={"checked": "factor_mark"}), on="key_id")[columns]


def sources(data: Explored, wanted: SourceFilter, language: Language) -> pd.DataFrame:
    """Return the sources that fit a filter, the largest direct carbon first.

    Returns
    -------
    DataFrame
        The fused table with ``is_co_control_point`` and ``judged_on`` (within the whole park),
        and what the pictures need: ``carbon_t``, ``amount`` and ``share`` on the axis asked for,
        ``kind``, ``is_on_front`` (of the sources that fit), ``told``.

    Raises
    ------
    ParkError
        If a choice is none of the year's.
    """
    _refuse_unknown(data, wanted)
    judged = co_control_points(data.fused, wanted.rule)
    found = judged[_fits(data, wanted)].reset_index(drop=True)
    column, _ = AXES[wanted.axis]
    amount = found.get(column, pd.Series(float("nan"), index=found.index))
    found = found.assign(
        carbon_t=found["direct_co2e_t"], amount=amount,
        share=found[f"{wanted.axis}_share"], kind=_kinds(found, wanted.axis),
    )  # fmt: skip
    found["is_on_front"] = pareto_front(found, "carbon_t", "amount")
    told = [_told(row, wanted.axis, language) for row in found.to_dict("records")]
    return found.assign(told=pd.Series(told, index=found.index, dtype="str"))


def _fits(data: Explored, wanted: SourceFilter) -> pd.Series:
    """Tell the sources that have a row of everything asked for at once."""
    fits = pd.Series(True, index=data.fused.index)
    rows = data.rows
    for name in ("process_type", "species", "medium"):
        if value := getattr(wanted, name):
            rows = rows[rows[name] == value]
            fits &= data.fused["unit_id"].isin(rows["unit_id"])
    if wanted.industry:
        sectors = _parts(data.fused["category_sector"])
        fits &= pd.Series([wanted.industry in each for each in sectors], index=fits.index)
    return fits


def _kinds(found: pd.DataFrame, axis: Axis) -> pd.Series:
    """Return what each source is on an axis; one that lacks a number may yet be a point."""
    kinds = [
        "control_point" if axis in judged.split(";")
        else "control_unknown" if missing else "no_control_point"
        for judged, missing in zip(found["judged_on"], found["missing"], strict=True)
    ]  # fmt: skip
    return pd.Series(kinds, index=found.index, dtype="str")


def _refuse_unknown(data: Explored, wanted: SourceFilter) -> None:
    for name in CHOICES:
        known = codes(data, name)
        if (value := getattr(wanted, name)) and value not in known:
            raise unknown(name, value, known)
    if wanted.axis not in AXES:
        raise unknown("axis", wanted.axis, list(AXES))


def rule_of(carbon_percent: float, pollution_percent: float) -> CoControlRule:
    """Return the rule of two thresholds given in per cent.

    Raises
    ------
    ParkError
        ``bad_share`` if one is not above 0 and up to 100.

    Examples
    --------
    >>> rule_of(80, 95)
    CoControlRule(carbon_share=0.8, pollution_share=0.95)
    """
    for given in (carbon_percent, pollution_percent):
        if not 0 < given <= 100:
            raise ParkError("bad_share", given=f"{given:g}")
    return CoControlRule(carbon_share=round(carbon_percent / 100, 9),
                         pollution_share=round(pollution_percent / 100, 9))  # fmt: skip


def codes(data: Explored, name: str) -> list[str]:
    """Return what can be chosen of ``industry``, ``process_type``, ``species`` or ``medium``."""
    if name == "industry":
        return sorted(set(_parts(data.fused["category_sector"]).explode().dropna()) - {""})
    return sorted(set(data.rows[name].dropna()) - {""})


def _parts(texts: pd.Series) -> pd.Series:
    return texts.fillna("").str.split(JOINT, regex=False)


def options(data: Explored, name: str, language: Language) -> list[tuple[str, str]]:
    """Return what can be chosen of a field with its name, all of it first.

    Parameters
    ----------
    name : str
        ``axis``, ``industry``, ``process_type``, ``species`` or ``medium``.
    """
    if name == "axis":
        return [(label(f"fused.axis_name.{axis}", language), axis) for axis in AXES]
    named = [
        (industry_name(code, language) if name == "industry" else name_of(code, name, language),
         code)
        for code in codes(data, name)
    ]  # fmt: skip
    return [(label("fused.all", language), ""), *named]


def _told(row: Mapping[Hashable, Any], axis: Axis, language: Language) -> str:
    """Return a source in one line: its name, carbon, pollution, and what it is."""
    carbon = _amount(row["carbon_t"], "co2e", language)
    amount = _amount(row["amount"], AXES[axis][1], language)
    return label(
        "fused.mark", language, name=row["name"], carbon=carbon, amount=amount,
        axis=label(f"fused.axis_name.{axis}", language),
        kind=label(f"charts.{row['kind']}", language),
    )  # fmt: skip


def _amount(value: float, kind: Kind, language: Language) -> str:
    return "—" if pd.isna(value) else readable(value, language, kind)


def pictures(found: pd.DataFrame, axis: Axis, language: Language) -> dict[str, str]:
    """Return the scatter and the two rankings as SVG, blank where there is nothing to draw."""
    name, kind = label(f"fused.axis_name.{axis}", language), AXES[axis][1]
    carbon = ranked(found, "carbon")
    heads = {part: label(f"fused.head.{part}", language, axis=name)
             for part in ("scatter", "carbon", "pollution")}  # fmt: skip
    draw: dict[str, Callable[[], Chart]] = {
        "scatter": lambda: front_scatter(found, language=language, title=heads["scatter"],
                                         axis=axis),
        "carbon": lambda: ranked_bars(carbon, language=language, title=heads["carbon"],
                                      kind="co2e"),
        "pollution": lambda: ranked_bars(found, language=language, title=heads["pollution"],
                                         kind=kind),
    }  # fmt: skip
    return {part: _svg(chart, list(found["unit_id"])) for part, chart in draw.items()}


def _svg(chart: Callable[[], Chart], sources: list[str]) -> str:
    try:
        return choosable(chart(), sources)
    except ParkError as error:
        if error.code != "nothing_to_draw":
            raise
        return ""


def ranked(found: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return the sources with what a ranking of ``carbon`` or ``pollution`` shows of each."""
    if side == "carbon":
        return found.assign(amount=found["direct_co2e_t"], share=found["direct_co2e_share"])
    return found


def counted(data: Explored, found: pd.DataFrame, axis: Axis, language: Language) -> str:
    """Return how many sources are left, how many the picture shows, and how many are points."""
    drawn = int(((found["carbon_t"] > 0) & (found["amount"] > 0)).sum())
    return label(
        "fused.counted", language, all=len(data.fused), left=len(found), drawn=drawn,
        axis=label(f"fused.axis_name.{axis}", language),
        points=int((found["kind"] == "control_point").sum()),
    )  # fmt: skip


def rule_told(wanted: SourceFilter, language: Language) -> str:
    """Return the rule of the co-control points with its thresholds, in words."""
    return label(
        "fused.rule", language, carbon=percent(wanted.rule.carbon_share, language),
        pollution=percent(wanted.rule.pollution_share, language),
        axis=label(f"fused.axis_name.{wanted.axis}", language),
    )  # fmt: skip


def show_explorer(
    explorer: Callable[..., object], inventory: Inventory, park: Park, choice: PageChoice
) -> None:
    """Show the explorer of the fused inventory.

    Parameters
    ----------
    explorer : callable
        ``parkkit_widgets.FusedExplorer``: the front end imports this package, never the other way
        round.
    """
    say("page.fusion.explore", choice.language)
    display(explorer(inventory, park, year=choice.year, language=choice.language))
