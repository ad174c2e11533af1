"""The contract of a source kind.

A kind says what it can do (`capabilities`), finds what there is to pull (`gather`) and opens one
batch as a table of records (`fetch`). Reading is synchronous: the sync engine takes records in
chunks and gives way between them. Kinds that talk over a network widen this contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from adapters.files.table import Table
from adapters.model import Batch


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a kind can do; the engine asks for nothing that is not declared."""

    full: bool = True
    incremental: bool = False
    deletions: bool = False
    live_lookup: bool = False


class OpenBatch(Protocol):
    """A batch being read. Its digest is known before its content is understood."""

    @property
    def batch(self) -> Batch: ...

    @property
    def encoding(self) -> str | None:
        """Return the codec of a text, None for what is no text or could not be decoded."""
        ...

    def table(self, aliases: Mapping[str, str]) -> Table:
        """Return the records under the header of the feed.

        Raises:
            FileRefused: it is no table of this feed.
        """
        ...


class Source(Protocol):
    """One source, as configured."""

    @property
    def capabilities(self) -> Capabilities: ...

    def gather(self) -> Iterator[str]:
        """Yield the names of the batches there are, in the order they are to be loaded.

        Raises:
            SourceProblem: the source cannot be reached.
        """
        ...

    def fetch(self, name: str) -> AbstractContextManager[OpenBatch]:
        """Open one batch for as long as it is read."""
        ...
