"""What each source said last about each of its records (`reporting.source_row`).

With it a row that says what it said before is not merged again, and what a source no longer lists
or marks as gone is known. It belongs to the source, not to the record: several sources may speak of
one record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.model import RowResult
from adapters.store.batch import BatchContext
from resolvers.database.pool import Transaction

_READ: Final = """
select key_hash, content_hash, deleted_at is not null as deleted
from reporting.source_row where source_id = $1 and key_hash = any($2)
"""
_UPDATE: Final = """
update reporting.source_row as held set
    content_hash = given.content_hash, batch_id = $2, received_at = $3,
    deleted_at = null, deleted_by = null
from unnest($4::bytea[], $5::bytea[]) as given (key_hash, content_hash)
where held.source_id = $1 and held.key_hash = given.key_hash
"""
_COLUMNS: Final = (
    "source_id",
    "key_hash",
    "natural_key",
    "content_hash",
    "batch_id",
    "received_at",
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a source said last about a record."""

    content_hash: bytes
    deleted: bool


def key_hash(key: Sequence[str]) -> bytes:
    """Return the digest a natural key is known by: 12 bytes."""
    return hashlib.blake2b("\x1f".join(key).encode(), digest_size=12).digest()


async def read_ledger(
    transaction: Transaction, source_id: int, hashes: Collection[bytes]
) -> dict[bytes, Said]:
    """Return what was said about some keys; a key nothing was said about is left out."""
    if not hashes:
        return {}
    records = await transaction.fetch("ingest.ledger", _READ, source_id, list(hashes))
    return {
        record["key_hash"]: Said(record["content_hash"], record["deleted"]) for record in records
    }


async def write_ledger(
    transaction: Transaction,
    source_id: int,
    rows: Sequence[RowResult],
    held: Mapping[bytes, Said],
    batch: BatchContext,
) -> None:
    """Note what accepted rows say. `held`: what `read_ledger` found for them."""
    last = {key_hash(row.mapped.key): row for row in rows if row.mapped.key is not None}
    known = [digest for digest in last if digest in held]
    if known:
        await transaction.execute(
            "ingest.ledger_update",
            _UPDATE,
            source_id,
            batch.batch_id,
            batch.received_at,
            known,
            [last[digest].mapped.content_hash for digest in known],
        )
    new = [
        (
            source_id,
            digest,
            "|".join(row.mapped.key or ()),
            row.mapped.content_hash,
            batch.batch_id,
            batch.received_at,
        )
        for digest, row in last.items()
        if digest not in held
    ]
    if new:
        await transaction.copy_records(
            "ingest.ledger_fill", "reporting", "source_row", _COLUMNS, new
        )
