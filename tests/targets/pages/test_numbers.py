"""Numbers on the plan's page: changed, divided, spread, held; nothing lost, nothing silently overwritten."""

import re
from datetime import date

import pytest
from django.test import Client

from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, Unit
from targets.models import Goal, Target
from tests.builders import NOON, a_person
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.targets.builders import a_goal, a_plan, number, place, split, written
from tests.targets.pages.conftest import Company, visitor
from tests.targets.pages.test_plans import HTMX, Q3, sent
from tests.targets.pages.test_today import text_of

pytestmark = pytest.mark.django_db

JULY = date(2026, 7, 1)


@lasting(at=NOON)
def draft(company: Company) -> Goal:
    """600.00 in Q3, 200.00 a month, not yet given to anyone."""
    return a_goal(a_plan(company.acme, "Q3", **Q3), "600.00")


def path(goal: Goal, holder: Unit | Person, what: str) -> str:
    kind = "unit" if isinstance(holder, Unit) else "person"
    return f"/o/acme/plans/{goal.plan_id}/goals/{goal.pk}/{kind}/{holder.pk}/{what}/"


def target(goal: Goal, holder: Unit | Person, month: date | None = None) -> Target:
    whose = {"person": holder} if isinstance(holder, Person) else {"unit": holder, "person": None}
    with acting_for(goal.organisation_id):
        return Target.objects.get(goal=goal, **whose)


