"""What is given, proposed and agreed in a goal; whose turn it is; and what the gap consists of."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, Sight, sight_of
from salestargets.tenancy.compiled import compiled_once
from salestargets.tenancy.models import Unit
from targets.amounts import is_level
from targets.choices import PlanState, ProposalState
from targets.domain import reconciling
from targets.domain.reconciling import Reason, Row, Source, Term, reconcile
from targets.models import Goal, PlanningRules, Proposal, Target
from targets.selectors.authority import Authority, authority_of
from targets.selectors.leads import Lead, Leads, leads_of
from targets.selectors.plans import in_visible_plans, sees
from targets.selectors.rows import Place, places
from targets.selectors.rules import is_beyond_limit, planning_rules
from targets.selectors.sheets import NOTHING, Cell, Sheet, sheet_of
from targets.selectors.trees import Node, PlanTree, places_of

_LINKS = ("target__goal__plan__root_unit", "target__goal__kpi", "target__unit", "target__person")


@dataclass(frozen=True, slots=True)
class Line:
    """A holder with what was given, proposed and agreed; whose turn it is, and what the actor may do.

    `turn`: none while there is nothing to do, or where it is the administrators'. `may_answer` is for who
    gives the number, `may_take` for the holder, to whom another one was offered. `is_small`: within the
    limit.
    """

    place: Place
    row: Row[Node]
    cell: Cell
    proposal: Proposal | None
    state: ProposalState | None
    turn: Sequence[Lead]
    is_small: bool
    may_propose: bool
    may_answer: bool
    may_accept: bool
    may_escalate: bool
    may_take: bool
    may_withdraw: bool

    @property
    def is_waiting(self) -> bool:
        return self.row.is_leaf and self.row.source == Source.GIVEN

    @property
    def proposed(self) -> int | None:
        return _proposed(self.row)

    @property
    def answered(self) -> int:
        return self.row.leaves - self.row.waiting


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the gap: whose it is, why it is there, who is to act, and what was said."""

    line: Line
    reason: Reason
    amount: int
    owners: Sequence[Lead]
    comment: str
    state: ProposalState


@dataclass(frozen=True)
class Agreement:
    """As far as the actor sees. The gaps, the largest first, sum to that of the topmost lines.

    A level does not add up and has none.
    """

    goal: Goal
    lines: Sequence[Line]
    gaps: Sequence[Gap]

    @property
    def tops(self) -> list[Line]:
        return [line for line in self.lines if line.place.depth == 0]

    @property
    def given(self) -> int:
        return sum(line.row.given or 0 for line in self.tops)

    @property
    def is_bare(self) -> bool:
        """Nothing has been given to those in sight: that is not the same as 0."""
        return all(line.row.given is None for line in self.tops)

    @property
    def proposed(self) -> int:
        return sum(line.row.proposed for line in self.tops)

    @property
    def gap(self) -> int:
        return self.given - self.proposed

    @property
    def waiting(self) -> int:
        return sum(line.row.waiting for line in self.tops)

    @property
    def leaves(self) -> int:
        return sum(line.row.leaves for line in self.tops)

    @property
    def answered(self) -> int:
        return self.leaves - self.waiting

    @property
    def is_silent(self) -> bool:
        """Nobody has proposed anything: that there is no gap then says nothing."""
        return all(line.proposed is None for line in self.tops)

    @property
    def silent(self) -> list[Line]:
        """Who has not answered."""
        return [line for line in self.lines if line.is_waiting]

    @property
    def acceptable(self) -> list[Proposal]:
        """What the actor may accept all at once: within the limit, whoever may decide beyond it."""
        return [line.proposal for line in self.lines if line.may_accept and line.is_small and line.proposal]


@dataclass(frozen=True, slots=True)
class Asked:
    """A person's own number in a plan that is open: what was given, and what they proposed last.

    `unit`: where, for who has several places in it.
    """

    goal: Goal
    node: Node
    unit: str
    target: Target | None
    proposal: Proposal | None
    state: ProposalState | None

    @property
    def given(self) -> int | None:
        return self.target.given if self.target else None

    @property
    def proposed(self) -> int | None:
        return self.proposal.amount if self.proposal else None

    @property
    def agreed(self) -> int | None:
        return self.target.agreed if self.target else None

    @property
    def by_month(self) -> list[tuple[date, int]]:
        """What was given."""
        months: Sequence[int] = (self.target.months if self.target else None) or ()
        return list(zip(self.goal.plan.period_starts, months, strict=False))


