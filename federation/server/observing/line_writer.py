"""Lines to a file or to stdout, written by a thread of its own; who writes them never waits.

Lines wait in a bounded queue and are written together after at most `_DELAY`. When the disk is
slower than that for long, new lines are dropped, counted, and told of in the log. A file is set
aside when it grows too large, and opened anew when somebody else has moved it (logrotate).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Generic, Protocol, TypeVar

logger = logging.getLogger("federation.server")

T = TypeVar("T")

# Seconds for which lines are collected, and between two complaints of the same thing.
_DELAY = 0.1
_COMPLAIN_EVERY = 60.0


class Output(Protocol):
    """Where bytes go. For one thread at a time. Raises `OSError`."""

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class StandardOutput:
    """`Output` to the process's stdout."""

    def write(self, data: bytes) -> None:
        """Write all of `data`."""
        sys.stdout.flush()
        _write_all(sys.stdout.fileno(), data)

    def close(self) -> None:
        """It stays open: it is the process's."""


class RotatingFile:
    """`Output` to a file that several processes may append to.

    Whole batches are appended in one call, so lines of several processes do not mix. Opened with
    the first write: a path that cannot be opened raises `OSError` then.
    """

    def __init__(self, path: Path, max_bytes: int, keep: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep
        self._file = -1
        self._size = 0

    def write(self, data: bytes) -> None:
        """Append `data`, to a new file if the present one is full or was moved."""
        if self._file >= 0 and not self._is_current():
            self.close()
        if self._file < 0:
            self._open()
        if self._size and self._size + len(data) > self._max_bytes:
            self._rotate()
        _write_all(self._file, data)
        self._size += len(data)

    def close(self) -> None:
        """Close the file; the next write opens it again."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _open(self) -> None:
        # Who asks what is for the operator only.
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        self._size = os.fstat(self._file).st_size

    def _is_current(self) -> bool:
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            return False
        own = os.fstat(self._file)
        self._size = own.st_size
        return (there.st_dev, there.st_ino) == (own.st_dev, own.st_ino)

    def _rotate(self) -> None:
        with _locked(self._file):
            # Another process may have done it between our look and our lock.
            if self._is_current():
                for number in range(self._keep - 1, 0, -1):
                    with contextlib.suppress(FileNotFoundError):
                        os.replace(self._numbered(number), self._numbered(number + 1))
                if self._keep:
                    os.replace(self._path, self._numbered(1))
                else:
                    os.unlink(self._path)
        self.close()
        self._open()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


class LineWriter(Generic[T]):
    """For one event loop. `encode` makes a line (with its end) of an item, in the thread.

    `written`, `dropped`: lines so far.
    """

    def __init__(self, output: Output, encode: Callable[[T], bytes], limit: int) -> None:
        self._output = output
        self._encode = encode
        self._limit = limit
        self._waiting: list[T] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lines")
        self._timer: asyncio.TimerHandle | None = None
        self._writing = False
        self._complained = 0.0
        self.written = 0
        self.dropped = 0

    def check(self) -> None:
        """Raise `OSError` when nothing can be written."""
        self._output.write(b"")

    def add(self, item: T) -> None:
        """Have a line written soon. Never waits."""
        if len(self._waiting) >= self._limit:
            self.dropped += 1
            self._complain(
                f"{self.dropped} lines of the access log were dropped: written too slowly"
            )
            return
        self._waiting.append(item)
        if self._timer is None and not self._writing:
            self._timer = asyncio.get_running_loop().call_later(_DELAY, self._hand_over)

    def _hand_over(self) -> None:
        self._timer = None
        self._writing = True
        loop = asyncio.get_running_loop()
        batch, self._waiting = self._waiting, []
        done = loop.run_in_executor(self._thread, self._write, batch)
        done.add_done_callback(lambda future: self._handed_over(future, len(batch)))

    def _handed_over(self, done: asyncio.Future[None], count: int) -> None:
        self._writing = False
        error = None if done.cancelled() else done.exception()
        if error is not None or done.cancelled():
            self.dropped += count
            self._complain(f"the access log cannot be written: {error}")
        else:
            self.written += count
        if self._waiting and self._timer is None:
            self._hand_over()

    def _write(self, batch: list[T]) -> None:
        self._output.write(b"".join(map(self._encode, batch)))

    def _complain(self, problem: str) -> None:
        now = time.monotonic()
        if now - self._complained >= _COMPLAIN_EVERY or not self._complained:
            self._complained = now
            logger.warning("%s", problem)

    async def close(self, within: float = 5.0) -> None:
        """Write what waits, for `within` seconds at most."""
        end = time.monotonic() + within
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while (self._waiting or self._writing) and time.monotonic() < end:
            if not self._writing:
                self._hand_over()
            await asyncio.sleep(0.005)
        if self._waiting:
            self.dropped += len(self._waiting)
            logger.warning("%d lines of the access log were lost at the end", len(self._waiting))
        self._thread.shutdown(wait=False)
        if not self._writing:
            self._output.close()


def _write_all(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


@contextlib.contextmanager
def _locked(file: int) -> Iterator[None]:
    if sys.platform == "win32":  # one process only: sockets cannot be shared there
        yield
        return
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
