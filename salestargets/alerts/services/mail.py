"""Notices by e-mail: one message a step, so that a worker that is killed has at most one to do over.

That one bears the same Message-ID again, by which mail systems drop the second copy.
"""

from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from urllib.parse import urljoin, urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from salestargets.alerts.models import Notice, NoticePreference
from salestargets.alerts.registry import NOTICE_KINDS, NoticeKind
from salestargets.jobs.models import Job
from salestargets.jobs.services import enqueue
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.models import Membership

log = structlog.get_logger(__name__)

NOTICE_MAIL = "notice_mail"
#: While the mail server does not take them, they wait; after a day the news is old.
PAUSE, PATIENCE = timedelta(minutes=5), timedelta(days=1)
#: These only write down what they are given: there is no mail server.
NO_SERVER = {f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy")}


def queue_mail(kind: NoticeKind, subject: str, at: datetime) -> None:
    """The channel: a job for the new notices of a subject."""
    if kind.mails and settings.EMAIL_BACKEND not in NO_SERVER:
        enqueue(kind=NOTICE_MAIL, payload={"kind": kind.key, "subject": subject, "after": 0}, at=at)


def send_next(job: Job, at: datetime) -> bool:
    """One message. With the server out of reach the job waits; an address that is refused is passed over."""
    notice = _waiting(job).first()
    if notice is None:
        return True
    try:
        with transaction.atomic():  # a claim that leads to no message is given back
            if _claim(notice, at):
                _message(notice).send()
    except SMTPRecipientsRefused as refusal:
        log.warning("notice_mail_refused", notice_id=notice.pk, codes=_codes(refusal))
    except (OSError, SMTPException) as error:
        return _wait(job, error, at)
    job.payload["after"] = notice.user_id
    job.done += 1
    return False


def _waiting(job: Job) -> QuerySet[Notice]:
    """To members who take notices by e-mail and have not read them meanwhile, by user."""
    asked = {"kind": job.payload["kind"], "subject": job.payload["subject"]}
    members = Membership.objects.filter(organisation=job.organisation_id).values("user")
    declined = NoticePreference.objects.filter(by_mail=False).values("user")
    unsent = Notice.objects.filter(**asked, mailed_at__isnull=True, read_at__isnull=True)
    wanted = unsent.filter(user__in=members, user__is_active=True).exclude(user__in=declined)
    rows = wanted.filter(user__gt=job.payload["after"]).order_by("user_id")
    return rows.select_related("user", "organisation")


def _claim(notice: Notice, at: datetime) -> bool:
    """Another job may have sent it since it was read here."""
    return Notice.objects.filter(pk=notice.pk, mailed_at__isnull=True).update(mailed_at=at) == 1


def _wait(job: Job, error: Exception, at: datetime) -> bool:
    if at - job.created_at > PATIENCE:
        raise DomainError(N_("The mail server cannot be reached."), code="no_mail_server") from error
    log.warning("notice_mail_waits", job_id=job.pk, error=repr(error))
    job.next_at = at + PAUSE
    return False


def _codes(refusal: SMTPRecipientsRefused) -> list[int]:
    return [code for code, _text in refusal.recipients.values()]


def _message(notice: Notice) -> EmailMessage:
    organisation, kind = notice.organisation, NOTICE_KINDS[notice.kind]
    language = organisation.language_of(notice.user)
    with translation.override(language), timezone.override(organisation.time_zone):
        headline = kind.headline(notice.facts)
        said = {
            "headline": headline,
            "lines": kind.lines(notice.facts),
            "link": _address(notice, "notice", notice.pk),
            "organisation": organisation,
            "preference": _address(notice, "notice_preference"),
        }
        return EmailMessage(
            " ".join(headline.split()),
            render_to_string("alerts/notice_mail.txt", said),
            to=[notice.user.email],
            headers={"Message-ID": _message_id(notice), "Auto-Submitted": "auto-generated"},
        )


def _address(notice: Notice, page: str, *args: int) -> str:
    site: str = settings.SITE_URL
    return urljoin(site, reverse(page, args=[notice.organisation.slug, *args]))


def _message_id(notice: Notice) -> str:
    return f"<notice.{notice.organisation_id}.{notice.pk}@{urlsplit(settings.SITE_URL).hostname}>"
