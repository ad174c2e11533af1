"""Mutations of guidance, support and supervision (DOMAIN §1.6).

Of these only `openSupervision` and `closeSupervision` are in the specified schema; the others write
what it lets clients read: steps between, milestones, tasks, support and exhibitions.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from resolvers.identity import CENTER_ROLES, Permit, Role
from resolvers.platforms.commands.guide import (
    advance_task,
    grant_task,
    record_exhibition,
    record_support,
)
from resolvers.platforms.commands.plans import approve_plan, complete_milestone
from resolvers.platforms.commands.supervise import advance_supervision, open_supervision
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.mutations import mutation
from schema.platforms.inputs import SupervisionInput, SupportMeasureInput
from schema.platforms.payloads import CenterPayload, SupervisionPayload, WorkPlanPayload
from schema.platforms.recognition_enums import InnovationKind, SupervisionStep, TaskAction
from schema.platforms.types import OperationCenter, SupervisionAction, WorkPlan

HOSTS = tuple(Permit(role) for role in CENTER_ROLES)
OFFICES = (Permit(Role.PROVINCIAL_OFFICE),)
CNIPA = (Permit(Role.CNIPA_ADMIN),)

CenterCode = Annotated[strawberry.ID, strawberry.argument(description=descriptions.CENTER_CODE)]
Id = Annotated[strawberry.ID, strawberry.argument(description=zh_en("标识", "Id"))]
Comment = Annotated[str | None, strawberry.argument(description=zh_en("说明", "Comment"))]


async def _center_payload(info: Info, code: str) -> CenterPayload:
    row = await info.context.loaders.platforms.centers.load(code)
    return CenterPayload(center=OperationCenter.from_row(row) if row else None)


async def _supervision_payload(info: Info, id_: UUID) -> SupervisionPayload:
    row = await info.context.loaders.platforms.recognition.supervision.load(id_)
    return SupervisionPayload(action=SupervisionAction.from_row(row) if row else None)


async def _plan_payload(info: Info, id_: UUID) -> WorkPlanPayload:
    row = await info.context.loaders.platforms.recognition.plans.load(id_)
    return WorkPlanPayload(work_plan=WorkPlan.from_row(row) if row else None)


@strawberry.type(description=zh_en("指导、支持与监督", "Guidance, support and supervision"))
class GuidanceMutation:
    @mutation(
        description=zh_en(
            "立项监督，由管辖的知识产权局或国家知识产权局进行",
            "Open a supervision action, by the office that acts for the centre or by CNIPA",
        ),
        permits=(*OFFICES, *CNIPA),
        payload=SupervisionPayload,
    )
    async def open_supervision(
        self,
        info: Info,
        input: Annotated[
            SupervisionInput, strawberry.argument(description=zh_en("问题", "What was found"))
        ],
    ) -> SupervisionPayload:
        command = info.context.command("openSupervision")
        id_ = await open_supervision(command, input.to_row(), info.context.today)
        return await _supervision_payload(info, id_)

    @mutation(
        description=zh_en(
            "推进监督：ISSUE_NOTICE 由知识产权局进行，START_RECTIFYING 也可由平台（中心）进行",
            "Take supervision a step further: ISSUE_NOTICE by the office, START_RECTIFYING by the "
            "centre too",
        ),
        permits=(*HOSTS, *OFFICES, *CNIPA),
        payload=SupervisionPayload,
    )
    async def advance_supervision(
        self,
        info: Info,
        id: Id,
        step: Annotated[
            SupervisionStep, strawberry.argument(description=zh_en("步骤", "The step"))
        ],
        note: Comment = None,
    ) -> SupervisionPayload:
        id_ = uuid_key(id)
        command = info.context.command("advanceSupervision")
        await advance_supervision(command, id_, step.value, note, info.context.today)
        return await _supervision_payload(info, id_)

    @mutation(
        description=zh_en(
            "监督结案；须已发通知并整改", "Close supervision, once it was noticed and put right"
        ),
        permits=(*OFFICES, *CNIPA),
        payload=SupervisionPayload,
    )
    async def close_supervision(
        self,
        info: Info,
        id: Id,
        result: Annotated[str, strawberry.argument(description=zh_en("结果", "Result"))],
    ) -> SupervisionPayload:
        id_ = uuid_key(id)
        command = info.context.command("closeSupervision")
        await advance_supervision(command, id_, "CLOSE", result, info.context.today)
        return await _supervision_payload(info, id_)

    @mutation(
        description=zh_en(
            "通过审核中的工作方案（材料核查通过时自动通过）",
            "Approve a plan under review; a document check that passes does so by itself",
        ),
        permits=CNIPA,
        payload=WorkPlanPayload,
    )
    async def approve_work_plan(
        self, info: Info, id: Id, comment: Comment = None
    ) -> WorkPlanPayload:
        id_ = uuid_key(id)
        await approve_plan(info.context.command("approveWorkPlan"), id_, comment)
        return await _plan_payload(info, id_)

    @mutation(
        description=zh_en(
            "建设主体填报已通过方案的节点完成日期",
            "The host notes the day on which a milestone of an approved plan was reached",
        ),
        permits=HOSTS,
        payload=WorkPlanPayload,
    )
    async def complete_milestone(
        self,
        info: Info,
        id: Id,
        done_on: Annotated[
            date | None,
            strawberry.argument(description=zh_en("完成日期（缺省为今天）", "Day; default today")),
        ] = None,
    ) -> WorkPlanPayload:
        command, today = info.context.command("completeMilestone"), info.context.today
        plan_id = await complete_milestone(command, uuid_key(id), done_on or today, today)
        return await _plan_payload(info, plan_id)

    @mutation(
        description=zh_en("下达创新任务", "Give a centre a task of innovation"),
        permits=(*OFFICES, *CNIPA),
        payload=CenterPayload,
    )
    async def grant_innovation_task(
        self,
        info: Info,
        center_code: CenterCode,
        kind: Annotated[InnovationKind, strawberry.argument(description=zh_en("种类", "Kind"))],
        title: Annotated[str, strawberry.argument(description=zh_en("名称", "Title"))],
    ) -> CenterPayload:
        command = info.context.command("grantInnovationTask")
        code = await grant_task(command, id_text(center_code), kind.value, title)
        return await _center_payload(info, code)

    @mutation(
        description=zh_en(
            "推进创新任务：平台（中心）开始、完成，知识产权局取消",
            "Take a task further: the centre starts and finishes it, the office cancels it",
        ),
        permits=(*HOSTS, *OFFICES, *CNIPA),
        payload=CenterPayload,
    )
    async def advance_innovation_task(
        self,
        info: Info,
        id: Id,
        action: Annotated[TaskAction, strawberry.argument(description=zh_en("操作", "The step"))],
        comment: Comment = None,
    ) -> CenterPayload:
        command = info.context.command("advanceInnovationTask")
        code = await advance_task(command, uuid_key(id), action.value, comment)
        return await _center_payload(info, code)

    @mutation(
        description=zh_en("登记支持措施", "Note a support measure"),
        permits=(*OFFICES, *CNIPA),
        payload=CenterPayload,
    )
    async def record_support_measure(
        self,
        info: Info,
        center_code: CenterCode,
        input: Annotated[
            SupportMeasureInput, strawberry.argument(description=zh_en("措施", "The measure"))
        ],
    ) -> CenterPayload:
        command = info.context.command("recordSupportMeasure")
        code = await record_support(command, id_text(center_code), input.to_row())
        return await _center_payload(info, code)

    @mutation(
        description=zh_en("登记参加的展会", "Note that a centre takes part in an exhibition"),
        permits=(*HOSTS, *OFFICES, *CNIPA),
        payload=CenterPayload,
    )
    async def record_exhibition(
        self,
        info: Info,
        center_code: CenterCode,
        exhibition: Annotated[
            str, strawberry.argument(description=zh_en("展会名称", "Exhibition"))
        ],
        from_: Annotated[
            date, strawberry.argument(name="from", description=zh_en("起始日期", "First day"))
        ],
        to: Annotated[date, strawberry.argument(description=zh_en("截止日期", "Last day"))],
    ) -> CenterPayload:
        command = info.context.command("recordExhibition")
        code = await record_exhibition(command, id_text(center_code), exhibition, from_, to)
        return await _center_payload(info, code)
