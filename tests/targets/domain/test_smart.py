"""What is missing of a SMART goal is found, and said with the remedy."""

from dataclasses import replace
from datetime import date

import pytest

from salestargets.kernel.periods import Period
from targets.domain.smart import GoalFacts, check_smart, is_smart

GOOD = GoalFacts(
    kpi="Won revenue",
    holder="East",
    objective="Win back the dealers we lost in spring",
    why="They are a third of our market",
    achievable_because="",
    amount=1_200_000,
    reference=1_000_000,
    has_records=True,
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
        ({"objective": "  "}, "S", "It does not say what is wanted."),
        ({"has_records": False}, "M", "There are no records to measure it from."),
        ({"reference": None}, "A", "There is no earlier result to compare it with."),
        ({"reference": 0}, "A", "There is no earlier result to compare it with."),
        ({"amount": 1_600_000}, "A", "It is 1.6 times the earlier result."),
        ({"why": ""}, "R", "It does not say why it matters."),
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
def test_without_an_amount_it_cannot_be_measured(amount):
    measurable = check_smart(replace(GOOD, amount=amount))[1]
    assert not measurable.ok
    assert measurable.missing.render() == "It has no amount above zero."


def test_half_as_much_again_needs_no_reason():
    assert is_smart(check_smart(replace(GOOD, amount=1_500_000)))


@pytest.mark.parametrize("changes", [{"amount": 3_000_000}, {"reference": None}])
def test_a_written_reason_is_enough(changes):
    assert is_smart(check_smart(replace(GOOD, achievable_because="Two new dealers signed", **changes)))
