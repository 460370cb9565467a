"""Who mentors whom: records like any others, and what it makes of deals."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connections

from kpis.models import DirtyKey
from kpis.selectors import actual, get_kpi
from kpis.values import Actual, Holder
from pipeline.models import Deal
from pipeline.services.records import delete_record
from salestargets.ingest.upsert import Outcome
from salestargets.kernel.periods import Period
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Mentorship, Organisation, Person, Unit
from salestargets.tenancy.services.people import move_person
from tests.builders import NOON, World, a_world
from tests.kpis.builders import a_deal, drained
from tests.pipeline.builders import counts, rows_of, send, within

pytestmark = pytest.mark.django_db

CAROL_MENTORS_ALICE = {"external_id": "M1", "mentor": "carol", "mentee": "alice", "starts_on": "2026-04-10"}
SPRING = Period(date(2026, 4, 1), date(2026, 7, 1))


@pytest.fixture
def world() -> World:
    return a_world()


def rate(world: World, holder: Person | Unit) -> tuple[int, int | None]:
    """Won and closed deals of mentees, as the cells have them."""
    drained(world.acme)
    kind = "unit" if isinstance(holder, Unit) else "person"
    with acting_for(world.acme.pk):
        kpi = get_kpi("mentee_win_rate")
        found: Actual = actual(Holder(kind, holder.pk), kpi, SPRING, on=date(2026, 5, 12))
    return found.numerator, found.denominator


def marked(organisation: Organisation) -> set[tuple[str, date | None]]:
    """Whose deals, and of which month, wait to be computed again."""
    with acting_for(organisation.pk):
        names = dict(Person.objects.values_list("pk", "name"))
        keys = DirtyKey.objects.filter(group="deals").values_list("person_id", "month")
        return {(names[person_id], month) for person_id, month in keys}


def test_a_deal_counts_for_the_mentor_and_the_unit_of_the_day_on_which_it_was_closed(world: World) -> None:
    for day, status in ((date(2026, 4, 9), "won"), (date(2026, 4, 10), "won"), (date(2026, 5, 31), "lost")):
        a_deal(world.acme, world.alice, closed_on=day, status=status)
    a_deal(world.acme, world.alice, closed_on=date(2026, 6, 1))
    a_deal(world.acme, world.bob, closed_on=date(2026, 5, 4), shares={world.alice: 10_000})
    send(world.acme, "mentorships", {**CAROL_MENTORS_ALICE, "ends_on": "2026-06-01"})
    assert (rate(world, world.carol), rate(world, world.west)) == ((1, 2), (1, 2))
    assert (rate(world, world.alice), rate(world, world.north)) == ((0, 0), (0, 0))
    with within(world.acme) as actor:
        move_person(actor, person=world.carol, unit=world.north, on=date(2026, 5, 1))
    assert (rate(world, world.west), rate(world, world.north)) == ((1, 1), (0, 1))


def test_whatever_changes_what_a_mentor_is_credited_with_marks_them_at_once(world: World) -> None:
    send(world.acme, "mentorships", CAROL_MENTORS_ALICE)
    assert marked(world.acme) == {("Carol", None)}
    drained(world.acme)
    deal = a_deal(world.acme, world.alice, closed_on=date(2026, 5, 4))
    may, june = date(2026, 5, 1), date(2026, 6, 1)
    assert marked(world.acme) == {("Alice", may), ("Carol", may)}
    drained(world.acme)
    with acting_for(world.acme.pk):
        Deal.objects.filter(pk=deal.pk).update(closed_on=date(2026, 6, 2))
    assert marked(world.acme) == {("Alice", may), ("Alice", june), ("Carol", may), ("Carol", june)}
    drained(world.acme)
    with acting_for(world.acme.pk):
        Deal.objects.filter(pk=deal.pk).update(owner=world.bob)
    assert marked(world.acme) == {("Alice", june), ("Bob", june), ("Carol", june)}
    drained(world.acme)
    send(world.acme, "mentorships", {**CAROL_MENTORS_ALICE, "mentor": "bob"})
    assert marked(world.acme) == {("Carol", None), ("Bob", None)}


def test_a_mentorship_that_contradicts_another_or_itself_is_refused_by_name(world: World) -> None:
    outcome = send(
        world.acme,
        "mentorships",
        CAROL_MENTORS_ALICE,
        {**CAROL_MENTORS_ALICE, "external_id": "M2", "mentor": "bob", "starts_on": "2026-05-01"},
        {**CAROL_MENTORS_ALICE, "external_id": "M3", "mentor": "bob", "mentee": "bob"},
        {**CAROL_MENTORS_ALICE, "external_id": "M4", "mentee": "bob", "ends_on": "2026-04-10"},
        {**CAROL_MENTORS_ALICE, "external_id": "M5", "mentor": "charlie"},
    )
    assert counts(outcome) == (1, 0, 0, 4)
    assert {one.external_id: one.errors for one in outcome.rejected} == {
        "M2": {"record": ["The mentee has another mentor on some of these days."]},
        "M3": {"record": ["Nobody mentors themselves."]},
        "M4": {"ends_on": ["The end must be after the start."]},
        "M5": {"mentor": ["“charlie” is not known here. Send it first."]},
    }


def test_one_mentor_follows_another_in_one_call(world: World) -> None:
    send(world.acme, "mentorships", CAROL_MENTORS_ALICE)
    ended = {**CAROL_MENTORS_ALICE, "ends_on": "2026-06-01"}
    bob = {**ended, "external_id": "M2", "mentor": "bob", "starts_on": "2026-06-01", "ends_on": None}
    assert counts(send(world.acme, "mentorships", bob, ended)) == (1, 1, 0, 0)


def test_what_is_deleted_leaves_a_tombstone_and_comes_back_when_it_is_sent_again(world: World) -> None:
    a_deal(world.acme, world.alice, closed_on=date(2026, 5, 4))
    send(world.acme, "mentorships", CAROL_MENTORS_ALICE)
    assert rate(world, world.carol) == (1, 1)
    with within(world.acme) as actor:
        delete_record(actor, kind="mentorships", record_id=Mentorship.objects.get().pk, at=NOON)
    assert rate(world, world.carol) == (0, 0)
    instead = {**CAROL_MENTORS_ALICE, "external_id": "M2", "mentor": "bob", "ends_on": "2026-04-20"}
    assert counts(send(world.acme, "mentorships", instead)) == (1, 0, 0, 0)
    again = {**CAROL_MENTORS_ALICE, "starts_on": "2026-04-20"}
    assert counts(send(world.acme, "mentorships", again)) == (0, 1, 0, 0)
    assert rate(world, world.carol) == (1, 1)
    with acting_for(world.other.pk):
        assert not Mentorship.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_mentorship_that_comes_while_deals_are_being_written_waits_and_misses_none(world: World) -> None:
    a_deal(world.acme, world.bob)
    drained(world.acme)
    with ThreadPoolExecutor(1) as threads, acting_for(world.acme.pk):
        Deal.objects.update(owner=world.alice)
        coming = threads.submit(sent_from_a_thread, world.acme)
        while not waits(world.acme):
            assert not coming.done()
    assert counts(coming.result()) == (1, 0, 0, 0)
    assert rate(world, world.carol) == (1, 1)


def sent_from_a_thread(organisation: Organisation) -> Outcome:
    try:
        return send(organisation, "mentorships", CAROL_MENTORS_ALICE)
    finally:
        connections.close_all()


def waits(organisation: Organisation) -> bool:
    """Whether somebody waits for a lock that is none of a table."""
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    waiting = f"SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND {here}"
    return bool(rows_of(organisation, waiting))
