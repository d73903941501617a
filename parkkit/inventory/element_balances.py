"""Element balances: carbon, sulphur and ash of fuels against what is generated and released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.categories import with_category
from parkkit.inventory.formulas import CO2_PER_CARBON
from parkkit.inventory.material_sides import (
    PLACE,
    Sides,
    closed_or_open,
    lacks,
    named,
    untold,
    whole_sum,
)
from parkkit.park.package import Park

PLANT = ["enterprise_id", "year"]
BURNT = ("fuel_combustion", "transport_own")
SO2_PER_SULPHUR = 2.0  # 64 / 32
CACO3_PER_SO2 = 100 / 64
T_PER_MG = 1e-9
# What may bring an element in beside the fuels, and is not told with its content.
OTHER_SOURCES = ("carbonates", "metals", "chemicals_carbon", "chemicals_n2o", "incineration",
                 "other_processes", "process_gases")  # fmt: skip
LIMESTONE = ("limestone", "石灰石")
CONTENT: Mapping[str, str] = {"co2": "carbon_content", "so2": "sulphur_share", "pm": "ash_share"}


def element_balances(given: Sides, *, tolerance: float, least_released: float) -> pd.DataFrame:
    """Return the balances of the carbon, sulphur and ash that fuels bring in."""
    rows = with_category(given.activity)
    fuels = rows["item"].map(vocabulary("items").set_index("item")["kind"]) == "fuel"
    burnt = rows[fuels & rows["use"].isin(BURNT)]
    solid = burnt[burnt["category"] == "stationary_solid"]
    parts = [_carbon(given, rows, rows[fuels], tolerance=tolerance, least=least_released)]
    sulphur = burnt[burnt["use"] == "fuel_combustion"]
    for name, species, mine, above in (
        ("sulphur", "so2", _with_sulphur(sulphur), "sulphur_above_fuel"),
        ("ash", "pm", _with_ash(solid), "ash_above_fuel"),
    ):
        for out, balance in ((_kept(given, species), name),
                             (_generated(given, species), f"{name}_generated")):  # fmt: skip
            table = _sides(mine, out, others=_others(rows, species), species=species)
            parts.append(closed_or_open(table, balance=balance, tolerance=tolerance, above=above))
    return pd.concat(parts, ignore_index=True)


def _with_sulphur(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the SO2 that all sulphur of a fuel would make, and what is missing to say it."""
    by_share = rows["sulphur_share"] * rows["amount"].where(rows["unit"] == "t")
    in_gas = rows["sulphur_mg_per_m3"] * T_PER_MG * rows["amount"].where(rows["unit"] == "m3")
    content = named(rows, "sulphur_share").where(
        rows["unit"] != "m3", named(rows, "sulphur_mg_per_m3")
    )
    return _with_content(rows, SO2_PER_SULPHUR * by_share.fillna(in_gas), content)


def _with_ash(rows: pd.DataFrame) -> pd.DataFrame:
    ash = rows["ash_share"] * rows["amount"].where(rows["unit"] == "t")
    return _with_content(rows, ash, named(rows, "ash_share"))


def _with_content(rows: pd.DataFrame, content: pd.Series, missing: pd.Series) -> pd.DataFrame:
    told = untold(rows)
    # A fuel given in heat is no mass: its share says nothing.
    missing = missing.mask(content.isna() & (missing == ""), rows["item"] + "/amount")
    return rows.assign(amount_in=content, missing=told.mask(told == "", missing))


def _kept(given: Sides, species: str) -> pd.DataFrame:
    """Return what is kept of a species of each source's own releases, with the lists it is of."""
    rows = given.kept
    own = ~rows["use"].isin(["purchased", "sold", "transport_hired", "wastewater_sent",
                             "waste_sent", "captured", "sink"])  # fmt: skip
    rows = rows[own & (rows["species"] == species) & (rows["medium"] == "air")]
    short = rows["emissions_t"].isna() | (rows["coverage_share"] < 1)
    rows = rows.assign(missing=pd.Series("", index=rows.index, dtype="str").mask(short, species))
    groups = rows.groupby(PLACE)
    return pd.concat(
        [
            groups["emissions_t"].agg(whole_sum).rename("amount_out"),
            groups["missing"].agg(lacks).rename("missing_out"),
            groups["list"].agg(lacks),
        ],
        axis=1,
    ).reset_index()


def _generated(given: Sides, species: str) -> pd.DataFrame:
    rows = given.generated[given.generated["use"] == "fuel_combustion"]
    rows = rows[rows["species"] == species]
    table = rows.rename(columns={"generated_t": "amount_out"})
    missing = pd.Series("", index=table.index, dtype="str")
    return table.assign(missing_out=missing.mask(table["amount_out"].isna(), species), list="")


