"""What it costs to compile metered rows, beside what an analyst would write: fresh processes.

The job: activity rows times factors, summed to emissions by plant, source and species. The park
is made up, of the size of a province: 300 plants, two or three sources each, metered rows of
twelve months. Every way has the same list of factors and reads the same rows; its process is warm
(it did a small file first), and where it works in memory the rows stand there before the clock
starts. Within a run every way gives the same tonnes.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from statistics import median
from time import perf_counter

import duckdb
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.tables import empty
from parkkit.core.units import conversions
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.calculation import calculate
from parkkit.inventory.compilation import compile_inventory, totals
from parkkit.inventory.factors import factor_table
from parkkit.inventory.matching import KEY as MATCHED
from parkkit.inventory.resolution import resolve
from parkkit.park.gathering import KEYS, read_cells
from parkkit.park.package import Park, gathered, open_park
from parkkit.park.polygons import no_boundaries
from parkkit.park.reading import About

SMALL, MIDDLE, TENTH, LARGE = 10_000, 1_000_000, 100_000, 10_000_000
TOLERANCE = 1e-12
PEAK_MB = 1000
SETS = ("CN_PROV2025", "CN_NDRC24", "CN_CENSUS2", "CN_GRID", "CN_HEAT", "IPCC2006")
PLANTS, PROVINCE, YEAR = 300, "330000", 2023
# process, process_type, technology, stack_id, item, use, counterpart_id, unit
SOURCES = (
    ("循环流化床锅炉", "boiler", "cfb", "DA001", "bituminous", "fuel_combustion", "", "t"),
    ("燃气锅炉", "boiler", "gas_low_nox_general", "DA002", "natural_gas", "fuel_combustion", "",
     "万m3"),
    ("自备链条炉", "boiler", "stoker", "DA003", "bituminous", "fuel_combustion", "", "t"),
    ("燃油锅炉", "boiler", "oil_chamber", "DA004", "diesel", "fuel_combustion", "", "t"),
    ("外购电力", "purchase", "", "", "electricity", "purchased", "grid", "MWh"),
    ("外购蒸汽", "purchase", "", "", "heat", "purchased", "outside", "GJ"),
)  # fmt: skip
NAMES = ["process", "process_type", "technology", "stack_id", "item", "use", "counterpart_id",
         "unit"]  # fmt: skip
SOURCE = ["enterprise_id", "process", "stack_id"]
# What tells factors apart for an analyst.
KEY = ["item", "use", "process_type", "technology", "unit"]


def meters() -> pd.DataFrame:
    """Return what the rows are spread over: each plant's sources, month by month."""
    rows = [
        (f"E{plant:03d}", *SOURCES[(plant + place) % len(SOURCES)], month, 1 + plant % 3)
        for plant in range(PLANTS) for place in range(2 + plant % 2) for month in range(1, 13)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["enterprise_id", *NAMES, "month", "data_rank"])
    return table.assign(year=YEAR, uncertainty_percent=3.0, origin="meters", notation="")


def park_of(activity: pd.DataFrame) -> Park:
    """Return a park with these rows, and nothing else but its plants."""
    tables = ["listings", "site_factors", "abatement", "releases", "certificates", "economy",
              "price_index", "same_as", "sources", "factors"]  # fmt: skip
    named = {name: empty(name) for name in tables if name in Park.__dataclass_fields__}
    plants = [f"E{plant:03d}" for plant in range(PLANTS)]
    about = About(
        park_id="province", name_zh="省", name_en="Province", province=PROVINCE,
        convention=Convention(factor_sets=SETS, grid_year="nearest"),
        default_boundary="statistical",
    )  # fmt: skip
    table = empty("enterprises").reindex(range(len(plants))).assign(
        enterprise_id=plants, industry_code="26", role="enterprise", is_registered_here=True
    )  # fmt: skip
    return Park(
        about=about, boundaries=no_boundaries(), enterprises=table, activity=activity, **named
    )


def write(folder: Path) -> None:
    """Write the rows of every size, the analyst's list of factors and units, and park folders."""
    table = meters()
    connection = duckdb.connect()
    connection.register("meters", table.reset_index(names="meter"))
    kept = ", ".join(f'"{name}"' for name in table)
    for count in (SMALL, TENTH, MIDDLE, LARGE):
        home = folder / str(count)
        home.mkdir()
        # hash() is the same in every run: the rows are too.
        connection.execute(
            f"COPY (SELECT 'm' || lpad(CAST(i AS VARCHAR), 9, '0') AS activity_id, {kept}, "
            "round(1 + (hash(i * 7) % 1000000) / 1e4, 4) AS amount "
            f"FROM range({count}) AS r(i) JOIN meters ON meter = hash(i) % {len(table)}) "
            f"TO '{home / 'activity.parquet'}' (FORMAT parquet)"
        )
    first = one_of_each(table)
    factor_list(park_of(first)).to_pickle(folder / "factors.pickle")
    pairs = first[["item", "unit"]].drop_duplicates()
    base = pairs["item"].map(vocabulary("items").set_index("item")["base_unit"])
    pairs.assign(rate=conversions(pairs["unit"], base)).to_pickle(folder / "units.pickle")