def agreement_of(actor: Actor, goal: Goal, *, at: datetime) -> Agreement:
    """The same few queries for any size."""
    on = actor.organisation.today(at)
    sheet, proposals = sheet_of(goal), current_proposals(goal)
    authority, leads = authority_of(actor, goal.plan, sheet.tree, on=on), leads_of(sheet.tree, on=on)
    found = places(sheet.tree, authority.sight)
    rows = rolled_up(sheet, proposals, [place.node for place in found if place.depth == 0])
    rules = planning_rules()
    lines = [
        _line(
            place,
            rows[place.node],
            sheet.cells.get(place.node, NOTHING),
            proposals.get(place.node),
            authority,
            leads,
            rules,
        )
        for place in found
    ]
    return Agreement(goal, lines, [] if is_level(goal.kpi) else _gaps(lines, leads))


def rolled_up(
    sheet: Sheet, proposals: Mapping[Node, Proposal], tops: Sequence[Node]
) -> dict[Node, Row[Node]]:
    """Everyone at the tops and below them. A level does not add up: each holder stands alone.

    Who left the tree is not asked any more; what they were given stands.
    """
    given = {node: cell.given for node, cell in sheet.cells.items()}
    proposed = {node: given.get(node) for node, label in sheet.tree.labels.items() if label.is_stray}
    proposed |= {node: proposal.amount for node, proposal in proposals.items()}
    if is_level(sheet.goal.kpi):
        alone = [node for top in tops for node, _depth in sheet.tree.walk(top)]
        return {node: reconcile(node, {}, given, proposed)[0] for node in alone}
    parts = (reconcile(top, sheet.tree.children, given, proposed, proposed) for top in tops)
    return {row.key: row for part in parts for row in part}


def proposed_in(sheet: Sheet) -> dict[Node, int]:
    """What is proposed for every holder of whom, or below whom, somebody has answered."""
    rows = rolled_up(sheet, current_proposals(sheet.goal), [sheet.tree.root])
    return {node: amount for node, row in rows.items() if (amount := _proposed(row)) is not None}


def _proposed(row: Row[Node]) -> int | None:
    """None while what was given stands in for every answer."""
    has_answer = row.source == Source.OWN or row.waiting < row.leaves
    return row.proposed if has_answer else None


def current_proposals(goal: Goal) -> dict[Node, Proposal]:
    """The newest of each holder. One query."""
    rows = Proposal.objects.filter(target__goal=goal, target__group="", is_current=True)
    return {node_of(row): row for row in rows.select_related("target", "made_by", "answered_by")}


def proposals_of(actor: Actor, goals: Sequence[Goal], *, on: date) -> list[Proposal]:
    """The newest of every holder in sight, the latest first."""
    sight = sight_of(actor, on)
    rows = Proposal.objects.filter(target__goal__in=goals, is_current=True).order_by("-id")
    found = rows.select_related(*_LINKS, "made_by", "answered_by")
    return [row for row in found if sees(sight, node_of(row))]


def earlier_proposals(proposal: Proposal) -> list[Proposal]:
    """Of the same holder, the latest first."""
    rows = Proposal.objects.filter(target=proposal.target_id, pk__lt=proposal.pk).order_by("-id")
    return list(rows.select_related("made_by", "answered_by"))


def unanswered(tree: PlanTree, sight: Sight, goals: Sequence[Goal]) -> list[Node]:
    """Who proposes for themselves, and of whom nothing is there yet for one of these goals."""
    rows = Proposal.objects.filter(target__goal__in=goals, target__group="", is_current=True)
    answers = Counter(Node(*place) for place in rows.values_list("target__unit_id", "target__person_id"))
    leaves = (node for node, _depth in tree.walk() if not tree.below(node) and sees(sight, node))
    return [node for node in leaves if answers[node] < len(goals)]


def get_proposal(actor: Actor, proposal_id: int, on: date) -> Proposal:
    """Of a holder in sight, with its goal, plan and KPI."""
    rows = Proposal.objects.select_related(*_LINKS, "made_by", "answered_by")
    found = rows.filter(in_visible_plans(actor, on, "target__goal__"), pk=proposal_id).first()
    if found is None or not sees(sight_of(actor, on), node_of(found)):
        raise NotFound(N_("There is no such proposal."), code="not_found")
    return found


def node_of(proposal: Proposal) -> Node:
    return Node(proposal.target.unit_id, proposal.target.person_id)


def state_of(proposal: Proposal, agreed: int | None) -> ProposalState:
    """What was accepted is open again once another number was given since."""
    state = ProposalState(proposal.state)
    return ProposalState.OPEN if state == ProposalState.ACCEPTED and agreed is None else state


