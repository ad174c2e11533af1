"""Programs under load: started on a processor of their own, measured, and always ended."""

from __future__ import annotations

import asyncio
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
        """Return the processor time used so far, by all threads; None where /proc is missing."""
        try:
            text = Path(f"/proc/{self.process.pid}/stat").read_text()
        except OSError:
            return None
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_mib(self) -> float | None:
        """Return the most memory it has had resident, in MiB."""
        try:
            lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        except OSError:
            return None
        peak = next((line for line in lines if line.startswith("VmHWM:")), None)
        return None if peak is None else round(int(peak.split()[1]) / 1024, 1)


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    port: int,
    *,
    processor: int,
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


def pin(processor: int) -> None:
    """Keep this process, and what it starts, on one processor, where the system can do that."""
    if hasattr(os, "sched_setaffinity") and processor < (os.cpu_count() or 1):
        os.sched_setaffinity(0, {processor})


@contextmanager
def _pinned(processor: int) -> Iterator[None]:
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
