"""Who may sign in, under which role, and which person they are."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.selectors import members as all_members
from salestargets.tenancy.selectors import people_who_sign_in
from salestargets.tenancy.services.organisations import change_role, get_membership, remove_member
from salestargets.web.asked import page_of
from salestargets.web.choosing import IdField, offer, person_choices
from salestargets.web.dialogs import Dialog, ReasonForm, VersionedForm, answer, sent
from salestargets.web.fields import EmailField
from salestargets.web.invitations import invite
from salestargets.web.requests import TenantRequest, page

ROLES_SAY = {
    Role.ADMIN: _("sees and changes everything"),
    Role.MANAGER: _("sees and steers the units they lead"),
    Role.REP: _("sees their own numbers"),
    Role.VIEWER: _("sees everything, changes nothing"),
}


@require_GET
@page(Scope.ADMIN)
def members(request: TenantRequest) -> HttpResponse:
    found = page_of(request, all_members(request.actor))
    people = people_who_sign_in(request.actor)
    rows = [(row, people.get(row.user_id), row.user_id == request.user.pk) for row in found]
    return render(request, "web/settings/members.html", {"members": found, "rows": rows})


def role_choices() -> list[tuple[str, str]]:
    return [
        (role.value, gettext("{name}: {text}").format(name=role.label, text=ROLES_SAY[role])) for role in Role
    ]


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=role_choices, widget=forms.RadioSelect)


class InvitationForm(RoleForm):
    email = EmailField(label=_("E-mail"))
    person = IdField(
        label=_("Person"),
        choices=[],
        required=False,
        help_text=_("Managers and reps need it: their numbers are those of this person."),
    )

    field_order = ["email", "role", "person"]

    def __init__(self, actor: Actor, on: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "person", person_choices(actor, on, empty=gettext("Nobody in the tree")))


@page(Scope.ADMIN)
def member_new(request: TenantRequest) -> HttpResponse:
    initial = {"role": Role.REP.value}
    form = InvitationForm(request.actor, request.today, sent(request), initial=initial)
    dialog = _dialog(
        request,
        title=_("Invite a member"),
        submit=_("Invite"),
        done=_("Invited. An e-mail with a link to sign in is on its way."),
    )

    def let_in(data: dict[str, Any]) -> None:
        invite(
            request.actor,
            email=data["email"],
            role=data["role"],
            person_id=data["person"],
            site=request.build_absolute_uri("/"),
            at=request.now,
        )

    return answer(request, form, let_in, dialog)


class ChangeRoleForm(ReasonForm, VersionedForm, RoleForm):
    field_order = ["role", "reason"]


@page(Scope.ADMIN)
def member_role(request: TenantRequest, member_id: int) -> HttpResponse:
    row = get_membership(request.actor, member_id)
    form = ChangeRoleForm(sent(request), initial={"role": row.role, "version": row.version})
    dialog = _dialog(request, title=gettext("Role of {name}").format(name=row.user), submit=_("Save"))

    def save(data: dict[str, Any]) -> None:
        change_role(request.actor, membership_id=row.pk, role=data["role"], expected_version=data["version"])

    return answer(request, form, save, dialog)


@page(Scope.ADMIN)
def member_remove(request: TenantRequest, member_id: int) -> HttpResponse:
    row = get_membership(request.actor, member_id)
    dialog = _dialog(
        request,
        title=gettext("Remove {name}?").format(name=row.user),
        submit=_("Remove"),
        done=_("Removed."),
        note=_("They are shut out at once. The person they were stays, with all numbers."),
        is_danger=True,
    )

    def remove(_data: dict[str, Any]) -> None:
        remove_member(request.actor, membership_id=row.pk)

    return answer(request, ReasonForm(sent(request)), remove, dialog)


def _dialog(request: TenantRequest, **more: Any) -> Dialog:
    back = reverse("members", args=[request.organisation.slug])
    return Dialog(**{"back": back, "done": _("Saved."), **more})
