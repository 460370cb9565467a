"""What a record is worth in the organisation's currency: one definition, in SQL.

The rate is the newest on or before the day of the record: for a deal when it closed, else was created.
Without one the record is counted, not priced. What credits another, or is below zero, lowers the sums.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import orjson
from babel.numbers import list_currencies
from django.db import connection

from pipeline.services import credit
from salestargets.ingest.kinds import Call, SqlParams
from salestargets.kernel.arrays import array
from salestargets.kernel.errors import DomainError
from salestargets.kernel.money import decimals

#: Beyond it an amount would not fit beside others in a bigint sum.
_LARGEST = 10**17

# Half to even, as money is rounded elsewhere.
_PRICE = """
CASE WHEN {currency} = %(currency)s THEN {amount} ELSE (
    SELECT (CASE WHEN abs(x - trunc(x)) = 0.5 THEN 2 * round(x / 2) ELSE round(x) END)::bigint
    FROM (
        SELECT {amount} * r.rate
               * COALESCE((%(scales)s::jsonb ->> {currency})::numeric, %(scale)s::numeric) AS x
        FROM tenancy_exchangerate r
        WHERE r.organisation_id = %(organisation)s AND r.currency = {currency} AND r.valid_on <= {day}
        ORDER BY r.valid_on DESC LIMIT 1
    ) priced
    WHERE abs(x) < %(largest)s
) END
"""

# In two steps, so that neither joins the records with themselves: where the planner takes the table for
# empty, as it may while a large import runs, that is quadratic. Locked by their keys, as everywhere.
_LOCK_MISPRICED = """
SELECT d.id FROM {table} d
WHERE d.organisation_id = %(organisation)s AND {which} AND d.base_minor IS DISTINCT FROM ({price})
ORDER BY d.id FOR NO KEY UPDATE
"""
_REPRICE = """
UPDATE {table} d SET base_minor = {price}
WHERE d.organisation_id = %(organisation)s AND d.id = ANY(%(ids)s)
"""


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A kind of records with an amount."""

    table: str
    #: The rate is that of the first of these that is known, else of today.
    days: tuple[str, ...]
    #: Whether a record may credit another, and count negatively.
    has_credits: bool = False
    #: Spreads prices over those who share in the records.
    credit: Callable[[Call, Collection[int]], None] | None = None

    @property
    def by(self) -> frozenset[str]:
        """Fields that a price is made of."""
        return frozenset({"amount", "currency", *self.days, *(["credits"] if self.has_credits else [])})

    def day(self, row: str) -> str:
        return f"COALESCE({', '.join(f'{row}.{day}' for day in self.days)}, %(today)s)"

    def price(self, row: str, amount: str) -> str:
        written = f"{row}.{amount}"
        counted = f"(CASE WHEN {row}.is_credit THEN -abs({written}) ELSE {written} END)"
        return _PRICE.format(
            amount=counted if self.has_credits else written, currency=f"{row}.currency", day=self.day(row)
        )

    def staged(self, call: Call) -> tuple[str, SqlParams]:
        """The price of a staged row `i`, for the merge."""
        return self.price("i", "amount"), _params(call)


DEALS = Priced(table="pipeline_deal", days=("closed_on", "created_on"), credit=credit.spread_shares)
ORDERS = Priced(table="pipeline_order", days=("dated_on",), has_credits=True, credit=credit.ORDERS)
INVOICES = Priced(table="pipeline_invoice", days=("dated_on",), has_credits=True, credit=credit.INVOICES)
PAYMENTS = Priced(table="pipeline_payment", days=("dated_on",), has_credits=True, credit=credit.PAYMENTS)
EXPENSES = Priced(table="pipeline_expense", days=("dated_on",))
PRICED = (DEALS, ORDERS, INVOICES, PAYMENTS, EXPENSES)


def reprice(call: Call, priced: Priced, *, ids: Collection[int]) -> None:
    """Price these records anew, and spread what changed over their shares."""
    if ids:
        _reprice(call, priced, "d.id = ANY(%(ids)s)", {"ids": array(sorted(ids))})


def reprice_since(call: Call, *, since: Mapping[str, date]) -> None:
    """Price anew what a new rate concerns: the records in its currency from its day on."""
    for priced in PRICED:
        for currency, day in sorted(since.items()):
            which = f"d.currency = %(foreign)s AND {priced.day('d')} >= %(since)s"
            _reprice(call, priced, which, {"foreign": currency, "since": day})


def count_not_priced(call: Call, priced: Priced, *, ids: Collection[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {priced.table} WHERE organisation_id = %s AND id = ANY(%s)"  # noqa: S608
            " AND amount_minor IS NOT NULL AND base_minor IS NULL",
            [call.organisation_id, array(sorted(ids))],
        )
        return int(cursor.fetchone()[0])


def _reprice(call: Call, priced: Priced, which: str, params: SqlParams) -> None:
    names = {"table": priced.table, "price": priced.price("d", "amount_minor")}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_MISPRICED.format(which=which, **names), {**_params(call), **params})
        mispriced = [record_id for (record_id,) in cursor.fetchall()]
        if mispriced:
            cursor.execute(_REPRICE.format(**names), {**_params(call), "ids": array(mispriced)})
    if priced.credit is not None:
        priced.credit(call, mispriced)


def _params(call: Call) -> SqlParams:
    places = decimals(call.currency)
    return {
        "organisation": call.organisation_id,
        "currency": call.currency,
        "today": call.today,
        "largest": _LARGEST,
        "scale": str(_scale(places - 2)),
        "scales": orjson.dumps(
            {code: _scale(places - other) for code, other in _unusual_decimals().items()}
        ).decode(),
    }


def _scale(places: int) -> str:
    return f"1e{places}"


@cache
def _unusual_decimals() -> Mapping[str, int]:
    """Currencies whose smallest unit is not a hundredth."""
    found = {}
    for code in list_currencies():
        try:
            found[code] = decimals(code)
        except DomainError:  # babel lists some that are no ISO currency
            continue
    return {code: places for code, places in found.items() if places != 2}
