"""Planning over REST: the same services, the same refusals, money as decimal text."""

from datetime import date
from typing import Any

import pytest

from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.selectors import root_unit_id
from targets.models import Goal, Plan, Target
from tests.api.clients import Api, a_browser, an_integration
from tests.builders import NOON, World, a_member, a_person
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import (
    a_goal,
    a_plan,
    an_objective,
    number,
    of,
    place,
    published,
    sheet,
    split,
    written,
)

pytestmark = pytest.mark.django_db

PLANS = "/api/v1/plans/"


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


@lasting(at=NOON)
def goal(world: World) -> Goal:
    """1,200.00 in Q2: 300.00 each for Alice and Bob, 600.00 for Carol."""
    goal = a_goal(a_plan(world.acme, expected_basis="calendar"), "1200.00")
    split(goal, "even")
    return goal


def body(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def root_of(world: World) -> int:
    with acting_for(world.acme.pk):
        return root_unit_id(NOON.date())


def rows_of(api: Api, path: str) -> list[dict[str, Any]]:
    """All pages of a list."""
    rows: list[dict[str, Any]] = []
    following: str | None = path
    while following:
        page = body(api.get(following))
        rows += page["results"]
        following = page["next"]
    return rows


def test_a_weight_made_of_history_is_an_amount(world: World, api: Api, goal: Goal) -> None:
    a_deal(world.acme, world.alice, base=12_345)
    a_deal(world.acme, world.carol, base=24_690)
    drained(world.acme)
    asked = {"goal": goal.pk, "holder": "root", "method": "history", "preview": False}
    asked |= {"history": {"from": "2026-04-01", "to": "2026-07-01"}}
    divided = body(api.send("POST", f"{PLANS}{goal.plan_id}/split/", asked))
    weights = {line["name"]: line["weight"] for line in divided["lines"]}
    assert weights == {"East": "123.45", "West": "246.90"}
    [east] = [
        row for row in rows_of(api, f"{PLANS}{goal.plan_id}/targets/?goal={goal.pk}") if row["name"] == "East"
    ]
    made = body(api.get(f"/api/v1/targets/{east['target']}/history/"))["split"]
    assert (made["weight_total"], {share["name"]: share["weight"] for share in made["shares"]}) == (
        "370.35",
        weights,
    )


def test_a_quarter_from_an_empty_plan_to_progress(world: World, api: Api) -> None:
    plan = body(
        api.send("POST", PLANS, {
            "name": "Q2", "starts_on": "2026-04-01", "ends_on": "2026-07-01", "root_unit": root_of(world),
            "expected_basis": "calendar",
        }),
        201,
    )  # fmt: skip
    assert (plan["state"], plan["granularity"], plan["root_unit"]["name"]) == ("draft", "month", "Acme")
    path, objective = f"{PLANS}{plan['id']}/", an_objective(world.acme).pk
    goal = body(
        api.send("POST", f"{path}goals/", {
            "kpi": "won_revenue", "amount": "1200.00", "stretch": "1500.00", "objective": objective,
        }),
        201,
    )  # fmt: skip
    assert (goal["amount"], goal["stretch"], goal["unit"], goal["currency"]) == (
        "1200.00",
        "1500.00",
        "money",
        "USD",
    )
    assert {letter["letter"]: letter["ok"] for letter in goal["smart"]} == {
        "S": True, "M": False, "A": False, "R": True, "T": True,
    }  # fmt: skip

    asked = {"goal": goal["id"], "holder": "root", "method": "even", "recursive": True}
    preview = body(api.send("POST", f"{path}split/", asked))
    assert preview["is_applied"] is False
    assert [(line["name"], line["before"], line["after"]) for line in preview["lines"]] == [
        ("East", None, "600.00"), ("North", None, "600.00"), ("Alice", None, "300.00"),
        ("Bob", None, "300.00"), ("West", None, "600.00"), ("Carol", None, "600.00"),
    ]  # fmt: skip
    assert [row["amount"] for row in rows_of(api, f"{path}targets/?goal={goal['id']}")] == [
        "1200.00",
        *[None] * 6,
    ]
    applied = body(api.send("POST", f"{path}split/", {**asked, "preview": False}))
    assert applied["is_applied"] is True
    spread = {"goal": goal["id"], "holder": "root", "method": "weights", "weights": ["1", "2", "1"]}
    assert body(api.send("POST", f"{path}phase/", spread))["goal"] == goal["id"]
    tree = rows_of(api, f"{path}targets/?goal={goal['id']}&limit=2")
    assert [(row["holder"], row["depth"], row["amount"]) for row in tree if row["depth"] == 3] == [
        (place(world.alice), 3, "300.00"),
        (place(world.bob), 3, "300.00"),
    ]
    assert [month["amount"] for month in tree[0]["months"]] == ["300.00", "600.00", "300.00"]

    refused = body(api.send("POST", f"{path}publish/", {}), 422)
    assert refused["code"] == "not_smart"
    assert set(refused["errors"]) == {"won_revenue.M", "won_revenue.A"}
    a_deal(world.acme, world.alice, base=12_000)
    drained(world.acme)
    words = {"why": "It pays for the second office", "achievable_because": "Two people more"}
    current = api.get(f"{path}goals/{goal['id']}/")
    body(api.send("PATCH", f"{path}goals/{goal['id']}/", words, **{"If-Match": current.headers["ETag"]}))
    assert body(api.send("POST", f"{path}publish/", {}))["state"] == "published"

    [row] = rows_of(api, f"/api/v1/progress/?plan={plan['id']}&holder=person:{world.alice.pk}")
    assert {
        name: row[name] for name in ("target", "actual", "expected", "attainment", "pace", "gap", "status")
    } == {
        "target": "300.00",
        "actual": "120.00",
        "expected": "128.23",  # 75.00 for April and 11 of 31 days of 150.00
        "attainment": "0.400000",
        "pace": "0.935849",
        "gap": "180.00",
        "status": "behind",
    }
    behind = body(api.get(f"/api/v1/progress/{row['target_id']}/records/"))
    assert (behind["total"], behind["count"], [one["value"] for one in behind["results"]]) == (
        "120.00",
        1,
        ["120.00"],
    )
    [alert] = [
        row for row in rows_of(api, "/api/v1/alerts/") if row["person"] and row["person"]["name"] == "Alice"
    ]
    assert (alert["severity"], alert["rule"], alert["facts"]["expected"]) == ("warning", "pace", "128.23")


def test_as_of_a_day_answers_from_the_records_before_it(world: World, api: Api, goal: Goal) -> None:
    published(goal.plan)
    a_deal(world.acme, world.alice, base=5_000, closed_on=date(2026, 4, 15))
    drained(world.acme)
    path = f"/api/v1/progress/?goal={goal.pk}&holder=root"
    assert rows_of(api, f"{path}&as_of=2026-04-15")[0]["actual"] == "0.00"
    assert rows_of(api, f"{path}&as_of=2026-04-16")[0]["actual"] == "50.00"
    target = rows_of(api, path)[0]["target_id"]
    assert body(api.get(f"/api/v1/progress/{target}/records/?as_of=2026-04-15"))["count"] == 0


def test_one_number_is_changed_by_the_version_that_was_read(world: World, api: Api, goal: Goal) -> None:
    published(goal.plan)
    bob = sheet(goal).cells[sheet(goal).tree.find(of(world.bob))].target_id
    path = f"/api/v1/targets/{bob}/"
    read = api.get(path)
    assert (body(read)["amount"], read.headers["ETag"], body(read)["holder"]) == (
        "300.00",
        '"1"',
        place(world.bob),
    )
    change = {"amount": "200.00", "reason": "Leaves in June", "effective_on": "2026-06-01"}
    assert body(api.send("PATCH", path, change), 428)["code"] == "version_required"
    assert (
        body(api.send("PATCH", path, {"amount": "200.00"}, **{"If-Match": '"1"'}), 422)["code"]
        == "reason_required"
    )
    assert body(api.send("PATCH", path, change, **{"If-Match": '"1"'}))["amount"] == "200.00"
    assert body(api.send("PATCH", path, change, **{"If-Match": '"1"'}), 412)["code"] == "stale"
    history = body(api.get(f"{path}history/"))
    assert (history["amount"], history["reason"], history["kind"]) == ("200.00", "Leaves in June", "edit")
    assert [(one["number"], one["amount"], one["effective_on"]) for one in history["versions"]] == [
        (2, "200.00", "2026-06-01"), (1, "300.00", "2026-04-01"),
    ]  # fmt: skip
    assert [one["number"] for one in body(api.get(f"{path}history/?as_of=2026-05-31"))["versions"]] == [1]


def test_a_holder_without_a_number_gets_one_once(world: World, api: Api, goal: Goal) -> None:
    dora = a_person(world.acme, "Dora", unit=world.west, since=date(2026, 5, 1))
    path, sent = (
        f"{PLANS}{goal.plan_id}/targets/",
        {"goal": goal.pk, "holder": f"person:{dora.pk}", "amount": "10.00"},
    )
    assert body(api.send("POST", path, sent), 201)["amount"] == "10.00"
    assert body(api.send("POST", path, sent), 409)["code"] == "exists"


def test_a_number_is_held_and_released(world: World, api: Api, goal: Goal) -> None:
    west = sheet(goal).cells[sheet(goal).tree.find(of(world.west))].target_id
    assert body(api.send("POST", f"/api/v1/targets/{west}/hold/", {}))["is_held"] is True
    assert body(api.send("POST", f"/api/v1/targets/{west}/release/", {}))["is_held"] is False
    of_may = {"month": "2026-05-01"}
    months = body(api.send("POST", f"/api/v1/targets/{west}/hold/", of_may))["months"]
    assert [month["is_held"] for month in months] == [False, True, False]


def test_a_rep_reads_their_own_number_and_how_it_was_made_and_nobody_elses(world: World, goal: Goal) -> None:
    published(goal.plan)
    user = a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice)
    rep = a_browser(world.acme, user)
    [row] = rows_of(rep, f"/api/v1/progress/?plan={goal.plan_id}")
    assert (row["name"], row["depth"], row["parent"]) == ("Alice", 0, None)
    assert [one["name"] for one in rows_of(rep, f"{PLANS}{goal.plan_id}/targets/?goal={goal.pk}")] == [
        "Alice"
    ]
    assert body(rep.get(f"{PLANS}{goal.plan_id}/goals/{goal.pk}/"))["amount"] is None
    split_row = body(rep.get(f"/api/v1/targets/{row['target_id']}/history/"))["split"]
    assert (split_row["unit"], split_row["children"], [one["name"] for one in split_row["shares"]]) == (
        "North", 2, ["Alice"],
    )  # fmt: skip
    bob = sheet(goal).cells[sheet(goal).tree.find(of(world.bob))].target_id
    for path in (
        f"/api/v1/targets/{bob}/",
        f"/api/v1/targets/{bob}/history/",
        f"/api/v1/progress/{bob}/records/",
    ):
        assert body(rep.get(path), 404) == body(rep.get(path.replace(str(bob), "987654321")), 404)


