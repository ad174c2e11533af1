"""Programs under load: started on a processor of their own, measured, and always ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_START_SECONDS = 30
_STOP_SECONDS = 10


@dataclass(slots=True)
class Program:
    """A running program that listens on `port`."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float | None:
        """Return the processor time used so far, by it and its children; None without /proc."""
        fields = [text.rpartition(")")[2].split() for text in self._told("stat")]
        if not fields:
            return None
        return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")

    def peak_mib(self) -> float | None:
        """Return the most memory that it and its children have had resident each, in MiB."""
        return self._memory("VmHWM:")

    def resident_mib(self) -> float | None:
        """Return the memory that it and its children have resident now, in MiB."""
        return self._memory("VmRSS:")

    def _memory(self, key: str) -> float | None:
        lines = [line for text in self._told("status") for line in text.splitlines()]
        found = [int(line.split()[1]) for line in lines if line.startswith(key)]
        return round(sum(found) / 1024, 1) if found else None

    def _told(self, file: str) -> list[str]:
        """Return what the system tells of the process and of all below it; nothing without /proc.

        What ends meanwhile is left out.
        """
        found, texts = [self.process.pid], []
        for pid in found:
            with contextlib.suppress(OSError):
                texts.append(Path(f"/proc/{pid}/{file}").read_text())
                for task in Path(f"/proc/{pid}/task").iterdir():
                    with contextlib.suppress(OSError):
                        found += map(int, (task / "children").read_text().split())
        return texts


@contextmanager
def running(
    name: str,
    command: Sequence[str | Path],
    port: int,
    *,
    processor: int | None,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Program]:
    """Run a program until the block ends. Raises `RuntimeError` when it does not come up."""
    # Threads inherit it, so it must hold before the program makes its first.
    with _pinned(processor):
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    try:
        _wait_for_port(process, port)
        yield Program(name, port, process)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stderr is not None:
            process.stderr.close()


def pin(processor: int | None) -> None:
    """Keep this process, and what it starts, on one processor, where the system can do that.

    None: on any.
    """
    if processor is None:
        return
    if hasattr(os, "sched_setaffinity") and processor < (os.cpu_count() or 1):
        os.sched_setaffinity(0, {processor})


@contextmanager
def _pinned(processor: int | None) -> Iterator[None]:
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    pin(processor)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def busy_seconds(processor: int) -> float | None:
    """Return how long a processor has worked so far, for whomever; None where /proc is missing.

    Time that a virtual machine's host gave to others counts, too.
    """
    try:
        lines = Path("/proc/stat").read_text().splitlines()
    except OSError:
        return None
    line = next((line for line in lines if line.startswith(f"cpu{processor} ")), None)
    if line is None:
        return None
    user, nice, system, _idle, _waiting, *rest = map(int, line.split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def _wait_for_port(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            assert process.stderr is not None
            text = process.stderr.read().decode(errors="replace")
            raise RuntimeError(f"a program on port {port} ended at once: {text[-500:]}")
        if asyncio.run(_is_open(port)):
            return
        time.sleep(0.1)
    raise RuntimeError(f"nothing listens on port {port} after {_START_SECONDS} s")


async def _is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


def free_port() -> int:
    """Return a port of the loopback that nothing listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