def factor_list(park: Park) -> pd.DataFrame:
    """Return the long list an analyst starts from: what the sets hold for this province.

    It names every item, use and technology of the sets and every year of the grid, not what the
    rows happen to need. Fuels stand in tonnes per base unit, heat value and oxidation done with.
    """
    found = resolve(every_key(), park, park.about.convention)
    order = ["set_rank", "item_rank", "process_rank", "region_rank", "years_apart", "factor_year",
             "factor_id"]  # fmt: skip
    names = ["factor_set", "item_rank", "item", "use", "factor_process_type", "factor_technology",
             "factor_year", "species", "t_per_base"]  # fmt: skip
    listed = found[found["t_per_base"].notna()].sort_values(order, kind="stable")[names]
    listed = listed.drop_duplicates(names[:-1])
    return listed.assign(place=range(len(listed)))


def every_key() -> pd.DataFrame:
    """Return a key for each thing that a factor of the sets fits."""
    factors = factor_table()
    factors = factors[factors["factor_set"].isin(SETS) & (factors["formula"] != "")]
    items = vocabulary("items")[["item", "item_group", "base_unit"]]
    named = pd.concat(
        [factors.merge(items, left_on="factor_item", right_on=name)
         for name in ("item", "item_group")]
    )  # fmt: skip
    keys = named.rename(columns={"factor_use": "use", "base_unit": "amount_unit"}).assign(
        process_type=named["factor_process_type"], technology=named["factor_technology"],
        region=PROVINCE, year=YEAR, site_id="", site_process="", supplier_id="",
    )[list(MATCHED)].drop_duplicates(ignore_index=True)  # fmt: skip
    return keys.rename_axis("key_id").reset_index()


def one_of_each(table: pd.DataFrame) -> pd.DataFrame:
    """Return one typed row for each key that the rows have."""
    first = table.drop_duplicates(KEY).assign(amount=1.0)
    return typed(first.assign(activity_id=first["enterprise_id"] + first["process"]))


def typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with every column and type of an activity table that was read."""
    wanted = empty("activity")
    return rows.reindex(columns=list(wanted)).assign(
        **{name: "" for name in wanted if str(wanted[name].dtype) == "str" and name not in rows}
    ).astype(wanted.dtypes.to_dict())  # fmt: skip


def in_memory(folder: Path, count: int) -> pd.DataFrame:
    """Return the rows of a size as a table in memory."""
    return typed(duckdb.sql(f"SELECT * FROM '{folder / str(count) / 'activity.parquet'}'").df())


def released(emissions: pd.DataFrame) -> pd.Series:
    """Return the tonnes of an ``emissions`` table by plant, source and species."""
    # What no factor gives (the sulphur of a coal nobody measured) an analyst's table leaves out.
    known = emissions.dropna(subset="emissions_t")
    return known.groupby(["source_id", "species"])["emissions_t"].sum()


def by_source(long: pd.DataFrame) -> pd.Series:
    """Return the tonnes of an analyst's table by plant, source and species."""
    sums = long.groupby([*SOURCE, "species"])["t"].sum()
    table = sums.reset_index()
    parts = table["enterprise_id"] + "/" + table["process"] + "/" + table["stack_id"]
    return (
        table.assign(source_id=parts.str.rstrip("/")).groupby(["source_id", "species"])["t"].sum()
    )


def ours(folder: Path, count: int) -> Callable[[], pd.Series]:
    """Rows in memory: gather them, and calculate the cells."""
    park = park_of(in_memory(folder, count))
    return lambda: released(calculate(gathered(park), park.about.convention).emissions)


def ours_whole(folder: Path, count: int) -> Callable[[], pd.Series]:
    """Rows in memory: the whole inventory with its ledger and totals."""
    park = park_of(in_memory(folder, count))

    def run() -> pd.Series:
        inventory = compile_inventory(
            gathered(park), boundary_type="statistical", convention=park.about.convention
        )
        totals(inventory, by=["enterprise_id", "process"])
        return released(inventory.emissions)

    return run


def ours_from_file(folder: Path, count: int) -> Callable[[], pd.Series]:
    """A file: scan it to cells, read those, and calculate them."""
    park = park_of(empty("activity"))
    path = folder / str(count) / "activity.parquet"

    def run() -> pd.Series:
        cells = replace(park, activity=read_cells(path)[0])
        return released(calculate(cells, park.about.convention).emissions)

    return run


