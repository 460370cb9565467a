"""A list over REST against the same rows by hand: one statement, a cursor, and the same JSON."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson
from django.db import connection
from django.test import Client

from bench.figures import Figure, middle, seconds
from salestargets.api.services import create_key
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation

GOAL = 2.0
ADDRESS = "/api/v1/deals/?limit={count}"
_REFERENCES = {
    "owner": "tenancy_person",
    "customer": "pipeline_customer",
    "product": "pipeline_product",
    "channel": "pipeline_channel",
    "stage": "pipeline_stage",
}
_PLAIN = {
    **{
        name: f"d.{name}"
        for name in ("id", "source", "external_id", "name", "status", "currency", "created_on")
    },
    **{
        name: f"d.{name}"
        for name in ("expected_close_on", "closed_on", "lost_reason", "is_shared", "changed_at")
    },
    "amount": "(d.amount_minor / 100.0)::numeric(20, 2)::text",
    "base_amount": "(d.base_minor / 100.0)::numeric(20, 2)::text",
    "updated_at": "d.source_updated_at",
    "version": "d.version",
}
_PARTS = ("id", "external_id", "name")
_BY_HAND = """
SELECT {columns} FROM pipeline_deal d {joins}
WHERE d.organisation_id = %(organisation)s ORDER BY d.id DESC LIMIT %(count)s
""".format(
    columns=", ".join([*_PLAIN.values(), *(f"{name}.{part}" for name in _REFERENCES for part in _PARTS)]),
    joins=" ".join(
        f"LEFT JOIN {table} {name} ON {name}.id = d.{name}_id AND {name}.organisation_id = d.organisation_id"
        for name, table in _REFERENCES.items()
    ),
)


def measure(organisation: Organisation, *, count: int, requests: int, at: datetime) -> Figure:
    """The whole stack with an API key, by turns with the cursor; both give the same rows, or it fails."""
    with acting_for(organisation.pk):
        _key, plain = create_key(actor=system_actor(organisation), name="bench", scopes=[Scope.READ], at=at)
    client = Client(headers={"host": "localhost", "authorization": f"Bearer {plain}"})
    if results(_asked(client, count)) != results(by_hand(organisation, count)):
        raise ValueError("The list and the cursor give different rows.")
    times = [
        (seconds(lambda: _asked(client, count)), seconds(lambda: by_hand(organisation, count)))
        for _ in range(requests)
    ]
    return Figure(
        name=f"List of {count:,} deals over REST",
        ours=1000 * middle([ours for ours, _theirs in times]),
        reference=1000 * middle([theirs for _ours, theirs in times]),
        unit="ms",
        goal=GOAL,
        is_speed=False,
    )


def results(answer: bytes) -> list[Any]:
    found: list[Any] = orjson.loads(answer)["results"]
    return found


def by_hand(organisation: Organisation, count: int) -> bytes:
    """One statement under row-level security, what a cursor has, and orjson."""
    with acting_for(organisation.pk), connection.cursor() as cursor:
        cursor.execute(_BY_HAND, {"organisation": organisation.pk, "count": count})
        return orjson.dumps({"results": list(map(_row, cursor.fetchall())), "next": None})


def _row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = dict(zip(_PLAIN, values, strict=False))
    for place, name in enumerate(_REFERENCES):
        key, external_id, called = values[len(_PLAIN) + 3 * place :][:3]
        row[name] = None if key is None else {"id": key, "external_id": external_id, "name": called}
    return row


def _asked(client: Client, count: int) -> bytes:
    answer = client.get(ADDRESS.format(count=count))
    if answer.status_code != HTTPStatus.OK:
        raise ValueError(f"{ADDRESS} answers {answer.status_code}")
    return bytes(answer.content)
