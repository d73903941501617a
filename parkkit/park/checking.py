"""Checks across the tables of a park: keys, references, units, periods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.vocabulary import vocabulary
from parkkit.park.control_checks import control_problems
from parkkit.park.destination_checks import destination_problems
from parkkit.park.doubtful_releases import find_doubts
from parkkit.park.faults import Tables, at, wrong_units
from parkkit.park.id_checks import id_problems
from parkkit.park.listing_checks import listing_problems
from parkkit.park.monitors import has_readings
from parkkit.park.own_factors import own_factor_problems
from parkkit.park.parameter_checks import site_factor_problems
from parkkit.park.place_checks import place_problems
from parkkit.park.price_checks import price_problems
from parkkit.park.release_checks import release_problems
from parkkit.park.trade_checks import trade_problems
from parkkit.park.verdict_checks import verdict_problems

KEYS = {"enterprises": "enterprise_id", "activity": "activity_id", "abatement": "device_id",
        "releases": "release_id", "certificates": "certificate_id",
        "sources": "origin"}  # fmt: skip
OF_PLANTS = ("listings", "activity", "site_factors", "abatement", "releases", "certificates")
WITH_ORIGIN = ("listings", "activity", "site_factors", "factors", "abatement", "releases",
               "certificates", "economy", "price_index")  # fmt: skip
PERIODS = {
    "activity": ["enterprise_id", "process", "stack_id", "item", "use", "counterpart_id", "year"],
    "releases": ["enterprise_id", "list", "process", "stack_id", "species", "medium",
                 "amount_kind", "destination", "counterpart_id", "year"],
}  # fmt: skip
OUTSIDERS = ("grid", "outside")


def check_tables(tables: Tables, boundaries: pd.DataFrame) -> list[Problem]:
    """Return every problem that shows only when a park's tables are seen together."""
    found = find_doubts(tables)
    return [
        *_duplicates(tables),
        *_reserved(tables["enterprises"]),
        *_references(tables),
        *_amounts(tables),
        *_units(tables),
        *_technologies(tables["activity"]),
        *site_factor_problems(tables),
        *own_factor_problems(tables),
        *_idle(tables),
        *control_problems(tables),
        *_counterparts(tables),
        *trade_problems(tables),
        *(doubt.problem for doubt in found),
        *release_problems(tables, found),
        *destination_problems(tables),
        *_operation(tables),
        *_periods(tables),
        *place_problems(tables, boundaries),
        *listing_problems(tables, boundaries),
        *id_problems(tables["listings"]),
        *verdict_problems(tables),
        *_plants(tables["enterprises"]),
        *_economy(tables["economy"]),
        *price_problems(tables),
    ]


def _duplicates(tables: Tables) -> Iterator[Problem]:
    for table, key in KEYS.items():
        column = tables[table][key]
        for row in column.index[column.duplicated() & (column != "")]:
            first = int(column.index[column == column[row]][0])
            yield at(table, row, key, "duplicate_key", given=column[row], first=first)


def _reserved(plants: pd.DataFrame) -> Iterator[Problem]:
    for row in plants.index[plants["enterprise_id"].isin(OUTSIDERS)]:
        yield at("enterprises", row, "enterprise_id", "reserved_id",
                 given=plants["enterprise_id"][row])  # fmt: skip


def _references(tables: Tables) -> Iterator[Problem]:
    plants, origins = set(tables["enterprises"]["enterprise_id"]), set(tables["sources"]["origin"])
    wanted = [(table, "enterprise_id", plants, "enterprises.csv") for table in OF_PLANTS]
    wanted += [("economy", "enterprise_id", plants, "enterprises.csv")]
    wanted += [(table, "origin", origins, "sources.csv") for table in WITH_ORIGIN]
    for table, name, known, file in wanted:
        column = tables[table][name]
        rows = column.index[(column != "") & ~column.isin(known)]
        # Where the other table is empty, that is one thing to mend, and told once.
        for row in rows if known else rows[:1]:
            yield at(table, row, name, "unknown_reference", given=column[row], file=file,
                     known=sorted(known))  # fmt: skip


def _amounts(tables: Tables) -> Iterator[Problem]:
    for table in ("activity", "releases"):
        frame = tables[table]
        has_amount, has_notation = frame["amount"].notna(), frame["notation"] != ""
        # A reading that makes no amount is told by what it lacks.
        is_read = has_readings(frame) if table == "releases" else pd.Series(False, frame.index)
        for row in frame.index[~has_amount & ~has_notation & ~is_read]:
            yield at(table, row, "amount", "blank_amount")
        for row in frame.index[has_amount & has_notation]:
            yield at(table, row, "notation", "amount_and_notation", given=frame["notation"][row])


def _units(tables: Tables) -> Iterator[Problem]:
    items = vocabulary("items").set_index("item")
    # A fuel may be told by its heat.
    wanted = items["base_unit"].mask(items["kind"] == "fuel", items["base_unit"] + " TJ")
    activity = tables["activity"]
    pairs = activity[["item", "unit"]].assign(wanted=activity["item"].map(wanted))
    yield from wrong_units("activity", pairs)
    yield from wrong_units("releases", tables["releases"][["unit"]].assign(wanted="t"))
    yield from wrong_units("certificates", tables["certificates"][["unit"]].assign(wanted="MWh"))
    yield from wrong_units("economy", tables["economy"][["unit"]].assign(wanted="CNY"))


