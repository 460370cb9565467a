"""A rep's page: their number, its pace, what it is made of; nobody else's."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.forms import model_to_dict
from django.test import Client

from kpis.models import Kpi
from kpis.values import Holder
from salestargets.alerts.models import Alert
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.services.people import move_person
from targets.choices import ChangeKind
from targets.models import Change, Goal, Target
from targets.services.cells import set_target
from targets.services.progress import refresh_progress
from tests.builders import NOON, an_organisation
from tests.kpis.builders import a_deal, drained
from tests.targets.builders import a_goal, a_plan, fresh, split
from tests.targets.pages.conftest import Company, visitor
from tests.targets.test_proposals import opened

pytestmark = pytest.mark.django_db

TODAY = "/o/acme/today/"
FRAGMENT = {"HX-Request": "true"}


def text_of(client: Client, path: str, status: int = 200, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == status
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_rep_sees_their_own_number_and_its_pace(company: Company, rep: Client) -> None:
    page = text_of(rep, TODAY)
    assert "66.7%" in page  # 200.00 of 300.00
    assert "$200</strong></a> of $300" in page
    assert "$135 expected by now" in page  # 100.00 for April and 11 of the 31 days of May
    assert "Ahead" in page
    assert "36 working days left" in page
    way = text_of(rep, f"{TODAY}way/", **FRAGMENT)
    assert "Divided from" in way
    assert not any(name in page + way for name in ("Carol", "Charlie"))


def test_what_a_number_is_made_of_is_read_once_the_page_stands(company: Company, rep: Client) -> None:
    page = text_of(rep, TODAY)
    for part, said in (("deals", "Open deals that decide it"), ("way", "How was this number made?")):
        address = f"{TODAY}{part}/?goal={company.goal.pk}"
        assert f'hx-get="{address}" hx-trigger="load, numbers from:body"' in page
        assert f'href="{address}"' in page
        assert said in text_of(rep, address)  # a page of its own, where there is no script
        assert "<html" not in text_of(rep, address, **FRAGMENT)


def test_the_parts_stand_as_of_the_day_of_the_page(company: Company, rep: Client) -> None:
    way = text_of(rep, f"{TODAY}way/?as_of=2026-05-04")
    assert "As it stood at the start of May 4, 2026" in way
    assert way.count(">$200<") < text_of(rep, f"{TODAY}way/").count(">$200<")


def test_another_day_shows_neither_alerts_of_now_nor_what_waits_for_an_answer(company: Company) -> None:
    bob = visitor(company.acme, Role.REP, company.world.bob)
    coming = a_goal(a_plan(company.acme, "Anew"), "600.00")
    split(coming)
    opened(coming.plan)
    said = ("Your proposal for Anew", "I acknowledge it", "of what was expected by now")
    now, then = text_of(bob, TODAY), text_of(bob, f"{TODAY}?as_of=2026-05-04")
    assert [each in now for each in said] == [True, True, True]
    assert [each in then for each in said] == [False, False, False]


def test_who_moved_sees_where_they_are_now_and_the_number_they_left_beside_it(
    company: Company, rep: Client, admin: Client
) -> None:
    world, goal = company.world, company.goal
    old, new = (f"person/{world.alice.pk}@{unit.pk}" for unit in (world.north, world.west))
    with acting_for(company.acme.pk):
        actor = system_actor(company.acme)
        move_person(actor, person=world.alice, unit=world.west, on=date(2026, 5, 11))
        there = Holder("person", world.alice.pk, world.west.pk)
        said = {"expected_version": None, "reason": "A start in West", "at": NOON}
        set_target(actor, goal=fresh(goal), holder=there, amount=80_00, **said)
    drained(company.acme)
    page = text_of(rep, TODAY)
    assert "<li>West</li>" in page
    assert "$0</strong></a> of $80" in page
    assert f"/o/acme/team/{new}/records/?goal={goal.pk}" in page
    assert f'href="/o/acme/team/{old}/?goal={goal.pk}' in page
    beside = text_of(rep, f"/o/acme/team/{old}/?goal={goal.pk}")
    assert "$200</strong></a> of $300" in beside
    assert "Person · North" in beside
    records = text_of(admin, f"/o/acme/team/{old}/records/?goal={goal.pk}")
    assert "$200" in records


def test_a_manager_without_a_number_of_their_own_sees_their_unit(company: Company, manager: Client) -> None:
    page = text_of(manager, TODAY)
    assert "<h1>North</h1>" in page
    assert "$200</strong></a> of $600" in page


def test_an_administrator_sees_the_whole(company: Company, admin: Client, viewer: Client) -> None:
    for client in (admin, viewer):
        assert "$200</strong></a> of $1,200" in text_of(client, TODAY)


def test_whoever_holds_no_number_is_told_what_comes_next(company: Company) -> None:
    unlinked = visitor(company.acme, Role.REP)
    assert "not linked to a person" in text_of(unlinked, TODAY)
    empty = an_organisation("empty")
    assert "To the plans" in text_of(visitor(empty, Role.ADMIN), "/o/empty/today/")


def test_strangers_are_asked_to_sign_in_and_members_of_others_find_nothing(
    company: Company, rep: Client
) -> None:
    assert Client().get(TODAY).url == f"/accounts/login/?next={TODAY}"
    assert rep.get("/o/other/today/").status_code == 404


@pytest.mark.parametrize("rest", ["", "records/", "deals/", "way/"])
def test_only_holders_in_sight_can_be_opened(
    company: Company, rep: Client, manager: Client, rest: str
) -> None:
    world = company.world
    paths = {
        name: f"/o/acme/team/person/{getattr(world, name).pk}/{rest}" for name in ("alice", "bob", "carol")
    }
    assert [rep.get(path).status_code for path in paths.values()] == [200, 404, 404]
    assert [manager.get(path).status_code for path in paths.values()] == [200, 200, 404]
    unit = f"/o/acme/team/unit/{world.west.pk}/{rest}"
    assert [client.get(unit).status_code for client in (rep, manager)] == [404, 404]


@pytest.mark.parametrize("rest", ["", "records/", "deals/", "way/"])
def test_holders_of_another_organisation_do_not_exist(company: Company, admin: Client, rest: str) -> None:
    charlie = company.world.charlie
    assert admin.get(f"/o/acme/team/person/{charlie.pk}/{rest}").status_code == 404
    assert admin.get(f"/o/acme/team/person/{charlie.pk + 1000}/{rest}").status_code == 404
    assert admin.get(f"/o/acme/team/person/9999999999999999999/{rest}").status_code == 404
    theirs = company.target_of(charlie, company.theirs)
    assert admin.get(f"/o/acme/targets/{theirs.pk}/history/").status_code == 404


LIVE = re.compile(r'id="live" hx-get="([^"]+)"')


def live_address(page: str) -> str:
    return LIVE.findall(page)[0].replace("&amp;", "&")


def test_another_day_shows_what_was_there_before_it(company: Company, rep: Client) -> None:
    page = text_of(rep, f"{TODAY}?as_of=2026-05-04")
    assert "As it stood at the start of May 4, 2026" in page
    assert "$0</strong></a> of $300" in page
    assert not LIVE.search(page)
    assert "$200</strong></a> of $300" in text_of(rep, f"{TODAY}?as_of=2026-05-05")


def test_a_day_to_come_is_refused_and_today_shown(company: Company, rep: Client) -> None:
    page = text_of(rep, f"{TODAY}?as_of=2026-05-13", status=422)
    assert "This day is still to come" in page
    assert 'value="2026-05-13"' in page
    assert "$200</strong></a> of $300" in page
    assert "Enter a date as YYYY-MM-DD" in text_of(rep, f"{TODAY}?as_of=gestern", status=422)


def test_the_page_is_sent_again_only_when_it_would_differ(company: Company, rep: Client) -> None:
    page = text_of(rep, TODAY)
    address = live_address(page)
    assert rep.get(address, headers={"HX-Request": "true"}).status_code == 204
    a_deal(company.acme, company.world.alice, base=10_000)
    assert rep.get(address, headers={"HX-Request": "true"}).status_code == 204  # not counted yet
    drained(company.acme)
    fragment = text_of(rep, address, **{"HX-Request": "true"})
    assert "$300</strong></a> of $300" in fragment
    assert "<html" not in fragment
    again = re.findall(r'hx-get="([^"]+mark=[^"]+)"', fragment)[0].replace("&amp;", "&")
    assert rep.get(again, headers={"HX-Request": "true"}).status_code == 204


def test_an_open_deal_changes_the_page_at_once(company: Company, rep: Client) -> None:
    address = live_address(text_of(rep, TODAY))
    a_deal(company.acme, company.world.alice, status="open", base=7_000, name="Grey Harbour 3")
    answer = rep.get(address, headers=FRAGMENT)
    assert (answer.status_code, json.loads(answer.headers["HX-Trigger"])) == (200, {"numbers": {}})
    part = text_of(rep, f"{TODAY}deals/", **FRAGMENT)
    assert "Grey Harbour 3" in part
    assert "1 open deal that may close in time" in part


def test_more_open_deals_need_no_more_queries(
    company: Company, rep: Client, django_assert_num_queries: object
) -> None:
    rep.get(TODAY)
    for number in range(3):
        a_deal(company.acme, company.world.alice, status="open", base=1_000, name=f"Open {number}")
        with django_assert_num_queries(19):  # type: ignore[operator]
            rep.get(TODAY)
        with django_assert_num_queries(12):  # type: ignore[operator]
            rep.get(f"{TODAY}deals/", headers=FRAGMENT)


@pytest.mark.parametrize("count", [3, 30])
def test_more_goals_need_no_more_queries(
    company: Company, rep: Client, django_assert_num_queries: Any, count: int
) -> None:
    more_goals(company, count - 1)
    rep.get(TODAY)
    with django_assert_num_queries(19):
        page = rep.get(TODAY).content.decode()
    assert page.count('class="card beside-goal"') == count - 1


def more_goals(company: Company, count: int) -> None:
    """Goals of the plan in force, in which Alice has a number each."""
    with acting_for(company.acme.pk):
        shape = {**model_to_dict(company.goal.kpi, exclude=["id", "organisation", "key"]), "name": "More"}
        kpis = Kpi.objects.bulk_create(
            Kpi(organisation=company.acme, key=f"more-{n}", **shape) for n in range(count)
        )
        goals = Goal.objects.bulk_create(
            Goal(organisation=company.acme, plan=company.goal.plan, kpi=kpi, amount=300) for kpi in kpis
        )
        own = company.target_of(company.world.alice)
        for goal in goals:
            change = Change.objects.create(goal=goal, kind=ChangeKind.EDIT, at=NOON)
            Target.objects.create(
                goal=goal, unit=own.unit, person=own.person, given=300, months=[100] * 3, change=change
            )
        refresh_progress(at=NOON)


def test_the_records_sum_to_the_number(company: Company, rep: Client) -> None:
    a_deal(company.acme, company.world.alice, base=None)
    a_deal(company.acme, company.world.alice, base=3_333, closed_on=date(2026, 3, 31))
    drained(company.acme)
    page = text_of(rep, f"/o/acme/team/person/{company.world.alice.pk}/records/")
    assert "Blue Fern 7" in page
    assert "$200.00" in page
    assert "2 records" in page
    assert "1 of them not priced" in page


def test_many_records_come_in_pages_and_in_one_file(company: Company, rep: Client) -> None:
    for number in range(54):
        a_deal(company.acme, company.world.alice, base=100, name=f"Small {number}")
    drained(company.acme)
    path = f"/o/acme/team/person/{company.world.alice.pk}/records/"
    first = text_of(rep, path)
    assert first.count("Small ") == 50
    assert "$254.00" in first
    after = re.findall(r"after=([^\"&]+)", first)[0]
    assert text_of(rep, f"{path}?after={after}").count("Small ") == 4
    file = b"".join(rep.get(f"{path}?export=csv").streaming_content).decode("utf-8-sig")
    lines = file.splitlines()
    shown = ("Record", "External id", "Customer", "Credited to", "Date", "Counted as")
    assert lines[0].split(",") == [*shown, "Amount of the record", "Currency", "Won revenue"]
    assert len(lines) == 56
    assert sum(float(line.rsplit(",", 1)[1]) for line in lines[1:]) == 254.0
    assert rep.get(f"{path}?after=nonsense").status_code == 404


def test_a_number_tells_its_history_to_its_holder(company: Company, rep: Client) -> None:
    alice, bob = (company.target_of(person) for person in (company.world.alice, company.world.bob))
    page = text_of(rep, f"/o/acme/targets/{alice.pk}/history/")
    assert "Evenly" in page
    assert "50.0% of the whole" in page
    assert "as the test needs it" in page
    assert "Bob" not in page
    assert rep.get(f"/o/acme/targets/{bob.pk}/history/").status_code == 404


def test_a_manager_reads_how_the_others_share_it(company: Company, manager: Client) -> None:
    alice = company.target_of(company.world.alice)
    assert "Bob" in text_of(manager, f"/o/acme/targets/{alice.pk}/history/")
    dialog = text_of(manager, f"/o/acme/targets/{alice.pk}/history/", **{"HX-Request": "true"})
    assert "<html" not in dialog


def test_an_alert_is_seen_by_whom_it_concerns(company: Company, manager: Client, viewer: Client) -> None:
    bob = visitor(company.acme, Role.REP, company.world.bob)
    assert "of what was expected by now" in text_of(bob, TODAY)
    with acting_for(company.acme.pk):
        alert = Alert.objects.get(person=company.world.bob)
    seen = f"/o/acme/alerts/{alert.pk}/acknowledge/"
    assert viewer.post(seen).status_code == 403
    assert visitor(company.acme, Role.REP, company.world.carol).post(seen).status_code == 404
    assert bob.post(seen, {"next": TODAY}).url == TODAY
    assert "seen by" in text_of(bob, TODAY)
