from targets.models import Goal
from tests.builders import World, a_world
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, published, split


@lasting
def world() -> World:
    """Acme; and beside it Other with a plan of its own in force."""
    world = a_world()
    theirs = a_goal(a_plan(world.other), "777.77")
    split(theirs)
    published(theirs.plan)
    return world


@lasting
def goal(world: World) -> Goal:
    """1,200.00 in force, alike in all months: 300.00 for Alice and for Bob in North, 600.00 for Carol."""
    goal = a_goal(a_plan(world.acme, expected_basis="calendar"), "1200.00")
    split(goal)
    published(goal.plan)
    return goal
