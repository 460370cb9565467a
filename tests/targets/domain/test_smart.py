"""What is missing of a SMART goal is found, and said with the remedy."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from salestargets.kernel.messages import Message
from salestargets.kernel.periods import Period
from targets.domain.smart import Band, GoalFacts, Reference, check_smart, is_smart

LAST_YEAR, CAPACITY = Message("the earlier result"), Message("what the people can carry")
UNKNOWN = [Reference("history", LAST_YEAR, None), Reference("capacity", CAPACITY, 0)]

GOOD = GoalFacts(
    kpi="Won revenue",
    holder="East",
    amount=1_200_000,
    has_records=True,
    source="Won deals by closing date",
    references=[Reference("history", LAST_YEAR, 1_000_000), Reference("capacity", CAPACITY, 1_500_000)],
    band=Band(Decimal("0.50"), Decimal("1.50")),
    achievable_because="",
    objective="Win back the dealers we lost in spring",
    parent="",
    period=Period(date(2026, 10, 1), date(2027, 1, 1)),
    has_months=True,
)


def failing(**changes) -> tuple[str, str, str]:
    """The letter that fails after `changes`, what is missing, and how to mend it."""
    (finding,) = [found for found in check_smart(replace(GOOD, **changes)) if not found.ok]
    return finding.letter, finding.missing.render(), finding.mend.render()


def test_a_complete_goal_is_smart():
    findings = check_smart(GOOD)
    assert [finding.letter for finding in findings] == ["S", "M", "A", "R", "T"]
    assert is_smart(findings)
    assert all(finding.missing is None and finding.mend is None for finding in findings)


@pytest.mark.parametrize(
    ("changes", "letter", "missing"),
    [
        ({"kpi": ""}, "S", "It does not say which number is meant."),
        ({"holder": ""}, "S", "It does not say who holds it."),
        (
            {"has_records": False},
            "M",
            "There are no records to measure it from: Won deals by closing date.",
        ),
        ({"has_records": False, "source": ""}, "M", "There are no records to measure it from."),
        (
            {"has_records": False, "is_by_hand": True},
            "M",
            "Its values are entered by hand, and nobody else is there to confirm them.",
        ),
        (
            {"references": UNKNOWN},
            "A",
            "There is no earlier result, capacity or pipeline to compare it with.",
        ),
        ({"amount": 1_600_000}, "A", "It is 1.60 times the earlier result; the band is 0.50 to 1.50."),
        (
            {"amount": 700_000},
            "A",
            "It is 0.47 times what the people can carry; the band is 0.50 to 1.50.",
        ),
        ({"objective": " "}, "R", "It serves no objective and no plan above it."),
        ({"period": None}, "T", "It has no start and end."),
        ({"has_months": False}, "T", "It has no milestones within its period."),
    ],
)
def test_what_is_missing_is_named(changes, letter, missing):
    found_letter, found_missing, mend = failing(**changes)
    assert (found_letter, found_missing) == (letter, missing)
    assert mend
    assert not is_smart(check_smart(replace(GOOD, **changes)))


@pytest.mark.parametrize("amount", [None, 0])
def test_without_an_amount_it_is_not_specific(amount):
    specific = check_smart(replace(GOOD, amount=amount))[0]
    assert specific.missing.render() == "It has no amount above zero."


def test_a_plan_above_is_as_good_as_an_objective():
    assert is_smart(check_smart(replace(GOOD, objective="", parent="Year 2026")))


def test_half_as_much_again_needs_no_reason():
    assert is_smart(check_smart(replace(GOOD, amount=1_500_000)))


@pytest.mark.parametrize("changes", [{"amount": 3_000_000}, {"references": UNKNOWN}])
def test_a_written_reason_is_enough(changes):
    assert is_smart(check_smart(replace(GOOD, achievable_because="Two new dealers signed", **changes)))
