"""Releases: what the lists of a park report, as rows of emissions and as tonnes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from parkkit.core.ledger import entries, joined
from parkkit.core.tables import columns, empty
from parkkit.core.units import conversions
from parkkit.core.vocabulary import codes, vocabulary
from parkkit.inventory.calculation import greenhouse_gases, source_ids
from parkkit.inventory.held_releases import told_releases, without_doubted
from parkkit.park.package import Park

# A rank nobody gave comes after the worst that can be given.
NO_RANK = 6.0
ENVIRONMENT, TREATMENT = "environment", "treatment_plant"
SOURCE = ["enterprise_id", "list", "process", "stack_id", "species", "medium", "year", "month"]
# What only a calculated row has.
BLANK = ("technology", "control", "item", "activity_id", "factor_id", "factor_set", "part_of",
         "distribution")  # fmt: skip
NONE = ("co2e_t", "factor_rank", "factor_uncertainty_percent")
SENT_USE = "wastewater_sent"
# A row with one of these leaves a gap; NO, IE and NA say that nothing is missing.
GAPS = ("not_computable", "NE", "C")


def reported(park: Park, told: pd.DataFrame | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the releases of a park's lists as rows of ``emissions``, and what is held out.

    Parameters
    ----------
    told : DataFrame, optional
        What ``told_releases`` says of the park, where it is known already.

    Returns
    -------
    offered : DataFrame
        Every released amount, in tonnes and in the species of the vocabulary; a generated amount
        stands beside the released one of its source as ``generated_t``. A row in doubt is one
        without a number, and ``missing`` is the reason.
    held : DataFrame
        Ledger entries: rows in doubt with their amounts (a generated amount as a memo), species
        that nobody knows, waste that was moved, not released; and as memos the rows whose
        species was aligned, by what their list calls it, in doubt or not.
    """
    if not len(park.releases):
        return empty("emissions"), joined([])
    told = told_releases(park) if told is None else told
    rows = _as_emissions(park, without_doubted(told))
    known = rows["species"].isin(codes("species"))
    moved, settled = _is_moved(rows), rows["doubt"] == ""
    ledger = joined(
        [
            *_doubted(park, told[told["doubt"] != ""]),
            entries(rows[~known & settled], stage="reconcile", reason="unknown_species"),
            entries(rows[known & moved & settled], stage="scope", reason="moved_not_released"),
            *_aligned(park, told[told["given_species"] != ""]),
        ]
    )
    names = [column.name for column in columns("emissions")]
    return rows.loc[known & ~moved, names].reset_index(drop=True), ledger


def in_tonnes(park: Park, told: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the releases of a park in the species of the vocabulary, in tonnes beside.

    Parameters
    ----------
    told : DataFrame, optional
        What ``told_releases`` says of the park, where it is known already.

    Returns
    -------
    DataFrame
        The ``releases`` table, ``row`` (of releases.csv, as a spreadsheet counts), ``amount_t``,
        ``coverage_share`` (months told / 12 of the amount's kind and destination; 1 for a yearly
        row), ``list_place``: where its list stands in the park's order, ``given_species`` (what
        the list calls an aligned one) and ``doubt``: why a row is held out. Such a row has no
        amount; one that only stands twice is left out.
    """
    told = told_releases(park) if told is None else told
    rows = without_doubted(told).reset_index(names="row")
    place = {name: rank for rank, name in enumerate(park.about.list_order)}
    return rows.drop(columns="given_amount").assign(
        amount_t=_tonnes(rows),
        coverage_share=_coverage(rows, ("amount_kind", "destination")),
        list_place=rows["list"].map(place).fillna(len(place)).astype("int64"),
    )


def _doubted(park: Park, rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the ledger entries of rows in doubt: what they tell, and why it is held out."""
    if not len(rows):
        return []
    released = _as_emissions(park, rows)
    made = rows["amount_kind"] == "generated"
    # What was generated is in no total; it is told as a memo.
    generated = _as_emissions(park, rows[made].assign(amount_kind="released"))
    return [
        entries(part, stage="reconcile", reason=part["doubt"], is_memo=is_memo)
        for part, is_memo in ((released, False), (generated, True))
        if len(part)
    ]


def _aligned(park: Park, rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Return memo entries of the rows that count by another species than their list's own."""
    if not len(rows):
        return []
    given = rows.assign(species=rows["given_species"], amount=rows["given_amount"])
    part = _as_emissions(park, given)
    return [entries(part, stage="reconcile", reason="species_aligned", is_memo=True)]


def _is_moved(rows: pd.DataFrame) -> pd.Series:
    return ~rows["destination"].isin([ENVIRONMENT, TREATMENT])


def _as_emissions(park: Park, rows: pd.DataFrame) -> pd.DataFrame:
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
    is_biogenic = burns_biomass_alone(rows, park.activity) & (rows["species"] == "co2")
    is_sent = rows["destination"] == TREATMENT
    coverage = _coverage(rows)
    return rows.assign(
        **dict.fromkeys(BLANK, ""),
        missing=rows["doubt"].mask(rows["amount"].notna(), ""),
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


def burns_biomass_alone(rows: pd.DataFrame, activity: pd.DataFrame) -> pd.Series:
    """Tell the rows of processes whose fuels of the year are all biogenic: their CO2 is a memo.

    A whole-plant value goes by all that the plant burns.
    """
    key = ["enterprise_id", "process", "year"]
    fuels = activity[activity["use"] == "fuel_combustion"]
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
    tonnes = made[SOURCE].assign(generated_t=_tonnes(made), is_doubted=made["doubt"] != "")
    groups = tonnes.groupby(SOURCE, dropna=False)
    # A sum without the row in doubt would be taken for the whole.
    sums = groups["generated_t"].sum(min_count=1).mask(groups["is_doubted"].any())
    return sums.rename("generated_t").reset_index()


def _tonnes(rows: pd.DataFrame) -> pd.Series:
    return rows["amount"] * conversions(rows["unit"], pd.Series("t", index=rows.index))


def _coverage(rows: pd.DataFrame, also: Sequence[str] = ()) -> pd.Series:
    if not rows["month"].notna().any():
        return pd.Series(1.0, index=rows.index)
    told = rows["month"].where(rows["amount"].notna() | (rows["notation"] == "NO"))
    source = [rows[name] for name in (*SOURCE, *also) if name != "month"]
    months = told.groupby(source).transform("nunique").astype("float64")
    return (months / 12).where(rows["month"].notna(), 1.0)
