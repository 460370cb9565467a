"""Files over REST: sent, worked off in the background, asked after, taken back."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from pipeline.models import Deal, ImportRun
from salestargets.jobs.services import work_one_step
from tests.api.clients import Api, an_integration
from tests.builders import World, a_world
from tests.lasting import lasting
from tests.pipeline.builders import send, within
from tests.pipeline.test_imports import DEALS, upload, worked_off

pytestmark = pytest.mark.django_db

API = "/api/v1/imports"


@lasting
def world() -> World:
    world = a_world()
    send(world.other, "deals", {"external_id": "1", "name": "Theirs"})
    return world


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


def work_off(world: World) -> None:
    while work_one_step(world.acme.pk, at=timezone.now()):
        pass


def post(api: Api, content: bytes | str = DEALS, **fields: str):
    body = content.encode() if isinstance(content, str) else content
    return api.post(f"{API}/", {"file": SimpleUploadedFile("deals.csv", body), "kind": "deals", **fields})


def test_a_file_is_taken_worked_off_and_asked_after(world, api):
    answer = post(api, source="crm")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    work_off(world)
    run = api.get(f"{API}/{answer.json()['id']}/").json()
    assert (run["state"], run["rows_done"], run["created"], run["rejected"]) == ("done", 3, 2, 1)
    assert api.get(f"{API}/?kind=deals").json()["results"] == [run]
    assert run["mapping"]["columns"]["name"] == "title"


def test_the_rejected_rows_come_as_a_file_with_the_reason(world, api):
    number = post(api, "id,title,amount\n1,=1+1,x\n").json()["id"]
    work_off(world)
    answer = api.get(f"{API}/{number}/rejected/")
    header, row = csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines())
    assert header == ["Row", "Reason", "id", "title", "amount"]
    assert row[1].startswith("amount: Enter a number in plain digits")
    assert [row[0], *row[2:]] == ["2", "1", "'=1+1", "x"]
    xlsx = api.get(f"{API}/{number}/rejected/?format=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(xlsx.streaming_content))).active
    assert [cell.value for cell in sheet[2]][2:] == ["1", "'=1+1", "x"]


def test_a_dry_run_is_looked_at_and_then_applied(world, api):
    number = post(api, dry_run="true").json()["id"]
    assert api.get(f"{API}/{number}/preview/").json()["results"][0]["record"]["name"] == "One"
    work_off(world)
    assert api.get(f"{API}/{number}/").json()["state"] == "checked"
    assert api.send("post", f"{API}/{number}/start/", {}).status_code == 202
    work_off(world)
    assert api.get(f"{API}/{number}/").json()["state"] == "done"


def test_an_import_is_undone_and_what_is_left_is_listed(world, api):
    run = worked_off(world.acme, upload(world.acme))
    send(world.acme, "deals", {"external_id": "3", "amount": "31"}, source="file")
    assert api.send("post", f"{API}/{run.pk}/undo/").status_code == 202
    work_off(world)
    assert api.get(f"{API}/{run.pk}/").json()["state"] == "undone"
    (left,) = api.get(f"{API}/{run.pk}/left/").json()["results"]
    with within(world.acme):
        assert (left["kind"], left["left"], left["record_id"]) == ("deals", "changed", Deal.objects.get().pk)


def test_a_mapping_is_sent_as_json_and_kept(api):
    answer = post(
        api,
        "nr;wert\n1;1.200,50\n",
        mapping='{"columns": {"external_id": "nr", "amount": "wert"}, "decimal_mark": ","}',
        save_as="German",
    )
    assert answer.status_code == 202
    (saved,) = api.get("/api/v1/import-mappings/").json()["results"]
    assert (saved["name"], saved["kind"], saved["mapping"]["decimal_mark"]) == ("German", "deals", ",")


@pytest.mark.parametrize(
    ("content", "fields", "code"),
    [
        (b"", {}, "empty"),
        (b"PK\x03\x04nonsense", {}, "broken_xlsx"),
        (b"a\n\xff\xff\n", {}, "encoding"),
        (b"amount\n1\n", {}, "invalid_mapping"),
        (DEALS, {"mapping": "{"}, "invalid_json"),
        (DEALS, {"mapping": '{"columns": {"external_id": "nr"}}'}, "invalid_mapping"),
        (DEALS, {"kind": "planets"}, "invalid_body"),
        (DEALS, {"colour": "red"}, "invalid_body"),
        (DEALS, {"dry_run": "perhaps"}, "invalid_body"),
        (DEALS, {"source": "a\x00b"}, "invalid_body"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_and_nothing_is_kept(world, api, content, fields, code):
    answer = post(api, content, **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    with within(world.acme):
        assert not ImportRun.objects.exists()


def test_a_mapping_of_no_name_is_not_found(api):
    assert post(api, mapping="unheard-of").status_code == 404


def test_without_a_file_there_is_nothing_to_import(api):
    answer = api.post(f"{API}/", {"kind": "deals"})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"file": ["Send a file."]})
    assert api.post(f"{API}/", b"{}", content_type="application/json").status_code == 415


def test_another_organisations_import_does_not_exist(world, api):
    theirs = upload(world.other, "id\n1\n").pk
    for method, path in (
        ("get", ""),
        ("get", "preview/"),
        ("get", "rejected/"),
        ("get", "left/"),
        ("post", "start/"),
        ("post", "undo/"),
    ):
        body = {} if method == "post" else None
        answers = [api.send(method, f"{API}/{pk}/{path}", body) for pk in (theirs, 10**12)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
