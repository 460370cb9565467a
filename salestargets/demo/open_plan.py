"""Next quarter's plan, in the making: numbers are given, people propose their own, their managers answer.

Its goal serves no objective yet, and where it lies within the year nobody has said why it differs: that is
left to be done.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import cycle

from salestargets.demo.plans import (
    Planning,
    a_plan,
    average_quarter,
    divide,
    morning,
)
from salestargets.kernel.periods import Period, add_months
from targets.choices import ProposalState
from targets.domain.methods import HistoryGrowth, Inputs, Market
from targets.models import Goal, Plan, Proposal
from targets.selectors.sheets import Sheet, sheet_of
from targets.selectors.trees import Node
from targets.selectors.worksheet import inputs_from_records
from targets.services.proposals import accept, counter, escalate, propose
from targets.services.publishing import open_plan
from targets.services.worksheet import keep_worksheet

_GROWTH_PERCENT = 106
#: What people propose is round to 1,000 yuan.
_ROUND = 100_000
_WEIGHTS = {"history_growth": Decimal(40), "moving_average": Decimal(40), "capacity": Decimal(20)}
_OPENED_DAYS_AGO, _DAYS_LEFT = 6, 8
#: Nobody there has answered yet.
_LATE_REGION = "north"


@dataclass(frozen=True)
class _Said:
    """What someone proposes, in percent of what was given, and how it is answered; nothing: not yet."""

    percent: int
    comment: str
    answer: ProposalState = ProposalState.OPEN
    words: str = ""
    strategy: str = ""
    resources: str = ""


#: One after the other; None says nothing.
_SAYINGS: tuple[_Said | None, ...] = (
    _Said(
        97,
        "Two tenders fall into the quarter after 有两个招标会落到下一季度",
        ProposalState.ACCEPTED,
        strategy="Renewals first, then the water plants along the river 先做续约，再跑沿江水厂",
    ),
    _Said(
        104,
        "The chemical park expands earlier than planned 化工园区提前扩建",
        ProposalState.ACCEPTED,
        "Good. Tell me early if it slips 很好，若有延期请尽早告知",
    ),
    _Said(
        91,
        "My largest customer has no budget before summer 最大的客户夏天之前没有预算",
        ProposalState.COUNTERED,
        "The distributor can carry a part of it 经销商可以承担一部分",
    ),
    None,
    _Said(
        85,
        "A competitor offers three years of free service 竞争对手提供三年免费服务",
        ProposalState.ESCALATED,
        "More than I may decide; please look at it 超出我的权限，请您决定",
        strategy="Hold price, sell calibration contracts with it 稳住价格，搭配校准合同",
        resources="A service engineer for two days a week 每周两天的服务工程师支持",
    ),
    _Said(
        102,
        "With the new price list this is within reach 有了新价目表可以做到",
        resources="A demo set of the gas analyser 一套气体分析仪演示设备",
    ),
    None,
)


def make_open_plan(planning: Planning, year: Plan) -> None:
    """Opened some days ago; there are some left to answer."""
    opened = morning(planning.data.on - timedelta(days=_OPENED_DAYS_AGO))
    quarter = Period(planning.quarter.end, add_months(planning.quarter.end, 3))
    goal = a_plan(
        planning,
        quarter,
        average_quarter(planning.quarter.start, 4, on=planning.data.on, growth_percent=_GROWTH_PERCENT),
        parent=year if quarter.end <= year.ends_on else None,
        objective=None,
        at=opened,
    )
    _keep_worksheet(planning, goal)
    divide(planning, goal, at=opened)
    open_plan(
        planning.director,
        plan=goal.plan,
        answers_by=planning.data.on + timedelta(days=_DAYS_LEFT),
        at=opened + timedelta(hours=2),
    )
    for proposal, said in _proposals(planning, goal):
        _answer(planning, proposal, said)


def _keep_worksheet(planning: Planning, goal: Goal) -> None:
    """Last year and a little, the average, and what the people can carry; the market beside them."""
    opened = morning(planning.data.on - timedelta(days=_OPENED_DAYS_AGO))
    inputs = [_filled(each, goal) for each in inputs_from_records(goal, on=planning.data.on)]
    keep_worksheet(planning.director, goal=goal, inputs=inputs, weights=_WEIGHTS, at=opened)


def _filled(inputs: Inputs, goal: Goal) -> Inputs:
    if isinstance(inputs, HistoryGrowth):
        return replace(inputs, growth=Decimal("0.08"))
    if isinstance(inputs, Market):
        return Market(size=goal.amount * 11, growth=Decimal("0.05"), share=Decimal("0.09"))
    return inputs


def _proposals(planning: Planning, goal: Goal) -> Iterator[tuple[Proposal, _Said]]:
    """Person after person; who signs in to the demo has not proposed yet."""
    sheet, sayings = sheet_of(goal), cycle(_SAYINGS)
    for number, (node, given) in enumerate(_of_people(sheet)):
        said = next(sayings)
        if said is None or sheet.tree.labels[node].external_id == planning.data.rep:
            continue
        who = planning.cast.find(node.person_id or 0)
        if who is not None:
            day = planning.data.on - timedelta(days=_OPENED_DAYS_AGO - 1 - number % 3)
            yield (
                propose(
                    who,
                    goal=goal,
                    holder=node.holder,
                    amount=given * said.percent // 100 // _ROUND * _ROUND,
                    comment=said.comment,
                    strategy=said.strategy,
                    resources=said.resources,
                    at=morning(day),
                ),
                said,
            )


def _of_people(sheet: Sheet) -> Iterator[tuple[Node, int]]:
    tree = sheet.tree
    prompt = [unit for unit in tree.below(tree.root) if tree.labels[unit].external_id != _LATE_REGION]
    for region in prompt:
        for node, _depth in tree.walk(region):
            given = sheet.given(node)
            if given and not node.is_unit:
                yield node, given


def _answer(planning: Planning, proposal: Proposal, said: _Said) -> None:
    """By the manager of the team, the day after the last proposal."""
    manager = planning.cast.manager_of(proposal.target.unit_id)
    at = morning(planning.data.on - timedelta(days=1))
    if said.answer == ProposalState.ACCEPTED:
        accept(manager, proposal=proposal, comment=said.words, at=at)
    elif said.answer == ProposalState.COUNTERED:
        given = proposal.target.given
        halfway = (given + proposal.amount) // 2 // _ROUND * _ROUND
        counter(manager, proposal=proposal, amount=halfway, comment=said.words, at=at)
    elif said.answer == ProposalState.ESCALATED:
        escalate(manager, proposal=proposal, comment=said.words, at=at)
