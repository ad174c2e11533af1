"""A hub that ends in every way: orderly, by SIGKILL at any moment, as another user."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from resolvers.database.ownership import server_processes
from tests.support.hub_process import HubProcess, python_for_all

AS_ROOT = os.geteuid() == 0
NOBODY = 65534


def gone(cluster: Path, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while server_processes(cluster) and time.monotonic() < until:
        time.sleep(0.02)
    return not server_processes(cluster)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_hub_and_server(data: Path, number: signal.Signals) -> None:
    with HubProcess(data) as hub:
        hub.ready()
        assert hub.end(number) == 0
        assert server_processes(data / "cluster") == []
    log = (data / "log" / "postgresql.log").read_text()
    assert "received fast shutdown request" in log
    assert "database system is shut down" in log


def test_killed_hub_takes_its_server_along(data: Path) -> None:
    with HubProcess(data) as hub:
        hub.ready()
        hub.end(signal.SIGKILL)
    assert gone(data / "cluster")
    assert "database system is shut down" in (data / "log/postgresql.log").read_text()
    with HubProcess(data) as hub:
        assert hub.ready()["owner"] is True


async def test_acknowledged_rows_survive_the_death_of_everything(data: Path) -> None:
    with HubProcess(data) as hub:
        connection = await asyncpg.connect(str(hub.ready()["url"]))
        await connection.execute("create table kept (n int)")
        for n in range(200):
            await connection.execute("insert into kept values ($1)", n)
        hub.process.send_signal(signal.SIGSTOP)  # it must not get in between
        for pid in server_processes(data / "cluster"):
            os.kill(pid, signal.SIGKILL)
        hub.end(signal.SIGKILL)
        connection.terminate()
    with HubProcess(data) as hub:
        connection = await asyncpg.connect(str(hub.ready()["url"]))
        assert await connection.fetchval("select count(*) from kept") == 200
        await connection.close()
        hub.end(signal.SIGTERM)


@pytest.mark.parametrize("moment", [0.3, 0.6, 0.9])
def test_killed_at_any_moment_of_the_first_start(folder: Path, moment: float) -> None:
    data = folder / "新 data"
    with HubProcess(data) as hub:
        time.sleep(moment)
        hub.end(signal.SIGKILL)
    with HubProcess(data) as hub:
        found = hub.ready()
        assert found.get("owner") is True, found
        assert hub.end(signal.SIGTERM) == 0
    assert gone(data / "cluster")
    assert list(data.glob(".new-cluster-*")) == []


def test_two_hubs_at_once(folder: Path) -> None:
    with HubProcess(folder / "data") as one, HubProcess(folder / "data") as two:
        assert sorted([str(one.ready()["owner"]), str(two.ready()["owner"])]) == ["False", "True"]
        for hub in (one, two):
            assert hub.end(signal.SIGTERM) == 0
    assert gone(folder / "data" / "cluster")


@pytest.fixture
def as_nobody(folder: Path) -> Callable[[Path], HubProcess]:
    if not AS_ROOT or python_for_all() is None:
        pytest.skip("needs root and an interpreter every user can run")
    (folder / "home").mkdir()
    os.chown(folder / "home", NOBODY, NOBODY)
    return lambda directory: HubProcess(directory, uid=NOBODY)


def test_normal_user(folder: Path, as_nobody: Callable[[Path], HubProcess]) -> None:
    data = folder / "home" / "data"
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM):
        with as_nobody(data) as hub:
            assert hub.ready()["owner"] is True
            hub.end(number)
    assert data.stat().st_mode & 0o777 == 0o700
    owners = {path.stat().st_uid for path in (data, *data.iterdir())}
    assert owners == {NOBODY}


def test_normal_user_cannot_write(folder: Path, as_nobody: Callable[[Path], HubProcess]) -> None:
    (folder / "roots").mkdir(mode=0o755)
    with as_nobody(folder / "roots" / "data") as hub:
        found = hub.ready()
    assert found["code"] == "DATABASE_CONFIG"
    assert "cannot write the data directory" in str(found["message"])


def test_one_start_as_root_locks_nobody_out(
    folder: Path, as_nobody: Callable[[Path], HubProcess]
) -> None:
    data = folder / "home" / "data"
    (folder / "home").chmod(0o711)
    for start in (as_nobody, HubProcess, as_nobody):
        with start(data) as hub:
            assert hub.ready().get("owner") is True
            assert hub.end(signal.SIGTERM) == 0
