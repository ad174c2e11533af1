"""Packages: the daily deliveries of CNIPA's legal events, dated ZIP archives of PRS XML.

Below `path` (the `rawdata` folder) lie archives, or XML files, named by date
(`CN-PA-PRSS-10_20230601.zip`) or in folders named by date (`20230601/…`). They are taken in the
order of that date, then of their names; days that are missing are no error, and what bears no date
comes last. Batch = XML document, identified by the digest of its bytes, so nothing is loaded twice
and a package that is delivered late is loaded when it comes. Documents are read out of the archive
as a stream: once for the digest, once for the records; nothing is unpacked to disk.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import threading
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from datetime import date
from pathlib import Path, PurePath
from typing import BinaryIO, Final, cast

from adapters.config import SourceConfig
from adapters.errors import FileRefused, SourceProblem
from adapters.files.archive import (
    ARCHIVE_SUFFIXES,
    NESTED_SUFFIXES,
    Archive,
    Member,
    MemberStream,
)
from adapters.files.event_blocks import one_event_a_row
from adapters.files.limits import DEFAULT_LIMITS, Limits
from adapters.files.table import XML_SUFFIXES, Table, prs_table
from adapters.model import Batch
from adapters.source import Capabilities, PullRequest
from adapters.sources.file_drop import (
    OpenFile,
    RefusedMember,
    is_offered,
    next_in_thread,
    open_file,
    refused_file,
)

_DATE: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})([-_.]?)(\d{2})\2(\d{2})(?!\d)")
_CHUNK: Final = 1 << 20


class _Held:
    """A file that is closed when the last of its users lets go of it.

    The next document is opened, in a thread, while the one before is still read.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._users, self._lock = file, 1, threading.Lock()

    def hold(self) -> None:
        with self._lock:
            self._users += 1

    def let_go(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._file.close()


class OpenPackage:
    """One XML document in an archive, read as a stream."""

    cursor = None
    high = None
    encoding = None

    def __init__(self, name: str, stream: MemberStream, feed: str, held: _Held) -> None:
        """Read the document once for its digest; raises FileRefused when it cannot be read."""
        self._stream, self._feed, self._held = stream, feed, held
        digest, size = hashlib.sha256(), 0
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
        if size == 0:
            raise FileRefused("FILE_EMPTY")
        self.batch = Batch(name, digest.hexdigest(), size)
        held.hold()

    def table(self, aliases: Mapping[str, str]) -> Table:
        """Return the events of the document; raises FileRefused."""
        return one_event_a_row(prs_table(cast(BinaryIO, self._stream), aliases), self._feed)

    def close(self) -> None:
        if not self._stream.closed:
            self._stream.close()
            self._held.let_go()


Opened = OpenPackage | OpenFile | RefusedMember


class Packages:
    """The source kind `packages`."""

    def __init__(self, config: SourceConfig, limits: Limits = DEFAULT_LIMITS) -> None:
        self._config, self._limits = config, limits
        self.capabilities = Capabilities(deletions=config.deletions is not None)

    async def batches(self, request: PullRequest) -> AsyncGenerator[Opened, None]:
        """Yield the documents of all packages, oldest day first; raises SourceProblem."""
        for path in await asyncio.to_thread(self._packages):
            opened = self._open(path)
            try:
                while (batch := await next_in_thread(opened)) is not None:
                    yield batch
            finally:
                opened.close()

    async def close(self) -> None:
        return

    def _packages(self) -> list[Path]:
        location = self._config.location
        if location.is_file():
            return [location]
        if not location.is_dir():
            raise SourceProblem("SOURCE_PATH", path=location)
        kinds = (*ARCHIVE_SUFFIXES, *XML_SUFFIXES)
        found = [
            path
            for path in location.rglob(self._config.pattern)
            if is_offered(path, location, kinds)
        ]
        return sorted(found, key=lambda path: package_order(path.relative_to(location)))

    def _open(self, path: Path) -> Generator[Opened, None, None]:
        """Yield the documents of one package."""
        location = self._config.location
        name = path.name if path == location else path.relative_to(location).as_posix()
        file = open_file(path)
        if path.suffix.lower() not in ARCHIVE_SUFFIXES:
            yield OpenFile(name, file, self._config, self._limits)
            return
        held = _Held(file)
        try:
            yield from self._documents(name, file, held)
        finally:
            held.let_go()

    def _documents(self, name: str, file: BinaryIO, held: _Held) -> Iterator[Opened]:
        try:
            archive = Archive(file, self._limits)
        except FileRefused as refusal:
            yield refused_file(name, file, refusal)
            return
        data = (*XML_SUFFIXES, *NESTED_SUFFIXES)
        members = [m for m in archive.members() if m.name.lower().endswith(data)]
        for member in members:
            yield self._document(f"{name}/{member.name}", archive, member, held)
        if not members:
            known = " ".join(XML_SUFFIXES)
            yield refused_file(name, file, FileRefused("ARCHIVE_NOTHING", known=known))

    def _document(self, name: str, archive: Archive, member: Member, held: _Held) -> Opened:
        stream = MemberStream(archive, member, self._limits.text_bytes)
        try:
            return OpenPackage(name, stream, self._config.feed, held)
        except FileRefused as refusal:
            return RefusedMember(name, member.fingerprint, member.entry.file_size, refusal)


def package_order(path: PurePath) -> tuple[date, str]:
    """Return what packages are sorted by: the day in the name, or in the nearest folder's, and the
    whole name.

    >>> package_order(PurePath("2023-06-02/a.zip"))[0], package_order(PurePath("a_20230601.zip"))[0]
    (datetime.date(2023, 6, 2), datetime.date(2023, 6, 1))
    >>> package_order(PurePath("CN-PA-PRSS-10.zip"))[0] == date.max
    True
    """
    days = (day for part in reversed(path.parts) for day in _days(part))
    return next(days, date.max), path.as_posix()


def _days(text: str) -> Iterator[date]:
    """Yield the dates in a name, the last one first."""
    for found in reversed(list(_DATE.finditer(text))):
        try:
            yield date(int(found[1]), int(found[3]), int(found[4]))
        except ValueError:
            continue
