"""Two organisations that have everything, committed for real; the other's texts and amounts are canaries."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO

from django.conf import settings
from django.test import Client
from django.utils import timezone

from kpis.domain.recipes import Condition, Ingredient, Recipe
from kpis.models import Kpi, Template
from kpis.selectors import get_kpi
from kpis.services.closing import close_month
from kpis.services.definitions import KpiFacts, create_kpi
from kpis.services.entries import create_manual_kpi, enter_value
from kpis.services.templates import Draft, ItemDraft, create_template
from kpis.values import Holder
from pipeline.models import (
    Activity,
    Channel,
    Customer,
    Deal,
    Expense,
    Feedback,
    ImportMapping,
    Invoice,
    Lead,
    Order,
    Payment,
    Product,
    Stage,
)
from pipeline.services.imports import import_file
from pipeline.services.records import upsert_records
from reviews.services import hold_review
from salestargets.accounts.models import User
from salestargets.alerts.models import Alert, Notice, Rule, Severity
from salestargets.alerts.services.alerts import Finding, apply
from salestargets.api.models import ApiKey
from salestargets.api.services import create_key
from salestargets.jobs.services import work_one_step
from salestargets.kernel.fiscal import CalendarMonths
from salestargets.kernel.money import from_minor
from salestargets.kernel.periods import add_months
from salestargets.tenancy.access import Actor, actor_of_member, system_actor
from salestargets.tenancy.choices import AssignmentRole, Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import (
    Assignment,
    ExchangeRate,
    FiscalYear,
    Membership,
    Mentorship,
    Organisation,
    Person,
    Unit,
    WorkingDayException,
)
from salestargets.tenancy.selectors import fiscal_years, root_unit_id
from salestargets.tenancy.services.fiscal import set_fiscal_year
from salestargets.tenancy.services.mentoring import begin_mentorship
from targets.models import Goal, Plan, ProductShare, Proposal, Target, Trigger
from targets.services.adjustments import Why, Wish, request_adjustment
from targets.services.cells import set_target
from targets.services.milestones import add_milestone
from targets.services.objectives import create_objective
from targets.services.potentials import note_potential
from targets.services.proposals import propose
from targets.services.publishing import open_plan, submit_plan
from targets.services.rules import create_trigger
from tests.alerts.builders import facts, tell
from tests.api.clients import Api
from tests.builders import START, a_member, a_person, a_unit, an_organisation
from tests.kpis.builders import drained
from tests.targets.builders import a_goal, a_plan, published, split

#: Stands in every text of the other organisation, and in none of ours.
CANARY = "kanarienvogel"
#: Every amount of the other organisation, in its smallest unit and as it is shown.
CANARY_MINOR, CANARY_AMOUNT = 73_570_913, "735709.13"

#: Templates hold from the running quarter on at the earliest.
LATER = date(2099, 1, 1)

_numbers = itertools.count(1)


@dataclass
class Side:
    """An organisation, its administrator and one or more objects of every kind."""

    organisation: Organisation
    mark: str
    admin: User
    key: str
    unit: Unit
    person: Person
    amount_minor: int
    made: dict[str, int] = field(default_factory=dict)
    sessions: dict[int, str] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        return system_actor(self.organisation)

    def id_of(self, kind: str) -> int:
        """An object of a kind. `fresh …`: one that nothing was done to yet."""
        if kind.startswith("fresh "):
            return MAKERS[kind.removeprefix("fresh ")](self)
        if kind not in self.made:
            self.made[kind] = MAKERS[kind](self)
        return self.made[kind]

    def name_of(self, kind: str) -> str:
        pk = self.id_of(kind)
        with acting_for(self.organisation.pk):
            return NAMES[kind](pk)

    def browser(self, role: Role | None) -> Api:
        """Signed in as a member with this role; with none, as nobody at all."""
        return self.session(None if role is None else User.objects.get(pk=self.id_of(f"user {role}")))

    def session(self, user: User | None) -> Api:
        browser = Api(**{"X-Organisation": self.organisation.slug, "X-CSRFToken": "a" * 32})
        browser.cookies["csrf"] = "a" * 32
        if user is not None:
            self.sign_in(browser, user)
        return browser

    def sign_in(self, browser: Client, user: User) -> None:
        """In the session that this user has; thousands of requests need no more than one."""
        if user.pk not in self.sessions:
            first = Client()
            first.force_login(user)
            self.sessions[user.pk] = first.cookies[settings.SESSION_COOKIE_NAME].value
        browser.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[user.pk]

    def key_for(self, scope: Scope) -> Api:
        """An integration that may do this one thing."""
        with acting_for(self.organisation.pk):
            _key, plain = create_key(
                actor=self.actor, name=self.text("key"), scopes=[scope], at=timezone.now()
            )
        return Api(plain)

    @property
    def as_found(self) -> "AsFound":
        return AsFound(self)

    def text(self, what: str) -> str:
        return f"{self.mark} {what} {next(_numbers)}"


@dataclass(frozen=True)
class AsFound:
    """A side to which nothing is added while it is asked for."""

    side: Side

    def id_of(self, kind: str) -> int:
        return self.side.id_of(kind.removeprefix("fresh "))

    def name_of(self, kind: str) -> str:
        return self.side.name_of(kind.removeprefix("fresh "))


def a_side(slug: str, mark: str, amount_minor: int) -> Side:
    organisation = an_organisation(slug)
    organisation.name = f"{mark} {slug}"
    with acting_for(organisation.pk):
        organisation.save(update_fields=["name"])
        Unit.objects.update(name=f"{mark} root")
    unit = a_unit(organisation, f"{mark} region")
    person = a_person(organisation, f"{mark} person", unit=unit)
    admin = a_member(organisation, f"boss@{mark}.example", Role.ADMIN)
    with acting_for(organisation.pk):
        actor = system_actor(organisation)
        _key, plain = create_key(actor=actor, name=f"{mark} key", scopes=list(Scope), at=timezone.now())
    return Side(organisation, mark, admin, plain, unit, person, amount_minor)


Maker = Callable[[Side], int]
MAKERS: dict[str, Maker] = {}
NAMES: dict[str, Callable[[int], str]] = {}


def makes(kind: str) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        MAKERS[kind] = maker
        return maker

    return register


@makes("unit")
def unit(side: Side) -> int:
    return a_unit(side.organisation, side.text("unit"), below=side.unit).pk


@makes("root")
def root(side: Side) -> int:
    with acting_for(side.organisation.pk):
        return root_unit_id(date(2026, 6, 1))


@makes("region")
def region(side: Side) -> int:
    return side.unit.pk


@makes("person")
def person(side: Side) -> int:
    return a_person(side.organisation, side.text("person"), unit=side.unit).pk


@makes("loose person")
def loose_person(side: Side) -> int:
    return a_person(side.organisation, side.text("person")).pk


@makes("manager")
def manager(side: Side) -> int:
    return a_person(side.organisation, side.text("manager"), unit=side.unit, role=AssignmentRole.MANAGER).pk


@makes("assignment")
def assignment(side: Side) -> int:
    someone = a_person(side.organisation, side.text("person"), unit=side.unit, since=START)
    with acting_for(side.organisation.pk):
        return Assignment.objects.get(person=someone).pk


@makes("mentee")
def mentee(side: Side) -> int:
    return a_person(side.organisation, side.text("mentee"), unit=side.unit).pk


@makes("mentorship")
def mentorship(side: Side) -> int:
    return _mentorship(side, side.id_of("person"))


@makes("spare mentorship")
def spare_mentorship(side: Side) -> int:
    return _mentorship(side, side.id_of("fresh mentee"))


@makes("member")
def member(side: Side) -> int:
    user = a_member(side.organisation, f"member{next(_numbers)}@{side.mark}.example", Role.REP)
    return Membership.objects.get(user=user).pk


for each in Role:

    @makes(f"user {each}")
    def user(side: Side, role: Role = each) -> int:
        return a_member(side.organisation, f"{role}@{side.mark}.example", role).pk


@makes("key")
def key(side: Side) -> int:
    with acting_for(side.organisation.pk):
        made, _plain = create_key(
            actor=side.actor, name=side.text("key"), scopes=[Scope.READ], at=timezone.now()
        )
    return made.pk


@makes("planned unit")
def planned_unit(side: Side) -> int:
    return a_unit(side.organisation, side.text("planned"), below=side.unit).pk


@makes("planned person")
def planned_person(side: Side) -> int:
    return a_person(side.organisation, side.text("planned person"), unit=_planned_unit(side)).pk


@makes("second person")
def second_person(side: Side) -> int:
    return a_person(side.organisation, side.text("second person"), unit=_planned_unit(side)).pk


@makes("plan")
def plan(side: Side) -> int:
    for holder in ("planned person", "second person"):
        side.id_of(holder)
    return a_plan(side.organisation, side.text("plan"), root=_planned_unit(side)).pk


@makes("goal")
def goal(side: Side) -> int:
    made = _a_goal(side, "plan")
    split(made)
    return made.pk


@makes("changed plan")
def changed_plan(side: Side) -> int:
    return plan(side)


@makes("changed goal")
def changed_goal(side: Side) -> int:
    made = _a_goal(side, "changed plan")
    split(made)
    return made.pk


@makes("mixed plan")
def mixed_plan(side: Side) -> int:
    return plan(side)


@makes("mixed goal")
def mixed_goal(side: Side) -> int:
    made = _a_goal(side, "mixed plan")
    with acting_for(side.organisation.pk):
        ProductShare.objects.create(goal=made, group=side.text("product group"), min_share_bp=5_000)
    return made.pk


@makes("objective")
def objective(side: Side) -> int:
    with acting_for(side.organisation.pk):
        return create_objective(side.actor, name=side.text("objective"), at=timezone.now()).pk


@makes("milestone")
def milestone(side: Side) -> int:
    with acting_for(side.organisation.pk):
        goal = Goal.objects.select_related("plan").get(pk=side.id_of("goal"))
        name, day = side.text("milestone"), date(2026, 5, 15)
        return add_milestone(side.actor, goal=goal, name=name, due_on=day, at=timezone.now()).pk


@makes("part")
def part(side: Side) -> int:
    """A plan within the plan, whose goal differs from it."""
    side.id_of("goal")
    with acting_for(side.organisation.pk):
        whole = Plan.objects.get(pk=side.id_of("plan"))
    return a_plan(side.organisation, side.text("plan"), root=_planned_unit(side), parent=whole).pk


@makes("part goal")
def part_goal(side: Side) -> int:
    return _a_goal(side, "part").pk


@makes("target")
def target(side: Side) -> int:
    return _target(side, "goal", "planned person")


@makes("closing")
def closing(side: Side) -> int:
    month = add_months(date(1800, 1, 1), next(_numbers))
    with acting_for(side.organisation.pk):
        return close_month(side.actor, month=month, at=timezone.now()).pk


@makes("manual kpi")
def manual_kpi(side: Side) -> int:
    with acting_for(side.organisation.pk):
        return create_manual_kpi(
            side.actor,
            key=f"manual-{next(_numbers)}",
            unit="percent",
            facts=KpiFacts(name=side.text("kpi")),
            adds_up=False,
            at=timezone.now(),
        ).pk


@makes("entry")
def entry(side: Side) -> int:
    with acting_for(side.organisation.pk):
        return enter_value(
            side.actor,
            kpi=Kpi.objects.get(pk=side.id_of("manual kpi")),
            holder=Holder("person", side.id_of("planned person")),
            dated_on=START,
            value=side.amount_minor,
            source=side.text("source"),
            evidence=side.text("evidence"),
            at=timezone.now(),
        ).pk


@makes("potential")
def potential(side: Side) -> int:
    holder = Holder("unit", side.id_of("planned unit"))
    with acting_for(side.organisation.pk):
        return note_potential(
            side.actor,
            holder=holder,
            amount=side.amount_minor,
            starts_on=START + timedelta(days=next(_numbers)),
            source=side.text("source"),
            at=timezone.now(),
        ).pk


@makes("bare plan")
def bare_plan(side: Side) -> int:
    return plan(side)


@makes("bare goal")
def bare_goal(side: Side) -> int:
    return _a_goal(side, "bare plan").pk


@makes("smart plan")
def smart_plan(side: Side) -> int:
    made = plan(side)
    with acting_for(side.organisation.pk):
        a_goal(Plan.objects.get(pk=made), _shown(side))
    return made


@makes("plan to open")
def plan_to_open(side: Side) -> int:
    return smart_plan(side)


@makes("plan to submit")
def plan_to_submit(side: Side) -> int:
    return smart_plan(side)


@makes("submitted plan")
def submitted_plan(side: Side) -> int:
    made = smart_plan(side)
    with acting_for(side.organisation.pk):
        submit_plan(system_actor(side.organisation), plan=Plan.objects.get(pk=made), at=timezone.now())
    return made


@makes("plan to take back")
def plan_to_take_back(side: Side) -> int:
    return submitted_plan(side)


@makes("published plan")
def published_plan(side: Side) -> int:
    made = plan(side)
    with acting_for(side.organisation.pk):
        goal = a_goal(Plan.objects.get(pk=made), _shown(side))
    split(goal)
    published(goal.plan)
    return made


@makes("published goal")
def published_goal(side: Side) -> int:
    with acting_for(side.organisation.pk):
        return Goal.objects.get(plan=side.id_of("published plan")).pk


@makes("published target")
def published_target(side: Side) -> int:
    side.id_of("deal")
    return _target(side, "published goal", "planned person")


@makes("open plan")
def open_plan_of(side: Side) -> int:
    made = plan(side)
    with acting_for(side.organisation.pk):
        opened = Plan.objects.get(pk=made)
        split(a_goal(opened, _shown(side)))
        open_plan(side.actor, plan=opened, at=timezone.now())
    return made


@makes("open goal")
def open_goal(side: Side) -> int:
    with acting_for(side.organisation.pk):
        return Goal.objects.get(plan=side.id_of("open plan")).pk


@makes("proposal")
def proposal(side: Side) -> int:
    """By the administrator, on behalf of someone; of a goal of its own, in which nothing else is proposed."""
    person, opened = side.id_of("planned person"), open_plan_of(side)
    with acting_for(side.organisation.pk):
        admin = actor_of_member(side.organisation, side.admin)
        assert admin is not None
        made = propose(
            admin,
            goal=Goal.objects.select_related("plan__root_unit", "kpi").get(plan=opened),
            holder=Holder("person", person),
            amount=side.amount_minor,
            comment=side.text("comment"),
            at=timezone.now(),
        )
    return made.pk


@makes("proposed plan")
def proposed_plan(side: Side) -> int:
    with acting_for(side.organisation.pk):
        return Goal.objects.get(pk=side.id_of("proposed goal")).plan_id


@makes("proposed goal")
def proposed_goal(side: Side) -> int:
    with acting_for(side.organisation.pk):
        return Proposal.objects.get(pk=side.id_of("proposal")).target.goal_id


@makes("template")
def template(side: Side) -> int:
    with acting_for(side.organisation.pk):
        return create_template(
            side.actor,
            name=side.text("template"),
            draft=Draft(items=[ItemDraft(get_kpi("won_revenue"), 10_000)], units=(side.unit,)),
            starts_on=LATER,
            at=timezone.now(),
        ).pk


@makes("kpi")
def kpi(side: Side) -> int:
    """One of its own, of the records that name one of its products."""
    condition = Condition("product", "any", (side.id_of("product"),))
    with acting_for(side.organisation.pk):
        return create_kpi(
            side.actor,
            key="",
            unit="money",
            recipe=Recipe((Ingredient("won_amount", (condition,)),)),
            facts=KpiFacts(name=side.text("kpi"), nature="outcome", direction="higher"),
            at=timezone.now(),
        ).pk


@makes("trigger")
def trigger(side: Side) -> int:
    with acting_for(side.organisation.pk):
        return create_trigger(side.actor, changes={"name": side.text("trigger")}).pk


@makes("asked target")
def asked_target(side: Side) -> int:
    """Of the administrator, who was asked about it."""
    with acting_for(side.organisation.pk):
        holder = Person.objects.filter(user=side.admin).first()
    if holder is None:
        holder = a_person(side.organisation, side.text("holder"), unit=side.unit)
        with acting_for(side.organisation.pk):
            Person.objects.filter(pk=holder.pk).update(user=side.admin)
    goal = a_goal(a_plan(side.organisation, side.text("plan"), root=side.unit), _shown(side))
    split(goal)
    published(goal.plan)
    with acting_for(side.organisation.pk):
        return Target.objects.get(goal=goal, person=holder).pk


@makes("overridden target")
def overridden_target(side: Side) -> int:
    """One cent more than its split gave."""
    made, person = plan(side), side.id_of("planned person")
    with acting_for(side.organisation.pk):
        goal = a_goal(Plan.objects.get(pk=made), _shown(side))
        split(goal)
        found = Target.objects.get(goal=goal, person=person)
        assert found.given is not None
        target = set_target(
            side.actor,
            goal=goal,
            holder=Holder("person", person),
            amount=found.given + 1,
            expected_version=None,
            at=timezone.now(),
        )
        return target.pk


@makes("adjustment")
def adjustment(side: Side) -> int:
    return _adjustment(side, side.actor)


@makes("own adjustment")
def own_adjustment(side: Side) -> int:
    """Asked for by the administrator."""
    with acting_for(side.organisation.pk):
        actor = actor_of_member(side.organisation, side.admin)
    assert actor is not None
    return _adjustment(side, actor)


def _adjustment(side: Side, actor: Actor) -> int:
    target_id = side.id_of("published target")
    with acting_for(side.organisation.pk):
        target = Target.objects.select_related("goal__plan__root_unit", "goal__kpi").get(pk=target_id)
        now = target.given if target.agreed is None else target.agreed
        wish = Wish(Holder("person", side.id_of("planned person")), amount=(now or 0) + 100)
        why = Why(Trigger.objects.all()[0], "trend", side.text("adjustment"))
        return request_adjustment(actor, goal=target.goal, wishes=[wish], why=why, at=timezone.now()).pk


def record(side: Side, kind: str, /, **fields: object) -> int:
    """A record as its source sends it; returns its id."""
    external_id = side.text(kind)
    row = {"external_id": external_id, **fields}
    with acting_for(side.organisation.pk):
        outcome = upsert_records(kind, source="crm", rows=[row], actor=side.actor, at=timezone.now())
        assert (outcome.created, outcome.rejected) == (1, []), outcome
        return MODELS[kind].objects.get(external_id=external_id).pk


MODELS = {
    "customers": Customer,
    "products": Product,
    "channels": Channel,
    "stages": Stage,
    "deals": Deal,
    "leads": Lead,
    "activities": Activity,
    "feedback": Feedback,
    "expenses": Expense,
    "orders": Order,
    "invoices": Invoice,
    "payments": Payment,
    "exchange-rates": ExchangeRate,
}


@makes("customer")
def customer(side: Side) -> int:
    return record(
        side,
        "customers",
        name=side.text("customer"),
        industry=side.text("industry"),
        owner=side.name_of("person"),
    )


@makes("product")
def product(side: Side) -> int:
    return record(side, "products", name=side.text("product"), currency="USD", list_price=_shown(side))


@makes("channel")
def channel(side: Side) -> int:
    return record(side, "channels", name=side.text("channel"))


@makes("stage")
def stage(side: Side) -> int:
    return record(side, "stages", name=side.text("stage"), category="open")


@makes("rate")
def rate(side: Side) -> int:
    day = date(2026, 1, 1) + timedelta(days=next(_numbers))
    return record(side, "exchange-rates", currency="EUR", valid_on=day.isoformat(), rate="1.1")


@makes("deal")
def deal(side: Side) -> int:
    named = {kind: side.name_of(kind) for kind in ("customer", "product", "channel", "stage")}
    made = record(
        side,
        "deals",
        name=side.text("deal"),
        owner=side.name_of("planned person"),
        status="won",
        amount=_shown(side),
        currency=side.organisation.currency,
        created_on="2026-04-02",
        closed_on="2026-05-04",
        **named,
    )
    drained(side.organisation)
    return made


@makes("lead")
def lead(side: Side) -> int:
    named = {kind: side.name_of(kind) for kind in ("customer", "channel", "deal")}
    return record(
        side,
        "leads",
        name=side.text("lead"),
        owner=side.name_of("planned person"),
        status="qualified",
        qualified_on="2026-05-02",
        **named,
    )


@makes("activity")
def activity(side: Side) -> int:
    named = {kind: side.name_of(kind) for kind in ("customer", "deal", "lead")}
    return record(
        side,
        "activities",
        name=side.text("activity"),
        kind="visit",
        person=side.name_of("planned person"),
        happened_at="2026-05-02T10:00:00Z",
        **named,
    )


@makes("feedback")
def feedback(side: Side) -> int:
    named = {kind: side.name_of(kind) for kind in ("customer", "deal")}
    return record(
        side,
        "feedback",
        name=side.text("feedback"),
        kind="nps",
        score="9",
        person=side.name_of("planned person"),
        given_on="2026-05-02",
        **named,
    )


def _money(side: Side, kind: str, **more: object) -> int:
    named = {one: side.name_of(one) for one in ("customer", "deal")}
    owner, currency = side.name_of("planned person"), side.organisation.currency
    amount = {"amount": _shown(side), "currency": currency, "dated_on": "2026-05-06"}
    made = record(side, kind, name=side.text(kind), owner=owner, **amount, **named, **more)
    drained(side.organisation)
    return made


@makes("order")
def order(side: Side) -> int:
    return _money(side, "orders", product=side.name_of("product"), channel=side.name_of("channel"))


@makes("invoice")
def invoice(side: Side) -> int:
    return _money(side, "invoices", product=side.name_of("product"), due_on="2026-06-06")


@makes("payment")
def payment(side: Side) -> int:
    return _money(side, "payments", invoice=side.name_of("invoice"))


@makes("expense")
def expense(side: Side) -> int:
    named = {kind: side.name_of(kind) for kind in ("customer", "deal")}
    return record(
        side,
        "expenses",
        name=side.text("expense"),
        category="travel",
        person=side.name_of("planned person"),
        amount=_shown(side),
        currency=side.organisation.currency,
        dated_on="2026-05-02",
        **named,
    )


@makes("waiting deal")
def waiting_deal(side: Side) -> int:
    """Speaks of a product by almost its name."""
    with acting_for(side.organisation.pk):
        name = Product.objects.get(pk=side.id_of("product")).name
    return record(side, "deals", name=side.text("deal"), product=name.replace(" ", ""), currency="USD")


@makes("import")
def imported(side: Side) -> int:
    return _import(side, dry_run=False)


@makes("tried import")
def tried_import(side: Side) -> int:
    return _import(side, dry_run=True)


@makes("mapping")
def mapping(side: Side) -> int:
    _import(side, dry_run=True, save_as=side.text("mapping"))
    with acting_for(side.organisation.pk):
        return ImportMapping.objects.latest("id").pk


def _import(side: Side, *, dry_run: bool, save_as: str = "") -> int:
    """Two rows, one of them refused."""
    rows = f"external_id,name\n{side.text('row')},{side.text('name')}\n,{side.text('refused')}\n"
    content = BytesIO(rows.encode())
    with acting_for(side.organisation.pk):
        run = import_file(
            side.actor,
            kind="customers",
            source="crm",
            file_name=f"{side.mark}.csv",
            content=content,
            dry_run=dry_run,
            save_as=save_as,
            at=timezone.now(),
        )
    while work_one_step(side.organisation.pk, at=timezone.now()):
        pass
    return run.pk


@makes("day")
def day(side: Side) -> int:
    with acting_for(side.organisation.pk):
        when = date(2026, 1, 1) + timedelta(days=next(_numbers))
        return WorkingDayException.objects.create(day=when, is_working=False, name=side.text("day")).pk


@makes("fiscal year")
def fiscal_year(side: Side) -> int:
    """The first one stays; there is one fresh year at a time, for years are few."""
    with acting_for(side.organisation.pk):
        FiscalYear.objects.exclude(pk=side.made.get("fiscal year")).delete()
        number = 2030 + fiscal_years().count()
        year = CalendarMonths().layout(number)
        return set_fiscal_year(
            side.actor, number=number, period_starts=year.period_starts, ends_on=year.end
        ).pk


@makes("review")
def review(side: Side) -> int:
    with acting_for(side.organisation.pk):
        plan = Plan.objects.get(pk=side.id_of("published plan"))
        unit_id = side.id_of("planned unit")
        day = date(2026, 5, 15)
        return hold_review(side.actor, plan=plan, unit_id=unit_id, as_of=day, at=timezone.now()).pk


@makes("rule")
def rule(side: Side) -> int:
    with acting_for(side.organisation.pk):
        return Rule.objects.get().pk


@makes("alert")
def alert(side: Side) -> int:
    subject = side.text("subject")
    finding = Finding(
        severity=Severity.WARNING,
        unit_id=side.id_of("planned unit"),
        person_id=None,
        facts={
            "plan_name": side.text("plan"),
            "unit": "money",
            "currency": side.organisation.currency,
            "target": _shown(side),
            "actual": _shown(side),
            "expected": _shown(side),
            "pace": "0.8",
            "as_of": "2026-05-15",
        },
    )
    with acting_for(side.organisation.pk):
        apply(Rule.objects.get(), {subject: finding}, at=timezone.now())
        return Alert.objects.get(subject=subject).pk


@makes("notice")
def notice(side: Side) -> int:
    """To the administrator, who is signed in where no role is named."""
    subject = side.text("subject")
    told = {side.admin.pk: facts(side.text("plan"), _shown(side))}
    tell(side.organisation, subject, users=told, at=timezone.now())
    with acting_for(side.organisation.pk):
        return Notice.objects.get(subject=subject).pk


def _planned_unit(side: Side) -> Unit:
    with acting_for(side.organisation.pk):
        return Unit.objects.get(pk=side.id_of("planned unit"))


def _shown(side: Side) -> str:
    return str(from_minor(side.amount_minor, side.organisation.currency))


def _a_goal(side: Side, plan_kind: str) -> Goal:
    with acting_for(side.organisation.pk):
        return a_goal(Plan.objects.get(pk=side.id_of(plan_kind)), _shown(side))


def _mentorship(side: Side, mentee_id: int) -> int:
    with acting_for(side.organisation.pk):
        mentor, mentee = (Person.objects.get(pk=pk) for pk in (side.id_of("manager"), mentee_id))
        made = begin_mentorship(side.actor, mentor=mentor, mentee=mentee, starts_on=START, at=timezone.now())
        return made.pk


def _target(side: Side, goal_kind: str, person_kind: str) -> int:
    with acting_for(side.organisation.pk):
        goal_id, person_id = side.id_of(goal_kind), side.id_of(person_kind)
        return Target.objects.get(goal=goal_id, person=person_id).pk


NAMES |= {
    "planned person": lambda pk: Person.objects.get(pk=pk).external_id,
    "customer": lambda pk: Customer.objects.get(pk=pk).external_id,
    "product": lambda pk: Product.objects.get(pk=pk).external_id,
    "channel": lambda pk: Channel.objects.get(pk=pk).external_id,
    "stage": lambda pk: Stage.objects.get(pk=pk).external_id,
    "rate": lambda pk: ExchangeRate.objects.get(pk=pk).external_id,
    "mapping": lambda pk: ImportMapping.objects.get(pk=pk).name,
    "assignment": lambda pk: Assignment.objects.get(pk=pk).external_id,
    "mentorship": lambda pk: Mentorship.objects.get(pk=pk).external_id,
    "mentee": lambda pk: Person.objects.get(pk=pk).external_id,
    "plan": lambda pk: Plan.objects.get(pk=pk).name,
    "template": lambda pk: Template.objects.get(pk=pk).name,
    "trigger": lambda pk: Trigger.objects.get(pk=pk).name,
    "deal": lambda pk: Deal.objects.get(pk=pk).external_id,
    "lead": lambda pk: Lead.objects.get(pk=pk).external_id,
    "activity": lambda pk: Activity.objects.get(pk=pk).external_id,
    "expense": lambda pk: Expense.objects.get(pk=pk).external_id,
    "feedback": lambda pk: Feedback.objects.get(pk=pk).external_id,
    "order": lambda pk: Order.objects.get(pk=pk).external_id,
    "invoice": lambda pk: Invoice.objects.get(pk=pk).external_id,
    "payment": lambda pk: Payment.objects.get(pk=pk).external_id,
    "unit": lambda pk: Unit.objects.get(pk=pk).external_id,
    "manager": lambda pk: Person.objects.get(pk=pk).external_id,
    "person": lambda pk: Person.objects.get(pk=pk).external_id,
    "key": lambda pk: ApiKey.objects.get(pk=pk).name,
}
