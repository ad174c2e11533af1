"""Whose records some keys are, and when their sources said so: one statement over the ledger.

What a source said last is as old as its row in `reporting.source_row`, or as the beginning of its
last complete pull, which would have told of a change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from adapters.live.feeds import LIVE_FEEDS
from adapters.store.ledger import key_hash
from resolvers.database.pool import Database
from resolvers.live import RecordKey, SourceOfBatch

_SAID: Final = """
select held.key_hash, source.code,
       greatest(held.received_at, held.deleted_at,
                case when source.last_status = 'DONE' then source.last_started_at end) as said_at
from reporting.source as source
join reporting.source_row as held on held.source_id = source.id
where source.feed = $1 and held.key_hash = any($2)
"""
_PULLED: Final = """
select code, last_started_at from reporting.source
where code = any($1) and last_status = 'DONE'
"""
_BATCHES: Final = """
select id, source_name, center_code from reporting.ingest_batch where id = any($1)
"""


async def row_keys(
    database: Database, feed: str, keys: Collection[RecordKey]
) -> dict[RecordKey, list[tuple[str, ...]]]:
    """Return the natural keys of the rows a record is stored as; mostly its own key alone."""
    parts = LIVE_FEEDS[feed].parts
    if parts is None:
        return {key: [key] for key in keys}
    found: dict[RecordKey, list[tuple[str, ...]]] = {key: [] for key in keys}
    records = await database.fetch("live.parts", parts, [key[0] for key in keys])
    for record in records:
        found[record["record"],].append((record["record"], record["rest"]))
    return found


async def read_said(
    database: Database, feed: str, keys: Sequence[RecordKey]
) -> dict[RecordKey, dict[str, datetime]]:
    """Return, by record and source, when the source said the oldest part of it; a record that no
    source of the feed ever gave is left out."""
    of_hash = {
        key_hash(row): key
        for key, rows in (await row_keys(database, feed, keys)).items()
        for row in rows
    }
    said: dict[RecordKey, dict[str, datetime]] = {}
    for record in await database.fetch("live.said", _SAID, feed, list(of_hash)):
        times = said.setdefault(of_hash[record["key_hash"]], {})
        code, at = record["code"], record["said_at"]
        times[code] = min(times.get(code, at), at)
    return said


async def read_pulled(database: Database, sources: Collection[str]) -> Mapping[str, datetime]:
    """Return when the last complete pull of some sources began."""
    records = await database.fetch("live.pulled", _PULLED, list(sources))
    return {record["code"]: record["last_started_at"] for record in records}


async def read_batches(database: Database, ids: Collection[UUID]) -> Mapping[UUID, SourceOfBatch]:
    """Return which source and centre some batches came from."""
    records = await database.fetch("live.batches", _BATCHES, list(ids))
    return {
        record["id"]: SourceOfBatch(record["source_name"], record["center_code"])
        for record in records
    }
