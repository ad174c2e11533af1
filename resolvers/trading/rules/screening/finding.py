"""What a screening rule says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from resolvers.trading.rules.screening.facts import ScreeningFacts

SEVERITY: Final = {"PASS": 0, "WARN": 1, "BLOCK": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's finding on a patent, or on the whole listing.

    `message` states the facts the finding rests on: an override stands only while they are the
    same. `overridable`: a BLOCK marked * in DOMAIN §2.7.
    """

    rule: str
    outcome: str
    zh: str
    en: str
    application_number: str | None = None
    overridable: bool = False

    @property
    def message(self) -> str:
        return f"{self.zh}\n{self.en}"


Rule: TypeAlias = Callable[[ScreeningFacts], Iterator[Finding]]


def worst(outcomes: Iterable[str]) -> str:
    """Return the worst of some outcomes; none at all pass.

    >>> worst(["PASS", "BLOCK", "WARN"]), worst([])
    ('BLOCK', 'PASS')
    """
    return max(outcomes, key=SEVERITY.__getitem__, default="PASS")
