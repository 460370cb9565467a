"""Records come in set-wise; twice is once, older does not overwrite, nothing lands half."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.models import Channel, Customer, Deal, Stage
from pipeline.services.records import delete_record
from salestargets.kernel.errors import Conflict, Forbidden, NotFound
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Organisation, Person, Unit, UnitPlacement
from salestargets.tenancy.selectors import root_unit_id
from tests.builders import NOON, World, a_person, a_world, an_organisation
from tests.lasting import lasting
from tests.pipeline.builders import counts, rows_of, send, tried, within

pytestmark = pytest.mark.django_db


@lasting
def world() -> World:
    return a_world()


@lasting
def acme() -> Organisation:
    an_organisation("other")
    return an_organisation("acme")


REQUIRED = "This field is required."
WON = {"status": "won", "closed_on": "2026-05-01", "amount": "100.00", "currency": "USD"}


def deal_of(organisation: Organisation, external_id: str = "A1") -> Deal:
    with acting_for(organisation.pk):
        return Deal.objects.select_related("owner", "customer", "product").get(external_id=external_id)


def test_sent_twice_the_second_is_unchanged(acme):
    rows = [{"external_id": f"A{n}", "name": f"Deal {n}", **WON} for n in range(3)]
    assert counts(send(acme, "deals", *rows)) == (3, 0, 0, 0)
    assert counts(send(acme, "deals", *rows)) == (0, 0, 3, 0)
    rows[1]["amount"] = "101.00"
    assert counts(send(acme, "deals", *rows)) == (0, 1, 2, 0)
    assert (deal_of(acme, "A1").amount_minor, deal_of(acme, "A1").version) == (10100, 2)
    assert (deal_of(acme, "A0").amount_minor, deal_of(acme, "A0").version) == (10000, 1)


def test_what_a_row_does_not_speak_of_stays(world):
    send(world.acme, "deals", {"external_id": "A1", "name": "Big", "owner": "alice", "amount": "5"})
    send(world.acme, "deals", {"external_id": "A1", "status": "won", "closed_on": "2026-05-01"})
    deal = deal_of(world.acme)
    assert (deal.name, deal.owner, deal.amount_minor, deal.status) == ("Big", world.alice, 500, "won")
    send(world.acme, "deals", {"external_id": "A1", "owner": None})
    assert deal_of(world.acme).owner is None


def test_rows_that_speak_of_different_fields_go_together(acme):
    outcome = send(
        acme,
        "deals",
        {"external_id": "A1", "name": "One"},
        {"external_id": "A2", "amount": "7"},
        {"external_id": "A3", "name": "Three", "created_on": "2026-01-01"},
    )
    assert counts(outcome) == (3, 0, 0, 0)
    assert rows_of(
        acme, "SELECT external_id, name, amount_minor, created_on FROM pipeline_deal ORDER BY 1"
    ) == [
        ("A1", "One", None, None),
        ("A2", "A2", 700, None),
        ("A3", "Three", None, date(2026, 1, 1)),
    ]


def test_an_older_time_of_change_does_not_overwrite(acme):
    def at(hour: int, name: str) -> dict[str, str]:
        return {"external_id": "C1", "name": name, "updated_at": f"2026-05-01T{hour:02}:00:00Z"}

    assert counts(send(acme, "customers", at(10, "Ten"))) == (1, 0, 0, 0)
    assert counts(send(acme, "customers", at(9, "Nine"))) == (0, 0, 1, 0)
    assert counts(send(acme, "customers", at(11, "Ten"))) == (0, 1, 0, 0)
    assert counts(send(acme, "customers", at(10, "Late"))) == (0, 0, 1, 0)
    assert counts(send(acme, "customers", {"external_id": "C1", "name": "Timeless"})) == (0, 1, 0, 0)
    with within(acme):
        customer = Customer.objects.get()
    assert (customer.name, customer.source_updated_at) == ("Timeless", datetime(2026, 5, 1, 11, tzinfo=UTC))


def test_the_same_id_in_another_source_or_organisation_is_another_record(world):
    send(world.acme, "customers", {"external_id": "C1", "name": "Ours"})
    send(world.acme, "customers", {"external_id": "C1", "name": "Also ours"}, source="erp")
    send(world.other, "customers", {"external_id": "C1", "name": "Theirs"})
    for organisation, names in ((world.acme, ["Also ours", "Ours"]), (world.other, ["Theirs"])):
        with within(organisation):
            assert sorted(Customer.objects.values_list("name", flat=True)) == names


def test_good_rows_land_and_bad_ones_are_named(acme):
    outcome = send(acme, "channels", {"external_id": "W"}, {"external_id": "X", "colour": 1}, 7)
    assert counts(outcome) == (1, 0, 0, 2)
    assert [(one.index, one.external_id, dict(one.errors)) for one in outcome.rejected] == [
        (1, "X", {"colour": ["There is no such field."]}),
        (
            2,
            None,
            {"record": ["A record is an object with fields."], "external_id": ["This field is required."]},
        ),
    ]


def test_atomic_lands_all_or_none(acme):
    outcome = send(acme, "channels", {"external_id": "W"}, {"external_id": "X", "colour": 1}, atomic=True)
    assert counts(outcome) == (0, 0, 0, 1)
    with within(acme):
        assert not Channel.objects.exists()
    assert counts(send(acme, "channels", {"external_id": "W"}, atomic=True)) == (1, 0, 0, 0)


def test_a_dry_run_counts_the_same_and_leaves_nothing(acme):
    send(acme, "stages", {"external_id": "S1", "name": "Lead"})
    rows = [{"external_id": "S1", "name": "First"}, {"external_id": "S2"}, {"external_id": ""}]
    before = rows_of(acme, "SELECT * FROM pipeline_stage")
    assert counts(tried(acme, "stages", *rows)) == (1, 1, 0, 1)
    assert rows_of(acme, "SELECT * FROM pipeline_stage") == before
    assert counts(send(acme, "stages", *rows)) == (1, 1, 0, 1)


def test_no_rows_are_no_work(acme):
    assert counts(send(acme, "deals")) == (0, 0, 0, 0)


def test_a_call_takes_the_same_number_of_queries_for_one_row_and_for_three(world):
    def queries(*names: str) -> int:
        rows = [{"external_id": name, "owner": "alice", "customer": "C9", **WON} for name in names]
        with CaptureQueriesContext(connection) as captured:
            send(world.acme, "deals", *rows)
        return len(captured)

    queries("warm")
    assert queries("A1") == queries("B1", "B2", "B3")


def test_shares_and_stages_come_with_the_deal_and_are_replaced_as_a_whole(world):
    send(world.acme, "stages", {"external_id": "lead"}, {"external_id": "quote"})
    row = {
        "external_id": "A1",
        **WON,
        "amount": "0.05",
        "shares": [{"person": "alice", "percent": "50"}, {"person": "bob", "percent": "50"}],
        "stage_history": [
            {"stage": "lead", "entered_at": "2026-01-01T08:00:00Z"},
            {"stage": "quote", "entered_at": "2026-02-01T08:00:00Z"},
        ],
    }
    shares = (
        "SELECT p.name, s.share_ppm, s.base_minor FROM pipeline_creditshare s"
        " JOIN tenancy_person p ON p.id = s.person_id ORDER BY s.person_id"
    )
    assert counts(send(world.acme, "deals", row)) == (1, 0, 0, 0)
    assert rows_of(world.acme, shares) == [("Alice", 500_000, 3), ("Bob", 500_000, 2)]
    assert deal_of(world.acme).is_shared
    assert counts(send(world.acme, "deals", row)) == (0, 0, 1, 0)

    row["shares"] = [{"person": "alice", "percent": "20"}, {"person": "carol", "percent": "80"}]
    assert counts(send(world.acme, "deals", row)) == (0, 1, 0, 0)
    assert rows_of(world.acme, shares) == [("Alice", 200_000, 1), ("Carol", 800_000, 4)]
    assert deal_of(world.acme).version == 2

    assert counts(send(world.acme, "deals", {"external_id": "A1", "amount": "1.00"})) == (0, 1, 0, 0)
    assert rows_of(world.acme, shares) == [("Alice", 200_000, 20), ("Carol", 800_000, 80)]
    assert rows_of(world.acme, "SELECT count(*) FROM pipeline_stageentry") == [(2,)]

    assert counts(send(world.acme, "deals", {"external_id": "A1", "shares": []})) == (0, 1, 0, 0)
    assert rows_of(world.acme, shares) == []
    assert not deal_of(world.acme).is_shared


def test_lists_of_an_older_row_are_left_alone_too(world):
    row = {"external_id": "A1", "updated_at": "2026-05-02T00:00:00Z"}
    send(world.acme, "deals", {**row, "shares": [{"person": "alice", "percent": "100"}]})
    older = {"external_id": "A1", "updated_at": "2026-05-01T00:00:00Z", "shares": []}
    assert counts(send(world.acme, "deals", older)) == (0, 0, 1, 0)
    assert rows_of(world.acme, "SELECT share_ppm FROM pipeline_creditshare") == [(1_000_000,)]


def test_deleting_a_deal_leaves_a_tombstone_that_a_new_call_lifts(acme):
    send(acme, "deals", {"external_id": "A1", **WON})
    with within(acme) as actor:
        delete_record(actor, kind="deals", record_id=deal_of(acme).pk, at=NOON)
    assert deal_of(acme).deleted_at == NOON
    with within(acme) as actor, pytest.raises(NotFound):
        delete_record(actor, kind="deals", record_id=deal_of(acme).pk, at=NOON)
    assert counts(send(acme, "deals", {"external_id": "A1", **WON})) == (0, 1, 0, 0)
    assert deal_of(acme).deleted_at is None


def test_what_others_refer_to_is_not_deleted(acme):
    send(acme, "customers", {"external_id": "C1"}, {"external_id": "C2"})
    send(acme, "deals", {"external_id": "A1", "customer": "C1"})
    with within(acme) as actor:
        used, free = Customer.objects.order_by("external_id").values_list("pk", flat=True)
        with pytest.raises(Conflict) as refused:
            delete_record(actor, kind="customers", record_id=used, at=NOON)
        assert refused.value.code == "in_use"
        delete_record(actor, kind="customers", record_id=free, at=NOON)
        assert list(Customer.objects.values_list("pk", flat=True)) == [used]


def test_another_organisations_record_cannot_be_deleted(world):
    send(world.other, "customers", {"external_id": "C1"})
    with within(world.other):
        theirs = Customer.objects.get().pk
    with within(world.acme) as actor, pytest.raises(NotFound):
        delete_record(actor, kind="customers", record_id=theirs, at=NOON)
    with within(world.other):
        assert Customer.objects.filter(pk=theirs).exists()


def test_who_may_only_read_does_not_write(acme):
    reader = Actor(organisation=acme, scopes=frozenset({Scope.READ}), name="reader")
    with acting_for(acme.pk), pytest.raises(Forbidden):
        delete_record(reader, kind="customers", record_id=1, at=NOON)


def test_every_change_of_a_deal_is_on_record(acme):
    send(acme, "deals", {"external_id": "A1", **WON})
    send(acme, "deals", {"external_id": "A1", "amount": "101.00"})
    events = "SELECT pgh_label, amount_minor FROM pipeline_dealevent ORDER BY pgh_id"
    assert rows_of(acme, events) == [("update", 10000)]


def test_stages_are_read_with_their_chance(acme):
    send(
        acme,
        "stages",
        {"external_id": "S1", "position": 2, "category": "open", "probability": "12.5"},
        {"external_id": "S2", "probability": "100.01"},
    )
    with within(acme):
        stage = Stage.objects.get()
    assert (stage.position, stage.category, stage.probability_bp) == (2, "open", 1250)


# --- the organisation's own kinds


def test_units_hang_where_they_are_sent_in_any_order(acme):
    outcome = send(
        acme,
        "units",
        {"external_id": "N", "name": "North", "parent": "E", "kind": "team"},
        {"external_id": "E", "name": "East", "placed_from": "2026-01-01"},
    )
    assert counts(outcome) == (2, 0, 0, 0)
    with within(acme):
        root = root_unit_id(NOON.date())
        placed = UnitPlacement.objects.exclude(unit_id=root).order_by("unit__name")
        assert [(p.unit.name, p.parent_id == root, p.starts_on) for p in placed] == [
            ("East", True, date(2026, 1, 1)),
            ("North", False, date(2000, 1, 1)),
        ]
    again = [{"external_id": "N", "parent": "E"}, {"external_id": "E"}]
    assert counts(send(acme, "units", *again)) == (0, 0, 2, 0)


def test_a_unit_moves_from_the_day_it_is_sent_with(acme):
    send(acme, "units", {"external_id": "E"}, {"external_id": "W"}, {"external_id": "N", "parent": "E"})
    moved = {"external_id": "N", "parent": "W", "placed_from": "2026-04-01"}
    assert counts(send(acme, "units", moved)) == (0, 1, 0, 0)
    assert rows_of(
        acme,
        "SELECT parent.external_id, p.starts_on, p.ends_on FROM tenancy_unitplacement p"
        " JOIN tenancy_unit u ON u.id = p.unit_id JOIN tenancy_unit parent ON parent.id = p.parent_id"
        " WHERE u.external_id = 'N' ORDER BY p.starts_on",
    ) == [("E", date(2000, 1, 1), date(2026, 4, 1)), ("W", date(2026, 4, 1), None)]


def test_a_circle_of_units_is_refused_and_the_other_units_land(acme):
    send(acme, "units", {"external_id": "A"}, {"external_id": "B", "parent": "A"})
    outcome = send(acme, "units", {"external_id": "A", "parent": "B"}, {"external_id": "C"})
    assert counts(outcome) == (1, 0, 0, 1)
    assert outcome.rejected[0].external_id == "A"


def test_an_assignment_ends_and_the_next_one_starts_in_one_call(acme):
    send(acme, "units", {"external_id": "E"}, {"external_id": "W"})
    send(acme, "people", {"external_id": "P1", "name": "Pat", "email": "Pat@Acme.example"})
    first = {"external_id": "2", "person": "P1", "unit": "E", "starts_on": "2026-01-01"}
    assert counts(send(acme, "assignments", first)) == (1, 0, 0, 0)
    second = {"external_id": "1", "person": "P1", "unit": "W", "starts_on": "2026-04-01"}
    assert counts(send(acme, "assignments", {**first, "ends_on": "2026-04-01"}, second)) == (1, 1, 0, 0)


def test_a_person_is_no_member_of_two_units_at_once(acme):
    send(acme, "units", {"external_id": "E"}, {"external_id": "W"})
    send(acme, "people", {"external_id": "P1"}, {"external_id": "P2"})
    outcome = send(
        acme,
        "assignments",
        {"external_id": "1", "person": "P1", "unit": "E", "starts_on": "2026-01-01"},
        {"external_id": "2", "person": "P1", "unit": "W", "starts_on": "2026-02-01"},
        {"external_id": "3", "person": "P1", "unit": "W", "starts_on": "2026-02-01", "role": "manager"},
        {"external_id": "4", "person": "P2", "unit": "W", "starts_on": "2026-02-01", "ends_on": "2026-02-01"},
        {"external_id": "5", "person": "P9", "unit": "W", "starts_on": "2026-02-01"},
        {"external_id": "6", "person": "P2"},
    )
    assert counts(outcome) == (2, 0, 0, 4)
    assert {one.external_id: list(one.errors) for one in outcome.rejected} == {
        "2": ["record"],
        "4": ["ends_on"],
        "5": ["person"],
        "6": ["unit", "starts_on"],
    }
    with within(acme):
        assert sorted(Assignment.objects.values_list("external_id", flat=True)) == ["1", "3"]


def test_a_unit_with_people_in_it_stays_and_a_free_one_goes(world):
    with within(world.acme) as actor:
        with pytest.raises(Conflict):
            delete_record(actor, kind="units", record_id=world.north.pk, at=NOON)
        send(world.acme, "units", {"external_id": "free", "parent": world.west.external_id})
        free = Unit.objects.get(external_id="free")
        delete_record(actor, kind="units", record_id=free.pk, at=NOON)
        assert not Unit.objects.filter(pk=free.pk).exists()


# --- anything at all

sent = st.fixed_dictionaries(
    {"external_id": st.sampled_from(["A", "B", "C", " A", "", None, 7])},
    optional={
        "name": st.sampled_from(["N", "", None, "\x00", 5]),
        "owner": st.sampled_from(["alice", "nobody", None]),
        "amount": st.sampled_from(["1.00", "x", None, "999999999999999999999"]),
        "currency": st.sampled_from(["USD", "EUR", "JPY", None, "??"]),
        "status": st.sampled_from(["open", "won", "lost", None, []]),
        "closed_on": st.sampled_from(["2026-05-01", None, "2026-13-01"]),
        "created_on": st.sampled_from(["2026-05-01", None]),
        "shares": st.sampled_from(
            [None, [], [{"person": "alice", "percent": "100"}], [{"person": "ghost", "percent": "100"}], [5]]
        ),
        "stage_history": st.sampled_from([None, [{"stage": "S", "entered_at": "2026-05-01T00:00:00Z"}]]),
        "updated_at": st.sampled_from(["2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z", None]),
        "colour": st.just(1),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(st.lists(sent, max_size=5), max_size=3))
def test_whatever_is_sent_every_row_is_counted_and_the_second_time_nothing_changes(acme, calls):
    with within(acme):
        Person.objects.filter(external_id="alice").exists() or a_person(acme, "Alice")
    for rows in calls:
        first = send(acme, "deals", *rows)
        assert sum(counts(first)) + first.remarks["repeated"] == len(rows)
        second = send(acme, "deals", *rows)
        assert (second.created, second.updated) == (0, 0)
        assert len(second.rejected) == len(first.rejected)
    assert (
        rows_of(
            acme,
            "SELECT d.id FROM pipeline_deal d JOIN pipeline_creditshare s ON s.deal_id = d.id"
            " GROUP BY d.id HAVING sum(s.base_minor) <> min(d.base_minor) AND sum(s.share_ppm) = 1000000",
        )
        == []
    )
