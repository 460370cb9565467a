"""What holders weigh in a split: their history, their potential, who sells below them, what is open."""

from collections.abc import Mapping, Sequence
from datetime import date

from kpis.selectors import actuals, series
from kpis.takes import Formulated
from kpis.values import Holder
from pipeline.models import Product
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction, Number
from salestargets.tenancy.models import Organisation
from targets.choices import SplitMethod
from targets.selectors.periods import span_of
from targets.selectors.potentials import potentials_on
from targets.selectors.ramps import ramps_of
from targets.selectors.sheets import Sheet
from targets.selectors.team import open_counterpart
from targets.selectors.trees import Node


def weights_known(
    sheet: Sheet,
    method: str,
    nodes: Sequence[Node],
    *,
    history: Period | None,
    organisation: Organisation,
    on: date,
) -> Mapping[Node, Number]:
    """What is known of the nodes; who is not in it is not known, which is not zero."""
    if method == SplitMethod.HISTORY and history:
        return _brought(sheet, nodes, sheet.goal.kpi, history, on)
    if method == SplitMethod.POTENTIAL:
        return potentials_on(sheet.tree, sheet.goal.plan.starts_on)
    if method == SplitMethod.CAPACITY:
        return capacities(sheet, organisation)
    if method == SplitMethod.PIPELINE:
        return _open(sheet, nodes, on)
    return {}


def capacities(sheet: Sheet, organisation: Organisation) -> Mapping[Node, Fraction]:
    """People as one each, less while they ramp; units as all people below them together."""
    people = [node for node in sheet.tree.present() if node.person_id]
    return sheet.tree.summed(ramps_of(sheet.goal.plan, sheet.tree, people, organisation))


def _open(sheet: Sheet, nodes: Sequence[Node], on: date) -> Mapping[Node, Number]:
    counterpart = open_counterpart(sheet.goal.kpi)
    if counterpart is None:
        raise DomainError(
            N_("Nothing is open that would add to this KPI. Choose another method."),
            code="no_pipeline",
            field="method",
        )
    return _brought(sheet, nodes, counterpart, span_of(sheet.goal.plan), on)


def _brought(
    sheet: Sheet, nodes: Sequence[Node], kpi: Formulated, span: Period, on: date
) -> Mapping[Node, Number]:
    """What the records of a span add up to, of the sheet's product group; who has none is not known."""
    holders = [node.holder.whole for node in nodes]
    if sheet.group:
        values = _of_group(sheet.group, holders, kpi, span, on)
    else:
        values = {holder: each.numerator for holder, each in actuals(holders, kpi, span, on=on).items()}
    return {node: value for node in nodes if (value := values[node.holder.whole])}


def _of_group(
    group: str, holders: Sequence[Holder], kpi: Formulated, span: Period, on: date
) -> dict[Holder, int]:
    products = set(Product.objects.filter(group=group).values_list("pk", flat=True))
    found = series(holders, kpi, span, by="product", on=on)
    return {
        holder: sum(each.numerator for product, each in by_product.items() if product in products)
        for holder, by_product in found.items()
    }
