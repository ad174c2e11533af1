"""One batch through the pipeline: records → mapped → validated → stored, chunk by chunk.

Runs inside the transaction of the batch. Memory holds two chunks, whatever the size of the file:
while PostgreSQL stores one, the next is read and mapped, in slices short enough that other requests
of this process are not kept waiting. Whether a row repeats an earlier one, and what is known about
the patents it names, is asked only when the chunk before it is stored.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from datetime import date, datetime
from itertools import islice
from typing import Final

from adapters.ahead import ahead
from adapters.collecting import streaming_rows
from adapters.config import SourceConfig
from adapters.errors import AdapterError
from adapters.feed import Feed
from adapters.files.table import Table
from adapters.mapping import Mapper
from adapters.model import BatchReport, Counts, Outcome, RowResult
from adapters.progress import Progress
from adapters.rules import RuleContext
from adapters.rules.context import application_numbers
from adapters.store import STORES, BatchContext, Stored
from adapters.store.absent import note_seen
from adapters.store.batches import BatchBook
from adapters.store.behind import behind
from adapters.store.changes import write_changes
from adapters.store.facts import ASKING_FEEDS, read_facts
from adapters.store.failures import DATA_ERRORS, refused_by
from adapters.store.known import read_known
from adapters.store.ledger import Ledger
from adapters.store.seen import SeenKeys
from adapters.store.tombstones import bury, revive
from adapters.store.waiting import write_header
from adapters.validation import KeyedRow, Validator
from resolvers.database.pool import Transaction
from resolvers.values import shipped_lists

CHUNK_ROWS: Final = 2_000
"""Rows per round of statements."""
SLICE_ROWS: Final = 50
"""Rows mapped at once: a few milliseconds of work between two chances for others to run."""

# For this transaction only: the new entries of a text index are merged into it at once.
_SETTINGS: Final = "select set_config('work_mem', '64MB', true)"


class TooManyRefused(AdapterError):
    """More rows were refused than the source allows; nothing of the batch may stay."""

    code = "BATCH_REFUSED_SHARE"


class Loader:
    """Takes the rows of one batch. `run`: number of a pull whose keys are to be noted, because what
    it does not list is gone. `context` and, once loading began, `book` are those of the batch."""

    book: BatchBook

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
        run: int | None = None,
    ) -> None:
        assert report.batch_id is not None
        self._source_id, self._full, self._run = source_id, full, run
        self._config, self._feed, self._report, self._progress = config, feed, report, progress
        self._today = today
        self.context = BatchContext(
            feed, report.batch_id, config.name, config.precedence, received_at, today, config.center
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
            constants=self._feed.constants(self._config.center, self._config.constants),
            today=self._today,
            lists=shipped_lists(),
            own_rows_only=self._config.own_rows_only,
            deletions=self._config.deletions,
            vocabularies=self._config.vocabularies,
            units=self._config.units,
        )
        validator = Validator(self._feed, SeenKeys(transaction))
        book = self.book = BatchBook(transaction, self._report.batch_id, table.sheet)
        await write_header(transaction, self._report.batch_id, table.header)
        await book.write_file_issues(table.findings)
        counts, codes = Counts(), Counter(found.code for found in table.findings)
        self._report.counts = counts
        if storing:
            await transaction.fetchrow("ingest.settings", _SETTINGS)
        self._ledger = await Ledger.open(transaction, self._source_id, self.context)
        rows = (validator.keyed(mapper.map(record)) for record in table.records())
        with streaming_rows():
            async with aclosing(ahead(_chunks(rows))) as chunks:
                async for chunk in chunks:
                    results = await self._validate(transaction, validator, chunk)
                    if storing:
                        results = await self._store_chunk(transaction, results, counts)
                    for result in results:
                        counts.add(result.outcome)
                        if result.findings:
                            codes.update(result.codes)
                    await book.write_rows(results)
                    counts.ignored = table.ignored.total()
                    self._progress.advanced(self._config.code, self._report.name, counts)
        counts.ignored = table.ignored.total()
        self._report.codes = dict(codes.most_common())
        if storing and counts.rejected > counts.read * self._config.refused_limit:
            raise TooManyRefused

    async def _validate(
        self, transaction: Transaction, validator: Validator, rows: Sequence[KeyedRow]
    ) -> list[RowResult]:
        asking = self._feed.feed in ASKING_FEEDS
        numbers = [number for row in rows if asking for number in application_numbers(row.mapped)]
        facts = await read_facts(transaction, numbers)
        known = await read_known(
            transaction, self._feed.feed, self._config.center, [row.mapped for row in rows]
        )
        context = RuleContext(self._feed.feed, self._config.precedence, self._today, facts, known)
        return await validator.check_chunk(rows, context)

    async def _store_chunk(
        self, transaction: Transaction, results: list[RowResult], counts: Counts
    ) -> list[RowResult]:
        results = await self._store(transaction, results, counts)
        if self._run is not None:
            await note_seen(transaction, self._source_id, self._run, results)
        return results

    async def _store(
        self, transaction: Transaction, results: list[RowResult], counts: Counts
    ) -> list[RowResult]:
        """Store the accepted rows; a row the database refuses is refused, the others stay.

        Rare: two sources contradict each other, or write the same record at the same moment. Then
        the rows are stored by halves, down to the row it concerns.
        """
        passed_over = (Outcome.REJECTED, Outcome.DUPLICATE)
        storable = [result for result in results if result.outcome not in passed_over]
        if not storable:
            return results
        try:
            await self._store_together(transaction, storable, counts)
            return results
        except DATA_ERRORS as error:
            if len(storable) == 1:
                refused = self._refused(storable[0], error)
                return [refused if result is storable[0] else result for result in results]
        middle = len(results) // 2
        return [
            *await self._store(transaction, results[:middle], counts),
            *await self._store(transaction, results[middle:], counts),
        ]

    def _refused(self, result: RowResult, error: Exception) -> RowResult:
        refusal = result.mapped.finding(
            "STORE_REFUSED", self._feed.key[-1], constraint=refused_by(error)
        )
        return RowResult(result.mapped, Outcome.REJECTED, (*result.findings, refusal))

    async def _store_together(
        self, transaction: Transaction, results: Sequence[RowResult], counts: Counts
    ) -> None:
        accepted = [result for result in results if result.is_accepted]
        gone = [result for result in results if result.outcome is Outcome.DELETED]
        async with transaction.savepoint(), behind(transaction) as writer:
            stored, unchanged = await self._merge(writer, accepted)
            buried = await self._bury(writer, gone) if gone else Stored()
        counts.changed += stored.changed + buried.changed
        counts.unchanged += unchanged
        counts.conflicts += stored.conflicts

    async def _merge(
        self, transaction: Transaction, accepted: Sequence[RowResult]
    ) -> tuple[Stored, int]:
        """Store the accepted rows that say something new; return what that did, and how many rows
        said nothing new. `full` pulls store all of them once more."""
        said = await self._ledger.read(transaction, accepted)
        fresh = accepted if self._full else said.fresh
        if not fresh:
            return Stored(), len(accepted)
        if said.revived:
            await revive(transaction, said.revived, self.context)
        stored = await STORES[self._feed.feed](transaction, fresh, self.context)
        await self._ledger.write(transaction, fresh, said)
        await write_changes(transaction, self._config.code, stored.touched, self.context)
        return stored, len(accepted) - len(fresh)

    async def _bury(self, transaction: Transaction, gone: Sequence[RowResult]) -> Stored:
        buried = await bury(transaction, self._source_id, gone, self.context)
        code, touched = self._config.code, buried.touched
        await write_changes(transaction, code, touched, self.context, "DELETE")
        return buried


async def _chunks(rows: Iterator[KeyedRow]) -> AsyncGenerator[list[KeyedRow], None]:
    """Yield rows chunk by chunk, letting others run after each slice."""
    chunk: list[KeyedRow] = []
    while part := list(islice(rows, SLICE_ROWS)):
        chunk += part
        if len(chunk) >= CHUNK_ROWS:
            yield chunk
            chunk = []
        await asyncio.sleep(0)
    if chunk:
        yield chunk
