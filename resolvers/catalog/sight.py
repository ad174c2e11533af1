"""Whose drafts and requests a caller may read (DOMAIN §2.4).

What was published once is open to everybody. The rest is for the publisher, the reviewer (issuer of
the standard), the provincial office that supervises the publisher, CNIPA and the hub itself. Of a
centre in a separately planned city the province keeps read access.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from resolvers.catalog.rows import GrantRow, ProductRow, StandardRow
from resolvers.conditions import Conditions, code_range
from resolvers.identity import CENTER_ROLES, Caller, Role

OPEN_STATES: Final = ("PUBLISHED", "SUSPENDED", "RETIRED", "SUPERSEDED")
"""Of products that were published once."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one caller may see; equal for equal callers, so loaders can be kept by it.

    `center`: the code it acts for. `jurisdictions`: those whose centres it may read, as a prefix:
    a province reads what begins like it, a city its own.
    """

    everything: bool = False
    center: str | None = None
    jurisdiction: str | None = None

    @classmethod
    def of(cls, caller: Caller) -> Sight:
        """Return what the caller may see."""
        if caller.role in (Role.CNIPA_ADMIN, Role.SERVICE):
            return cls(everything=True)
        if caller.role in CENTER_ROLES:
            return cls(center=caller.center)
        if caller.role is Role.PROVINCIAL_OFFICE:
            return cls(jurisdiction=caller.jurisdiction)
        return cls()

    @property
    def jurisdictions(self) -> str | None:
        """The beginning of the codes of jurisdictions it may read."""
        if self.jurisdiction is not None and self.jurisdiction.endswith("0000"):
            return self.jurisdiction[:2]
        return self.jurisdiction

    def reads(self, jurisdiction_code: str) -> bool:
        """Return whether it reads all of that jurisdiction's centres."""
        prefix = self.jurisdictions
        return self.everything or (prefix is not None and jurisdiction_code.startswith(prefix))

    def of_product(self, row: ProductRow) -> bool:
        """Return whether it may know of the product."""
        return row.status in OPEN_STATES or self.inside_product(row)

    def inside_product(self, row: ProductRow) -> bool:
        """Return whether it sees drafts, names of persons and comments of the product."""
        mine = self.center is not None and self.center in (row.publisher_code, row.issuer_code)
        return mine or self.reads(row.jurisdiction_code)

    def of_standard(self, row: StandardRow) -> bool:
        """Return whether it may know of the version of a standard."""
        mine = self.center is not None and self.center == row.issuer_code
        return row.status != "DRAFT" or mine or self.everything

    def of_grant(self, row: GrantRow) -> bool:
        """Return whether it may know of the grant."""
        mine = self.center is not None and self.center in (row.grantee_code, row.provider_code)
        return mine or self.reads(row.jurisdiction_code)

    def limit_products(self, where: Conditions, status: str | None) -> Conditions:
        """Add that only products of that status (None: any) that it may see are listed."""
        where.add_given("p.status = {}", status)
        if self.everything or status in OPEN_STATES:
            return where
        fragments: list[str] = []
        values: list[object] = []
        if status is None:
            fragments.append("p.status = any({})")
            values.append(list(OPEN_STATES))
        if self.center is not None:
            fragments += ["p.publisher_code = {}", "p.issuer_code = {}"]
            values += [self.center, self.center]
        if self.jurisdictions is not None:
            fragments.append("p.jurisdiction_code >= {} and p.jurisdiction_code < {}")
            values += code_range(self.jurisdictions)
        return where.add(f"({' or '.join(fragments) or 'false'})", *values)
