"""Who stands in which relation to a centre and what belongs to it (DOMAIN §2.4, A5).

Relations: `center` its own people; `office` the jurisdiction whose office acts; `reader` also the
province around a separately planned city, which keeps read access.
"""

from __future__ import annotations

from typing import Final

from resolvers.conditions import Conditions, region_range
from resolvers.identity import CENTER_ROLES, Caller, Permit, Role, Subject, centers, may

CORPS: Final = "XPCC00"
"""The production corps has no region of its own; the office of the region around does not read."""

OFFICE: Final = (Permit(Role.PROVINCIAL_OFFICE, "office"),)
HOST: Final = centers("center")
CNIPA: Final = (Permit(Role.CNIPA_ADMIN),)

READERS: Final = (
    *HOST,
    Permit(Role.PROVINCIAL_OFFICE, "reader"),
    *CNIPA,
    Permit(Role.SERVICE),
)
"""Who sees drafts, cases and supervision of a centre."""


def center_subject(code: str, jurisdiction: str, region: str) -> Subject:
    """Return who stands in which relation to a centre.

    >>> sorted(center_subject("IC-440300-01", "440300", "440305").relations["reader"])
    ['440000', '440300']
    """
    province = f"{region[:2]}0000"
    readers = {jurisdiction} if jurisdiction == CORPS else {jurisdiction, province}
    return Subject.of(center=code, office=jurisdiction, reader=readers)


def sees_restricted(caller: Caller, code: str, jurisdiction: str, region: str) -> bool:
    """Whether the caller may see drafts, cases and supervision of that centre."""
    return may(READERS, caller, center_subject(code, jurisdiction, region))


def sees_some(caller: Caller) -> bool:
    """Whether there is any centre of which the caller sees cases."""
    return any(permit.fits(caller) for permit in READERS)


def add_sight(where: Conditions, caller: Caller) -> None:
    """Keep only rows of centres (`c`) whose restricted data the caller may see."""
    if caller.role in (Role.CNIPA_ADMIN, Role.SERVICE):
        return
    if caller.role in CENTER_ROLES and caller.center is not None:
        where.add("c.code = {}", caller.center)
    elif caller.role is Role.PROVINCIAL_OFFICE and caller.jurisdiction is not None:
        own = caller.jurisdiction
        if own.endswith("0000"):
            where.add(
                "(c.jurisdiction_code = {} or c.jurisdiction_code <> {}"
                " and c.region_code >= {} and c.region_code < {})",
                own,
                CORPS,
                *region_range(own),
            )
        else:
            where.add("c.jurisdiction_code = {}", own)
    else:
        where.add("false")
