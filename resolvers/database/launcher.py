"""Start, watch and stop an embedded PostgreSQL.

One data directory, one owner. The hub that gets the directory's lock owns the server: it is its
parent, waits for it, restarts it after a crash and stops it at its end. Another hub on the same
directory (`hub pull` beside a running `hub serve`) is a guest: it connects to the owner's server
and never stops, restarts or repairs anything; when the owner ends, the guest's connections end too.

A server that outlived its owner (killed by SIGKILL) gets SIGINT from the kernel (`spawn`), or is
found here by its pid file and stopped before a new one starts, so that we always are the parent.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from resolvers.database.binaries import Binaries, find_binaries
from resolvers.database.cluster import create_cluster, set_up_roles
from resolvers.database.directory import (
    ADMIN_ROLE,
    APPLICATION_ROLE,
    DATABASE,
    Credentials,
    DataDirectory,
    Endpoint,
    default_directory,
)
from resolvers.database.errors import DatabaseError
from resolvers.database.ownership import reachable_binaries, server_account, server_processes
from resolvers.database.process import (
    POLL_SECONDS,
    choose_port,
    failure_reason,
    is_ready,
    start_postgres,
    stop_orphans,
    stop_process,
)

log = logging.getLogger("hub.database")

WATCH_SECONDS = 0.5
PORT_ATTEMPTS = 5
# A crash now and then is survived; a server that cannot stay up is not hidden.
RESTARTS = 5
RESTART_WINDOW_SECONDS = 600


@dataclass(frozen=True, slots=True)
class EmbeddedSettings:
    """How to run the embedded server; every field has a working default.

    `directory`: data directory (default: the user's data home). `port`: fixed TCP port, else a free
    one, kept over restarts while it stays free. `account`: account to run under when started as
    root. `options`: PostgreSQL settings for this start. Times in seconds, `log_bytes` in bytes (the
    log and one older part).
    """

    directory: Path | None = None
    port: int | None = None
    account: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    start_timeout: float = 30.0
    stop_timeout: float = 10.0
    log_bytes: int = 5_000_000


class EmbeddedServer:
    """A running server; `owner` tells whether this process is its parent or a guest."""

    def __init__(
        self, settings: EmbeddedSettings, directory: DataDirectory, credentials: Credentials
    ) -> None:
        self.settings = settings
        self.directory = directory
        self.owner = False
        self._credentials = credentials
        self._endpoint: Endpoint | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def endpoint(self) -> Endpoint:
        if self._endpoint is None:
            raise DatabaseError("DATABASE_UNAVAILABLE", "the embedded PostgreSQL is not running")
        return self._endpoint

    @property
    def url(self) -> str:
        """Connection URL of the application role. Holds the password: never log it."""
        return self.endpoint.url(APPLICATION_ROLE, self._credentials.application, DATABASE)

    def admin_url(self, database: str = "postgres") -> str:
        """Connection URL of the superuser, for making databases and extensions."""
        return self.endpoint.url(ADMIN_ROLE, self._credentials.admin, database)

    async def stop(self) -> None:
        """End the server if it is ours: fast shutdown, after a timeout immediate, then kill."""
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
            self._watcher = None
        if self._process is not None:
            await stop_process(self._process, self.settings.stop_timeout)
            self._process = None
        self._endpoint = None
        self.directory.unlock()

    async def run(self, binaries: Binaries, deadline: float) -> None:
        """Start PostgreSQL as our child and wait until it takes connections."""
        previous = self.directory.read_endpoint()
        port = self.settings.port or (previous.port if previous else 0)
        for _ in range(PORT_ATTEMPTS):
            port = choose_port(port, fixed=self.settings.port is not None)
            mark = self.directory.log_size()
            self._process = start_postgres(self.directory, binaries, port, self.settings.options)
            if await self._wait_ready(self._process, deadline):
                break
            text = self.directory.log_since(mark)
            if "could not bind" in text:
                port = self.settings.port or 0  # taken between our look and PostgreSQL's
            elif "pre-existing shared memory" in text:
                await asyncio.sleep(0.2)  # children of a killed postmaster are still leaving
            else:
                raise DatabaseError(
                    "DATABASE_START_FAILED",
                    f"PostgreSQL did not start: {failure_reason(text)}; see {self.directory.log}",
                )
            self.directory.remove_stale_locks()
        else:
            raise DatabaseError(
                "DATABASE_START_FAILED",
                f"PostgreSQL did not start in {PORT_ATTEMPTS} attempts; see {self.directory.log}",
            )
        self._endpoint = Endpoint(
            self._process.pid, port, self.directory.socket, binaries.provider, binaries.major
        )
        self.directory.write_endpoint(self._endpoint)

    def watch(self, binaries: Binaries) -> None:
        """Begin supervision: reap, restart after a crash, keep the log small."""
        self._watcher = asyncio.create_task(self._supervise(binaries), name="postgresql-watch")

    def join(self, endpoint: Endpoint) -> None:
        """Become a guest of the server another hub owns."""
        self._endpoint = endpoint

    async def _wait_ready(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        """Whether the server got ready; False when it ended, an error when time is over."""
        while process.poll() is None:
            if is_ready(self.directory, process.pid):
                return True
            if time.monotonic() > deadline:
                await stop_process(process, 1.0)
                raise DatabaseError(
                    "DATABASE_START_FAILED",
                    f"PostgreSQL was not ready in {self.settings.start_timeout:.0f} s; "
                    f"see {self.directory.log}",
                )
            await asyncio.sleep(POLL_SECONDS)
        return False

    async def _supervise(self, binaries: Binaries) -> None:
        crashes: list[float] = []
        while self._process is not None:
            await asyncio.sleep(WATCH_SECONDS)
            self.directory.trim_log(self.settings.log_bytes)
            code = self._process.poll()
            if code is None:
                continue
            now = time.monotonic()
            crashes = [at for at in crashes if now - at < RESTART_WINDOW_SECONDS] + [now]
            if len(crashes) > RESTARTS:
                log.error(
                    "PostgreSQL ended %d times, giving up; see %s", RESTARTS, self.directory.log
                )
                return
            log.warning("PostgreSQL ended unexpectedly (exit %s), starting it again", code)
            try:
                if server_processes(self.directory.cluster):
                    await stop_orphans(self.directory, 5.0)
                self.directory.remove_stale_locks()
                await self.run(binaries, now + self.settings.start_timeout)
            except (DatabaseError, OSError) as error:
                log.error("PostgreSQL could not be started again: %s", error)


async def start_embedded(settings: EmbeddedSettings | None = None) -> EmbeddedServer:
    """Start the server of a data directory, or join the one another hub runs there.

    Call it in the thread that lives as long as the program: the server ends with the thread that
    started it. Raises DatabaseError (see `errors`).
    """
    settings = settings or EmbeddedSettings()
    if os.name != "posix":
        raise DatabaseError(
            "DATABASE_PROVIDER_MISSING",
            "the embedded PostgreSQL needs Linux or macOS; set HUB_DATABASE_URL",
        )
    root = settings.directory or default_directory()
    directory = DataDirectory(root, server_account(root / "cluster", settings.account))
    directory.prepare()
    deadline = time.monotonic() + settings.start_timeout
    while not directory.lock():
        if guest := await _join(settings, directory):
            log.info("using the PostgreSQL another hub runs on %s", directory.root)
            return guest
        if time.monotonic() > deadline:
            raise DatabaseError(
                "DATABASE_UNAVAILABLE",
                f"another hub holds the data directory {directory.root} but its PostgreSQL does "
                "not answer; stop that hub or choose another database.directory",
            )
        await asyncio.sleep(0.05)
    try:
        return await _own(settings, directory, deadline)
    except BaseException:
        directory.unlock()
        raise


async def _own(
    settings: EmbeddedSettings, directory: DataDirectory, deadline: float
) -> EmbeddedServer:
    """Start as the owner of `directory`, whose lock we hold."""
    major = directory.major
    binaries = reachable_binaries(find_binaries(major), directory.account, directory.runtime)
    if server_processes(directory.cluster):
        await stop_orphans(directory, settings.stop_timeout)
    directory.remove_stale_locks()
    directory.trim_log(settings.log_bytes)
    credentials = directory.read_credentials()
    if major is None:
        credentials = await create_cluster(directory, binaries)
    elif credentials is None:
        log.warning("credentials.json is missing, setting new passwords")
        credentials = Credentials.generate()
        await set_up_roles(directory.cluster, binaries, directory.account, credentials, first=False)
        directory.write_credentials(credentials)
    server = EmbeddedServer(settings, directory, credentials)
    try:
        await server.run(binaries, deadline)
    except BaseException:
        await server.stop()
        raise
    server.owner = True
    server.watch(binaries)
    return server


async def _join(settings: EmbeddedSettings, directory: DataDirectory) -> EmbeddedServer | None:
    """Return a guest's view of the owner's server once it answers, else None."""
    endpoint, credentials = directory.read_endpoint(), directory.read_credentials()
    if endpoint is None or credentials is None:
        return None
    if not is_ready(directory, endpoint.pid):
        return None
    server = EmbeddedServer(settings, directory, credentials)
    server.join(endpoint)
    try:
        connection = await asyncpg.connect(server.url, timeout=5)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return None
    await connection.close()
    return server
