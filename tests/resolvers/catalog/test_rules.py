"""The catalogue's rules against tables worked out by hand from DOMAIN §2.4, §2.5, §1 B22, F10."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from resolvers.catalog.rows import RequirementRow
from resolvers.catalog.rules.conformance import ProductFacts, check_conformance, conforms
from resolvers.catalog.rules.kinds import (
    BASIC_SERVICES,
    KINDS_OF_FUNCTION,
    is_of_function,
)
from resolvers.catalog.rules.lapse import keeps_products_alive
from resolvers.catalog.rules.reach import reaches_industry, reaches_region
from resolvers.catalog.rules.requirements import check_parameter
from resolvers.catalog.rules.topics import is_topic_of_function
from resolvers.refusal import Problems

ID = UUID("01900000-0000-7000-8000-000000000001")

NOTHING = ProductFacts(frozenset(), {}, frozenset(), None, False, None)


def facts(**changed: object) -> ProductFacts:
    values = {name: getattr(NOTHING, name) for name in ProductFacts.__slots__}
    return ProductFacts(**{**values, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("check", "parameter", "given", "passed"),
    [
        ("FIELD_PRESENT", "price", facts(fields=frozenset({"price"})), True),
        ("FIELD_PRESENT", "price", facts(fields=frozenset({"title"})), False),
        ("DATA_FOUNDATION_USED", "DF-X", facts(foundations={"DF-X": True}), True),
        ("DATA_FOUNDATION_USED", "DF-X", facts(foundations={"DF-X": False}), False),
        ("DATA_FOUNDATION_USED", "DF-X", facts(foundations={"DF-Y": True}), False),
        ("EVIDENCE_ATTACHED", None, facts(evidence=frozenset({ID})), True),
        ("EVIDENCE_ATTACHED", None, facts(evidence=frozenset({UUID(int=9)})), False),
        ("MAX_RESPONSE_DAYS", "10", facts(response_days=10), True),
        ("MAX_RESPONSE_DAYS", "10", facts(response_days=11), False),
        ("MAX_RESPONSE_DAYS", "10", facts(response_days=None), False),
        ("MIN_CREDIT_GRADE", "B", facts(has_provider=True, credit_grade="A"), True),
        ("MIN_CREDIT_GRADE", "B", facts(has_provider=True, credit_grade="B"), True),
        ("MIN_CREDIT_GRADE", "B", facts(has_provider=True, credit_grade="C"), False),
        ("MIN_CREDIT_GRADE", "B", facts(has_provider=True, credit_grade=None), False),
        # skipped when there is no provider
        ("MIN_CREDIT_GRADE", "A", facts(has_provider=False), True),
        # left to the reviewer
        ("MANUAL", None, facts(fields=frozenset({"title"})), False),
    ],
)
def test_each_check(check: str, parameter: str | None, given: ProductFacts, passed: bool) -> None:
    requirement = RequirementRow(ID, "要求", True, check, parameter)
    [result] = check_conformance([requirement], given)
    assert (result.requirement_id, result.passed) == (ID, passed)
    assert passed or (result.detail or "").count("\n") == 1


@pytest.mark.parametrize(
    ("check", "mandatory", "conformant"),
    [
        ("EVIDENCE_ATTACHED", True, False),
        ("EVIDENCE_ATTACHED", False, True),
        ("MANUAL", True, True),
    ],
)
def test_one_failed_mandatory_automatic_check_fails(
    check: str, mandatory: bool, conformant: bool
) -> None:
    requirements = [
        RequirementRow(UUID(int=1), "有标题", True, "FIELD_PRESENT", "title"),
        RequirementRow(UUID(int=2), "要求", mandatory, check, None),
    ]
    results = check_conformance(requirements, facts(fields=frozenset({"title"})))
    assert [result.passed for result in results] == [True, False]
    assert conforms(requirements, results) is conformant


@pytest.mark.parametrize(
    ("check", "parameter", "code"),
    [
        ("FIELD_PRESENT", "responseDays", None),
        ("FIELD_PRESENT", "response_days", "PARAMETER_INVALID"),
        ("FIELD_PRESENT", None, "PARAMETER_MISSING"),
        ("DATA_FOUNDATION_USED", "DF-PLEDGE", None),
        ("DATA_FOUNDATION_USED", None, "PARAMETER_MISSING"),
        ("EVIDENCE_ATTACHED", None, None),
        ("EVIDENCE_ATTACHED", "x", "PARAMETER_EXTRA"),
        ("MAX_RESPONSE_DAYS", "1", None),
        ("MAX_RESPONSE_DAYS", "3650", None),
        ("MAX_RESPONSE_DAYS", "3651", "PARAMETER_INVALID"),
        ("MAX_RESPONSE_DAYS", "0", "PARAMETER_INVALID"),
        ("MAX_RESPONSE_DAYS", "-1", "PARAMETER_INVALID"),
        ("MAX_RESPONSE_DAYS", "1.5", "PARAMETER_INVALID"),
        ("MAX_RESPONSE_DAYS", "１０", "PARAMETER_INVALID"),
        ("MAX_RESPONSE_DAYS", "99999999999999999999", "PARAMETER_INVALID"),
        ("MIN_CREDIT_GRADE", "D", None),
        ("MIN_CREDIT_GRADE", "E", "PARAMETER_INVALID"),
        ("MIN_CREDIT_GRADE", "a", "PARAMETER_INVALID"),
        ("MANUAL", None, None),
        ("MANUAL", "x", "PARAMETER_EXTRA"),
    ],
)
def test_parameters_by_check(check: str, parameter: str | None, code: str | None) -> None:
    problems = Problems()
    check_parameter(problems, check, parameter, "input", "parameter")
    assert [problem.code for problem in problems.found] == ([code] if code else [])


@pytest.mark.parametrize(
    ("status", "superseded_on", "today", "alive"),
    [
        ("IN_FORCE", None, date(2024, 6, 15), True),
        # 2024-01-01 + 180 days is 2024-06-29 (a leap year)
        ("SUPERSEDED", date(2024, 1, 1), date(2024, 6, 29), True),
        ("SUPERSEDED", date(2024, 1, 1), date(2024, 6, 30), False),
        ("WITHDRAWN", None, date(2024, 6, 15), False),
        ("CONSULTATION", None, date(2024, 6, 15), False),
    ],
)
def test_superseded_standards_keep_products_for_180_days(
    status: str, superseded_on: date | None, today: date, alive: bool
) -> None:
    assert keeps_products_alive(status, superseded_on, today) is alive


@pytest.mark.parametrize(
    ("offered", "wanted", "reached"),
    [
        (["000000"], "440305", True),
        (["440305"], "000000", True),
        (["440300"], "440305", True),
        (["440305"], "440300", True),
        (["440000"], "440300", True),
        (["440400"], "440300", False),
        (["440306"], "440305", False),
        (["320000", "440000"], "440305", True),
        ([], "440305", False),
    ],
)
def test_regions_reached(offered: list[str], wanted: str, reached: bool) -> None:
    assert reaches_region(offered, wanted) is reached


@pytest.mark.parametrize(
    ("offered", "wanted", "reached"),
    [
        (["C"], "C3841", True),
        (["C38"], "C3841", True),
        (["C3841"], "C", True),
        (["C3842"], "C3841", False),
        (["C39"], "C3841", False),
        (["M"], "C", False),
        ([], "C", False),
    ],
)
def test_industries_reached(offered: list[str], wanted: str, reached: bool) -> None:
    assert reaches_industry(offered, wanted) is reached


def test_every_kind_belongs_to_one_function() -> None:
    kinds = [kind for each in KINDS_OF_FUNCTION.values() for kind in each]
    assert len(kinds) == len(set(kinds)) == 13
    assert set(BASIC_SERVICES) == {
        *("SUPPLY_DEMAND_MATCHING", "DEAL_BROKERING", "VALUATION"),
        *("INVESTMENT_FINANCING", "INSURANCE"),
    }


@pytest.mark.parametrize(
    ("kind", "function", "fits"),
    [
        ("RECORDAL_SERVICE", "TRADING_SERVICE", True),
        ("OPEN_LICENCE_SERVICE", "TRADING_SERVICE", True),
        ("INSURANCE", "FINANCIAL_SERVICE", True),
        ("INTERNATIONAL_OPERATION", "FEATURED_SERVICE", True),
        ("PATENT_NAVIGATION", "SUPPORT_TOOL", True),
        ("PATENT_NAVIGATION", "TRADING_SERVICE", False),
        ("VALUATION", None, False),
    ],
)
def test_kinds_of_functions(kind: str, function: str | None, fits: bool) -> None:
    assert is_of_function(kind, function) is fits


@pytest.mark.parametrize(
    ("topic", "function", "fits"),
    [
        ("OPEN_LICENCE", "TRADING_SERVICE", True),
        ("VALUATION", "FINANCIAL_SERVICE", True),
        ("CREDIT", "SUPPORT_TOOL", True),
        ("CREDIT", "FINANCIAL_SERVICE", False),
        ("PATENT_LEGAL_STATUS", "TRADING_SERVICE", False),
        ("DEMAND", "FEATURED_SERVICE", False),
    ],
)
def test_topics_of_functions(topic: str, function: str, fits: bool) -> None:
    assert is_topic_of_function(topic, function) is fits
