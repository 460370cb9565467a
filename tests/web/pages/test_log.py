"""The audit log: every change in words, filtered, page by page."""

import re

import pytest
from django.test import Client

from salestargets.audit.selectors import event_models
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Membership
from salestargets.web.words import FIELDS, KINDS, SUBJECTS, UNSAID
from tests.builders import a_member
from tests.targets.builders import a_goal, a_plan
from tests.web.pages.kit import BACKEND, Scene, hidden, sent, text_of

pytestmark = pytest.mark.django_db

LOG = "/o/acme/audit/"


def rows(page: str) -> list[str]:
    return page.partition("<tbody")[2].split("<tr>")[1:]


def test_every_kind_and_every_field_of_the_log_has_a_word() -> None:
    tables = {kind: table.pgh_tracked_model for kind, table in event_models().items()}  # type: ignore[attr-defined]
    assert set(KINDS) >= set(tables)
    fields = {field.name for model in tables.values() for field in model._meta.local_concrete_fields}
    unsaid = UNSAID | {"id", "organisation", "version", "digest", "is_demo", "created_at"}
    assert fields - unsaid - set(FIELDS) == set()
    for kind, names in SUBJECTS.items():
        assert all(tables[kind]._meta.get_field(name) for name in names)


def test_a_change_says_who_when_what_from_what_to_what_and_why(scene: Scene, admin: Client) -> None:
    path = f"/o/acme/people/{scene.world.bob.pk}/edit/"
    sent(
        admin, path, {"name": "Bobby", "hired_on": "2026-02-01", "reason": "He asked", **hidden(admin, path)}
    )
    row = rows(text_of(admin, f"{LOG}?kind=person"))[0]
    for part in ("<time datetime=", "some-admin@acme.example", "Bob</a>", "Person · Changed", "He asked"):
        assert part in row
    assert "Name:</span> Bob → Bobby" in row
    assert "Hired on:</span> — → Feb 1, 2026" in row


def test_references_are_named_and_codes_are_words(scene: Scene, admin: Client) -> None:
    sent(
        admin, f"/o/acme/people/{scene.world.bob.pk}/move/", {"unit": scene.world.west.pk, "on": "2026-01-01"}
    )
    assert "Unit:</span> North → West" in text_of(admin, f"{LOG}?kind=assignment")
    with acting_for(scene.acme.pk):
        member = Membership.objects.get(organisation=scene.acme, user__email="alice@acme.example")
    role = f"/o/acme/settings/members/{member.pk}/role/"
    sent(admin, role, {"role": "viewer", **hidden(admin, role)})
    assert "Role:</span> Rep → Viewer" in text_of(admin, f"{LOG}?kind=membership")


def test_amounts_of_goals_are_money_in_the_organisations_currency(scene: Scene, admin: Client) -> None:
    goal = a_goal(a_plan(scene.acme), "1200.00")
    with acting_for(scene.acme.pk):
        goal.amount = 150_000
        goal.save(update_fields=["amount"])
    assert "Amount:</span> $1,200.00 → $1,500.00" in text_of(admin, f"{LOG}?kind=goal")


def test_the_log_is_filtered_by_kind_by_object_and_by_who(scene: Scene, admin: Client) -> None:
    second = visitor_named(scene, "second")
    for client, person in ((admin, scene.world.bob), (second, scene.world.carol)):
        path = f"/o/acme/people/{person.pk}/edit/"
        sent(client, path, {"name": f"{person.name} X", **hidden(client, path)})
    changed = {
        "kind=person": ["Carol", "Bob"],
        f"kind=person&object={scene.world.bob.pk}": ["Bob"],
        "kind=person&by=user:" + user_id(scene, "second@acme.example"): ["Carol"],
        "kind=person&by=user:999": ["Carol", "Bob"],
        "kind=nonsense&object=x&before=y": None,
    }
    for query, names in changed.items():
        found = [row for row in rows(text_of(admin, f"{LOG}?{query}")) if "Person · Changed" in row]
        if names is not None:
            assert [re.findall(r">(\w+)</a>", row)[0] for row in found][:2] == names


def visitor_named(scene: Scene, name: str) -> Client:
    client = Client()
    client.force_login(
        a_member(scene.acme, f"{name}@acme.example", "admin"),
        backend=BACKEND,
    )
    return client


def user_id(scene: Scene, email: str) -> str:
    with acting_for(scene.acme.pk):
        return str(Membership.objects.get(organisation=scene.acme, user__email=email).user_id)


def test_older_changes_are_on_the_next_page(scene: Scene, admin: Client) -> None:
    path = f"/o/acme/people/{scene.world.bob.pk}/edit/"
    for number in range(60):
        sent(admin, path, {"name": f"Bob {number}", **hidden(admin, path)})
    where = f"{LOG}?kind=person&object={scene.world.bob.pk}"
    first = text_of(admin, where)
    older = re.findall(r'rel="next" href="([^"]+)"', first)[0].replace("&amp;", "&")
    second = text_of(admin, LOG + older)
    assert (len(rows(first)), len(rows(second))) == (50, 11)  # 60 edits, and the making of Bob
    assert "Bob 58 → Bob 59" in first
    assert "Person · Made" in rows(second)[-1]
    assert 'rel="next"' not in second


def test_another_organisations_changes_are_not_in_it(scene: Scene, admin: Client) -> None:
    assert "Charlie" not in text_of(admin, LOG)


def test_numbers_and_their_months_are_money_too_and_levels_have_their_decimals(
    scene: Scene, admin: Client
) -> None:
    plan = a_plan(scene.acme)
    revenue, rate = a_goal(plan, "1200.00"), a_goal(plan, "125000", kpi="win_rate")  # 12.5 percent
    for goal, amount in ((revenue, "1500"), (rate, "13.25")):
        change = f"/o/acme/plans/{plan.pk}/goals/{goal.pk}/edit/"
        sent(admin, change, {"amount": amount, **hidden(admin, change)})
    page = text_of(admin, f"{LOG}?kind=target")
    assert "By month:</span> $400.00, $400.00, $400.00 → $500.00, $500.00, $500.00" in page
    assert "Target:</span> 12.5 → 13.25" in page
