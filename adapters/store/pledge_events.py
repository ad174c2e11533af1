"""Telling that pledges were registered, or came to include another patent.

Subscriptions filter by region: those of the patents' applicants and of the pledgors.
"""

from __future__ import annotations

from collections.abc import Collection

from resolvers.database.pool import Transaction
from resolvers.hub.events import publish

_FACTS = """
select r.registration_number as key,
  array(select pp.application_number from finance.pledge_patent as pp
        where pp.registration_number = r.registration_number order by pp.ordinal) as numbers,
  array(select f.region_code
        from finance.pledge_patent as pp join finance.patent_facts as f using (application_number)
        where pp.registration_number = r.registration_number and f.region_code is not null
        union
        select o.region_code
        from finance.pledge_party as p join finance.organization_facts as o using (uscc)
        where p.registration_number = r.registration_number and p.role = 'PLEDGOR'
          and o.region_code is not null
        order by 1) as regions
from finance.pledge_registration as r
where r.registration_number = any($1) order by r.registered_on, r.registration_number
"""


async def announce_pledges(transaction: Transaction, numbers: Collection[str]) -> None:
    """Publish `finance.pledge_registered` for each of the registrations."""
    if not numbers:
        return
    records = await transaction.fetch("ingest.pledge_events", _FACTS, list(numbers))
    await publish(
        transaction,
        "finance.pledge_registered",
        [record["key"] for record in records],
        [
            {"applicationNumbers": record["numbers"], "regions": record["regions"]}
            for record in records
        ],
    )
