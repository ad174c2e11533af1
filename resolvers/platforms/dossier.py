"""The dossier of a recognition case as given by its host: summary, work plan, declarations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class GrowthFigure:
    """A figure at the beginning and at the end of the pilot; texts, with a unit or without."""

    indicator: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The pilot summary: six texts (DOMAIN §1.5 E3) and the comparison of figures (E4)."""

    period_from: date
    period_to: date
    construction_entity: str
    operating_mechanism: str
    team: str
    business: str
    product_development: str
    investment_and_benefit: str
    growth: tuple[GrowthFigure, ...]

    def to_json(self) -> dict[str, Any]:
        """Return what the column `summary` holds."""
        texts = {name: getattr(self, name) for name in TEXTS}
        return {
            **texts,
            "period_from": self.period_from.isoformat(),
            "period_to": self.period_to.isoformat(),
            "growth": [[each.indicator, each.before, each.after] for each in self.growth],
        }

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> Summary:
        return cls(
            period_from=date.fromisoformat(held["period_from"]),
            period_to=date.fromisoformat(held["period_to"]),
            growth=tuple(GrowthFigure(*each) for each in held["growth"]),
            **{name: held[name] for name in TEXTS},
        )


TEXTS: Final = tuple(each.name for each in fields(Summary))[2:-1]
"""The six texts, in the order of the notice."""


@dataclass(frozen=True, slots=True)
class MilestoneDraft:
    title: str
    task: str
    measure: str
    due_on: date


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A work plan; its last day follows from its first (`rules.periods`)."""

    starts_on: date
    goals: tuple[str, ...]
    milestones: tuple[MilestoneDraft, ...]


@dataclass(frozen=True, slots=True)
class Declarations:
    """The four declarations of DOMAIN §1.4 D6-D9."""

    not_a_legal_person: bool
    no_seal_under_name: bool
    no_cross_region_branch: bool
    establishment_rules_kept: bool


DECLARATIONS: Final = tuple(each.name for each in fields(Declarations))


@dataclass(frozen=True, slots=True)
class Dossier:
    track: str
    summary: Summary
    plan: PlanDraft
    declarations: Declarations
    positioning: str | None = None


def camel(name: str) -> str:
    """Return the name a field has in the interface.

    >>> camel("investment_and_benefit")
    'investmentAndBenefit'
    """
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)
