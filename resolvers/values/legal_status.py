"""Projection of legal events onto a legal status, and the term of protection. DOMAIN §3.11, §3.8.

Pure: events in, status out. The patent register prevails over this projection.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from resolvers.values.application_numbers import PatentKind
from resolvers.values.dates import add_years
from resolvers.values.legal_events import event_codes

LegalStatus = Literal[
    "PENDING",
    "IN_FORCE",
    "CEASED_UNPAID_FEE",
    "EXPIRED",
    "SURRENDERED",
    "INVALIDATED",
    "REFUSED",
    "WITHDRAWN",
    "UNKNOWN",
]

# What an event that ends an application or a right makes of it, by the letters of its code.
_ENDINGS: Final[dict[str, LegalStatus]] = {
    "CF": "CEASED_UNPAID_FEE",
    "CX": "EXPIRED",
    "AV": "SURRENDERED",
    "IW": "INVALIDATED",
    "RJ": "REFUSED",
    "WD": "WITHDRAWN",
    "WW": "WITHDRAWN",
    "AD": "WITHDRAWN",
}
# What a restoration means when only the status is known that it ended, not the one before.
_RESTORED: Final[dict[LegalStatus, LegalStatus]] = {
    "CEASED_UNPAID_FEE": "IN_FORCE",
    "WITHDRAWN": "PENDING",
    "REFUSED": "PENDING",
}
# Events of one day in their legal order: publication, examination, grant, then all others.
_ORDER = {"PB": 0, "SE": 1, "GR": 2}
_OTHERS = 3

_TERM_YEARS: dict[PatentKind, int] = {"INVENTION": 20, "UTILITY_MODEL": 10, "DESIGN": 15}
_DESIGN_TERM_CHANGED = date(2021, 6, 1)
_OLD_DESIGN_YEARS = 10


class StatusEvent(Struct, frozen=True):
    """What the projection needs of an event."""

    code: str
    announced_on: date


class StatusProjection(Struct, frozen=True):
    """A status, the day since which it holds (None when no event says), and the court's freeze."""

    status: LegalStatus
    as_of: date | None
    under_preservation: bool


def project_legal_status(
    events: Iterable[StatusEvent],
    as_of: date,
    *,
    expiry_date: date | None = None,
    stated: LegalStatus = "UNKNOWN",
    stated_on: date | None = None,
    stated_preservation: bool = False,
) -> StatusProjection:
    """Return the status on the day `as_of`, from the events announced up to then.

    `expiry_date` is the day on which the right ends by lapse of time: from then on a right in force
    is shown as EXPIRED even without a CX01. `stated`, `stated_on` and `stated_preservation` are
    what a feed claims; they hold until the first event that decides otherwise.
    """
    status, since, frozen = stated, stated_on, stated_preservation
    before_end: LegalStatus | None = None
    for event in sorted((e for e in events if e.announced_on <= as_of), key=_position):
        letters = event.code[:2]
        known = event_codes().get(event.code)
        effect = known.effect if known is not None else "NONE"
        if letters == "RR":
            restored = before_end or _RESTORED.get(status)
            if restored is not None:
                status, since, before_end = restored, event.announced_on, None
        elif effect == "SET_IN_FORCE":
            status, since = "IN_FORCE", event.announced_on
        elif effect == "SET_DEAD":
            before_end = status
            status, since = _ENDINGS[letters], event.announced_on
        elif effect in ("SET_FROZEN", "CLEAR_FROZEN"):
            frozen = effect == "SET_FROZEN"
        elif status == "UNKNOWN" and letters in ("PB", "SE"):
            status, since = "PENDING", event.announced_on
    if status == "IN_FORCE" and expiry_date is not None and as_of >= expiry_date:
        status, since = "EXPIRED", expiry_date
    return StatusProjection(status, since, frozen)


def _position(event: StatusEvent) -> tuple[date, int, str]:
    return event.announced_on, _ORDER.get(event.code[:2], _OTHERS), event.code


def expiry_date(kind: PatentKind, filing_date: date) -> date:
    """Return the day on which the right ends by lapse of time, without a term adjustment.

    Invention 20, utility model 10, design 15 years from filing; designs filed before 1 June 2021
    10 years. The last day of the term is the day before.

    >>> expiry_date("INVENTION", date(2021, 9, 6))
    datetime.date(2041, 9, 6)
    """
    years = _TERM_YEARS[kind]
    if kind == "DESIGN" and filing_date < _DESIGN_TERM_CHANGED:
        years = _OLD_DESIGN_YEARS
    return add_years(filing_date, years)
