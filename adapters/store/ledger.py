"""What each source said last about each of its records (`reporting.source_row`).

With it a row that says what it said before is not merged again, and what a source no longer lists
or marks as gone is known. It belongs to the source, not to the record: several sources may speak of
one record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
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


_ANY: Final = "select exists (select from reporting.source_row where source_id = $1)"


@dataclass(frozen=True, slots=True)
class Held:
    """What a source said last about a record."""

    content_hash: bytes
    deleted: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What a source said before about the records of some rows. `fresh`: the rows that say
    something new. `revived`: those of them whose record was gone. `held`: digest of a key → what
    was said; a key nothing was said about is left out."""

    fresh: Sequence[RowResult]
    revived: Sequence[RowResult]
    held: Mapping[bytes, Held]


def key_hash(key: Sequence[str]) -> bytes:
    """Return the digest a natural key is known by: 12 bytes."""
    return hashlib.blake2b("\x1f".join(key).encode(), digest_size=12).digest()


class Ledger:
    """What one source said, read and written by one batch of it, chunk by chunk."""

    def __init__(self, source_id: int, batch: BatchContext, *, is_empty: bool) -> None:
        self._source_id, self._batch, self._is_empty = source_id, batch, is_empty

    @classmethod
    async def open(cls, transaction: Transaction, source_id: int, batch: BatchContext) -> Ledger:
        """Return the ledger of a source. That it is empty stays so for the whole batch: no key is
        accepted twice in it, and nobody else loads the source meanwhile."""
        there = await transaction.fetchval("ingest.ledger_any", _ANY, source_id)
        return cls(source_id, batch, is_empty=not there)

    async def read(self, transaction: Transaction, rows: Sequence[RowResult]) -> Said:
        """Return what was said about the records of accepted rows."""
        if self._is_empty or not rows:
            return Said(rows, (), {})
        digests = [_digest(row) for row in rows]
        wanted = [digest for digest in digests if digest is not None]
        records = await transaction.fetch("ingest.ledger", _READ, self._source_id, wanted)
        held = {
            record["key_hash"]: Held(record["content_hash"], record["deleted"])
            for record in records
        }
        fresh: list[RowResult] = []
        revived: list[RowResult] = []
        for row, digest in zip(rows, digests, strict=True):
            said = None if digest is None else held.get(digest)
            if said is None or said.deleted or said.content_hash != row.mapped.content_hash:
                fresh.append(row)
            if said is not None and said.deleted:
                revived.append(row)
        return Said(fresh, revived, held)

    async def write(self, transaction: Transaction, rows: Sequence[RowResult], said: Said) -> None:
        """Note what accepted rows say."""
        last = {digest: row.mapped for row in rows if (digest := _digest(row)) is not None}
        known = [digest for digest in last if digest in said.held]
        batch = self._batch
        if known:
            await transaction.execute(
                "ingest.ledger_update",
                _UPDATE,
                self._source_id,
                batch.batch_id,
                batch.received_at,
                known,
                [last[digest].content_hash for digest in known],
            )
        new = [
            (
                self._source_id,
                digest,
                "|".join(mapped.key or ()),
                mapped.content_hash,
                batch.batch_id,
                batch.received_at,
            )
            for digest, mapped in last.items()
            if digest not in said.held
        ]
        if new:
            await transaction.copy_records(
                "ingest.ledger_fill", "reporting", "source_row", _COLUMNS, new
            )


def _digest(row: RowResult) -> bytes | None:
    return None if row.mapped.key is None else key_hash(row.mapped.key)
