"""Mutations of `platforms`: recognition of centres, and the register it rests on."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import strawberry

from resolvers.identity import CENTER_ROLES, Permit, Role
from resolvers.platforms.commands.advance import advance
from resolvers.platforms.commands.evaluate import close_item, record_evidence
from resolvers.platforms.commands.register_center import register_center
from resolvers.platforms.commands.registry import open_round, revoke_recognition, save_document
from resolvers.platforms.commands.save_dossier import save_dossier
from resolvers.platforms.dossier import Dossier
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.mutations import mutation
from schema.platforms.guidance_mutations import GuidanceMutation
from schema.platforms.inputs import (
    CenterInput,
    DecisionInput,
    DeclarationsInput,
    EvidenceInput,
    PilotSummaryInput,
    PolicyDocumentInput,
    RecognitionRoundInput,
    WorkPlanInput,
)
from schema.platforms.payloads import (
    CenterPayload,
    PolicyDocumentPayload,
    RecognitionPayload,
    RecognitionRoundPayload,
)
from schema.platforms.recognition_enums import RecognitionAction, RecognitionTrack
from schema.platforms.recognition_parts import RecognitionRound
from schema.platforms.register import PolicyDocument
from schema.platforms.types import OperationCenter, RecognitionCase

HOSTS = tuple(Permit(role) for role in CENTER_ROLES)
OFFICES = (Permit(Role.PROVINCIAL_OFFICE),)
CNIPA = (Permit(Role.CNIPA_ADMIN),)

CaseId = Annotated[
    strawberry.ID, strawberry.argument(description=zh_en("案件标识", "Id of the case"))
]
CenterCode = Annotated[strawberry.ID, strawberry.argument(description=descriptions.CENTER_CODE)]


async def _center_payload(info: Info, code: str) -> CenterPayload:
    """Return the payload of a centre as it is now."""
    row = await info.context.loaders.platforms.centers.load(code)
    return CenterPayload(center=OperationCenter.from_row(row) if row else None)


async def _case_payload(info: Info, case_id: UUID) -> RecognitionPayload:
    row = await info.context.loaders.platforms.recognition.cases.load(case_id)
    return RecognitionPayload(case=RecognitionCase.from_row(row) if row else None)


@strawberry.type(description=zh_en("变更", "Mutations"))
class Mutation(GuidanceMutation):
    @mutation(
        description=zh_en(
            "登记试点平台（中心），由所在地知识产权局或国家知识产权局进行；代码由枢纽编定",
            "Register a pilot, by the office that acts for its region or by CNIPA; the hub makes "
            "its code",
        ),
        permits=(*OFFICES, *CNIPA),
        payload=CenterPayload,
    )
    async def register_center(
        self,
        info: Info,
        input: Annotated[
            CenterInput, strawberry.argument(description=zh_en("平台（中心）", "The centre"))
        ],
    ) -> CenterPayload:
        context = info.context
        command = context.command("registerCenter")
        code = await register_center(command, context.ask(), input.to_row(), context.today)
        return await _center_payload(info, code)

    @mutation(
        description=zh_en(
            "建设主体填写申报材料；起草阶段可反复保存，完善方案、整改、过渡期间只能修改工作方案",
            "The host writes its dossier, again and again while it is drafted; during guidance, "
            "rectification and transition only the work plan may change",
        ),
        permits=HOSTS,
        payload=RecognitionPayload,
    )
    async def save_recognition_dossier(
        self,
        info: Info,
        *,
        center_code: CenterCode,
        round: Annotated[
            str, strawberry.argument(description=zh_en("轮次", "Round of evaluation"))
        ],
        track: Annotated[
            RecognitionTrack | None,
            strawberry.argument(description=zh_en("申报途径", "Which dossier it is")),
        ] = RecognitionTrack.PILOT_PLATFORM,
        summary: Annotated[
            PilotSummaryInput, strawberry.argument(description=zh_en("试点总结", "The summary"))
        ],
        work_plan: Annotated[
            WorkPlanInput, strawberry.argument(description=zh_en("工作方案", "The work plan"))
        ],
        declarations: Annotated[
            DeclarationsInput,
            strawberry.argument(description=zh_en("四项声明", "The declarations")),
        ],
    ) -> RecognitionPayload:
        dossier = Dossier(
            (track or RecognitionTrack.PILOT_PLATFORM).value,
            summary.to_summary(),
            work_plan.to_row(),
            declarations.to_row(),
            (summary.functional_positioning or "").strip() or None,
        )
        command = info.context.command("saveRecognitionDossier")
        code, today = id_text(center_code), info.context.today
        case_id = await save_dossier(command, code, round.strip(), dossier, today)
        return await _case_payload(info, case_id)

    @mutation(
        description=zh_en(
            "推进认定案件：各操作由谁进行、有何条件，见 RecognitionAction",
            "Take a case a step further; see RecognitionAction for who may do what",
        ),
        permits=(*HOSTS, *OFFICES, *CNIPA),
        payload=RecognitionPayload,
    )
    async def advance_recognition(
        self,
        info: Info,
        case_id: CaseId,
        action: Annotated[
            RecognitionAction, strawberry.argument(description=zh_en("操作", "The step"))
        ],
        comment: Annotated[
            str | None,
            strawberry.argument(
                description=zh_en("说明；审核意见写在此处", "Comment; the opinion of the office")
            ),
        ] = None,
        decision: Annotated[
            DecisionInput | None,
            strawberry.argument(description=zh_en("决定", "The decision")),
        ] = None,
    ) -> RecognitionPayload:
        id_ = uuid_key(case_id)
        decided = decision.to_row() if decision else None
        command = info.context.command("advanceRecognition")
        await advance(command, id_, action.value, comment, decided, info.context.today)
        return await _case_payload(info, id_)

    @mutation(
        description=zh_en(
            "记录材料核查、功能测试、实地调研的结果；材料核查通过即通过工作方案",
            "Record a document check, function test or site visit; a document check that passes "
            "approves the work plan",
        ),
        permits=CNIPA,
        payload=RecognitionPayload,
    )
    async def record_evaluation_evidence(
        self,
        info: Info,
        case_id: CaseId,
        evidence: Annotated[
            EvidenceInput, strawberry.argument(description=zh_en("评价记录", "The finding"))
        ],
    ) -> RecognitionPayload:
        id_ = uuid_key(case_id)
        command = info.context.command("recordEvaluationEvidence")
        await record_evidence(command, id_, evidence.to_row(), info.context.today)
        return await _case_payload(info, id_)

    @mutation(
        description=zh_en(
            "整改或过渡期间，建设主体或其知识产权局销号一项要求",
            "During rectification or transition, the host or its office marks an item as done",
        ),
        permits=(*HOSTS, *OFFICES),
        payload=RecognitionPayload,
    )
    async def close_rectification_item(
        self,
        info: Info,
        case_id: CaseId,
        item_id: Annotated[
            strawberry.ID, strawberry.argument(description=zh_en("要求的标识", "Id of the item"))
        ],
        evidence: Annotated[
            str, strawberry.argument(description=zh_en("完成情况", "Evidence that it is done"))
        ],
    ) -> RecognitionPayload:
        id_, item = uuid_key(case_id), uuid_key(item_id)
        command = info.context.command("closeRectificationItem")
        await close_item(command, id_, item, evidence)
        return await _case_payload(info, id_)

    @mutation(
        description=zh_en("撤销认定", "Withdraw a recognition: the centre becomes REVOKED"),
        permits=CNIPA,
        payload=CenterPayload,
    )
    async def revoke_recognition(
        self,
        info: Info,
        center_code: CenterCode,
        reason: Annotated[str, strawberry.argument(description=zh_en("理由", "Reason"))],
    ) -> CenterPayload:
        code = id_text(center_code)
        command = info.context.command("revokeRecognition")
        await revoke_recognition(command, code, reason, info.context.today)
        return await _center_payload(info, code)

    @mutation(
        description=zh_en("开设评价轮次", "Open a round of evaluation"),
        permits=CNIPA,
        payload=RecognitionRoundPayload,
    )
    async def open_recognition_round(
        self,
        info: Info,
        input: Annotated[
            RecognitionRoundInput, strawberry.argument(description=zh_en("轮次", "The round"))
        ],
    ) -> RecognitionRoundPayload:
        given = input.to_row()
        await open_round(info.context.command("openRecognitionRound"), given)
        rows = await info.context.loaders.platforms.recognition.rounds()
        row = next(row for row in rows if row.code == given.code)
        return RecognitionRoundPayload(round=RecognitionRound.from_row(row))

    @mutation(
        description=zh_en(
            "登记政策文件；文号已登记的，以新内容为准",
            "Register a policy document; one whose number is registered is corrected",
        ),
        permits=CNIPA,
        payload=PolicyDocumentPayload,
    )
    async def register_policy_document(
        self,
        info: Info,
        input: Annotated[
            PolicyDocumentInput, strawberry.argument(description=zh_en("文件", "The document"))
        ],
    ) -> PolicyDocumentPayload:
        given = input.to_row()
        await save_document(info.context.command("registerPolicyDocument"), given)
        row = await info.context.loaders.platforms.documents.load(given.number)
        return PolicyDocumentPayload(document=PolicyDocument.from_row(row) if row else None)
