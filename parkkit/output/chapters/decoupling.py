"""Chapter 04: whether growth has come loose from carbon and from pollution."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.core.vocabulary import names
from parkkit.diagnosis.decoupling import DecouplingRule, diagnose
from parkkit.diagnosis.sentences import sentence
from parkkit.diagnosis.trends import spans
from parkkit.inventory.compilation import CO2E, Inventory, totals
from parkkit.inventory.economy import PARK, divisions, economy_series
from parkkit.inventory.equivalents import equivalents, lacks_equivalents
from parkkit.output.figures import Card, name_of
from parkkit.output.quantities import change, is_missing, percent
from parkkit.park.package import Park

POLLUTANTS = ("so2", "nox", "pm", "voc", "cod")
EQUIVALENTS = "equivalents"
COLUMNS = ("start", "end", "economy_change", "pollution_change", "carbon_change",
           "pollution_tapio", "carbon_tapio", "state")  # fmt: skip
SHOWN_LINES = ("so2", "nox", "cod")


def pressures(inventory: Inventory, park: Park) -> pd.DataFrame:
    """Return CO2e, pollutants and air equivalents of the park and each industry, by year."""
    rows = inventory.emissions
    division = divisions(rows["industry_code"], park.about.industry_scheme)
    by_division = replace(inventory, emissions=rows.assign(industry_code=division))
    whole = totals(inventory).assign(group=PARK)
    parts = totals(by_division, by=["year", "industry_code"]).rename(
        columns={"industry_code": "group"}
    )
    tonnes = pd.concat([whole, parts], ignore_index=True).rename(columns={"amount_t": "amount"})
    told = tonnes[tonnes["species"].isin([CO2E, *POLLUTANTS])]
    told = told.assign(is_partial=told["status"] == "partial")
    both = pd.concat([told, _equivalents(by_division)], ignore_index=True)
    named = both[both["group"] != ""]
    return named[["group", "year", "species", "amount", "is_partial"]]


def _equivalents(inventory: Inventory) -> pd.DataFrame:
    rows = inventory.emissions
    told = rows.assign(amount=equivalents(rows), is_partial=lacks_equivalents(rows))
    air = told[(told["medium"] == "air") & (told["amount"].notna() | told["is_partial"])]
    both = pd.concat([air.assign(group=PARK), air.assign(group=air["industry_code"])])
    sums = both.groupby(["group", "year"], as_index=False).agg(
        amount=("amount", lambda values: values.sum(min_count=1)),
        is_partial=("is_partial", "any"),
    )
    return sums.assign(species=EQUIVALENTS)


def economy(inventory: Inventory, park: Park) -> pd.DataFrame:
    """Return the members' value added, the park's and each industry's."""
    return economy_series(park, inventory.members, part=inventory.part)


