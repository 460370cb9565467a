"""Leads, activities and feedback: read strictly, kept by their day, taken back, waiting where they must."""

import io
from datetime import date

import pytest

from kpis.models import DirtyKey
from pipeline.models import Activity, Customer, Deal, Expense, Feedback, ImportRun, Lead
from pipeline.services.imports import import_file
from pipeline.services.records import delete_record
from pipeline.services.undo import undo_import
from salestargets.jobs.services import work_one_step
from salestargets.kernel.errors import NotFound
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from tests.builders import NOON, World, a_person, a_world, an_organisation
from tests.kpis.builders import drained
from tests.lasting import lasting
from tests.pipeline.builders import counts, rows_of, send, within

pytestmark = pytest.mark.django_db

LEAD = {"external_id": "L1", "name": "Fern", "owner": "alice", "created_on": "2026-04-01"}
VISIT = {"external_id": "V1", "kind": "visit", "person": "alice", "happened_at": "2026-04-30T15:30:00Z"}
ANSWER = {"external_id": "F1", "kind": "nps", "score": "9", "person": "alice", "given_on": "2026-05-01"}


@lasting
def world() -> World:
    world = a_world()
    send(world.other, "leads", {**LEAD, "owner": "charlie", "name": "Theirs"})
    send(world.other, "activities", {**VISIT, "person": "charlie"})
    send(world.other, "feedback", {**ANSWER, "person": "charlie"})
    drained(world.acme)
    return world


def marks(organisation: Organisation) -> list[tuple[str, str, date]]:
    """What waits to be computed, and then no more."""
    with acting_for(organisation.pk):
        return sorted(
            rows_of(
                organisation,
                "DELETE FROM kpis_dirtykey k USING tenancy_person p WHERE p.id = k.person_id"
                ' RETURNING k."group", p.name, k.month',
            )
        )


def imported(organisation: Organisation, kind: str, text: str) -> ImportRun:
    with within(organisation) as actor:
        content = io.BytesIO(text.encode())
        run = import_file(actor, kind=kind, source="crm", file_name="a.csv", content=content, at=NOON)
    return worked_off(organisation, run)


def undone(organisation: Organisation, run: ImportRun) -> ImportRun:
    with within(organisation) as actor:
        undo_import(actor, run=run, at=NOON)
    return worked_off(organisation, run)


def worked_off(organisation: Organisation, run: ImportRun) -> ImportRun:
    while work_one_step(organisation.pk, at=NOON):
        pass
    with acting_for(organisation.pk):
        run.refresh_from_db()
    return run


