"""What a dossier needs to be sent to the provincial office (DOMAIN §1.5 E3-E10, §2.5)."""

from __future__ import annotations

from collections.abc import Sequence

from resolvers.platforms.dossier import DECLARATIONS, TEXTS, Declarations, Summary, camel
from resolvers.platforms.rules.transformation_goal import has_transformation_goal
from resolvers.refusal import Problems


def check_complete(
    track: str,
    summary: Summary,
    declarations: Declarations,
    goals: Sequence[str],
    milestones: int,
    problems: Problems,
) -> None:
    """Add SUMMARY_INCOMPLETE, DECLARATION_MISSING and what `check_plan_complete` adds.

    A unit charged with building an exchange institution sends a report of progress instead of the
    pilot summary (A16): of the texts it needs only `business`, and no comparison of figures.
    """
    needed = TEXTS if track == "PILOT_PLATFORM" else ("business",)
    for name in needed:
        problems.check(
            bool(getattr(summary, name).strip()),
            "SUMMARY_INCOMPLETE",
            "试点总结的此项尚未填写",
            "This part of the summary is empty",
            "summary",
            camel(name),
        )
    problems.check(
        track != "PILOT_PLATFORM" or bool(summary.growth),
        "SUMMARY_INCOMPLETE",
        "试点总结应有业务和数据增长变化的比较",
        "The summary compares figures before and after",
        "summary",
        "growth",
    )
    for name in DECLARATIONS:
        problems.check(
            getattr(declarations, name),
            "DECLARATION_MISSING",
            "四项声明均须作出",
            "All four declarations must be made",
            "declarations",
            camel(name),
        )
    check_plan_complete(goals, milestones, problems)


def check_plan_complete(goals: Sequence[str], milestones: int, problems: Problems) -> None:
    """Add PLAN_INCOMPLETE, PLAN_GOAL_TRANSFORMATION."""
    if problems.check(
        bool(goals), "PLAN_INCOMPLETE", "工作方案应有目标", "A plan has goals", "workPlan", "goals"
    ):
        problems.check(
            has_transformation_goal(goals),
            "PLAN_GOAL_TRANSFORMATION",
            "工作方案至少应有一项转让、许可或融资方面的目标",
            "At least one goal is of transfer, licence or financing",
            "workPlan",
            "goals",
        )
    problems.check(
        milestones > 0,
        "PLAN_INCOMPLETE",
        "工作方案应有时间表和路线图（节点）",
        "A plan has a timetable of milestones",
        "workPlan",
        "milestones",
    )
