"""Notices by e-mail: once to each who wants it, in their language, whatever happens to the worker."""

from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from pytest_django.fixtures import Settings

from salestargets.accounts.models import User
from salestargets.accounts.services import choose_language
from salestargets.alerts.models import Notice
from salestargets.alerts.selectors import own_notices
from salestargets.alerts.services.mail import queue_mail
from salestargets.alerts.services.notices import choose_mail, mark_all_read
from salestargets.jobs.models import Job, JobState
from salestargets.jobs.services import work_one_step
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Membership
from salestargets.tenancy.services.organisations import remove_member
from tests.alerts.builders import PUBLISHED, facts, tell
from tests.builders import NOON, World, a_world
from tests.lasting import lasting
from tests.targets.builders import member

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL = "https://targets.example.com"


@lasting
def world() -> World:
    return a_world()


@lasting
def alice(world: World) -> Actor:
    return member(world.acme, Role.REP, world.alice)


@lasting
def bob(world: World) -> Actor:
    return member(world.acme, Role.REP, world.bob)


def tell_both(world: World, **more: Any) -> None:
    tell(world.acme, people={world.alice.pk: facts(), world.bob.pk: facts()}, **more)


def work(world: World, at: datetime = NOON) -> None:
    while work_one_step(world.acme.pk, at=at):
        pass


def addressees() -> list[str]:
    return [message.to[0] for message in mail.outbox]


def jobs(world: World) -> list[Job]:
    with acting_for(world.acme.pk):
        return list(Job.objects.order_by("pk"))


def mailed(world: World) -> list[datetime | None]:
    with acting_for(world.acme.pk):
        return list(Notice.objects.order_by("user").values_list("mailed_at", flat=True))


def failing(monkeypatch: pytest.MonkeyPatch, *errors: BaseException | None) -> None:
    """The mail server answers with these, one message after the other, and then as it should."""
    left, send = list(errors), EmailMessage.send

    def answer(message: EmailMessage, fail_silently: bool = False) -> int:
        if left and (error := left.pop(0)):
            raise error
        return send(message, fail_silently)

    monkeypatch.setattr(EmailMessage, "send", answer)


def test_each_is_sent_once_and_the_job_ends(world: World, alice: Actor, bob: Actor) -> None:
    tell_both(world)
    assert mail.outbox == []
    work(world)
    work(world, LATER)
    assert addressees() == ["alice@acme.example", "bob@acme.example"]
    assert mailed(world) == [NOON, NOON]
    [job] = jobs(world)
    assert (job.state, job.done) == (JobState.DONE, 2)


def test_a_message_says_what_the_notice_says_and_where_to_read_on(world: World, alice: Actor) -> None:
    tell(world.acme, people={world.alice.pk: facts("Q2\n2026")})
    work(world)
    [message] = mail.outbox
    with acting_for(world.acme.pk):
        notice_id = own_notices(alice).get().pk
    assert message.subject == "Target: Q2 2026"
    assert message.body == (
        "Target: Q2\n2026\n\nAmount: 300.00\n\n"
        f"Open it:\nhttps://targets.example.com/o/acme/notices/{notice_id}/\n\n-- \n"
        "Sent because you are a member of Acme. Choose here whether notices come by e-mail:\n"
        "https://targets.example.com/o/acme/notices/by-mail/\n"
    )
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_each_is_written_to_in_their_language(world: World, alice: Actor, bob: Actor) -> None:
    with acting_for(world.acme.pk):
        world.acme.language = "zh-hans"
        world.acme.save(update_fields=["language"])
    assert isinstance(bob.user, User)
    choose_language(bob.user, language="en")
    tell_both(world)
    work(world)
    to_alice, to_bob = mail.outbox
    assert (to_alice.subject, to_bob.subject) == ("目标: Q2", "Target: Q2")
    assert "金额：300.00" in to_alice.body


def test_nothing_is_queued_without_a_mail_server(world: World, alice: Actor, settings: Settings) -> None:
    for backend in ("console", "dummy"):
        settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
        assert tell(world.acme, backend, people={world.alice.pk: facts()}) == 1
    assert jobs(world) == []


def test_a_kind_that_is_not_mailed_is_not(world: World, alice: Actor) -> None:
    tell(world.acme, kind="quiet", people={world.alice.pk: facts()})
    assert jobs(world) == []


