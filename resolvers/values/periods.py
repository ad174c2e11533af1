"""Periods of reports: `2023-11`, `2023-Q4`, `2023` (DOMAIN §2.8).

Months and quarters are due on the 15th day after the period, years on 31 January. Labels are what
the graph speaks (`parse_period`); sources write periods in more ways (`check_period`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from resolvers.values.result import Checked, Issue, refused
from resolvers.values.text import identifier_text

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2099
_LABEL: Final = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", re.ASCII)
_DUE_DAYS: Final = 15
_WRITTEN: Final = (
    re.compile(r"(?P<year>\d{4})年?-?Q(?P<quarter>[1-4])", re.ASCII),
    re.compile(r"(?P<year>\d{4})年?-?第?(?P<quarter>[1-4一二三四])季度?"),
    re.compile(r"(?P<year>\d{4})[-./年](?P<month>\d{1,2})月?", re.ASCII),
    re.compile(r"(?P<year>\d{4})年?(?:全年|度)?", re.ASCII),
)
_QUARTERS: Final = {"一": "1", "二": "2", "三": "3", "四": "4"}
_FORMAT: Final = Issue(
    "PERIOD_FORMAT",
    "期间应写成 2023-Q4、2023-11 或 2023。",
    "A period is written 2023-Q4, 2023-11 or 2023.",
)


class PeriodKind(StrEnum):
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


_MONTHS: Final = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A month, quarter or year. `number`: of the month or quarter; 1 for a year."""

    kind: PeriodKind
    year: int
    number: int

    @property
    def label(self) -> str:
        match self.kind:
            case PeriodKind.MONTH:
                return f"{self.year:04}-{self.number:02}"
            case PeriodKind.QUARTER:
                return f"{self.year:04}-Q{self.number}"
            case PeriodKind.YEAR:
                return f"{self.year:04}"

    @property
    def begins(self) -> date:
        return date(self.year, (self.number - 1) * _MONTHS[self.kind] + 1, 1)

    @property
    def ends(self) -> date:
        """The last day of the period."""
        return self._shifted(1).begins - timedelta(days=1)

    @property
    def due_on(self) -> date:
        if self.kind is PeriodKind.YEAR:
            return date(self.year + 1, 1, 31)
        return self.ends + timedelta(days=_DUE_DAYS)

    @property
    def previous(self) -> Period:
        """The period before, of the same kind: what a change is measured against."""
        return self._shifted(-1)

    @property
    def quarters(self) -> tuple[Period, ...]:
        """The quarters of a year; none of any other period."""
        if self.kind is not PeriodKind.YEAR:
            return ()
        return tuple(Period(PeriodKind.QUARTER, self.year, number) for number in range(1, 5))

    def _shifted(self, by: int) -> Period:
        in_year = 12 // _MONTHS[self.kind]
        count = self.year * in_year + self.number - 1 + by
        return Period(self.kind, count // in_year, count % in_year + 1)


def parse_period(label: str) -> Period | None:
    """Return the period a label means, or None when it is no label.

    >>> parse_period("2023-Q4").due_on.isoformat()
    '2024-01-15'
    >>> parse_period("2023-Q5") is None
    True
    """
    found = _LABEL.fullmatch(label)
    if found is None:
        return None
    year, quarter, month = found.groups()
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return None
    if quarter:
        return Period(PeriodKind.QUARTER, int(year), int(quarter))
    if month:
        return Period(PeriodKind.MONTH, int(year), int(month))
    return Period(PeriodKind.YEAR, int(year), 1)


def check_period(text: str) -> Checked[Period]:
    """Check a period in the spellings sources use; the canonical one is the label.

    >>> [check_period(text).canonical for text in ("2023Q4", "2023年第四季度", "2023年3月")]
    ['2023-Q4', '2023-Q4', '2023-03']
    """
    written = identifier_text(text)
    if not written:
        return Checked()
    found = next((match for form in _WRITTEN if (match := form.fullmatch(written))), None)
    if found is None:
        return refused(_FORMAT)
    label, parts = found["year"], found.groupdict()
    if quarter := parts.get("quarter"):
        label += f"-Q{_QUARTERS.get(quarter, quarter)}"
    elif month := parts.get("month"):
        label += f"-{month.zfill(2)}"
    period = parse_period(label)
    return refused(_FORMAT) if period is None else Checked(period, label, label)
