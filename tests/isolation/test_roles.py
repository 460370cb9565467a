"""Who may do what: every operation against every role, every scope of a key, and nobody.

The table is the code's own: what an operation declares, and `access.SCOPES`.
"""

from contextlib import closing

import pytest

from salestargets.tenancy.access import SCOPES
from salestargets.tenancy.choices import Role, Scope
from tests.isolation.examples import EXAMPLES
from tests.isolation.matrix import Caller, Route, TwoSides, api_operations, digest_of, outside
from tests.isolation.placeholders import Nobody, filled

ROUTES = [route for route in api_operations() if route.name in EXAMPLES]

OWN_NUMBER = "POST targets/{target_id}/acknowledge"
ACKNOWLEDGE = "POST alerts/{alert_id}/acknowledge"
#: What a role or a key may not do though it has the scope, and why.
#: Open to reps, who write nothing else.
ASK = "POST plans/{plan_id}/adjustments"
WITHDRAW = "POST plans/{plan_id}/adjustments/{adjustment_id}/withdraw"
TAKE_BACK = "POST proposals/{proposal_id}/withdraw"
PROMISES = ("POST plans/{plan_id}/proposals", "POST proposals/{proposal_id}/accept", TAKE_BACK)
ENTRIES = ("POST kpis/{kpi_id}/entries", "POST kpi-entries/{entry_id}/withdraw")
MENTORSHIP = "mentorships/{mentorship_id}"
MENTORING = ("POST mentorships", f"PATCH {MENTORSHIP}", f"DELETE {MENTORSHIP}")
OBJECTIVE = "PATCH objectives/{objective_id}"
NARROWER_ROLES = {
    **{
        (name, Role.VIEWER): "a viewer changes nothing"
        for name in (ACKNOWLEDGE, ASK, WITHDRAW, *PROMISES, *ENTRIES, *MENTORING)
    },
    (WITHDRAW, Role.ADMIN): "is another administrator than the one who asked",
    (TAKE_BACK, Role.ADMIN): "is another administrator than the one who proposed",
    (OBJECTIVE, Role.MANAGER): "an objective is its owner's and the administrators'",
    (OWN_NUMBER, Role.VIEWER): "nor holds a number",
    (OWN_NUMBER, Role.ADMIN): "is another administrator than the one who was asked",
}
NARROWER_SCOPES = {
    **{
        (name, Scope.READ): "nor does a key that only reads"
        for name in (ACKNOWLEDGE, ASK, *PROMISES, *ENTRIES, *MENTORING)
    },
    (OBJECTIVE, Scope.TARGETS_WRITE): "a key owns no objective",
    **{(name, Scope.READ): "a key has no inbox" for name, one in EXAMPLES.items() if one.by_session},
    ("POST keys", Scope.ADMIN): "a key makes no key that may do what it may not itself",
}


def each(routes: list[Route]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", routes, ids=lambda route: route.name)


@each(ROUTES)
def test_nobody_may_do_anything(sides: TwoSides, route):
    example = EXAMPLES[route.name]
    filled(example.request, sides.ours.as_found)  # so that it exists
    before = digest_of(sides.ours.organisation)
    caller = Caller(sides.ours.browser(None))
    answer = caller.send(route, example, sides.ours.as_found)
    assert answer.status_code == 401
    assert outside(answer) == outside(caller.send(route, example, Nobody()))
    assert digest_of(sides.ours.organisation) == before


@each(ROUTES)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_its_scopes_say(sides: TwoSides, route, role):
    caller = Caller(sides.ours.browser(role))
    allowed = route.operation.scope in SCOPES[role] and (route.name, role) not in NARROWER_ROLES
    expect(sides, caller, route, allowed=allowed)


@each(ROUTES)
@pytest.mark.parametrize("scope", Scope)
def test_a_key_may_do_what_its_scope_says(sides: TwoSides, route, scope):
    allowed = route.operation.scope == scope and (route.name, scope) not in NARROWER_SCOPES
    expect(sides, Caller(sides.ours.key_for(scope)), route, allowed=allowed)


def expect(sides: TwoSides, caller: Caller, route: Route, *, allowed: bool) -> None:
    example = EXAMPLES[route.name]
    if allowed:
        with closing(caller.send(route, example, sides.ours)) as answer:
            assert answer.status_code not in (401, 403)
        return
    filled(example.request, sides.ours.as_found)
    before = digest_of(sides.ours.organisation)
    answer = caller.send(route, example, sides.ours.as_found)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert digest_of(sides.ours.organisation) == before
