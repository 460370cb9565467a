"""Notices: each is told once to each member it concerns, and shown to nobody else."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from salestargets.alerts.models import Notice
from salestargets.alerts.registry import CHANNELS, NoticeKind
from salestargets.alerts.selectors import get_notice, own_notices, takes_mail
from salestargets.alerts.services.notices import choose_mail, mark_all_read, mark_read, notify
from salestargets.jobs.models import Job
from salestargets.kernel.errors import Forbidden, NotFound
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Membership, Organisation
from salestargets.tenancy.services.organisations import remove_member
from tests.alerts.builders import facts, tell
from tests.builders import NOON, World, a_member, a_person, a_world
from tests.lasting import lasting
from tests.targets.builders import member

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


@lasting
def world() -> World:
    world = a_world()
    member(world.other, Role.REP, world.charlie)
    tell(world.other, people={world.charlie.pk: facts("theirs")})
    return world


def everything(organisation: Organisation) -> list[dict[str, Any]]:
    with acting_for(organisation.pk):
        return list(Notice.objects.order_by("subject", "user").values())


def seen(actor: Actor, *, unread: bool | None = None) -> list[str]:
    with acting_for(actor.organisation.pk):
        return [notice.subject for notice in own_notices(actor, unread=unread)]


def the_notice(actor: Actor) -> int:
    with acting_for(actor.organisation.pk):
        return own_notices(actor).get().pk


def test_everyone_is_told_their_own_facts(world: World) -> None:
    alice, bob = (member(world.acme, Role.REP, person) for person in (world.alice, world.bob))
    told = {world.alice.pk: facts(amount="1.00"), world.bob.pk: facts(amount="2.00")}
    assert tell(world.acme, people=told, path="plans/7/") == 2
    rows = {row["user_id"]: row for row in everything(world.acme)}
    assert {user: row["facts"]["amount"] for user, row in rows.items()} == {
        alice.user.pk: "1.00",
        bob.user.pk: "2.00",
    }
    row = rows[alice.user.pk]
    assert (row["kind"], row["subject"], row["path"]) == ("published", "plan:1", "plans/7/")
    assert (row["made_at"], row["read_at"], row["mailed_at"]) == (NOON, None, None)


def test_a_user_is_told_without_being_a_person(world: World) -> None:
    admin = member(world.acme, Role.ADMIN)
    assert tell(world.acme, users={admin.user.pk: facts()}) == 1
    assert seen(admin) == ["plan:1"]


def test_who_is_named_twice_is_told_once(world: World) -> None:
    alice = member(world.acme, Role.REP, world.alice)
    assert tell(world.acme, people={world.alice.pk: facts()}, users={alice.user.pk: facts()}) == 1


def test_who_has_no_sign_in_is_left_out(world: World) -> None:
    assert tell(world.acme, people={world.alice.pk: facts()}) == 0
    assert everything(world.acme) == []


def test_nobody_is_told_where_nobody_is_named(world: World) -> None:
    assert tell(world.acme) == 0


def test_who_is_no_member_is_left_out(world: World) -> None:
    charlie = everything(world.other)[0]["user_id"]
    alice = member(world.acme, Role.REP, world.alice)
    with acting_for(world.acme.pk):
        membership = Membership.objects.get(organisation=world.acme, user=alice.user)
        remove_member(system_actor(world.acme), membership_id=membership.pk)
    assert tell(world.acme, users={alice.user.pk: facts(), charlie: facts()}) == 0
    assert everything(world.acme) == []


def test_a_person_of_another_organisation_is_told_nothing(world: World) -> None:
    before = everything(world.other)
    assert tell(world.acme, "plan:2", people={world.charlie.pk: facts()}) == 0
    assert (everything(world.acme), everything(world.other)) == ([], before)


def test_a_retry_doubles_nothing_and_tells_who_was_missing(world: World) -> None:
    member(world.acme, Role.REP, world.alice)
    tell(world.acme, people={world.alice.pk: facts()})
    before = everything(world.acme)
    member(world.acme, Role.REP, world.bob)
    both = {world.alice.pk: facts("other"), world.bob.pk: facts("other")}
    assert tell(world.acme, people=both, at=LATER) == 1
    assert tell(world.acme, people=both, at=LATER) == 0
    after = everything(world.acme)
    assert len(after) == 2
    assert [row for row in after if row["made_at"] == NOON] == before


def test_another_subject_reminds(world: World) -> None:
    alice = member(world.acme, Role.REP, world.alice)
    for subject, at in (("plan:1:reminder:1", NOON), ("plan:1:reminder:2", LATER)):
        assert tell(world.acme, subject, people={world.alice.pk: facts()}, at=at) == 1
    assert seen(alice) == ["plan:1:reminder:2", "plan:1:reminder:1"]


def test_the_same_subject_of_another_organisation_is_free(world: World) -> None:
    member(world.acme, Role.REP, world.alice)
    before = everything(world.other)
    assert tell(world.acme, people={world.alice.pk: facts()}) == 1
    assert everything(world.other) == before


@pytest.mark.parametrize("size", [1, 30])
def test_any_number_of_people_takes_two_statements(
    world: World, size: int, django_assert_num_queries: Any
) -> None:
    people = [a_person(world.acme, f"Person {n}") for n in range(size)]
    for person in people:
        a_member(world.acme, f"{person.pk}@acme.example", person=person)
    told = {person.pk: facts() for person in people}
    with acting_for(world.acme.pk), django_assert_num_queries(2):
        made = notify(kind="quiet", subject="plan:1", path="plans/", at=NOON, people=told)
    assert made == size


def test_a_path_that_leaves_the_organisation_is_a_mistake(world: World) -> None:
    with pytest.raises(ValueError, match="relative"):
        tell(world.acme, path="/o/other/")


def test_nobody_sees_anothers_notices_not_even_an_administrator(world: World) -> None:
    alice = member(world.acme, Role.REP, world.alice)
    tell(world.acme, people={world.alice.pk: facts()})
    notice_id = the_notice(alice)
    before = everything(world.acme)
    for role in Role:
        other = member(world.acme, role)
        assert seen(other) == []
        with acting_for(world.acme.pk):
            with pytest.raises(NotFound):
                get_notice(other, notice_id)
            with pytest.raises(NotFound):
                mark_read(other, notice_id=notice_id, at=LATER)
            assert mark_all_read(other, at=LATER) == 0
    assert everything(world.acme) == before


def test_a_sign_in_of_two_organisations_has_two_inboxes(world: World) -> None:
    alice = member(world.acme, Role.REP, world.alice)
    tell(world.acme, people={world.alice.pk: facts()})
    there = member(world.other, Role.VIEWER)
    with acting_for(world.other.pk):
        Membership.objects.create(organisation=world.other, user=alice.user, role=Role.VIEWER)
    elsewhere = Actor(world.other, there.scopes, "alice", user=alice.user, role=Role.VIEWER)
    assert (seen(alice), seen(elsewhere)) == (["plan:1"], [])


def test_a_key_and_the_system_have_no_notices(world: World) -> None:
    key = Actor(world.acme, frozenset({Scope.READ}), "a key", key_id=1)
    with acting_for(world.acme.pk):
        for actor in (key, system_actor(world.acme)):
            for call in (
                own_notices,
                lambda actor: mark_all_read(actor, at=NOON),
                lambda actor: choose_mail(actor, by_mail=False),
                takes_mail,
            ):
                with pytest.raises(Forbidden):
                    call(actor)


def test_the_first_reading_counts(world: World) -> None:
    alice = member(world.acme, Role.REP, world.alice)
    tell(world.acme, people={world.alice.pk: facts()})
    for at in (NOON, LATER):
        with acting_for(world.acme.pk):
            assert mark_read(alice, notice_id=the_notice(alice), at=at).read_at == NOON
    assert everything(world.acme)[0]["read_at"] == NOON


def test_all_are_read_at_once_and_only_ones_own(world: World) -> None:
    alice, bob = (member(world.acme, Role.REP, person) for person in (world.alice, world.bob))
    for subject in ("a", "b"):
        tell(world.acme, subject, people={world.alice.pk: facts(), world.bob.pk: facts()})
    with acting_for(world.acme.pk):
        assert mark_all_read(alice, at=LATER) == 2
        assert mark_all_read(alice, at=LATER) == 0
    assert (seen(alice, unread=True), len(seen(alice, unread=False))) == ([], 2)
    assert len(seen(bob, unread=True)) == 2


def test_a_member_chooses_for_one_organisation_alone(world: World) -> None:
    alice, bob = (member(world.acme, Role.REP, person) for person in (world.alice, world.bob))
    with acting_for(world.acme.pk):
        for by_mail in (False, False, True, False):
            choose_mail(alice, by_mail=by_mail)
            assert takes_mail(alice) is by_mail
        assert takes_mail(bob)


def test_a_channel_hears_of_new_notices_within_their_transaction(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, str, datetime]] = []

    def channel(kind: NoticeKind, subject: str, at: datetime) -> None:
        heard.append((kind.key, subject, at))
        assert Notice.objects.filter(kind=kind.key, subject=subject).exists()

    monkeypatch.setattr("salestargets.alerts.services.notices.CHANNELS", [*CHANNELS, channel])
    member(world.acme, Role.REP, world.alice)
    for _again in range(2):
        tell(world.acme, people={world.alice.pk: facts()})
    assert heard == [("published", "plan:1", NOON)]
    with acting_for(world.acme.pk):
        assert Job.objects.count() == 1
