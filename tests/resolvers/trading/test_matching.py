"""The matching score: each component and whole scores, worked out by hand from DOMAIN §2.7."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from resolvers.trading.rules.matching import components, score
from resolvers.trading.rules.matching.deal_kind import deal_kind_value
from resolvers.trading.rules.matching.industry import industry_value
from resolvers.trading.rules.matching.ipc import ipc_value
from resolvers.trading.rules.matching.offers import Offer, Wanted
from resolvers.trading.rules.matching.price import price_value
from resolvers.trading.rules.matching.region import region_value
from resolvers.value_rows import MoneyRow


def money(kind: str, amount: Any = None, low: Any = None, high: Any = None) -> MoneyRow:
    values = [None if each is None else Decimal(each) for each in (amount, low, high)]
    return MoneyRow(values[0], "CNY", kind, values[1], values[2], None, None, None)


@pytest.mark.parametrize(
    ("offered", "wanted", "value"),
    [
        (["H04W8/26"], ["H04W8/00"], "1"),
        (["H04W8/26"], ["H04W84/12"], "0.7"),
        (["H04W8/26"], ["H04W"], "0.7"),
        (["H04W"], ["H04W"], "0.7"),
        (["H04W8/26"], ["H04L9/00"], "0.4"),
        (["H04W8/26"], ["H01M10/60"], "0.1"),
        (["H04W8/26"], ["C08L23/00"], "0"),
        (["C08L23/00", "H04W8/26"], ["A01B1/00", "H04W8/02"], "1"),  # the best pair
        ([], ["H04W8/02"], "0"),
        (["H04W8/26"], [], "0"),
    ],
)
def test_ipc(offered: list[str], wanted: list[str], value: str) -> None:
    assert ipc_value(offered, wanted) == Decimal(value)
    assert ipc_value(wanted, offered) == Decimal(value)


@pytest.mark.parametrize(
    ("offered", "wanted", "value"),
    [
        ("C3841", "C3841", "1"),
        ("C3841", "C3849", "0.8"),
        ("C3841", "C384", "0.8"),
        ("C384", "C384", "0.8"),
        ("C3841", "C3899", "0.6"),
        ("C3841", "C38", "0.6"),
        ("C3841", "C2710", "0.2"),
        ("C", "C3841", "0.2"),
        ("C3841", "M7320", "0"),
        (None, "C3841", "0"),
        ("C3841", None, "0"),
    ],
)
def test_industry(offered: str | None, wanted: str | None, value: str) -> None:
    assert industry_value(offered, wanted) == Decimal(value)


@pytest.mark.parametrize(
    ("offered", "wanted", "value"),
    [
        ("TRANSFER", "TRANSFER", "1"),
        ("TRANSFER", None, "1"),
        ("LICENCE_COMMON", "LICENCE_EXCLUSIVE", "0.5"),
        ("OPEN_LICENCE", "LICENCE_COMMON", "0.5"),
        ("TRANSFER", "LICENCE_COMMON", "0"),
        ("CONTRIBUTION_AS_CAPITAL", "TRANSFER", "0"),
    ],
)
def test_deal_kind(offered: str, wanted: str | None, value: str) -> None:
    assert deal_kind_value(offered, wanted) == Decimal(value)


@pytest.mark.parametrize(
    ("price", "budget", "value"),
    [
        (money("RANGE", None, 100, 200), money("RANGE", None, 200, 400), "1"),
        (money("FIXED", 300), money("RANGE", None, 200, 400), "1"),
        (money("FIXED", 300), money("FIXED", 400), "1"),  # a fixed budget is the most
        (money("FIXED", 500), money("FIXED", 400), "0.75"),  # 1 - 100 / 400
        (money("RANGE", None, 500, 900), money("RANGE", None, 100, 400), "0.75"),
        (money("FIXED", 50), money("RANGE", None, 100, 400), "0.875"),  # 1 - 50 / 400
        (money("FIXED", 800), money("FIXED", 400), "0"),
        (money("FIXED", 5000), money("FIXED", 400), "0"),
        (money("NEGOTIABLE"), money("FIXED", 400), "1"),
        (money("FIXED", 5000), money("MISSING"), "1"),
        (money("ROYALTY"), money("FIXED", 400), "1"),
        (money("FREE"), money("FIXED", 400), "1"),
        (money("FIXED", 5), money("FREE"), "0"),
        (replace(money("FIXED", 5000), currency="USD"), money("FIXED", 400), "1"),
    ],
)
def test_price(price: MoneyRow, budget: MoneyRow, value: str) -> None:
    assert price_value(price, budget) == Decimal(value)


@pytest.mark.parametrize(
    ("offered", "wanted", "value"),
    [
        ("440305", "440305", "1"),
        ("440305", "440300", "1"),
        ("440305", "440106", "0.7"),
        ("440000", "440305", "0.7"),
        ("440000", "440000", "0.7"),
        ("429004", "429005", "0.7"),  # counties directly under the province
        ("110101", "110108", "1"),
        ("440305", "310115", "0.3"),
        ("440305", None, "0.3"),
        ("000000", "000000", "0.3"),
    ],
)
def test_region(offered: str | None, wanted: str | None, value: str) -> None:
    assert region_value(offered, wanted) == Decimal(value)


OFFER = Offer(
    UUID(int=1),
    date(2024, 6, 1),
    "LICENCE_COMMON",
    money("FIXED", 500),
    "C3841",
    "440305",
    ("H01M10/60",),
)
WANTED = Wanted(UUID(int=2), "LICENCE_SOLE", money("FIXED", 400), "C3849", "440106", ("H01M50/10",))


def test_the_weights_sum_to_one() -> None:
    assert [(each.name, str(each.weight)) for each in components(OFFER, WANTED)] == [
        ("IPC", "0.35"),
        ("INDUSTRY", "0.25"),
        ("DEAL_KIND", "0.15"),
        ("PRICE", "0.15"),
        ("REGION", "0.10"),
    ]
    assert sum(each.weight for each in components(OFFER, WANTED)) == 1


@pytest.mark.parametrize(
    ("offer", "wanted", "expected"),
    [
        # 0.35*0.7 + 0.25*0.8 + 0.15*0.5 + 0.15*0.75 + 0.10*0.7
        (OFFER, WANTED, "0.7025"),
        # everything the same: 1
        (
            replace(OFFER, price=money("FIXED", 400)),
            Wanted(
                UUID(int=2),
                "LICENCE_COMMON",
                money("FIXED", 400),
                "C3841",
                "440305",
                ("H01M10/00",),
            ),
            "1",
        ),
        # nothing in common but the price that is open: 0.15 + 0.10*0.3
        (
            replace(OFFER, price=money("NEGOTIABLE")),
            Wanted(UUID(int=2), "TRANSFER", money("FIXED", 1), "M7320", "310115", ("C08L",)),
            "0.180",
        ),
        # same IPC section and industry section at best, all else equal: no candidate by index, and
        # under the least score asked for by default: 0.35*0.1 + 0.25*0.2 + 0.15 + 0.15 + 0.10
        (
            OFFER,
            Wanted(UUID(int=2), None, money("MISSING"), "C2710", "440305", ("H04W8/26",)),
            "0.485",
        ),
    ],
)
def test_score(offer: Offer, wanted: Wanted, expected: str) -> None:
    assert score(components(offer, wanted)) == Decimal(expected)
