"""What a way of loading ends with: tables, indexes and rows, as the database itself counts them."""

from __future__ import annotations

from typing import Final, NamedTuple

import asyncpg

STAGING: Final = "dlt_patents_staging"
"""Where dlt puts a load before it merges it. It is not what a way ends with."""

_TABLES: Final = """
select format('%I.%I', schema.nspname, class.relname) as name,
    (select count(*) from pg_index where indrelid = class.oid) as indexes
from pg_class as class join pg_namespace as schema on schema.oid = class.relnamespace
where class.relkind = 'r' and schema.nspname <> all($1)
"""


class TableSize(NamedTuple):
    """How large one table is, and how many indexes it has (those of its constraints, too)."""

    rows: int
    indexes: int


Tables = dict[str, TableSize]
"""Table with its schema → size."""


async def tables_of(url: str) -> Tables:
    """Return the tables of a database; every row is counted."""
    connection = await asyncpg.connect(url)
    try:
        without = ["pg_catalog", "information_schema", STAGING]
        return {
            name: TableSize(await connection.fetchval(f"select count(*) from {name}"), indexes)
            for name, indexes in await connection.fetch(_TABLES, without)
        }
    finally:
        await connection.close()


def ended_with(tables: Tables, new: Tables) -> dict[str, int]:
    """Return the tables with more rows than in a new database, their indexes, and those rows.

    >>> new = {"a": TableSize(2, 1), "b": TableSize(0, 2)}
    >>> ended_with({"a": TableSize(2, 1), "b": TableSize(5, 2), "c": TableSize(1, 0)}, new)
    {'tables': 2, 'indexes': 2, 'table_rows': 6}
    """
    none = TableSize(0, 0)
    grown = {
        name: (size.rows - new.get(name, none).rows, size.indexes)
        for name, size in tables.items()
        if size.rows > new.get(name, none).rows
    }
    return {
        "tables": len(grown),
        "indexes": sum(indexes for _, indexes in grown.values()),
        "table_rows": sum(rows for rows, _ in grown.values()),
    }
