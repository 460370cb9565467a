"""The planning figure of the bench at a small size: both ways end at the same numbers."""

from datetime import UTC, date, datetime

import pytest

from bench import planning
from bench.organisations import Size
from salestargets.tenancy.context import acting_for
from targets.models import Target

SIZE = Size(people=12, on=date(2026, 11, 22), team=4)
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_plan_is_split_to_every_person_and_product_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "ROUNDS", 1)
    organisation = planning.an_organisation(SIZE, at=AT)
    figure = planning.measure(organisation, SIZE, at=AT)  # raises where the numbers differ
    assert figure.name == "Plan of 120 leaf targets, split"
    with acting_for(organisation.pk):
        leaves = Target.objects.filter(goal__plan__name="ours 0", person__isnull=False).exclude(group="")
        assert leaves.count() == 120
        assert sum(leaf.given or 0 for leaf in leaves) == planning.AMOUNT
