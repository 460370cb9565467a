"""How the organisation counts, its special days, rates, members, keys and rules."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from pipeline.models import Deal
from salestargets.alerts.models import Rule
from salestargets.api.models import ApiKey
from salestargets.jobs.models import Wake
from salestargets.jobs.services import work_one_step
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import ExchangeRate, Membership, Organisation, Person, WorkingDayException
from tests.builders import NOON, a_member
from tests.pipeline.builders import send
from tests.web.pages.kit import HTMX, Scene, hidden, sent, text_of

pytestmark = pytest.mark.django_db

SETTINGS = "/o/acme/settings/"
AS_IT_IS = {
    "name": "Acme",
    "language": "en",
    "time_zone": "UTC",
    "working_weekdays": ["0", "1", "2", "3", "4"],
    "holiday_country": "",
    "expected_basis": "working_day",
    "ahead_level": "105",
    "on_track_level": "97",
    "behind_level": "85",
}


def now(scene: Scene) -> Organisation:
    return Organisation.objects.get(pk=scene.acme.pk)


def days_of(scene: Scene) -> list[tuple[date, bool, str]]:
    with acting_for(scene.acme.pk):
        return list(WorkingDayException.objects.order_by("day").values_list("day", "is_working", "name"))


def waits_for_a_new_day(scene: Scene) -> bool:
    return Wake.objects.filter(organisation=scene.acme, queue="day").exists()


def test_settings_are_changed_and_the_reason_is_kept(scene: Scene, admin: Client) -> None:
    data = {**AS_IT_IS, "holiday_country": "CN", "ahead_level": "110.5", "reason": "Moved to Shanghai"}
    sent(admin, SETTINGS, {**data, **hidden(admin, SETTINGS)})
    assert (now(scene).holiday_country, now(scene).ahead_level) == ("CN", Decimal("1.105"))
    page = text_of(admin, "/o/acme/audit/?kind=organisation")
    assert "Moved to Shanghai" in page
    assert "Public holidays:</span> — → CN" in page


def test_another_calendar_moves_progress_at_once(scene: Scene, admin: Client) -> None:
    assert not waits_for_a_new_day(scene)
    sent(admin, SETTINGS, {**AS_IT_IS, "holiday_country": "CN", **hidden(admin, SETTINGS)})
    assert waits_for_a_new_day(scene)


def test_settings_saved_as_they_are_change_nothing(scene: Scene, admin: Client) -> None:
    sent(admin, SETTINGS, {**AS_IT_IS, **hidden(admin, SETTINGS)})
    assert now(scene).version == 1
    assert not waits_for_a_new_day(scene)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"time_zone": "Mars/Olympus"}, "Unknown time zone"),
        ({"working_weekdays": []}, "This field is required"),
        ({"ahead_level": "90"}, "The levels must descend"),
        ({"ahead_level": "a lot"}, "Enter a number"),
        ({"holiday_country": "XX"}, "Select a valid choice"),
    ],
)
def test_settings_that_make_no_sense_are_refused_at_their_field(
    scene: Scene, admin: Client, wrong: dict[str, object], told: str
) -> None:
    data = {**AS_IT_IS, "name": "Acme Two", **wrong, **hidden(admin, SETTINGS)}
    page = sent(admin, SETTINGS, data, 422)
    assert told in page
    assert 'value="Acme Two"' in page
    assert now(scene).name == "Acme"


def test_settings_changed_meanwhile_are_not_overwritten(scene: Scene, admin: Client) -> None:
    read = hidden(admin, SETTINGS)
    sent(admin, SETTINGS, {**AS_IT_IS, "name": "Acme Two", **hidden(admin, SETTINGS)})
    page = sent(admin, SETTINGS, {**AS_IT_IS, "name": "Acme Three", **read}, 422)
    assert "Someone else changed this in the meantime" in page
    assert now(scene).name == "Acme Two"


def test_a_special_day_counts_among_the_working_days_of_its_month(scene: Scene, admin: Client) -> None:
    def may() -> str:
        rows = text_of(admin, f"{SETTINGS}days/").split('<th scope="row">')
        return (
            next(row for row in rows if row.startswith("May<")).partition('class="num">')[2].partition("<")[0]
        )

    assert may() == "20"  # 21 weekdays, one of them an outing
    sent(admin, f"{SETTINGS}days/new/", {"day": "2026-05-16", "is_working": "1", "name": "Stocktaking"})
    assert may() == "21"
    sent(admin, f"{SETTINGS}days/new/", {"day": "2026-05-16", "is_working": "0", "name": "Stocktaking"})
    assert may() == "20"
    assert days_of(scene)[1] == (date(2026, 5, 16), False, "Stocktaking")
    sent(admin, f"{SETTINGS}days/{scene.ours.day_id}/remove/", {})
    assert may() == "21"
    assert waits_for_a_new_day(scene)


def test_a_rate_prices_the_deals_of_its_days_and_taken_away_prices_none(scene: Scene, admin: Client) -> None:
    send(scene.acme, "deals", {
        "external_id": "9", "amount": "100", "currency": "GBP", "status": "won", "closed_on": "2026-05-04",
    })  # fmt: skip

    def price() -> int | None:
        with acting_for(scene.acme.pk):
            return Deal.objects.get(external_id="9").base_minor

    data = {"currency": "gbp", "valid_on": "2026-01-01", "rate": "1.25"}
    sent(admin, f"{SETTINGS}rates/new/", data)
    assert price() == 12_500
    sent(admin, f"{SETTINGS}rates/new/", {**data, "rate": "1.30"})
    assert price() == 13_000
    with acting_for(scene.acme.pk):
        rate = ExchangeRate.objects.get(currency="GBP")
    sent(admin, f"{SETTINGS}rates/{rate.pk}/remove/", {})
    assert price() is None


def test_a_rate_of_no_currency_is_refused_at_its_field(scene: Scene, admin: Client) -> None:
    data = {"currency": "XYZ", "valid_on": "2026-01-01", "rate": "0"}
    page = sent(admin, f"{SETTINGS}rates/new/", data, 422)
    assert "is not a currency" in page
    assert "above zero" in page


def test_a_key_is_shown_once_and_then_never_again(scene: Scene, admin: Client) -> None:
    data = {"name": "HubSpot", "scopes": ["read", "records:write"], **hidden(admin, f"{SETTINGS}keys/new/")}
    page = sent(admin, f"{SETTINGS}keys/new/", data, 200, **HTMX)
    plain = re.findall(r'<code id="key">(st_[^<]+)</code>', page)[0]
    answer = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {plain}"})
    assert answer.status_code == 200
    assert plain not in text_of(admin, f"{SETTINGS}keys/")
    sent(admin, f"{SETTINGS}keys/new/", data, 302)  # a second click
    with acting_for(scene.acme.pk):
        assert ApiKey.objects.filter(name="HubSpot").count() == 1


def test_a_key_without_scopes_or_from_yesterday_is_refused(scene: Scene, admin: Client) -> None:
    for wrong, told in (({"scopes": []}, "required"), ({"expires_on": "2026-05-12"}, "Choose a day after")):
        data = {"name": "Old", "scopes": ["read"], **wrong}
        assert told in sent(admin, f"{SETTINGS}keys/new/", data, 422)
    with acting_for(scene.acme.pk):
        assert not ApiKey.objects.filter(name="Old").exists()


def test_a_revoked_key_opens_nothing(scene: Scene, admin: Client) -> None:
    sent(admin, f"{SETTINGS}keys/{scene.ours.key_id}/revoke/", {"reason": "Left the project"})
    assert "Revoked" in text_of(admin, f"{SETTINGS}keys/")
    with acting_for(scene.acme.pk):
        assert ApiKey.objects.get(pk=scene.ours.key_id).revoked_at == NOON


def test_a_rule_is_changed_in_percent(scene: Scene, admin: Client) -> None:
    path = f"{SETTINGS}rules/{scene.ours.rule_id}/"
    levels = {"is_enabled": "on", "raise_below": "90", "critical_below": "80", "clear_at": "95"}
    assert "must ascend" in sent(admin, path, {**levels, "clear_at": "85", **hidden(admin, path)}, 422)
    sent(admin, path, {**levels, **hidden(admin, path)})
    with acting_for(scene.acme.pk):
        rule = Rule.objects.get()
    assert (rule.raise_below, rule.critical_below, rule.clear_at) == (
        Decimal("0.900"), Decimal("0.800"), Decimal("0.950"),
    )  # fmt: skip
    assert "90.0%" in text_of(admin, f"{SETTINGS}rules/")


def test_an_invited_member_sets_a_password_by_the_link_they_are_sent(
    scene: Scene, admin: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    data = {"email": "Bob@Acme.example", "role": "rep", "person": scene.world.bob.pk}
    page = sent(admin, f"{SETTINGS}members/new/", data)
    assert "/accounts/password/" not in page
    assert mail.outbox == []
    assert work_one_step(scene.acme.pk, at=NOON)
    (message,) = mail.outbox
    assert message.to == ["bob@acme.example"]
    assert "You can sign in to Acme" in message.subject
    link = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", message.body)[0]
    bob = Client()
    form = bob.get(link, follow=True)
    bob.post(
        form.redirect_chain[-1][0], {"password1": "a-long-new-password", "password2": "a-long-new-password"}
    )
    assert bob.login(email="bob@acme.example", password="a-long-new-password")
    assert bob.get(f"/o/acme/people/{scene.world.bob.pk}/").status_code == 200


def test_nothing_is_sent_to_who_has_been_removed_meanwhile(scene: Scene, admin: Client) -> None:
    sent(admin, f"{SETTINGS}members/new/", {"email": "eve@acme.example", "role": "viewer"})
    with acting_for(scene.acme.pk):
        member = Membership.objects.get(organisation=scene.acme, user__email="eve@acme.example")
    sent(admin, f"{SETTINGS}members/{member.pk}/remove/", {})
    work_one_step(scene.acme.pk, at=NOON)
    assert mail.outbox == []


def test_a_member_twice_is_told_at_the_address(scene: Scene, admin: Client) -> None:
    a_member(scene.acme, "bob@acme.example")
    data = {"email": "bob@acme.example", "role": "viewer"}
    assert "member already" in sent(admin, f"{SETTINGS}members/new/", data, 422)


def test_a_person_of_another_organisation_is_no_choice(scene: Scene, admin: Client) -> None:
    data = {"email": "eve@acme.example", "role": "rep", "person": scene.theirs.person_id}
    assert "Select a valid choice" in sent(admin, f"{SETTINGS}members/new/", data, 422)


def test_a_role_changes_at_once_and_a_member_is_shut_out_at_once(scene: Scene, admin: Client) -> None:
    with acting_for(scene.acme.pk):
        alice = Membership.objects.get(organisation=scene.acme, user__email="alice@acme.example")
    rep, path = scene.browser("rep"), f"{SETTINGS}members/{alice.pk}/"
    assert rep.get(f"{SETTINGS}keys/").status_code == 403
    sent(admin, f"{path}role/", {"role": Role.ADMIN, **hidden(admin, f"{path}role/")})
    assert rep.get(f"{SETTINGS}keys/").status_code == 200
    sent(admin, f"{path}remove/", {})
    assert rep.get("/o/acme/people/").status_code == 404
    with acting_for(scene.acme.pk):
        assert Person.objects.get(name="Alice").user_id is None


def test_the_last_administrator_stays(scene: Scene, admin: Client) -> None:
    with acting_for(scene.acme.pk):
        first, mine = Membership.objects.filter(organisation=scene.acme, role=Role.ADMIN).order_by("id")
    sent(admin, f"{SETTINGS}members/{first.pk}/remove/", {})
    page = sent(admin, f"{SETTINGS}members/{mine.pk}/remove/", {}, 422)
    assert "The last administrator cannot go" in page


def test_lists_of_settings_ask_as_much_for_one_row_as_for_three(
    scene: Scene, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    counts = {"days/": 14, "members/": 15, "keys/": 13, "rates/": 14, "rules/": 13}
    admin.get(SETTINGS)
    for page, count in counts.items():
        with django_assert_num_queries(count):
            admin.get(f"{SETTINGS}{page}")
    for day in ("2026-03-02", "2026-03-03"):
        sent(admin, f"{SETTINGS}days/new/", {"day": day, "is_working": "0"})
        sent(admin, f"{SETTINGS}rates/new/", {"currency": "JPY", "valid_on": day, "rate": "0.007"})
        sent(admin, f"{SETTINGS}keys/new/", {"name": day, "scopes": ["read"]}, 200)
        sent(admin, f"{SETTINGS}members/new/", {"email": f"d{day}@acme.example", "role": "viewer"})
    for page, count in counts.items():
        with django_assert_num_queries(count):
            admin.get(f"{SETTINGS}{page}")
