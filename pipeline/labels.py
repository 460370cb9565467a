"""What people call kinds of records, their fields, and what is counted beside them."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pipeline.choices import ActivityKind, DealStatus, ExpenseCategory, FeedbackKind, LeadStatus
from pipeline.services.roster import ROSTER, ROSTER_KIND
from salestargets.ingest.kinds import get_kind
from salestargets.tenancy.choices import AssignmentRole

Text = str | Promise

#: What counts rows whose customer, say, is unknown begins so; the field follows.
UNRESOLVED = "unresolved_"

FIELDS: Mapping[str, Text] = {
    "acquired_by": _("Won by"),
    "acquired_on": _("Customer since"),
    "amount": _("Amount"),
    "category": _("Category"),
    "channel": _("Channel"),
    "closed_on": _("Closed on"),
    "country": _("Country"),
    "created_on": _("Created on"),
    "credits": _("Credit to"),
    "currency": _("Currency"),
    "customer": _("Customer"),
    "dated_on": _("Dated"),
    "deal": _("Deal"),
    "disqualified_on": _("Disqualified on"),
    "due_on": _("Due on"),
    "email": _("E-mail"),
    "ends_on": _("Until"),
    "expected_close_on": _("Expected to close on"),
    "external_id": _("External id"),
    "given_on": _("Given on"),
    "group": _("Product group"),
    "happened_at": _("Happened at"),
    "happened_on": _("Happened on"),
    "hired_on": _("Hired on"),
    "industry": _("Industry"),
    "invoice": _("Invoice"),
    "is_credit": _("Takes back another"),
    "is_shared": _("Shared"),
    "job": _("Job"),
    "kind": _("Kind"),
    "lead": _("Lead"),
    "left_on": _("Left on"),
    "level": _("Level"),
    "list_price": _("List price"),
    "lost_reason": _("Reason of the loss"),
    "manager": _("Manager"),
    "mentee": _("Mentee"),
    "mentor": _("Mentor"),
    "minutes": _("Minutes"),
    "name": _("Name"),
    "outcome": _("Outcome"),
    "owner": _("Owner"),
    "parent": _("Unit above"),
    "person": _("Person"),
    "placed_from": _("There from"),
    "position": _("Position"),
    "probability": _("Chance to win, in percent"),
    "product": _("Product"),
    "qualified_on": _("Qualified on"),
    "rate": _("Rate"),
    "role": _("Role"),
    "score": _("Score"),
    "shares": _("Credit shares"),
    "source": _("Source"),
    "stage": _("Stage"),
    "stage_history": _("Stage history"),
    "starts_on": _("From"),
    "status": _("Status"),
    "unit": _("Unit"),
    "unit_1": _("Unit, highest level"),
    "unit_2": _("Unit, second level"),
    "unit_3": _("Unit, third level"),
    "unit_4": _("Unit, fourth level"),
    "unit_5": _("Unit, fifth level"),
    "unit_6": _("Unit, sixth level"),
    "updated_at": _("Changed at"),
    "valid_on": _("Valid from"),
}

HELP: Mapping[str, Text] = {
    "credits": _("What a return, credit note or refund takes back. It then counts negatively."),
    "closed_on": _("For won and lost deals, and only for these."),
    "deal": _("What it belongs to; of a lead, what became of it."),
    "disqualified_on": _("Needed where the status is disqualified."),
    "due_on": _("The day by which it is to be paid."),
    "external_id": _("Tells records apart: the id in the other system, or a name that is used once."),
    "owner": _("Whose number it counts for: their external id, or the name they are known by."),
    "person": _("Whose number it counts for: their external id, or the name they are known by."),
    "placed_from": _("The day from which it hangs there."),
    "qualified_on": _("Needed where the status is qualified, or with a deal."),
    "score": _("0 to 10 for a recommendation, 1 to 5 for satisfaction."),
    "starts_on": _("The first day on which it holds."),
    "unit_2": _("Below the first; leave deeper levels out where there are none."),
    "updated_at": _("An older change never overwrites a newer one."),
}

CHOICES: Mapping[str, Text] = {
    **dict(DealStatus.choices),
    **dict(LeadStatus.choices),
    **dict(ActivityKind.choices),
    **dict(FeedbackKind.choices),
    **dict(ExpenseCategory.choices),
    **dict(AssignmentRole.choices),
}

REMARKS: Mapping[str, Text] = {
    "joined": _("people joined a unit"),
    "managers_created": _("managers were added as people"),
    "managers_named": _("units got a manager"),
    "moved": _("people moved to another unit"),
    "not_priced": _("without an exchange rate: counted, not priced"),
    "repeated": _("repeated in the file: the newest row counts"),
    "unit_moved": _("units were moved"),
    "units_created": _("units were made"),
    "without_amount": _("without an amount"),
    "without_created_on": _("without a day of creation"),
    "without_dated_on": _("without a date"),
    "without_customer": _("without a customer"),
    "without_owner": _("without an owner"),
    "without_person": _("without a person"),
}


def label_of(field: str) -> str:
    return str(FIELDS.get(field, field))


def labelled(field: str, text: str) -> str:
    """Such as “Closed on: A won or lost deal needs the day it closed.”"""
    return gettext("{name}: {text}").format(name=label_of(field), text=text)


def kind_label(name: str) -> str:
    return gettext(ROSTER_KIND.label if name == ROSTER else get_kind(name).label)


def is_stranger(remark: str) -> bool:
    """Whether it counts records that speak of something unknown."""
    return remark.startswith(UNRESOLVED)


def remark_of(name: str) -> str:
    """Such as “without a customer”."""
    if not is_stranger(name):
        return str(REMARKS.get(name, name))
    field = name.removeprefix(UNRESOLVED)
    return gettext("whose {field} is not known here yet").format(field=label_of(field).lower())
