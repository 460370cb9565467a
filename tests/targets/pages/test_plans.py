"""Plans on pages: made, filled with goals, published and closed; every refusal stands by its field."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client

from kpis.services.closing import close_month
from salestargets.accounts.models import User
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from targets.choices import PlanState
from targets.models import Goal, Plan
from tests.builders import NOON, a_person, an_organisation
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, written
from tests.targets.pages.conftest import Company, visitor
from tests.targets.pages.test_today import text_of

pytestmark = pytest.mark.django_db

PLANS = "/o/acme/plans/"
HTMX = {"HX-Request": "true"}
Q3 = {"starts_on": date(2026, 7, 1), "ends_on": date(2026, 10, 1)}


def plan_of(organisation: Organisation, name: str) -> Plan:
    with acting_for(organisation.pk):
        return Plan.objects.select_related("root_unit").get(name=name)


def sent(client: Client, path: str, data: dict[str, object], status: int = 302, **headers: str) -> str:
    response = client.post(path, data, headers=headers)
    assert response.status_code == status, response.content.decode()[-3000:]
    return re.sub(r"\s+", " ", response.content.decode())


@lasting(at=NOON)
def draft(company: Company) -> Goal:
    return a_goal(a_plan(company.acme, "H2", starts_on=date(2026, 7, 1), ends_on=date(2027, 1, 1)), "600.00")


def test_each_role_sees_the_plans_it_may(
    company: Company, draft: Goal, admin: Client, manager: Client, viewer: Client, rep: Client
) -> None:
    for client in (admin, manager, viewer):
        page = text_of(client, PLANS)
        assert "H2" in page
        assert "Published" in page
    assert "New plan" in text_of(admin, PLANS)
    assert "New plan" not in text_of(viewer, PLANS)
    assert "$1.2K" in text_of(viewer, PLANS)
    assert "$1.2K" not in text_of(manager, PLANS)  # the company's number is above her
    assert rep.get(PLANS).status_code == 403
    assert rep.get(f"{PLANS}{draft.plan_id}/").status_code == 403
    assert Client().get(PLANS).status_code == 302


def test_without_plans_it_says_what_to_do(company: Company) -> None:
    organisation = an_organisation("empty")
    assert "Make the first plan" in text_of(visitor(organisation, Role.ADMIN), "/o/empty/plans/")
    assert "Make the first plan" not in text_of(visitor(organisation, Role.VIEWER), "/o/empty/plans/")


def test_a_plan_is_made_for_the_coming_quarter(company: Company, admin: Client) -> None:
    page = text_of(admin, f"{PLANS}new/")
    assert 'value="2026-07-01/2026-10-01"' in page
    data = {
        "span": "2026-07-01/2026-10-01",
        "root_unit": company.world.east.pk,
        "name": "",
        "expected_basis": "calendar",
    }
    response = admin.post(f"{PLANS}new/", data)
    plan = plan_of(company.acme, "2026-Q3")
    assert response.url == f"{PLANS}{plan.pk}/"
    assert (plan.starts_on, plan.ends_on) == (date(2026, 7, 1), date(2026, 10, 1))
    assert (plan.root_unit, plan.state) == (company.world.east, PlanState.DRAFT)
    assert "This plan has no goal yet" in text_of(admin, response.url)


def test_a_plan_may_cover_any_whole_months(company: Company, admin: Client) -> None:
    data = {
        "span": "own",
        "first": "2017-10-01",
        "last": "2017-12-31",
        "root_unit": company.goal.plan.root_unit_id,
        "name": "Old",
        "expected_basis": "calendar",
    }
    sent(admin, f"{PLANS}new/", data)
    assert plan_of(company.acme, "Old").ends_on == date(2018, 1, 1)


REFUSED_PLANS = [
    ({"first": "", "last": ""}, "Enter the day."),
    ({"first": "2026-02-02"}, "take 2026-02-01 or 2026-03-01."),
    ({"last": "2026-02-27"}, "take 2026-01-31 or 2026-02-28."),
    ({"first": "2026-03-01"}, "The last day is before the first."),
    ({"first": "1 February"}, "Enter a date as YYYY-MM-DD"),
    ({"name": "Q2"}, "There is a plan of this name already."),
    ({"name": "a\u202eb"}, "invisible character"),
    ({"root_unit": "999999"}, "Select a valid choice"),
    ({"span": "1999-01-01/2000-01-01"}, "Select a valid choice"),
    ({"expected_basis": "moon"}, "Select a valid choice"),
]


def test_a_refused_plan_keeps_what_was_entered(company: Company, admin: Client) -> None:
    before = written(company.acme)
    for wrong, told in REFUSED_PLANS:
        data = {
            "span": "own",
            "first": "2026-02-01",
            "last": "2026-02-28",
            "root_unit": company.goal.plan.root_unit_id,
            "name": "February",
            "expected_basis": "calendar",
            **wrong,
        }
        for headers in ({}, HTMX):
            refusal = sent(admin, f"{PLANS}new/", data, 422, **headers)
            assert told in refusal
            if "name" not in wrong:
                assert 'value="February"' in refusal
        assert written(company.acme) == before


def test_units_of_another_organisation_are_no_choice(
    company: Company, admin: Client, manager: Client
) -> None:
    data = {"span": "2026-07-01/2026-10-01", "name": "", "expected_basis": "calendar"}
    theirs = company.theirs.plan.root_unit_id
    for unit_id in (theirs, theirs + 1000):
        assert "Select a valid choice" in sent(admin, f"{PLANS}new/", {**data, "root_unit": unit_id}, 422)
    assert "Select a valid choice" in sent(
        manager, f"{PLANS}new/", {**data, "root_unit": company.world.west.pk}, 422
    )
    sent(manager, f"{PLANS}new/", {**data, "root_unit": company.world.north.pk})


@pytest.mark.parametrize("rest", ["", "edit/", "publish/", "close/", "goals/new/"])
def test_plans_of_another_organisation_do_not_exist(company: Company, admin: Client, rest: str) -> None:
    theirs = company.theirs.plan_id
    assert admin.get(f"{PLANS}{theirs}/{rest}").status_code == 404
    assert admin.get(f"{PLANS}{theirs + 1000}/{rest}").status_code == 404
    if rest:
        assert admin.post(f"{PLANS}{theirs}/{rest}", {"version": 1}).status_code == 404


@pytest.mark.parametrize(
    "rest", ["new/", "{plan}/edit/", "{plan}/publish/", "{plan}/close/", "{plan}/goals/new/"]
)
def test_viewers_and_reps_change_no_plan(
    company: Company, draft: Goal, viewer: Client, rep: Client, rest: str
) -> None:
    path = PLANS + rest.format(plan=draft.plan_id)
    for client in (viewer, rep):
        assert client.get(path).status_code == 403
        assert client.post(path, {"version": 1}).status_code == 403


def test_a_goal_is_added_and_spread_over_the_months(company: Company, admin: Client) -> None:
    plan = a_plan(company.acme, "Q3", **Q3)
    path = f"{PLANS}{plan.pk}/"
    page = text_of(admin, f"{path}goals/new/")
    assert "Win rate" in page
    data = {
        "kpi": "won_revenue",
        "amount": "90,000.00",
        "new_objective": "Grow",
        "why": "",
        "achievable_because": "",
    }
    response = admin.post(f"{path}goals/new/", data)
    with acting_for(company.acme.pk):
        goal = Goal.objects.get(plan=plan)
    assert response.url == f"{path}?goal={goal.pk}"
    assert (goal.amount, goal.stretch) == (9_000_000, None)
    with acting_for(company.acme.pk):
        assert str(goal.objective) == "Grow"
    page = text_of(admin, f"{response.url}&view=table")
    assert "$90,000.00" in page
    assert "90,000 unallocated" in page
    assert page.count(">30,000</a>") == 3
    assert "There are no records to measure it from." not in page
    assert "Won revenue" not in text_of(admin, f"{path}goals/new/")


REFUSED_GOALS = [
    ({"amount": ""}, "This field is required."),
    ({"amount": "a lot"}, "plain digits"),
    ({"amount": "-1"}, "A target cannot be below zero."),
    ({"stretch": "80"}, "at least as good as its amount"),
    ({"kpi": "luck"}, "Select a valid choice"),
    ({"kpi": "deals_won", "amount": "1.5"}, "enter a whole number"),
    ({"new_objective": "x" * 301}, "at most 300"),
]


def test_a_refused_goal_keeps_what_was_entered(company: Company, admin: Client) -> None:
    plan = a_plan(company.acme, "Q3", **Q3)
    before = written(company.acme)
    for wrong, told in REFUSED_GOALS:
        data = {"kpi": "won_revenue", "amount": "90", "why": "It pays for the lab", **wrong}
        refusal = sent(admin, f"{PLANS}{plan.pk}/goals/new/", data, 422)
        assert told in refusal
        assert "It pays for the lab" in refusal
        assert written(company.acme) == before


def test_a_goal_that_changed_meanwhile_is_not_overwritten(
    company: Company, draft: Goal, admin: Client
) -> None:
    path = f"{PLANS}{draft.plan_id}/goals/{draft.pk}/edit/"
    with acting_for(company.acme.pk):
        version = Goal.objects.get(pk=draft.pk).version
    data = {"amount": "700", "why": "Because", "version": version}
    sent(admin, path, data)
    refusal = sent(admin, path, {**data, "amount": "800"}, 422)
    assert "Someone else changed this in the meantime." in refusal
    assert "Show the new values" in refusal
    with acting_for(company.acme.pk):
        assert Goal.objects.get(pk=draft.pk).amount == 70_000


def test_a_published_goal_changes_with_a_reason_only(company: Company, admin: Client) -> None:
    goal = company.goal
    path = f"{PLANS}{goal.plan_id}/goals/{goal.pk}/edit/"
    with acting_for(company.acme.pk):
        version = Goal.objects.get(pk=goal.pk).version
    data = {"amount": "1300", "version": version, "new_objective": "Grow in the west"}
    assert "This field is required." in sent(admin, path, data, 422)
    sent(admin, path, {**data, "reason": "A new market"})
    target = company.target_of(plan_of(company.acme, "Q2").root_unit)
    assert "A new market" in text_of(admin, f"/o/acme/targets/{target.pk}/history/")


def test_publishing_shows_what_is_missing_and_how_to_mend_it(company: Company, manager: Client) -> None:
    plan = a_plan(
        company.acme, "North", root=company.world.north, starts_on=date(2026, 7, 1), ends_on=date(2026, 10, 1)
    )
    path = f"{PLANS}{plan.pk}/"
    assert "The plan has no goal yet." in text_of(manager, f"{path}publish/")
    sent(manager, f"{path}goals/new/", {"kpi": "won_revenue", "amount": "300"})
    page = text_of(manager, f"{path}publish/")
    assert "It serves no objective and no plan above it. Choose the objective that it serves." in page
    assert 'type="submit">Publish' not in page
    assert "All the same" not in page
    assert "Not every goal is SMART yet." in sent(manager, f"{path}publish/", {"version": plan.version}, 422)
    with acting_for(company.acme.pk):
        goal = Goal.objects.get(plan=plan)
    words = {"new_objective": "Grow", "why": "It pays", "achievable_because": "Two people more"}
    sent(manager, f"{path}goals/{goal.pk}/edit/", {"amount": "300", "version": goal.version, **words})
    assert 'type="submit">Publish' in text_of(manager, f"{path}publish/")
    sent(manager, f"{path}publish/", {"version": plan.version})
    assert plan_of(company.acme, "North").state == PlanState.PUBLISHED
    assert "The plan is published already." in sent(
        manager, f"{path}publish/", {"version": plan.version + 1}, 422
    )


def test_an_administrator_may_override_with_a_reason(company: Company, admin: Client) -> None:
    plan = a_plan(company.acme, "Q3", **Q3)
    sent(admin, f"{PLANS}{plan.pk}/goals/new/", {"kpi": "won_revenue", "amount": "300"})
    assert "All the same, because" in text_of(admin, f"{PLANS}{plan.pk}/publish/")
    sent(admin, f"{PLANS}{plan.pk}/publish/", {"version": plan.version, "override": "The board wants it"})
    assert plan_of(company.acme, "Q3").state == PlanState.PUBLISHED


def test_a_plan_closes_once_it_is_over(company: Company, admin: Client) -> None:
    path = f"{PLANS}{company.goal.plan_id}/"
    version = plan_of(company.acme, "Q2").version
    assert "closed once its last day is over" in sent(admin, f"{path}close/", {"version": version}, 422)
    assert "close/" not in text_of(admin, path)
    with time_machine.travel(datetime(2026, 7, 1, 9, 0, tzinfo=UTC), tick=False):
        admin.force_login(User.objects.get(email="some-admin@acme.example"))
        assert "close/" in text_of(admin, path)
        sent(admin, f"{path}close/", {"version": version})
        page = text_of(admin, path)
        assert "Closed" in page
        assert "data-cell" not in page


def test_a_plan_is_renamed(company: Company, admin: Client) -> None:
    plan = plan_of(company.acme, "Q2")
    path = f"{PLANS}{plan.pk}/edit/"
    sent(admin, path, {"name": "Spring", "expected_basis": "working_day", "version": plan.version})
    assert plan_of(company.acme, "Spring").expected_basis == "working_day"
    refusal = sent(
        admin, path, {"name": "Autumn", "expected_basis": "calendar", "version": plan.version}, 422
    )
    assert "Someone else changed this" in refusal


def test_more_plans_need_no_more_queries(
    company: Company, admin: Client, django_assert_num_queries: object
) -> None:
    admin.get(PLANS)
    for number in range(3):
        a_goal(a_plan(company.acme, f"Plan {number}"), "1.00")
        with django_assert_num_queries(15):  # type: ignore[operator]
            assert f"Plan {number}" in admin.get(PLANS).content.decode()


def test_more_people_in_a_plan_need_no_more_queries(
    company: Company, draft: Goal, admin: Client, django_assert_num_queries: object
) -> None:
    path = f"{PLANS}{draft.plan_id}/?view=table"
    a_deal(company.acme, company.world.alice, base=5_000)
    drained(company.acme)
    admin.get(path)
    for number in range(3):
        a_person(company.acme, f"Person {number}", unit=company.world.west)
        with django_assert_num_queries(23):  # type: ignore[operator]
            assert f"Person {number}" in admin.get(path).content.decode()


def test_the_page_around_the_grid_is_light(
    company: Company, draft: Goal, admin: Client, django_assert_num_queries: object
) -> None:
    """What reads much is asked for once it stands: how smart the goal is, what everyone reached before."""
    path = f"{PLANS}{draft.plan_id}/"
    admin.get(path)
    with django_assert_num_queries(18):  # type: ignore[operator]
        assert "data-past" in admin.get(path).content.decode()


def test_a_plan_says_when_its_closed_months_were_corrected(
    company: Company, admin: Client, manager: Client, viewer: Client
) -> None:
    goal = company.goal
    path = f"{PLANS}{goal.plan_id}/"
    with acting_for(company.acme.pk):
        close_month(system_actor(company.acme), month=date(2026, 4, 1), at=NOON)
    assert "What was corrected" not in text_of(admin, path)
    a_deal(company.acme, company.world.alice, closed_on=date(2026, 4, 30))
    drained(company.acme)
    for browser, closes in ((admin, True), (viewer, False)):
        page = text_of(browser, path)
        assert "Closed months of this plan were corrected later" in page
        assert f"/o/acme/kpis/won_revenue/?unit={goal.plan.root_unit_id}&amp;in=2026-04-01" in page
        assert ("/o/acme/settings/closings/" in page.split("<main")[1]) == closes
    assert "What was corrected" not in text_of(manager, path)  # the company's number is above her
