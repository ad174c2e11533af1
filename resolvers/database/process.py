"""The server process: start it, see whether it is ready, stop it or what is left of it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping

from resolvers.database.binaries import Binaries
from resolvers.database.cluster import server_environment, spawn_command
from resolvers.database.directory import DataDirectory
from resolvers.database.errors import DatabaseError
from resolvers.database.ownership import postmaster_pid, send_signal, server_processes

log = logging.getLogger("hub.database")

POLL_SECONDS = 0.01


async def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Poll `done` for at most `seconds`; no event tells of a process that is not our child."""
    until = time.monotonic() + seconds
    while not (finished := done()) and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(POLL_SECONDS)
    return finished


def is_ready(directory: DataDirectory, pid: int) -> bool:
    """Whether the postmaster `pid` says "ready" in the last line of its pid file."""
    try:
        lines = (directory.cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError):
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def failure_reason(text: str) -> str:
    """Return the line of PostgreSQL's output that says why it ended, without its time stamp.

    >>> failure_reason("2026-11-23 03:42:18 UTC [7] FATAL:  no space\\n2026-11-23 [7] LOG:  bye")
    'no space'
    """
    lines = [line for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "PANIC" in line]
    chosen = (fatal or lines or ["it wrote nothing"])[0 if fatal else -1]
    return chosen.split("FATAL:")[-1].split("PANIC:")[-1].strip()


def choose_port(wanted: int, *, fixed: bool) -> int:
    """Return `wanted` if it is free, else (unless `fixed`) any free port of 127.0.0.1."""
    for candidate in (wanted, 0) if wanted else (0,):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError as error:
                if fixed:
                    raise DatabaseError(
                        "DATABASE_CONFIG",
                        f"port {wanted} of 127.0.0.1 cannot be used ({error.strerror}); free it or "
                        "change database.port (leave it out for any free port)",
                    ) from None
                continue
            port = probe.getsockname()[1]
            assert isinstance(port, int)
            return port
    raise DatabaseError("DATABASE_START_FAILED", "no free TCP port on 127.0.0.1")


def start_postgres(
    directory: DataDirectory, binaries: Binaries, port: int, options: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    # A quoted element: the setting is a list, and a path may hold a comma.
    quoted = '"' + directory.socket.replace('"', '""') + '"' if directory.socket else ""
    fixed = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": quoted,
        "unix_socket_permissions": "0700",
        "logging_collector": "off",
        "log_destination": "stderr",
        "lc_messages": "C",  # the port race is recognised by PostgreSQL's English words
        "cluster_name": "zhitong-hub",
    }
    command = [str(binaries.postgres), "-D", str(directory.cluster)]
    for name, value in (dict(options) | fixed).items():
        command += ["-c", f"{name}={value}"]
    output = directory.open_log()
    try:
        return subprocess.Popen(  # noqa: S603 - no shell
            spawn_command(command, directory.account, signal.SIGINT),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=server_environment(),
        )
    finally:
        os.close(output)


async def stop_process(process: subprocess.Popen[bytes], patience: float) -> None:
    """Fast shutdown, then immediate, then kill; always reaps."""
    for number, wait in ((signal.SIGINT, patience), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if process.poll() is None:
            process.send_signal(number)
        if await wait_until(lambda: process.poll() is not None, wait):
            return
        log.warning("PostgreSQL did not end within %.0f s of %s", wait, number.name)


async def stop_orphans(directory: DataDirectory, patience: float) -> None:
    """Stop a server that is not our child, or what a killed postmaster left behind.

    The postmaster gets the order first; when it is gone or deaf, every process does. They are not
    our children, so we cannot wait for them, only look.
    """
    log.warning("stopping a PostgreSQL left running by a hub that was killed")
    postmaster = postmaster_pid(directory.cluster)
    if postmaster in server_processes(directory.cluster):
        send_signal(postmaster, signal.SIGINT)
    else:
        patience = 1.0  # its children see its death and leave; SIGINT would mean nothing to them
    if await wait_until(lambda: not server_processes(directory.cluster), patience):
        return
    for number, wait in ((signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        for pid in server_processes(directory.cluster):
            send_signal(pid, number)
        if await wait_until(lambda: not server_processes(directory.cluster), wait):
            return
    raise DatabaseError(
        "DATABASE_START_FAILED",
        f"PostgreSQL on {directory.cluster} does not stop; end its processes and start again",
    )
