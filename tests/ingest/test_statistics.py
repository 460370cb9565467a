"""The planner is told of rows that it does not know of, before it walks through all of them for each."""

import psycopg2
import pytest
from django.db import connection

from salestargets.ingest.statistics import MANY
from salestargets.launcher.database_url import changed
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from tests.builders import an_organisation
from tests.databases import Copy
from tests.pipeline.builders import counts, send

pytestmark = pytest.mark.django_db


def believed(organisation: Organisation) -> int:
    with acting_for(organisation.pk), connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (FORMAT JSON) SELECT FROM pipeline_deal WHERE organisation_id = %s", [organisation.pk]
        )
        return int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])


def land(organisation: Organisation, numbers: range) -> None:
    rows = ({"external_id": str(number), "amount": "1"} for number in numbers)
    assert counts(send(organisation, "deals", *rows)) == (len(numbers), 0, 0, 0)


def analyse_from_outside(copy: Copy) -> None:
    """As autovacuum does, which cannot see what this transaction wrote."""
    outside = psycopg2.connect(changed(copy.owner_url, name=copy.name))
    outside.autocommit = True
    with outside.cursor() as cursor:
        cursor.execute("ANALYZE pipeline_deal")
    outside.close()


def test_a_table_taken_for_empty_while_it_fills_is_analysed_again(database_copy: Copy) -> None:
    acme = an_organisation("acme")
    land(acme, range(MANY - 1))
    analyse_from_outside(database_copy)
    assert believed(acme) == 1
    land(acme, range(MANY, 3 * MANY))
    assert believed(acme) > 2 * MANY


def test_an_organisation_that_the_statistics_do_not_know_is_met(database_copy: Copy) -> None:
    land(an_organisation("other"), range(3 * MANY))
    acme = an_organisation("acme")
    land(acme, range(MANY - 1))
    assert believed(acme) < MANY / 10
    land(acme, range(MANY, 3 * MANY))
    assert believed(acme) > 2 * MANY
