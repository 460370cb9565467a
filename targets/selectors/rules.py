from targets.models import PlanningRules


def planning_rules() -> PlanningRules:
    """How the organisation plans: its one row."""
    return PlanningRules.objects.get()
