"""Decomposition by hand: effects, what came and went, zeros, gaps."""

from math import exp, log

import numpy as np
import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.core.labels import has_label
from parkkit.diagnosis.decomposition import decompose, decompose_each
from parkkit.diagnosis.effect_indexes import lmdi_index
from parkkit.diagnosis.identities import park_identities
from parkkit.diagnosis.logarithmic_means import array_effects, logarithmic_mean

KAYA = (
    "co2 = scale: [gdp] * structure: gdp/[gdp] * energy_intensity: tce/gdp * carbon_factor: co2/tce"
)
FACTORS = ["scale", "structure", "energy_intensity", "carbon_factor"]
SPAN = (2020, 2021)


def mean(a, b):
    return (a - b) / log(a / b)


def table_of(*rows, columns="industry year gdp tce co2"):
    return pd.DataFrame(rows, columns=columns.split()).assign(group="park")


def effects_of(rows, identity=KAYA, years=SPAN, measured="amount", **choices):
    table = decompose(rows, identity, years, **choices)
    return table.set_index("effect")[measured].to_dict()


def only(**effects):
    """All effects of the Kaya identity, 0 where not told."""
    names = ["opened", "closed", "boundary_moved", *FACTORS, "total"]
    return {name: effects.get(name, 0.0) for name in names}


TWO = table_of(
    ("A", 2020, 10.0, 4.0, 8.0),
    ("B", 2020, 30.0, 2.0, 6.0),
    ("A", 2021, 30.0, 9.0, 18.0),
    ("B", 2021, 30.0, 2.0, 4.0),
)


def test_the_additive_effects_of_two_industries_by_hand():
    a, b = mean(18, 8), mean(4, 6)
    assert effects_of(TWO) == pytest.approx(
        only(
            scale=(a + b) * log(60 / 40),
            structure=a * log(0.5 / 0.25) + b * log(0.5 / 0.75),
            energy_intensity=a * log(0.3 / 0.4),
            carbon_factor=b * log(2 / 3),
            total=8.0,
        )
    )


def test_the_multiplicative_effects_are_those_over_the_mean_of_the_totals():
    amounts, whole = effects_of(TWO), mean(22, 14)
    found = effects_of(TWO, form="multiplicative", measured="index")
    wanted = {name: exp(amount / whole) for name, amount in amounts.items()}
    assert found == pytest.approx(wanted)
    assert found["total"] == pytest.approx(22 / 14)


def test_lmdi2_weighs_by_shares_and_normalises_them():
    a, b = mean(18 / 22, 8 / 14), mean(4 / 22, 6 / 14)
    found = effects_of(TWO, method="lmdi2", form="multiplicative", measured="index")
    assert found["scale"] == pytest.approx(1.5)
    assert found["carbon_factor"] == pytest.approx(exp(b / (a + b) * log(2 / 3)))
    assert found["energy_intensity"] == pytest.approx(exp(a / (a + b) * log(0.3 / 0.4)))
    additive = effects_of(TWO, method="lmdi2")
    assert additive["scale"] == pytest.approx(mean(22, 14) * log(1.5))
    assert sum(additive.values()) == pytest.approx(2 * 8.0)


def test_a_chain_follows_the_years_between_and_end_points_do_not():
    rows = table_of(
        ("A", 2020, 1.0, 1.0, 1.0), ("A", 2021, 2.0, 2.0, 4.0), ("A", 2022, 2.0, 1.0, 1.0)
    )
    span = (2020, 2022)
    assert effects_of(rows, years=span)["carbon_factor"] == 0
    chained = effects_of(rows, years=span, chained=True)
    first, second = mean(4, 1), mean(1, 4)
    assert chained == pytest.approx(
        only(
            scale=first * log(2),
            energy_intensity=second * log(1 / 2),
            carbon_factor=first * log(2) + second * log(1 / 2),
        ),
        abs=1e-12,
    )
    product = effects_of(rows, years=span, chained=True, form="multiplicative", measured="index")
    assert product["scale"] == pytest.approx(2.0)


