"""Records over REST: the same door as everywhere, with problems for what is refused."""

from datetime import UTC, date, datetime

import pytest

from pipeline.models import Customer, Deal
from salestargets.ingest.kinds import KINDS
from salestargets.tenancy.choices import Role, Scope
from tests.api.clients import Api, a_browser, an_integration
from tests.builders import World, a_member, a_world
from tests.lasting import lasting
from tests.pipeline.builders import send, within

pytestmark = pytest.mark.django_db

API = "/api/v1"


@lasting
def world() -> World:
    world = a_world()
    send(world.other, "customers", {"external_id": "C1", "name": "Theirs"})
    send(world.other, "deals", {"external_id": "A1", "name": "Theirs", "owner": "charlie", "amount": "1"})
    return world


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


def bulk(api: Api, kind: str, *records: object, **query: str):
    wanted = "&".join(f"{name}={value}" for name, value in query.items())
    body = {"source": "crm", "records": list(records)}
    return api.send("post", f"{API}/{kind}/bulk/?{wanted}", body)


def test_a_bulk_says_what_became_of_each_record(api):
    answer = bulk(api, "deals", {"external_id": "A1", "owner": "alice", "customer": None}, {"external_id": 7})
    assert answer.status_code == 200
    assert answer.json() == {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": [{"index": 1, "external_id": None, "errors": {"external_id": ["Enter text."]}}],
        "remarks": {"without_customer": 1},
        "affects": [],
    }


