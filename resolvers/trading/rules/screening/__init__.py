"""Screening of listings: fourteen rules, one module each, in the order of DOMAIN §2.7."""

from __future__ import annotations

from typing import Final

from resolvers.trading.rules.screening.co_owner_consent import co_owner_consent
from resolvers.trading.rules.screening.duplicate_listing import duplicate_listing
from resolvers.trading.rules.screening.exclusive_licence import exclusive_licence
from resolvers.trading.rules.screening.facts import ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding, Rule
from resolvers.trading.rules.screening.frozen import frozen
from resolvers.trading.rules.screening.holder_mismatch import holder_mismatch
from resolvers.trading.rules.screening.invalidation_pending import invalidation_pending
from resolvers.trading.rules.screening.not_in_force import not_in_force
from resolvers.trading.rules.screening.open_licence_in_force import open_licence_in_force
from resolvers.trading.rules.screening.patent_exists import patent_exists
from resolvers.trading.rules.screening.personal_data import personal_data
from resolvers.trading.rules.screening.pledged import pledged
from resolvers.trading.rules.screening.price_outlier import price_outlier
from resolvers.trading.rules.screening.remaining_term import remaining_term
from resolvers.trading.rules.screening.seller_credit import seller_credit

RULES: Final[tuple[Rule, ...]] = (
    patent_exists,
    not_in_force,
    holder_mismatch,
    co_owner_consent,
    pledged,
    frozen,
    exclusive_licence,
    open_licence_in_force,
    remaining_term,
    invalidation_pending,
    duplicate_listing,
    price_outlier,
    seller_credit,
    personal_data,
)


def screen(facts: ScreeningFacts) -> tuple[Finding, ...]:
    """Return the findings of all rules, in their order."""
    return tuple(finding for rule in RULES for finding in rule(facts))
