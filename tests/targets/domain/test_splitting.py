"""A parent's number reaches its children whole, and whoever looks can see why each got what they got."""

import time
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.apportion import apportion
from salestargets.kernel.errors import DomainError
from salestargets.kernel.rational import Fraction
from targets.choices import CHOSEN, SplitMethod
from targets.domain.splitting import Balance, Bucket, Child, Method, Ramping, balance, split, split_tree


def ann(**facts) -> Child:
    return Child("ann", "Ann", **facts)


def ben(**facts) -> Child:
    return Child("ben", "Ben", **facts)


def cy(**facts) -> Child:
    return Child("cy", "Cy", **facts)


def refused(*args, **kwargs) -> DomainError:
    with pytest.raises(DomainError) as caught:
        split(*args, **kwargs)
    return caught.value


def code_of(*args, **kwargs) -> str:
    return refused(*args, **kwargs).code


def test_an_even_split_gives_the_odd_cent_to_the_first():
    result = split(100, [ann(), ben(), cy()], "even")
    assert result.amounts == {"ann": 34, "ben": 33, "cy": 33}
    assert result.balance == Balance(unallocated=0, over_assigned=0)


def test_a_split_by_history_follows_what_was_reached():
    result = split(300_000_000, [ann(basis=60_000), ben(basis=30_000), cy(basis=10_000)], "history")
    assert result.amounts == {"ann": 180_000_000, "ben": 90_000_000, "cy": 30_000_000}
    assert [part.share for part in result.parts] == [Fraction(6, 10), Fraction(3, 10), Fraction(1, 10)]
    assert [part.weight for part in result.parts] == [60_000, 30_000, 10_000]
    assert result.warnings == ()


def test_own_weights_may_be_decimals():
    result = split(1000, [ann(basis=Decimal("1.5")), ben(basis=Decimal("0.5")), cy(basis=0)], "weights")
    assert result.amounts == {"ann": 750, "ben": 250, "cy": 0}


def test_a_hold_is_kept_and_shows_what_the_method_would_have_given():
    result = split(1000, [ann(basis=1), ben(basis=1, hold=100), cy(basis=2)], "history")
    assert result.amounts == {"ann": 300, "ben": 100, "cy": 600}
    assert [part.computed for part in result.parts] == [250, 250, 500]
    assert [part.is_held for part in result.parts] == [False, True, False]


def test_a_newcomer_without_history_gets_nothing_and_is_named():
    result = split(1000, [ann(basis=4), ben(), cy()], "history")
    assert result.amounts == {"ann": 1000, "ben": 0, "cy": 0}
    assert [warning.render() for warning in result.warnings] == ["No history, therefore no share: Ben, Cy."]


def test_a_newcomer_who_is_held_needs_no_warning():
    assert split(1000, [ann(basis=4), ben(hold=200)], "history").warnings == ()


def test_a_history_of_zero_is_known_and_is_no_newcomer():
    assert split(1000, [ann(basis=4), ben(basis=0)], "history").warnings == ()


def test_a_history_that_nobody_has_is_an_error_that_names_them():
    with pytest.raises(DomainError) as caught:
        split(1000, [ann(basis=0), ben()], "history")
    assert caught.value.code == "no_history"
    assert "Ann, Ben" in str(caught.value)


def test_the_history_of_those_who_are_held_does_not_help_the_others():
    assert code_of(1000, [ann(basis=5, hold=400), ben(), cy()], "history") == "no_history"


def test_nothing_is_split_without_history():
    result = split(0, [ann(), ben()], "history")
    assert result.amounts == {"ann": 0, "ben": 0}
    assert [part.computed for part in result.parts] == [None, None]
    assert [part.share for part in result.parts] == [None, None]


def test_a_history_below_zero_is_an_error_that_names_it():
    with pytest.raises(DomainError) as caught:
        split(1000, [ann(basis=10), ben(basis=-3)], "history")
    assert caught.value.code == "negative_history"
    assert "Ben" in str(caught.value)
    assert "Ann" not in str(caught.value)


