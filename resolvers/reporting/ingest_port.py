"""What `reporting` asks of the adapters: to take a file in, and to roll a batch back.

The adapters write the tables of all feeds (`adapters/intake.py`, `adapters/rollback.py`); subgraphs
may not import them. So they are handed in by the composition root, and this is what they look like.
"""

from __future__ import annotations

from typing import Protocol

from resolvers.database.pool import Database, Transaction


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
