"""Rows of the tools tables as resolvers see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ProductRow:
    filing_number: str
    name: str
    filer_uscc: str
    filer_is_holder: bool
    industry_code: str
    year: int
    revenue_cny: Decimal | None
    revenue_share: float | None
    status: str
    filed_on: date
    recognised_on: date | None
    valid_to: date | None
    submitted_by: str | None
    jurisdiction_code: str | None


@dataclass(frozen=True, slots=True)
class NavigationRow:
    report_number: str
    title: str
    kind: str
    commissioned_by: str | None
    completed_by_uscc: str | None
    industry_code: str | None
    region_code: str | None
    completed_on: date
    patents_analysed: int | None
    openness: str
    views: int
    download_requests: int
    comments: int


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """Who put a navigation report to use."""

    applied_by: str
    applied_on: date | None
    effect: str | None


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    id: UUID
    organization_uscc: str
    standard: str
    level: int
    score: float
    assessed_on: date
    assessor_uscc: str | None


@dataclass(frozen=True, slots=True)
class GradingRow:
    id: UUID
    institution_uscc: str
    category: str
    grade: str
    score: float | None
    year: int


@dataclass(frozen=True, slots=True)
class CreditRow:
    id: UUID
    institution_uscc: str
    platform_code: str
    jurisdiction_code: str | None
    grade: str
    score: float
    valid_from: date
    valid_to: date
    status: str
    appeal: str | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    name: str
    weight: float
    score: float
    source: str


@dataclass(frozen=True, slots=True)
class ResidencyRow:
    id: UUID
    institution_uscc: str
    platform_code: str
    jurisdiction_code: str | None
    category: str
    begins_on: date
    ends_on: date | None
    status: str
