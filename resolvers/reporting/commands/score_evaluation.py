"""Score an evaluation: the centre itself, the provincial office, or experts called by CNIPA.

SELF while the data are frozen, PROVINCE once the centre has assessed itself, EXPERT in the review
and while an objection is dealt with. A centre may put its own score in place of a pre-filled one;
what the figures gave stays beside it (`prefilled`) for the experts to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command
from resolvers.identity import Permit
from resolvers.refusal import Problems, refuse
from resolvers.reporting import sql
from resolvers.reporting.commands.evaluation_access import lock_evaluation, subject_of
from resolvers.reporting.rules.scoring import CRITERION
from resolvers.reporting.workflows.report import CNIPA, OFFICE, OWN
from resolvers.workflow import require

_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ScoreRole:
    """Who scores in that role, in which stages, and the statement that writes a score."""

    permits: tuple[Permit, ...]
    stages: tuple[str, ...]
    statement: str


ROLES: Final = {
    "SELF": ScoreRole(OWN, ("DATA_FROZEN",), sql.SET_SELF),
    "PROVINCE": ScoreRole(OFFICE, ("SELF_ASSESSED",), sql.SET_PROVINCE),
    "EXPERT": ScoreRole(CNIPA, ("EXPERT_REVIEW", "OBJECTION"), sql.SET_EXPERT),
}


async def score_evaluation(
    command: Command, evaluation_id: UUID, by: str, scores: Sequence[tuple[str, float]]
) -> None:
    """Write the scores given; criteria left out keep theirs.

    Raises:
        Forbidden: the caller may not score this evaluation in that role.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED in another stage, SCORES_EMPTY,
            CRITERION_UNKNOWN, CRITERION_REPEATED, SCORE_OUT_OF_RANGE.
    """
    role = ROLES[by]
    _check_scores(scores)
    async with command.transaction() as work:
        evaluation = await lock_evaluation(work, evaluation_id)
        require(role.permits, command.caller, subject_of(evaluation))
        if evaluation.stage not in role.stages:
            raise refuse(
                "TRANSITION_NOT_ALLOWED",
                f"评价处于 {evaluation.stage}，不能进行 {by} 评分",
                f"The evaluation is {evaluation.stage}: no {by} scores now",
                "by",
            )
        await work.tx.executemany(
            "reporting.set_score",
            role.statement,
            [
                (evaluation_id, criterion, Decimal(str(value)).quantize(_CENT))
                for criterion, value in scores
            ],
        )
        work.key = str(evaluation_id)


def _check_scores(scores: Sequence[tuple[str, float]]) -> None:
    problems = Problems()
    problems.check(
        0 < len(scores) <= len(CRITERION),
        "SCORES_EMPTY" if not scores else "CRITERION_REPEATED",
        f"应评 1 至 {len(CRITERION)} 项",
        f"Give 1 to {len(CRITERION)} scores",
        "scores",
    )
    seen: set[str] = set()
    for position, (criterion, value) in enumerate(scores[: len(CRITERION)]):
        path = ("scores", str(position))
        if criterion not in CRITERION:
            problems.add(
                "CRITERION_UNKNOWN",
                f"没有这项评价标准；有 {'、'.join(CRITERION)}",
                f"There is no such criterion; there are {', '.join(CRITERION)}",
                *path,
                "criterion",
            )
        problems.check(
            criterion not in seen,
            "CRITERION_REPEATED",
            "同一标准重复评分",
            "The criterion is scored twice",
            *path,
            "criterion",
        )
        seen.add(criterion)
        # NaN fails both comparisons
        problems.check(
            0 <= value <= 100,
            "SCORE_OUT_OF_RANGE",
            "得分应在 0 至 100 之间",
            "A score is from 0 to 100",
            *path,
            "value",
        )
    problems.raise_if_any()
