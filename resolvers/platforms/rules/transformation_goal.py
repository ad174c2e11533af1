"""A plan has a goal of transformation (DOMAIN §1.5 E7): of transfer, licence or financing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_WORDS: Final = re.compile(
    "转让|许可|转化|交易|质押|融资|投资|保险|证券化"
    # indicators of DOMAIN §2.8
    "|TRADE_DEAL_(?:COUNT|AMOUNT_CNY)|LICENCE_COUNT|OPEN_LICENCE_(?:STATEMENTS|CONTRACTS)"
    "|PLEDGE_(?:COUNT|AMOUNT_CNY)|INVESTMENT_CNY"
    "|transfer|licen[cs]|financ|pledge|invest",
    re.IGNORECASE,
)


def has_transformation_goal(goals: Iterable[str]) -> bool:
    """Whether one of the goals names transfer, licence or financing, or an indicator of them.

    >>> has_transformation_goal(["建成数据底座", "LICENCE_COUNT 达到 100"])
    True
    >>> has_transformation_goal(["建成数据底座"])
    False
    """
    return any(_WORDS.search(goal) for goal in goals)
