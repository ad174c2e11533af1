"""Each rule between fields, and between a row and what the hub knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from adapters.facts import LicenceFact, PatentFacts, PledgeFact, StatementFact
from adapters.feed import load_feeds
from adapters.files.delimited import RawRow
from adapters.files.header import find_header
from adapters.mapping import Mapper
from adapters.model import MappedRow, Outcome, SourceClass, SourceRecord
from adapters.rules import RuleContext
from adapters.store.open_licences import contact_parts
from adapters.validation import Validator
from resolvers.values import shipped_lists
from tests.adapters.harness import TODAY

NUMBER = "CN2019190000073"
PATENT = PatentFacts(NUMBER, known=True, legal_status="IN_FORCE", expiry_date=date(2039, 5, 7))
STATEMENT = {
    "statementNumber": "KF1",
    "applicationNumber": "201919000007.3",
    "licensors": "示例科技大学",
    "feeMode": "固定费用",
    "fee": "5万元",
    "termFrom": "2023-06-01",
    "termTo": "2026-05-31",
    "feeBasis": "参照同类",
}
LISTING = {
    "platform": "FT-110000-01",
    "number": "1",
    "title": "甲",
    "applicationNumber": "201919000007.3",
    "seller": "示例科技大学",
    "listedFrom": "2023-01-01",
    "listedTo": "2024-01-01",
}
TRANSFER = {
    "applicationNumber": "201919000007.3",
    "from": "示例甲",
    "to": "示例乙",
    "registeredOn": "2023-05-25",
}
LICENCE = {
    "recordNumber": "X2023988000002",
    "applicationNumber": "201919000007.3",
    "licensors": "示例甲",
    "licensees": "示例乙",
    "licenceType": "普通",
    "recordedOn": "2023-02-15",
}
RECORD = {
    "applicationNumber": "201919000007.3",
    "title": "甲",
    "applicants": "示例甲",
    "filingDate": "2019-05-07",
}


def mapped(feed_name: str, values: dict[str, Any], number: int = 2) -> MappedRow:
    feed = load_feeds()[feed_name]
    header = find_header([RawRow(1, list(values))], feed.aliases())
    assert header is not None
    mapper = Mapper(feed, header, constants={}, today=TODAY, lists=shipped_lists())
    return mapper.map(SourceRecord(number, values))


def codes(
    feed_name: str,
    values: dict[str, Any],
    patent: PatentFacts | None = PATENT,
    source_class: str = "PLATFORM",
) -> list[str]:
    facts = {} if patent is None else {NUMBER: patent}
    context = RuleContext(feed_name, SourceClass(source_class), TODAY, facts)
    row = mapped(feed_name, values)
    (result,) = Validator(load_feeds()[feed_name]).check([row], context)
    return list(result.codes)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"fee": "2000万元"}, []),
        ({"fee": "2000.01万元"}, ["OL_FIXED_FEE_OVER_CAP"]),
        ({"fee": "净销售额20%", "feeMode": "提成费"}, []),
        ({"fee": "净销售额20.1%", "feeMode": "提成费"}, ["OL_ROYALTY_OVER_CAP"]),
        ({"fee": "利润40%", "feeMode": "提成费"}, []),
        ({"fee": "利润41%", "feeMode": "提成费"}, ["OL_ROYALTY_OVER_CAP"]),
        ({"fee": "免费"}, []),
        ({"fee": "", "feeMode": "免费"}, []),
        ({"fee": ""}, ["OL_FEE_NOT_STATED"]),
        ({"fee": "面议"}, ["OL_FEE_NOT_STATED"]),
        ({"fee": "5-8万元"}, ["OL_FEE_NOT_STATED"]),
        ({"fee": "abc"}, ["MONEY_FORMAT"]),
        ({"feeMode": "提成费"}, ["OL_FEE_MODE_MISMATCH"]),
        ({"feeBasis": ""}, ["OL_EXPLANATION_MISSING"]),
        ({"feeBasis": "说" * 2000}, []),
        ({"feeBasis": "说" * 2001}, ["OL_EXPLANATION_TOO_LONG"]),
        ({"termFrom": ""}, ["FIELD_REQUIRED"]),
        ({"termTo": "2023-05-31"}, ["DATE_ORDER"]),
        ({"termTo": "2039-05-07"}, []),
        ({"termTo": "2039-05-08"}, ["OL_TERM_BEYOND_PATENT"]),
        ({"kind": "实用新型"}, ["KIND_MISMATCH"]),
    ],
)
def test_statement_alone(change: dict[str, str], expected: list[str]) -> None:
    assert codes("OPEN_LICENCE", STATEMENT | change) == expected


def sole(**changes: Any) -> PatentFacts:
    licence = LicenceFact("X1", date(2023, 1, 1), date(2026, 12, 31), None)
    return replace(PATENT, exclusive_licences=(replace(licence, **changes),))


def pledge(**changes: Any) -> PatentFacts:
    fact = PledgeFact("Y1", date(2023, 1, 1), None, False)
    return replace(PATENT, pledges=(replace(fact, **changes),))


@pytest.mark.parametrize(
    ("patent", "expected"),
    [
        (None, ["W_PATENT_UNKNOWN"]),
        (replace(PATENT, under_preservation=True), ["OL_BLOCKED_FROZEN"]),
        (replace(PATENT, legal_status="INVALIDATED"), ["OL_BLOCKED_NOT_IN_FORCE"]),
        (
            replace(PATENT, legal_status="SURRENDERED", legal_status_as_of=date(2025, 1, 1)),
            [],
        ),
        (replace(PATENT, legal_status="PENDING"), ["OL_BLOCKED_NOT_GRANTED"]),
        (sole(), ["OL_BLOCKED_EXCLUSIVE_LICENCE"]),
        (sole(term_to=date(2023, 5, 31)), []),
        (sole(term_from=date(2026, 6, 1)), []),
        (sole(cancelled_on=date(2023, 5, 1)), []),
        (pledge(), ["OL_BLOCKED_PLEDGE_NO_CONSENT"]),
        (pledge(consents_open_licence=True), []),
        (pledge(cancelled_on=date(2023, 6, 1)), []),
        (
            replace(PATENT, statements=(StatementFact("KF0", date(2024, 1, 1), date(2027, 1, 1)),)),
            ["OL_BLOCKED_IN_FORCE"],
        ),
        (
            replace(PATENT, statements=(StatementFact("KF1", date(2024, 1, 1), date(2027, 1, 1)),)),
            [],
        ),
    ],
)
def test_statement_against_the_register(patent: PatentFacts | None, expected: list[str]) -> None:
    assert codes("OPEN_LICENCE", STATEMENT, patent) == expected
    if expected and expected != ["W_PATENT_UNKNOWN"] and expected != ["OL_BLOCKED_IN_FORCE"]:
        announced = codes("OPEN_LICENCE", STATEMENT, patent, "REGISTRY")
        assert announced == [f"W_{code}" for code in expected]


@pytest.mark.parametrize(("answer", "refused"), [("是", False), ("否", True), ("", True)])
def test_utility_models_need_an_evaluation_report(answer: str, refused: bool) -> None:
    model = STATEMENT | {
        "applicationNumber": "202029000018.X",
        "evaluationReportFiled": answer,
        "termTo": "2025-05-31",
    }
    found = codes("OPEN_LICENCE", model)
    assert ("OL_BLOCKED_NO_EVALUATION_REPORT" in found) == refused


@pytest.mark.parametrize(
    ("patent", "expected"),
    [
        (PATENT, []),
        (None, ["W_PATENT_UNKNOWN"]),
        (replace(PATENT, legal_status="CEASED_UNPAID_FEE"), ["SCREEN_BLOCK_NOT_IN_FORCE"]),
        (replace(PATENT, expiry_date=date(2022, 1, 1)), ["SCREEN_BLOCK_NOT_IN_FORCE"]),
        (replace(PATENT, under_preservation=True), ["SCREEN_BLOCK_FROZEN"]),
        (replace(PATENT, legal_status="PENDING"), ["W_SCREEN_PENDING"]),
        (pledge(), ["W_SCREEN_PLEDGED"]),
    ],
)
def test_listing_screening(patent: PatentFacts | None, expected: list[str]) -> None:
    assert codes("LISTING", LISTING, patent) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ipKind": "发明专利"}, []),
        ({"ipKind": "专利包"}, []),
        ({"ipKind": "外观设计"}, ["KIND_MISMATCH"]),
        ({"ipKind": "商标"}, ["IP_KIND_UNKNOWN"]),
        ({"listedTo": "2022-12-31"}, ["DATE_ORDER"]),
        ({"platform": "FT-999999-01"}, ["PLATFORM_CODE"]),
        ({"platform": "XX-110000-01"}, ["PLATFORM_CODE"]),
        ({"platform": ""}, ["FIELD_REQUIRED"]),
    ],
)
def test_listing_alone(change: dict[str, str], expected: list[str]) -> None:
    assert codes("LISTING", LISTING | change) == expected


@pytest.mark.parametrize(
    ("change", "patent", "expected"),
    [
        ({}, PATENT, []),
        ({"to": "示例甲"}, PATENT, ["PARTY_SAME_BOTH_SIDES"]),
        ({"from": "示例（甲）", "to": "示例(甲)"}, PATENT, ["PARTY_SAME_BOTH_SIDES"]),
        ({"to": "示例甲;示例乙"}, PATENT, []),
        ({"registeredOn": "2026-01-02"}, PATENT, ["DATE_FUTURE"]),
        ({}, None, ["W_PATENT_UNKNOWN"]),
        ({}, replace(PATENT, legal_status="WITHDRAWN"), ["W_PATENT_NOT_IN_FORCE"]),
        (
            {},
            replace(PATENT, legal_status="SURRENDERED", legal_status_as_of=date(2024, 1, 1)),
            [],
        ),
        ({}, replace(PATENT, under_preservation=True), ["W_PATENT_NOT_IN_FORCE"]),
        (
            {},
            replace(PATENT, statements=(StatementFact("KF0", date(2023, 1, 1), date(2027, 1, 1)),)),
            ["W_OPEN_LICENCE_NOT_WITHDRAWN"],
        ),
    ],
)
def test_transfers(change: dict[str, str], patent: PatentFacts | None, expected: list[str]) -> None:
    assert codes("TRANSFER", TRANSFER | change, patent) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"term": "2023-01-01至2026-12-31"}, []),
        ({"term": "2026-12-31至2023-01-01"}, ["DATE_ORDER"]),
        ({"term": "长期"}, ["W_TERM_NOT_DATES"]),
        ({"licenceType": "分许可"}, ["LICENCE_TYPE_UNKNOWN"]),
        ({"recordNumber": "Y2023988000002"}, ["RECORDNO_PREFIX"]),
        ({"cancelledOn": "2023-01-01"}, ["DATE_ORDER"]),
    ],
)
def test_licences(change: dict[str, str], expected: list[str]) -> None:
    assert codes("LICENCE", LICENCE | change) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"publicationNumber": "CN122900006B", "publicationDate": "2022.05.13"}, []),
        ({"publicationNumber": "CN222900006U"}, ["KIND_MISMATCH"]),
        ({"kind": "外观设计"}, ["KIND_MISMATCH"]),
        ({"kind": "商标"}, ["PATENT_KIND_UNKNOWN"]),
        ({"filingDate": "2018-05-07"}, ["W_APPNO_YEAR_FILING"]),
        ({"publicationDate": "2019-05-06"}, ["DATE_ORDER"]),
        ({"publicationDate": "2026-02-01"}, ["DATE_FUTURE"]),
        ({"title": ""}, ["FIELD_REQUIRED"]),
        ({"mainIpc": "Z99"}, ["IPC_FORMAT"]),
    ],
)
def test_patents(change: dict[str, str], expected: list[str]) -> None:
    assert codes("PATENT", RECORD | change) == expected


def outcomes(*rows: dict[str, Any], feed: str = "PATENT") -> list[tuple[Outcome, tuple[str, ...]]]:
    context = RuleContext(feed, SourceClass.CENTER, TODAY, {})
    validator = Validator(load_feeds()[feed])
    mapped_rows = [mapped(feed, row, number) for number, row in enumerate(rows, 2)]
    return [(result.outcome, result.codes) for result in validator.check(mapped_rows, context)]


def test_repeated_rows() -> None:
    row = RECORD | {"publicationNumber": "CN122900006B"}
    other = row | {"applicationNumber": "201819000009.8", "filingDate": "2018-02-14"}
    assert outcomes(
        row,
        row | {"applicationNumber": "ZL201919000007.3"},
        row | {"title": "乙"},
        other,
    ) == [
        (Outcome.ACCEPTED, ()),
        (Outcome.DUPLICATE, ("DUPLICATE",)),
        (Outcome.REJECTED, ("DUPLICATE_CONFLICT",)),
        (Outcome.REJECTED, ("DUPLICATE_CONFLICT",)),
    ]


def test_rows_of_one_record_agree() -> None:
    """A licence names several patents in several rows; parties and type belong to the licence."""
    second = LICENCE | {"applicationNumber": "201819000009.8"}
    assert outcomes(LICENCE, second, feed="LICENCE") == [
        (Outcome.ACCEPTED_WITH_WARNINGS, ("W_PATENT_UNKNOWN",)),
        (Outcome.ACCEPTED_WITH_WARNINGS, ("W_PATENT_UNKNOWN",)),
    ]
    assert outcomes(LICENCE, second | {"licensees": "示例丙"}, feed="LICENCE")[1] == (
        Outcome.REJECTED,
        ("DUPLICATE_CONFLICT",),
    )


def test_a_corrected_row_may_follow_its_refused_first_try() -> None:
    wrong = RECORD | {"filingDate": "2019-05"}
    assert outcomes(wrong, RECORD) == [
        (Outcome.REJECTED, ("DATE_PARTIAL",)),
        (Outcome.ACCEPTED, ()),
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("contact@example.invalid", (None, None, "contact@example.invalid")),
        ("张三，010-62083114", ("张三", "010-62083114", None)),
        ("", (None, None, None)),
    ],
)
def test_contacts(text: str, parts: tuple[str | None, str | None, str | None]) -> None:
    assert contact_parts(text) == parts
