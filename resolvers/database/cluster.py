"""Make a PostgreSQL cluster: initdb, access rules, roles, the database.

Everything happens in a directory with another name, renamed at the end: a hub killed while it makes
the cluster leaves nothing that looks like one.

Roles: `hub` owns the database and is what the program uses; `hub_admin` is the superuser, used only
here (and by tests). Both have generated passwords (scram-sha-256), asked for on the socket and on
TCP alike, so no other user of the machine gets in through 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from resolvers.database import spawn
from resolvers.database.binaries import Binaries
from resolvers.database.directory import (
    ADMIN_ROLE,
    APPLICATION_ROLE,
    DATABASE,
    Credentials,
    DataDirectory,
)
from resolvers.database.errors import DatabaseError
from resolvers.database.ownership import ServerAccount

log = logging.getLogger("hub.database")

ACCESS_RULES = """\
# Written by the hub: a password for everyone, the socket and 127.0.0.1 only.
local all all scram-sha-256
host  all all 127.0.0.1/32 scram-sha-256
"""
SETTINGS = """
# Written by the hub when the cluster was made; change as you like.
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
# Statements here are short; compiling them costs more than it saves.
jit = off
# Keep values of rows out of the log.
log_error_verbosity = terse
"""
INITDB_SECONDS = 120


def locale_choices(major: int) -> Sequence[tuple[str, ...]]:
    """Return initdb flags to try in order: a locale that knows Chinese letters comes first.

    With LC_CTYPE=C, pg_trgm drops every Chinese character without a word. The builtin provider
    came with PostgreSQL 17 and sorts by code point, alike on every machine.
    """
    builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if major >= 17 else ()
    return tuple((*builtin, f"--locale={name}") for name in ("C.UTF-8", "en_US.UTF-8", "C"))


async def create_cluster(directory: DataDirectory, binaries: Binaries) -> Credentials:
    """Make the cluster in `directory` and return its passwords (already written to disk).

    Raises DatabaseError `DATABASE_START_FAILED` with initdb's own words.
    """
    temporary = _begin(directory)
    try:
        output = ""
        for flags in locale_choices(binaries.major):
            command = [str(binaries.initdb), "-D", str(temporary), "-U", ADMIN_ROLE]
            command += ["-E", "UTF8", "-A", "reject", "--no-instructions", *flags]
            code, output = await _run(command, directory.account)
            if code == 0:
                break
            _empty(temporary)
        else:
            raise DatabaseError("DATABASE_START_FAILED", f"initdb failed: {_last_line(output)}")
        if flags[-1] == "--locale=C":
            log.warning("no UTF-8 locale on this system: trigram search will miss Chinese text")
        _write_settings(temporary)
        credentials = Credentials.generate()
        await set_up_roles(temporary, binaries, directory.account, credentials, first=True)
        directory.write_credentials(credentials)
        temporary.rename(directory.cluster)
    finally:
        # All of them: what a killed attempt's initdb had started may have gone on writing for a
        # moment after its folder was first removed.
        _remove_attempts(directory)
    return credentials


async def set_up_roles(
    cluster: Path,
    binaries: Binaries,
    account: ServerAccount,
    credentials: Credentials,
    *,
    first: bool,
) -> None:
    """Set both passwords, and on the `first` time make the role and the database.

    In single-user mode: needs no password, no socket, and nobody else can be connected. One command
    per line is its rule. `vector` is not a trusted extension, so only the superuser can make it;
    in template1 it reaches each database made later.
    """
    commands = [f"alter role {ADMIN_ROLE} password '{credentials.admin}';"]
    if first:
        commands += [
            "do $$ begin if exists (select from pg_available_extensions where name = 'vector') "
            "then create extension vector; end if; end $$;",
            f"create role {APPLICATION_ROLE} login password '{credentials.application}';",
            f"create database {DATABASE} owner {APPLICATION_ROLE};",
        ]
    else:
        commands.append(f"alter role {APPLICATION_ROLE} password '{credentials.application}';")
    command = [str(binaries.postgres), "--single", "-D", str(cluster), "-c", "exit_on_error=on"]
    code, output = await _run([*command, "template1"], account, "\n".join(commands) + "\n")
    if code != 0:
        raise DatabaseError(
            "DATABASE_START_FAILED", f"cannot set up the database: {_last_line(output)}"
        )


def spawn_command(command: Sequence[str], account: ServerAccount, death: int) -> list[str]:
    """Return `command` wrapped so that it runs as `account` and gets signal `death` with us."""
    options = [str(os.getpid()), str(death), str(account.uid), str(account.gid)]
    return [sys.executable, "-I", "-S", str(Path(spawn.__file__)), *options, *command]


async def _run(
    command: Sequence[str], account: ServerAccount, stdin: str | None = None
) -> tuple[int, str]:
    """Run a short-lived program to its end; returns its exit code and what it wrote."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as given:
        given.write((stdin or "").encode())
        given.seek(0)
        # Started in this thread on purpose: the death signal follows the starting thread.
        process = _popen(spawn_command(command, account, signal.SIGKILL), given, output)
        try:
            async with asyncio.timeout(INITDB_SECONDS):
                while process.poll() is None:  # noqa: ASYNC110 - no event tells of a process's end
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise DatabaseError(
                "DATABASE_START_FAILED", f"{command[0]} did not end in {INITDB_SECONDS} s"
            ) from None
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
        output.seek(0)
        return process.returncode, output.read().decode("utf-8", "replace")


def _popen(command: list[str], stdin: IO[bytes], output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - no shell
        command, stdin=stdin, stdout=output, stderr=output, cwd="/", env=server_environment()
    )


def server_environment() -> dict[str, str]:
    """Return the little PostgreSQL needs; PG* variables of the caller would mislead it."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _remove_attempts(directory: DataDirectory) -> None:
    for folder in directory.root.glob(".new-cluster-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _begin(directory: DataDirectory) -> Path:
    """Remove what a killed attempt left and make the temporary directory."""
    _remove_attempts(directory)
    try:
        temporary = Path(tempfile.mkdtemp(prefix=".new-cluster-", dir=directory.root))
        if directory.account.drop:
            os.chown(temporary, directory.account.uid, directory.account.gid)
    except OSError as error:
        raise DatabaseError(
            "DATABASE_CONFIG", f"cannot write {directory.root}: {error.strerror}"
        ) from None
    return temporary


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _write_settings(cluster: Path) -> None:
    # Written into files that exist: their owner and mode stay those of the server's account.
    with (cluster / "pg_hba.conf").open("w", encoding="utf-8") as file:
        file.write(ACCESS_RULES)
    with (cluster / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "FATAL" in line]
    return (errors or lines or ["it wrote nothing"])[-1 if not errors else 0]
