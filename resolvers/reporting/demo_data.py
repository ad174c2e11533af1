"""The centres of the demo feeds, and what they reported for the last quarter of 2023: invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from resolvers.reporting.centers import CenterFacts


@dataclass(frozen=True, slots=True)
class DemoCenter:
    """A centre of the demo, the figures of its fourth quarter, and how its last report ended.

    `scores`: self scores of the four criteria that are not pre-filled, then the expert's word on
    business; None for a centre that is not evaluated.
    """

    facts: CenterFacts
    figures: Mapping[str, int]
    last: str = "LOCKED"
    scores: tuple[int, int, int, int, int | None] | None = None


_KINDS: Final = {
    "FT": ("FUNCTIONAL", "TRADING_SERVICE"),
    "FF": ("FUNCTIONAL", "FINANCIAL_SERVICE"),
    "FS": ("FUNCTIONAL", "FEATURED_SERVICE"),
    "FU": ("FUNCTIONAL", "SUPPORT_TOOL"),
    "RC": ("REGIONAL", None),
    "IC": ("INDUSTRY", None),
}


def _center(code: str, status: str, region: str, office: str, *industries: str) -> CenterFacts:
    return CenterFacts(code, *_KINDS[code[:2]], status, region, office, industries)


DEMO: Final = (
    DemoCenter(
        _center("FT-110000-01", "RECOGNISED", "110000", "110000"),
        {
            "TRADE_DEAL_COUNT": 132, "TRADE_DEAL_AMOUNT_CNY": 86_500_000, "LICENCE_COUNT": 57,
            "OPEN_LICENCE_STATEMENTS": 210, "OPEN_LICENCE_CONTRACTS": 33, "PLEDGE_COUNT": 18,
            "PLEDGE_AMOUNT_CNY": 64_000_000, "VALUATION_COUNT": 41, "INSURED_PATENTS": 25,
            "RESIDENT_INSTITUTIONS": 37, "SERVED_ENTERPRISES": 812, "DEMANDS_PUBLISHED": 96,
            "DEMANDS_MATCHED": 44, "SCREENED_LISTINGS": 240, "SCREEN_BLOCKED": 11,
            "INVESTMENT_CNY": 5_200_000, "SERVICE_REVENUE_CNY": 7_300_000, "STAFF_FULL_TIME": 26,
        },
        scores=(92, 88, 90, 86, 91),
    ),
    DemoCenter(
        _center("FF-440400-01", "RECOGNISED", "440400", "440000"),
        {
            "PLEDGE_COUNT": 64, "PLEDGE_AMOUNT_CNY": 412_000_000, "VALUATION_COUNT": 120,
            "INSURED_PATENTS": 310, "RESIDENT_INSTITUTIONS": 29, "SERVED_ENTERPRISES": 268,
            "INVESTMENT_CNY": 96_000_000, "SERVICE_REVENUE_CNY": 5_100_000, "STAFF_FULL_TIME": 31,
        },
        scores=(90, 92, 84, 88, 88),
    ),
    DemoCenter(
        _center("FS-310000-01", "RECOGNISED", "310000", "310000"),
        {
            "TRADE_DEAL_COUNT": 21, "TRADE_DEAL_AMOUNT_CNY": 38_200_000, "LICENCE_COUNT": 17,
            "OPEN_LICENCE_STATEMENTS": 8, "OPEN_LICENCE_CONTRACTS": 2, "VALUATION_COUNT": 15,
            "RESIDENT_INSTITUTIONS": 18, "SERVED_ENTERPRISES": 143, "DEMANDS_PUBLISHED": 40,
            "DEMANDS_MATCHED": 19, "INVESTMENT_CNY": 12_000_000, "SERVICE_REVENUE_CNY": 2_900_000,
            "STAFF_FULL_TIME": 17,
        },
        scores=(86, 82, 88, 80, None),
    ),
    DemoCenter(
        _center("FU-110000-01", "RECOGNISED", "110000", "110000"),
        {
            "RESIDENT_INSTITUTIONS": 12, "SERVED_ENTERPRISES": 1_930,
            "SERVICE_REVENUE_CNY": 1_200_000, "STAFF_FULL_TIME": 22,
        },
        scores=(88, 84, 92, 78, 86),
    ),
    DemoCenter(
        _center("RC-320000-01", "RECOGNISED", "320000", "320000"),
        {
            "TRADE_DEAL_COUNT": 58, "TRADE_DEAL_AMOUNT_CNY": 29_600_000, "LICENCE_COUNT": 34,
            "OPEN_LICENCE_STATEMENTS": 76, "OPEN_LICENCE_CONTRACTS": 14, "PLEDGE_COUNT": 22,
            "PLEDGE_AMOUNT_CNY": 71_500_000, "VALUATION_COUNT": 26, "INSURED_PATENTS": 40,
            "RESIDENT_INSTITUTIONS": 24, "SERVED_ENTERPRISES": 455, "DEMANDS_PUBLISHED": 88,
            "DEMANDS_MATCHED": 31, "INVESTMENT_CNY": 8_400_000, "SERVICE_REVENUE_CNY": 3_600_000,
            "STAFF_FULL_TIME": 19,
        },
        scores=(84, 80, 78, 82, 83),
    ),
    DemoCenter(
        _center("IC-340100-01", "RECOGNISED", "340100", "340000", "C3612", "C3841"),
        {
            "TRADE_DEAL_COUNT": 26, "TRADE_DEAL_AMOUNT_CNY": 17_900_000, "LICENCE_COUNT": 19,
            "OPEN_LICENCE_STATEMENTS": 30, "OPEN_LICENCE_CONTRACTS": 5, "PLEDGE_COUNT": 9,
            "PLEDGE_AMOUNT_CNY": 33_000_000, "VALUATION_COUNT": 12, "INSURED_PATENTS": 15,
            "RESIDENT_INSTITUTIONS": 11, "SERVED_ENTERPRISES": 187, "DEMANDS_PUBLISHED": 52,
            "DEMANDS_MATCHED": 20, "INVESTMENT_CNY": 6_100_000, "SERVICE_REVENUE_CNY": 1_700_000,
            "STAFF_FULL_TIME": 14,
        },
        scores=(80, 76, 74, 70, 72),
    ),
    DemoCenter(
        _center("FS-610100-01", "IN_RECTIFICATION", "610100", "610000"),
        {
            "TRADE_DEAL_COUNT": 6, "TRADE_DEAL_AMOUNT_CNY": 4_300_000, "LICENCE_COUNT": 4,
            "RESIDENT_INSTITUTIONS": 5, "SERVED_ENTERPRISES": 38, "STAFF_FULL_TIME": 7,
        },
        last="RETURNED",
    ),
    DemoCenter(
        _center("IC-310000-01", "PILOT", "310000", "310000", "C27"),
        {
            "TRADE_DEAL_COUNT": 12, "TRADE_DEAL_AMOUNT_CNY": 22_400_000, "LICENCE_COUNT": 9,
            "OPEN_LICENCE_STATEMENTS": 6, "OPEN_LICENCE_CONTRACTS": 1, "PLEDGE_COUNT": 3,
            "PLEDGE_AMOUNT_CNY": 15_000_000, "VALUATION_COUNT": 8, "SERVED_ENTERPRISES": 74,
            "RESIDENT_INSTITUTIONS": 6, "DEMANDS_PUBLISHED": 18, "DEMANDS_MATCHED": 7,
            "SERVICE_REVENUE_CNY": 800_000, "STAFF_FULL_TIME": 9,
        },
        last="SUBMITTED",
    ),
)  # fmt: skip
