"""Rows of the ingest tables as resolvers see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A file or message taken in."""

    id: UUID
    center_code: str
    source_name: str
    feed: str
    file_name: str | None
    sha256: str
    encoding: str | None
    received_at: datetime
    finished_at: datetime | None
    status: str
    rows_read: int
    rows_accepted: int
    rows_warned: int
    rows_rejected: int
    rows_duplicate: int
    rows_ignored: int
    failure_code: str | None
    failure_message: str | None
    rolled_back_at: datetime | None
    rolled_back_reason: str | None
    rows_removed: int | None
    rows_kept: int | None
    rows_unchanged: int
    rows_deleted: int
    rows_changed: int
    corrects_batch: UUID | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """How complete a delivery was, for everybody: no row, rule or value."""

    feed: str
    received_at: datetime
    rows_read: int
    rows_accepted: int
    rows_refused: int


@dataclass(frozen=True, slots=True)
class WaitingTotalRow:
    """How many waiting rows break one rule, and since when the oldest waits."""

    code: str
    rows: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class IssueRow:
    """One finding about a value, a row or a file."""

    row_number: int | None
    column_name: str | None
    field: str | None
    code: str
    severity: str
    message: str
    raw: str | None


@dataclass(frozen=True, slots=True)
class IngestRowRow:
    """A row that was not plainly accepted. `raw` are (header as met, text) pairs, as met or, where
    the row was tried again in vain, as the batch `tried_by_batch` had it."""

    batch_id: UUID
    row_number: int
    sheet: str | None
    outcome: str
    natural_key: str | None
    raw: tuple[tuple[str, str | None], ...]
    resolved_by_batch: UUID | None
    tried_by_batch: UUID | None


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A value that lost against a source of higher precedence; values as text."""

    id: UUID
    entity_type: str
    entity_key: str
    field: str
    winning_value: str | None
    winning_source: str
    winning_confidence: str
    losing_value: str | None
    losing_source: str
    losing_confidence: str
    losing_batch_id: UUID | None
    detected_at: datetime
