"""Reconcile: the calculated and every reported list, one value each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.ledger import entries, joined
from parkkit.core.tables import columns, empty
from parkkit.core.units import conversions
from parkkit.core.vocabulary import codes, vocabulary
from parkkit.inventory.calculation import greenhouse_gases, source_ids
from parkkit.park.package import Park

CELL = ["enterprise_id", "year", "species", "medium", "channel"]
# A rank nobody gave comes after the worst that can be given.
NO_RANK = 6.0
ENVIRONMENT, TREATMENT = "environment", "treatment_plant"
SOURCE = ["enterprise_id", "list", "process", "stack_id", "species", "medium", "year", "month"]
# What only a calculated row has.
BLANK = ("technology", "control", "item", "activity_id", "missing", "factor_id",
         "factor_set", "part_of", "distribution")  # fmt: skip
NONE = ("co2e_t", "factor_rank", "factor_uncertainty_percent")
SENT_USE = "wastewater_sent"
# Lists report what a plant itself releases: these do not compete with them.
FREE = ("bought", "taken_up")
# A row with one of these leaves a gap; NO, IE and NA say that nothing is missing.
GAPS = ("not_computable", "NE", "C")


def reported(park: Park) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the releases of a park's lists as rows of ``emissions``, and what is held out.

    Returns
    -------
    offered : DataFrame
        Every released amount, in tonnes; a generated amount stands beside the released one of
        its source as ``generated_t``.
    held : DataFrame
        Ledger entries: species that nobody knows, and waste that was moved, not released.
    """
    if not len(park.releases):
        return empty("emissions"), joined([])
    rows = _as_emissions(park)
    known = rows["species"].isin(codes("species"))
    moved = _is_moved(rows)
    ledger = joined(
        [
            entries(rows[~known], stage="reconcile", reason="unknown_species"),
            entries(rows[known & moved], stage="scope", reason="moved_not_released"),
        ]
    )
    names = [column.name for column in columns("emissions")]
    return rows.loc[known & ~moved, names].reset_index(drop=True), ledger


def in_tonnes(park: Park) -> pd.DataFrame:
    """Return the releases of a park as they were given, in tonnes beside.

    Returns
    -------
    DataFrame
        The ``releases`` table, ``row`` (of releases.csv, as a spreadsheet counts), ``amount_t``,
        ``coverage_share`` (months told / 12 of the amount's kind and destination; 1 for a yearly
        row) and ``list_place``: where its list stands in the park's order.
    """
    rows = park.releases.reset_index(names="row")
    place = {name: rank for rank, name in enumerate(park.about.list_order)}
    return rows.assign(
        amount_t=_tonnes(rows),
        coverage_share=_coverage(rows, ("amount_kind", "destination")),
        list_place=rows["list"].map(place).fillna(len(place)).astype("int64"),
    )


def taken_whole(rows: pd.DataFrame, *, rule: str) -> pd.Series:
    """Tell the rows of the one list that is taken whole for its plant, year and species.

    What became of a plant's waste makes sense only within one list, so lists do not compete
    amount by amount here. A list with a gap comes after those that are whole; of these the best
    rank counts, ties by the park's order of lists (under ``priority`` the order alone, under
    ``largest`` the one that tells most generated; there is no mean of such lists, and ``mean``
    goes by rank). Where one list tells the whole plant and its processes too, the two compete
    alike, and on a tie the processes count.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``Inventory.releases``.
    rule : str
        The ``release_rule`` of a convention.
    """
    cell = ["enterprise_id", "year", "species", "medium"]
    weight = rows["amount_t"].fillna(0.0)
    rank = rows["data_rank"].fillna(NO_RANK)
    is_gap = rows["notation"].isin(GAPS) | (rows["coverage_share"] < 1)
    side = rows[[*cell, "list"]].assign(
        is_whole=rows["process"] == "", is_gap=is_gap, weight=weight, weighted=weight * rank,
        worst=rank, place=rows["list_place"],
        negative=-weight.where(rows["amount_kind"] == "generated", 0.0),
    )  # fmt: skip
    key = [*cell, "list", "is_whole"]
    groups = side.groupby(key, sort=True).agg(
        is_missing=("is_gap", "max"), weight=("weight", "sum"), weighted=("weighted", "sum"),
        worst=("worst", "max"), place=("place", "min"), negative=("negative", "sum"),
    ).reset_index()  # fmt: skip
    groups = groups.assign(rank=_mean_rank(groups), negative=groups["negative"].round(9))
    order = [*cell, *_sort_keys(rule), "is_whole", "list"]
    best = groups.sort_values(order, kind="stable").drop_duplicates(cell)
    taken = pd.MultiIndex.from_frame(side[key]).isin(pd.MultiIndex.from_frame(best[key]))
    return pd.Series(taken, index=rows.index, dtype=bool)


