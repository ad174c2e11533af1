"""Where a figure stands among those of like centres, and the score pre-filled from it.

DOMAIN §2.8: score = 60 + 40 × percentile among centres of the same kind and function. Percentile
[H]: the share of the others that are lower, a tie counting half; a centre that has no like stands
in the middle (0.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

_PLACES: Final = Decimal("0.01")
ALONE: Final = Decimal("0.5")


def percentile(value: Decimal, others: Sequence[Decimal]) -> Decimal:
    """Return the standing of `value` among the others, 0 to 1.

    >>> percentile(Decimal(3), [Decimal(1), Decimal(3), Decimal(5), Decimal(2)])
    Decimal('0.625')
    """
    if not others:
        return ALONE
    below = sum(other < value for other in others)
    equal = sum(other == value for other in others)
    return (below + Decimal(equal) / 2) / len(others)


def prefilled_score(standing: Decimal) -> Decimal:
    """Return 60 + 40 × percentile.

    >>> prefilled_score(Decimal("0.625"))
    Decimal('85.00')
    """
    return (60 + 40 * standing).quantize(_PLACES)
