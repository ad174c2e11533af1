"""What a dossier must keep even as a draft: bounds of texts and lists, order of dates.

Paths are those of the arguments of `saveRecognitionDossier`.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from resolvers.platforms.dossier import TEXTS, Dossier, PlanDraft, Summary, camel
from resolvers.platforms.rules.periods import plan_ends_on
from resolvers.platforms.rules.positioning import positioning_agrees
from resolvers.platforms.rules.texts import check_text
from resolvers.refusal import Problems

LONGEST_TEXT: Final = 5_000
MOST_FIGURES: Final = 50
MOST_GOALS: Final = 30
MOST_MILESTONES: Final = 100
FIRST_YEAR: Final = 2000
LATEST_START_YEARS: Final = 5


def check_bounds(dossier: Dossier, function: str | None, today: date, problems: Problems) -> None:
    """Add what is wrong: TEXT_TOO_LONG, TEXT_MISSING, LIST_TOO_LONG, DATE_ORDER, DATE_RANGE,
    POSITIONING_MISMATCH."""
    _check_summary(dossier.summary, today, problems)
    _check_plan(dossier.plan, today, problems)
    path = ("summary", "functionalPositioning")
    text = dossier.positioning or ""
    check_text(problems, text, 1_000, *path, required=False)
    problems.check(
        positioning_agrees(text, function),
        "POSITIONING_MISMATCH",
        "功能定位与平台功能不一致",
        "The positioning names another function than the platform's",
        *path,
    )


def _check_summary(summary: Summary, today: date, problems: Problems) -> None:
    problems.check(
        summary.period_from.year >= FIRST_YEAR and summary.period_from <= summary.period_to,
        "DATE_ORDER",
        "试点期间的起止日期不合理",
        "The pilot period ends before it begins, or begins before 2000",
        "summary",
        "periodFrom",
    )
    problems.check(
        summary.period_to <= today,
        "DATE_RANGE",
        "试点期间的截止日期不应晚于今天",
        "The pilot period cannot end after today",
        "summary",
        "periodTo",
    )
    for name in TEXTS:
        text = getattr(summary, name)
        check_text(problems, text, LONGEST_TEXT, "summary", camel(name), required=False)
    _check_count(problems, len(summary.growth), MOST_FIGURES, "summary", "growth")
    for number, figure in enumerate(summary.growth[:MOST_FIGURES]):
        path = ("summary", "growth", str(number))
        check_text(problems, figure.indicator, 100, *path, "indicator")
        check_text(problems, figure.before, 50, *path, "from")
        check_text(problems, figure.after, 50, *path, "to")


def _check_plan(plan: PlanDraft, today: date, problems: Problems) -> None:
    if not problems.check(
        FIRST_YEAR <= plan.starts_on.year <= today.year + LATEST_START_YEARS,
        "DATE_RANGE",
        f"工作方案应始于 2000 年至今后 {LATEST_START_YEARS} 年之内",
        f"A work plan begins between 2000 and {LATEST_START_YEARS} years from now",
        "workPlan",
        "startsOn",
    ):
        return
    _check_count(problems, len(plan.goals), MOST_GOALS, "workPlan", "goals")
    for number, goal in enumerate(plan.goals[:MOST_GOALS]):
        check_text(problems, goal, 500, "workPlan", "goals", str(number))
    _check_count(problems, len(plan.milestones), MOST_MILESTONES, "workPlan", "milestones")
    ends_on = plan_ends_on(plan.starts_on)
    for number, each in enumerate(plan.milestones[:MOST_MILESTONES]):
        path = ("workPlan", "milestones", str(number))
        check_text(problems, each.title, 200, *path, "title")
        check_text(problems, each.task, 1_000, *path, "task")
        check_text(problems, each.measure, 1_000, *path, "measure")
        problems.check(
            plan.starts_on <= each.due_on <= ends_on,
            "DATE_RANGE",
            f"节点应在方案期内（{plan.starts_on} 至 {ends_on}）",
            f"A milestone is due within the plan ({plan.starts_on} to {ends_on})",
            *path,
            "dueOn",
        )


def _check_count(problems: Problems, count: int, most: int, *path: str) -> None:
    problems.check(
        count <= most, "LIST_TOO_LONG", f"最多 {most} 项", f"At most {most} items", *path
    )
