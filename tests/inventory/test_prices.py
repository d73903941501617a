"""Prices: values of many years in the prices of one, by an index that is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.diagnosis.series_draws import economy_terms
from parkkit.inventory.economy import economy_series, park_prices
from parkkit.inventory.prices import deflator_text, price_levels, priced
from parkkit.park.package import Park, check_park
from tests.parks import make_park, write_park

YEARS = (2020, 2021, 2022)
PPI = [100, 110, 125]
CURRENT = {"price_year": ""}
PLANTS = [{}, {"enterprise_id": "B", "industry_code": "4412"}]
INSIDE = pd.DataFrame(
    [{"enterprise_id": plant, "year": year, "is_member": True} for plant in "AB" for year in YEARS]
)


def ppi(*values: float, industry: str = "", index: str = "ppi", base: int | None = 2020) -> Any:
    """Rows of an index from 2020 on; without a base each is told against the year before."""
    return [
        {"index": index, "industry_code": industry, "year": 2020 + place, "value": value,
         "base_year": base or 2019 + place, "origin": "o"}
        for place, value in enumerate(values)
    ]  # fmt: skip


def values(*amounts: float, plant: str = "A", **more: Any) -> list[dict[str, Any]]:
    return [{"enterprise_id": plant, "year": year, "amount": amount, **CURRENT, **more}
            for year, amount in zip(YEARS, amounts, strict=False)]  # fmt: skip


def park_of(folder: Path, economy: Any, index: Any = (), **about: Any) -> Park:
    return make_park(folder / "p", enterprises=PLANTS, releases=[{"amount": 1}], economy=economy,
                     price_index=list(index), about={"price_base_year": 2020, **about})  # fmt: skip


def series(park: Park, group: str = "park", **choices: Any) -> pd.DataFrame:
    """One group's economy by year, in 万元."""
    table = economy_series(park, INSIDE, **{"prices": "constant", **choices})
    return table[table["group"] == group].set_index("year").assign(
        amount=lambda rows: rows["amount"] / 1e4)  # fmt: skip


def test_current_prices_are_deflated_by_the_parks_index_and_it_is_named(tmp_path: Path) -> None:
    found = series(park_of(tmp_path, values(50, 66, 75), ppi(*PPI)))
    assert found["amount"].tolist() == pytest.approx([50, 60, 60])
    assert found["deflator"].tolist() == ["", "ppi/park/2020", "ppi/park/2020"]
    assert found["price_year"].tolist() == [2020, 2020, 2020]


def test_an_industrys_own_index_goes_before_the_parks(tmp_path: Path) -> None:
    economy = [*values(50, 66), *values(10, 22, plant="B")]
    park = park_of(tmp_path, economy, [*ppi(*PPI), *ppi(100, 200, industry="44")])
    assert series(park, "44")["amount"].tolist()[:2] == pytest.approx([10, 11])
    whole = series(park).loc[2021]
    assert whole["amount"] == pytest.approx(60 + 11)
    assert whole["deflator"] == "ppi/44/2020;ppi/park/2020"


def test_a_year_the_index_lacks_is_not_computable_and_named(tmp_path: Path) -> None:
    found = series(park_of(tmp_path, values(50, 66, 75), ppi(100, 110)))
    assert found["amount"].isna().tolist() == [False, False, True]
    # A tells its value: what lacks is the index.
    assert found.loc[2022, ["missing", "price_missing"]].tolist() == ["", "ppi/park 2022"]


def test_an_index_without_its_base_year_serves_nothing_but_that_year(tmp_path: Path) -> None:
    found = series(park_of(tmp_path, values(50, 66), ppi(*PPI)[1:]))
    assert found.loc[2020, "amount"] == 50
    assert found.loc[2021, "price_missing"] == "ppi/park 2020"


def test_without_any_index_only_the_base_year_is_known(tmp_path: Path) -> None:
    found = series(park_of(tmp_path, values(50, 66)))
    assert found.loc[2020, "amount"] == 50
    assert found.loc[2021, ["missing", "price_missing"]].tolist() == ["", "price_index 2021"]


def test_what_is_told_in_the_base_years_prices_is_not_deflated(tmp_path: Path) -> None:
    both = [*values(50, 66), *values(50, 61, price_year=2020)]
    found = series(park_of(tmp_path, both, ppi(*PPI)))
    assert found["amount"].dropna().tolist() == [50, 61]
    assert set(found["deflator"]) == {""}


