"""Potentials on their page: noted, changed, removed; listed to those who steer, as a file too."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, Unit
from targets.models import Potential
from targets.services.potentials import note_potential
from tests.builders import NOON, a_member, acting_as
from tests.targets.builders import of
from tests.targets.pages.conftest import Company
from tests.web.pages.kit import hidden, sent, text_of

pytestmark = pytest.mark.django_db

PATH = "/o/acme/plans/potentials/"


def kept(company: Company) -> list[tuple[str, int, date, str]]:
    with acting_for(company.acme.pk):
        rows = Potential.objects.select_related("unit", "person").order_by("id")
        return [(str(row.unit or row.person), row.amount, row.starts_on, row.source) for row in rows]


def noted(company: Company, holder: Unit | Person, amount: int) -> int:
    actor = acting_as(company.acme, a_member(company.acme, f"by{amount}@acme.example", role=Role.ADMIN))
    whose = of(holder)
    assert whose is not None
    with acting_for(company.acme.pk):
        return note_potential(
            actor, holder=whose, amount=amount, starts_on=date(2026, 1, 1), source="A study", at=NOON
        ).pk


def test_the_first_potential_is_noted(company: Company, admin: Client) -> None:
    assert "No potentials yet" in text_of(admin, PATH)
    data = {
        "unit": company.world.east.pk,
        "amount": "1,200,000.50",
        "starts_on": "2026-01-01",
        "source": "A study",
    }
    sent(admin, f"{PATH}new/", data)
    assert kept(company) == [("East", 120_000_050, date(2026, 1, 1), "A study")]
    page = text_of(admin, PATH)
    for shown in ("East", "$1,200,000", "Jan 1, 2026", "A study"):
        assert shown in page


def test_it_is_changed_and_removed(company: Company, admin: Client) -> None:
    potential = noted(company, company.world.alice, 100)
    change = {"amount": "2.00", "source": "", "version": 1}
    sent(admin, f"{PATH}{potential}/edit/", change)
    assert kept(company) == [("Alice", 200, date(2026, 1, 1), "")]
    refusal = sent(admin, f"{PATH}{potential}/edit/", {**change, "amount": "3.00"}, 422)
    assert "Someone else changed this" in refusal
    remove = f"{PATH}{potential}/remove/"
    shown = hidden(admin, remove)
    assert "Someone else changed this" in sent(admin, remove, {**shown, "version": "1"}, 422)
    assert kept(company) == [("Alice", 200, date(2026, 1, 1), "")]
    sent(admin, remove, shown)
    assert kept(company) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"unit": ""}, "Choose a unit or a person, one of the two."),
        ({"person": "{alice}"}, "Choose a unit or a person, one of the two."),
        ({"amount": "-1"}, "A potential cannot be below zero."),
        ({"amount": "1.005"}, "2 decimal"),
        ({"starts_on": "soon"}, "Enter a date as YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_meant_stands_by_its_field(
    company: Company, admin: Client, wrong: dict[str, str], told: str
) -> None:
    data = {"unit": str(company.world.east.pk), "amount": "1", "starts_on": "2026-01-01"}
    data |= {name: value.format(alice=company.world.alice.pk) for name, value in wrong.items()}
    assert told in sent(admin, f"{PATH}new/", data, 422)
    assert kept(company) == []


def test_each_role_sees_and_does_what_it_may(
    company: Company, admin: Client, manager: Client, viewer: Client, rep: Client
) -> None:
    west, north = noted(company, company.world.west, 7_000), noted(company, company.world.north, 5_000)
    assert "$70" in text_of(viewer, PATH)
    assert "Note a potential" not in text_of(viewer, PATH)
    assert viewer.get(f"{PATH}new/").status_code == 403
    assert rep.get(PATH).status_code == 403
    page = text_of(manager, PATH)  # who leads North
    assert "$50" in page
    assert "$70" not in page
    assert manager.get(f"{PATH}{north}/edit/").status_code == 200
    for what in ("edit", "remove"):
        assert manager.get(f"{PATH}{west}/{what}/").status_code == 404
    elsewhere = {"unit": company.world.west.pk, "amount": "1", "starts_on": "2026-01-01"}
    assert manager.post(f"{PATH}new/", elsewhere).status_code == 422
    assert len(kept(company)) == 2


def test_the_file_has_them_to_the_cent(company: Company, admin: Client) -> None:
    noted(company, company.world.east, 120_000_050)
    noted(company, company.world.alice, 5_000)
    file = b"".join(admin.get(f"{PATH}?export=csv").streaming_content)  # type: ignore[attr-defined]
    assert file.decode("utf-8-sig").splitlines() == [
        "Unit,Person,External id,Potential a year,From,Source",
        ",Alice,alice,50.00,2026-01-01,A study",
        f"East,,{company.world.east.external_id},1200000.50,2026-01-01,A study",
    ]


def test_a_file_is_shown_before_it_is_written(company: Company, admin: Client) -> None:
    noted(company, company.world.alice, 5_000)
    content = b"Person,Potential a year,From\nAlice,60.00,2026-01-01\nBob,7,2026-07-01\n"
    before = kept(company)

    def file() -> SimpleUploadedFile:
        return SimpleUploadedFile("potentials.csv", content)

    shown = admin.post(f"{PATH}upload/", {"read": "1", "file": file()})
    page = shown.content.decode()
    for told in ("2 potentials change", "$50.00", "$60.00", "new"):
        assert told in page
    assert kept(company) == before
    seen = shown.context["found"].seen
    sent(admin, f"{PATH}upload/", {"apply": "1", "seen": seen})
    assert kept(company) == [
        ("Alice", 6_000, date(2026, 1, 1), "A study"),
        ("Bob", 700, date(2026, 7, 1), ""),
    ]
    assert "Potentials have changed" in sent(admin, f"{PATH}upload/", {"apply": "1", "seen": seen}, 422)


def test_what_is_wrong_in_a_file_is_told_by_its_cell(company: Company, admin: Client, viewer: Client) -> None:
    content = b"Person,Potential a year,From\nNobody,60.00,2026-01-01\n"
    file = SimpleUploadedFile("potentials.csv", content)
    refusal = admin.post(f"{PATH}upload/", {"read": "1", "file": file})
    assert refusal.status_code == 422
    assert "A2: There is no “Nobody”" in refusal.content.decode()
    assert "Choose a file." in sent(admin, f"{PATH}upload/", {"read": "1"}, 422)
    assert viewer.get(f"{PATH}upload/").status_code == 403
    assert kept(company) == []


def test_the_list_takes_the_same_queries_for_any_length(company: Company, admin: Client) -> None:
    noted(company, company.world.east, 1_000)
    admin.get(PATH)
    with CaptureQueriesContext(connection) as for_one:
        assert "East" in text_of(admin, PATH)
    noted(company, company.world.alice, 2_000)
    noted(company, company.world.bob, 3_000)
    with CaptureQueriesContext(connection) as for_three:
        assert "Alice" in text_of(admin, PATH)
    assert len(for_three) == len(for_one)
