"""Values entered by an integration, and decided by another hand."""

import pytest

from salestargets.tenancy.choices import Scope
from tests.api.clients import an_integration
from tests.builders import a_world
from tests.kpis.builders import drained

pytestmark = pytest.mark.django_db


def test_a_value_is_entered_by_one_key_and_confirmed_by_another() -> None:
    world = a_world()
    made = {"name": "Cases", "unit": "count", "manual": "sum"}
    admins = [an_integration(one, Scope.READ, Scope.ADMIN) for one in (world.other, world.acme)]
    _theirs, kpi = (admin.send("post", "/api/v1/kpis/manual/", made).json() for admin in admins)
    assert (kpi["key"], kpi["manual"], kpi["is_level"], kpi["definitions"]) == ("cases", "sum", False, [])
    again = admins[1].send("post", "/api/v1/kpis/manual/", {**made, "key": "mood", "unit": "score"})
    assert (again.status_code, again.json()["code"]) == (422, "does_not_add_up")
    of_records = {"numerator": [{"measure": "won_count"}], "holds_from": "2099-01-01", "reason": "No"}
    refused = admins[1].send("post", f"/api/v1/kpis/{kpi['id']}/definitions/", of_records)
    assert (refused.status_code, refused.json()["code"]) == (422, "manual")
    crm, other = (an_integration(world.acme, Scope.READ, Scope.TARGETS_WRITE, name=name) for name in "ab")
    value = {
        "holder": f"person:{world.alice.pk}",
        "dated_on": "2026-05-04",
        "value": "3",
        "source": "Marketing",
        "evidence": "Signed letters, folder 7",
    }
    entries = f"/api/v1/kpis/{kpi['id']}/entries/"
    entered = crm.send("post", entries, value).json()
    assert (entered["kpi"], entered["value"], entered["state"], entered["name"]) == (
        "cases",
        "3",
        "entered",
        "Alice",
    )
    assert crm.send("post", entries, {**value, "value": "0.5"}).json()["code"] == "not_a_whole_number"
    mine = f"/api/v1/kpi-entries/{entered['id']}/"
    refused = crm.send("post", f"{mine}confirm/", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "own_entry")
    assert other.send("post", f"{mine}confirm/", {"reason": "Read"}).json()["state"] == "confirmed"
    drained(world.acme)
    may = f"kpi=cases&holder=unit:{world.east.pk}&from=2026-05-01&to=2026-06-01"
    assert crm.get(f"/api/v1/actuals/?{may}").json()["value"] == "3"
    behind = crm.get(f"/api/v1/actuals/records/?{may}").json()
    assert (behind["total"], [(row["kind"], row["id"]) for row in behind["results"]]) == (
        "3",
        [("kpi-entries", entered["id"])],
    )
    assert other.send("post", f"{mine}withdraw/", {"reason": "Twice"}).json()["state"] == "withdrawn"
    assert [row["state"] for row in crm.get(entries).json()["results"]] == ["withdrawn"]
    assert crm.get(f"{entries}?state=confirmed").json()["results"] == []
    assert crm.get("/api/v1/kpis/1/entries/").status_code == 404
