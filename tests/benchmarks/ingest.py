"""`ingest`: rows per second and memory of a pull, beside COPY alone, a plain script and dlt.

One file of invented patents (`ingest_rows.py`), one embedded PostgreSQL as the hub starts it, a new
database for each way of loading the file, one way after the other and each in a process of its own:

- `flat`: COPY of the bytes into one table of texts, without an index: what PostgreSQL can do
- `plain`: a script that parses, converts and copies into the tables a PATENT row fills, with their
  indexes; `plain+books` also into the ledger of the source and the change feed
- `pull`: the hub, from the file; `again`: the same rows in a file with a note below, so that each
  is read, checked and found to say nothing new; `full`: `hub pull --full`, which merges each again
- `rest`: the hub, from pages of a REST interface
- `dlt`: dlt appends the rows as texts to one table; `dlt-merge`, `dlt-upsert`: dlt merges patents
  with typed columns and lists by their key, by either of its strategies. When it is told where dlt
  is (`--dlt`, `HUB_BENCH_DLT`)

With each way is told what it ends with: tables that have more rows than in a new database, their
indexes and those rows, and whether rows with a key known already are merged.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg
import msgspec

from adapters.config import SourceConfig
from adapters.model import BatchStatus
from adapters.sync import PullOptions, pull_source
from resolvers.database.launcher import EmbeddedServer, EmbeddedSettings, start_embedded
from resolvers.database.migrations import migrate
from resolvers.database.pool import Database, PoolSettings
from resolvers.database.url import with_database
from tests.benchmarks.ingest_ending import Tables, ended_with, tables_of
from tests.benchmarks.ingest_pages import PAGE, serving
from tests.benchmarks.ingest_plain import copy_flat, copy_typed
from tests.benchmarks.ingest_rows import write_patents
from tests.benchmarks.measure import in_new_process, peak_bytes, print_table

WAYS: Final = ("flat", "plain", "plain+books", "pull", "again", "full", "rest")
DLT_WAYS: Final = ("dlt", "dlt-merge", "dlt-upsert")
MERGING: Final = frozenset(("pull", "again", "full", "rest", "dlt-merge", "dlt-upsert"))
_TODAY: Final = date(2026, 1, 1)
_DLT_MEMORY: Final = "512MB"
_ROOT: Final = Path(__file__).parents[2]
_PATIENCE: Final = 4 * 3600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be chosen."""
    parser.add_argument("--rows", type=int, help="how many (default 200,000; briefly 20,000)")
    parser.add_argument("--only", nargs="+", choices=(*WAYS, *DLT_WAYS), help="these ways only")
    parser.add_argument(
        "--dlt",
        default=os.environ.get("HUB_BENCH_DLT"),
        help="python of an environment with dlt[postgres] (default: HUB_BENCH_DLT)",
    )


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the table; return the same as data."""
    rows = options.rows or (20_000 if options.brief else 200_000)
    ways = options.only or [*WAYS, *(DLT_WAYS if options.dlt else ())]
    folder = Path(tempfile.mkdtemp(prefix="hub-benchmark-"))
    folder.chmod(0o711)  # the server's account is another under root
    try:
        path = folder / "patents.csv"
        write_patents(path, rows)
        found = asyncio.run(_run(folder, path, rows, ways, options.dlt))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print_table(
        (
            *("way", "seconds", "rows/s", "own CPU s", "peak RSS MB"),
            *("tables", "indexes", "table rows", "merges"),
        ),
        [
            (
                *(each["way"], each["seconds"], round(rows / each["seconds"]), each["cpu"]),
                *(each["rss"], each["tables"], each["indexes"], each["table_rows"]),
                "yes" if each["merges"] else "no",
            )
            for each in found
        ],
    )
    return {"rows": rows, "ways": found}


async def _run(
    folder: Path, path: Path, rows: int, ways: list[str], dlt: str | None
) -> list[dict[str, Any]]:
    server = await start_embedded(EmbeddedSettings(directory=folder / "data"))
    found = []
    try:
        url = await _new_database(server, "benchmark_new")
        new = await asyncio.to_thread(in_new_process, _new_tables, url)
        for number, way in enumerate(ways):
            name = f"benchmark_{number}"
            url = await _new_database(server, name)
            measured = await asyncio.to_thread(_measure, way, url, path, rows, folder, dlt)
            ending = ended_with(await tables_of(url), new)
            found.append({"way": way, **measured, **ending, "merges": way in MERGING})
            print(f"{way}: {measured['seconds']:.1f} s", file=sys.stderr, flush=True)
            await _admin(server.admin_url(), f'drop database "{name}" with (force)')
    finally:
        await server.stop()
    return found


async def _new_database(server: EmbeddedServer, name: str) -> str:
    await _admin(server.admin_url(), f'create database "{name}" owner hub')
    return with_database(server.url, name)


async def _admin(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _measure(
    way: str, url: str, path: Path, rows: int, folder: Path, dlt: str | None
) -> dict[str, Any]:
    if way in DLT_WAYS:
        return _dlt(way, url, path, folder, dlt)
    if way == "rest":
        with serving(path) as address:
            config = _rest(address)
            return in_new_process(_pulled, url, config, rows, timeout=_PATIENCE)
    if way in ("flat", "plain", "plain+books"):
        return in_new_process(_copied, url, path, way, timeout=_PATIENCE)
    config = _file_drop(path)
    if way == "pull":
        return in_new_process(_pulled, url, config, rows, timeout=_PATIENCE)
    in_new_process(_pulled, url, config, rows, timeout=_PATIENCE)
    if way == "full":
        return in_new_process(_pulled, url, config, rows, True, timeout=_PATIENCE)
    more = path.with_name("more.csv")
    shutil.copyfile(path, more)
    with more.open("a", encoding="utf-8") as file:
        file.write("备注：同样的内容，另一份文件\n")
    return in_new_process(_pulled, url, _file_drop(more), rows, timeout=_PATIENCE)


def _file_drop(path: Path) -> SourceConfig:
    return _source(kind="file_drop", path=str(path))


def _rest(address: str) -> SourceConfig:
    paging = {"kind": "offset", "param": "offset", "size_param": "limit", "size": PAGE}
    return _source(kind="rest", rest={"url": address, "paging": paging}, bounds={"rate": 10_000})


def _source(**more: Any) -> SourceConfig:
    own = {"code": "benchmark", "name": "基准", "center": "FT-110000-01", "feed": "PATENT"}
    return msgspec.convert(own | more, SourceConfig)


def _copied(url: str, path: Path, way: str) -> dict[str, Any]:
    async def work(database: Database) -> None:
        if way == "flat":
            await copy_flat(database, path)
        else:
            await copy_typed(database, path, books=way == "plain+books")

    return asyncio.run(_timed(url, work))


def _pulled(url: str, config: SourceConfig, rows: int, full: bool = False) -> dict[str, Any]:
    async def work(database: Database) -> None:
        report = await pull_source(database, config, PullOptions(today=_TODAY, full=full))
        total = report.total()
        loaded = all(batch.status is BatchStatus.LOADED for batch in report.batches)
        if not loaded or total.accepted != rows or total.rejected:
            raise RuntimeError(f"not all was loaded: {total} {report.first_problem}")

    return asyncio.run(_timed(url, work))


async def _timed(url: str, work: Any) -> dict[str, Any]:
    database = await Database.connect(PoolSettings(url, statement_timeout=_PATIENCE))
    try:
        await migrate(database)
        cpu, wall = time.process_time(), time.perf_counter()
        done: Coroutine[Any, Any, None] = work(database)
        await done
        seconds = time.perf_counter() - wall
        return {
            "seconds": seconds,
            "cpu": time.process_time() - cpu,
            "rss": round(peak_bytes() / 1_000_000),
        }
    finally:
        await database.close()


def _new_tables(url: str) -> Tables:
    async def work() -> Tables:
        database = await Database.connect(PoolSettings(url))
        try:
            await migrate(database)
        finally:
            await database.close()
        return await tables_of(url)

    return asyncio.run(work())


def _dlt(way: str, url: str, path: Path, folder: Path, python: str | None) -> dict[str, Any]:
    if python is None:
        raise SystemExit("dlt: say where it is, by --dlt or HUB_BENCH_DLT")
    parts = urlsplit(url)
    # dlt wants a host in the address; over TCP it finds one.
    port = parse_qs(parts.query).get("port", [str(parts.port)])[0]
    # Its upsert deletes by `not in (select ...)`: quadratic, unless the list fits into work_mem.
    address = (
        f"postgresql://{parts.username}:{parts.password}@127.0.0.1:{port}{parts.path}"
        f"?options={quote('-c work_mem=' + _DLT_MEMORY)}"
    )
    done = subprocess.run(
        [python, "-m", "tests.benchmarks.ingest_dlt", way, str(path), address, str(folder / way)],
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(_ROOT), "RUNTIME__DLTHUB_TELEMETRY": "false"},
    )
    if done.returncode:
        raise RuntimeError(f"dlt failed: {done.stderr[-2000:]}")
    seconds, cpu, rss = map(float, done.stdout.split()[-3:])
    return {"seconds": seconds, "cpu": cpu, "rss": round(rss / 1_000_000)}