def test_effects_come_in_order_with_what_came_and_went_first():
    table = decompose(TWO, KAYA, [(2020, 2021), (2019, 2020)])
    assert table["effect"].tolist()[:8] == list(only())
    assert table["start"].tolist() == [2019] * 8 + [2020] * 8
    assert list(table) == [
        "group", "start", "end", "effect", "amount", "residual", "status", "missing", "notes",
    ]  # fmt: skip


# What comes and goes


COMING = table_of(
    ("A", 2020, 10.0, 5.0, 10.0),
    ("old", 2020, 10.0, 5.0, 7.0),
    ("A", 2021, 10.0, 5.0, 10.0),
    ("new", 2021, 40.0, 5.0, 12.0),
)


def test_a_plant_that_opened_is_told_once_and_not_as_scale_and_structure_of_the_others():
    assert effects_of(COMING) == only(opened=12.0, closed=-7.0, total=5.0)


@pytest.mark.parametrize("method", ["lmdi1", "lmdi2"])
def test_what_came_and_went_has_indexes_and_the_product_is_exact(method):
    table = decompose(COMING, KAYA, SPAN, method=method, form="multiplicative")
    found = table.set_index("effect")["index"]
    assert found.drop("total").prod() == pytest.approx(22 / 17, rel=1e-14)
    weight = mean(22, 17) if method == "lmdi1" else mean(10 / 22, 10 / 17)
    came, went = (12, 7) if method == "lmdi1" else (12 / 22, 7 / 17)
    assert found["opened"] == pytest.approx(exp(came / weight))
    assert found["closed"] == pytest.approx(exp(-went / weight))


def test_a_moved_boundary_is_told_as_such_by_a_set_of_keys():
    found = effects_of(COMING, moved=["new"])
    assert found == only(boundary_moved=12.0, closed=-7.0, total=5.0)
    assert effects_of(COMING, moved=["new", "old"]) == only(boundary_moved=5.0, total=5.0)


def test_a_moved_boundary_is_told_as_such_by_columns():
    rows = COMING.assign(entry=["", "", "", "boundary"], exit=["", "boundary", None, ""])
    assert effects_of(rows) == only(boundary_moved=5.0, total=5.0)
    assert effects_of(rows.assign(entry="opened"))["opened"] == 12.0


def test_an_entry_counts_where_the_plant_came_in_and_not_where_it_left():
    rows = table_of(
        ("A", 2019, 1.0, 1.0, 1.0), ("A", 2020, 1.0, 1.0, 1.0), ("A", 2021, 1.0, 1.0, 1.0),
        ("A", 2022, 1.0, 1.0, 1.0), ("P", 2020, 1.0, 1.0, 3.0), ("P", 2021, 1.0, 1.0, 4.0),
    ).assign(entry="", exit="")  # fmt: skip
    rows.loc[4, "entry"] = "boundary"
    assert effects_of(rows, years=(2019, 2021))["boundary_moved"] == 4.0
    assert effects_of(rows, years=(2020, 2022))["closed"] == -3.0
    chained = effects_of(rows, years=(2019, 2022), chained=True)
    assert (chained["boundary_moved"], chained["closed"]) == (3.0, -4.0)


def test_an_exit_counts_on_the_last_row_before_the_plant_left():
    rows = table_of(
        ("A", 2020, 1.0, 1.0, 1.0), ("A", 2022, 1.0, 1.0, 1.0), ("A", 2023, 1.0, 1.0, 1.0),
        ("P", 2020, 1.0, 1.0, 3.0), ("P", 2021, 1.0, 1.0, 3.0),
    )  # fmt: skip
    span = (2020, 2023)
    last = rows.assign(exit=["", "", "", "", "boundary"])
    assert effects_of(last, years=span) == only(boundary_moved=-3.0, total=-3.0)
    earlier = rows.assign(exit=["", "", "", "boundary", ""])
    assert effects_of(earlier, years=span) == only(closed=-3.0, total=-3.0)


def test_a_plant_absent_in_the_middle_of_a_chain_is_noted():
    rows = table_of(
        ("A", 2020, 1.0, 1.0, 1.0), ("A", 2021, 1.0, 1.0, 1.0), ("A", 2022, 1.0, 1.0, 1.0),
        ("P", 2020, 1.0, 1.0, 3.0), ("P", 2022, 1.0, 1.0, 4.0),
    )  # fmt: skip
    table = decompose(rows, KAYA, (2020, 2022), chained=True)
    assert table["notes"].unique().tolist() == ["absent_between"]
    assert table.set_index("effect")["amount"].to_dict() == only(opened=4.0, closed=-3.0, total=1.0)
    assert decompose(rows, KAYA, (2020, 2022))["notes"].unique().tolist() == [""]


