"""A parent's number reaches its children whole, and whoever looks can see why each got what they got."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.errors import DomainError
from targets.choices import SplitMethod
from targets.domain.splitting import Balance, Child, Method, balance, split, split_tree


def ann(**facts) -> Child:
    return Child("ann", "Ann", **facts)


def ben(**facts) -> Child:
    return Child("ben", "Ben", **facts)


def cy(**facts) -> Child:
    return Child("cy", "Cy", **facts)


def code_of(*args, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        split(*args, **kwargs)
    return caught.value.code


def test_an_even_split_gives_the_odd_cent_to_the_first():
    result = split(100, [ann(), ben(), cy()], "even")
    assert result.amounts == {"ann": 34, "ben": 33, "cy": 33}
    assert result.balance == Balance(unallocated=0, over_assigned=0)


def test_a_split_by_history_follows_what_was_reached():
    result = split(300_000_000, [ann(history=60_000), ben(history=30_000), cy(history=10_000)], "history")
    assert result.amounts == {"ann": 180_000_000, "ben": 90_000_000, "cy": 30_000_000}
    assert [part.share for part in result.parts] == [Fraction(6, 10), Fraction(3, 10), Fraction(1, 10)]
    assert [part.weight for part in result.parts] == [60_000, 30_000, 10_000]
    assert result.warnings == ()


def test_own_weights_may_be_decimals():
    result = split(1000, [ann(weight=Decimal("1.5")), ben(weight=Decimal("0.5")), cy(weight=0)], "weights")
    assert result.amounts == {"ann": 750, "ben": 250, "cy": 0}


def test_a_hold_is_kept_and_shows_what_the_method_would_have_given():
    result = split(1000, [ann(history=1), ben(history=1, hold=100), cy(history=2)], "history")
    assert result.amounts == {"ann": 300, "ben": 100, "cy": 600}
    assert [part.computed for part in result.parts] == [250, 250, 500]
    assert [part.is_held for part in result.parts] == [False, True, False]


def test_a_newcomer_without_history_gets_nothing_and_is_named():
    result = split(1000, [ann(history=4), ben(), cy()], "history")
    assert result.amounts == {"ann": 1000, "ben": 0, "cy": 0}
    assert [warning.render() for warning in result.warnings] == ["No history, therefore no share: Ben, Cy."]


def test_a_newcomer_who_is_held_needs_no_warning():
    assert split(1000, [ann(history=4), ben(hold=200)], "history").warnings == ()


def test_a_history_of_zero_is_known_and_is_no_newcomer():
    assert split(1000, [ann(history=4), ben(history=0)], "history").warnings == ()


def test_a_history_that_nobody_has_is_an_error_that_names_them():
    with pytest.raises(DomainError) as caught:
        split(1000, [ann(history=0), ben()], "history")
    assert caught.value.code == "no_history"
    assert "Ann, Ben" in str(caught.value)


def test_the_history_of_those_who_are_held_does_not_help_the_others():
    assert code_of(1000, [ann(history=5, hold=400), ben(), cy()], "history") == "no_history"


def test_nothing_is_split_without_history():
    result = split(0, [ann(), ben()], "history")
    assert result.amounts == {"ann": 0, "ben": 0}
    assert [part.computed for part in result.parts] == [None, None]
    assert [part.share for part in result.parts] == [None, None]


def test_a_history_below_zero_is_an_error_that_names_it():
    with pytest.raises(DomainError) as caught:
        split(1000, [ann(history=10), ben(history=-3)], "history")
    assert caught.value.code == "negative_history"
    assert "Ben" in str(caught.value)
    assert "Ann" not in str(caught.value)


def test_a_missing_weight_is_not_zero():
    assert code_of(1000, [ann(weight=1), ben()], "weights") == "missing_weight"
    assert split(1000, [ann(weight=1), ben(hold=10)], "weights").amounts == {"ann": 990, "ben": 10}


def test_weights_of_zero_for_all_are_an_error():
    assert code_of(1000, [ann(weight=0), ben(weight=0)], "weights") == "zero_weights"


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


def test_the_stored_choices_are_the_methods():
    assert [choice.value for choice in SplitMethod] == [method.value for method in Method]
    assert split(10, [ann(), ben()], SplitMethod.EVEN).amounts == {"ann": 5, "ben": 5}


children = st.lists(
    st.tuples(
        st.none() | st.integers(0, 10**9),
        st.integers(0, 100) | st.decimals(0, 100, places=2),
        st.none() | st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=8,
)


@given(st.integers(8 * 10**6, 10**12), children, st.sampled_from(list(Method)))
def test_the_identity_of_a_node_holds(amount, rows, method):
    group = [ann(history=1, weight=1), *(Child(n, f"Child {n}", *row) for n, row in enumerate(rows))]
    result = split(amount, group, method)
    total = sum(part.amount for part in result.parts)
    assert amount + result.balance.over_assigned == total + result.balance.unallocated
    assert all(
        part.amount == child.hold for part, child in zip(result.parts, group, strict=True) if part.is_held
    )


# Several levels

CHILDREN = {
    "company": [Child("east", "East", history=30), Child("west", "West", history=10)],
    "east": [ann(history=20), ben(history=10)],
    "west": [cy(history=10)],
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
    tree = {"root": [Child(f"{t}", f"Team {t}", history=sum(team)) for t, team in enumerate(teams)]}
    tree |= {
        f"{t}": [Child(f"{t}.{n}", "Rep", history=h) for n, h in enumerate(team)]
        for t, team in enumerate(teams)
    }
    results = split_tree(amount, "root", tree, "history")
    leaves = [
        given for node, result in results.items() if node != "root" for given in result.amounts.values()
    ]
    assert sum(leaves) == amount
    assert all(result.balance == Balance(0, 0) for result in results.values())
