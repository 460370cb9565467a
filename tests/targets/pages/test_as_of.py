"""The pages show a plan as it read on another day, and progress against the original targets."""

from datetime import date

import pytest
from django.test import Client

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from targets.services.cells import set_target
from tests.builders import NOON
from tests.targets.builders import fresh, of
from tests.targets.pages.conftest import Company

pytestmark = pytest.mark.django_db


def raised(company: Company) -> None:
    """Alice has 900.00 in the place of 300.00, from 11 May."""
    with acting_for(company.acme.pk):
        set_target(
            system_actor(company.acme),
            goal=fresh(company.goal),
            holder=of(company.world.alice),
            amount=900_00,
            expected_version=None,
            reason="A big customer moved",
            effective_on=date(2026, 5, 11),
            at=NOON,
        )


def test_the_numbers_of_another_day_are_shown_and_cannot_be_changed(company: Company, admin: Client) -> None:
    raised(company)
    path = f"/o/acme/plans/{company.goal.plan_id}/?open=all&view=table"
    now = admin.get(path).content.decode()
    then = admin.get(f"{path}&as_of=2026-05-10").content.decode()
    assert "900" in now
    assert "The numbers in force on May 10, 2026." in then
    assert "900" not in then
    assert "/number/" in now
    assert "/number/" not in then


def test_what_was_known_on_a_day_ends_with_that_day(company: Company, admin: Client) -> None:
    raised(company)
    path = f"/o/acme/plans/{company.goal.plan_id}/?open=all&view=table"
    assert "900" in admin.get(f"{path}&known_on=2026-05-12").content.decode()
    assert "900" not in admin.get(f"{path}&known_on=2026-05-11").content.decode()


def test_one_stands_against_the_original_target_too(company: Company, rep: Client) -> None:
    raised(company)
    assert "of $900" in rep.get("/o/acme/today/").content.decode()
    against = rep.get("/o/acme/today/?against=original").content.decode()
    assert "of $300" in against
    assert "Held against the original targets" in against


def test_a_team_stands_against_the_original_targets_too(company: Company, admin: Client) -> None:
    raised(company)
    path = f"/o/acme/team/?goal={company.goal.pk}&q=alice"
    assert "22%" in admin.get(path).content.decode()
    assert "67%" in admin.get(f"{path}&against=original").content.decode()
