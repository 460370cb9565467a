"""Which cells a change of deals and shares touches: those of everyone credited, before or after it."""

from kpis.marking import marks, month_of

GROUP = "deals"


def _credited(person: str, day: str, join: str = "") -> str:
    return (
        f"SELECT deal.organisation_id, {person}, {month_of(day)} FROM {{rows}} deal {join}"  # noqa: S608
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
    f"SELECT share.organisation_id, share.person_id, {month_of('deal.closed_on')} FROM {{rows}} share"  # noqa: S608
    " JOIN pipeline_deal deal ON deal.organisation_id = share.organisation_id AND deal.id = share.deal_id"
    " WHERE deal.closed_on IS NOT NULL",
)
