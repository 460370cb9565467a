"""The page of a goal, its dialogs, and the page of objectives."""

from datetime import date

import pytest
from django.test import Client
from django.utils.html import strip_tags

from reviews.services import hold_review
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from targets.choices import Nature
from targets.models import Goal, Milestone, Objective
from targets.services.cells import set_target
from targets.services.proposals import propose
from targets.services.publishing import open_plan
from tests.builders import NOON, World, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import APRIL, a_goal, a_plan, an_objective, fresh, of, published, split
from tests.targets.pages.conftest import Company, visitor
from tests.targets.test_plan_before import adjusted

pytestmark = pytest.mark.django_db
O = "/o/acme/"  # noqa: E741


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return " ".join(strip_tags(answer.content.decode()).split())


def goal_page(goal: Goal) -> str:
    return f"{O}plans/{goal.plan_id}/goal/?goal={goal.pk}"


@lasting(at=NOON)
def part(company: Company) -> Goal:
    """A part of the running quarter: 500.00 for May, for which the quarter has 400.00."""
    plan = a_plan(
        company.acme,
        "May",
        parent=company.goal.plan,
        starts_on=date(2026, 5, 1),
        ends_on=date(2026, 6, 1),
    )
    return a_goal(plan, "500.00")


def test_a_goal_tells_its_words_weight_and_letters(company: Company, admin: Client, viewer: Client) -> None:
    for client in (admin, viewer):
        page = text_of(client, goal_page(company.goal))
        for told in ("$1,200.00", "Grow in the east", "Two people more", "100%", "Is it SMART?"):
            assert told in page
    assert "Milestones" in text_of(admin, goal_page(company.goal))
    assert "/edit/" not in viewer.get(goal_page(company.goal)).content.decode()


def test_numbers_lead_to_the_goal_by_how_smart_it_is(company: Company, admin: Client) -> None:
    goal = company.goal
    path = f"{O}plans/{goal.plan_id}/goals/{goal.pk}/smart/"
    page = admin.get(f"{O}plans/{goal.plan_id}/").content.decode()
    assert f'hx-get="{path}"' in page
    line = admin.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "SMART: 5 of 5" in line
    for text in (page, line):  # a link all the same where there is no script
        assert f'<a href="{goal_page(goal)}"' in text
    assert admin.get(path).url == goal_page(goal)


def test_how_smart_a_goal_is_is_for_those_who_see_the_whole(company: Company, manager: Client) -> None:
    goal, theirs = company.goal, company.theirs
    path = f"{O}plans/{goal.plan_id}/goals/{goal.pk}/smart/"
    assert manager.get(path, headers={"HX-Request": "true"}).status_code == 302
    assert manager.get(f"{O}plans/{theirs.plan_id}/goals/{theirs.pk}/smart/").status_code == 404


def test_a_manager_below_is_led_to_the_numbers(company: Company, manager: Client) -> None:
    answer = manager.get(goal_page(company.goal))
    assert (answer.status_code, answer.url) == (
        302,
        f"{O}plans/{company.goal.plan_id}/?goal={company.goal.pk}",
    )


def test_milestones_are_added_ticked_changed_and_removed(company: Company, admin: Client) -> None:
    goal = company.goal
    path = f"{O}plans/{goal.plan_id}/goals/{goal.pk}/milestones/"
    admin.post(f"{path}new/", {"name": "Half of it", "due_on": "2026-05-11", "amount": "600"})
    page = text_of(admin, goal_page(goal))
    assert "Half of it by May 11, 2026 · $600.00 · overdue" in page
    with acting_for(company.acme.pk):
        milestone = Milestone.objects.get()
    admin.post(f"{path}{milestone.pk}/done/")
    assert "done May 12, 2026" in text_of(admin, goal_page(goal))
    data = {"name": "Half", "due_on": "2026-05-11", "amount": "", "done_on": "", "version": 2}
    admin.post(f"{path}{milestone.pk}/edit/", data)
    with acting_for(company.acme.pk):
        milestone.refresh_from_db()
    assert (milestone.name, milestone.amount, milestone.done_on) == ("Half", None, None)
    stale = admin.post(f"{path}{milestone.pk}/edit/", data)
    assert stale.status_code == 422
    outside = admin.post(f"{path}new/", {"name": "Late", "due_on": "2026-07-01"})
    assert (outside.status_code, "Choose a day within the plan" in outside.content.decode()) == (422, True)
    admin.post(f"{path}{milestone.pk}/remove/", {"version": 3})
    with acting_for(company.acme.pk):
        assert not Milestone.objects.exists()


