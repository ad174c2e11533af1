"""`hub`: the example queries over a large invented graph: milliseconds, and plans of their SQL.

A new embedded PostgreSQL in a temporary folder is filled by the generator of `hub db demo`, beside
the demo feeds, and answers through the whole hub in this process, no network between. Every SQL
statement that the queries ran is explained afterwards with the values it was run with: a sequential
scan over a large table is listed, and there should be none.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from adapters.section import AdaptersSection
from federation.server.settings.engine import for_development
from gateway import HubSettings, build_app
from resolvers.database.launcher import EmbeddedSettings, start_embedded
from resolvers.database.migrations import migrate
from resolvers.database.pool import Database, PoolSettings
from resolvers.database.section import DatabaseSection
from resolvers.generator.load import generate
from resolvers.reference.load import load_reference
from schema.printed import FOLDER
from tests.benchmarks.measure import print_table
from tests.gateway.conftest import Hub, running

JOURNEYS = Path(__file__).parent.parent / "gateway" / "journeys"
LARGE_ROWS = 10_000
ROUNDS = 40
WHO = "CNIPA_ADMIN"
# What journeys read: operation → file and variables.
READS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "PatentPanorama": ("j1", {"no": "CN2020190000502"}),
    "AreaOverview": ("j2", {"region": "440300", "year": 2023}),
    "StandardsFor": ("j3", {"kind": "PATENT_NAVIGATION"}),
    "NationalBoard": ("j4", {}),
    "OpenLicences": ("j5", {"ipc": "H01M", "max": "300000"}),
    "ProvincialDesk": ("j7", {"jur": "440300"}),
    "Institution": ("j8", {"uscc": "91440305MA9T00018E"}),
}
# What people search for in a large graph, beside the shipped examples.
_SEARCHES: Mapping[str, str] = {
    "two characters": '{ patents(filter: { titleContains: "电池" }, first: 20)'
    " { nodes { applicationNumber title } pageInfo { hasNextPage } } }",
    "a phrase": '{ patents(filter: { titleContains: "激光焊接的轴承" }, first: 20)'
    " { nodes { applicationNumber title } } }",
    "class and status": '{ patents(filter: { ipcPrefix: "H01M", legalStatus: IN_FORCE })'
    " { nodes { applicationNumber } } }",
    "a holder's patents": '{ organization(uscc: "%s") { name patentCount heldPatents(first: 20)'
    " { nodes { title legalStatus } } } }",
    "listings by price": '{ listings(filter: { priceMaxCny: "500000", industry: "C" }, first: 20)'
    " { nodes { number title } } }",
    "page 2 of a region": '{ patents(filter: { region: "440000" }, first: 50)'
    " { nodes { title } pageInfo { endCursor } } }",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One query; milliseconds at the gateway."""

    query: str
    p50: float
    p95: float
    statements: int
    scans: list[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be chosen."""
    parser.add_argument("--patents", type=int, help="how many (default 1,000,000; briefly 20,000)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the table; return the same as data."""
    patents = options.patents or (20_000 if options.brief else 1_000_000)
    folder = Path(tempfile.mkdtemp(prefix="hub-benchmark-"))
    folder.chmod(0o711)  # the server's account is another under root
    try:
        return asyncio.run(_run(folder, patents, options.rounds))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _run(folder: Path, patents: int, rounds: int) -> dict[str, Any]:
    server = await start_embedded(EmbeddedSettings(directory=folder / "data"))
    try:
        filled = await fill(server.url, patents)
        settings = HubSettings(
            database=DatabaseSection(url=server.url, max_connections=8),
            adapters=AdaptersSection(demo=True),
        )
        app = build_app(for_development(settings), development=True)
        async with running(app):
            hub = Hub(app, server.url)
            begun = time.perf_counter()
            await hub.settle()
            settled = time.perf_counter() - begun
            rows = [await _measure(hub, *each, rounds) for each in await _queries(server.url)]
    finally:
        await server.stop()
    print(f"{patents:,} patents; rows by table: {json.dumps(filled['rows'])}")
    print(
        f"copied in {filled['copy_seconds']:.0f} s, indexes in {filled['index_seconds']:.0f} s;"
        f" all statistics refreshed in {settled:.1f} s"
    )
    print_table(
        ("query", "p50 ms", "p95 ms", "SQL", "large tables read whole"),
        [(r.query, r.p50, r.p95, r.statements, ", ".join(r.scans) or "none") for r in rows],
    )
    return {
        "patents": patents,
        **filled,
        "settled_seconds": settled,
        "queries": [msgspec.to_builtins(row) for row in rows],
    }


def journey_text(prefix: str) -> str:
    """Return the document of a journey, by the beginning of its file's name."""
    [path] = JOURNEYS.glob(f"{prefix}_*.graphql")
    return path.read_text("utf-8")


async def fill(url: str, patents: int) -> dict[str, Any]:
    """Make an empty database the invented graph; return how many rows it has and what it took.

    Raises `DatabaseError` GENERATED_ALREADY when it has been done.
    """
    database = await Database.connect(PoolSettings(url))
    try:
        await migrate(database)
        await load_reference(database)
        made = await generate(database, patents, 1, date.today())  # noqa: DTZ011 - a benchmark
        return {
            "rows": made.rows,
            "copy_seconds": made.copy_seconds,
            "index_seconds": made.index_seconds,
        }
    finally:
        await database.close()


async def _queries(url: str) -> list[tuple[str, str, str | None, dict[str, Any]]]:
    """Return name, text, operation and variables of every query."""
    database = await Database.connect(PoolSettings(url))
    try:
        holder = await database.fetchval(
            "benchmark.holder", "select uscc from patents.patent_party limit 1 offset 1000"
        )
    finally:
        await database.close()
    found: list[tuple[str, str, str | None, dict[str, Any]]] = [
        (f"example {path.stem}", path.read_text("utf-8"), None, {})
        for path in sorted((FOLDER / "examples").glob("*.graphql"))
        if "mutation" not in path.read_text("utf-8") and "subscription" not in path.stem
    ]
    for operation, (prefix, variables) in READS.items():
        found.append((f"journey {operation}", journey_text(prefix), operation, variables))
    for name, text in _SEARCHES.items():
        found.append((name, text % holder if "%s" in text else text, None, {}))
    return found


async def _measure(
    hub: Hub,
    name: str,
    text: str,
    operation: str | None,
    variables: dict[str, Any],
    rounds: int,
) -> Row:
    with _recorded() as statements:
        answer = await hub.query(text, who=WHO, operation=operation, **variables)
    if "errors" in answer:
        print(f"{name}: {answer['errors'][:2]}", file=sys.stderr)
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        await hub.query(text, who=WHO, operation=operation, **variables)
        taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    scans = await _large_scans(hub.url, statements)
    p95 = taken[min(len(taken) - 1, int(len(taken) * 0.95))]
    return Row(name, statistics.median(taken), p95, len(statements), sorted(scans))


@contextmanager
def _recorded() -> Iterator[list[tuple[str, str, tuple[object, ...]]]]:
    """Collect every statement that runs inside the block."""
    found: list[tuple[str, str, tuple[object, ...]]] = []
    plain = Database._run

    async def noting(self: Database, name: str, method: Any, *args: Any) -> Any:
        if method.__name__ in ("_fetch", "_fetchrow", "_fetchval"):
            found.append((name, args[0], args[1:]))
        return await plain(self, name, method, *args)

    Database._run = noting  # type: ignore[method-assign]
    try:
        yield found
    finally:
        Database._run = plain  # type: ignore[method-assign]


async def _large_scans(url: str, statements: list[tuple[str, str, tuple[object, ...]]]) -> set[str]:
    """Return `statement: table` for each large table that a statement reads whole."""
    database = await Database.connect(PoolSettings(url))
    found: set[str] = set()
    try:
        sizes = {
            record["name"]: record["rows"]
            for record in await database.fetch(
                "benchmark.sizes",
                "select relname as name, max(reltuples) as rows from pg_class group by 1",
            )
        }
        for name, sql, parameters in statements:
            [record] = await database.fetch(
                "benchmark.explain", f"explain (format json) {sql}", *parameters
            )
            for node in _walk(record[0][0]["Plan"]):
                table = node.get("Relation Name", "")
                if node["Node Type"].endswith("Seq Scan") and sizes.get(table, 0) > LARGE_ROWS:
                    found.add(f"{name}: {table}")
    finally:
        await database.close()
    return found


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _walk(child)
