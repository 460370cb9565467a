from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from kpis.catalogue import BUILT_IN
from kpis.choices import Direction, KpiUnit, Manual, Nature
from kpis.marking import marks_for_every_measure
from salestargets.tenancy.models import (
    Assignment,
    Person,
    TenantForeignKey,
    TenantModel,
    Unit,
    UnitPlacement,
    UserForeignKey,
    tracked,
)


@tracked
class Kpi(TenantModel):
    """A number: one measure, several joined by “+”, or a ratio of two such sums.

    Built-in ones have no name here: the catalogue names them in every language.
    """

    key = models.SlugField(max_length=50, db_index=False)
    name = models.CharField(max_length=100, blank=True)
    #: What it tells, in the organisation's words.
    about = models.CharField(max_length=500, blank=True)
    unit = models.CharField(max_length=10, choices=KpiUnit)
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.HIGHER)
    nature = models.CharField(max_length=12, choices=Nature, default=Nature.OUTCOME)
    #: Formulas, see `domain.formulas`: those of the newest definition.
    numerator = models.CharField(max_length=500)
    denominator = models.CharField(max_length=500, blank=True)
    #: From when the newest definition holds; null: always.
    defined_from = models.DateField(null=True)
    #: The quotient is multiplied by it, and by the days of the period.
    multiplier = models.PositiveSmallIntegerField(default=1)
    times_days = models.BooleanField(default=False)
    decimals = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    is_retired = models.BooleanField(default=False)
    #: Whether its values are entered by hand, and how they count.
    manual = models.CharField(max_length=5, choices=Manual, blank=True, default=Manual.NONE)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="one_kpi_a_key")]

    def __str__(self) -> str:
        return self.key

    @property
    def label(self) -> Promise | str:
        """What the organisation calls it, else what the catalogue does."""
        return self.name or BUILT_IN[self.key].name

    @property
    def description(self) -> Promise | str:
        """What it tells: in the organisation's words, else in the catalogue's."""
        return self.about or (BUILT_IN[self.key].about if self.key in BUILT_IN else "")


class Definition(TenantModel):
    """What a KPI was, or is, from a month on: earlier months keep the definition before."""

    kpi = TenantForeignKey(Kpi)
    #: The first day of a month; null: always.
    holds_from = models.DateField(null=True)
    numerator = models.CharField(max_length=500)
    denominator = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()
    made_by = UserForeignKey()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kpi", "holds_from"],
                nulls_distinct=False,
                name="one_definition_a_month",
            )
        ]


class Selection(TenantModel):
    """Some of the records of a measure. Its key is made of what it says: two that say the same are one.

    Cells hold its sums from `counted_at` on; until then they are read from the records.
    """

    key = models.CharField(max_length=40)
    measure = models.CharField(max_length=29)
    filters = models.JSONField()
    counted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="one_selection_a_key")]


class LeafCell(TenantModel):
    """A measure of one person in one stretch of one month: while they sat in one unit of one tree.

    A mover has two stretches in that month. `unit` is null where the person was assigned nowhere.
    """

    pk = models.CompositePrimaryKey("organisation_id", "person_id", "month", "measure", "starts_on")
    person = TenantForeignKey(Person)
    month = models.DateField()
    measure = models.CharField(max_length=40)
    starts_on = models.DateField()
    unit = TenantForeignKey(Unit, null=True)
    value = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [
            models.Index(
                fields=["organisation", "unit", "month", "measure"], include=["value"], name="leaf_by_unit"
            )
        ]


class UnitCell(TenantModel):
    """A measure of a unit and everything below it in one month: the sum of its leaf cells."""

    pk = models.CompositePrimaryKey("organisation_id", "unit_id", "month", "measure")
    unit = TenantForeignKey(Unit)
    month = models.DateField()
    measure = models.CharField(max_length=40)
    value = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        abstract = False


class DirtyKey(TenantModel):
    """What must be computed again. Append-only, written in the transaction that touched the records.

    No month means every month of the person; no person means everything of the organisation.
    """

    group = models.CharField(max_length=20)
    person_id = models.BigIntegerField(null=True)
    month = models.DateField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(person_id__isnull=False) | Q(month__isnull=True), name="dirty_month_has_a_person"
            )
        ]
        indexes = [
            models.Index(
                fields=["organisation"], condition=Q(person_id__isnull=True), name="dirty_everything"
            )
        ]


class MemberMoves(Assignment):
    """Watches `Assignment`: whoever joins, moves or leaves is computed anew, in all months."""

    class Meta:
        proxy = True
        triggers = marks_for_every_measure(
            "SELECT organisation_id, person_id, NULL::date FROM {rows} WHERE role = 'member'"
        )


class TreeMoves(UnitPlacement):
    """Watches `UnitPlacement`: a change of the tree changes whom every unit counts."""

    class Meta:
        proxy = True
        triggers = marks_for_every_measure("SELECT organisation_id, NULL::bigint, NULL::date FROM {rows}")
