"""What must hold of the days of a record."""

from datetime import timedelta

from salestargets.ingest.batch import Batch
from salestargets.ingest.fields import ABSENT
from salestargets.ingest.kinds import Call, Errors, Rule
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

IN_THE_FUTURE = DomainError(N_("This day is in the future."), code="in_the_future")


def not_in_the_future(day: str, *, told_as: str = "") -> Rule:
    """Refuse a day to come; tomorrow passes, for it may have begun where the source is."""

    def check(batch: Batch, call: Call) -> dict[int, Errors]:
        latest = call.today + timedelta(days=1)
        days = enumerate(batch.values(day))
        late = (row for row, value in days if value not in (None, ABSENT) and value > latest)
        return {row: {told_as or day: [IN_THE_FUTURE]} for row in late}

    return check


def keep_day(moment: str, day: str) -> Rule:
    """Note the day of a moment as it was where the organisation is: 23:30 belongs to the day that ends."""

    def note(batch: Batch, call: Call) -> dict[int, Errors]:
        if moment in batch.columns:
            batch.columns[day] = [
                value if value is ABSENT else value.astimezone(call.zone).date()
                for value in batch.columns[moment]
            ]
        return {}

    return note
