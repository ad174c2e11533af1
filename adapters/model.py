"""The shapes that travel through a pull.

SourceRecord (a row as met) → MappedRow (typed values and findings) → RowResult (outcome) →
SyncReport (what a pull did). Findings are data and never exceptions: a bad row must not hurt its
neighbours (DOMAIN §4.1). Codes that begin with ``W_`` are warnings; any other refuses the row.

What is made once per row is a msgspec struct: a frozen dataclass costs five times as much to make,
and the garbage collector need not look at what never is part of a circle (`gc=False`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from adapters.findings import Finding, finding

Cell = str | int | float | bool | date | datetime | None
"""One cell as the file gives it: text files give text, workbooks give typed values."""


class SourceClass(StrEnum):
    """Who speaks, strongest first (DOMAIN §4.1): the order decides between values of one field."""

    REGISTRY = "REGISTRY"
    PLATFORM = "PLATFORM"
    CENTER = "CENTER"
    DERIVED = "DERIVED"

    @property
    def rank(self) -> int:
        """Return 0 for the strongest class."""
        return _RANKS[self]


_RANKS = {member: position for position, member in enumerate(SourceClass)}


class Outcome(StrEnum):
    """What became of one row."""

    ACCEPTED = "ACCEPTED"
    ACCEPTED_WITH_WARNINGS = "ACCEPTED_WITH_WARNINGS"
    REJECTED = "REJECTED"
    DUPLICATE = "DUPLICATE"
    DELETED = "DELETED"


class BatchStatus(StrEnum):
    """`IngestBatch.status` of the reporting subgraph."""

    RECEIVED = "RECEIVED"
    PARSED = "PARSED"
    FAILED = "FAILED"
    LOADED = "LOADED"
    ROLLED_BACK = "ROLLED_BACK"


class SourceRecord(msgspec.Struct, frozen=True, gc=False):
    """A row as met. `cells` are keyed by the header as written; `problems` arose while reading."""

    row: int
    cells: Mapping[str, Cell]
    problems: tuple[Finding, ...] = ()


class MappedRow(msgspec.Struct, frozen=True, gc=False):
    """A row after mapping.

    `values` are keyed by the feed's field names and typed by the field's kind (date, Money,
    ApplicationNumber, tuples for lists); absent and empty fields are left out. `columns` tells the
    header each field came from. `key` is the natural key when every part of it could be read.
    `content_hash` covers the mapped values, so that one record is the same in every encoding and
    file kind.
    """

    record: SourceRecord
    values: Mapping[str, Any]
    columns: Mapping[str, str]
    findings: tuple[Finding, ...]
    key: tuple[str, ...] | None
    content_hash: bytes
    deleted: bool = False

    def finding(self, code: str, field: str, **details: object) -> Finding:
        """Return a finding about one field of this row, with the cell as met."""
        column = self.columns.get(field)
        return finding(
            code,
            field=field,
            column=column,
            value=self.record.cells.get(column) if column else None,
            row=self.record.row,
            **details,
        )


class RowResult(msgspec.Struct, frozen=True, gc=False):
    """A row with its outcome. `key_text` is what a person would call the row, if anything."""

    mapped: MappedRow
    outcome: Outcome
    findings: tuple[Finding, ...]

    @property
    def row(self) -> int:
        return self.mapped.record.row

    @property
    def is_accepted(self) -> bool:
        return self.outcome in (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_WARNINGS)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(finding.code for finding in self.findings)


class Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the pulls of a source stand; kept as JSON and written with the rows it speaks of.

    `cursor`: where an unfinished pull goes on, None when none is unfinished. `since`: the highest
    mark the last complete pull met. `high`: the highest mark the unfinished pull has met. `full`:
    the unfinished pull reads everything, whatever `since` says. `run`: number of the pull.
    `failed`: whether a batch of the unfinished pull was refused. `refused`: name of a refused
    batch → digest of how it was read.
    """

    cursor: Any = None
    since: str | None = None
    high: str | None = None
    full: bool = False
    run: int = 0
    failed: bool = False
    file: str | None = None
    sha256: str | None = None
    refused: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Batch:
    """One unit of a pull: for file sources one file, identified by its digest."""

    name: str
    sha256: str
    size: int


@dataclass(slots=True)
class Counts:
    """Rows of a batch by outcome; `ignored` are empty lines, totals and notes.

    `changed`: records of the hub that are new or different now. `unchanged`: accepted rows that say
    what the source said before. `deleted`: records the source says are gone.
    """

    read: int = 0
    accepted: int = 0
    warned: int = 0
    rejected: int = 0
    duplicate: int = 0
    ignored: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    conflicts: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one row; `accepted` includes the warned ones."""
        self.read += 1
        if outcome is Outcome.REJECTED:
            self.rejected += 1
        elif outcome is Outcome.DUPLICATE:
            self.duplicate += 1
        elif outcome is Outcome.DELETED:
            self.deleted += 1
        else:
            self.accepted += 1
            self.warned += outcome is Outcome.ACCEPTED_WITH_WARNINGS

    def include(self, other: Counts) -> None:
        """Add the figures of another batch."""
        for name in Counts.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class BatchReport:
    """What happened to one batch. `repeated` = the same file was loaded before."""

    source: str
    feed: str
    name: str
    sha256: str
    status: BatchStatus
    encoding: str | None = None
    batch_id: str | None = None
    repeated: bool = False
    counts: Counts = field(default_factory=Counts)
    codes: dict[str, int] = field(default_factory=dict)
    problem: Finding | None = None


@dataclass(slots=True)
class SyncReport:
    """What one pull of one source did, in the order of its batches."""

    source: str
    feed: str
    batches: list[BatchReport] = field(default_factory=list)
    problem: Finding | None = None
    seconds: float = 0.0
    dry_run: bool = False

    @property
    def failed(self) -> bool:
        """Return whether anything of the pull was not loaded as a whole."""
        return self.problem is not None or any(
            batch.status is BatchStatus.FAILED for batch in self.batches
        )

    @property
    def first_problem(self) -> Finding | None:
        """Return why the pull, or the first batch that was refused, could not be loaded."""
        return self.problem or next((b.problem for b in self.batches if b.problem), None)

    def total(self) -> Counts:
        """Return the sums over all batches."""
        total = Counts()
        for batch in self.batches:
            total.include(batch.counts)
        return total
