"""Run numbered SQL files, once each, in order (rules for them: `resolvers/migrations/README.md`).

Plan first, then act: all refusals (changed file, unknown file, wrong order) are found before the
first statement runs. One session-level advisory lock keeps other hubs out, so this needs a direct
connection, not PgBouncer in transaction mode.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Connection, Database

MIGRATIONS = Path(__file__).parent.parent / "migrations"
# Any constant will do; this one spells "hub" and the module's purpose in no other program.
LOCK_KEY = 0x68756201
LOCK_SECONDS = 120.0
# An index over tens of millions of rows takes long; this only ends what will never end.
FILE_SECONDS = 24 * 3600.0

_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_OWNER_NAME = re.compile(r"[a-z][a-z0-9_]*")
_EXTENSION = re.compile(r"^-- requires-extension: ([a-z0-9_-]+)( optional)?\s*$", re.MULTILINE)

_LEDGER = """
create schema if not exists hub;
create table if not exists hub.migration (
    owner text not null,
    number integer not null,
    name text not null,
    checksum text not null,
    state text not null check (state in ('applied', 'skipped')),
    applied_at timestamptz not null default now(),
    duration_ms integer not null,
    primary key (owner, number)
)
"""


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """One file: `extensions` maps a needed extension to whether it is optional."""

    owner: str
    number: int
    name: str
    sql: str
    checksum: str
    extensions: tuple[tuple[str, bool], ...] = ()

    @property
    def label(self) -> str:
        return f"{self.owner}/{self.number:04d}_{self.name}"


@dataclass(frozen=True, slots=True)
class MigrationState:
    """`state`: applied, skipped (an optional extension is missing), pending, changed or unknown."""

    owner: str
    number: int
    name: str
    state: str
    applied_at: str | None = None


@dataclass(frozen=True, slots=True)
class _Applied:
    name: str
    checksum: str
    state: str
    applied_at: str


_Ledger = dict[tuple[str, int], _Applied]


def read_migrations(root: Path = MIGRATIONS) -> tuple[MigrationFile, ...]:
    """Return all files below `root` in the order they run.

    Raises DatabaseError `MIGRATION_FILE` for a name that is no migration's or a number used twice.
    """
    files: dict[tuple[str, int], MigrationFile] = {}
    for path in sorted(root.glob("*/*.sql")):
        match, owner = _FILE_NAME.fullmatch(path.name), path.parent.name
        if match is None or _OWNER_NAME.fullmatch(owner) is None:
            raise DatabaseError(
                "MIGRATION_FILE", f"{owner}/{path.name}: the name must be <owner>/NNNN_words.sql"
            )
        file = parse_migration(owner, int(match[1]), match[2], path.read_text(encoding="utf-8"))
        if other := files.get((owner, file.number)):
            raise DatabaseError(
                "MIGRATION_FILE", f"{file.label}: the number is taken by {other.label}"
            )
        files[owner, file.number] = file
    # `hub` first: its tables serve all others.
    return tuple(sorted(files.values(), key=lambda f: (f.owner != "hub", f.owner, f.number)))


def parse_migration(owner: str, number: int, name: str, text: str) -> MigrationFile:
    """Return the migration written in `text`; line ends do not count in its checksum."""
    sql = text.replace("\r\n", "\n")
    checksum = hashlib.sha256(sql.encode()).hexdigest()
    extensions = tuple((found[1], bool(found[2])) for found in _EXTENSION.finditer(sql))
    return MigrationFile(owner, number, name, sql, checksum, extensions)


async def migrate(
    database: Database,
    files: Iterable[MigrationFile] | None = None,
    on_file: Callable[[MigrationFile, str], None] | None = None,
) -> tuple[MigrationState, ...]:
    """Run what has not run and return what was done now (state applied or skipped).

    `on_file` is told each file with its new state. Raises DatabaseError `MIGRATION_*` or
    `EXTENSION_MISSING`; files before the failing one stay applied, the failing one leaves nothing.
    """
    files = read_migrations() if files is None else tuple(files)
    done: list[MigrationState] = []
    async with database.session() as connection:
        await _lock(connection)
        await connection.execute(_LEDGER)
        ledger = await _read_ledger(connection)
        for file in _plan(files, ledger):
            skipped_before = (file.owner, file.number) in ledger
            missing = await _missing_extension(connection, file)
            state = "skipped" if missing else "applied"
            if missing and skipped_before:
                continue
            await _run_file(connection, file, state)
            done.append(MigrationState(file.owner, file.number, file.name, state))
            if on_file is not None:
                on_file(file, state)
    database.forget_extensions()
    return tuple(done)


async def migration_status(
    database: Database, files: Iterable[MigrationFile] | None = None
) -> tuple[MigrationState, ...]:
    """Return the state of every file and of every row in the database; changes nothing."""
    files = read_migrations() if files is None else tuple(files)
    async with database.session() as connection:
        known = await connection.fetchval("select to_regclass('hub.migration') is not null")
        ledger = await _read_ledger(connection) if known else {}
    states = []
    for file in files:
        ran = ledger.pop((file.owner, file.number), None)
        state = "pending" if ran is None else ran.state
        if ran is not None and ran.state == "applied" and ran.checksum != file.checksum:
            state = "changed"
        at = ran.applied_at if ran else None
        states.append(MigrationState(file.owner, file.number, file.name, state, at))
    for (owner, number), extra in ledger.items():
        states.append(MigrationState(owner, number, extra.name, "unknown", extra.applied_at))
    return tuple(states)


def _plan(files: Iterable[MigrationFile], ledger: _Ledger) -> list[MigrationFile]:
    """Return the files to run, or refuse all of them with a reason."""
    files = tuple(files)
    present = {(file.owner, file.number) for file in files}
    for (owner, number), row in ledger.items():
        if (owner, number) not in present:
            raise DatabaseError(
                "MIGRATION_UNKNOWN",
                f"the database has {owner}/{number:04d}_{row.name}, which this program does not "
                "know: it was written by a newer one; use that, or another database",
            )
    last: dict[str, int] = {}
    for (owner, number), row in ledger.items():
        if row.state == "applied":
            last[owner] = max(number, last.get(owner, 0))
    pending = []
    for file in files:
        ran = ledger.get((file.owner, file.number))
        if ran is None:
            if file.number < last.get(file.owner, 0):
                raise DatabaseError(
                    "MIGRATION_ORDER",
                    f"{file.label} is new but {file.owner}/{last[file.owner]:04d} ran already; "
                    "give it the next number",
                )
            pending.append(file)
        elif ran.state == "skipped":
            pending.append(file)
        elif ran.checksum != file.checksum:
            raise DatabaseError(
                "MIGRATION_CHANGED",
                f"{file.label} was changed after it ran on {ran.applied_at[:10]}; restore it and "
                "write a new file, or start with a new database",
            )
    return pending


async def _lock(connection: Connection) -> None:
    """Take the advisory lock, released by the end of the session; another hub may be migrating."""
    until = time.monotonic() + LOCK_SECONDS
    while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK_KEY):
        if time.monotonic() > until:
            raise DatabaseError(
                "MIGRATION_LOCKED",
                f"another hub has been migrating this database for {LOCK_SECONDS:.0f} s; "
                "wait for it or end it",
            )
        await asyncio.sleep(0.1)


async def _read_ledger(connection: Connection) -> _Ledger:
    rows = await connection.fetch(
        "select owner, number, name, checksum, state, applied_at from hub.migration"
        " order by owner, number"
    )
    return {
        (row["owner"], row["number"]): _Applied(
            row["name"], row["checksum"], row["state"], row["applied_at"].isoformat()
        )
        for row in rows
    }


async def _missing_extension(connection: Connection, file: MigrationFile) -> str | None:
    """Make the extensions a file needs; return the optional one that cannot be had, if any."""
    for name, optional in file.extensions:
        if await connection.fetchval("select true from pg_extension where extname = $1", name):
            continue
        try:
            # The name matched a pattern without quotes, so quoting it is enough.
            await connection.execute(f'create extension if not exists "{name}" with schema public')
        except asyncpg.PostgresError as error:
            if optional:
                return name
            raise DatabaseError(
                "EXTENSION_MISSING",
                f"{file.label} needs the extension {name}: {error}; install it, or let a superuser "
                f'run: create extension "{name}" with schema public',
            ) from None
    return None


async def _run_file(connection: Connection, file: MigrationFile, state: str) -> None:
    """Run one file (or only record it as skipped) in a transaction of its own."""
    started = time.monotonic()
    try:
        async with connection.transaction():
            if state == "applied":
                await connection.execute(f'create schema if not exists "{file.owner}"')
                await connection.execute(
                    f'set local search_path to "{file.owner}", public;'
                    "set local statement_timeout to 0"
                )
                before = await connection.fetchval("select pg_current_xact_id()::text")
                await connection.execute(file.sql, timeout=FILE_SECONDS)
                after = await connection.fetchval("select pg_current_xact_id_if_assigned()::text")
                if before != after:
                    raise DatabaseError(
                        "MIGRATION_FAILED", f"{file.label} must not begin or end a transaction"
                    )
            await connection.execute(
                "insert into hub.migration (owner, number, name, checksum, state, duration_ms)"
                " values ($1, $2, $3, $4, $5, $6) on conflict (owner, number) do update set"
                " name = excluded.name, checksum = excluded.checksum, state = excluded.state,"
                " applied_at = now(), duration_ms = excluded.duration_ms",
                file.owner,
                file.number,
                file.name,
                file.checksum,
                state,
                int((time.monotonic() - started) * 1000),
            )
    except asyncpg.PostgresError as error:
        raise _failed(file, error) from None


def _failed(file: MigrationFile, error: asyncpg.PostgresError) -> DatabaseError:
    position = getattr(error, "position", None)
    line = file.sql.count("\n", 0, int(position) - 1) + 1 if position else None
    where = f"{file.label}, line {line}" if line else file.label
    return DatabaseError(
        "MIGRATION_FAILED", f"{where}: {error}; nothing of this file was kept, correct it and retry"
    )