def test_a_key_nobody_has_and_an_entry_nobody_knows_are_refused():
    with pytest.raises(ParkError, match="moved: unknown key 'nwe'. Did you mean 'new'"):
        decompose(COMING, KAYA, SPAN, moved=["nwe"])
    with pytest.raises(ParkError, match="moved takes a list"):
        decompose(COMING, KAYA, SPAN, moved="new")
    with pytest.raises(ParkError, match="rows.entry: unknown entry 'boundry'. Did you mean"):
        decompose(COMING.assign(entry="boundry"), KAYA, SPAN)


# Zeros inside a row of both years


@pytest.mark.parametrize(
    ("before", "after", "effects"),
    [
        # all begins: what the row sells passes zero, energy and carbon follow as 0/0
        ((0.0, 0.0, 0.0), (5.0, 2.0, 6.0), {"structure": 6.0}),
        ((5.0, 2.0, 6.0), (0.0, 0.0, 0.0), {"structure": -6.0}),
        # it sold before, and burns now for the first time
        ((5.0, 0.0, 0.0), (5.0, 2.0, 6.0), {"energy_intensity": 6.0}),
        ((5.0, 2.0, 6.0), (5.0, 0.0, 0.0), {"energy_intensity": -6.0}),
        # clean energy gives way to coal
        ((5.0, 2.0, 0.0), (5.0, 2.0, 6.0), {"carbon_factor": 6.0}),
        ((5.0, 2.0, 6.0), (5.0, 2.0, 0.0), {"carbon_factor": -6.0}),
        # nothing in both years, whatever the rest does
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), {}),
        ((5.0, 2.0, 0.0), (5.0, 0.0, 0.0), {}),
        ((0.0, 2.0, 0.0), (5.0, 0.0, 0.0), {}),
        # 0/0 in a column of both years counts as unchanged
        ((0.0, 2.0, 4.0), (0.0, 2.0, 8.0), {"carbon_factor": 4.0}),
        ((0.0, 2.0, 4.0), (0.0, 4.0, 8.0), {"energy_intensity": 4.0}),
        ((5.0, 0.0, 4.0), (5.0, 0.0, 8.0), {"carbon_factor": 4.0}),
        ((0.0, 0.0, 0.0), (0.0, 2.0, 6.0), {"energy_intensity": 6.0}),
    ],
)
def test_zeros_go_by_their_limits(before, after, effects):
    # A large, still industry keeps the sums apart from the row that is looked at.
    still = (1e15, 1.0, 1.0)
    rows = table_of(
        ("big", 2020, *still), ("big", 2021, *still), ("Z", 2020, *before), ("Z", 2021, *after)
    )
    table = decompose(rows, KAYA, SPAN)
    assert table.set_index("effect")["amount"].to_dict() == pytest.approx(
        only(total=after[2] - before[2], **effects), abs=1e-12
    )
    assert table["notes"].unique().tolist() == [""]


def test_a_zero_is_the_limit_of_small_numbers():
    def found(small):
        rows = table_of(
            ("A", 2020, 10.0, 3.0, 5.0), ("A", 2021, 12.0, 4.0, 5.0),
            ("Z", 2020, 2.0, small, small), ("Z", 2021, 3.0, 2.0, 6.0),
        )  # fmt: skip
        return effects_of(rows)

    limit = found(0.0)
    far = [
        max(abs(found(small)[name] - limit[name]) for name in FACTORS)
        for small in (1e-10, 1e-50, 1e-250)
    ]
    assert far[0] > far[1] > far[2] > 0
    assert far[2] < 0.05


