"""The demo organisation, made through the same doors as everyone's: services and bulk upserts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import pghistory
from django.db import connection, transaction

from kpis.services import drain
from pipeline.services.records import upsert_records
from salestargets.accounts.models import User
from salestargets.demo.adjustments import make_adjustments
from salestargets.demo.cast import Cast
from salestargets.demo.generator import DemoData, company, generate
from salestargets.demo.open_plan import make_open_plan
from salestargets.demo.plans import Planning, make_plans
from salestargets.kernel.errors import Conflict
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, actor_of_member, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Membership, Organisation, Person, Unit
from salestargets.tenancy.selectors import root_unit_id
from salestargets.tenancy.services.organisations import add_member, create_organisation
from salestargets.tenancy.services.structure import move_unit
from targets.services.progress import refresh_progress

SLUG = "demo"
EMAILS = {role: f"{role}@demo.example" for role in Role}


@dataclass(frozen=True)
class SignIn:
    email: str
    role: Role
    name: str
    has_this_password: bool


def load_demo(*, at: datetime, password: str) -> Organisation:
    """The organisation as it is at a moment, in one transaction; one that is there already stays as it is.

    Conflict `exists` where another organisation bears its short name.
    """
    with transaction.atomic():
        _one_at_a_time()
        found = Organisation.objects.filter(slug=SLUG).first()
        if found is None:
            return _load(at, password)
        if not found.is_demo:
            raise Conflict(
                N_("There is another organisation with the short name of the demo."), code="exists"
            )
        return found


def sign_ins(organisation: Organisation, *, password: str) -> list[SignIn]:
    """Who may sign in to the demo, and whether this is still their password."""
    members = Membership.objects.filter(organisation=organisation, user__email__in=EMAILS.values())
    return [
        SignIn(
            email=member.user.email,
            role=Role(member.role),
            name=member.user.name,
            has_this_password=member.user.check_password(password),
        )
        for member in members.select_related("user").order_by("id")
    ]


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('demo', 0))")


def _load(at: datetime, password: str) -> Organisation:
    organisation, admin = create_organisation(
        slug=SLUG,
        name=company.NAME,
        currency=company.CURRENCY,
        time_zone=company.TIME_ZONE,
        admin_email=EMAILS[Role.ADMIN],
        holiday_country=company.COUNTRY,
        is_demo=True,
        at=at,
    )
    data = generate(organisation.today(at))
    with acting_for(organisation.pk), pghistory.context(reason="demo loaded", actor_name="demo"):
        actor = system_actor(organisation, name="demo")
        _load_records(actor, data, at)
        _add_people(actor, data, admin, password)
        while drain(organisation.pk, at=at):
            pass
        approver = actor_of_member(organisation, admin)
        if approver is None:
            raise ValueError("The demo has no administrator.")
        _plan(actor, approver, data, at)
        refresh_progress(at=at)
    return organisation


def _plan(actor: Actor, approver: Actor, data: DemoData, at: datetime) -> None:
    cast = Cast(actor, data.on)
    cast.sign_in()
    planning = Planning(cast, approver, data, at)
    running = make_plans(planning)
    make_adjustments(planning, running)
    make_open_plan(planning, running.plan.parent)


def _load_records(actor: Actor, data: DemoData, at: datetime) -> None:
    for kind, rows in _records(data):
        outcome = upsert_records(kind, source=company.SOURCE, rows=rows, actor=actor, at=at, atomic=True)
        if outcome.rejected:
            raise ValueError(f"The demo's {kind} are refused: {outcome.rejected[:3]}")
    units = dict(Unit.objects.filter(source=company.SOURCE).values_list("external_id", "id"))
    move = data.unit_move
    move_unit(actor, unit=Unit.objects.get(pk=units[move.unit]), parent_id=units[move.parent], on=move.on)


def _records(data: DemoData) -> Iterator[tuple[str, list[Mapping[str, object]]]]:
    """The company itself is the unit that the organisation came with."""
    for kind, rows in data.records.items():
        if kind == "assignments":
            root = Unit.objects.values_list("external_id", flat=True).get(pk=root_unit_id(data.on))
            yield kind, [{**row, "unit": row["unit"] or root} for row in rows]
        else:
            yield kind, list(rows)


def _add_people(actor: Actor, data: DemoData, admin: User, password: str) -> None:
    """The four who sign in; manager and rep are people of the company."""
    _name(admin, "Demo administrator", password)
    for role, external_id in ((Role.MANAGER, data.manager), (Role.REP, data.rep)):
        person = Person.objects.get(source=company.SOURCE, external_id=external_id)
        _name(add_member(actor, email=EMAILS[role], role=role, person_id=person.pk), person.name, password)
    _name(
        add_member(actor, email=EMAILS[Role.VIEWER], role=Role.VIEWER, person_id=None),
        "Demo viewer",
        password,
    )


def _name(user: User, name: str, password: str) -> None:
    user.name = name
    user.set_password(password)
    user.save(update_fields=["name", "password"])
