"""What the database keeps by itself beside customers and stage entries when deals change, set-wise."""

import pgtrigger

_WON = "customer_id IS NOT NULL AND status = 'won' AND deleted_at IS NULL"
#: What of a won deal can make it, or unmake it, the first one.
_OF_WON = f"SELECT organisation_id, customer_id, id, closed_on, owner_id FROM {{rows}} WHERE {_WON}"  # noqa: S608
_CHANGED = "({these} EXCEPT {those}) UNION ALL ({those} EXCEPT {these})".format(
    these=_OF_WON.format(rows="new_rows"), those=_OF_WON.format(rows="old_rows")
)

# In three statements: those who come at the same time wait for each other at the customers, in the order of
# their keys, and whoever comes second then sees what the first one wrote.
_KEEP_FIRST_DEALS = """
    SELECT min(organisation_id), array_agg(DISTINCT customer_id ORDER BY customer_id)
    INTO tenant, touched FROM ({won}) won;
    IF touched IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM pipeline_customer c WHERE c.organisation_id = tenant AND c.id = ANY(touched)
    ORDER BY c.id FOR NO KEY UPDATE;
    UPDATE pipeline_customer c
    SET first_deal_id = first.id, acquired_on = first.closed_on, acquired_by_id = first.owner_id
    FROM (
        SELECT t.customer_id, d.* FROM unnest(touched) AS t (customer_id)
        LEFT JOIN LATERAL (
            SELECT d.id, d.closed_on, d.owner_id FROM pipeline_deal d
            WHERE d.organisation_id = tenant AND d.customer_id = t.customer_id
              AND d.status = 'won' AND d.deleted_at IS NULL
            ORDER BY d.closed_on, d.id LIMIT 1
        ) d ON true
    ) first
    WHERE c.organisation_id = tenant AND c.id = first.customer_id
      AND (c.first_deal_id, c.acquired_on, c.acquired_by_id)
          IS DISTINCT FROM (first.id, first.closed_on, first.owner_id);
    RETURN NULL;
"""


def _first_deals(operation: pgtrigger.Operation, won: str, **tables: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"keep_first_deals_{operation}".lower(),
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),  # type: ignore[no-untyped-call]
        declare=[("tenant", "bigint"), ("touched", "bigint[]")],
        func=_KEEP_FIRST_DEALS.format(won=won),
    )


FIRST_DEALS_OF_CUSTOMERS = [
    _first_deals(pgtrigger.Insert, _OF_WON.format(rows="new_rows"), new="new_rows"),
    _first_deals(pgtrigger.Update, _CHANGED, old="old_rows", new="new_rows"),
    _first_deals(pgtrigger.Delete, _OF_WON.format(rows="old_rows"), old="old_rows"),
]

DAY_AND_OWNER_OF_A_NEW_ENTRY = pgtrigger.Trigger(
    name="take_day_and_owner",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        SELECT (NEW.entered_at AT TIME ZONE o.time_zone)::date,
               CASE WHEN deal.deleted_at IS NULL THEN deal.owner_id END
        INTO NEW.entered_on, NEW.owner_id
        FROM tenancy_organisation o
        LEFT JOIN pipeline_deal deal ON deal.organisation_id = o.id AND deal.id = NEW.deal_id
        WHERE o.id = NEW.organisation_id;
        RETURN NEW;
    """,
)

_CREDITED = (
    "SELECT organisation_id, id, CASE WHEN deleted_at IS NULL THEN owner_id END AS owner_id FROM {rows}"
)
OWNER_OF_ITS_ENTRIES = pgtrigger.Trigger(
    name="give_owner",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),  # type: ignore[no-untyped-call]
    func=f"""
        UPDATE pipeline_stageentry entry SET owner_id = deal.owner_id
        FROM ({_CREDITED.format(rows="new_rows")} EXCEPT {_CREDITED.format(rows="old_rows")}) deal
        WHERE entry.organisation_id = deal.organisation_id AND entry.deal_id = deal.id
          AND entry.owner_id IS DISTINCT FROM deal.owner_id;
        RETURN NULL;
    """,  # noqa: S608
)