@pytest.mark.parametrize(
    ("factors", "effects"),
    [
        ([[0.0, 0.0, 2.0], [3.0, 4.0, 5.0]], [30.0, 30.0, 0.0]),
        ([[3.0, 4.0, 5.0], [0.0, 0.0, 0.0]], [-20.0, -20.0, -20.0]),
        ([[0.0, 4.0, 5.0], [3.0, 0.0, 5.0]], [0.0, 0.0, 0.0]),
        ([[0.0, 4.0, 5.0], [0.0, 8.0, 5.0]], [0.0, 0.0, 0.0]),
    ],
)
def test_several_zero_factors_share_equally(factors, effects):
    assert array_effects([[factors]])[0, 0].tolist() == effects


def test_a_row_that_burns_but_does_not_sell_counts_its_sales_as_unchanged_and_says_so():
    rows = table_of(
        ("A", 2020, 10.0, 1.0, 1.0), ("A", 2021, 10.0, 1.0, 1.0),
        ("Z", 2020, 0.0, 2.0, 4.0), ("Z", 2021, 10.0, 3.0, 6.0),
    )  # fmt: skip
    table = decompose(rows, KAYA, SPAN)
    found = table.set_index("effect")["amount"]
    # Scale doubles for both; in Z it is offset by structure, and energy alone has grown.
    assert found["scale"] == pytest.approx((1 + mean(6, 4)) * log(2))
    assert found["structure"] == pytest.approx(-(1 + mean(6, 4)) * log(2))
    assert found["energy_intensity"] == pytest.approx(2.0)
    assert table["notes"].unique().tolist() == ["zero_inside"]


def test_an_economy_that_begins_is_scale():
    rows = table_of(("A", 2020, 0.0, 0.0, 0.0), ("A", 2021, 5.0, 2.0, 6.0))
    assert effects_of(rows) == only(scale=6.0, total=6.0)


# What is wrong, and what is missing


def test_a_negative_amount_is_refused_with_its_cell():
    rows = table_of(("A", 2020, 1.0, 1.0, 5.0), ("B", 2021, 1.0, -2.5, 5.0))
    with pytest.raises(ParkError, match=r"column 'tce': park / B / 2021 is negative \(-2.5\)"):
        decompose(rows, KAYA, SPAN)
    assert decompose(rows, KAYA, (2019, 2020))["status"].eq("not_computable").all()
    with pytest.raises(ParkError, match=r"factors\[0, 0, 1, 0\] is negative \(-2"):
        array_effects([[[[1.0], [-2.0]]]])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"co2": ["x", 1, 1, 1]}, "rows.co2: 'x' is not a number"),
        ({"co2": [np.inf, 1, 1, 1]}, "rows.co2: 'inf' is not a number"),
        ({"year": [2020, 2020.5, 2021, 2021]}, "rows.year: '2020.5' is not a whole number"),
        ({"year": [2020, None, 2021, 2021]}, "rows.year: is blank"),
    ],
)
def test_what_is_no_number_is_refused(change, words):
    with pytest.raises(ParkError, match=words):
        decompose(TWO.assign(**change), KAYA, SPAN)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"by": ["park"]}, "rows.park: the column is missing; the file has: industry, year"),
        ({"key": ["plant"]}, "rows.plant: the column is missing"),
        ({"key": ["gdp"]}, "'gdp' names rows and stands in the identity"),
        ({"method": "lmdi3"}, "unknown method 'lmdi3'"),
        ({"form": "add"}, "unknown form 'add'. Did you mean 'additive'"),
        ({"years": (2021, 2020)}, "2021"),
        ({"identity": KAYA.replace("tce", "tec")}, "unknown column 'tec'. Did you mean 'tce'"),
        ({"identity": "co2 = gdp * co2"}, "does not cancel"),
    ],
)
def test_choices_that_do_not_fit_are_refused(choices, words):
    given = {"identity": KAYA, "years": SPAN, **choices}
    with pytest.raises(ParkError, match=words):
        decompose(TWO, **given)


def test_no_rows_and_no_identities_are_refused():
    with pytest.raises(ParkError, match="rows: there is no row"):
        decompose(TWO.iloc[:0], KAYA, SPAN)
    with pytest.raises(ParkError, match="identities takes a list"):
        decompose_each(TWO, {}, SPAN)


