"""What a set of deals says, by hand."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.funnel import (
    Cycle,
    StageSummary,
    average_deal,
    coverage,
    cycle,
    needed_coverage,
    open_pipeline,
    stage_summaries,
    win_rate,
)
from salestargets.kernel.rational import Fraction


def test_stages_are_counted_in_their_order_with_empty_ones_too():
    deals = [("quote", 500), ("lead", 100), ("quote", None), ("quote", 250)]
    assert stage_summaries(deals, ["lead", "visit", "quote"]) == [
        StageSummary("lead", count=1, amount=100, unpriced=0),
        StageSummary("visit", count=0, amount=0, unpriced=0),
        StageSummary("quote", count=3, amount=750, unpriced=1),
    ]


def test_the_win_rate_counts_closed_deals_only():
    assert win_rate(3, 1) == Fraction(3, 4)
    assert win_rate(0, 4) == 0


def test_a_win_rate_without_closed_deals_is_undefined():
    assert win_rate(0, 0) is None


def test_the_average_deal_is_undefined_without_won_deals():
    assert average_deal(100_000, 3) == Fraction(100_000, 3)
    assert average_deal(0, 0) is None


def test_the_cycle_has_a_mean_and_a_median():
    assert cycle({10: 1, 20: 1, 60: 1}) == Cycle(count=3, mean=Fraction(90, 3), median=Fraction(20))
    assert cycle({10: 1, 20: 1}).median == 15
    assert cycle({10: 2, 20: 2}).median == 15
    assert cycle({30: 1, 10: 3}).median == 10


def test_the_cycle_is_undefined_without_won_deals():
    assert cycle({}) == Cycle(count=0, mean=None, median=None)


def test_open_deals_without_a_price_add_nothing():
    assert open_pipeline([500, None, 250]) == 750
    assert open_pipeline([]) == 0


def test_coverage_is_undefined_where_nothing_remains_to_be_won():
    assert coverage(900, 300) == 3
    assert coverage(900, 0) is None
    assert coverage(900, -5) is None


def test_a_win_rate_of_a_quarter_needs_four_times_the_pipeline():
    assert needed_coverage(Fraction(1, 4)) == 4
    assert needed_coverage(Fraction(0)) is None
    assert needed_coverage(None) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 1000))))
def test_the_stages_together_have_every_deal_once(deals):
    stages = stage_summaries(deals, ["a", "b", "c"])
    assert sum(stage.count for stage in stages) == len(deals)
    assert sum(stage.amount for stage in stages) == open_pipeline(amount for _, amount in deals)
