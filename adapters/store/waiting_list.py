"""The deliveries in which rows wait, with what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.store.waiting import OF_DELIVERY, WAITS
from resolvers.database.pool import Queries

_WAITING: Final = f"""
from reporting.ingest_batch as b join reporting.ingest_row as r on r.batch_id = b.id
where {WAITS} and {OF_DELIVERY}
  and ($1::text is null or b.center_code = $1) and ($2::text is null or b.source_name = $2)
  and ($3::text is null or b.feed = $3)
"""
_HAS_CODE: Final = """
exists (select from reporting.data_issue as i
  where i.batch_id = coalesce(r.tried_by_batch, r.batch_id) and i.row_number = r.row_number
    and i.code = $4)
"""
_LISTED: Final = f"""
select b.id, b.center_code, b.source_name, b.feed, b.file_name, b.status, b.received_at,
  count(*) as rows
{_WAITING} and ($4::text is null or {_HAS_CODE})
group by b.id order by b.received_at, b.id limit $5
"""
_LISTED_CODES: Final = f"""
select b.id, i.code, count(distinct r.row_number) as rows
from reporting.ingest_batch as b join reporting.ingest_row as r on r.batch_id = b.id
join reporting.data_issue as i
  on i.batch_id = coalesce(r.tried_by_batch, r.batch_id) and i.row_number = r.row_number
where {WAITS} and b.id = any($1) and i.severity = 'ERROR'
group by b.id, i.code order by rows desc, i.code
"""  # noqa: S608 (constants only)


@dataclass(frozen=True, slots=True)
class WaitingBatch:
    """A delivery in which rows wait. `codes`: rule → how many of its waiting rows break it."""

    id: str
    center: str
    source: str
    feed: str
    file_name: str | None
    status: str
    received_at: datetime
    rows: int
    codes: dict[str, int]


async def list_waiting(
    queries: Queries,
    *,
    center: str | None = None,
    source: str | None = None,
    feed: str | None = None,
    code: str | None = None,
    most: int,
) -> list[WaitingBatch]:
    """Return the deliveries in which rows wait, oldest first; with a code, counted are the rows
    that break that rule."""
    found = await queries.fetch("quarantine.listed", _LISTED, center, source, feed, code, most)
    ids = [record["id"] for record in found]
    codes: dict[object, dict[str, int]] = {}
    for record in await queries.fetch("quarantine.listed_codes", _LISTED_CODES, ids):
        codes.setdefault(record["id"], {})[record["code"]] = record["rows"]
    return [
        WaitingBatch(
            str(record["id"]),
            record["center_code"],
            record["source_name"],
            record["feed"],
            record["file_name"],
            record["status"],
            record["received_at"],
            record["rows"],
            codes.get(record["id"], {}),
        )
        for record in found
    ]