def test_what_belongs_to_another_organisation_is_answered_like_what_does_not_exist(
    world: World, api: Api, goal: Goal
) -> None:
    with acting_for(world.other.pk):
        plan, their_goal, target = Plan.objects.get(), Goal.objects.get(), Target.objects.order_by("id")[0]
        unit = target.unit_id
    before = written(world.acme), written(world.other)
    paths = {
        f"{PLANS}{{}}/": plan.pk,
        f"{PLANS}{{}}/goals/": plan.pk,
        f"{PLANS}{goal.plan_id}/goals/{{}}/": their_goal.pk,
        f"{PLANS}{goal.plan_id}/targets/?goal={{}}": their_goal.pk,
        f"{PLANS}{goal.plan_id}/targets/?goal={goal.pk}&holder=unit:{{}}": unit,
        "/api/v1/targets/{}/": target.pk,
        "/api/v1/targets/{}/history/": target.pk,
        "/api/v1/progress/?plan={}": plan.pk,
        "/api/v1/progress/{}/records/": target.pk,
    }
    for path, theirs in paths.items():
        assert body(api.get(path.format(theirs)), 404) == body(api.get(path.format(987654321)), 404)
    own = f"{PLANS}{goal.plan_id}/split/"
    for field, theirs in (
        ("goal", their_goal.pk),
        ("holder", f"unit:{unit}"),
        ("holds", [{"holder": f"unit:{unit}", "amount": "1"}]),
    ):
        sent = {"goal": goal.pk, "holder": "root", "method": "even", "preview": False, field: theirs}
        assert body(api.send("POST", own, sent), 404)["code"] == "not_found"
    for action, sent in (("publish", {}), ("close", None)):
        assert body(api.send("POST", f"{PLANS}{plan.pk}/{action}/", sent), 404)["code"] == "not_found"
    made = {"name": "Q3", "starts_on": "2026-07-01", "ends_on": "2026-10-01", "root_unit": unit}
    assert body(api.send("POST", PLANS, made), 404)["code"] == "not_found"
    assert (written(world.acme), written(world.other)) == before


