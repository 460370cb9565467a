"""A request that works, for every operation of the API. What is no route here fails the matrix."""

from dataclasses import dataclass, field
from typing import Any

from tests.isolation.placeholders import Id, Name, New


@dataclass(frozen=True)
class Example:
    path: dict[str, Id] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    #: Of the list that is answered: not empty, or the positive control proves nothing.
    lists: bool = False


def a_list(**query: Any) -> Example:
    return Example(query=query, lists=True)


DAY = "2026-06-01"

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
    "GET audit": a_list(kind="unit", object_id=Id("unit")),
}

#: What another organisation has may be had here too: the answer is that to something new.
UNIQUE: dict[str, tuple[str, Name]] = {
    "POST units": ("external_id", Name("unit")),
    "POST people": ("external_id", Name("person")),
    "POST keys": ("name", Name("key")),
}
