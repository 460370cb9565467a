"""Records speak of others that are not here yet; nothing is guessed, everything is remembered."""

from datetime import date

import pytest

from pipeline.models import Alias, CreditShare, Deal, UnresolvedReference
from pipeline.services.matching import accept_match, dismiss_match, suggest_matches
from pipeline.services.records import delete_record
from salestargets.kernel.errors import Forbidden, NotFound
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, UnitPlacement
from tests.builders import NOON, an_organisation
from tests.lasting import lasting
from tests.pipeline.builders import counts, rows_of, send, within

pytestmark = pytest.mark.django_db


@lasting
def other() -> Organisation:
    organisation = an_organisation("other")
    send(organisation, "products", {"external_id": "GTX Pro"}, {"external_id": "P1"})
    send(organisation, "people", {"external_id": "E7"})
    return organisation


@lasting
def acme(other: Organisation) -> Organisation:
    return an_organisation("acme")


def product_of(organisation: Organisation, deal: str = "A1") -> str | None:
    with acting_for(organisation.pk):
        return Deal.objects.values_list("product__name", flat=True).get(external_id=deal)


def waiting(organisation: Organisation) -> list[tuple[str, str, str]]:
    with acting_for(organisation.pk):
        rows = UnresolvedReference.objects.order_by("id")
        return list(rows.values_list("field", "source", "reference"))


def test_a_reference_waits_and_is_filled_when_the_record_arrives(acme):
    outcome = send(
        acme, "deals", {"external_id": "A1", "product": "P1"}, {"external_id": "A2", "product": "P1"}
    )
    assert outcome.remarks["unresolved_product"] == 2
    assert waiting(acme) == [("product", "crm", "P1")] * 2
    send(acme, "products", {"external_id": "P1", "name": "Pump"})
    assert (product_of(acme), product_of(acme, "A2")) == ("Pump", "Pump")
    assert waiting(acme) == []


def test_the_same_source_comes_before_any_other(acme):
    send(acme, "products", {"external_id": "P1", "name": "From ERP"}, source="erp")
    send(acme, "deals", {"external_id": "A1", "product": "P1"})
    assert product_of(acme) == "From ERP"
    send(acme, "products", {"external_id": "P1", "name": "From CRM"})
    send(acme, "deals", {"external_id": "A2", "product": "P1"})
    assert (product_of(acme), product_of(acme, "A2")) == ("From ERP", "From CRM")


def test_two_other_sources_with_the_same_id_are_not_chosen_between(acme):
    send(acme, "products", {"external_id": "P1"}, source="erp")
    send(acme, "products", {"external_id": "P1"}, source="shop")
    send(acme, "deals", {"external_id": "A1", "product": "P1"})
    assert product_of(acme) is None
    assert waiting(acme) == [("product", "crm", "P1")]


def test_what_a_record_says_anew_replaces_what_waited(acme):
    send(acme, "deals", {"external_id": "A1", "product": "P1", "customer": "C1"})
    send(acme, "deals", {"external_id": "A1", "product": "P2"})
    assert waiting(acme) == [("customer", "crm", "C1"), ("product", "crm", "P2")]
    send(acme, "deals", {"external_id": "A1", "product": None, "customer": None})
    assert waiting(acme) == []


def test_what_a_deleted_record_waited_for_is_forgotten(acme):
    send(acme, "deals", {"external_id": "A1", "product": "P1"})
    with within(acme) as actor:
        delete_record(actor, kind="deals", record_id=Deal.objects.get().pk, at=NOON)
    assert waiting(acme) == []


def test_a_share_waits_for_its_person_and_is_then_credited(acme):
    send(acme, "people", {"external_id": "E1"})
    shares = [{"person": "E1", "percent": "50"}, {"person": "E7", "percent": "50"}]
    deal = {"external_id": "A1", "amount": "0.05", "shares": shares}
    assert counts(send(acme, "deals", deal)) == (1, 0, 0, 0)
    amounts = "SELECT base_minor FROM pipeline_creditshare ORDER BY person_id"
    assert rows_of(acme, amounts) == [(2,)]
    assert counts(send(acme, "deals", deal)) == (0, 0, 1, 0)
    send(acme, "people", {"external_id": "E7"})
    assert rows_of(acme, amounts) == [(3,), (2,)]
    assert waiting(acme) == []
    assert counts(send(acme, "deals", deal)) == (0, 0, 1, 0)


def test_a_stage_that_is_entered_twice_waits_twice(acme):
    history = [{"stage": "S", "entered_at": f"2026-05-0{day}T00:00:00Z"} for day in (1, 2)]
    send(acme, "deals", {"external_id": "A1", "stage_history": history})
    send(acme, "stages", {"external_id": "S"})
    assert rows_of(acme, "SELECT entered_at::date FROM pipeline_stageentry ORDER BY 1") == [
        (date(2026, 5, 1),),
        (date(2026, 5, 2),),
    ]


def test_a_unit_hangs_below_the_root_until_its_parent_arrives(acme):
    send(acme, "units", {"external_id": "N", "parent": "E"})
    assert waiting(acme) == [("parent", "crm", "E")]
    send(acme, "units", {"external_id": "E"})
    with within(acme):
        placement = UnitPlacement.objects.select_related("parent").get(unit__external_id="N")
        assert (placement.parent.external_id, placement.starts_on) == ("E", date(2000, 1, 1))
    assert waiting(acme) == []


