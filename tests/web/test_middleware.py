import json
from typing import cast

import pytest
from django.contrib.messages import add_message, constants
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.test import RequestFactory

from salestargets.web.middleware import deeds_lead_to_their_page, messages_for_htmx, with_event


def answered(response: HttpResponse, *, htmx: bool) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        add_message(request, constants.SUCCESS, "Saved")
        return response

    request = RequestFactory().get("/")
    request.htmx = htmx  # type: ignore[attr-defined]
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return cast(HttpResponse, messages_for_htmx(view)(request))


def test_messages_reach_a_page_that_was_only_swapped_in_part() -> None:
    response = answered(HttpResponse("<p></p>"), htmx=True)
    assert json.loads(response.headers["HX-Trigger"]) == {
        "toasts": {"items": [{"level": "success", "text": "Saved"}]}
    }


@pytest.mark.parametrize(
    ("response", "htmx"),
    [
        (HttpResponse("<p></p>"), False),
        (HttpResponse(status=302), True),
        (HttpResponse(headers={"HX-Redirect": "/"}), True),
        (HttpResponse(headers={"HX-Refresh": "true"}), True),
    ],
)
def test_messages_wait_for_the_page_that_comes_next(response: HttpResponse, htmx: bool) -> None:
    assert "HX-Trigger" not in answered(response, htmx=htmx).headers


@pytest.mark.parametrize(
    ("header", "others"),
    [("", {}), ("saved, closed", {"saved": None, "closed": None}), ('{"a": 1}', {"a": 1})],
)
def test_other_events_of_the_answer_are_kept(header: str, others: dict[str, object]) -> None:
    assert json.loads(with_event(header, [])) == {**others, "toasts": {"items": []}}


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/o/acme/notices/read/", "/o/acme/notices/"),
        ("/o/acme/plans/2/goals/3/proposals/accept/", "/o/acme/plans/2/"),
        ("/o/acme/nothing/like/this/", "/o/acme/"),
    ],
)
def test_what_only_takes_a_form_leads_to_the_page_above_it(path: str, leads_to: str) -> None:
    middleware = deeds_lead_to_their_page(lambda _request: HttpResponseNotAllowed(["POST"]))
    assert middleware(RequestFactory().get(path)).headers["Location"] == leads_to
    assert middleware(RequestFactory().put(path)).status_code == 405
    assert middleware(RequestFactory().get("/api/v1/units/")).status_code == 405
