"""Kinds of notices that only tests know."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salestargets.alerts.registry import NoticeKind, register_notice
from salestargets.alerts.services.notices import notify
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from tests.builders import NOON


def headline(facts: Mapping[str, Any]) -> str:
    return f"{gettext('Target')}: {facts['plan']}"


def lines(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(gettext("Amount"), facts["amount"])]


PUBLISHED = NoticeKind(key="published", name=_("Plans"), headline=headline, lines=lines)
QUIET = NoticeKind(key="quiet", name=_("Plans"), headline=headline, mails=False)
for each in (PUBLISHED, QUIET):
    register_notice(each)


def facts(plan: str = "Q2", amount: str = "300.00") -> dict[str, str]:
    return {"plan": plan, "amount": amount}


def tell(organisation: Organisation, subject: str = "plan:1", **more: Any) -> int:
    with acting_for(organisation.pk):
        return notify(**{"kind": "published", "subject": subject, "path": "plans/", "at": NOON, **more})
