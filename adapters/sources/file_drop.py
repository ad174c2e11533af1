"""File drop: a folder into which a centre puts files, or a single file; a ZIP archive is a folder.

Batch = file, or member of an archive (`archive.zip/member.csv`), identified by the digest of its
bytes. Files are loaded in the order of their names (centres number or date them). Passed over are
hidden and unfinished files (`.part`, `.tmp`, `~$…`), and links that lead out of the folder. A file
that is written to while it is read is refused and taken up by the next pull.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final, TypeVar, cast

from adapters.config import SourceConfig
from adapters.errors import FileRefused, SourceProblem
from adapters.files.archive import (
    ARCHIVE_SUFFIXES,
    NESTED_SUFFIXES,
    Archive,
    Member,
    is_hidden,
)
from adapters.files.encoding import Inspected, inspect_bytes
from adapters.files.event_blocks import one_event_a_row
from adapters.files.limits import DEFAULT_LIMITS, Limits
from adapters.files.table import (
    KNOWN_SUFFIXES,
    Reading,
    Table,
    inspect,
    open_table,
    size_bound,
)
from adapters.model import Batch, SourceRecord
from adapters.source import Capabilities, OpenBatch, PullRequest

_Batch = TypeVar("_Batch", bound=OpenBatch)
UNFINISHED: Final = (".part", ".partial", ".tmp", ".crdownload", ".filepart", ".download")
IN_MEMORY_BYTES: Final = 8 * 1024 * 1024


class OpenFile:
    """One file, held open so that replacing it by name does not change what is read."""

    # What was loaded is known by its digest, so no cursor is needed.
    cursor = None
    high = None

    def __init__(
        self,
        name: str,
        file: BinaryIO,
        config: SourceConfig,
        limits: Limits,
        *,
        watched: bool = True,
    ) -> None:
        """`watched`: others may write to the file."""
        self._name, self._file, self._config, self._limits = name, file, config, limits
        self._written = _written(file) if watched else None
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
        """Return the table in the file; raises FileRefused, its records `FILE_CHANGED`."""
        if self._refusal is not None:
            raise self._refusal
        config = self._config
        table = open_table(
            self._file,
            self._name,
            self._inspected,
            aliases,
            reading=Reading(config.delimiter, config.records, config.fields),
            limits=self._limits,
        )
        table = one_event_a_row(table, config.feed)
        return replace(table, _records=self._unchanged(table.records()))

    def _unchanged(self, records: Iterator[SourceRecord]) -> Iterator[SourceRecord]:
        """Yield the records; refuse the file at its end when it was written to meanwhile."""
        yield from records
        if self._written is None or _written(self._file) == self._written:
            return
        # Touched only, or really another content?
        if inspect_bytes(self._file).sha256 != self.batch.sha256:
            raise FileRefused("FILE_CHANGED")

    def close(self) -> None:
        self._file.close()


class RefusedMember:
    """In place of a member or an archive that cannot be read: its batch, and why."""

    cursor = None
    high = None
    encoding = None

    def __init__(self, name: str, digest: str, size: int, refusal: FileRefused) -> None:
        self.batch = Batch(name, digest, size)
        self._refusal = refusal

    def table(self, aliases: Mapping[str, str]) -> Table:
        raise self._refusal

    def close(self) -> None:
        return


Opened = OpenFile | RefusedMember


class FileDrop:
    """The source kind `file_drop`."""

    def __init__(self, config: SourceConfig, limits: Limits = DEFAULT_LIMITS) -> None:
        self._config, self._limits = config, limits
        self.capabilities = Capabilities(deletions=config.deletions is not None)

    async def batches(self, request: PullRequest) -> AsyncGenerator[Opened, None]:
        """Yield the files of the drop in the order of their names; raises SourceProblem."""
        for path in await asyncio.to_thread(lambda: list(self._files())):
            opened = self._open(path)
            try:
                while (batch := await next_in_thread(opened)) is not None:
                    yield batch
            finally:
                opened.close()

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
            if is_offered(path, location):
                yield path

    def _open(self, path: Path) -> Generator[Opened, None, None]:
        """Yield the batches of one file: itself, or the members of an archive."""
        location = self._config.location
        name = path.name if path == location else path.relative_to(location).as_posix()
        file = open_file(path)
        if path.suffix.lower() not in ARCHIVE_SUFFIXES:
            yield OpenFile(name, file, self._config, self._limits)
            return
        with file:
            yield from self._members(name, file)

    def _members(self, name: str, file: BinaryIO) -> Iterator[Opened]:
        try:
            archive = Archive(file, self._limits)
        except FileRefused as refusal:
            yield refused_file(name, file, refusal)
            return
        data = (*KNOWN_SUFFIXES, *NESTED_SUFFIXES)
        members = [m for m in archive.members() if m.name.lower().endswith(data)]
        for member in members:
            yield self._member(f"{name}/{member.name}", archive, member)
        if not members:
            known = " ".join(KNOWN_SUFFIXES)
            yield refused_file(name, file, FileRefused("ARCHIVE_NOTHING", known=known))

    def _member(self, name: str, archive: Archive, member: Member) -> Opened:
        """Unpack one member into a file without a name."""
        bound = size_bound(name, self._limits)
        spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
        unpacked = cast(BinaryIO, spool)
        try:
            archive.unpack(member, unpacked, bound)
            return OpenFile(name, unpacked, self._config, self._limits, watched=False)
        except FileRefused as refusal:
            unpacked.close()
            return RefusedMember(name, member.fingerprint, member.entry.file_size, refusal)
        except BaseException:
            unpacked.close()
            raise


def refused_file(name: str, file: BinaryIO, refusal: FileRefused) -> RefusedMember:
    """Return the batch of a whole file that cannot be read, known by its bytes."""
    inspected = inspect_bytes(file)
    return RefusedMember(name, inspected.sha256, inspected.size, refusal)


def open_file(path: Path) -> BinaryIO:
    """Open a file of a drop; raises SourceProblem when it is gone."""
    try:
        return path.open("rb")
    except OSError as error:
        raise SourceProblem("SOURCE_PATH", path=path) from error


def is_offered(
    path: Path, location: Path, suffixes: tuple[str, ...] = (*KNOWN_SUFFIXES, *ARCHIVE_SUFFIXES)
) -> bool:
    """Return whether a file below a folder is to be read: of a known kind and finished."""
    inside = path.relative_to(location).as_posix()
    return (
        path.suffix.lower() in suffixes
        and path.suffix.lower() not in UNFINISHED
        and not is_hidden(inside)
        and path.is_file()
        and path.resolve().is_relative_to(location.resolve())
    )


async def next_in_thread(batches: Iterator[_Batch]) -> _Batch | None:
    """Return the next batch, opened in a thread. A thread cannot be stopped: when the pull is, the
    batch it was at is waited for and closed."""
    opening = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        if (opened := await opening) is not None:
            opened.close()
        raise


def _written(file: BinaryIO) -> tuple[int, int]:
    """Return size and time of the last writing."""
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns
