"""Invented feeds, pulled at the first start so that there is something to query.

Organisations are called 示例…, serial numbers 9xxxxxx were never assigned: nothing here speaks
of a real patent or firm. Several rows are wrong on purpose; the graph shows what was found.
"""

from __future__ import annotations

from pathlib import Path

from adapters.config import SourceConfig, read_sources
from adapters.model import SyncReport
from adapters.progress import Progress
from adapters.sync import PullOptions, pull_sources
from resolvers.database.pool import Database

SOURCES = Path(__file__).parent / "sources"


def demo_sources() -> tuple[SourceConfig, ...]:
    """Return the sources of the demo, in pulling order."""
    return read_sources(SOURCES)


async def pull_demo(
    database: Database, progress: Progress | None = None, options: PullOptions | None = None
) -> list[SyncReport]:
    """Pull the demo feeds; files that were loaded before are passed over."""
    return await pull_sources(database, demo_sources(), options, progress)
