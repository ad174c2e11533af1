"""The books of the pulls: batches, rows that need a person's eye, issues, checkpoints."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import orjson

from adapters.config import SourceConfig
from adapters.findings import Finding, storable
from adapters.model import (
    Batch,
    BatchReport,
    BatchStatus,
    Counts,
    Outcome,
    Position,
    RowResult,
)
from adapters.value_kinds import cell_text
from resolvers.database.pool import Database, Transaction
from resolvers.hub.events import publish

_MAX_RAW_CHARACTERS = 32_767
# Findings beyond this are counted but not listed: a file of the wrong kind would list every cell.
MAX_ISSUES = 100_000

_FIND = """
select id, status, encoding, rows_read, rows_accepted, rows_warned, rows_rejected, rows_duplicate,
       rows_ignored, rows_unchanged, rows_deleted, failure_code, failure_message
from reporting.ingest_batch as batch
where source_name = $1 and feed = $2 and sha256 = $3 and status = any($4::text[])
  and ($5::text is null or not exists (
    select from reporting.ingest_batch as later
    where later.source_name = $1 and later.feed = $2 and later.file_name = $5
      and later.sha256 <> $3 and later.finished_at > batch.finished_at))
order by received_at desc, id desc limit 1
"""
_OPEN = """
insert into reporting.ingest_batch (
    center_code, source_name, feed, file_name, sha256, encoding, received_at, status)
values ($1, $2, $3, $4, $5, $6, $7, 'RECEIVED') returning id
"""
_REOPEN = """
update reporting.ingest_batch set status = 'RECEIVED', encoding = $4
where source_name = $1 and feed = $2 and sha256 = $3 and status = 'LOADED' returning id
"""
_CLOSE = """
update reporting.ingest_batch
set status = $2, finished_at = $3, rows_read = $4, rows_accepted = $5, rows_warned = $6,
    rows_rejected = $7, rows_duplicate = $8, rows_ignored = $9, failure_code = $10,
    failure_message = $11, encoding = $12, rows_unchanged = $13, rows_deleted = $14,
    rows_changed = $15
where id = $1
"""
_CHECKPOINT = """
insert into reporting.source_checkpoint (source_name, stream, position, batch_id, updated_at)
values ($1, '', $2, $3, $4)
on conflict (source_name, stream) do update
set position = excluded.position,
    batch_id = coalesce(excluded.batch_id, source_checkpoint.batch_id),
    updated_at = excluded.updated_at
