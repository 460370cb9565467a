"""A request that works, for every operation of the API. What is no route here fails the matrix."""

from dataclasses import dataclass, field
from typing import Any

from tests.isolation.placeholders import Holder, Id, Name, New


@dataclass(frozen=True)
class Example:
    path: dict[str, Id] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    #: Instead of a body: the fields of a form, and the text of its file.
    form: dict[str, Any] | None = None
    file: str = ""
    #: For members alone: asked by the administrator's session instead of by a key.
    by_session: bool = False
    #: A list that must not be empty, or the positive control proves nothing; and of what.
    lists: tuple[str, ...] = ()

    @property
    def request(self) -> dict[str, Any]:
        """Everything that may name an object."""
        return {"path": self.path, "query": self.query, "body": self.body, "form": self.form}


def a_list(*kinds: str, **query: Any) -> Example:
    return Example(query=query, lists=kinds or ("unit",))


DAY = "2026-06-01"
QUARTER = {"starts_on": "2026-04-01", "ends_on": "2026-07-01"}
PLAN = {"plan_id": Id("plan")}
GOAL = {"plan_id": Id("plan"), "goal_id": Id("goal")}
SERVES = {"objective": Id("objective"), "owner": Id("person")}
TARGET = {"target_id": Id("target")}
TEMPLATE = {"template_id": Id("template")}
#: Templates hold from the running quarter on at the earliest.
LATER = "2099-01-01"
ADJUSTMENT = {"plan_id": Id("published plan"), "adjustment_id": Id("adjustment")}
CATALOGUES = {
    "customers": "customer",
    "products": "product",
    "channels": "channel",
    "stages": "stage",
    "exchange-rates": "rate",
}
#: Records that numbers are made of: one of them, and the objects by which it can be found.
CREDITED: dict[str, tuple[str, dict[str, Any]]] = {
    "deals": (
        "deal",
        {
            "owner": Id("planned person"),
            **{kind: Id(kind) for kind in ("customer", "product", "channel", "stage")},
            "status": "won",
        },
    ),
    "leads": (
        "lead",
        {
            "owner": Id("planned person"),
            **{kind: Id(kind) for kind in ("customer", "channel", "deal")},
            "status": "qualified",
        },
    ),
    "activities": (
        "activity",
        {
            "person": Id("planned person"),
            **{kind: Id(kind) for kind in ("customer", "deal", "lead")},
            "kind": "visit",
        },
    ),
    "expenses": (
        "expense",
        {
            "person": Id("planned person"),
            **{kind: Id(kind) for kind in ("customer", "deal")},
            "category": "travel",
        },
    ),
    "feedback": (
        "feedback",
        {"person": Id("planned person"), **{kind: Id(kind) for kind in ("customer", "deal")}, "kind": "nps"},
    ),
    **{
        f"{one}s": (
            one,
            {
                "owner": Id("planned person"),
                **{kind: Id(kind) for kind in ("customer", "deal", *more)},
            },
        )
        for one, more in {
            "order": ("product", "channel"),
            "invoice": ("product",),
            "payment": ("invoice",),
        }.items()
    },
}
MONEY: dict[str, Any] = {
    "name": New(),
    "owner": Name("person"),
    "customer": Name("customer"),
    "deal": Name("deal"),
    "amount": "1200.00",
    "currency": "USD",
    "dated_on": DAY,
    "shares": [{"person": Name("person"), "percent": "100"}],
}
OWNED = {"customers": {"owner": Id("person")}}
RECORDS: dict[str, dict[str, Any]] = {
    "units": {"name": New(), "parent": Name("unit"), "placed_from": DAY},
    "people": {"name": New(), "email": New("p{}@example.com")},
    "assignments": {
        "person": Name("manager"), "unit": Name("unit"), "role": "manager", "starts_on": DAY,
    },
    "mentorships": {"mentor": Name("manager"), "mentee": Name("mentee"), "starts_on": DAY},
    "exchange-rates": {"currency": "GBP", "valid_on": New("2026-{}"), "rate": "1.2"},
    "customers": {"name": New(), "owner": Name("person")},
    "products": {"name": New()},
    "channels": {"name": New()},
    "stages": {"name": New(), "category": "open"},
    "deals": {
        "name": New(),
        "owner": Name("person"),
        "customer": Name("customer"),
        "product": Name("product"),
        "channel": Name("channel"),
        "stage": Name("stage"),
        "amount": "1200.00",
        "currency": "USD",
        "shares": [{"person": Name("person"), "percent": "100"}],
        "stage_history": [{"stage": Name("stage"), "entered_at": "2026-05-04T10:00:00Z"}],
    },
    "leads": {
        "name": New(),
        "owner": Name("person"),
        "customer": Name("customer"),
        "channel": Name("channel"),
        "deal": Name("deal"),
        "qualified_on": DAY,
    },
    "activities": {
        "kind": "visit",
        "person": Name("person"),
        "deal": Name("deal"),
        "customer": Name("customer"),
        "lead": Name("lead"),
        "happened_at": "2026-05-04T10:00:00Z",
    },
    "expenses": {
        "category": "travel",
        "person": Name("person"),
        "customer": Name("customer"),
        "deal": Name("deal"),
        "amount": "12.00",
        "currency": "USD",
        "dated_on": DAY,
    },
    "feedback": {
        "kind": "nps",
        "score": "9",
        "person": Name("person"),
        "customer": Name("customer"),
        "deal": Name("deal"),
        "given_on": DAY,
    },
    "orders": {**MONEY, "product": Name("product"), "channel": Name("channel"), "credits": Name("order")},
    "invoices": {**MONEY, "product": Name("product"), "due_on": DAY, "credits": Name("invoice")},
    "payments": {**MONEY, "invoice": Name("invoice"), "credits": Name("payment")},
}  # fmt: skip
PLANNED_UNIT = Holder("unit", "planned unit")
PLANNED_PERSON = Holder("person", "planned person")
SECOND_PERSON = Holder("person", "second person")
QUARTER_ASKED = {"from": "2026-04-01", "to": "2026-07-01"}
MAY = {"from": "2026-05-01", "to": "2026-06-01"}
OF_A_PRODUCT = [
    {"measure": "won_amount", "filters": [{"field": "product", "op": "any", "values": [Id("product")]}]}
]
MAY_OF_PLANNED = {"kpi": "won_revenue", "holder": PLANNED_UNIT, **MAY}

