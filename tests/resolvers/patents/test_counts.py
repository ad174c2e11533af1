"""Counts per class, against a count of the rows themselves; and when they are made anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from resolvers.database.pool import Database
from resolvers.hub.worker import JobContext
from resolvers.patents.holder_counts import count_holders
from resolvers.patents.holdings import HoldingFilter, HoldingLoaders
from resolvers.patents.ipc_counts import COUNTED, count_classes, counted_prefix, load_counts
from tests.support.peers import NoPeers

FILL = """
insert into patents.patent (application_number, office_code, kind, title, filing_date,
  source_system, confidence, content_hash)
select 'CN2015' || lpad(n::text, 9, '0'), 'CN', 'INVENTION', 'x', '2015-01-01', 's', 'CENTER', 'h'
from generate_series(1, 3000) as n;
insert into patents.patent_ipc
select 'CN2015' || lpad(n::text, 9, '0'), k,
  (array['H', 'B', 'H'])[k + 1] || lpad((1 + (n * (k + 3)) % 7)::text, 2, '0')
    || (array['A', 'M', 'K'])[1 + n % 3] || 1 + n % 11 || '/' || lpad((n % 5)::text, 2, '0')
from generate_series(1, 3000) as n, generate_series(0, 2) as k;
insert into patents.patent_ipc values ('CN2015000000001', 3, 'G06'), ('CN2015000000001', 4, 'G');
"""
# The same, said differently: every patent with a symbol that begins so.
BY_HAND = """
select count(distinct application_number) from patents.patent_ipc where starts_with(symbol, $1)
"""


def job(database: Database) -> JobContext:
    return JobContext(database, NoPeers(), datetime.now(UTC))


async def test_counts_are_those_of_the_rows(database: Database) -> None:
    await database.execute("test.fill", FILL)
    await count_classes(job(database))
    rows = await database.fetch("test.counts", "select prefix, patents from patents.ipc_count")
    assert len(rows) > 100
    for row in rows:
        assert row["patents"] == await database.fetchval("test.hand", BY_HAND, row["prefix"]), row
    groups = await database.fetch(
        "test.groups",
        "select distinct split_part(symbol, '/', 1) || '/' as prefix from patents.patent_ipc"
        " where symbol like '%/%'",
    )
    assert {row["prefix"] for row in groups} <= {row["prefix"] for row in rows}
    symbols = ["H", "H01", "H02M", "B03K5/00", "B03K5/04", "G06", "G", "C", "A01B1/02"]
    found = await load_counts(database, symbols)
    for symbol in symbols:
        prefix = counted_prefix(symbol) or symbol
        by_hand = await database.fetchval("test.hand", BY_HAND, prefix)
        assert found.get(symbol, 0) == by_hand, symbol
    assert found["G"] == found["G06"] == 1


async def test_they_are_made_anew_when_patents_were_written(database: Database) -> None:
    await database.execute("test.fill", FILL)
    await count_classes(job(database))
    # a mark that only a new count removes
    await database.execute("test.mark", "update patents.ipc_count set patents = 9999")
    await count_classes(job(database))
    assert await database.fetchval("t", "select min(patents) from patents.ipc_count") == 9999
    await database.execute(
        "test.touch",
        "update patents.patent set title = 'y' where application_number = 'CN2015000000001'",
    )
    await database.execute(
        "test.class", "delete from patents.patent_ipc where symbol in ('G', 'G06')"
    )
    await count_classes(job(database))
    assert await database.fetch("t", COUNTED, ["G", "G06"]) == []
    assert await database.fetchval("t", "select max(patents) from patents.ipc_count") < 9999


async def test_what_a_running_batch_writes_is_counted_after_it(database: Database) -> None:
    await database.execute("test.fill", FILL)
    async with database.transaction() as batch:
        await batch.execute(
            "test.new",
            "insert into patents.patent (application_number, office_code, kind, title,"
            " filing_date, source_system, confidence, content_hash) values ('CN2016000000001',"
            " 'CN', 'INVENTION', 'x', '2016-01-01', 's', 'CENTER', 'h');"
            "insert into patents.patent_ipc values ('CN2016000000001', 0, 'A01B1/00')",
        )
        await database.execute("test.later", "update patents.patent set title = 'z'")
        await count_classes(job(database))
        assert await load_counts(database, ["A"]) == {}
    await count_classes(job(database))
    assert await load_counts(database, ["A"]) == {"A": 1}


HELD = """
insert into patents.patent (application_number, office_code, kind, title, filing_date,
  expiry_date, legal_status, source_system, confidence, content_hash)
select 'CN2015' || lpad(n::text, 9, '0'), 'CN', (array['INVENTION', 'DESIGN'])[1 + n % 2], 'x',
  '2015-01-01', date '2024-06-01' + n, (array['IN_FORCE', 'PENDING', 'EXPIRED'])[1 + n % 3],
  's', 'CENTER', 'h'
from generate_series(1, 60) as n;
insert into patents.patent_party
select 'CN2015' || lpad(n::text, 9, '0'), 'HOLDER', 0, 'x', 'x',
  case when n <= 40 then 'BIG' else 'SMALL' end from generate_series(1, 60) as n;
-- once more under another name, and as an applicant
insert into patents.patent_party
select 'CN2015' || lpad(n::text, 9, '0'), role, 1, 'y', 'y', 'BIG'
from generate_series(1, 60, 7) as n, unnest(array['HOLDER', 'APPLICANT']) as role;
"""
STATUSES = (None, "IN_FORCE", "PENDING", "EXPIRED", "WITHDRAWN")


async def test_large_holders_are_counted_as_small_ones(database: Database) -> None:
    await database.execute("test.held", HELD)
    day = datetime(2024, 6, 15, 4, tzinfo=UTC)

    async def counts() -> list[dict[str, int]]:
        loaders = HoldingLoaders(database)
        found = []
        for status in STATUSES:
            wanted = HoldingFilter(day.date(), status)
            usccs = ("BIG", "SMALL", "NOBODY")
            found.append({uscc: await loaders.counts.load(wanted, uscc) for uscc in usccs})
        return found

    live = await counts()
    # 1 to 40, and 43, 50, 57; those held under two names (1, 8, …) count once
    assert live[0]["BIG"] == 43
    await count_holders(JobContext(database, NoPeers(), day), large=30)
    rows = await database.fetch("test.rows", "select distinct uscc from patents.holder_count")
    assert [row["uscc"] for row in rows] == ["BIG"]
    assert await counts() == live
    assert sum(each["BIG"] for each in live[1:]) == live[0]["BIG"]
    # the table is what answers now: a mark shows
    await database.execute("test.mark", "update patents.holder_count set patents = 1000")
    assert (await counts())[1]["BIG"] == 1000
    by_kind = HoldingFilter(day.date(), None, "DESIGN")
    assert await HoldingLoaders(database).counts.load(by_kind, "BIG") < 60
    # nothing new today; another day may have let rights lapse
    await count_holders(JobContext(database, NoPeers(), day), large=30)
    assert (await counts())[1]["BIG"] == 1000
    await count_holders(JobContext(database, NoPeers(), day + timedelta(days=1)), large=30)
    assert (await counts())[1]["BIG"] < 1000
