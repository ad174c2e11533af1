"""Loads the reference lists into the tables of `reference`: shipped ones, or fuller official ones.

In: a connection and perhaps a directory of CSV files. Out: what changed, per list. A list is loaded
whole in one transaction: rows are copied into a temporary table, then inserted, updated where they
differ, and deleted where the list no longer has them. So a second run changes nothing; the checksum
in `reference.dataset` saves even the reading. Shipped data never replaces an official list that was
loaded before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import asyncpg
from msgspec import Struct

from resolvers.database.pool import Database, Transaction
from resolvers.reference.files import find_files, parse_list, read_bytes
from resolvers.reference.lists import LISTS, ReferenceList, Row, Table
from resolvers.reference.shipped import SHIPPED

_REVISION = b"1"
"""Part of the checksum: raise it when a line is read into other rows than before."""

# "referenc": of two hubs that start together one loads after the other.
_LOCK: Final = 0x7265666572656E63
_SHIPPED_SOURCE: Final = "shipped"


class LoadedList(Struct, frozen=True):
    """What loading one list did. `skipped`: its checksum was known, or an official list is kept."""

    name: str
    source: str
    rows: int
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    skipped: bool = False


async def load_shipped(database: Database, say: Callable[[str], None]) -> None:
    """Load the shipped lists that are new, and tell of them. Raises `DatabaseError`."""
    loaded = [each for each in await load_reference(database) if not each.skipped]
    if loaded:
        rows = ", ".join(f"{each.name} {each.rows}" for each in loaded)
        say(f"reference data loaded: {rows}")


async def load_reference(
    database: Database, directory: Path | None = None
) -> tuple[LoadedList, ...]:
    """Load every list: from `directory` where it has a file for it, else the shipped one.

    All lists are loaded in one transaction: on an error the tables stay as they were.

    Raises:
        ReferenceFileError: a file of `directory` is missing, too large or wrong.
        DatabaseError: the database cannot be reached or refuses.
    """
    files = find_files(directory) if directory is not None else {}
    async with database.transaction() as transaction:
        await transaction.execute("reference.lock", "select pg_advisory_xact_lock($1)", _LOCK)
        known = {
            record["name"]: record
            for record in await transaction.fetch(
                "reference.datasets",
                "select name, source, checksum, row_count from reference.dataset",
            )
        }
        results = []
        for reference_list in LISTS:
            official = files.get(reference_list.name)
            result = await _load_list(
                transaction, reference_list, official, known.get(reference_list.name)
            )
            results.append(result)
        return tuple(results)


async def _load_list(
    transaction: Transaction,
    reference_list: ReferenceList,
    official: Path | None,
    known: asyncpg.Record | None,
) -> LoadedList:
    name = reference_list.name
    source = _SHIPPED_SOURCE if official is None else official.name
    if official is None and known is not None and known["source"] != _SHIPPED_SOURCE:
        return LoadedList(name, known["source"], known["row_count"], skipped=True)
    path = official or SHIPPED / reference_list.shipped
    content = read_bytes(path)
    checksum = hashlib.sha256(_REVISION + content).hexdigest()
    if known is not None and known["checksum"] == checksum and known["source"] == source:
        return LoadedList(name, source, known["row_count"], skipped=True)
    rows = parse_list(path, content, reference_list)
    inserted = updated = deleted = 0
    for table, table_rows in zip(reference_list.tables, rows, strict=True):
        change = await _synchronise(transaction, table, table_rows)
        inserted += change[0]
        updated += change[1]
        deleted += change[2]
    row_count = len(rows[0])
    await _note(transaction, name, source, checksum, row_count)
    return LoadedList(name, source, row_count, inserted, updated, deleted)


async def _synchronise(
    transaction: Transaction, table: Table, rows: list[Row]
) -> tuple[int, int, int]:
    """Make the table hold exactly `rows`; return how many were inserted, updated, deleted.

    Names come from the constants of `lists`, never from a file.
    """
    definitions = ", ".join(
        f"{column} {kind}" for column, kind in zip(table.columns, table.types, strict=True)
    )
    incoming = f"incoming_{table.name}"
    name = f"reference.load_{table.name}"
    await transaction.execute(
        name, f"create temporary table {incoming} ({definitions}) on commit drop"
    )
    await transaction.copy_records(name, "pg_temp", incoming, table.columns, rows)
    await transaction.execute(name, f"analyze {incoming}")
    deleted = await transaction.execute(name, _delete_sql(table, incoming))
    updated = await transaction.execute(name, _update_sql(table, incoming))
    inserted = await transaction.execute(name, _insert_sql(table, incoming))
    return _count(inserted), _count(updated), _count(deleted)


def _same_key(table: Table) -> str:
    keys = table.columns[: table.key_length]
    return " and ".join(f"t.{key} = i.{key}" for key in keys)


def _delete_sql(table: Table, incoming: str) -> str:
    return (
        f"delete from reference.{table.name} as t "  # noqa: S608 - names are constants
        f"where not exists (select from {incoming} as i where {_same_key(table)})"
    )


def _update_sql(table: Table, incoming: str) -> str:
    values = table.columns[table.key_length :]
    assignments = ", ".join(f"{column} = i.{column}" for column in values)
    old = ", ".join(f"t.{column}" for column in values)
    new = ", ".join(f"i.{column}" for column in values)
    return (
        f"update reference.{table.name} as t set {assignments} "  # noqa: S608 - names are constants
        f"from {incoming} as i where {_same_key(table)} and ({old}) is distinct from ({new})"
    )


def _insert_sql(table: Table, incoming: str) -> str:
    columns = ", ".join(table.columns)
    keys = ", ".join(table.columns[: table.key_length])
    return (
        f"insert into reference.{table.name} ({columns}) "  # noqa: S608 - names are constants
        f"select {columns} from {incoming} on conflict ({keys}) do nothing"
    )


def _count(status: str) -> int:
    """Return the number of rows of a command tag such as ``INSERT 0 3214``."""
    return int(status.rsplit(" ", 1)[1])


async def _note(
    transaction: Transaction, name: str, source: str, checksum: str, row_count: int
) -> None:
    shipped = source == _SHIPPED_SOURCE
    await transaction.execute(
        "reference.note_dataset",
        """
        insert into reference.dataset (name, edition, source, licence, checksum, row_count)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (name) do update set
            edition = excluded.edition, source = excluded.source, licence = excluded.licence,
            checksum = excluded.checksum, row_count = excluded.row_count, loaded_at = now()
        """,
        name,
        checksum[:12],
        source,
        "see SOURCES.md" if shipped else "as stated by its publisher",
        checksum,
        row_count,
    )
