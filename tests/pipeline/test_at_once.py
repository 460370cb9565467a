"""Calls about the same records at the same time: each record once, no call lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from pipeline.models import Deal
from salestargets.ingest.upsert import Outcome
from salestargets.tenancy.models import Organisation
from tests.builders import an_organisation
from tests.pipeline.builders import counts, send, within

CALLS = 6


def sent_from_a_thread(organisation: Organisation, number: int) -> Outcome:
    """The same deals in an order, with a name and from a set of fields of its own."""
    names = sorted((f"A{n}" for n in range(200)), reverse=number % 2 == 0)
    more = {"amount": f"{number}.00"} if number % 3 else {"created_on": f"2026-01-0{number + 1}"}
    try:
        return send(
            organisation, "deals", *({"external_id": name, "name": str(number), **more} for name in names)
        )
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_the_same_deals_from_several_callers_at_once_are_made_once():
    acme = an_organisation("acme")
    an_organisation("other")
    with ThreadPoolExecutor(CALLS) as threads:
        outcomes = list(threads.map(sent_from_a_thread, [acme] * CALLS, range(CALLS)))
    assert [sum(counts(outcome)) for outcome in outcomes] == [200] * CALLS
    assert [outcome.rejected for outcome in outcomes] == [[]] * CALLS
    assert sum(outcome.created for outcome in outcomes) == 200
    with within(acme):
        assert Deal.objects.count() == 200
        assert Deal.objects.values("name", "amount_minor", "version").distinct().count() == 1