def test_atomic_refuses_the_whole_and_names_the_bad_ones(world, api):
    answer = bulk(
        api, "customers", {"external_id": "C1"}, {"external_id": "C2", "colour": "x"}, atomic="true"
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == "rejected"
    assert answer.json()["errors"] == {"records.1.colour": ["There is no such field."]}
    with within(world.acme):
        assert not Customer.objects.exists()


def test_a_dry_run_counts_and_changes_nothing(world, api):
    assert bulk(api, "customers", {"external_id": "C1"}, dry_run="true").json()["created"] == 1
    with within(world.acme):
        assert not Customer.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_bulk_and_refuses_unknown_fields_by_name(api, kind):
    answer = bulk(api, kind, {"external_id": "X", "colour": "red"})
    assert answer.status_code == 200
    assert answer.json()["rejected"][0]["errors"]["colour"] == ["There is no such field."]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 422),
        ({}, 422),
        ({"source": "crm"}, 422),
        ({"source": "crm", "records": {}}, 422),
        ({"source": "", "records": []}, 422),
        ({"source": "x" * 51, "records": []}, 422),
        ({"source": 7, "records": []}, 422),
        ({"source": "crm", "records": [], "organisation": 2}, 422),
        ({"source": "crm", "records": [{"external_id": "1"}] * 10_001}, 413),
    ],
)
def test_an_envelope_that_is_not_in_form_is_refused(api, body, status):
    answer = api.send("post", f"{API}/deals/bulk/", body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_a_fault_of_the_envelope_is_told_by_its_field(api):
    answer = api.send("post", f"{API}/deals/bulk/", {"source": "", "records": [], "colour": 1})
    assert list(answer.json()["errors"]) == ["colour", "source"]


def test_a_deal_is_told_with_its_shares_and_its_way_through_the_stages(world, api):
    bulk(api, "stages", {"external_id": "S1", "name": "Quote"})
    bulk(
        api,
        "exchange-rates",
        {"external_id": "1", "currency": "EUR", "valid_on": "2026-01-01", "rate": "1.1"},
    )
    bulk(
        api,
        "deals",
        {
            "external_id": "A1",
            "name": "Big",
            "owner": "alice",
            "amount": "10.00",
            "currency": "EUR",
            "status": "won",
            "closed_on": "2026-05-01",
            "updated_at": "2026-05-02T10:00:00+02:00",
            "shares": [{"person": "alice", "percent": "60"}, {"person": "bob", "percent": "40"}],
            "stage_history": [{"stage": "S1", "entered_at": "2026-04-01T00:00:00Z"}],
        },
    )
    (listed,) = api.get(f"{API}/deals/").json()["results"]
    deal = api.get(f"{API}/deals/{listed['id']}/").json()
    assert deal.items() >= listed.items()
    assert (deal["amount"], deal["currency"], deal["base_amount"]) == ("10.00", "EUR", "11.00")
    assert deal["owner"] == {"id": world.alice.pk, "external_id": "alice", "name": "Alice"}
    assert (deal["stage"], deal["updated_at"]) == (None, "2026-05-02T08:00:00+00:00")
    assert [(one["person"]["name"], one["percent"], one["base_amount"]) for one in deal["shares"]] == [
        ("Alice", "60.0000", "6.60"),
        ("Bob", "40.0000", "4.40"),
    ]
    assert [entry["stage"]["name"] for entry in deal["stage_history"]] == ["Quote"]


def test_deals_are_filtered_and_come_page_by_page(world, api):
    closed = {"status": "won", "closed_on": "2026-05-01"}
    bulk(api, "customers", {"external_id": "C1"})
    bulk(
        api,
        "deals",
        {"external_id": "A1", "owner": "alice", "created_on": "2026-01-01", **closed},
        {"external_id": "A2", "owner": "bob", "customer": "C1", "created_on": "2026-02-01"},
        {"external_id": "A3", "owner": "alice", "status": "lost", "closed_on": "2026-06-01"},
    )
    with within(world.acme):
        customer = Customer.objects.get().pk
        Deal.objects.filter(external_id="A1").update(changed_at=datetime(2026, 1, 1, tzinfo=UTC))

    def found(query: str) -> list[str]:
        return sorted(row["external_id"] for row in api.get(f"{API}/deals/?{query}").json()["results"])

    assert found("") == ["A1", "A2", "A3"]
    assert found(f"owner={world.alice.pk}") == ["A1", "A3"]
    assert found(f"customer={customer}") == ["A2"]
    assert found("status=won") == ["A1"]
    assert found("external_id=A2") == ["A2"]
    assert found("closed_from=2026-05-01&closed_to=2026-06-01") == ["A1"]
    assert found("created_from=2026-01-02") == ["A2"]
    assert found("updated_since=2026-01-02T00:00:00Z") == ["A2", "A3"]
    first = api.get(f"{API}/deals/?limit=2").json()
    second = api.get(first["next"]).json()
    told = [row["external_id"] for row in [*first["results"], *second["results"]]]
    assert (sorted(told), second["next"]) == (["A1", "A2", "A3"], None)
    assert api.get(f"{API}/deals/?colour=red").status_code == 400
    assert api.get(f"{API}/deals/?owner=²").status_code == 400


def test_a_list_of_many_deals_takes_the_queries_of_a_list_of_one(api, django_assert_num_queries):
    for count in (1, 30):
        bulk(api, "deals", *({"external_id": f"A{n}", "owner": "alice"} for n in range(count)))
        api.get(f"{API}/deals/")
        with django_assert_num_queries(7):  # one of its own; the others let the key in
            assert len(api.get(f"{API}/deals/?limit=1000").json()["results"]) == count


def test_a_deleted_deal_is_gone(api):
    bulk(api, "deals", {"external_id": "A1"})
    (deal,) = api.get(f"{API}/deals/").json()["results"]
    assert api.delete(f"{API}/deals/{deal['id']}/").status_code == 204
    assert api.get(f"{API}/deals/").json()["results"] == []
    assert api.get(f"{API}/deals/{deal['id']}/").status_code == 404
    assert api.delete(f"{API}/deals/{deal['id']}/").status_code == 404


def test_catalogues_are_told_and_deleted_where_free(api):
    bulk(api, "products", {"external_id": "P1", "name": "Pump", "list_price": "9.5", "currency": "USD"})
    bulk(api, "stages", {"external_id": "S1", "probability": "12.5"})
    (product,) = api.get(f"{API}/products/?external_id=P1").json()["results"]
    assert (product["name"], product["list_price"], product["currency"]) == ("Pump", "9.50", "USD")
    (stage,) = api.get(f"{API}/stages/").json()["results"]
    assert stage["probability"] == "12.50"
    bulk(api, "deals", {"external_id": "A1", "product": "P1"})
    refused = api.delete(f"{API}/products/{product['id']}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert api.delete(f"{API}/stages/{stage['id']}/").status_code == 204
    assert api.get(f"{API}/stages/{stage['id']}/").status_code == 404


def test_people_units_and_assignments_are_deleted_where_free(world, api):
    bulk(api, "people", {"external_id": "free"})
    (person,) = api.get(f"{API}/people/?external_id=free").json()["results"]
    assert api.delete(f"{API}/people/{person['id']}/").status_code == 204
    assert api.delete(f"{API}/people/{world.alice.pk}/").status_code == 409
    assert api.delete(f"{API}/units/{world.north.pk}/").status_code == 409
    assert api.delete(f"{API}/people/{world.charlie.pk}/").status_code == 404


def test_what_waits_is_listed_and_matched_over_the_api(world, api):
    bulk(api, "products", {"external_id": "GTX Pro"})
    bulk(api, "deals", {"external_id": "A1", "product": "GTXPro"})
    (waiting,) = api.get(f"{API}/records/unresolved/?target_kind=products").json()["results"]
    assert (waiting["field"], waiting["reference"]) == ("product", "GTXPro")
    (match,) = api.get(f"{API}/records/matches/").json()["results"]
    body = {name: match[name] for name in ("kind", "source", "reference")}
    body["record"] = match["candidates"][0]["id"]
    assert api.send("post", f"{API}/records/matches/accept/", body).json() == {"resolved": 1}
    assert api.get(f"{API}/records/unresolved/").json()["results"] == []
    with within(world.acme):
        assert Deal.objects.get().product.name == "GTX Pro"


def test_a_match_can_be_dismissed(api):
    bulk(api, "products", {"external_id": "GTX Pro"})
    bulk(api, "deals", {"external_id": "A1", "product": "GTXPro"})
    body = {"kind": "products", "source": "crm", "reference": "GTXPro"}
    assert api.send("post", f"{API}/records/matches/dismiss/", body).status_code == 204
    assert api.get(f"{API}/records/matches/").json()["results"] == []


def test_a_manager_sees_the_deals_of_their_people_and_a_rep_their_own(world, api):
    bulk(
        api,
        "deals",
        {"external_id": "A1", "owner": "alice"},
        {"external_id": "B1", "owner": "bob"},
        {"external_id": "C1", "owner": "carol"},
        {"external_id": "S1", "owner": "carol", "shares": [{"person": "alice", "percent": "100"}]},
        {"external_id": "N1"},
    )

    def seen(email: str, role: Role, person) -> list[str]:
        browser = a_browser(world.acme, a_member(world.acme, email, role, person=person))
        return sorted(row["external_id"] for row in browser.get(f"{API}/deals/").json()["results"])

    assert seen("mona@acme.example", Role.MANAGER, world.mona) == ["A1", "B1", "S1"]
    assert seen("alice@acme.example", Role.REP, world.alice) == ["A1", "S1"]
    assert seen("view@acme.example", Role.VIEWER, None) == ["A1", "B1", "C1", "N1", "S1"]


def test_records_of_every_kind_are_told_by_their_fields_and_seen_by_whom_they_are_credited_to(world, api):
    bulk(api, "leads", {"external_id": "L1", "owner": "carol", "qualified_on": "2026-05-01", "deal": "none"})
    bulk(
        api,
        "activities",
        {"external_id": "V1", "kind": "visit", "person": "alice", "happened_at": "2026-05-01T10:00:00Z",
         "lead": "L1", "minutes": 45},
    )  # fmt: skip
    answer = {"kind": "satisfaction", "score": "4.5", "person": "alice", "given_on": "2026-05-01"}
    bulk(api, "feedback", {"external_id": "F1", "name": "Spring", **answer})
    (visit,) = api.get(f"{API}/activities/?kind=visit&happened_from=2026-05-01").json()["results"]
    (lead,) = api.get(f"{API}/leads/?owner={world.carol.pk}").json()["results"]
    assert (lead["status"], lead["deal"], lead["qualified_on"]) == ("new", None, "2026-05-01")
    assert visit.pop("changed_at")
    assert visit == {
        "id": visit["id"],
        "source": "crm",
        "external_id": "V1",
        "name": "V1",
        "kind": "visit",
        "person": {"id": world.alice.pk, "external_id": "alice", "name": "Alice"},
        "deal": None,
        "customer": None,
        "lead": {"id": lead["id"], "external_id": "L1", "name": "L1"},
        "happened_at": "2026-05-01T10:00:00+00:00",
        "happened_on": "2026-05-01",
        "minutes": 45,
        "outcome": "",
        "updated_at": None,
        "version": 1,
    }
    assert api.get(f"{API}/activities/?happened_to=2026-05-01").json()["results"] == []
    (feedback,) = api.get(f"{API}/feedback/").json()["results"]
    assert (feedback["name"], feedback["score"]) == ("Spring", "4.50")
    rep = a_browser(world.acme, a_member(world.acme, "alice@acme.example", person=world.alice))
    assert rep.get(f"{API}/activities/{visit['id']}/").status_code == 200
    assert rep.get(f"{API}/leads/{lead['id']}/").status_code == 404
    assert rep.get(f"{API}/leads/").json()["results"] == []
    assert rep.delete(f"{API}/activities/{visit['id']}/").status_code == 403
    assert api.delete(f"{API}/activities/{visit['id']}/").status_code == 204
    assert api.get(f"{API}/activities/").json()["results"] == []


def test_a_deal_out_of_sight_is_answered_like_none(world, api):
    bulk(api, "deals", {"external_id": "C1", "owner": "carol"})
    with within(world.acme):
        deal = Deal.objects.get().pk
    with within(world.other):
        theirs = Deal.objects.get().pk
    rep = a_browser(world.acme, a_member(world.acme, "alice@acme.example", person=world.alice))
    answers = [rep.get(f"{API}/deals/{pk}/") for pk in (deal, theirs, 10**12)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.content for answer in answers}) == 1


def test_a_key_that_may_only_read_writes_nothing(world):
    reader = an_integration(world.acme, Scope.READ)
    assert bulk(reader, "customers", {"external_id": "C1"}).status_code == 403
    assert reader.get(f"{API}/records/unresolved/").status_code == 403
    assert reader.get(f"{API}/imports/").status_code == 403
    with within(world.acme):
        assert not Customer.objects.exists()


def test_a_deal_won_on_the_last_evening_belongs_to_that_day(world, api):
    bulk(api, "deals", {"external_id": "A1", "status": "won", "closed_on": "2026-03-31"})
    assert api.get(f"{API}/deals/").json()["results"][0]["closed_on"] == str(date(2026, 3, 31))
