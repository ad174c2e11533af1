"""What a full list no longer contains is gone: the end of a file, or of a pull of many batches.

Which keys are missing, and when nothing may be concluded from it, says `adapters.store.absent`.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from adapters.config import SourceConfig
from adapters.feed import load_feeds
from adapters.findings import Finding
from adapters.model import Batch, BatchReport, BatchStatus
from adapters.store.absent import absent_keys
from adapters.store.batch import BatchContext
from adapters.store.batches import BatchBook, close_batch, open_batch
from adapters.store.changes import write_changes
from adapters.store.tombstones import bury_keys
from resolvers.database.pool import Transaction

FILE_RUN = 0
"""Each file of a drop is a list of its own, read in one transaction: its keys need no number."""


async def end_file(
    transaction: Transaction,
    source: SourceConfig,
    source_id: int,
    report: BatchReport,
    context: BatchContext,
) -> Finding | None:
    """Bury what a file that lists all there is does not contain; count it in the file's report.

    Returns why nothing was buried although rows are missing, if so.
    """
    keys, remark = await absent_keys(transaction, source, source_id, FILE_RUN)
    await _bury(transaction, source, source_id, keys, report, context)
    return remark


async def end_pull(
    transaction: Transaction,
    source: SourceConfig,
    source_id: int,
    run: int,
    now: datetime,
    day: date,
) -> BatchReport | None:
    """Bury what a whole pull did not meet, as a batch of its own; None when nothing is missing."""
    keys, remark = await absent_keys(transaction, source, source_id, run)
    if not keys and remark is None:
        return None
    name, feed = f"absent-{run}", load_feeds()[source.feed]
    digest = hashlib.sha256(f"{source.code} {name}".encode()).hexdigest()
    report = BatchReport(source.code, source.feed, name, digest, BatchStatus.LOADED)
    report.batch_id = await open_batch(transaction, source, Batch(name, digest, 0), None, now)
    context = BatchContext(
        feed, report.batch_id, source.name, source.precedence, now, day, source.center
    )
    await _bury(transaction, source, source_id, keys, report, context)
    if remark is not None:
        report.codes = {remark.code: 1}
        await BatchBook(transaction, report.batch_id, None).write_file_issues([remark])
    await close_batch(transaction, report, now)
    return report


async def _bury(
    transaction: Transaction,
    source: SourceConfig,
    source_id: int,
    keys: list[bytes],
    report: BatchReport,
    context: BatchContext,
) -> None:
    if keys:
        buried = await bury_keys(transaction, source_id, keys, context)
        report.counts.deleted += buried.changed
        report.counts.changed += buried.changed
        await write_changes(transaction, source.code, buried.touched, context, "DELETE")
