"""Invented guidance of the demo centres: milestones reached, tasks, support, exhibitions and
supervision; each kind is loaded once per centre."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from resolvers.database.pool import Database
from resolvers.hub.commands import Command
from resolvers.identity import Caller, Role
from resolvers.platforms.commands.guide import (
    Measure,
    advance_task,
    grant_task,
    record_exhibition,
    record_support,
)
from resolvers.platforms.commands.plans import complete_milestone
from resolvers.platforms.commands.supervise import (
    Finding,
    advance_supervision,
    open_supervision,
)
from resolvers.values.dates import CHINA_TIME

CNIPA: Final = Caller("示例：国家知识产权局", Role.CNIPA_ADMIN)
TASKS: Final = (
    ("FT-110000-01", "OPEN_LICENCE_PILOT", "专利开放许可试点", True),
    ("FT-110000-01", "TRANSFER_LICENCE_RECORDAL_SERVICE", "专利权转让许可登记备案服务", True),
    ("FF-440400-01", "BUSINESS_INNOVATION", "知识产权质押融资快速登记", True),
    ("FS-310000-01", "MODEL_INNOVATION", "国际许可“一站式”服务模式", False),
    ("RC-320000-01", "OPEN_LICENCE_PILOT", "长三角开放许可信息共享", True),
    ("IC-340100-01", "BUSINESS_INNOVATION", "新能源汽车专利池运营", False),
)
MEASURES: Final = (
    ("FT-110000-01", "FUNDING", "示例市财政局", Decimal("8000000.00")),
    ("FT-110000-01", "POLICY", "示例市知识产权局", None),
    ("FF-440400-01", "FUNDING", "示例市财政局", Decimal("5000000.00")),
    ("FS-610100-01", "CONDITION", "示例省知识产权局", None),
    ("RC-320000-01", "PROJECT", "示例省发展和改革委员会", Decimal("12000000.00")),
    ("IC-340100-01", "FUNDING", "示例省财政厅", Decimal("3000000.00")),
    ("IC-310000-01", "POLICY", "示例市知识产权局", None),
)
EXHIBITIONS: Final = (
    ("FT-110000-01", "示例全国知识产权交易博览会", date(2023, 9, 12), date(2023, 9, 15)),
    ("FS-310000-01", "示例国际技术进出口交易会", date(2023, 6, 15), date(2023, 6, 17)),
    ("RC-320000-01", "示例长三角知识产权运营展", date(2023, 11, 3), date(2023, 11, 5)),
)
# centre, field, risk, finding, steps taken
SUPERVISION: Final = (
    ("FS-610100-01", "INFORMATION_RELEASE", "MEDIUM", "平台网站发布的成交数据与台账不一致。",
     ("ISSUE_NOTICE", "START_RECTIFYING")),
    ("IC-310000-01", "NAME_AND_SEAL", "HIGH", "对外文件以中心名义落款，未使用建设主体名称。", ()),
    ("FF-440400-01", "DATA_USE", "LOW", "数据访问日志保存期限不足。",
     ("ISSUE_NOTICE", "START_RECTIFYING", "CLOSE")),
)  # fmt: skip
EXISTS: Final = {
    "task": "select exists (select from platforms.innovation_task where center_code = $1 "
    "and title = $2)",
    "measure": "select exists (select from platforms.support_measure where center_code = $1 "
    "and granted_by = $2)",
    "exhibition": "select exists (select from platforms.exhibition_entry where center_code = $1 "
    "and exhibition = $2)",
    "supervision": "select exists (select from platforms.supervision_action "
    "where center_code = $1 and finding = $2)",
    "center": "select exists (select from platforms.operation_center where code = $1)",
}
NEW_TASK: Final = """
select id from platforms.innovation_task where center_code = $1 and title = $2
"""
REACHED: Final = """
select m.id, m.due_on, p.center_code, c.kind
from platforms.milestone as m join platforms.work_plan as p on p.id = m.plan_id
join platforms.operation_center as c on c.code = p.center_code
where p.status = 'APPROVED' and m.done_on is null and m.ordinal < 2 and m.due_on < $1
  and p.center_code = any($2)
"""
PLANNED: Final = (
    *("FT-110000-01", "FF-440400-01", "FS-310000-01", "FU-110000-01", "RC-320000-01"),
    "IC-340100-01",
)
ROLES: Final = {
    "FUNCTIONAL": Role.FUNCTIONAL_PLATFORM,
    "REGIONAL": Role.REGIONAL_CENTER,
    "INDUSTRY": Role.INDUSTRY_CENTER,
}


async def load_guidance(database: Database, today: date) -> None:
    """Load what is not there yet, for the demo centres that are."""
    for code, kind, title, begun in TASKS:
        if await _is_missing(database, "task", code, title):
            await _task(database, code, kind, title, begun)
    for code, kind, by, amount in MEASURES:
        if await _is_missing(database, "measure", code, by):
            measure = Measure(kind, by, amount, date(2023, 1, 1), date(2025, 12, 31))
            command = _command(database, CNIPA, "recordSupportMeasure", date(2023, 1, 10))
            await record_support(command, code, measure)
    for code, exhibition, first, last in EXHIBITIONS:
        if await _is_missing(database, "exhibition", code, exhibition):
            command = _command(database, CNIPA, "recordExhibition", first)
            await record_exhibition(command, code, exhibition, first, last)
    for code, field, risk, finding, steps in SUPERVISION:
        if await _is_missing(database, "supervision", code, finding):
            await _supervise(database, Finding(code, field, risk, finding), steps, today)
    for each in await database.fetch("demo.reached", REACHED, today, list(PLANNED)):
        day = each["due_on"] - timedelta(days=12)
        host = Caller("示例：平台", ROLES[each["kind"]], center=each["center_code"])
        command = _command(database, host, "completeMilestone", day)
        await complete_milestone(command, each["id"], day, day)


async def _is_missing(database: Database, what: str, code: str, name: str) -> bool:
    if not await database.fetchval("demo.center_exists", EXISTS["center"], code):
        return False
    return not await database.fetchval(f"demo.{what}_exists", EXISTS[what], code, name)


async def _task(database: Database, code: str, kind: str, title: str, begun: bool) -> None:
    day = date(2023, 2, 20)
    await grant_task(_command(database, CNIPA, "grantInnovationTask", day), code, kind, title)
    if begun:
        role = {"F": "FUNCTIONAL", "R": "REGIONAL", "I": "INDUSTRY"}[code[0]]
        host = Caller("示例：平台", ROLES[role], center=code)
        task_id = await database.fetchval("demo.new_task", NEW_TASK, code, title)
        command = _command(database, host, "advanceInnovationTask", day + timedelta(days=30))
        await advance_task(command, task_id, "START", None)


async def _supervise(
    database: Database, found: Finding, steps: tuple[str, ...], today: date
) -> None:
    day = today - timedelta(days=30)
    action = await open_supervision(_command(database, CNIPA, "openSupervision", day), found, day)
    for number, step in enumerate(steps, 1):
        later = day + timedelta(days=5 * number)
        note = "已按要求整改并核实。" if step == "CLOSE" else None
        command = _command(database, CNIPA, "advanceSupervision", later)
        await advance_supervision(command, action, step, note, later)


def _command(database: Database, caller: Caller, name: str, day: date) -> Command:
    moment = datetime.combine(day, time(10), CHINA_TIME)
    return Command(database, caller, "platforms", name, moment)