def test_who_wants_none_gets_none(world: World, alice: Actor, bob: Actor) -> None:
    with acting_for(world.acme.pk):
        choose_mail(alice, by_mail=False)
        choose_mail(bob, by_mail=True)
    tell_both(world)
    work(world)
    assert addressees() == ["bob@acme.example"]
    assert mailed(world) == [None, NOON]


def test_what_is_read_meanwhile_is_not_sent(world: World, alice: Actor, bob: Actor) -> None:
    tell_both(world)
    with acting_for(world.acme.pk):
        mark_all_read(alice, at=NOON)
    work(world)
    assert addressees() == ["bob@acme.example"]


def test_nothing_is_sent_to_who_has_been_shut_out_meanwhile(world: World, alice: Actor, bob: Actor) -> None:
    tell_both(world)
    with acting_for(world.acme.pk):
        membership = Membership.objects.get(organisation=world.acme, user=alice.user)
        remove_member(system_actor(world.acme), membership_id=membership.pk)
        User.objects.filter(pk=bob.user.pk).update(is_active=False)
    work(world)
    assert addressees() == []


class WorkerKilled(BaseException):
    """Ends a worker at that very line: nothing in it may handle this."""


def test_a_worker_killed_between_two_messages_leaves_none_out_and_sends_none_twice(
    world: World, alice: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, None, WorkerKilled())
    tell_both(world)
    with pytest.raises(WorkerKilled):
        work(world)
    assert (addressees(), mailed(world)) == (["alice@acme.example"], [NOON, None])
    work(world, LATER)
    assert addressees() == ["alice@acme.example", "bob@acme.example"]
    assert mailed(world) == [NOON, LATER]


def test_what_is_sent_again_after_a_kill_is_known_as_the_same_message(
    world: World, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = EmailMessage.send

    def sent_and_killed(message: EmailMessage, fail_silently: bool = False) -> int:
        send(message, fail_silently)
        monkeypatch.undo()
        raise WorkerKilled

    monkeypatch.setattr(EmailMessage, "send", sent_and_killed)
    tell(world.acme, people={world.alice.pk: facts()})
    with pytest.raises(WorkerKilled):
        work(world)
    work(world)
    first, again = mail.outbox
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]
    assert first.extra_headers["Message-ID"].endswith("@targets.example.com>")


def test_two_jobs_of_one_subject_send_no_message_twice(world: World, alice: Actor, bob: Actor) -> None:
    tell_both(world)
    with acting_for(world.acme.pk):
        queue_mail(PUBLISHED, "plan:1", NOON)
    work(world)
    assert addressees() == ["alice@acme.example", "bob@acme.example"]
    assert [job.state for job in jobs(world)] == [JobState.DONE, JobState.DONE]


def test_while_the_mail_server_is_away_the_rest_waits(
    world: World, alice: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, None, ConnectionRefusedError("nobody there"))
    tell_both(world)
    work(world)
    assert mailed(world) == [NOON, None]
    work(world, NOON + timedelta(minutes=4))
    assert addressees() == ["alice@acme.example"]
    work(world, NOON + timedelta(minutes=5))
    assert addressees() == ["alice@acme.example", "bob@acme.example"]


def test_after_a_day_the_news_is_old(
    world: World, alice: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, *[ConnectionRefusedError("nobody there")] * 2)
    tell_both(world)
    work(world)
    work(world, NOON + timedelta(days=1, minutes=1))
    [job] = jobs(world)
    assert (job.state, job.error) == (JobState.FAILED, "The mail server cannot be reached.")
    assert mailed(world) == [None, None]


def test_an_address_that_is_refused_does_not_keep_the_others_waiting(
    world: World, alice: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, SMTPRecipientsRefused({"alice@acme.example": (550, b"unknown")}))
    tell_both(world)
    work(world)
    assert (addressees(), mailed(world)) == (["bob@acme.example"], [None, NOON])
    assert jobs(world)[0].state == JobState.DONE


def test_another_organisations_mail_is_not_sent_by_ours(world: World, alice: Actor) -> None:
    member(world.other, Role.REP, world.charlie)
    tell(world.other, people={world.charlie.pk: facts()})
    work(world)
    assert addressees() == []


@pytest.mark.parametrize("count", [1, 2])
def test_a_message_takes_the_same_few_queries_however_many_there_are(
    world: World, alice: Actor, bob: Actor, count: int, django_assert_num_queries: Any
) -> None:
    told = [world.alice.pk, world.bob.pk][:count]
    tell(world.acme, people={person_id: facts() for person_id in told})
    with django_assert_num_queries(17):
        work_one_step(world.acme.pk, at=NOON)
