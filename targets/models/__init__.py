"""What planning keeps: plans and goals, their numbers, how people agree on them, how they change later."""

from targets.models.agreeing import Acknowledgement, Proposal
from targets.models.changing import Adjustment, Trigger
from targets.models.numbers import Change, Progress, Split, Target, TargetVersion
from targets.models.plans import Goal, Milestone, Objective, Plan, PlanMove, ProductShare, Worksheet
from targets.models.rules import PlanningRules, Potential

__all__ = [
    "Acknowledgement",
    "Adjustment",
    "Change",
    "Goal",
    "Milestone",
    "Objective",
    "Plan",
    "PlanMove",
    "PlanningRules",
    "Potential",
    "ProductShare",
    "Progress",
    "Proposal",
    "Split",
    "Target",
    "TargetVersion",
    "Trigger",
    "Worksheet",
]
