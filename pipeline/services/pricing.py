"""What a deal is worth in the organisation's currency, and each share of it: one definition, in SQL.

The rate is the newest on or before the day of the deal: when it closed, else when it was created, else today.
Without one the deal is counted, not priced.
"""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache

import orjson
from babel.numbers import list_currencies
from django.db import connection

from salestargets.ingest.kinds import Call, SqlParams
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

_DAY_OF_DEAL = "COALESCE(d.closed_on, d.created_on, %(today)s)"
_PRICE_OF_DEAL = _PRICE.format(amount="d.amount_minor", currency="d.currency", day=_DAY_OF_DEAL)

# In two steps, so that neither joins the deals with themselves: where the planner takes the table for empty,
# as it may while a large import runs, that is quadratic. Locked in the order of their keys, as everywhere.
_LOCK_MISPRICED = f"""
SELECT d.id FROM pipeline_deal d
WHERE d.organisation_id = %(organisation)s AND {{which}} AND d.base_minor IS DISTINCT FROM ({_PRICE_OF_DEAL})
ORDER BY d.id FOR NO KEY UPDATE
"""  # noqa: S608  made of constants
_REPRICE = f"""
UPDATE pipeline_deal d SET base_minor = {_PRICE_OF_DEAL}
WHERE d.organisation_id = %(organisation)s AND d.id = ANY(%(deals)s)
"""  # noqa: S608

# As `domain.credit` does it: the largest remainder, on the amount without its sign. Where a share waits for
# its person, the others get theirs and no more. Written so that it stays fast where the planner takes the
# tables for empty, as it does after a large import was taken back: deals by key, the ranking made once.
_SPREAD = """
WITH exact AS (
    SELECT s.id, s.deal_id, s.person_id, sign(d.base_minor)::int AS sign,
           abs(d.base_minor)::numeric * s.share_ppm AS millionths
    FROM pipeline_creditshare s
    CROSS JOIN LATERAL (
        SELECT base_minor FROM pipeline_deal
        WHERE organisation_id = %(organisation)s AND id = s.deal_id LIMIT 1
    ) d
    WHERE s.organisation_id = %(organisation)s AND s.deal_id = ANY(%(deals)s)
), ranked AS MATERIALIZED (
    SELECT id, sign, div(millionths, 1000000) AS whole,
           row_number() OVER (deal ORDER BY mod(millionths, 1000000) DESC, person_id) AS place,
           div(sum(millionths) OVER deal, 1000000) - sum(div(millionths, 1000000)) OVER deal AS left_over
    FROM exact WINDOW deal AS (PARTITION BY deal_id)
), credited AS (
    SELECT id, (sign * (whole + (place <= left_over)::int))::bigint AS base_minor FROM ranked
)
UPDATE pipeline_creditshare s SET base_minor = credited.base_minor FROM credited
WHERE s.organisation_id = %(organisation)s AND s.id = credited.id
  AND s.base_minor IS DISTINCT FROM credited.base_minor
"""


def staged_price(call: Call) -> tuple[str, SqlParams]:
    """The price of a staged row `i`, for the merge."""
    day = "COALESCE(i.closed_on, i.created_on, %(today)s)"
    return _PRICE.format(amount="i.amount", currency="i.currency", day=day), _params(call)


def reprice(call: Call, *, deal_ids: Collection[int]) -> None:
    """Price these deals anew, and spread what changed over their shares."""
    if deal_ids:
        _reprice(call, "d.id = ANY(%(deals)s)", {"deals": sorted(deal_ids)})


def reprice_since(call: Call, *, since: Mapping[str, date]) -> None:
    """Price anew the deals that a new rate concerns: those in its currency from its day on."""
    for currency, day in sorted(since.items()):
        which = f"d.currency = %(foreign)s AND {_DAY_OF_DEAL} >= %(since)s"
        _reprice(call, which, {"foreign": currency, "since": day})


def spread_shares(call: Call, *, deal_ids: Collection[int]) -> None:
    """Give everyone who shares in these deals their part of the amount, to the cent."""
    if deal_ids:
        with connection.cursor() as cursor:
            cursor.execute(_SPREAD, {"organisation": call.organisation_id, "deals": sorted(deal_ids)})


def count_not_priced(call: Call, *, deal_ids: Collection[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pipeline_deal WHERE organisation_id = %s AND id = ANY(%s)"
            " AND amount_minor IS NOT NULL AND base_minor IS NULL",
            [call.organisation_id, sorted(deal_ids)],
        )
        return int(cursor.fetchone()[0])


def _reprice(call: Call, which: str, params: SqlParams) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_MISPRICED.format(which=which), {**_params(call), **params})
        mispriced = [deal_id for (deal_id,) in cursor.fetchall()]
        if mispriced:
            cursor.execute(_REPRICE, {**_params(call), "deals": mispriced})
    spread_shares(call, deal_ids=mispriced)


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
