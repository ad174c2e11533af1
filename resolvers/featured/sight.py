"""What of the featured services a caller may see (DOMAIN §2.4).

A project of advanced technology that is not declassified is known to its platform and CNIPA only.
International projects are open once they run; before that, and when cancelled, they are for the
featured-service platforms, the owner, the provincial office and CNIPA.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from resolvers.conditions import Conditions, code_range
from resolvers.featured.rows import AdvancedTechRow, InternationalRow
from resolvers.identity import CENTER_ROLES, Caller, Role

OPEN_STATES: Final = ("RUNNING", "CONCLUDED")


@dataclass(frozen=True, slots=True)
class Sight:
    """What one caller may see; equal for equal callers, so loaders can be kept by it.

    `plans`: it sees all plans of international projects. `jurisdiction`: the beginning of the codes
    of jurisdictions it reads; a province reads its separately planned cities too.
    """

    everything: bool = False
    plans: bool = False
    center: str | None = None
    jurisdiction: str | None = None
    uscc: str | None = None

    @classmethod
    def of(cls, caller: Caller) -> Sight:
        """Return what the caller may see."""
        if caller.role in (Role.CNIPA_ADMIN, Role.SERVICE):
            return cls(everything=True)
        if caller.role in CENTER_ROLES:
            return cls(plans=caller.function == "FEATURED_SERVICE", center=caller.center)
        if caller.role is Role.PROVINCIAL_OFFICE and caller.jurisdiction is not None:
            own = caller.jurisdiction
            return cls(jurisdiction=own[:2] if own.endswith("0000") else own)
        if caller.role is Role.THIRD_PARTY_INSTITUTION:
            return cls(uscc=caller.uscc)
        return cls()

    def of_advanced_tech(self, row: AdvancedTechRow) -> bool:
        """Return whether it may know of the project."""
        own = self.center is not None and self.center == row.platform_code
        return row.declassified or own or self.everything

    def of_international(self, row: InternationalRow) -> bool:
        """Return whether it may know of the project."""
        return (
            row.status in OPEN_STATES
            or self.everything
            or self.plans
            or (self.uscc is not None and self.uscc == row.owner_uscc)
            or (
                self.jurisdiction is not None
                and row.jurisdiction_code.startswith(self.jurisdiction)
            )
        )

    def limit_advanced_tech(self, where: Conditions) -> Conditions:
        """Add that only projects `p` it may know of are listed."""
        if self.everything:
            return where
        if self.center is None:
            return where.add("p.declassified")
        return where.add("(p.declassified or p.platform_code = {})", self.center)

    def limit_international(self, where: Conditions) -> Conditions:
        """Add that only projects `p` it may know of are listed."""
        if self.everything or self.plans:
            return where
        fragments, values = ["p.status = any({})"], [list(OPEN_STATES)]
        more: list[object] = []
        if self.uscc is not None:
            fragments.append("p.owner_uscc = {}")
            more.append(self.uscc)
        if self.jurisdiction is not None:
            fragments.append("p.jurisdiction_code >= {} and p.jurisdiction_code < {}")
            more += code_range(self.jurisdiction)
        return where.add(f"({' or '.join(fragments)})", *values, *more)
