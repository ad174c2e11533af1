"""Rules: fee, explanation and fee mode of an open-licence statement (DOMAIN §2.7).

Fixed fee at most CNY 20,000,000; royalty at most 20 % of net sales or 40 % of profit; the basis is
explained in at most 2000 characters. The Guidelines say "generally not higher": an error for what
platforms send in, a warning for what the registry has announced.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from adapters.findings import Finding
from adapters.model import MappedRow
from adapters.rules.context import RuleContext
from resolvers.values import Money

FIXED_FEE_CAP = Decimal(20_000_000)
ROYALTY_CAPS = {"NET_SALES": Decimal("0.20"), "PROFIT": Decimal("0.40")}
EXPLANATION_LENGTH = 2000


def open_licence_fee(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield OL_FEE_NOT_STATED, OL_FIXED_FEE_OVER_CAP or OL_ROYALTY_OVER_CAP."""
    if any(found.field == "fee" and not found.is_warning for found in row.findings):
        return
    fee: Money | None = row.values.get("fee")
    if fee is None or fee.kind not in ("FIXED", "ROYALTY", "FREE"):
        if fee is not None or row.values.get("feeMode") != "FREE":
            yield row.finding(context.gazetted("OL_FEE_NOT_STATED"), "fee")
        return
    if fee.kind == "FIXED" and fee.currency == "CNY" and (fee.amount or 0) > FIXED_FEE_CAP:
        yield row.finding(context.gazetted("OL_FIXED_FEE_OVER_CAP"), "fee")
    if fee.royalty_base and (fee.rate or 0) > ROYALTY_CAPS[fee.royalty_base]:
        yield row.finding(context.gazetted("OL_ROYALTY_OVER_CAP"), "fee")


def open_licence_fee_mode(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield OL_FEE_MODE_MISMATCH when mode and fee contradict each other."""
    if row.values.get("feeMode") and row.values.get("fee") and fee_mode(row) is None:
        yield row.finding("OL_FEE_MODE_MISMATCH", "feeMode")


def open_licence_explanation(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield OL_EXPLANATION_MISSING or OL_EXPLANATION_TOO_LONG."""
    if any(found.field == "feeBasis" and not found.is_warning for found in row.findings):
        return
    basis: str | None = row.values.get("feeBasis")
    if not basis:
        yield row.finding(context.gazetted("OL_EXPLANATION_MISSING"), "feeBasis")
    elif len(basis) > EXPLANATION_LENGTH:
        yield row.finding(context.gazetted("OL_EXPLANATION_TOO_LONG"), "feeBasis")


def fee_mode(row: MappedRow) -> str | None:
    """Return the mode of a statement: the fee decides, the stated mode must not contradict it.

    A fee of zero is free of charge whatever the mode says. None: they contradict each other, or
    no fee is stated.
    """
    fee: Money | None = row.values.get("fee")
    stated: str | None = row.values.get("feeMode")
    if fee is None or fee.kind == "FREE":
        return "FREE" if fee is not None or stated == "FREE" else None
    if fee.kind == "FIXED":
        return "FIXED" if stated in (None, "FIXED") else None
    if fee.kind == "ROYALTY":
        mode = f"ROYALTY_{fee.royalty_base}"
        return mode if stated in (None, "ROYALTY", mode) else None
    return stated if stated in ("FIXED", "ROYALTY_NET_SALES", "ROYALTY_PROFIT", "FREE") else None