def _is_moved(rows: pd.DataFrame) -> pd.Series:
    return ~rows["destination"].isin([ENVIRONMENT, TREATMENT])


def _as_emissions(park: Park) -> pd.DataFrame:
    rows = park.releases
    rows = rows[rows["amount_kind"] == "released"].merge(_generated(rows), on=SOURCE, how="left")
    # What a source released in several rows it generated once; it stands with what it released
    # itself, because what was sent or moved leaves the inventory.
    by_place = rows.assign(
        is_elsewhere=rows["destination"] != ENVIRONMENT, is_moved=_is_moved(rows)
    ).sort_values(["is_moved", "is_elsewhere"], kind="stable")
    rows["generated_t"] = rows["generated_t"].mask(by_place.duplicated(SOURCE).sort_index())
    tonnes = _tonnes(rows)
    plants = park.enterprises.drop_duplicates("enterprise_id").set_index("enterprise_id")
    known = park.activity.drop_duplicates(["enterprise_id", "process"])
    types = known.set_index(["enterprise_id", "process"])["process_type"]
    keys = pd.MultiIndex.from_frame(rows[["enterprise_id", "process"]])
    process_type = pd.Series(types.reindex(keys).fillna("").to_numpy(), index=rows.index)
    processes = vocabulary("processes").drop_duplicates("process_type").set_index("process_type")
    is_ghg = rows["species"].isin(greenhouse_gases())
    is_biogenic = _burns_biomass_alone(rows, park) & (rows["species"] == "co2")
    is_sent = rows["destination"] == TREATMENT
    coverage = _coverage(rows)
    return rows.assign(
        **dict.fromkeys(BLANK, ""),
        **dict.fromkeys(NONE, np.nan),
        source_id=source_ids(rows).str.rstrip("/"),
        industry_code=rows["enterprise_id"].map(plants["industry_code"]).fillna(""),
        process_type=process_type,
        source_class=process_type.map(processes["source_class"]).fillna(""),
        # A gas sent to a plant is released there: upstream, if anywhere.
        scope=pd.Series(np.where(is_sent, 3, 1), index=rows.index, dtype="Int64").where(
            is_ghg & ~is_biogenic
        ),
        scope3_category=pd.Series(pd.NA, index=rows.index, dtype="Int64"),
        emissions_t=tonnes,
        sent_t=tonnes.where(is_sent),
        use=pd.Series(np.where(is_sent, SENT_USE, ""), index=rows.index, dtype="str"),
        is_biogenic=is_biogenic,
        is_factor_checked=pd.Series(pd.NA, index=rows.index, dtype="boolean"),
        activity_rank=rows["data_rank"],
        activity_uncertainty_percent=rows["uncertainty_percent"],
        coverage_share=coverage,
        status=_status(rows, coverage),
        year=rows["year"].astype("int64"),
    )


