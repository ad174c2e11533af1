"""The pull: gather → fetch → map → validate → store → checkpoint (DESIGN §7).

A batch is a file, or a bounded run of records of a source without files. Its rows, provenance,
refused rows, findings and the checkpoint commit in one transaction, so a pull that is killed leaves
either a whole batch or nothing of it, and the next pull goes on behind the last whole one. Content
that was loaded before is answered with the old result. More refused rows than the source allows
(30 %): nothing is loaded, but the findings are kept.

One source is pulled by one worker at a time: a session lock for the pull, and a lock inside each
batch's transaction in case the session is lost. While one batch is stored the next one is fetched.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime

import msgspec
from opentelemetry import trace

from adapters.absence import FILE_RUN, end_file, end_pull
from adapters.ahead import ahead
from adapters.config import SourceConfig, in_pulling_order
from adapters.config.source import FILE_KINDS
from adapters.errors import FileRefused, SourceProblem
from adapters.feed import Feed, load_feeds, load_vocabularies
from adapters.files.encoding import encoding_label
from adapters.findings import Finding, finding
from adapters.loading import Loader, TooManyRefused
from adapters.model import BatchReport, BatchStatus, Position, SyncReport
from adapters.progress import Progress, Silent
from adapters.source import OpenBatch, PullRequest, Source
from adapters.sources import open_source
from adapters.store.absent import forget_seen, tells_by_absence
from adapters.store.batches import (
    close_batch,
    find_batch,
    open_batch,
    read_checkpoint,
    try_batch_lock,
    try_lock,
    unlock,
    write_checkpoint,
)
from adapters.store.settling import read_marks, settle_delivery
from adapters.store.sources import note_finished, note_started, register_source
from resolvers.database.pool import Database, Transaction
from resolvers.values import today_in_china

_tracer = trace.get_tracer("hub.adapters")

MAX_REFUSED_FILES = 1000
"""How many refused files a checkpoint remembers; one that is forgotten is only read once more."""


@dataclass(frozen=True, slots=True)
class PullOptions:
    """`full`: read files again that were loaded before. `dry_run`: tell what would happen, change
    nothing. `today`: the day rules compare with, today in China by default."""

    full: bool = False
    dry_run: bool = False
    today: date | None = None


class _DryRun(Exception):
    """Rolls the transaction of a batch back."""


async def pull_sources(
    database: Database,
    sources: Iterable[SourceConfig],
    options: PullOptions | None = None,
    progress: Progress | None = None,
) -> list[SyncReport]:
    """Pull sources one after the other, facts first; a source that fails does not stop the next."""
    return [
        await pull_source(database, source, options, progress)
        for source in in_pulling_order(sources)
    ]


async def pull_source(
    database: Database,
    source: SourceConfig,
    options: PullOptions | None = None,
    progress: Progress | None = None,
) -> SyncReport:
    """Pull all batches of one source and return what was done.

    Raises:
        DatabaseError: the database is gone; the batch in hand is rolled back as a whole.
    """
    pull = _Pull(database, source, options or PullOptions(), progress or Silent())
    with _tracer.start_as_current_span(f"pull {source.code}") as span:
        report = await pull.run()
        total = report.total()
        span.set_attributes(
            {
                "hub.source": source.code,
                "hub.feed": source.feed,
                "hub.batches": len(report.batches),
                "hub.rows.read": total.read,
                "hub.rows.rejected": total.rejected,
                "hub.rows.changed": total.changed,
            }
        )
        if report.failed:
            span.set_status(trace.StatusCode.ERROR)
    return report


class _Pull:
    """One pull of one source."""

    def __init__(
        self, database: Database, config: SourceConfig, options: PullOptions, progress: Progress
    ) -> None:
        self._database, self._config, self._options = database, config, options
        self._progress = progress
        self._feed: Feed = load_feeds()[config.feed]
        self._aliases = self._feed.aliases(config.columns)
        self._settings = settings_digest(config, self._feed)
        self._today = options.today or today_in_china()
        self._report = SyncReport(config.code, config.feed, dry_run=options.dry_run)
        # The number under which the keys of this pull are noted, if what it does not list is gone.
        self._by_absence = tells_by_absence(config)
        self._run_noted_as: int | None = None

    async def run(self) -> SyncReport:
        started = time.monotonic()
        self._progress.started(self._config.code, self._config.name)
        try:
            self._source_id = await register_source(self._database, self._config, _now())
            async with asyncio.timeout(self._config.bounds.deadline):
                await self._run_locked()
        except SourceProblem as problem:
            self._report.problem = problem.finding
        except TimeoutError:
            seconds = f"{self._config.bounds.deadline:g}"
            self._report.problem = finding("SOURCE_DEADLINE", seconds=seconds)
        self._report.seconds = time.monotonic() - started
        self._progress.finished(self._report)
        return self._report

    async def _run_locked(self) -> None:
        if self._database.settings.statement_cache_size == 0:
            # Behind PgBouncer in transaction mode a session's lock would stay with some other
            # connection; the lock inside each batch's transaction is enough to load nothing twice.
            await self._run_noted()
            return
        async with self._database.session() as session:
            if not await try_lock(session, self._config.code):
                raise SourceProblem("SOURCE_BUSY")
            try:
                await self._run_noted()
            finally:
                if not session.is_closed():
                    await unlock(session, self._config.code)

    async def _run_noted(self) -> None:
        """Pull, and keep the book of the source: when, how it ended, how often it failed."""
        if self._options.dry_run:
            await self._run_batches()
            return
        await note_started(self._database, self._config, _now())
        problem: Finding | None = finding("SOURCE_CANCELLED")
        try:
            await self._run_batches()
            problem = self._report.first_problem
        except SourceProblem as failure:
            problem = failure.finding
            raise
        finally:
            await note_finished(self._database, self._config, self._report, problem, _now())

    async def _run_batches(self) -> None:
        source = open_source(self._config)
        try:
            position = await self._begin(source)
            request = PullRequest(position.cursor, None if position.full else position.since)
            async with aclosing(
                ahead(source.batches(request), lambda left: left.close())
            ) as batches:
                async for opened in batches:
                    try:
                        report = await self._batch(opened)
                    finally:
                        opened.close()
                    self._report.batches.append(report)
                    self._progress.batch_done(report)
            if self._config.kind not in FILE_KINDS and not self._options.dry_run:
                await self._finish()
        finally:
            await source.close()

    async def _begin(self, source: Source) -> Position:
        """Return where to begin: behind the last batch of an unfinished pull, or anew."""
        position = await read_checkpoint(self._database, self._config)
        if self._config.kind in FILE_KINDS:
            self._run_noted_as = FILE_RUN if self._by_absence else None
            return position  # what was loaded is known by its digest
        unfinished = position.cursor is not None and source.capabilities.resumable
        if not unfinished or (self._options.full and not position.full):
            full = self._options.full or position.since is None
            position = msgspec.structs.replace(
                position, cursor=None, high=None, full=full, run=position.run + 1, failed=False
            )
            await self._note_begin(position)
        self._run_noted_as = position.run if self._by_absence and position.full else None
        return position

    async def _note_begin(self, position: Position) -> None:
        if self._options.dry_run:
            return
        async with self._database.transaction() as transaction:
            await write_checkpoint(transaction, self._config, position, None, _now())
            if self._by_absence:
                await forget_seen(transaction, self._source_id, position.run)

    async def _finish(self) -> None:
        """Close a pull that came to its end: remember the mark it reached, and bury what a full
        list did not contain.

        With a refused batch the old mark stays, so that the next pull reads those rows again.
        """
        async with self._database.transaction() as transaction:
            position = await read_checkpoint(transaction, self._config)
            if self._run_noted_as is not None and not position.failed:
                ended = await end_pull(
                    transaction, self._config, self._source_id, position.run, _now(), self._today
                )
                self._report.batches += [ended] if ended is not None else []
            since = position.since if position.failed else position.high or position.since
            position = msgspec.structs.replace(
                position, cursor=None, high=None, full=False, since=since
            )
            await write_checkpoint(transaction, self._config, position, None, _now())

    async def _batch(self, opened: OpenBatch) -> BatchReport:
        report = BatchReport(
            self._config.code,
            self._feed.feed,
            opened.batch.name,
            opened.batch.sha256,
            BatchStatus.RECEIVED,
        )
        # Where what is left out is gone, rows that say the same must be met all the same.
        again = self._options.full or self._run_noted_as not in (None, FILE_RUN)
        if not again and await self._is_old(self._database, opened, report):
            if opened.cursor is not None and not self._options.dry_run:
                async with self._database.transaction() as transaction:
                    await self._checkpoint(transaction, opened, report, _now())
            return report
        try:
            async with self._database.transaction() as transaction:
                if not await try_batch_lock(transaction, self._config.code):
                    raise SourceProblem("SOURCE_BUSY")
                # Another worker may have loaded the file while this one waited.
                if again or not await self._is_old(transaction, opened, report):
                    await self._load(transaction, opened, report)
                if self._options.dry_run:
                    raise _DryRun
        except _DryRun:
            report.batch_id = None
        return report

    async def _is_old(
        self, database: Database | Transaction, opened: OpenBatch, report: BatchReport
    ) -> bool:
        """Fill the report from an earlier pull of the same bytes, if there was one.

        A refused file is old, too, as long as nothing was changed in how the source is read.
        """
        position = await read_checkpoint(database, self._config)
        same_settings = position.refused.get(report.name) == self._settings
        # A list, unlike a file, may turn back to what it said before.
        name = report.name if opened.cursor is not None else None
        old = await find_batch(
            database, self._config, report.sha256, failed=same_settings, name=name
        )
        if old is None:
            return False
        report.batch_id, report.status, report.encoding = old.batch_id, old.status, old.encoding
        report.counts, report.problem, report.repeated = old.counts, old.problem, True
        return True

    async def _load(self, transaction: Transaction, opened: OpenBatch, report: BatchReport) -> None:
        now = datetime.now(UTC)
        encoding = opened.encoding
        report.encoding = encoding_label(encoding) if encoding else None
        marks = await read_marks(transaction, self._config, report.sha256)
        report.batch_id = await open_batch(
            transaction, self._config, opened.batch, report.encoding, now
        )
        loader = Loader(
            self._config,
            self._feed,
            report,
            self._progress,
            received_at=now,
            today=self._today,
            source_id=self._source_id,
            full=self._options.full,
            run=self._run_noted_as,
        )
        try:
            async with transaction.savepoint():
                table = opened.table(self._aliases)
                report.encoding = table.encoding
                await loader.load(transaction, table, storing=True)
                if self._run_noted_as == FILE_RUN:
                    await self._end_file(transaction, report, loader)
            report.status = BatchStatus.LOADED
        except TooManyRefused:
            await self._keep_findings(transaction, opened, report, loader)
        except FileRefused as refusal:
            report.status, report.problem = BatchStatus.FAILED, refusal.finding
        await settle_delivery(transaction, self._config, self._source_id, report, marks)
        await close_batch(transaction, report, datetime.now(UTC))
        await self._checkpoint(transaction, opened, report, now)

    async def _end_file(
        self, transaction: Transaction, report: BatchReport, loader: Loader
    ) -> None:
        """Bury what a file that lists all there is no longer has."""
        remark = await end_file(transaction, self._config, self._source_id, report, loader.context)
        if remark is not None:
            report.codes[remark.code] = 1
            await loader.book.write_file_issues([remark])

    async def _keep_findings(
        self, transaction: Transaction, opened: OpenBatch, report: BatchReport, loader: Loader
    ) -> None:
        """Run the file through once more without storing, after the savepoint took everything back.

        Twice the reading, but only for files that are mostly wrong; the way of good files stays
        one pass without a staging table.
        """
        await loader.load(transaction, opened.table(self._aliases), storing=False)
        counts = report.counts
        report.status = BatchStatus.FAILED
        report.problem = finding(
            "BATCH_REFUSED_SHARE",
            share=f"{counts.rejected / counts.read:.0%}",
            limit=f"{self._config.refused_limit:.0%}",
        )

    async def _checkpoint(
        self, transaction: Transaction, opened: OpenBatch, report: BatchReport, now: datetime
    ) -> None:
        assert report.batch_id is not None
        position = await read_checkpoint(transaction, self._config)
        # Loaded files are known by their batch; refused ones by this list, with how they were read.
        refused = dict(position.refused)
        refused.pop(report.name, None)
        failed = report.status is BatchStatus.FAILED
        if failed:
            refused[report.name] = self._settings
        position = msgspec.structs.replace(
            position,
            cursor=opened.cursor,
            high=opened.high or position.high,
            failed=position.failed or failed,
            file=report.name,
            sha256=report.sha256,
            refused=dict(list(refused.items())[-MAX_REFUSED_FILES:]),
        )
        await write_checkpoint(transaction, self._config, position, report.batch_id, now)


def _now() -> datetime:
    return datetime.now(UTC)


def settings_digest(config: SourceConfig, feed: Feed) -> str:
    """Return a digest of all that decides how a file of a source is read, but not where it lies."""
    settings = msgspec.to_builtins(config) | {"folder": "", "path": ""}
    text = msgspec.json.encode([settings, feed, dict(load_vocabularies())], order="sorted")
    return hashlib.blake2b(text, digest_size=16).hexdigest()
