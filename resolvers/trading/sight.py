"""Whose listings and statements a caller may know of (DOMAIN §2.4, §2.6).

A listing that was on offer once is open to everybody, an announced statement too. Drafts, listings
that wait for their screening or failed it, the screenings themselves and statements that were filed
only are for the platform, the office that supervises it, CNIPA and the hub itself. Of a platform in
a separately planned city the province keeps read access.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from resolvers.conditions import Conditions, region_range
from resolvers.identity import CENTER_ROLES, Caller, Role
from resolvers.trading.rows import ListingRow, OpenLicenceRow
from resolvers.trading.workflows.listing import HIDDEN
from resolvers.values.jurisdictions import jurisdiction_of

UNANNOUNCED: Final = ("FILED", "REFUSED")
"""States of a statement that was never in force; one of a feed was gazetted nevertheless."""

# Parameters as `Sight.parameters` gives them, from {0} on.
_VISIBLE: Final = """
(l.status not in ('DRAFT', 'SCREENING', 'SCREEN_FAILED') or ${0}::boolean
 or l.platform_code = ${1}::text
 or (l.jurisdiction_code >= ${2}::text and l.jurisdiction_code < ${3}::text))
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one caller sees; equal for equal callers. `low`, `high`: the range of jurisdictions."""

    everything: bool = False
    center: str | None = None
    low: str | None = None
    high: str | None = None

    @property
    def parameters(self) -> tuple[object, ...]:
        """The values of `visible`."""
        return (self.everything, self.center, self.low, self.high)

    def supervises(self, jurisdiction: str | None) -> bool:
        """Whether it is the office of that jurisdiction, or of the province around it."""
        if jurisdiction is None or self.low is None or self.high is None:
            return False
        return self.low <= jurisdiction < self.high

    def inside(self, row: ListingRow) -> bool:
        """Whether it sees what the platform has not made public of the listing."""
        mine = self.center is not None and self.center == row.platform_code
        return self.everything or mine or self.supervises(row.jurisdiction)

    def of_listing(self, row: ListingRow) -> bool:
        """Whether it may know of the listing; `visible` says the same in SQL."""
        return row.status not in HIDDEN or self.inside(row)

    def of_statement(self, row: OpenLicenceRow) -> bool:
        """Whether it may know of the statement; `limit_statements` says the same in SQL."""
        if row.status not in UNANNOUNCED or row.filed_by_center is None or self.everything:
            return True
        mine = self.center == row.filed_by_center
        return mine or self.supervises(jurisdiction_of(row.filed_by_center[3:9]))

    def limit_listings(self, where: Conditions) -> Conditions:
        """Add that only listings it may know of are selected (`trading.listing as l`)."""
        if self.everything:
            return where
        return where.add(_VISIBLE.replace("$", "").format(*["{}"] * 4), *self.parameters)

    def limit_statements(self, where: Conditions) -> Conditions:
        """Add that only statements it may know of are selected (`… as s`)."""
        if self.everything:
            return where
        fragments = ["s.status not in ('FILED', 'REFUSED')", "s.filed_by_center is null"]
        values: list[object] = []
        if self.center is not None:
            fragments.append("s.filed_by_center = {}")
            values.append(self.center)
        if self.low is not None:
            fragments.append(
                "(substr(s.filed_by_center, 4, 6) >= {} and substr(s.filed_by_center, 4, 6) < {})"
            )
            values += [self.low, self.high]
        return where.add(f"({' or '.join(fragments)})", *values)


PUBLIC: Final = Sight()


def sight_of(caller: Caller) -> Sight:
    """Return what a caller sees.

    >>> sight_of(Caller("x", Role.PROVINCIAL_OFFICE, jurisdiction="440000")).supervises("440300")
    True
    >>> sight_of(Caller("x", Role.PROVINCIAL_OFFICE, jurisdiction="440300")).supervises("440000")
    False
    """
    if caller.role in (Role.CNIPA_ADMIN, Role.SERVICE):
        return Sight(everything=True)
    if caller.role in CENTER_ROLES:
        return Sight(center=caller.center)
    if caller.role is Role.PROVINCIAL_OFFICE and caller.jurisdiction:
        low, high = region_range(caller.jurisdiction)
        return Sight(low=low, high=high)
    return Sight()


def visible(first: int) -> str:
    """Return the condition on `trading.listing as l`; its parameters begin at `first`."""
    return _VISIBLE.format(*range(first, first + 4))
