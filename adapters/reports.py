"""What pulls did, as plain values: field names as in the graph, findings with code and message."""

from __future__ import annotations

from typing import Any

from adapters.findings import Finding
from adapters.model import BatchReport, Counts, SyncReport


def report_json(report: SyncReport) -> dict[str, Any]:
    """Return a pull as plain values."""
    return {
        "source": report.source,
        "feed": report.feed,
        "dryRun": report.dry_run,
        "failed": report.failed,
        "seconds": round(report.seconds, 3),
        "problem": finding_json(report.problem),
        "batches": [batch_json(batch) for batch in report.batches],
    }


def batch_json(batch: BatchReport) -> dict[str, Any]:
    """Return a batch as plain values."""
    return {
        "id": batch.batch_id,
        "fileName": batch.name,
        "sha256": batch.sha256,
        "encoding": batch.encoding,
        "status": batch.status.value,
        "repeated": batch.repeated,
        **counts_json(batch.counts),
        "codes": batch.codes,
        "problem": finding_json(batch.problem),
    }


def counts_json(counts: Counts) -> dict[str, int]:
    """Return the figures of a batch or a pull; `rowsAccepted` are those without a warning."""
    return {
        "rowsRead": counts.read,
        "rowsAccepted": counts.accepted - counts.warned,
        "rowsWarned": counts.warned,
        "rowsRejected": counts.rejected,
        "rowsDuplicate": counts.duplicate,
        "rowsIgnored": counts.ignored,
        "rowsDeleted": counts.deleted,
        "rowsChanged": counts.changed,
        "conflicts": counts.conflicts,
    }


def finding_json(found: Finding | None) -> dict[str, Any] | None:
    """Return code and message of a finding."""
    return None if found is None else {"code": found.code, "message": found.message}
