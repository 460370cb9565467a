"""Who may propose a number, answer a proposal, and decide one that goes beyond the limit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

from salestargets.api.selectors import is_same_hand
from salestargets.tenancy.access import Actor, Sight, sight_of
from salestargets.tenancy.choices import Role, Scope
from targets.choices import UNANSWERED, PlanState, ProposalState
from targets.models import Plan, Proposal
from targets.selectors.approvers import may_approve
from targets.selectors.plans import may_set
from targets.selectors.trees import Node, PlanTree


@dataclass(frozen=True)
class Authority:
    """What an actor may do in a plan's tree on a day. Nobody answers what is proposed for themselves."""

    actor: Actor
    sight: Sight
    tree: PlanTree
    is_open: bool
    is_above_root: bool
    #: Whether what was done under an `Actor.id` was by their own hand. Each is asked about once.
    is_by: Callable[[str], bool]

    def is_own(self, node: Node) -> bool:
        return node.person_id is not None and node.person_id == self.actor.person_id

    def may_propose(self, node: Node) -> bool:
        """People for themselves; who manages a unit for it and for everyone below, on their behalf."""
        if self.actor.role == Role.VIEWER:
            return False
        return self.is_own(node) or (self._writes and self.sight.of_unit(node.unit_id))

    def answers(self, node: Node) -> bool:
        """Who gives the number; for the plan's own unit someone above it."""
        if node == self.tree.root:
            return self.is_above_root
        return not self.is_own(node) and may_set(self.actor, self.sight, self.tree, node)

    def decides(self, node: Node) -> bool:
        """Someone above who gives the number: no limit holds for them."""
        giver = self.tree.parents.get(node, self.tree.root)
        above = self.tree.parents.get(giver)
        if above is None:
            return self.is_above_root and not self.is_own(node)
        return self._writes and self.sight.of_unit(above.unit_id) and not self.is_own(node)

    def answers_to(self, proposal: Proposal, node: Node, state: ProposalState) -> bool:
        """Whether it is theirs to answer; what was escalated is for someone above."""
        if not self.is_open or self.is_by(proposal.actor):
            return False
        if state == ProposalState.OPEN:
            return self.answers(node) or self.decides(node)
        return state == ProposalState.ESCALATED and self.decides(node)

    def takes(self, proposal: Proposal, node: Node, state: ProposalState) -> bool:
        """Whether theirs is the counter offer to take; never who made it."""
        if not self.is_open or state != ProposalState.COUNTERED or self.is_by(proposal.answerer):
            return False
        return self.may_propose(node)

    def withdraws(self, proposal: Proposal, node: Node, state: ProposalState) -> bool:
        """Who made it, or whose number it is; not what was answered."""
        if not self.is_open or state not in UNANSWERED or self.actor.role == Role.VIEWER:
            return False
        is_theirs = self.may_propose(node) if node.is_unit else self.is_own(node)
        return is_theirs or (self.is_by(proposal.actor) and self.may_propose(node))

    @property
    def _writes(self) -> bool:
        return self.actor.may(Scope.TARGETS_WRITE)


def authority_of(actor: Actor, plan: Plan, tree: PlanTree, *, on: date) -> Authority:
    return Authority(
        actor=actor,
        sight=sight_of(actor, on),
        tree=tree,
        is_open=plan.state == PlanState.OPEN,
        is_above_root=may_approve(actor, plan, on=on),
        is_by=cache(partial(is_same_hand, actor)),
    )
