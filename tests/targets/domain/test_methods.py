"""Every method gives the number its formula gives, or says what it lacks; nothing missing counts as zero."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.errors import DomainError
from salestargets.kernel.rational import Fraction
from targets.domain.methods import (
    BottomUp,
    BreakEven,
    Capacity,
    Funnel,
    HistoryGrowth,
    Inputs,
    Market,
    MovingAverage,
    Proposal,
    ProposalMethod,
    SeasonalIndex,
    blend,
    from_json,
    propose,
)


def amount_of(inputs: Inputs) -> int:
    proposal = propose(inputs)
    assert proposal.missing is None
    return proposal.amount


def missing_of(inputs: Inputs) -> str:
    proposal = propose(inputs)
    assert proposal.amount is None
    return proposal.missing.render()


def test_a_proposal_keeps_its_inputs_beside_it():
    inputs = HistoryGrowth(1_000, Decimal("0.15"))
    assert propose(inputs) == Proposal(ProposalMethod.HISTORY_GROWTH, 1_150, None, inputs)


# Each by hand


def test_history_grows():
    assert amount_of(HistoryGrowth(1_000_000, Decimal("-0.05"))) == 950_000
    assert amount_of(HistoryGrowth(0, Decimal("0.5"))) == 0


def test_a_moving_average_takes_the_last_periods():
    assert amount_of(MovingAverage((None, 900, 100, 200, 330), 3)) == 210
    assert missing_of(MovingAverage((100, None, 300), 2)).startswith(
        "Results known of the last 2 periods: 1."
    )
    assert missing_of(MovingAverage((100,), 2)).startswith("Results known of the last 2 periods: 1.")
    assert missing_of(MovingAverage((100,), 0)) == "Average one period at least."


def test_a_season_multiplies_the_level():
    # Means 100 and 200; the fourth quarter weighs 1.6 and 1.8 of them: 200 · 1.7.
    years = ((80, 80, 80, 160), (140, 150, 150, 360))
    assert amount_of(SeasonalIndex(years, 3)) == 340
    assert amount_of(SeasonalIndex(((None, 80, 80, 160), *years), 3)) == 340


def test_the_seasons_of_a_year_sum_to_its_level():
    years = ((80, 80, 80, 160), (140, 150, 150, 360), (100, 120, 90, 290))
    answers = [SeasonalIndex(years, period).answer() for period in range(4)]
    assert sum(answers) == 600


def test_one_year_is_no_season():
    years = ((80, 80, 80, 160), (140, 150, None, 360), (0, 0, 0, 0))
    assert missing_of(SeasonalIndex(years, 3)).startswith("Whole years with results: 1.")
    assert missing_of(SeasonalIndex(((1, 2), (2, 1)), 2)) == "Choose one of the periods of the year."
    assert missing_of(SeasonalIndex(((1, 2), (2, 1)), -1)) == "Choose one of the periods of the year."


def test_a_share_of_a_growing_market():
    assert amount_of(Market(50_000_000, Decimal("0.08"), Decimal("0.125"))) == 6_750_000
    assert (
        missing_of(Market(50_000_000, Decimal(0), Decimal("1.5")))
        == "A share of the market is from 0 to 100 %."
    )


def test_a_break_even_covers_cost_and_profit():
    assert amount_of(BreakEven(600_000, 200_000, Decimal("0.4"))) == 2_000_000
    assert amount_of(BreakEven(100, 0, Fraction(1, 3) + Fraction(1, 300))) == 298  # 297.03 would not quite do


def test_a_break_even_weighs_its_mix():
    # 0.75 · 0.3 + 0.25 · 0.5 = 0.35
    mix = ((Decimal("0.75"), Decimal("0.3")), (Decimal("0.25"), Decimal("0.5")))
    assert amount_of(BreakEven(300_000, 50_000, None, mix)) == 1_000_000
    thrice = tuple((3 * share, ratio) for share, ratio in mix)
    assert amount_of(BreakEven(300_000, 50_000, Decimal("0.9"), thrice)) == 1_000_000


@pytest.mark.parametrize("ratio", [Decimal(0), Decimal("-0.1")])
def test_what_no_sale_contributes_to_is_never_covered(ratio):
    said = "No sale leaves anything to cover the fixed cost. Check prices, costs and the mix."
    assert missing_of(BreakEven(600_000, 0, ratio)) == said
    assert missing_of(BreakEven(600_000, 0, Decimal("0.5"), ((1, ratio),))) == said


def test_a_share_of_sales_is_not_below_zero():
    assert (
        missing_of(BreakEven(100, 0, None, ((2, Decimal("0.5")), (-1, 1))))
        == "A share of sales is zero or more."
    )


def test_a_capacity_is_ramped_people_by_what_one_brings():
    assert amount_of(Capacity(Fraction(83, 10), 400_000)) == 3_320_000


def test_a_funnel_multiplies_down_and_adds_what_is_open():
    rates = (Decimal("0.2"), Decimal("0.25"))
    assert amount_of(Funnel(1_000, rates, 20_000)) == 1_000_000
    assert amount_of(Funnel(1_000, rates, 20_000, 150_000)) == 1_150_000
    assert missing_of(Funnel(1_000, (Decimal("1.2"),), 20_000)) == "A conversion is from 0 to 100 %."


def test_from_below_it_is_the_sum_of_all_answers():
    assert amount_of(BottomUp((100, 0, 250))) == 350
    assert missing_of(BottomUp((100, None, 250))) == "Answers so far: 2 of 3. Ask for the others."
    assert missing_of(BottomUp(())) == "Answers so far: 0 of 0. Ask for the others."


@pytest.mark.parametrize(
    "inputs",
    [
        HistoryGrowth(None, Decimal("0.1")),
        HistoryGrowth(100, None),
        Market(None, Decimal(0), Decimal("0.1")),
        Market(100, None, Decimal("0.1")),
        Market(100, Decimal(0), None),
        BreakEven(None, 0, Decimal("0.5")),
        BreakEven(100, None, Decimal("0.5")),
        BreakEven(100, 0, None),
        BreakEven(100, 0, None, ((0, Decimal("0.5")),)),
        Capacity(None, 100),
        Capacity(Decimal(1), None),
        Funnel(None, (Decimal("0.1"),), 100),
        Funnel(100, (), 100),
        Funnel(100, (Decimal("0.1"), None), 100),
        Funnel(100, (Decimal("0.1"),), None),
    ],
)
def test_what_was_not_entered_is_asked_for_and_is_not_zero(inputs):
    assert missing_of(inputs).startswith(("Enter ", "There is no result"))


@pytest.mark.parametrize("inputs", [HistoryGrowth(-100, Decimal(0)), BreakEven(100, -500, Decimal("0.5"))])
def test_nothing_below_zero_is_proposed(inputs):
    assert missing_of(inputs) == "It comes out below zero. Check what it is worked out from."


def test_proposals_are_rounded_half_to_even():
    assert [amount_of(MovingAverage((total, 0), 2)) for total in (1, 3, 5)] == [0, 2, 2]


# The blend


def test_a_blend_is_the_mean_by_weight():
    assert blend([100, 200, 400], [50, 25, 25]) == 200
    assert blend([100, 201], [Decimal("0.5"), Decimal("0.5")]) == 150  # 150.5, half to even


def test_the_weight_of_what_is_missing_is_shared_by_the_rest():
    assert blend([100, None, 400], [50, 30, 25]) == 200


def test_where_nothing_is_left_to_blend_there_is_none():
    assert blend([None, None], [1, 1]) is None
    assert blend([None, 100], [1, 0]) is None
    assert blend([], []) is None


def test_a_blend_weighs_nothing_below_zero():
    with pytest.raises(DomainError) as caught:
        blend([100, 200], [2, -1])
    assert caught.value.code == "negative_weight"


parts = st.lists(st.tuples(st.none() | st.integers(0, 10**12), st.integers(0, 100)), max_size=8)


@given(parts, st.randoms())
def test_a_blend_lies_between_its_parts_in_any_order(rows, random):
    def blended(some):
        return blend([amount for amount, _ in some], [weight for _, weight in some])

    counting = [amount for amount, weight in rows if amount is not None and weight]
    found = blended(rows)
    assert found is None if not counting else min(counting) <= found <= max(counting)
    assert blended(random.sample(rows, len(rows))) == found


# Inputs are kept

amounts = st.none() | st.integers(-(10**15), 10**15)
numbers = (
    st.integers(-100, 100)
    | st.fractions(-10, 10).map(Fraction)
    | st.decimals(-10, 10, places=6, allow_nan=False)
)
rates = st.none() | numbers
kept = st.one_of(
    st.builds(HistoryGrowth, amounts, rates),
    st.builds(MovingAverage, st.lists(amounts).map(tuple), st.integers(1, 12)),
    st.builds(
        SeasonalIndex, st.lists(st.lists(amounts, max_size=4).map(tuple)).map(tuple), st.integers(0, 3)
    ),
    st.builds(Market, amounts, rates, rates),
    st.builds(BreakEven, amounts, amounts, rates, st.lists(st.tuples(numbers, numbers)).map(tuple)),
    st.builds(Capacity, rates, amounts),
    st.builds(Funnel, amounts, st.lists(rates).map(tuple), amounts, st.integers(0, 10**12)),
    st.builds(BottomUp, st.lists(amounts).map(tuple)),
)


@given(kept)
def test_inputs_come_back_from_json_as_they_went(inputs):
    text = json.dumps(inputs.as_json(), allow_nan=False)
    back = from_json(json.loads(text))
    assert back == inputs
    assert propose(back) == propose(inputs)


def test_json_is_exact_and_says_which_method():
    assert Funnel(100, (Decimal("0.10"), Fraction(1, 3)), 20_000).as_json() == {
        "method": "funnel",
        "leads": 100,
        "conversions": ["0.10", "1/3"],
        "average_deal": 20_000,
        "open_expected": 0,
    }
    assert Capacity(Decimal("1E+2"), 5).as_json()["ramped_heads"] == "100"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"method": "by_magic"},
        {"method": ["market"]},
        {"method": "history_growth", "last_year": 1},
        {"method": "history_growth", "last_year": 1, "growth": "0.1", "other": 1},
        {"method": "history_growth", "last_year": "1.5", "growth": "0.1"},
        {"method": "history_growth", "last_year": True, "growth": "0.1"},
        {"method": "history_growth", "last_year": 1, "growth": 0.1},
        {"method": "history_growth", "last_year": 1, "growth": "1e999999999"},
        {"method": "history_growth", "last_year": 1, "growth": "NaN"},
        {"method": "history_growth", "last_year": 1, "growth": "1/0"},
        {"method": "history_growth", "last_year": 1, "growth": {}},
        {"method": "bottom_up", "proposals": 5},
        {"method": "bottom_up", "proposals": [[5]]},
        {"method": "moving_average", "periods": [1, 2], "n": None},
        {
            "method": "break_even",
            "fixed_cost": 1,
            "wanted_profit": 1,
            "contribution_ratio": None,
            "mix": [["0.5", "0.5", "0.5"]],
        },
    ],
)
def test_what_was_not_written_by_us_is_not_read(data):
    with pytest.raises(DomainError) as caught:
        from_json(data)
    assert caught.value.code == "invalid_inputs"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"method": "luck"}, "There is no such method. Enter one of: history_growth, moving_average,"),
        (
            {"method": "capacity", "heads": 6},
            "“capacity” has exactly these inputs: ramped_heads, ",
        ),
        ({"method": "bottom_up", "proposals": 5}, "“proposals” is not as it is answered"),
    ],
)
def test_what_is_wrong_with_inputs_is_told(data, said):
    with pytest.raises(DomainError) as caught:
        from_json(data)
    assert said in caught.value.render()
