"""An answer into the store: what is new becomes a batch of its own, what is gone a tombstone.

Through the same mapping, rules, precedence and books as a pull, in one transaction, under the
lock of the source's batches. What the source said before is not booked again; a refused row is
booked once per content and tried again now and then, because the rules look at other records, too.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from adapters.config import SourceConfig
from adapters.errors import SourceProblem
from adapters.feed import Feed
from adapters.findings import finding
from adapters.live.answers import Answer, read_answer
from adapters.live.expiring import Expiring
from adapters.live.freshness import row_keys
from adapters.loading import Loader
from adapters.model import Batch, BatchReport, BatchStatus, MappedRow, Outcome, RowResult
from adapters.progress import Silent
from adapters.source import OpenBatch
from adapters.store.batches import (
    close_batch,
    open_batch,
    raw_row,
    text_digest,
    try_batch_lock,
)
from adapters.store.changes import write_changes
from adapters.store.ledger import key_hash
from adapters.store.settling import Marks, settle_delivery
from adapters.store.sources import register_source
from adapters.store.tombstones import bury_keys
from resolvers.database.pool import Database, Transaction
from resolvers.live import RecordKey
from resolvers.values import today_in_china

log = logging.getLogger("hub.live")

LOCK_TRIES: Final = 4
LOCK_WAIT: Final = 0.05
"""Seconds before the second try for the lock of the source's batches; then twice as long each."""
MOST_REFUSED: Final = 20_000
TRY_REFUSED_AGAIN: Final = 600.0
"""Seconds between two tries of a row that was refused and says what it said then."""
FEW: Final = 10
"""Up to so many records may all be gone at once; of more, a share as large as `refused_limit` looks
like a fault of the source."""

_HELD: Final = """
select key_hash, content_hash, deleted_at is not null as deleted
from reporting.source_row where source_id = $1 and key_hash = any($2)
"""
_REFUSED: Final = """
select distinct row.content_hash
from reporting.ingest_row as row join reporting.ingest_batch as batch on batch.id = row.batch_id
where row.content_hash = any($2) and row.outcome = 'REJECTED' and batch.source_name = $1
"""


class _Idle(Exception):
    """Rolls a batch back in which nothing is new."""


@dataclass(frozen=True, slots=True)
class _News:
    """`rows`: what was not said before. `again`: refused before, to be tried once more. `gone`:
    digests of keys the source gave and does not know any more."""

    rows: Sequence[MappedRow]
    again: Sequence[MappedRow]
    gone: Sequence[bytes]