def test_a_missing_weight_is_not_zero():
    assert code_of(1000, [ann(basis=1), ben()], "weights") == "missing_weight"
    assert split(1000, [ann(basis=1), ben(hold=10)], "weights").amounts == {"ann": 990, "ben": 10}


def test_weights_of_zero_for_all_are_an_error():
    assert code_of(1000, [ann(basis=0), ben(basis=0)], "weights") == "zero_weights"


def test_holds_above_the_amount_are_an_error():
    assert code_of(1000, [ann(hold=1001), ben()], "even") == "holds_exceed_total"
    assert code_of(1000, [ann(hold=600), ben(hold=401)], "even") == "holds_exceed_total"


def test_what_is_left_when_everyone_is_held_stays_unallocated():
    result = split(1000, [ann(hold=600), ben(hold=300)], "even")
    assert result.amounts == {"ann": 600, "ben": 300}
    assert result.balance == Balance(unallocated=100, over_assigned=0)


def test_what_nobody_is_there_to_take_stays_unallocated():
    assert split(1000, [], "history").balance == Balance(unallocated=1000, over_assigned=0)


def test_a_method_that_does_not_exist_is_an_error():
    assert code_of(1000, [ann()], "by_magic") == "unknown_method"


def test_more_than_the_parent_has_is_over_assigned():
    assert balance(1000, [600, 500]) == Balance(unallocated=0, over_assigned=100)


def test_the_stored_choices_are_methods():
    assert {choice.value for choice in CHOSEN} <= {method.value for method in Method}
    assert split(10, [ann(), ben()], SplitMethod.EVEN).amounts == {"ann": 5, "ben": 5}


# Other sources of weights


@pytest.mark.parametrize("method", ["potential", "capacity", "pipeline"])
def test_a_basis_that_is_not_known_weighs_nothing_and_is_named(method):
    result = split(1000, [ann(basis=Decimal("1.5")), ben(basis=Fraction(1, 2)), cy()], method)
    assert result.amounts == {"ann": 750, "ben": 250, "cy": 0}
    (warning,) = result.warnings
    assert warning.render().endswith("therefore no share: Cy.")


@pytest.mark.parametrize("method", ["potential", "capacity", "pipeline"])
def test_a_basis_that_nobody_has_is_an_error_that_names_them(method):
    error = refused(1000, [ann(), ben(basis=0), cy(hold=10)], method)
    assert error.code == "no_basis"
    assert "Ann, Ben." in str(error)


@pytest.mark.parametrize(
    ("method", "code"),
    [("history", "negative_history"), ("pipeline", "negative_basis"), ("weights", "negative_weight")],
)
def test_nothing_is_split_by_what_is_below_zero(method, code):
    error = refused(1000, [ann(basis=-1), ben(basis=3)], method)
    assert (error.code, error.params) == (code, {"names": "Ann"})


def test_fixed_amounts_leave_a_rest_unallocated():
    result = split(1000, [ann(basis=300), ben(basis=200), cy(hold=100)], "fixed")
    assert result.amounts == {"ann": 300, "ben": 200, "cy": 100}
    assert [part.computed for part in result.parts] == [300, 200, None]
    assert result.balance == Balance(unallocated=400, over_assigned=0)


def test_fixed_amounts_may_be_more_than_there_is():
    result = split(1000, [ann(basis=900), ben(basis=200)], "fixed")
    assert result.balance == Balance(unallocated=0, over_assigned=100)


def test_a_fixed_amount_is_entered_and_is_whole_and_within_its_bounds():
    assert refused(1000, [ann(basis=900), ben()], "fixed").code == "missing_amount"
    assert refused(1000, [ann(basis=Decimal("9.5"))], "fixed").code == "fractional_amount"
    error = refused(1000, [ann(basis=900, cap=800), ben(basis=10, floor=10)], "fixed")
    assert (error.code, error.params) == ("outside_bounds", {"names": "Ann"})


def test_a_target_below_zero_is_not_split():
    assert code_of(-1, [ann()], "even") == "negative"


