"""Settings, members and keys over REST."""

import pytest

from salestargets.api.models import ApiKey
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Membership, Organisation
from tests.api.clients import Api, an_integration
from tests.builders import World, a_member, a_world
from tests.lasting import lasting

pytestmark = pytest.mark.django_db


@lasting
def world() -> World:
    return a_world()


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


def test_settings_are_read_and_changed_by_their_version(world, api):
    read = api.get("/api/v1/organisation/")
    assert (read.json()["currency"], read.json()["ahead_level"]) == ("USD", "1.050")
    body = {"ahead_level": "1.100", "working_weekdays": [6, 0, 1, 2, 3], "language": "zh-hans"}
    changed = api.send("PATCH", "/api/v1/organisation/", body, **{"If-Match": read.headers["ETag"]})
    assert changed.status_code == 200, changed.content
    assert body.items() <= changed.json().items()
    again = api.send("PATCH", "/api/v1/organisation/", body, **{"If-Match": read.headers["ETag"]})
    assert again.status_code == 412


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"ahead_level": "0.5"}, "ahead_level"),
        ({"ahead_level": "1e1"}, "ahead_level"),
        ({"working_weekdays": [7]}, "working_weekdays.0"),
        ({"working_weekdays": []}, "working_weekdays"),
        ({"language": "tlh"}, "language"),
        ({"currency": "EUR"}, "currency"),
        ({"slug": "other"}, "slug"),
        ({"is_demo": True}, "is_demo"),
        ({"name": ""}, "name"),
        ({"name": "a\u200bb"}, "name"),
        ({"fiscal_year_start_month": 13}, "fiscal_year_start_month"),
        ({"fiscal_year_start_month": True}, "fiscal_year_start_month"),
    ],
)
def test_settings_that_make_no_sense_are_refused(world, api, body, field):
    answer = api.send("PATCH", "/api/v1/organisation/", body, **{"If-Match": '"1"'})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert Organisation.objects.get(pk=world.acme.pk).version == 1


def test_members_are_let_in_changed_and_shut_out(world, api):
    made = api.send("POST", "/api/v1/members/", {
        "email": "Alice@Acme.example", "role": "rep", "person": world.alice.pk,
    })  # fmt: skip
    assert made.status_code == 201
    row = made.json()
    assert (row["email"], row["role"], row["person"]["name"]) == ("alice@acme.example", "rep", "Alice")
    path = f"/api/v1/members/{row['id']}/"
    assert api.send("PATCH", path, {"role": "viewer"}).json()["role"] == "viewer"
    assert [member["email"] for member in api.get("/api/v1/members/").json()["results"]] == [
        "admin@acme.example", "alice@acme.example",
    ]  # fmt: skip
    gone = api.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert api.get(path).status_code == 404


def test_a_member_twice_is_a_conflict(world, api):
    a_member(world.acme, "bob@acme.example")
    answer = api.send("POST", "/api/v1/members/", {"email": "bob@acme.example", "role": "admin"})
    assert (answer.status_code, answer.json()["errors"].keys()) == (409, {"email"})


def test_the_last_administrator_stays(world, api):
    admin = Membership.objects.get(organisation=world.acme, role=Role.ADMIN)
    for answer in (
        api.delete(f"/api/v1/members/{admin.pk}/"),
        api.send("PATCH", f"/api/v1/members/{admin.pk}/", {"role": "rep"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "last_administrator")
    admin.refresh_from_db()
    assert admin.role == Role.ADMIN


def test_a_key_is_shown_once_works_and_is_revoked(world, api):
    made = api.send("POST", "/api/v1/keys/", {"name": "CRM", "scopes": ["read"], "expires_on": None})
    assert made.status_code == 201
    row = made.json()
    assert Api(row["key"]).get("/api/v1/me/").json()["scopes"] == ["read"]
    shown = api.get(f"/api/v1/keys/{row['id']}/").json()
    assert "key" not in shown
    assert shown["last_used_at"] is not None
    assert [key["name"] for key in api.get("/api/v1/keys/").json()["results"]] == ["CRM", "Integration"]
    assert api.send("POST", f"/api/v1/keys/{row['id']}/revoke/").json()["revoked_at"] is not None
    assert Api(row["key"]).get("/api/v1/me/").status_code == 401


def test_a_keys_secret_is_never_kept_as_an_answer(world, api):
    body = {"name": "CRM", "scopes": ["read"]}
    answer = api.send("POST", "/api/v1/keys/", body, **{"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (400, "not_kept")
    with acting_for(world.acme.pk):
        assert not ApiKey.objects.filter(name="CRM").exists()


def test_the_audit_log_does_not_show_what_a_secret_hashes_to(api):
    api.send("POST", "/api/v1/keys/", {"name": "CRM", "scopes": ["read"]})
    assert "digest" not in api.get("/api/v1/audit/?kind=apikey").content.decode()


def test_an_integration_knows_itself(world, api):
    assert api.get("/api/v1/me/").json() == {
        "name": "Integration",
        "email": None,
        "role": None,
        "scopes": ["read", "records:write", "targets:write", "admin"],
        "organisation": {"slug": "acme", "name": "Acme"},
        "person": None,
    }
