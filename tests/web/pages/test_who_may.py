"""One table: which page which role opens. What is not listed here fails."""

import re
from dataclasses import asdict, replace
from datetime import date

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from kpis.choices import ClosedBy
from kpis.models import Closing
from pipeline.models import Customer
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from salestargets.tenancy.services.mentoring import begin_mentorship
from tests.builders import NOON, START, a_person
from tests.lasting import lasting
from tests.web.pages.kit import Objects, Scene, visitor

pytestmark = pytest.mark.django_db

EVERYBODY, ADMINS = frozenset(Role), frozenset({Role.ADMIN})
#: The manager leads both people.
LEADERS = ADMINS | {Role.MANAGER}

#: Pages below /o/<slug>/ that only answer GET.
READ = {
    "start/": ADMINS,
    "people/": EVERYBODY,
    "people/{person_id}/": EVERYBODY,
    "people/units/": EVERYBODY,
    "settings/days/": ADMINS,
    "settings/members/": ADMINS,
    "settings/keys/": ADMINS,
    "settings/rules/": ADMINS,
    "settings/rates/": ADMINS,
    "settings/closings/": ADMINS,
    "audit/": ADMINS,
    "alerts/": EVERYBODY,
    "notices/": EVERYBODY,
    "bells/": EVERYBODY,
    "kpis/": EVERYBODY,
    "kpis/won_revenue/": EVERYBODY,
    "kpis/won_revenue/records/": EVERYBODY,
    "kpis/templates/": ADMINS,
    "kpis/templates/{template_id}/": ADMINS,
    "people/{person_id}/template/": EVERYBODY,
    "deals/": EVERYBODY,
    "deals/{deal_id}/": EVERYBODY,
    "records/activities/": EVERYBODY,
    "records/customers/{customer_id}/": EVERYBODY,
    "imports/": ADMINS,
    "imports/matches/": ADMINS,
    "imports/{run_id}/rejected/": ADMINS,
}
#: Forms: asked for by GET, sent by POST.
FORMS = {
    "people/new/": ADMINS,
    "people/{person_id}/edit/": ADMINS,
    "people/{person_id}/move/": ADMINS,
    "people/{person_id}/leads/": ADMINS,
    "people/{person_id}/sign-in/": ADMINS,
    "people/{person_id}/mentor/": LEADERS,
    "people/{person_id}/mentee/": LEADERS,
    "people/{person_id}/mentorships/{mentorship_id}/edit/": LEADERS,
    "people/{person_id}/mentorships/{mentorship_id}/end/": LEADERS,
    "people/{person_id}/mentorships/{mentorship_id}/remove/": LEADERS,
    "people/assignments/{assignment_id}/end/": ADMINS,
    "people/assignments/{assignment_id}/remove/": ADMINS,
    "people/{person_id}/template/choose/": ADMINS,
    "kpis/new/": ADMINS,
    "kpis/new/by-hand/": ADMINS,
    "kpis/won_revenue/change/": ADMINS,
    "kpis/won_revenue/definition/": ADMINS,
    "kpis/templates/new/": ADMINS,
    "kpis/templates/{template_id}/edit/": ADMINS,
    "kpis/templates/{template_id}/retire/": ADMINS,
    "people/units/new/": ADMINS,
    "people/units/{unit_id}/edit/": ADMINS,
    "people/units/{unit_id}/move/": ADMINS,
    "settings/": ADMINS,
    "settings/calendar/": ADMINS,
    "settings/calendar/years/new/": ADMINS,
    "settings/calendar/years/{year_id}/": ADMINS,
    "settings/calendar/years/{year_id}/remove/": ADMINS,
    "settings/days/new/": ADMINS,
    "settings/days/{day_id}/remove/": ADMINS,
    "settings/members/new/": ADMINS,
    "settings/members/{member_id}/role/": ADMINS,
    "settings/members/{member_id}/remove/": ADMINS,
    "settings/keys/new/": ADMINS,
    "settings/keys/{key_id}/revoke/": ADMINS,
    "settings/rules/{rule_id}/": ADMINS,
    "settings/rates/new/": ADMINS,
    "settings/closings/new/": ADMINS,
    "settings/closings/{closing_id}/reopen/": ADMINS,
    "settings/rates/{rate_id}/remove/": ADMINS,
    "notices/by-mail/": EVERYBODY,
    "imports/new/": ADMINS,
    "imports/{run_id}/columns/": ADMINS,
    "imports/{run_id}/apply/": ADMINS,
    "imports/{run_id}/undo/": ADMINS,
    "imports/{run_id}/discard/": ADMINS,
}
#: Only answer POST.
DEEDS = {
    "alerts/{alert_id}/acknowledge/": EVERYBODY - {Role.VIEWER},
    "notices/read/": EVERYBODY,
    "notices/{notice_id}/read/": EVERYBODY,
    "imports/matches/settle/": ADMINS,
}
#: Lead on: (page, where to).
LEADING = {
    "": ADMINS,
    "records/": EVERYBODY,
    "notices/{notice_id}/": EVERYBODY,
    "imports/{run_id}/": ADMINS,
    "imports/{run_id}/preview/": ADMINS,
}
OURS = (
    "people/",
    "settings/",
    "audit/",
    "alerts/",
    "notices/",
    "bells/",
    "kpis/",
    "deals/",
    "records/",
    "imports/",
    "start/",
)


