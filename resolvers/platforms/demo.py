"""Invented recognition cases of the centres of the demo feed, with what surrounds them.

Every step is taken by the commands themselves, as those who may take it and on its day, so history,
audit and events are as real ones would be. A second run goes on where the first one stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from resolvers.database.pool import Database
from resolvers.hub.commands import Command
from resolvers.identity import Caller, Role
from resolvers.platforms.commands.advance import advance
from resolvers.platforms.commands.evaluate import Evidence, close_item, record_evidence
from resolvers.platforms.commands.registry import Round, open_round
from resolvers.platforms.commands.save_dossier import save_dossier
from resolvers.platforms.commands.step import Decision
from resolvers.platforms.demo_dossiers import dossier_of
from resolvers.platforms.demo_guidance import load_guidance
from resolvers.values.dates import CHINA_TIME, today_in_china

SHENZHEN: Final = "IC-440300-01"
ROUNDS: Final = (
    Round("2022-REGIONAL", "REGIONAL", date(2022, 12, 20), None, None),
    Round("2022-INDUSTRY", "INDUSTRY", date(2022, 12, 20), None, None),
)
# A pilot of a separately planned city, beside the centres of the feed.
PILOT: Final = """
insert into platforms.operation_center (code, kind, name, name_scheme, host_uscc, region_code,
  jurisdiction_code, status, source_system, confidence, content_hash)
values ($1, 'INDUSTRY', '示例机器人产业知识产权运营中心（试点）', 'PILOT_NAME',
  '91440305MA9T00245K', '440300', '440300', 'PILOT', '示例数据', 'DERIVED', 'demo')
on conflict do nothing
"""
PILOT_SERVES: Final = """
insert into platforms.center_service_region (code, ordinal, region_code) values ($1, 0, '440000')
on conflict do nothing
"""
PILOT_INDUSTRY: Final = """
insert into platforms.center_industry (code, ordinal, industry_code) values ($1, 0, 'C3491')
on conflict do nothing
"""
HAS_ROUND: Final = "select exists (select from platforms.recognition_round where code = $1)"
CENTER: Final = """
select code, kind, function, name, jurisdiction_code, recognition_document
from platforms.operation_center where code = $1
"""
# Where the case of a centre that the feed brought as recognised begins.
AS_PILOT: Final = "update platforms.operation_center set status = 'PILOT' where code = $1"
STEPS_DONE: Final = """
select k.id, (select count(*) from platforms.status_change as s
              where s.workflow = 'recognition_case' and s.key = k.id::text) as steps
