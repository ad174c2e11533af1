"""Bars and fee limits of open licences, and tradability (DOMAIN §2.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from resolvers.refusal import Problems
from resolvers.trading.rules.open_licence_bars import MEANINGS, BarFacts, bars
from resolvers.trading.rules.open_licence_fee import check_fee
from resolvers.trading.rules.tradability import TradeFacts, trade_barriers, trade_warnings
from resolvers.value_rows import MoneyRow

FREE_OF_BARS = BarFacts("INVENTION", "IN_FORCE", False, None, False, None, False, False)
TODAY = date(2024, 6, 15)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, ()),
        ({"excluding_licence": True}, ("EXCLUSIVE_OR_SOLE_LICENCE",)),
        ({"under_preservation": True}, ("OWNERSHIP_DISPUTE_OR_PRESERVATION",)),
        ({"legal_status": "CEASED_UNPAID_FEE"}, ("ANNUAL_FEE_UNPAID",)),
        ({"has_active_pledge": True}, ("PLEDGED_WITHOUT_CONSENT",)),
        ({"has_active_pledge": True, "pledgee_consents": False}, ("PLEDGED_WITHOUT_CONSENT",)),
        ({"has_active_pledge": True, "pledgee_consents": True}, ()),
        ({"legal_status": "EXPIRED"}, ("TERMINATED",)),
        ({"legal_status": "SURRENDERED"}, ("TERMINATED",)),
        ({"legal_status": "INVALIDATED"}, ("INVALIDATED",)),
        ({"kind": "UTILITY_MODEL"}, ("NO_EVALUATION_REPORT",)),
        ({"kind": "DESIGN"}, ("NO_EVALUATION_REPORT",)),
        ({"kind": "DESIGN", "evaluation": "NO_DEFECT_FOUND"}, ()),
        ({"kind": "UTILITY_MODEL", "evaluation": "UNKNOWN"}, ()),
        ({"kind": "UTILITY_MODEL", "evaluation": "NOT_GRANTABLE"}, ("EVALUATION_NEGATIVE",)),
        ({"other_obstacle": True}, ("OTHER",)),
        ({"legal_status": "PENDING"}, ("NOT_GRANTED",)),
        ({"legal_status": "REFUSED"}, ("NOT_GRANTED",)),
        (
            {"kind": "DESIGN", "under_preservation": True, "legal_status": "EXPIRED"},
            ("OWNERSHIP_DISPUTE_OR_PRESERVATION", "TERMINATED", "NO_EVALUATION_REPORT"),
        ),
    ],
)
def test_bars(changes: dict[str, Any], codes: tuple[str, ...]) -> None:
    assert bars(replace(FREE_OF_BARS, **changes)) == codes
    assert set(codes) <= set(MEANINGS)


def fee(kind: str, **members: Any) -> MoneyRow:
    row = MoneyRow(None, "CNY", kind, None, None, None, None, None)
    return replace(row, **members)


FIXED = fee("FIXED", amount=Decimal("50000"))


def sales(rate: str) -> MoneyRow:
    return fee("ROYALTY", rate=Decimal(rate), royalty_base="NET_SALES")


def profit(rate: str) -> MoneyRow:
    return fee("ROYALTY", rate=Decimal(rate), royalty_base="PROFIT")


@pytest.mark.parametrize(
    ("mode", "given", "explanation", "codes"),
    [
        ("FIXED", FIXED, "示例", []),
        ("FIXED", fee("FIXED", amount=Decimal("20000000")), "示例", []),
        ("FIXED", fee("FIXED", amount=Decimal("20000000.01")), "示例", ["OL_FIXED_FEE_OVER_CAP"]),
        ("ROYALTY_NET_SALES", sales("0.20"), "示例", []),
        ("ROYALTY_NET_SALES", sales("0.2001"), "示例", ["OL_ROYALTY_OVER_CAP"]),
        ("ROYALTY_PROFIT", profit("0.40"), "示例", []),
        ("ROYALTY_PROFIT", profit("0.41"), "示例", ["OL_ROYALTY_OVER_CAP"]),
        ("FREE", fee("FREE"), "示例", []),
        ("FREE", FIXED, "示例", ["OL_FEE_MODE_MISMATCH"]),
        ("ROYALTY_PROFIT", sales("0.10"), "示例", ["OL_FEE_MODE_MISMATCH"]),
        ("FIXED", fee("NEGOTIABLE"), "示例", ["OL_FEE_MODE_MISMATCH"]),
        ("FIXED", replace(FIXED, currency="USD"), "示例", ["OL_FEE_CURRENCY"]),
        ("FIXED", FIXED, "说" * 2000, []),
        ("FIXED", FIXED, "说" * 2001, ["OL_EXPLANATION_TOO_LONG"]),
        ("FIXED", FIXED, "  ", ["OL_EXPLANATION_MISSING"]),
    ],
)
def test_fee(mode: str, given: MoneyRow, explanation: str, codes: list[str]) -> None:
    problems = Problems()
    check_fee(mode, given, explanation, problems)
    assert [each.code for each in problems.found] == codes


TRADED = TradeFacts("IN_FORCE", False, date(2039, 1, 14), False, False, False)


@pytest.mark.parametrize(
    ("changes", "barriers", "warnings"),
    [
        ({}, (), ()),
        ({"legal_status": "PENDING"}, (), ("NOT_IN_FORCE",)),
        ({"legal_status": "INVALIDATED"}, ("NOT_IN_FORCE",), ()),
        ({"under_preservation": True}, ("FROZEN",), ()),
        ({"expiry_date": date(2026, 6, 15)}, (), ()),
        ({"expiry_date": date(2026, 6, 14)}, (), ("REMAINING_TERM",)),
        ({"expiry_date": date(2024, 12, 15)}, (), ("REMAINING_TERM",)),
        ({"expiry_date": date(2024, 12, 14)}, ("REMAINING_TERM",), ()),
        ({"expiry_date": None}, (), ("REMAINING_TERM",)),
        ({"has_active_pledge": True}, (), ("PLEDGED",)),
        ({"excluding_licence": True}, (), ("EXCLUSIVE_LICENCE",)),
        ({"has_open_licence": True}, (), ("OPEN_LICENCE_IN_FORCE",)),
    ],
)
def test_tradability(
    changes: dict[str, Any], barriers: tuple[str, ...], warnings: tuple[str, ...]
) -> None:
    facts = replace(TRADED, **changes)
    assert trade_barriers(facts, TODAY) == barriers
    assert trade_warnings(facts, TODAY) == warnings