def test_a_new_goal_is_offered_what_the_plan_above_has_for_it(company: Company, admin: Client) -> None:
    plan = a_plan(
        company.acme,
        "June",
        parent=company.goal.plan,
        starts_on=date(2026, 6, 1),
        ends_on=date(2026, 7, 1),
    )
    page = admin.get(f"{O}plans/{plan.pk}/goals/new/").content.decode()
    assert 'value="400.00"' in page


def test_a_difference_is_shown_on_both_plans_and_recorded_or_mended(
    company: Company, admin: Client, part: Goal
) -> None:
    for goal in (part, company.goal):
        page = text_of(admin, goal_page(goal))
        assert "+$100.00" in page
        assert "nobody" in page
    path = f"{O}plans/{part.plan_id}/goals/{part.pk}/"
    with acting_for(company.acme.pk):
        version = Goal.objects.get(pk=part.pk).version
    assert admin.post(f"{path}drift/", {"why": "", "version": version}).status_code == 422
    admin.post(f"{path}drift/", {"why": "The fair", "version": version})
    assert "+$100.00: The fair" in text_of(admin, goal_page(part))
    assert "The fair" in text_of(admin, goal_page(company.goal))
    admin.post(f"{path}follow/", {"why": "", "version": version + 1})
    with acting_for(company.acme.pk):
        assert Goal.objects.get(pk=part.pk).amount == 40_000


def test_units_that_differ_are_told_by_name(company: Company, admin: Client, part: Goal) -> None:
    split(part)
    with acting_for(company.acme.pk):
        for amount, unit in ((1_00, company.world.east), (399_00, company.world.west)):
            set_target(
                system_actor(company.acme),
                goal=fresh(part),
                holder=of(unit),
                amount=amount,
                expected_version=None,
                at=APRIL,
            )
    page = text_of(admin, goal_page(part))
    assert "Units that differ from the plan above" in page
    assert all(word in page for word in ("East nobody said why", "West nobody said why"))


def test_in_force_a_goal_follows_with_a_reason(company: Company, admin: Client, part: Goal) -> None:
    path = f"{O}plans/{part.plan_id}/goals/{part.pk}/"
    with acting_for(company.acme.pk):
        version = Goal.objects.get(pk=part.pk).version
    admin.post(f"{path}drift/", {"why": "The fair", "version": version})
    published(part.plan)
    assert admin.post(f"{path}follow/", {"why": "", "version": version + 1}).status_code == 422
    admin.post(f"{path}follow/", {"why": "No fair", "version": version + 1})
    with acting_for(company.acme.pk):
        assert Goal.objects.get(pk=part.pk).amount == 40_000


def test_an_amount_has_no_baseline(company: Company, admin: Client) -> None:
    plan = a_plan(company.acme, "Q3", starts_on=date(2026, 7, 1), ends_on=date(2026, 10, 1))
    data = {"kpi": "won_revenue", "amount": "90", "baseline": "10"}
    answer = admin.post(f"{O}plans/{plan.pk}/goals/new/", data)
    assert "An amount starts from nothing" in answer.content.decode()
    data = {"kpi": "win_rate", "amount": "25", "baseline": "20", "weight": "40"}
    admin.post(f"{O}plans/{plan.pk}/goals/new/", data)
    with acting_for(company.acme.pk):
        goal = Goal.objects.get(plan=plan)
    assert (goal.amount, goal.baseline, goal.weight_bp) == (250_000, 200_000, 4_000)
    page = text_of(admin, goal_page(goal))
    assert "25%" in page
    assert "Baseline20%" in page


