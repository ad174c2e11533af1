"""One file a centre sends through the graph, taken in as if it had been pulled.

The same pipeline, rules, books and locks as a pull (`adapters.sync`): the file is put into a
folder of its own and pulled as the only file of a source `sent-<centre>-<feed>`. So the same bytes
are answered with the batch they made before. A functional platform speaks as PLATFORM, a regional
or industry centre as CENTER (DOMAIN §4.1), each for itself only: a row of another is refused.

This is what `resolvers.reporting.ingest_port` asks for, without importing it.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.config import SourceConfig
from adapters.feed import load_feeds
from adapters.files.limits import MIB, size_text
from adapters.files.table import KNOWN_SUFFIXES
from adapters.findings import Finding, finding
from adapters.model import SourceClass
from adapters.store.undo import UNDO, Undone, undo_batch
from adapters.sync import pull_source
from resolvers.database.pool import Database, Transaction

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


class Intake:
    """Takes files in, and rolls batches back."""

    async def take_in(
        self, database: Database, center: str, feed: str, file_name: str | None, content: bytes
    ) -> TakenIn:
        """Load one file of a centre, in a transaction of its own.

        Raises:
            DatabaseError: the database is gone; nothing was loaded.
        """
        if feed not in load_feeds() or feed in NOT_SENT:
            return _refused(finding("FEED_NOT_SUPPORTED", feed=feed))
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
