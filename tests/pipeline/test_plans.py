"""A session that began with a few records takes thousands as quickly as a new one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import an_organisation
from tests.pipeline.builders import counts, send

pytestmark = pytest.mark.django_db


def replans(count: int) -> int:
    """How often a call of so many records makes the session plan anew."""
    rows = [{"external_id": f"C{number}"} for number in range(count)]
    with CaptureQueriesContext(connection) as statements:
        assert counts(send(an_organisation(f"acme-{count}"), "customers", *rows)) == (count, 0, 0, 0)
    return sum("DISCARD PLANS" in statement["sql"] for statement in statements)


def test_many_records_are_not_checked_by_plans_made_for_few() -> None:
    assert replans(500) == 1


def test_a_few_records_do_not_pay_for_it() -> None:
    assert replans(499) == 0
