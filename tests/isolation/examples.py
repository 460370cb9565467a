"""A request that works, for every operation of the API. What is no route here fails the matrix."""

from dataclasses import dataclass, field
from typing import Any

from tests.isolation.placeholders import Holder, Id, Name, New


@dataclass(frozen=True)
class Example:
    path: dict[str, Id] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    #: A list that must not be empty, or the positive control proves nothing; and of what.
    lists: tuple[str, ...] = ()


def a_list(*kinds: str, **query: Any) -> Example:
    return Example(query=query, lists=kinds or ("unit",))


DAY = "2026-06-01"
QUARTER = {"starts_on": "2026-04-01", "ends_on": "2026-07-01"}
PLAN = {"plan_id": Id("plan")}
GOAL = {"plan_id": Id("plan"), "goal_id": Id("goal")}
TARGET = {"target_id": Id("target")}
PLANNED_UNIT = Holder("unit", "planned unit")
PLANNED_PERSON = Holder("person", "planned person")
SECOND_PERSON = Holder("person", "second person")

EXAMPLES: dict[str, Example] = {
    "GET me": Example(),
    "GET organisation": Example(),
    "PATCH organisation": Example(body={"fiscal_year_start_month": 4}),
    "GET units": a_list(parent=Id("root"), on=DAY),
    "POST units": Example(
        body={"name": New(), "kind": "team", "parent": Id("unit"), "starts_on": DAY, "external_id": New()}
    ),
    "GET units/{unit_id}": Example(path={"unit_id": Id("unit")}, query={"on": DAY}),
    "PATCH units/{unit_id}": Example(path={"unit_id": Id("fresh unit")}, body={"name": New(), "kind": "x"}),
    "POST units/{unit_id}/move": Example(
        path={"unit_id": Id("fresh unit")}, body={"parent": Id("unit"), "on": DAY}
    ),
    "GET people": a_list(unit=Id("region"), on=DAY),
    "POST people": Example(
        body={
            "name": New(),
            "external_id": New(),
            "email": New("p{}@acme.example"),
            "hired_on": DAY,
            "left_on": None,
        }
    ),
    "GET people/{person_id}": Example(path={"person_id": Id("person")}, query={"on": DAY}),
    "PATCH people/{person_id}": Example(path={"person_id": Id("fresh person")}, body={"name": New()}),
    "POST people/{person_id}/move": Example(
        path={"person_id": Id("fresh person")}, body={"unit": Id("unit"), "on": DAY}
    ),
    "GET assignments": a_list(person=Id("person"), unit=Id("region"), role="member", on=DAY),
    "POST assignments": Example(
        body={
            "person": Id("manager"),
            "unit": Id("unit"),
            "role": "manager",
            "starts_on": DAY,
            "ends_on": None,
            "external_id": New(),
        }
    ),
    "GET assignments/{assignment_id}": Example(path={"assignment_id": Id("assignment")}),
    "POST assignments/{assignment_id}/end": Example(
        path={"assignment_id": Id("fresh assignment")}, body={"on": DAY}
    ),
    "GET members": a_list(),
    "POST members": Example(
        body={"email": New("m{}@acme.example"), "role": "viewer", "person": Id("fresh person")}
    ),
    "GET members/{member_id}": Example(path={"member_id": Id("member")}),
    "PATCH members/{member_id}": Example(path={"member_id": Id("fresh member")}, body={"role": "viewer"}),
    "DELETE members/{member_id}": Example(path={"member_id": Id("fresh member")}),
    "GET keys": a_list(),
    "POST keys": Example(body={"name": New(), "scopes": ["read"], "expires_on": None}),
    "GET keys/{key_id}": Example(path={"key_id": Id("key")}),
    "POST keys/{key_id}/revoke": Example(path={"key_id": Id("fresh key")}),
    "GET alerts": a_list("alert", open=True),
    "GET alerts/{alert_id}": Example(path={"alert_id": Id("alert")}),
    "POST alerts/{alert_id}/acknowledge": Example(path={"alert_id": Id("fresh alert")}),
    "GET alert-rules": a_list(),
    "GET alert-rules/{rule_id}": Example(path={"rule_id": Id("rule")}),
    "PATCH alert-rules/{rule_id}": Example(path={"rule_id": Id("rule")}, body={"is_enabled": False}),
    "GET plans": a_list("plan", state="draft"),
    "POST plans": Example(
        body={"name": New(), **QUARTER, "root_unit": Id("unit"), "expected_basis": "calendar"}
    ),
    "GET plans/{plan_id}": Example(path=PLAN),
    "PATCH plans/{plan_id}": Example(path={"plan_id": Id("fresh plan")}, body={"name": New()}),
    "GET plans/{plan_id}/goals": Example(path=PLAN, lists=("goal",)),
    "POST plans/{plan_id}/goals": Example(
        path={"plan_id": Id("fresh plan")}, body={"kpi": "won_revenue", "amount": "1200.00", "stretch": None}
    ),
    "GET plans/{plan_id}/goals/{goal_id}": Example(path=GOAL),
    "PATCH plans/{plan_id}/goals/{goal_id}": Example(path=GOAL, body={"why": "It is ours"}),
    "GET plans/{plan_id}/targets": Example(
        path=PLAN, query={"goal": Id("goal"), "holder": PLANNED_UNIT}, lists=("deal",)
    ),
    "POST plans/{plan_id}/targets": Example(
        path={"plan_id": Id("bare plan")},
        body={"goal": Id("bare goal"), "holder": PLANNED_PERSON, "amount": "10.00", "reason": "first"},
    ),
    "POST plans/{plan_id}/split": Example(
        path=PLAN,
        body={
            "goal": Id("goal"),
            "holder": PLANNED_UNIT,
            "method": "weights",
            "weights": [{"holder": PLANNED_PERSON, "weight": "1"}, {"holder": SECOND_PERSON, "weight": "2"}],
            "holds": [{"holder": SECOND_PERSON, "amount": "1.00"}],
            "preview": False,
        },
    ),
    "POST plans/{plan_id}/phase": Example(
        path=PLAN,
        body={"goal": Id("goal"), "holder": PLANNED_UNIT, "method": "weights", "weights": ["1", "2", "3"]},
    ),
    "POST plans/{plan_id}/publish": Example(
        path={"plan_id": Id("bare plan")}, body={"override": "as the test needs it"}
    ),
    "POST plans/{plan_id}/close": Example(path={"plan_id": Id("fresh published plan")}),
    "GET targets/{target_id}": Example(path=TARGET),
    "PATCH targets/{target_id}": Example(path=TARGET, body={"amount": "100.00", "reason": "by hand"}),
    "POST targets/{target_id}/hold": Example(path=TARGET),
    "POST targets/{target_id}/release": Example(path=TARGET),
    "GET targets/{target_id}/history": Example(path={"target_id": Id("published target")}),
    "GET progress": a_list(plan=Id("published plan"), goal=Id("published goal"), holder=PLANNED_UNIT),
    "GET progress/{target_id}/records": Example(path={"target_id": Id("published target")}, lists=("deal",)),
    "GET audit": a_list(kind="unit", object_id=Id("unit")),
}

#: What another organisation has may be had here too: the answer is that to something new.
UNIQUE: dict[str, tuple[str, Name]] = {
    "POST units": ("external_id", Name("unit")),
    "POST people": ("external_id", Name("person")),
    "POST keys": ("name", Name("key")),
    "POST plans": ("name", Name("plan")),
}
