"""How active a centre is, 0 to 100, for dashboards: `OperationCenter.activityScore` [H].

40 × p ÷ (p + 5)      p: published service products (catalogue)
40 × l ÷ (l + 20)     l: active listings (trading)
20 × r                r: share of the last four quarters whose report was accepted

The first two grow ever more slowly, so that a large platform does not dwarf all others: 5 products
or 20 listings give half. The last one shows only whether a centre reported, none of its figures.
"""

from __future__ import annotations

from typing import Final

_PRODUCTS_WEIGHT: Final = 40
_PRODUCTS_HALF: Final = 5
_LISTINGS_WEIGHT: Final = 40
_LISTINGS_HALF: Final = 20
_REPORTS_WEIGHT: Final = 20
QUARTERS: Final = 4


def activity_score(products: int, listings: int, quarters_accepted: int) -> float:
    """Return the score to one decimal.

    >>> activity_score(5, 20, 2)
    50.0
    """
    score = (
        _PRODUCTS_WEIGHT * products / (products + _PRODUCTS_HALF)
        + _LISTINGS_WEIGHT * listings / (listings + _LISTINGS_HALF)
        + _REPORTS_WEIGHT * min(quarters_accepted, QUARTERS) / QUARTERS
    )
    return round(score, 1)
