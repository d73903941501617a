"""Gaps: one list of all that is missing, with where it is, and what would cure it."""

from __future__ import annotations

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.vocabulary import codes, vocabulary
from parkkit.inventory.categories import VOC, with_category
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.completeness import source_cells, spelled_list
from parkkit.inventory.told_sources import SOLID_WASTE
from parkkit.park.package import Park
from parkkit.park.parameter_checks import spelled

ACTIVITY, RELEASES, PLANTS, ECONOMY, PRICES = (
    f"{name}.csv" for name in ("activity", "releases", "enterprises", "economy", "price_index")
)
COLUMNS = ("code", "file", "row", "column", "enterprise_id", "process", "year", "list", "item",
           "species", "missing", "is_member")  # fmt: skip
NOTATIONS = {"NE": "gap_not_estimated", "IE": "gap_included_elsewhere", "C": "gap_confidential"}
FIELDS = {"credit_code": "gap_credit_code", "industry_code": "gap_industry_code",
          "lon": "gap_coordinates"}  # fmt: skip
REPORTS = (VOC, "other_reports")
SERIES = {
    ACTIVITY: ["enterprise_id", "process", "stack_id", "item", "use", "counterpart_id"],
    RELEASES: ["enterprise_id", "list", "process", "stack_id", "species", "medium", "amount_kind",
               "destination"],
}  # fmt: skip
PLANT_YEAR = ["enterprise_id", "year"]
MONTHS = frozenset(range(1, 13))


def gaps(inventory: Inventory, park: Park) -> pd.DataFrame:
    """Return everything that is missing, a row for each place and year.

    What plants lack that are in the park's tables and outside the boundary is told too:
    ``is_member`` says which.

    Parameters
    ----------
    park : Park
        The park that the inventory was compiled from.

    Returns
    -------
    DataFrame
        ``code`` (its text is the label ``error.CODE``), ``file``, ``row`` (the first it is about,
        as a spreadsheet counts; missing where no row is there), ``column``, ``enterprise_id``,
        ``process``, ``year`` (missing where it is no matter of a year), ``list``, ``item``,
        ``species`` (several with semicolons), ``missing``, ``is_member`` (in that year, or ever).

        Codes: ``gap_not_computable`` (a parameter or factor is missing), ``gap_held`` (a
        release waits until a doubt about it is settled), ``gap_no_number`` (a
        species expected of a category has neither factor nor report), ``gap_list_only`` (only a
        list tells it: no factor could check it), ``gap_no_activity_of_it`` (a list tells of a
        source that has no activity), ``gap_months``, ``gap_hole`` (a series without a year
        between two that have it), ``gap_not_estimated``, ``gap_included_elsewhere``,
        ``gap_confidential``, ``gap_unknown_species``, ``gap_waste_generated``,
        ``gap_credit_code``, ``gap_industry_code``, ``gap_coordinates``, ``gap_no_activity`` (a
        member without any), ``gap_economy``, ``gap_no_economy``, ``gap_price_index``.
    """
    tables = [
        _cell_gaps(inventory),
        _months(inventory.activity, ACTIVITY),
        _months(inventory.releases, RELEASES),
        _notations(inventory.activity, ACTIVITY),
        _notations(inventory.releases, RELEASES),
        _unknown_species(inventory),
        _holes(inventory.activity, ACTIVITY, park),
        _holes(inventory.releases, RELEASES, park),
        _plant_fields(park),
        _without_activity(inventory),
        _economy(park, inventory),
        _price_index(park),
    ]
    filled = [_laid_out(table) for table in tables if len(table)]
    both = pd.concat(filled, ignore_index=True) if filled else _laid_out(tables[0])
    both = both.assign(is_member=_is_member(both, inventory))
    order = ["code", "file", "enterprise_id", "process", "year", "list", "item", "species", "row"]
    return both.sort_values(order, ignore_index=True)


def gap_problems(table: pd.DataFrame) -> list[Problem]:
    """Return gaps as a page prints them: one for each kind, item and species, with who and when.

    Parameters
    ----------
    table : DataFrame
        What ``gaps`` returned, or some rows of it.
    """
    keys = ["code", "file", "column", "list", "item", "species", "missing"]
    return [
        Problem(
            code=str(key[0]), file=str(key[1]), column=str(key[2]), is_warning=True,
            row=None if group["row"].isna().all() else int(group["row"].min()),
            values={**dict(zip(keys[3:], key[3:], strict=True)), "where": _sources(group),
                    "what": [str(part) for part in key[3:6] if part],
                    "years": spelled(group["year"].dropna().astype("int64"))},
        )
        for key, group in table.groupby(keys, sort=True)
    ]  # fmt: skip


def _sources(group: pd.DataFrame) -> list[str]:
    return sorted({*(group["enterprise_id"] + "/" + group["process"]).str.strip("/")})


