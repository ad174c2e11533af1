"""Money as an input: which members each kind takes (DOMAIN §3.9)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

import strawberry
from strawberry import field

from resolvers.refusal import Problems
from resolvers.value_rows import MoneyRow
from schema.common.descriptions import zh_en
from schema.common.values import MoneyKind, RoyaltyBase

LARGEST: Final = Decimal(10) ** 15
"""Yuan; more than the country earns in a year, so a slip of units."""
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_CENT: Final = Decimal("0.01")


@strawberry.input(
    description=zh_en("金额；人民币以元为单位", "Money; CNY in yuan, by kind: see `kind`")
)
class MoneyInput:
    kind: MoneyKind = field(
        description=zh_en(
            "种类：FIXED 填 amount，RANGE 填 amountMin、amountMax，ROYALTY 填 rate、royaltyBase",
            "Kind: FIXED needs amount, RANGE amountMin and amountMax, ROYALTY rate and royaltyBase",
        )
    )
    amount: Decimal | None = field(default=None, description=zh_en("金额", "Amount"))
    currency: str | None = field(
        default="CNY", description=zh_en("币种（ISO 4217）", "Currency (ISO 4217)")
    )
    amount_min: Decimal | None = field(
        default=None, description=zh_en("区间下限", "Lower bound of a range")
    )
    amount_max: Decimal | None = field(
        default=None, description=zh_en("区间上限", "Upper bound of a range")
    )
    rate: Decimal | None = field(
        default=None,
        description=zh_en(
            "提成比例，小数（0.03 即 3%）", "Royalty rate as a fraction: 0.03 is 3 %"
        ),
    )
    royalty_base: RoyaltyBase | None = field(
        default=None, description=zh_en("提成的基数", "What the royalty is a share of")
    )

    def to_row(self, problems: Problems, *path: str) -> MoneyRow:
        """Return the money; what is wrong with it goes to `problems`, at `path`.

        Codes: MONEY_MEMBER_MISSING, MONEY_MEMBER_EXTRA, MONEY_OUT_OF_RANGE, MONEY_CURRENCY.
        """
        needed = _NEEDED[self.kind]
        for name, member in _MEMBERS.items():
            value = getattr(self, name)
            if name in needed and value is None:
                problems.add(
                    "MONEY_MEMBER_MISSING",
                    f"{self.kind.value} 类金额须填 {member}",
                    f"Money of kind {self.kind.value} needs {member}",
                    *path,
                    member,
                )
            if name not in needed and value is not None:
                problems.add(
                    "MONEY_MEMBER_EXTRA",
                    f"{self.kind.value} 类金额不应填 {member}",
                    f"Money of kind {self.kind.value} has no {member}",
                    *path,
                    member,
                )
        self._check_numbers(problems, path)
        currency = self.currency or "CNY"
        problems.check(
            _CURRENCY.fullmatch(currency) is not None,
            "MONEY_CURRENCY",
            "币种应为三个大写字母（ISO 4217）",
            "A currency is three capital letters (ISO 4217)",
            *path,
            "currency",
        )
        return MoneyRow(
            _cents(self.amount),
            currency,
            self.kind.value,
            _cents(self.amount_min),
            _cents(self.amount_max),
            self.rate,
            self.royalty_base.value if self.royalty_base else None,
            None,
        )

    def _check_numbers(self, problems: Problems, path: tuple[str, ...]) -> None:
        for name in ("amount", "amount_min", "amount_max"):
            value: Decimal | None = getattr(self, name)
            if value is None:
                continue
            within = 0 <= value <= LARGEST and value == _cents(value)
            problems.check(
                within,
                "MONEY_OUT_OF_RANGE",
                "金额应在 0 至 1000 万亿元之间，最多两位小数",
                "An amount is 0 to 10^15 with at most two decimals",
                *path,
                _MEMBERS[name],
            )
        if self.amount_min is not None and self.amount_max is not None:
            problems.check(
                self.amount_min <= self.amount_max,
                "MONEY_OUT_OF_RANGE",
                "区间下限不应大于上限",
                "The lower bound exceeds the upper one",
                *path,
                "amountMin",
            )
        if self.rate is not None:
            problems.check(
                0 < self.rate <= 1 and self.rate.adjusted() >= -6,
                "MONEY_OUT_OF_RANGE",
                "提成比例应为大于 0、不大于 1 的小数",
                "A rate is a fraction above 0, at most 1",
                *path,
                "rate",
            )


_MEMBERS: Final = {
    "amount": "amount",
    "amount_min": "amountMin",
    "amount_max": "amountMax",
    "rate": "rate",
    "royalty_base": "royaltyBase",
}
_NEEDED: Final[dict[MoneyKind, frozenset[str]]] = {
    MoneyKind.FIXED: frozenset({"amount"}),
    MoneyKind.RANGE: frozenset({"amount_min", "amount_max"}),
    MoneyKind.ROYALTY: frozenset({"rate", "royalty_base"}),
    MoneyKind.FREE: frozenset(),
    MoneyKind.NEGOTIABLE: frozenset(),
    MoneyKind.MISSING: frozenset(),
}


def _cents(value: Decimal | None) -> Decimal | None:
    """Return the amount with two places; a number that is out of range is refused elsewhere."""
    if value is None or abs(value) > LARGEST:
        return value
    return value.quantize(_CENT)