def test_another_base_year_is_rebased_with_an_index_and_only_with_one(tmp_path: Path) -> None:
    of_2022 = values(62.5, 75, price_year=2022)
    found = series(park_of(tmp_path / "a", of_2022, ppi(*PPI)))
    assert found["amount"].dropna().tolist() == [50, 60]
    without = series(park_of(tmp_path / "b", of_2022))
    assert without["amount"].isna().all()
    assert without["price_missing"].tolist() == ["price_index 2022"] * 2 + [""]


def test_an_index_told_against_the_year_before_is_chained(tmp_path: Path) -> None:
    # 110 of 2020 prices in 2021, 120 of 2021 prices in 2022: 1.32 over both years.
    links = ppi(98, 110, 120, base=None)
    found = series(park_of(tmp_path, values(50, 66, 66), links))
    assert found["amount"].tolist() == pytest.approx([50, 60, 50])
    assert found.loc[2022, "deflator"] == "ppi/park/chained"


def test_a_chain_ends_at_a_gap() -> None:
    links = pd.DataFrame(ppi(98, 110, 120, 105, base=None)).drop(index=2)
    assert [sorted(chain) for chain in price_levels(links)["ppi", ""].values()] == [
        [2019, 2020, 2021], [2022, 2023]]  # fmt: skip


def test_series_of_two_bases_are_not_mixed(tmp_path: Path) -> None:
    # 2021 stands in the base of 2015 alone, where 2020 does not.
    mixed = [*ppi(100), *ppi(*PPI, base=2015)[1:2]]
    found = series(park_of(tmp_path, values(50, 66), mixed))
    assert found.loc[2021, "price_missing"] == "ppi/park 2020;ppi/park 2021"


def test_two_indexes_of_one_industry_are_refused_by_name_until_one_is_chosen(
    tmp_path: Path,
) -> None:
    two = [*ppi(*PPI), *ppi(100, 132, index="gdp")]
    park = park_of(tmp_path, values(50, 66), two)
    with pytest.raises(ParkError, match=r"'park' has several price indexes.*one of: gdp, ppi"):
        series(park)
    assert series(park, index="gdp")["amount"].tolist()[:2] == pytest.approx([50, 50])
    with pytest.raises(ParkError, match="unknown index 'ppl'. Did you mean 'ppi'"):
        series(park, index="ppl")


def test_constant_prices_of_no_year_are_refused(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", releases=[{"amount": 1}], economy=values(50))
    with pytest.raises(ParkError, match="give price_base_year in"):
        economy_series(park, INSIDE, prices="constant")


def test_prices_nobody_knows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParkError, match="unknown prices 'real'"):
        series(park_of(tmp_path, values(50)), prices="real")


def test_current_prices_leave_out_what_is_told_in_constant_ones(tmp_path: Path) -> None:
    economy = [*values(50, 66), *values(10, plant="B", price_year=2020)]
    found = series(park_of(tmp_path, economy, ppi(*PPI)), prices="current")
    assert found.loc[2020, "missing"] == "B"
    found = series(park_of(tmp_path / "q", values(50, 66)), prices="current")
    assert found["amount"].dropna().tolist() == [50, 66]


def test_a_member_that_tells_another_measure_that_year_is_named(tmp_path: Path) -> None:
    told = values(50, 66)
    told[1]["measure"] = "gross_output"
    found = series(park_of(tmp_path, told, ppi(*PPI)))
    assert found.loc[2021, ["missing", "told_instead"]].tolist() == ["A", "A gross_output"]
    assert pd.isna(found.loc[2021, "amount"])


def test_an_industry_told_as_a_whole_leaves_a_gap_where_it_is_not(tmp_path: Path) -> None:
    whole = values(7, 8, 9, plant="", industry_code="44", price_year=2020)
    unlisted = values(1, 2, 3, plant="", industry_code="30", price_year=2020)
    economy = [*values(50, 60, 60, price_year=2020), whole[0], whole[2], unlisted[0], unlisted[2]]
    found = series(park_of(tmp_path, economy))
    assert found["missing"].to_dict() == {2020: "", 2021: "30;44", 2022: ""}
    assert pd.isna(found.loc[2021, "amount"])


