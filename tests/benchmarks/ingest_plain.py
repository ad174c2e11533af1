"""What the pull is compared with: a script that parses the same file and copies it, and no more.

No rules, no check characters, no duplicates, no precedence, no provenance of fields, no findings:
csv module, dates and lists taken apart, COPY into the tables and indexes the hub fills. And below
that the floor: PostgreSQL alone, COPY of the bytes of the file into one table of texts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from resolvers.database.pool import Database, Transaction
from tests.benchmarks.ingest_rows import HEADER

CHUNK: Final = 10_000
SYSTEM: Final = "plain"

_KINDS: Final = {"发明专利": "INVENTION", "实用新型": "UTILITY_MODEL", "外观设计": "DESIGN"}
_YEARS: Final = {"INVENTION": 20, "UTILITY_MODEL": 10, "DESIGN": 15}
_STATUSES: Final = {
    "有效": ("IN_FORCE", False),
    "专利权保全": ("IN_FORCE", True),
    "未缴年费终止失效": ("CEASED_UNPAID_FEE", False),
}
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
            "flat", source=str(path), format="csv", header=True, encoding="utf8", timeout=3600
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
                for row in chunk:
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


def _records(row: list[str], batch: Any, now: datetime) -> Iterator[tuple[str, tuple[Any, ...]]]:
    number = "CN" + row[0].removeprefix("CN").replace(".", "")
    kind = _KINDS[row[6]]
    filed = date.fromisoformat(row[4])
    published = date.fromisoformat(row[5].replace(".", "-"))
    status, preserved = _STATUSES[row[9]]
    ipc, region = row[7] or None, row[10]
    digest = blake2b(repr(row).encode(), digest_size=16).hexdigest()
    origin = (SYSTEM, batch, now, "CENTER", published, digest)
    yield (
        "patents.patent",
        (
            *(number, "CN", kind, row[2], filed, published),
            *(filed.replace(year=filed.year + _YEARS[kind], day=min(filed.day, 28)), ipc, region),
            *(status, preserved, status, preserved, *origin),
        ),
    )
    yield "patents.publication", (row[1], number, row[1][-1], published, *origin)
    for ordinal, name in enumerate(row[3].split(";")):
        for role in ("APPLICANT", "HOLDER"):
            yield "patents.patent_party", (number, role, ordinal, name, name)
    symbols = [ipc] if ipc else []
    for ordinal, symbol in enumerate(symbols):
        yield "patents.patent_ipc", (number, ordinal, symbol)
        yield "trading.patent_facts_ipc", (number, symbol)
    yield "patents.patent_industry", (number, 0, row[8])
    yield "trading.patent_facts", (number, ipc, symbols, region)
    yield "finance.patent_facts", (number, region)


def _noted(
    row: list[str], source: int, batch: Any, now: datetime
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    number = "CN" + row[0].removeprefix("CN").replace(".", "")
    key = blake2b(number.encode(), digest_size=12).digest()
    content = blake2b(repr(row).encode(), digest_size=16).digest()
    yield "reporting.source_row", (source, key, number, content, batch, now)
    yield "hub.change", ("Patent", number, "UPSERT", SYSTEM, batch)
