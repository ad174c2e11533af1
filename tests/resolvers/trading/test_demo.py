"""The demo's own rows fit the demo's feeds, and loading them again changes nothing."""

from __future__ import annotations

from adapters.demo import pull_demo
from resolvers.database.pool import Database
from resolvers.trading.demo import facts_of, load_demo
from resolvers.trading.demo_data import LISTINGS
from tests.schema.fuzz import dump

UNKNOWN = """
select application_number from (
  select p.application_number from trading.listing_patent as p
    join trading.listing as l on l.id = p.listing_id where l.source_system = '示例数据'
  union select application_number from trading.deal_patent) as named
where not exists (select from patents.patent as p
  where p.application_number = named.application_number and p.legal_status = 'IN_FORCE')
"""
UNKNOWN_PARTIES = """
select uscc from (
  select seller_uscc as uscc from trading.listing where source_system = '示例数据'
  union select demander_uscc from trading.demand union select buyer_uscc from trading.deal
  union select broker_uscc from trading.deal where broker_uscc is not null) as named
where not exists (select from reference.organization as o where o.uscc = named.uscc)
"""
FACTS = """
select p.kind, p.expiry_date, array_agg(h.uscc order by h.ordinal) as holders
from patents.patent as p join patents.patent_party as h using (application_number)
where p.application_number = $1 and h.role = 'HOLDER' and not p.under_preservation
  and not exists (select from finance.pledge_patent as g
    where g.application_number = p.application_number)
group by p.kind, p.expiry_date
"""


async def test_the_demo(database: Database) -> None:
    await pull_demo(database)
    await load_demo(database)
    assert await database.fetch("test.unknown", UNKNOWN) == []
    assert await database.fetch("test.unknown_parties", UNKNOWN_PARTIES) == []
    rows = await database.fetch(
        "test.states", "select number, status from trading.listing where source_system = '示例数据'"
    )
    assert {row["status"] for row in rows} == {each.status for each in LISTINGS}
    # demands of each industry find something worth proposing
    matched = await database.fetchval(
        "test.matches", "select count(distinct demand_id) from trading.match where score >= 0.5"
    )
    assert matched >= 3
    before = await dump(database)
    await load_demo(database)
    assert await dump(database) == before


async def test_the_screenings_of_the_demo_are_true(database: Database) -> None:
    """What they were computed from is what the demo's patents say."""
    await pull_demo(database)
    screened = [each for each in LISTINGS if each.status not in ("DRAFT", "SCREENING")]
    assert len(screened) == 7
    for listing in screened:
        [patent] = facts_of(listing).patents
        found = await database.fetchrow("test.facts", FACTS, patent.application_number)
        assert found is not None, patent.application_number
        assert found["kind"] == patent.kind
        assert found["expiry_date"] == patent.expiry_date
        assert found["holders"] == [holder.uscc for holder in patent.holders]
