"""What stands around a goal: its milestones, and its weight among the goals of its plan."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.compiled import compiled_once
from targets.models import Goal, Milestone, Target


def milestones_of(goal: Goal) -> QuerySet[Milestone]:
    """In order of their days."""
    return Milestone.objects.filter(goal=goal).order_by("due_on", "id")


def get_milestone(goal: Goal, milestone_id: int) -> Milestone:
    """Of a goal that the actor may see."""
    milestone = Milestone.objects.filter(goal=goal, pk=milestone_id).first()
    if milestone is None:
        raise NotFound(N_("There is no such milestone."), code="not_found")
    milestone.goal = goal
    return milestone


def is_given_on(goal: Goal) -> bool:
    """Whether anyone below the plan's unit holds a number yet."""
    return bool(_first_below(goal.pk, goal.plan.root_unit_id))


@compiled_once
def _first_below(goal: int, root: int) -> QuerySet[Target, int]:
    given = Q(given__isnull=False) | Q(agreed__isnull=False)
    below = Target.objects.filter(given, goal=goal, group="").exclude(unit_id=root, person=None)
    return below.values_list("pk", flat=True)[:1]


def weight_sum(goals: Sequence[Goal]) -> int:
    """In hundredths of a percent; a plan whose goals weigh 10,000 together is weighed out."""
    return sum(goal.weight_bp for goal in goals)
