"""One list of a centre as a file, behind REST and behind GraphQL ends in the same tables."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.config import SourceConfig
from adapters.feed import load_feeds
from adapters.files.limits import DEFAULT_LIMITS
from adapters.files.table import inspect, open_table
from adapters.model import SyncReport
from adapters.sync import pull_source
from adapters.value_kinds import cell_text
from resolvers.database.pool import Database
from tests.adapters.harness import DEMO_FILES, OPTIONS, dump, outcomes, source
from tests.adapters.net.server import serving
from tests.adapters.sources.serving import (
    OFFSET,
    PAGE,
    PAGING,
    RELAY,
    GraphqlListed,
    Listed,
    graphql_source,
    rest_source,
)
from tests.support.postgres import TestServer, opened

FILES = {"PATENT": "patents.csv", "LISTING": "listings.xlsx"}
CONSTANTS = {"PATENT": {}, "LISTING": {"platform": "FT-110000-01"}}


def records_of(feed: str) -> list[dict[str, str]]:
    """Return the rows of a synthetic file, header → text, with all its faults."""
    with (DEMO_FILES / FILES[feed]).open("rb") as file:
        inspected = inspect(file, FILES[feed], None, DEFAULT_LIMITS)
        table = open_table(file, FILES[feed], inspected, load_feeds()[feed].aliases())
        headers = [column.header for column in table.header.columns]
        return [
            {header: cell_text(record.cells.get(header)) for header in headers}
            for record in table.records()
        ]


def write_csv(path: Path, records: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        writer.writerows(records)


class Loaded:
    """What a pull left behind: the tables of the domain, and rows that are not plainly accepted."""

    def __init__(self, report: SyncReport, tables: dict[str, list[str]], marked: Any) -> None:
        self.report, self.tables, self.marked = report, tables, marked


@pytest.fixture
def load(postgres_server: TestServer, migrated_template: str) -> Callable[[SourceConfig], Any]:
    async def run(*configs: SourceConfig) -> Loaded:
        async with postgres_server.new_database(migrated_template) as url, opened(url) as database:
            for config in configs:
                report = await pull_source(database, config, OPTIONS)
                assert report.problem is None, report.problem
            tables = await dump(database, per_load=False)
            domain = {n: rows for n, rows in tables.items() if not n.startswith("reporting.")}
            return Loaded(report, domain, await outcomes(database, configs[-1].code))

    return run


@asynccontextmanager
async def rest(
    records: list[Any], kind: str, feed: str, **bounds: Any
) -> AsyncIterator[SourceConfig]:
    async with serving(Listed(records, kind).center) as url:
        yield rest_source(
            url,
            feed=feed,
            rest={"paging": PAGING[kind]},
            constants=CONSTANTS[feed],
            bounds=bounds,
        )


@asynccontextmanager
async def graphql(
    records: list[Any], section: Any, feed: str, **bounds: Any
) -> AsyncIterator[SourceConfig]:
    async with serving(GraphqlListed(records).center) as url:
        yield graphql_source(
            url, feed=feed, graphql=section, constants=CONSTANTS[feed], bounds=bounds
        )


async def patents_first(tmp_path: Path) -> SourceConfig:
    """The patents, so that listings are compared with something."""
    return source(code="patents", path=str(DEMO_FILES / "patents.csv"))


@pytest.mark.parametrize("feed", FILES)
async def test_same_rows(feed: str, tmp_path: Path, load: Any) -> None:
    records = records_of(feed)
    assert len(records) > 10
    write_csv(tmp_path / "a.csv", records)
    before = [await patents_first(tmp_path)] if feed == "LISTING" else []
    own = source(feed=feed, path=str(tmp_path / "a.csv"), constants=CONSTANTS[feed])
    from_file = await load(*before, own)
    counts = from_file.report.total()
    assert counts.accepted
    assert counts.rejected
    assert sum(map(len, from_file.tables.values())) > counts.accepted
    sources = [
        *(rest(records, kind, feed) for kind in PAGING),
        *(graphql(records, section, feed) for section in (RELAY, OFFSET, PAGE)),
    ]
    for made in sources:
        async with made as config:
            found = await load(*before, config)
        assert found.tables == from_file.tables
        assert found.report.total() == counts
        # Row numbers of a file count its header.
        assert {row + 1: rest for row, rest in found.marked.items()} == from_file.marked


@pytest.mark.parametrize("kind", ["page", "link"])
async def test_same_rows_in_small_batches(kind: str, tmp_path: Path, load: Any) -> None:
    """Batches of a few rows end like one file, but for rows that contradict each other: within a
    file the earlier one is kept, over several the later one."""
    records = records_of("PATENT")
    write_csv(tmp_path / "a.csv", records)
    marked = (await load(source(path=str(tmp_path / "a.csv")))).marked
    records = [
        record
        for row, record in enumerate(records, 2)
        if "DUPLICATE_CONFLICT" not in marked.get(row, ("", [], ""))[1]
    ]
    assert len(records) > 70
    write_csv(tmp_path / "a.csv", records)
    from_file = await load(source(path=str(tmp_path / "a.csv")))
    async with rest(records, kind, "PATENT", batch_rows=10) as config:
        found = await load(msgspec.structs.replace(config, refused_limit=1.0))
    assert len(found.report.batches) == -(-len(records) // 10)
    assert found.tables == from_file.tables


async def test_second_pull_changes_nothing(database: Database) -> None:
    records = records_of("PATENT")
    async with rest(records, "page", "PATENT") as config:
        await pull_source(database, config, OPTIONS)
        before = await dump(database)
        report = await pull_source(database, config, OPTIONS)
        assert [batch.repeated for batch in report.batches] == [True]
        after = await dump(database)
    for table in before:
        if table not in ("reporting.source_checkpoint",):
            assert after[table] == before[table], table