def hidden(page: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[0]


def version(goal: Goal) -> int:
    with acting_for(goal.organisation_id):
        return Goal.objects.get(pk=goal.pk).version


@lasting(at=NOON)
def root(company: Company, draft: Goal) -> Unit:
    with acting_for(company.acme.pk):
        return Unit.objects.get(pk=draft.plan.root_unit_id)


@pytest.mark.parametrize("what", ["number", "split", "spread"])
def test_every_form_has_a_mark_by_which_a_second_click_is_known(
    draft: Goal, root: Unit, admin: Client, what: str
) -> None:
    marks = [hidden(text_of(admin, path(draft, root, what)), "once") for _ in range(2)]
    assert all(len(mark) > 16 for mark in marks)
    assert len(set(marks)) == 2


def test_a_form_with_a_file_sends_the_file(draft: Goal, admin: Client) -> None:
    page = text_of(admin, f"/o/acme/plans/{draft.plan_id}/goals/{draft.pk}/upload/")
    assert 'enctype="multipart/form-data"' in page


def test_a_number_is_set_by_hand_and_what_is_left_is_shown(
    company: Company, draft: Goal, admin: Client
) -> None:
    east = company.world.east
    sent(admin, path(draft, east, "number"), {"amount": "450"})
    page = text_of(admin, f"/o/acme/plans/{draft.plan_id}/?view=table")
    assert "150 unallocated" in page
    assert page.count("+50<") == 3
    sent(admin, path(draft, company.world.west, "number"), {"amount": "200"})
    page = text_of(admin, f"/o/acme/plans/{draft.plan_id}/?view=table")
    assert "50 over-assigned" in page
    sent(admin, path(draft, east, "number") + "?month=2026-07-01", {"amount": "250"})
    assert number(draft, east) == 55_000
    assert number(draft, east, JULY) == 25_000


def test_a_number_changed_meanwhile_is_refused_and_shown(
    company: Company, draft: Goal, admin: Client
) -> None:
    east = company.world.east
    sent(admin, path(draft, east, "number"), {"amount": "450"})
    read = hidden(text_of(admin, path(draft, east, "number")), "version")
    sent(admin, path(draft, east, "number"), {"amount": "460", "version": read})
    before = written(company.acme)
    for headers in ({}, HTMX):
        late = {"amount": "470", "version": read}
        refusal = sent(admin, path(draft, east, "number"), late, 422, **headers)
        assert "Someone else changed this in the meantime." in refusal
        assert 'value="470"' in refusal
        assert "Show the new values" in refusal
    assert written(company.acme) == before
    assert 'value="460.00"' in text_of(admin, path(draft, east, "number"))


def test_the_table_says_where_a_number_stands_in_its_holders_past(
    company: Company, draft: Goal, admin: Client
) -> None:
    split(draft)  # 150.00 for Alice
    for n, day in enumerate((date(2025, 8, 5), date(2025, 11, 5), date(2026, 2, 5)), 1):
        a_deal(company.acme, company.world.alice, base=10_000 * n, closed_on=day)
    drained(company.acme)
    page = text_of(admin, f"/o/acme/plans/{draft.plan_id}/?view=table&open=all")
    assert "Reached or beaten in 2 of the last 3 periods of this length." in page
    assert re.search(r">fair <span[^>]*>2/3<", page)
    assert "Earlier periods of this length that are known: 0." in page
    history = text_of(admin, f"/o/acme/targets/{target(draft, company.world.alice).pk}/history/")
    assert "Reached about every other time" in history


REFUSED_NUMBERS = [
    ("", "This field is required."),
    ("-1", "A target cannot be below zero."),
    ("1.001", "at most 2 decimals"),
    ("four", "plain digits"),
    ("99999999999999999999", "at most"),
]


def test_a_refused_number_stands_by_its_field(company: Company, draft: Goal, admin: Client) -> None:
    before = written(company.acme)
    for amount, told in REFUSED_NUMBERS:
        refusal = sent(admin, path(draft, company.world.east, "number"), {"amount": amount}, 422)
        assert told in refusal
        assert "id_amount_error" in refusal
        assert f'value="{amount}"' in refusal or not amount
        assert written(company.acme) == before


def test_a_month_that_is_none_of_the_plans_is_refused(company: Company, draft: Goal, admin: Client) -> None:
    path_of_october = path(draft, company.world.east, "number") + "?month=2026-10-01"
    assert admin.get(path_of_october).status_code == 404
    assert admin.post(path_of_october, {"amount": "1"}).status_code == 404


def test_a_published_number_needs_a_reason_and_gets_a_version(company: Company, admin: Client) -> None:
    goal, alice = company.goal, company.world.alice
    before = written(company.acme)
    assert "This field is required." in sent(admin, path(goal, alice, "number"), {"amount": "310"}, 422)
    assert written(company.acme) == before
    data = {"amount": "310", "reason": "Took over Bob's accounts", "effective_on": "2026-06-01"}
    sent(admin, path(goal, alice, "number"), data)
    page = text_of(admin, f"/o/acme/targets/{target(goal, alice).pk}/history/")
    assert "$310.00" in page
    assert "$300.00" in page
    assert "Took over Bob&#x27;s accounts" in page
    assert "Jun 1, 2026" in page
    assert "Set by hand" in page


def test_numbers_are_given_from_above(
    company: Company, draft: Goal, manager: Client, viewer: Client, rep: Client, admin: Client
) -> None:
    split(draft)
    north, alice, west = company.world.north, company.world.alice, company.world.west
    for what in ("number", "split", "spread"):
        assert viewer.get(path(draft, north, what)).status_code == 403
        assert rep.get(path(draft, north, what)).status_code == 403
        assert manager.get(path(draft, west, what)).status_code == 404
    before = written(company.acme)
    assert manager.post(path(draft, north, "number"), {"amount": "1"}).status_code == 403
    assert manager.post(path(draft, west, "number"), {"amount": "1"}).status_code == 404
    assert viewer.post(path(draft, alice, "number"), {"amount": "1"}).status_code == 403
    assert written(company.acme) == before
    sent(manager, path(draft, alice, "number"), {"amount": "170"})
    page = text_of(manager, f"/o/acme/plans/{draft.plan_id}/?view=table")
    assert "20 over-assigned" in page
    assert "Carol" not in page
    assert path(draft, north, "split") in page
    assert path(draft, north, "number") not in page


@pytest.mark.parametrize("what", ["number", "split", "spread", "hold"])
def test_what_is_another_organisations_does_not_exist(
    company: Company, draft: Goal, admin: Client, what: str
) -> None:
    charlie, east = company.world.charlie, company.world.east
    for address in (
        path(draft, charlie, what),
        path(company.theirs, charlie, what),
        path(company.theirs, east, what),
        path(draft, east, what).replace(f"goals/{draft.pk}", f"goals/{company.goal.pk}"),
    ):
        assert admin.post(address, {"amount": "1", "version": 1, "method": "even"}).status_code == 404


def test_a_split_is_shown_before_it_is_made(company: Company, draft: Goal, root: Unit, admin: Client) -> None:
    a_deal(company.acme, company.world.carol, base=10_000)
    drained(company.acme)
    form = text_of(admin, path(draft, root, "split"))
    assert "$600.00 among those below" in form
    data = {"method": "history", "recursive": "on", "version": hidden(form, "version")}
    data |= {"history_first": "2026-05-01", "history_last": "2026-05-31"}
    before = written(company.acme)
    page = sent(admin, path(draft, root, "split"), {**data, "preview": "1"}, 200)
    assert written(company.acme) == before
    for shown in ("$400.00", "66.7%", "$200.00", "33.3%", "No history, therefore no share: Bob."):
        assert shown in page
    apply = {**data, "apply": "1", "seen": hidden(page, "seen"), "once": hidden(page, "once")}
    response = admin.post(path(draft, root, "split"), apply)
    assert response.url == f"/o/acme/plans/{draft.plan_id}/?goal={draft.pk}"
    world = company.world
    assert [number(draft, one) for one in (world.alice, world.bob, world.carol)] == [40_000, 0, 20_000]
    after = written(company.acme)
    admin.post(path(draft, root, "split"), apply)  # a second click
    assert written(company.acme) == after


def test_what_was_not_shown_is_not_made(company: Company, draft: Goal, root: Unit, admin: Client) -> None:
    data = {"method": "even", "version": version(draft)}
    page = sent(admin, path(draft, root, "split"), {**data, "preview": "1"}, 200)
    before = written(company.acme)
    hold = {f"hold-unit:{company.world.east.pk}": "500"}
    changed = {**data, **hold, "apply": "1", "seen": hidden(page, "seen")}
    again = sent(admin, path(draft, root, "split"), changed, 200)
    assert written(company.acme) == before
    assert "$500.00" in again
    sent(admin, path(draft, root, "split"), {**changed, "seen": hidden(again, "seen")})
    assert number(draft, company.world.east) == 50_000
    assert number(draft, company.world.west) == 10_000
    assert target(draft, company.world.east).is_held


def test_a_split_of_what_changed_meanwhile_is_refused(
    company: Company, draft: Goal, root: Unit, admin: Client
) -> None:
    data = {"method": "even", "version": version(draft)}
    page = sent(admin, path(draft, root, "split"), {**data, "preview": "1"}, 200)
    sent(admin, path(draft, company.world.east, "number"), {"amount": "1"})
    before = written(company.acme)
    late = {**data, "apply": "1", "seen": hidden(page, "seen")}
    refusal = sent(admin, path(draft, root, "split"), late, 422)
    assert "Someone else changed this in the meantime." in refusal
    assert written(company.acme) == before
    fresh = {**late, "version": hidden(refusal, "version")}
    sent(admin, path(draft, root, "split"), fresh)
    assert number(draft, company.world.east) == 30_000


REFUSED_SPLITS = [
    (
        {"method": "history", "history_first": "2026-01-01", "history_last": "2026-01-31"},
        "Nobody has any history to split by",
    ),
    ({"method": "weights", "recursive": "on"}, "A weight is missing for: East, West."),
    ({"method": "fixed"}, "An amount is missing for: East, West."),
    ({"method": "even", "ramp": "moon"}, "Select a valid choice"),
    ({"method": "even", "padding-0": "-5"}, "Padding is zero or more"),
    ({"method": "even", "with_bounds": "on", "floor-unit:{east}": "700"}, "Lower the minimum of: East."),
    (
        {"method": "even", "with_groups": "on", "group-unit:{east}": "A"},
        "Choose one of the groups for: West.",
    ),
    ({"method": "even", "with_groups": "on", "group-0-weight": "1"}, "Name the group."),
    (
        {"method": "even", "with_groups": "on", "group-0-name": "A", "group-1-name": "A"},
        "There is a group of this name already.",
    ),
    ({"method": "weights"}, "A weight is missing for: East, West."),
    ({"method": "moon"}, "Select a valid choice"),
    ({"method": "even", "hold-unit:{east}": "700"}, "700"),
    ({"method": "even", "hold-unit:{east}": "x"}, "plain digits"),
    ({"method": "history", "history_first": "2026-05-01"}, "Enter the day."),
    (
        {"method": "history", "history_first": "2026-05-02", "history_last": "2026-05-01"},
        "The last day is before the first.",
    ),
]


def test_a_refused_split_keeps_what_was_entered(
    company: Company, draft: Goal, root: Unit, admin: Client
) -> None:
    before = written(company.acme)
    for wrong, told in REFUSED_SPLITS:
        given = {name.format(east=company.world.east.pk): value for name, value in wrong.items()}
        for button in ("preview", "apply"):
            data = {"version": version(draft), button: "1", **given}
            assert told in sent(admin, path(draft, root, "split"), data, 422)
        assert written(company.acme) == before


def test_own_weights_divide_one_level(company: Company, draft: Goal, root: Unit, admin: Client) -> None:
    data = {"method": "weights", "version": version(draft)}
    data |= {f"weight-unit:{company.world.east.pk}": "2", f"weight-unit:{company.world.west.pk}": "1"}
    page = sent(admin, path(draft, root, "split"), {**data, "preview": "1"}, 200)
    sent(admin, path(draft, root, "split"), {**data, "apply": "1", "seen": hidden(page, "seen")})
    assert (number(draft, company.world.east), number(draft, company.world.west)) == (40_000, 20_000)
    assert number(draft, company.world.carol) is None


def test_amounts_bounds_groups_and_padding_are_shown_with_their_reasons(
    company: Company, draft: Goal, root: Unit, admin: Client
) -> None:
    east, west = company.world.east.pk, company.world.west.pk
    address, data = path(draft, root, "split"), {"version": version(draft), "preview": "1"}
    fixed = {"method": "fixed", f"amount-unit:{east}": "400", f"amount-unit:{west}": "100"}
    page = sent(admin, address, {**data, **fixed}, 200)
    assert "$100.00 unallocated" in page
    assert "less than “Acme” has" in page
    bounded = {"method": "even", "with_bounds": "on", f"floor-unit:{east}": "450"}
    page = sent(admin, address, {**data, **bounded}, 200)
    assert "at its minimum" in page
    assert "$450.00" in page
    page = sent(admin, address, {**data, **bounded, "with_bounds": ""}, 200)  # not shown, does not count
    assert "at its minimum" not in page
    grouped = {
        "method": "even",
        "with_groups": "on",
        f"group-unit:{east}": "Big",
        f"group-unit:{west}": "Small",
    }
    weights = {"group-0-name": "Big", "group-0-weight": "3", "group-1-name": "Small", "group-1-weight": "1"}
    page = sent(admin, address, {**data, **grouped, **weights}, 200)
    assert "$450.00" in page
    assert '<option value="Big">' in page
    page = sent(admin, address, {**data, "method": "even", "recursive": "on", "padding-0": "10"}, 200)
    assert "$60.00 over-assigned" in page


def test_new_hires_are_ramped_where_it_is_asked_for(
    company: Company, draft: Goal, root: Unit, admin: Client
) -> None:
    with acting_for(company.acme.pk):
        Person.objects.filter(pk=company.world.bob.pk).update(hired_on=JULY)
    address = path(draft, root, "split")
    data = {"method": "even", "recursive": "on", "version": version(draft), "preview": "1"}
    page = sent(admin, address, data, 200)
    assert "but get a full number: Bob." in page
    page = sent(admin, address, {**data, "ramp": "keep"}, 200)
    assert "ramp 30.0%" in page
    assert "$105.00 unallocated" in page
    del data["preview"]
    sent(admin, address, {**data, "ramp": "keep", "apply": "1", "seen": hidden(page, "seen")})
    assert number(draft, company.world.bob) == 4_500
    page = text_of(admin, f"/o/acme/plans/{draft.plan_id}/?view=table")
    assert "people carry 82.5%" in page
    page = text_of(admin, f"/o/acme/targets/{target(draft, company.world.bob).pk}/history/")
    assert "30.0% of a full number of $150.00" in page


def test_a_published_split_needs_a_reason(company: Company, admin: Client) -> None:
    goal, north = company.goal, company.world.north
    data = {"method": "even", "version": version(goal), "recursive": "on"}
    data |= {f"hold-{place(company.world.alice)}": "400"}
    page = sent(admin, path(goal, north, "split"), {**data, "preview": "1"}, 200)
    before = written(company.acme)
    apply = {**data, "apply": "1", "seen": hidden(page, "seen")}
    assert "say why the numbers change" in sent(admin, path(goal, north, "split"), apply, 422)
    assert written(company.acme) == before
    sent(admin, path(goal, north, "split"), {**apply, "reason": "Alice asked for more"})
    assert number(goal, company.world.bob) == 20_000


def test_a_unit_of_nobody_has_nothing_to_divide(company: Company, draft: Goal, admin: Client) -> None:
    refusal = sent(
        admin, path(draft, company.world.east, "split"), {"method": "even", "version": 1, "preview": "1"}, 422
    )
    assert "has no number yet to divide" in refusal


def test_months_are_shown_before_they_are_spread(
    company: Company, draft: Goal, root: Unit, admin: Client
) -> None:
    split(draft)
    address, data = path(draft, root, "spread"), {"method": "working_days", "version": version(draft)}
    before = written(company.acme)
    page = sent(admin, address, {**data, "preview": "1"}, 200)
    assert written(company.acme) == before
    assert "$209.09" in page  # 23 of 66 days
    assert "before $200.00" in page
    sent(admin, address, {**data, "apply": "1", "seen": "another"}, 200)
    assert written(company.acme) == before
    sent(admin, address, {**data, "apply": "1", "seen": hidden(page, "seen")})
    by_days = [number(draft, root, month) for month in (JULY, date(2026, 8, 1), date(2026, 9, 1))]
    assert by_days == [20_909, 19_091, 20_000]  # 23, 21 and 22 of 66 days


def test_months_are_spread_by_own_weights(company: Company, draft: Goal, root: Unit, admin: Client) -> None:
    split(draft)
    address = path(draft, root, "spread")
    weights = {"weight-2026-07-01": "0", "weight-2026-08-01": "1", "weight-2026-09-01": "3"}
    data = {"method": "weights", "version": version(draft), **weights}
    page = sent(admin, address, {**data, "preview": "1"}, 200)
    apply = {**data, "apply": "1", "seen": hidden(page, "seen")}
    sent(admin, address, apply)
    assert [number(draft, root, month) for month in (JULY, date(2026, 8, 1))] == [0, 15_000]
    assert number(draft, company.world.alice, JULY) == 0
    missing = {**data, "version": version(draft), "weight-2026-08-01": "", "preview": "1"}
    assert "Enter a weight, or 0 for no share." in sent(admin, address, missing, 422)
    assert "Someone else changed this" in sent(admin, address, apply, 422)


def test_a_number_is_held_and_released(company: Company, draft: Goal, admin: Client, viewer: Client) -> None:
    split(draft)
    east = company.world.east
    assert viewer.post(path(draft, east, "hold")).status_code == 403
    assert admin.get(path(draft, east, "hold")).url == f"/o/acme/plans/{draft.plan_id}/"
    back = f"/o/acme/plans/{draft.plan_id}/?view=table&open=all"
    assert admin.post(path(draft, east, "hold"), {"next": back}).url == back
    assert target(draft, east).is_held
    assert "Release the number of East" in text_of(admin, back)
    response = admin.post(path(draft, east, "hold"), {"release": "1"}, headers=HTMX)
    assert (response.status_code, response.headers["HX-Trigger"]) == (200, "numbers")
    assert not target(draft, east).is_held


def test_a_number_set_over_a_split_is_withdrawn_from_its_history(
    company: Company, draft: Goal, admin: Client, viewer: Client
) -> None:
    split(draft)
    alice = company.world.alice
    admin.post(path(draft, alice, "number"), {"amount": "160.00", "version": "1"})
    its = target(draft, alice)
    history, withdraw = (f"/o/acme/targets/{its.pk}/{page}/" for page in ("history", "withdraw-override"))
    assert withdraw in text_of(admin, history)
    assert withdraw not in text_of(viewer, history)
    assert viewer.post(withdraw, {"version": its.version}).status_code == 403
    page = text_of(admin, withdraw)
    assert "Alice gets $150.00 again, as the split gave it." in page
    assert admin.post(withdraw, {"version": "1"}).status_code == 422
    answer = admin.post(withdraw, {"version": hidden(page, "version")}, headers=HTMX)
    assert "numbers" in answer["HX-Trigger"]
    assert number(draft, alice) == 15_000
    shown = text_of(admin, history)
    assert withdraw not in shown
    assert "By hand · What the split gave holds again." in shown


def test_a_saved_dialog_closes_and_the_page_fetches_itself(
    company: Company, draft: Goal, admin: Client
) -> None:
    response = admin.post(path(draft, company.world.east, "number"), {"amount": "450"}, headers=HTMX)
    assert response.status_code == 200
    assert response.content == b""
    assert '"numbers": null' in response.headers["HX-Trigger"]
    assert "Saved." in response.headers["HX-Trigger"]
    fragment = text_of(admin, f"/o/acme/plans/{draft.plan_id}/?view=table", **HTMX)
    assert "450" in fragment
    assert "<html" not in fragment


def test_the_file_of_a_plan_has_every_number_to_the_cent(
    company: Company, draft: Goal, admin: Client
) -> None:
    split(draft)
    file = b"".join(admin.get(f"/o/acme/plans/{draft.plan_id}/?export=csv").streaming_content)
    lines = file.decode("utf-8-sig").splitlines()
    assert lines[0] == (
        "Holder,External id,Name,Kind,Unit above,Target,Unallocated,Over-assigned"
        ",2026-07-01,2026-08-01,2026-09-01"
    )
    assert lines[1].startswith("unit:")
    assert lines[1].endswith(",Unit,,600.00,0.00,0.00,200.00,200.00,200.00")
    carol = place(company.world.carol)
    assert lines[-1] == f"{carol},carol,Carol,Person,West,300.00,,,100.00,100.00,100.00"


def test_whoever_manages_the_root_leads_the_plan(company: Company, draft: Goal, root: Unit) -> None:
    lena = a_person(company.acme, "Lena", unit=root, role=AssignmentRole.MANAGER)
    leader = visitor(company.acme, Role.MANAGER, lena)
    page = text_of(leader, f"/o/acme/plans/{draft.plan_id}/?view=table")
    for may in ("publish/", "goals/new/", "edit/", "Divide the number of Acme"):
        assert may in page
