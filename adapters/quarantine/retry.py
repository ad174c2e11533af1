"""Refused rows tried again: as they are (a word, a mapping or a fact was mended) or corrected.

The same pipeline, settings and locks as a pull of the source, in a batch of its own that says which
batch it corrects. Each row stands for itself: the share of refused rows that refuses a whole
delivery does not, since the good rows of that delivery are in already. What is taken in is resolved
in the batch it corrects; what is refused once more waits there with its new findings. All in one
transaction, so a killed retry leaves nothing, and a retry that would change nothing leaves nothing.

Rows that were taken in are passed over, so the same corrected file may be given again.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

import msgspec

from adapters.config import SourceConfig
from adapters.errors import FileRefused, SourceProblem
from adapters.feed import load_feeds
from adapters.files.header import header_key
from adapters.findings import Finding
from adapters.loading import Loader
from adapters.model import Batch, BatchReport, BatchStatus, Counts
from adapters.progress import Silent
from adapters.quarantine.refusal import QuarantineRefused, refused
from adapters.quarantine.reread import Retried, reread_header, reread_table, with_corrections
from adapters.store.batches import close_batch, open_batch, try_batch_lock, try_lock, unlock
from adapters.store.settling import refused_rows, settle_correction
from adapters.store.sources import register_source
from adapters.store.waiting import (
    KeptBatch,
    KeptRow,
    count_tries,
    lock_rows,
    named_rows,
    note_correction,
    read_batch,
    waiting_rows,
)
from resolvers.database.pool import Database, Transaction
from resolvers.hub.events import publish
from resolvers.values import today_in_china

_CHUNK: Final = 500
_RETRIED: Final = (BatchStatus.LOADED.value,)


@dataclass(frozen=True, slots=True)
class RetryRequest:
    """What of a batch is to be tried. `corrections`: row → header → text; cells that are not named
    stay. `rows`: further rows, as they are; with neither all that wait. `strict`: the corrections
    were made by a program and not in a spreadsheet: their texts are meant as they stand, and a
    column that neither the batch nor the feed has is refused.
    """

    batch: str
    corrections: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    rows: Collection[int] | None = None
    strict: bool = False
    dry_run: bool = False
    today: date | None = None


@dataclass(slots=True)
class RetryReport:
    """What came of it. `batch_id`: the batch that tried, None for a dry run and where nothing
    changed. `last`: the batch that tried or took in one of the rows last. `passed_over`: rows
    already taken in."""

    corrects: str
    batch_id: str | None = None
    last: str | None = None
    counts: Counts = field(default_factory=Counts)
    codes: dict[str, int] = field(default_factory=dict)
    taken_in: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    passed_over: list[int] = field(default_factory=list)
    dry_run: bool = False


class _NothingKept(Exception):
    """Takes the transaction back: a dry run, or a retry without effect."""


async def retry_rows(
    database: Database,
    config: SourceConfig,
    request: RetryRequest,
) -> RetryReport:
    """Try refused rows of a batch again.

    Raises:
        QuarantineRefused: BATCH_UNKNOWN, RETRY_BATCH_FAILED, RETRY_BATCH_STATUS, RETRY_NO_HEADER,
            RETRY_ROW_UNKNOWN, RETRY_COLUMN_UNKNOWN, RETRY_SOURCE_CHANGED, and FILE_COLUMN_MISSING
            where the source now needs a column the rows do not have.
        SourceProblem: SOURCE_BUSY.
        DatabaseError: the database is gone; nothing was changed.
    """
    batch = await retriable(database, request.batch)
    if batch.feed != config.feed:
        raise refused("RETRY_SOURCE_CHANGED", source=config.code, now=config.feed, then=batch.feed)
    # Each row stands for itself.
    config = msgspec.structs.replace(config, refused_limit=1.0)
    retry = _Retry(config, batch, request)
    async with _held(database, config.code):
        try:
            async with database.transaction() as transaction:
                if not await try_batch_lock(transaction, config.code):
                    raise SourceProblem("SOURCE_BUSY")
                await retry.run(transaction)
        except _NothingKept:
            retry.report.batch_id = None
    return retry.report


async def retriable(database: Database, batch_id: str) -> KeptBatch:
    """Return the batch whose rows may be tried; of a correction the batch it corrects.

    Raises:
        QuarantineRefused: BATCH_UNKNOWN, RETRY_BATCH_FAILED, RETRY_BATCH_STATUS, RETRY_NO_HEADER.
    """
    batch = await read_batch(database, batch_id)
    if batch is not None and batch.corrects is not None:
        batch = await read_batch(database, batch.corrects)
    if batch is None:
        raise refused("BATCH_UNKNOWN", asked=batch_id)
    if batch.status == BatchStatus.FAILED.value:
        raise refused("RETRY_BATCH_FAILED")
    if batch.status not in _RETRIED:
        raise refused("RETRY_BATCH_STATUS", status=batch.status)
    if batch.header is None:
        raise refused("RETRY_NO_HEADER")
    return batch


@asynccontextmanager
async def _held(database: Database, source: str) -> AsyncIterator[None]:
    """Hold the lock of a source as a pull does; raises SourceProblem (SOURCE_BUSY)."""
    if database.settings.statement_cache_size == 0:
        yield  # behind PgBouncer, where a session's lock would stay behind (see `sync.py`)
        return
    async with database.session() as session:
        if not await try_lock(session, source):
            raise SourceProblem("SOURCE_BUSY")
        try:
            yield
        finally:
            if not session.is_closed():
                await unlock(session, source)


class _Retry:
    """One retry of one batch, inside its transaction."""

    def __init__(
        self,
        config: SourceConfig,
        batch: KeptBatch,
        request: RetryRequest,
    ) -> None:
        self._config, self._batch, self._request = config, batch, request
        self._feed = load_feeds()[config.feed]
        self._aliases = self._feed.aliases(config.columns)
        self.report = RetryReport(batch.id, dry_run=request.dry_run)

    async def run(self, transaction: Transaction) -> None:
        await lock_rows(transaction, self._batch.id)
        rows = [self._corrected(kept) for kept in await self._kept(transaction)]
        if not rows:
            raise _NothingKept
        source_id = await register_source(transaction, self._config, datetime.now(UTC))
        batch = await self._load(transaction, rows, source_id)
        assert batch.batch_id is not None
        numbers = [row.kept.row for row in rows]
        again = await refused_rows(transaction, batch.batch_id)
        report = self.report
        report.counts, report.codes = batch.counts, batch.codes
        report.refused = [number for number in numbers if number in again]
        report.taken_in = [number for number in numbers if number not in again]
        if self._request.dry_run or await self._is_idle(transaction, batch.batch_id, rows):
            raise _NothingKept
        await settle_correction(
            transaction,
            self._config,
            source_id,
            self._batch.id,
            batch.batch_id,
            report.taken_in,
            report.refused,
        )
        await close_batch(transaction, batch, datetime.now(UTC))
        # Who follows the delivery is told, too: fewer of its rows wait.
        told = {"status": self._batch.status}
        await publish(transaction, "reporting.ingest_progressed", [self._batch.id], [told])
        report.batch_id = report.last = batch.batch_id

    async def _kept(self, transaction: Transaction) -> list[KeptRow]:
        """Return the rows to be tried, in order; those already taken in are noted."""
        request, report = self._request, self.report
        found: list[KeptRow] = []
        if not request.corrections and request.rows is None:
            after = 0
            while rows := await waiting_rows(transaction, self._batch.id, after, _CHUNK):
                found += rows
                after = rows[-1].row
        else:
            wanted = {*request.corrections, *(request.rows or ())}
            found = await named_rows(transaction, self._batch.id, wanted)
            for row in sorted(wanted - {kept.row for kept in found}):
                raise refused("RETRY_ROW_UNKNOWN", row=row, place=(str(row),))
        for kept in found:
            report.last = kept.resolved_by or kept.tried_by or report.last
        report.passed_over = [kept.row for kept in found if kept.resolved_by is not None]
        return [kept for kept in found if kept.resolved_by is None]

    def _corrected(self, kept: KeptRow) -> Retried:
        given = self._request.corrections.get(kept.row, {})
        columns = [name for name, _ in self._batch.header or ()]
        row, unknown = with_corrections(kept, given, columns, literal=self._request.strict)
        for header in unknown if self._request.strict else ():
            if header_key(header)[0] not in self._aliases:
                place = (str(kept.row), header)
                raise refused("RETRY_COLUMN_UNKNOWN", column=header[:100], place=place)
        return row

    async def _load(
        self, transaction: Transaction, rows: Sequence[Retried], source_id: int
    ) -> BatchReport:
        """Run the rows through the pipeline, as a batch."""
        now = datetime.now(UTC)
        tries = await count_tries(transaction, self._batch.id)
        name = f"{self._batch.file_name or self._batch.source} 更正 {self._batch.id}"
        digest = _digest(self._batch.id, tries, rows)
        report = BatchReport(
            self._config.code, self._feed.feed, name, digest, BatchStatus.LOADED,
            encoding=self._batch.encoding,
        )  # fmt: skip
        batch = Batch(name, digest, 0)
        report.batch_id = await open_batch(
            transaction, self._config, batch, self._batch.encoding, now
        )
        await note_correction(transaction, report.batch_id, self._batch.id)
        loader = Loader(
            self._config,
            self._feed,
            report,
            Silent(),
            received_at=now,
            today=self._request.today or today_in_china(),
            source_id=source_id,
        )
        header = reread_header(self._batch, rows, self._config, self._aliases)
        try:
            table = reread_table(self._batch, rows, header, self._feed)
            await loader.load(transaction, table, storing=True)
        except FileRefused as refusal:
            raise QuarantineRefused(refusal.finding) from refusal
        return report

    async def _is_idle(
        self, transaction: Transaction, batch_id: str, rows: Sequence[Retried]
    ) -> bool:
        """Whether every row was refused once more, unchanged and for the same reasons."""
        if self.report.taken_in or any(row.changed for row in rows):
            return False
        now = await named_rows(transaction, batch_id, self.report.refused)
        before = {row.kept.row: _said(row.kept.findings) for row in rows}
        return {kept.row: _said(kept.findings) for kept in now} == before


def _said(findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    return sorted((found.code, found.column or "", found.value or "") for found in findings)


def _digest(batch: str, tries: int, rows: Sequence[Retried]) -> str:
    """Return the digest of a correction: what it corrects, the how-manieth try, and its rows."""
    content = [batch, tries, [[row.kept.row, dict(row.cells)] for row in rows]]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
