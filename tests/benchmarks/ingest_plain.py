"""What the pull is compared with: a script that parses the same file and copies it, and no more.

No rules, no check characters, no duplicates, no precedence, no provenance of fields, no findings:
csv module, dates and lists taken apart, COPY into the tables and indexes the hub fills. And below
that the floor: PostgreSQL alone, COPY of the bytes of the file into one table of texts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from resolvers.database.pool import Database, Transaction
from tests.benchmarks.ingest_rows import HEADER
from tests.benchmarks.ingest_shape import PatentRow, read_row

CHUNK: Final = 10_000
SYSTEM: Final = "plain"

_COLUMNS: Final = {
    "patents.patent": (
        *("application_number", "office_code", "kind", "title", "filing_date", "grant_date"),
        *("expiry_date", "main_ipc", "applicant_region", "legal_status", "under_preservation"),
        *("stated_legal_status", "stated_preservation", "source_system", "batch_id"),
        *("received_at", "confidence", "record_date", "content_hash"),
    ),
    "patents.publication": (
        *("number", "application_number", "kind_code", "published_on", "source_system"),
        *("batch_id", "received_at", "confidence", "record_date", "content_hash"),
    ),
    "patents.patent_party": ("application_number", "role", "ordinal", "name", "name_key"),
    "patents.patent_ipc": ("application_number", "ordinal", "symbol"),
    "patents.patent_industry": ("application_number", "ordinal", "code"),
    "trading.patent_facts": ("application_number", "main_ipc", "ipc_symbols", "region_code"),
    "trading.patent_facts_ipc": ("application_number", "symbol"),
    "finance.patent_facts": ("application_number", "region_code"),
}
_BOOKS: Final = {
    "reporting.source_row": (
        *("source_id", "key_hash", "natural_key", "content_hash", "batch_id", "received_at"),
    ),
    "hub.change": ("entity_type", "entity_key", "kind", "source_code", "batch_id"),
}
_SOURCE: Final = """
insert into reporting.source (code, name, center_code, kind, feed, precedence)
values ('plain', 'plain', 'FT-110000-01', 'file_drop', 'PATENT', 'CENTER') returning id
"""


async def copy_flat(database: Database, path: Path) -> None:
    """COPY the bytes of the file into a table of eleven texts, without an index."""
    columns = ", ".join(f"c{n} text" for n in range(len(HEADER)))
    async with database.transaction() as transaction:
        await transaction.execute("benchmark.flat", f"create table flat ({columns})")
        await transaction.connection.copy_to_table(
            "flat", source=path, format="csv", header=True, encoding="utf8", timeout=3600
        )


async def copy_typed(database: Database, path: Path, *, books: bool) -> None:
    """Parse the file and COPY it into the hub's tables; `books`: also the ledger of the source and
    the change feed, which the hub writes with every row."""
    tables = _COLUMNS | (_BOOKS if books else {})
    batch, now = uuid4(), datetime.now(UTC)
    async with database.transaction() as transaction:
        source = await transaction.fetchval("benchmark.source", _SOURCE) if books else 0
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            while chunk := list(islice(rows, CHUNK)):
                records: dict[str, list[tuple[Any, ...]]] = {name: [] for name in tables}
                for cells in chunk:
                    row = read_row(cells)
                    for name, record in _records(row, batch, now):
                        records[name].append(record)
                    if books:
                        for name, record in _noted(row, source, batch, now):
                            records[name].append(record)
                await _copy(transaction, tables, records)


async def _copy(
    transaction: Transaction,
    tables: dict[str, tuple[str, ...]],
    records: dict[str, list[tuple[Any, ...]]],
) -> None:
    for name, columns in tables.items():
        schema, table = name.split(".")
        await transaction.copy_records(f"benchmark.{name}", schema, table, columns, records[name])


def _records(row: PatentRow, batch: Any, now: datetime) -> Iterator[tuple[str, tuple[Any, ...]]]:
    number, symbols = row.number, row.symbols
    ipc = symbols[0] if symbols else None
    status = (row.status, row.preserved)
    origin = (SYSTEM, batch, now, "CENTER", row.published, row.digest.hex())
    yield (
        "patents.patent",
        (
            *(number, "CN", row.kind, row.title, row.filed, row.published),
            *(row.expires, ipc, row.region, *status, *status, *origin),
        ),
    )
    publication = row.publication
    yield "patents.publication", (publication, number, publication[-1], row.published, *origin)
    for ordinal, name in enumerate(row.applicants):
        for role in ("APPLICANT", "HOLDER"):
            yield "patents.patent_party", (number, role, ordinal, name, name)
    for ordinal, symbol in enumerate(symbols):
        yield "patents.patent_ipc", (number, ordinal, symbol)
        yield "trading.patent_facts_ipc", (number, symbol)
    yield "patents.patent_industry", (number, 0, row.industry)
    yield "trading.patent_facts", (number, ipc, symbols, row.region)
    yield "finance.patent_facts", (number, row.region)


def _noted(
    row: PatentRow, source: int, batch: Any, now: datetime
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    key = blake2b(row.number.encode(), digest_size=12).digest()
    yield "reporting.source_row", (source, key, row.number, row.digest, batch, now)
    yield "hub.change", ("Patent", row.number, "UPSERT", SYSTEM, batch)
