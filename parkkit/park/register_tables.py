"""Register tables: the rows of lists as the tables of a park."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pandas as pd

from parkkit.core.tables import columns
from parkkit.park.identity import settle
from parkkit.park.listing_checks import KEY

ORIGIN = "register"
FACILITY = ["plant_id", "list"]
PLACE = ["enterprise_id", "list", "facility_id", "name", "lon", "lat"]


def with_processes(rows: pd.DataFrame, listings: pd.DataFrame) -> pd.DataFrame:
    """Return rows with ``process``: the facility's id where its plant has several in the list.

    ``listings`` are those that the park has already. A facility without an id goes by the
    plant's.
    """
    own = rows["facility_id"].where(rows["facility_id"] != "", rows["plant_id"])
    given = rows.assign(facility_id=own)
    there = listings.rename(columns={"enterprise_id": "plant_id"})
    every = pd.concat([part[[*FACILITY, "facility_id"]] for part in (given, there)])
    several = every.groupby(FACILITY)["facility_id"].nunique() > 1
    keys = pd.MultiIndex.from_frame(given[FACILITY])
    return given.assign(process=own.where(several.reindex(keys).to_numpy(), ""))


def with_origins(rows: pd.DataFrame, taken: Iterable[str]) -> pd.DataFrame:
    """Return rows with ``origin``: an id for each of their files that is not taken."""
    files = list(dict.fromkeys(rows["source"]))
    known = set(taken)
    numbered = [ORIGIN, *(f"{ORIGIN}_{number}" for number in range(2, len(known) + len(files) + 2))]
    free = [name for name in numbered if name not in known]
    origins: dict[str, str] = dict(zip(files, free, strict=False))
    return rows.assign(origin=rows["source"].map(origins))


def enterprises(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the plants of rows: one for each id, with a credit code where all say the same."""
    plants = settle(rows)
    codes = rows[rows["credit_code"] != ""].groupby("plant_id")["credit_code"]
    only = {plant: each.iloc[0] for plant, each in codes if each.nunique() == 1}
    datum = next(filter(None, rows["datum"]), "")
    return plants.rename(columns={"plant_id": "enterprise_id", "name": "name_en"}).assign(
        role="enterprise",
        credit_code=[only.get(plant, "") for plant in plants["plant_id"]],
        datum=datum_of(plants, datum),
    )


def datum_of(rows: pd.DataFrame, datum: str) -> pd.Series:
    """Return the datum of each row: none where there is no place for it to be of."""
    has_place = rows["lon"].notna() & rows["lat"].notna()
    return pd.Series(datum, index=rows.index, dtype="str").where(has_place, "")


def listings(rows: pd.DataFrame) -> pd.DataFrame:
    """Return where lists put each facility: a row for every name and place they give it."""
    # A list may write codes of different detail for one facility; the longest says most.
    longest = rows.assign(
        enterprise_id=rows["plant_id"], length=-rows["industry_code"].str.len()
    ).sort_values(["length", "industry_code", "address"], kind="stable")
    return longest.drop_duplicates(PLACE).sort_values(PLACE, ignore_index=True)


def new_listings(rows: pd.DataFrame, there: pd.DataFrame) -> pd.DataFrame:
    """Return the listings of rows that a park has not yet."""
    made = listings(rows)
    key = [name for name in KEY if name != "origin"]
    both = [part[key].astype({"lon": "float64", "lat": "float64"}) for part in (made, there)]
    # A place that is missing is the same as one that is missing.
    known = [pd.MultiIndex.from_frame(part.fillna({"lon": 999.0, "lat": 999.0})) for part in both]
    return made[~known[0].isin(known[1])]


def releases(rows: pd.DataFrame, first: int = 1) -> pd.DataFrame:
    """Return the releases of rows, their ids numbered from ``first``."""
    return rows.assign(
        release_id=[f"r{number:05d}" for number in range(first, first + len(rows))],
        enterprise_id=rows["plant_id"],
        year=rows["year"].astype("int64"),
        amount_kind="released",
        destination="environment",
        # Without binary dust, which a rank above 5 would be.
        data_rank=rows["data_rank"].round(9),
    ).drop(columns=["lon", "lat"])


def sources(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a source for each file of rows, with what was multiplied in it."""
    return pd.DataFrame(
        [
            {"origin": origin, "note": part["note"].iloc[0],
             "title": f"{part['source'].iloc[0]}: {', '.join(sorted(part['list'].unique()))}"}
            for origin, part in rows.groupby("origin", sort=False)
        ]
    )  # fmt: skip


def as_texts(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows as the text that stands in a table's file, with its declared columns."""
    return pd.read_csv(io.StringIO(as_csv(table, frame)), dtype="str", keep_default_na=False)


def as_csv(table: str, frame: pd.DataFrame) -> str:
    """Return rows as the content of a table's file."""
    names = [column.name for column in columns(table)]
    return frame.reindex(columns=names).to_csv(index=False, lineterminator="\n")
