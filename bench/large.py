"""Deals by the million, made by the database where they are kept: for a seed the same, however many."""

from contextlib import closing
from datetime import datetime

import psycopg2

from bench.bulk import SOURCE, an_organisation, ids_of
from bench.organisations import Size
from salestargets.demo.generator import company
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation

A_STATEMENT = 250_000

_DICE = ", ".join(
    f"(abs(hashint8extended(number, %(seed)s * 100 + {die})) %% 1000003)::int AS d{die}"
    for die in range(1, 10)
)
#: Nine dice a deal, and of them what `organisations.deals` draws, in the same proportions.
_DEALS = f"""
WITH dice AS (
    SELECT number, {_DICE} FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
),
made AS (
    SELECT *, %(begin)s::date + d1 %% (%(days)s - 1) AS created_on, 100000 + d9::bigint * 19 AS amount,
           CASE WHEN d2 %% 100 < 15 THEN 'open' WHEN d2 %% 100 < 45 THEN 'won' ELSE 'lost' END AS status
    FROM dice
),
dated AS (
    SELECT *, LEAST(created_on + 5 + d3 %% 115, %(on)s::date) AS day FROM made
)
INSERT INTO pipeline_deal
    (organisation_id, source, external_id, name, owner_id, customer_id, product_id, channel_id, stage_id,
     status, amount_minor, base_minor, currency, created_on, expected_close_on, closed_on, lost_reason,
     is_shared, changed_at, version)
SELECT %(organisation)s, %(source)s, 'D' || number, 'Deal ' || number, person[1 + d4 %% cardinality(person)],
       customer[1 + d5 %% cardinality(customer)], product[1 + d6 %% cardinality(product)],
       channel[1 + d7 %% cardinality(channel)],
       stage[CASE status WHEN 'won' THEN 6 WHEN 'lost' THEN 7 ELSE 1 + d8 %% 5 END],
       status, amount, amount, %(currency)s, created_on, day, CASE WHEN status <> 'open' THEN day END, '',
       false, now(), 1
FROM dated, (SELECT %(person)s::bigint[] AS person, %(customer)s::bigint[] AS customer,
                    %(product)s::bigint[] AS product, %(channel)s::bigint[] AS channel,
                    %(stage)s::bigint[] AS stage) AS ids
"""

_TABLES = {
    "person": "tenancy_person",
    "customer": "pipeline_customer",
    "product": "pipeline_product",
    "channel": "pipeline_channel",
    "stage": "pipeline_stage",
}


#: What the database keeps of customers as their deals come and go.
_FIRST_DEALS = """
UPDATE pipeline_customer c
SET first_deal_id = first.id, acquired_on = first.closed_on, acquired_by_id = first.owner_id
FROM (
    SELECT DISTINCT ON (customer_id) customer_id, id, closed_on, owner_id FROM pipeline_deal
    WHERE organisation_id = %(organisation)s AND status = 'won' ORDER BY customer_id, closed_on, id
) first
WHERE c.organisation_id = %(organisation)s AND c.id = first.customer_id
"""


def a_large_organisation(slug: str, size: Size, *, deals: int, owner_url: str, at: datetime) -> Organisation:
    """With its deals, which are still to be counted.

    The server's superuser writes them, without triggers and checks of keys: a minute for a million otherwise.
    """
    organisation = an_organisation(slug, size, at=at)
    with acting_for(organisation.pk):
        ids = {name: ids_of(table) for name, table in _TABLES.items()}
    facts = {
        **ids,
        "organisation": organisation.pk,
        "source": SOURCE,
        "seed": size.seed,
        "begin": size.begin,
        "days": size.days,
        "on": size.on,
        "currency": company.CURRENCY,
    }
    with (
        closing(psycopg2.connect(owner_url, user="postgres", password="")) as login,
        login.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL session_replication_role = replica")
        for first in range(0, deals, A_STATEMENT):
            cursor.execute(_DEALS, {**facts, "first": first, "last": min(first + A_STATEMENT, deals) - 1})
        cursor.execute("ANALYZE pipeline_deal, pipeline_customer")
        cursor.execute(_FIRST_DEALS, facts)
        login.commit()
    return organisation
