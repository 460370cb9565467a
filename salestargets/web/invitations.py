"""Letting someone in, and telling them so by e-mail: in a job, so that it is sent exactly when they are in.

The link goes to the address itself and is shown to nobody: who invites an address must not be able to sign
in as it.
"""

from datetime import datetime
from urllib.parse import urljoin

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from salestargets.accounts.models import User
from salestargets.jobs.models import Job
from salestargets.jobs.services import enqueue
from salestargets.tenancy.access import Actor
from salestargets.tenancy.models import Membership
from salestargets.tenancy.services.organisations import add_member

INVITATION = "invitation"


def invite(actor: Actor, *, email: str, role: str, person_id: int | None, site: str, at: datetime) -> None:
    """A new member; the e-mail follows after commit. `site` is the address of this installation."""
    user = add_member(actor, email=email, role=role, person_id=person_id)
    payload = {"user": user.pk, "site": site, "by": actor.name}
    enqueue(kind=INVITATION, payload=payload, at=at, by=actor.user)


def send_invitation(job: Job, _at: datetime) -> bool:
    """Nothing is sent to who has been removed meanwhile."""
    rows = Membership.objects.filter(organisation=job.organisation_id, user=job.payload["user"])
    membership = rows.select_related("user", "organisation").first()
    if membership is not None:
        with translation.override(membership.organisation.language):
            _send(membership, site=job.payload["site"], by=job.payload["by"])
    return True


def _send(membership: Membership, *, site: str, by: str) -> None:
    user = membership.user
    said = {
        "organisation": membership.organisation,
        "by": by,
        "sign_in": urljoin(site, reverse("account_login")),
        "set_password": None if user.has_usable_password() else urljoin(site, password_address(user)),
    }
    subject = render_to_string("web/invitation/subject.txt", said)
    send_mail(
        " ".join(subject.split()), render_to_string("web/invitation/message.txt", said), None, [user.email]
    )


def password_address(user: User) -> str:
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
