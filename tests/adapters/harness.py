"""What several adapter tests need: the demo's files as sources, outcomes per row, table dumps."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from adapters.config import SourceConfig
from adapters.demo import SOURCES, demo_sources
from adapters.sync import PullOptions
from resolvers.database.pool import Database

DEMO_FILES = SOURCES.parent / "files"
TODAY = date(2026, 1, 1)
OPTIONS = PullOptions(today=TODAY)

TABLES = (
    "reference.organization",
    "reference.organization_name",
    "platforms.operation_center",
    "platforms.center_name",
    "platforms.center_service_region",
    "platforms.center_industry",
    "platforms.policy_document",
    "patents.patent",
    "patents.publication",
    "patents.patent_party",
    "patents.patent_ipc",
    "patents.patent_industry",
    "patents.legal_event",
    "patents.evaluation_report",
    "trading.patent_facts",
    "trading.patent_facts_ipc",
    "trading.listing",
    "trading.listing_patent",
    "trading.open_licence_statement",
    "trading.open_licence_party",
    "trading.licence_record",
    "trading.licence_patent",
    "trading.licence_party",
    "trading.transfer_record",
    "trading.transfer_party",
    "finance.pledge_registration",
    "finance.pledge_patent",
    "finance.pledge_party",
    "finance.pledge_change",
    "finance.patent_facts",
    "finance.organization_facts",
    "tools.intensive_product",
    "tools.intensive_product_patent",
    "tools.navigation_report",
    "tools.navigation_ipc",
    "tools.residency",
    "tools.credit_evaluation",
    "tools.status_change",
    "trading.demand",
    "trading.status_change",
    "reporting.business_report",
    "reporting.report_value",
    "reporting.status_change",
    "reporting.ingest_batch",
    "reporting.ingest_row",
    "reporting.data_issue",
    "reporting.source_checkpoint",
    "reporting.conflict",
    "reporting.batch_change",
)
# Made anew by each load: ids, and the times of a pull.
_PER_LOAD = frozenset(
    (
        "id",
        "batch_id",
        "listing_id",
        "transfer_id",
        "received_at",
        "finished_at",
        "updated_at",
        "changed_at",
        "detected_at",
        "losing_batch_id",
        "field_provenance",
        "filing_number",
        "report_id",
        "recorded_at",
        "published_at",
        "created_at",
        "at",
        "key",
    )
)


def source(**changes: Any) -> SourceConfig:
    """Return a source with some values and harmless defaults for the others."""
    defaults: dict[str, Any] = {
        "code": "test-source",
        "name": "测试来源",
        "center": "FT-110000-01",
        "kind": "file_drop",
        "feed": "PATENT",
        "path": ".",
    }
    return msgspec.convert(defaults | changes, SourceConfig)


def demo_source(code: str, **changes: Any) -> SourceConfig:
    """Return a source of the demo, perhaps changed."""
    found = next(config for config in demo_sources() if config.code == code)
    return msgspec.structs.replace(found, **changes)


async def outcomes(database: Database, source_code: str) -> dict[int, tuple[str, list[str], str]]:
    """Return, for the rows that are not plainly accepted: outcome, codes and natural key."""
    rows = await database.fetch(
        "test.outcomes",
        "select row.row_number, row.outcome, row.natural_key, "
        "  array(select code from reporting.data_issue as issue "
        "        where issue.batch_id = row.batch_id and issue.row_number = row.row_number "
        "        order by ordinal) as codes "
        "from reporting.ingest_row as row join reporting.ingest_batch as batch "
        "on batch.id = row.batch_id where batch.source_name = $1 order by row.row_number",
        source_code,
    )
    return {
        row["row_number"]: (row["outcome"], list(row["codes"]), row["natural_key"]) for row in rows
    }


async def dump(database: Database, *, per_load: bool = True) -> dict[str, list[str]]:
    """Return every table as sorted lines; `per_load` false leaves out ids and times."""
    tables: dict[str, list[str]] = {}
    for table in TABLES:
        rows = await database.fetch("test.dump", f"select * from {table}")
        tables[table] = sorted(
            repr({k: v for k, v in row.items() if per_load or k not in _PER_LOAD}) for row in rows
        )
    return tables


def write(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    """Write a file of a drop and return its path."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path
