"""Types of `platforms` that lead to each other: centres, cases, plans, supervision, and types of
others that centres are added to."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry
from strawberry import field

from resolvers.identity import Caller
from resolvers.platforms.case_rows import CaseRow, PlanRow, SupervisionRow
from resolvers.platforms.dossier import Summary
from resolvers.platforms.loaders import Centers
from resolvers.platforms.rights import center_subject, sees_restricted
from resolvers.platforms.rows import CenterNameRow, CenterRow
from resolvers.platforms.workflows.recognition import RECOGNITION
from resolvers.platforms.workflows.supervision import SUPERVISION
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.pages import Connection
from schema.common.scalars import USCC, IndustryCode, RegionCode
from schema.common.sizes import sized
from schema.platforms.enums import (
    CenterKind,
    CenterStatus,
    Circle,
    PlatformFunction,
    SupportToolKind,
)
from schema.platforms.outcomes import RecognitionDecision, Rectification, SupportMeasure
from schema.platforms.recognition_enums import (
    RecognitionAction,
    RecognitionStage,
    RecognitionTrack,
    RiskLevel,
    SupervisionField,
    SupervisionStatus,
    SupervisionStep,
    WorkPlanStatus,
)
from schema.platforms.recognition_parts import (
    Declarations,
    EvaluationEvidence,
    ExhibitionEntry,
    InnovationTask,
    Milestone,
    PilotSummary,
    StageChange,
)
from schema.platforms.register import CenterName, PolicyDocument

KindArgument = Annotated[CenterKind | None, strawberry.argument(description=zh_en("类型", "Kind"))]
StatusArgument = Annotated[
    CenterStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
]


@strawberry.federation.type(keys=["code"], description=descriptions.OPERATION_CENTER)
class OperationCenter:
    row: strawberry.Private[CenterRow]
    code: strawberry.ID = field(description=descriptions.CENTER_CODE)
    kind: CenterKind = field(description=zh_en("类型", "Kind"))
    function: PlatformFunction | None = field(
        description=zh_en("功能；只有功能性平台有", "Function, of functional platforms only")
    )
    support_tool: SupportToolKind | None = field(
        description=zh_en("支撑工具的类别", "Kind of a support tool")
    )
    circle: Circle = field(
        description=zh_en("圈层，由类型决定", "Circle, which follows from the kind")
    )
    # Nullable, so that a record of a centre nobody registered shows its code and no error.
    name: str | None = field(
        description=zh_en(
            "现用名称，与 officialName 相同；未登记的平台（中心）为空",
            "The present name, as officialName, but null for a centre that is not registered",
        )
    )
    official_name: str = field(
        description=zh_en(
            "名称：认定后为正式名称，认定前为工作名称",
            "Name: the official one once recognised, a working name before",
        )
    )
    status: CenterStatus = field(description=zh_en("状态", "Status"))
    recognised_on: date | None = field(description=zh_en("认定日期", "Date of recognition"))
    functional_positioning: str | None = field(
        description=zh_en("功能定位", "Functional positioning")
    )

    @classmethod
    def from_row(cls, row: CenterRow) -> OperationCenter:
        return cls(
            row=row,
            code=strawberry.ID(row.code),
            kind=CenterKind(row.kind),
            function=PlatformFunction(row.function) if row.function else None,
            support_tool=SupportToolKind(row.support_tool) if row.support_tool else None,
            circle=Circle(row.circle),
            name=row.name,
            official_name=row.name,
            status=CenterStatus(row.status),
            recognised_on=row.recognised_on,
            functional_positioning=row.functional_positioning,
        )

    @loaded(
        description=zh_en(
            "用过的名称（由早到晚），最后一个为现用名称",
            "Its names, oldest first; the last one is the present name",
        ),
        directives=sized(2),
    )
    async def name_history(self, info: Info) -> list[CenterName]:
        former = await info.context.loaders.platforms.former_names.load(self.row.code)
        present = CenterNameRow(self.row.name, self.row.name_scheme, self.row.named_on, None)
        return [CenterName.from_row(row) for row in (*former, present)]

    @computed(
        description=zh_en(
            "建设主体；平台（中心）本身不是法人", "The host; a centre itself is no legal person"
        )
    )
    def host(self) -> Organization:
        return Organization(uscc=USCC(self.row.host_uscc))

    @computed(description=zh_en("所在地", "Where it sits"))
    def region(self) -> Region:
        return Region(code=RegionCode(self.row.region_code))

    @computed(description=zh_en("负责日常指导监督的管辖范围", "The jurisdiction that guides it"))
    def jurisdiction(self) -> Jurisdiction:
        return Jurisdiction(code=self.row.jurisdiction_code)

    @loaded(description=zh_en("辐射范围", "The regions it serves"), directives=sized(10))
    async def service_regions(self, info: Info) -> list[Region]:
        codes = await info.context.loaders.platforms.service_regions.load(self.row.code)
        return [Region(code=RegionCode(code)) for code in codes]

    @loaded(description=zh_en("服务的重点产业", "The industries it serves"), directives=sized(5))
    async def industries(self, info: Info) -> list[Industry]:
        codes = await info.context.loaders.platforms.industries.load(self.row.code)
        return [Industry(code=IndustryCode(code)) for code in codes]

    @loaded(
        description=zh_en(
            "认定文件；只有文号而未登记的为空",
            "Document of recognition; null while only its number is known",
        )
    )
    async def recognition_document(self, info: Info) -> PolicyDocument | None:
        number = self.row.recognition_document
        if number is None:
            return None
        row = await info.context.loaders.platforms.documents.load(number)
        return PolicyDocument.from_row(row) if row else None

    @loaded(
        description=zh_en(
            "最近的认定案件；只有本平台、其省（市）知识产权局和国家知识产权局可见，其他人为空",
            "Its latest recognition case; null but for its own people, its office, the province "
            "around a separately planned city, and CNIPA",
        )
    )
    async def recognition_case(self, info: Info) -> RecognitionCase | None:
        if not self._is_open_to(info.context.caller):
            return None
        row = await info.context.loaders.platforms.recognition.case_of_center.load(self.row.code)
        return RecognitionCase.from_row(row) if row else None

    @loaded(
        description=zh_en(
            "工作方案（由早到晚）；已通过和已结束的公开，其他的只有能看到认定案件的人可见",
            "Work plans, oldest first; approved and closed ones are open, others are seen by those "
            "who see the recognition case",
        ),
        directives=sized(5),
    )
    async def work_plans(self, info: Info) -> list[WorkPlan]:
        rows = await info.context.loaders.platforms.recognition.plans_of_center.load(self.row.code)
        restricted = self._is_open_to(info.context.caller)
        return [WorkPlan.from_row(row) for row in rows if restricted or row.status in _OPEN_PLANS]

    @loaded(
        description=zh_en(
            "模式创新和业务创新任务（最近 200 项）；公开",
            "Innovation tasks, the last 200; open to all",
        ),
        directives=sized(10),
    )
    async def innovation_tasks(self, info: Info) -> list[InnovationTask]:
        rows = await info.context.loaders.platforms.recognition.tasks.load(self.row.code)
        return [InnovationTask.from_row(row) for row in rows]

    @loaded(
        description=zh_en(
            "项目、资金、政策支持和条件保障（最近 200 项）；公开，金额除外",
            "Support measures, the last 200; open to all but for the amounts",
        ),
        directives=sized(10),
    )
    async def support_measures(self, info: Info) -> list[SupportMeasure]:
        rows = await info.context.loaders.platforms.recognition.measures.load(self.row.code)
        shows_amount = self._is_open_to(info.context.caller)
        return [SupportMeasure.from_row(row, shows_amount) for row in rows]

    @loaded(
        description=zh_en(
            "参加的展会（最近 200 项）；公开",
            "Exhibitions it takes part in, the last 200; open to all",
        ),
        directives=sized(20),
    )
    async def exhibitions(self, info: Info) -> list[ExhibitionEntry]:
        rows = await info.context.loaders.platforms.recognition.exhibitions.load(self.row.code)
        return [ExhibitionEntry.from_row(row) for row in rows]

    @loaded(
        description=zh_en(
            "监督事项（由近到远，最近 200 项）；只有能看到认定案件的人可见，其他人为空列表",
            "Supervision actions, newest first, the last 200; an empty list for those who may not "
            "see the recognition case",
        ),
        directives=sized(5),
    )
    async def supervision_actions(
        self,
        info: Info,
        open: Annotated[
            bool | None,
            strawberry.argument(
                description=zh_en(
                    "true：未结案；false：已结案", "true: not closed yet; false: closed"
                )
            ),
        ] = None,
    ) -> list[SupervisionAction]:
        if not self._is_open_to(info.context.caller):
            return []
        loader = info.context.loaders.platforms.recognition.supervision_of_center
        return [SupervisionAction.from_row(row) for row in await loader.load(open, self.row.code)]

    def _is_open_to(self, caller: Caller) -> bool:
        """Whether the caller may see what is restricted about this centre."""
        row = self.row
        return sees_restricted(caller, row.code, row.jurisdiction_code, row.region_code)


_OPEN_PLANS = frozenset({"APPROVED", "CLOSED"})


async def _center_of(info: Info, code: str) -> OperationCenter:
    """Return the centre of a row that cannot be without one."""
    row = await info.context.loaders.platforms.centers.load(code)
    assert row is not None
    return OperationCenter.from_row(row)


@strawberry.federation.type(
    keys=["id"],
    description=zh_en(
        "认定案件：总结评价与认定命名；只有本平台、其省（市）知识产权局和国家知识产权局可见",
        "A recognition case; seen by the centre's people, its office, the province around a "
        "separately planned city, and CNIPA",
    ),
)
class RecognitionCase:
    row: strawberry.Private[CaseRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    round: str = field(description=zh_en("轮次", "Round of evaluation"))
    track: RecognitionTrack = field(description=zh_en("申报途径", "Which dossier it has"))
    stage: RecognitionStage = field(description=zh_en("阶段", "Stage"))
    declarations: Declarations | None = field(description=zh_en("四项声明", "The declarations"))
    summary: PilotSummary | None = field(description=zh_en("试点总结", "Summary of the pilot"))
    provincial_review: ReviewOpinion | None = field(
        description=zh_en("省级知识产权局的审核意见（最近一次）", "Latest opinion of the office")
    )
    functional_positioning: str | None = field(
        description=zh_en("拟定的功能定位", "The functional positioning it proposes")
    )
    submitted_on: date | None = field(
        description=zh_en("首次报送国家知识产权局之日", "Day on which it first reached CNIPA")
    )
    late: bool = field(
        description=zh_en("是否逾轮次截止日报送", "Whether that was after the round's deadline")
    )

    @classmethod
    def from_row(cls, row: CaseRow) -> RecognitionCase:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            round=row.round,
            track=RecognitionTrack(row.track),
            stage=RecognitionStage(row.stage),
            declarations=Declarations.from_row(row),
            summary=PilotSummary.from_summary(Summary.from_json(row.summary)),
            provincial_review=ReviewOpinion.from_row(row),
            functional_positioning=row.functional_positioning,
            submitted_on=row.submitted_on,
            late=row.late,
        )

    @classmethod
    def shown_to(cls, row: CaseRow, caller: Caller) -> RecognitionCase | None:
        """Return the case, or None to those who may not know of it."""
        seen = sees_restricted(caller, row.center_code, row.jurisdiction_code, row.region_code)
        return cls.from_row(row) if seen else None

    @computed(description=zh_en("平台（中心）", "The centre"))
    async def center(self, info: Info) -> OperationCenter:
        return await _center_of(info, self.row.center_code)

    @loaded(description=zh_en("工作方案", "The work plan"))
    async def work_plan(self, info: Info) -> WorkPlan | None:
        plans = info.context.loaders.platforms.recognition.plans
        row = await plans.load(self.row.work_plan_id)
        return WorkPlan.from_row(row) if row else None

    @loaded(
        description=zh_en("评价记录（由早到晚）", "Evidence, earliest first"), directives=sized(5)
    )
    async def evidence(self, info: Info) -> list[EvaluationEvidence]:
        rows = await info.context.loaders.platforms.recognition.evidence.load(self.row.id)
        return [EvaluationEvidence.from_row(row) for row in rows]

    @computed(description=zh_en("最近一次决定", "The latest decision"))
    def decision(self) -> RecognitionDecision | None:
        return RecognitionDecision.from_row(self.row)

    @computed(description=zh_en("整改期或过渡期", "The period of rectification or transition"))
    def rectification(self, info: Info) -> Rectification | None:
        return Rectification.from_row(self.row, info.context.today)

    @loaded(
        description=zh_en(
            "阶段变化（由早到晚），自起草之后的第一步起",
            "Changes of its stage, earliest first, from the first step after drafting on",
        ),
        directives=sized(10),
    )
    async def history(self, info: Info) -> list[StageChange]:
        loader = info.context.loaders.platforms.recognition.history
        rows = await loader.load(RECOGNITION.name, str(self.row.id))
        # the opening of the case is no step: it has no action
        return [StageChange.from_row(row) for row in rows if row.action is not None]

    @computed(
        description=zh_en(
            "当前用户此时可作的操作（条件另行核查）",
            "What the caller may do now; conditions are checked when it is done",
        )
    )
    def allowed_transitions(self, info: Info) -> list[RecognitionAction]:
        row = self.row
        subject = center_subject(row.center_code, row.jurisdiction_code, row.region_code)
        actions = RECOGNITION.allowed_actions(row.stage, info.context.caller, subject)
        return [RecognitionAction(action) for action in actions]


@strawberry.type(description=zh_en("省级知识产权局的审核意见", "Opinion of the provincial office"))
class ReviewOpinion:
    by: Jurisdiction = field(description=zh_en("审核的知识产权局", "The office"))
    passed: bool = field(description=zh_en("是否同意", "Whether it agrees"))
    opinion: str = field(description=zh_en("意见", "Opinion"))
    on: date = field(description=zh_en("日期", "Day"))

    @classmethod
    def from_row(cls, row: CaseRow) -> ReviewOpinion | None:
        if row.review_passed is None:
            return None
        assert row.review_jurisdiction is not None
        assert row.reviewed_on is not None
        return cls(
            by=Jurisdiction(code=row.review_jurisdiction),
            passed=row.review_passed,
            opinion=row.review_opinion or "",
            on=row.reviewed_on,
        )


@strawberry.federation.type(
    keys=["id"], description=zh_en("为期三年的工作方案", "A work plan of three years")
)
class WorkPlan:
    row: strawberry.Private[PlanRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    starts_on: date = field(description=zh_en("起始日", "First day"))
    ends_on: date = field(
        description=zh_en(
            "截止日（起始日后三年减一天）", "Last day: three years less one day later"
        )
    )
    goals: list[str] = field(description=zh_en("目标", "Goals"))
    status: WorkPlanStatus = field(description=zh_en("状态", "State"))

    @classmethod
    def from_row(cls, row: PlanRow) -> WorkPlan:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            goals=list(row.goals),
            status=WorkPlanStatus(row.status),
        )

    @classmethod
    def shown_to(cls, row: PlanRow, caller: Caller) -> WorkPlan | None:
        """Return the plan, or None to those who may not know of it."""
        is_open = row.status in _OPEN_PLANS or sees_restricted(
            caller, row.center_code, row.jurisdiction_code, row.region_code
        )
        return cls.from_row(row) if is_open else None

    @computed(description=zh_en("平台（中心）", "The centre"))
    async def center(self, info: Info) -> OperationCenter:
        return await _center_of(info, self.row.center_code)

    @loaded(
        description=zh_en("节点（时间表和路线图）", "Milestones: timetable and road map"),
        directives=sized(10),
    )
    async def milestones(self, info: Info) -> list[Milestone]:
        rows = await info.context.loaders.platforms.recognition.milestones.load(self.row.id)
        return [Milestone.from_row(row) for row in rows]


@strawberry.federation.type(
    keys=["id"],
    description=zh_en(
        "省级知识产权局的监督事项；只有本平台、其省（市）知识产权局和国家知识产权局可见",
        "A supervision action; seen by the centre's people, its office, the province around a "
        "separately planned city, and CNIPA",
    ),
)
class SupervisionAction:
    row: strawberry.Private[SupervisionRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    field: SupervisionField = field(description=zh_en("领域", "What is supervised"))
    risk_level: RiskLevel = strawberry.field(description=zh_en("风险等级", "Level of risk"))
    finding: str = strawberry.field(description=zh_en("发现的问题", "What was found"))
    status: SupervisionStatus = strawberry.field(
        description=zh_en(
            "状态；依次为立项、通知、整改、结案",
            "State; they follow each other: open, notice, rectifying, closed",
        )
    )
    opened_on: date = strawberry.field(description=zh_en("立项日期", "Opened on"))
    closed_on: date | None = strawberry.field(description=zh_en("结案日期", "Closed on"))
    result: str | None = strawberry.field(
        description=zh_en("结案结果", "Result it was closed with")
    )

    @classmethod
    def from_row(cls, row: SupervisionRow) -> SupervisionAction:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            field=SupervisionField(row.field),
            risk_level=RiskLevel(row.risk_level),
            finding=row.finding,
            status=SupervisionStatus(row.status),
            opened_on=row.opened_on,
            closed_on=row.closed_on,
            result=row.result,
        )

    @classmethod
    def shown_to(cls, row: SupervisionRow, caller: Caller) -> SupervisionAction | None:
        """Return the action, or None to those who may not know of it."""
        seen = sees_restricted(caller, row.center_code, row.jurisdiction_code, row.region_code)
        return cls.from_row(row) if seen else None

    @computed(description=zh_en("平台（中心）", "The centre"))
    async def center(self, info: Info) -> OperationCenter:
        return await _center_of(info, self.row.center_code)

    @computed(description=zh_en("负责的知识产权局", "The office that acts"))
    def by(self) -> Jurisdiction:
        return Jurisdiction(code=self.row.jurisdiction_code)

    @computed(description=zh_en("当前用户此时可作的步骤", "The steps the caller may take now"))
    def allowed_steps(self, info: Info) -> list[SupervisionStep]:
        row = self.row
        subject = center_subject(row.center_code, row.jurisdiction_code, row.region_code)
        steps = SUPERVISION.allowed_actions(row.status, info.context.caller, subject)
        return [SupervisionStep(step) for step in steps]


@strawberry.federation.type(keys=["uscc"], description=descriptions.ORGANIZATION)
class Organization:
    uscc: USCC = field(description=descriptions.USCC)

    @loaded(
        description=zh_en("作为建设主体的平台（中心）", "The centres it hosts"), directives=sized(2)
    )
    async def hosted_centers(self, info: Info) -> list[OperationCenter]:
        return _centers(await info.context.loaders.platforms.centers_of_host.load(self.uscc))


@strawberry.federation.type(keys=["code"], description=descriptions.REGION)
class Region:
    code: RegionCode = field(description=descriptions.REGION_CODE)

    @loaded(
        description=zh_en("设在该地（含下级）的平台（中心）", "The centres that sit here or below"),
        directives=sized(10),
    )
    async def operation_centers(
        self, info: Info, kind: KindArgument = None
    ) -> list[OperationCenter]:
        loader = info.context.loaders.platforms.centers_in_region
        return _centers(await loader.load(kind.value if kind else None, self.code))


@strawberry.federation.type(keys=["code"], description=descriptions.INDUSTRY)
class Industry:
    code: IndustryCode = field(description=descriptions.INDUSTRY_CODE)

    @loaded(
        description=zh_en(
            "服务该行业（含下级）的平台（中心）", "The centres that serve it or one below"
        ),
        directives=sized(5),
    )
    async def operation_centers(self, info: Info) -> list[OperationCenter]:
        return _centers(await info.context.loaders.platforms.centers_in_industry.load(self.code))


@strawberry.federation.type(keys=["code"], description=descriptions.JURISDICTION)
class Jurisdiction:
    code: str = field(description=descriptions.JURISDICTION_CODE)

    @loaded(
        description=zh_en("由其指导监督的平台（中心）", "The centres it guides"),
        directives=sized(10),
    )
    async def supervised_centers(
        self, info: Info, status: StatusArgument = None
    ) -> list[OperationCenter]:
        loader = info.context.loaders.platforms.centers_of_jurisdiction
        return _centers(await loader.load(status.value if status else None, self.code))


OperationCenterConnection = Connection[OperationCenter]


def _centers(rows: Centers) -> list[OperationCenter]:
    return [OperationCenter.from_row(row) for row in rows]
