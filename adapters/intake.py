"""One file a centre sends through the graph, taken in as if it had been pulled.

The same pipeline, rules, books and locks as a pull (`adapters.sync`): the file is put into a
folder of its own and pulled as the only file of a source `sent-<centre>-<feed>`. So the same bytes
are answered with the batch they made before. A functional platform speaks as PLATFORM, a regional
or industry centre as CENTER (DOMAIN §4.1), each for itself only: a row of another is refused.

Its refused rows can be exported, corrected and tried again (`adapters.quarantine`), as can those
of pulled sources whose files this process knows.

This is what `resolvers.reporting.ingest_port` asks for, without importing it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from adapters.config import SourceConfig
from adapters.errors import SourceProblem
from adapters.feed import load_feeds
from adapters.files.archive import ARCHIVE_SUFFIXES
from adapters.files.limits import MIB, size_text
from adapters.files.table import KNOWN_SUFFIXES
from adapters.findings import Finding, finding
from adapters.model import SourceClass
from adapters.quarantine.export import Encoding, ExportedFile, Format, export_file, plan_export
from adapters.quarantine.refusal import QuarantineRefused, refused
from adapters.quarantine.retry import RetryRequest, retriable, retry_rows
from adapters.schedule.sources import read_valid
from adapters.store.undo import UNDO, Undone, undo_batch
from adapters.store.waiting import KeptBatch
from adapters.sync import pull_source
from resolvers.database.pool import Database, Queries, Transaction

LARGEST_FILE: Final = 10 * MIB

NOT_SENT: Final = frozenset({"OPERATION_CENTER", "LEGAL_EVENT"})
"""Feeds no centre may send: the register of centres and the gazette are not theirs to write."""
_OWN: Final = "platform_code"
"""Kind of the fields that say whose row it is; a sender cannot speak for another platform."""
_FUNCTIONAL: Final = "F"
_WORKBOOK: Final = (b"PK\x03\x04", ".xlsx")
_JSON_STARTS: Final = (b"{", b"[")


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The batch of a file, or why there is none. `message`: Chinese line, English line."""

    batch_id: str | None
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """Refused rows as a file, or why there is none. `message`: Chinese line, English line."""

    file: ExportedFile | None
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class TriedAgain:
    """The batch that tried rows again (the delivery itself when nothing changed), or why none did.

    `place`: the row, and the column, that was refused.
    """

    batch_id: str | None
    code: str | None = None
    message: str | None = None
    place: tuple[str, ...] = ()


FindSources = Callable[[], Iterable[SourceConfig]]


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes files in, rolls batches back, exports refused rows and tries them again.

    `find_sources` reads the files of the pulled sources this process knows.
    """

    find_sources: FindSources = field(default=tuple)

    async def take_in(
        self, database: Database, center: str, feed: str, file_name: str | None, content: bytes
    ) -> TakenIn:
        """Load one file of a centre, in a transaction of its own.

        Raises:
            DatabaseError: the database is gone; nothing was loaded.
        """
        if feed not in load_feeds() or feed in NOT_SENT:
            return _refused(finding("FEED_NOT_SUPPORTED", feed=feed))
        if Path(file_name or "").suffix.lower() in ARCHIVE_SUFFIXES:
            # An archive would be several batches; what is sent is one.
            known = " ".join(KNOWN_SUFFIXES)
            return _refused(finding("FILE_KIND", suffix=ARCHIVE_SUFFIXES[0], known=known))
        if len(content) > LARGEST_FILE:
            return _refused(finding("FILE_TOO_LARGE", limit=size_text(LARGEST_FILE)))
        with tempfile.TemporaryDirectory(prefix="hub-intake-") as folder:
            path = Path(folder, safe_name(file_name, content))
            await asyncio.to_thread(path.write_bytes, content)
            report = await pull_source(database, source_of(center, feed, path))
        if report.problem is not None:
            return _refused(report.problem)
        [batch] = report.batches
        return TakenIn(batch.batch_id)

    def can_roll_back(self, feed: str) -> bool:
        """Whether a way back is declared for the feed."""
        return feed in UNDO

    async def roll_back(self, transaction: Transaction, batch_id: str) -> Undone:
        """Undo what a loaded batch wrote, in the caller's transaction (`adapters.store.undo`)."""
        return await undo_batch(transaction, batch_id)

    async def export_rows(
        self, queries: Queries, batch_id: str, encoding: Encoding, format: Format, most_bytes: int
    ) -> Exported:
        """Return the refused rows of a batch that wait, as the centre's own file."""
        try:
            export = await plan_export(queries, batch_id, encoding=encoding, format=format)
            return Exported(await export_file(queries, export, most_bytes))
        except QuarantineRefused as refusal:
            return Exported(None, refusal.code, refusal.finding.message)

    async def retry_rows(
        self,
        database: Database,
        batch_id: str,
        rows: Collection[int] | None,
        corrections: Mapping[int, Mapping[str, str]],
        corrected_by: str | None,
    ) -> TriedAgain:
        """Try refused rows of a batch again, in a transaction of its own."""
        try:
            batch = await retriable(database, batch_id)
            config = source_of_batch(batch, self.find_sources)
            if corrections and corrected_by is not None:
                if batch.feed in NOT_SENT:
                    raise refused("FEED_NOT_SUPPORTED", feed=batch.feed)
                config = as_sent(config, corrected_by)
            request = RetryRequest(batch.id, corrections, rows, strict=True)
            report = await retry_rows(database, config, request)
        except (QuarantineRefused, SourceProblem) as refusal:
            place = refusal.place if isinstance(refusal, QuarantineRefused) else ()
            return TriedAgain(None, refusal.code, refusal.finding.message, place)
        return TriedAgain(report.batch_id or report.last or batch.id)


