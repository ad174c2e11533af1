"""Deletions by absence: what a full list no longer contains is gone (`deletions: {absent: true}`).

A list may take many batches (the pages of a REST interface), so the keys met are kept in
`reporting.source_seen` until the list is whole; then everything the source gave before and that was
not met gets its tombstone. Two safeguards: a row whose key could not be read may be any of the
missing ones, so nothing is buried; and more missing rows than may be refused (30 %) look like a
list cut short, so nothing is buried either. Both are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adapters.config import SourceConfig
from adapters.findings import Finding, finding
from adapters.model import Outcome, RowResult
from adapters.store.ledger import key_hash
from resolvers.database.pool import Transaction

UNREAD: Final = b""
"""Stands for the key of a row that has none that could be read."""

_COLUMNS: Final = ("source_id", "run", "key_hash")
_MISSING: Final = """
select held.key_hash from reporting.source_row as held
where held.source_id = $1 and held.deleted_at is null and not exists (
    select from reporting.source_seen as seen
    where seen.source_id = $1 and seen.run = $2 and seen.key_hash = held.key_hash)
"""
_KNOWN: Final = """
select count(*) from reporting.source_row where source_id = $1 and deleted_at is null
"""
_UNREAD: Final = """
select exists (select from reporting.source_seen
               where source_id = $1 and run = $2 and key_hash = ''::bytea)
"""
_FORGET: Final = "delete from reporting.source_seen where source_id = $1"
_FORGET_OTHERS: Final = "delete from reporting.source_seen where source_id = $1 and run <> $2"


def tells_by_absence(source: SourceConfig) -> bool:
    """Return whether a source tells deletions by leaving rows out."""
    return source.deletions is not None and source.deletions.absent


async def note_seen(
    transaction: Transaction, source_id: int, run: int, results: Sequence[RowResult]
) -> None:
    """Note the keys of the rows of a chunk, refused ones too: they are listed."""
    rows = [
        (source_id, run, key_hash(row.mapped.key) if row.mapped.key is not None else UNREAD)
        for row in results
        if row.outcome is not Outcome.DELETED
    ]
    if rows:
        await transaction.copy_records("ingest.seen", "reporting", "source_seen", _COLUMNS, rows)


async def forget_seen(transaction: Transaction, source_id: int, run: int) -> None:
    """Forget what other pulls of the source have met: they did not come to their end."""
    await transaction.execute("ingest.forget_seen", _FORGET_OTHERS, source_id, run)


async def absent_keys(
    transaction: Transaction, source: SourceConfig, source_id: int, run: int
) -> tuple[list[bytes], Finding | None]:
    """Return the keys the whole list of a pull did not contain, or why none may be buried.

    What the pull has met is forgotten.
    """
    known = await transaction.fetchval("ingest.known_rows", _KNOWN, source_id)
    missing = await transaction.fetch("ingest.missing_rows", _MISSING, source_id, run)
    unread = await transaction.fetchval("ingest.unread_rows", _UNREAD, source_id, run)
    await transaction.execute("ingest.forget_seen", _FORGET, source_id)
    limit = source.refused_limit
    if not missing:
        return [], None
    if unread:
        return [], finding("W_DELETIONS_UNCERTAIN", count=len(missing))
    if len(missing) > known * limit:
        share, allowed = f"{len(missing) / known:.0%}", f"{limit:.0%}"
        return [], finding("DELETIONS_SHARE", count=len(missing), share=share, limit=allowed)
    return [record["key_hash"] for record in missing], None
