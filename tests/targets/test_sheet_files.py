"""A goal's numbers to Excel and back: what changes is shown, and only that is written."""

import csv
import io
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import Workbook, load_workbook

from salestargets.kernel.errors import DomainError
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person
from targets.exports import sheet_file
from targets.models import Change, Goal
from targets.services.cells import StaleEdits, set_target
from targets.services.file_tables import letter
from targets.services.sheet_files import SheetDiff, apply_seen, read_sheet
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World
from tests.lasting import lasting
from tests.targets.builders import (
    APRIL,
    a_goal,
    a_plan,
    fresh,
    lead_of,
    number,
    of,
    published,
    refused,
    split,
    written,
)

pytestmark = pytest.mark.django_db

APRIL_1, MAY_1 = "2026-04-01", "2026-05-01"
Table = list[list[Any]]


@lasting
def goal(world: World) -> Goal:
    """120.00 in Q2: 30.00 each for Alice and Bob, 60.00 for Carol."""
    goal = a_goal(a_plan(world.acme), "120.00")
    split(goal)
    return goal


def downloaded(goal: Goal, *, by: Actor | None = None) -> Table:
    """The file as rows of cells, numbers as numbers."""
    with acting_for(goal.organisation_id):
        actor = by or system_actor(goal.organisation)
        book = opened(sheet_file(actor, fresh(goal), on=APRIL.date(), file_format="xlsx"))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def opened(answer: Any) -> Any:
    """Closing the answer itself would close the connection of the test."""
    with closing(answer.file_to_stream):
        return load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def row_of(table: Table, name: str) -> list[Any]:
    return next(row for row in table if row[table[0].index("Name")] == name)


def put(table: Table, name: str, column: str, value: Any) -> None:
    row_of(table, name)[table[0].index(column)] = value


def as_xlsx(table: Table) -> io.BytesIO:
    book, file = Workbook(), io.BytesIO()
    sheet = book.create_sheet("Numbers", 0)
    for row in table:
        sheet.append(row)
    book.save(file)
    return file


def as_csv(table: Table) -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return io.BytesIO(text.getvalue().encode("utf-8"))


def read(goal: Goal, table: Table, *, by: Actor | None = None, write: Any = as_xlsx) -> SheetDiff:
    with acting_for(goal.organisation_id):
        actor = by or system_actor(goal.organisation)
        return read_sheet(actor, goal=fresh(goal), content=write(table), at=APRIL)


def apply(goal: Goal, seen: str, *, by: Actor | None = None, **more: Any) -> None:
    with acting_for(goal.organisation_id):
        apply_seen(by or system_actor(goal.organisation), goal=fresh(goal), seen=seen, at=APRIL, **more)


def faults(world: World, goal: Goal, table: Table, *, by: Actor | None = None) -> dict[str, list[str]]:
    return refused(world, lambda: read(goal, table, by=by), "sheet_faults").errors


def cell(goal: Goal, person: Person, month: date | None = None) -> int | None:
    return number(goal, person, month)


def test_a_file_sent_back_as_it_was_changes_nothing(world: World, goal: Goal) -> None:
    found = read(goal, downloaded(goal))
    assert (found.lines, found.unchanged) == ([], 7)
    apply(goal, found.seen)
    with acting_for(world.acme.pk):
        assert not Change.objects.filter(kind="file").exists()


@pytest.mark.parametrize("write", [as_xlsx, as_csv])
def test_what_changes_is_shown_and_then_written(world: World, goal: Goal, write: Any) -> None:
    table = downloaded(goal)
    put(table, "Alice", MAY_1, 12.5)
    put(table, "Bob", "Target", 45)
    put(table, "Carol", "Target", 0)
    found = read(goal, table, write=write)
    assert [(line.name, line.before, line.after, line.change) for line in found.lines] == [
        ("Alice", 3_000, 3_250, 250),
        ("Bob", 3_000, 4_500, 1_500),
        ("Carol", 6_000, 0, -6_000),
    ]
    assert (found.before, found.after) == (12_000, 7_750)
    assert found.lines[0].months_after == [1_000, 1_250, 1_000]
    assert cell(goal, world.alice) == 3_000
    apply(goal, found.seen)
    assert cell(goal, world.alice, date(2026, 5, 1)) == 1_250
    assert (cell(goal, world.bob), cell(goal, world.carol)) == (4_500, 0)
    with acting_for(world.acme.pk):
        assert Change.objects.filter(kind="file").count() == 1


