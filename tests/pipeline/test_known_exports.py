"""The exports of the CRMs that people come from: a small file of each lands as it is meant."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from pipeline.services.mappings import fields_of, guess_preset, presets
from salestargets.ingest.batch import read_rows
from salestargets.ingest.cells import Habits
from salestargets.ingest.kinds import Call, get_kind
from salestargets.ingest.mapping import mapper

CALL = Call(
    organisation_id=1,
    currency="CNY",
    source="x",
    today=date(2026, 6, 1),
    at=datetime(2026, 6, 1, tzinfo=UTC),
    zone=UTC,
)

#: Mapping → (a file, its first record as it is read).
EXPORTS = {
    "salesforce-customers": (
        "Account ID,Account Name,Account Owner,Industry,Billing Country\n001,Acme,Al,Energy,France\n",
        {"external_id": "001", "name": "Acme", "owner": "Al", "industry": "Energy", "country": "France"},
    ),
    "salesforce-products": (
        "Id,Name,ProductCode,Family\n01t,GTX Pro,GTX,GTX\n",
        {"external_id": "01t", "name": "GTX Pro", "group": "GTX"},
    ),
    "salesforce-leads": (
        "Lead ID,First Name,Last Name,Company / Account,Lead Owner,Lead Status,Lead Source,Create Date,"
        "Converted Date\n"
        "00Q,A,B,Acme,Al,Closed - Converted,Web,2026-05-01,2026-05-09\n",
        {"external_id": "00Q", "name": "Acme", "owner": "Al", "status": "qualified", "channel": "Web"}
        | {"created_on": date(2026, 5, 1), "qualified_on": date(2026, 5, 9), "disqualified_on": None},
    ),
    "salesforce-activities": (
        "Activity ID,Subject,Assigned,Date,Task Subtype,Opportunity,Company / Account\n"
        "00T,Called,Al,2026-05-04,Call,Big,Acme\n",
        {"external_id": "00T", "kind": "call", "person": "Al", "deal": "Big", "customer": "Acme"},
    ),
    "salesforce-tasks": (
        "Id,Subject,ActivityDate,TaskSubtype,OwnerId,WhatId\n00T,Mail,2026-05-04,Email,005,006\n",
        {"external_id": "00T", "kind": "email", "person": "005", "deal": "006"},
    ),
    "salesforce-events": (
        "Id,Subject,StartDateTime,DurationInMinutes,OwnerId\n00U,Met,2026-05-04T09:30:00.000Z,45,005\n",
        {"kind": "meeting", "minutes": 45, "happened_at": datetime(2026, 5, 4, 9, 30, tzinfo=UTC)},
    ),
    "salesforce-orders": (
        "Id,OrderNumber,EffectiveDate,TotalAmount,CurrencyIsoCode,AccountId,OriginalOrderId\n"
        "801B,00000102,2026-05-04,120.50,EUR,001,801A\n",
        {"external_id": "801B", "name": "00000102", "amount": 12050, "currency": "EUR", "credits": "801A"}
        | {"dated_on": date(2026, 5, 4), "is_credit": True, "customer": "001"},
    ),
    "salesforce-invoices": (
        "Id,InvoiceNumber,InvoiceDate,DueDate,BillingAccountId,TotalAmountWithTax\n"
        "3tt,INV-1,2026-05-04,2026-06-03,001,120.50\n",
        {"amount": 12050, "dated_on": date(2026, 5, 4), "due_on": date(2026, 6, 3), "customer": "001"},
    ),
    "salesforce-payments": (
        "Id,PaymentNumber,Amount,EffectiveDate,AccountId\n0aQ,PAY-1,120.50,2026-05-04T08:00:00Z,001\n",
        {"external_id": "0aQ", "amount": 12050, "dated_on": date(2026, 5, 4), "customer": "001"},
    ),
    "hubspot-customers": (
        "Record ID,Company name,Company owner,Industry,Country/Region\n"
        "7,Acme,Al (al@acme.example),ENERGY,France\n",
        {"external_id": "7", "name": "Acme", "owner": "Al (al@acme.example)", "country": "France"},
    ),
    "hubspot-products": (
        "Record ID,Name,SKU,Unit price,Product Type\n8,GTX Pro,GTX,550.00,Inventory\n",
        {"external_id": "8", "name": "GTX Pro", "list_price": 55000, "group": "Inventory"},
    ),
    "hubspot-leads": (
        "Record ID,Lead name,Lead owner,Lead stage,Create Date,Last Modified Date,Disqualification reason\n"
        "9,Acme,Al,Disqualified,2026-05-01 10:00,2026-05-08 11:00,No budget\n",
        {"status": "disqualified", "disqualified_on": date(2026, 5, 8), "lost_reason": "No budget"},
    ),
    "hubspot-contacts": (
        "Record ID,First Name,Last Name,Lead Status,Email,Contact owner,Create Date\n"
        "9,A,B,Attempted to Contact,ab@acme.example,Al,2026-05-01 10:00\n",
        {"name": "ab@acme.example", "status": "working", "created_on": date(2026, 5, 1)},
    ),
    "hubspot-calls": (
        "Record ID,Call Title,Activity date,Activity assigned to,Call outcome,Associated Deal\n"
        "10,Called,2026-05-04 09:30,Al,Connected,Big\n",
        {"kind": "call", "person": "Al", "outcome": "Connected", "deal": "Big"},
    ),
    "hubspot-meetings": (
        "Record ID,Meeting name,Meeting start time,Activity assigned to\n11,Met,2026-05-04 09:30,Al\n",
        {"kind": "meeting", "name": "Met", "person": "Al"},
    ),
    "hubspot-tasks": (
        "Record ID,Task Title,Task Type,Task Status,Due date,Assigned to\n"
        "12,Ring back,Call,Completed,2026-05-04 09:30,Al\n",
        {"kind": "call", "name": "Ring back", "outcome": "Completed"},
    ),
    "hubspot-orders": (
        "Record ID,Order Name,Total Price,Currency Code,Create Date\n13,#102,120.50,EUR,2026-05-04 09:30\n",
        {"external_id": "13", "amount": 12050, "currency": "EUR", "dated_on": date(2026, 5, 4)},
    ),
    "hubspot-invoices": (
        "Record ID,Number,Invoice date,Due date,Amount billed,Currency\n"
        "14,INV-1,2026-05-04,2026-06-03,120.50,EUR\n",
        {"name": "INV-1", "amount": 12050, "due_on": date(2026, 6, 3)},
    ),
    "hubspot-payments": (
        "Record ID,Payment date,Gross amount,Currency,Associated Invoice\n15,2026-05-05,120.50,EUR,14\n",
        {"amount": 12050, "dated_on": date(2026, 5, 5), "invoice": "14"},
    ),
    "zoho-customers": (
        "Record Id,Account Name,Account Owner.id,Account Owner,Industry,Billing Country\n"
        "zcrm_1,Acme,zcrm_9,Al,Energy,France\n",
        {"external_id": "zcrm_1", "owner": "zcrm_9", "industry": "Energy"},
    ),
    "zoho-products": (
        "Record Id,Product Name,Product Category,Unit Price\nzcrm_2,GTX Pro,GTX,550\n",
        {"external_id": "zcrm_2", "group": "GTX", "list_price": 55000},
    ),
    "zoho-leads": (
        "Record Id,Company,Last Name,Lead Owner,Lead Status,Lead Source,Created Time,Modified Time\n"
        "zcrm_3,Acme,B,Al,Junk Lead,Fair,2026-05-01 10:00:00,2026-05-08 10:00:00\n",
        {"name": "Acme", "status": "disqualified", "disqualified_on": date(2026, 5, 8), "qualified_on": None},
    ),
    "zoho-calls": (
        "Record Id,Subject,Call Type,Call Start Time,Call Owner,Related To,Call Result\n"
        "zcrm_4,Called,Outbound,2026-05-04 09:30:00,Al,Big,Interested\n",
        {"kind": "call", "person": "Al", "deal": "Big", "outcome": "Interested"},
    ),
    "zoho-meetings": (
        "Record Id,Title,From,To,Host\nzcrm_5,Met,2026-05-04 09:30:00,2026-05-04 10:30:00,Al\n",
        {"kind": "meeting", "name": "Met", "person": "Al"},
    ),
    "zoho-tasks": (
        "Record Id,Subject,Due Date,Status,Task Owner\nzcrm_6,Send offer,2026-05-04,Completed,Al\n",
        {"kind": "other", "name": "Send offer", "outcome": "Completed"},
    ),
    "zoho-orders": (
        "Record Id,Subject,SO Number,Account Name,Deal Name,Grand Total,Sales Order Owner,Created Time\n"
        "zcrm_7,First,SO-1,Acme,Big,120.50,Al,2026-05-04 09:30:00\n",
        {"external_id": "zcrm_7", "customer": "Acme", "deal": "Big", "amount": 12050, "owner": "Al"}
        | {"dated_on": date(2026, 5, 4)},
    ),
    "zoho-invoices": (
        "Record Id,Subject,Invoice Number,Invoice Date,Due Date,Account Name,Grand Total,Invoice Owner\n"
        "zcrm_8,First,INV-1,2026-05-04,2026-06-03,Acme,120.50,Al\n",
        {"external_id": "zcrm_8", "amount": 12050, "due_on": date(2026, 6, 3), "owner": "Al"},
    ),
    "fxiaoke-customers": (
        "客户名称,客户编号,客户级别,1级行业,国家,负责人\n光明机械,C001,重要,制造业,中国,王\n",
        {"external_id": "C001", "name": "光明机械", "industry": "制造业", "country": "中国", "owner": "王"},
    ),
    "fxiaoke-products": (
        "产品名称,产品编码,产品分类,标准价格(元)\n经典款,P01,经典系列,5500.00\n",
        {"external_id": "P01", "name": "经典款", "group": "经典系列", "list_price": 550000},
    ),
    "fxiaoke-leads": (
        "唯一性ID,姓名,公司,线索来源,线索状态,负责人,创建时间,转换时间\n"
        "l1,李,光明机械,展会,已转换,王,2026-05-01 10:00,2026-05-09 10:00\n",
        {"external_id": "l1", "name": "光明机械", "status": "qualified", "qualified_on": date(2026, 5, 9)},
    ),
    "fxiaoke-activities": (
        "唯一性ID,销售记录类型,发布人,创建时间,客户名称,商机名称\n"
        "a1,上门拜访,王,2026-05-04 09:30,光明机械,扩产\n",
        {"kind": "visit", "person": "王", "customer": "光明机械", "deal": "扩产"},
    ),
    "fxiaoke-orders": (
        '销售订单编号,客户名称,商机名称,下单日期,销售订单金额(元),负责人\nSO1,光明机械,扩产,2026-05-04,"12,000.50",王\n',
        {"external_id": "SO1", "deal": "扩产", "amount": 1200050, "dated_on": date(2026, 5, 4)},
    ),
    "fxiaoke-returns": (
        "退货单编号,销售订单编号,客户名称,退货单金额,退货日期,负责人\nTH1,SO1,光明机械,500,2026-05-14,王\n",
        {"external_id": "TH1", "credits": "SO1", "is_credit": True, "amount": 50000},
    ),
    "fxiaoke-invoices": (
        "开票申请编号,客户名称,开票金额,开票日期,应回款日期,负责人\nKP1,光明机械,12000.50,2026-05-05,2026-06-04,王\n",
        {"external_id": "KP1", "amount": 1200050, "due_on": date(2026, 6, 4)},
    ),
    "fxiaoke-payments": (
        "回款编号,客户名称,开票申请编号,本次回款金额,回款日期,负责人\nHK1,光明机械,KP1,6000,2026-05-20,王\n",
        {"external_id": "HK1", "invoice": "KP1", "amount": 600000, "dated_on": date(2026, 5, 20)},
    ),
    "pipedrive-customers": (
        "Organization - ID,Organization - Name,Organization - Owner,Organization - Country of Address\n"
        "3,Acme,Al,France\n",
        {"external_id": "3", "name": "Acme", "owner": "Al", "country": "France"},
    ),
    "pipedrive-products": (
        "Product - ID,Product - Name,Product - Category,Product - Unit price\n4,GTX Pro,GTX,550\n",
        {"external_id": "4", "group": "GTX", "list_price": 55000},
    ),
    "pipedrive-leads": (
        "Lead - ID,Lead - Title,Lead - Owner,Lead - Organization,Lead - Archived,Lead - Lead created\n"
        "5,New line,Al,Acme,No,2026-05-01 10:00:00\n",
        {"external_id": "5", "status": "new", "customer": "Acme", "disqualified_on": None},
    ),
    "pipedrive-activities": (
        "Activity - ID,Activity - Subject,Activity - Type,Activity - Due date,Activity - Assigned to user,"
        "Activity - Organization\n6,Met,Meeting,2026-05-04,Al,Acme\n",
        {"kind": "meeting", "person": "Al", "customer": "Acme"},
    ),
}
OTHERS = {one.name for one in presets() if one.kind == "deals" or one.name.startswith("crm-")}


def test_every_mapping_has_an_example():
    assert {one.name for one in presets()} - OTHERS == EXPORTS.keys()


@pytest.mark.parametrize("name", EXPORTS)
def test_a_small_export_is_recognised_and_read(name):
    text, expected = EXPORTS[name]
    header, *rows = list(csv.reader(io.StringIO(text)))
    preset = guess_preset(header)
    assert preset is not None
    assert preset.name == name
    bound = mapper(preset.for_header(header), header, fields=fields_of(preset.kind), habits=Habits(zone=UTC))
    batch = read_rows(get_kind(preset.kind), bound.records(rows), CALL)
    assert batch.rejected == {}
    assert {field: batch.columns[field][0] for field in expected} == expected
