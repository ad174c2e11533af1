"""Value rows several subgraphs store in the same columns: provenance, parties, money.

See `resolvers/migrations/TABLES.md` for what the columns mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from asyncpg import Record


@dataclass(frozen=True, slots=True)
class ProvenanceRow:
    """Where a row comes from."""

    source_system: str
    source_record_id: str | None
    batch_id: UUID | None
    received_at: datetime
    confidence: str


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party as named in the source, with its code when the name was resolved."""

    name: str
    uscc: str | None


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """Money as stored: exact numbers, kind, and the text as met."""

    amount: Decimal | None
    currency: str
    kind: str
    amount_min: Decimal | None
    amount_max: Decimal | None
    rate: Decimal | None
    royalty_base: str | None
    original: str | None


def provenance_row(record: Record) -> ProvenanceRow:
    """Return the provenance columns of a record."""
    return ProvenanceRow(
        record["source_system"],
        record["source_record_id"],
        record["batch_id"],
        record["received_at"],
        record["confidence"],
    )


def money_row(record: Record, prefix: str) -> MoneyRow | None:
    """Return the columns `<prefix>_…` of a record, or None when the kind is null."""
    kind = record[f"{prefix}_kind"]
    if kind is None:
        return None
    return MoneyRow(
        record[f"{prefix}_amount"],
        record[f"{prefix}_currency"],
        kind,
        record[f"{prefix}_amount_min"],
        record[f"{prefix}_amount_max"],
        record[f"{prefix}_rate"],
        record[f"{prefix}_royalty_base"],
        record[f"{prefix}_original"],
    )


PROVENANCE_COLUMNS = "source_system, source_record_id, batch_id, received_at, confidence"


def money_columns(prefix: str) -> str:
    """Return the list of columns that `money_row` reads, for a select."""
    names = ("amount", "currency", "kind", "amount_min", "amount_max", "rate", "royalty_base")
    return ", ".join(f"{prefix}_{name}" for name in (*names, "original"))


def money_values(row: MoneyRow) -> tuple[object, ...]:
    """Return the values of `money_columns`, in their order, for an insert."""
    return (
        row.amount,
        row.currency,
        row.kind,
        row.amount_min,
        row.amount_max,
        row.rate,
        row.royalty_base,
        row.original,
    )
