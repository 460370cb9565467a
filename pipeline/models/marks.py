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

#: A deal that someone closes while they are mentored counts for the mentor too.
_MENTORED = (
    "JOIN tenancy_mentorship mentorship ON mentorship.organisation_id = deal.organisation_id"
    " AND mentorship.mentee_id = deal.owner_id AND mentorship.starts_on <= deal.closed_on"
    " AND (mentorship.ends_on IS NULL OR mentorship.ends_on > deal.closed_on)"
)

MARKS_OF_DEALS = marks(
    GROUP,
    " UNION ".join(
        (
            _credited("deal.owner_id", "deal.closed_on"),
            _credited("deal.owner_id", "deal.created_on"),
            _credited("share.person_id", "deal.closed_on", _SHARES),
            _credited("mentorship.mentor_id", "deal.closed_on", _MENTORED),
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


#: A deal and the mentorship it falls into may come at the same time, and neither would see the other: whoever
#: writes deals keeps mentorships as they are until the end, whoever writes mentorships waits for that.
_HOLD_MENTORING = """
    PERFORM pg_advisory_xact_lock{how}(
        hashtextextended('pipeline.mentoring', current_setting('app.organisation')::bigint));
    RETURN NULL;
"""


def _hold_mentoring(how: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="hold_mentoring",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=_HOLD_MENTORING.format(how=how),
    )


MENTORING_STAYS = _hold_mentoring("_shared")
MENTORING_CHANGES = _hold_mentoring("")


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
