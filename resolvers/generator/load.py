"""Write the invented graph: COPY into tables without indexes, then the indexes, all or nothing.

Building an index at once costs a fraction of growing it row by row, and checking a reference once
for a whole table a fraction of checking each row. So in one transaction all indexes, keys and
references of the tables are dropped and their triggers silenced (the rows bring what those would
fill in), the rows copied, and all made again from their own definitions. Until it commits nobody
else can use these tables: this is a tool for load tests.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date

from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database, Transaction
from resolvers.generator.model import World
from resolvers.generator.tables import COLUMNS, SOURCE, Lines, Writer, organization_lines

CHUNK = 20_000
"""Patents per COPY of each table: some 20 MB of text in memory."""
BUILD_MEMORY = "512MB"

_INDEXES = """
select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
from pg_index as i left join pg_constraint as c on c.conindid = i.indexrelid
where i.indrelid = any($1::regclass[]) and c.oid is null order by 1
"""
# References first: a key can be dropped only when nothing refers to it any more.
_CONSTRAINTS = """
select conrelid::regclass::text as table_name, conname as name,
  pg_get_constraintdef(oid) as definition
from pg_constraint
where contype in ('f', 'p', 'u')
  and (conrelid = any($1::regclass[]) or (contype = 'f' and confrelid = any($1::regclass[])))
order by contype = 'f' desc, 1, 2
"""
_THERE = "select exists (select from patents.patent where source_system = $1)"


@dataclass(frozen=True, slots=True)
class Generated:
    """How many rows were written, by table, and how long it took."""

    rows: dict[str, int]
    copy_seconds: float
    index_seconds: float


async def generate(
    database: Database,
    patents: int,
    seed: int,
    today: date,
    report: Callable[[int], None] = lambda done: None,
) -> Generated:
    """Add that many invented patents and what belongs to them; `report` is told how many are done.

    Raises:
        DatabaseError: GENERATED_ALREADY, when the database has generated rows.
        ValueError: `patents` is out of bounds.
    """
    world = World(patents, seed, today)
    if await database.fetchval("generator.there", _THERE, SOURCE):
        raise DatabaseError(
            "GENERATED_ALREADY",
            "the database holds generated patents already; use a new one"
            " (HUB_DATABASE_DIRECTORY or HUB_DATABASE_URL)",
        )
    counts = dict.fromkeys(COLUMNS, 0)
    begun = time.monotonic()
    async with database.transaction() as tx:
        await tx.execute("generator.memory", f"set local maintenance_work_mem = '{BUILD_MEMORY}'")
        await tx.execute("generator.patience", "set local statement_timeout = 0")
        rebuild = await _drop_indexes(tx)
        for table in COLUMNS:
            await tx.execute("generator.triggers", f"alter table {table} disable trigger user")
            rebuild.append(f"alter table {table} enable trigger user")
        await _copy(tx, organization_lines(world.firms), counts)
        writer = Writer(world)
        for index in range(patents):
            writer.add(index)
            if (index + 1) % CHUNK == 0 or index + 1 == patents:
                await _copy(tx, writer.lines, counts)
                report(index + 1)
        copied = time.monotonic()
        for statement in rebuild:
            await tx.connection.execute(statement, timeout=3600)
    for table in COLUMNS:
        await database.execute("generator.analyze", f"analyze {table}")
    return Generated(counts, copied - begun, time.monotonic() - copied)


async def _drop_indexes(tx: Transaction) -> list[str]:
    """Drop indexes, keys and references of all tables; return what makes them again, in order."""
    tables = list(COLUMNS)
    indexes = []
    for row in await tx.fetch("generator.indexes", _INDEXES, tables):
        await tx.execute("generator.drop", f"drop index {row['name']}")
        indexes.append(row["definition"])
    constraints = []
    for row in await tx.fetch("generator.constraints", _CONSTRAINTS, tables):
        table, name = row["table_name"], row["name"]
        await tx.execute("generator.drop", f'alter table {table} drop constraint "{name}"')
        constraints.append(f'alter table {table} add constraint "{name}" {row["definition"]}')
    return [*indexes, *reversed(constraints)]


async def _copy(tx: Transaction, lines: Lines, counts: dict[str, int]) -> None:
    """Copy the lines into their tables and empty them."""
    for table, found in lines.items():
        if not found:
            continue
        schema, _, name = table.partition(".")
        await tx.connection.copy_to_table(
            name,
            schema_name=schema,
            columns=COLUMNS[table].split(", "),
            source=_as_source("".join(found).encode()),
            timeout=3600,
        )
        counts[table] += len(found)
        found.clear()


async def _as_source(text: bytes) -> AsyncIterator[bytes]:
    yield text
