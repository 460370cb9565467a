"""Where one lands: the demo's accounts, an empty start, the first steps, then today."""

import re

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from salestargets.accounts.models import User
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Membership, Organisation
from salestargets.tenancy.services.organisations import add_member
from tests.builders import PASSWORD, a_member, a_person, an_organisation
from tests.kpis.builders import a_deal
from tests.targets.builders import a_plan
from tests.web.pages.kit import BACKEND, Scene, sent, text_of, visitor

pytestmark = pytest.mark.django_db

NEW = {
    "email": "Founder@New.example",
    "password": "a-long-password",
    "name": "New Trees",
    "currency": "eur",
    "time_zone": "Europe/Berlin",
    "holiday_country": "DE",
}


def steps_done(page: str) -> list[bool]:
    return ["Done" in step for step in page.split('<li class="card')[1:]]


def test_who_belongs_to_one_organisation_goes_straight_into_it(scene: Scene) -> None:
    for role, leads_to in (("admin", "/o/acme/start/"), ("rep", "/o/acme/today/")):
        answer = scene.browser(role).get("/", follow=True)
        assert answer.redirect_chain[-1][0] == leads_to


def test_who_belongs_to_several_chooses(scene: Scene) -> None:
    user = a_member(scene.acme, "two@acme.example")
    with acting_for(scene.world.other.pk):
        add_member(system_actor(scene.world.other), email=user.email, role=Role.REP, person_id=None)
    client = Client()
    client.force_login(user, backend=BACKEND)
    page = text_of(client, "/")
    assert 'href="/o/acme/"' in page
    assert 'href="/o/other/"' in page


def test_a_new_organisation_is_led_step_by_step_until_it_has_a_plan() -> None:
    acme = an_organisation("acme")
    admin = visitor(acme, Role.ADMIN)
    assert steps_done(text_of(admin, "/o/acme/start/")) == [False] * 4
    alice = a_person(acme, "Alice")
    assert steps_done(text_of(admin, "/o/acme/start/")) == [True, True, False, False]
    a_deal(acme, alice)
    assert admin.get("/o/acme/").url == "/o/acme/start/"
    a_plan(acme)
    assert steps_done(text_of(admin, "/o/acme/start/")) == [True] * 4
    assert admin.get("/o/acme/").url == "/o/acme/today/"


def test_an_empty_organisation_is_made_on_ones_own_machine(settings: Settings) -> None:
    settings.OPEN_START = True
    client = Client(headers={"Accept-Language": "zh-hans"})
    answer = client.post("/start/", NEW)
    assert (answer.status_code, answer.url) == (302, "/o/new-trees/start/")
    made = Organisation.objects.get(slug="new-trees")
    assert (made.currency, made.time_zone, made.holiday_country) == ("EUR", "Europe/Berlin", "DE")
    assert made.language == "zh-hans"
    assert client.get("/o/new-trees/start/").status_code == 200
    assert Client().login(email="founder@new.example", password="a-long-password")


def test_a_name_without_latin_letters_or_one_that_is_taken_gets_an_address_too(
    settings: Settings,
) -> None:
    settings.OPEN_START = True
    for name in ("新树", "New Trees", "New Trees"):
        answer = Client().post(
            "/start/", {**NEW, "name": name, "email": f"{len(User.objects.all())}@x.example"}
        )
        assert re.fullmatch(r"/o/(org-\w{6}|new-trees(-\w{6})?)/start/", answer.url)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"email": "x"}, "Enter an e-mail address"),
        ({"password": "short"}, "too short"),
        ({"currency": "XYZ"}, "is not a currency"),
        ({"time_zone": "Moon"}, "Unknown time zone"),
        ({"name": " "}, "required"),
    ],
)
def test_an_empty_start_that_makes_no_sense_is_refused_at_its_field(
    settings: Settings, wrong: dict[str, str], told: str
) -> None:
    settings.OPEN_START = True
    page = sent(Client(), "/start/", {**NEW, **wrong}, 422)
    assert told in page
    assert 'value="a-long-password"' not in page
    assert Organisation.objects.count() == User.objects.count() == 0


def test_an_address_that_has_an_account_is_not_taken_over(settings: Settings, scene: Scene) -> None:
    settings.OPEN_START = True
    page = sent(Client(), "/start/", {**NEW, "email": "alice@acme.example"}, 422)
    assert "Sign in first" in page
    assert not Client().login(email="alice@acme.example", password="a-long-password")
    assert Client().login(email="alice@acme.example", password=PASSWORD)


def test_who_is_signed_in_starts_another_organisation_as_themselves(settings: Settings, scene: Scene) -> None:
    settings.OPEN_START = True
    sent(scene.browser("rep"), "/start/", NEW)
    made = Organisation.objects.get(slug="new-trees")
    with acting_for(made.pk):
        member = Membership.objects.get(organisation=made)
    assert (member.user.email, member.role) == ("alice@acme.example", "admin")


def test_nobody_starts_an_organisation_where_it_is_not_said_so() -> None:
    assert Client().get("/start/").status_code == 404
    assert Client().post("/start/", NEW).status_code == 404
    assert not Organisation.objects.exists()
