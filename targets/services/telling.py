"""Who is told what about proposals: those who are to act next."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from salestargets.alerts.services.notices import notify
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.models import Membership
from targets.choices import ProposalState
from targets.models import Goal, Plan, Proposal
from targets.notices import (
    ANSWERED,
    ESCALATED,
    PLAN_OPENED,
    PROPOSAL_MISSING,
    PROPOSED,
    WITHDRAWN,
    amount_fact,
)
from targets.selectors.agreement import node_of
from targets.selectors.leads import Lead, Leads, leads_of
from targets.selectors.sheets import NOTHING, Sheet
from targets.selectors.trees import Node, PlanTree, plan_tree

#: Where people find their own numbers, and those who steer a plan's.
OWN_PAGE = "today/"


def tell_opened(actor: Actor, plan: Plan, *, at: datetime) -> None:
    """Everyone who holds a number is asked for theirs."""
    tree = plan_tree(plan)
    nodes = [node for node, _depth in tree.walk() if not tree.below(node)]
    facts = {"plan": plan.name, "until": _text(plan.answers_by)}
    _ask(
        PLAN_OPENED.key,
        f"plan:{plan.pk}",
        plan,
        leads_of(tree, on=actor.organisation.today(at)),
        nodes,
        facts,
        at,
    )


def tell_missing(
    actor: Actor, plan: Plan, tree: PlanTree, nodes: Sequence[Node], *, due_on: date, at: datetime
) -> int:
    """At most once for the day that it was due on; tells how many."""
    leads = leads_of(tree, on=actor.organisation.today(at))
    facts = {"plan": plan.name, "until": _text(plan.answers_by)}
    subject = f"plan:{plan.pk}:{due_on.isoformat()}"
    return _ask(PROPOSAL_MISSING.key, subject, plan, leads, nodes, facts, at)


def tell_proposed(actor: Actor, proposal: Proposal, sheet: Sheet, *, at: datetime) -> None:
    node, leads = node_of(proposal), leads_of(sheet.tree, on=actor.organisation.today(at))
    is_taken = proposal.state == ProposalState.ACCEPTED
    facts = {**_facts(actor, proposal, sheet, proposal.comment), "is_taken": is_taken}
    _tell(PROPOSED.key, f"proposal:{proposal.pk}", actor, leads.answering(node), sheet.goal, facts, at)


def tell_withdrawn(
    actor: Actor, proposal: Proposal, sheet: Sheet, *, was: ProposalState, at: datetime
) -> None:
    """Those who were to answer it; escalated, those who had passed it on as well."""
    node, leads = node_of(proposal), leads_of(sheet.tree, on=actor.organisation.today(at))
    waited = list(leads.answering(node))
    if was == ProposalState.ESCALATED:
        waited += leads.deciding(node)
    facts = _facts(actor, proposal, sheet, "")
    _tell(WITHDRAWN.key, f"proposal:{proposal.pk}", actor, waited, sheet.goal, facts, at)


def tell_escalated(actor: Actor, proposal: Proposal, sheet: Sheet, *, at: datetime) -> None:
    node, leads = node_of(proposal), leads_of(sheet.tree, on=actor.organisation.today(at))
    facts = _facts(actor, proposal, sheet, proposal.answer)
    _tell(ESCALATED.key, f"proposal:{proposal.pk}", actor, leads.deciding(node), sheet.goal, facts, at)


def tell_answered(actor: Actor, proposals: Sequence[Proposal], sheet: Sheet, *, at: datetime) -> None:
    """Each holder, and who proposed on their behalf; `proposals` were answered together."""
    leads = leads_of(sheet.tree, on=actor.organisation.today(at))
    people: dict[int, Mapping[str, Any]] = {}
    steering: dict[int, Mapping[str, Any]] = {}
    users: dict[int, Mapping[str, Any]] = {}
    for proposal in proposals:
        node, facts = node_of(proposal), _answer(actor, proposal, sheet)
        told = people if node.person_id else steering
        told |= {lead.person_id: facts for lead in leads.of_holder(node)}
        if proposal.made_by_id is not None:
            users[proposal.made_by_id] = facts
    users = {pk: facts for pk, facts in users.items() if actor.user is None or pk != actor.user.pk}
    subject = f"proposal:{proposals[0].pk}:{proposals[0].version}"
    notify(kind=ANSWERED.key, subject=subject, path=OWN_PAGE, at=at, people=people)
    page = agreement_path(sheet.goal.plan_id, sheet.goal.pk)
    notify(kind=ANSWERED.key, subject=subject, path=page, at=at, people=_others(actor, steering), users=users)


def agreement_path(plan_id: int, goal_id: int | None = None) -> str:
    query = f"?goal={goal_id}" if goal_id else ""
    return f"plans/{plan_id}/agreement/{query}"


def _ask(
    kind: str,
    subject: str,
    plan: Plan,
    leads: Leads,
    nodes: Iterable[Node],
    facts: Mapping[str, Any],
    at: datetime,
) -> int:
    """People for themselves on their own page; for a unit without people who manages it."""
    asked = [(node.is_unit, lead) for node in nodes for lead in leads.of_holder(node)]
    people = {lead.person_id: facts for is_unit, lead in asked if not is_unit}
    steering = {lead.person_id: facts for is_unit, lead in asked if is_unit}
    told = notify(kind=kind, subject=subject, path=OWN_PAGE, at=at, people=people)
    return told + notify(kind=kind, subject=subject, path=agreement_path(plan.pk), at=at, people=steering)


def _tell(
    kind: str,
    subject: str,
    actor: Actor,
    leads: Sequence[Lead],
    goal: Goal,
    facts: Mapping[str, Any],
    at: datetime,
) -> None:
    """These managers; where there are none, the administrators."""
    people = _others(actor, {lead.person_id: facts for lead in leads})
    users = {} if leads else dict.fromkeys(_administrators(actor), facts)
    notify(
        kind=kind,
        subject=subject,
        path=agreement_path(goal.plan_id, goal.pk),
        at=at,
        people=people,
        users=users,
    )


def _others(actor: Actor, people: Mapping[int, Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    return {person_id: facts for person_id, facts in people.items() if person_id != actor.person_id}


def _administrators(actor: Actor) -> list[int]:
    rows = Membership.objects.filter(organisation=actor.organisation, role=Role.ADMIN)
    return [pk for pk in rows.values_list("user_id", flat=True) if actor.user is None or pk != actor.user.pk]


def _answer(actor: Actor, proposal: Proposal, sheet: Sheet) -> dict[str, Any]:
    offer = amount_fact(proposal.counter, sheet.goal, actor.organisation.currency)
    return {
        **_facts(actor, proposal, sheet, proposal.answer),
        "state": proposal.state,
        "offer": offer,
    }


def _facts(actor: Actor, proposal: Proposal, sheet: Sheet, words: str) -> dict[str, Any]:
    node, goal, currency = node_of(proposal), sheet.goal, actor.organisation.currency
    return {
        "plan": goal.plan.name,
        "kpi": goal.kpi.key,
        "kpi_name": goal.kpi.name,
        "name": sheet.tree.name(node),
        "amount": amount_fact(proposal.amount, goal, currency),
        "given": amount_fact(sheet.cells.get(node, NOTHING).given, goal, currency),
        "by": actor.name,
        "words": words,
    }


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
