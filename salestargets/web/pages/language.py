from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.i18n import set_language

from salestargets.accounts.models import User
from salestargets.accounts.services import choose_language


def language(request: HttpRequest) -> HttpResponseBase:
    """A cookie for this browser; and for who is signed in, the language of what is sent to them."""
    chosen = request.POST.get("language")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        choose_language(request.user, language=str(chosen))
    return set_language(request)
