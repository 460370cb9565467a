"""A real export with the usual dirt, as the README's tour imports it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from pipeline.models import Deal, Product, UnresolvedReference
from pipeline.services.matching import accept_match, suggest_matches
from salestargets.tenancy.models import Organisation, Person
from salestargets.tenancy.selectors import tree
from tests.builders import NOON, an_organisation
from tests.pipeline.builders import rows_of, within

pytestmark = pytest.mark.django_db

FILES = {
    "roster": "sales_teams.csv",
    "customers": "accounts.csv",
    "products": "products.csv",
    "deals": "sales_pipeline.csv",
}
DIRT = {
    "without_customer": 1425,
    "without_created_on": 500,
    "without_amount": 2089,
    "unresolved_product": 1480,
}


def imported(organisation: Organisation, folder: Path, kind: str, *options: str) -> dict[str, int]:
    """What the command says of a file, by name."""
    said = StringIO()
    call_command(
        "import_records",
        str(folder / FILES[kind]),
        f"--organisation={organisation.slug}",
        f"--kind={kind}",
        *options,
        stdout=said,
    )
    lines = (line.strip().partition(" ") for line in said.getvalue().splitlines())
    return {name.replace(" ", "_"): int(count) for count, _, name in lines if count.isdigit()}


@pytest.fixture
def acme(crm_export: Path) -> Organisation:
    an_organisation("other")
    organisation = an_organisation("acme")
    for kind in ("roster", "customers", "products"):
        imported(organisation, crm_export, kind)
    return organisation


def counted(**counts: int) -> dict[str, int]:
    return {"created": 0, "updated": 0, "unchanged": 0, "rejected": 0, **counts}


def test_the_whole_export_lands_and_its_dirt_is_counted(acme, crm_export):
    tried = imported(acme, crm_export, "deals", "--dry-run")
    with within(acme):
        assert not Deal.objects.exists()
    first = imported(acme, crm_export, "deals")
    of_rows = {"of_8800_rows_from_sales_pipeline.csv": 8800}
    assert tried == first == counted(created=8800, **DIRT, **of_rows)
    assert imported(acme, crm_export, "deals") == counted(unchanged=8800, **DIRT, **of_rows)

    with within(acme) as actor:
        assert Deal.objects.values("owner").distinct().count() == 30
        members = Person.objects.filter(pk__in=_members(acme))
        assert (members.count(), Person.objects.count()) == (35, 41)
        depths = [node.depth for node in tree(actor, NOON.date())]
        assert [depths.count(depth) for depth in (0, 1, 2)] == [1, 3, 6]


def _members(organisation: Organisation) -> list[int]:
    rows = rows_of(organisation, "SELECT person_id FROM tenancy_assignment WHERE role = 'member'")
    return [person_id for (person_id,) in rows]


def test_the_won_revenue_of_each_quarter_is_known(acme, crm_export):
    imported(acme, crm_export, "deals")
    assert rows_of(
        acme,
        "SELECT extract(quarter FROM closed_on)::int, sum(base_minor)::bigint, count(*) FROM pipeline_deal"
        " WHERE status = 'won' AND extract(year FROM closed_on) = 2017 GROUP BY 1 ORDER BY 1",
    ) == [
        (1, 113_467_200, 531),
        (2, 308_611_100, 1254),
        (3, 298_225_500, 1257),
        (4, 280_249_600, 1196),
    ]


def test_the_misspelt_product_is_offered_and_after_acceptance_known_for_all_its_deals(acme, crm_export):
    imported(acme, crm_export, "deals")
    with within(acme) as actor:
        (match,) = suggest_matches(actor)
        assert (match.reference, match.records) == ("GTXPro", 1480)
        assert [candidate.name for candidate in match.candidates] == ["GTX Pro"]
        resolved = accept_match(
            actor,
            kind="products",
            source=match.source,
            reference="GTXPro",
            record_id=match.candidates[0].id,
            at=NOON,
        )
        assert resolved == 1480
        assert Deal.objects.filter(product=Product.objects.get(name="GTX Pro")).count() == 1480
        assert not UnresolvedReference.objects.exists()
    again = imported(acme, crm_export, "deals")
    assert (again["unchanged"], "unresolved_product" in again) == (8800, False)


def test_the_command_says_what_is_wrong_and_fails(acme, crm_export, tmp_path):
    broken = tmp_path / "mapping.json"
    broken.write_text('{"columns": {"external_id": "opportunity"}}')
    with pytest.raises(CommandError, match="no column “opportunity”"):
        imported(acme, crm_export, "deals", f"--mapping={broken}")
    with pytest.raises(CommandError, match="no mapping of this name"):
        imported(acme, crm_export, "deals", "--mapping=unheard-of")
    with pytest.raises(CommandError, match="no organisation nowhere"):
        call_command("import_records", "x.csv", "--organisation=nowhere", "--kind=deals")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_records", "/no/such.csv", "--organisation=acme", "--kind=deals")
    with within(acme):
        assert not Deal.objects.exists()
