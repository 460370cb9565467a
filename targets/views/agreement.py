"""What is given, proposed and agreed: rolled up, reconciled, answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kpis.values import Holder
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import asked_back, asked_choice
from salestargets.web.dialogs import Dialog, answer, leave, sent
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.registry import Text
from salestargets.web.requests import TenantRequest, page
from targets.amounts import from_stored, is_level, scale_of
from targets.choices import PlanState, ProposalState
from targets.forms.agreement import COUNTER, ESCALATE, AnswerForm, ProposalForm, answers_of
from targets.models import Goal, Proposal
from targets.selectors.agreement import (
    Agreement,
    Line,
    agreement_of,
    current_proposals,
    earlier_proposals,
    get_proposal,
    node_of,
)
from targets.selectors.arranging import opened
from targets.selectors.authority import authority_of
from targets.selectors.plans import get_goal, get_plan, sees
from targets.selectors.rules import limit_percent, planning_rules
from targets.selectors.sheets import sheet_of
from targets.selectors.trees import Node
from targets.services import proposals
from targets.services.reminders import remind
from targets.views.addresses import address_of
from targets.views.folds import Folds, folds_of
from targets.views.frames import frame_of, shown_in
from targets.views.places import changed, in_place

#: What the table may be narrowed to.
WAITING = "waiting"
FILTERS: dict[str, Text] = {
    WAITING: _("No answer yet"),
    ProposalState.OPEN: ProposalState.OPEN.label,
    ProposalState.COUNTERED: ProposalState.COUNTERED.label,
    ProposalState.ESCALATED: ProposalState.ESCALATED.label,
}
MOST_GAPS = 200
MOST_NAMES = 12


@dataclass(frozen=True)
class Row:
    line: Line
    toggle: str
    is_folded: bool


@require_GET
@page()
def agreement(request: TenantRequest, plan_id: int) -> HttpResponseBase:
    frame = frame_of(request, plan_id)
    if frame.goal is None:
        return redirect(address_of(request, "plan", plan_id=plan_id))
    found = agreement_of(request.actor, frame.goal, at=request.now)
    if wanted := wanted_format(request):
        name = f"agreement-{plan_id}-{frame.goal.kpi.key}"
        return export(found.lines, columns=columns(found), name=name, file_format=wanted)
    shown = {**shown_in(request, frame, "agreement"), **_shown(request, found)}
    template = "targets/agreement.html"
    return render(request, f"{template}#agreement" if request.htmx else template, shown)


@page()
def propose(request: TenantRequest, plan_id: int, goal_id: int, holder: Holder) -> HttpResponse:
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)
    sheet = sheet_of(goal)
    node = sheet.tree.find(holder)
    authority = authority_of(request.actor, goal.plan, sheet.tree, on=request.today)
    if not sees(authority.sight, node):
        raise NotFound(N_("There is no such holder in this plan."), code="not_found")
    if not authority.may_propose(node):
        raise Forbidden(N_("Propose your own number, or that of a unit that you manage."), code="not_yours")
    before = current_proposals(goal).get(node)
    form = ProposalForm(sheet, node, before, request.organisation.currency, sent(request))

    def send(data: dict[str, Any]) -> None:
        proposals.propose(request.actor, goal=goal, holder=holder, at=request.now, **form.proposed(data))

    dialog = Dialog(
        title=_("Propose: %(name)s") % {"name": sheet.tree.name(node)},
        submit=_("Propose"),
        back=_back(request, goal, node),
        done=_("It is proposed."),
    )
    cell, scale = sheet.cells.get(node), scale_of(goal.kpi, request.organisation.currency)
    shown = {"goal": goal, "given": cell.given if cell else None, "scale": scale}
    response = answer(request, form, send, dialog, template="targets/agreement_propose.html", shown=shown)
    return response if _is_own(request, node) else in_place(request, response)


@page()
def proposal(request: TenantRequest, proposal_id: int) -> HttpResponse:
    """All about one, and the answer to it, for those who may give one."""
    found = get_proposal(request.actor, proposal_id, request.today)
    goal, node = found.target.goal, node_of(found)
    lines = agreement_of(request.actor, goal, at=request.now).lines
    line = next(each for each in lines if each.place.node == node)
    ways = answers_of(line) if found.is_current else {}
    currency = request.organisation.currency
    form = AnswerForm(line, goal, currency, sent(request) if ways else None)
    dialog = Dialog(
        title=_("Proposal for %(name)s") % {"name": line.place.label.name},
        submit=_("Take the offer") if line.may_take else _("Answer"),
        back=_back(request, goal, node),
        done=_("It is answered."),
    )
    shown = {
        "proposal": found,
        "line": line,
        "state": line.state if found.is_current else ProposalState(found.state),
        "goal": goal,
        "ways": ways,
        "may_withdraw": found.is_current and line.may_withdraw,
        "months": _by_month(goal, line, found),
        "earlier": earlier_proposals(found),
        "scale": scale_of(goal.kpi, currency),
        "limit": limit_percent(planning_rules()),
    }
    response = answer(
        request,
        form,
        lambda data: _answered(request, found, form, data),
        dialog,
        template="targets/agreement_answer.html",
        shown=shown,
    )
    return response if _is_own(request, node) else in_place(request, response)


@require_POST
@page(Scope.TARGETS_WRITE)
def proposal_accept(request: TenantRequest, proposal_id: int) -> HttpResponse:
    found = get_proposal(request.actor, proposal_id, request.today)
    goal = found.target.goal

    def call() -> str:
        proposals.accept(request.actor, proposal=found, at=request.now)
        return gettext("It is agreed.")

    return _done(request, goal, call)


@require_POST
@page()
def proposal_withdraw(request: TenantRequest, proposal_id: int) -> HttpResponse:
    found = get_proposal(request.actor, proposal_id, request.today)
    goal, node = found.target.goal, node_of(found)

    def call() -> str:
        proposals.withdraw(request.actor, proposal=found, at=request.now)
        return gettext("It is withdrawn.")

    if not _is_own(request, node):
        return _done(request, goal, call)
    _say(request, call)
    return leave(request, _back(request, goal, node))


@require_POST
@page(Scope.TARGETS_WRITE)
def proposals_accept(request: TenantRequest, plan_id: int, goal_id: int) -> HttpResponse:
    goal = get_goal(request.actor, goal_id, request.today, plan_id=plan_id)

    def call() -> str:
        count = proposals.accept_within_limit(request.actor, goal=goal, at=request.now)
        return ngettext("%(count)s proposal is accepted.", "%(count)s proposals are accepted.", count) % {
            "count": count
        }

    return _done(request, goal, call)


@require_POST
@page(Scope.TARGETS_WRITE)
def plan_remind(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, plan_id, request.today)

    def call() -> str:
        count = remind(request.actor, plan=plan, at=request.now)
        if not count:
            return gettext("Everyone with a sign-in who has not answered was reminded today already.")
        return ngettext("%(count)s person is reminded.", "%(count)s people are reminded.", count) % {
            "count": count
        }

    return _told(request, call, address_of(request, "agreement", plan_id=plan_id))


def _shown(request: TenantRequest, found: Agreement) -> dict[str, Any]:
    goal = found.goal
    wanted = asked_choice(request, "show", FILTERS)
    folds = folds_of(request, [line.place for line in found.lines])
    return {
        "agreement": found,
        "rows": _rows(found, folds, wanted),
        "folds": folds,
        "scale": scale_of(goal.kpi, request.organisation.currency),
        "is_level": is_level(goal.kpi),
        "is_open": goal.plan.state == PlanState.OPEN,
        "writes": request.actor.may(Scope.TARGETS_WRITE),
        "wanted": wanted,
        "filters": [(key, label, _count(found, key)) for key, label in FILTERS.items()],
        "gaps": found.gaps[:MOST_GAPS],
        "rest": sum(gap.amount for gap in found.gaps[MOST_GAPS:]),
        "limit": limit_percent(planning_rules()),
        "silent": found.silent[:MOST_NAMES],
        "more_silent": max(0, found.waiting - MOST_NAMES),
    }


def _rows(found: Agreement, folds: Folds, wanted: str | None) -> list[Row]:
    by_node = {line.place.node: line for line in found.lines}
    if wanted:
        return [Row(line, "", False) for line in found.lines if _matches(line, wanted)]
    shown = opened([line.place for line in found.lines], folds.open_ids, key=None, falling=False)
    return [
        Row(
            by_node[place.node],
            folds.toggle(place.node) if place.has_children else "",
            not folds.is_open(place.node),
        )
        for place in shown
    ]


def _matches(line: Line, wanted: str) -> bool:
    return line.is_waiting if wanted == WAITING else line.state == wanted


def _count(found: Agreement, wanted: str) -> int:
    return sum(_matches(line, wanted) for line in found.lines)


def _by_month(goal: Goal, line: Line, found: Proposal) -> list[tuple[date, int | None, int]]:
    """Month, given, proposed."""
    given: Sequence[int | None] = line.cell.given_months or [None] * len(goal.plan.period_starts)
    return list(zip(goal.plan.period_starts, given, found.months or (), strict=False))


def _answered(request: TenantRequest, found: Proposal, form: AnswerForm, data: dict[str, Any]) -> None:
    said: dict[str, Any] = {
        "proposal": found,
        "comment": data["comment"],
        "expected_version": data["version"],
        "at": request.now,
    }
    if data["answer"] == COUNTER:
        proposals.counter(request.actor, amount=form.offer(data), **said)
    elif data["answer"] == ESCALATE:
        proposals.escalate(request.actor, **said)
    else:
        proposals.accept(request.actor, **said)


def _done(request: TenantRequest, goal: Goal, call: Callable[[], str]) -> HttpResponse:
    return _told(request, call, _agreement(request, goal))


def _told(request: TenantRequest, call: Callable[[], str], back: str) -> HttpResponse:
    _say(request, call)
    return changed() if request.htmx else redirect(asked_back(request, otherwise=back))


def _say(request: TenantRequest, call: Callable[[], str]) -> None:
    """Do it and say so, or why not."""
    try:
        messages.success(request, call())
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.render(gettext))


def _is_own(request: TenantRequest, node: Node) -> bool:
    return node.person_id is not None and node.person_id == request.actor.person_id


def _back(request: TenantRequest, goal: Goal, node: Node) -> str:
    """People propose from their own page, those who steer from the plan's."""
    return address_of(request, "today") if _is_own(request, node) else _agreement(request, goal)


