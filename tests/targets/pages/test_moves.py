"""A plan from state to state on its pages: each button for whom it is, each dialog with what it means."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client

from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.context import acting_for
from targets.choices import PlanState
from targets.models import Acknowledgement, Goal, PlanMove
from tests.builders import NOON, a_person
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, split, with_approvals, written
from tests.targets.pages.conftest import Company, visitor
from tests.targets.pages.test_plans import PLANS, plan_of, sent
from tests.targets.pages.test_today import TODAY, text_of

pytestmark = pytest.mark.django_db

Q3 = {"starts_on": date(2026, 7, 1), "ends_on": date(2026, 10, 1)}
BUTTONS = ("Open for proposals", "Submit", "Take back", "Approve", "Publish", "Close")


@lasting(at=NOON)
def draft(company: Company) -> Goal:
    """North's third quarter; plans need an approval."""
    a_deal(company.acme, company.world.bob, base=20_000)
    drained(company.acme)
    goal = a_goal(a_plan(company.acme, "Q3", root=company.world.north, **Q3), "600.00")
    split(goal)
    with_approvals(company.acme)
    return goal


@pytest.fixture
def above(company: Company) -> Client:
    """Lena, who leads East, above North."""
    lena = a_person(company.acme, "Lena", unit=company.world.east, role=AssignmentRole.MANAGER)
    return visitor(company.acme, Role.MANAGER, lena)


def path_of(goal: Goal) -> str:
    return f"{PLANS}{goal.plan_id}/"


def move(client: Client, goal: Goal, name: str, status: int = 302, **data: object) -> str:
    version = plan_of(goal.organisation, goal.plan.name).version
    return sent(client, f"{path_of(goal)}{name}/", {"version": version, **data}, status)


def buttons(client: Client, goal: Goal) -> list[str]:
    page = text_of(client, path_of(goal))
    return [name for name in BUTTONS if f"</svg>{name}</a>" in page]


def current_step(client: Client, goal: Goal) -> str:
    page = text_of(client, path_of(goal))
    return page.partition('aria-current="step"')[2].partition('step-name">')[2].partition("<")[0]


def test_a_plan_goes_its_way_between_its_manager_and_the_one_above(
    company: Company, draft: Goal, manager: Client, above: Client
) -> None:
    assert (current_step(manager, draft), buttons(manager, draft)) == (
        "Draft",
        ["Open for proposals", "Submit"],
    )
    move(manager, draft, "open", answers_by="2026-05-20")
    assert (current_step(manager, draft), buttons(manager, draft)) == ("Open for proposals", ["Submit"])
    assert "Answers by May 20, 2026" in text_of(manager, path_of(draft))
    move(manager, draft, "submit")
    assert (current_step(manager, draft), buttons(manager, draft)) == ("Submitted", ["Take back"])
    assert buttons(above, draft) == ["Take back", "Approve"]
    move(above, draft, "take-back", why="Too little for Bob")
    assert current_step(manager, draft) == "Open for proposals"
    move(manager, draft, "submit")
    move(above, draft, "approve")
    assert (current_step(manager, draft), buttons(manager, draft)) == ("Approved", ["Take back", "Publish"])
    move(manager, draft, "publish")
    assert (current_step(manager, draft), buttons(manager, draft)) == ("Published", [])
    course = text_of(manager, f"{path_of(draft)}course/")
    assert "Submitted → Open for proposals" in course
    assert "Too little for Bob" in course
    assert "lena@acme.example" in course
    with acting_for(company.acme.pk):
        assert PlanMove.objects.filter(plan=draft.plan_id).count() == 6


def test_nobody_approves_their_own_not_even_an_administrator(
    company: Company, draft: Goal, admin: Client
) -> None:
    move(admin, draft, "submit")
    assert buttons(admin, draft) == ["Take back"]
    before = written(company.acme)
    move(admin, draft, "approve", 403)
    assert written(company.acme) == before


def test_a_manager_approves_nothing_of_their_own_unit(
    company: Company, draft: Goal, admin: Client, manager: Client
) -> None:
    move(admin, draft, "submit")
    assert buttons(manager, draft) == ["Take back"]
    before = written(company.acme)
    move(manager, draft, "approve", 403)
    assert written(company.acme) == before


def test_taking_back_wants_a_reason(draft: Goal, manager: Client) -> None:
    move(manager, draft, "submit")
    assert "This field is required." in move(manager, draft, "take-back", 422, why="")


def test_what_is_not_smart_is_approved_with_a_reason_only(
    company: Company, manager: Client, above: Client
) -> None:
    plan = a_plan(company.acme, "Q3", root=company.world.north, **Q3)
    with_approvals(company.acme)
    sent(manager, f"{PLANS}{plan.pk}/goals/new/", {"kpi": "won_revenue", "amount": "300"})
    with acting_for(company.acme.pk):
        goal = Goal.objects.select_related("plan", "organisation").get(plan=plan)
    assert "Not every goal is SMART yet." in text_of(manager, f"{path_of(goal)}submit/")
    move(manager, goal, "submit")
    assert "All the same, because" in text_of(above, f"{path_of(goal)}approve/")
    assert "This field is required." in move(above, goal, "approve", 422, override="")
    move(above, goal, "approve", override="The board wants it")
    assert "Though not SMART" in text_of(manager, f"{path_of(goal)}course/")
    assert "All the same" not in text_of(manager, f"{path_of(goal)}publish/")  # approved already
    move(manager, goal, "publish")
    assert plan_of(company.acme, "Q3").state == PlanState.PUBLISHED


