"""Rows of `featured`, as the subgraph reads them; field names are column names."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from asyncpg import Record


@dataclass(frozen=True, slots=True)
class AdvancedTechRow:
    """A project of advanced technology."""

    id: UUID
    title: str
    platform_code: str
    owner_uscc: str
    adopter_uscc: str | None
    industry_code: str | None
    readiness_level: int
    stage: str
    declassified: bool
    started_on: date


@dataclass(frozen=True, slots=True)
class InternationalRow:
    """A project of international operation."""

    id: UUID
    title: str
    platform_code: str
    jurisdiction_code: str
    owner_uscc: str
    kind: str
    status: str
    export_control_checked: bool
    started_on: date


def advanced_tech_row(record: Record) -> AdvancedTechRow:
    return AdvancedTechRow(*(record[each.name] for each in fields(AdvancedTechRow)))


def international_row(record: Record) -> InternationalRow:
    return InternationalRow(*(record[each.name] for each in fields(InternationalRow)))