def test_an_empty_cell_leaves_its_number_alone_and_a_missing_column_all_of_them(
    world: World, goal: Goal
) -> None:
    table = downloaded(goal)
    put(table, "Alice", MAY_1, None)
    put(table, "Alice", "Target", None)
    put(table, "Bob", "Target", 31)
    kept = [[value for value, name in zip(row, table[0], strict=True) if name != APRIL_1] for row in table]
    assert [line.name for line in read(goal, kept).lines] == ["Bob"]


def test_months_and_total_in_one_row_must_agree(world: World, goal: Goal) -> None:
    table = downloaded(goal)
    put(table, "Alice", MAY_1, 20)
    put(table, "Alice", "Target", 40)
    [line] = read(goal, table).lines
    assert (line.after, line.months_after) == (4_000, [1_000, 2_000, 1_000])
    put(table, "Alice", "Target", 41)
    [texts] = faults(world, goal, table).values()
    assert "The months sum to 40.00" in texts[0]


def test_a_new_holder_gets_a_first_number(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "120.00")
    table = downloaded(goal)
    put(table, "Alice", "Target", 9)
    put(table, "Bob", MAY_1, 7)
    found = read(goal, table)
    apply(goal, found.seen)
    assert (cell(goal, world.alice), cell(goal, world.bob)) == (900, 700)
    assert cell(goal, world.bob, date(2026, 4, 1)) == 0


def test_everything_that_is_wrong_is_named_by_its_cell(world: World, goal: Goal) -> None:
    table = downloaded(goal)
    header = table[0]
    put(table, "Alice", MAY_1, "twelve")
    put(table, "Bob", "Target", -5)
    put(table, "Carol", "Target", "1.005")
    table.append([None] * len(header))
    table.append(["person:999999", *[None] * (len(header) - 1)])
    table.append(list(row_of(table, "North")))
    found = faults(world, goal, table)
    rows = {row[2]: n for n, row in enumerate(table, start=1) if row[2]}
    may, total = letter(header.index(MAY_1)), letter(header.index("Target"))
    assert set(found) == {
        f"{may}{rows['Alice']}",
        f"{total}{rows['Bob']}",
        f"{total}{rows['Carol']}",
        f"A{len(table) - 1}",
        f"A{len(table)}",
    }
    assert "“twelve”" in found[f"{may}{rows['Alice']}"][0]
    assert "“person:999999”" in found[f"A{len(table) - 1}"][0]


def test_a_renamed_column_is_named(world: World, goal: Goal) -> None:
    table = downloaded(goal)
    table[0][table[0].index(MAY_1)] = "Mai"
    error = refused(world, lambda: read(goal, table), "unknown_columns")
    assert "J1 “Mai”" in error.render()
    table = [row[2:] for row in downloaded(goal)]
    refused(world, lambda: read(goal, table), "no_holder_column")
    table = downloaded(goal)
    table[0][table[0].index(MAY_1)] = "2026/04/01"
    refused(world, lambda: read(goal, table), "month_repeats")


def test_a_file_made_in_chinese_is_read_in_english(world: World, goal: Goal) -> None:
    with translation.override("zh-hans"):
        table = downloaded(goal)
    assert "目标" in table[0]
    table[1][table[0].index("目标")] = 130
    [line] = read(goal, table).lines
    assert (line.name, line.after) == ("Acme", 13_000)


def test_rows_are_found_by_external_id_where_no_holder_is_named(world: World, goal: Goal) -> None:
    [line] = read(goal, [["External id", "Target"], ["alice", "1,200.50"]], write=as_csv).lines
    assert (line.name, line.after) == ("Alice", 120_050)


def test_a_change_in_between_refuses_what_was_shown(world: World, goal: Goal) -> None:
    table = downloaded(goal)
    put(table, "Alice", "Target", 40)
    put(table, "Bob", "Target", 40)
    found = read(goal, table)
    with acting_for(world.acme.pk):
        system = system_actor(world.acme)
        set_target(system, goal=goal, holder=of(world.bob), amount=1, expected_version=None, at=APRIL)
    before = written(world.acme)
    with pytest.raises(StaleEdits) as caught, acting_for(world.acme.pk):
        apply_seen(system_actor(world.acme), goal=fresh(goal), seen=found.seen, at=APRIL)
    assert [(stale.edit.was, stale.now) for stale in caught.value.stale] == [(3_000, 1)]
    assert written(world.acme) == before


def test_what_was_shown_cannot_be_made_up_or_used_for_another_goal(world: World, goal: Goal) -> None:
    table = downloaded(goal)
    put(table, "Alice", "Target", 40)
    seen = read(goal, table).seen
    other = a_goal(a_plan(world.acme, "Again"), "1.00")
    refused(world, lambda: apply(other, seen), "not_seen")
    refused(world, lambda: apply(goal, seen[:-1]), "not_seen")


