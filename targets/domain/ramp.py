"""How much of a full target a new hire, or someone who leaves, carries in the months of a plan.

Tenure is counted in calendar months: the month of hiring is month 0, the next one month 1, on whatever day
the person came. A curve tells the share of a full target in each month of tenure. Every working day of a
plan's month counts with the share of its month of tenure, days before the hire and after leaving with 0, so
that the month of hiring is weighed by the working days that are left of it:

    ramp(month) = Σ share(tenure of day) over working days present / working days of the month
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from kpis.domain.fitting import months_of_tenure
from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction

WHOLE = Fraction(1)


@dataclass(frozen=True, slots=True)
class RampCurve:
    """Shares of a full target, 0 to 1, in the months of tenure 0, 1, 2, …; the whole of it afterwards."""

    shares: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        if not all(0 <= share <= 1 for share in self.shares):
            raise DomainError(
                N_("The shares of a ramp are from 0 to 100 %. Change those outside."), code="invalid_ramp"
            )

    @classmethod
    def by_quarter(cls, *shares: Fraction) -> Self:
        """One share for each quarter of tenure, which is three months."""
        return cls(tuple(share for share in shares for _ in range(3)))

    def share(self, tenure: int) -> Fraction:
        """In month `tenure` after the month of hiring; nothing before it."""
        if tenure < 0:
            return Fraction(0)
        return self.shares[tenure] if tenure < len(self.shares) else WHOLE


DEFAULT_CURVE = RampCurve.by_quarter(Fraction(3, 10), Fraction(6, 10), WHOLE)


def ramp_share(
    curve: RampCurve,
    hired_on: date | None,
    months: Sequence[Period],
    calendar: WorkCalendar,
    *,
    here_from: date | None = None,
    left_on: date | None = None,
) -> tuple[Fraction, ...]:
    """The ramp of each month of a plan, 0 to 1.

    `hired_on` is the first day, None for long ago, and begins the tenure; `here_from` the first day in this
    place, where that is later; `left_on` the first day they are gone. A month may be any span, such as one of
    a 4-4-5 calendar. One without working days goes by calendar days.
    """
    stay = _Stay(max((day for day in (hired_on, here_from) if day), default=None), left_on)
    return tuple(_share(curve, hired_on, month, calendar, stay) for month in months)


def mean_ramp(
    curve: RampCurve,
    hired_on: date | None,
    months: Sequence[Period],
    calendar: WorkCalendar,
    *,
    here_from: date | None = None,
    left_on: date | None = None,
) -> Fraction:
    """The ramp of all months together, each weighed by its working days: a full target times this is carried.

    The arguments are those of `ramp_share`. Where no month has a working day, calendar days weigh.
    DomainError `no_months`.
    """
    if not months:
        raise DomainError(N_("Choose at least one month."), code="no_months")
    shares = ramp_share(curve, hired_on, months, calendar, here_from=here_from, left_on=left_on)
    if all(share == WHOLE for share in shares):
        return WHOLE
    weights = [calendar.working_days(month) for month in months]
    if not any(weights):
        weights = [month.days for month in months]
    carried = sum((share * days for share, days in zip(shares, weights, strict=True)), Fraction(0))
    return carried / sum(weights)


@dataclass(frozen=True, slots=True)
class _Stay:
    """From the first day there to the first day gone; None: always."""

    since: date | None
    until: date | None

    def covers(self, month: Period) -> bool:
        return (self.since is None or self.since <= month.start) and (
            self.until is None or self.until >= month.end
        )

    def within(self, month: Period) -> Period | None:
        present = month.after(self.since) if self.since else month
        return present.before(self.until) if present and self.until else present


def _share(
    curve: RampCurve, hired_on: date | None, month: Period, calendar: WorkCalendar, stay: _Stay
) -> Fraction:
    if stay.covers(month) and _is_ramped(curve, hired_on, month):
        return WHOLE  # nobody counts days for those who have long been there and stay
    days = calendar.working_days(month)
    carried = Fraction(0)
    for piece in month.months():
        present = stay.within(piece)
        share = WHOLE if hired_on is None else curve.share(months_of_tenure(hired_on, piece.start))
        carried += share * (calendar.working_days(present) if days else present.days if present else 0)
    return carried / (days or month.days)


def _is_ramped(curve: RampCurve, hired_on: date | None, month: Period) -> bool:
    return hired_on is None or months_of_tenure(hired_on, month.start) >= max(len(curve.shares), 1)
