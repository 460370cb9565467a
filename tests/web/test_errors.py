import pytest
from django.db import DatabaseError, DataError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from salestargets.web.errors import server_error


def failed(error: Exception, path: str = "/o/acme/") -> HttpResponse:
    try:
        raise error
    except Exception:
        return server_error(RequestFactory().get(path))


def test_a_lost_database_asks_to_come_back_soon() -> None:
    response = failed(OperationalError("gone"))
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "Back in a moment" in response.content.decode()


def test_a_mistake_of_ours_shows_nothing_of_itself() -> None:
    response = failed(ValueError("secret"))
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError(), 503),
        (DatabaseError("server closed the connection unexpectedly"), 503),
        (DataError(), 500),
        (ValueError(), 500),
    ],
)
def test_the_api_is_answered_in_its_own_form(error: Exception, status: int) -> None:
    response = failed(error, "/api/v1/deals/")
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
