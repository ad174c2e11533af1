"""Amounts of money as sources write them. DOMAIN §3.9.

Out: a `Money` in full currency units with two places, its kind, and the original text. The unit in
the value wins over the unit of the column header (`default_unit`); if both exist and differ, a
warning. Other currencies are kept, not converted.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal

from msgspec import Struct

from resolvers.values.result import Checked, Issue
from resolvers.values.text import without_space

MoneyKind = Literal["FIXED", "RANGE", "ROYALTY", "FREE", "NEGOTIABLE", "MISSING"]
RoyaltyBase = Literal["NET_SALES", "PROFIT"]

UNITS: Final[dict[str, int]] = {
    "元": 1,
    "人民币元": 1,
    "千元": 1_000,
    "万": 10_000,
    "万元": 10_000,
    "万元人民币": 10_000,
    "亿": 100_000_000,
    "亿元": 100_000_000,
}
"""Units that may stand in a value or in a column header, in yuan."""

LIMIT: Final = Decimal(10) ** 16
"""Amounts from here on are refused: ten quadrillion yuan is a slip of number or unit."""

_MISSING = frozenset(["", "-", "--", "/", "无", "暂无"])
_NEGOTIABLE = frozenset(["面议", "价格面议", "协商", "另议", "-1", "-1.0", "-1.00"])
_FREE = frozenset(["免费", "无偿", "零元"])
_CENT = Decimal("0.01")
_ZERO = Decimal("0.00")

_NUMBER = r"[0-9]{1,30}(?:\.[0-9]{1,30})?"
_UNIT = "人民币元|万元人民币|千元|万元|万|亿元|亿|元"
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,2})?")
_ROYALTY = re.compile(rf"按?(净销售额|销售额|利润额?|净利润)的?(?:提成)?({_NUMBER})%(?:提成)?")
_YUAN_PREFIX = re.compile(r"人民币|RMB|CNY|[¥￥]")
_DOLLAR_PREFIX = re.compile(r"USD|US\$|\$")
_RANGE = re.compile(rf"({_NUMBER})({_UNIT})?[-~至—–]({_NUMBER})({_UNIT})?")
_FIXED = re.compile(rf"(-?{_NUMBER})({_UNIT})?(/年|每年|/件)?")

_FORMAT_ISSUE = Issue(
    "MONEY_FORMAT",
    "无法识别的金额；应为数字加单位（如 50万元）、区间、提成比例、面议或免费。",
    "Not an amount; expected a number with a unit (50万元), a range, a royalty, 面议 or 免费.",
)
_NEGATIVE_ISSUE = Issue(
    "MONEY_NEGATIVE", "金额不能为负数，请核对。", "An amount is never negative; check it."
)
_ORDER_ISSUE = Issue(
    "MONEY_RANGE_ORDER",
    "金额区间前大后小，请核对。",
    "The range begins above its end; check it.",
)
_LIMIT_ISSUE = Issue(
    "MONEY_TOO_LARGE",
    "金额过大，请核对数字与单位。",
    "The amount is too large; check number and unit.",
)
_UNIT_CONFLICT = Issue(
    "W_MONEY_UNIT_CONFLICT",
    "金额中的单位与表头单位不同，按金额中的单位计。",
    "The unit in the cell differs from the header's; the cell's was taken.",
)


class Money(Struct, frozen=True):
    """An amount. FIXED and FREE have `amount`; RANGE both bounds; ROYALTY base and rate (0.03).

    `original` is the text as given.
    """

    kind: MoneyKind
    original: str
    currency: str = "CNY"
    amount: Decimal | None = None
    amount_min: Decimal | None = None
    amount_max: Decimal | None = None
    royalty_base: RoyaltyBase | None = None
    rate: Decimal | None = None
    per_year: bool = False


def parse_money(text: str, *, default_unit: str = "元") -> Checked[Money]:
    """Check an amount; `default_unit` is the unit of the column header, one of `UNITS`.

    Raises:
        KeyError: `default_unit` is no unit (a fault of the caller, not of the cell).
    """
    if _PLAIN.fullmatch(text):  # the common case, a bare number
        return _fixed(text, text, "CNY", UNITS[default_unit], False, ())
    cleaned = without_space(text)
    if cleaned in _MISSING:
        return Checked(Money("MISSING", text), None, None, ())
    if cleaned in _NEGOTIABLE:
        return Checked(Money("NEGOTIABLE", text), "NEGOTIABLE", "面议", ())
    if cleaned in _FREE:
        return _free(text, "CNY")
    if match := _ROYALTY.fullmatch(cleaned):
        return _royalty(text, match[1], match[2])
    return _with_currency(text, cleaned, default_unit)


def _with_currency(text: str, cleaned: str, default_unit: str) -> Checked[Money]:
    """Take the currency off; what is left is a range or a single amount."""
    currency = "CNY"
    if prefix := _YUAN_PREFIX.match(cleaned):
        cleaned = cleaned[prefix.end() :]
    dollar = _DOLLAR_PREFIX.match(cleaned)
    if dollar is not None or cleaned.endswith("美元"):
        # A header in 万元 says nothing about dollars.
        currency, default_unit = "USD", "元"
        cleaned = cleaned[dollar.end() :] if dollar is not None else cleaned
        cleaned = cleaned.removesuffix("美元")
    cleaned = cleaned.replace(",", "")
    if match := _RANGE.fullmatch(cleaned):
        return _range(text, match, currency, default_unit)
    match = _FIXED.fullmatch(cleaned)
    if match is None:
        return Checked(None, None, None, (_FORMAT_ISSUE,))
    number, unit, per = match.groups()
    factor = UNITS[unit or default_unit]
    conflict = unit is not None and default_unit != "元" and factor != UNITS[default_unit]
    issues = (_UNIT_CONFLICT,) if conflict else ()
    return _fixed(text, number, currency, factor, per in ("/年", "每年"), issues)


def _fixed(
    text: str, number: str, currency: str, factor: int, per_year: bool, issues: tuple[Issue, ...]
) -> Checked[Money]:
    amount = _scaled(number, factor)
    if amount is None:
        return Checked(None, None, None, (_LIMIT_ISSUE,))
    if amount < 0:
        return Checked(None, None, None, (_NEGATIVE_ISSUE,))
    if amount == 0:
        return _free(text, currency)
    suffix = "/年" if per_year else ""
    canonical = f"{currency} {amount}{suffix}"
    display = f"{amount:,} {_currency_name(currency)}{suffix}"
    value = Money("FIXED", text, currency, amount, per_year=per_year)
    return Checked(value, canonical, display, issues)


def _scaled(number: str, factor: int) -> Decimal | None:
    """Return the amount in full units with two places, or None when it is out of bounds."""
    amount = Decimal(number) * factor
    if abs(amount) >= LIMIT:
        return None
    return amount.quantize(_CENT, ROUND_HALF_EVEN)


def _free(text: str, currency: str) -> Checked[Money]:
    return Checked(Money("FREE", text, currency, _ZERO), f"{currency} 0.00", "免费", ())


def _royalty(text: str, base_text: str, percent: str) -> Checked[Money]:
    base: RoyaltyBase = "PROFIT" if "利润" in base_text else "NET_SALES"
    rate = Decimal(percent) / 100
    display = f"{'利润' if base == 'PROFIT' else '净销售额'} {percent}%"
    value = Money("ROYALTY", text, royalty_base=base, rate=rate)
    return Checked(value, f"{base} {rate}", display, ())


def _range(text: str, match: re.Match[str], currency: str, default_unit: str) -> Checked[Money]:
    """Check a range; a unit only after the second number holds for both."""
    low_text, low_unit, high_text, high_unit = match.groups()
    high_factor = UNITS[high_unit or low_unit or default_unit]
    low_factor = UNITS[low_unit or high_unit or default_unit]
    low, high = _scaled(low_text, low_factor), _scaled(high_text, high_factor)
    if low is None or high is None:
        return Checked(None, None, None, (_LIMIT_ISSUE,))
    if low > high:
        return Checked(None, None, None, (_ORDER_ISSUE,))
    value = Money("RANGE", text, currency, amount_min=low, amount_max=high)
    display = f"{low:,}–{high:,} {_currency_name(currency)}"
    return Checked(value, f"{currency} {low}-{high}", display, ())


def _currency_name(currency: str) -> str:
    return "美元" if currency == "USD" else "元"
