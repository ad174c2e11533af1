"""The data directory of the embedded PostgreSQL: layout, lock, secrets.

<directory>/                 ours; 0711 under root (the server's account passes through), else 0700
    hub.lock                 flock held by the hub that owns the server, for as long as it lives
    credentials.json         0600: passwords of the roles `hub` and `hub_admin`
    server.json              0600: where the running server listens
    cluster/                 PGDATA, 0700, the server's account
    run/                     unix socket, 0700, the server's account
    log/postgresql.log(.1)   0600, bounded
    runtime/                 copied binaries, only where the server's account cannot reach ours
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote

from resolvers.database.errors import DatabaseError
from resolvers.database.ownership import (
    ServerAccount,
    can_enter,
    make_directory,
    postmaster_pid,
    process_exists,
)

APPLICATION_ROLE = "hub"
ADMIN_ROLE = "hub_admin"
DATABASE = "hub"
# sun_path holds 108 bytes on Linux and 104 on macOS, with the terminating zero.
LONGEST_SOCKET_PATH = 103


@dataclass(frozen=True, slots=True)
class Credentials:
    """Generated passwords: `application` for daily work, `admin` for the superuser."""

    application: str = field(repr=False)
    admin: str = field(repr=False)

    @classmethod
    def generate(cls) -> Credentials:
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a running server listens; `socket` is a directory or "" when only TCP is offered."""

    pid: int
    port: int
    socket: str
    provider: str
    major: int

    def url(self, role: str, password: str, database: str) -> str:
        """Return a connection URL, over the unix socket where there is one."""
        authority = f"{quote(role)}:{quote(password)}@"
        if self.socket:
            place = f"/{quote(database)}?host={quote(self.socket, safe='')}&port={self.port}"
            return f"postgresql://{authority}{place}"
        return f"postgresql://{authority}127.0.0.1:{self.port}/{quote(database)}"


def default_directory() -> Path:
    """Return the data home of this user; for root /var/lib, since `/root` is closed to others."""
    if home := os.environ.get("XDG_DATA_HOME"):
        return Path(home) / "zhitong-hub"
    if os.geteuid() == 0:
        return Path("/var/lib/zhitong-hub")
    return Path.home() / ".local" / "share" / "zhitong-hub"


