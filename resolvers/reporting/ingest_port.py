"""What `reporting` asks of the adapters: to take a file in, to roll a batch back, to export refused
rows and to try them again.

The adapters write the tables of all feeds (`adapters/intake.py`); subgraphs may not import them. So
they are handed in by the composition root, and this is what they look like.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, Protocol

from resolvers.database.pool import Database, Queries, Transaction

Encoding = Literal["utf-8", "gb18030"]
Format = Literal["csv", "jsonl"]


class TakenIn(Protocol):
    """What became of a file: the batch it made, or why none could be made."""

    @property
    def batch_id(self) -> str | None: ...

    @property
    def code(self) -> str | None:
        """Why there is no batch: FEED_NOT_SUPPORTED, SOURCE_BUSY, …; None when there is one."""
        ...

    @property
    def message(self) -> str | None:
        """Chinese line, English line."""
        ...


class RolledBack(Protocol):
    """What was undone: rows removed, and rows that stay as they are."""

    @property
    def removed(self) -> int: ...

    @property
    def kept(self) -> int: ...


class ExportedFile(Protocol):
    """Refused rows as a file."""

    @property
    def name(self) -> str: ...

    @property
    def content(self) -> bytes: ...

    @property
    def rows(self) -> int: ...


class Exported(Protocol):
    """The file, or why there is none: EXPORT_TOO_LARGE, EXPORT_ENCODING, BATCH_UNKNOWN."""

    @property
    def file(self) -> ExportedFile | None: ...

    @property
    def code(self) -> str | None: ...

    @property
    def message(self) -> str | None:
        """Chinese line, English line."""
        ...


class TriedAgain(Protocol):
    """What became of rows that were tried again: the batch that tried them (the one that holds
    them when nothing changed), or why none did."""

    @property
    def batch_id(self) -> str | None: ...

    @property
    def code(self) -> str | None:
        """RETRY_BATCH_FAILED, RETRY_ROW_UNKNOWN, RETRY_SOURCE_UNKNOWN, SOURCE_BUSY, …"""
        ...

    @property
    def message(self) -> str | None:
        """Chinese line, English line."""
        ...

    @property
    def place(self) -> tuple[str, ...]:
        """The row, and the column, that was refused."""
        ...


class IngestPort(Protocol):
    """The adapters, as `reporting` sees them."""

    async def take_in(
        self, database: Database, center: str, feed: str, file_name: str | None, content: bytes
    ) -> TakenIn:
        """Load one file of a centre through the pipeline of the pulls, in its own transaction.

        The same bytes again are answered with the batch they made before.
        """
        ...

    def can_roll_back(self, feed: str) -> bool:
        """Whether batches of that feed have a way back at all."""
        ...

    async def roll_back(self, transaction: Transaction, batch_id: str) -> RolledBack:
        """Undo what a loaded batch wrote, in the caller's transaction."""
        ...

    async def export_rows(
        self, queries: Queries, batch_id: str, encoding: Encoding, format: Format, most_bytes: int
    ) -> Exported:
        """Return the refused rows of a batch that wait, as the centre's own file with reasons."""
        ...

    async def retry_rows(
        self,
        database: Database,
        batch_id: str,
        rows: Collection[int] | None,
        corrections: Mapping[int, Mapping[str, str]],
        corrected_by: str | None,
    ) -> TriedAgain:
        """Try refused rows of a batch again, in its own transaction: `rows` as they are, others
        with corrected cells (row → column → text); all that wait when neither is given.

        `corrected_by`: the centre that corrects, which speaks for itself only; None: the operator.
        """
        ...
