"""A real export with the usual dirt, as the README's tour imports it."""

from csv import DictReader
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from pipeline.models import Deal, Product, UnresolvedReference
from pipeline.services.matching import accept_match, suggest_matches
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.models import Organisation, Person
from salestargets.tenancy.selectors import tree
from tests.api.clients import an_integration
from tests.builders import NOON, a_member, an_organisation
from tests.kpis.builders import drained
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


#: Quarter of 2017: its first and last day, won revenue, won deals.
QUARTERS = {
    1: ("2017-01-01", "2017-03-31", 1_134_672, 531),
    2: ("2017-04-01", "2017-06-30", 3_086_111, 1_254),
    3: ("2017-07-01", "2017-09-30", 2_982_255, 1_257),
    4: ("2017-10-01", "2017-12-31", 2_802_496, 1_196),
}


def test_the_won_revenue_of_each_quarter_is_the_same_by_sql_api_page_and_export(acme, crm_export):
    imported(acme, crm_export, "deals")
    drained(acme)
    assert rows_of(
        acme,
        "SELECT extract(quarter FROM closed_on)::int, sum(base_minor)::bigint, count(*)::int"
        " FROM pipeline_deal WHERE status = 'won' AND extract(year FROM closed_on) = 2017"
        " GROUP BY 1 ORDER BY 1",
    ) == [(quarter, 100 * revenue, deals) for quarter, (_, _, revenue, deals) in QUARTERS.items()]
    api, browser = an_integration(acme, Scope.READ), Client()
    browser.force_login(a_member(acme, "viewer@acme.example", Role.VIEWER))
    for first, last, revenue, deals in QUARTERS.values():
        until = date.fromisoformat(last) + timedelta(days=1)
        asked = f"/api/v1/actuals/?holder=root&from={first}&to={until}&kpi="
        assert api.get(f"{asked}won_revenue").json()["value"] == f"{revenue}.00"
        assert api.get(f"{asked}deals_won").json()["value"] == str(deals)
        page = browser.get(f"/o/acme/kpis/won_revenue/?in={first}").content.decode()
        assert f'<p class="stat-value">${revenue:,}</p>' in page
        file = browser.get(f"/o/acme/deals/?status=won&from={first}&to={last}&export=csv")
        rows = list(DictReader(b"".join(file.streaming_content).decode("utf-8-sig").splitlines()))
        assert (sum(Decimal(row["Amount"]) for row in rows), len(rows)) == (revenue, deals)


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
