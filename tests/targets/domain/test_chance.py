"""How a period may end: counted for few deals, by a curve for many, and alike where both can tell."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targets.domain.chance import NewBusiness, OpenDeal, outlook

FEW = [OpenDeal(100, 0.8), OpenDeal(200, 0.5), OpenDeal(150, 0.3)]

deals = st.lists(
    st.builds(OpenDeal, amount=st.integers(0, 10**9), chance=st.floats(0, 1)), min_size=1, max_size=12
)
correlations = st.sampled_from([0.0, 0.1, 0.4])


def simulated(open_deals: list[OpenDeal], target: float, rounds: int = 20_000) -> float:
    dice = Random(7)
    reached = 0
    for _ in range(rounds):
        reached += sum(deal.amount for deal in open_deals if dice.random() < deal.chance) >= target
    return reached / rounds


def test_three_deals_are_counted_out_by_hand():
    found = outlook(0, FEW, correlation=0)
    assert found.mean == pytest.approx(225, abs=1e-4)
    assert found.deviation == pytest.approx(127.77, abs=0.01)
    assert found.chance(225) == pytest.approx(0.55, abs=1e-6)


def test_what_is_won_counts_whatever_happens():
    found = outlook(1_000, FEW, correlation=0)
    assert found.mean == pytest.approx(1_225, abs=1e-4)
    assert found.chance(1_225) == pytest.approx(0.55, abs=1e-6)
    assert found.chance(1_000) == pytest.approx(1)
    assert found.chance(1_451) == 0


def test_with_nothing_open_it_is_what_is_won():
    found = outlook(500, [])
    assert found.mean == pytest.approx(500)
    assert found.deviation == pytest.approx(0, abs=1e-6)
    assert (found.chance(500), found.chance(501)) == (pytest.approx(1), 0)
    assert found.quantile(0.1) == found.quantile(0.9) == 500


def test_a_shared_market_widens_the_range_and_leaves_the_mean():
    alone, together = (outlook(0, FEW, correlation=rho) for rho in (0.0, 0.3))
    assert together.mean == pytest.approx(alone.mean, rel=1e-3)
    assert together.deviation > alone.deviation
    assert together.quantile(0.05) <= alone.quantile(0.05)


def test_ten_equal_deals_are_a_binomial():
    found = outlook(0, [OpenDeal(1, 0.5)] * 10, correlation=0)
    assert found.chance(8) == pytest.approx(56 / 1024, abs=1e-6)
    assert found.quantile(0.5) == 5


def test_new_business_adds_its_mean_and_its_variance():
    found = outlook(0, FEW, NewBusiness(300, 60), correlation=0)
    assert found.mean == pytest.approx(525, rel=2e-3)
    assert found.deviation == pytest.approx((127.77**2 + 60**2) ** 0.5, rel=1e-2)


def test_new_business_alone_is_lognormal():
    found = outlook(0, [], NewBusiness(100, 50), correlation=0)
    assert found.quantile(0.5) == pytest.approx(100 / 1.25**0.5, rel=1e-2)
    assert found.chance(100 / 1.25**0.5) == pytest.approx(0.5, abs=1e-2)


@pytest.mark.parametrize("rho", [0.0, 0.2])
def test_counting_and_the_curve_agree_on_many_deals(rho: float):
    dice = Random(3)
    many = [OpenDeal(dice.randint(1_000, 90_000), dice.random()) for _ in range(200)]
    new = NewBusiness(500_000, 200_000)
    counted = outlook(10_000, many, new, correlation=rho, exact=1_000)
    fitted = outlook(10_000, many, new, correlation=rho)
    assert fitted.mean == pytest.approx(counted.mean, rel=1e-3)
    assert fitted.deviation == pytest.approx(counted.deviation, rel=1e-2)
    for share in (0.1, 0.5, 0.9):
        at = counted.quantile(share)
        assert fitted.chance(at) == pytest.approx(1 - share, abs=0.01)
        assert fitted.quantile(share) == pytest.approx(at, rel=0.01)


def test_counting_agrees_with_simulation_where_amounts_do_not_fit_the_grid():
    dice = Random(5)
    many = [OpenDeal(dice.randint(10_000_00, 90_000_00) + 7, dice.random()) for _ in range(60)]
    target = 0.5 * sum(deal.amount for deal in many)
    assert outlook(0, many, correlation=0).chance(target) == pytest.approx(simulated(many, target), abs=0.012)


@given(deals, correlations)
def test_a_chance_falls_as_the_target_rises_and_quantiles_rise(open_deals, rho):
    found = outlook(0, open_deals, correlation=rho)
    most = sum(deal.amount for deal in open_deals)
    chances = [found.chance(most * part / 8) for part in range(9)]
    assert chances[0] == pytest.approx(1)
    assert all(0 <= chance <= 1 for chance in chances)
    assert chances == sorted(chances, reverse=True)
    assert found.quantile(0.1) <= found.quantile(0.5) <= found.quantile(0.9) <= most * 1.001 + 1


@given(deals, correlations, st.integers(0, 10**12))
def test_the_mean_is_that_of_the_deals(open_deals, rho, won):
    expected = won + sum(deal.amount * deal.chance for deal in open_deals)
    found = outlook(won, open_deals, correlation=rho)
    assert found.mean == pytest.approx(expected, rel=2e-3, abs=2)


@pytest.mark.parametrize(
    ("open_deals", "new", "rho"),
    [
        ([OpenDeal(-1, 0.5)], NewBusiness(), 0.1),
        ([OpenDeal(1, 1.5)], NewBusiness(), 0.1),
        ([OpenDeal(1, 0.5)], NewBusiness(-1, 0), 0.1),
        ([OpenDeal(1, 0.5)], NewBusiness(), 1.0),
    ],
)
def test_what_is_no_chance_is_refused(open_deals, new, rho):
    with pytest.raises(ValueError, match="from 0 to"):
        outlook(0, open_deals, new, correlation=rho)
