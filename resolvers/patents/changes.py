"""Patents in the order in which their records were written, for readers that follow changes.

A record becomes visible when its transaction commits, which may be after a later one did. A reader
that goes on from the last record it saw must not miss the slow one: so only records older than the
oldest running writer are shown. That limit is asked for in a statement of its own, before the list
is read: a writer that begins later writes later than the limit, too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from resolvers.conditions import Conditions
from resolvers.database.pool import Queries
from resolvers.lists import ListQuery
from resolvers.paging import Ordering, Page, SortKey
from resolvers.patents.sql import PATENT_COLUMNS

CHANGES: Final = f"select p.changed_at, {PATENT_COLUMNS} from patents.patent as p"  # noqa: S608
COUNT: Final = "select count(*) from patents.patent as p"
IN_ORDER: Final = Ordering(
    "patents.changes",
    (
        SortKey("p.changed_at", "changed_at", "timestamptz"),
        SortKey("p.application_number", "application_number", "text"),
    ),
)
# Transactions that have written something; of other roles' sessions nothing is known, and they do
# not write here.
LIMIT: Final = """
select least(clock_timestamp(), min(xact_start)) from pg_stat_activity
where datname = current_database() and backend_xid is not null and pid <> pg_backend_pid()
"""


def list_changes(since: datetime, until: datetime) -> ListQuery:
    """Return the patents written from `since` on, up to `until`, earliest first."""
    where = Conditions()
    where.add("p.changed_at >= {} and p.changed_at < {}", since, until)
    return ListQuery("patents.changes", CHANGES, COUNT, IN_ORDER, where)


async def load_changes(
    queries: Queries, since: datetime, first: int, after: str | None
) -> Page[Any]:
    """Return one page of changes that are complete."""
    until = await queries.fetchval("patents.changes_limit", LIMIT)
    return await list_changes(since, until).load_page(queries, first, after)
