"""Whoever moves people, units or the calendar is shown what it means to plans before it happens."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kpis.selectors import get_kpi
from kpis.services.definitions import KpiFacts, change_kpi
from salestargets.kernel.errors import DomainError
from salestargets.kernel.periods import add_months, month_of
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Person, UnitPlacement
from targets.selectors.trees import Node
from tests.api.clients import Api, a_key, an_integration
from tests.targets.builders import a_goal, a_plan, number, sheet
from tests.targets.pages.conftest import Company
from tests.web.pages.kit import visitor

pytestmark = pytest.mark.django_db

LIVE = {"HX-Request": "true", "HX-Target": "affected"}
KEPT = "Won revenue: $600.00"


@pytest.fixture
def admin(company: Company) -> Client:
    return visitor(company.acme, Role.ADMIN)


def seen_in(page: str) -> str:
    [mark] = re.findall(r'name="seen" value="([^"]*)"', page)
    return str(mark)


def places(company: Company) -> list[Any]:
    with acting_for(company.acme.pk):
        models = Assignment, UnitPlacement, Person
        return [list(model.objects.order_by("pk").values()) for model in models]


def confirmed(company: Company, admin: Client, path: str, data: dict[str, Any], told: str) -> None:
    """Live it is told, a form sent without a look is not taken, and one with it is."""
    before = places(company)
    live = admin.post(path, data, headers=LIVE).content.decode()
    assert told in live
    unseen = admin.post(path, data)
    assert unseen.status_code == 422
    page = unseen.content.decode()
    assert "Look at what it affects, then confirm." in page
    assert told in page
    assert places(company) == before
    mark = seen_in(page)
    assert mark == seen_in(live)
    assert admin.post(path, {**data, "seen": mark}).status_code == 302
    assert places(company) != before


def test_a_persons_move_is_looked_at_first(company: Company, admin: Client) -> None:
    carol, north = company.world.carol, company.world.north
    path, data = f"/o/acme/people/{carol.pk}/move/", {"unit": north.pk, "on": "2026-06-01"}
    confirmed(company, admin, path, data, "What Carol brings from Jun 1, 2026 on counts for North.")
    assert sheet(company.goal).given(Node(company.world.west.pk, carol.pk)) == 600_00


def test_a_units_move_is_looked_at_first(company: Company, admin: Client) -> None:
    north, west = company.world.north, company.world.west
    path, data = f"/o/acme/people/units/{north.pk}/move/", {"parent": west.pk, "on": "2026-06-01"}
    confirmed(company, admin, path, data, "What is sold there from Jun 1, 2026 on counts for West.")
    assert number(company.goal, north) == 600_00


def test_leaving_is_looked_at_first(company: Company, admin: Client) -> None:
    carol = company.world.carol
    path = f"/o/acme/people/{carol.pk}/edit/"
    data = {"name": "Carol", "email": "", "hired_on": "", "left_on": "2026-06-01", "version": carol.version}
    confirmed(company, admin, path, data, "Won revenue: $600.00, of which $200.00 are left")


@pytest.mark.parametrize("act", ["end", "remove"])
def test_the_end_of_an_assignment_is_looked_at_first(company: Company, admin: Client, act: str) -> None:
    with acting_for(company.acme.pk):
        row = Assignment.objects.get(person=company.world.carol)
    path = f"/o/acme/people/assignments/{row.pk}/{act}/"
    confirmed(company, admin, path, {"on": "2026-06-01", "version": row.version}, KEPT)
    assert number(company.goal, company.world.carol) == 600_00


def test_what_was_seen_is_what_is_confirmed(company: Company, admin: Client) -> None:
    """A look at one day is none at another."""
    path = f"/o/acme/people/{company.world.carol.pk}/move/"
    data = {"unit": company.world.north.pk, "on": "2026-06-01"}
    mark = seen_in(admin.post(path, data).content.decode())
    assert admin.post(path, {**data, "on": "2026-06-02", "seen": mark}).status_code == 422


def test_a_move_that_concerns_no_plan_needs_no_look(company: Company, admin: Client) -> None:
    path = f"/o/acme/people/{company.world.mona.pk}/move/"
    data = {"unit": company.world.north.pk, "on": "2027-06-01"}
    assert admin.post(path, data).status_code == 302


def test_another_calendar_names_the_plans_that_keep_their_periods(company: Company, admin: Client) -> None:
    page = admin.get(
        "/o/acme/settings/calendar/?fiscal_pattern=445&fiscal_year_start_month=1"
        "&fiscal_year_named_after=end&fiscal_week_starts_on=0&fiscal_year_end_rule=nearest"
    )
    assert "keeps its own 3 periods, with every number in them." in page.content.decode()


def of_rest(api: Api, path: str) -> list[dict[str, Any]]:
    answer = api.get(path)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["affects"]
    return found


def test_over_rest_each_change_says_what_it_would_mean(company: Company) -> None:
    api, world, before = an_integration(company.acme), company.world, places(company)
    with acting_for(company.acme.pk):
        row = Assignment.objects.get(person=world.carol)
    v1, day = "/api/v1", "on=2026-06-01"
    person, start = of_rest(api, f"{v1}/people/{world.carol.pk}/move/?unit={world.north.pk}&{day}")
    assert "counts for North" in person["text"]
    assert person["link"] == f"/o/acme/plans/{company.goal.plan_id}/"
    assert person["details"] == [KEPT]
    assert "Carol joins North" in start["text"]
    [unit] = of_rest(api, f"{v1}/units/{world.north.pk}/move/?parent={world.west.pk}&{day}")
    assert "counts for West" in unit["text"]
    [leaving] = of_rest(api, f"{v1}/people/{world.carol.pk}/leaving/?{day}")
    assert leaving["details"] == ["Won revenue: $600.00, of which $200.00 are left"]
    for path in (f"units/{world.west.pk}", f"people/{world.carol.pk}"):
        [removal] = of_rest(api, f"{v1}/{path}/removal/")
        assert "cannot be deleted" in removal["text"]
    for end in (f"end/?{day}", "removal/"):
        assert of_rest(api, f"{v1}/assignments/{row.pk}/{end}")[0]["details"] == [KEPT]
    assert len(of_rest(api, f"{v1}/fiscal-calendar/?fiscal_pattern=445")) == 1
    assert places(company) == before


def test_only_administrators_are_told_of_plans_that_may_be_drafts(company: Company) -> None:
    reader = Api(a_key(company.acme, "read"))  # type: ignore[arg-type]
    assert of_rest(reader, "/api/v1/fiscal-calendar/?fiscal_pattern=445") == []
    assert reader.get(f"/api/v1/people/{company.world.carol.pk}/leaving/?on=2026-06-01").status_code == 403


def test_the_currency_cannot_be_changed_over_rest_either(company: Company) -> None:
    api = an_integration(company.acme)
    answer = api.send("PATCH", "/api/v1/organisation/", {"currency": "EUR"}, **{"If-Match": "*"})
    assert answer.status_code in (400, 422)
    company.acme.refresh_from_db()
    assert (company.acme.currency, number(company.goal)) == ("USD", 1200_00)
    assert date(2026, 4, 1) in company.goal.plan.period_starts


def test_another_definition_of_a_kpi_names_the_plans_and_leaves_their_numbers(
    company: Company, admin: Client
) -> None:
    with acting_for(company.acme.pk):
        kpi = get_kpi("won_revenue")
    page = admin.get("/o/acme/kpis/won_revenue/definition/").content.decode()
    assert "what is reached is counted otherwise from then on; every target in it stays" in page
    next_month = add_months(month_of(company.acme.today(timezone.now())).start, 1)
    answer = an_integration(company.acme).send(
        "POST",
        f"/api/v1/kpis/{kpi.pk}/definitions/",
        {
            "numerator": [{"measure": "lost_amount"}],
            "holds_from": next_month.isoformat(),
            "reason": "To see what it does",
        },
    )
    assert answer.status_code == 201, answer.content
    assert number(company.goal) == 1200_00


def test_a_kpi_that_is_promised_may_be_retired_and_stays_where_it_is(company: Company, admin: Client) -> None:
    page = admin.get("/o/acme/kpis/won_revenue/change/").content.decode()
    assert "keeps its goal and goes on being measured" in page
    with acting_for(company.acme.pk):
        kpi = get_kpi("won_revenue")
        facts = KpiFacts(is_retired=True)
        change_kpi(system_actor(company.acme), kpi=kpi, facts=facts, expected_version=kpi.version)
    assert number(company.goal) == 1200_00
    bare = a_plan(company.acme, "Next")
    with pytest.raises(DomainError) as refused:
        a_goal(bare)
    assert refused.value.code == "retired"
