"""The worker's side: what wakes it, what it takes, and that nothing is lost however it ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg2
import pytest
from django.db import connection

from kpis import sql, tasks
from kpis.models import DirtyKey, LeafCell
from kpis.registry import EVERY_GROUP, FOLLOWERS, ChangedCells
from kpis.selections import flows_of
from kpis.services import cells, drain, rebuild, verify
from pipeline.models import CreditShare, Deal
from salestargets.jobs import wake
from salestargets.jobs.models import Wake
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.services.people import move_person
from tests.builders import NOON, World, a_world
from tests.kpis.brute_force import BruteForce, every_cell, stored_person_months, stored_unit_months
from tests.kpis.builders import a_deal, drained

MAY = date(2026, 5, 1)


@pytest.fixture
def world() -> World:
    world = a_world()
    a_deal(world.other, world.charlie, base=77_777)
    drained(world.acme)
    drained(world.other)
    return world


@pytest.fixture
def told() -> Iterator[list[ChangedCells]]:
    """What followers were told."""
    heard: list[ChangedCells] = []

    def follow(changed: ChangedCells, at: object) -> None:
        heard.append(changed)

    FOLLOWERS.append(follow)
    yield heard
    FOLLOWERS.remove(follow)


def keys(organisation: Organisation) -> list[tuple[str, int | None, date | None]]:
    with acting_for(organisation.pk):
        return sorted(DirtyKey.objects.values_list("group", "person_id", "month"), key=repr)


def waking(organisation: Organisation) -> int:
    return Wake.objects.filter(organisation=organisation, queue=cells.QUEUE).count()


def change(organisation: Organisation, **values: Any) -> None:
    with acting_for(organisation.pk):
        Deal.objects.update(**values)


def closing_days(organisation: Organisation) -> list[date | None]:
    with acting_for(organisation.pk):
        return list(CreditShare.objects.values_list("closed_on", flat=True))


def is_right(organisation: Organisation) -> bool:
    counted = BruteForce(organisation)
    return (
        stored_person_months(organisation) == counted.person_months()
        and stored_unit_months(organisation) == counted.unit_months()
    )


@pytest.mark.django_db
def test_a_new_deal_marks_its_owner_in_the_months_of_its_dates_and_wakes_the_worker(world: World) -> None:
    a_deal(world.acme, world.alice, created_on=date(2026, 2, 3), closed_on=date(2026, 5, 4))
    assert keys(world.acme) == [
        ("deals", world.alice.pk, date(2026, 2, 1)),
        ("deals", world.alice.pk, MAY),
    ]
    assert waking(world.acme) == 1
    assert keys(world.other) == []


@pytest.mark.django_db
def test_a_moved_deal_marks_who_had_it_and_who_has_it_before_and_after(world: World) -> None:
    a_deal(world.acme, world.alice, closed_on=date(2026, 5, 4), shares={world.carol: 10_000})
    drained(world.acme)
    change(world.acme, owner=world.bob, closed_on=date(2026, 6, 30))
    june = date(2026, 6, 1)
    assert set(keys(world.acme)) == {
        ("deals", person.pk, month)
        for person, month in (
            (world.alice, MAY),
            (world.bob, june),
            (world.carol, MAY),
            (world.carol, june),
        )
    }


@pytest.mark.django_db
def test_the_closing_day_stands_beside_the_shares_whichever_comes_first(world: World) -> None:
    may, june = date(2026, 5, 4), date(2026, 6, 30)
    deal = a_deal(world.acme, world.alice, closed_on=may, shares={world.carol: 10_000})
    assert closing_days(world.acme) == [may]
    change(world.acme, is_shared=False, closed_on=june)
    change(world.acme, is_shared=True)
    assert closing_days(world.acme) == [june]
    change(world.acme, status="open", closed_on=None)
    with acting_for(world.acme.pk):
        CreditShare.objects.create(deal=deal, person=world.bob, share_ppm=1)
    assert closing_days(world.acme) == [None, None]


@pytest.mark.django_db
def test_an_open_deal_without_dates_marks_nobody_and_wakes_nobody(world: World) -> None:
    a_deal(world.acme, world.alice, status="open")
    assert (keys(world.acme), waking(world.acme)) == ([], 0)


@pytest.mark.django_db
def test_a_bulk_writes_each_key_once_and_one_note(world: World) -> None:
    for day in range(1, 29):
        a_deal(world.acme, world.alice, closed_on=date(2026, 5, day))
    drained(world.acme)
    change(world.acme, base_minor=5)
    assert keys(world.acme) == [("deals", world.alice.pk, MAY)]
    assert waking(world.acme) == 1


@pytest.mark.django_db
def test_a_move_marks_all_months_of_the_person(world: World) -> None:
    with acting_for(world.acme.pk):
        move_person(system_actor(world.acme), person=world.alice, unit=world.west, on=date(2026, 5, 10))
    assert set(keys(world.acme)) == {(EVERY_GROUP, world.alice.pk, None)}


@pytest.mark.django_db
def test_twice_is_once(world: World, told: list[ChangedCells]) -> None:
    a_deal(world.acme, world.alice)
    drained(world.acme)
    once = every_cell(world.acme)
    change(world.acme, base_minor=10_000)
    change(world.acme, base_minor=10_000)
    drained(world.acme)
    rebuild(world.acme.pk, at=NOON)
    assert every_cell(world.acme) == once
    assert len(told) == 1


@pytest.mark.django_db
def test_followers_hear_whose_cells_changed_and_when(world: World, told: list[ChangedCells]) -> None:
    a_deal(world.acme, world.alice)
    drained(world.acme)
    [changed] = told
    assert changed.person_ids == {world.alice.pk}
    assert {world.north.pk, world.east.pk} < changed.unit_ids
    assert world.west.pk not in changed.unit_ids
    assert changed.months == {MAY}


@pytest.mark.django_db
def test_a_follower_that_fails_leaves_everything_to_the_next_drain(world: World) -> None:
    def refuse(changed: ChangedCells, at: object) -> None:
        raise ValueError("not today")

    a_deal(world.acme, world.alice)
    FOLLOWERS.append(refuse)
    try:
        with pytest.raises(ValueError, match="not today"):
            drain(world.acme.pk, at=NOON)
    finally:
        FOLLOWERS.remove(refuse)
    assert len(keys(world.acme)) == waking(world.acme) == 1
    drained(world.acme)
    assert is_right(world.acme)
    assert (keys(world.acme), waking(world.acme)) == ([], 0)


@pytest.mark.django_db
def test_more_than_a_batch_is_taken_batch_by_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "BATCH", 3)
    for month in range(1, 8):
        a_deal(world.acme, world.alice, closed_on=date(2026, month, 4))
    rounds = 0
    while drain(world.acme.pk, at=NOON):
        rounds += 1
    assert rounds == 3
    assert is_right(world.acme)


@pytest.mark.django_db
def test_the_task_works_until_nothing_waits(world: World) -> None:
    a_deal(world.acme, world.alice)
    with acting_for(world.acme.pk):
        move_person(system_actor(world.acme), person=world.alice, unit=world.west, on=date(2026, 5, 1))
    tasks.drain(world.acme.pk)
    assert (keys(world.acme), waking(world.acme)) == ([], 0)
    assert is_right(world.acme)


@pytest.mark.django_db
def test_a_task_whose_turn_ends_asks_for_another(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kicked: list[tuple[str, int]] = []
    monkeypatch.setattr(wake, "kick", lambda queue, organisation_id: kicked.append((queue, organisation_id)))
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0.0)
    a_deal(world.acme, world.alice)
    tasks.drain(world.acme.pk)
    assert kicked == [("cells", world.acme.pk)]


@pytest.mark.django_db(transaction=True)
def test_writers_and_drains_at_once_end_right(world: World) -> None:
    for number in range(6):
        a_deal(world.acme, (world.alice, world.carol)[number % 2], base=1)
    stop = threading.Event()
    errors: list[BaseException] = []

    def guarded(work: Any, *arguments: Any) -> None:
        try:
            work(*arguments)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    def write(writer: int) -> None:
        for step in range(60):
            with acting_for(world.acme.pk):
                deals = list(Deal.objects.order_by("pk").values_list("pk", flat=True))
                Deal.objects.filter(pk=deals[(writer + step) % len(deals)]).update(
                    base_minor=1 + 100 * step + writer,
                    owner=(world.alice, world.carol)[(step + writer) % 2],
                )

    def work() -> None:
        while not stop.is_set():
            drain(world.acme.pk, at=NOON)

    def slow(changed: ChangedCells, at: object) -> None:
        time.sleep(0.003)

    FOLLOWERS.append(slow)
    workers = [threading.Thread(target=guarded, args=(work,)) for _ in range(3)]
    writers = [threading.Thread(target=guarded, args=(write, number)) for number in range(2)]
    for thread in (*workers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in workers:
        thread.join()
    FOLLOWERS.remove(slow)
    drained(world.acme)
    assert errors == []
    assert is_right(world.acme)
    assert is_right(world.other)
    assert verify(world.acme.pk, at=NOON) == []
    assert (keys(world.acme), waking(world.acme)) == ([], 0)


_KILLED = """
import os, signal, sys, datetime, django
django.setup()
from kpis.registry import register_follower
from kpis.services import drain
register_follower(lambda changed, at: os.kill(os.getpid(), signal.SIGKILL))
drain(int(sys.argv[1]), at=datetime.datetime.now(datetime.UTC))
"""


@pytest.mark.django_db(transaction=True)
def test_a_drain_killed_after_it_wrote_loses_nothing(world: World) -> None:
    a_deal(world.acme, world.alice)
    child = subprocess.run([sys.executable, "-c", _KILLED, str(world.acme.pk)], env=os.environ, check=False)
    assert child.returncode == -signal.SIGKILL
    with acting_for(world.acme.pk):
        assert not LeafCell.objects.exists()
    assert len(keys(world.acme)) == waking(world.acme) == 1
    drained(world.acme)
    assert is_right(world.acme)


@pytest.mark.django_db(transaction=True)
def test_a_drain_that_begins_while_another_has_not_committed_adds_nothing_twice(world: World) -> None:
    """The second must not compare with cells that the first is about to change."""
    a_deal(world.acme, world.alice, base=100)
    wrote, finish = threading.Event(), threading.Event()

    def pause(changed: ChangedCells, at: object) -> None:
        wrote.set()
        finish.wait(10)

    def work() -> None:
        drain(world.acme.pk, at=NOON)
        connection.close()

    FOLLOWERS.append(pause)
    first, second = threading.Thread(target=work), threading.Thread(target=work)
    first.start()
    assert wrote.wait(10)
    FOLLOWERS.remove(pause)
    change(world.acme, base_minor=300)
    second.start()
    time.sleep(0.1)
    finish.set()
    for thread in (first, second):
        thread.join()
    drained(world.acme)
    assert is_right(world.acme)


@pytest.mark.django_db(transaction=True)
def test_who_finds_another_at_work_goes_on_and_leaves_the_note(world: World) -> None:
    a_deal(world.acme, world.alice)
    began, finish = threading.Event(), threading.Event()

    def hold() -> None:
        with acting_for(world.acme.pk):
            sql.lock(patience="1s")
            began.set()
            finish.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert began.wait(10)
    try:
        assert drain(world.acme.pk, at=NOON) is False
        assert len(keys(world.acme)) == waking(world.acme) == 1
    finally:
        finish.set()
        other.join()
    assert drain(world.acme.pk, at=NOON) is True
    assert is_right(world.acme)


@pytest.mark.django_db(transaction=True)
def test_one_changed_deal_is_found_by_the_covering_indexes_alone(world: World) -> None:
    with acting_for(world.acme.pk):
        sql.run(_MANY, person=world.alice.pk, other=world.bob.pk)
    owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE pipeline_deal")
    owner.close()
    with acting_for(world.acme.pk):
        flows = flows_of("deals")
        statement = "EXPLAIN (FORMAT JSON) " + sql.recompute(flows, flows)
        asked = {"people": [world.alice.pk], "months": [MAY], "whole": [], "at": NOON}
        [(plan,)] = sql.run(statement, **asked, **sql.params_of(flows))
    looks = {(node["Node Type"], node["Index Name"]) for node in nodes(plan[0]["Plan"]) if reads_deals(node)}
    assert looks == {
        ("Index Only Scan", "deal_closed_by_owner"),
        ("Index Only Scan", "deal_created_by_owner"),
        ("Index Scan", "pipeline_deal_pkey"),
    }


#: 20,000 deals of two people over two years.
_MANY = """
INSERT INTO pipeline_deal (organisation_id, source, external_id, name, owner_id, status, amount_minor,
                           base_minor, currency, created_on, closed_on, is_shared, lost_reason, version,
                           changed_at)
SELECT %(organisation)s, 'crm', 'M' || n, 'Deal', (ARRAY[%(person)s, %(other)s])[1 + n %% 2], 'won', n,
       n, 'USD', DATE '2025-01-01' + n %% 700, DATE '2025-02-01' + n %% 700, false, '', 1, now()
FROM generate_series(1, 20000) n
"""


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All but how the months of those are found who moved: nobody did."""
    yield plan
    for part in plan.get("Plans", []):
        if part.get("Subplan Name") != "CTE asked":
            yield from nodes(part)


def reads_deals(node: dict[str, Any]) -> bool:
    return node.get("Relation Name") == "pipeline_deal" and node["Parent Relationship"] != "InitPlan"
