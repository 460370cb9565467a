from targets.models import PlanningRules


def planning_rules() -> PlanningRules:
    """How the organisation plans: its one row."""
    return PlanningRules.objects.get()


def is_beyond_limit(rules: PlanningRules, before: int | None, after: int) -> bool:
    """Whether a number in force moves further than a manager may move it alone."""
    if not rules.needs_approval or before is None:
        return False
    return abs(after - before) * 10_000 > before * rules.move_limit_bp


def limit_percent(rules: PlanningRules) -> str:
    return f"{rules.move_limit_bp / 100:g}"
