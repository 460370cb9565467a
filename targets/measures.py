"""What is promised, as a measure: the number of a holder on won revenue, for KPIs such as the coverage."""

# ruff: noqa: S608  The pieces stand here; what is asked for comes as parameters.

from django.utils.translation import gettext_lazy as _

from kpis.choices import KpiUnit
from kpis.registry import About, Held, Measure, Term, register_measures, register_sources
from targets.choices import PlanState

MEASURES = (Measure("target_amount", KpiUnit.MONEY, _("Target on won revenue"), _("Targets"), is_level=True),)

_OF_GOAL = """
JOIN targets_goal {g} ON {g}.organisation_id = {t}.organisation_id AND {g}.id = {t}.goal_id
JOIN targets_plan {p} ON {p}.organisation_id = {g}.organisation_id AND {p}.id = {g}.plan_id
JOIN kpis_kpi {k} ON {k}.organisation_id = {g}.organisation_id AND {k}.id = {g}.kpi_id
"""
#: A number that holds on the last day of the period asked for; a draft promises nothing.
_HOLDS = (
    "{t}.organisation_id = %(organisation)s AND {t}.\"group\" = '' AND {t}.given IS NOT NULL"
    f" AND {{p}}.state IN ('{PlanState.PUBLISHED}', '{PlanState.CLOSED}')"
    " AND {k}.numerator = 'won_amount' AND {k}.denominator = ''"
    " AND {p}.starts_on < %(before)s AND {p}.ends_on >= %(before)s"
)
_OURS = {"t": "t", "g": "g", "p": "p", "k": "k"}
_OTHERS = {"t": "t2", "g": "g2", "p": "p2", "k": "k2"}
#: Of a year and a quarter in it, the quarter.
_SHORTER = (
    f"SELECT FROM targets_target t2 {_OF_GOAL.format(**_OTHERS)} WHERE {_HOLDS.format(**_OTHERS)}"
    " AND t2.unit_id = t.unit_id AND t2.person_id IS NOT DISTINCT FROM t.person_id"
    " AND (p2.starts_on, p2.id) > (p.starts_on, p.id)"
)

PROMISED = Held(
    kind="targets",
    table=f"targets_target t {_OF_GOAL.format(**_OURS)}",
    where=_HOLDS.format(**_OURS),
    person="t.person_id",
    day="p.starts_on",
    record="t.id",
    about=About(name="p.name", external_id="t.id::text"),
    matches=(
        "(CASE holder.kind WHEN 'unit' THEN t.unit_id = holder.holder_id AND t.person_id IS NULL"
        " ELSE t.person_id = holder.holder_id AND t.unit_id = COALESCE(holder.within, t.unit_id) END)"
    ),
    then=f"NOT EXISTS ({_SHORTER})",
    terms={"target_amount": Term("COALESCE(t.agreed, t.given)")},
)


def register() -> None:
    register_measures(MEASURES)
    register_sources([PROMISED])
