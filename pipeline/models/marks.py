"""What the database does by itself when records that numbers are made of change.

It marks the cells of everyone credited, before or after the change, and keeps the closing day of a deal
beside its shares.
"""

import pgtrigger

from kpis.marking import marks, month_of

GROUP = "deals"


def _credited(person: str, day: str, join: str = "", row: str = "deal") -> str:
    return (
        f"SELECT {row}.organisation_id, {person}, {month_of(day)} FROM {{rows}} {row} {join}"  # noqa: S608
        f" WHERE {person} IS NOT NULL AND {day} IS NOT NULL"
    )


_SHARES = (
    "JOIN pipeline_creditshare share ON deal.is_shared"
    " AND share.organisation_id = deal.organisation_id AND share.deal_id = deal.id"
)

MARKS_OF_DEALS = marks(
    GROUP,
    " UNION ".join(
        (
            _credited("deal.owner_id", "deal.closed_on"),
            _credited("deal.owner_id", "deal.created_on"),
            _credited("share.person_id", "deal.closed_on", _SHARES),
        )
    ),
)

MARKS_OF_SHARES = marks(
    GROUP,
    f"SELECT organisation_id, person_id, {month_of('closed_on')} FROM {{rows}}"  # noqa: S608
    " WHERE closed_on IS NOT NULL",
)

CLOSING_DAY_OF_A_NEW_SHARE = pgtrigger.Trigger(
    name="take_closing_day",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        SELECT deal.closed_on INTO NEW.closed_on FROM pipeline_deal deal
        WHERE deal.organisation_id = NEW.organisation_id AND deal.id = NEW.deal_id;
        RETURN NEW;
    """,
)

CLOSING_DAY_OF_ITS_SHARES = pgtrigger.Trigger(
    name="give_closing_day",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    referencing=pgtrigger.Referencing(new="new_rows"),  # type: ignore[no-untyped-call]
    func="""
        UPDATE pipeline_creditshare share SET closed_on = deal.closed_on FROM new_rows deal
        WHERE deal.is_shared AND share.organisation_id = deal.organisation_id AND share.deal_id = deal.id
          AND share.closed_on IS DISTINCT FROM deal.closed_on;
        RETURN NULL;
    """,
)


def marks_of(group: str, person: str, *days: str) -> list[pgtrigger.Trigger]:
    """Marks for a table whose rows bear the person they are credited to, beside the days they count on."""
    keys = (
        f"SELECT organisation_id, {person}, {month_of(day)} FROM {{rows}}"  # noqa: S608
        f" WHERE {person} IS NOT NULL AND {day} IS NOT NULL"
        for day in days
    )
    return marks(group, " UNION ".join(keys))


def marks_of_money(group: str, record: str, *days: str) -> list[pgtrigger.Trigger]:
    """Of orders, invoices or payments: whoever owns one, and whoever is credited with a part of it."""
    shared = (
        f"JOIN pipeline_{record}credit credit ON (one.is_shared OR one.follows_deal)"
        f" AND credit.organisation_id = one.organisation_id AND credit.{record}_id = one.id"
    )
    owned = [_credited("one.owner_id", f"one.{day}", row="one") for day in days]
    parts = [_credited("credit.person_id", f"credit.{day}", shared, row="one") for day in days]
    return marks(group, " UNION ".join([*owned, *parts]))