def _others(rows: pd.DataFrame, species: str) -> pd.DataFrame:
    """Return the places with a source beside the fuels, and the content that nobody tells of it."""
    categories = [*OTHER_SOURCES, *(["flue_gas_cleaning"] if species == "co2" else [])]
    found = rows[rows["category"].isin(categories)]
    kinds = found["item"].map(vocabulary("items").set_index("item")["kind"])
    # A fuel that goes into a product stands with the fuels.
    found = found[(kinds != "fuel") | (species != "co2")]
    found = found.assign(others=found["item"] + "/" + CONTENT[species])
    return found.groupby(PLACE)["others"].agg(lacks).reset_index()


def _sides(
    rows: pd.DataFrame, out: pd.DataFrame, *, others: pd.DataFrame, species: str,
    extra: Sequence[str] = (),
) -> pd.DataFrame:  # fmt: skip
    """Return what goes in beside what comes out: by process, or by plant where a list tells that.

    A process without its own number beside one of the whole plant is part of that.
    """
    whole = pd.MultiIndex.from_frame(out.loc[out["process"] == "", PLANT])
    sized = [_sized(table, whole) for table in (rows, out, others)]
    groups = sized[0].groupby(PLACE)
    table = groups[["amount_in", *extra]].agg(whole_sum)
    table = table.assign(missing_in=groups["missing"].agg(lacks)).reset_index()
    came = sized[1].groupby(PLACE)
    sums = came["amount_out"].agg(whole_sum)
    told = came[["missing_out", "list"]].agg(lacks)
    table = table.merge(pd.concat([sums, told], axis=1).reset_index(), on=PLACE, how="left")
    table = table.merge(
        sized[2].groupby(PLACE)["others"].agg(lacks).reset_index(), on=PLACE, how="left"
    )
    texts = table.assign(missing_out=table["missing_out"].fillna(species)).fillna(
        {"others": "", "list": ""}
    )
    missing = [lacks(pd.Series(row)) for row in
               texts[["missing_in", "missing_out", "others"]].itertuples(index=False)]  # fmt: skip
    return texts.assign(missing=pd.Series(missing, index=texts.index, dtype="str"), unit="t",
                        item=species)  # fmt: skip


def _sized(table: pd.DataFrame, whole: pd.MultiIndex) -> pd.DataFrame:
    is_whole = pd.MultiIndex.from_frame(table[PLANT]).isin(whole)
    return table.assign(process=table["process"].mask(is_whole, ""))


