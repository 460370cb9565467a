"""A quarter by three people over REST: Mona plans it, Lena above her approves it, Alice takes it on.

Then it does not go as it was planned, and Alice's number is adjusted.
"""

from typing import Any

import pytest

from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.models import Organisation, Person
from tests.api.clients import Api
from tests.builders import NOON, World, a_member, a_person, a_world
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import with_approvals

pytestmark = pytest.mark.django_db

PLANS = "/api/v1/plans/"
CSRF = "a" * 32


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@lasting(at=NOON)
def world() -> World:
    world = a_world()
    a_deal(world.acme, world.alice, base=20_000)
    drained(world.acme)
    with_approvals(world.acme)
    return world


def signed_in(organisation: Organisation, person: Person, role: Role) -> Api:
    user = a_member(organisation, f"{person.external_id}@acme.example", role, person=person)
    browser = Api(**{"X-Organisation": organisation.slug, "X-CSRFToken": CSRF})
    browser.cookies["csrf"] = CSRF
    browser.force_login(user)
    return browser


@pytest.fixture
def mona(world: World) -> Api:
    """Leads North."""
    return signed_in(world.acme, world.mona, Role.MANAGER)


@pytest.fixture
def lena(world: World) -> Api:
    """Leads East, above North."""
    lena = a_person(world.acme, "Lena", unit=world.east, role=AssignmentRole.MANAGER)
    return signed_in(world.acme, lena, Role.MANAGER)


@pytest.fixture
def alice(world: World) -> Api:
    """Sells in North."""
    return signed_in(world.acme, world.alice, Role.REP)