class DataDirectory:
    """The files of one data directory. Methods block shortly and never wait."""

    def __init__(self, root: Path, account: ServerAccount) -> None:
        self.root = root.expanduser().absolute()
        self.account = account
        self.cluster = self.root / "cluster"
        self.log = self.root / "log" / "postgresql.log"
        self.runtime = self.root / "runtime"
        self._lock: int | None = None

    def prepare(self) -> None:
        """Make what is missing; DatabaseError `DATABASE_CONFIG` when that cannot work."""
        try:
            make_directory(self.root, 0o711 if self.account.drop else 0o700)
            run = self.root / "run"
            make_directory(run, 0o700, self.account)
            if self.account.drop and run.stat().st_uid != self.account.uid:
                os.chown(run, self.account.uid, self.account.gid)  # a start broken off half-way
            make_directory(self.log.parent, 0o700)
            os.close(_create(self.root / "hub.lock", os.O_RDWR))
        except OSError as error:
            raise DatabaseError(
                "DATABASE_CONFIG",
                f"cannot write the data directory {self.root}: {error.strerror}; choose another "
                "with database.directory or HUB_DATABASE_DIRECTORY",
            ) from None
        if self.account.drop and not can_enter(self.root, self.account):
            raise DatabaseError(
                "DATABASE_CONFIG",
                f"started as root, PostgreSQL runs as {self.account.name}, which cannot enter "
                f"{self.root}; choose a data directory below folders open to all (mode o+x)",
            )

    @property
    def socket(self) -> str:
        """The socket's directory, or "" when no client could use it and TCP has to do.

        The system bounds its length, and a comma separates hosts for every PostgreSQL client.
        """
        path = self.root / "run"
        longest = os.fsencode(path / ".s.PGSQL.65535")
        usable = len(longest) <= LONGEST_SOCKET_PATH and "," not in str(path)
        return str(path) if usable else ""

    @property
    def major(self) -> int | None:
        """PostgreSQL major version the data was made by; None while there is no data."""
        try:
            return int((self.cluster / "PG_VERSION").read_text(encoding="ascii").strip())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise DatabaseError(
                "DATABASE_CONFIG",
                f"{self.cluster} is not readable as PostgreSQL data ({error}); "
                "choose an empty data directory or repair this one",
            ) from None

    def lock(self) -> bool:
        """Try to become the hub that owns the server. The kernel gives it back when we die."""
        descriptor = _create(self.root / "hub.lock", os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._lock = descriptor
        return True

    def unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def read_credentials(self) -> Credentials | None:
        found = _read_json(self.root / "credentials.json")
        if not found:
            return None
        return Credentials(str(found.get("application", "")), str(found.get("admin", "")))

    def write_credentials(self, credentials: Credentials) -> None:
        _write_json(self.root / "credentials.json", asdict(credentials))

    def read_endpoint(self) -> Endpoint | None:
        found = _read_json(self.root / "server.json")
        try:
            return Endpoint(**found) if found else None  # type: ignore[arg-type]
        except TypeError:
            return None  # written by another version; the owner writes it anew

    def write_endpoint(self, endpoint: Endpoint) -> None:
        _write_json(self.root / "server.json", asdict(endpoint))

    def remove_stale_locks(self) -> None:
        """Remove lock files that would mislead PostgreSQL; call only when no server of ours lives.

        It believes a lock file whose pid is taken, even by a zombie or by another program, and
        would refuse to start for ever. A file whose pid is free is left to it: then it also checks,
        by the shared memory named there, that no process is left; that must not be taken away.
        """
        pid = postmaster_pid(self.cluster)
        if pid is None or process_exists(pid):
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        for path in (self.root / "run").glob(".s.PGSQL.*"):
            path.unlink(missing_ok=True)

    def open_log(self) -> int:
        """Open the server's log for appending (a descriptor; append mode allows truncation)."""
        return _create(self.log, os.O_WRONLY | os.O_APPEND)

    def trim_log(self, limit: int) -> None:
        """Move the log to `.1` when it is above `limit` bytes, keeping the server's descriptor."""
        try:
            if self.log.stat().st_size <= limit:
                return
            with self.log.open("rb") as source:
                source.seek(-limit, os.SEEK_END)
                kept = source.read(limit)
            with os.fdopen(_create(self.log.with_suffix(".log.1")), "wb") as target:
                target.write(kept)
            os.truncate(self.log, 0)
        except OSError:
            return  # a full disk must not end the hub over its log

    def log_since(self, mark: int) -> str:
        """Return what was logged after byte `mark`, at most its last 8 kB."""
        try:
            with self.log.open("rb") as source:
                source.seek(max(mark, source.seek(0, os.SEEK_END) - 8192))
                return source.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def log_size(self) -> int:
        try:
            return self.log.stat().st_size
        except OSError:
            return 0


def _create(path: Path, flags: int = os.O_WRONLY | os.O_TRUNC) -> int:
    """Open a private file, made when missing.

    Root gives it to the owner of its folder, so that one start with sudo does not lock them out.
    """
    descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    folder, made = path.parent.stat(), os.fstat(descriptor)
    if os.geteuid() == 0 and made.st_uid != folder.st_uid and made.st_nlink == 1:
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor


def _write_json(path: Path, value: dict[str, object]) -> None:
    """Write whole or not at all: a reader or a kill in between sees the old file."""
    temporary = path.with_suffix(".new")
    with os.fdopen(_create(temporary), "w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _read_json(path: Path) -> dict[str, object] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
