"""Targets and cells changing at the same moment never miss each other."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from targets.models import Goal, Progress
from targets.services.cells import set_target
from tests.builders import NOON, a_world
from tests.kpis.builders import a_deal, drained
from tests.targets.builders import a_goal, a_plan, fresh, of, published, split

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_target_changed_while_its_cells_are_drained_has_the_progress_of_both() -> None:
    world = a_world()
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal, "even")
    published(goal.plan)
    a_deal(world.acme, world.alice, base=20_000)
    changed, may_commit = threading.Event(), threading.Event()

    def change() -> None:
        try:
            with acting_for(world.acme.pk):
                set_target(
                    system_actor(world.acme),
                    goal=fresh(goal),
                    holder=of(world.alice),
                    amount=40_000,
                    expected_version=None,
                    reason="More customers",
                    at=NOON,
                )
                changed.set()
                assert may_commit.wait(timeout=20)
        finally:
            connection.close()

    other = threading.Thread(target=change)
    other.start()
    assert changed.wait(timeout=20)
    drained(world.acme)  # it finds the other at work, and comes back
    assert alice(goal).actual == 0
    may_commit.set()
    other.join(timeout=20)
    drained(world.acme)
    assert (alice(goal).actual, str(alice(goal).attainment)) == (20_000, "0.500000")
    assert alice(goal).computed_at < NOON + timedelta(seconds=1)


def test_two_who_change_one_number_do_not_lose_the_first() -> None:
    world = a_world()
    goal = a_goal(a_plan(world.acme), "1200.00")
    split(goal, "even")
    outcomes: list[str] = []
    together = threading.Barrier(4)

    def change(amount: int) -> None:
        try:
            with acting_for(world.acme.pk):
                read = fresh(goal)
                together.wait(timeout=20)
                set_target(
                    system_actor(world.acme),
                    goal=read,
                    holder=of(world.alice),
                    amount=amount,
                    expected_version=1,
                    at=NOON,
                )
            outcomes.append("set")
        except Exception as error:
            outcomes.append(getattr(error, "code", repr(error)))
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=(n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["set", "stale", "stale", "stale"]


def alice(goal: Goal) -> Progress:
    with acting_for(goal.organisation_id):
        return Progress.objects.get(target__goal=goal, target__person__name="Alice")
