"""What happened to an invented patent: legal events in order, and the status they lead to.

The projection is the rule of DOMAIN §3.11, so what `patents.patent` says agrees with its events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from resolvers.generator.model import Invention

_DEAD = {"CF01": "CEASED_UNPAID_FEE", "CX01": "EXPIRED", "WD01": "WITHDRAWN"}


@dataclass(slots=True)
class History:
    """Events as (code, announced on), and the facts other subgraphs keep of them."""

    events: list[tuple[str, date]] = field(default_factory=list)
    status: str = "PENDING"
    status_as_of: date | None = None
    frozen: bool = False
    transferred_on: date | None = None
    licensed_on: date | None = None
    exclusive: bool = False
    pledged_on: date | None = None
    opened_on: date | None = None
    listed_on: date | None = None


def history(invention: Invention, today: date) -> History:
    """Return what happened to the patent until `today`."""
    found = History()
    _before_grant(invention, found, today)
    if invention.granted is not None:
        _after_grant(invention, found, today)
    found.events.sort(key=lambda event: event[1])
    return found


def _before_grant(invention: Invention, found: History, today: date) -> None:
    if invention.published is None:
        return
    found.events.append(("PB01", invention.published))
    found.status_as_of = invention.published
    examined = invention.published + timedelta(days=30)
    if examined <= today:
        found.events.append(("SE01", examined))
    waited = invention.published + timedelta(days=1500)
    if invention.granted is None and waited <= today:
        found.events.append(("WD01", waited))
        found.status, found.status_as_of = "WITHDRAWN", waited


def _after_grant(invention: Invention, found: History, today: date) -> None:
    granted, bits = invention.granted, invention.bits >> 12
    assert granted is not None
    found.events.append(("GR01", granted))
    found.status, found.status_as_of = "IN_FORCE", granted
    ended = _end(invention, granted, bits, today)
    last = ended[1] if ended else today

    def happens(one_in: int, shift: int, days: int, code: str) -> date | None:
        """Return the day on which it happens, for one patent of so many, while the right lives."""
        day = granted + timedelta(days=days + (bits >> shift) % 300)
        if (bits >> shift) % one_in or day >= last:
            return None
        found.events.append((code, day))
        return day

    happens(2, 3, 200, "CP02")
    happens(3, 5, 700, "CB03")
    if invention.holder is not invention.applicant:
        day = granted + timedelta(days=400 + (bits >> 7) % 300)
        if day < last:
            found.events.append(("TR01", day))
            found.transferred_on = day
    found.licensed_on = happens(15, 9, 800, "EE01")
    found.exclusive = found.licensed_on is not None and (bits >> 11) % 4 == 0
    found.pledged_on = happens(40, 13, 900, "PE01")
    if not (found.exclusive or found.pledged_on or ended):
        found.opened_on = happens(60, 17, 1000, "OL01")
    if not ended and happens(500, 19, 1100, "PP01"):
        found.frozen = True
    if not (ended or found.frozen) and (bits >> 21) % 50 == 0:
        found.listed_on = today - timedelta(days=(bits >> 23) % 300)
    if ended:
        found.events.append(ended)
        found.status, found.status_as_of = _DEAD[ended[0]], ended[1]


def _end(invention: Invention, granted: date, bits: int, today: date) -> tuple[str, date] | None:
    unpaid = granted + timedelta(days=1460 + (bits >> 25) % 2000)
    if (bits >> 29) % 4 == 0 and unpaid < min(today, invention.expires):
        return ("CF01", unpaid)
    return ("CX01", invention.expires) if invention.expires <= today else None
