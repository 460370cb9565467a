"""Whether a goal is SMART: specific, measurable, achievable, relevant, time-bound (Doran, 1981).

Checked by rule, on facts alone. A rule asks for what can be seen missing; it does not judge prose.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from salestargets.kernel.messages import N_, Message
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction, Number, ratio, rounded


@dataclass(frozen=True, slots=True)
class Reference:
    """What an amount is held against: earlier results, what the people can carry, what is in the pipeline.

    `amount` is in the unit of the goal; None is not known. `about` names it in a sentence: “the result a
    year earlier”.
    """

    key: str
    about: Message
    amount: int | None


@dataclass(frozen=True, slots=True)
class Band:
    """Between these multiples of every reference a goal counts as achievable without a word."""

    low: Number
    high: Number


@dataclass(frozen=True, slots=True)
class GoalFacts:
    """What is known of a goal. Amounts are in the unit of its KPI; None is not known, "" not written."""

    kpi: str
    holder: str
    amount: int | None
    has_records: bool  # the KPI is computed from records that exist; by hand: whoever enters is confirmed
    source: str  # which records those are
    references: Sequence[Reference]
    band: Band
    achievable_because: str
    objective: str
    parent: str  # the plan above that asks for it
    period: Period | None
    has_months: bool  # the amount is spread over the period, or has milestones in it
    is_by_hand: bool = False


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


def ratios(facts: GoalFacts) -> Iterator[tuple[Reference, Fraction]]:
    """The amount as a multiple of each reference that is known."""
    for reference in facts.references:
        multiple = ratio(facts.amount, reference.amount)
        if multiple is not None and multiple >= 0:
            yield reference, multiple


def _specific(facts: GoalFacts) -> Finding:
    return _finding(
        "S",
        (facts.kpi, N_("It does not say which number is meant."), N_("Choose a KPI.")),
        (facts.holder, N_("It does not say who holds it."), N_("Choose a unit or a person.")),
        ((facts.amount or 0) > 0, N_("It has no amount above zero."), N_("Enter the amount to reach.")),
    )


def _measurable(facts: GoalFacts) -> Finding:
    if facts.has_records:
        return Finding("M", ok=True)
    if facts.is_by_hand:
        return Finding(
            "M",
            ok=False,
            missing=Message(N_("Its values are entered by hand, and nobody else is there to confirm them.")),
            mend=Message(N_("Invite an administrator or a manager, or choose another KPI.")),
        )
    missing = Message(N_("There are no records to measure it from: {source}."), {"source": facts.source})
    return Finding(
        "M",
        ok=False,
        missing=missing if facts.source else Message(N_("There are no records to measure it from.")),
        mend=Message(N_("Import these records, or choose another KPI.")),
    )


def _achievable(facts: GoalFacts) -> Finding:
    """Inside the band of every reference that is known, or with a reason."""
    if facts.achievable_because.strip():
        return Finding("A", ok=True)
    known = list(ratios(facts))
    if not known:
        return Finding(
            "A",
            ok=False,
            missing=Message(N_("There is no earlier result, capacity or pipeline to compare it with.")),
            mend=Message(N_("Write why it can be achieved.")),
        )
    low, high = Fraction(facts.band.low), Fraction(facts.band.high)
    for reference, multiple in known:
        if not low <= multiple <= high:
            return Finding(
                "A",
                ok=False,
                missing=Message(
                    N_("It is {times} times {what}; the band is {low} to {high}."),
                    {
                        "times": rounded(multiple, 2),
                        "what": reference.about,
                        "low": rounded(low, 2),
                        "high": rounded(high, 2),
                    },
                ),
                mend=Message(N_("Write why it can be achieved all the same, or change it.")),
            )
    return Finding("A", ok=True)


def _relevant(facts: GoalFacts) -> Finding:
    return _finding(
        "R",
        (
            facts.objective.strip() or facts.parent,
            N_("It serves no objective and no plan above it."),
            N_("Choose the objective that it serves."),
        ),
    )


def _time_bound(facts: GoalFacts) -> Finding:
    return _finding(
        "T",
        (facts.period, N_("It has no start and end."), N_("Choose a period.")),
        (
            facts.has_months,
            N_("It has no milestones within its period."),
            N_("Spread the amount over the months, or add a milestone."),
        ),
    )


def _finding(letter: str, *rules: tuple[object, str, str]) -> Finding:
    """The first rule that does not hold decides: (what must be there, what is missing, how to mend it)."""
    for there, missing, mend in rules:
        if not (there.strip() if isinstance(there, str) else there):
            return Finding(letter, ok=False, missing=Message(missing), mend=Message(mend))
    return Finding(letter, ok=True)