def test_objectives_are_added_changed_and_archived(company: Company, admin: Client, viewer: Client) -> None:
    admin.post(f"{O}plans/objectives/new/", {"name": "Win in the west", "about": "It is empty"})
    with acting_for(company.acme.pk):
        objective = Objective.objects.get(name="Win in the west")
    page = text_of(viewer, f"{O}plans/objectives/")
    assert "Objectives that no goal serves Win in the west It is empty" in page
    assert "Grow in the east" in page
    assert "New objective" not in page
    path = f"{O}plans/objectives/{objective.pk}/"
    admin.post(f"{path}edit/", {"name": "Win west", "about": "", "version": 1})
    assert admin.post(f"{path}edit/", {"name": "Win", "about": "", "version": 1}).status_code == 422
    admin.post(f"{path}archive/", {"version": 2})
    page = text_of(admin, f"{O}plans/objectives/")
    assert "Objectives that no goal serves" not in page
    assert "Archive Win west" in page


def test_objectives_are_for_those_who_steer(company: Company, rep: Client, manager: Client) -> None:
    assert rep.get(f"{O}plans/objectives/").status_code == 403
    page = text_of(manager, f"{O}plans/objectives/?plan={company.goal.plan_id}")
    assert "Grow in the east" in page
    assert "1.2K" not in page


def test_the_pages_speak_chinese(company: Company, admin: Client, part: Goal) -> None:
    admin.cookies["django_language"] = "zh-hans"
    an_objective(company.acme, "另一个")
    assert "里程碑" in text_of(admin, goal_page(part))
    assert "战略目标" in text_of(admin, f"{O}plans/objectives/")


def test_an_organisation_without_objectives_is_told_what_they_are(world_without: World) -> None:
    client = visitor(world_without.acme, Role.ADMIN)
    assert "No objective yet" in text_of(client, f"{O}plans/objectives/")


@lasting(at=NOON)
def world_without() -> World:
    return a_world()


def test_the_methods_are_worked_out_kept_and_taken(company: Company, admin: Client, viewer: Client) -> None:
    goal = company.goal
    path = f"{O}plans/{goal.plan_id}/goals/{goal.pk}/worksheet/"
    assert "nothing is kept yet" in text_of(viewer, path)
    data = {
        "market-size": "10,000",
        "market-growth": "10",
        "market-share": "12",
        "market-weight": "1",
        "funnel-leads": "20",
        "funnel-conversions-0": "25",
        "funnel-average_deal": "300",
        "funnel-weight": "1",
    }
    assert admin.post(path, data).status_code == 302
    page = text_of(admin, path)
    for told in ("$1,320.00", "$1,500.00", "$1,410.00", "the goal has $1,200.00"):
        assert told in page
    assert admin.post(path, {**data, "take": "1", "reason": ""}).status_code == 422
    assert admin.post(path, {**data, "take": "1", "reason": "The market grew"}).url == goal_page(goal)
    assert "$1,410.00" in text_of(admin, goal_page(goal))
    assert viewer.post(path, data).status_code == 403