@pytest.mark.parametrize(
    ("kind", "row", "errors"),
    [
        ("leads", {"status": "qualified"}, {"qualified_on": "A qualified lead needs the day it qualified."}),
        ("leads", {"deal": "D1"}, {"qualified_on": "A lead that became a deal needs the day it qualified."}),
        (
            "leads",
            {"status": "disqualified"},
            {"disqualified_on": "A disqualified lead needs the day it was disqualified."},
        ),
        ("leads", {"qualified_on": "2026-05-14"}, {"qualified_on": "This day is in the future."}),
        ("activities", {"kind": "lunch"}, {"kind": None}),
        ("activities", {"kind": "call"}, {"happened_at": "This field is required."}),
        (
            "activities",
            {"kind": "call", "happened_at": "2026-05-14T00:00:00Z"},
            {"happened_at": "This day is in the future."},
        ),
        ("activities", {**VISIT, "minutes": 10_081}, {"minutes": None}),
        ("feedback", {**ANSWER, "score": "9.5"}, {"score": "Enter a whole number from 0 to 10."}),
        ("feedback", {**ANSWER, "score": "10.5"}, {"score": "Enter a number from 0 to 10."}),
        (
            "feedback",
            {**ANSWER, "kind": "satisfaction", "score": "0.5"},
            {"score": "Enter a number from 1 to 5."},
        ),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_named_by_its_field(world, kind, row, errors):
    (refused,) = send(world.acme, kind, {**row, "external_id": "X"}).rejected
    assert set(refused.errors) == set(errors)
    assert {name: [text] for name, text in errors.items() if text}.items() <= refused.errors.items()


def test_2330_on_the_last_day_belongs_to_that_day_where_the_organisation_is():
    an_organisation("other", time_zone="Pacific/Auckland")
    shanghai = an_organisation("acme", time_zone="Asia/Shanghai")
    a_person(shanghai, "Alice")
    send(shanghai, "activities", VISIT, {**VISIT, "external_id": "V2", "happened_at": "2026-04-30T16:00:00Z"})
    with acting_for(shanghai.pk):
        days = dict(Activity.objects.values_list("external_id", "happened_on"))
    assert days == {"V1": date(2026, 4, 30), "V2": date(2026, 5, 1)}


def test_a_change_counts_versions_and_marks_what_it_touched_before_and_after(world):
    assert counts(send(world.acme, "leads", LEAD)) == (1, 0, 0, 0)
    assert marks(world.acme) == [("leads", "Alice", date(2026, 4, 1))]
    assert counts(send(world.acme, "leads", LEAD)) == (0, 0, 1, 0)
    assert marks(world.acme) == []
    qualified = {"external_id": "L1", "owner": "bob", "status": "qualified", "qualified_on": "2026-05-02"}
    assert counts(send(world.acme, "leads", qualified)) == (0, 1, 0, 0)
    assert marks(world.acme) == [
        ("leads", "Alice", date(2026, 4, 1)),
        ("leads", "Bob", date(2026, 4, 1)),
        ("leads", "Bob", date(2026, 5, 1)),
    ]
    with within(world.acme) as actor:
        lead = Lead.objects.get()
        assert (lead.version, lead.name) == (2, "Fern")
        delete_record(actor, kind="leads", record_id=lead.pk, at=NOON)
        with pytest.raises(NotFound):
            delete_record(actor, kind="leads", record_id=lead.pk, at=NOON)
    assert [mark[1:] for mark in marks(world.acme)] == [
        ("Bob", date(2026, 4, 1)),
        ("Bob", date(2026, 5, 1)),
    ]
    assert counts(send(world.acme, "leads", LEAD)) == (0, 1, 0, 0)
    with acting_for(world.acme.pk):
        assert Lead.objects.get().deleted_at is None


def test_an_activity_waits_for_its_person_its_deal_and_its_lead(world):
    send(world.acme, "activities", {**VISIT, "person": "zoe", "deal": "D1", "lead": "L1"})
    assert marks(world.acme) == []
    send(world.acme, "people", {"external_id": "zoe", "name": "Zoe"})
    send(world.acme, "deals", {"external_id": "D1", "name": "Pumps"})
    send(world.acme, "leads", {"external_id": "L1", "name": "Fern"})
    with acting_for(world.acme.pk):
        found = Activity.objects.values_list("person__name", "deal__name", "lead__name").get()
    assert found == ("Zoe", "Pumps", "Fern")
    assert ("activities", "Zoe", date(2026, 4, 1)) in marks(world.acme)


ACTIVITIES = """编号,主题,类型,负责人,时间,时长
1,Pumps,拜访,alice,2026-04-30 23:30,45
2,,微信,bob,2026/5/4,
3,,Phone call,alice,2026-05-05 09:00,10
4,,lunch,alice,2026-05-05 12:00,60
"""


def test_a_file_says_kinds_in_its_own_words_and_is_undone_as_a_whole(world):
    send(world.acme, "activities", {**VISIT, "external_id": "1", "kind": "call"})
    run = imported(world.acme, "activities", ACTIVITIES)
    with acting_for(world.acme.pk):
        kept = Activity.objects.order_by("external_id").values_list(
            "external_id", "name", "kind", "person__name", "happened_on", "minutes"
        )
        assert (run.created, run.updated, run.rejected) == (2, 1, 1)
        assert list(kept) == [
            ("1", "Pumps", "visit", "Alice", date(2026, 4, 30), 45),
            ("2", "2", "message", "Bob", date(2026, 5, 4), None),
            ("3", "3", "call", "Alice", date(2026, 5, 5), 10),
        ]
    undone(world.acme, run)
    with acting_for(world.acme.pk):
        left = Activity.objects.values_list("external_id", "name", "kind", "minutes", "happened_on")
        assert list(left) == [("1", "1", "call", None, date(2026, 4, 30))]
    with acting_for(world.other.pk):
        assert Activity.objects.count() == 1


def test_a_score_is_kept_in_hundredths_of_its_scale(world):
    send(
        world.acme,
        "feedback",
        ANSWER,
        {**ANSWER, "external_id": "F2", "kind": "satisfaction", "score": "4.5"},
    )
    with acting_for(world.acme.pk):
        assert sorted(Feedback.objects.values_list("kind", "score_hundredths")) == [
            ("nps", 900),
            ("satisfaction", 450),
        ]
        assert set(DirtyKey.objects.values_list("group", "month")) == {("feedback", date(2026, 5, 1))}


def test_a_customer_is_won_with_the_first_deal_that_stands(world):
    won = {"status": "won", "customer": "C1"}
    send(
        world.acme,
        "deals",
        {"external_id": "D1", "owner": "alice", "closed_on": "2026-05-04", **won},
        {"external_id": "D2", "owner": "bob", "closed_on": "2026-04-30", **won},
        {"external_id": "D3", "owner": "bob", "closed_on": "2026-01-02", **won, "status": "lost"},
    )

    def told() -> tuple[str | None, date | None, str | None]:
        with acting_for(world.acme.pk):
            customer = Customer.objects.select_related("acquired_by").get()
            first = Deal.objects.filter(pk=customer.first_deal_id).first()
            whose = customer.acquired_by.name if customer.acquired_by else None
            return first and first.external_id, customer.acquired_on, whose

    file = "id,customer,owner\nC1,Blue Fern,carol\n"
    run = imported(world.acme, "customers", file)
    assert told() == ("D2", date(2026, 4, 30), "Bob")
    send(world.acme, "deals", {"external_id": "D2", "owner": "carol"})
    assert told() == ("D2", date(2026, 4, 30), "Carol")
    with within(world.acme) as actor:
        delete_record(actor, kind="deals", record_id=Deal.objects.get(external_id="D2").pk, at=NOON)
    assert told() == ("D1", date(2026, 5, 4), "Alice")
    send(world.acme, "deals", {"external_id": "D1", "status": "open"})
    assert told() == (None, None, None)
    send(world.acme, "deals", *({"external_id": deal, "customer": None} for deal in ("D1", "D2", "D3")))
    undone(world.acme, run)
    with acting_for(world.acme.pk):
        assert not Customer.objects.exists()


def test_an_expense_is_priced_by_the_rate_of_its_day_and_anew_with_a_later_one(world):
    rate = {"external_id": "R1", "currency": "EUR", "valid_on": "2026-01-01", "rate": "1.1"}
    dinner = {"category": "hospitality", "person": "alice", "amount": "50", "currency": "EUR"}
    outcome = send(world.acme, "expenses", {"external_id": "X1", "dated_on": "2026-04-02", **dinner})
    assert outcome.remarks["not_priced"] == 1
    send(world.acme, "exchange-rates", rate)
    with acting_for(world.acme.pk):
        assert Expense.objects.get().base_minor == 5_500
    assert {mark for mark in marks(world.acme) if mark[0] == "expenses"} == {
        ("expenses", "Alice", date(2026, 4, 1))
    }
    send(world.acme, "exchange-rates", {**rate, "rate": "1.2"})
    with acting_for(world.acme.pk):
        assert Expense.objects.get().base_minor == 6_000
