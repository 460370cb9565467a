"""The tree with how everyone stands, and who needs help first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kpis.choices import KpiUnit
from kpis.values import Holder
from salestargets.alerts.models import Severity
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import sight_of
from salestargets.web.asked import page_of
from salestargets.web.exports import Cell, Column, export, wanted_format
from salestargets.web.requests import TenantRequest, page
from targets.amounts import from_stored, scale_of
from targets.charts import progress_chart, weekly
from targets.choices import Status
from targets.forms.viewing import TeamForm, ViewForm
from targets.models import Goal
from targets.selectors.arranging import Key, opened, ordered
from targets.selectors.figures import Standing
from targets.selectors.periods import calendar_for
from targets.selectors.plans import get_goal
from targets.selectors.rows import Place, places
from targets.selectors.team import Team, goals_in_force, severities, sparks, team_of, who_needs_help
from targets.selectors.today import curve_of, line_of
from targets.selectors.trees import plan_tree
from targets.views.addresses import address_of
from targets.views.folds import Folds, check_steers, folds_of

#: In this order, where it sorts by status: the worst first.
WORST_FIRST = [Status.AT_RISK, Status.BEHIND, Status.ON_TRACK, Status.AHEAD, Status.REACHED, Status.EARLY]

#: What of the address asks for more than the first view.
ASKS = ("open", "sort", "q", "status", "page", "export")

SORTS: Mapping[str, Callable[[Standing], Any]] = {
    "status": lambda standing: WORST_FIRST.index(standing.status) if standing.status in WORST_FIRST else None,
    "target": lambda standing: standing.target,
    "actual": lambda standing: standing.actual,
    "attainment": lambda standing: standing.attainment,
    "gap": lambda standing: standing.gap,
    "forecast": lambda standing: standing.forecast,
}


@dataclass(frozen=True)
class Row:
    """A line of the table. `toggle`: where its unit opens or closes; `above`: its unit, in a flat list.

    `page` is the holder's own, `records` are those behind the actual.
    """

    place: Place
    standing: Standing
    spark: Sequence[int]
    severity: Severity | None
    toggle: str
    is_folded: bool
    above: str
    page: str
    records: str


@require_GET
@page()
def team(request: TenantRequest) -> HttpResponseBase:
    check_steers(request)
    form = TeamForm(request.GET, today=request.today)
    goal, goals = _goals(request, form)
    if goal is None:
        return render(request, "targets/team_empty.html", {"form": form}, status=form.status_code)
    found = team_of(
        request.actor,
        goal,
        as_of=form.day,
        against=form.compared,
        is_first=request.GET.keys().isdisjoint(ASKS),
        at=request.now,
    )
    if wanted := wanted_format(request):
        rows = _matching(found, form) if _is_filtered(form) else list(found.places)
        return export(
            rows, columns=columns(found), name=f"team-{goal.plan_id}-{goal.kpi.key}", file_format=wanted
        )
    return _table(request, form, found, goals) if request.htmx else _page(request, form, found, goals)


def _page(request: TenantRequest, form: TeamForm, found: Team, goals: Sequence[Goal]) -> HttpResponse:
    counts = found.crowd.counts
    shown = {
        **_rows(request, form, found),
        "goals": goals if found.goal in goals else [found.goal, *goals],
        "counts": [(status, counts[status]) for status in (*WORST_FIRST, Status.NO_TARGET) if counts[status]],
        "people": counts.total(),
        "is_bare": counts[Status.NO_TARGET] == counts.total(),
        "top": _top(found),
        "help": who_needs_help(request.actor, found, as_of=form.day, at=request.now),
    }
    return render(request, "targets/team.html", shown, status=form.status_code)


@require_GET
@page()
def curve(request: TenantRequest, holder: Holder) -> HttpResponse:
    """The way so far of one holder, for the top of the page once it stands."""
    check_steers(request)
    form = ViewForm(request.GET, today=request.today)
    goal, _goals_of_day = _goals(request, form)
    if goal is None:
        raise NotFound(N_("There is no such goal."), code="not_found")
    tree, sight = plan_tree(goal.plan), sight_of(request.actor, request.today)
    top = places(tree, sight, holder, levels=0)[0]
    line = line_of(goal, top.node, form.day or request.today, against=form.compared)
    calendar = calendar_for([goal], request.organisation)
    points = curve_of(goal, line, calendar, as_of=form.day, on=request.today)
    shown = {
        "form": form,
        "name": top.label.name,
        "goal": goal,
        "scale": scale_of(goal.kpi, request.organisation.currency),
        "figure": progress_chart(points, line.given, goal.kpi, request.organisation.currency),
        "weeks": weekly(points),
        "back": f"{address_of(request, 'team')}?{urlencode(form.wish(goal))}",
    }
    return render(request, f"targets/team_curve.html{'#part' if request.htmx else ''}", shown)


def _goals(request: TenantRequest, form: ViewForm) -> tuple[Goal | None, list[Goal]]:
    """The goal that is asked for, else the first; and those to choose from."""
    goals = goals_in_force(request.actor, day=form.day or request.today, on=request.today)
    if form.goal_id:
        return get_goal(request.actor, form.goal_id, request.today), goals
    return next(iter(goals), None), goals


def _top(found: Team) -> tuple[Place, Standing] | None:
    """The topmost holder in sight."""
    if not found.places:
        return None
    return found.places[0], found.standing(found.places[0])


def _table(request: TenantRequest, form: TeamForm, found: Team, goals: Sequence[Goal]) -> HttpResponse:
    return render(request, "targets/team.html#rows", _rows(request, form, found), status=form.status_code)


def _rows(request: TenantRequest, form: TeamForm, found: Team) -> dict[str, Any]:
    folds = folds_of(request, found.places, found.crowd.heads)
    is_flat = _is_filtered(form)
    pager = page_of(request, _matching(found, form)) if is_flat else None
    places = list(pager) if pager is not None else _opened(request, found, folds)
    nodes = [place.node for place in places]
    spark = sparks(found.goal, nodes, day=form.day or request.today, on=request.today)
    loud = severities(request.actor, found.goal, nodes, request.today)
    names = {place.node: place.label.name for place in found.places} if is_flat else {}
    wish = urlencode(form.wish(found.goal))
    rows = [
        Row(
            place=place,
            standing=found.standing(place),
            spark=spark[place.node],
            severity=loud.get(place.node),
            toggle="" if is_flat or not place.has_children else folds.toggle(place.node),
            is_folded=not folds.is_open(place.node),
            above=names.get(place.parent, "") if place.parent else "",
            page=f"{address_of(request, 'holder', holder=place.node.holder)}?{wish}",
            records=f"{address_of(request, 'records', holder=place.node.holder)}?{wish}",
        )
        for place in places
    ]
    return {
        "form": form,
        "goal": found.goal,
        "clock": found.clock,
        "rows": rows,
        "pager": pager,
        "folds": folds,
        "is_flat": is_flat,
        "scale": scale_of(found.goal.kpi, request.organisation.currency),
        "keep": _kept(request, found, form),
        "wish": wish,
    }


def _opened(request: TenantRequest, found: Team, folds: Folds) -> list[Place]:
    key, falling = _sort(request, found)
    return opened(found.places, folds.open_ids, key=key, falling=falling)


def _matching(found: Team, form: TeamForm) -> list[Place]:
    """Those who match, furthest behind first."""
    name = form.wanted_name.casefold()
    matching = [
        place
        for place in found.places
        if name in place.label.name.casefold() and form.wanted_status in ("", found.standing(place).status)
    ]
    return ordered(matching, key=lambda place: found.standing(place).pace_gap, falling=True)


def _sort(request: TenantRequest, found: Team) -> tuple[Key | None, bool]:
    asked = request.GET.get("sort", "")
    chosen = asked.removeprefix("-")
    if chosen == "name":
        return (lambda place: place.label.name.casefold()), asked.startswith("-")
    if chosen in SORTS:
        return (lambda place: SORTS[chosen](found.standing(place))), asked.startswith("-")
    return None, False


def _is_filtered(form: TeamForm) -> bool:
    return bool(form.wanted_status or form.wanted_name)


def _kept(request: TenantRequest, found: Team, form: TeamForm) -> dict[str, object]:
    """What stays asked for when a form of the page asks for more."""
    kept = {name: request.GET.get(name) for name in ("open", "sort", "status", "q")}
    return {**kept, **form.wish(found.goal)}


def columns(found: Team) -> list[Column[Place]]:
    currency = found.goal.organisation.currency
    names = {place.node: place.label.name for place in found.places}

    def amount(label: Any, part: Callable[[Standing], int | None]) -> Column[Place]:
        def value(place: Place) -> Cell:
            return from_stored(part(found.standing(place)), found.goal.kpi, currency)

        return Column(label, value, "money" if found.goal.kpi.unit == KpiUnit.MONEY else "number")

    return [
        Column(_("Name"), lambda place: place.label.name),
        Column(_("External id"), lambda place: place.label.external_id),
        Column(_("Kind"), lambda place: _("Unit") if place.node.is_unit else _("Person")),
        Column(_("Unit above"), lambda place: names.get(place.parent) if place.parent else None),
        Column(_("Status"), lambda place: found.standing(place).status.label),
        amount(_("Target"), lambda standing: standing.target),
        amount(_("Actual"), lambda standing: standing.actual),
        Column(_("Attainment"), lambda place: found.standing(place).attainment, "percent"),
        amount(_("Expected"), lambda standing: standing.expected),
        Column(_("Pace"), lambda place: found.standing(place).pace, "percent"),
        amount(_("Gap"), lambda standing: standing.gap),
        amount(_("Needed each working day"), lambda standing: standing.required_rate),
        amount(_("Forecast"), lambda standing: standing.forecast),
    ]
