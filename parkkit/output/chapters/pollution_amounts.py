"""Chapter 02, pollutants: what was generated, sent and released of each, and its equivalents."""

from __future__ import annotations

from functools import partial

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import Inventory, is_incomplete
from parkkit.inventory.equivalents import equivalents_by, recalled_values
from parkkit.inventory.water import WHOLE_PARK
from parkkit.inventory.water_pollutants import water_pollutants
from parkkit.output.chapters.inventory import by_species
from parkkit.output.figures import name_of, number
from parkkit.output.page_choice import PageChoice

# One value of what was generated stands for all the rows of a source in one list and month.
SOURCE = ["source_id", "list", "month", "activity_id"]
SUMMED = ["amount_t", "equivalents", "conventional_equivalents"]
WATER = ["species", "generated_t", "silent", "sent_t", "sent_to_members_t", "sent_outside_t",
         "released_t", "control_share", "list", "status", "short", "lacks"]  # fmt: skip


def air_table(inventory: Inventory, choice: PageChoice, medium: str = "air") -> pd.DataFrame:
    """Return what was generated and released of each pollutant of a medium in the page's year.

    Returns
    -------
    DataFrame
        Without a row where nothing is released. ``species``, ``generated_t`` (missing unless
        every source tells it), ``tellers`` of the ``sources``, ``released_t``, ``control_share``
        (1 - released / generated, where both are whole), ``short`` (``released`` where that is
        partial), and what `charges` returns.
    """
    rows = inventory.emissions
    rows = rows[(rows["year"] == choice.year) & (rows["medium"] == medium)]
    # What stands elsewhere (IE) or is not there (NO, NA) is no source of this year.
    rows = rows[rows["emissions_t"].notna() | is_incomplete(rows)]
    sources = rows.assign(is_short=is_incomplete(rows)).groupby(
        ["species", *SOURCE], dropna=False
    ).agg(
        generated_t=("generated_t", lambda values: values.sum(min_count=1)),
        is_short=("is_short", "any"),
    ).reset_index()  # fmt: skip
    is_told = sources["generated_t"].notna() & ~sources["is_short"]
    made = sources.assign(is_told=is_told).groupby("species").agg(
        generated_t=("generated_t", "sum"), tellers=("is_told", "sum"), sources=("is_told", "size")
    )  # fmt: skip
    made["generated_t"] = made["generated_t"].where(made["tellers"] == made["sources"])
    charged = charges(inventory, choice, medium)
    if charged.empty:  # a join of nothing has no types
        return charged
    table = charged.join(made, on="species")
    share = 1 - table["released_t"] / table["generated_t"]
    is_whole = (table["status"] == "computed") & (table["generated_t"] > 0)
    short = pd.Series("", index=table.index, dtype="str").mask(
        table["status"] == "partial", "released"
    )
    return table.assign(control_share=share.where(is_whole), short=short, lacks="")


def water_table(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return what was generated, sent and released of each pollutant of water in the page's year.

    Returns
    -------
    DataFrame
        ``species``, ``generated_t`` (missing unless every plant tells it), ``silent`` (plants
        that do not, joined by semicolons), ``sent_t``, ``sent_to_members_t``, ``sent_outside_t``,
        ``released_t``, ``control_share`` (1 - what was released or sent outside / generated,
        where all are whole), ``list``, ``status``, ``short`` (which of ``sent`` and ``released``
        are partial), ``lacks`` (whose: ``PLANT/sent``), and what `charges` returns.
    """
    rows = water_pollutants(inventory)
    rows = rows[(rows["year"] == choice.year) & (rows["enterprise_id"] == WHOLE_PARK)]
    told = [[part.split("/") for part in missing.split(";") if part] for missing in rows["missing"]]
    texts = {
        "silent": [";".join(at for at, what in parts if what == "generated") for parts in told],
        "short": [";".join({what: 0 for _, what in parts if what != "generated"})
                  for parts in told],
        "lacks": [";".join(f"{at}/{what}" for at, what in parts if what != "generated")
                  for parts in told],
    }  # fmt: skip
    lists = (rows["sent_list"] + ";" + rows["released_list"]).map(
        partial(_list_names, language=choice.language)
    )
    outside = rows["sent_t"].fillna(0) - rows["sent_to_members_t"].fillna(0)
    gone = rows["released_t"].fillna(0) + outside
    rows = rows.assign(list=lists, sent_outside_t=outside, **texts)
    rows["generated_t"] = rows["generated_t"].where(rows["silent"] == "")
    is_whole = (rows["status"] == "computed") & (rows["generated_t"] > 0)
    rows["control_share"] = (1 - gone / rows["generated_t"]).where(is_whole)
    charged = charges(inventory, choice, "water").drop(columns=["released_t", "list", "status"])
    table = rows[WATER].merge(charged, on="species", how="left")
    return table.assign(
        **{name: table[name].fillna("").astype("str") for name in ("kg", "none", "missing")}
    ).sort_values("released_t", ascending=False, ignore_index=True)


def charges(inventory: Inventory, choice: PageChoice, medium: str) -> pd.DataFrame:
    """Return the release of each pollutant of a medium in the page's year, and its equivalents.

    Returns
    -------
    DataFrame
        ``species``, ``released_t``, ``kg`` (the statutory values, several where dust is of
        combustion and of process), ``equivalents``, ``none`` (why some tonnes have none, codes
        joined by semicolons), ``conventional_kg`` and ``conventional_equivalents`` (only where
        the law has no value and a convention has one), ``list``, ``status`` and ``missing``. The
        largest release comes first.
    """
    rows = equivalents_by(inventory, user_values=recalled_values())
    rows = rows[(rows["year"] == choice.year) & (rows["medium"] == medium)]
    # By convention is told only what has no value in the law: the rest would stand there twice.
    is_apart = rows["kg_per_equivalent"].isna() & rows["conventional_kg_per_equivalent"].notna()
    rows = rows.assign(
        conventional_equivalents=rows["conventional_equivalents"].where(is_apart),
        conventional_kg_per_equivalent=rows["conventional_kg_per_equivalent"].where(is_apart),
        kg=rows["kg_per_equivalent"].map(partial(number, language=choice.language)).where(
            rows["kg_per_equivalent"].notna(), ""),
        is_short=rows["status"] != "computed",
    )  # fmt: skip
    groups = rows.groupby("species")
    comma = label("charts.comma", choice.language)
    texts = {name: (name, _codes) for name in ("none", "missing")}
    table = groups[SUMMED].sum(min_count=1).join(groups.agg(
        kg=("kg", lambda cells: comma.join(dict.fromkeys(cell for cell in cells if cell))),
        conventional_kg=("conventional_kg_per_equivalent", "first"),
        is_short=("is_short", "any"), **texts,
    ))  # fmt: skip
    told = by_species(inventory, choice)
    lists = told[told["medium"] == medium].set_index("species")["list"]
    status = pd.Series("computed", index=table.index, dtype="str")
    status = status.mask(table["is_short"], "partial")
    table = table.assign(
        list=lists.reindex(table.index).fillna("").astype("str"),
        status=status.mask(table["amount_t"].isna(), "not_computable"),
    )
    table = table.reset_index().rename(columns={"amount_t": "released_t"})
    return table.sort_values("released_t", ascending=False, ignore_index=True)


def _codes(cells: pd.Series) -> str:
    return ";".join(sorted({code for cell in cells for code in str(cell).split(";") if code}))


def _list_names(codes: str, language: Language) -> str:
    names = [name_of(code, "list", language) for code in sorted(set(codes.split(";"))) if code]
    return label("page.list_separator", language).join(names)
