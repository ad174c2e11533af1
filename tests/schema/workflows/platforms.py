"""Drivers of the workflows of `platforms`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from resolvers.database.pool import Database
from resolvers.platforms.workflows.center import CENTER
from resolvers.platforms.workflows.innovation_task import INNOVATION_TASK
from resolvers.platforms.workflows.recognition import RECOGNITION
from resolvers.platforms.workflows.supervision import SUPERVISION
from resolvers.platforms.workflows.work_plan import WORK_PLAN
from tests.schema.workflows.driver import Placed
from tests.schema.world import HOLDER, Asker

CODE = "IC-440300-07"
"""An industry centre in a separately planned city: its city acts, the province only reads."""
JURISDICTION = "440300"

SUMMARY = {
    "period_from": "2020-01-01",
    "period_to": "2022-12-31",
    "construction_entity": "示例主体",
    "operating_mechanism": "示例机制",
    "team": "20 人",
    "business": "示例业务",
    "product_development": "示例产品",
    "investment_and_benefit": "示例投入",
    "growth": [["成交数", "10", "20"]],
}
STATUS_OF_STAGE = {
    "UNDER_EVALUATION": "UNDER_EVALUATION",
    "PLAN_GUIDANCE": "UNDER_EVALUATION",
    "RE_EVALUATION": "UNDER_EVALUATION",
    "RECOGNISED": "RECOGNISED",
    "RECTIFICATION": "IN_RECTIFICATION",
    "TRANSITION": "IN_TRANSITION",
    "NOT_RECOGNISED": "NOT_RECOGNISED",
}
PLAN_OF_STAGE = {
    "DRAFTING": "DRAFT",
    "PROVINCIAL_REVIEW": "UNDER_REVIEW",
    "SUBMITTED_TO_CNIPA": "UNDER_REVIEW",
    "PLAN_GUIDANCE": "CHANGES_REQUESTED",
}
RELATIONS = {"center": CODE, "office": JURISDICTION, "reader": JURISDICTION}


async def add_center(
    database: Database,
    code: str = CODE,
    status: str = "PILOT",
    *,
    kind: str = "INDUSTRY",
    function: str | None = None,
    region: str = "440300",
    jurisdiction: str = JURISDICTION,
    name: str = "示例中心",
) -> None:
    await database.execute(
        "test.center",
        "insert into platforms.operation_center (code, kind, function, name, name_scheme,"
        " host_uscc, region_code, jurisdiction_code, status, source_system, confidence,"
        " content_hash) values ($1, $2, $3, $4, 'PILOT_NAME', $5, $6, $7, $8, 's', 'CENTER', 'h')",
        *(code, kind, function, name, HOLDER, region, jurisdiction, status),
    )


async def add_round(database: Database, code: str = "TEST", kind: str = "INDUSTRY") -> None:
    await database.execute(
        "test.round",
        "insert into platforms.recognition_round (code, kind) values ($1, $2)"
        " on conflict do nothing",
        *(code, kind),
    )


async def add_plan(database: Database, status: str, code: str = CODE) -> UUID:
    """Add a complete plan with one milestone."""
    plan: UUID = await database.fetchval(
        "test.plan",
        "insert into platforms.work_plan (center_code, starts_on, ends_on, goals, status)"
        " values ($1, '2024-01-01', '2026-12-31', '{完成专利许可 100 件}', $2) returning id",
        *(code, status),
    )
    await database.execute(
        "test.milestone",
        "insert into platforms.milestone (plan_id, ordinal, title, task, measure, due_on)"
        " values ($1, 0, '节点', '任务', '举措', '2024-12-31')",
        plan,
    )
    return plan


async def add_case(database: Database, stage: str, code: str = CODE, rounds: str = "TEST") -> str:
    """Add a complete case with all evidence, and one item that is done."""
    plan = await add_plan(database, PLAN_OF_STAGE.get(stage, "APPROVED"), code)
    in_period = stage in ("RECTIFICATION", "TRANSITION", "RE_EVALUATION")
    case = await database.fetchval(
        "test.case",
        "insert into platforms.recognition_case (center_code, round, track, stage, work_plan_id,"
        " summary, not_a_legal_person, no_seal_under_name, no_cross_region_branch,"
        " establishment_rules_kept, declared_on, rectification_kind, rectification_starts_on,"
        " rectification_ends_on) values ($1, $2, 'PILOT_PLATFORM', $3, $4, $5, true, true, true,"
        " true, '2024-01-01', $6, $7::text::date, $8::text::date) returning id",
        *(code, rounds, stage, plan, SUMMARY),
        *(("RECTIFICATION", "2024-01-01", "2025-01-01") if in_period else (None, None, None)),
    )
    await database.execute(
        "test.evidence",
        "insert into platforms.evaluation_evidence (case_id, method, result, note, found_on)"
        " select $1, method, 'PASS', 'x', '2024-02-01'"
        " from unnest(array['MATERIAL_CHECK', 'FUNCTION_TEST', 'SITE_VISIT']) as method",
        case,
    )
    if in_period:
        await database.execute(
            "test.item",
            "insert into platforms.rectification_item (case_id, ordinal, requirement, done,"
            " evidence) values ($1, 0, '接口', true, '已建')",
            case,
        )
    return str(case)


async def _state(database: Database, table: str, key: str, column: str) -> str:
    state: str = await database.fetchval(
        "test.state", f"select {column} from platforms.{table} where id = $1", UUID(key)
    )
    return state


class Recognition:
    workflow = RECOGNITION
    subgraph = "platforms"

    async def place(self, database: Database, state: str) -> Placed:
        await add_center(database, status=STATUS_OF_STAGE.get(state, "PILOT"))
        await add_round(database)
        return Placed(await add_case(database, state), relations=RELATIONS)

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        decision: dict[str, Any] | None = None
        if action == "RECOGNISE":
            decision = {"officialName": "国家级产业知识产权运营中心（示例）"}
        elif action in ("ORDER_RECTIFICATION", "GRANT_TRANSITION"):
            decision = {"reason": "建设不到位", "rectificationItems": ["补充数据接口"]}
        _, codes = await asker.mutate(
            "mutation ($id: ID!, $action: RecognitionAction!, $decision: DecisionInput) {"
            ' advanceRecognition(caseId: $id, action: $action, comment: "意见",'
            " decision: $decision) { case { stage } errors { code } } }",
            id=placed.id,
            action=action,
            decision=decision,
        )
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        return await _state(database, "recognition_case", placed.id, "stage")


class WorkPlan:
    workflow = WORK_PLAN
    subgraph = "platforms"

    async def place(self, database: Database, state: str) -> Placed:
        await add_center(database)
        return Placed(str(await add_plan(database, state)), relations=RELATIONS)

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        assert action == "APPROVE"
        _, codes = await asker.mutate(
            "mutation ($id: ID!) { approveWorkPlan(id: $id)"
            " { workPlan { status } errors { code } } }",
            id=placed.id,
        )
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        return await _state(database, "work_plan", placed.id, "status")


class Supervision:
    workflow = SUPERVISION
    subgraph = "platforms"

    async def place(self, database: Database, state: str) -> Placed:
        await add_center(database)
        closed = state == "CLOSED"
        id_ = await database.fetchval(
            "test.supervision",
            "insert into platforms.supervision_action (center_code, jurisdiction_code, field,"
            " risk_level, finding, status, opened_on, closed_on, result) values ($1, $2,"
            " 'DATA_USE', 'LOW', '问题', $3, '2024-01-01', $4::text::date, $5) returning id",
            *(CODE, JURISDICTION, state, "2024-02-01" if closed else None),
            "结果" if closed else None,
        )
        return Placed(str(id_), relations=RELATIONS)

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        closing = 'closeSupervision(id: $id, result: "已整改")'
        advancing = f"advanceSupervision(id: $id, step: {action})"
        _, codes = await asker.mutate(
            "mutation ($id: ID!) { %s { action { status } errors { code } } }"
            % (closing if action == "CLOSE" else advancing),
            id=placed.id,
        )
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        return await _state(database, "supervision_action", placed.id, "status")


class InnovationTask:
    workflow = INNOVATION_TASK
    subgraph = "platforms"

    async def place(self, database: Database, state: str) -> Placed:
        await add_center(database)
        id_ = await database.fetchval(
            "test.task",
            "insert into platforms.innovation_task (center_code, kind, title, status)"
            " values ($1, 'MODEL_INNOVATION', '任务', $2) returning id",
            *(CODE, state),
        )
        return Placed(str(id_), relations=RELATIONS)

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        _, codes = await asker.mutate(
            "mutation ($id: ID!, $action: TaskAction!) { advanceInnovationTask(id: $id,"
            ' action: $action, comment: "说明") { center { code } errors { code } } }',
            id=placed.id,
            action=action,
        )
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        return await _state(database, "innovation_task", placed.id, "status")


class Center:
    workflow = CENTER
    subgraph = "platforms"

    async def place(self, database: Database, state: str) -> Placed:
        await add_center(database, status=state)
        return Placed(CODE, relations=RELATIONS)

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        assert action == "REVOKE"
        _, codes = await asker.mutate(
            'mutation ($code: ID!) { revokeRecognition(centerCode: $code, reason: "理由")'
            " { center { status } errors { code } } }",
            code=placed.id,
        )
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        state: str = await database.fetchval(
            "test.state", "select status from platforms.operation_center where code = $1", CODE
        )
        return state


DRIVERS = (Recognition(), WorkPlan(), Supervision(), InnovationTask(), Center())