# Bounds


def test_a_floor_lifts_and_a_cap_cuts_and_both_are_marked():
    result = split(1000, [ann(basis=1, floor=300), ben(basis=8, cap=500), cy(basis=1)], "history")
    assert result.amounts == {"ann": 300, "ben": 500, "cy": 200}
    assert [part.is_bounded for part in result.parts] == [True, True, False]
    assert [part.computed for part in result.parts] == [100, 800, 100]


@pytest.mark.parametrize(
    ("facts", "code", "names"),
    [
        (({"hold": 600}, {"hold": 500}, {}), "holds_exceed_total", "Ann, Ben"),
        (({"floor": 600}, {"floor": 500}, {}), "floors_exceed_total", "Ann, Ben"),
        (({"cap": 100}, {"cap": 500}, {"hold": 0}), "caps_below_total", "Ann, Ben"),
        (({"floor": 300, "cap": 200}, {}, {}), "floor_above_cap", "Ann"),
    ],
)
def test_bounds_that_cannot_be_kept_name_those_who_have_them(facts, code, names):
    error = refused(1000, [who(**own) for who, own in zip((ann, ben, cy), facts, strict=True)], "even")
    assert (error.code, error.params) == (code, {"names": names})


def test_a_rest_that_only_those_without_weight_could_take_names_the_caps():
    error = refused(1000, [ann(basis=5, cap=100), ben(basis=0)], "history")
    assert (error.code, error.params) == ("caps_below_total", {"names": "Ann"})
    floored = [ann(basis=5, cap=100), ben(basis=0, floor=20)]
    assert refused(1000, floored, "history").code == "caps_below_total"


# Buckets

GROUPS = [Bucket("Key", weight=3), Bucket("New", weight=1)]


def test_buckets_get_their_parts_first_and_their_members_next():
    people = [ann(basis=1, group="Key"), ben(basis=1, group="Key"), cy(basis=98, group="New")]
    assert split(1000, people, "history", buckets=GROUPS).amounts == {"ann": 375, "ben": 375, "cy": 250}


def test_a_bucket_may_have_a_fixed_amount_and_the_others_weigh_as_their_members():
    people = [
        ann(basis=5, group="New"),
        ben(basis=30, group="Key"),
        cy(basis=10, group="Old"),
    ]
    buckets = [Bucket("New", fixed=200), Bucket("Key"), Bucket("Old")]
    assert split(1000, people, "history", buckets=buckets).amounts == {"ann": 200, "ben": 600, "cy": 200}


def test_a_hold_inside_a_bucket_counts_against_it_and_one_outside_against_all():
    inside = [ann(hold=700, group="Key"), ben(group="Key"), cy(group="New")]
    assert split(1000, inside, "even", buckets=GROUPS).amounts == {"ann": 700, "ben": 50, "cy": 250}
    outside = [ann(hold=600), ben(group="Key"), cy(group="New")]
    assert split(1000, outside, "even", buckets=GROUPS).amounts == {"ann": 600, "ben": 300, "cy": 100}


def test_a_bucket_whose_members_are_all_held_keeps_what_is_left():
    people = [ann(hold=700, group="Key"), cy(group="New")]
    assert split(1000, people, "even", buckets=GROUPS).balance == Balance(50, 0)


@pytest.mark.parametrize(
    ("people", "code", "names"),
    [
        ([ann(group="Key"), ben(group="Old"), cy()], "unknown_bucket", "Ben (Old), Cy"),
        ([ann(group="Key")], "empty_bucket", "New"),
        ([ann(group="Key", hold=751), ben(group="New")], "holds_exceed_total", "Ann (Key)"),
    ],
)
def test_what_is_wrong_with_buckets_is_named(people, code, names):
    error = refused(1000, people, "even", buckets=GROUPS)
    assert (error.code, error.params) == (code, {"names": names})


