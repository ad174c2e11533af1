"""The change feed (`hub.change`): which records a batch changed, in the batch's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from adapters.store.batch import BatchContext
from resolvers.database.pool import Transaction
from resolvers.hub.changes import CHANGED
from resolvers.hub.events import publish

_COLUMNS = ("entity_type", "entity_key", "kind", "source_code", "batch_id")


async def write_changes(
    transaction: Transaction,
    source_code: str,
    touched: Mapping[str, Iterable[str]],
    batch: BatchContext,
    kind: Literal["UPSERT", "DELETE"] = "UPSERT",
) -> None:
    """Note the records of a chunk that are new or different now (GraphQL type → keys), and wake who
    waits for changes once the transaction commits."""
    rows = [
        (entity, key, kind, source_code, batch.batch_id)
        for entity, keys in touched.items()
        for key in dict.fromkeys(keys)
    ]
    if rows:
        await transaction.copy_records("ingest.changes", "hub", "change", _COLUMNS, rows)
        payload = {"types": sorted({row[0] for row in rows}), "source": source_code}
        await publish(transaction, CHANGED, [batch.batch_id], [payload])
