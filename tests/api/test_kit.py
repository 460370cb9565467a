"""Authentication, inputs, problems, pages, versions: on the small API of `kit.py`."""

import pytest
from django.core.cache import cache
from django.db import connection

from salestargets.api.operations import operation
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, WorkingDayException
from tests.api.clients import Api, a_browser, an_integration
from tests.builders import a_member, a_person, an_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.kit")]


def days_of(organisation) -> int:
    with acting_for(organisation.pk):
        return WorkingDayException.objects.count()


def test_a_request_without_a_caller_is_401_whether_the_organisation_exists_or_not():
    acme = an_organisation("acme")
    answers = [
        Api().get("/api/v1/days/"),
        Api(**{"X-Organisation": acme.slug}).get("/api/v1/days/"),
        Api(**{"X-Organisation": "nowhere"}).get("/api/v1/days/"),
        Api(**{"X-Organisation": "no slug \x7f"}).get("/api/v1/days/"),
        Api(Authorization="Basic YTpi").get("/api/v1/days/"),
    ]
    assert [answer.status_code for answer in answers] == [401] * 5
    assert len({answer.content for answer in answers[:4]}) == 1
    assert answers[0].headers["Content-Type"] == "application/problem+json"


def test_a_member_reads_in_the_session_and_writes_with_the_csrf_token():
    acme = an_organisation("acme")
    browser = a_browser(acme, a_member(acme, "ada@acme.example", Role.ADMIN))
    assert browser.get("/api/v1/days/").status_code == 200
    refused = browser.send("POST", "/api/v1/days/", {"day": "2026-05-01"})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert days_of(acme) == 0
    browser.cookies["csrf"] = "a" * 32
    made = browser.send("POST", "/api/v1/days/", {"day": "2026-05-01"}, **{"X-CSRFToken": "a" * 32})
    assert made.status_code == 201
    assert days_of(acme) == 1


def test_a_member_of_another_organisation_is_nobody_here():
    acme, other = an_organisation("acme"), an_organisation("other")
    outsider = a_member(other, "charlie@other.example", Role.ADMIN)
    assert a_browser(acme, outsider).get("/api/v1/days/").status_code == 401
    assert a_browser(other, outsider).get("/api/v1/days/").status_code == 200


def test_someone_who_was_switched_off_is_nobody():
    acme = an_organisation("acme")
    user = a_member(acme, "ada@acme.example", Role.ADMIN)
    browser = a_browser(acme, user)
    user.is_active = False
    user.save()
    assert browser.get("/api/v1/days/").status_code == 401


def test_a_role_without_the_scope_is_forbidden():
    acme = an_organisation("acme")
    browser = a_browser(acme, a_member(acme, "vera@acme.example", Role.VIEWER))
    browser.cookies["csrf"] = "a" * 32
    answer = browser.send("POST", "/api/v1/days/", {"day": "2026-05-01"}, **{"X-CSRFToken": "a" * 32})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert days_of(acme) == 0


def test_query_parameters_are_read_strictly():
    api = an_integration(an_organisation("acme"))
    assert api.get("/api/v1/days/?on=2026-05-01&holder=unit:7").json() == {
        "on": "2026-05-01",
        "holder": "HolderInput(kind='unit', id=7, unit_id=None)",
    }
    assert (
        api.get("/api/v1/days/?holder=root").json()["holder"]
        == "HolderInput(kind='root', id=None, unit_id=None)"
    )


@pytest.mark.parametrize(
    ("query", "field", "text"),
    [
        ("on=2026-W01-1", "on", "Enter a date as YYYY-MM-DD, for example 2026-03-31."),
        ("on=1999-12-31", "on", "Enter a date in the years 2000 to 2100."),
        ("on=", "on", "Enter a date as YYYY-MM-DD, for example 2026-03-31."),
        ("on=2026-05-01&on=2026-05-02", "on", "Send this once."),
        ("holder=person:0", "holder", "Enter an id as a whole number above zero."),
        ("holder=person:²", "holder", "Enter an id as a whole number above zero."),
        ("holder=team:1", "holder", "Enter unit:<id>, person:<id> or root."),
        ("organisation=2", "organisation", "There is no such field."),
        ("format=json", "format", "There is no such field."),
    ],
)
def test_a_query_that_is_not_accepted_is_named(query, field, text):
    answer = an_integration(an_organisation("acme")).get(f"/api/v1/days/?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"] == {field: [text]}