def test_an_uncertainty_is_carried_into_the_series_and_its_terms(tmp_path: Path) -> None:
    economy = [*values(30, 30, uncertainty_percent=10), *values(40, 40, plant="B")]
    economy[2]["uncertainty_percent"] = 10
    found = series(park_of(tmp_path, economy, ppi(*PPI)))
    # Of 30 and 40 with 10 % each: the root of 3^2 + 4^2 is 5, of 70.
    assert found.loc[2020, "uncertainty_percent"] == pytest.approx(100 * 5 / 70)
    assert pd.isna(found.loc[2021, "uncertainty_percent"])
    terms = economy_terms(found.reset_index()).set_index("year")["activity_percent"]
    assert terms.loc[2020] == pytest.approx(100 * 5 / 70)


def test_a_park_with_one_index_and_a_base_year_is_told_in_constant_prices(tmp_path: Path) -> None:
    one, two = ppi(*PPI), [*ppi(*PPI), *ppi(100, 132, index="gdp")]
    assert park_prices(park_of(tmp_path / "a", values(50), one)) == "constant"
    assert park_prices(park_of(tmp_path / "b", values(50), two)) == "given"
    assert park_prices(park_of(tmp_path / "c", values(50))) == "given"
    none = make_park(tmp_path / "d", releases=[{"amount": 1}], price_index=one)
    assert park_prices(none) == "given"


def test_an_index_that_cannot_serve_is_told_with_its_row(tmp_path: Path) -> None:
    index = [*ppi(100, 0), *ppi(101)]
    folder = write_park(tmp_path / "p", releases=[{"amount": 1}], price_index=index)
    told = [(each.code, each.row, each.column) for each in check_park(folder)]
    assert told == [("index_not_positive", 3, "value"), ("index_twice", 4, "year")]


def test_a_chain_told_with_the_year_before_as_1_is_refused_and_a_fixed_base_is_not(
    tmp_path: Path,
) -> None:
    # Taken as 105 %, every year would be a hundredth of the one before.
    folder = write_park(tmp_path / "a", releases=[{"amount": 1}], price_index=ppi(1.05, base=None))
    [told] = check_park(folder)
    assert (told.code, told.row, told.column) == ("index_of_1", 2, "value")
    assert told.told().endswith("give 105.")
    fixed = write_park(tmp_path / "b", releases=[{"amount": 1}], price_index=ppi(1, 1.05))
    assert not check_park(fixed)


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh", "价格指数 ppi（行业 26、28 及整体；以 2020 年为基期）"),
     ("en", "price index gdp (the whole; base: the year before)")],
)  # fmt: skip
def test_the_index_has_words(language: Any, text: str) -> None:
    codes = {"zh": "ppi/26/2020;ppi/28/2020;ppi/park/2020", "en": "gdp/park/chained"}[language]
    assert deflator_text(codes, language) == text


amounts = st.lists(st.integers(1, 300), min_size=3, max_size=3)


@settings(max_examples=25)
@given(amounts, amounts, amounts, st.sampled_from([1.0, 0.01, 7.3]), st.randoms())
def test_deflating_depends_neither_on_the_scale_of_the_index_nor_on_order_nor_on_splitting(
    own: list[int], other: list[int], levels: list[int], scale: float, random: Any
) -> None:
    rows = pd.DataFrame({"enterprise_id": ["A"] * 3 + ["B"] * 3, "industry_code": "",
                         "code": "26", "year": [*YEARS, *YEARS], "amount": [*own, *other],
                         "price_year": None})  # fmt: skip
    index = pd.DataFrame(ppi(*levels))
    scaled = index.assign(value=index["value"] * scale).sample(
        frac=1, random_state=random.randrange(99))  # fmt: skip
    whole = priced(rows, index, prices="constant", base_year=2020).groupby("year")["amount"].sum()
    summed = rows.groupby("year", as_index=False)["amount"].sum().assign(
        enterprise_id="", industry_code="26", code="26", price_year=None)  # fmt: skip
    again = priced(summed, scaled, prices="constant", base_year=2020).set_index("year")["amount"]
    assert again.tolist() == pytest.approx(whole.tolist())
    assert whole.tolist() == pytest.approx(
        [(a + b) * levels[0] / level for a, b, level in zip(own, other, levels, strict=True)]
    )
