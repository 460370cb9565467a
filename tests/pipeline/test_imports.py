"""Files come in chunk by chunk: tried, applied, interrupted, refused in part, and taken back as a whole."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.choices import ImportState
from pipeline.models import Customer, Deal, ImportChange, ImportChunk, ImportRun, Product, Stage
from pipeline.selectors import get_run, left_rows, rejections_of, run_state
from pipeline.services import imports
from pipeline.services.chunks import Reading
from pipeline.services.imports import choose_mapping, import_file, preview, receive_file, start_import
from pipeline.services.mappings import (
    fields_of,
    guess_mapping,
    guess_preset,
    importable_kinds,
    named_mapping,
    presets,
    save_mapping,
)
from pipeline.services.trail import Trail
from pipeline.services.undo import undo_import
from salestargets.accounts.models import User
from salestargets.accounts.services import choose_language
from salestargets.ingest import upsert
from salestargets.ingest.mapping import read_mapping
from salestargets.jobs.models import Job, JobState
from salestargets.jobs.services import work_one_step
from salestargets.kernel.errors import DomainError, Forbidden, NotFound
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Unit, UnitPlacement
from tests.builders import NOON, a_member, acting_as, an_organisation
from tests.lasting import lasting
from tests.pipeline.builders import rows_of, send, within

pytestmark = pytest.mark.django_db


@lasting
def acme() -> Organisation:
    other = an_organisation("other")
    send(other, "deals", {"external_id": "1", "name": "Theirs", "amount": "5"})
    return an_organisation("acme")


DEALS = "id,title,amount,status,close date\n1,One,10,won,2026-05-01\n2,Two,x,open,\n3,Three,30,open,\n"


def upload(organisation: Organisation, text: str = DEALS, kind: str = "deals", **options: Any) -> ImportRun:
    with within(organisation) as actor:
        content = io.BytesIO(text.encode())
        return import_file(actor, kind=kind, file_name="file.csv", content=content, at=NOON, **options)


def worked_off(organisation: Organisation, run: ImportRun, steps: int = 100) -> ImportRun:
    for _ in range(steps):
        if not work_one_step(organisation.pk, at=NOON):
            break
    with acting_for(organisation.pk):
        run.refresh_from_db()
    return run


def told(run: ImportRun) -> tuple[str, int, int, int, int]:
    return run.state, run.created, run.updated, run.unchanged, run.rejected


def undone(organisation: Organisation, run: ImportRun) -> ImportRun:
    with within(organisation) as actor:
        undo_import(actor, run=run, at=NOON)
    return worked_off(organisation, run)


def deals_of(organisation: Organisation) -> dict[str, int | None]:
    with acting_for(organisation.pk):
        live = Deal.objects.filter(deleted_at=None)
        return dict(live.order_by("external_id").values_list("external_id", "amount_minor"))


def test_a_file_lands_with_what_is_bad_named_by_its_row(acme):
    run = worked_off(acme, upload(acme))
    assert told(run) == (ImportState.DONE, 2, 0, 0, 1)
    assert deals_of(acme) == {"1": 1000, "3": 3000}
    with within(acme):
        (rejected,) = rejections_of(run)
        assert (rejected.row, rejected.values) == (3, ["2", "Two", "x", "open"])
        assert list(rejected.errors) == ["amount"]
        assert not ImportChunk.objects.exists()


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Enter a number in plain digits, for example “1200.50”."),
        ("zh-hans", "请填写普通数字，例如“1200.50”。"),
    ],
)
def test_what_is_bad_is_told_in_the_language_of_who_sent_the_file(acme, language, says):
    user = a_member(acme, "who-sends@acme.example", Role.ADMIN)
    choose_language(user, language=language)
    actor = acting_as(acme, User.objects.get(pk=user.pk))
    with acting_for(acme.pk):
        content = io.BytesIO(DEALS.encode())
        run = import_file(actor, kind="deals", file_name="file.csv", content=content, at=NOON)
    with within(acme):
        (rejected,) = rejections_of(worked_off(acme, run))
        assert rejected.errors == {"amount": [says]}


def test_a_dry_run_counts_the_same_and_can_then_be_applied(acme):
    run = worked_off(acme, upload(acme, dry_run=True))
    assert told(run) == (ImportState.CHECKED, 2, 0, 0, 1)
    assert deals_of(acme) == {}
    with within(acme) as actor:
        assert not ImportChange.objects.exists()
        start_import(actor, run=run, dry_run=False, at=NOON)
    assert told(worked_off(acme, run)) == (ImportState.DONE, 2, 0, 0, 1)
    assert deals_of(acme) == {"1": 1000, "3": 3000}


def test_the_second_import_of_a_file_changes_nothing(acme):
    worked_off(acme, upload(acme))
    run = worked_off(acme, upload(acme))
    assert told(run) == (ImportState.DONE, 0, 0, 2, 1)
    with within(acme):
        assert not ImportChange.objects.filter(run=run).exists()


def test_a_row_that_the_file_repeats_counts_once_tried_or_applied(acme):
    text = "id,title\n" + "".join(f"{n % 10_500},Title {n}\n" for n in range(11_000))
    tried = worked_off(acme, upload(acme, text, dry_run=True))
    assert (told(tried), tried.remarks) == ((ImportState.CHECKED, 10_500, 0, 0, 0), {"repeated": 500})
    applied = worked_off(acme, upload(acme, text))
    assert (told(applied), applied.remarks) == ((ImportState.DONE, 10_500, 0, 0, 0), tried.remarks)
    with within(acme):
        assert Deal.objects.get(external_id="1").name == "Title 10501"


def rows(count: int) -> str:
    return "id,title,amount\n" + "".join(f"{n},Deal {n},{n}\n" for n in range(count))


def test_a_large_file_comes_in_chunks_each_with_its_position(acme):
    run = upload(acme, rows(21_000))
    seen = []
    while work_one_step(acme.pk, at=NOON):
        with within(acme):
            run.refresh_from_db()
            seen.append((run.rows_done, Deal.objects.count(), Job.objects.get(pk=run.job_id).done))
    assert seen == [(10_000,) * 3, (20_000,) * 3, (21_000,) * 3]


#: Chunk by chunk: what has just been done when the worker is killed.
PHASES = [
    [(imports._Work, "find_repeated"), (Reading, "read"), (upsert, "stage")],
    [(upsert, "merge"), (Trail, "write")],
    [(imports._Work, "_count"), (ImportRun, "save")],
]


def test_an_import_that_is_killed_in_any_phase_goes_on_with_nothing_lost_or_doubled(acme, monkeypatch):
    run = upload(acme, rows(20_500))
    for chunk, phases in enumerate(PHASES):
        for owner, name in phases:
            with monkeypatch.context() as patch:
                patch.setattr(owner, name, killed_after(getattr(owner, name)))
                work_one_step(acme.pk, at=NOON)
            with within(acme):
                assert Deal.objects.count() == 10_000 * chunk
                Job.objects.update(next_at=NOON)
        work_one_step(acme.pk, at=NOON)
    assert told(worked_off(acme, run)) == (ImportState.DONE, 20_500, 0, 0, 0)
    assert deals_of(acme) == {str(n): 100 * n for n in range(20_500)}
    undone(acme, run)
    assert deals_of(acme) == {}


def killed_after(done: Callable[..., Any]) -> Callable[..., Any]:
    def act(*args: Any, **kwargs: Any) -> None:
        done(*args, **kwargs)
        raise RuntimeError("killed")

    return act


def test_a_rule_broken_on_the_way_fails_the_run_and_says_why(acme):
    run = upload(acme)
    with within(acme):
        ImportRun.objects.filter(pk=run.pk).update(mapping={"columns": {"external_id": "gone"}})
    run = worked_off(acme, run)
    assert (run.state, run.error) == (ImportState.FAILED, "The file has no column “gone”.")
    with within(acme) as actor:
        assert Job.objects.get(pk=run.job_id).state == JobState.DONE
        mapping = read_mapping({"columns": {"external_id": "id"}}, fields=fields_of("deals"))
        choose_mapping(actor, run=run, mapping=mapping)
        start_import(actor, run=run, dry_run=False, at=NOON)
    assert told(worked_off(acme, run)) == (ImportState.DONE, 3, 0, 0, 0)


def test_a_run_whose_worker_died_for_good_has_failed_and_can_be_started_again(acme, monkeypatch):
    run = upload(acme)

    def killed(self: object) -> None:
        raise RuntimeError("the worker is gone")

    with monkeypatch.context() as patch:
        patch.setattr(imports._Work, "find_repeated", killed)
        for _ in range(7):
            work_one_step(acme.pk, at=NOON)
            with within(acme):
                Job.objects.update(next_at=NOON)
    with within(acme) as actor:
        run = get_run(actor, run.pk)
        assert (run.state, run_state(run)) == (ImportState.QUEUED, ImportState.FAILED)
        start_import(actor, run=run, dry_run=False, at=NOON)
    assert told(worked_off(acme, run)) == (ImportState.DONE, 2, 0, 0, 1)


def test_a_run_starts_once(acme):
    run = upload(acme)
    with within(acme) as actor, pytest.raises(DomainError) as refused:
        start_import(actor, run=run, dry_run=False, at=NOON)
    assert refused.value.code == "started"


def test_the_preview_shows_the_first_rows_as_they_will_be_read(acme):
    with within(acme) as actor:
        content = io.BytesIO(DEALS.encode())
        run = receive_file(actor, kind="deals", source="crm", file_name="f.csv", content=content, at=NOON)
        first, second, _third = preview(actor, run=run, at=NOON)
    assert (run.state, run.rows_total) == (ImportState.MAPPING, 3)
    assert first.record == {
        "external_id": "1",
        "name": "One",
        "amount": "10",
        "status": "won",
        "closed_on": "2026-05-01",
    }
    assert first.errors == {}
    assert list(second.errors) == ["amount"]


def test_a_file_without_an_id_for_its_records_is_refused(acme):
    with pytest.raises(DomainError) as refused:
        upload(acme, "amount,status\n1,open\n")
    assert refused.value.field == "mapping.columns.external_id"


def test_who_may_only_read_imports_nothing(acme):
    reader_ = Actor(organisation=acme, scopes=frozenset({Scope.READ}), name="reader")
    with acting_for(acme.pk), pytest.raises(Forbidden):
        import_file(reader_, kind="deals", file_name="f.csv", content=io.BytesIO(b"id\n1\n"), at=NOON)
    with within(acme):
        assert not ImportRun.objects.exists()


# --- mappings


def test_a_mapping_is_saved_by_name_and_used_again(acme):
    with within(acme) as actor:
        mapping = read_mapping({"columns": {"external_id": "nr"}}, fields=fields_of("customers"))
        save_mapping(actor, name="Ours", kind="customers", mapping=mapping)
    run = worked_off(acme, upload(acme, "nr,name\nC1,Acme\n", "customers", mapping="Ours"))
    assert told(run) == (ImportState.DONE, 1, 0, 0, 0)
    with within(acme):
        assert Customer.objects.get().name == "C1"
        with pytest.raises(NotFound):
            named_mapping("Ours", kind="deals", header=["nr"])


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.name)
def test_a_known_export_is_recognised_by_each_of_its_headers(preset):
    for signature in preset.signatures:
        header = sorted(signature)
        assert guess_preset(header) == preset
        mapping = preset.for_header(header)
        assert {column for columns in mapping.columns.values() for column in columns} <= signature


@pytest.mark.parametrize("kind", importable_kinds())
def test_a_file_with_the_names_of_our_own_fields_needs_no_mapping(kind):
    names = [name for name in fields_of(kind) if name != "external_id"]
    mapping = guess_mapping(kind, ["external_id", *names])
    assert mapping.columns == {name: (name,) for name in ["external_id", *names]}


def test_columns_are_guessed_in_both_languages():
    english = guess_mapping("customers", ["Account Name", "Industry"])
    chinese = guess_mapping("customers", ["客户名称", "行业"])
    assert english.columns == {
        "name": ("Account Name",),
        "industry": ("Industry",),
        "external_id": ("Account Name",),
    }
    assert chinese.columns == {"name": ("客户名称",), "industry": ("行业",), "external_id": ("客户名称",)}


def test_a_salesforce_export_lands(acme):
    text = (
        "Opportunity ID,Opportunity Name,Stage,Amount,Close Date,Created Date,Account Name\n"
        '006A,Big,Closed Won,"1,200.50",2026-05-01,2026-01-01,Acme\n'
        "006B,Small,Negotiation,300,2026-08-01,2026-02-01,Acme\n"
    )
    run = worked_off(acme, upload(acme, text))
    assert (run.source, told(run)) == ("salesforce", (ImportState.DONE, 2, 0, 0, 0))
    stored = "SELECT status, amount_minor, closed_on::text, expected_close_on::text FROM pipeline_deal"
    assert rows_of(acme, f"{stored} ORDER BY external_id") == [
        ("won", 120050, "2026-05-01", "2026-05-01"),
        ("open", 30000, None, "2026-08-01"),
    ]


# --- undo


def test_undoing_an_import_takes_back_all_it_did(acme):
    send(acme, "deals", {"external_id": "1", "name": "Before", "amount": "5"}, source="file")
    send(acme, "people", {"external_id": "E1"})
    send(acme, "deals", {"external_id": "1", "shares": [{"person": "E1", "percent": "100"}]}, source="file")
    stored = "SELECT name, amount_minor, base_minor, status, closed_on, is_shared FROM pipeline_deal"
    before = rows_of(acme, stored)
    run = worked_off(acme, upload(acme))
    assert told(run) == (ImportState.DONE, 1, 1, 0, 1)
    assert deals_of(acme) == {"1": 1000, "3": 3000}
    run = undone(acme, run)
    assert run.state == ImportState.UNDONE
    assert rows_of(acme, stored) == before
    assert rows_of(acme, "SELECT base_minor FROM pipeline_creditshare") == [(500,)]
    with within(acme):
        assert not left_rows(run).exists()


def test_a_deal_that_a_step_changed_twice_is_as_it_stood_before_the_first(acme):
    send(acme, "deals", {"external_id": "1", "name": "First", "product": "P1"}, source="file")
    send(acme, "deals", {"external_id": "1", "name": "Second"}, source="file")
    send(acme, "products", {"external_id": "P1"}, source="file")  # is filled in, and no new version
    stored = "SELECT name, product_id, amount_minor FROM pipeline_deal"
    before = rows_of(acme, stored)
    mapping = (
        '{"columns": {"external_id": "id", "product": "product"},'
        ' "records": {"deals": [{"external_id": "1", "name": "Third", "amount": "5"}]}}'
    )
    run = worked_off(acme, upload(acme, "id,product\n1,\n", mapping=mapping))
    assert rows_of(acme, stored) == [("Third", None, 500)]
    undone(acme, run)
    assert rows_of(acme, stored) == before
    assert before[0][1] is not None


def test_undoing_leaves_and_lists_what_others_changed_since(acme):
    run = worked_off(acme, upload(acme))
    send(acme, "deals", {"external_id": "3", "amount": "31"}, source="file")
    run = undone(acme, run)
    assert deals_of(acme) == {"3": 3100}
    with within(acme):
        assert list(left_rows(run).values_list("kind", "left")) == [("deals", "changed")]


def test_a_reference_that_was_resolved_since_is_no_reason_to_leave_a_record(acme):
    run = worked_off(acme, upload(acme, "id,product\n1,P1\n"))
    send(acme, "products", {"external_id": "P1"})
    with within(acme):
        assert Deal.objects.get().product == Product.objects.get()
    undone(acme, run)
    assert deals_of(acme) == {}


def test_undoing_leaves_and_lists_what_is_in_use(acme):
    run = worked_off(acme, upload(acme, "id,name\nC1,One\nC2,Two\n", "customers"))
    send(acme, "deals", {"external_id": "A1", "customer": "C1"}, source="file")
    run = undone(acme, run)
    with within(acme):
        assert list(Customer.objects.values_list("external_id", flat=True)) == ["C1"]
        assert list(left_rows(run).values_list("kind", "left")) == [("customers", "in_use")]


def test_a_unit_that_an_import_moved_hangs_where_it_was(acme):
    send(acme, "units", {"external_id": "E"}, {"external_id": "W"}, source="file")
    send(acme, "units", {"external_id": "N", "parent": "E"}, source="file")
    places = (
        "SELECT unit_id, parent_id, starts_on, ends_on FROM tenancy_unitplacement ORDER BY unit_id, starts_on"
    )
    closure = (
        "SELECT ancestor_id, descendant_id, starts_on, ends_on FROM tenancy_unitclosure ORDER BY 1, 2, 3"
    )
    before = rows_of(acme, places), rows_of(acme, closure)
    moving = "id,parent,from\nN,W,2026-04-01\nS,N,2026-04-01\n"
    run = worked_off(acme, upload(acme, moving, "units"))
    assert told(run) == (ImportState.DONE, 1, 1, 0, 0)
    undone(acme, run)
    assert (rows_of(acme, places), rows_of(acme, closure)) == before
    with within(acme):
        assert not Unit.objects.filter(external_id="S").exists()
        assert UnitPlacement.objects.count() == 4


def test_rates_that_are_taken_back_price_the_deals_anew(acme):
    send(acme, "deals", {"external_id": "A1", "amount": "100", "currency": "EUR"})
    run = worked_off(acme, upload(acme, "id,currency,date,rate\n1,EUR,2026-01-01,1.1\n", "exchange-rates"))
    assert rows_of(acme, "SELECT base_minor FROM pipeline_deal") == [(11000,)]
    undone(acme, run)
    assert rows_of(acme, "SELECT base_minor FROM pipeline_deal") == [(None,)]


def test_only_an_import_that_has_run_can_be_undone(acme):
    tried = worked_off(acme, upload(acme, dry_run=True))
    waiting = upload(acme)
    for run in (tried, waiting):
        with within(acme) as actor, pytest.raises(DomainError) as refused:
            undo_import(actor, run=run, at=NOON)
        assert refused.value.code == "not_done"


def test_what_a_mapping_needs_comes_along_and_goes_again(acme):
    mapping = (
        '{"columns": {"external_id": "id", "stage": "step"},'
        ' "records": {"stages": [{"external_id": "S1", "name": "First", "position": "1"}]}}'
    )
    tried = worked_off(acme, upload(acme, "id,step\n1,S1\n", mapping=mapping, dry_run=True))
    assert "unresolved_stage" not in tried.remarks
    run = worked_off(acme, upload(acme, "id,step\n1,S1\n", mapping=mapping))
    with within(acme):
        assert Deal.objects.get().stage == Stage.objects.get()
    undone(acme, run)
    with within(acme):
        assert not Stage.objects.exists()
