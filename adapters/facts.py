"""What the hub knows about a patent when a row that names it is checked.

Plain data, gathered by `adapters.store` in one statement per owner and chunk; the rules read it and
nothing else, so they are pure. An unknown patent is one with `known` false, never a missing entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class LicenceFact:
    """A recorded exclusive or sole licence."""

    record_number: str
    term_from: date | None
    term_to: date | None
    cancelled_on: date | None

    def is_in_term(self, start: date, end: date) -> bool:
        """Return whether the licence holds on any day of a span."""
        if self.cancelled_on is not None and self.cancelled_on <= start:
            return False
        return (self.term_from is None or self.term_from <= end) and (
            self.term_to is None or self.term_to >= start
        )


@dataclass(frozen=True, slots=True)
class PledgeFact:
    """A pledge registration. It holds until it is cancelled, also after the debt's term."""

    registration_number: str
    registered_on: date
    cancelled_on: date | None
    consents_open_licence: bool

    def is_effective(self, day: date) -> bool:
        """Return whether the pledge holds from `day` on."""
        return self.cancelled_on is None or self.cancelled_on > day


@dataclass(frozen=True, slots=True)
class StatementFact:
    """An open-licence statement in force."""

    statement_number: str
    term_from: date
    term_to: date


@dataclass(frozen=True, slots=True)
class PatentFacts:
    """Everything the rules ask about one patent."""

    application_number: str
    known: bool = False
    legal_status: str = "UNKNOWN"
    legal_status_as_of: date | None = None
    under_preservation: bool = False
    expiry_date: date | None = None
    has_evaluation_report: bool = False
    exclusive_licences: tuple[LicenceFact, ...] = ()
    pledges: tuple[PledgeFact, ...] = ()
    statements: tuple[StatementFact, ...] = ()

    def has_ended(self, today: date) -> bool:
        """Return whether the right is over, by an event or by lapse of time."""
        if self.legal_status in ENDED:
            return True
        return self.expiry_date is not None and self.expiry_date <= today

    def status_on(self, today: date) -> str:
        """Return the status as readers are shown it: EXPIRED once the term has run out."""
        if self.legal_status in ENDED or not self.has_ended(today):
            return self.legal_status
        return "EXPIRED"


ENDED = frozenset(
    ("CEASED_UNPAID_FEE", "EXPIRED", "SURRENDERED", "INVALIDATED", "REFUSED", "WITHDRAWN")
)