EXAMPLES: dict[str, Example] = {
    "GET me": Example(),
    "GET organisation": Example(),
    "PATCH organisation": Example(body={"fiscal_year_start_month": 4}),
    "GET fiscal-calendar": Example(query={"year": 2026, "fiscal_pattern": "454"}),
    "GET fiscal-years": a_list("fiscal year"),
    "POST fiscal-years": Example(
        body={"number": 2026, "period_starts": ["2026-01-01"], "ends_on": "2027-01-01", "quarter_starts": []}
    ),
    "GET fiscal-years/{year_id}": Example(path={"year_id": Id("fiscal year")}),
    "PATCH fiscal-years/{year_id}": Example(
        path={"year_id": Id("fresh fiscal year")}, body={"quarter_starts": []}
    ),
    "DELETE fiscal-years/{year_id}": Example(path={"year_id": Id("fresh fiscal year")}),
    "POST fiscal-years/preview": Example(
        body={"number": 2031, "period_starts": ["2031-01-01"], "ends_on": "2032-01-01", "quarter_starts": []}
    ),
    "GET fiscal-years/{year_id}/removal": Example(path={"year_id": Id("fresh fiscal year")}),
    "GET units": a_list(parent=Id("root"), on=DAY),
    "POST units": Example(
        body={"name": New(), "kind": "team", "parent": Id("unit"), "starts_on": DAY, "external_id": New()}
    ),
    "GET units/{unit_id}": Example(path={"unit_id": Id("unit")}, query={"on": DAY}),
    "PATCH units/{unit_id}": Example(path={"unit_id": Id("fresh unit")}, body={"name": New(), "kind": "x"}),
    "GET units/{unit_id}/move": Example(
        path={"unit_id": Id("planned unit")}, query={"parent": Id("unit"), "on": DAY}
    ),
    "GET units/{unit_id}/removal": Example(path={"unit_id": Id("planned unit")}),
    "POST units/{unit_id}/move": Example(
        path={"unit_id": Id("fresh unit")}, body={"parent": Id("unit"), "on": DAY}
    ),
    "GET people": a_list(unit=Id("region"), on=DAY),
    "POST people": Example(
        body={
            "name": New(),
            "external_id": New(),
            "email": New("p{}@acme.example"),
            "job": "Sales rep",
            "level": "senior",
            "hired_on": DAY,
            "left_on": None,
        }
    ),
    "GET people/{person_id}": Example(path={"person_id": Id("person")}, query={"on": DAY}),
    "PATCH people/{person_id}": Example(path={"person_id": Id("fresh person")}, body={"name": New()}),
    "GET people/{person_id}/move": Example(
        path={"person_id": Id("planned person")}, query={"unit": Id("unit"), "on": DAY}
    ),
    "GET people/{person_id}/leaving": Example(path={"person_id": Id("planned person")}, query={"on": DAY}),
    "GET people/{person_id}/removal": Example(path={"person_id": Id("planned person")}),
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
    "GET assignments/{assignment_id}/end": Example(
        path={"assignment_id": Id("assignment")}, query={"on": DAY}
    ),
    "GET assignments/{assignment_id}/removal": Example(path={"assignment_id": Id("assignment")}),
    "POST assignments/{assignment_id}/end": Example(
        path={"assignment_id": Id("fresh assignment")}, body={"on": DAY}
    ),
    "GET mentorships": a_list("mentorship", mentor=Id("manager"), mentee=Id("person"), on=DAY),
    "POST mentorships": Example(
        body={
            "mentor": Id("manager"),
            "mentee": Id("fresh person"),
            "starts_on": DAY,
            "ends_on": None,
            "external_id": New(),
        }
    ),
    "GET mentorships/{mentorship_id}": Example(path={"mentorship_id": Id("mentorship")}),
    "PATCH mentorships/{mentorship_id}": Example(
        path={"mentorship_id": Id("fresh spare mentorship")},
        body={"mentor": Id("person"), "starts_on": DAY, "ends_on": LATER},
    ),
    "DELETE mentorships/{mentorship_id}": Example(path={"mentorship_id": Id("fresh spare mentorship")}),
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
    "GET notices": Example(query={"unread": True}, lists=("fresh notice",), by_session=True),
    "GET notices/{notice_id}": Example(path={"notice_id": Id("notice")}, by_session=True),
    "POST notices/{notice_id}/read": Example(path={"notice_id": Id("fresh notice")}, by_session=True),
    "POST notices/read": Example(by_session=True),
    "GET notice-preference": Example(by_session=True),
    "PATCH notice-preference": Example(body={"by_mail": False}, by_session=True),
    "GET objectives": a_list("objective", archived=False),
    "POST objectives": Example(body={"name": New(), "about": "why", "owner": Id("person")}),
    "GET objectives/{objective_id}": Example(path={"objective_id": Id("objective")}),
    "PATCH objectives/{objective_id}": Example(
        path={"objective_id": Id("fresh objective")},
        body={"name": New(), "owner": Id("person"), "is_archived": True},
    ),
    "GET plans": a_list("plan", state="draft"),
    "POST plans": Example(
        body={
            "name": New(),
            **QUARTER,
            "root_unit": Id("planned unit"),
            "parent": Id("plan"),
            "expected_basis": "calendar",
        }
    ),
    "GET plans/{plan_id}": Example(path=PLAN),
    "PATCH plans/{plan_id}": Example(
        path={"plan_id": Id("fresh plan")}, body={"name": New(), "parent": Id("plan")}
    ),
    "GET plans/{plan_id}/goals": Example(path=PLAN, lists=("goal",)),
    "POST plans/{plan_id}/goals": Example(
        path={"plan_id": Id("fresh plan")},
        body={"kpi": "won_revenue", "amount": "1200.00", "stretch": None, **SERVES},
    ),
    "GET plans/{plan_id}/goals/{goal_id}": Example(path=GOAL),
    "PATCH plans/{plan_id}/goals/{goal_id}": Example(path=GOAL, body={"why": "It is ours", **SERVES}),
    "GET plans/{plan_id}/goals/{goal_id}/worksheet": Example(path=GOAL),
    "POST plans/{plan_id}/goals/{goal_id}/worksheet": Example(
        path=GOAL,
        body={
            "methods": [
                {"inputs": {"method": "market", "size": 100, "growth": "0.1", "share": "0.5"}, "weight": "1"}
            ]
        },
    ),
    "POST plans/{plan_id}/goals/{goal_id}/follow": Example(
        path={"plan_id": Id("part"), "goal_id": Id("part goal")}, body={"reason": "it does"}
    ),
    "POST plans/{plan_id}/goals/{goal_id}/drift": Example(
        path={"plan_id": Id("part"), "goal_id": Id("part goal")}, body={"reason": "a fair"}
    ),
    "GET plans/{plan_id}/goals/{goal_id}/milestones": Example(path=GOAL, lists=("milestone",)),
    "POST plans/{plan_id}/goals/{goal_id}/milestones": Example(
        path=GOAL, body={"name": New(), "due_on": DAY, "amount": "10.00"}
    ),
    "PATCH plans/{plan_id}/goals/{goal_id}/milestones/{milestone_id}": Example(
        path={**GOAL, "milestone_id": Id("milestone")}, body={"name": New()}
    ),
    "DELETE plans/{plan_id}/goals/{goal_id}/milestones/{milestone_id}": Example(
        path={**GOAL, "milestone_id": Id("fresh milestone")}
    ),
    "GET plans/{plan_id}/goals/{goal_id}/products": Example(path=GOAL, query={"holder": PLANNED_UNIT}),
    "PUT plans/{plan_id}/goals/{goal_id}/products": Example(path=GOAL, body={"groups": []}),
    "POST plans/{plan_id}/goals/{goal_id}/products/split": Example(
        path={"plan_id": Id("mixed plan"), "goal_id": Id("mixed goal")},
        body={"method": "even", "preview": True},
    ),
    "GET plans/{plan_id}/targets": Example(
        path=PLAN, query={"goal": Id("goal"), "holder": PLANNED_UNIT}, lists=("deal",)
    ),
    "POST plans/{plan_id}/targets": Example(
        path={"plan_id": Id("bare plan")},
        body={"goal": Id("bare goal"), "holder": PLANNED_PERSON, "amount": "10.00", "reason": "first"},
    ),
    "POST plans/{plan_id}/numbers": Example(
        path={"plan_id": Id("changed plan")},
        body={
            "goal": Id("changed goal"),
            "edits": [{"holder": PLANNED_PERSON, "amount": "310.00"}],
            "reason": "Ours",
        },
    ),
    "POST plans/{plan_id}/undo": Example(
        path={"plan_id": Id("changed plan")}, body={"goal": Id("changed goal"), "reason": "Ours"}
    ),
    "GET plans/{plan_id}/targets/export": Example(path=PLAN, query={"goal": Id("goal"), "format": "csv"}),
    "POST plans/{plan_id}/import-sheet": Example(
        path=PLAN, form={"goal": Id("goal")}, file="Holder,Target\n"
    ),
    "POST plans/{plan_id}/split": Example(
        path=PLAN,
        body={
            "goal": Id("goal"),
            "holder": PLANNED_UNIT,
            "method": "weights",
            "weights": [{"holder": PLANNED_PERSON, "weight": "1"}, {"holder": SECOND_PERSON, "weight": "2"}],
            "holds": [{"holder": SECOND_PERSON, "amount": "1.00"}],
            "amounts": [{"holder": PLANNED_PERSON, "amount": "1.00"}],
            "floors": [{"holder": PLANNED_PERSON, "amount": "0.00"}],
            "caps": [{"holder": SECOND_PERSON, "amount": "9999999999.00"}],
            "buckets": [{"name": "A", "members": [PLANNED_PERSON, SECOND_PERSON]}],
            "preview": False,
        },
    ),
    "POST plans/{plan_id}/phase": Example(
        path=PLAN,
        body={"goal": Id("goal"), "holder": PLANNED_UNIT, "method": "weights", "weights": ["1", "2", "3"]},
    ),
    "POST plans/{plan_id}/open": Example(
        path={"plan_id": Id("plan to open")}, body={"answers_by": "2099-12-31"}
    ),
    "GET plans/{plan_id}/moves": Example(path={"plan_id": Id("submitted plan")}, lists=("submitted plan",)),
    "POST plans/{plan_id}/submit": Example(path={"plan_id": Id("plan to submit")}),
    "POST plans/{plan_id}/approve": Example(
        path={"plan_id": Id("submitted plan")}, body={"override": "Ours"}
    ),
    "POST plans/{plan_id}/take-back": Example(
        path={"plan_id": Id("plan to take back")}, body={"reason": "Ours"}
    ),
    "POST plans/{plan_id}/publish": Example(path={"plan_id": Id("smart plan")}, body={}),
    "POST plans/{plan_id}/close": Example(path={"plan_id": Id("fresh published plan")}),
    "GET plans/{plan_id}/proposals": Example(
        path={"plan_id": Id("proposed plan")},
        query={"goal": Id("proposed goal"), "state": "open"},
        lists=("planned person",),
    ),
    "POST plans/{plan_id}/proposals": Example(
        path={"plan_id": Id("open plan")},
        body={
            "goal": Id("open goal"),
            "holder": PLANNED_PERSON,
            "months": [{"month": "2026-04-01", "amount": "10.00"}],
            "comment": "One big deal",
        },
    ),
    "POST plans/{plan_id}/proposals/accept": Example(
        path={"plan_id": Id("open plan")}, body={"goal": Id("open goal")}
    ),
    "GET plans/{plan_id}/reconciliation": Example(
        path={"plan_id": Id("proposed plan")}, query={"goal": Id("proposed goal")}
    ),
    "POST plans/{plan_id}/remind": Example(path={"plan_id": Id("open plan")}),
    "POST proposals/{proposal_id}/accept": Example(path={"proposal_id": Id("fresh proposal")}, body={}),
    "POST proposals/{proposal_id}/counter": Example(
        path={"proposal_id": Id("fresh proposal")}, body={"amount": "5.00", "comment": "More"}
    ),
    "POST proposals/{proposal_id}/escalate": Example(
        path={"proposal_id": Id("fresh proposal")}, body={"comment": "Far off"}
    ),
    "POST proposals/{proposal_id}/withdraw": Example(
        path={"proposal_id": Id("fresh proposal")}, by_session=True
    ),
    "GET plans/{plan_id}/adjustments": Example(path={"plan_id": Id("published plan")}, lists=("adjustment",)),
    "POST plans/{plan_id}/adjustments": Example(
        path={"plan_id": Id("published plan")},
        body={
            "goal": Id("published goal"),
            "trigger": Id("trigger"),
            "nature": "trend",
            "reason": "Ours",
            "changes": [{"holder": PLANNED_PERSON, "amount": "99999.00"}],
        },
    ),
    "POST plans/{plan_id}/handovers": Example(
        path={"plan_id": Id("published plan")},
        body={
            "goal": Id("published goal"),
            "person": Id("planned person"),
            "leaves_on": "2026-06-01",
            "rule": "successor",
            "successor": Id("second person"),
            "reason": "Ours",
        },
    ),
    "GET plans/{plan_id}/adjustments/{adjustment_id}": Example(path=ADJUSTMENT),
    "POST plans/{plan_id}/adjustments/{adjustment_id}/approve": Example(
        path={**ADJUSTMENT, "adjustment_id": Id("fresh adjustment")}
    ),
    "POST plans/{plan_id}/adjustments/{adjustment_id}/reject": Example(
        path={**ADJUSTMENT, "adjustment_id": Id("fresh adjustment")}, body={"comment": "Not now"}
    ),
    "POST plans/{plan_id}/adjustments/{adjustment_id}/withdraw": Example(
        path={**ADJUSTMENT, "adjustment_id": Id("fresh own adjustment")}, by_session=True
    ),
    "GET targets/{target_id}": Example(path=TARGET),
    "PATCH targets/{target_id}": Example(path=TARGET, body={"amount": "100.00", "reason": "by hand"}),
    "POST targets/{target_id}/hold": Example(path=TARGET),
    "POST targets/{target_id}/release": Example(path=TARGET),
    "POST targets/{target_id}/withdraw-override": Example(path={"target_id": Id("fresh overridden target")}),
    "GET targets/{target_id}/phasing": Example(path={"target_id": Id("published target")}),
    "GET plans/{plan_id}/acknowledgements": Example(
        path={"plan_id": Id("published plan")}, query={"goal": Id("published goal"), "state": "asked"}
    ),
    "POST plans/{plan_id}/acknowledgements/remind": Example(path={"plan_id": Id("published plan")}),
    "GET plans/{plan_id}/fairness": Example(
        path={"plan_id": Id("published plan")}, query={"goal": Id("published goal")}
    ),
    "POST targets/{target_id}/acknowledge": Example(
        path={"target_id": Id("asked target")}, body={"version": 1}, by_session=True
    ),
    "GET targets/{target_id}/history": Example(path={"target_id": Id("published target")}),
    "GET potentials": a_list("potential"),
    "POST potentials": Example(
        body={"holder": PLANNED_UNIT, "amount": "100.00", "starts_on": "2026-01-01", "source": New()}
    ),
    "POST potentials/import": Example(form={}, file="Person,Potential a year,From\n"),
    "GET potentials/{potential_id}": Example(path={"potential_id": Id("potential")}),
    "PATCH potentials/{potential_id}": Example(
        path={"potential_id": Id("fresh potential")}, body={"amount": "1.00"}
    ),
    "DELETE potentials/{potential_id}": Example(path={"potential_id": Id("fresh potential")}),
    "GET planning-rules": Example(),
    "PATCH planning-rules": Example(body={"answer_days": 5}),
    "GET kpi-templates": a_list("template"),
    "POST kpi-templates": Example(
        body={
            "name": New(),
            "position": 7,
            "subject": "person",
            "jobs": ["Sales rep"],
            "levels": [],
            "tenure_from": 6,
            "tenure_to": None,
            "units": [Id("unit")],
            "items": [{"kpi": "won_revenue", "weight_bp": 10_000, "target": "1000.00"}],
            "starts_on": LATER,
            "reason": "Grown",
        }
    ),
    "GET kpi-templates/{template_id}": Example(path=TEMPLATE),
    "PATCH kpi-templates/{template_id}": Example(
        path={"template_id": Id("fresh template")}, body={"units": [Id("unit")], "starts_on": LATER}
    ),
    "GET kpi-templates/{template_id}/versions": Example(path=TEMPLATE),
    "GET kpi-templates/{template_id}/people": Example(path=TEMPLATE),
    "GET people/{person_id}/kpi-template": Example(path={"person_id": Id("person")}),
    "POST people/{person_id}/kpi-template": Example(
        path={"person_id": Id("person")}, body={"template": Id("template"), "starts_on": LATER}
    ),
    "GET scorecards": Example(query={"holder": PLANNED_PERSON, **QUARTER_ASKED}),
    "GET scorecards/people": Example(query={"unit": Id("planned unit"), **QUARTER_ASKED}),
    "GET triggers": a_list("trigger"),
    "POST triggers": Example(body={"name": New(), "kpi": "won_revenue", "pace_below": "0.8"}),
    "GET triggers/{trigger_id}": Example(path={"trigger_id": Id("trigger")}),
    "PATCH triggers/{trigger_id}": Example(
        path={"trigger_id": Id("fresh trigger")}, body={"is_active": False}
    ),
    "GET progress": a_list(plan=Id("published plan"), goal=Id("published goal"), holder=PLANNED_UNIT),
    "GET progress/{target_id}/records": Example(path={"target_id": Id("published target")}, lists=("deal",)),
    "GET closings": a_list("closing"),
    "POST closings": Example(body={"month": "2024-02-01"}),
    "POST closings/{closing_id}/reopen": Example(
        path={"closing_id": Id("fresh closing")}, body={"reason": "Ours"}
    ),
    "GET kpis/{kpi_id}/entries": Example(
        path={"kpi_id": Id("manual kpi")}, query={"state": "entered"}, lists=("entry",)
    ),
    "POST kpis/{kpi_id}/entries": Example(
        path={"kpi_id": Id("manual kpi")},
        body={
            "holder": PLANNED_PERSON,
            "dated_on": "2026-05-04",
            "value": "12.5",
            "source": New(),
            "evidence": "In the file",
        },
    ),
    "POST kpi-entries/{entry_id}/confirm": Example(path={"entry_id": Id("fresh entry")}),
    "POST kpi-entries/{entry_id}/reject": Example(
        path={"entry_id": Id("fresh entry")}, body={"reason": "Not so"}
    ),
    "POST kpi-entries/{entry_id}/withdraw": Example(path={"entry_id": Id("fresh entry")}, body={}),
    "GET measures": Example(),
    "GET kpis": a_list("kpi"),
    "POST kpis": Example(body={"name": New("KPI {}"), "unit": "money", "numerator": OF_A_PRODUCT}),
    "POST kpis/manual": Example(body={"name": New("KPI {}"), "unit": "score", "manual": "level"}),
    "POST kpis/preview": Example(body={"numerator": OF_A_PRODUCT, "holder": PLANNED_UNIT, **MAY}),
    "GET kpis/{kpi_id}": Example(path={"kpi_id": Id("kpi")}),
    "PATCH kpis/{kpi_id}": Example(path={"kpi_id": Id("fresh kpi")}, body={"about": "What it tells"}),
    "POST kpis/{kpi_id}/definitions": Example(
        path={"kpi_id": Id("fresh kpi")},
        body={
            "numerator": [{**OF_A_PRODUCT[0], "measure": "lost_amount"}],
            "holds_from": LATER,
            "reason": "Narrower",
        },
    ),
    "GET actuals": a_list("deal", **MAY_OF_PLANNED, by="person"),
    "GET actuals/records": a_list("deal", **MAY_OF_PLANNED),
    "GET funnel": Example(query={"holder": PLANNED_UNIT, **MAY}),
    **{
        name: example
        for kind, (one, found_by) in CREDITED.items()
        for name, example in {
            f"GET {kind}": a_list(one, **found_by),
            f"GET {kind}/{{record_id}}": Example(path={"record_id": Id(one)}),
            f"DELETE {kind}/{{record_id}}": Example(path={"record_id": Id(f"fresh {one}")}),
        }.items()
    },
    "DELETE units/{unit_id}": Example(path={"unit_id": Id("fresh unit")}),
    "DELETE people/{person_id}": Example(path={"person_id": Id("loose person")}),
    "DELETE assignments/{assignment_id}": Example(path={"assignment_id": Id("fresh assignment")}),
    **{
        name: example
        for kind, one in CATALOGUES.items()
        for name, example in {
            f"GET {kind}": a_list(one, external_id=Name(one), source="crm", **OWNED.get(kind, {})),
            f"GET {kind}/{{record_id}}": Example(path={"record_id": Id(one)}),
            f"DELETE {kind}/{{record_id}}": Example(path={"record_id": Id(f"fresh {one}")}),
        }.items()
    },
    **{
        f"POST {kind}/bulk": Example(
            query={"atomic": False, "dry_run": False},
            body={"source": "crm", "records": [{"external_id": New(), **row}]},
        )
        for kind, row in RECORDS.items()
    },
    "GET records/unresolved": a_list("waiting deal", target_kind="products"),
    "GET records/matches": a_list("waiting deal"),
    "POST records/matches/accept": Example(
        body={"kind": "products", "source": "crm", "reference": New(), "record": Id("product")}
    ),
    "POST records/matches/dismiss": Example(body={"kind": "products", "source": "crm", "reference": New()}),
    "GET imports": a_list("import", kind="customers"),
    "POST imports": Example(
        form={"kind": "customers", "source": "crm", "mapping": Name("mapping"), "save_as": New()},
        file="external_id,name\nZ1,Zoe\n",
    ),
    "GET imports/{import_id}": Example(path={"import_id": Id("import")}),
    "POST imports/{import_id}/start": Example(
        path={"import_id": Id("fresh tried import")}, body={"dry_run": False}
    ),
    "GET imports/{import_id}/preview": Example(path={"import_id": Id("tried import")}, lists=("unit",)),
    "GET imports/{import_id}/rejected": Example(path={"import_id": Id("import")}, query={"format": "csv"}),
    "POST imports/{import_id}/undo": Example(path={"import_id": Id("fresh import")}),
    "GET imports/{import_id}/left": Example(path={"import_id": Id("import")}),
    "GET import-mappings": a_list("mapping", kind="customers"),
    "GET reviews": a_list("review"),
    "POST reviews": Example(
        body={"plan": Id("published plan"), "unit": Id("planned unit"), "as_of": "2026-06-15"}
    ),
    "GET reviews/{review_id}": Example(path={"review_id": Id("review")}),
    "PATCH reviews/{review_id}": Example(
        path={"review_id": Id("review")}, body={"conclusions": "More visits"}
    ),
    "GET audit": a_list(kind="unit", object_id=Id("unit")),
}

#: What another organisation has may be had here too: the answer is that to something new.
UNIQUE: dict[str, dict[str, Any]] = {
    "POST units": {"external_id": Name("unit")},
    "POST people": {"external_id": Name("person")},
    "POST assignments": {"external_id": Name("assignment")},
    "POST mentorships": {"external_id": Name("mentorship")},
    "POST keys": {"name": Name("key")},
    "POST plans": {"name": Name("plan")},
    "POST kpi-templates": {"name": Name("template")},
    "POST triggers": {"name": Name("trigger")},
    **{
        f"POST {kind}/bulk": {"source": "crm", "records": [{**row, "external_id": Name(one)}]}
        for kind, one, row in (
            ("customers", "customer", {"name": "New"}),
            ("products", "product", {"name": "New"}),
            ("channels", "channel", {"name": "New"}),
            ("stages", "stage", {"name": "New", "category": "open"}),
            ("deals", "deal", {"name": "New", "currency": "USD"}),
            ("leads", "lead", {"name": "New"}),
            ("activities", "activity", {"kind": "call", "happened_at": "2026-05-04T10:00:00Z"}),
            ("expenses", "expense", {"currency": "USD"}),
            ("feedback", "feedback", {"kind": "nps", "score": "9", "given_on": "2026-05-04"}),
            *(
                (f"{one}s", one, {"name": "New", "currency": "USD"})
                for one in ("order", "invoice", "payment")
            ),
            ("units", "unit", {"name": "New", "placed_from": DAY}),
            ("people", "person", {"name": "New"}),
            ("exchange-rates", "rate", {"currency": "CHF", "valid_on": DAY, "rate": "1.05"}),
        )
    },
}