@pytest.mark.parametrize(
    ("path", "sent", "status", "code", "field"),
    [
        ("split/", {"method": "by luck"}, 422, "invalid_body", "method"),
        ("split/", {"holder": "team:1"}, 422, "invalid_body", "holder"),
        ("split/", {"method": "weights"}, 422, "missing_weight", None),
        ("split/", {"luck": 1}, 422, "invalid_body", "luck"),
        ("split/", {"history": {"from": "2026-02-01", "to": "2026-01-01"}}, 422, "empty_period", None),
        ("split/", {"holds": [{"holder": "root", "amount": "1"}]}, 422, "invalid_body", "holds.0.holder"),
        ("split/", {"holds": [{"holder": "unit:1", "amount": "1e3"}]}, 422, "invalid_body", "holds.0.amount"),
        ("phase/", {"method": "weights", "weights": ["1"]}, 422, "wrong_count", None),
        ("phase/", {"method": "history"}, 422, "no_history", None),
        ("targets/", {"amount": "1.005"}, 422, "too_many_decimals", "amount"),
        ("targets/", {"amount": "-1"}, 422, "negative", "amount"),
        ("targets/", {"amount": "1", "month": "2026-05-02"}, 422, "not_a_month", "month"),
        ("goals/", {}, 422, "invalid_body", "kpi"),
        ("close/", None, 422, "not_published", None),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_name_and_writes_nothing(
    world: World, api: Api, goal: Goal, path: str, sent: Any, status: int, code: str, field: str | None
) -> None:
    before = written(world.acme)
    base: dict[str, Any] = (
        {"goal": goal.pk, "holder": "root"} if path.split("/")[0] in ("split", "phase", "targets") else {}
    )
    if path == "split/":
        base |= {"method": "even", "preview": False}
    full = None if sent is None else {**base, **sent}
    answer = body(api.send("POST", f"{PLANS}{goal.plan_id}/{path}", full), status)
    assert answer["code"] == code
    assert field is None or field in answer["errors"]
    assert written(world.acme) == before


def test_plans_are_listed_page_by_page_and_changed_by_version(world: World, api: Api, goal: Goal) -> None:
    a_plan(world.acme, "Q3", starts_on=date(2026, 7, 1), ends_on=date(2026, 10, 1))
    assert [row["name"] for row in rows_of(api, f"{PLANS}?limit=1")] == ["Q3", "Q2"]
    assert [row["name"] for row in rows_of(api, f"{PLANS}?state=published")] == []
    path = f"{PLANS}{goal.plan_id}/"
    changed = api.send("PATCH", path, {"name": "Spring"}, **{"If-Match": api.get(path).headers["ETag"]})
    assert (body(changed)["name"], changed.headers["ETag"]) == ("Spring", '"2"')
    assert [row["kpi"] for row in rows_of(api, f"{path}goals/")] == ["won_revenue"]


def test_a_key_that_only_reads_plans_nothing(world: World, goal: Goal) -> None:
    reader = an_integration(world.acme, Scope.READ)
    before = written(world.acme)
    assert len(rows_of(reader, PLANS)) == 1
    path = f"{PLANS}{goal.plan_id}/"
    for method, where in (
        ("POST", PLANS),
        ("PATCH", path),
        ("POST", f"{path}split/"),
        ("POST", f"{path}publish/"),
    ):
        assert body(reader.send(method, where, {}, **{"If-Match": '"1"'}), 403)["code"] == "forbidden"
    assert written(world.acme) == before


def test_progress_needs_a_plan_or_a_goal(api: Api) -> None:
    assert body(api.get("/api/v1/progress/"), 400)["code"] == "required"


def test_rules_and_alerts_over_rest(world: World, api: Api, goal: Goal) -> None:
    published(goal.plan)
    a_deal(world.acme, world.alice, base=100)
    drained(world.acme)
    user = a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice)
    rep = a_browser(world.acme, user)
    [alert] = rows_of(rep, "/api/v1/alerts/?open=true")
    assert alert["headline"] == "At 1% of what was expected by now in “Q2”"
    path = f"/api/v1/alerts/{alert['id']}/"
    assert body(rep.get(path)) == alert
    assert body(api.send("POST", f"{path}acknowledge/"))["acknowledged_at"] is not None
    [rule] = rows_of(api, "/api/v1/alert-rules/")
    rule_path = f"/api/v1/alert-rules/{rule['id']}/"
    changed = api.send("PATCH", rule_path, {"is_enabled": False}, **{"If-Match": '"1"'})
    assert (body(changed)["is_enabled"], body(changed)["version"]) == (False, 2)
    assert (
        body(api.send("PATCH", rule_path, {"clear_at": "0.5"}, **{"If-Match": '"2"'}), 422)["code"]
        == "levels"
    )
    others = an_integration(world.other)
    assert body(others.get(path), 404) == body(others.get("/api/v1/alerts/987654321/"), 404)
    assert body(others.get(rule_path), 404) == body(others.get("/api/v1/alert-rules/987654321/"), 404)


def test_many_numbers_are_written_at_once_or_none(world: World, api: Api) -> None:
    goal = a_goal(a_plan(world.acme), "120.00")
    split(goal)
    path = f"{PLANS}{goal.plan_id}/numbers/"
    alice, bob = f"person:{world.alice.pk}", f"person:{world.bob.pk}"
    edits = [
        {"holder": alice, "was": "30.00", "amount": "40.00"},
        {"holder": bob, "month": "2026-05-01", "was": "10.00", "amount": "5.00"},
    ]
    changed = body(api.send("POST", path, {"goal": goal.pk, "edits": edits}))
    assert {row["name"]: row["amount"] for row in changed["results"]} == {"Alice": "40.00", "Bob": "25.00"}
    stale = body(api.send("POST", path, {"goal": goal.pk, "edits": edits}), 409)
    assert (stale["code"], stale["errors"]) == (
        "stale",
        {"edits.0": ["“Alice” has 40.00 now."], "edits.1": ["“Bob” has 5.00 now."]},
    )
    below = {"holder": f"unit:{world.east.pk}", "amount": "130.00"}
    body(api.send("POST", path, {"goal": goal.pk, "edits": [below], "rule": "below"}))
    assert number(goal, world.north) == 13_000
    undone = body(api.send("POST", f"{PLANS}{goal.plan_id}/undo/", {"goal": goal.pk}))
    assert {row["name"] for row in undone["results"]} == {"East", "North", "Alice", "Bob"}
    assert number(goal, world.alice) == 4_000


def test_a_number_is_told_by_week_and_by_day(world: World, api: Api, goal: Goal) -> None:
    alice = sheet(goal).cells[sheet(goal).tree.find(of(world.alice))].target_id
    weeks = body(api.get(f"/api/v1/targets/{alice}/phasing/"))["results"]
    assert (weeks[0]["starts_on"], weeks[0]["to"]) == ("2026-04-01", "2026-04-06")
    assert weeks[-1]["cumulative"] == "300.00"
    days = body(api.get(f"/api/v1/targets/{alice}/phasing/?by=day"))["results"]
    assert (len(days), days[-1]["cumulative"]) == (91, "300.00")
    assert body(api.get(f"/api/v1/targets/{alice}/phasing/?by=hour"), 400)["code"] == "invalid_query"