def test_several_products_are_entered_with_their_shares_and_ratios(company: Company, admin: Client) -> None:
    goal = company.goal
    path = f"{O}plans/{goal.plan_id}/goals/{goal.pk}/worksheet/"
    data = {
        "break_even-fixed_cost": "900",
        "break_even-wanted_profit": "100",
        "break_even-contribution_ratio": "99",
        "break_even-mix-0-share": "75",
        "break_even-mix-0-ratio": "40",
        "break_even-mix-1-share": "25",
        "break_even-mix-1-ratio": "80",
        "break_even-weight": "1",
    }
    assert admin.post(path, data).status_code == 302
    page = text_of(admin, path)
    # 75 % × 40 % and 25 % × 80 % are 50 %: 1,000.00 / 50 %.
    for told in ("$2,000.00", "Together, 50.0% of a sale is left.", "Product 3: share of sales"):
        assert told in page
    half = {**data, "break_even-mix-1-ratio": ""}
    refusal = admin.post(path, half)
    assert (refusal.status_code, "Enter both, or none of the two." in refusal.content.decode()) == (422, True)
    assert (
        admin.post(path, {**data, "break_even-mix-1-share": "", "break_even-mix-1-ratio": ""}).status_code
        == 302
    )
    assert "Together, 40.0% of a sale is left." in text_of(admin, path)


def test_a_record_that_changed_since_is_shown_as_it_was_and_is(company: Company, admin: Client) -> None:
    goal, acme = company.goal, company.acme
    path = f"{O}plans/{goal.plan_id}/goals/{goal.pk}/worksheet/"
    admin.post(path, {"market-weight": "1"})
    assert "These records have changed" not in text_of(admin, path)
    a_deal(acme, company.world.alice, base=12_300, closed_on=date(2026, 2, 3))
    drained(acme)
    page = text_of(admin, path)
    assert "Input Then Now CapacityWhat one" in page
    assert "Moving average1 period backThen—Now$123.00" in page


def test_proposals_that_came_since_are_told_together(company: Company, admin: Client) -> None:
    plan = a_plan(company.acme, "Q3", starts_on=date(2026, 7, 1), ends_on=date(2026, 10, 1))
    goal = a_goal(plan, "1200.00")
    split(goal)
    path = f"{O}plans/{plan.pk}/goals/{goal.pk}/worksheet/"
    admin.post(path, {"market-weight": "1"})
    with acting_for(company.acme.pk):
        actor = system_actor(company.acme)
        open_plan(actor, plan=plan, at=NOON)
        for person, amount in ((company.world.alice, 250_00), (company.world.bob, 310_00)):
            propose(actor, goal=fresh(goal), holder=of(person), amount=amount, at=NOON)
    assert "What people propose2 people togetherThen—Now$560.00" in text_of(admin, path)


def test_the_worksheet_is_for_those_who_see_the_plans_unit(company: Company, manager: Client) -> None:
    goal = company.goal
    path = f"{O}plans/{goal.plan_id}/goals/{goal.pk}/worksheet/"
    assert manager.get(path).status_code == 403


def test_today_tells_how_hard_the_number_is(company: Company, rep: Client) -> None:
    page = text_of(rep, f"{O}today/way/")
    assert "How hard it is cannot be told yet: 0 earlier periods of this length are known" in page


def test_the_last_period_stands_beside_the_methods_with_what_a_review_concluded(
    company: Company, admin: Client
) -> None:
    goal = a_goal(a_plan(company.acme, "Q3", starts_on=date(2026, 7, 1), ends_on=date(2026, 10, 1)), "900.00")
    path = f"{O}plans/{goal.plan_id}/goals/{goal.pk}/worksheet/"
    assert "No review of the plan before says why." in text_of(admin, path)
    with acting_for(company.acme.pk):
        hold_review(
            system_actor(company.acme),
            plan=fresh(company.goal).plan,
            unit_id=company.goal.plan.root_unit_id,
            as_of=date(2026, 5, 12),
            conclusions="The fair was late",
            at=NOON,
        )
    page = text_of(admin, path)
    assert "The fair was late" in page
    assert "The plan before: Q2" in page
    assert "Nothing of it was adjusted." in page
    adjusted(company.goal, (None, 1_100_00), Nature.ONE_OFF, "A flood")
    page = text_of(admin, path)
    for told in ("$200.00", "$1,200.00", "$1,100.00", "Without one-offs", "A flood", "One-off"):
        assert told in page