def _agreement(request: TenantRequest, goal: Goal) -> str:
    return f"{address_of(request, 'agreement', plan_id=goal.plan_id)}?{urlencode({'goal': goal.pk})}"


def columns(found: Agreement) -> list[Column[Line]]:
    goal, currency = found.goal, found.goal.organisation.currency
    kind = "money" if scale_of(goal.kpi, currency).is_money else "number"
    names = {line.place.node: line.place.label.name for line in found.lines}

    def number(label: Text, at: Callable[[Line], int | None]) -> Column[Line]:
        return Column(label, lambda line: from_stored(at(line), goal.kpi, currency), kind)  # type: ignore[arg-type]

    return [
        Column(_("Name"), lambda line: line.place.label.name),
        Column(_("External id"), lambda line: line.place.label.external_id),
        Column(_("Unit above"), lambda line: names.get(line.place.parent) if line.place.parent else None),
        number(_("Given"), lambda line: line.row.given),
        number(_("Proposed"), lambda line: line.proposed),
        number(_("Gap"), lambda line: line.row.gap),
        number(_("Held back"), lambda line: line.row.held_back),
        number(_("Agreed"), lambda line: line.cell.agreed),
        Column(_("State"), lambda line: line.state.label if line.state else None),
        Column(_("Whose turn"), lambda line: ", ".join(lead.name for lead in line.turn)),
        Column(_("Comment"), lambda line: line.proposal.comment if line.proposal else None),
    ]
