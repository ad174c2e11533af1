"""Which kinds of service belong to which function of the notice (DOMAIN B13-B28).

A functional platform issues standards of its own function only (DOMAIN §2.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KINDS_OF_FUNCTION: Final[Mapping[str, frozenset[str]]] = {
    "TRADING_SERVICE": frozenset(
        {
            "SUPPLY_DEMAND_MATCHING",
            "DEAL_BROKERING",
            "OPEN_LICENCE_SERVICE",
            "RECORDAL_SERVICE",
        }
    ),
    "FINANCIAL_SERVICE": frozenset({"VALUATION", "INVESTMENT_FINANCING", "INSURANCE"}),
    "FEATURED_SERVICE": frozenset({"ADVANCED_TECH_TRANSFER", "INTERNATIONAL_OPERATION"}),
    "SUPPORT_TOOL": frozenset(
        {
            "PATENT_PRODUCT_FILING",
            "PATENT_NAVIGATION",
            "MANAGEMENT_ASSESSMENT",
            "SERVICE_EVALUATION",
        }
    ),
}

BASIC_SERVICES: Final = (
    "SUPPLY_DEMAND_MATCHING",
    "DEAL_BROKERING",
    "VALUATION",
    "INVESTMENT_FINANCING",
    "INSURANCE",
)
"""运营基础服务: a trading or financial platform must publish one of them (DOMAIN B22)."""

OWES_BASIC_SERVICES: Final = ("FT-", "FF-")
"""How codes of the platforms begin that have this duty (DOMAIN §2.3)."""

RECORDAL_SERVICE: Final = "RECORDAL_SERVICE"
"""Only for centres that were given the task (DOMAIN F10)."""
RECORDAL_TASK: Final = "TRANSFER_LICENCE_RECORDAL_SERVICE"


def is_of_function(kind: str, function: str | None) -> bool:
    """Return whether platforms of that function set standards for services of the kind.

    >>> is_of_function("VALUATION", "FINANCIAL_SERVICE"), is_of_function("VALUATION", None)
    (True, False)
    """
    return kind in KINDS_OF_FUNCTION.get(function or "", frozenset())
