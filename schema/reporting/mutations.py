"""Mutations of `reporting`."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import field

from resolvers.reporting.commands.advance_evaluation import advance_evaluation
from resolvers.reporting.commands.ingest import SentFile, roll_back_ingest, start_ingest
from resolvers.reporting.commands.open_evaluation import open_evaluation_year
from resolvers.reporting.commands.retry_ingest import retry_ingest_rows
from resolvers.reporting.commands.save_report import save_report
from resolvers.reporting.commands.score_evaluation import score_evaluation
from resolvers.reporting.commands.transition_report import transition_report
from resolvers.reporting.evaluation_rows import evaluation_row
from resolvers.reporting.ingest_port import IngestPort
from resolvers.reporting.lists import list_evaluations
from resolvers.reporting.sight import EVERYTHING
from resolvers.reporting.workflows.ingest import RETRIERS, ROLLERS
from resolvers.reporting.workflows.report import CNIPA, OFFICE, OWN
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.errors import CodedError
from schema.common.mutations import UserError, errors_field, mutation
from schema.common.sizes import sized
from schema.reporting.access import find_batch, find_report
from schema.reporting.arguments import PeriodArgument, YearArgument
from schema.reporting.data_sources import DataSourceMutations
from schema.reporting.enums import EvaluationStage, FeedKind, ReportAction, ScoreRole
from schema.reporting.evaluations import PerformanceEvaluation
from schema.reporting.ingest import IngestBatch
from schema.reporting.inputs import IndicatorValueInput, RowCorrectionInput, ScoreInput
from schema.reporting.queries import MOST_EVALUATIONS
from schema.reporting.reports import BusinessReport

CenterCode = Annotated[strawberry.ID, strawberry.argument(description=descriptions.CENTER_CODE)]
IdArgument = Annotated[strawberry.ID, strawberry.argument(description=zh_en("标识", "Id"))]
Comment = Annotated[
    str | None,
    strawberry.argument(
        description=zh_en("说明，最多 1000 字", "Comment, at most 1,000 characters")
    ),
]


@strawberry.type(description=zh_en("报送的变更结果", "What became of a report"))
class ReportPayload:
    report: BusinessReport | None = field(
        default=None,
        description=zh_en(
            "报送；提交未通过校验时为 VALIDATION_FAILED，原因见 errors 与 issues",
            "The report; one that failed the checks is VALIDATION_FAILED, for the reasons in "
            "errors and in its issues",
        ),
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("批次的变更结果", "What became of a batch"))
class BatchPayload:
    batch: IngestBatch | None = field(default=None, description=zh_en("批次", "The batch"))
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("评价的变更结果", "What became of an evaluation"))
class EvaluationPayload:
    evaluation: PerformanceEvaluation | None = field(
        default=None, description=zh_en("评价", "The evaluation")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("变更", "Mutations"))
class Mutation(DataSourceMutations):
    @mutation(
        description=zh_en(
            "保存某期间的报送：新建草稿，或修改草稿、被退回、未通过校验的报送；values 整体替换",
            "Save the report of a period: a new draft, or one that is a draft, returned or failed "
            "the checks; the values are replaced as a whole",
        ),
        permits=OWN,
        payload=ReportPayload,
    )
    async def save_business_report(
        self,
        info: Info,
        center_code: CenterCode,
        period: PeriodArgument,
        values: Annotated[
            list[IndicatorValueInput],
            strawberry.argument(description=zh_en("各项指标", "The values")),
        ],
    ) -> ReportPayload:
        context = info.context
        saved = await save_report(
            context.command("saveBusinessReport"),
            context.ask(),
            id_text(center_code),
            period,
            [each.to_entry() for each in values],
            context.today,
        )
        row = await find_report(context, saved)
        return ReportPayload(report=BusinessReport.from_row(row, context.today) if row else None)

    @mutation(
        description=zh_en(
            "办理报送：提交、退回、确认、接收、锁定、重新打开",
            "Send a report on, or back: submit, return, confirm, accept, lock, reopen",
        ),
        permits=(*OWN, *OFFICE, *CNIPA),
        payload=ReportPayload,
    )
    async def transition_report(
        self,
        info: Info,
        id: IdArgument,
        expected_version: Annotated[
            int,
            strawberry.argument(description=zh_en("所见的版本", "The version the caller has seen")),
        ],
        action: Annotated[
            ReportAction, strawberry.argument(description=zh_en("操作", "What to do"))
        ],
        comment: Comment = None,
    ) -> ReportPayload:
        context = info.context
        moved = await transition_report(
            context.command("transitionReport"),
            context.ask(),
            uuid_key(id),
            expected_version,
            action.value,
            comment,
            context.today,
        )
        row = await find_report(context, moved.report_id)
        return ReportPayload(
            report=BusinessReport.from_row(row, context.today) if row else None,
            errors=[UserError.from_problem(problem) for problem in moved.problems],
        )

    @mutation(
        description=zh_en(
            "报送一个数据文件（10 MiB 以内）；内容相同的文件返回原批次",
            "Send a file of data, of at most 10 MiB; the same bytes again give the old batch",
        ),
        permits=OWN,
        payload=BatchPayload,
    )
    async def start_ingest(
        self,
        info: Info,
        center_code: CenterCode,
        feed: Annotated[FeedKind, strawberry.argument(description=zh_en("数据种类", "Feed"))],
        *,
        file_name: Annotated[
            str | None, strawberry.argument(description=zh_en("文件名", "File name"))
        ] = None,
        content_base64: Annotated[
            str,
            strawberry.argument(description=zh_en("文件内容（base64）", "The file, in base64")),
        ],
    ) -> BatchPayload:
        context = info.context
        batch_id = await start_ingest(
            context.command("startIngest"),
            _adapters(info),
            id_text(center_code),
            SentFile(feed.value, file_name, content_base64),
        )
        row = await find_batch(context, batch_id)
        return BatchPayload(batch=IngestBatch.from_row(row) if row else None)

    @mutation(
        description=zh_en(
            "回退一个已入库的批次：删除由其新建且其后未被更改的记录；被其覆盖的旧值没有留存，"
            "无法恢复，该类记录保持现值，数量见 rowsKept",
            "Roll a loaded batch back: records it made and nobody changed since are removed. "
            "Values it overwrote are not kept and cannot be restored: those records stay as they "
            "are, rowsKept says how many",
        ),
        permits=ROLLERS,
        payload=BatchPayload,
    )
    async def roll_back_ingest(
        self,
        info: Info,
        id: IdArgument,
        reason: Annotated[str, strawberry.argument(description=zh_en("原因", "The reason"))],
    ) -> BatchPayload:
        context = info.context
        batch_id = uuid_key(id)
        await roll_back_ingest(context.command("rollBackIngest"), _adapters(info), batch_id, reason)
        row = await find_batch(context, batch_id)
        return BatchPayload(batch=IngestBatch.from_row(row) if row else None)

    @mutation(
        description=zh_en(
            "再次校验一个批次中待更正的行：rows 按原样（规则、对照或事实已更正时），"
            "corrections 按更正；均不填即为全部待更正的行。每行各自判定，通过的入库；"
            "重复提交不产生变化。"
            "返回校验的批次；无变化时返回已有的批次",
            "Try waiting rows of a batch again: rows as they are (once a word, a mapping or a fact "
            "was mended), corrections with new cells; without either all that wait. Each row "
            "stands for itself; the same again changes nothing. Gives the batch that tried them, "
            "or the one that holds them when nothing changed",
        ),
        permits=RETRIERS,
        payload=BatchPayload,
    )
    async def retry_ingest_rows(
        self,
        info: Info,
        batch_id: Annotated[
            strawberry.ID, strawberry.argument(description=zh_en("批次标识", "Id of the batch"))
        ],
        rows: Annotated[
            list[int] | None,
            strawberry.argument(
                description=zh_en("原文件中的行号（至多 10000）", "Rows, at most 10,000")
            ),
        ] = None,
        corrections: Annotated[
            list[RowCorrectionInput] | None,
            strawberry.argument(
                description=zh_en("更正的行（至多 1000）", "Corrected rows, at most 1,000")
            ),
        ] = None,
    ) -> BatchPayload:
        context = info.context
        tried = await retry_ingest_rows(
            context.command("retryIngestRows"),
            _adapters(info),
            uuid_key(batch_id),
            rows,
            [each.to_entry() for each in corrections or ()],
        )
        row = await find_batch(context, tried)
        return BatchPayload(batch=IngestBatch.from_row(row) if row else None)

    @mutation(
        description=zh_en(
            "启动某年度的绩效评价：为每个已认定的平台（中心）建立评价，返回该年度全部评价",
            "Open the evaluation of a year: one per recognised centre; returns all of the year",
        ),
        permits=CNIPA,
        directives=sized(100),
    )
    async def open_evaluation_year(
        self, info: Info, year: YearArgument
    ) -> list[PerformanceEvaluation]:
        context = info.context
        command = context.command("openEvaluationYear")
        await open_evaluation_year(command, context.ask(), year, context.today)
        listed = list_evaluations(year, None, EVERYTHING)
        records = await listed.load_first(context.loaders.queries, MOST_EVALUATIONS)
        return [PerformanceEvaluation.from_row(evaluation_row(each)) for each in records]

    @mutation(
        description=zh_en(
            "为评价打分：自评、省级、专家", "Score an evaluation: itself, the office, experts"
        ),
        permits=(*OWN, *OFFICE, *CNIPA),
        payload=EvaluationPayload,
    )
    async def score_evaluation(
        self,
        info: Info,
        id: IdArgument,
        by: Annotated[ScoreRole, strawberry.argument(description=zh_en("由谁评分", "Who scores"))],
        scores: Annotated[
            list[ScoreInput], strawberry.argument(description=zh_en("得分", "The scores"))
        ],
    ) -> EvaluationPayload:
        context = info.context
        await score_evaluation(
            context.command("scoreEvaluation"),
            uuid_key(id),
            by.value,
            [(each.criterion, each.value) for each in scores],
        )
        return await _evaluation(info, id)

    @mutation(
        description=zh_en(
            "推进评价到下一阶段；提出异议时 comment 为异议内容",
            "Advance an evaluation to its next stage; the comment of OBJECTION is the objection",
        ),
        permits=(*OWN, *OFFICE, *CNIPA),
        payload=EvaluationPayload,
    )
    async def advance_evaluation(
        self,
        info: Info,
        id: IdArgument,
        to: Annotated[
            EvaluationStage, strawberry.argument(description=zh_en("下一阶段", "The next stage"))
        ],
        comment: Comment = None,
    ) -> EvaluationPayload:
        context = info.context
        command = context.command("advanceEvaluation")
        await advance_evaluation(command, uuid_key(id), to.value, comment, context.today)
        return await _evaluation(info, id)


def _adapters(info: Info) -> IngestPort:
    """Return the adapters; raises `CodedError` (INGEST_OFF) where this server has none."""
    if info.context.ingest is None:
        raise CodedError("INGEST_OFF", "此处未启用数据接入", "This server takes no files in")
    return info.context.ingest


async def _evaluation(info: Info, id: strawberry.ID) -> EvaluationPayload:
    row = await info.context.loaders.reporting.evaluations.evaluations.load(uuid_key(id))
    return EvaluationPayload(evaluation=PerformanceEvaluation.from_row(row) if row else None)