def body(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def notices(api: Api) -> list[str]:
    return [row["headline"] for row in body(api.get("/api/v1/notices/"))["results"]]


def test_a_quarter_from_nothing_to_an_acknowledged_number(
    world: World, mona: Api, lena: Api, alice: Api
) -> None:
    asked = {
        "name": "North Q2", "starts_on": "2026-04-01", "ends_on": "2026-07-01", "root_unit": world.north.pk,
    }  # fmt: skip
    plan = body(mona.send("POST", PLANS, asked), 201)
    path = f"{PLANS}{plan['id']}/"
    objective = body(mona.send("POST", "/api/v1/objectives/", {"name": "Grow in the east"}), 201)["id"]
    wanted = {
        "kpi": "won_revenue", "amount": "1000.00", "objective": objective, "achievable_because": "Two more",
    }  # fmt: skip
    goal = body(mona.send("POST", f"{path}goals/", wanted), 201)
    is_worked_out(f"{path}goals/{goal['id']}/worksheet/", mona)
    divided = {"goal": goal["id"], "holder": "root", "method": "even", "preview": False}
    body(mona.send("POST", f"{path}split/", divided))
    found = body(lena.get(f"{path}fairness/?goal={goal['id']}"))
    assert [(row["name"], row["target"]) for row in found["people"]] == [
        ("Alice", "600.00"),
        ("Bob", "600.00"),
    ]

    spread = {"goal": goal["id"], "holder": "root", "method": "even"}
    assert body(mona.send("POST", f"{path}phase/", spread))["is_applied"]

    assert body(mona.send("POST", f"{path}open/", {"answers_by": "2026-05-20"}))["state"] == "open"
    is_agreed(world, path, goal["id"], mona, alice)
    assert body(mona.send("POST", f"{path}submit/", {}))["state"] == "submitted"
    assert body(mona.send("POST", f"{path}approve/", {}), 403)["code"] == "not_yours"
    assert body(mona.send("POST", f"{path}publish/", {}), 422)["code"] == "not_approved"
    assert notices(lena) == ["“North Q2” waits for your approval"]

    taken = body(lena.send("POST", f"{path}take-back/", {"reason": "Say what Alice gets first"}))
    assert taken["state"] == "open"
    assert notices(mona)[0] == "“North Q2” was taken back, to be changed again"
    body(mona.send("POST", f"{path}submit/", {}))
    assert body(lena.send("POST", f"{path}approve/", {}))["state"] == "approved"
    assert body(mona.send("POST", f"{path}publish/", {}))["state"] == "published"

    assert notices(alice) == [
        "“North Q2” is published: please acknowledge your number",
        "$600.00 is offered to Alice in “North Q2”, instead of $640.00.",
        "Please propose your numbers for “North Q2”.",
    ]
    [ask] = body(alice.get(f"{path}acknowledgements/"))["results"]
    assert (ask["name"], ask["amount"], ask["version_number"], ask["state"]) == (
        "Alice",
        "600.00",
        1,
        "asked",
    )
    said = {"version": 1, "contest": True, "comment": "My largest customer has left"}
    answered = f"/api/v1/targets/{ask['target']}/acknowledge/"
    assert body(alice.send("POST", answered, said))["state"] == "contested"
    assert "Alice contests a number in “North Q2”" in notices(mona)
    assert body(alice.send("POST", answered, {"version": 1}))["state"] == "acknowledged"

    rows = body(mona.get(f"{path}acknowledgements/"))["results"]
    assert {row["name"]: row["state"] for row in rows} == {"Alice": "acknowledged", "Bob": "asked"}
    assert body(mona.send("POST", f"{path}acknowledgements/remind/", {})) == {
        "reminded": 0
    }  # Bob has no sign-in
    is_adjusted(world, path, goal["id"], mona, lena, alice)
    moves = body(alice.get(f"{path}moves/"))["results"]
    assert [(row["to_state"], row["by"].partition("@")[0]) for row in reversed(moves)] == [
        ("open", "mona"), ("submitted", "mona"), ("open", "lena"), ("submitted", "mona"),
        ("approved", "lena"), ("published", "mona"),
    ]  # fmt: skip


def is_worked_out(path: str, mona: Api) -> None:
    """The methods say 1,200.00, and Mona takes it."""
    found = body(mona.get(path))
    [market] = [each["inputs"] for each in found["methods"] if each["method"] == "market"]
    inputs = {**market, "size": 10_000_00, "growth": "0.2", "share": "0.1"}
    sent = {"methods": [{"inputs": inputs, "weight": "1"}], "take": True}
    kept = body(mona.send("POST", path, sent, **{"If-Match": '"0"'}), 201)
    assert (kept["amount"], kept["version"], kept["made_by"]) == ("1200.00", 1, "mona@acme.example")


def is_agreed(world: World, path: str, goal: int, mona: Api, alice: Api) -> None:
    """Alice says 640.00, is offered 600.00 again, and takes it."""
    said = {"goal": goal, "holder": f"person:{world.alice.pk}", "amount": "640.00", "comment": "Two renewals"}
    proposal = body(alice.send("POST", f"{path}proposals/", said), 201)
    gap = body(mona.get(f"{path}reconciliation/?goal={goal}"))
    assert (gap["given"], gap["proposed"], gap["gap"]) == ("1200.00", "1240.00", "-40.00")
    answer = f"/api/v1/proposals/{proposal['proposal']}/"
    assert body(alice.send("POST", f"{answer}counter/", {"amount": "1.00", "comment": "No"}), 403)
    offer = {"amount": "600.00", "comment": "Bob has the fair"}
    read = {"If-Match": f'"{proposal["version"]}"'}
    assert body(mona.send("POST", f"{answer}counter/", offer, **read))["state"] == "countered"
    assert body(mona.send("POST", f"{answer}counter/", offer, **read), 412)["code"] == "stale"
    taken = body(alice.send("POST", f"{answer}accept/", {}))
    assert (taken["state"], taken["agreed"]) == ("accepted", "600.00")


def is_adjusted(world: World, path: str, goal: int, mona: Api, lena: Api, alice: Api) -> None:
    """Alice has won 200.00 of her 600.00, and is to reach 500.00 from now on; April stays."""
    trigger = body(mona.get("/api/v1/triggers/"))["results"][0]
    asked = {
        "goal": goal, "trigger": trigger["id"], "nature": "one_off", "reason": "A fair was called off",
        "changes": [{"holder": f"person:{world.alice.pk}", "amount": "500.00"}],
    }  # fmt: skip
    previewed = body(mona.send("POST", f"{path}adjustments/", {**asked, "preview": True}), 201)
    assert (previewed["id"], body(mona.get(f"{path}adjustments/"))["results"]) == (None, [])
    made = body(mona.send("POST", f"{path}adjustments/", asked), 201)
    assert made["simulation"] == previewed["simulation"]
    [fact] = [row for row in made["evidence"]["holders"] if row["name"] == "Alice"]
    assert (fact["target"], fact["actual"], fact["gap"]) == ("600.00", "200.00", "400.00")
    [effect] = made["simulation"]["holders"]
    assert effect["months_after"] == ["200.00", "150.00", "150.00"]
    assert (effect["attainment_before"], effect["attainment_after"]) == ("0.333333", "0.400000")
    [left] = made["simulation"]["balances"]
    assert (left["name"], left["unallocated_after"]) == ("North", "100.00")

    decision = f"{path}adjustments/{made['id']}/approve/"
    assert body(mona.send("POST", decision, {}), 403)["code"] == "own_request"
    assert body(alice.send("POST", decision, {}), 403)["code"] == "forbidden"
    assert notices(lena)[0] == "An adjustment of “North Q2” waits for your decision"
    assert body(lena.send("POST", decision, {"comment": "For this quarter"}))["state"] == "approved"
    assert body(lena.send("POST", decision, {}), 409)["code"] == "decided"

    told = body(alice.get("/api/v1/notices/"))["results"][0]
    assert "A fair was called off" in str(told["lines"])
    assert "$500.00" in str(told)
    [current] = body(alice.get(f"/api/v1/progress/?goal={goal}"))["results"]
    [original] = body(alice.get(f"/api/v1/progress/?goal={goal}&against=original"))["results"]
    assert (current["target"], current["attainment"]) == ("500.00", "0.400000")
    assert (original["target"], original["attainment"]) == ("600.00", "0.333333")

    [ask] = body(alice.get(f"{path}acknowledgements/"))["results"]
    assert (ask["amount"], ask["version_number"], ask["state"]) == ("500.00", 2, "asked")
    versions = body(alice.get(f"/api/v1/targets/{ask['target']}/history/"))["versions"]
    assert [(row["number"], row["amount"], row["kind"], row["reason"]) for row in versions] == [
        (2, "500.00", "adjustment", "A fair was called off"),
        (1, "600.00", "publication", ""),
    ]
    [then] = body(alice.get(f"{path}targets/?goal={goal}&as_of=2026-05-11"))["results"]
    assert then["amount"] == "600.00"

    following = {
        "name": "North Q3", "starts_on": "2026-07-01", "ends_on": "2026-10-01", "root_unit": world.north.pk,
    }  # fmt: skip
    plan = body(mona.send("POST", PLANS, following), 201)
    wanted = {"kpi": "won_revenue", "amount": "1300.00"}
    its = body(mona.send("POST", f"{PLANS}{plan['id']}/goals/", wanted), 201)
    before = body(mona.get(f"{PLANS}{plan['id']}/goals/{its['id']}/worksheet/"))["plan_before"]
    assert (before["name"], before["target"], before["without_one_offs"]) == (
        "North Q2",
        "1200.00",
        "1200.00",
    )
    assert [(row["nature"], row["difference"]) for row in before["adjustments"]] == [("one_off", None)]
