"""Up to when the counts of the tables are right, so that they are made anew only when needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from resolvers.database.pool import Queries
from resolvers.patents.changes import LIMIT

# Never counted, written since, or (for what depends on the day) counted on another day.
DUE: Final = """
select name from unnest($1::text[]) as name left join patents.count_state as s using (name)
where s.counted_to is null or s.counted_on < $2
  or s.counted_to <= (select max(changed_at) from patents.patent)
order by name
"""
NOTE: Final = """
insert into patents.count_state (name, counted_to, counted_on) values ($1, $2, $3)
on conflict (name) do update
set counted_to = excluded.counted_to, counted_on = excluded.counted_on
"""


async def counting_limit(queries: Queries) -> datetime:
    """Return the moment up to which what is counted next is complete.

    To be asked before counting: what a batch that still runs has written is counted again after it.
    """
    limit: datetime = await queries.fetchval("patents.changes_limit", LIMIT)
    return limit


async def names_due(
    queries: Queries, names: Sequence[str], day: date = date.min
) -> tuple[str, ...]:
    """Return those of the counts that are to be made anew; `day`: made before it is too old."""
    records = await queries.fetch("patents.counts_due", DUE, list(names), day)
    return tuple(record["name"] for record in records)


async def note_counted(queries: Queries, name: str, until: datetime, day: date) -> None:
    """Note that a count was made."""
    await queries.execute("patents.note_counted", NOTE, name, until, day)
