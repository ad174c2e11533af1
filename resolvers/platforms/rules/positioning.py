"""The functional positioning agrees with the function of the platform (DOMAIN §1.5 E5)."""

from __future__ import annotations

from typing import Final

FUNCTION_NAMES: Final = {
    "TRADING_SERVICE": "交易服务",
    "FINANCIAL_SERVICE": "金融服务",
    "FEATURED_SERVICE": "特色服务",
    "SUPPORT_TOOL": "支撑工具",
}


def positioning_agrees(text: str, function: str | None) -> bool:
    """Whether the text names the platform's own function, or no function at all.

    A regional or industry centre has no function and may name any.

    >>> positioning_agrees("以金融服务为主", "TRADING_SERVICE")
    False
    >>> positioning_agrees("交易服务，兼顾金融服务", "TRADING_SERVICE")
    True
    """
    if function is None:
        return True
    named = {key for key, name in FUNCTION_NAMES.items() if name in text}
    return not named or function in named
