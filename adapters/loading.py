"""One batch through the pipeline: records → mapped → validated → stored, chunk by chunk.

Runs inside the transaction of the batch. Memory holds one chunk, whatever the size of the file.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice

from adapters.config import SourceConfig
from adapters.errors import AdapterError
from adapters.feed import Feed
from adapters.files.table import Table
from adapters.mapping import Mapper
from adapters.model import BatchReport, Counts, MappedRow, Outcome, RowResult
from adapters.progress import Progress
from adapters.rules import RuleContext
from adapters.rules.context import application_numbers
from adapters.store import STORES, BatchContext, Stored
from adapters.store.batches import BatchBook
from adapters.store.changes import write_changes
from adapters.store.facts import ASKING_FEEDS, read_facts
from adapters.store.failures import DATA_ERRORS, refused_by
from adapters.store.ledger import key_hash, read_ledger, write_ledger
from adapters.store.tombstones import bury
from adapters.validation import Validator
from resolvers.database.pool import Transaction
from resolvers.values import shipped_lists

CHUNK_ROWS = 500
"""Rows per round: a few milliseconds of work between two chances for others to run."""


class TooManyRefused(AdapterError):
    """More rows were refused than the source allows; nothing of the batch may stay."""

    code = "BATCH_REFUSED_SHARE"


class Loader:
    """Takes the rows of one batch; `storing` is off when only findings are to be kept."""

    def __init__(
        self,
        config: SourceConfig,
        feed: Feed,
        report: BatchReport,
        progress: Progress,
        *,
        received_at: datetime,
        today: date,
        source_id: int,
        full: bool = False,
    ) -> None:
        assert report.batch_id is not None
        self._source_id, self._full = source_id, full
        self._config, self._feed, self._report, self._progress = config, feed, report, progress
        self._today = today
        self._context = BatchContext(
            feed, report.batch_id, config.name, config.precedence, received_at, today
        )

    async def load(self, transaction: Transaction, table: Table, *, storing: bool) -> None:
        """Run the whole table through; fills counts and codes of the report.

        Raises:
            FileRefused: required columns are missing, or the file changed while it was read.
            TooManyRefused: only when storing.
        """
        assert self._report.batch_id is not None
        mapper = Mapper(
            self._feed,
            table.header,
            constants=self._config.constants,
            today=self._today,
            lists=shipped_lists(),
            own_rows_only=self._config.own_rows_only,
            deletions=self._config.deletions,
        )
        validator = Validator(self._feed)
        book = BatchBook(transaction, self._report.batch_id, table.sheet)
        await book.write_file_issues(table.findings)
        counts, codes = Counts(), Counter(found.code for found in table.findings)
        self._report.counts = counts
        for rows in _chunks(map(mapper.map, table.records())):
            results = await self._validate(transaction, validator, rows)
            if storing:
                results = await self._store(transaction, results, counts)
            for result in results:
                counts.add(result.outcome)
                codes.update(result.codes)
            await book.write_rows(results)
            counts.ignored = table.ignored.total()
            self._progress.advanced(self._config.code, self._report.name, counts)
            await asyncio.sleep(0)
        counts.ignored = table.ignored.total()
        self._report.codes = dict(codes.most_common())
        if storing and counts.rejected > counts.read * self._config.refused_limit:
            raise TooManyRefused

    async def _validate(
        self, transaction: Transaction, validator: Validator, rows: Sequence[MappedRow]
    ) -> list[RowResult]:
        asking = self._feed.feed in ASKING_FEEDS
        numbers = [number for row in rows if asking for number in application_numbers(row)]
        facts = await read_facts(transaction, numbers)
        context = RuleContext(self._feed.feed, self._config.precedence, self._today, facts)
        return list(validator.check(rows, context))

    async def _store(
        self, transaction: Transaction, results: list[RowResult], counts: Counts
    ) -> list[RowResult]:
        """Store the accepted rows; a row the database refuses is refused, the others stay."""
        passed_over = (Outcome.REJECTED, Outcome.DUPLICATE)
        accepted = [result for result in results if result.outcome not in passed_over]
        try:
            await self._store_together(transaction, accepted, counts)
            return results
        except DATA_ERRORS:
            # Rare: two sources contradict each other. One by one, to find whom it concerns.
            return [
                await self._store_alone(transaction, result, counts)
                if result.is_accepted
                else result
                for result in results
            ]

    async def _store_together(
        self, transaction: Transaction, results: Sequence[RowResult], counts: Counts
    ) -> None:
        if not results:
            return
        async with transaction.savepoint():
            stored, unchanged = await self._merge(transaction, results)
            gone = [result for result in results if result.outcome is Outcome.DELETED]
            buried = await bury(transaction, self._source_id, gone, self._context) if gone else None
        counts.changed += stored.changed
        counts.unchanged += unchanged
        counts.conflicts += stored.conflicts
        if buried is not None:
            counts.changed += buried.changed

    async def _merge(
        self, transaction: Transaction, results: Sequence[RowResult]
    ) -> tuple[Stored, int]:
        """Store the accepted rows that say something new; return what that did, and how many rows
        said nothing new. `full` pulls store all of them once more."""
        accepted = [result for result in results if result.is_accepted]
        hashes = {key_hash(row.mapped.key): row for row in accepted if row.mapped.key is not None}
        held = await read_ledger(transaction, self._source_id, hashes)
        fresh = [
            row
            for row in accepted
            if self._full
            or row.mapped.key is None
            or (said := held.get(key_hash(row.mapped.key))) is None
            or said.deleted
            or said.content_hash != row.mapped.content_hash
        ]
        if not fresh:
            return Stored(), len(accepted)
        stored = await STORES[self._feed.feed](transaction, fresh, self._context)
        await write_ledger(transaction, self._source_id, fresh, held, self._context)
        await write_changes(transaction, self._config.code, stored.touched, self._context)
        return stored, len(accepted) - len(fresh)

    async def _store_alone(
        self, transaction: Transaction, result: RowResult, counts: Counts
    ) -> RowResult:
        try:
            await self._store_together(transaction, [result], counts)
            return result
        except DATA_ERRORS as error:
            refusal = result.mapped.finding(
                "STORE_REFUSED", self._feed.key[-1], constraint=refused_by(error)
            )
            return RowResult(result.mapped, Outcome.REJECTED, (*result.findings, refusal))


def _chunks(rows: Iterator[MappedRow]) -> Iterator[list[MappedRow]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk
