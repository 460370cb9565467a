"""A list of people with unit names becomes a tree with people in it."""

from datetime import date

import pytest

from pipeline.choices import ImportState
from pipeline.selectors import rejections_of
from salestargets.tenancy.models import Assignment, Organisation, Person, Unit
from salestargets.tenancy.selectors import tree
from tests.builders import NOON, an_organisation
from tests.lasting import lasting
from tests.pipeline.builders import rows_of, send, within
from tests.pipeline.test_imports import told, undone, upload, worked_off

pytestmark = pytest.mark.django_db

ROSTER = (
    "name,email,职务,level,region,team,manager,starts on\n"
    "Ann,ann@acme.example,Team lead,senior,East,North,Mona,2026-01-01\n"
    "Bob,,Sales rep,,East,North,Mona,2026-01-01\n"
    "Cid,,Sales rep,,West,,Ann,2026-01-01\n"
)


@lasting
def acme() -> Organisation:
    send(an_organisation("other"), "people", {"external_id": "Ann"})
    return an_organisation("acme")


def seats(organisation: Organisation) -> list[tuple[str, str, str, str, str | None]]:
    return rows_of(
        organisation,
        "SELECT p.name, u.name, a.role, a.starts_on::text, a.ends_on::text FROM tenancy_assignment a"
        " JOIN tenancy_person p ON p.id = a.person_id JOIN tenancy_unit u ON u.id = a.unit_id"
        " ORDER BY p.name, a.role DESC, a.starts_on",
    )


def test_a_roster_makes_units_people_members_and_managers(acme):
    run = worked_off(acme, upload(acme, ROSTER, "roster"))
    assert told(run) == (ImportState.DONE, 3, 0, 0, 0)
    assert run.remarks == {"units_created": 3, "managers_created": 1, "joined": 3, "managers_named": 2}
    with within(acme) as actor:
        assert [(node.name, node.depth, node.managers) for node in tree(actor, NOON.date())] == [
            ("Acme", 0, ()),
            ("East", 1, ()),
            ("North", 2, ("Mona",)),
            ("West", 1, ("Ann",)),
        ]
        assert list(Person.objects.order_by("name").values_list("name", "job", "level")) == [
            ("Ann", "Team lead", "senior"),
            ("Bob", "Sales rep", ""),
            ("Cid", "Sales rep", ""),
            ("Mona", "", ""),
        ]
    assert seats(acme) == [
        ("Ann", "North", "member", "2026-01-01", None),
        ("Ann", "West", "manager", "2026-01-01", None),
        ("Bob", "North", "member", "2026-01-01", None),
        ("Cid", "West", "member", "2026-01-01", None),
        ("Mona", "North", "manager", "2026-01-01", None),
    ]


def test_the_same_roster_again_changes_nothing(acme):
    worked_off(acme, upload(acme, ROSTER, "roster"))
    before = seats(acme)
    run = worked_off(acme, upload(acme, ROSTER, "roster"))
    assert (told(run), run.remarks) == ((ImportState.DONE, 0, 0, 3, 0), {})
    assert seats(acme) == before


def test_a_later_roster_moves_people_from_its_day_on(acme):
    worked_off(acme, upload(acme, ROSTER, "roster"))
    later = "name,region,team,starts on\nBob,West,,2026-04-01\n"
    run = worked_off(acme, upload(acme, later, "roster"))
    assert run.remarks == {"moved": 1}
    assert [seat for seat in seats(acme) if seat[0] == "Bob"] == [
        ("Bob", "North", "member", "2026-01-01", "2026-04-01"),
        ("Bob", "West", "member", "2026-04-01", None),
    ]


def test_a_unit_of_that_name_in_that_place_is_taken_and_not_made_twice(acme):
    send(acme, "units", {"external_id": "u7", "name": "East"}, source="hr")
    run = worked_off(acme, upload(acme, ROSTER, "roster"))
    assert run.remarks["units_created"] == 2
    with within(acme):
        assert Unit.objects.filter(name="East").count() == 1


def test_a_bad_row_is_named_and_the_others_land(acme):
    text = (
        "name,email,region,starts on\n"
        "Ann,nonsense,East,2026-01-01\nBob,,East,soon\nCid,,East,2026-01-01\n,,East,\n"
    )
    run = worked_off(acme, upload(acme, text, "roster"))
    assert told(run) == (ImportState.DONE, 1, 0, 0, 3)
    with within(acme):
        found = {one.row: list(one.errors) for one in rejections_of(run)}
        assert found == {2: ["email"], 3: ["starts_on"], 5: ["external_id"]}
        assert list(Person.objects.values_list("name", flat=True)) == ["Cid"]


def test_a_dry_run_of_a_roster_leaves_nothing(acme):
    run = worked_off(acme, upload(acme, ROSTER, "roster", dry_run=True))
    assert (told(run), run.remarks["units_created"]) == ((ImportState.CHECKED, 3, 0, 0, 0), 3)
    with within(acme):
        assert (Person.objects.count(), Unit.objects.count(), Assignment.objects.count()) == (0, 1, 0)


def test_undoing_a_roster_takes_back_its_people_units_and_moves(acme):
    worked_off(acme, upload(acme, ROSTER, "roster"))
    before = seats(acme)
    later = "name,region,team,starts on\nBob,West,Night,2026-04-01\nDan,South,,2026-04-01\n"
    run = worked_off(acme, upload(acme, later, "roster"))
    assert len(seats(acme)) == len(before) + 2
    run = undone(acme, run)
    assert seats(acme) == before
    with within(acme):
        assert not Unit.objects.filter(name__in=["Night", "South"]).exists()
        assert not Person.objects.filter(name="Dan").exists()


def test_someone_who_joins_before_they_sit_elsewhere_stays_until_then(acme):
    worked_off(acme, upload(acme, "name,region,starts on\nAnn,West,2026-06-01\n", "roster"))
    worked_off(acme, upload(acme, "name,region,starts on\nAnn,East,2026-01-01\n", "roster"))
    with within(acme):
        first = Assignment.objects.order_by("starts_on").first()
        assert (first.unit.name, first.ends_on) == ("East", date(2026, 6, 1))