"""
_ROW_COLUMNS = (
    "batch_id",
    "row_number",
    "sheet",
    "outcome",
    "natural_key",
    "raw",
    "content_hash",
)
_LOCK = "select pg_try_advisory_lock($1)"
_UNLOCK = "select pg_advisory_unlock($1)"
_HOLD = "select pg_try_advisory_xact_lock($1)"


@dataclass(frozen=True, slots=True)
class OldResult:
    """What an earlier pull made of the same file."""

    batch_id: str
    status: BatchStatus
    encoding: str | None
    counts: Counts
    problem: Finding | None


async def find_batch(
    database: Database | Transaction,
    source: SourceConfig,
    sha256: str,
    *,
    failed: bool,
    name: str | None = None,
) -> OldResult | None:
    """Return the result of the same file pulled before; `failed`: also when it was refused.

    With a `name` only when nothing else was pulled under it since: a list that says again what it
    said before another version is news, while a file that is sent again is the old one.
    """
    statuses = ["LOADED", "FAILED"] if failed else ["LOADED"]
    named = None if name is None else storable(name)
    row = await database.fetchrow(
        "ingest.find_batch", _FIND, source.code, source.feed, sha256, statuses, named
    )
    if row is None:
        return None
    counts = Counts(
        read=row["rows_read"],
        accepted=row["rows_accepted"] + row["rows_warned"],
        warned=row["rows_warned"],
        rejected=row["rows_rejected"],
        duplicate=row["rows_duplicate"],
        ignored=row["rows_ignored"],
        unchanged=row["rows_unchanged"],
        deleted=row["rows_deleted"],
    )
    code = row["failure_code"]
    problem = Finding(code, row["failure_message"] or "") if code else None
    status = BatchStatus(row["status"])
    return OldResult(str(row["id"]), status, row["encoding"], counts, problem)


async def open_batch(
    transaction: Transaction,
    source: SourceConfig,
    batch: Batch,
    encoding: str | None,
    received_at: datetime,
) -> str:
    """Begin the book of a batch and return its id. Bytes that were loaded before and are pulled
    again on demand keep their book; only what it says about rows is written anew."""
    reopened = await transaction.fetchval(
        "ingest.reopen_batch", _REOPEN, source.code, source.feed, batch.sha256, encoding
    )
    if reopened is not None:
        for table in ("ingest_row", "data_issue"):
            await transaction.execute(
                f"ingest.clear_{table}",
                f"delete from reporting.{table} where batch_id = $1",  # noqa: S608
                reopened,
            )
        return str(reopened)
    batch_id = await transaction.fetchval(
        "ingest.open_batch",
        _OPEN,
        source.center,
        source.code,
        source.feed,
        storable(batch.name),
        batch.sha256,
        encoding,
        received_at,
    )
    return str(batch_id)


async def close_batch(transaction: Transaction, report: BatchReport, finished_at: datetime) -> None:
    """Write the figures and the verdict of a batch, and tell who listens."""
    counts, problem = report.counts, report.problem
    await transaction.execute(
        "ingest.close_batch",
        _CLOSE,
        report.batch_id,
        report.status.value,
        finished_at,
        counts.read,
        counts.accepted - counts.warned,
        counts.warned,
        counts.rejected,
        counts.duplicate,
        counts.ignored,
        problem.code if problem else None,
        problem.message if problem else None,
        report.encoding,
        counts.unchanged,
        counts.deleted,
        counts.changed,
    )
    # Heard when the transaction commits, as the rows are seen: a batch is loaded as a whole.
    assert report.batch_id is not None
    told = {"status": report.status.value}
    await publish(transaction, "reporting.ingest_progressed", [report.batch_id], [told])


class BatchBook:
    """Writes the rows and issues of one batch, chunk by chunk."""

    def __init__(self, transaction: Transaction, batch_id: str, sheet: str | None) -> None:
        self._transaction, self._batch_id, self._sheet = transaction, batch_id, sheet
        self._ordinal = 0

    async def write_file_issues(self, findings: Iterable[Finding]) -> None:
        """Write remarks about the whole file."""
        await self._write_issues([self._issue(found) for found in findings])

    async def write_rows(self, results: Iterable[RowResult]) -> None:
        """Write the rows that are not plainly accepted, as met, and all their findings."""
        plain = (Outcome.ACCEPTED, Outcome.DELETED)
        marked = [result for result in results if result.outcome not in plain]
        raws = [raw_row(result) for result in marked]
        rows = [
            (
                self._batch_id,
                result.row,
                self._sheet,
                result.outcome.value,
                "|".join(result.mapped.key) if result.mapped.key else None,
                raw,
                text_digest(raw),
            )
            for result, raw in zip(marked, raws, strict=True)
        ]
        if rows:
            await self._transaction.copy_records(
                "ingest.rows", "reporting", "ingest_row", _ROW_COLUMNS, rows
            )
        issues = [self._issue(found) for result in marked for found in result.findings]
        await self._write_issues(issues)

    def _issue(self, found: Finding) -> tuple[Any, ...]:
        self._ordinal += 1
        return (
            self._batch_id,
            self._ordinal,
            found.row,
            None if found.column is None else storable(found.column),
            found.field,
            found.code,
            found.severity,
            found.message,
            found.value,
        )

    async def _write_issues(self, issues: list[tuple[Any, ...]]) -> None:
        kept = [issue for issue in issues if issue[1] <= MAX_ISSUES]
        columns = (
            "batch_id",
            "ordinal",
            "row_number",
            "column_name",
            "field",
            "code",
            "severity",
            "message",
            "raw",
        )
        if kept:
            await self._transaction.copy_records(
                "ingest.issues", "reporting", "data_issue", columns, kept
            )


def raw_row(result: RowResult) -> dict[str, str]:
    """Return the row as the centre wrote it, header → text."""
    return {
        storable(header): storable(cell_text(cell))[:_MAX_RAW_CHARACTERS]
        for header, cell in result.mapped.record.cells.items()
    }


def text_digest(raw: dict[str, str]) -> str:
    """Return a digest of a row as met: rows that come again word for word have the same."""
    return hashlib.blake2b(orjson.dumps(raw), digest_size=16).hexdigest()


async def write_checkpoint(
    transaction: Transaction,
    source: SourceConfig,
    position: Position,
    batch_id: str | None,
    now: datetime,
) -> None:
    """Note how far a source was pulled; belongs in the transaction of its rows."""
    await transaction.execute(
        "ingest.checkpoint", _CHECKPOINT, source.code, msgspec.to_builtins(position), batch_id, now
    )


async def read_checkpoint(database: Database | Transaction, source: SourceConfig) -> Position:
    """Return the position of a source, an empty one before the first pull."""
    position = await database.fetchval(
        "ingest.read_checkpoint",
        "select position from reporting.source_checkpoint where source_name = $1 and stream = ''",
        source.code,
    )
    return msgspec.convert(position or {}, Position)


def lock_key(source_code: str, purpose: str) -> int:
    """Return the number of an advisory lock: 63 bits of a digest of the source and the purpose."""
    text = f"zhitong-hub/adapters/{purpose}/{source_code}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 1


async def try_lock(connection: Any, source_code: str) -> bool:
    """Take the lock of a source for as long as the connection lives; False when another has it."""
    return bool(await connection.fetchval(_LOCK, lock_key(source_code, "pull")))


async def unlock(connection: Any, source_code: str) -> None:
    """Give the lock back."""
    await connection.fetchval(_UNLOCK, lock_key(source_code, "pull"))


async def try_batch_lock(transaction: Transaction, source_code: str) -> bool:
    """Take the lock of a source until the transaction ends; False when another load has it.

    The session's lock is lost when its connection breaks; this one lives in the loading transaction
    itself, so two loads can never overlap.
    """
    key = lock_key(source_code, "batch")
    return bool(await transaction.fetchval("ingest.lock", _HOLD, key))
