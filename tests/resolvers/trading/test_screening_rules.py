"""The fourteen screening rules: tables of cases worked out by hand from DOMAIN §2.7."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from resolvers.trading.rules.screening import RULES, screen
from resolvers.trading.rules.screening.facts import (
    Licence,
    ListingFacts,
    OtherListing,
    OwnFacts,
    PatentFacts,
    ScreeningFacts,
    SoldPrices,
)
from resolvers.trading.rules.screening.finding import Finding, worst
from resolvers.value_rows import MoneyRow, PartyRow
from schema.trading.enums import ScreeningRule

NUMBER = "CN2019100000019"
CODE, OTHER_CODE = "91440305MA9T00018E", "91320505MA9T00026L"
SELLER = PartyRow("示例甲智能装备有限公司", CODE)
TODAY = date(2024, 6, 15)
OVERRIDABLE = {"HOLDER_MISMATCH", "CO_OWNER_CONSENT", "PLEDGED", "REMAINING_TERM"}
"""Rules whose BLOCK is marked * in the table."""

GOOD = PatentFacts(
    NUMBER,
    known=True,
    kind="INVENTION",
    legal_status="IN_FORCE",
    expiry_date=date(2039, 1, 14),
    holders=(SELLER,),
)


def money(kind: str = "FIXED", amount: Any = "500000", **members: Any) -> MoneyRow:
    given = None if amount is None else Decimal(amount)
    row = MoneyRow(given, "CNY", kind, None, None, None, None, None)
    return replace(row, **members)


NOTHING = OwnFacts()
LISTING = ListingFacts(
    "FT-440300-01", "TRANSFER", "激光焊接包", None, SELLER, money(), None, None, (NUMBER,)
)


def facts(
    patent: PatentFacts = GOOD,
    own: OwnFacts = NOTHING,
    credit: str | None = None,
    **listing: Any,
) -> ScreeningFacts:
    return ScreeningFacts(
        replace(LISTING, **listing), TODAY, (patent,), {patent.application_number: own}, credit
    )


def found(rule: str, given: ScreeningFacts) -> Finding:
    """Return the only finding of a rule."""
    [finding] = [each for each in screen(given) if each.rule == rule]
    return finding


def test_one_rule_per_value_of_the_enum_and_in_its_order() -> None:
    rules = [next(rule(facts())).rule for rule in RULES]
    assert rules == [each.value for each in ScreeningRule]


def test_a_clean_listing_passes_every_rule() -> None:
    assert {finding.outcome for finding in screen(facts())} == {"PASS"}


def case(rule: str, outcome: str, **given: Any) -> Any:
    patent = replace(GOOD, **given.pop("patent", {}))
    label = f"{rule}-{outcome}-{given.pop('label', '')}"
    return pytest.param(rule, outcome, facts(patent, **given), id=label)


LICENCE_DEALS = ("LICENCE_COMMON", "LICENCE_SOLE", "LICENCE_EXCLUSIVE", "OPEN_LICENCE")
TRANSFER_DEALS = ("TRANSFER", "CONTRIBUTION_AS_CAPITAL")
JOINT = (SELLER, PartyRow("示例某人", None))
COMMON = Licence("X2023440000001", "COMMON")
SOLE = Licence("X2023440000002", "SOLE")
EXCLUSIVE = Licence("X2023440000003", "EXCLUSIVE")
SAME = OtherListing("FT-440300-01", "A-1", "TRANSFER")
SAME_OTHER_DEAL = OtherListing("FT-440300-01", "A-2", "LICENCE_COMMON")
ELSEWHERE = OtherListing("FT-110000-01", "B-1", "TRANSFER")


def sold(median: str, deals: int = 8) -> OwnFacts:
    return OwnFacts(sold=SoldPrices("B23K", deals, Decimal(median)))


CASES = [
    case("PATENT_EXISTS", "PASS"),
    case("PATENT_EXISTS", "WARN", patent={"known": False}),
    case("PATENT_EXISTS", "BLOCK", patent={"known": False, "application_number": "CN123"}),
    case("NOT_IN_FORCE", "PASS"),
    case("NOT_IN_FORCE", "WARN", patent={"legal_status": "PENDING"}),
    *(
        case("NOT_IN_FORCE", "BLOCK", patent={"legal_status": status}, label=status)
        for status in (
            *("CEASED_UNPAID_FEE", "EXPIRED", "SURRENDERED"),
            *("INVALIDATED", "REFUSED", "WITHDRAWN"),
        )
    ),
    case("HOLDER_MISMATCH", "PASS"),
    case(
        "HOLDER_MISMATCH",
        "PASS",
        patent={"holders": (PartyRow("示例甲智能装备有限公司（深圳）", CODE),)},
        label="by code, the name differs",
    ),
    case(
        "HOLDER_MISMATCH",
        "PASS",
        patent={"holders": (PartyRow(" 示例甲智能装备 有限公司", None),)},
        label="by name, space aside",
    ),
    case("HOLDER_MISMATCH", "PASS", patent={"holders": JOINT}, label="one of two"),
    case(
        "HOLDER_MISMATCH",
        "WARN",
        patent={
            "holders": (PartyRow("示例新名有限公司", OTHER_CODE),),
            "former_names": frozenset({"示例甲智能装备有限公司"}),
        },
    ),
    case("HOLDER_MISMATCH", "BLOCK", patent={"holders": (PartyRow("示例他人", OTHER_CODE),)}),
    case(
        "HOLDER_MISMATCH",
        "BLOCK",
        patent={"holders": (PartyRow("示例甲智能装备有限公司", OTHER_CODE),)},
        label="the name of somebody with another code",
    ),
    case("HOLDER_MISMATCH", "BLOCK", patent={"holders": ()}, label="no holder known"),
    case("CO_OWNER_CONSENT", "PASS"),
    case(
        "CO_OWNER_CONSENT",
        "PASS",
        patent={"holders": JOINT},
        co_owner_consent="同意书 1 号",
        label="consent",
    ),
    case("CO_OWNER_CONSENT", "BLOCK", patent={"holders": JOINT}),
    case("PLEDGED", "PASS"),
    *(
        case("PLEDGED", "WARN", patent={"has_active_pledge": True}, deal=deal, label=deal)
        for deal in LICENCE_DEALS
    ),
    *(
        case("PLEDGED", "BLOCK", patent={"has_active_pledge": True}, deal=deal, label=deal)
        for deal in TRANSFER_DEALS
    ),
    case(
        "PLEDGED",
        "WARN",
        patent={"has_active_pledge": True},
        pledgee_consent="同意书 2 号",
        label="consent",
    ),
    case("FROZEN", "PASS"),
    case("FROZEN", "BLOCK", patent={"under_preservation": True}),
    case("EXCLUSIVE_LICENCE", "PASS"),
    case("EXCLUSIVE_LICENCE", "WARN", own=OwnFacts((COMMON,)), deal="LICENCE_EXCLUSIVE"),
    *(
        case("EXCLUSIVE_LICENCE", "BLOCK", own=OwnFacts((each,)), deal=deal, label=f"{deal} {each}")
        for each in (SOLE, EXCLUSIVE)
        for deal in LICENCE_DEALS
    ),
    *(
        case("EXCLUSIVE_LICENCE", "WARN", own=OwnFacts((EXCLUSIVE,)), deal=deal, label=deal)
        for deal in TRANSFER_DEALS
    ),
    case(
        "EXCLUSIVE_LICENCE",
        "BLOCK",
        patent={"gazetted_licences": (EXCLUSIVE,)},
        deal="LICENCE_COMMON",
        label="only gazetted",
    ),
    case("OPEN_LICENCE_IN_FORCE", "PASS"),
    case("OPEN_LICENCE_IN_FORCE", "WARN", own=OwnFacts(open_licence="KF1"), deal="LICENCE_COMMON"),
    *(
        case("OPEN_LICENCE_IN_FORCE", "BLOCK", own=OwnFacts(open_licence="KF1"), deal=d, label=d)
        for d in (*TRANSFER_DEALS, "LICENCE_SOLE", "LICENCE_EXCLUSIVE")
    ),
    case("OPEN_LICENCE_IN_FORCE", "PASS", own=OwnFacts(open_licence="KF1"), deal="OPEN_LICENCE"),
    # today is 2024-06-15: 24 months on is 2026-06-15, 6 months on 2024-12-15
    case("REMAINING_TERM", "PASS", patent={"expiry_date": date(2026, 6, 15)}),
    case("REMAINING_TERM", "WARN", patent={"expiry_date": date(2026, 6, 14)}),
    case("REMAINING_TERM", "WARN", patent={"expiry_date": date(2024, 12, 15)}, label="6 months"),
    case("REMAINING_TERM", "BLOCK", patent={"expiry_date": date(2024, 12, 14)}),
    case("REMAINING_TERM", "WARN", patent={"expiry_date": None}, label="not known"),
    case("INVALIDATION_PENDING", "PASS"),
    case("INVALIDATION_PENDING", "WARN", patent={"review_requests": (date(2024, 5, 1),)}),
    case("DUPLICATE_LISTING", "PASS"),
    case("DUPLICATE_LISTING", "PASS", own=OwnFacts(others=(SAME_OTHER_DEAL,)), label="deal"),
    case("DUPLICATE_LISTING", "WARN", own=OwnFacts(others=(ELSEWHERE,))),
    case("DUPLICATE_LISTING", "BLOCK", own=OwnFacts(others=(ELSEWHERE, SAME))),
    # the price asked is 500,000
    case("PRICE_OUTLIER", "PASS", own=sold("100000"), label="5 times is within"),
    case("PRICE_OUTLIER", "WARN", own=sold("99999.99"), label="more than 5 times"),
    case("PRICE_OUTLIER", "PASS", own=sold("2500000"), label="a fifth is within"),
    case("PRICE_OUTLIER", "WARN", own=sold("2500000.01"), label="less than a fifth"),
    case("PRICE_OUTLIER", "PASS", own=sold("1", 7), label="seven deals say nothing"),
    case("PRICE_OUTLIER", "PASS", own=sold("1"), price=money("NEGOTIABLE", None), label="no price"),
    case("PRICE_OUTLIER", "PASS", own=sold("1"), price=money(currency="USD"), label="currency"),
    case(
        "PRICE_OUTLIER",
        "WARN",
        own=sold("100000"),
        price=money("RANGE", None, amount_min=Decimal(400000), amount_max=Decimal(600000)),
        label="one end of a range",
    ),
    case("SELLER_CREDIT", "PASS"),
    case("SELLER_CREDIT", "PASS", credit="A", label="A"),
    case("SELLER_CREDIT", "PASS", credit="B", label="B"),
    case("SELLER_CREDIT", "WARN", credit="C"),
    case("SELLER_CREDIT", "BLOCK", credit="D"),
    case("PERSONAL_DATA", "PASS"),
    *(
        case("PERSONAL_DATA", "PASS", summary=text, label=text)
        for text in (
            "专利号 ZL201910000001.9，2019100000019",
            "11010519491231002",  # seventeen digits
            "110105194912310021",  # wrong check character
            "110105194913310026",  # no such month
            "价格 13800 元，编号 100000000000",
        )
    ),
    *(
        case("PERSONAL_DATA", "WARN", summary=text, label=text)
        for text in (
            "电话13800138000",
            "请致电 138-0013-8000 洽谈",
            "联系：０１０－６２０８３１１４",
            "0755-82123456",
            "zhang@example.invalid",
        )
    ),
    case("PERSONAL_DATA", "WARN", title="专利转让 13800138000", label="title"),
    *(
        case("PERSONAL_DATA", "BLOCK", summary=text, label=text)
        for text in (
            "身份证11010519491231002X",
            "１１０１０５１９４９１２３１００２ｘ",
            "440308199901101512",
        )
    ),
]


@pytest.mark.parametrize(("rule", "outcome", "given"), CASES)
def test_rule(rule: str, outcome: str, given: ScreeningFacts) -> None:
    finding = found(rule, given)
    assert finding.outcome == outcome
    assert finding.overridable == (outcome == "BLOCK" and rule in OVERRIDABLE)
    zh, en = finding.message.split("\n")
    assert any("\u4e00" <= each <= "\u9fff" for each in zh)
    assert en[:1].isascii()


def test_every_cell_of_the_table_has_a_case() -> None:
    covered = {(each.values[0], each.values[1]) for each in CASES}
    empty = {
        *(("CO_OWNER_CONSENT", "WARN"), ("FROZEN", "WARN")),
        *(("INVALIDATION_PENDING", "BLOCK"), ("PRICE_OUTLIER", "BLOCK")),
    }
    cells = {
        (rule.value, outcome) for rule in ScreeningRule for outcome in ("PASS", "WARN", "BLOCK")
    }
    assert covered == cells - empty


def test_what_was_found_of_a_person_is_not_repeated() -> None:
    for text in ("11010519491231002X", "13800138000"):
        assert text not in found("PERSONAL_DATA", facts(summary=text)).message


def test_a_patent_nobody_knows_is_spoken_for_by_one_rule() -> None:
    findings = screen(facts(replace(GOOD, known=False, legal_status=None, holders=())))
    about = {each.rule for each in findings if each.application_number and each.outcome != "PASS"}
    assert about == {"PATENT_EXISTS"}


@pytest.mark.parametrize(
    ("outcomes", "result"),
    [
        ([], "PASS"),
        (["PASS"], "PASS"),
        (["PASS", "WARN"], "WARN"),
        (["WARN", "BLOCK", "PASS"], "BLOCK"),
    ],
)
def test_the_worst_finding_decides(outcomes: list[str], result: str) -> None:
    assert worst(outcomes) == result
