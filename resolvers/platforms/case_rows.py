"""Rows of recognition, guidance and supervision, as the subgraph reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A recognition case; field names are column names, the last two those of its centre."""

    id: UUID
    center_code: str
    round: str
    track: str
    stage: str
    work_plan_id: UUID
    summary: Any
    functional_positioning: str | None
    not_a_legal_person: bool
    no_seal_under_name: bool
    no_cross_region_branch: bool
    establishment_rules_kept: bool
    declared_on: date
    review_passed: bool | None
    review_opinion: str | None
    review_jurisdiction: str | None
    reviewed_on: date | None
    submitted_on: date | None
    late: bool
    outcome: str | None
    official_name: str | None
    document_number: str | None
    decided_on: date | None
    reason: str | None
    named_on: date | None
    rectification_kind: str | None
    rectification_starts_on: date | None
    rectification_ends_on: date | None
    jurisdiction_code: str
    region_code: str


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A work plan, with what says who may see it."""

    id: UUID
    center_code: str
    starts_on: date
    ends_on: date
    goals: Sequence[str]
    status: str
    jurisdiction_code: str
    region_code: str


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    id: UUID
    title: str
    task: str
    measure: str
    due_on: date
    done_on: date | None


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    method: str
    result: str
    note: str
    found_on: date


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One thing to be put right."""

    id: UUID
    requirement: str
    done: bool
    evidence: str | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    id: UUID
    kind: str
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class MeasureRow:
    id: UUID
    kind: str
    granted_by: str
    amount_cny: Decimal | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ExhibitionRow:
    id: UUID
    exhibition: str
    held_from: date
    held_to: date


@dataclass(frozen=True, slots=True)
class SupervisionRow:
    id: UUID
    center_code: str
    jurisdiction_code: str
    field: str
    risk_level: str
    finding: str
    status: str
    opened_on: date
    closed_on: date | None
    result: str | None
    region_code: str


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round with the numbers its warnings rest on."""

    code: str
    kind: str
    deadline: date | None
    fewest: int | None
    most: int | None
    cases: int
    recognised: int
    pending: int
    papers: int
