"""What somebody leaves behind is handed on by a rule, and who joins is given a start: by request, as ever."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext, override

from kpis.values import Holder
from salestargets.kernel.apportion import Weight
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models import Assignment, Organisation, Person
from targets.amounts import is_level
from targets.choices import KEY_PERSON, AdjustmentState, LeaverRule, Nature
from targets.domain.handover import part, take_over
from targets.domain.ramp import RampCurve, ramp_share
from targets.frozen import Rule
from targets.models import Adjustment, Goal, Trigger
from targets.selectors.adjustments import moves_in, node_of
from targets.selectors.periods import calendar_for, periods_of
from targets.selectors.ramps import earliest
from targets.selectors.rules import planning_rules
from targets.selectors.sheets import NOTHING, Sheet, sheet_of
from targets.selectors.trees import Label, Node
from targets.services.adjustments import Preview, Why, Wish, preview_adjustment, request_adjustment
from targets.services.levels import check_adds_up
from targets.services.numbers import check_within
from targets.services.progress import running_goals


@dataclass(frozen=True, slots=True)
class Handover:
    """Who leaves, and the first day they are gone; `rule`: who takes over, by default as the organisation has
    it; `successor`: for the rule of that name. Where no place is named and there are several, it is the one
    that they leave, or are in, on that day.
    """

    person: Holder
    leaves_on: date
    rule: str = ""
    successor: Holder | None = None

    @property
    def followed(self) -> LeaverRule:
        return LeaverRule(self.rule or planning_rules().leaver_rule)


def preview_handover(actor: Actor, *, goal: Goal, handover: Handover, at: datetime) -> Preview:
    """What `hand_over` would ask for now. Nothing is written."""
    wishes = handed_on(sheet_of(goal), handover, actor.organisation)
    return preview_adjustment(actor, goal=goal, wishes=wishes, effective_on=handover.leaves_on, at=at)


@transaction.atomic
def hand_over(
    actor: Actor, *, goal: Goal, handover: Handover, reason: str, at: datetime, about: str = ""
) -> Adjustment:
    """Ask that what is left of a leaver's months, from the day on, goes to others; the rule is kept."""
    wishes = handed_on(sheet_of(goal), handover, actor.organisation)
    why = why_of(handover, reason=reason, about=about)
    return request_adjustment(actor, goal=goal, wishes=wishes, why=why, at=at)


def why_of(handover: Handover, *, reason: str, about: str = "") -> Why:
    """What a handover says of itself as a request."""
    kept: Rule = {
        "rule": handover.followed.value,
        "leaves_on": handover.leaves_on.isoformat(),
        "person": str(handover.person),
        "successor": str(handover.successor) if handover.successor else None,
    }
    return Why(key_person(), Nature.ONE_OFF, reason, handover.leaves_on, about=about, rule=kept)


def handed_on(sheet: Sheet, handover: Handover, organisation: Organisation) -> list[Wish]:
    """The new months of who leaves and of who takes over: from the day on, and nothing is lost."""
    check_adds_up(sheet.goal.kpi)
    node, rule = _leaver(sheet, handover), handover.followed
    periods = periods_of(sheet.goal.plan)
    calendar = calendar_for([sheet.goal], organisation)
    parting = part(sheet.by_month(node), periods, handover.leaves_on, calendar)
    numbers: dict[Node, Sequence[int]] = {node: parting.stays}
    if rule != LeaverRule.UNIT:
        weights = _takers(sheet, node, handover, rule)
        takers = {taker: sheet.by_month(taker) for taker in weights}
        numbers |= take_over(parting.left, takers, weights)
    return [_wish(sheet, each, months, handover.leaves_on) for each, months in numbers.items()]


def offer_handovers(organisation: Organisation, *, at: datetime) -> int:
    """For everyone who leaves a plan's unit while it runs, once; and for everyone who joins one. How many."""
    if not offers_by_itself():
        return 0
    opened = 0
    with override(organisation.language):
        for goal in running_goals():
            if not is_level(goal.kpi):
                opened += _offer_of(organisation, goal, at)
    return opened


def offers_by_itself() -> bool:
    """Whether the organisation wants requests to be opened for people who leave or join."""
    return Trigger.objects.filter(key=KEY_PERSON, is_active=True).exists()


def left_from(sheet: Sheet, node: Node, day: date, organisation: Organisation) -> int:
    """What of a number is left from the day on."""
    calendar = calendar_for([sheet.goal], organisation)
    return sum(part(sheet.by_month(node), periods_of(sheet.goal.plan), day, calendar).left)


