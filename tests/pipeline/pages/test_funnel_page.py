"""The funnel's page: whose deals stand where, and what came and went; only of whom is in sight."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client

from pipeline.models import Stage, StageEntry
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from tests.builders import NOON, World, a_world
from tests.kpis.builders import a_deal
from tests.lasting import lasting
from tests.targets.pages.conftest import visitor

pytestmark = pytest.mark.django_db

FUNNEL = "/o/acme/funnel/"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def a_stage(organisation: Organisation, name: str, position: int, category: str = "open") -> Stage:
    with acting_for(organisation.pk):
        return Stage.objects.create(
            source="crm", external_id=name, name=name, position=position, category=category
        )


@lasting(at=NOON)
def world() -> World:
    """Alice: open quotes of 100.00 and 50.00, 200.00 won in ten days, 300.00 lost. Carol: a lead of 70.00."""
    world = a_world()
    lead, quote = a_stage(world.acme, "Lead", 1), a_stage(world.acme, "Quote", 2)
    first = a_deal(world.acme, world.alice, status="open", base=10_000, stage=quote)
    a_deal(world.acme, world.alice, status="open", base=5_000, stage=quote)
    a_deal(world.acme, world.carol, status="open", base=7_000, stage=lead)
    a_deal(world.acme, world.alice, base=20_000, created_on=date(2026, 4, 24))
    a_deal(world.acme, world.alice, status="lost", base=30_000)
    with acting_for(world.acme.pk):
        StageEntry.objects.create(deal=first, stage=quote, entered_at=datetime(2026, 5, 2, tzinfo=UTC))
    theirs = a_stage(world.other, "Elsewhere stage", 1)
    a_deal(world.other, world.charlie, status="open", base=999_900, stage=theirs)
    return world


def text_of(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return re.sub(r"\s+", " ", response.content.decode())


def rows(page: str) -> list[list[str]]:
    """Stage, open deals, amount, entered."""
    table = page[page.rindex("<tbody>") : page.rindex("</tbody>")]
    return [
        re.findall(r'(?:<th scope="row">|<td class="num">)([^<]+)<', row)
        for row in table.split("</tr>")
        if "<tr>" in row
    ]


def test_everyone_sees_the_funnel_of_whom_they_may(world: World) -> None:
    for role in (Role.ADMIN, Role.VIEWER):
        page = text_of(visitor(world.acme, role), FUNNEL)
        assert rows(page) == [["Lead", "1", "$70", "0"], ["Quote", "2", "$150", "1"]]
        assert "Elsewhere stage" not in page
    manager = text_of(visitor(world.acme, Role.MANAGER, world.mona), FUNNEL)
    rep = text_of(visitor(world.acme, Role.REP, world.alice), FUNNEL)
    for page in (manager, rep):
        assert rows(page) == [["Lead", "0", "$0", "0"], ["Quote", "2", "$150", "1"]]
        assert "Carol" not in page


def test_rates_are_of_the_deals_closed_in_the_period(world: World) -> None:
    page = text_of(visitor(world.acme, Role.ADMIN), FUNNEL)
    for shown in ("50.0%", "40.0%", "1 won, 1 lost", "10 days"):
        assert shown in page
    earlier = text_of(visitor(world.acme, Role.VIEWER), f"{FUNNEL}?first=2026-01-01&last=2026-01-31")
    assert "50.0%" not in earlier
    assert "—" in earlier
    assert rows(earlier)[1] == ["Quote", "2", "$150", "0"]


def test_holders_out_of_sight_do_not_exist(world: World) -> None:
    manager = visitor(world.acme, Role.MANAGER, world.mona)
    assert manager.get(f"{FUNNEL}?holder=person:{world.bob.pk}").status_code == 200
    for whom in (
        f"person:{world.carol.pk}",
        f"unit:{world.west.pk}",
        f"person:{world.charlie.pk}",
        "person:999999",
        "team:1",
        "unit:x",
    ):
        assert manager.get(f"{FUNNEL}?holder={whom}").status_code == 404
    assert manager.get("/o/other/funnel/").status_code == 404
    assert Client().get(FUNNEL).status_code == 302


def test_a_refused_period_stands_by_its_field(world: World) -> None:
    admin = visitor(world.acme, Role.ADMIN)
    page = text_of(admin, f"{FUNNEL}?first=2026-05-02&last=2026-05-01", 422)
    assert "The last day is before the first." in page
    assert 'value="2026-05-02"' in page
    assert "Enter a date as YYYY-MM-DD" in text_of(admin, f"{FUNNEL}?first=May", 422)


def test_whoever_has_nobody_in_sight_is_told_what_to_do(world: World) -> None:
    assert "link your sign-in to a person" in text_of(visitor(world.acme, Role.REP), FUNNEL)


def test_the_file_holds_the_stages(world: World) -> None:
    response = visitor(world.acme, Role.ADMIN).get(f"{FUNNEL}?export=csv")
    lines = list(csv.DictReader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))
    assert [(line["Stage"], line["Open deals"], line["Amount"]) for line in lines] == [
        ("Lead", "1", "70.00"),
        ("Quote", "2", "150.00"),
    ]


def test_more_stages_and_deals_need_no_more_queries(world: World, django_assert_num_queries: object) -> None:
    admin = visitor(world.acme, Role.ADMIN)
    admin.get(FUNNEL)
    for number in range(3):
        stage = a_stage(world.acme, f"Stage {number}", 10 + number)
        a_deal(world.acme, world.bob, status="open", base=100, stage=stage)
        with django_assert_num_queries(21):  # type: ignore[operator]
            assert f"Stage {number}" in admin.get(FUNNEL).content.decode()