def test_all_faults_of_a_body_are_told_at_once_by_their_paths():
    acme = an_organisation("acme")
    body = {
        "is_working": "yes",
        "organisation": 2,
        "parts": [{"day": "2026-05-01"}, {"day": "x", "name": "\u202eevil"}],
    }
    answer = an_integration(acme).send("POST", "/api/v1/days/", body)
    assert answer.status_code == 422
    assert answer.json()["errors"] == {
        "organisation": ["There is no such field."],
        "day": ["This is required."],
        "is_working": ["Enter true or false."],
        "parts.1.day": ["Enter a date as YYYY-MM-DD, for example 2026-03-31."],
        "parts.1.name": ["The text contains an invisible character. Remove it, or type the text anew."],
    }
    assert days_of(acme) == 0


@pytest.mark.parametrize(
    "raw", ["[]", '"text"', "1", "null", '{"day": null}', '{"day": "2026-05-01", "parts": [1, 2, 3]}', ""]
)
def test_a_body_of_another_shape_is_refused(raw):
    acme = an_organisation("acme")
    answer = an_integration(acme).post("/api/v1/days/", data=raw, content_type="application/json")
    assert answer.status_code == 422
    assert days_of(acme) == 0


def test_a_null_where_it_is_allowed_is_taken():
    api = an_integration(an_organisation("acme"))
    assert api.send("POST", "/api/v1/days/", {"day": "2026-05-01", "name": None}).status_code == 201


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"{", 400, "invalid_json"),
        (b"\xff\xfe{}", 400, "invalid_json"),
        (b'{"day": "2026-05-01", "day": "2026-05-02"}', 400, "invalid_json"),
        (b'{"day": NaN}', 400, "invalid_json"),
        (b'{"day": "\\ud800"}', 400, "broken_character"),
        (b'{"day": "\\u0000"}', 400, "invalid_json"),
        (b"[" * 100_000, 400, "too_deep"),
        (b'"' + b"a" * (10 * 1024 * 1024) + b'"', 413, "too_large"),
    ],
)
def test_bad_json_is_refused(raw, status, code):
    acme = an_organisation("acme")
    answer = an_integration(acme).post("/api/v1/days/", data=raw, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert days_of(acme) == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_that_is_not_json_is_415(kind):
    answer = an_integration(an_organisation("acme")).post("/api/v1/days/", data="day=1", content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_a_method_that_is_not_there_is_405(method):
    answer = an_integration(an_organisation("acme")).generic(method, "/api/v1/days/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, POST, HEAD"


@pytest.mark.parametrize(
    "path",
    [
        "days",
        "nowhere/",
        "v1/days",
        "v1/days/0/",
        "v1/days/²/",
        "v1/days/01/",
        f"v1/days/{2**63}/",
        "v1/a%0Ab/",
    ],
)
def test_what_is_no_route_is_the_same_404(path):
    answer = Api().get(f"/api/{path}")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": "There is no such object.",
    }


def test_what_a_refused_handler_wrote_is_undone():
    acme = an_organisation("acme")
    answer = an_integration(acme).send("POST", "/api/v1/days/", {"day": "2026-05-01", "name": "undo"})
    assert answer.status_code == 404
    assert days_of(acme) == 0


def test_a_duplicate_is_a_conflict_and_the_request_goes_on():
    acme = an_organisation("acme")
    api = an_integration(acme)
    assert api.send("POST", "/api/v1/days/", {"day": "2026-05-01"}).status_code == 201
    again = api.send("POST", "/api/v1/days/", {"day": "2026-05-01"})
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    assert days_of(acme) == 1


def test_the_same_day_of_another_organisation_is_no_duplicate():
    acme, other = an_organisation("acme"), an_organisation("other")
    assert an_integration(other).send("POST", "/api/v1/days/", {"day": "2026-05-01"}).status_code == 201
    assert an_integration(acme).send("POST", "/api/v1/days/", {"day": "2026-05-01"}).status_code == 201


def test_a_change_says_which_version_it_means():
    api = an_integration(an_organisation("acme"))
    assert api.send("PATCH", "/api/v1/days/1/").json()["code"] == "version_required"
    assert api.send("PATCH", "/api/v1/days/1/").status_code == 428
    for stale in ('"2"', "1", 'W/"1"', "*", '"²"'):
        answer = api.send("PATCH", "/api/v1/days/1/", **{"If-Match": stale})
        assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    done = api.send("PATCH", "/api/v1/days/1/", **{"If-Match": '"1"'})
    assert (done.status_code, done.headers["ETag"]) == (200, '"2"')


def test_an_error_nobody_foresaw_tells_nothing_of_its_inside():
    api = an_integration(an_organisation("acme"))
    api.raise_request_exception = False
    answer = api.delete("/api/v1/days/1/")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.content.decode()


def test_a_page_says_where_the_next_begins_and_nothing_is_skipped():
    acme, other = an_organisation("acme"), an_organisation("other")
    for name in ("Bob", "Alice", "Bobby", "Carol", "Zoe"):
        a_person(acme, name)
    with acting_for(acme.pk):
        Person.objects.filter(name="Bobby").update(name="Bob")
    a_person(other, "Charlie")
    api = an_integration(acme)
    whole = api.get("/api/v1/people/").json()
    assert (len(whole["results"]), whole["next"]) == (5, None)
    seen, url = [], "/api/v1/people/?limit=2"
    while url:
        page = api.get(url).json()
        seen += page["results"]
        url = page["next"]
    assert seen == whole["results"]
    assert [row["name"] for row in seen] == sorted(row["name"] for row in seen)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=1001", "limit=1_0", "limit=٣", "limit=²", "limit=", "limit=1e2",
        "cursor=x", "cursor=", "cursor=W10", "cursor=bnVsbA", "cursor=" + "A" * 2000,
        "cursor=WyJhIiwiYiJd", "cursor=WyJhIiw5MjIzMzcyMDM2ODU0Nzc1ODA4XQ",
    ],
)  # fmt: skip
def test_a_place_that_is_none_is_refused(query):
    answer = an_integration(an_organisation("acme")).get(f"/api/v1/people/?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [query.partition("=")[0]]


def test_people_are_told_in_their_language():
    api = an_integration(an_organisation("acme"))
    answer = api.get("/api/v1/nowhere/", headers={"Accept-Language": "zh-hans"})
    assert answer.json()["code"] == "not_found"
    assert answer.json()["detail"] == "没有这个对象。"


def test_too_many_requests_are_told_when_to_come_back(settings):
    cache.clear()
    settings.API_REQUESTS_PER_MINUTE = 3
    acme, other = an_organisation("acme"), an_organisation("other")
    api = an_integration(acme)
    answers = [api.get("/api/v1/days/") for _ in range(8)]  # two windows at most
    assert answers[0].status_code == 200
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].json()["code"] == "throttled"
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60
    assert an_integration(other).get("/api/v1/days/").status_code == 200


def test_without_the_cache_requests_are_answered(settings):
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"},
    }
    api = an_integration(an_organisation("acme"))
    assert api.get("/api/v1/days/").status_code == 200


def test_a_busy_database_is_503(monkeypatch):
    api = an_integration(an_organisation("acme"))

    def slow(self, request):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 10")
            cursor.execute("SELECT pg_sleep(1)")

    from tests.api.kit import Days

    monkeypatch.setattr(Days, "get", operation(Scope.READ)(slow))
    answer = api.get("/api/v1/days/")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer.headers["Retry-After"] == "2"


def test_an_endpoint_that_declares_no_scope_fails_the_check(monkeypatch):
    from salestargets.api.checks import every_operation_declares_its_scope
    from tests.api.kit import Days

    assert every_operation_declares_its_scope(None) == []
    monkeypatch.setattr(Days, "delete", lambda self, request: None, raising=False)
    monkeypatch.setattr(TenantView, "put", None, raising=False)
    faults = [error.msg for error in every_operation_declares_its_scope(None)]
    assert "/api/v1/days/ does not declare its operation for DELETE." in faults
