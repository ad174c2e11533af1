"""File drop: a folder into which a centre puts files, or a single file.

Batch = file, identified by the digest of its bytes. Files are loaded in the order of their names
(centres number or date them); hidden and unfinished files (`.part`, `.tmp`, `~$…`) are passed over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from adapters.config import SourceConfig
from adapters.errors import FileRefused, SourceProblem
from adapters.files.encoding import Inspected, inspect_bytes
from adapters.files.limits import DEFAULT_LIMITS, Limits
from adapters.files.table import KNOWN_SUFFIXES, Table, inspect, open_table
from adapters.model import Batch
from adapters.source import Capabilities, PullRequest

_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


class OpenFile:
    """One file, held open so that replacing it by name does not change what is read."""

    # What was loaded is known by its digest, so no cursor is needed.
    cursor = None
    high = None

    def __init__(self, name: str, file: BinaryIO, config: SourceConfig, limits: Limits) -> None:
        self._name, self._file, self._config, self._limits = name, file, config, limits
        self._refusal: FileRefused | None = None
        try:
            inspected = inspect(file, name, config.encoding, limits)
        except FileRefused as refusal:
            # Refused files are kept with their digest too, so that a second pull knows them.
            self._refusal = refusal
            inspected = inspect_bytes(file)
        self._inspected: Inspected = inspected
        self.encoding = inspected.encoding
        self.batch = Batch(name, inspected.sha256, inspected.size)

    def table(self, aliases: Mapping[str, str]) -> Table:
        """Return the table in the file; raises FileRefused."""
        if self._refusal is not None:
            raise self._refusal
        return open_table(
            self._file,
            self._name,
            self._inspected,
            aliases,
            delimiter=self._config.delimiter,
            limits=self._limits,
        )

    def close(self) -> None:
        self._file.close()


class FileDrop:
    """The source kind `file_drop`."""

    def __init__(self, config: SourceConfig, limits: Limits = DEFAULT_LIMITS) -> None:
        self._config, self._limits = config, limits
        self.capabilities = Capabilities(deletions=config.deletions is not None)

    async def batches(self, request: PullRequest) -> AsyncGenerator[OpenFile, None]:
        """Yield the files of the drop in the order of their names; raises SourceProblem."""
        for path in await asyncio.to_thread(lambda: list(self._files())):
            yield await asyncio.to_thread(self._open, path)

    async def close(self) -> None:
        return

    def _files(self) -> Iterator[Path]:
        location = self._config.location
        if location.is_file():
            yield location
            return
        if not location.is_dir():
            raise SourceProblem("SOURCE_PATH", path=location)
        for path in sorted(location.glob(self._config.pattern)):
            if _is_offered(path):
                yield path

    def _open(self, path: Path) -> OpenFile:
        """Open one file; raises SourceProblem when it is gone."""
        location = self._config.location
        name = path.name if path == location else str(path.relative_to(location))
        try:
            file = path.open("rb")
        except OSError as error:
            raise SourceProblem("SOURCE_PATH", path=path) from error
        return OpenFile(name, file, self._config, self._limits)


def _is_offered(path: Path) -> bool:
    name = path.name
    return (
        path.is_file()
        and not name.startswith((".", "~$"))
        and path.suffix.lower() not in _UNFINISHED
        and path.suffix.lower() in KNOWN_SUFFIXES
    )
