"""Limits of an open-licence fee (Examination Guidelines, part V chapter 11; DOMAIN §2.7).

The Guidelines say "generally not higher": errors for what a platform files. What the gazette has
announced is only warned of, where the feed is read.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from resolvers.refusal import Problems
from resolvers.value_rows import MoneyRow

FIXED_FEE_CAP: Final = Decimal(20_000_000)
"""Yuan."""
ROYALTY_CAPS: Final = {"NET_SALES": Decimal("0.20"), "PROFIT": Decimal("0.40")}
LONGEST_EXPLANATION: Final = 2_000
"""Characters."""

_KINDS: Final = {
    "FIXED": ("FIXED", None),
    "ROYALTY_NET_SALES": ("ROYALTY", "NET_SALES"),
    "ROYALTY_PROFIT": ("ROYALTY", "PROFIT"),
    "FREE": ("FREE", None),
}


def check_fee(mode: str, fee: MoneyRow, explanation: str, problems: Problems) -> None:
    """Note what is wrong with the fee of a statement.

    Codes: OL_FEE_MODE_MISMATCH, OL_FEE_CURRENCY, OL_FIXED_FEE_OVER_CAP, OL_ROYALTY_OVER_CAP,
    OL_EXPLANATION_MISSING, OL_EXPLANATION_TOO_LONG.
    """
    kind, base = _KINDS[mode]
    problems.check(
        (fee.kind, fee.royalty_base) == (kind, base),
        "OL_FEE_MODE_MISMATCH",
        f"支付方式 {mode} 与使用费的种类不一致",
        f"The fee is not of the kind that {mode} means",
        *("input", "fee"),
    )
    problems.check(
        fee.currency == "CNY",
        "OL_FEE_CURRENCY",
        "开放许可使用费应以人民币计",
        "The fee of an open licence is in CNY",
        *("input", "fee", "currency"),
    )
    problems.check(
        fee.kind != "FIXED" or fee.amount is None or fee.amount <= FIXED_FEE_CAP,
        "OL_FIXED_FEE_OVER_CAP",
        f"固定费用一般不高于 {FIXED_FEE_CAP} 元",
        f"A fixed fee is at most CNY {FIXED_FEE_CAP}",
        *("input", "fee", "amount"),
    )
    cap = ROYALTY_CAPS.get(fee.royalty_base or "")
    problems.check(
        cap is None or fee.rate is None or fee.rate <= cap,
        "OL_ROYALTY_OVER_CAP",
        "提成费一般不高于净销售额的 20% 或利润的 40%",
        "A royalty is at most 20 % of net sales or 40 % of profit",
        *("input", "fee", "rate"),
    )
    _check_explanation(explanation, problems)


def _check_explanation(explanation: str, problems: Problems) -> None:
    if problems.check(
        bool(explanation.strip()),
        "OL_EXPLANATION_MISSING",
        "须说明许可使用费的计算依据和方式",
        "How the fee was worked out is to be explained",
        *("input", "feeBasis"),
    ):
        problems.check(
            len(explanation) <= LONGEST_EXPLANATION,
            "OL_EXPLANATION_TOO_LONG",
            f"使用费说明不超过 {LONGEST_EXPLANATION} 字",
            f"The explanation of the fee has at most {LONGEST_EXPLANATION} characters",
            *("input", "feeBasis"),
        )
