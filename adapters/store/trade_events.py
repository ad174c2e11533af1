"""Telling that listings came in or changed, and that open licences were announced.

Listeners filter by what the events carry; a statement carries the classes and industries of its
patent. One statement reads the tables of one owner only.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from resolvers.database.pool import Transaction
from resolvers.hub.events import publish

_LISTINGS = """
select id::text as key, platform_code as platform, industry_code as industry, region_code as region,
  status
from trading.listing where id = any($1) order by listed_from, id
"""
_STATEMENTS = """
select s.statement_number as key, s.application_number, coalesce(f.ipc_symbols, '{}') as ipc
from trading.open_licence_statement as s
left join trading.patent_facts as f using (application_number)
where s.statement_number = any($1) and s.status = 'IN_FORCE'
order by s.term_from, s.statement_number
"""
_INDUSTRIES = """
select application_number, array_agg(code order by ordinal) as codes from patents.patent_industry
where application_number = any($1) group by application_number
"""


async def tell_of_listings(transaction: Transaction, ids: Collection[UUID]) -> None:
    """Publish `trading.listing_changed` for each of the listings."""
    if not ids:
        return
    records = await transaction.fetch("ingest.listing_events", _LISTINGS, list(ids))
    facts = [dict(record) for record in records]
    await publish(transaction, "trading.listing_changed", [f.pop("key") for f in facts], facts)


async def announce_open_licences(transaction: Transaction, numbers: Collection[str]) -> None:
    """Publish `trading.open_licence_announced` for those of the statements that are in force."""
    if not numbers:
        return
    records = await transaction.fetch("ingest.statement_events", _STATEMENTS, list(numbers))
    patents = [record["application_number"] for record in records]
    found = await transaction.fetch("ingest.patent_industries", _INDUSTRIES, patents)
    industries = {record["application_number"]: record["codes"] for record in found}
    facts = [
        {**record, "industries": industries.get(record["application_number"], [])}
        for record in records
    ]
    topic = "trading.open_licence_announced"
    await publish(transaction, topic, [fact.pop("key") for fact in facts], facts)
