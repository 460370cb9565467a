"""What every page of an organisation does alike: who may open it, which day it is, what a refusal becomes."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
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
    of a page where the clock is read.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.actor.may(scope):
                raise PermissionDenied
            request.now = timezone.now()
            request.today = request.organisation.today(request.now)
            try:
                return view(request, *args, **kwargs)
            except NotFound as error:
                raise Http404 from error
            except Forbidden as error:
                raise PermissionDenied from error

        return checked

    return decorate


def accepted(form: BaseForm, call: Callable[[dict[str, Any]], Any]) -> bool:
    """Whether the form is valid and the service took it; a refusal stands on the form, by its field."""
    if not form.is_valid():
        return False
    try:
        call(form.cleaned_data)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.render(gettext))
        return False
    return True
