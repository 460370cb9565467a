"""A scene with one object of everything the pages open, in two organisations; and browsers of its members."""

import io
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.test import Client

from kpis.models import Template
from pipeline.models import ImportRun
from pipeline.services.imports import receive_file
from salestargets.alerts.models import Alert, Notice, Rule, Severity
from salestargets.alerts.services.alerts import Finding, apply
from salestargets.api.services import create_key
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import (
    Assignment,
    ExchangeRate,
    FiscalYear,
    Membership,
    Organisation,
    Person,
    Unit,
    WorkingDayException,
)
from tests.alerts.builders import facts, tell
from tests.builders import NOON, START, World, a_member, a_world
from tests.kpis.builders import a_deal, drained
from tests.pipeline.builders import send

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HTMX = {"HX-Request": "true"}
DEALS_FILE = (
    "id,title,owner,amount,status,close date\n1,One,alice,10.00,won,2026-05-01\n2,Two,alice,x,open,\n"
)
FACTS = {
    "plan": 1,
    "plan_name": "2026-Q2",
    "goal": 1,
    "kpi": "won_revenue",
    "unit": "money",
    "currency": "USD",
    "target": "300.00",
    "actual": "100.00",
    "expected": "150.00",
    "pace": "0.67",
    "as_of": "2026-05-12",
}


def visitor(organisation: Organisation, role: Role, person: Person | None = None) -> Client:
    """A signed-in browser."""
    name = person.name.lower() if person else f"some-{role}"
    client = Client()
    user = a_member(organisation, f"{name}@{organisation.slug}.example", role, person=person)
    client.force_login(user, backend=BACKEND)
    return client


def text_of(client: Client, path: str, status: int = 200, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == status, response.content.decode()[-2000:]
    return squeezed(response.content.decode())


def sent(client: Client, path: str, data: dict[str, Any], status: int = 302, **headers: str) -> str:
    response = client.post(path, data, headers=headers)
    assert response.status_code == status, response.content.decode()[-3000:]
    return squeezed(response.content.decode())


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def hidden(client: Client, path: str) -> dict[str, str]:
    """What a form carries unseen: its version, and the mark by which a second click is known."""
    page = client.get(path).content.decode()
    fields = re.findall(r'<input type="hidden" name="(version|once)" value="([^"]*)"', page)
    return dict(fields)


@dataclass(frozen=True)
class Objects:
    """The ids of one organisation's objects, by the names they have in addresses."""

    person_id: int
    unit_id: int
    assignment_id: int
    day_id: int
    member_id: int
    key_id: int
    rule_id: int
    alert_id: int
    deal_id: int
    run_id: int
    rate_id: int
    notice_id: int
    year_id: int
    template_id: int
    closing_id: int = 0
    customer_id: int = 0
    mentorship_id: int = 0


@dataclass(frozen=True)
class Scene:
    world: World
    ours: Objects
    theirs: Objects
    browsers: dict[str, Client] = field(default_factory=dict)

    @property
    def acme(self) -> Organisation:
        return self.world.acme

    def browser(self, role: str) -> Client:
        return self.browsers[role]


def a_scene() -> Scene:
    world = a_world()
    people = {Role.ADMIN: None, Role.MANAGER: world.mona, Role.REP: world.alice, Role.VIEWER: None}
    browsers = {role.value: visitor(world.acme, role, person) for role, person in people.items()}
    theirs = objects_of(world.other, world.charlie)
    return Scene(world, objects_of(world.acme, world.alice), theirs, browsers)


def objects_of(organisation: Organisation, person: Person) -> Objects:
    deal = a_deal(organisation, person, base=20_000, created_on=START)
    drained(organisation)
    send(organisation, "exchange-rates", {
        "external_id": "1", "currency": "EUR", "valid_on": "2026-01-01", "rate": "1.1",
    })  # fmt: skip
    with acting_for(organisation.pk):
        actor = system_actor(organisation)
        assignment = Assignment.objects.get(person=person)
        rule = Rule.objects.get(key="pace")
        apply(rule, {"target:1": Finding(Severity.WARNING, None, person.pk, FACTS)}, at=NOON)
        key, _plain = create_key(actor=actor, name="Zoho", scopes=[Scope.READ], at=NOON)
        member = Membership.objects.filter(organisation=organisation).order_by("id")[0]
        tell(organisation, "kit", kind="quiet", users={member.user_id: facts()})
        day = WorkingDayException.objects.create(day=NOON.date(), is_working=False, name="Outing")
        year = FiscalYear.objects.create(
            number=2030,
            starts_on=date(2030, 1, 1),
            ends_on=date(2031, 1, 1),
            period_starts=[date(2030, 1, 1)],
        )
        return Objects(
            person_id=person.pk,
            unit_id=assignment.unit_id,
            assignment_id=assignment.pk,
            day_id=day.pk,
            member_id=member.pk,
            key_id=key.pk,
            rule_id=rule.pk,
            alert_id=Alert.objects.get().pk,
            deal_id=deal.pk,
            run_id=a_run(organisation).pk,
            rate_id=ExchangeRate.objects.get().pk,
            notice_id=Notice.objects.get().pk,
            year_id=year.pk,
            template_id=Template.objects.get(key="veteran").pk,
        )


def a_run(organisation: Organisation, text: str = DEALS_FILE, kind: str = "deals") -> ImportRun:
    with acting_for(organisation.pk):
        return receive_file(
            system_actor(organisation),
            kind=kind,
            source="crm",
            file_name="deals.csv",
            content=io.BytesIO(text.encode()),
            at=NOON,
        )


def unit_named(organisation: Organisation, name: str) -> Unit:
    with acting_for(organisation.pk):
        return Unit.objects.get(name=name)
