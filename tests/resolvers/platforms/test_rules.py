"""The rules of `platforms` against values worked out by hand from the notice (DOMAIN §1.3-1.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from resolvers.platforms.dossier import (
    Declarations,
    Dossier,
    GrowthFigure,
    MilestoneDraft,
    PlanDraft,
    Summary,
)
from resolvers.platforms.rules.dossier_bounds import check_bounds
from resolvers.platforms.rules.dossier_complete import check_complete
from resolvers.platforms.rules.evidence import failed_methods, latest_results, missing_methods
from resolvers.platforms.rules.growth import change_rate
from resolvers.platforms.rules.periods import is_over, plan_ends_on, rectification_ends_on
from resolvers.platforms.rules.positioning import positioning_agrees
from resolvers.platforms.rules.round import is_late, round_warnings
from resolvers.platforms.rules.transformation_goal import has_transformation_goal
from resolvers.refusal import Problems

TODAY = date(2024, 6, 15)
SUMMARY = Summary(
    period_from=date(2020, 1, 1),
    period_to=date(2023, 12, 31),
    construction_entity="主体",
    operating_mechanism="机制",
    team="队伍",
    business="业务",
    product_development="产品",
    investment_and_benefit="投入",
    growth=(GrowthFigure("成交额", "100万元", "150万元"),),
)
PLAN = PlanDraft(
    date(2024, 7, 1),
    ("专利转让 100 件",),
    (MilestoneDraft("节点", "任务", "举措", date(2027, 6, 30)),),
)
DECLARED = Declarations(True, True, True, True)


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2023-01-01", "2025-12-31"),
        ("2023-03-01", "2026-02-28"),
        ("2024-02-29", "2027-02-27"),
        ("2021-03-01", "2024-02-29"),
    ],
)
def test_a_plan_runs_three_years_less_a_day(starts: str, ends: str) -> None:
    assert plan_ends_on(date.fromisoformat(starts)).isoformat() == ends


@pytest.mark.parametrize(
    ("starts", "ends"),
    [("2023-06-15", "2024-06-15"), ("2024-02-29", "2025-02-28"), ("2023-02-28", "2024-02-28")],
)
def test_a_rectification_runs_one_year(starts: str, ends: str) -> None:
    assert rectification_ends_on(date.fromisoformat(starts)).isoformat() == ends


def test_the_last_day_still_belongs_to_the_period() -> None:
    assert [is_over(date(2024, 6, 15), date(2024, 6, day)) for day in (14, 15, 16)] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("before", "after", "rate"),
    [
        ("100", "150", "0.5"),
        ("100", "100", "0"),
        ("200", "150", "-0.25"),
        ("3", "4", "0.3333"),
        ("3", "5", "0.6667"),
        ("1,000 万元", "2000万元", "1"),
        ("１００", "110", "0.1"),
        ("-10", "10", "2"),
        ("12.5%", "25%", "1"),
        ("0", "5", None),
        ("5万元", "5元", None),
        ("很多", "更多", None),
        ("", "", None),
        ("1" * 40, "2", None),
    ],
)
def test_rate_of_change(before: str, after: str, rate: str | None) -> None:
    assert change_rate(before, after) == rate


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        ("完成专利许可 100 件", True),
        ("质押融资 3 亿元", True),
        ("TRADE_DEAL_AMOUNT_CNY 增长一倍", True),
        ("License 20 patents", True),
        ("建成数据底座", False),
        ("STAFF_FULL_TIME 达到 30", False),
    ],
)
def test_goals_of_transformation(goal: str, expected: bool) -> None:
    assert has_transformation_goal(["其他", goal]) is expected


@pytest.mark.parametrize(
    ("text", "function", "expected"),
    [
        ("交易服务", "TRADING_SERVICE", True),
        ("金融服务", "TRADING_SERVICE", False),
        ("金融服务与交易服务", "TRADING_SERVICE", True),
        ("服务全国", "FEATURED_SERVICE", True),
        ("交易服务", None, True),
    ],
)
def test_positioning(text: str, function: str | None, expected: bool) -> None:
    assert positioning_agrees(text, function) is expected


def test_of_each_method_the_latest_finding_counts() -> None:
    latest = latest_results(
        [("SITE_VISIT", "FAIL"), ("MATERIAL_CHECK", "PASS"), ("SITE_VISIT", "PARTIAL")]
    )
    assert missing_methods(latest) == ("FUNCTION_TEST",)
    assert failed_methods(latest) == ()
    assert failed_methods(latest_results([("SITE_VISIT", "PASS"), ("SITE_VISIT", "FAIL")])) == (
        "SITE_VISIT",
    )


@pytest.mark.parametrize(
    ("recognised", "pending", "papers", "expected"),
    [
        (4, 0, 1, ["W_ROUND_TOO_FEW"]),
        (0, 0, 0, ["W_ROUND_TOO_FEW"]),
        (4, 1, 1, []),
        (5, 0, 1, []),
        (10, 0, 1, []),
        (11, 3, 1, ["W_ROUND_TOO_MANY"]),
        (6, 0, 2, ["W_ROUND_DOCUMENTS"]),
    ],
)
def test_the_first_round_recognises_five_to_ten(
    recognised: int, pending: int, papers: int, expected: list[str]
) -> None:
    found = round_warnings(5, 10, cases=12, recognised=recognised, pending=pending, papers=papers)
    assert list(found) == expected
    assert not round_warnings(5, 10, cases=0, recognised=0, pending=0, papers=0)
    assert not round_warnings(None, None, cases=9, recognised=1, pending=0, papers=1)


@pytest.mark.parametrize(
    ("day", "late"), [("2022-12-09", False), ("2022-12-10", False), ("2022-12-11", True)]
)
def test_late_dossiers(day: str, late: bool) -> None:
    assert is_late(date.fromisoformat(day), date(2022, 12, 10)) is late
    assert not is_late(date.fromisoformat(day), None)


def bounds(dossier: Dossier, function: str | None = None) -> list[tuple[str, tuple[str, ...]]]:
    problems = Problems()
    check_bounds(dossier, function, TODAY, problems)
    return [(each.code, each.path) for each in problems.found]


def test_a_good_draft_and_an_empty_one() -> None:
    assert bounds(Dossier("PILOT_PLATFORM", SUMMARY, PLAN, DECLARED)) == []
    empty = replace(SUMMARY, team="", business="", growth=())
    plan = replace(PLAN, goals=(), milestones=())
    assert bounds(Dossier("PILOT_PLATFORM", empty, plan, DECLARED)) == []


def test_all_faults_of_a_draft_are_told_at_once() -> None:
    summary = replace(
        SUMMARY,
        period_from=date(2024, 7, 1),
        period_to=date(2024, 6, 16),
        team="x" * 5001,
        growth=(GrowthFigure(" ", "1", "2"),),
    )
    late = MilestoneDraft("节点", "任务", "举措", date(2027, 7, 1))
    early = MilestoneDraft("节点", "", "举措", date(2024, 6, 30))
    plan = replace(PLAN, goals=("x" * 501, ""), milestones=(late, early))
    dossier = Dossier("PILOT_PLATFORM", summary, plan, DECLARED, "金融服务")
    assert bounds(dossier, "TRADING_SERVICE") == [
        ("DATE_ORDER", ("summary", "periodFrom")),
        ("DATE_RANGE", ("summary", "periodTo")),
        ("TEXT_TOO_LONG", ("summary", "team")),
        ("TEXT_MISSING", ("summary", "growth", "0", "indicator")),
        ("TEXT_TOO_LONG", ("workPlan", "goals", "0")),
        ("TEXT_MISSING", ("workPlan", "goals", "1")),
        ("DATE_RANGE", ("workPlan", "milestones", "0", "dueOn")),
        ("TEXT_MISSING", ("workPlan", "milestones", "1", "task")),
        ("DATE_RANGE", ("workPlan", "milestones", "1", "dueOn")),
        ("POSITIONING_MISMATCH", ("summary", "functionalPositioning")),
    ]


def test_too_long_lists_and_impossible_years() -> None:
    figures = (GrowthFigure("a", "1", "2"),) * 51
    plan = replace(PLAN, goals=("a",) * 31, milestones=PLAN.milestones * 101)
    found = bounds(Dossier("PILOT_PLATFORM", replace(SUMMARY, growth=figures), plan, DECLARED))
    assert found == [
        ("LIST_TOO_LONG", ("summary", "growth")),
        ("LIST_TOO_LONG", ("workPlan", "goals")),
        ("LIST_TOO_LONG", ("workPlan", "milestones")),
    ]
    for day in (date(1999, 12, 31), date(2030, 1, 1), date(9999, 1, 1)):
        plan = replace(PLAN, starts_on=day)
        assert bounds(Dossier("PILOT_PLATFORM", SUMMARY, plan, DECLARED)) == [
            ("DATE_RANGE", ("workPlan", "startsOn"))
        ]


def complete(
    track: str, summary: Summary, declared: Declarations, goals: tuple[str, ...], milestones: int
) -> list[tuple[str, tuple[str, ...]]]:
    problems = Problems()
    check_complete(track, summary, declared, goals, milestones, problems)
    return [(each.code, each.path) for each in problems.found]


def test_what_a_pilot_must_have_to_submit() -> None:
    assert complete("PILOT_PLATFORM", SUMMARY, DECLARED, PLAN.goals, 1) == []
    empty = replace(SUMMARY, operating_mechanism=" ", growth=())
    declared = replace(DECLARED, no_seal_under_name=False)
    assert complete("PILOT_PLATFORM", empty, declared, ("建成平台",), 0) == [
        ("SUMMARY_INCOMPLETE", ("summary", "operatingMechanism")),
        ("SUMMARY_INCOMPLETE", ("summary", "growth")),
        ("DECLARATION_MISSING", ("declarations", "noSealUnderName")),
        ("PLAN_GOAL_TRANSFORMATION", ("workPlan", "goals")),
        ("PLAN_INCOMPLETE", ("workPlan", "milestones")),
    ]
    assert complete("PILOT_PLATFORM", SUMMARY, DECLARED, (), 1) == [
        ("PLAN_INCOMPLETE", ("workPlan", "goals"))
    ]


def test_an_exchange_institution_reports_its_progress() -> None:
    report = replace(SUMMARY, team="", product_development="", growth=())
    assert complete("EXCHANGE_INSTITUTION", report, DECLARED, PLAN.goals, 1) == []
    nothing = replace(report, business="")
    assert complete("EXCHANGE_INSTITUTION", nothing, DECLARED, PLAN.goals, 1) == [
        ("SUMMARY_INCOMPLETE", ("summary", "business"))
    ]
