"""What is kept as JSON with an adjustment, as it was when it was asked for.

Amounts are stored ones, ratios decimal text, so that the same can be read years later.
"""

from typing import NotRequired, TypedDict


class Who(TypedDict):
    holder: str
    unit: int
    person: int | None
    name: str


class Move(Who):
    """A holder's number as it is and as it is to be; `before` None: there was none."""

    before: int | None
    months_before: list[int] | None
    after: int
    months_after: list[int] | None


class Fact(Who):
    """How a holder stood. `open`: what could still be won, `coverage`: against the gap. `history`: what
    the same months brought a year earlier, else those just before. `times`: the number is so many times it.
    """

    target: int | None
    actual: int | None
    expected: int | None
    gap: int | None
    attainment: str | None
    pace: str | None
    forecast: int | None
    status: str
    open: int | None
    coverage: str | None
    win_rate: str | None
    history: int | None
    times_before: str | None
    times_after: str | None
    is_in_band: bool | None


class Held(TypedDict):
    """What the goal as a whole is held against, and how many times that it was and would be."""

    key: str
    about: str
    params: dict[str, str]
    amount: int
    times_before: str | None
    times_after: str | None
    is_in_band: bool | None


class Rule(TypedDict):
    """Who takes over by which rule from whom; `leaves_on` is the first day they are gone."""

    rule: str
    leaves_on: str
    person: str
    successor: str | None


class Evidence(TypedDict):
    """`rule` stands in that of a handover."""

    as_of: str
    rule: NotRequired[Rule]
    band: list[str]
    holders: list[Fact]
    references: list[Held]


class Effect(Move):
    """Beside the number: how its holder would stand today, and how loud the rule on pace would be."""

    attainment_before: str | None
    attainment_after: str | None
    pace_before: str | None
    pace_after: str | None
    status_before: str
    status_after: str
    alert_before: str | None
    alert_after: str | None


class Left(Who):
    """At a unit: what is not given on, and what is given twice."""

    unallocated_before: int
    unallocated_after: int
    over_before: int
    over_after: int


class Simulation(TypedDict):
    holders: list[Effect]
    balances: list[Left]