from platforms.recognition_case as k where k.center_code = $1 and k.round = $2
"""
EVIDENCE_COUNT: Final = "select count(*) from platforms.evaluation_evidence where case_id = $1"
FIRST_ITEM: Final = """
select id from platforms.rectification_item where case_id = $1 and ordinal = 0 and not done
"""
ROLES: Final = {
    "FUNCTIONAL": Role.FUNCTIONAL_PLATFORM,
    "REGIONAL": Role.REGIONAL_CENTER,
    "INDUSTRY": Role.INDUSTRY_CENTER,
}
CNIPA: Final = Caller("示例：国家知识产权局", Role.CNIPA_ADMIN)


@dataclass(frozen=True, slots=True)
class Step:
    """An action on its day; who takes it follows from the action."""

    action: str
    day: date
    comment: str | None = None
    decision: Decision | None = None


def _submitted(to_cnipa: date) -> tuple[Step, ...]:
    return (
        Step("SUBMIT_TO_PROVINCE", to_cnipa - timedelta(days=6)),
        Step("SUBMIT_TO_CNIPA", to_cnipa, "材料齐全，试点任务完成较好，同意推荐。"),
        Step("START_EVALUATION", to_cnipa + timedelta(days=4)),
    )


RECOGNISED_ON: Final = date(2022, 12, 30)
RECOGNISED: Final = (
    ("FT-110000-01", "2022-FIRST"),
    ("FF-440400-01", "2022-FIRST"),
    ("FS-310000-01", "2022-FIRST"),
    ("FU-110000-01", "2022-FIRST"),
    ("RC-320000-01", "2022-REGIONAL"),
    ("IC-340100-01", "2022-INDUSTRY"),
)


async def load_demo(database: Database) -> None:
    """Load the cases of the demo centres that are there, and guidance, support, supervision."""
    today = today_in_china()
    await database.execute("demo.pilot", PILOT, SHENZHEN)
    await database.execute("demo.pilot_serves", PILOT_SERVES, SHENZHEN)
    await database.execute("demo.pilot_industry", PILOT_INDUSTRY, SHENZHEN)
    for each in ROUNDS:
        if not await database.fetchval("demo.round", HAS_ROUND, each.code):
            day = date(2022, 11, 30)
            await open_round(_command(database, CNIPA, "openRecognitionRound", day), each)
    for code, round_code in RECOGNISED:
        end = (Step("RECOGNISE", RECOGNISED_ON, "试点成效突出，工作方案可行。"),)
        await _walk(database, code, round_code, (*_submitted(date(2022, 12, 8)), *end))
    # late, and now in its year of rectification
    ordered = today - timedelta(days=240)
    items = ("补充与全国平台的数据接口", "充实专职运营队伍", "完善先进技术转化业务流程")
    order = Step("ORDER_RECTIFICATION", ordered, None, Decision(reason="建设不到位", items=items))
    await _walk(database, "FS-610100-01", "2022-FIRST", (*_submitted(date(2022, 12, 12)), order))
    await _close_first_item(database, ordered + timedelta(days=90))
    # all evidence is there, and the site visit failed: ready for an order of rectification
    started = today - timedelta(days=40)
    await _walk(database, "IC-310000-01", "2022-INDUSTRY", _submitted(started), "FAIL")
    submitted = (Step("SUBMIT_TO_PROVINCE", today - timedelta(days=3)),)
    await _walk(database, SHENZHEN, "2022-INDUSTRY", submitted)
    await load_guidance(database, today)


def _command(database: Database, caller: Caller, name: str, day: date) -> Command:
    moment = datetime.combine(day, time(10), CHINA_TIME)
    return Command(database, caller, "platforms", name, moment)


async def _walk(
    database: Database,
    code: str,
    round_code: str,
    steps: Sequence[Step],
    site_visit: str = "PASS",
) -> None:
    """Take a centre's case from its dossier through the steps that are not taken yet."""
    center = await database.fetchrow("demo.center", CENTER, code)
    if center is None:
        return
    host = Caller(f"示例：{center['name']}", ROLES[center["kind"]], center=code)
    office = Caller(
        "示例：省（市）局", Role.PROVINCIAL_OFFICE, jurisdiction=center["jurisdiction_code"]
    )
    held = await database.fetchrow("demo.steps", STEPS_DONE, code, round_code)
    if held is None:
        await database.execute("demo.as_pilot", AS_PILOT, code)
        day = steps[0].day - timedelta(days=2)
        dossier = dossier_of(center["kind"], center["function"], day)
        command = _command(database, host, "saveRecognitionDossier", day)
        case_id = await save_dossier(command, code, round_code, dossier, day)
        done = 0
    else:
        # the opening is a step of the history too
        case_id, done = held["id"], held["steps"] - 1
    for number, step in enumerate(steps):
        if step.action in ("RECOGNISE", "ORDER_RECTIFICATION"):
            await _evaluate(database, case_id, step.day, site_visit, number >= done)
        if number < done:
            continue
        caller = {"SUBMIT_TO_PROVINCE": host, "SUBMIT_TO_CNIPA": office}.get(step.action, CNIPA)
        decision = step.decision
        if step.action == "RECOGNISE":
            decision = Decision(center["name"], center["recognition_document"])
        command = _command(database, caller, "advanceRecognition", step.day)
        await advance(command, case_id, step.action, step.comment, decision, step.day)
    if steps[-1].action == "START_EVALUATION":
        await _evaluate(database, case_id, steps[-1].day + timedelta(days=9), site_visit, True)


async def _evaluate(
    database: Database, case_id: UUID, decided: date, site_visit: str, is_open: bool
) -> None:
    """Record the three kinds of evidence in the days before the decision."""
    found: int = await database.fetchval("demo.evidence", EVIDENCE_COUNT, case_id)
    if not is_open:
        return
    for method, result, note, days in (
        ("MATERIAL_CHECK", "PASS", "材料与实际相符，工作方案目标明确。", 5),
        ("FUNCTION_TEST", "PASS", "主要功能测试通过。", 4),
        ("SITE_VISIT", site_visit, "实地了解场地、人员与业务开展情况。", 2),
    )[found:]:
        day = decided - timedelta(days=days)
        command = _command(database, CNIPA, "recordEvaluationEvidence", day)
        await record_evidence(command, case_id, Evidence(method, result, note, day), day)


async def _close_first_item(database: Database, day: date) -> None:
    code = "FS-610100-01"
    held = await database.fetchrow("demo.steps", STEPS_DONE, code, "2022-FIRST")
    item = held and await database.fetchval("demo.item", FIRST_ITEM, held["id"])
    if held and item:
        host = Caller("示例：先进技术转化中心", Role.FUNCTIONAL_PLATFORM, center=code)
        command = _command(database, host, "closeRectificationItem", day)
        await close_item(command, held["id"], item, "数据接口已上线并通过联调。")