def to_start_from(goal: Goal, unit: Node, day: date) -> int:
    """What a unit has not given on of its months from the day on, nor offered to anyone who joined."""
    sheet = _with_open_starts(sheet_of(goal))
    periods = periods_of(goal.plan)
    return sum(sheet.balance(unit, period.start).unallocated for period in periods if period.end > day)


def key_person() -> Trigger:
    found = Trigger.objects.filter(key=KEY_PERSON).first()
    if found is None:
        raise NotFound(N_("There is no such trigger."), code="not_found", field="trigger")
    return found


def _offer_of(organisation: Organisation, goal: Goal, at: datetime) -> int:
    sheet = sheet_of(goal)
    told = set(Adjustment.objects.filter(goal=goal).exclude(about="").values_list("about", flat=True))
    return _offer_what_is_left(organisation, sheet, told, at) + _offer_starts(organisation, sheet, told, at)


def _offer_what_is_left(organisation: Organisation, sheet: Sheet, told: set[str], at: datetime) -> int:
    opened = 0
    for node, day in _leavers(sheet):
        about = f"leaver:{node}:{day}"
        if about not in told and left_from(sheet, node, day, organisation):
            _offer_handover(system_actor(organisation), sheet, node, day, about, at)
            opened += 1
    return opened


def _offer_starts(organisation: Organisation, sheet: Sheet, told: set[str], at: datetime) -> int:
    """To each who joined, from what their unit has not given on; what one is offered is not offered twice."""
    opened, free = 0, _with_open_starts(sheet)
    for node, day in _joiners(sheet):
        about = f"{JOINER}{node}"
        months = () if about in told else _start(sheet, free, node, day, organisation)
        if not any(months):
            continue
        reason = gettext("%(name)s joined; a start by the ramp, from what is unallocated.")
        why = Why(key_person(), Nature.TREND, reason % {"name": sheet.tree.name(node)}, day, about=about)
        wish = _wish(sheet, node, months, day)
        request_adjustment(system_actor(organisation), goal=sheet.goal, wishes=[wish], why=why, at=at)
        free = _with_months(free, node, months)
        opened += 1
    return opened


def _with_open_starts(sheet: Sheet) -> Sheet:
    """As if everything that joiners were offered, and nobody has decided, were given."""
    rows = Adjustment.objects.filter(
        goal=sheet.goal, state=AdjustmentState.REQUESTED, about__startswith=JOINER
    )
    for row in rows:
        for move in moves_in(row):
            sheet = _with_months(sheet, node_of(move), move["months_after"] or ())
    return sheet


def _with_months(sheet: Sheet, node: Node, months: Sequence[int]) -> Sheet:
    cell = NOTHING._replace(given=sum(months), given_months=tuple(months))
    return replace(sheet, cells={**sheet.cells, node: cell})


def _offer_handover(actor: Actor, sheet: Sheet, node: Node, day: date, about: str, at: datetime) -> None:
    """By the organisation's rule; where nobody can take over by it, the unit keeps what is left: it says so.

    The system names no successor.
    """
    rule, name = LeaverRule(planning_rules().leaver_rule), sheet.tree.name(node)
    handed_on = gettext("%(name)s leaves; what is left of their number is handed on.")
    kept = gettext("%(name)s leaves; nobody is there to take over (%(rule)s): the unit keeps what is left.")
    for followed, text in ((rule, handed_on), (LeaverRule.UNIT, kept)):
        handover, reason = Handover(node.holder, day, followed), text % {"name": name, "rule": rule.label}
        try:
            hand_over(actor, goal=sheet.goal, handover=handover, reason=reason, at=at, about=about)
        except DomainError as error:
            if error.code not in NOBODY:
                raise
        else:
            return


DAY = timedelta(days=1)
#: Nobody can take over by the rule.
NOBODY = ("nobody", "zero_weights")
#: What a request for who joined is about, with their place.
JOINER = "joiner:"


def _leavers(sheet: Sheet) -> Iterator[tuple[Node, date]]:
    """People with a number who leave the organisation, or their unit, before the plan ends."""
    plan = sheet.goal.plan
    nodes = [node for node in sheet.cells if node.person_id and sheet.given(node)]
    people = Person.objects.in_bulk([node.person_id for node in nodes])
    rows = Assignment.objects.filter(role=AssignmentRole.MEMBER, person__in=people)
    ends: dict[Node, date | None] = {}
    for row in rows.order_by("starts_on"):
        ends[Node(row.unit_id, row.person_id)] = row.ends_on
    for node in nodes:
        day = earliest(people[node.person_id or 0].left_on, ends.get(node))
        if day and plan.starts_on < day < plan.ends_on:
            yield node, day


