from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from salestargets.api.models import ApiKey, ApiKeyUse
from salestargets.api.services import create_key, revoke_key
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from tests.api.clients import Api, a_key
from tests.builders import NOON, an_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.kit")]


def test_a_key_answers_for_its_organisation_and_is_stored_only_as_a_digest():
    acme = an_organisation("acme")
    plain = a_key(acme)
    assert Api(plain).get("/api/v1/days/").status_code == 200
    with acting_for(acme.pk):
        key = ApiKey.objects.get()
    secret = plain.split("_", 3)[3]
    assert plain == f"st_{acme.pk}_{key.pk}_{secret}"
    assert secret not in str(vars(key))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: "",
        lambda key: key[:-1],
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: key.replace("st_", "st_9"),
        lambda key: key.upper(),
        lambda key: key + " ",
        lambda key: "st_99999999999999999_1_" + "a" * 43,
        lambda key: "st_1_99999999999999999_" + "a" * 43,
    ],
)
def test_a_spoilt_key_is_refused(spoil):
    plain = a_key(an_organisation("acme"))
    answer = Api(spoil(plain) or "x").get("/api/v1/days/")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "authentication_failed"


def test_a_key_does_not_open_another_organisation():
    acme, other = an_organisation("acme"), an_organisation("other")
    plain = a_key(acme)
    moved = plain.replace(f"st_{acme.pk}_", f"st_{other.pk}_")
    assert Api(moved).get("/api/v1/days/").status_code == 401
    with_header = Api(plain, **{"X-Organisation": other.slug}).get("/api/v1/people/")
    assert with_header.status_code == 200  # the key says which organisation; the header says nothing


def test_a_revoked_key_is_refused():
    acme = an_organisation("acme")
    plain = a_key(acme)
    with acting_for(acme.pk):
        key = revoke_key(actor=system_actor(acme), key_id=ApiKey.objects.get().pk, at=NOON)
        again = revoke_key(actor=system_actor(acme), key_id=key.pk, at=NOON + timedelta(days=1))
    assert again.revoked_at == NOON
    answer = Api(plain).get("/api/v1/days/")
    assert (answer.status_code, answer.json()["detail"]) == (401, "This API key was revoked.")


def test_an_expired_key_is_refused():
    acme = an_organisation("acme")
    plain = a_key(acme, expires_on=date(2026, 5, 13))
    answer = Api(plain).get("/api/v1/days/")
    assert (answer.status_code, answer.json()["detail"]) == (401, "This API key has expired.")


def test_a_key_without_the_scope_is_forbidden_and_changes_nothing():
    acme = an_organisation("acme")
    api = Api(a_key(acme, Scope.READ))
    answer = api.send("POST", "/api/v1/days/", {"day": "2026-05-01"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_the_last_use_is_kept_to_the_minute():
    acme = an_organisation("acme")
    api = Api(a_key(acme))
    with acting_for(acme.pk):
        assert ApiKeyUse.objects.get().last_used_at is None
    api.get("/api/v1/days/")
    with acting_for(acme.pk):
        first = ApiKeyUse.objects.get().last_used_at
    api.get("/api/v1/days/")
    with acting_for(acme.pk):
        assert ApiKeyUse.objects.get().last_used_at == first
        ApiKeyUse.objects.update(last_used_at=first - timedelta(minutes=2))
    api.get("/api/v1/days/")
    with acting_for(acme.pk):
        assert ApiKeyUse.objects.get().last_used_at > first


def test_a_key_can_do_no_more_than_its_maker():
    acme = an_organisation("acme")
    maker = Actor(organisation=acme, scopes=frozenset({Scope.ADMIN, Scope.READ}), name="Half an admin")
    with acting_for(acme.pk):
        with pytest.raises(Forbidden):
            create_key(actor=maker, name="More", scopes=[Scope.RECORDS_WRITE], at=NOON)
        with pytest.raises(DomainError, match="at least one scope"):
            create_key(actor=maker, name="None", scopes=[], at=NOON)
        with pytest.raises(DomainError, match="after today"):
            create_key(actor=maker, name="Old", scopes=[Scope.READ], expires_on=date(2026, 5, 12), at=NOON)
        assert not ApiKey.objects.exists()


def test_only_administrators_make_and_revoke_keys():
    acme = an_organisation("acme")
    a_key(acme)
    reader = Actor(organisation=acme, scopes=frozenset({Scope.READ}), name="Reader")
    with acting_for(acme.pk):
        key = ApiKey.objects.get()
        with pytest.raises(Forbidden):
            create_key(actor=reader, name="Mine", scopes=[Scope.READ], at=NOON)
        with pytest.raises(Forbidden):
            revoke_key(actor=reader, key_id=key.pk, at=NOON)
        key.refresh_from_db()
        assert key.revoked_at is None


def test_another_organisations_key_does_not_exist_for_an_administrator():
    acme, other = an_organisation("acme"), an_organisation("other")
    a_key(other)
    with acting_for(other.pk):
        foreign = ApiKey.objects.get().pk
    with acting_for(acme.pk), pytest.raises(NotFound):
        revoke_key(actor=system_actor(acme), key_id=foreign, at=NOON)
    with acting_for(other.pk):
        assert ApiKey.objects.get().revoked_at is None


def test_the_command_prints_a_key_that_works(capsys):
    an_organisation("acme")
    call_command("create_api_key", "--organisation", "acme", "--name", "CRM", "--scopes", "read")
    plain = capsys.readouterr().out.strip()
    assert Api(plain).get("/api/v1/days/").status_code == 200
    assert Api(plain).send("POST", "/api/v1/days/", {"day": "2026-05-01"}).status_code == 403


def test_the_command_says_what_is_wrong():
    an_organisation("acme")
    with pytest.raises(CommandError, match="no organisation “nowhere”"):
        call_command("create_api_key", "--organisation", "nowhere", "--name", "CRM", "--scopes", "read")
    with pytest.raises(CommandError, match="YYYY-MM-DD"):
        call_command(
            "create_api_key",
            "--organisation",
            "acme",
            "--name",
            "CRM",
            "--scopes",
            "read",
            "--expires-on",
            "soon",
        )
