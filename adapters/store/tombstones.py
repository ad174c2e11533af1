"""Rows a source says are gone, and rows a full pull no longer lists.

The ledger keeps a tombstone (when, by which batch). What it means for the record itself depends on
the feed (`REMOVE`): only states that a centre may end are ended; facts of a register stay, with the
tombstone beside them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from adapters.model import RowResult
from adapters.store.batch import BatchContext, Stored
from adapters.store.ledger import key_hash
from resolvers.database.pool import Transaction

Remove = Callable[[Transaction, Sequence[tuple[str, ...]], BatchContext], Awaitable[Stored]]

REMOVE: Final[Mapping[str, Remove]] = {}
"""Feed → what a deletion does to the records of some natural keys."""

_BURY: Final = """
update reporting.source_row set deleted_at = $2, deleted_by = $3
where source_id = $1 and key_hash = any($4) and deleted_at is null
returning natural_key
"""


async def bury(
    transaction: Transaction, source_id: int, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Set tombstones for rows marked as gone; a key the source never gave is passed over."""
    hashes = [key_hash(row.mapped.key) for row in rows if row.mapped.key is not None]
    return await bury_keys(transaction, source_id, hashes, batch)


async def bury_keys(
    transaction: Transaction, source_id: int, hashes: Sequence[bytes], batch: BatchContext
) -> Stored:
    """Set tombstones for some keys and do what the feed has for them."""
    buried = await transaction.fetch(
        "ingest.bury", _BURY, source_id, batch.received_at, batch.batch_id, list(hashes)
    )
    stored = Stored()
    remove = REMOVE.get(batch.feed.feed)
    if buried and remove is not None:
        keys = [tuple(record["natural_key"].split("|")) for record in buried]
        stored = await remove(transaction, keys, batch)
    stored.changed = len(buried)
    return stored
