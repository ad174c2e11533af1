"""The contract of a source kind.

A kind says what it can do (`capabilities`) and gives what there is to pull batch by batch
(`batches`), each with a digest, so that the same content is loaded once, and with the cursor behind
it, so that a pull that was killed goes on there. Batches are read synchronously and may be read
twice: kinds that talk over a network put a batch's records aside first (`records.py`), in bounded
memory.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from adapters.files.table import Table
from adapters.model import Batch


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a source can do as it is configured; the engine asks for nothing that is not declared.

    `resumable`: an unfinished pull can go on from a cursor. `incremental`: it can give only what is
    newer than a mark. `deletions`: it says which rows are gone. `live_lookup`: it answers for
    single keys.
    """

    full: bool = True
    resumable: bool = False
    incremental: bool = False
    deletions: bool = False
    live_lookup: bool = False


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What a pull asks of a source.

    `cursor`: where an unfinished pull stopped, None to begin. `since`: the highest mark the last
    complete pull met, None to read all.
    """

    cursor: Any = None
    since: str | None = None


class OpenBatch(Protocol):
    """A batch being read. Its digest is known before its content is understood."""

    @property
    def batch(self) -> Batch: ...

    @property
    def encoding(self) -> str | None:
        """Return the codec of a text, None for what is no text or could not be decoded."""
        ...

    @property
    def cursor(self) -> Any:
        """Return the JSON value from which a pull goes on behind this batch; None: not needed,
        what was loaded is known by its digest."""
        ...

    @property
    def high(self) -> str | None:
        """Return the highest mark met up to the end of this batch, for incremental pulls."""
        ...

    def table(self, aliases: Mapping[str, str]) -> Table:
        """Return the records under the header of the feed; may be called again.

        Raises:
            FileRefused: it is no table of this feed.
        """
        ...

    def close(self) -> None:
        """Give up files and memory."""
        ...


class Source(Protocol):
    """One source, as configured."""

    @property
    def capabilities(self) -> Capabilities: ...

    def batches(self, request: PullRequest) -> AsyncGenerator[OpenBatch, None]:
        """Yield what there is, in the order it is to be loaded; the caller closes each batch.

        Raises:
            SourceProblem: the source cannot be reached, or answers with what is no list of records;
                what was yielded before stays good.
        """
        ...

    async def close(self) -> None:
        """Close connections."""
        ...


class LiveSource(Source, Protocol):
    """A source that can be asked for single records (`Capabilities.live_lookup`)."""

    async def look_up(self, keys: Sequence[Mapping[str, str]]) -> OpenBatch:
        """Return the records of some keys (field of the feed → value); absent ones are left out.

        Raises:
            SourceProblem: no answer, or none that can be used.
        """
        ...
