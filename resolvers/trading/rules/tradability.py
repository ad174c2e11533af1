"""Can a patent be listed today: barriers and warnings from status, preservation, term and pledge.

The same limits as the screening rules NOT_IN_FORCE, FROZEN, REMAINING_TERM and PLEDGED, without a
listing: what only one kind of deal forbids is a warning here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from resolvers.trading.rules.screening.remaining_term import (
    ENOUGH_MONTHS,
    LEAST_MONTHS,
    add_months,
)


@dataclass(frozen=True, slots=True)
class TradeFacts:
    """What decides. `excluding_licence`: a sole or exclusive licence runs."""

    legal_status: str | None
    under_preservation: bool
    expiry_date: date | None
    has_active_pledge: bool
    has_open_licence: bool
    excluding_licence: bool


def trade_barriers(facts: TradeFacts, today: date) -> tuple[str, ...]:
    """Return the codes of what forbids any listing."""
    return tuple(_barriers(facts, today))


def _barriers(facts: TradeFacts, today: date) -> Iterator[str]:
    if facts.legal_status not in ("IN_FORCE", "PENDING", "UNKNOWN", None):
        yield "NOT_IN_FORCE"
    if facts.under_preservation:
        yield "FROZEN"
    if facts.expiry_date is not None and facts.expiry_date < add_months(today, LEAST_MONTHS):
        yield "REMAINING_TERM"


def trade_warnings(facts: TradeFacts, today: date) -> tuple[str, ...]:
    """Return the codes of what a buyer should know, or what some deals forbid."""
    return tuple(_warnings(facts, today))


def _warnings(facts: TradeFacts, today: date) -> Iterator[str]:
    if facts.legal_status in ("PENDING", "UNKNOWN", None):
        yield "NOT_IN_FORCE"
    if facts.has_active_pledge:
        yield "PLEDGED"
    if facts.excluding_licence:
        yield "EXCLUSIVE_LICENCE"
    if facts.has_open_licence:
        yield "OPEN_LICENCE_IN_FORCE"
    end = facts.expiry_date
    enough, least = add_months(today, ENOUGH_MONTHS), add_months(today, LEAST_MONTHS)
    if end is None or least <= end < enough:
        yield "REMAINING_TERM"