def _laid_out(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of gaps with every column, blank where it has nothing to say."""
    texts = [name for name in COLUMNS if name not in ("row", "year", "is_member")]
    laid = table.reindex(columns=[*texts, "row", "year"])
    laid = laid.assign(**{name: laid[name].astype("str").fillna("") for name in texts})
    return laid.astype({"row": "Int64", "year": "Int64"})


def _is_member(table: pd.DataFrame, inventory: Inventory) -> pd.Series:
    inside = inventory.members[inventory.members["is_member"].astype(bool)]
    pairs = pd.MultiIndex.from_frame(inside[PLANT_YEAR].astype({"year": "Int64"}))
    in_year = pd.MultiIndex.from_frame(table[PLANT_YEAR]).isin(pairs)
    ever = table["enterprise_id"].isin(inside["enterprise_id"]) & table["year"].isna()
    # What is missing of the park as a whole concerns every member.
    return pd.Series(in_year, index=table.index) | ever | (table["enterprise_id"] == "")


def _release_rows(inventory: Inventory, rows: pd.DataFrame) -> pd.Series:
    """Return the row of releases.csv that each release stands in."""
    given = inventory.releases.drop_duplicates("release_id").set_index("release_id")["row"]
    return rows["release_id"].map(given)


def _cell_gaps(inventory: Inventory) -> pd.DataFrame:
    """Return the sources whose number is missing, or stands in a list alone."""
    emissions = inventory.emissions
    lacking = emissions[emissions["status"] == "not_computable"]
    rows = inventory.activity[["activity_id", "row"]]
    lacking = lacking.merge(rows.drop_duplicates("activity_id"), on="activity_id", how="left")
    # A release without a number is one that waits until a doubt about it is settled.
    is_held = lacking["release_id"] != ""
    lacking = lacking.assign(
        code=is_held.map({True: "gap_held", False: "gap_not_computable"}),
        file=is_held.map({True: RELEASES, False: ACTIVITY}),
        row=lacking["row"].where(~is_held, _release_rows(inventory, lacking)),
    )
    known = ["enterprise_id", "process", "year", "species"]
    lacking = lacking.groupby([*known, "item", "missing", "code", "file"], as_index=False).agg(
        row=("row", "min")
    )
    cells = source_cells(inventory)
    is_told = pd.MultiIndex.from_frame(cells[known]).isin(pd.MultiIndex.from_frame(lacking[known]))
    silent = cells[(cells["state"] == "missing") & (cells["missing"] != "amount") & ~is_told]
    code = (
        silent["category"]
        .eq(SOLID_WASTE)
        .map({True: "gap_waste_generated", False: "gap_no_number"})
    )
    listed = cells[
        cells["is_expected"] & cells["state"].isin(["there", "partial", "elsewhere"])
        & ~cells["is_calculated"] & (cells["category"] != SOLID_WASTE)
        & (cells["missing"] != "amount")
    ]  # fmt: skip
    alone = cells[cells["category"].isin(REPORTS) & (cells["rows"] > 0)]
    alone = alone[~pd.MultiIndex.from_frame(alone[known[:1] + known[2:]]).isin(_of_whole(cells))]
    parts = [
        silent.assign(code=code, file=ACTIVITY, missing=silent["missing"]),
        listed.assign(code="gap_list_only", file=ACTIVITY, missing="factor", list=listed["lists"]),
        alone.assign(code="gap_no_activity_of_it", file=RELEASES, missing="activity",
                     list=alone["lists"]),
    ]  # fmt: skip
    told = pd.concat(parts, ignore_index=True)
    # Rows stand in their order.
    first = pd.to_numeric(told["activity_rows"].str.split(";").str[0], errors="coerce")
    told = told.assign(row=first.astype("Int64"))
    return pd.concat([lacking, told], ignore_index=True)


def _of_whole(cells: pd.DataFrame) -> pd.MultiIndex:
    """Return whose whole-plant report stands for processes that have activity."""
    whole = cells[cells["state"] == "elsewhere"]
    return pd.MultiIndex.from_frame(whole[["enterprise_id", "year", "species"]])


def _months(rows: pd.DataFrame, file: str) -> pd.DataFrame:
    """Return the series given by months of which some months are not there."""
    key = [*SERIES[file], "year"]
    monthly = rows[rows["month"].notna()]
    told = monthly[monthly["amount"].notna() | (monthly["notation"] == "NO")]
    known = told.groupby(key)["month"].agg(spelled_list)
    table = monthly.groupby(key).agg(row=("row", "min"))
    there = known.reindex(table.index).fillna("")
    lacks = [spelled_list(MONTHS - _numbers(each)) for each in there]
    short = table.assign(missing=lacks).reset_index()
    return short[short["missing"] != ""].assign(code="gap_months", file=file, column="month")


def _numbers(text: str) -> set[int]:
    return {int(part) for part in text.split(";") if part}


def _notations(rows: pd.DataFrame, file: str) -> pd.DataFrame:
    told = rows[rows["notation"].isin(list(NOTATIONS))]
    if file == ACTIVITY and len(told):
        told = told[told.index.isin(with_category(told).index)]
    return told.assign(
        code=told["notation"].map(NOTATIONS), file=file, column="amount", missing="amount"
    )


def _unknown_species(inventory: Inventory) -> pd.DataFrame:
    rows = inventory.releases[~inventory.releases["species"].isin(codes("species"))]
    key = ["enterprise_id", "process", "year", "list", "species"]
    table = rows.groupby(key, as_index=False).agg(row=("row", "min"))
    return table.assign(code="gap_unknown_species", file=RELEASES, column="species",
                        missing="species")  # fmt: skip


def _holes(rows: pd.DataFrame, file: str, park: Park) -> pd.DataFrame:
    """Return the years that a series lacks between two that it has.

    A plant that was not in operation has no hole.
    """
    key = SERIES[file]
    releasing = _releasing(rows) if file == ACTIVITY else rows
    series = releasing.groupby(key).agg(
        first=("year", "min"), last=("year", "max"), row=("row", "max")
    )
    every = pd.DataFrame({"year": range(*_span(releasing))}, dtype="int64")
    table = series.reset_index().merge(every, how="cross")
    table = table[(table["first"] < table["year"]) & (table["year"] < table["last"])]
    known = pd.MultiIndex.from_frame(releasing[[*key, "year"]].astype({"year": "int64"}))
    table = table[~pd.MultiIndex.from_frame(table[[*key, "year"]]).isin(known)]
    plants = park.enterprises.drop_duplicates("enterprise_id").set_index("enterprise_id")
    opened, closed = (table["enterprise_id"].map(plants[name]).astype("Int64")
                      for name in ("opened", "closed"))  # fmt: skip
    shut = (opened > table["year"]).fillna(False) | (closed < table["year"]).fillna(False)
    return table[~shut.astype(bool)].assign(
        code="gap_hole", file=file, column="year", missing="year"
    )


def _span(rows: pd.DataFrame) -> tuple[int, int]:
    return (int(rows["year"].min()), int(rows["year"].max()) + 1) if len(rows) else (0, 0)


def _releasing(rows: pd.DataFrame) -> pd.DataFrame:
    gives = rows["use"].map(vocabulary("uses").set_index("use")["gives"])
    return rows[(gives != "none") | rows["use"].isin(["water_withdrawn", "self_generated"])]


def _plant_fields(park: Park) -> pd.DataFrame:
    plants = park.enterprises.reset_index(names="row")
    parts = [
        plants[plants[name].isna() | (plants[name].astype("str") == "")].assign(
            code=code, column=name, missing=name
        )
        for name, code in FIELDS.items()
    ]
    return pd.concat(parts, ignore_index=True)[
        ["code", "row", "column", "enterprise_id", "missing"]
    ].assign(file=PLANTS)


def _without_activity(inventory: Inventory) -> pd.DataFrame:
    inside = inventory.members.loc[inventory.members["is_member"].astype(bool), PLANT_YEAR]
    told = pd.MultiIndex.from_frame(inventory.activity[PLANT_YEAR].drop_duplicates())
    without = inside[~pd.MultiIndex.from_frame(inside).isin(told)]
    return without.assign(code="gap_no_activity", file=ACTIVITY, missing="activity")


def _economy(park: Park, inventory: Inventory) -> pd.DataFrame:
    """Return the years without a value of plants that have others, and plants without any."""
    rows = park.economy.reset_index(names="row")
    own = rows[rows["enterprise_id"] != ""].astype({"year": "int64"})
    told = own.groupby(["measure", "enterprise_id"], as_index=False).agg(row=("row", "max"))
    years = own[["measure", "year"]].drop_duplicates()
    wanted = told.merge(years, on="measure")
    key = ["measure", "enterprise_id", "year"]
    short = wanted[~pd.MultiIndex.from_frame(wanted[key]).isin(pd.MultiIndex.from_frame(own[key]))]
    plants = park.enterprises.drop_duplicates("enterprise_id").set_index("enterprise_id")
    opened, closed = (short["enterprise_id"].map(plants[name]).astype("Int64")
                      for name in ("opened", "closed"))  # fmt: skip
    shut = (opened > short["year"]).fillna(False) | (closed < short["year"]).fillna(False)
    short = short[~shut.astype(bool)].assign(code="gap_economy", column="amount")
    inside = inventory.members[inventory.members["is_member"].astype(bool)]
    ever = inside[["enterprise_id"]].drop_duplicates()
    never = ever[~ever["enterprise_id"].isin(own["enterprise_id"])] if len(own) else ever.iloc[:0]
    both = pd.concat([short, never.assign(code="gap_no_economy", measure="economy")],
                     ignore_index=True)  # fmt: skip
    return both.assign(file=ECONOMY, missing=both["measure"])


def _price_index(park: Park) -> pd.DataFrame:
    """Return the years of values in current prices that no price index reaches."""
    current = park.economy[park.economy["price_year"].isna()].reset_index(names="row")
    years = current.dropna(subset="year").groupby("year", as_index=False).agg(row=("row", "min"))
    without = years[~years["year"].isin(park.price_index["year"])]
    return without.drop(columns="row").assign(
        code="gap_price_index", file=PRICES, column="value", missing="price_index"
    )
