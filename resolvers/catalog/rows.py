"""Rows of the catalogue, as the subgraph reads them; field names are column names."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from asyncpg import Record

from resolvers.value_rows import MoneyRow, money_row

StandardKey: TypeAlias = tuple[str, str]
"""Code and version of a standard."""


@dataclass(frozen=True, slots=True)
class FoundationRow:
    """A data foundation. `provider_code` None: the hub itself."""

    code: str
    name: str
    description: str
    provider_code: str | None
    topic: str
    openness: str
    licence_terms: str
    update_cycle: str
    coverage_from: date | None
    coverage_to: date | None
    record_count: int
    last_refreshed_at: datetime | None


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of a data foundation."""

    name: str
    name_zh: str
    type: str
    required: bool
    sensitivity: str


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant, with the provider and openness of its data foundation."""

    id: UUID
    foundation_code: str
    grantee_code: str
    jurisdiction_code: str
    purpose: str
    status: str
    fields: tuple[str, ...] | None
    valid_from: date | None
    valid_to: date | None
    decided_by: str | None
    requests: int
    records: int
    last_used_at: datetime | None
    provider_code: str | None
    openness: str

    def status_on(self, today: date) -> str:
        """Return the status; the lapse of time shows before the worker notes it."""
        lapsed = self.valid_to is not None and self.valid_to < today
        return "EXPIRED" if lapsed and self.status in ("APPROVED", "ACTIVE") else self.status


@dataclass(frozen=True, slots=True)
class StandardRow:
    """One version of a standard. `issuer_code` None: CNIPA."""

    code: str
    version: str
    title: str
    issuer_code: str | None
    basis: tuple[str, ...]
    service_kind: str
    status: str
    effective_from: date | None
    superseded_on: date | None
    replaced_by: str | None

    @property
    def key(self) -> StandardKey:
        return self.code, self.version


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """What a product on the standard must show. `check`: a RequirementCheck of the schema."""

    id: UUID
    text: str
    mandatory: bool
    check: str
    parameter: str | None


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A service product. `issuer_code`: who issued its standard; None: CNIPA."""

    id: UUID
    number: str
    publisher_code: str
    jurisdiction_code: str
    title: str
    summary: str
    kind: str
    provider_uscc: str | None
    standard_code: str
    standard_version: str
    issuer_code: str | None
    response_days: int | None
    status: str
    version: int
    published_at: datetime | None
    suspended_by: str | None
    supersedes: UUID | None
    price: MoneyRow

    @property
    def standard_key(self) -> StandardKey:
        return self.standard_code, self.standard_version


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A proof for one requirement: a title and where to find it."""

    requirement_id: UUID
    title: str
    reference: str


@dataclass(frozen=True, slots=True)
class ConformanceRow:
    """What a check of one requirement found."""

    requirement: RequirementRow
    passed: bool
    detail: str | None


def foundation_row(record: Record) -> FoundationRow:
    return FoundationRow(*(record[each.name] for each in fields(FoundationRow)))


def field_row(record: Record) -> FieldRow:
    return FieldRow(*(record[each.name] for each in fields(FieldRow)))


def grant_row(record: Record) -> GrantRow:
    values = {each.name: record[each.name] for each in fields(GrantRow)}
    given = values["fields"]
    return GrantRow(**{**values, "fields": None if given is None else tuple(given)})


def standard_row(record: Record) -> StandardRow:
    values = {each.name: record[each.name] for each in fields(StandardRow)}
    return StandardRow(**{**values, "basis": tuple(values["basis"])})


def requirement_row(record: Record) -> RequirementRow:
    return RequirementRow(
        record["id"],
        record["text"],
        record["mandatory"],
        record["check_kind"],
        record["parameter"],
    )


def product_row(record: Record) -> ProductRow:
    price = money_row(record, "price")
    assert price is not None  # price_kind is not null
    plain = {each.name: record[each.name] for each in fields(ProductRow) if each.name != "price"}
    return ProductRow(**plain, price=price)


def evidence_row(record: Record) -> EvidenceRow:
    return EvidenceRow(*(record[each.name] for each in fields(EvidenceRow)))


def conformance_row(record: Record) -> ConformanceRow:
    return ConformanceRow(requirement_row(record), record["passed"], record["detail"])
