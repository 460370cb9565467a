import json
from typing import cast

import pytest
from django.contrib.messages import add_message, constants
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from salestargets.web.middleware import messages_for_htmx, with_event


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