def verdicts(pressure: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """Return the state of the park over the whole span, one row a pollutant."""
    rows = pressure[pressure["species"] != EQUIVALENTS]
    return _diagnosed(rows, value, None, DecouplingRule(), groups=[PARK])


def verdict(pressure: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """Return the state of the park over the whole span, pollution as air equivalents: one row.

    No row where fewer than two years have both an economy and a pressure.
    """
    return _diagnosed(pressure, value, None, DecouplingRule(pollution="equivalents"), groups=[PARK])


def states_by_industry(
    pressure: pd.DataFrame, value: pd.DataFrame, language: Language
) -> pd.DataFrame:
    """Return the state of the park and each industry, year by year, for the grid."""
    both = set(value["group"]) & set(pressure["group"])
    groups = sorted(both, key=lambda name: (name != PARK, name))
    rule = DecouplingRule(pollution="equivalents")
    table = _diagnosed(pressure, value, 1, rule, groups=groups)
    named = table.assign(group=table["group"].map(partial(industry_name, language=language)))
    # The order of rows is the order of the picture: the whole park first.
    ranked = named.sort_values(
        "group", key=lambda names: names != industry_name(PARK, language), kind="stable"
    )
    return ranked.rename(columns={"end": "span_end"})[["group", "span_end", "state"]]


def industry_name(group: str, language: Language) -> str:
    """Return what a group is called: the whole park, or an industry with its division.

    Examples
    --------
    >>> industry_name("26", "en")
    '26 Chemicals'
    """
    if group == PARK:
        return label("diagnosis.group.park", language)
    name = names("industries", language).get(group, "")
    return f"{group} {name}".strip()


def _diagnosed(
    pressure: pd.DataFrame,
    value: pd.DataFrame,
    length: int | None,
    rule: DecouplingRule,
    *,
    groups: list[str],
) -> pd.DataFrame:
    known = sorted({int(year) for year in set(pressure["year"]) & set(value["year"])})
    if len(known) < 2:
        return pd.DataFrame(columns=["group", "pollutant", *COLUMNS])
    rows, money = pressure[pressure["group"].isin(groups)], value[value["group"].isin(groups)]
    return diagnose(rows, money, spans(known, length), rule=rule)


def index_lines(pressure: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """Return the park's economy, carbon and main pollutants as indices, the first year 100."""
    money = value[value["group"] == PARK].assign(series="economy")
    rows = pressure[(pressure["group"] == PARK) & pressure["species"].isin([CO2E, *SHOWN_LINES])]
    named = rows.assign(series=rows["species"].replace({CO2E: "carbon"}))
    both = pd.concat([money, named])[["year", "series", "amount"]]
    if both["year"].nunique() < 2 or not len(money):
        return both.assign(index=float("nan")).head(0)
    base = both[both["year"] == both["year"].min()].set_index("series")["amount"]
    return both.assign(index=100 * both["amount"] / both["series"].map(base))


def tapio_points(pressure: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """Return the yearly changes of carbon and air equivalents against the economy's."""
    rule = DecouplingRule(pollution="equivalents")
    table = _diagnosed(pressure, value, 1, rule, groups=[PARK])
    sides = {"carbon": "carbon", EQUIVALENTS: "pollution"}
    frames = [
        table[["economy_change", "end"]].assign(
            series=series, pressure_change=table[f"{axis}_change"], state=table[f"{axis}_tapio"]
        )
        for series, axis in sides.items()
    ]
    return pd.concat(frames, ignore_index=True)


def key_figures(found: pd.DataFrame, total_card: Card, language: Language) -> list[Card]:
    """Return the headline, the state and the three changes as cards.

    Parameters
    ----------
    found : DataFrame
        What ``verdict`` returned: one row, or none.
    """
    if not len(found):
        return [total_card, Card(name=label("page.decoupling.state", language), value="")]
    row = found.iloc[0]
    state = Card(name=label("page.decoupling.state", language),
                 value=f"{row['state']} {name_of(row['state'], 'state', language)}",
                 note=f"{row['start']}–{row['end']}")  # fmt: skip
    changes = [
        Card(name=label(f"page.decoupling.{axis}", language),
             value=change(row[f"{axis}_change"], language))
        for axis in ("economy", "carbon", "pollution")
    ]  # fmt: skip
    return [total_card, state, *changes]


def lines_title(found: pd.DataFrame, language: Language) -> str:
    """Return the finding: how far economy, carbon and pollution moved."""
    if not len(found):
        return label("page.decoupling.no_lines_title", language)
    row = found.iloc[0]
    return label(
        "page.decoupling.lines_title", language, start=row["start"], end=row["end"],
        economy=_moved("economy", row["economy_change"], language),
        carbon=_moved("carbon", row["carbon_change"], language),
        pollution=_moved("pollution", row["pollution_change"], language),
    )  # fmt: skip


def _moved(axis: str, share: float, language: Language) -> str:
    """Return how far an axis moved, in words."""
    way = "unknown" if is_missing(share) else "up" if share >= 0 else "down"
    by = percent(None if is_missing(share) else abs(share), language)
    return label(f"page.decoupling.moved.{axis}.{way}", language, by=by)


def grid_title(states: pd.DataFrame, language: Language) -> str:
    """Return the finding of the grid: the park's last state, and how many industries share it.

    Parameters
    ----------
    states : DataFrame
        What ``states_by_industry`` returned.
    """
    last = states[states["span_end"] == states["span_end"].max()].dropna(subset="state")
    is_park = last["group"] == industry_name(PARK, language)
    known = last[~is_park & (last["state"] != "not_computable")]
    if not is_park.any():
        return label("page.decoupling.grid_title_unknown", language)
    state = last.loc[is_park, "state"].iloc[0]
    return label(
        "page.decoupling.grid_title", language, year=last["span_end"].iloc[0],
        state=name_of(state, "state", language),
        count=int((known["state"] == state).sum()), known=len(known),
    )  # fmt: skip


def tapio_title(points: pd.DataFrame, language: Language) -> str:
    """Return the finding of the elasticities: in how many years each side strongly decoupled.

    Parameters
    ----------
    points : DataFrame
        What ``tapio_points`` returned.
    """
    known = points.dropna(subset=["economy_change", "pressure_change"])
    if known.empty:
        return label("page.decoupling.tapio_title_unknown", language)
    is_strong = known["state"] == "strong_decoupling"
    return label(
        "page.decoupling.tapio_title", language, years=known["end"].nunique(),
        carbon=int(is_strong[known["series"] == "carbon"].sum()),
        pollution=int(is_strong[known["series"] == EQUIVALENTS].sum()),
    )  # fmt: skip


def paragraph(found: pd.DataFrame, language: Language) -> str:
    """Return the verdict in words, with its numbers and caveats."""
    return sentence(found.iloc[0], language) if len(found) else label(
        "page.decoupling.cannot", language
    )  # fmt: skip


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts' columns that a page has room for."""
    return found[["pollutant", *COLUMNS]]
