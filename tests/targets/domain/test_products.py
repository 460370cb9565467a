"""Every group gets its minimum, people and groups both sum, and a mix is met only as a whole."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.errors import DomainError
from salestargets.kernel.rational import Fraction
from targets.domain.products import Group, MixLine, MixRule, mix_met, split_groups, split_people_by_groups
from targets.domain.splitting import Balance

FIFTH = Fraction(1, 5)


def refused(*args) -> DomainError:
    with pytest.raises(DomainError) as caught:
        split_groups(*args)
    return caught.value


def pumps(**facts) -> Group:
    return Group("pumps", "Pumps", **facts)


def valves(**facts) -> Group:
    return Group("valves", "Valves", **facts)


def service(**facts) -> Group:
    return Group("service", "Service", **facts)


def test_a_minimum_share_lifts_a_group_and_the_others_share_the_rest():
    groups = [pumps(basis=60), valves(basis=30), service(basis=10, min_share=FIFTH)]
    result = split_groups(900, groups, "history")
    assert result.amounts == {"pumps": 480, "valves": 240, "service": 180}
    assert result.balance == Balance(0, 0)
    assert [part.is_bounded for part in result.parts] == [False, False, True]


def test_a_minimum_share_is_rounded_up():
    third = split_groups(100, [pumps(basis=1), service(basis=0, min_share=Fraction(1, 3))], "history")
    assert third.amounts == {"pumps": 66, "service": 34}


def test_the_greater_of_two_minimums_counts():
    assert split_groups(
        100, [pumps(basis=1), service(basis=0, floor=30, min_share=FIFTH)], "history"
    ).amounts == {
        "pumps": 70,
        "service": 30,
    }


def test_minimums_that_do_not_fit_name_their_groups():
    groups = [pumps(floor=500), valves(), service(min_share=Fraction(3, 5))]
    error = refused(1000, groups, "even")
    assert (error.code, error.params) == ("floors_exceed_total", {"names": "Pumps, Service"})


def test_a_hold_does_not_undercut_its_own_minimum():
    error = refused(1000, [pumps(hold=199, min_share=FIFTH), valves()], "even")
    assert (error.code, error.params) == ("hold_below_minimum", {"names": "Pumps"})
    assert split_groups(1000, [pumps(hold=200, min_share=FIFTH), valves()], "even").amounts["pumps"] == 200


@pytest.mark.parametrize("share", [Fraction(-1, 100), Fraction(101, 100)])
def test_a_minimum_share_is_a_share(share):
    assert refused(1000, [pumps(min_share=share)], "even").code == "invalid_share"


@given(
    st.integers(0, 10**12),
    st.lists(st.tuples(st.integers(1, 10**6), st.fractions(0, Fraction(1, 11))), min_size=1, max_size=10),
)
def test_groups_sum_to_the_total_and_keep_their_shares(total, rows):
    groups = [Group(n, f"Group {n}", basis, min_share=share) for n, (basis, share) in enumerate(rows)]
    total += 1000
    amounts = split_groups(total, groups, "history").amounts
    assert sum(amounts.values()) == total
    assert all(amounts[group.key] >= total * group.min_share for group in groups)


# People and groups at once


def test_without_weights_everyone_sells_the_mix_of_all():
    assert split_people_by_groups([300, 600], [600, 300]) == [[200, 100], [400, 200]]


def test_weights_shape_the_rows_and_whoever_has_none_takes_the_mix_of_all():
    table = split_people_by_groups([300, 600, 90], [630, 360], [[1, 0], [1, 1], None])
    assert [sum(row) for row in table] == [300, 600, 90]
    assert [sum(column) for column in zip(*table, strict=True)] == [630, 360]
    assert table[0] == [300, 0]


def test_what_is_not_passed_on_keeps_a_mix_of_its_own():
    table = split_people_by_groups([300], [600, 300])
    assert table == [[200, 100]]


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=6),
    st.lists(st.integers(1, 100), min_size=1, max_size=5),
    st.data(),
)
def test_both_margins_are_exact(people, shares, data):
    weights = data.draw(
        st.lists(
            st.none() | st.lists(st.integers(1, 1000), min_size=len(shares), max_size=len(shares)),
            min_size=len(people),
            max_size=len(people),
        )
    )
    groups = list(
        split_groups(sum(people), [Group(n, "", w) for n, w in enumerate(shares)], "weights").amounts.values()
    )
    table = split_people_by_groups(people, groups, weights)
    assert [sum(row) for row in table] == people
    assert [sum(column) for column in zip(*table, strict=True)] == groups


def test_ten_thousand_people_by_ten_groups_take_no_time_to_speak_of():
    people = [100_000 + n * 7919 % 99_991 for n in range(10_000)]
    mixes = [[1 + (n * 31 + g * 17) % 97 for g in range(10)] for n in range(10_000)]
    groups = [Group(g, f"Group {g}", 1 + g) for g in range(10)]
    totals = list(split_groups(sum(people), groups, "weights").amounts.values())
    started = time.process_time()
    table = split_people_by_groups(people, totals, mixes)
    assert time.process_time() - started < 3  # about half a second; generous for a busy machine
    assert [sum(column) for column in zip(*table, strict=True)] == totals


# The mix

RULES = [MixRule("service", min_share=FIFTH), MixRule("valves", min_amount=100)]


def test_a_mix_is_met_when_the_total_and_every_minimum_are():
    result = mix_met(1000, 1000, RULES, {"service": 200, "valves": 100})
    assert result.is_met is True
    assert result.lines == (
        MixLine("service", needed=200, actual=200, share=FIFTH),
        MixLine("valves", needed=100, actual=100, share=Fraction(1, 10)),
    )


@pytest.mark.parametrize(
    ("total", "service_sold", "valves_sold", "shorts"),
    [
        (999, 200, 100, (1, 0, 0)),
        (1000, 199, 100, (0, 1, 0)),
        (1000, 200, 70, (0, 0, 30)),
        (2000, 200, 100, (0, 200, 0)),
    ],
)
def test_what_is_missing_is_said_by_how_much(total, service_sold, valves_sold, shorts):
    result = mix_met(1000, total, RULES, {"service": service_sold, "valves": valves_sold})
    assert result.is_met is False
    assert (result.short, *(line.short for line in result.lines)) == shorts


def test_what_is_not_known_is_neither_met_nor_missed():
    assert mix_met(1000, 1000, RULES, {"valves": 100}).is_met is None
    assert mix_met(None, 1000, RULES, {"service": 200, "valves": 100}).is_met is None
    assert mix_met(1000, None, RULES, {"service": 200, "valves": 100}).is_met is None
    assert mix_met(1000, None, RULES, {"service": 200, "valves": 99}).is_met is False


def test_both_minimums_of_one_rule_count():
    both = [MixRule("service", min_share=FIFTH, min_amount=300)]
    (line,) = mix_met(1000, 1000, both, {"service": 250}).lines
    assert (line.needed, line.short) == (300, 50)


def test_a_mix_without_rules_is_its_total():
    assert mix_met(1000, 1000, [], {}).is_met is True
