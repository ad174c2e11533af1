"""Rows of business reports, and of what they are made of, as resolvers see them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from asyncpg import Record

from resolvers.reporting.rules.periods import Period, parse_period
from resolvers.reporting.rules.report_check import IndicatorRow, Reported


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A business report. `first_submitted_on`: the day it first passed the checks."""

    id: UUID
    number: str
    center_code: str
    period_label: str
    status: str
    version: int
    due_on: date
    submitted_at: datetime | None
    first_submitted_on: date | None
    region_code: str
    jurisdiction_code: str

    @property
    def period(self) -> Period:
        period = parse_period(self.period_label)
        assert period is not None  # stored labels were made from periods
        return period

    def is_late(self, today: date) -> bool:
        """Whether it was first submitted after its day, or is not submitted and that has passed."""
        return (self.first_submitted_on or today) > self.due_on


@dataclass(frozen=True, slots=True)
class ReportIssueRow:
    """An issue as kept."""

    indicator_code: str | None
    code: str
    severity: str
    message: str
    raw: str | None


@dataclass(frozen=True, slots=True)
class TrendRow:
    """A total of one period."""

    period_label: str
    value: Decimal


def report_row(record: Record) -> ReportRow:
    return ReportRow(*(record[each.name] for each in fields(ReportRow)))


def indicator_row(record: Record) -> IndicatorRow:
    values = {each.name: record[each.name] for each in fields(IndicatorRow)}
    return IndicatorRow(**{**values, "applies_to": tuple(values["applies_to"])})


def reported_value(record: Record) -> Reported:
    return Reported(indicator_row(record), record["value"], record["note"], record["derived"])


def report_issue_row(record: Record) -> ReportIssueRow:
    return ReportIssueRow(*(record[each.name] for each in fields(ReportIssueRow)))
