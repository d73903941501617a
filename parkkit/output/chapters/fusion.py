"""Chapter 03: carbon and pollutants of each source side by side, and where both are large."""

from __future__ import annotations

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.fusion import CoControlRule, co_control_points, fuse
from parkkit.output.figures import Card, card, name_of
from parkkit.output.page_choice import PageChoice
from parkkit.output.quantities import percent
from parkkit.output.theme import numbered
from parkkit.park.package import Park, plant_names

MATCHES = ("both", "carbon_only", "pollution_only", "held_only")
MOST_NAMED = 5
SHOWN = ("so2", "nox", "pm", "pm2_5", "voc", "cod")


def source_names(units: pd.Series, park: Park, language: Language) -> pd.Series:
    """Return what sources are called: the plant, and the process and outlet within it.

    Parameters
    ----------
    units : Series of str
        ``unit_id`` of the fused table.
    """
    plants = plant_names(park, language)
    parts = units.str.split("/", n=1)
    names = parts.str[0].map(plants).fillna(parts.str[0])
    within = parts.str[1].fillna("").str.replace("/", " ").str.strip()
    return names.where(within == "", names + " · " + within).astype("str")


def fused_sources(inventory: Inventory, park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return the fused table of the page's year, named, the largest carbon first.

    ``is_co_control_point`` is missing where a source that is none lacks a number, and may be one.
    """
    fused = fuse(inventory, park=park)
    year = fused[fused["year"] == choice.year]
    named = source_names(year["unit_id"], park, choice.language)
    told = co_control_points(year.assign(name=named, equivalents=year["equivalents_air"]))
    is_point = told["is_co_control_point"].astype("boolean")
    is_point = is_point.mask(~is_point & (told["missing"] != ""))
    answers = is_point.map({True: "yes", False: "no"}).fillna("unknown")
    words = [label(f"coupling.answer.{code}", choice.language) for code in answers]
    told = told.assign(is_co_control_point=is_point, is_point=words)
    return told.sort_values("direct_co2e_t", ascending=False).reset_index(drop=True)


def key_figures(fused: pd.DataFrame, total_card: Card, choice: PageChoice) -> list[Card]:
    """Return the headline, the equivalents of each medium, and the co-control points as cards."""
    language = choice.language
    points = fused[fused["is_co_control_point"]]
    return [
        total_card,
        *(
            card(label(f"charts.series.{name}", language),
                 fused[name].sum(min_count=1), language, "equivalents")
            for name in ("equivalents_air", "equivalents_water")
        ),
        card(label("page.fusion.points", language), len(points), language, "count",
             note=label("page.fusion.points_note", language,
                        share=percent(points["direct_co2e_share"].sum(), language))),
    ]  # fmt: skip


def scatter(fused: pd.DataFrame) -> pd.DataFrame:
    """Return the sources that have both direct carbon and air equivalents."""
    return fused.assign(co2e_t=fused["direct_co2e_t"])[
        ["name", "co2e_t", "equivalents", "is_co_control_point"]
    ]


def shares(fused: pd.DataFrame) -> pd.DataFrame:
    """Return each source's share of the park's direct carbon and air equivalents, in long form."""
    sides = {"carbon": "direct_co2e_share", "pollution": "equivalents_air_share"}
    frames = [
        fused[["name"]].assign(side=side, share=fused[column]) for side, column in sides.items()
    ]
    return pd.concat(frames, ignore_index=True).dropna(subset="share")


def table(fused: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of the fused table that a page has room for."""
    species = [f"{name}_t" for name in SHOWN if f"{name}_t" in fused]
    columns = ["name", "direct_co2e_t", *species, "direct_co2e_share", "equivalents_air_share",
               "is_point"]  # fmt: skip
    return fused.loc[_has_any(fused), columns].reset_index(drop=True)


def _has_any(fused: pd.DataFrame) -> pd.Series:
    """Tell the sources with a number of carbon or of a species that the table shows."""
    species = [f"{name}_t" for name in SHOWN if f"{name}_t" in fused]
    return fused[["direct_co2e_t", *species]].notna().any(axis=1)


def unmatched_text(fused: pd.DataFrame, language: Language) -> str:
    """Return in words how many sources tell one side alone, are held out, or lack a number."""
    counts = fused["match"].value_counts()
    told = {code: int(counts.get(code, 0)) for code in MATCHES}
    text = label("page.fusion.unmatched", language, **told)
    lacking = fused[fused["missing"] != ""]
    if not len(lacking):
        return text
    comma = label("page.list_separator", language)
    named = [
        label("page.fusion.lacks_one", language, name=row["name"],
              species=comma.join(name_of(code, "species", language)
                                 for code in row["missing"].split(";")))
        for row in lacking.head(MOST_NAMED).to_dict("records")
    ]  # fmt: skip
    more = label("page.fusion.lacks", language, count=len(lacking), named=comma.join(named))
    return f"{text}\n\n{more}"


def no_value(fused: pd.DataFrame) -> pd.DataFrame:
    """Return where the table has no value because no list and no calculation speaks of it.

    A value that somebody should have given but could not be computed is not among them.
    """
    shown = table(fused)
    rows = fused[_has_any(fused)].reset_index(drop=True)
    told = {
        name: rows.get(f"{name.removesuffix('_t')}_list", pd.Series(pd.NA, index=rows.index))
        for name in shown.columns if name.endswith("_t")
    }  # fmt: skip
    absent = pd.DataFrame({name: lists.isna() for name, lists in told.items()})
    return absent.assign(
        direct_co2e_t=shown["direct_co2e_t"].isna(),
        direct_co2e_share=shown["direct_co2e_share"].isna(),
        equivalents_air_share=shown["equivalents_air_share"].isna(),
    )


def scatter_title(fused: pd.DataFrame, language: Language) -> str:
    """Return the finding: how many sources are co-control points, and what they hold."""
    points = fused[fused["is_co_control_point"]]
    if not len(points):
        return label("page.fusion.no_points_title", language)
    return numbered(
        "page.fusion.scatter_title", len(points), language,
        carbon=percent(points["direct_co2e_share"].sum(), language),
        pollution=percent(points["equivalents_air_share"].sum(), language),
    )  # fmt: skip


def shares_title(fused: pd.DataFrame, language: Language) -> str:
    """Return the finding: how many of the five largest in carbon are among those in pollution."""
    largest = [
        set(fused.nlargest(5, column)["unit_id"])
        for column in ("direct_co2e_share", "equivalents_air_share")
    ]
    return label("page.fusion.shares_title", language, count=len(set.intersection(*largest)))


def rule_text(language: Language, rule: CoControlRule | None = None) -> str:
    """Return the rule of the co-control points in words."""
    chosen = rule or CoControlRule()
    return label("page.fusion.rule", language, carbon=percent(chosen.carbon_share, language),
                 pollution=percent(chosen.pollution_share, language))  # fmt: skip