def _joiners(sheet: Sheet) -> Iterator[tuple[Node, date]]:
    """People of the tree who came after the plan began and have no number yet."""
    for node, label in sheet.tree.labels.items():
        if node.person_id and label.joined_on and sheet.given(node) is None:
            yield node, label.joined_on


def _start(sheet: Sheet, free: Sheet, node: Node, day: date, organisation: Organisation) -> Sequence[int]:
    """From the day on what peers have on average, by the ramp, as far as it is free in the unit."""
    unit, periods = sheet.tree.parents[node], periods_of(sheet.goal.plan)
    peers = [peer for peer in sheet.tree.below(unit) if peer.person_id and sheet.given(peer) is not None]
    if not peers:
        return ()
    calendar = calendar_for([sheet.goal], organisation)
    hired_on = _hired_on(node.person_id or 0)
    curve = RampCurve(tuple(Fraction(share, 100) for share in planning_rules().ramp))
    ramp = ramp_share(curve, hired_on, periods, calendar)
    columns = zip(*(sheet.by_month(peer) for peer in peers), strict=True)
    full = [int(sum(column) * share / len(peers)) for column, share in zip(columns, ramp, strict=True)]
    due = part(full, periods, day, calendar).left if hired_on < day else full
    return [
        min(amount, free.balance(unit, period.start).unallocated)
        for amount, period in zip(due, periods, strict=True)
    ]


def _hired_on(person_id: int) -> date:
    """Where it is not known, their first day in any unit."""
    places = Assignment.objects.filter(person=person_id)
    first: date = places.order_by("starts_on").values_list("starts_on", flat=True)[0]
    return Person.objects.get(pk=person_id).hired_on or first


def _leaver(sheet: Sheet, handover: Handover) -> Node:
    node = _place(sheet, handover.person, handover.leaves_on - DAY)
    if node.is_unit:
        raise DomainError(N_("Choose a person."), code="not_a_person", field="person")
    check_within(sheet.goal.plan, handover.leaves_on, field="leaves_on")
    return node


def _place(sheet: Sheet, person: Holder, day: date) -> Node:
    """The one that is named, or the only one, or that of the day."""
    tree, plan = sheet.tree, sheet.goal.plan
    places = [node for node in tree.present() if node.holder.whole == person]
    if len(places) < 2:
        return tree.find(person)
    held = [node for node in places if (tree.labels[node].joined_on or plan.starts_on) <= day]
    return max(held or places[:1], key=lambda node: tree.labels[node].joined_on or plan.starts_on)


def _takers(sheet: Sheet, node: Node, handover: Handover, rule: LeaverRule) -> Mapping[Node, Weight]:
    if rule == LeaverRule.SUCCESSOR:
        return _successor(sheet, node, handover)
    beside = [
        peer
        for peer in sheet.tree.below(sheet.tree.parents[node])
        if peer.person_id and peer != node and _stays(sheet.tree.labels[peer])
    ]
    gone = set(
        Person.objects.filter(
            pk__in=[peer.person_id for peer in beside], left_on__lt=sheet.goal.plan.ends_on
        ).values_list("pk", flat=True)
    )
    stay = [peer for peer in beside if peer.person_id not in gone]
    return {peer: 1 if rule == LeaverRule.EVEN else sheet.given(peer) or 0 for peer in stay}


def _stays(label: Label) -> bool:
    """In the unit, to the end of the plan."""
    return not label.is_stray and label.left_on is None


def _successor(sheet: Sheet, node: Node, handover: Handover) -> Mapping[Node, Weight]:
    if handover.successor is None:
        raise DomainError(N_("Choose who takes over."), code="nobody", field="successor")
    found = _place(sheet, handover.successor, handover.leaves_on)
    if found == node or found.is_unit:
        raise DomainError(N_("Choose another person."), code="own_successor", field="successor")
    return {found: 1}


def _wish(sheet: Sheet, node: Node, months: Sequence[int], day: date) -> Wish:
    """Only the months that are not over by the day."""
    periods = periods_of(sheet.goal.plan)
    return Wish(
        node.holder,
        months={
            period.start: amount for period, amount in zip(periods, months, strict=True) if period.end > day
        },
    )
