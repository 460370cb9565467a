"""What every page of an organisation does alike: who may open it, which day it is, what a refusal becomes."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext
from django_htmx.middleware import HtmxDetails

from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Organisation


class TenantRequest(HttpRequest):
    """A request below /o/<slug>/, after the middleware has let the member in."""

    organisation: Organisation
    actor: Actor
    htmx: HtmxDetails
    now: datetime
    today: date


View = Callable[..., HttpResponseBase]


def page(scope: Scope = Scope.READ) -> Callable[[View], View]:
    """A page for members with this scope. What does not exist for them is 404, what they may not do 403.

    The view is given `now` and `today` (the organisation's own date) on the request: it is the only place
    of a page where the clock is read. Times are shown by the organisation's clock.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.actor.may(scope):
                raise PermissionDenied
            request.now = timezone.now()
            request.today = request.organisation.today(request.now)
            try:
                with timezone.override(request.organisation.time_zone):
                    return view(request, *args, **kwargs)
            except NotFound as error:
                raise Http404 from error
            except Forbidden as error:
                raise PermissionDenied from error

        checked.scope = scope  # type: ignore[attr-defined]  # for the tests that try every role
        return checked

    return decorate


def accepted(form: BaseForm, call: Callable[[dict[str, Any]], Any]) -> bool:
    """Whether the form is valid and the service took it; a refusal undoes all and stands on the form."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            call(form.cleaned_data)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        refuse(form, error)
        return False
    return True


def refuse(form: BaseForm, error: DomainError) -> None:
    """The error by its field, or above the form where it has none there."""
    for name, texts in error.errors.items():
        form.add_error(name if name in form.fields else None, texts)
    if not error.errors:
        field = error.field if error.field in form.fields else None
        form.add_error(field, ValidationError(error.render(gettext), code=error.code))
