"""Whether a goal is SMART: specific, measurable, achievable, relevant, time-bound (Doran, 1981).

Checked by rule, on facts alone. A rule asks for what can be seen missing; it does not judge prose.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from salestargets.kernel.messages import N_, Message
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import ratio, rounded

GROWTH_THAT_NEEDS_A_REASON = Decimal("1.5")  # times the reference


@dataclass(frozen=True, slots=True)
class GoalFacts:
    """What is known of a goal. Amounts are in the unit of its KPI; None is not known, "" not written."""

    kpi: str
    holder: str
    objective: str
    why: str
    achievable_because: str
    amount: int | None
    reference: int | None  # what was reached in the period it is compared with
    has_records: bool  # the KPI is computed from records that exist
    period: Period | None
    has_months: bool  # the amount is spread over the months of the period


@dataclass(frozen=True, slots=True)
class Finding:
    """One letter of SMART: whether it holds, and if not what is missing and how to mend it."""

    letter: str
    ok: bool
    missing: Message | None = None
    mend: Message | None = None


def check_smart(facts: GoalFacts) -> tuple[Finding, ...]:
    """Five findings, in the order of the letters."""
    return tuple(rule(facts) for rule in (_specific, _measurable, _achievable, _relevant, _time_bound))


def is_smart(findings: tuple[Finding, ...]) -> bool:
    return all(finding.ok for finding in findings)


def _specific(facts: GoalFacts) -> Finding:
    return _finding(
        "S",
        (facts.kpi, N_("It does not say which number is meant."), N_("Choose a KPI.")),
        (facts.holder, N_("It does not say who holds it."), N_("Choose a unit or a person.")),
        (facts.objective, N_("It does not say what is wanted."), N_("Write the objective in one sentence.")),
    )


def _measurable(facts: GoalFacts) -> Finding:
    return _finding(
        "M",
        ((facts.amount or 0) > 0, N_("It has no amount above zero."), N_("Enter the amount to reach.")),
        (
            facts.has_records,
            N_("There are no records to measure it from."),
            N_("Import the records its KPI is computed from, or choose another KPI."),
        ),
    )


def _achievable(facts: GoalFacts) -> Finding:
    growth = ratio(facts.amount, facts.reference)
    reason = facts.achievable_because
    is_modest = growth is not None and growth <= Fraction(GROWTH_THAT_NEEDS_A_REASON)
    return _finding(
        "A",
        (
            reason or growth is not None,
            N_("There is no earlier result to compare it with."),
            N_("Write why it can be achieved."),
        ),
        (
            reason or is_modest,
            N_("It is {times} times the earlier result."),
            N_("Write why it can be achieved all the same, or lower it."),
        ),
        times=rounded(growth, 1),
    )


def _relevant(facts: GoalFacts) -> Finding:
    return _finding("R", (facts.why, N_("It does not say why it matters."), N_("Write what it is good for.")))


def _time_bound(facts: GoalFacts) -> Finding:
    return _finding(
        "T",
        (facts.period, N_("It has no start and end."), N_("Choose a period.")),
        (
            facts.has_months,
            N_("It has no milestones within its period."),
            N_("Spread the amount over the months."),
        ),
    )


def _finding(letter: str, *rules: tuple[object, str, str], **params: object) -> Finding:
    """The first rule that does not hold decides: (what must be there, what is missing, how to mend it)."""
    for there, missing, mend in rules:
        if not (there.strip() if isinstance(there, str) else there):
            return Finding(letter, ok=False, missing=Message(missing, params), mend=Message(mend))
    return Finding(letter, ok=True)