def test_a_stale_dialog_moves_nothing(company: Company, draft: Goal, manager: Client) -> None:
    assert "Someone else changed this" in sent(manager, f"{path_of(draft)}submit/", {"version": 99}, 422)
    assert plan_of(company.acme, "Q3").state == PlanState.DRAFT


def test_a_viewer_reads_the_course_and_has_no_button(
    company: Company, draft: Goal, viewer: Client, rep: Client
) -> None:
    assert buttons(viewer, draft) == []
    assert "kept here" in text_of(viewer, f"{path_of(draft)}course/")
    assert rep.get(f"{path_of(draft)}course/").status_code == 403
    for name in ("open", "submit", "take-back", "approve", "publish", "close"):
        assert viewer.get(f"{path_of(draft)}{name}/").status_code == 403
        assert rep.post(f"{path_of(draft)}{name}/", {"version": 1}).status_code == 403


def answers(goal: Goal) -> dict[str, str]:
    with acting_for(goal.organisation_id):
        rows = Acknowledgement.objects.filter(target__goal=goal).order_by("id")
        return {row.person.name: row.state for row in rows.select_related("person")}


def test_a_rep_acknowledges_their_number_with_one_tap(company: Company, rep: Client) -> None:
    page = text_of(rep, TODAY)
    assert "is in force." in page
    assert 'Alice, Won revenue: <strong class="num">$300</strong>' in page
    target = company.target_of(company.world.alice)
    sent(rep, f"/o/acme/targets/{target.pk}/acknowledge/", {"number": 1})
    assert answers(company.goal)["Alice"] == "acknowledged"
    assert "is in force." not in text_of(rep, TODAY)


def test_a_rep_contests_with_words_that_their_manager_reads(
    company: Company, rep: Client, manager: Client
) -> None:
    path = f"/o/acme/targets/{company.target_of(company.world.alice).pk}/contest/"
    assert 'name="number" value="1"' in text_of(rep, f"{path}?number=1")
    assert "This field is required." in sent(rep, path, {"number": 1, "comment": ""}, 422)
    sent(rep, path, {"number": 1, "comment": "My largest customer has left"})
    assert answers(company.goal)["Alice"] == "contested"
    course = text_of(manager, f"{path_of(company.goal)}course/")
    assert "My largest customer has left" in course
    assert "Carol" not in course
    assert "0 of 3 acknowledged" in course


def test_nobody_answers_for_another(company: Company, rep: Client, manager: Client) -> None:
    alice, bob = (company.target_of(who).pk for who in (company.world.alice, company.world.bob))
    assert manager.post(f"/o/acme/targets/{alice}/acknowledge/", {"number": 1}).status_code == 403
    assert rep.post(f"/o/acme/targets/{bob}/acknowledge/", {"number": 1}).status_code == 404
    assert set(answers(company.goal).values()) == {"asked"}


def test_a_manager_sees_who_has_not_answered_and_reminds_them(
    company: Company, rep: Client, manager: Client
) -> None:
    path = f"{path_of(company.goal)}course/"
    page = text_of(manager, path)
    assert "0 of 3 have acknowledged their number, 0 contest it, 3 have not answered." in page
    assert "1 of them has no sign-in." in page  # Bob
    sent(manager, f"{path_of(company.goal)}acknowledgements/remind/", {})
    assert "reminded" in text_of(manager, path)
    assert "Bob" not in text_of(manager, f"{path}?state=acknowledged")
    assert rep.post(f"{path_of(company.goal)}acknowledgements/remind/", {}).status_code == 403


def test_more_holders_need_no_more_queries(
    company: Company, manager: Client, django_assert_num_queries: object
) -> None:
    path = f"{path_of(company.goal)}course/"
    manager.get(path)
    with django_assert_num_queries(COURSE_QUERIES):  # type: ignore[operator]
        manager.get(path)
    with acting_for(company.acme.pk):
        [first] = Acknowledgement.objects.filter(person=company.world.alice)
        for name in ("Ann", "Ben"):
            first.pk = None
            first.person = a_person(company.acme, name)
            first.save()
    with django_assert_num_queries(COURSE_QUERIES):  # type: ignore[operator]
        assert "Ben" in manager.get(path).content.decode()


COURSE_QUERIES = 26


def test_a_plan_that_is_over_is_closed_and_its_course_says_so(company: Company, admin: Client) -> None:
    with time_machine.travel(datetime(2026, 7, 1, 9, 0, tzinfo=UTC), tick=False):
        admin = visitor(company.acme, Role.ADMIN, a_person(company.acme, "Olga"))
        assert buttons(admin, company.goal) == ["Close"]
        move(admin, company.goal, "close")
        assert current_step(admin, company.goal) == "Closed"
        assert "Published → Closed" in text_of(admin, f"{path_of(company.goal)}course/")
