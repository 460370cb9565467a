"""Two requests to change numbers in force: one that was approved, and one that waits for its manager."""

from datetime import date, timedelta

from salestargets.demo.generator import company
from salestargets.demo.plans import ROUND_PERSON, Planning, morning
from salestargets.tenancy.models import Person, Unit
from targets.choices import Nature
from targets.models import Goal, Trigger
from targets.selectors.sheets import Sheet, sheet_of
from targets.selectors.trees import Node
from targets.services.adjustments import Why, Wish, approve_adjustment, request_adjustment

#: A team of the region that does well; a plant went from one of its people to another.
_TEAM = "suzhou"
_HANDED_OVER_PERCENT = 6
_HANDED_OVER = "A plant and its projects went from one to the other 一家工厂及其项目已移交给同事"
_AGREED = "As the three of us agreed 三方已达成一致"
_WISHED_PERCENT = 80
_WISHED = (
    "Two of my largest projects went to a competitor, who gives three years of free service"
    " 我最大的两个项目被提供三年免费服务的竞争对手拿走"
)


def make_adjustments(planning: Planning, goal: Goal) -> None:
    _hand_over(planning, goal)
    _ask_for_less(planning, goal)


def _hand_over(planning: Planning, goal: Goal) -> None:
    """Asked for by the manager of the team, decided in the region; the team's number stays."""
    on, sheet = (
        max(goal.plan.starts_on - timedelta(days=3), planning.data.on - timedelta(days=9)),
        sheet_of(goal),
    )
    team = Unit.objects.get(source=company.SOURCE, external_id=_TEAM)
    giver, taker = _two_of(sheet, Node(team.pk))
    last, amount = sheet.months[-1], _rounded(sheet, giver)
    wishes = [
        Wish(node.holder, months={last: (sheet.given(node, last) or 0) + change})
        for node, change in ((giver, -amount), (taker, amount))
    ]
    manager, region = planning.cast.manager_of(team.pk), sheet.tree.parents[Node(team.pk)]
    asked = request_adjustment(
        manager, goal=goal, wishes=wishes, why=_why(2, _HANDED_OVER, goal, on), at=morning(on)
    )
    approve_adjustment(
        planning.cast.manager_of(region.unit_id),
        adjustment=asked,
        comment=_AGREED,
        at=morning(on + timedelta(days=1)),
    )


def _ask_for_less(planning: Planning, goal: Goal) -> None:
    """Asked for by who signs in as a rep, to be decided by who signs in as their manager."""
    on = max(goal.plan.starts_on - timedelta(days=1), planning.data.on - timedelta(days=2))
    sheet = sheet_of(goal)
    rep = Person.objects.get(source=company.SOURCE, external_id=planning.data.rep)
    who = planning.cast.find(rep.pk)
    node = next(node for node in sheet.tree.labels if node.person_id == rep.pk)
    last = sheet.months[-1]
    less = (sheet.given(node, last) or 0) * _WISHED_PERCENT // 100 // ROUND_PERSON * ROUND_PERSON
    if who is not None:
        request_adjustment(
            who,
            goal=goal,
            wishes=[Wish(node.holder, months={last: less})],
            why=_why(0, _WISHED, goal, on),
            at=morning(on),
        )


def _why(position: int, reason: str, goal: Goal, on: date) -> Why:
    """By the place of the trigger in the list that an organisation begins with."""
    return Why(
        trigger=Trigger.objects.get(position=position),
        nature=Nature.TREND,
        reason=reason,
        effective_on=max(on, goal.plan.starts_on),
    )


def _two_of(sheet: Sheet, team: Node) -> tuple[Node, Node]:
    """The two with the largest numbers."""
    people = [node for node in sheet.tree.below(team) if not sheet.is_held(node)]
    giver, taker, *_others = sorted(people, key=lambda node: -(sheet.given(node) or 0))
    return giver, taker


def _rounded(sheet: Sheet, node: Node) -> int:
    return (sheet.given(node) or 0) * _HANDED_OVER_PERCENT // 100 // ROUND_PERSON * ROUND_PERSON
