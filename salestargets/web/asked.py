"""What the address of a page asks for. Nonsense in it is as good as nothing: the page shows its default."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from salestargets.kernel.errors import DomainError
from salestargets.kernel.parsing import clean_text, strict_date, strict_id

M = TypeVar("M", bound=Model)
Row = TypeVar("Row")
T = TypeVar("T")
PAGE = 50


def asked_text(request: HttpRequest, name: str = "q") -> str:
    return _read(request, name, lambda text: clean_text(text, max_length=100)) or ""


def asked_day(request: HttpRequest, name: str) -> date | None:
    return _read(request, name, strict_date)


def asked_id(request: HttpRequest, name: str) -> int | None:
    return _read(request, name, strict_id)


def asked_choice(request: HttpRequest, name: str, choices: Collection[str]) -> str | None:
    text = request.GET.get(name, "")
    return text if text in choices else None


def asked_back(request: HttpRequest, *, otherwise: str) -> str:
    """Where a form says it was sent from, as long as that is one of our own addresses."""
    back = request.POST.get("next", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else otherwise


def _read(request: HttpRequest, name: str, read: Callable[[str], T]) -> T | None:
    try:
        return read(request.GET.get(name, ""))
    except DomainError:
        return None


def sorted_rows(
    request: HttpRequest, rows: QuerySet[M, Row], columns: Mapping[str, str], *, default: str
) -> QuerySet[M, Row]:
    """Ordered by `?sort=key` or `?sort=-key`, what is empty last; an unknown key is the default."""
    asked = request.GET.get("sort", "")
    chosen = asked if asked.removeprefix("-") in columns else default
    column = F(columns[chosen.removeprefix("-")])
    order = column.desc(nulls_last=True) if chosen.startswith("-") else column.asc(nulls_last=True)
    return rows.order_by(order, "id")


def page_of(request: HttpRequest, rows: Any, *, size: int = PAGE) -> Page[Any]:
    """The page that `?page=` asks for; the nearest there is, where there is no such one."""
    return Paginator(rows, size).get_page(request.GET.get("page", "1")[:9])
