"""The stretch of time that the demo tells of."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from salestargets.demo.generator.company import COUNTRY
from salestargets.kernel.calendars import WorkCalendar, work_calendar
from salestargets.kernel.fiscal import CalendarMonths
from salestargets.kernel.periods import Period, add_months

QUARTERS = 5
#: The first deals that close were created before the first quarter; the last open ones close this much later.
LEAD_IN, OUTLOOK = timedelta(days=160), timedelta(days=260)


@dataclass(frozen=True)
class Horizon:
    """Five whole quarters and the one in progress, as known on the morning of `on`."""

    on: date

    @cached_property
    def quarter(self) -> Period:
        return CalendarMonths().quarter_of(self.on)

    def quarters_ago(self, count: int) -> Period:
        start = add_months(self.quarter.start, -3 * count)
        return Period(start, add_months(start, 3))

    @cached_property
    def begin(self) -> date:
        return self.quarters_ago(QUARTERS).start

    @cached_property
    def calendar(self) -> WorkCalendar:
        return work_calendar(country=COUNTRY, years=range(self.begin.year - 1, self.on.year + 2))

    @cached_property
    def months(self) -> tuple[Period, ...]:
        """Those in which deals are created."""
        return Period((self.begin - LEAD_IN).replace(day=1), self.on + timedelta(days=1)).months()

    @cached_property
    def _working_days(self) -> dict[date, date]:
        found: dict[date, date] = {}
        day = following = self.on + OUTLOOK
        while day >= self.begin - LEAD_IN - timedelta(days=31):
            following = day if self.calendar.is_working_day(day) else following
            found[day] = following
            day -= timedelta(days=1)
        return found

    def working_day(self, day: date) -> date:
        """The day itself, or the next one on which people work."""
        return self._working_days[day]
