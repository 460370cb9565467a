"""Potentials from a file: shown before they are written, refused by cell, all or none."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from salestargets.kernel.errors import DomainError
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.services.people import create_person
from targets.services.potential_files import PotentialDiff, apply_potentials, read_potentials
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World, a_world
from tests.lasting import lasting
from tests.targets.builders import lead_of, member
from tests.targets.test_potentials import JANUARY, kept, noted

pytestmark = pytest.mark.django_db

HEADER = "Unit,Person,External id,Potential a year,From,Source"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@lasting(at=NOON)
def world() -> World:
    """East and Alice have a potential; Charlie's at Other is in no file."""
    world = a_world()
    noted(world.other, world.charlie, 77_777)
    noted(world.acme, world.east, 120_000, source="a study")
    noted(world.acme, world.alice, 5_000)
    return world


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def read(world: World, content: bytes, *, by: Actor | None = None) -> PotentialDiff:
    with acting_for(world.acme.pk):
        return read_potentials(by or system_actor(world.acme), content=io.BytesIO(content), at=NOON)


def apply(world: World, seen: str, *, by: Actor | None = None, at: Any = NOON) -> int:
    with acting_for(world.acme.pk):
        return apply_potentials(by or system_actor(world.acme), seen=seen, at=at)


def refused(world: World, content: bytes, **more: Any) -> DomainError:
    before = kept(world)
    with pytest.raises(DomainError) as caught:
        read(world, content, **more)
    assert kept(world) == before
    return caught.value


def changes(found: PotentialDiff) -> list[tuple[int, str, date, int | None, int, str]]:
    return [
        (line.row, line.name, line.starts_on, line.before, line.after, line.source) for line in found.lines
    ]


def test_a_file_sent_back_as_it_was_changes_nothing(world: World) -> None:
    content = table(",Alice,alice,50.00,2026-01-01,", "East,,,1200.00,2026-01-01,a study")
    found = read(world, content)
    assert (changes(found), found.unchanged) == ([], 2)


def test_what_changes_is_shown_and_then_written(world: World) -> None:
    content = table(
        ",Alice,,60.00,2026-01-01,a call",
        "East,,,,2026-01-01,",
        ",Bob,,0,2026-07-01,",
        "West,,,1 000,2026/7/1,a study",
    )
    before = kept(world)
    found = read(world, content)
    july = date(2026, 7, 1)
    assert changes(found) == [
        (2, "Alice", JANUARY, 5_000, 6_000, "a call"),
        (4, "Bob", july, None, 0, ""),
        (5, "West", july, None, 100_000, "a study"),
    ]
    assert found.unchanged == 1
    assert kept(world) == before

    assert apply(world, found.seen) == 3
    assert sorted(kept(world)) == [
        ("Alice", 6_000, JANUARY, "a call", 2),
        ("Bob", 0, july, "", 1),
        ("East", 120_000, JANUARY, "a study", 1),
        ("West", 100_000, july, "a study", 1),
    ]


def test_an_empty_source_keeps_the_one_there_is(world: World) -> None:
    [line] = read(world, table("East,,,1300,2026-01-01,")).lines
    assert (line.after, line.source) == (130_000, "a study")


def test_rows_are_found_by_external_id_in_english_and_chinese(world: World) -> None:
    found = read(world, table("alice,70,2026-01-01", header="外部编号,年潜力,开始日期"))
    assert changes(found) == [(2, "Alice", JANUARY, 5_000, 7_000, "")]


def test_a_spreadsheet_is_read_with_its_days(world: World) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet, as_day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["Person", "Potential a year", "From"])
        sheet.write_row(1, 0, ["Alice", 61.5])
        sheet.write_datetime(1, 2, JANUARY, as_day)
    assert changes(read(world, file.getvalue())) == [(2, "Alice", JANUARY, 5_000, 6_150, "")]


def test_everything_that_is_wrong_is_named_by_its_cell(world: World) -> None:
    with acting_for(world.acme.pk):
        create_person(system_actor(world.acme), name="Bob", external_id="another")
    content = table(
        ",Nobody,,1,2026-01-01,",
        ",Bob,,1,2026-01-01,",
        "East,Alice,,1,2026-01-01,",
        ",,,1,2026-01-01,",
        ",Alice,,many,2026-01-01,",
        ",Alice,,1.005,2026-01-01,",
        ",Alice,,-1,2026-01-01,",
        ",Alice,,1,soon,",
        ",Carol,,1,2026-01-01,",
        ",Carol,,2,2026-01-01,",
        f",Carol,,2,2026-02-01,{'x' * 201}",
        "East,,alice,2,2026-02-01,",
        ",Charlie,,2,2026-02-01,",
    )
    error = refused(world, content)
    assert error.code == "sheet_faults"
    assert list(error.errors) == [
        "B2", "B3", "A4", "A5", "D6", "D7", "D8", "E9", "E11", "F12", "C13", "B14",
    ]  # fmt: skip
    assert error.errors["B2"] == ["There is no “Nobody” among the units and people you see."]
    assert error.errors["B3"] == ["“Bob” may be several. Say which by kind and external id."]
    assert error.errors["A4"] == ["Name a unit or a person, one of the two."]
    assert error.errors["D8"] == ["“-1”: A potential cannot be below zero."]
    assert error.errors["E11"] == ["Row 10 is about the same holder and day."]
    assert error.errors["B14"] == ["There is no “Charlie” among the units and people you see."]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Unit,Person,Potential a year", "missing_columns"),
        ("Unit,From", "missing_columns"),
        ("Potential a year,From,Source", "missing_columns"),
        (f"{HEADER},Colour", "unknown_columns"),
    ],
)
def test_columns_that_are_missing_or_strange_are_named(world: World, header: str, code: str) -> None:
    assert refused(world, table("East", header=header)).code == code


