"""Rows of the reference tables as resolvers see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One period of a region code, seen from `year`.

    `valid_to` is the year from which the period no longer holds.
    """

    code: str
    name: str
    full_name: str
    level: str
    status: str
    valid_from: int
    valid_to: int | None
    parent_code: str | None
    year: int

    @property
    def year_within(self) -> int:
        """The year nearest to `year` in which the period held: what its relatives are read at."""
        last = self.year if self.valid_to is None else min(self.year, self.valid_to - 1)
        return max(last, self.valid_from)


@dataclass(frozen=True, slots=True)
class JurisdictionRow:
    code: str
    name: str
    kind: str
    lead_office: str
    region_code: str | None


@dataclass(frozen=True, slots=True)
class IndustryRow:
    code: str
    name: str
    level: int
    revision: str
    parent_code: str | None


@dataclass(frozen=True, slots=True)
class IpcClassRow:
    symbol: str
    display: str
    level: str
    title_en: str | None
    title_zh: str | None
    parent_symbol: str | None


@dataclass(frozen=True, slots=True)
class OfficeRow:
    code: str
    name_en: str
    name_zh: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    uscc: str
    name: str
    kind: str
    region_code: str | None
    industry_code: str | None
    registration_authority: str | None


@dataclass(frozen=True, slots=True)
class OrganizationNameRow:
    name: str
    valid_from: date | None
    valid_to: date | None