def asked_of(actor: Actor) -> list[Asked]:
    """The actor's own numbers in the open plans that they have a place in, the soonest to be answered first.

    The same few queries for any number of plans and goals.
    """
    if actor.person_id is None:
        return []
    goals = _open_goals()
    places = places_of(actor.person_id, {goal.plan for goal in goals})
    held = {(goal.pk, node): goal for goal in goals for node in places.get(goal.plan_id, ())}
    rows = _open_targets(actor.person_id) if held else []
    targets = {(row.goal_id, Node(row.unit_id, row.person_id)): row for row in rows}
    answers = {row.target_id: row for row in _current_proposals(actor.person_id)} if targets else {}
    units = _names([node.unit_id for nodes in places.values() if len(nodes) > 1 for node in nodes])
    return [
        _asked(
            goal,
            node,
            units,
            target := targets.get((goal.pk, node)),
            answers.get(target.pk) if target else None,
        )
        for (_goal_id, node), goal in held.items()
    ]


def _names(unit_ids: Collection[int]) -> dict[int, str]:
    return dict(Unit.objects.filter(pk__in=unit_ids).values_list("pk", "name")) if unit_ids else {}


@compiled_once
def _open_goals() -> QuerySet[Goal]:
    goals = Goal.objects.filter(plan__state=PlanState.OPEN).select_related("plan", "kpi")
    return goals.order_by(
        *("plan__answers_by", "plan__starts_on", "plan", "kpi__position", "kpi__key", "id"),
    )


@compiled_once
def _open_targets(person: int) -> QuerySet[Target]:
    return Target.objects.filter(goal__plan__state=PlanState.OPEN, person=person, group="")


@compiled_once
def _current_proposals(person: int) -> QuerySet[Proposal]:
    rows = Proposal.objects.filter(
        target__goal__plan__state=PlanState.OPEN, target__person=person, target__group="", is_current=True
    )
    return rows.select_related("answered_by")


def _asked(
    goal: Goal, node: Node, units: Mapping[int, str], target: Target | None, proposal: Proposal | None
) -> Asked:
    state = state_of(proposal, target.agreed) if target and proposal else None
    return Asked(goal, node, units.get(node.unit_id, ""), target, proposal, state)


def _line(
    place: Place,
    row: Row[Node],
    cell: Cell,
    proposal: Proposal | None,
    authority: Authority,
    leads: Leads,
    rules: PlanningRules,
) -> Line:
    node, is_open = place.node, authority.is_open
    state = state_of(proposal, cell.agreed) if proposal else None
    answers = bool(proposal and state and authority.answers_to(proposal, node, state))
    is_small = not is_beyond_limit(rules, proposal.given if proposal else cell.given, row.proposed)
    return Line(
        place=place,
        row=row,
        cell=cell,
        proposal=proposal,
        state=state,
        turn=_turn(leads, row, state),
        is_small=is_small,
        may_propose=is_open and authority.may_propose(node),
        may_answer=answers,
        may_accept=answers and (is_small or authority.decides(node)),
        may_escalate=answers and not authority.decides(node),
        may_take=bool(proposal and state and authority.takes(proposal, node, state)),
        may_withdraw=bool(proposal and state and authority.withdraws(proposal, node, state)),
    )


def _turn(leads: Leads, row: Row[Node], state: ProposalState | None) -> Sequence[Lead]:
    match state:
        case ProposalState.OPEN:
            return leads.answering(row.key)
        case ProposalState.ESCALATED:
            return leads.deciding(row.key)
        case ProposalState.COUNTERED:
            return leads.of_holder(row.key)
        case None if row.is_leaf and row.source == Source.GIVEN:
            return leads.of_holder(row.key)
    return ()


def _gaps(lines: Sequence[Line], leads: Leads) -> list[Gap]:
    by_node = {line.place.node: line for line in lines}
    return [_gap(by_node[term.key], term, leads) for term in reconciling.terms(line.row for line in lines)]


def _gap(line: Line, term: Term[Node], leads: Leads) -> Gap:
    """What a unit keeps back is up to who manages it; what was proposed, to whose turn it is."""
    if term.reason == Reason.HELD_BACK or line.proposal is None or line.state is None:
        owners = leads.of_unit(term.key.unit_id)
        return Gap(line, term.reason, term.amount, owners, "", ProposalState.OPEN)
    comment = line.proposal.answer or line.proposal.comment
    return Gap(line, term.reason, term.amount, line.turn, comment, line.state)
