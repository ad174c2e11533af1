"""The keys met so far in one batch: which row had each first, and what that row said.

Exact and in bounded memory: the latest keys are in a dictionary, the others in a temporary table
that goes with the transaction. Both together are asked, so the limit changes no answer.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from resolvers.database.pool import Transaction

MAX_IN_MEMORY: Final = 100_000
"""Keys in the dictionary: some 30 MB."""

Met = tuple[int, bytes]
"""Row number and digest of what the row says."""

# A transaction may load twice: once more for the findings of a file that was taken back.
_CREATE: Final = """
create temporary table if not exists seen_key (
    digest bytea primary key, row_number integer not null, content bytea not null
) on commit drop
"""
_FIND: Final = "select digest, row_number, content from pg_temp.seen_key where digest = any($1)"


class SeenKeys:
    """Digest of a key → the first accepted row that has it.

    Whoever asks for keys first makes them known (`recall`), a chunk at a time; `get` and `add` then
    need no statement. `settle` ends a chunk.
    """

    def __init__(
        self, transaction: Transaction | None = None, max_in_memory: int = MAX_IN_MEMORY
    ) -> None:
        self._transaction, self._max = transaction, max_in_memory
        self._latest: dict[bytes, Met] = {}
        self._recalled: dict[bytes, Met] = {}
        self.has_spilled = False

    def get(self, digest: bytes) -> Met | None:
        return self._latest.get(digest) or self._recalled.get(digest)

    def add(self, digest: bytes, met: Met) -> None:
        """Note a key; the first row that has it stays the first."""
        if digest not in self._recalled:
            self._latest.setdefault(digest, met)

    async def recall(self, digests: Collection[bytes]) -> None:
        """Make known what the table says about some keys, in place of those recalled before."""
        if not self.has_spilled:
            return
        assert self._transaction is not None
        wanted = [digest for digest in digests if digest not in self._latest]
        records = await self._transaction.fetch("ingest.recall_keys", _FIND, wanted)
        self._recalled = {
            record["digest"]: (record["row_number"], record["content"]) for record in records
        }

    async def settle(self) -> None:
        """Move the keys to the table when they are more than may stay in memory."""
        if self._transaction is None or len(self._latest) <= self._max:
            return
        if not self.has_spilled:
            await self._transaction.execute("ingest.spill_keys", _CREATE)
            await self._transaction.execute("ingest.spill_keys", "truncate pg_temp.seen_key")
            self.has_spilled = True
        # In the order of the index, which so grows page by page.
        await self._transaction.copy_records(
            "ingest.spill_keys",
            "pg_temp",
            "seen_key",
            ("digest", "row_number", "content"),
            [(digest, *self._latest[digest]) for digest in sorted(self._latest)],
        )
        self._latest.clear()
