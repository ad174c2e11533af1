"""The rules of business data and evaluation; expected values worked out by hand (DOMAIN §2.8)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from resolvers.conditions import Conditions
from resolvers.identity import ANONYMOUS, Caller, Role, service
from resolvers.reporting.derivation import SOURCES
from resolvers.reporting.rules.activity import activity_score
from resolvers.reporting.rules.business_standing import business_standing
from resolvers.reporting.rules.change_rate import change_rate
from resolvers.reporting.rules.data_score import data_score, days_late
from resolvers.reporting.rules.deviation import deviates, needs_note
from resolvers.reporting.rules.percentile import percentile, prefilled_score
from resolvers.reporting.rules.periods import Period, PeriodKind, parse_period
from resolvers.reporting.rules.ranking import ranks
from resolvers.reporting.rules.report_check import (
    IndicatorRow,
    Reported,
    ReportFacts,
    check_report,
)
from resolvers.reporting.rules.scoring import CRITERIA, Line, grade_of, remarks, total_score
from resolvers.reporting.rules.year_sum import agrees_with_quarters
from resolvers.reporting.sight import sight_of
from resolvers.values.indicator_values import shape_problem


@pytest.mark.parametrize(
    ("label", "begins", "ends", "due", "previous"),
    [
        ("2023-Q4", "2023-10-01", "2023-12-31", "2024-01-15", "2023-Q3"),
        ("2024-Q1", "2024-01-01", "2024-03-31", "2024-04-15", "2023-Q4"),
        ("2023-11", "2023-11-01", "2023-11-30", "2023-12-15", "2023-10"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-03-15", "2024-01"),
        ("2024-01", "2024-01-01", "2024-01-31", "2024-02-15", "2023-12"),
        ("2023", "2023-01-01", "2023-12-31", "2024-01-31", "2022"),
    ],
)
def test_periods(label: str, begins: str, ends: str, due: str, previous: str) -> None:
    period = parse_period(label)
    assert period is not None
    found = (period.begins, period.ends, period.due_on)
    assert tuple(day.isoformat() for day in found) == (begins, ends, due)
    assert period.previous.label == previous
    assert period.label == label


@pytest.mark.parametrize(
    "label",
    ["", "2023-Q0", "2023-Q5", "2023-13", "2023-00", "2023-1", "23", "2023Q4", "2023-q4", " 2023",
     "2023\n", "1999", "2100", "２０２３", "2023-Q4-1"],
)  # fmt: skip
def test_no_periods(label: str) -> None:
    assert parse_period(label) is None


@pytest.mark.parametrize(
    ("reported", "derived", "expected", "note"),
    [
        ("100", None, False, False),  # no records to compare with
        ("100", "100", False, False),
        ("105", "100", False, False),  # just 5 %
        ("105.01", "100", True, False),
        ("94.99", "100", True, False),
        ("120", "100", True, False),  # just 20 %
        ("121", "100", True, True),
        ("79", "100", True, True),
        ("4", "3", False, False),  # one piece more, though a third
        ("5", "3", True, True),
        ("1", "0", False, False),
        ("2", "0", True, True),
        ("0", "1", False, False),
    ],
)
def test_deviation(reported: str, derived: str | None, expected: bool, note: bool) -> None:
    figures = Decimal(reported), None if derived is None else Decimal(derived)
    assert deviates(*figures) is expected
    assert needs_note(*figures) is note


@pytest.mark.parametrize(
    ("value", "previous", "rate"),
    [
        ("132", "114.84", "0.1494"),
        ("50", "100", "-0.5000"),
        ("1", "0", None),
        ("1", None, None),
        ("0", "3", "-1.0000"),
    ],
)
def test_change_rate(value: str, previous: str | None, rate: str | None) -> None:
    found = change_rate(Decimal(value), None if previous is None else Decimal(previous))
    assert found == (None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    ("year", "total", "agrees"),
    [("1000", "1000", True), ("1005", "1000", True), ("1005.01", "1000", False),
     ("995", "1000", True), ("994", "1000", False), ("0", "0", True), ("1", "0", False)],
)  # fmt: skip
def test_year_is_the_sum_of_its_quarters(year: str, total: str, agrees: bool) -> None:
    assert agrees_with_quarters(Decimal(year), Decimal(total)) is agrees


@pytest.mark.parametrize(
    ("unit", "value", "code"),
    [
        ("COUNT", "0", None),
        ("COUNT", "132", None),
        ("COUNT", "132.0", None),
        ("COUNT", "1.5", "COUNT_NOT_INTEGER"),
        ("COUNT", "-1", "VALUE_NEGATIVE"),
        ("PERSON", "0.5", "COUNT_NOT_INTEGER"),
        ("DAY", "0.5", "COUNT_NOT_INTEGER"),
        ("CNY", "86500000.00", None),
        ("CNY", "0.01", None),
        ("CNY", "0.001", "VALUE_DECIMALS"),
        ("CNY", "1E+15", None),
        ("CNY", "1000000000000000.01", "VALUE_TOO_LARGE"),
        ("CNY", "1E+37", "VALUE_TOO_LARGE"),
        ("PERCENT", "100", None),
        ("PERCENT", "100.01", "VALUE_OVER_100"),
        ("SCORE", "101", "VALUE_OVER_100"),
    ],
)
def test_values_have_the_shape_of_their_unit(unit: str, value: str, code: str | None) -> None:
    problem = shape_problem(unit, Decimal(value))
    assert (problem[0] if problem else None) == code


@pytest.mark.parametrize(
    ("value", "others", "standing", "score"),
    [
        (5, [1, 2, 3, 4], "1", "100.00"),
        (0, [1, 2, 3, 4], "0", "60.00"),
        (3, [1, 2, 4, 5], "0.5", "80.00"),
        (3, [3, 3], "0.5", "80.00"),
        (3, [1, 3], "0.75", "90.00"),
        (3, [], "0.5", "80.00"),  # nobody to compare with
    ],
)
def test_percentile(value: int, others: list[int], standing: str, score: str) -> None:
    found = percentile(Decimal(value), [Decimal(other) for other in others])
    assert found == Decimal(standing)
    assert prefilled_score(found) == Decimal(score)


def test_data_score() -> None:
    assert data_score(0, 0, 0) == 100
    assert data_score(3, 200, 10) == 80  # 100 - 15 - 5
    assert data_score(10, 0, 0) == 50
    assert data_score(11, 0, 0) == 50  # at most 50 for lateness
    assert data_score(99, 10, 10) == 0
    due = date(2024, 1, 15)
    assert days_late([(due, date(2024, 1, 15))], date(2024, 6, 1)) == 0
    assert days_late([(due, date(2024, 1, 18)), (due, None)], date(2024, 1, 20)) == 3 + 5


def test_scoring() -> None:
    assert sum(each.weight for each in CRITERIA) == 100
    assert [each.weight for each in CRITERIA] == [15, 10, 30, 15, 15, 15]
    assert {each.code for each in CRITERIA if each.prefilled} == {"BUSINESS", "DATA_REPORTING"}
    lines = [
        Line("BUSINESS", 60, Decimal(100), None),  # 90 after the discount
        Line("TEAM", 40, Decimal(100), Decimal(50)),  # the expert's word
    ]
    assert total_score(lines) == 74
    assert total_score([*lines, Line("X", 0, None, None)]) is None
    strengths, problems = remarks(lines)
    assert (strengths, problems) == ("业务开展\nbusiness", "人才队伍\nteam")
    assert remarks([Line("TEAM", 100, Decimal(90), None)]) == (None, None)


@pytest.mark.parametrize(
    ("total", "grade"),
    [("90", "EXCELLENT"), ("89.99", "GOOD"), ("75", "GOOD"), ("74.99", "QUALIFIED"),
     ("60", "QUALIFIED"), ("59.99", "UNQUALIFIED"), ("0", "UNQUALIFIED")],
)  # fmt: skip
def test_grades(total: str, grade: str) -> None:
    assert grade_of(Decimal(total)) == grade


def test_ranks() -> None:
    totals = {"a": Decimal(70), "b": Decimal(90), "c": Decimal(70), "d": Decimal(60)}
    assert ranks(totals) == {"a": 2, "b": 1, "c": 2, "d": 4}


@pytest.mark.parametrize(
    ("products", "listings", "quarters", "score"),
    [(0, 0, 0, 0.0), (0, 0, 4, 20.0), (5, 0, 0, 20.0), (0, 20, 0, 20.0), (15, 60, 4, 80.0),
     (0, 0, 9, 20.0)],
)  # fmt: skip
def test_activity(products: int, listings: int, quarters: int, score: float) -> None:
    assert activity_score(products, listings, quarters) == score


def indicator(code: str, aggregation: str = "SUM", source: str | None = None) -> IndicatorRow:
    return IndicatorRow(
        code, 1, code, f"指标{code}", "COUNT", "", ("TRADING_SERVICE",), aggregation, source
    )


def facts(label: str, *values: Reported, **more: object) -> ReportFacts:
    period = parse_period(label)
    assert period is not None
    declared = [indicator("A"), indicator("L", "LAST")]
    profile = frozenset({"FUNCTIONAL", "TRADING_SERVICE"})
    return ReportFacts(period, profile, declared, values, **more)  # type: ignore[arg-type]


def said(
    value: int, code: str = "A", note: str | None = None, derived: int | None = None
) -> Reported:
    aggregation = "LAST" if code == "L" else "SUM"
    figure = None if derived is None else Decimal(derived)
    return Reported(indicator(code, aggregation), Decimal(value), note, figure)


def codes(checked: ReportFacts) -> list[tuple[str | None, str]]:
    return [(issue.indicator, issue.code) for issue in check_report(checked)]


LAST = said(1, "L")


def test_checks_of_a_quarter() -> None:
    assert codes(facts("2023-Q4")) == [(None, "REPORT_EMPTY")]
    assert codes(facts("2023-Q4", said(1), LAST)) == []
    assert codes(facts("2023-Q4", said(1))) == [("L", "W_INDICATOR_MISSING")]
    assert codes(facts("2023-Q4", said(121, derived=100), LAST)) == [("A", "REPORT_DEVIATES")]
    noted = said(121, note="含线下项目", derived=100)
    assert codes(facts("2023-Q4", noted, LAST)) == [("A", "W_DEVIATES")]
    assert codes(facts("2023-Q4", said(110, derived=100), LAST)) == [("A", "W_DEVIATES")]
    away = facts("2023-Q4", said(1), LAST, unreconciled=frozenset({"A"}))
    assert codes(away) == [("A", "W_NOT_RECONCILED")]


def test_an_indicator_of_others_is_only_warned_of() -> None:
    period = Period(PeriodKind.QUARTER, 2023, 4)
    checked = ReportFacts(period, frozenset({"REGIONAL"}), [indicator("A")], (said(1),))
    assert codes(checked) == [("A", "W_INDICATOR_NOT_APPLICABLE")]


def test_checks_of_a_year() -> None:
    year = parse_period("2023")
    assert year is not None
    whole = {quarter: {"A": Decimal(10), "L": Decimal(7)} for quarter in year.quarters}
    some = dict(list(whole.items())[:3])
    assert codes(facts("2023", said(40), LAST, quarters=whole)) == []  # LAST is no sum
    assert codes(facts("2023", said(41), LAST, quarters=whole)) == [("A", "YEAR_NOT_SUM")]
    assert codes(facts("2023", said(41), LAST, quarters=some)) == [(None, "W_QUARTERS_MISSING")]
    absent: dict[Period, dict[str, Decimal]] = {quarter: {} for quarter in year.quarters}
    assert codes(facts("2023", said(41), LAST, quarters=absent)) == []
    errors = codes(facts("2023", said(300, derived=100), quarters=whole))
    assert errors == [("A", "REPORT_DEVIATES"), ("A", "YEAR_NOT_SUM"), ("L", "W_INDICATOR_MISSING")]


def test_business_standing() -> None:
    declared = [indicator("A"), indicator("B"), indicator("L", "LAST"), indicator("SCREEN_BLOCKED")]
    figures = {
        "x": {"A": Decimal(9), "B": Decimal(1)},
        "y": {"A": Decimal(5), "B": Decimal(5), "SCREEN_BLOCKED": Decimal(99)},
        "z": {"L": Decimal(99)},
    }
    profile = frozenset({"TRADING_SERVICE"})
    standings = {
        center: business_standing(center, figures, declared, profile) for center in figures
    }
    # A: x 1, y 0.5, z 0; B: x 0.5, y 1, z 0
    assert standings == {"x": Decimal("0.75"), "y": Decimal("0.75"), "z": Decimal(0)}


def caller(role: Role, own: str | None = None) -> Caller:
    center = own if own and "-" in own else None
    return Caller("test", role, center, own if own and center is None else None)


@pytest.mark.parametrize(
    ("who", "center", "jurisdiction", "seen"),
    [
        (caller(Role.CNIPA_ADMIN), "FT-110000-01", "110000", True),
        (service("peer"), "FT-110000-01", "110000", True),
        (caller(Role.HUB_OPERATOR), "FT-110000-01", "110000", False),  # technical data only
        (caller(Role.REGIONAL_CENTER, "RC-320000-01"), "RC-320000-01", "320000", True),
        (caller(Role.REGIONAL_CENTER, "RC-320000-01"), "RC-320000-02", "320000", False),
        (caller(Role.REGIONAL_CENTER), "RC-320000-02", "320000", False),
        (caller(Role.PROVINCIAL_OFFICE, "440000"), "FF-440400-01", "440000", True),
        (caller(Role.PROVINCIAL_OFFICE, "440000"), "FT-440300-01", "440300", True),  # may read
        (caller(Role.PROVINCIAL_OFFICE, "440300"), "FF-440400-01", "440000", False),
        (caller(Role.PROVINCIAL_OFFICE, "650000"), "RC-659000-01", "XPCC00", False),
        (caller(Role.PROVINCIAL_OFFICE, "440000"), "FT-330200-01", "330200", False),
        (caller(Role.FRONTEND), "FT-110000-01", "110000", False),
        (ANONYMOUS, "FT-110000-01", "110000", False),
    ],
)
def test_sight(who: Caller, center: str, jurisdiction: str, seen: bool) -> None:
    sight = sight_of(who)
    assert sight.sees(center, jurisdiction) is seen
    where = Conditions()
    sight.limit(where, "center = {}", "jurisdiction = any({})")
    if sight.is_blind:
        assert where.sql == "where false"


def test_every_reconciled_indicator_has_its_source() -> None:
    assert {source.subgraph for source in SOURCES.values()} == {"trading", "finance", "tools"}
    period = Period(PeriodKind.QUARTER, 2023, 4)
    count = SOURCES["trading.OperationCenter.dealCount"].read
    assert count({"dealsInPeriod": 3, "dealsSoFar": 9}, period) == 3
    assert count({"dealsInPeriod": 0, "dealsSoFar": 9}, period) == 0
    assert count({"dealsInPeriod": 0, "dealsSoFar": 0}, period) is None  # sends no records
    amount = SOURCES["finance.OperationCenter.financedAmountCny"].read
    assert amount({"financedInPeriod": "5.00", "financedSoFar": "9.00"}, period) == 5
    assert amount({"financedInPeriod": "0", "financedSoFar": "0.00"}, period) is None
    residents = SOURCES["tools.OperationCenter.residentInstitutions"].read
    stays = [
        {"status": "ACTIVE", "from": "2023-01-01", "to": None},
        {"status": "LEFT", "from": "2023-01-01", "to": "2023-12-31"},  # gone on the last day
        {"status": "LEFT", "from": "2023-01-01", "to": "2024-02-01"},
        {"status": "ACTIVE", "from": "2024-01-01", "to": None},
        {"status": "APPLIED", "from": "2023-01-01", "to": None},
    ]
    assert residents({"residentInstitutions": stays}, period) == 2
    assert residents({"residentInstitutions": stays[3:]}, period) is None
