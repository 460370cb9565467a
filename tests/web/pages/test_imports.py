"""Imports page by page: a file, its columns, a trial, the import, its undoing; names that mean the same."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pipeline.models import Deal, ImportMapping, ImportRun, Product, UnresolvedReference
from salestargets.jobs.services import work_one_step
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person
from tests.builders import NOON
from tests.pipeline.builders import send
from tests.web.pages.kit import DEALS_FILE, HTMX, Scene, a_run, hidden, sent, text_of

pytestmark = pytest.mark.django_db

IMPORTS = "/o/acme/imports/"
#: As the page has it for DEALS_FILE.
COLUMNS = {
    "column.external_id": "id",
    "column.name": "title",
    "column.owner": "owner",
    "column.amount": "amount",
    "column.status": "status",
    "column.closed_on": "close date",
    "date_order": "ymd",
    "decimal_mark": ".",
}


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("deals.csv", DEALS_FILE.encode())


def latest(scene: Scene) -> ImportRun:
    with acting_for(scene.acme.pk):
        return ImportRun.objects.select_related("job").latest("id")


def worked_off(scene: Scene) -> None:
    while work_one_step(scene.acme.pk, at=NOON):
        pass


def page_of(run: ImportRun, step: str = "") -> str:
    return f"{IMPORTS}{run.pk}/{step}"


def deals_of(scene: Scene) -> dict[str, str]:
    with acting_for(scene.acme.pk):
        return dict(
            Deal.objects.filter(source="crm", external_id__in="12").values_list("external_id", "status")
        )


def checked(scene: Scene, admin: Client) -> ImportRun:
    run = a_run(scene.acme)
    sent(admin, page_of(run, "columns/"), COLUMNS)
    worked_off(scene)
    return run


def test_a_file_is_read_and_its_columns_are_guessed(scene: Scene, admin: Client) -> None:
    answer = admin.post(f"{IMPORTS}new/", {"kind": "deals", "source": "crm", "file": upload()})
    run = latest(scene)
    assert answer.url == page_of(run, "columns/")
    page = text_of(admin, answer.url)
    assert '<option value="title" selected>title · One</option>' in page
    assert '<option value="close date" selected>close date · 2026-05-01</option>' in page
    assert deals_of(scene) == {}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"file": b""}, "The submitted file is empty"),
        ({"file": b"\n\n"}, "The file is empty"),
        ({"file": b"PK\x03\x04 and no more"}, "The XLSX file is damaged"),
        ({"file": b"\xff\xfe\xff"}, "neither in UTF-8 nor in GB18030"),
        ({"kind": "nonsense"}, "Select a valid choice"),
        ({"source": ""}, "This field is required"),
    ],
)
def test_a_file_that_is_none_is_refused(
    scene: Scene, admin: Client, given: dict[str, Any], told: str
) -> None:
    before = latest(scene).pk
    content = given.pop("file", DEALS_FILE.encode())
    data = {"kind": "deals", "source": "crm", "file": SimpleUploadedFile("x.csv", content), **given}
    assert told in sent(admin, f"{IMPORTS}new/", data, 422)
    assert latest(scene).pk == before


def test_a_second_click_reads_no_second_file(scene: Scene, admin: Client) -> None:
    mark = hidden(admin, f"{IMPORTS}new/")
    with acting_for(scene.acme.pk):
        before = ImportRun.objects.count()
    for _ in range(2):
        sent(admin, f"{IMPORTS}new/", {"kind": "deals", "source": "crm", "file": upload(), **mark})
    with acting_for(scene.acme.pk):
        assert ImportRun.objects.count() == before + 1


def test_the_first_rows_are_shown_as_they_would_be_read_with_what_is_wrong(
    scene: Scene, admin: Client
) -> None:
    run = a_run(scene.acme)
    page = sent(admin, page_of(run, "preview/"), COLUMNS, 200, **HTMX)
    assert page.count("<tr>") == 3
    assert "Enter a number in plain digits" in page
    without = {**COLUMNS, "column.amount": ""}
    assert "Enter a number" not in sent(admin, page_of(run, "preview/"), without, 200, **HTMX)
    assert latest(scene).mapping["columns"]["amount"] == "amount"  # nothing was kept


def test_a_trial_counts_and_changes_nothing(scene: Scene, admin: Client) -> None:
    run = checked(scene, admin)
    page = text_of(admin, page_of(run))
    assert "Nothing is changed yet" in page
    assert [part.partition("<")[0] for part in page.split('<p class="stat-value">')[1:]] == [
        "1",
        "0",
        "0",
        "1",
    ]
    assert "Amount: Enter a number" in page
    assert deals_of(scene) == {}


def test_an_import_lands_what_is_right_and_hands_back_what_is_not(scene: Scene, admin: Client) -> None:
    run = checked(scene, admin)
    sent(admin, page_of(run, "apply/"), hidden(admin, page_of(run, "apply/")))
    assert "Being imported" in text_of(admin, page_of(run))
    worked_off(scene)
    assert deals_of(scene) == {"1": "won"}
    answer = admin.get(page_of(run, "rejected/") + "?export=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="deals-rejected.csv"'
    assert lines[0] == "Row,Reason,id,title,owner,amount,status,close date"
    assert lines[1].startswith("3,")
    assert lines[1].endswith(",2,Two,alice,x,open,")


def test_an_import_is_undone_as_a_whole(scene: Scene, admin: Client) -> None:
    run = checked(scene, admin)
    sent(admin, page_of(run, "apply/"), {})
    worked_off(scene)
    sent(admin, page_of(run, "undo/"), {"reason": "The wrong file"})
    assert "Being undone" in text_of(admin, page_of(run))
    worked_off(scene)
    assert deals_of(scene) == {}
    assert "Everything is as it was before" in text_of(admin, page_of(run))


def test_starting_and_undoing_twice_is_once(scene: Scene, admin: Client) -> None:
    run = checked(scene, admin)
    mark = hidden(admin, page_of(run, "apply/"))
    for _ in range(2):
        sent(admin, page_of(run, "apply/"), mark)
    worked_off(scene)
    assert latest(scene).created == 1
    assert "has been started already" in sent(admin, page_of(run, "apply/"), {}, 422)
    sent(admin, page_of(run, "columns/"), COLUMNS)  # a page left open: leads to where the run stands
    sent(admin, page_of(run, "undo/"), {})
    assert "Only an import that has run" in sent(admin, page_of(run, "undo/"), {}, 422)


def test_columns_without_an_id_are_refused_there_and_the_others_stay(scene: Scene, admin: Client) -> None:
    run = a_run(scene.acme)
    data = {**COLUMNS, "column.external_id": "", "constant.currency": "EUR"}
    page = sent(admin, page_of(run, "columns/"), data, 422)
    assert "Choose the column for" in page
    assert 'value="EUR"' in page
    assert latest(scene).state == "mapping"


def test_words_of_the_file_are_given_a_meaning(scene: Scene, admin: Client) -> None:
    run = a_run(scene.acme, "id,status,day\n1,Closed Won,2026-05-01\n2,In talks,2026-05-02\n")
    page = text_of(admin, page_of(run, "columns/"))
    assert 'name="from.status" value="Closed Won"' in page
    assert "all others" in page
    data = {
        "column.external_id": "id",
        "column.status": "status",
        "column.closed_on": "day",
        "when.closed_on": "1",
        "from.status": ["Closed Won", "*"],
        "to.status": ["won", "open"],
    }
    sent(admin, page_of(run, "columns/"), data)
    worked_off(scene)
    sent(admin, page_of(run, "apply/"), {})
    worked_off(scene)
    assert deals_of(scene) == {"1": "won", "2": "open"}


def test_columns_are_kept_under_a_name_and_used_again(scene: Scene, admin: Client) -> None:
    run = a_run(scene.acme)
    sent(admin, page_of(run, "columns/"), {**COLUMNS, "constant.currency": "EUR", "save_as": "Our CRM"})
    with acting_for(scene.acme.pk):
        assert ImportMapping.objects.get().name == "Our CRM"
    again = a_run(scene.acme)
    assert 'value="EUR"' not in text_of(admin, page_of(again, "columns/"))
    assert 'value="EUR"' in text_of(admin, page_of(again, "columns/?use=Our+CRM"))
    assert admin.get(page_of(again, "columns/?use=Nobody's")).status_code == 404


def test_a_file_is_forgotten_before_it_has_done_anything(scene: Scene, admin: Client) -> None:
    run = checked(scene, admin)
    sent(admin, page_of(run, "discard/"), {})
    assert admin.get(page_of(run)).status_code == 404


def test_people_come_with_their_units(scene: Scene, admin: Client) -> None:
    run = a_run(scene.acme, "name,region,team\nDora,South,Reef\n", kind="roster")
    sent(admin, page_of(run, "columns/"), {
        "column.name": "name", "column.unit_1": "region", "column.unit_2": "team",
    })  # fmt: skip
    worked_off(scene)
    assert "units were made" in text_of(admin, page_of(run))
    sent(admin, page_of(run, "apply/"), {})
    worked_off(scene)
    with acting_for(scene.acme.pk):
        assert Person.objects.filter(name="Dora").exists()
    assert "Reef" in text_of(admin, "/o/acme/people/units/")


def test_progress_comes_by_itself_while_it_runs_and_no_longer(scene: Scene, admin: Client) -> None:
    run = a_run(scene.acme)
    sent(admin, page_of(run, "columns/"), COLUMNS)
    assert 'hx-trigger="every 1s"' in text_of(admin, page_of(run), **HTMX)
    assert 'hx-trigger="every 2s"' in text_of(admin, IMPORTS, **HTMX)
    worked_off(scene)
    assert "every 1s" not in text_of(admin, page_of(run), **HTMX)
    assert "every 2s" not in text_of(admin, IMPORTS, **HTMX)


def test_a_name_is_matched_and_remembered(scene: Scene, admin: Client) -> None:
    send(scene.acme, "products", {"external_id": "GTX Pro", "name": "GTX Pro"})
    send(
        scene.acme,
        "deals",
        {"external_id": "7", "product": "GTXPro"},
        {"external_id": "8", "product": "Abacus"},
    )
    page = text_of(admin, f"{IMPORTS}matches/")
    assert "GTX Pro</button>" in page
    assert "Abacus" in page.partition("Not here yet")[2]
    with acting_for(scene.acme.pk):
        product = Product.objects.get()
    data = {"kind": "products", "source": "crm", "reference": "GTXPro", "record": product.pk}
    assert "Matched: 1 record filled in." in text_after(admin, data)
    send(scene.acme, "deals", {"external_id": "9", "product": "GTXPro"})
    with acting_for(scene.acme.pk):
        assert Deal.objects.filter(product=product).count() == 2


def test_an_import_that_speaks_of_strangers_leads_to_where_they_are_named(
    scene: Scene, admin: Client
) -> None:
    run = a_run(scene.acme, "id,product\n1,GTXPro\n")
    sent(admin, page_of(run, "columns/"), {"column.external_id": "id", "column.product": "product"})
    worked_off(scene)
    matches = f'href="{IMPORTS}matches/"'
    assert "whose product is not known here yet" in text_of(admin, page_of(run))
    assert matches not in text_of(admin, page_of(run))
    sent(admin, page_of(run, "apply/"), {})
    worked_off(scene)
    assert matches in text_of(admin, page_of(run))


def test_only_columns_that_a_kind_needs_are_marked(scene: Scene, admin: Client) -> None:
    needed = '<span class="tone-bad" aria-hidden="true">*</span>'
    assert needed in text_of(admin, page_of(a_run(scene.acme), "columns/"))
    people = a_run(scene.acme, "name\nDora\n", kind="roster")
    assert needed not in text_of(admin, page_of(people, "columns/"))


def text_after(admin: Client, data: dict[str, Any]) -> str:
    return admin.post(f"{IMPORTS}matches/settle/", data, follow=True).content.decode()


def test_a_name_that_is_none_of_ours_is_not_offered_again(scene: Scene, admin: Client) -> None:
    send(scene.acme, "products", {"external_id": "GTX Pro", "name": "GTX Pro"})
    send(scene.acme, "deals", {"external_id": "7", "product": "GTXPro"})
    text_after(admin, {"kind": "products", "source": "crm", "reference": "GTXPro"})
    page = text_of(admin, f"{IMPORTS}matches/")
    assert "GTX Pro</button>" not in page
    assert "GTXPro" in page.partition("Not here yet")[2]


def test_a_record_of_another_organisation_is_no_match(scene: Scene, admin: Client) -> None:
    send(scene.world.other, "products", {"external_id": "GTX Pro", "name": "GTX Pro"})
    send(scene.acme, "deals", {"external_id": "7", "product": "GTXPro"})
    with acting_for(scene.world.other.pk):
        theirs = Product.objects.get()
    data = {"kind": "products", "source": "crm", "reference": "GTXPro", "record": theirs.pk}
    assert admin.post(f"{IMPORTS}matches/settle/", data).status_code == 404
    with acting_for(scene.acme.pk):
        assert UnresolvedReference.objects.filter(reference="GTXPro").exists()


def test_an_organisation_without_imports_is_told_how_to_begin(scene: Scene, admin: Client) -> None:
    with acting_for(scene.acme.pk):
        run = ImportRun.objects.get()
    sent(admin, page_of(run, "discard/"), {})
    assert "Start with the people and their units" in text_of(admin, IMPORTS)
    assert "Everything is matched" in text_of(admin, f"{IMPORTS}matches/")


def test_three_imports_ask_no_more_than_one(
    scene: Scene, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    admin.get(IMPORTS)
    with django_assert_num_queries(14):
        admin.get(IMPORTS)
    for _ in range(2):
        a_run(scene.acme)
    with django_assert_num_queries(14):
        admin.get(IMPORTS)
