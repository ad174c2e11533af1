"""What a caller may see of objects that are not open, by what it is concerned with (DOMAIN §2.4).

Each subgraph says which relation to an object counts; here is who the caller is in these relations:
a centre, a range of jurisdictions, an organisation. Ready for SQL, so that lists are filtered where
they are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from resolvers.conditions import Conditions, region_range
from resolvers.identity import CENTER_ROLES, Caller, Role


@dataclass(frozen=True, slots=True)
class Sight:
    """What a caller sees. `low`, `high`: its jurisdictions; a province also reads its cities'.

    `function`: of the caller's functional platform.
    """

    everything: bool = False
    center: str | None = None
    low: str | None = None
    high: str | None = None
    uscc: str | None = None
    function: str | None = None

    def is_center(self, *codes: str | None) -> bool:
        """Whether the caller belongs to one of these centres."""
        return self.center is not None and self.center in codes

    def is_organization(self, *usccs: str | None) -> bool:
        """Whether the caller acts for one of these organisations."""
        return self.uscc is not None and self.uscc in usccs

    def is_in_charge(self, jurisdiction: str | None) -> bool:
        """Whether the caller is the office of that jurisdiction, or of the province around it."""
        if jurisdiction is None or self.low is None or self.high is None:
            return False
        return self.low <= jurisdiction < self.high


def sight_of(caller: Caller) -> Sight:
    """Return what a caller sees.

    >>> sight_of(Caller("x", Role.PROVINCIAL_OFFICE, jurisdiction="440000")).is_in_charge("440300")
    True
    >>> sight_of(Caller("x", Role.PROVINCIAL_OFFICE, jurisdiction="440300")).is_in_charge("440000")
    False
    """
    if caller.role in (Role.CNIPA_ADMIN, Role.SERVICE):
        return Sight(everything=True)
    if caller.role in CENTER_ROLES:
        return Sight(center=caller.center, function=caller.function)
    if caller.role is Role.PROVINCIAL_OFFICE and caller.jurisdiction:
        low, high = region_range(caller.jurisdiction)
        return Sight(low=low, high=high)
    return Sight(uscc=caller.uscc if caller.role is Role.THIRD_PARTY_INSTITUTION else None)


class Visibility:
    """A condition of SQL on the rows a caller may know of.

    `template` names members of `Sight` in braces; each becomes one parameter, in the order in which
    they first appear.

    >>> own = Visibility("(t.status <> 'DRAFT' or t.center = {center} or {everything}::boolean)")
    >>> own.sql(2), own.values(Sight(center="FT-110000-01"))
    ("(t.status <> 'DRAFT' or t.center = $2 or $3::boolean)", ('FT-110000-01', False))
    """

    def __init__(self, template: str) -> None:
        self._template = template

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(re.findall(r"{(\w+)}", self._template)))

    def sql(self, first: int) -> str:
        """Return the condition; its parameters begin at $`first`."""
        return self._template.format(
            **{name: f"${first + i}" for i, name in enumerate(self._names)}
        )

    def values(self, sight: Sight) -> tuple[object, ...]:
        """Return the parameters."""
        return tuple(getattr(sight, name) for name in self._names)

    def add_to(self, where: Conditions, sight: Sight) -> None:
        """Add the condition to others."""
        where.fragments.append(self.sql(len(where.parameters) + 1))
        where.parameters.extend(self.values(sight))
