"""`saveRecognitionDossier`: the host writes summary, work plan and declarations of its case."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.platforms.commands.cases import tell_stage
from resolvers.platforms.commands.centers import LockedCenter, lock_center
from resolvers.platforms.commands.plans import create_plan, rewrite_plan
from resolvers.platforms.dossier import DECLARATIONS, Declarations, Dossier, Summary
from resolvers.platforms.rights import HOST
from resolvers.platforms.rules.dossier_bounds import check_bounds
from resolvers.platforms.rules.texts import check_text
from resolvers.platforms.workflows.recognition import PLAN_ONLY, RECOGNITION
from resolvers.refusal import Problems, refuse
from resolvers.workflow import require

ROUND: Final = "select kind from platforms.recognition_round where code = $1"
CASE: Final = """
select k.id, k.stage, k.track, k.work_plan_id, k.summary, k.functional_positioning,
  k.not_a_legal_person, k.no_seal_under_name, k.no_cross_region_branch, k.establishment_rules_kept,
  p.status as plan_status
from platforms.recognition_case as k join platforms.work_plan as p on p.id = k.work_plan_id
where k.center_code = $1 and k.round = $2
"""
OPEN_CASE: Final = """
select round from platforms.recognition_case
where center_code = $1 and stage not in ('RECOGNISED', 'NOT_RECOGNISED')
"""
INSERT: Final = """
insert into platforms.recognition_case (center_code, round, track, stage, work_plan_id, summary,
  functional_positioning, not_a_legal_person, no_seal_under_name, no_cross_region_branch,
  establishment_rules_kept, declared_on, opened_at)
values ($1, $2, $3, 'DRAFTING', $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id
"""
UPDATE: Final = """
update platforms.recognition_case
set track = $2, summary = $3, functional_positioning = $4, not_a_legal_person = $5,
  no_seal_under_name = $6, no_cross_region_branch = $7, establishment_rules_kept = $8,
  declared_on = $9
where id = $1
"""
STARTING: Final = frozenset({"PILOT", "NOT_RECOGNISED"})
"""Statuses of a centre that may begin a case."""


async def save_dossier(
    command: Command, center_code: str, round_code: str, dossier: Dossier, today: date
) -> UUID:
    """Open the centre's case in a round, or rewrite it while it is drafted; return its id.

    While the plan is bettered (PLAN_GUIDANCE, RECTIFICATION, TRANSITION) only the plan may change.

    Raises:
        Refused: NOT_FOUND, ROUND_UNKNOWN, ROUND_KIND, TRACK_FUNCTION, CENTER_STATUS, CASE_OPEN,
            DOSSIER_LOCKED, PLAN_APPROVED, TRANSITION_NOT_ALLOWED, and what `check_bounds` finds.
    """
    async with command.transaction() as work:
        center = await lock_center(work, center_code, "centerCode")
        require(HOST, work.caller, center.subject)
        await _check(work, center, round_code, dossier, today)
        held = await work.tx.fetchrow("platforms.case_of_round", CASE, center.code, round_code)
        if held is None:
            case_id = await _open(work, center, round_code, dossier, today)
        else:
            case_id = held["id"]
            await _rewrite(work, held, dossier, today)
        work.key = str(case_id)
        return case_id


async def _check(
    work: Work, center: LockedCenter, round_code: str, dossier: Dossier, today: date
) -> None:
    problems = Problems()
    check_bounds(dossier, center.function, today, problems)
    if check_text(problems, round_code, 100, "round"):
        kind = await work.tx.fetchval("platforms.round", ROUND, round_code)
        if problems.check(
            kind is not None,
            "ROUND_UNKNOWN",
            "没有这一轮次",
            "There is no such round",
            "round",
        ):
            problems.check(
                kind == center.kind,
                "ROUND_KIND",
                "该轮次不面向此类平台（中心）",
                "The round is for another kind of centre",
                "round",
            )
    problems.check(
        dossier.track == "PILOT_PLATFORM" or center.function == "TRADING_SERVICE",
        "TRACK_FUNCTION",
        "仅交易服务平台可作为产权交易机构建设单位申报",
        "Only a trading platform can be the unit that builds an exchange institution",
        "track",
    )
    problems.raise_if_any()


async def _open(
    work: Work, center: LockedCenter, round_code: str, dossier: Dossier, today: date
) -> UUID:
    other = await work.tx.fetchval("platforms.open_case", OPEN_CASE, center.code)
    if other is not None:
        raise refuse(
            "CASE_OPEN",
            f"该平台（中心）在轮次 {other} 的案件尚未结束",
            f"The centre's case of round {other} is not decided yet",
            "round",
        )
    if center.status not in STARTING:
        raise refuse(
            "CENTER_STATUS",
            "仅试点或未获认定的平台（中心）可申报",
            "Only a pilot, or a centre that was not recognised, may begin a case",
            "centerCode",
        )
    plan_id = await create_plan(work, center.code, dossier.plan)
    case_id: UUID = await work.tx.fetchval(
        "platforms.insert_case",
        INSERT,
        center.code,
        round_code,
        dossier.track,
        plan_id,
        dossier.summary.to_json(),
        dossier.positioning,
        *_declared(dossier.declarations),
        today,
        work.now,
    )
    change = Change(RECOGNITION.name, str(case_id), None, "DRAFTING", None)
    await record_change(work, "platforms", change)
    await tell_stage(work, center, case_id, "DRAFTING")
    return case_id


async def _rewrite(work: Work, held: Any, dossier: Dossier, today: date) -> None:
    if held["stage"] in PLAN_ONLY:
        _check_only_plan_differs(held, dossier)
    elif held["stage"] == "DRAFTING":
        await work.tx.execute(
            "platforms.update_case",
            UPDATE,
            held["id"],
            dossier.track,
            dossier.summary.to_json(),
            dossier.positioning,
            *_declared(dossier.declarations),
            today,
        )
    else:
        raise RECOGNITION.not_allowed(held["stage"], "SAVE")
    await rewrite_plan(work, held["work_plan_id"], held["plan_status"], dossier.plan)


def _check_only_plan_differs(held: Any, dossier: Dossier) -> None:
    problems = Problems()
    problems.check(
        held["plan_status"] != "APPROVED",
        "PLAN_APPROVED",
        "工作方案已通过，不能再修改",
        "The work plan is approved and stays as it is",
        "workPlan",
    )
    declared = tuple(held[name] for name in DECLARATIONS)
    same = {
        "track": held["track"] == dossier.track,
        "summary": Summary.from_json(held["summary"]) == dossier.summary
        and held["functional_positioning"] == dossier.positioning,
        "declarations": declared == _declared(dossier.declarations),
    }
    for name, is_same in same.items():
        problems.check(
            is_same,
            "DOSSIER_LOCKED",
            "此阶段只能修改工作方案",
            "In this stage only the work plan may change",
            name,
        )
    problems.raise_if_any()


def _declared(declarations: Declarations) -> tuple[bool, ...]:
    return tuple(getattr(declarations, name) for name in DECLARATIONS)