def test_a_blank_cell_leaves_the_factors_open_and_the_total_told():
    rows = TWO.copy()
    rows.loc[3, "tce"] = None
    table = decompose(rows, KAYA, SPAN).set_index("effect")
    told = table["status"].eq("computed")
    assert told[told].index.tolist() == ["opened", "closed", "boundary_moved", "total"]
    assert table.loc["total", ["amount", "missing"]].tolist() == [8.0, ""]
    assert table.loc["scale", "missing"] == "B tce 2021"
    assert table["residual"].isna().all()


def test_a_blank_left_side_leaves_all_open():
    rows = TWO.copy()
    rows.loc[0, "co2"] = None
    for method in ("lmdi1", "lmdi2"):
        table = decompose(rows, KAYA, SPAN, method=method)
        assert table["status"].unique().tolist() == ["not_computable"]
        assert table["missing"].unique().tolist() == ["A co2 2020"]


def test_a_blank_factor_of_a_plant_that_opened_is_not_needed():
    rows = COMING.copy()
    rows.loc[3, ["gdp", "tce"]] = None
    assert effects_of(rows) == only(opened=12.0, closed=-7.0, total=5.0)


def test_a_missing_year_of_a_chain_is_named_and_other_groups_are_computed():
    whole = table_of(*(("A", year, 1.0, 1.0, float(year)) for year in (2020, 2021, 2022)))
    gap = whole[whole["year"] != 2021].assign(group="east")
    table = decompose(pd.concat([whole, gap]), KAYA, (2020, 2022), chained=True)
    east = table[table["group"].eq("east")].set_index("effect")
    assert east.loc["scale", ["status", "missing"]].tolist() == ["not_computable", "co2 2021"]
    assert east.loc["total", "amount"] == 2.0
    assert table.loc[table["group"].eq("park"), "status"].eq("computed").all()
    assert decompose(gap, KAYA, (2020, 2022))["status"].eq("computed").all()
    nobody = decompose(gap, KAYA, (2020, 2022), chained=True).set_index("effect")
    assert nobody.loc["opened", "missing"] == "co2 2021"


def test_a_span_outside_the_data_is_not_computable():
    table = decompose(TWO, KAYA, (2021, 2030))
    assert table["missing"].unique().tolist() == ["co2 2030"]
    assert decompose(TWO, KAYA, (2030, 2031))["missing"].unique().tolist() == ["co2 2030; co2 2031"]


def test_a_total_of_zero_has_no_ratio():
    rows = table_of(("A", 2020, 1.0, 1.0, 0.0), ("A", 2021, 1.0, 1.0, 3.0))
    table = decompose(rows, KAYA, SPAN, form="multiplicative")
    assert table["status"].unique().tolist() == ["not_computable"]
    assert table["notes"].unique().tolist() == ["no_ratio"]
    assert effects_of(rows) == only(carbon_factor=3.0, total=3.0)


@pytest.mark.parametrize("form", ["additive", "multiplicative"])
def test_lmdi2_has_no_weights_where_nothing_stays(form):
    rows = COMING[COMING["industry"].ne("A")]
    table = decompose(rows, KAYA, SPAN, method="lmdi2", form=form).set_index("effect")
    assert table.loc["opened", ["status", "notes"]].tolist() == [
        "not_computable",
        "nothing_continues",
    ]
    assert table.loc["total", "status"] == "computed"
    assert decompose(rows, KAYA, SPAN, form=form)["status"].eq("computed").all()


@pytest.mark.parametrize("code", ["zero_inside", "no_ratio", "nothing_continues", "absent_between"])
def test_every_note_has_a_text(code):
    assert has_label(f"decomposition.note.{code}")


# Rows and groups


def test_rows_of_one_key_and_year_add_up_and_a_blank_one_is_not_a_zero():
    halves = pd.concat([TWO.assign(**{c: TWO[c] / 2 for c in ("gdp", "tce", "co2")})] * 2)
    assert effects_of(halves) == pytest.approx(effects_of(TWO))
    halves.iloc[0, 3] = None
    assert decompose(halves, KAYA, SPAN)["missing"].unique().tolist() == ["", "A tce 2020"]


