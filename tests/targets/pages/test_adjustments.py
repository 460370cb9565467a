"""The pages of adjustments: asked for with a preview, read as far as one sees, decided by who may."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person
from targets.choices import AdjustmentState
from targets.models import Adjustment, Trigger
from tests.targets.builders import number, place
from tests.targets.pages.conftest import Company

pytestmark = pytest.mark.django_db


def form(company: Company, holder: Person, amount: str, **more: str) -> dict[str, str]:
    with acting_for(company.acme.pk):
        trigger = Trigger.objects.order_by("position")[0].pk
    return {
        "trigger": str(trigger),
        "nature": "trend",
        "effective_on": "2026-06-01",
        "why": "A competitor halved their prices",
        f"amount-{place(holder)}": amount,
        **more,
    }


def adjust_path(company: Company, holder: Person) -> str:
    return f"/o/acme/plans/{company.goal.plan_id}/goals/{company.goal.pk}/person/{holder.pk}/adjust/"


def asked(company: Company, client: Client, holder: Person, amount: str = "280.00") -> Adjustment:
    answer: Any = client.post(adjust_path(company, holder), form(company, holder, amount))
    assert answer.status_code == 302, answer.content.decode()
    with acting_for(company.acme.pk):
        return Adjustment.objects.latest("id")


def test_a_rep_asks_and_a_manager_approves(company: Company, rep: Client, manager: Client) -> None:
    adjustment = asked(company, rep, company.world.alice)
    assert adjustment.effective_on == date(2026, 6, 1)
    path = f"/o/acme/adjustments/{adjustment.pk}/"
    assert "/approve/" not in rep.get(path).content.decode()
    page = manager.get(path).content.decode()
    assert "A competitor halved their prices" in page
    assert "$280.00" in page
    assert "/approve/" in page
    assert rep.post(f"{path}approve/", {"version": 1}).status_code == 403
    assert manager.post(f"{path}approve/", {"version": 1, "comment": "Yes"}).status_code == 302
    assert number(company.goal, company.world.alice) == 280_00


def test_what_is_typed_is_previewed_and_nothing_is_written(company: Company, manager: Client) -> None:
    alice = company.world.alice
    headers = {"HX-Request": "true", "HX-Target": "effect"}

    def effect(amount: str) -> str:
        answer: Any = manager.post(
            adjust_path(company, alice), form(company, alice, amount, why=""), headers=headers
        )
        assert answer.status_code == 200
        return str(answer.content.decode())

    assert "This is what it would do" in effect("250.00")
    assert "$250.00" in effect("250.00")
    assert "alone are more than the new number" in effect("100.00")
    assert "Enter a new number" in effect("")
    with acting_for(company.acme.pk):
        assert not Adjustment.objects.exists()


@pytest.mark.parametrize(
    ("amount", "more", "said"),
    [
        ("", {}, "No number would change"),
        ("300.00", {}, "No number would change"),
        ("280.00", {"why": ""}, "This field is required"),
        ("280.00", {"effective_on": "2026-08-01"}, "Choose a day of the plan"),
    ],
)
def test_what_cannot_be_asked_is_said_on_the_form(
    company: Company, manager: Client, amount: str, more: dict[str, str], said: str
) -> None:
    alice = company.world.alice
    answer: Any = manager.post(adjust_path(company, alice), form(company, alice, amount, **more))
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_the_list_shows_what_one_sees(company: Company, admin: Client, manager: Client, rep: Client) -> None:
    path = f"/o/acme/plans/{company.goal.plan_id}/adjustments/"
    assert "No adjustment was asked for" in manager.get(path).content.decode()
    asked(company, admin, company.world.carol, "560.00")
    asked(company, admin, company.world.alice)
    page = manager.get(path).content.decode()
    assert "Alice: $300 → $280" in page
    assert "Carol" not in page
    assert "Carol" in admin.get(path).content.decode()
    assert rep.get(path).status_code == 403


def test_a_request_is_rejected_with_a_reason_or_withdrawn(
    company: Company, rep: Client, manager: Client
) -> None:
    first = asked(company, rep, company.world.alice)
    path = f"/o/acme/adjustments/{first.pk}/"
    assert manager.post(f"{path}reject/", {"version": 1, "comment": ""}).status_code == 422
    assert manager.post(f"{path}reject/", {"version": 1, "comment": "Wait"}).status_code == 302
    assert "Wait" in rep.get(path).content.decode()
    second = asked(company, rep, company.world.alice)
    assert manager.post(f"/o/acme/adjustments/{second.pk}/withdraw/", {"version": 1}).status_code == 403
    assert rep.post(f"/o/acme/adjustments/{second.pk}/withdraw/", {"version": 1}).status_code == 302
    with acting_for(company.acme.pk):
        states = [row.state for row in Adjustment.objects.order_by("id")]
    assert states == [AdjustmentState.REJECTED, AdjustmentState.WITHDRAWN]


def test_others_find_nothing(company: Company, viewer: Client, rep: Client, admin: Client) -> None:
    assert rep.get(adjust_path(company, company.world.bob)).status_code == 404
    assert viewer.get(adjust_path(company, company.world.bob)).status_code == 403
    theirs = asked(company, admin, company.world.bob, "280.00")
    assert rep.get(f"/o/acme/adjustments/{theirs.pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_any_number(
    company: Company, admin: Client, count: int, django_assert_num_queries: Any
) -> None:
    for n in range(count):
        asked(company, admin, company.world.alice, f"{280 - n}.00")
    path = f"/o/acme/plans/{company.goal.plan_id}/adjustments/"
    admin.get(path)
    with django_assert_num_queries(19):
        admin.get(path)
