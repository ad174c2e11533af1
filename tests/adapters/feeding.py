"""One feed in, what became of it out: rows as JSON, in a file of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.model import BatchStatus, Counts
from adapters.sync import PullOptions, pull_source
from resolvers.database.pool import Database
from tests.adapters.harness import TODAY, source, write

CENTERS = """
insert into platforms.operation_center (code, kind, function, name, name_scheme, host_uscc,
  region_code, jurisdiction_code, status, source_system, confidence, content_hash)
select code, kind, function, code, 'NOTICE_2022_1002', '91110108MA9T0027XH', region, region,
  coalesce(status, 'RECOGNISED'), 'test', 'REGISTRY', ''
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
  as given (code, kind, function, region, status)
"""
KNOWN_CENTERS = (
    ("FT-110000-01", "FUNCTIONAL", "TRADING_SERVICE", "110000", None),
    ("FU-110000-01", "FUNCTIONAL", "SUPPORT_TOOL", "110000", None),
    ("FF-440400-01", "FUNCTIONAL", "FINANCIAL_SERVICE", "440000", "REVOKED"),
    ("RC-320000-01", "REGIONAL", None, "320000", None),
    ("RC-370000-01", "REGIONAL", None, "370000", None),
)
ORGANIZATIONS = """
insert into reference.organization (uscc, name, name_key, kind, region_code, source_system,
  confidence, content_hash)
select uscc, name, name, 'ENTERPRISE', '320214', 'test', 'REGISTRY', ''
from unnest($1::text[], $2::text[]) as given (uscc, name)
"""
CHIPS, MACHINES = "91320214MA9T00042U", "91440305MA9T00018E"
"""示例丁半导体有限公司, 示例甲智能装备有限公司."""
UNKNOWN = "91310115MA9T000346"


@dataclass(frozen=True, slots=True)
class Fed:
    """What became of one file. `codes`: code → rows."""

    status: BatchStatus
    counts: Counts
    codes: Mapping[str, int]
    batch_id: str | None


async def world(database: Database) -> None:
    """Make some centres and two organisations."""
    await database.execute(
        "test.centers", CENTERS, *(list(column) for column in zip(*KNOWN_CENTERS, strict=True))
    )
    names = ["示例丁半导体有限公司", "示例甲智能装备有限公司"]
    await database.execute("test.organizations", ORGANIZATIONS, [CHIPS, MACHINES], names)


async def feed(
    database: Database,
    folder: Path,
    name: str,
    rows: Sequence[Mapping[str, Any]] | Mapping[str, Any] | str | bytes,
    *,
    file: str = "a.json",
    full: bool = False,
    **config: Any,
) -> Fed:
    """Pull one file of a feed."""
    content = rows if isinstance(rows, str | bytes) else json.dumps(rows, ensure_ascii=False)
    write(folder, file, content)
    settings = {"code": "own", "precedence": "PLATFORM", "refused_limit": 1, **config}
    made = source(feed=name, path=str(folder / file), **settings)
    report = await pull_source(database, made, PullOptions(today=TODAY, full=full))
    assert report.problem is None, report.problem
    (batch,) = report.batches
    return Fed(batch.status, batch.counts, batch.codes, batch.batch_id)


async def read(database: Database, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query as plain tuples."""
    return [tuple(row.values()) for row in await database.fetch("test.read", query, *arguments)]


async def events(database: Database, topic: str) -> list[tuple[str, Any]]:
    """Return key and payload of the events of a topic."""
    query = "select key, payload from hub.event where topic = $1 order by id"
    return [(key, payload) for key, payload in await read(database, query, topic)]


async def history(database: Database, schema: str, workflow: str) -> list[tuple[Any, ...]]:
    """Return from, to and who, in order."""
    return await read(
        database,
        f"select from_status, to_status, by_subject from {schema}.status_change "
        "where workflow = $1 order by id",
        workflow,
    )