def suggested(organisation: Organisation) -> list[tuple[str, int, list[str]]]:
    with within(organisation) as actor:
        return [
            (match.reference, match.records, [candidate.name for candidate in match.candidates])
            for match in suggest_matches(actor)
        ]


@lasting
def misspelt(acme: Organisation) -> Organisation:
    send(acme, "products", {"external_id": "GTX Pro"}, {"external_id": "GTX Basic"}, {"external_id": "MG"})
    send(acme, "deals", *({"external_id": f"A{n}", "product": "GTXPro"} for n in range(3)))
    send(
        acme, "deals", {"external_id": "B1", "product": "GTX pro."}, {"external_id": "B2", "product": "Anvil"}
    )
    return acme


def test_names_that_are_nearly_the_same_are_offered_and_never_merged_by_themselves(misspelt):
    assert suggested(misspelt) == [("GTXPro", 3, ["GTX Pro"]), ("GTX pro.", 1, ["GTX Pro"])]
    assert product_of(misspelt, "A0") is None


def test_an_accepted_match_fills_in_what_waits_and_is_remembered(misspelt, other):
    with within(misspelt) as actor:
        pro = Deal._meta.get_field("product").related_model.objects.get(name="GTX Pro").pk
        resolved = accept_match(
            actor, kind="products", source="crm", reference="GTXPro", record_id=pro, at=NOON
        )
    assert resolved == 3
    assert product_of(misspelt, "A0") == "GTX Pro"
    assert suggested(misspelt) == [("GTX pro.", 1, ["GTX Pro"])]
    outcome = send(misspelt, "deals", {"external_id": "A9", "product": "GTXPro"})
    assert outcome.remarks["unresolved_product"] == 0
    assert product_of(misspelt, "A9") == "GTX Pro"
    assert rows_of(misspelt, "SELECT pgh_label, pgh_context ->> 'reason' FROM pipeline_aliasevent") == [
        ("insert", "match accepted")
    ]
    with within(other):
        assert not Alias.objects.exists()


def test_an_accepted_match_counts_for_its_source_only(misspelt):
    with within(misspelt) as actor:
        pro = Deal._meta.get_field("product").related_model.objects.get(name="GTX Pro").pk
        accept_match(actor, kind="products", source="crm", reference="GTXPro", record_id=pro, at=NOON)
    send(misspelt, "deals", {"external_id": "A1", "product": "GTXPro"}, source="erp")
    assert ("product", "erp", "GTXPro") in waiting(misspelt)


def test_a_dismissed_match_is_not_offered_again(misspelt):
    with within(misspelt) as actor:
        dismiss_match(actor, kind="products", source="crm", reference="GTXPro")
    assert suggested(misspelt) == [("GTX pro.", 1, ["GTX Pro"])]
    assert ("product", "crm", "GTXPro") in waiting(misspelt)


def test_people_are_found_by_their_name_where_the_source_knows_no_id(acme):
    send(acme, "people", {"external_id": "E7", "name": "Ann Lee"}, source="hr")
    send(acme, "deals", {"external_id": "A1", "owner": "Ann Lee"})
    assert suggested(acme) == [("Ann Lee", 1, ["Ann Lee"])]


def test_another_organisations_record_cannot_be_meant(misspelt, other):
    with within(other):
        theirs = Deal._meta.get_field("product").related_model.objects.get(name="P1").pk
    with within(misspelt) as actor, pytest.raises(NotFound):
        accept_match(actor, kind="products", source="crm", reference="GTXPro", record_id=theirs, at=NOON)
    with within(misspelt):
        assert not Alias.objects.exists()


def test_an_alias_of_a_record_that_is_gone_means_nothing(acme):
    send(acme, "channels", {"external_id": "Web"})
    send(acme, "deals", {"external_id": "A1", "channel": "web!"})
    with within(acme) as actor:
        channel = Deal._meta.get_field("channel").related_model.objects.get().pk
        accept_match(actor, kind="channels", source="crm", reference="web!", record_id=channel, at=NOON)
        Deal.objects.update(channel=None)
        delete_record(actor, kind="channels", record_id=channel, at=NOON)
    outcome = send(acme, "deals", {"external_id": "A2", "channel": "web!"})
    assert counts(outcome) == (1, 0, 0, 0)
    assert outcome.remarks["unresolved_channel"] == 1


def test_who_may_only_read_is_offered_nothing(misspelt):
    reader = Actor(organisation=misspelt, scopes=frozenset({Scope.READ}), name="reader")
    with acting_for(misspelt.pk), pytest.raises(Forbidden):
        suggest_matches(reader)


def test_shares_of_two_names_for_one_person_are_refused(acme):
    send(acme, "people", {"external_id": "E1", "name": "Ann"})
    send(acme, "deals", {"external_id": "A0", "owner": "Annie"})
    with within(acme) as actor:
        ann = Deal._meta.get_field("owner").related_model.objects.get().pk
        accept_match(actor, kind="people", source="crm", reference="Annie", record_id=ann, at=NOON)
    shares = [{"person": "E1", "percent": "50"}, {"person": "Annie", "percent": "50"}]
    outcome = send(acme, "deals", {"external_id": "A1", "shares": shares})
    assert [dict(one.errors) for one in outcome.rejected] == [
        {"shares": ["The same row is given twice. Keep one of them."]}
    ]
    with within(acme):
        assert not CreditShare.objects.exists()
