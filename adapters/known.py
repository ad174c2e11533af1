"""What the hub knows, beside patents, of what a row names: centres, organisations, reports.

Plain data like `facts.py`, gathered by `adapters.store.known` for the feeds that ask; rules read it
and nothing else. What is not in a table here, the hub does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

WORKING: Final = frozenset(
    ("PILOT", "UNDER_EVALUATION", "RECOGNISED", "IN_RECTIFICATION", "IN_TRANSITION")
)
"""States in which a centre carries on its business."""
EDITABLE: Final = frozenset(("DRAFT", "RETURNED", "VALIDATION_FAILED"))
"""States in which a centre may still change its report (DOMAIN §2.5)."""


@dataclass(frozen=True, slots=True)
class CenterFact:
    """A platform or centre."""

    kind: str
    status: str

    @property
    def is_working(self) -> bool:
        return self.status in WORKING


@dataclass(frozen=True, slots=True)
class OrganizationFact:
    """An organisation. `name_keys`: its name and former names in normal form."""

    name: str
    name_keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class IndicatorFact:
    """An indicator of business reports. `applies_to`: functions of platforms, kinds of centres."""

    unit: str
    applies_to: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReportFact:
    """The report of a centre and period. `status` None: there is none yet. `values`: indicator →
    value. `frozen`: the yearly evaluation has taken the data of its year over."""

    status: str | None = None
    frozen: bool = False
    values: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """`center`: the centre whose source is read. `names`: name keys exactly one organisation has.
    `reports`: by centre and period. `navigation`: report number → its platform. `filings`: number
    or (product, filer, year) → the centre that handed it in, None for the filer itself."""

    center: str = ""
    centers: Mapping[str, CenterFact] = field(default_factory=dict)
    organizations: Mapping[str, OrganizationFact] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    indicators: Mapping[str, IndicatorFact] = field(default_factory=dict)
    reports: Mapping[tuple[str, str], ReportFact] = field(default_factory=dict)
    navigation: Mapping[str, str] = field(default_factory=dict)
    filings: Mapping[tuple[str, ...], str | None] = field(default_factory=dict)


NOTHING_KNOWN: Final = Known()
