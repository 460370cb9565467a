"""The demo's accounts on the sign-in page, where the installation is there to be tried out."""

from functools import lru_cache

from django import template
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.utils.translation import gettext_lazy as _

from salestargets.demo.password import demo_password
from salestargets.demo.services import EMAILS, SLUG
from salestargets.tenancy.choices import Role
from salestargets.tenancy.models import Membership
from salestargets.web.registry import Text

register = template.Library()

SEES: dict[Role, Text] = {
    Role.ADMIN: _("the whole company, and its settings"),
    Role.MANAGER: _("a region, its teams and their plans"),
    Role.REP: _("their own number today"),
    Role.VIEWER: _("everything, to read only"),
}


@register.simple_tag
def demo_accounts() -> list[dict[str, object]]:
    """One for each role, with the password as long as it is still the one that was made."""
    if not settings.DEMO_SIGN_INS:
        return []
    members = Membership.objects.filter(
        organisation__slug=SLUG, organisation__is_demo=True, user__email__in=EMAILS.values()
    )
    password = demo_password(settings.DATA_DIR)
    return [
        {
            "role": Role(member.role).label,
            "sees": SEES[Role(member.role)],
            "email": member.user.email,
            "password": password if is_password(password, member.user.password) else "",
        }
        for member in members.select_related("user").order_by("id")
    ]


@lru_cache(maxsize=16)
def is_password(password: str, kept: str) -> bool:
    """Hashing is slow on purpose; a page need not do it again."""
    return check_password(password, kept)


@register.simple_tag
def may_start_empty() -> bool:
    return bool(settings.OPEN_START)
