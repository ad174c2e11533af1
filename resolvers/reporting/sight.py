"""Whose reports and batches a caller sees (DOMAIN §2.4, §2.6): its own, those of its jurisdiction,
or all.

A province also reads what the separately planned cities in it do, but changes nothing there (A5).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from resolvers.conditions import Conditions
from resolvers.identity import CENTER_ROLES, Caller, Role
from resolvers.reference.shipped import read_shipped


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything, or what belongs to a centre or to one of some jurisdictions; else nothing."""

    everything: bool = False
    center: str | None = None
    jurisdictions: tuple[str, ...] = ()

    @property
    def is_blind(self) -> bool:
        return not (self.everything or self.center or self.jurisdictions)

    def sees(self, center: str, jurisdiction: str | None) -> bool:
        """Whether what belongs to this centre is seen."""
        return self.everything or center == self.center or jurisdiction in self.jurisdictions

    def limit(self, where: Conditions, of_center: str, in_jurisdictions: str) -> None:
        """Add the condition to a list: fragments of one parameter each, a centre's code and an
        array of jurisdictions."""
        if self.everything:
            return
        if self.center is not None:
            where.add(of_center, self.center)
        elif self.jurisdictions:
            where.add(in_jurisdictions, list(self.jurisdictions))
        else:
            where.add("false")

    @property
    def parameters(self) -> tuple[bool, str | None, list[str]]:
        """The three parameters of a fixed statement's condition."""
        return self.everything, self.center, list(self.jurisdictions)


NOTHING: Final = Sight()
EVERYTHING: Final = Sight(everything=True)


def sight_of(caller: Caller, *, operator: bool = False) -> Sight:
    """Return what the caller sees. `operator`: it is technical data, which the operator sees."""
    if caller.role in (Role.CNIPA_ADMIN, Role.SERVICE):
        return EVERYTHING
    if operator and caller.role is Role.HUB_OPERATOR:
        return EVERYTHING
    if caller.role in CENTER_ROLES:
        return Sight(center=caller.center)
    if caller.role is Role.PROVINCIAL_OFFICE and caller.jurisdiction:
        return Sight(jurisdictions=(caller.jurisdiction, *_cities_in(caller.jurisdiction)))
    return NOTHING


@cache
def _cities_in(jurisdiction: str) -> tuple[str, ...]:
    """Return the separately planned cities in a province."""
    return tuple(
        row["code"]
        for row in read_shipped("jurisdictions.csv")
        if row["kind"] == "SEPARATELY_PLANNED_CITY" and jurisdiction == f"{row['code'][:2]}0000"
    )