def test_a_bucket_without_weight_among_those_that_have_one_is_named():
    buckets = [Bucket("Key", weight=3), Bucket("New")]
    error = refused(1000, [ann(group="Key"), ben(group="New")], "even", buckets=buckets)
    assert (error.code, error.params) == ("missing_weight", {"names": "New"})


@pytest.mark.parametrize("buckets", [[Bucket("Key"), Bucket("Key")], [Bucket("Key"), Bucket("")]])
def test_every_bucket_has_a_name_of_its_own(buckets):
    assert code_of(1000, [ann(group="Key")], "even", buckets=buckets) == "invalid_bucket"


def test_a_bucket_without_weight_may_be_empty():
    buckets = [Bucket("Key", weight=3), Bucket("New", weight=0)]
    assert split(1000, [ann(group="Key")], "even", buckets=buckets).amounts == {"ann": 1000}


# Ramp


def test_what_a_new_hire_does_not_carry_yet_stays_unallocated():
    result = split(900, [ann(), ben(ramp=Fraction(3, 10)), cy()], "even")
    assert result.amounts == {"ann": 300, "ben": 90, "cy": 300}
    assert [part.full for part in result.parts] == [300, 300, 300]
    assert result.unramped == result.balance.unallocated == 210


def test_or_it_goes_to_everyone_in_proportion():
    result = split(920, [ann(), ben(ramp=Fraction(3, 10)), cy()], "even", ramped=Ramping.SHARE)
    assert result.amounts == {"ann": 400, "ben": 120, "cy": 400}
    assert [part.full for part in result.parts] == [307, 307, 306]
    assert (result.unramped, result.balance) == (0, Balance(0, 0))


def test_a_ramp_is_rounded_down_and_never_goes_below_a_floor():
    third = Fraction(1, 3)
    result = split(200, [ann(ramp=third), ben(ramp=third, floor=50)], "even")
    assert result.amounts == {"ann": 33, "ben": 50}
    assert [part.is_bounded for part in result.parts] == [False, True]


def test_holds_and_fixed_amounts_are_not_ramped():
    half = Fraction(1, 2)
    assert split(100, [ann(hold=40, ramp=half), ben()], "even").amounts == {"ann": 40, "ben": 60}
    assert split(100, [ann(basis=40, ramp=half)], "fixed").amounts == {"ann": 40}


def test_a_part_that_nobody_can_carry_yet_is_not_given_to_others():
    people = [ann(ramp=Fraction(0)), ben(hold=10)]
    assert split(100, people, "even").amounts == {"ann": 0, "ben": 10}
    error = refused(100, people, "even", ramped=Ramping.SHARE)
    assert (error.code, error.params) == ("nobody_ramped", {"names": "Ann"})


@pytest.mark.parametrize("ramp", [Fraction(-1, 10), Fraction(11, 10)])
def test_a_ramp_is_a_share(ramp):
    assert code_of(100, [ann(ramp=ramp)], "even") == "invalid_ramp"


# Padding

FIVE_PER_CENT = Fraction(1, 20)


def test_padding_raises_all_who_are_not_held():
    result = split(1000, [ann(basis=1), ben(basis=3), cy(hold=200)], "history", padding=FIVE_PER_CENT)
    assert result.amounts == {"ann": 210, "ben": 630, "cy": 200}
    assert result.padded == 40
    assert result.balance == Balance(unallocated=0, over_assigned=40)


def test_padding_is_rounded_half_to_even():
    assert split(10, [ann()], "even", padding=FIVE_PER_CENT).padded == 0
    assert split(30, [ann()], "even", padding=FIVE_PER_CENT).padded == 2


def test_fixed_amounts_are_padded_like_others():
    assert split(100, [ann(basis=40), ben(hold=20)], "fixed", padding=FIVE_PER_CENT).amounts == {
        "ann": 42,
        "ben": 20,
    }


def test_padding_stops_at_a_cap():
    result = split(1000, [ann(cap=505), ben()], "even", padding=FIVE_PER_CENT)
    assert result.amounts == {"ann": 505, "ben": 545}
    error = refused(1000, [ann(cap=505), ben(cap=510)], "even", padding=FIVE_PER_CENT)
    assert (error.code, error.params) == ("no_room_to_pad", {"names": "Ann, Ben"})


