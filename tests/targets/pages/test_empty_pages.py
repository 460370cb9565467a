"""Pages before there is anything on them: each says what is missing, and leads to what is next."""

from collections.abc import Iterator
from contextlib import closing

import pytest
import time_machine
from django.test import Client

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from targets.models import Goal
from targets.services.progress import refresh_progress
from targets.services.publishing import open_plan
from tests.builders import NOON, World, a_world, an_organisation
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, published, split
from tests.targets.pages.conftest import visitor
from tests.targets.pages.test_today import text_of

pytestmark = pytest.mark.django_db

HOME = "/o/acme/"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@lasting(at=NOON)
def world() -> World:
    """People, and no plan."""
    return a_world()


@lasting(at=NOON)
def bare(world: World) -> Goal:
    """Only Acme has a number."""
    return a_goal(a_plan(world.acme), "1200.00")


def leads_to(client: Client, path: str, *addresses: str) -> bool:
    page = client.get(HOME + path).content.decode()
    return all(f'href="{HOME}{address}"' in page for address in addresses)


@pytest.mark.parametrize(
    ("path", "missing", "next_step"),
    [
        ("today/", "No number in force yet", "plans/"),
        ("team/", "No plan is in force yet", "plans/"),
        ("plans/", "No plan yet", "plans/new/"),
        ("plans/objectives/", "No objective yet", "plans/objectives/new/"),
        ("plans/potentials/", "No potentials yet", "plans/potentials/new/"),
        ("reviews/", "None is yet: make one and publish it.", "plans/"),
    ],
)
def test_an_organisation_just_created_is_told_what_comes_first(
    path: str, missing: str, next_step: str
) -> None:
    admin = visitor(an_organisation("acme"), Role.ADMIN)
    assert missing in text_of(admin, HOME + path)
    assert leads_to(admin, path, next_step)


@pytest.mark.parametrize("path", ["plans/objectives/", "plans/potentials/"])
def test_the_first_of_a_list_is_offered_once(world: World, path: str) -> None:
    page = visitor(world.acme, Role.ADMIN).get(HOME + path).content.decode()
    assert page.count(f'href="{HOME}{path}new/"') == 1


def test_no_review_is_offered_before_a_plan_is_in_force(world: World, bare: Goal) -> None:
    admin = visitor(world.acme, Role.ADMIN)
    assert not leads_to(admin, "reviews/", "reviews/new/")
    published(bare.plan)
    assert leads_to(admin, "reviews/", "reviews/new/")


@pytest.mark.parametrize("page", ["", "fairness/"])
def test_every_page_of_a_plan_without_a_goal_offers_to_add_one(world: World, page: str) -> None:
    plan, admin = a_plan(world.acme), visitor(world.acme, Role.ADMIN)
    path = f"plans/{plan.pk}/{page}"
    assert "This plan has no goal yet" in text_of(admin, HOME + path)
    assert leads_to(admin, path, f"plans/{plan.pk}/goals/new/")


@pytest.mark.parametrize("view", ["", "?view=table"])
def test_a_goal_that_nobody_has_a_part_of_asks_to_be_divided(world: World, bare: Goal, view: str) -> None:
    admin, path = visitor(world.acme, Role.ADMIN), f"plans/{bare.plan_id}/{view}"
    assert "So far only Acme has a number. Divide it among everyone below" in text_of(admin, HOME + path)
    root = f"unit/{bare.plan.root_unit_id}"
    assert leads_to(admin, path, f"plans/{bare.plan_id}/goals/{bare.pk}/{root}/split/")
    split(bare)
    assert "So far only" not in text_of(admin, HOME + path)


def test_a_ratio_that_nobody_has_is_not_divided_but_written(world: World) -> None:
    goal, admin = a_goal(a_plan(world.acme), "50", kpi="win_rate"), visitor(world.acme, Role.ADMIN)
    told = text_of(admin, f"{HOME}plans/{goal.plan_id}/")
    assert "So far only Acme has a number. Write down everyone's own below." in told
    assert "/split/" not in told


def test_who_does_not_lead_the_plan_is_told_who_gives_the_numbers(world: World, bare: Goal) -> None:
    manager, path = visitor(world.acme, Role.MANAGER, world.mona), f"{HOME}plans/{bare.plan_id}/"
    told = text_of(manager, path)
    assert "Nobody below Acme has a number yet. Whoever leads the plan gives them." in told
    assert "/split/" not in told
    agreed = text_of(manager, f"{path}agreement/")
    assert "$0" not in agreed
    assert "Once whoever leads the plan has opened it" in agreed


def test_where_nobody_holds_a_number_fairness_leads_to_the_numbers(world: World, bare: Goal) -> None:
    admin = visitor(world.acme, Role.ADMIN)
    assert leads_to(admin, f"plans/{bare.plan_id}/fairness/", f"plans/{bare.plan_id}/?goal={bare.pk}")


def test_the_upload_of_numbers_offers_the_file_to_change(world: World, bare: Goal) -> None:
    admin, plan = visitor(world.acme, Role.ADMIN), f"plans/{bare.plan_id}/"
    assert leads_to(admin, f"{plan}goals/{bare.pk}/upload/", f"{plan}?goal={bare.pk}&amp;export=xlsx")
    with closing(admin.get(f"{HOME}{plan}?goal={bare.pk}&export=xlsx")) as file:
        assert file["Content-Disposition"].endswith('.xlsx"')


def test_where_no_product_has_a_group_whoever_may_import_is_led_there(world: World, bare: Goal) -> None:
    path = f"plans/{bare.plan_id}/goals/{bare.pk}/products/"
    assert leads_to(visitor(world.acme, Role.ADMIN), path, "imports/new/?kind=products")


def test_a_rep_with_nothing_given_is_asked_all_the_same(world: World, bare: Goal) -> None:
    rep = visitor(world.acme, Role.REP, world.alice)
    assert "No number in force yet" in text_of(rep, f"{HOME}today/")
    with acting_for(world.acme.pk):
        open_plan(system_actor(world.acme), plan=bare.plan, at=NOON)
    assert "Nothing was given to you yet: propose what you can reach." in text_of(rep, f"{HOME}today/")


def test_a_team_without_numbers_is_not_called_on_time(world: World, bare: Goal) -> None:
    published(bare.plan)
    with acting_for(world.acme.pk):
        refresh_progress(at=NOON)
    told = text_of(visitor(world.acme, Role.ADMIN), f"{HOME}team/")
    assert "Nobody here has a number of this goal yet, so nobody can be behind." in told
    told = text_of(visitor(world.acme, Role.MANAGER, world.mona), f"{HOME}team/")
    assert "North has no number of this goal yet. Whoever manages the unit above gives it." in told
    assert "Nobody here has a number" in told