def test_a_published_plan_wants_a_reason(world: World, goal: Goal) -> None:
    published(goal.plan)
    table = downloaded(goal)
    put(table, "Alice", "Target", 31)
    seen = read(goal, table).seen
    refused(world, lambda: apply(goal, seen), "reason_required")
    apply(goal, seen, reason="As agreed on paper")
    assert cell(goal, world.alice) == 3_100


def test_a_manager_gets_and_changes_only_their_own_part(world: World, goal: Goal) -> None:
    lead = lead_of(world.acme, world.north)
    table = downloaded(goal, by=lead)
    assert [row[2] for row in table[1:]] == ["North", "Alice", "Bob"]
    put(table, "Alice", "Target", 31)
    apply(goal, read(goal, table, by=lead).seen, by=lead)
    assert cell(goal, world.alice) == 3_100
    put(table, "North", "Target", 70)
    [texts] = faults(world, goal, table, by=lead).values()
    assert "the manager of the unit above" in texts[0]
    everyone = downloaded(goal)
    assert all("Nobody in this plan" in texts[0] for texts in faults(world, goal, everyone, by=lead).values())


def test_formulas_in_names_are_escaped_and_only_numbers_are_open(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        Person.objects.filter(pk=world.alice.pk).update(name="=1+1")
        book = opened(sheet_file(system_actor(world.acme), fresh(goal), on=APRIL.date(), file_format="xlsx"))
    sheet = book.worksheets[0]
    names = [cell.value for cell in sheet["C"]]
    assert "'=1+1" in names
    assert sheet.protection.sheet
    assert (sheet["C2"].protection.locked, sheet["F2"].protection.locked) == (True, False)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (b"PK\x03\x04 nonsense", "broken_xlsx"), (b"\xd0\xcf\x11\xe0", "old_excel")],
)
def test_what_is_no_table_is_refused(world: World, goal: Goal, content: bytes, code: str) -> None:
    refused(world, lambda: read(goal, [], write=lambda _table: io.BytesIO(content)), code)


def test_a_level_has_only_totals(world: World) -> None:
    goal = a_goal(a_plan(world.acme), "500000", kpi="win_rate")
    table = downloaded(goal)
    assert not any(str(name).startswith("2026") for name in table[0])
    put(table, "Alice", "Target", 42.5)
    apply(goal, read(goal, table).seen)
    assert cell(goal, world.alice) == 425_000


class TestOverRest:
    @pytest.fixture(autouse=True)
    def noon(self, time_machine: Any) -> None:
        time_machine.move_to(NOON, tick=False)

    @pytest.fixture
    def api(self, world: World) -> Api:
        return an_integration(world.acme)

    def send(self, api: Api, goal: Goal, status: int = 200, **form: Any) -> Any:
        path = f"/api/v1/plans/{goal.plan_id}/import-sheet/"
        answer = api.post(path, {"goal": goal.pk, **form})
        assert answer.status_code == status, answer.content
        return answer.json()

    def test_the_file_is_fetched_edited_shown_and_applied(self, world: World, goal: Goal, api: Api) -> None:
        answer: Any = api.get(f"/api/v1/plans/{goal.plan_id}/targets/export/?goal={goal.pk}&format=csv")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        table = list(csv.reader(io.StringIO(text, newline="")))
        put(table, "Alice", "Target", "45.00")
        shown = self.send(api, goal, file=SimpleUploadedFile("plan.csv", as_csv(table).getvalue()))
        assert [(line["name"], line["change"]) for line in shown["lines"]] == [("Alice", "15.00")]
        assert not shown["is_applied"]
        assert self.send(api, goal, seen=shown["seen"])["is_applied"]
        assert cell(goal, world.alice) == 4_500
        assert self.send(api, goal, 409, seen=shown["seen"])["code"] == "stale"

    def test_what_is_wrong_is_told_by_cell(self, world: World, goal: Goal, api: Api) -> None:
        file = SimpleUploadedFile("plan.csv", b"External id,Target\nalice,many\n")
        told = self.send(api, goal, 422, file=file)
        assert (told["code"], list(told["errors"])) == ("sheet_faults", ["B2"])
        assert self.send(api, goal, 422)["code"] == "required"


def test_letters_are_those_of_spreadsheets() -> None:
    assert [letter(place) for place in (0, 25, 26, 51, 52, 702)] == ["A", "Z", "AA", "AZ", "BA", "AAA"]


def test_a_domain_error_names_at_most_fifty_cells(world: World, goal: Goal) -> None:
    table = [["External id", "Target"], *([f"nobody-{n}", "1"] for n in range(60))]
    with pytest.raises(DomainError) as caught:
        read(goal, table, write=as_csv)
    assert (len(caught.value.errors), caught.value.params["count"]) == (50, 60)