def _technologies(activity: pd.DataFrame) -> Iterator[Problem]:
    """A technology that nobody knows would quietly lose the row its factors."""
    known = vocabulary("processes").groupby("process_type")["technology"].agg(list)
    given = activity[(activity["technology"] != "") & activity["process_type"].isin(known.index)]
    named = vocabulary("processes").set_index(["process_type", "technology"]).index
    pairs = pd.MultiIndex.from_frame(given[["process_type", "technology"]])
    for row in given.index[~pairs.isin(named)]:
        yield at("activity", row, "technology", "unknown", kind="technology",
                given=given["technology"][row],
                known=[name for name in known[given["process_type"][row]] if name])  # fmt: skip


def _idle(tables: Tables) -> Iterator[Problem]:
    """A device or parameter whose process has no activity acts on nothing: a slip, or a gap."""
    activity = tables["activity"]
    running = pd.MultiIndex.from_frame(activity[["enterprise_id", "process"]])
    for table in ("abatement", "site_factors"):
        rows = tables[table][tables[table]["process"] != ""]
        stands = pd.MultiIndex.from_frame(rows[["enterprise_id", "process"]]).isin(running)
        for row in rows.index[~stands]:
            plant = rows["enterprise_id"][row]
            processes = sorted(set(activity.loc[activity["enterprise_id"] == plant, "process"]))
            # What a device would take off stays in the total.
            code = "idle_device" if table == "abatement" else "idle_process"
            yield at(table, row, "process", code, is_warning=True,
                     given=rows["process"][row], known=processes or ["—"])  # fmt: skip


def _counterparts(tables: Tables) -> Iterator[Problem]:
    plants = set(tables["enterprises"]["enterprise_id"])
    needs = vocabulary("uses").set_index("use")["needs_counterpart"]
    is_energy = vocabulary("items").set_index("item")["kind"] == "energy"
    activity = tables["activity"]
    need, other = activity["use"].map(needs), activity["counterpart_id"]
    energy = activity["item"].map(is_energy).astype("boolean").fillna(False)
    for row in activity.index[(other == "") & ((need == "yes") | ((need == "energy") & energy))]:
        yield at("activity", row, "counterpart_id", "blank_counterpart",
                 given=activity["use"][row])  # fmt: skip
    for table in ("activity", "releases"):
        other = tables[table]["counterpart_id"]
        for row in other.index[(other != "") & ~other.isin([*plants, *OUTSIDERS])]:
            yield at(table, row, "counterpart_id", "unknown_reference", given=other[row],
                     file="enterprises.csv", known=[*OUTSIDERS, *sorted(plants)])  # fmt: skip
    trade = activity[activity["use"].isin(["purchased", "sold"])]
    for row in trade.index[trade["counterpart_id"] == trade["enterprise_id"]]:
        yield at("activity", row, "counterpart_id", "own_counterpart",
                 given=trade["counterpart_id"][row])  # fmt: skip


def _operation(tables: Tables) -> Iterator[Problem]:
    """What a plant did before it opened or after it closed is in no boundary: told, not lost."""
    plants = tables["enterprises"].drop_duplicates("enterprise_id").set_index("enterprise_id")
    spans = plants[["opened", "closed"]].astype("float64")
    for table in ("activity", "releases"):
        for column in ("enterprise_id", "counterpart_id"):
            frame = tables[table]
            span = spans.reindex(frame[column]).set_axis(frame.index)
            year = frame["year"].astype("float64")
            for row in frame.index[(year < span["opened"]) | (year > span["closed"])]:
                yield at(table, row, column, "not_in_operation", is_warning=True,
                         given=frame[column][row], year=frame["year"][row])  # fmt: skip


def _periods(tables: Tables) -> Iterator[Problem]:
    for table, keys in PERIODS.items():
        frame = tables[table]
        monthly = frame["month"].notna()
        if not monthly.any():
            continue
        by_month = pd.MultiIndex.from_frame(frame.loc[monthly, keys].astype("str"))
        whole = frame[~monthly]
        both = pd.MultiIndex.from_frame(whole[keys].astype("str")).isin(by_month)
        for row in whole.index[both]:
            yield at(table, row, "month", "year_and_months", given=whole["year"][row])


def _plants(plants: pd.DataFrame) -> Iterator[Problem]:
    for column in ("credit_code", "industry_code"):
        rows = plants.index[plants[column] == ""]
        if len(rows):
            yield Problem(code="incomplete", file="enterprises.csv", row=int(rows[0]),
                          column=column, is_warning=True,
                          values={"count": len(rows),
                                  "given": list(plants.loc[rows, "enterprise_id"])})  # fmt: skip
    wrong = (plants["opened"] > plants["closed"]).fillna(False).astype(bool)
    for row in plants.index[wrong]:
        yield at("enterprises", row, "closed", "closed_before_opened",
                 given=plants["closed"][row], opened=plants["opened"][row])  # fmt: skip


def _economy(economy: pd.DataFrame) -> Iterator[Problem]:
    for row in economy.index[(economy["enterprise_id"] == "") & (economy["industry_code"] == "")]:
        yield at("economy", row, "enterprise_id", "nobodys_value")
    for measure, rows in economy.groupby("measure"):
        priced = rows["price_year"].astype("float64")
        other = rows.index[priced.ne(priced.iloc[0]) & (priced.notna() | pd.notna(priced.iloc[0]))]
        if len(other):
            yield at("economy", other[0], "price_year", "mixed_prices", is_warning=True,
                     given=measure)  # fmt: skip


def errors(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return the problems that stop a park from being used."""
    return tuple(problem for problem in problems if not problem.is_warning)