def source_of(center: str, feed: str, path: Path) -> SourceConfig:
    """Return the source that one sent file is pulled as."""
    fields = load_feeds()[feed].fields
    own = {name: center for name, field in fields.items() if field.kind == _OWN}
    functional = center.startswith(_FUNCTIONAL)
    return SourceConfig(
        code=f"sent-{center.lower()}-{feed.lower().replace('_', '-')}",
        name=f"{center} 报送 / sent by {center}",
        center=center,
        kind="file_drop",
        feed=feed,
        path=path.name,
        folder=str(path.parent),
        precedence=SourceClass.PLATFORM if functional else SourceClass.CENTER,
        constants=own,
        own_rows_only=True,
    )


def in_folders(folders: Sequence[Path]) -> FindSources:
    """Return what finds the sources in folders anew each time; a wrong file is logged, and costs
    its own source only."""
    return lambda: read_valid(
        path for folder in folders for path in sorted(folder.glob("*.yaml"))
    ).values()


def as_sent(config: SourceConfig, center: str) -> SourceConfig:
    """Return a source for rows its centre corrects itself: it speaks as in a file it sends, for
    itself only and with no more weight, whoever else speaks through the source."""
    sent = source_of(center, config.feed, Path())
    weaker = max(config.precedence, sent.precedence, key=lambda each: each.rank)
    return msgspec.structs.replace(
        config,
        precedence=weaker,
        constants=dict(sent.constants) | dict(config.constants),
        own_rows_only=True,
    )


def source_of_batch(batch: KeptBatch, find_sources: FindSources) -> SourceConfig:
    """Return the source a batch came from: a centre's own sending, or a source file.

    Raises:
        QuarantineRefused: RETRY_SOURCE_UNKNOWN.
    """
    if batch.feed in load_feeds() and batch.feed not in NOT_SENT:
        sent = source_of(batch.center, batch.feed, Path())
        if sent.code == batch.source:
            return sent
    for config in find_sources():
        if config.code == batch.source:
            return config
    raise refused("RETRY_SOURCE_UNKNOWN", source=batch.source)


def safe_name(name: str | None, content: bytes) -> str:
    """Return a name for the file, with a suffix the readers know: that of `name`, or by content.

    >>> safe_name("质押.csv", b""), safe_name("../x", b"PK\\x03\\x04"), safe_name(None, b"[]")
    ('质押.csv', 'x.xlsx', 'file.json')
    """
    given = "".join(c for c in (name or "").replace("\\", "/") if c.isprintable())
    stem = given.rpartition("/")[2].lstrip(".~")[-100:] or "file"
    if Path(stem).suffix.lower() in KNOWN_SUFFIXES:
        return stem
    if Path(stem).suffix:
        return stem  # refused by its kind, with a finding that names the kinds there are
    if content.startswith(_WORKBOOK[0]):
        return stem + _WORKBOOK[1]
    return stem + (".json" if content.lstrip()[:1] in _JSON_STARTS else ".csv")


def _refused(problem: Finding) -> TakenIn:
    return TakenIn(None, problem.code, problem.message)
