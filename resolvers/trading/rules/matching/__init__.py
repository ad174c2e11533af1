"""Matching of supply and demand: an explainable score of five components (DOMAIN §2.7 [H])."""

from __future__ import annotations

from decimal import Decimal

from resolvers.trading.rules.matching import deal_kind, industry, ipc, price, region
from resolvers.trading.rules.matching.offers import Component, Offer, Wanted


def components(offer: Offer, wanted: Wanted) -> tuple[Component, ...]:
    """Return the components of the score of a pair; their weights sum to 1."""
    return (
        Component("IPC", ipc.WEIGHT, ipc.ipc_value(offer.ipc_symbols, wanted.ipc_symbols)),
        Component(
            "INDUSTRY",
            industry.WEIGHT,
            industry.industry_value(offer.industry_code, wanted.industry_code),
        ),
        Component(
            "DEAL_KIND", deal_kind.WEIGHT, deal_kind.deal_kind_value(offer.deal, wanted.kind)
        ),
        Component("PRICE", price.WEIGHT, price.price_value(offer.price, wanted.budget)),
        Component(
            "REGION", region.WEIGHT, region.region_value(offer.region_code, wanted.region_code)
        ),
    )


def score(parts: tuple[Component, ...]) -> Decimal:
    """Return the weighted sum, between 0 and 1."""
    return sum((part.weight * part.value for part in parts), Decimal(0))