class Books:
    """Takes in the answers of one source."""

    def __init__(self, database: Database, config: SourceConfig, feed: Feed) -> None:
        # A batch holds what changed of some keys: a share of it that is refused says nothing.
        self._config = msgspec.structs.replace(config, refused_limit=1.0)
        self._limit = config.refused_limit
        self._database, self._feed = database, feed
        self._source_id: int | None = None
        self._refused: Expiring[str, bool] = Expiring(MOST_REFUSED)

    async def take_in(self, opened: OpenBatch, keys: Collection[RecordKey]) -> None:
        """Store what is new in an answer to the question for `keys`.

        Raises:
            FileRefused, SourceProblem: the answer is none; `SOURCE_BUSY`: others load it now.
            DatabaseError: nothing was stored.
        """
        answer = read_answer(opened, self._config, self._feed, keys, today_in_china())
        if self._source_id is None:
            self._source_id = await register_source(self._database, self._config, datetime.now(UTC))
        news = await self._news(self._source_id, answer, keys)
        digest = opened.batch.sha256
        if news.rows or news.gone:
            await self._book(digest, answer, news.rows, news.gone)
        if news.again:
            await self._book(digest, answer, news.again, (), only_if_taken=True)

    async def _news(self, source_id: int, answer: Answer, keys: Collection[RecordKey]) -> _News:
        of_key = {key_hash(row.key): row for row in answer.rows if row.key is not None}
        absent = set() if answer.unread else await self._absent(answer, keys)
        digests = [*of_key, *absent]
        held = {
            record["key_hash"]: record
            for record in await self._database.fetch("live.held", _HELD, source_id, digests)
        }
        fresh = [row for row in answer.rows if row.key is None]
        for digest, row in of_key.items():
            said = held.get(digest)
            same = said is not None and said["content_hash"] == row.content_hash
            if said is None or not same or said["deleted"] != row.deleted:
                fresh.append(row)
        gone = [digest for digest in absent if digest in held and not held[digest]["deleted"]]
        known = sum(1 for digest in held if not held[digest]["deleted"])
        if len(gone) > FEW and len(gone) > known * self._limit:
            log.warning("%s: %s", self._config.code, finding("LIVE_ABSENT", count=known).message)
            gone = []
        return await self._sorted_out(fresh, gone)

    async def _absent(self, answer: Answer, keys: Collection[RecordKey]) -> set[bytes]:
        """Return the digests of rows that are stored or asked for and not in the answer."""
        rows = await row_keys(self._database, self._feed.feed, keys)
        given = {row.key for row in answer.rows}
        return {key_hash(row) for parts in rows.values() for row in parts if row not in given}

    async def _sorted_out(self, fresh: list[MappedRow], gone: list[bytes]) -> _News:
        """Tell rows that were refused before from those that are new."""
        if not fresh:
            return _News((), (), gone)
        digests = {_text(row): row for row in fresh}
        records = await self._database.fetch(
            "live.refused", _REFUSED, self._config.code, list(digests)
        )
        refused = {record["content_hash"] for record in records}
        again = [row for text, row in digests.items() if text in refused and self._is_due(text)]
        return _News([row for text, row in digests.items() if text not in refused], again, gone)

    def _is_due(self, text: str) -> bool:
        """Whether a refused row is to be tried again now; then not for a while."""
        if self._refused.get(text) is not None:
            return False
        self._refused.put(text, True, TRY_REFUSED_AGAIN)
        return True

    async def _book(
        self,
        digest: str,
        answer: Answer,
        rows: Sequence[MappedRow],
        gone: Sequence[bytes],
        *,
        only_if_taken: bool = False,
    ) -> None:
        """Load some rows as a batch; `only_if_taken`: unless all of them are refused once more."""
        for number in range(LOCK_TRIES):
            if number:
                await asyncio.sleep(LOCK_WAIT * 2 ** (number - 1))
            try:
                async with self._database.transaction() as transaction:
                    if not await try_batch_lock(transaction, self._config.code):
                        continue
                    report = await self._load(transaction, digest, answer, rows, gone)
                    if only_if_taken and report.counts.rejected == report.counts.read:
                        raise _Idle
            except _Idle:
                return
            self._remember_refused(rows, report)
            return
        raise SourceProblem("SOURCE_BUSY")

    async def _load(
        self,
        transaction: Transaction,
        digest: str,
        answer: Answer,
        rows: Sequence[MappedRow],
        gone: Sequence[bytes],
    ) -> BatchReport:
        now = datetime.now(UTC)
        # What a source says may be said again later: each time it is a batch of its own.
        own = hashlib.sha256(f"{digest}/{uuid.uuid4()}".encode()).hexdigest()
        report = BatchReport(self._config.code, self._feed.feed, "live", own, BatchStatus.LOADED)
        report.batch_id = await open_batch(
            transaction, self._config, Batch(report.name, own, len(rows)), None, now
        )
        assert self._source_id is not None
        loader = Loader(
            self._config,
            self._feed,
            report,
            Silent(),
            received_at=now,
            today=today_in_china(),
            source_id=self._source_id,
        )
        if rows:
            await loader.load(transaction, answer.of_rows(rows), storing=True)
        if gone:
            buried = await bury_keys(transaction, self._source_id, gone, loader.context)
            report.counts.deleted += buried.changed
            report.counts.changed += buried.changed
            code, touched = self._config.code, buried.touched
            await write_changes(transaction, code, touched, loader.context, "DELETE")
        marks = Marks([], [], [], [], [])
        await settle_delivery(transaction, self._config, self._source_id, report, marks)
        await close_batch(transaction, report, datetime.now(UTC))
        return report

    def _remember_refused(self, rows: Sequence[MappedRow], report: BatchReport) -> None:
        if report.counts.rejected:
            for row in rows:
                self._refused.put(_text(row), True, TRY_REFUSED_AGAIN)


def _text(row: MappedRow) -> str:
    """Return the digest by which the books know a row as met."""
    return text_digest(raw_row(RowResult(row, Outcome.REJECTED, row.findings)))