def test_padding_comes_after_the_ramp():
    result = split(400, [ann(ramp=Fraction(1, 2)), ben()], "even", padding=Fraction(1, 10))
    assert result.amounts == {"ann": 110, "ben": 220}
    assert (result.unramped, result.padded, result.balance) == (
        100,
        30,
        Balance(unallocated=70, over_assigned=0),
    )


def test_padding_is_not_below_zero():
    assert code_of(100, [ann()], "even", padding=-FIVE_PER_CENT) == "invalid_padding"


# What always holds

shares = st.fractions(0, 1, max_denominator=20)
someone = st.builds(
    Child,
    key=st.uuids(),
    name=st.just("Someone"),
    basis=st.integers(0, 10**9) | st.none(),
    hold=st.none() | st.integers(0, 10**6),
    floor=st.none() | st.integers(0, 10**6),
    cap=st.none() | st.integers(10**6, 10**7),
    ramp=st.none() | shares,
)
#: Whoever has weight and no cap, so that there is a way to split.
everyone = st.lists(someone, max_size=8).map(lambda some: [ann(basis=10**6), *some])
amounts = st.integers(10**7, 10**12)
known = st.sampled_from(["even", "history", "potential", "capacity", "pipeline"])
rampings = st.sampled_from(list(Ramping))


@given(amounts, everyone, known, rampings, shares)
def test_the_identity_of_a_node_holds(amount, children, method, ramped, padding):
    result = split(amount, children, method, ramped=ramped, padding=padding)
    total = sum(part.amount for part in result.parts)
    assert amount + result.balance.over_assigned == total + result.balance.unallocated
    assert total == amount - result.unramped + result.padded
    assert result.unramped >= 0
    assert sum(part.full for part in result.parts) == amount


@given(amounts, everyone, known, rampings, shares)
def test_holds_and_bounds_are_kept(amount, children, method, ramped, padding):
    result = split(amount, children, method, ramped=ramped, padding=padding)
    for child, part in zip(children, result.parts, strict=True):
        assert part.is_held == (child.hold is not None)
        low, high = child.floor or 0, amount * 2 if child.cap is None else child.cap
        assert part.amount == child.hold if part.is_held else low <= part.amount <= high


@given(amounts, everyone, known, rampings)
def test_nobody_gets_less_by_padding(amount, children, method, ramped):
    plain = split(amount, children, method, ramped=ramped)
    padded = split(amount, children, method, ramped=ramped, padding=FIVE_PER_CENT)
    assert all(more.amount >= part.amount for more, part in zip(padded.parts, plain.parts, strict=True))


@given(amounts, everyone, known, st.randoms())
def test_the_order_decides_about_one_unit_at_most(amount, children, method, random):
    shuffled = random.sample(children, len(children))
    before, after = split(amount, children, method).amounts, split(amount, shuffled, method).amounts
    assert all(abs(before[key] - after[key]) <= 1 for key in before)


@given(amounts, everyone, known, st.integers(0, 10**9))
def test_within_bounds_too_more_costs_nobody_more_than_a_unit(amount, children, method, more):
    before, after = (split(total, children, method).amounts for total in (amount, amount + more))
    assert all(after[key] >= before[key] - 1 for key in before)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1).filter(any), st.integers(0, 10**9))
def test_who_weighs_more_gets_no_less_and_more_costs_nobody_more_than_a_unit(amount, weights, more):
    children = [Child(n, f"Child {n}", weight) for n, weight in enumerate(weights)]
    given, greater = (split(total, children, "weights").amounts for total in (amount, amount + more))
    lightest_first = sorted(given, key=weights.__getitem__)
    assert all(given[a] <= given[b] + (weights[a] == weights[b]) for a, b in pairwise(lightest_first))
    assert all(greater[key] >= given[key] - 1 for key in given)


@given(
    amounts,
    st.lists(st.tuples(st.integers(1, 1000), st.sampled_from(["Key", "New"])), min_size=1, max_size=8),
    st.integers(1, 9),
)
def test_buckets_sum_to_their_parts(amount, rows, weight):
    people = [ann(basis=1, group="Key"), ben(basis=1, group="New")]
    people += [Child(n, f"Child {n}", basis, group=group) for n, (basis, group) in enumerate(rows)]
    buckets = [Bucket("Key", weight=weight), Bucket("New", weight=10 - weight)]
    result = split(amount, people, "history", buckets=buckets)
    key = sum(part.amount for child, part in zip(people, result.parts, strict=True) if child.group == "Key")
    assert [key, amount - key] == apportion(amount, [weight, 10 - weight])


# Several levels

CHILDREN = {
    "company": [Child("east", "East", basis=30), Child("west", "West", basis=10)],
    "east": [ann(basis=20), ben(basis=10)],
    "west": [cy(basis=10)],
}


def test_a_tree_is_split_from_the_top_and_every_level_sums():
    results = split_tree(400, "company", CHILDREN, "history")
    assert {node: result.amounts for node, result in results.items()} == {
        "company": {"east": 300, "west": 100},
        "east": {"ann": 200, "ben": 100},
        "west": {"cy": 100},
    }


def test_one_node_may_be_split_by_another_method():
    results = split_tree(400, "company", CHILDREN, "history", methods={"east": "even"})
    assert results["company"].amounts == {"east": 300, "west": 100}
    assert results["east"].amounts == {"ann": 150, "ben": 150}


def test_every_node_may_be_padded_and_bucketed_in_its_own_way():
    grouped = {
        **CHILDREN,
        "east": [ann(basis=20, group="Key"), ben(basis=10, group="New")],
    }
    results = split_tree(
        400,
        "company",
        grouped,
        "history",
        paddings={"company": Fraction(1, 10)},
        buckets={"east": [Bucket("Key", weight=1), Bucket("New", weight=1)]},
    )
    assert results["company"].amounts == {"east": 330, "west": 110}
    assert results["east"].amounts == {"ann": 165, "ben": 165}
    assert results["west"].balance == Balance(0, 0)


def test_a_branch_that_gets_nothing_needs_no_history():
    idle = {
        **CHILDREN,
        "company": [*CHILDREN["company"], Child("north", "North")],
        "north": [Child("dee", "Dee")],
    }
    results = split_tree(400, "company", idle, "history")
    assert results["company"].amounts == {"east": 300, "west": 100, "north": 0}
    assert results["north"].amounts == {"dee": 0}


@given(
    st.integers(0, 10**12),
    st.lists(st.lists(st.integers(1, 10**6), min_size=1, max_size=5), min_size=1, max_size=5),
)
def test_the_leaves_sum_to_the_root_to_the_cent(amount, teams):
    tree = {"root": [Child(f"{t}", f"Team {t}", basis=sum(team)) for t, team in enumerate(teams)]}
    tree |= {
        f"{t}": [Child(f"{t}.{n}", "Rep", basis=h) for n, h in enumerate(team)]
        for t, team in enumerate(teams)
    }
    results = split_tree(amount, "root", tree, "history")
    leaves = [
        given for node, result in results.items() if node != "root" for given in result.amounts.values()
    ]
    assert sum(leaves) == amount
    assert all(result.balance == Balance(0, 0) for result in results.values())


def test_ten_thousand_people_are_split_in_no_time_to_speak_of():
    teams = {
        f"t{t}": [Child((t, n), f"Rep {n}", 1000 + n * 7919 % 997) for n in range(10)] for t in range(1000)
    }
    tree = {"root": [Child(key, key, sum(rep.basis for rep in reps)) for key, reps in teams.items()], **teams}
    started = time.process_time()
    results = split_tree(10**12, "root", tree, "history")
    assert time.process_time() - started < 1  # about 0.1 s; generous for a busy machine
    assert sum(sum(results[team].amounts.values()) for team in teams) == 10**12
