import threading
from datetime import timedelta

import pytest
from django.db import connection

from salestargets.jobs.models import IdempotencyKey
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import WorkingDayException
from tests.api.clients import Api, a_browser, a_key, an_integration
from tests.builders import a_member, an_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.kit")]

BODY = {"day": "2026-05-01", "is_working": True}


def send(api, body=BODY, key="order-1", path="/api/v1/days/"):
    return api.send("POST", path, body, **{"Idempotency-Key": key})


def days_of(organisation) -> int:
    with acting_for(organisation.pk):
        return WorkingDayException.objects.count()


def test_the_same_request_again_is_given_the_first_answer_and_does_nothing():
    acme = an_organisation("acme")
    api = an_integration(acme)
    first, second = send(api), send(api)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert first.headers["ETag"] == second.headers["ETag"] == '"1"'
    assert days_of(acme) == 1


def test_another_body_under_the_same_key_is_refused_and_does_nothing():
    acme = an_organisation("acme")
    api = an_integration(acme)
    send(api)
    other = send(api, {"day": "2026-05-02"})
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert days_of(acme) == 1


def test_another_path_or_query_under_the_same_key_is_another_request():
    api = an_integration(an_organisation("acme"))
    send(api)
    answer = api.send("DELETE", "/api/v1/days/1/", **{"Idempotency-Key": "order-1"})
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


def test_a_refused_request_is_not_remembered():
    acme = an_organisation("acme")
    api = an_integration(acme)
    assert send(api, {"day": "2026-05-01", "name": "undo"}).status_code == 404
    assert send(api, {"day": "soon"}).status_code == 422
    assert send(api).status_code == 201
    assert days_of(acme) == 1


def test_a_number_of_any_size_is_refused_in_words():
    answer = send(an_integration(an_organisation("acme")), {"day": 10**40})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")


def test_keys_of_two_callers_do_not_meet():
    acme, other = an_organisation("acme"), an_organisation("other")
    assert send(an_integration(acme)).status_code == 201
    assert send(an_integration(acme), {"day": "2026-05-02"}).status_code == 201
    assert send(an_integration(other)).status_code == 201
    browser = a_browser(acme, a_member(acme, "ada@acme.example", Role.ADMIN))
    browser.cookies["csrf"] = "a" * 32
    headers = {"Idempotency-Key": "order-1", "X-CSRFToken": "a" * 32}
    assert browser.send("POST", "/api/v1/days/", {"day": "2026-05-03"}, **headers).status_code == 201
    assert (days_of(acme), days_of(other)) == (3, 1)


def test_after_a_day_the_key_is_free_and_old_answers_are_forgotten():
    acme = an_organisation("acme")
    api = an_integration(acme)
    send(api)
    send(api, {"day": "2026-05-02"}, key="order-2")
    with acting_for(acme.pk):
        for row in IdempotencyKey.objects.all():
            row.created_at -= timedelta(hours=25)
            row.save()
    assert send(api, {"day": "2026-05-03"}).status_code == 201
    with acting_for(acme.pk):
        assert [row.key for row in IdempotencyKey.objects.all()] == ["order-1"]


@pytest.mark.parametrize("key", ["", " ", "a" * 201, "\u200bzero", "tab\there"])
def test_a_key_that_is_none_is_refused(key):
    acme = an_organisation("acme")
    answer = send(an_integration(acme), key=key)
    assert answer.status_code == 400
    assert days_of(acme) == 0


def test_a_caller_without_the_scope_learns_nothing_from_a_key():
    acme = an_organisation("acme")
    send(an_integration(acme))
    assert send(an_integration(acme, Scope.READ)).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_done_once():
    acme = an_organisation("acme")
    key = a_key(acme)
    gate, answers = threading.Barrier(20), []

    def one() -> None:
        gate.wait()
        answers.append(send(Api(key)))
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert days_of(acme) == 1


@pytest.mark.django_db(transaction=True)
def test_a_twin_that_takes_long_is_a_conflict_not_a_second_time():
    acme = an_organisation("acme")
    api = an_integration(acme)
    send(api)
    with acting_for(acme.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_idempotencykey SET key = 'slow' WHERE key = 'order-1'")
        answer = _in_thread(lambda: send(Api(api.key), key="slow"))
    assert (answer.status_code, answer.json()["code"]) == (409, "in_progress")
    assert days_of(acme) == 1


def _in_thread(call):
    answers = []

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        answers.append(call())
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return answers[0]
