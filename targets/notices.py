"""What members are told about plans, in words made from facts when they are read."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.models import Kpi
from salestargets.alerts.registry import NoticeKind, register_notice
from salestargets.kernel.parsing import strict_date
from salestargets.web.formatting import format_day
from targets.amounts import Scale, scale_of
from targets.choices import ProposalState
from targets.models import Goal
from targets.templatetags.amounts import language, shown

Facts = Mapping[str, Any]
Lines = list[tuple[str, str]]


def amount_fact(stored: int | None, goal: Goal, currency: str) -> dict[str, Any] | None:
    """An amount that can be worded later."""
    return None if stored is None else {"stored": str(stored), **asdict(scale_of(goal.kpi, currency))}


def amount_text(fact: Mapping[str, Any]) -> str:
    scale = Scale(fact["unit"], fact["places"], fact["currency"])
    return shown(int(fact["stored"]), scale, cents=True)


def _opened(facts: Facts) -> str:
    return gettext("Please propose your numbers for “%(plan)s”.") % facts


def _reminder(facts: Facts) -> str:
    return gettext("Your proposal for “%(plan)s” is still missing.") % facts


def _until(facts: Facts) -> Lines:
    if not facts["until"]:
        return []
    return [(gettext("Please answer by"), format_day(strict_date(facts["until"]), language=language()))]


def _proposed(facts: Facts) -> str:
    told = {**facts, "amount": amount_text(facts["amount"])}
    if facts["is_taken"]:
        return gettext("%(name)s takes your offer for “%(plan)s”: %(amount)s.") % told
    return gettext("%(name)s proposes %(amount)s for “%(plan)s”.") % told


def _withdrawn(facts: Facts) -> str:
    told = {**facts, "amount": amount_text(facts["amount"])}
    return gettext("%(amount)s is no longer proposed for %(name)s in “%(plan)s”.") % told


def _answered(facts: Facts) -> str:
    told = {**facts, "amount": amount_text(facts["amount"])}
    if facts["state"] == ProposalState.ACCEPTED:
        return gettext("What was proposed for %(name)s in “%(plan)s” is agreed: %(amount)s.") % told
    told["offer"] = amount_text(facts["offer"])
    return gettext("%(offer)s is offered to %(name)s in “%(plan)s”, instead of %(amount)s.") % told


def _escalated(facts: Facts) -> str:
    told = {**facts, "amount": amount_text(facts["amount"])}
    return gettext("Please decide: %(name)s proposes %(amount)s for “%(plan)s”.") % told


def _said(facts: Facts) -> Lines:
    """The number given, where there is one, and who said what."""
    given, by, words = facts["given"], facts["by"], facts["words"]
    found = [
        (gettext("KPI"), str(Kpi(key=facts["kpi"], name=facts["kpi_name"]).label)),
        (gettext("Given"), amount_text(given) if given else ""),
        (gettext("By"), by),
        (gettext("Comment"), words),
    ]
    return [(label, text) for label, text in found if text]


PLAN_OPENED = NoticeKind(
    key="plan_opened", name=_("A plan asks for proposals"), headline=_opened, lines=_until
)
PROPOSAL_MISSING = NoticeKind(
    key="proposal_missing", name=_("A proposal is missing"), headline=_reminder, lines=_until
)
PROPOSED = NoticeKind(key="proposed", name=_("A proposal"), headline=_proposed, lines=_said, mails=False)
WITHDRAWN = NoticeKind(
    key="proposal_withdrawn", name=_("A proposal is withdrawn"), headline=_withdrawn, lines=_said, mails=False
)
ANSWERED = NoticeKind(
    key="proposal_answered", name=_("A proposal is answered"), headline=_answered, lines=_said
)
ESCALATED = NoticeKind(
    key="proposal_escalated", name=_("A proposal is to be decided"), headline=_escalated, lines=_said
)


def register() -> None:
    for kind in (PLAN_OPENED, PROPOSAL_MISSING, PROPOSED, WITHDRAWN, ANSWERED, ESCALATED):
        register_notice(kind)
