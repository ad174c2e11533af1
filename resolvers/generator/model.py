"""What the graph is made of: organisations first, then patents with all that happened to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from resolvers.generator import words
from resolvers.generator.numbers import (
    FIRST_SERIAL,
    application_number,
    mix,
    organization_codes,
)
from resolvers.reference.shipped import read_shipped
from resolvers.values import PatentKind
from resolvers.values.legal_status import expiry_date

PATENTS_PER_ORGANIZATION: Final = 50
FIRST_YEAR: Final = 2004
YEARS: Final = 20
MOST_PATENTS: Final = 9_000_000
"""Unassigned publication numbers of eight digits; serial numbers would reach twice as far."""
_KIND_DIGITS: Final = "1112223"
_KIND_NAMES: Final[dict[str, PatentKind]] = {"1": "INVENTION", "2": "UTILITY_MODEL", "3": "DESIGN"}


@dataclass(frozen=True, slots=True)
class Firm:
    """An invented organisation."""

    uscc: str
    name: str
    region: str
    industry: str


@dataclass(slots=True)
class Invention:
    """An invented patent. `bits` decide what happens to it."""

    number: str
    digit: str
    title: str
    filed: date
    published: date | None
    granted: date | None
    expires: date
    ipc: tuple[str, ...]
    applicant: Firm
    holder: Firm
    bits: int

    @property
    def kind(self) -> str:
        return _KIND_NAMES[self.digit]


class World:
    """The invented graph of a seed: the same for the same numbers, whatever ran before.

    Raises:
        ValueError: more patents than there are unassigned serial numbers for.
    """

    def __init__(self, patents: int, seed: int, today: date) -> None:
        if not 1 <= patents <= MOST_PATENTS:
            raise ValueError(f"--patents must be between 1 and {MOST_PATENTS}")
        self.patents = patents
        self.seed = seed
        self.today = today
        self._subclasses = [
            row["canonical"] for row in read_shipped("ipc.csv") if row["level"] == "SUBCLASS"
        ]
        regions = [
            row["code"]
            for row in read_shipped("regions.csv")
            if row["status"] == "ACTIVE" and row["level"] == "3"
        ]
        industries = [
            row["code"] for row in read_shipped("industries.csv") if len(row["code"]) == 5
        ]
        count = max(20, patents // PATENTS_PER_ORGANIZATION)
        self.firms = [
            self._firm(number, code, region, industries)
            for number, (code, region) in enumerate(organization_codes(tuple(regions), count))
        ]

    def _firm(self, number: int, code: str, region: str, industries: list[str]) -> Firm:
        bits = mix(self.seed + 1, number)
        trade = words.TRADES[bits % len(words.TRADES)]
        first = words.SURNAMES[bits // 16 % len(words.SURNAMES)]
        second = words.SURNAMES[bits // 512 % len(words.SURNAMES)]
        name = f"示例{first}{second}{trade}第{number + 1}有限公司"
        return Firm(code, name, region, industries[bits // 16384 % len(industries)])

    def invention(self, index: int) -> Invention:
        """Return patent number `index`, from 0 on."""
        bits = mix(self.seed, index)
        digit = _KIND_DIGITS[bits % 7]
        year = FIRST_YEAR + index % YEARS
        filed = date.fromordinal(date(year, 1, 1).toordinal() + bits // 7 % 365)
        after = bits // 4096
        published = _later(filed, 540) if digit == "1" else None
        granted = _later(filed, 200 + after % 700 + (400 if digit == "1" else 0))
        grants = digit != "1" or after % 5 != 0  # a fifth of the inventions is still examined
        applicant = self.firms[(bits >> 20) % len(self.firms)]
        sold = (bits >> 34) % 12 == 0
        holder = self.firms[(bits >> 38) % len(self.firms)] if sold else applicant
        return Invention(
            number=application_number(year, digit, FIRST_SERIAL + index // YEARS),
            digit=digit,
            title=self._title(digit, bits),
            filed=filed,
            published=published if published and published <= self.today else None,
            granted=granted if grants and granted <= self.today else None,
            expires=expiry_date(_KIND_NAMES[digit], filed),
            ipc=self._classes(digit, bits),
            applicant=applicant,
            holder=holder,
            bits=bits,
        )

    def _title(self, digit: str, bits: int) -> str:
        method = words.METHODS[(bits >> 8) % len(words.METHODS)]
        subject = words.OBJECTS[(bits >> 14) % len(words.OBJECTS)]
        kind = words.KINDS[digit][(bits >> 30) % 5]
        if digit == "3":
            return f"{subject}{kind}（{method}）"
        return f"一种基于{method}的{subject}{kind}"

    def _classes(self, digit: str, bits: int) -> tuple[str, ...]:
        if digit == "3":
            return ()
        names = self._subclasses
        first = f"{names[(bits >> 22) % len(names)]}{(bits >> 32) % 60 + 1}/{(bits >> 40) % 40:02d}"
        if bits >> 50 & 1:
            return (first,)
        second = f"{names[(bits >> 26) % len(names)]}{(bits >> 44) % 60 + 1}/00"
        return (first,) if first == second else (first, second)


def _later(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)