@lasting(at=NOON)
def scene(scene: Scene) -> Scene:
    """With a closed month, a customer and a mentorship on either side."""
    ours, theirs = with_more(scene.acme, scene.ours), with_more(scene.world.other, scene.theirs)
    return replace(scene, ours=ours, theirs=theirs)


def with_more(organisation: Organisation, objects: Objects) -> Objects:
    with acting_for(organisation.pk):
        closing = Closing.objects.create(
            month=date(2026, 1, 1), closed_at=NOON, how=ClosedBy.HAND, measures=[]
        )
        customer = Customer.objects.create(source="crm", external_id="C", name="Customer")
        mentorship = begin_mentorship(
            system_actor(organisation),
            mentor=a_person(organisation, "Mentor", unit=Unit.objects.get(pk=objects.unit_id)),
            mentee=Person.objects.get(pk=objects.person_id),
            starts_on=START,
            at=NOON,
        )
    return replace(objects, closing_id=closing.pk, customer_id=customer.pk, mentorship_id=mentorship.pk)


def status(browser: Client, path: str) -> int:
    answer = browser.get(path)
    if answer.streaming:
        list(answer.streaming_content)
    return answer.status_code


def filled(path: str, objects: Objects, slug: str = "acme") -> str:
    return f"/o/{slug}/{path.format(**asdict(objects))}"


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_what_it_may_and_nothing_else(scene: Scene, role: Role) -> None:
    browser = scene.browser(role)
    found = {path: status(browser, filled(path, scene.ours)) for path in {**READ, **FORMS}}
    assert found == {path: 200 if role in roles else 403 for path, roles in {**READ, **FORMS}.items()}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
def test_what_one_may_not_do_is_not_done_by_sending_its_form(scene: Scene, role: Role) -> None:
    browser = scene.browser(role)
    refused = {path for path, roles in {**FORMS, **DEEDS}.items() if role not in roles}
    assert {browser.post(filled(path, scene.ours)).status_code for path in refused} == {403}


def test_an_object_of_another_organisation_is_as_good_as_none(scene: Scene, admin: Client) -> None:
    nobody = Objects(*[10**9] * len(asdict(scene.ours)))
    for path in {**READ, **FORMS, **DEEDS, **LEADING}:
        if "{" not in path or "member_id" in path:
            continue
        for send in (admin.get, admin.post):
            answers = [send(filled(path, objects)) for objects in (scene.theirs, nobody)]
            assert [answer.status_code for answer in answers] in ([404, 404], [405, 405], [302, 302]), path
            assert answers[0].content == answers[1].content


def test_members_of_another_organisation_are_as_good_as_none(scene: Scene, admin: Client) -> None:
    for path in ("settings/members/{member_id}/role/", "settings/members/{member_id}/remove/"):
        assert admin.get(filled(path, scene.theirs)).status_code == 404


def test_an_organisation_one_does_not_belong_to_does_not_exist(scene: Scene) -> None:
    stranger = visitor(scene.world.other, Role.ADMIN)
    for path in {**READ, **FORMS}:
        assert stranger.get(filled(path, scene.ours)).status_code == 404


def test_who_is_not_signed_in_is_asked_to(scene: Scene) -> None:
    for path in {**READ, **FORMS}:
        answer = Client().get(filled(path, scene.ours))
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/accounts/login/")


def test_a_rep_sees_themselves_and_their_deals_only(scene: Scene) -> None:
    rep = scene.browser("rep")
    assert rep.get(f"/o/acme/people/{scene.world.bob.pk}/").status_code == 404
    page = rep.get("/o/acme/people/").content.decode()
    assert "Alice" in page
    assert "Bob" not in page


def test_every_page_of_these_apps_is_in_the_table() -> None:
    known = {**READ, **FORMS, **DEEDS, **LEADING}
    shapes = {re.sub(r"{\w+}|won_revenue|activities|customers", "*", path) for path in known}
    routes = {re.sub(r"<[^>]*>", "*", route) for route in routes_below("o/<slug:slug>/")}
    # How an organisation plans is tried with the plans.
    theirs = "settings/planning/"
    ours = {route for route in routes if route.startswith(OURS) or not route}
    ours = {route for route in ours if not route.startswith(theirs)}
    assert ours == shapes


def routes_below(start: str) -> set[str]:
    found = set()
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and str(resolver.pattern) == start:
            found |= {str(one.pattern) for one in resolver.url_patterns if isinstance(one, URLPattern)}
    return found