def test_more_rows_than_can_be_looked_at_are_sent_in_parts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("targets.services.potential_files.MOST_ROWS", 1)
    two = table("East,,,1,2026-01-01,", "West,,,1,2026-01-01,")
    assert refused(world, two).code == "too_many_rows"


@pytest.mark.parametrize("first", ["East,,,1,2026-01-01,", "West,,,1,2026-01-01,"])
def test_a_change_in_between_refuses_all_that_was_shown(world: World, first: str) -> None:
    seen = read(world, table("East,,,1300,2026-01-01,", "West,,,900,2026-01-01,")).seen
    apply(world, read(world, table(first)).seen)
    before = kept(world)
    with pytest.raises(DomainError) as caught:
        apply(world, seen)
    assert (caught.value.code, kept(world)) == ("stale", before)


def test_what_was_shown_cannot_be_made_up_kept_for_days_or_used_elsewhere(world: World) -> None:
    seen = read(world, table("East,,,1300,2026-01-01,")).seen
    before = kept(world)
    for forged in ("", "nonsense", seen[:-1] + ("a" if seen[-1] != "a" else "b")):
        with pytest.raises(DomainError) as caught:
            apply(world, forged)
        assert caught.value.code == "not_seen"
    with acting_for(world.other.pk), pytest.raises(DomainError) as caught:
        apply_potentials(system_actor(world.other), seen=seen, at=NOON)
    assert caught.value.code == "not_seen"
    with time_machine.travel(NOON + timedelta(days=2)), pytest.raises(DomainError) as caught:
        apply(world, seen)
    assert caught.value.code == "not_seen"
    assert kept(world) == before


def test_a_manager_brings_in_what_they_manage_and_nothing_else(world: World) -> None:
    lena = lead_of(world.acme, world.east)
    assert apply(world, read(world, table("North,,,10,2026-01-01,"), by=lena).seen, by=lena) == 1
    error = refused(world, table("West,,,10,2026-01-01,", ",Carol,carol,10,2026-01-01,"), by=lena)
    assert list(error.errors) == ["A2", "C3"]
    everyones = read(world, table("West,,,10,2026-01-01,")).seen
    before = kept(world)
    with pytest.raises(DomainError):
        apply(world, everyones, by=lena)
    assert kept(world) == before


def test_a_rep_brings_in_nothing(world: World) -> None:
    rep = member(world.acme, Role.REP, world.alice)
    assert refused(world, table(",Alice,,999,2026-01-01,"), by=rep).code == "forbidden"


class TestOverRest:
    PATH = "/api/v1/potentials/import/"

    @pytest.fixture
    def api(self, world: World) -> Api:
        return an_integration(world.acme)

    def send(self, api: Api, status: int = 200, **form: Any) -> Any:
        answer = api.post(self.PATH, form)
        assert answer.status_code == status, answer.content
        return answer.json()

    def test_a_file_is_shown_and_applied_once(self, world: World, api: Api) -> None:
        file = SimpleUploadedFile("potentials.csv", table(",Alice,,60.00,2026-01-01,a call"))
        shown = self.send(api, file=file)
        assert shown["lines"] == [
            {
                "row": 2, "holder": f"person:{world.alice.pk}", "name": "Alice", "starts_on": "2026-01-01",
                "before": "50.00", "after": "60.00", "change": "10.00",
                "source_before": "", "source": "a call",
            }
        ]  # fmt: skip
        assert (shown["is_applied"], shown["unchanged"]) == (False, 0)
        assert self.send(api, seen=shown["seen"])["is_applied"]
        assert ("Alice", 6_000, JANUARY, "a call", 2) in kept(world)
        assert self.send(api, 409, seen=shown["seen"])["code"] == "stale"

    def test_what_is_wrong_is_told_by_cell(self, world: World, api: Api) -> None:
        file = SimpleUploadedFile("potentials.csv", table(",Alice,,many,2026-01-01,"))
        told = self.send(api, 422, file=file)
        assert (told["code"], list(told["errors"])) == ("sheet_faults", ["D2"])
        assert self.send(api, 422)["code"] == "required"

    def test_a_key_that_only_reads_brings_in_nothing(self, world: World) -> None:
        reader = an_integration(world.acme, Scope.READ)
        file = SimpleUploadedFile("potentials.csv", table(",Alice,,60.00,2026-01-01,"))
        before = kept(world)
        assert self.send(reader, 403, file=file)["code"] == "forbidden"
        assert kept(world) == before