def _burns_biomass_alone(rows: pd.DataFrame, park: Park) -> pd.Series:
    """Tell the rows of processes whose fuels of the year are all biogenic: their CO2 is a memo.

    A whole-plant value goes by all that the plant burns.
    """
    key = ["enterprise_id", "process", "year"]
    fuels = park.activity[park.activity["use"] == "fuel_combustion"]
    fuels = pd.concat([fuels, fuels.assign(process="")], ignore_index=True)
    is_biogenic = fuels["item"].map(vocabulary("items").set_index("item")["is_biogenic"]) == "yes"
    alone = is_biogenic.groupby([fuels[name] for name in key]).all()
    burning = alone[alone].index.to_frame(index=False).assign(alone=True)
    found = rows[key].merge(burning.astype({"year": "int64"}), on=key, how="left")["alone"]
    return pd.Series(found.notna().to_numpy(), index=rows.index, dtype=bool)


def _status(rows: pd.DataFrame, coverage: pd.Series) -> pd.Series:
    status = pd.Series("reported", index=rows.index, dtype="str").mask(coverage < 1, "partial")
    status = status.mask(rows["amount"].isna(), "not_computable")
    return status.mask(rows["notation"] != "", rows["notation"])


def _generated(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the generated amounts in tonnes, keyed by source, to stand beside the released."""
    made = rows[rows["amount_kind"] == "generated"]
    tonnes = made[SOURCE].assign(generated_t=_tonnes(made))
    return tonnes.groupby(SOURCE, dropna=False)["generated_t"].sum(min_count=1).reset_index()


def _tonnes(rows: pd.DataFrame) -> pd.Series:
    return rows["amount"] * conversions(rows["unit"], pd.Series("t", index=rows.index))


def _coverage(rows: pd.DataFrame, also: Sequence[str] = ()) -> pd.Series:
    told = rows["month"].where(rows["amount"].notna() | (rows["notation"] == "NO"))
    source = [rows[name] for name in (*SOURCE, *also) if name != "month"]
    months = told.groupby(source).transform("nunique").astype("float64")
    return (months / 12).where(rows["month"].notna(), 1.0)


def reconcile(
    rows: pd.DataFrame, *, convention: Convention, list_order: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Choose one value for each source, year, species and medium.

    The values that a source has in several lists compete by the convention's ``release_rule``;
    one that leaves a gap (a part without a number, a month that is not there) comes after those
    that are whole, one without any number last. A whole-plant value then competes with the sum
    of the plant's processes, a year with the sum of its months. The loser goes to the ledger
    whole. What is bought is not in the competition: lists report own releases.

    Under ``release_rule="mean"`` the whole values of a source count with equal weight: of ``n``
    lists each keeps 1/``n`` of every row, the rest goes to the ledger (``mean_of_lists``). With
    no whole value, or one, there is nothing to average and the best rank is taken. A mean is
    taken among lists of one granularity; the whole plant then competes with the processes by
    completeness, by rank, and on a tie the processes count.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``emissions`` from the calculation and from every list, in any order.
    list_order : sequence of str
        Settles ties, and is the rule itself under ``release_rule="priority"``.

    Returns
    -------
    kept, ledger : DataFrame
    """
    if not len(rows):
        return rows, joined([])
    work = rows.assign(channel=_channel(rows), _rank=_quality(rows))
    work = work.assign(part=_parts(work))
    groups = _groups(work, list_order)
    groups = _chosen_lists(groups, convention.release_rule)
    groups = _plant_or_processes(groups, convention.release_rule)
    told = groups[[*CELL, "process", "part", "list", "outcome", "share", "generated_share"]]
    found = work.merge(told, how="left")
    found.index = work.index
    is_kept = found["outcome"] == "kept"
    kept, rest = _averaged(rows[is_kept], found[is_kept])
    lost = entries(rows[~is_kept], stage="reconcile", reason=found["outcome"][~is_kept])
    return kept.reset_index(drop=True), joined([lost, rest])


def _averaged(rows: pd.DataFrame, found: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of several lists at their share of the mean, and the rest of each."""
    is_shared = found["share"] < 1
    if not is_shared.any():
        return rows, joined([])
    rest = rows[is_shared]
    rest = rest.assign(emissions_t=rest["emissions_t"] * (1 - found["share"][is_shared]))
    scaled = {name: rows[name] * found["share"] for name in ("emissions_t", "sent_t")}
    process = (rows["enterprise_id"] + "/" + rows["process"]).str.rstrip("/")
    # Stacks that nobody can match are one source once their lists are averaged.
    is_merged = is_shared & (found["part"] == "")
    kept = rows.assign(
        **scaled,
        generated_t=rows["generated_t"] * found["generated_share"],
        source_id=rows["source_id"].mask(is_merged, process),
    )
    return kept, entries(rest, stage="reconcile", reason="mean_of_lists")


def _channel(rows: pd.DataFrame) -> pd.Series:
    """Tell own releases, the biogenic memo, what is sent, bought, taken up: none replaces another.

    What is captured or taken up by a sink is a memo beside the release, never its replacement.
    """
    is_bought = rows["use"].isin(["purchased", "transport_hired"])
    is_taken_up = rows["use"].isin(["captured", "sink"])
    is_sent = rows["use"].isin(["wastewater_sent", "waste_sent"]) | rows["sent_t"].notna()
    is_memo = rows["is_biogenic"].astype(bool)
    words = np.select(
        [is_bought, is_taken_up, is_sent, is_memo], ["bought", "taken_up", "sent", "memo"], "own"
    )
    return pd.Series(words, index=rows.index, dtype="str")


def _parts(work: pd.DataFrame) -> pd.Series:
    """Return the stack each row competes for, blank where it is the process as a whole.

    Stacks compete one by one where a list tells them all; else nobody knows which stack of one
    list is which of another, and the sums of the process compete.
    """
    whole = (work["enterprise_id"] + "/" + work["process"]).str.rstrip("/")
    stack = work["source_id"].where(work["source_id"] != whole, "")
    process = [work[name] for name in [*CELL, "process"]]
    in_all = stack.groupby(process).transform("nunique")
    in_list = stack.groupby([*process, work["list"]]).transform("nunique")
    in_longest = in_list.groupby(process).transform("max")
    has_blank = stack.eq("").groupby(process).transform("any")
    return stack.where((in_longest == in_all) & ~has_blank, "")


def _quality(rows: pd.DataFrame) -> pd.Series:
    """A calculated value is as good as the worse of its activity and its factor."""
    worse = rows[["activity_rank", "factor_rank"]].max(axis=1)
    return worse.fillna(NO_RANK)


def _groups(work: pd.DataFrame, list_order: Sequence[str]) -> pd.DataFrame:
    """Return what each list says of each process and stack (or the whole plant) in each cell."""
    known = work["emissions_t"].notna()
    is_gap = (~known & work["status"].isin(GAPS)) | (work["coverage_share"] < 1)
    weight = work["emissions_t"].abs().fillna(0.0)
    parts = work.assign(
        weight=weight, weighted=weight * work["_rank"], known=known.astype(int),
        gap=is_gap.astype(int), has_generated=work["generated_t"].notna(),
    )  # fmt: skip
    groups = parts.groupby([*CELL, "process", "part", "list"], sort=True).agg(
        amount=("emissions_t", "sum"), weight=("weight", "sum"), weighted=("weighted", "sum"),
        worst=("_rank", "max"), gap=("gap", "max"), known=("known", "max"),
        has_generated=("has_generated", "any"),
    ).reset_index()  # fmt: skip
    place = {name: rank for rank, name in enumerate(list_order)}
    return groups.assign(
        is_missing=_missing_degree(groups),
        rank=_mean_rank(groups),
        place=groups["list"].map(place).fillna(len(place)).astype(int),
    )


def _missing_degree(groups: pd.DataFrame) -> pd.Series:
    """Return 0 for a whole value, 1 for one with a gap, 2 for none: the last to be chosen."""
    return groups["gap"].where(groups["known"] == 1, 2)


def _mean_rank(groups: pd.DataFrame) -> pd.Series:
    """Return the tonne-weighted rank; rounded, so that the order of rows can decide no tie."""
    mean = groups["weighted"] / groups["weight"].where(groups["weight"] > 0)
    return mean.fillna(groups["worst"]).round(9)


def _sort_keys(rule: str) -> list[str]:
    first = {"best_rank": ["rank"], "priority": [], "largest": ["negative"], "mean": ["rank"]}
    return ["is_missing", *first[rule], "place"]


def _chosen_lists(groups: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Choose a list for each process and stack, and for the whole plant, of each cell."""
    source = [*CELL, "process", "part"]
    scored = groups.assign(negative=-groups["amount"].round(9))
    ordered = scored.sort_values([*source, *_sort_keys(rule), "list"], kind="stable")
    free = ordered["channel"].isin(FREE)
    kept = free | ~ordered.duplicated(source)
    ordered = ordered.assign(share=1.0, generated_share=1.0)
    if rule == "mean":
        is_whole = (ordered["is_missing"] == 0) & ~free
        count = _count(is_whole, ordered[source])
        is_shared = is_whole & (count > 1)
        kept |= is_shared
        # Of lists that do not tell what was generated, none lowers what the others tell.
        tellers = _count(is_shared & ordered["has_generated"], ordered[source])
        ordered = ordered.assign(
            share=(1 / count).where(is_shared, 1.0),
            generated_share=(1 / tellers).where(is_shared & (tellers > 0), 1.0),
        )
    return ordered.assign(outcome=np.where(kept, "kept", "other_list_chosen"))


def _count(flags: pd.Series, source: pd.DataFrame) -> pd.Series:
    """Return, beside each row, how many rows of its source are flagged."""
    return flags.groupby([source[name] for name in source]).transform("sum").astype("float64")


def _plant_or_processes(groups: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Let the whole-plant value compete with the sum of the chosen processes."""
    chosen = groups[groups["outcome"] == "kept"]
    averaged = {name: chosen[name] * chosen["share"] for name in ("amount", "weight", "weighted")}
    sides = chosen.assign(is_whole=chosen["process"] == "", **averaged)
    sums = sides.groupby([*CELL, "is_whole"]).agg(
        amount=("amount", "sum"), weight=("weight", "sum"), weighted=("weighted", "sum"),
        worst=("worst", "max"), gap=("gap", "max"), known=("known", "max"),
        place=("place", "max"),
    ).reset_index()  # fmt: skip
    sums = sums.assign(
        is_missing=_missing_degree(sums), rank=_mean_rank(sums),
        negative=-sums["amount"].round(9),
    )  # fmt: skip
    # On a full tie the processes win: they say more.
    keys = [key for key in _sort_keys(rule) if not (rule == "mean" and key == "place")]
    order = sums.sort_values([*CELL, *keys, "is_whole"], kind="stable")
    winner = order.drop_duplicates(CELL)[[*CELL, "is_whole"]].rename(
        columns={"is_whole": "whole_wins"}
    )
    joined_groups = groups.merge(winner, on=CELL, how="left")
    is_whole = joined_groups["process"] == ""
    beaten = is_whole != joined_groups["whole_wins"]
    reason = np.where(joined_groups["whole_wins"], "whole_plant_chosen", "processes_chosen")
    kept = joined_groups["outcome"] == "kept"
    free = joined_groups["channel"].isin(FREE)
    outcome = joined_groups["outcome"].where(~(kept & beaten & ~free), pd.Series(reason))
    return joined_groups.assign(outcome=outcome)