def resolved_once(folder: Path, count: int) -> Callable[[], pd.Series]:
    """Choose a factor once for each key, then merge the long list of them to the rows."""
    rows, factors, units = in_memory(folder, count), *lists(folder)
    return lambda: merged_once(rows, factors, units)


def lists(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the analyst's list of factors and of units."""
    return pd.read_pickle(folder / "factors.pickle"), pd.read_pickle(folder / "units.pickle")


def merged_once(rows: pd.DataFrame, factors: pd.DataFrame, units: pd.DataFrame) -> pd.Series:
    """Return the tonnes: only the columns needed are merged, and keys are few."""
    keys = rows[KEY].drop_duplicates().merge(units, on=["item", "unit"])
    offered = keys.merge(factors, on=["item", "use"])
    # The list stands in the order of choice: the year that is nearest goes first.
    for name in ("process_type", "technology"):
        wanted = offered[f"factor_{name}"]
        offered = offered[(wanted == "") | (wanted == offered[name])]
    best = offered.sort_values("place").drop_duplicates([*KEY, "species"])
    best = best.assign(t_per_unit=best["t_per_base"] * best["rate"])
    needed = [*dict.fromkeys(SOURCE + KEY), "amount"]
    long = rows[needed].merge(best[[*KEY, "species", "t_per_unit"]], on=KEY)
    return by_source(long.assign(t=long["amount"] * long["t_per_unit"]))


def cascade(folder: Path, count: int) -> Callable[[], pd.Series]:
    """Look every row up: set by set, item and group, exact factor and general one, year."""
    rows, factors, units = in_memory(folder, count), *lists(folder)
    levels = (["process_type", "technology"], ["process_type"], ["technology"], [])
    steps = list(product(SETS, (0, 1), levels, (["year"], [])))

    def run() -> pd.Series:
        species = factors[["item", "use", "species"]].drop_duplicates()
        work = rows.merge(units, on=["item", "unit"], how="left").merge(species, how="left")
        work["t_per_base"] = float("nan")
        for name, item_rank, level, year in steps:
            here = (factors["factor_set"] == name) & (factors["item_rank"] == item_rank)
            table = at_level(factors[here], level, year)
            if len(table):
                on = ["item", "use", "species", *level, *year]
                work = work.merge(table, on=on, how="left")
                work["t_per_base"] = work["t_per_base"].fillna(work.pop("t_found"))
        work["t"] = work["amount"] * work["rate"] * work["t_per_base"]
        return by_source(work.dropna(subset="t"))

    return run


def at_level(factors: pd.DataFrame, level: Sequence[str], year: Sequence[str]) -> pd.DataFrame:
    """Return the factors that name just these columns, one a key; by year, those that have one."""
    names = ["process_type", "technology"]
    fits = factors["factor_year"].notna() if year else pd.Series(True, index=factors.index)
    for name in names:
        fits &= (factors[f"factor_{name}"] != "") == (name in level)
    table = factors[fits].sort_values("place").rename(
        columns={f"factor_{name}": name for name in [*level, *year]} | {"t_per_base": "t_found"}
    )  # fmt: skip
    on = ["item", "use", "species", *level, *year]
    return table.drop_duplicates(on)[[*on, "t_found"]]


def group_by(folder: Path, count: int) -> Callable[[], pd.DataFrame]:
    """DuckDB's own group-by of the file: the amount of each cell, and no factor at all."""
    path = folder / str(count) / "activity.parquet"
    connection = duckdb.connect()
    there = set(connection.sql(f"SELECT * FROM '{path}'").columns)
    names = ", ".join(f'"{name}"' for name in KEYS if name in there)
    query = f"SELECT {names}, sum(amount) AS amount FROM '{path}' GROUP BY ALL"
    return lambda: connection.sql(query).df()


def opened(folder: Path, count: int) -> Callable[[], pd.DataFrame]:
    """The same file opened as a park: every check, and no reading that stands twice."""
    home = park_folder(folder, count)
    return lambda: open_park(home).activity


WAYS = {
    way.__name__: way
    for way in (ours, ours_whole, ours_from_file, resolved_once, cascade, group_by, opened)
}


def park_folder(folder: Path, count: int) -> Path:
    """Return the folder of a size as one that opens."""
    home = folder / str(count)
    about = '[park]\nid = "province"\nname_zh = "省"\nname_en = "Province"\n'
    about += f'province = "{PROVINCE}"\ndefault_boundary = "statistical"\n'
    about += f'[convention]\nfactor_sets = {json.dumps(SETS)}\ngrid_year = "nearest"\n'
    (home / "park.toml").write_text(about, encoding="utf-8")
    plants = park_of(empty("activity")).enterprises
    plants.assign(is_registered_here="yes", credit_code="S").to_csv(
        home / "enterprises.csv", index=False
    )
    (home / "sources.csv").write_text(
        "origin,title,publisher,date,page,licence,note\nmeters,Meters,,,,,\n", encoding="utf-8"
    )
    return home


def measure(way: str, folder: Path, count: int) -> None:
    """Run a way once in this process, warm, and print seconds and the peak of memory."""
    WAYS[way](folder, SMALL)()
    run = WAYS[way](folder, count)
    started = perf_counter()
    found = run()
    seconds = perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if way == "group_by":
        # Beside the clock: the cells must lead to the same tonnes.
        found = merged_once(found, *lists(folder))
    found.to_pickle(result(folder, way, count))
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


def result(folder: Path, way: str, count: int) -> Path:
    """Return where a way leaves what it found."""
    return folder / f"{way}-{count}.pickle"


Figures = dict[str, tuple[float, float]]


def side_by_side(folder: Path, ways: Sequence[str], count: int, rounds: int) -> Figures:
    """Return median seconds and peak MB of each way; the ways take turns, each in a process."""
    told: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            command = [sys.executable, __file__, way, str(folder), str(count)]
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            told[way].append(json.loads(run.stdout))
    return {
        way: (median(each["seconds"] for each in runs), max(each["peak_mb"] for each in runs))
        for way, runs in told.items()
    }


def check_agreement(folder: Path, ways: Sequence[str], count: int) -> None:
    """Refuse to print figures of ways that do not give the same tonnes."""
    first, *others = (pd.read_pickle(result(folder, way, count)) for way in ways)
    for other in others:
        pd.testing.assert_series_equal(
            first, other, rtol=TOLERANCE, atol=0, check_names=False, check_index_type=False
        )


def told(name: str, ours_s: float, baseline_s: float, bar: str, is_ok: bool, more: str) -> str:
    """Return the line of a measurement: a ratio above 1 says that ours takes longer."""
    return (
        f"{name}: {ours_s:.2f} s, baseline {baseline_s:.2f} s, ratio {ours_s / baseline_s:.3f} "
        f"({baseline_s / ours_s:.1f}x faster), bar {bar}: {'ok' if is_ok else 'short'} ({more})"
    )


def in_memory_lines(folder: Path, count: int, *, rounds: int) -> None:
    """Print ours against the resolve-once merge, for rows in memory."""
    ways = ["ours", "resolved_once"]
    figures = side_by_side(folder, ways, count, rounds)
    check_agreement(folder, ways, count)
    (fast, mb), (slow, slow_mb) = figures["ours"], figures["resolved_once"]
    bar, is_ok = ("3x", slow >= 3 * fast) if count == MIDDLE else ("none", True)
    more = f"peak {mb:.0f} and {slow_mb:.0f} MB"
    print(told(f"compile {count:.0e} rows, resolve once and merge", fast, slow, bar, is_ok, more))


def cascade_line(folder: Path) -> None:
    """Print ours against the cascade."""
    ways = ["ours", "cascade"]
    figures = side_by_side(folder, ways, MIDDLE, 1)
    check_agreement(folder, ways, MIDDLE)
    (fast, mb), (slow, slow_mb) = figures["ours"], figures["cascade"]
    more = f"peak {mb:.0f} and {slow_mb:.0f} MB, one run each"
    print(
        told(
            "compile 1e+06 rows, cascade of left merges", fast, slow, "50x", slow >= 50 * fast, more
        )
    )


def from_file_line(folder: Path, *, rounds: int) -> None:
    """Print ours from Parquet against DuckDB's own group-by of the same file."""
    ways = ["ours_from_file", "group_by"]
    figures = side_by_side(folder, ways, LARGE, rounds)
    check_agreement(folder, ways, LARGE)
    (ours_s, mb), (group_s, group_mb) = figures["ours_from_file"], figures["group_by"]
    is_ok = ours_s <= 1.25 * group_s and mb <= PEAK_MB
    more = f"peak {mb:.0f} MB, bar {PEAK_MB} MB, and {group_mb:.0f} MB"
    print(
        told(
            "compile 1e+07 rows from Parquet, DuckDB's group-by",
            ours_s,
            group_s,
            "1.25",
            is_ok,
            more,
        )
    )


def main() -> None:
    """Print a line for each bar, then what has none."""
    started = perf_counter()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        write(folder)
        in_memory_lines(folder, SMALL, rounds=3)
        in_memory_lines(folder, MIDDLE, rounds=5)
        cascade_line(folder)
        from_file_line(folder, rounds=5)
        for way, count in (("ours_whole", MIDDLE), ("opened", LARGE)):
            seconds, mb = side_by_side(folder, [way], count, 1)[way]
            print(f"{way} {count:.0e} rows: {seconds:.2f} s, no baseline, peak {mb:.0f} MB")
    print(f"compiling: {perf_counter() - started:.0f} s in all")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