def _carbon(
    given: Sides, rows: pd.DataFrame, fuels: pd.DataFrame, *, tolerance: float, least: float
) -> pd.DataFrame:
    """Return the carbon of fuels, as CO2, beside what leaves: released, captured, in fuels made.

    A calculated release holds what is captured of it; one measured at a stack does not.
    """
    carbon = fuels["energy_tj"] * fuels["carbon_content"] * CO2_PER_CARBON
    missing = named(fuels, "carbon_content").mask(fuels["energy_tj"].isna(), fuels["item"] + "/ncv")
    told = untold(fuels)
    is_made = fuels["use"] == "conversion_out"
    fuels = fuels.assign(
        amount_in=carbon.where(~is_made, 0.0), made=carbon.where(is_made, 0.0),
        is_burnt=fuels["use"].isin(BURNT), missing=told.mask(told == "", missing),
    )  # fmt: skip
    goes_in = fuels["use"].isin([*BURNT, "feedstock", "conversion_in", "conversion_out"])
    fuels = fuels[goes_in]
    table = _sides(fuels, _kept(given, "co2"), others=_others(rows, "co2"), species="co2",
                   extra=["made"])  # fmt: skip
    captured = _sized(rows[rows["use"] == "captured"], _whole(given)).groupby(PLACE)["amount"].sum()
    kept_back = captured.reindex(pd.MultiIndex.from_frame(table[PLACE])).fillna(0.0).to_numpy()
    by_list = (table["list"] != "calculated").to_numpy()
    table = table.assign(
        amount_out=table["amount_out"] + table["made"] + np.where(by_list, kept_back, 0.0)
    )
    burnt = _sized(fuels, _whole(given)).groupby(PLACE)["is_burnt"].all()
    pure = burnt.reindex(pd.MultiIndex.from_frame(table[PLACE])).to_numpy(dtype=bool)
    parts = [
        closed_or_open(
            table[chosen], balance="carbon", tolerance=tolerance, least=share,
            above="carbon_above_fuel", below="carbon_lost",
        )
        for chosen, share in ((pure, least), (~pure, 0.0))
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _whole(given: Sides) -> pd.MultiIndex:
    kept = _kept(given, "co2")
    return pd.MultiIndex.from_frame(kept.loc[kept["process"] == "", PLANT])


def reagent_balances(park: Park, given: Sides, *, tolerance: float) -> pd.DataFrame:
    """Return the limestone that plants use beside what the SO2 taken out needs at least.

    References
    ----------
    Stoichiometry: CaCO3 + SO2 takes 100 t of CaCO3 for 64 t of SO2. The stone's purity is not
    told, so that the plant uses more than that.
    """
    used = _limestone(park, given)
    kept, made = _kept(given, "so2"), _generated(given, "so2")
    kept = kept[_is_scrubbed(park, kept)]
    # A release told of the whole plant is of all that the plant generates.
    whole = pd.MultiIndex.from_frame(kept.loc[kept["process"] == "", PLANT])
    is_whole = pd.MultiIndex.from_frame(made[PLANT]).isin(whole)
    made = made[_is_scrubbed(park, made) | is_whole]
    at = pd.MultiIndex.from_frame(used[PLANT])
    before, after = (
        table.groupby(PLANT)["amount_out"].agg(whole_sum).reindex(at).to_numpy(dtype=float)
        for table in (made, kept)
    )
    untold_parts = [
        table.groupby(PLANT)[name].agg(lacks).reindex(at, fill_value="").tolist()
        for table, name in ((made, "missing"), (kept, "missing_out"))
    ]
    untold_parts.append(np.where(np.isnan(before), "so2/generated", "").tolist())
    untold_parts.append(np.where(np.isnan(after), "so2", "").tolist())
    untold_parts.append(used["missing"].tolist())
    missing = [lacks(pd.Series(texts)) for texts in zip(*untold_parts, strict=True)]
    table = used.assign(
        amount_out=(before - after) * CACO3_PER_SO2, unit="t", item="limestone",
        missing=pd.Series(missing, index=used.index, dtype="str"),
    )  # fmt: skip
    return closed_or_open(table, balance="limestone", tolerance=tolerance,
                          above="too_little_limestone")  # fmt: skip


def _limestone(park: Park, given: Sides) -> pd.DataFrame:
    """Return the limestone of each plant's flue-gas cleaning, from activity, else its devices."""
    rows = given.activity
    rows = rows[(rows["process_type"] == "flue_gas_cleaning") & (rows["item"] == "limestone")]
    groups = rows.assign(missing=untold(rows)).groupby(PLANT)
    devices = _devices(park, given).groupby(PLANT)["reagent_t"].agg(whole_sum)
    sums = [groups["amount"].agg(whole_sum), groups["missing"].agg(lacks), devices]
    both = pd.concat(sums, axis=1).reset_index()
    amount = both["amount"].fillna(both["reagent_t"])
    # What a device takes is told for its years as a whole.
    missing = both["missing"].fillna("").mask(both["amount"].isna(), "")
    return both.assign(amount_in=amount, missing=missing.mask(amount.isna(), "limestone"))[
        [*PLANT, "amount_in", "missing"]
    ]


def _devices(park: Park, given: Sides) -> pd.DataFrame:
    """Return the devices that take out SO2 with limestone, a row for each year they stand."""
    devices = park.abatement
    is_stone = devices["reagent"].str.lower().str.contains("|".join(LIMESTONE))
    devices = devices[is_stone & (devices["species"] == "so2")]
    years = given.activity[PLANT].drop_duplicates()
    both = devices.merge(years, on="enterprise_id")
    start = both["valid_from"].astype("float64").fillna(-np.inf)
    end = both["valid_to"].astype("float64").fillna(np.inf)
    return both[(start <= both["year"]) & (both["year"] <= end)]


def _is_scrubbed(park: Park, rows: pd.DataFrame) -> pd.Series:
    """Tell the sources whose SO2 a limestone scrubber takes out; all where no device is told."""
    devices = park.abatement
    is_stone = devices["reagent"].str.lower().str.contains("|".join(LIMESTONE))
    mine = devices[is_stone & (devices["species"] == "so2")]
    pairs = pd.MultiIndex.from_frame(mine[["enterprise_id", "process"]])
    scrubbed = pd.MultiIndex.from_frame(rows[["enterprise_id", "process"]]).isin(pairs)
    return pd.Series(scrubbed | ~rows["enterprise_id"].isin(mine["enterprise_id"]).to_numpy()
                     | (rows["process"] == "").to_numpy(), index=rows.index)  # fmt: skip
