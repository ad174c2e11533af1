"""What values an indicator of a unit may have (DOMAIN §2.8).

Counts, persons and days are integers from 0, amounts at least 0 with two decimals; scores and
percentages are 0 to 100 with two decimals [H].
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

LARGEST: Final = Decimal(10) ** 15
_CENT: Final = Decimal("0.01")
_WHOLE: Final = frozenset({"COUNT", "PERSON", "DAY"})
_HUNDRED: Final = frozenset({"PERCENT", "SCORE"})


def shape_problem(unit: str, value: Decimal) -> tuple[str, str, str] | None:
    """Return code, Chinese and English words of what is wrong with the value, or None.

    >>> shape_problem("COUNT", Decimal("1.5"))[0]
    'COUNT_NOT_INTEGER'
    """
    if value < 0:
        return "VALUE_NEGATIVE", "数值不能为负", "A value is at least 0"
    if value > LARGEST:
        return "VALUE_TOO_LARGE", "数值过大，请核对单位", "The value is too large; check its unit"
    if unit in _WHOLE and value != value.to_integral_value():
        return "COUNT_NOT_INTEGER", "数量应为整数", "A count is a whole number"
    if unit in _HUNDRED and value > 100:
        return "VALUE_OVER_100", "应在 0 至 100 之间", "The value is from 0 to 100"
    if value != value.quantize(_CENT):
        return "VALUE_DECIMALS", "最多两位小数", "At most two decimals"
    return None
