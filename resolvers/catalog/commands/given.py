"""A service product as typed in, and what can be checked of it without asking anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from resolvers.refusal import Problems
from resolvers.value_rows import MoneyRow

MOST_CODES: Final = 100
MOST_DAYS: Final = 3_650


@dataclass(frozen=True, slots=True)
class EvidenceGiven:
    """A proof for one requirement of the standard: a title and where to find it."""

    requirement_id: UUID
    title: str
    reference: str


@dataclass(frozen=True, slots=True)
class ProductGiven:
    """A service product as typed in; texts are tidied and codes canonical."""

    title: str
    summary: str
    kind: str
    publisher_code: str
    provider_uscc: str | None
    standard_code: str
    standard_version: str
    foundation_codes: tuple[str, ...]
    region_codes: tuple[str, ...]
    industry_codes: tuple[str, ...]
    price: MoneyRow
    response_days: int | None
    evidence: tuple[EvidenceGiven, ...]

    @property
    def fields(self) -> frozenset[str]:
        """Names of the fields that hold something, as a standard asks for them."""
        held = {
            "title": self.title,
            "summary": self.summary,
            "provider": self.provider_uscc,
            "usesDataFoundations": self.foundation_codes,
            "regions": self.region_codes,
            "industries": self.industry_codes,
            "price": self.price.kind != "MISSING",
            "responseDays": self.response_days,
        }
        return frozenset(name for name, value in held.items() if value)


def check_given(given: ProductGiven, problems: Problems) -> None:
    """Collect what is wrong with the input in itself: LIST_COUNT, LIST_REPEATED, RESPONSE_DAYS."""
    _check_codes(problems, given.foundation_codes, 0, "dataFoundationCodes")
    _check_codes(problems, given.region_codes, 1, "regionCodes")
    _check_codes(problems, given.industry_codes, 0, "industryCodes")
    _check_codes(problems, [str(each) for each in given.evidence], 0, "evidence")
    problems.check(
        given.response_days is None or 1 <= given.response_days <= MOST_DAYS,
        "RESPONSE_DAYS",
        f"响应天数应为 1 至 {MOST_DAYS}",
        f"responseDays is from 1 to {MOST_DAYS}",
        "input",
        "responseDays",
    )


def _check_codes(problems: Problems, codes: Sequence[str], least: int, member: str) -> None:
    problems.check(
        least <= len(codes) <= MOST_CODES,
        "LIST_COUNT",
        f"应有 {least} 至 {MOST_CODES} 项",
        f"There are {least} to {MOST_CODES} items",
        "input",
        member,
    )
    problems.check(
        len(set(codes)) == len(codes),
        "LIST_REPEATED",
        "有重复的项",
        "An item is named twice",
        "input",
        member,
    )
