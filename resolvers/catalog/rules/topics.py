"""On which topics a functional platform describes data foundations: those of its function (DOMAIN
§2.4). What the hub holds for everybody (patents, statistics) is CNIPA's to describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TOPICS_OF_FUNCTION: Final[Mapping[str, frozenset[str]]] = {
    "TRADING_SERVICE": frozenset({"OPEN_LICENCE", "TRANSFER", "LICENCE", "LISTING", "DEMAND"}),
    "FINANCIAL_SERVICE": frozenset({"PLEDGE", "VALUATION"}),
    "SUPPORT_TOOL": frozenset({"INTENSIVE_PRODUCT", "NAVIGATION", "CREDIT"}),
}


def is_topic_of_function(topic: str, function: str | None) -> bool:
    """Return whether platforms of that function describe data on the topic.

    >>> is_topic_of_function("PLEDGE", "FINANCIAL_SERVICE"), is_topic_of_function("PLEDGE", None)
    (True, False)
    """
    return topic in TOPICS_OF_FUNCTION.get(function or "", frozenset())
