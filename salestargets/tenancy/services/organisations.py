"""A new tenant, its settings and its members."""

import zoneinfo
from collections.abc import Mapping
from copy import copy
from datetime import datetime
from functools import cache
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from salestargets.accounts.models import User
from salestargets.kernel.calendars import known_countries
from salestargets.kernel.errors import Conflict, DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.money import check_currency
from salestargets.kernel.parsing import clean_text, strict_email
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Language, Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Membership, Organisation, Person
from salestargets.tenancy.registry import INSTALLERS, tell_settings_changed
from salestargets.tenancy.selectors import fiscal_calendar_of
from salestargets.tenancy.services.structure import BEGINNING, create_unit
from salestargets.tenancy.services.versions import lock, save_changes

FISCAL_SETTINGS = (
    "fiscal_pattern",
    "fiscal_year_start_month",
    "fiscal_year_named_after",
    "fiscal_week_starts_on",
    "fiscal_year_end_rule",
)
SETTINGS = frozenset(
    {
        *FISCAL_SETTINGS,
        "name",
        "time_zone",
        "language",
        "holiday_country",
        "working_weekdays",
        "expected_basis",
        "ahead_level",
        "on_track_level",
        "behind_level",
        "closes_after_days",
    }
)


def create_organisation(
    *,
    slug: str,
    name: str,
    currency: str,
    time_zone: str,
    admin_email: str,
    at: datetime,
    language: str = Language.ENGLISH,
    holiday_country: str = "",
    is_demo: bool = False,
) -> tuple[Organisation, User]:
    """The organisation, its root unit, everything the apps install, and its first administrator."""
    check_currency(currency)
    check_time_zone(time_zone)
    clean_text(name, max_length=200, min_length=1)
    with transaction.atomic():
        if Organisation.objects.filter(slug=slug).exists():
            raise Conflict(N_("An organisation with this short name exists."), code="exists", field="slug")
        organisation = Organisation(
            slug=slug,
            name=name,
            currency=currency,
            time_zone=time_zone,
            language=language,
            holiday_country=holiday_country,
            is_demo=is_demo,
            created_at=at,
        )
        organisation.full_clean(exclude=["created_at"])
        _insert(organisation)
        with acting_for(organisation.pk), pghistory.context(reason="organisation created"):
            create_unit(
                system_actor(organisation), name=name, kind="company", parent_id=None, starts_on=BEGINNING
            )
            for install in INSTALLERS:
                install(organisation, at)
            user = add_member(system_actor(organisation), email=admin_email, role=Role.ADMIN, person_id=None)
        return organisation, user


def _insert(organisation: Organisation) -> None:
    """The row's own history is already a tenant's, so its id must be in context before it is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('tenancy_organisation', 'id'))")
        organisation.pk = cursor.fetchone()[0]
    with acting_for(organisation.pk):
        organisation.save(force_insert=True)


def check_time_zone(name: str) -> None:
    if name not in _time_zones():
        raise DomainError(
            N_("Unknown time zone. Write it like Asia/Shanghai."), code="invalid", field="time_zone"
        )


@cache
def _time_zones() -> frozenset[str]:
    """Looking them up reads the folders of the system."""
    return frozenset(zoneinfo.available_timezones())


def check_country(code: str) -> None:
    if code not in known_countries():
        raise DomainError(
            N_("There is no holiday calendar for “{country}”. Choose another country, or none."),
            code="unknown_country",
            field="holiday_country",
            params={"country": code},
        )


def change_settings(actor: Actor, *, expected_version: int | None = None, **changes: Any) -> Organisation:
    """Change how the organisation counts. Its currency is fixed once records may exist."""
    actor.require(Scope.ADMIN)
    if unknown := set(changes) - SETTINGS:
        raise DomainError(
            N_("These settings cannot be changed: {names}."),
            code="unknown_field",
            params={"names": ", ".join(sorted(unknown))},
        )
    organisation = lock(actor.organisation, expected_version=expected_version)
    clean = {name: _clean(organisation, name, value) for name, value in changes.items()}
    _check_levels(organisation, clean)
    fiscal_calendar_of(with_settings(organisation, clean))  # listed years may not fit another first month
    if save_changes(organisation, clean):
        tell_settings_changed(organisation)
    return organisation


def with_settings(organisation: Organisation, changes: Mapping[str, Any]) -> Organisation:
    """The organisation as it would be, to look at: it is not saved."""
    changed = copy(organisation)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _check_levels(organisation: Organisation, changes: dict[str, Any]) -> None:
    names = ("ahead_level", "on_track_level", "behind_level")
    ahead, on_track, behind = (changes.get(name, getattr(organisation, name)) for name in names)
    if not ahead > on_track > behind:
        raise DomainError(
            N_("The levels must descend: ahead, on track, behind."), code="invalid", field="ahead_level"
        )


def _clean(organisation: Organisation, name: str, value: Any) -> Any:
    if name == "time_zone":
        check_time_zone(value)
    if name == "holiday_country" and value:
        check_country(value)
    try:
        return Organisation._meta.get_field(name).clean(value, organisation)  # type: ignore[union-attr]
    except ValidationError as error:
        raise DomainError(" ".join(error.messages), code="invalid", field=name) from error


def add_member(actor: Actor, *, email: str, role: str, person_id: int | None) -> User:
    """Let someone in, under a role; with a person they are in the tree as well."""
    actor.require(Scope.ADMIN)
    email = strict_email(email).lower()
    user = User.objects.filter(email=email).first() or User.objects.create_user(email)
    try:
        with transaction.atomic():
            Membership.objects.create(organisation=actor.organisation, user=user, role=Role(role))
    except IntegrityError as error:
        raise Conflict(N_("This person is a member already."), code="exists", field="email") from error
    if person_id is not None:
        link_person(actor, user=user, person_id=person_id)
    return user


def link_person(actor: Actor, *, user: User, person_id: int, expected_version: int | None = None) -> None:
    actor.require(Scope.ADMIN)
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound(N_("There is no such person."), code="not_found", field="person")
    person = lock(person, expected_version=expected_version)
    Person.objects.filter(user=user).exclude(pk=person_id).update(user=None)
    save_changes(person, {"user": user})


def change_role(
    actor: Actor, *, membership_id: int, role: str, expected_version: int | None = None
) -> Membership:
    actor.require(Scope.ADMIN)
    membership = lock(get_membership(actor, membership_id), expected_version=expected_version)
    if membership.role == Role.ADMIN and role != Role.ADMIN:
        _keep_one_admin(membership)
    save_changes(membership, {"role": Role(role)})
    return membership


def remove_member(actor: Actor, *, membership_id: int) -> None:
    """Shut someone out at once: a page asks for the membership at every request."""
    actor.require(Scope.ADMIN)
    membership = lock(get_membership(actor, membership_id), expected_version=None)
    _keep_one_admin(membership)
    Person.objects.filter(user_id=membership.user_id).update(user=None)
    membership.delete()


def get_membership(actor: Actor, membership_id: int) -> Membership:
    membership = Membership.objects.filter(organisation=actor.organisation, pk=membership_id).first()
    if membership is None:
        raise NotFound(N_("There is no such member."), code="not_found")
    return membership


def _keep_one_admin(membership: Membership) -> None:
    others = Membership.objects.filter(organisation=membership.organisation_id, role=Role.ADMIN)
    if membership.role == Role.ADMIN and not others.exclude(pk=membership.pk).exists():
        raise DomainError(
            N_("The last administrator cannot go. Make someone else administrator first."),
            code="last_administrator",
        )
