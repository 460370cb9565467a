"""Reviews: the list, one of them beside today's numbers, and the forms that hold and conclude one."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kpis.values import Holder
from reviews.models import Review
from reviews.selectors import get_review, visible_reviews
from reviews.services import LONGEST, conclude, hold_review
from salestargets.kernel.errors import NotFound
from salestargets.tenancy.choices import Scope
from salestargets.web.asked import asked_id, page_of
from salestargets.web.choosing import IdField, offer, unit_choices
from salestargets.web.dialogs import Dialog, VersionedForm, answer, sent
from salestargets.web.fields import DayField, TextField
from salestargets.web.requests import TenantRequest, page
from targets.amounts import scale_of, to_stored
from targets.choices import IN_FORCE
from targets.models import Goal, Plan
from targets.selectors.plans import get_plan, goals_of, visible_plans
from targets.selectors.rows import progress


@require_GET
@page()
def reviews(request: TenantRequest) -> HttpResponse:
    shown = {
        "reviews": page_of(request, visible_reviews(request.actor, request.today)),
        "may_edit": request.actor.may(Scope.TARGETS_WRITE),
        "is_followed": _followed(request).exists(),
    }
    return render(request, "reviews/reviews.html", shown)


def _followed(request: TenantRequest) -> QuerySet[Plan]:
    """The plans in force that the reader sees: only they are reviewed."""
    return visible_plans(request.actor, request.today).filter(state__in=IN_FORCE)


@require_GET
@page()
def review(request: TenantRequest, review_id: int) -> HttpResponse:
    found = get_review(request.actor, review_id, request.today)
    goals = {goal.pk: goal for goal in goals_of([found.plan])[found.plan_id]}
    now = _actuals_now(request, found, list(goals.values()))
    currency = request.organisation.currency
    rows = [
        {
            **_stored(row, goals[row["goal"]], currency),
            "goal": goals[row["goal"]],
            "scale": scale_of(goals[row["goal"]].kpi, currency),
            "now": now.get((row["goal"], row["holder"])),
        }
        for row in found.snapshot
        if row["goal"] in goals
    ]
    shown = {"review": found, "rows": rows, "may_edit": request.actor.may(Scope.TARGETS_WRITE)}
    return render(request, "reviews/review.html", shown)


def _actuals_now(
    request: TenantRequest, review: Review, goals: list[Goal]
) -> dict[tuple[int, str], int | None]:
    """What the same holders have by now: shown beside what was frozen, never instead of it."""
    found: dict[tuple[int, str], int | None] = {}
    for goal in goals:
        try:
            rows = progress(request.actor, goal, holder=Holder("unit", review.unit_id), at=request.now)
        except NotFound:  # the unit is not in this plan any more
            continue
        found |= {(goal.pk, str(row.place.node)): row.standing.actual for row in rows}
    return found


def _stored(row: Mapping[str, Any], goal: Goal, currency: str) -> dict[str, Any]:
    """Frozen texts as the amounts they are."""
    amounts = ("target", "actual", "expected", "gap", "forecast")
    shares = ("attainment", "pace")
    read = {name: None if row[name] is None else Decimal(row[name]) for name in (*amounts, *shares)}
    stored = {
        name: None if (value := read[name]) is None else to_stored(value, goal.kpi, currency)
        for name in amounts
    }
    return {**row, **read, **stored}


class ReviewForm(forms.Form):
    plan = IdField(label=_("Plan"), choices=[])
    unit = IdField(label=_("Unit"), choices=[])
    as_of = DayField(label=_("As of"), help_text=_("The numbers as they stood at the start of this day."))
    conclusions = TextField(label=_("What we concluded"), max_length=LONGEST, multiline=True, required=False)


class ConclusionsForm(VersionedForm):
    conclusions = TextField(label=_("What we concluded"), max_length=LONGEST, multiline=True, required=False)


@page(Scope.TARGETS_WRITE)
def review_new(request: TenantRequest) -> HttpResponse:
    initial = {"plan": asked_id(request, "plan"), "unit": asked_id(request, "unit"), "as_of": request.today}
    form = ReviewForm(sent(request), initial=initial)
    offer(form, "plan", list(_followed(request).values_list("pk", "name")))
    offer(form, "unit", unit_choices(request.actor, request.today))
    dialog = Dialog(
        title=_("Hold a review"),
        note=_("The numbers are frozen as they stood, so that later corrections do not rewrite them."),
        submit=_("Freeze the numbers"),
        back=reverse("reviews", kwargs={"slug": request.organisation.slug}),
        done=_("The numbers are frozen."),
    )

    def hold(data: dict[str, Any]) -> str:
        held = hold_review(
            request.actor,
            plan=get_plan(request.actor, data["plan"], request.today),
            unit_id=data["unit"],
            as_of=data["as_of"],
            conclusions=data["conclusions"],
            at=request.now,
        )
        return reverse("review", kwargs={"slug": request.organisation.slug, "review_id": held.pk})

    return answer(request, form, hold, dialog)


@page(Scope.TARGETS_WRITE)
def review_conclude(request: TenantRequest, review_id: int) -> HttpResponse:
    found = get_review(request.actor, review_id, request.today)
    initial = {"conclusions": found.conclusions, "version": found.version}
    dialog = Dialog(
        title=_("What we concluded"),
        submit=_("Save"),
        back=reverse("review", kwargs={"slug": request.organisation.slug, "review_id": found.pk}),
        done=_("Saved."),
    )

    def save(data: dict[str, Any]) -> None:
        conclude(
            request.actor,
            review=found,
            conclusions=data["conclusions"],
            expected_version=data["version"],
        )

    return answer(request, ConclusionsForm(sent(request), initial=initial), save, dialog)