def test_a_group_is_decomposed_as_if_it_stood_alone():
    both = pd.concat([TWO, COMING.assign(group="east")])
    table = decompose(both, KAYA, SPAN)
    alone = decompose(COMING.assign(group="east"), KAYA, SPAN)
    east = table[table["group"].eq("east")].reset_index(drop=True)
    pd.testing.assert_frame_equal(east, alone)


def test_without_a_key_a_group_is_one_row():
    found = effects_of(TWO, key=())
    whole = mean(22, 14)
    assert found["structure"] == 0
    assert found["scale"] == pytest.approx(whole * log(60 / 40))
    assert decompose(TWO, KAYA, SPAN, by=(), key=())["missing"].unique().tolist() == [""]


def test_what_was_given_stays_as_it_was():
    before = TWO.copy()
    decompose(TWO, KAYA, SPAN)
    pd.testing.assert_frame_equal(TWO, before)


def test_carbon_and_a_pollutant_side_by_side_part_source_from_end_of_pipe():
    rows = pd.DataFrame({
        "group": "park", "industry": "A", "year": SPAN, "value_added": [10.0, 12.0],
        "energy_tce": [5.0, 6.0], "co2_t": [10.0, 12.0],
        "so2_generated_t": [4.0, 4.8], "so2_emitted_t": [2.0, 0.6],
    })  # fmt: skip
    table = decompose_each(rows, park_identities(["so2"]), SPAN)
    found = table.set_index(["species", "effect"])["amount"]
    whole = mean(0.6, 2.0)
    assert found["so2", "end_of_pipe"] == pytest.approx(whole * log(0.125 / 0.5))
    assert found["so2", "source"] == pytest.approx(0.0, abs=1e-12)
    assert found["so2", "scale"] == pytest.approx(whole * log(1.2))
    assert found["co2"][["scale", "total"]].tolist() == pytest.approx([2.0, 2.0])


# Indexes


def test_indexes_run_both_ways_from_their_base():
    rows = table_of(
        ("A", 2019, 5.0, 2.0, 4.0), ("A", 2020, 10.0, 4.0, 8.0), ("A", 2021, 20.0, 4.0, 8.0)
    )
    table = lmdi_index(rows, KAYA, base=2020).pivot(index="effect", columns="year", values="index")
    assert table.loc["scale"].tolist() == pytest.approx([0.5, 1.0, 2.0])
    assert table.loc["energy_intensity"].tolist() == pytest.approx([1.0, 1.0, 0.5])
    assert table.loc["total"].tolist() == [0.5, 1.0, 1.0]


def test_indexes_stop_at_a_gap_and_say_which():
    rows = table_of(*(("A", year, 1.0, 1.0, 2.0) for year in (2018, 2019, 2021, 2022)))
    table = lmdi_index(rows, KAYA, base=2019).set_index(["year", "effect"])
    assert table.loc[(2018, "scale"), "index"] == 1.0
    assert table.loc[(2022, "scale"), ["status", "missing"]].tolist() == [
        "not_computable",
        "co2 2020",
    ]
    assert table.loc[(2022, "total"), "index"] == 1.0


def test_indexes_without_a_base_are_not_computable():
    rows = table_of(*(("A", year, 1.0, 1.0, 2.0) for year in (2019, 2020, 2021)))
    blank = rows.assign(co2=[2.0, None, 2.0])
    table = lmdi_index(blank, KAYA, base=2020)
    assert table["status"].eq("not_computable").all()
    assert table["missing"].unique().tolist() == ["A co2 2020", "co2 2020"]
    zero = lmdi_index(rows.assign(co2=[2.0, 0.0, 2.0]), KAYA, base=2020)
    assert zero["status"].eq("not_computable").all()
    assert zero["notes"].unique().tolist() == ["no_ratio"]
    with pytest.raises(ParkError, match="base: the base year 2030 is not within 2019 to 2021"):
        lmdi_index(rows, KAYA, base=2030)


def test_a_logarithmic_mean_is_exact_where_amounts_nearly_agree():
    # (b - a) / (ln b - ln a) in plain floats is off by 1e-5 here.
    first, second = 7e5, 7e5 * (1 + 1e-10)
    assert logarithmic_mean(first, second) == pytest.approx((first + second) / 2, rel=1e-12, abs=0)
    assert np.isnan(logarithmic_mean(np.nan, 1.0))
