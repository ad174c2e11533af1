"""Queries of `reporting`."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from resolvers.reporting import sql
from resolvers.reporting.evaluation_rows import evaluation_row
from resolvers.reporting.lists import (
    list_batches,
    list_conflicts,
    list_evaluations,
    list_reports,
    list_rows,
    waiting_totals,
)
from resolvers.reporting.loaders import (
    batch_row,
    conflict_row,
    ingest_row_row,
    waiting_total_row,
)
from resolvers.reporting.report_rows import indicator_row, report_row
from resolvers.reporting.sight import sight_of
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.fields import computed
from schema.common.pages import connect, page_size
from schema.common.sizes import BOARD, dear, paged, sized
from schema.common.texts import search_text
from schema.reporting.access import find_batch, find_report
from schema.reporting.arguments import First, YearArgument, read_period
from schema.reporting.audit import AuditQueries
from schema.reporting.changes import ChangeQueries
from schema.reporting.dashboards import DashboardTile, board_code, read_board
from schema.reporting.data_sources import DataSourceQueries
from schema.reporting.enums import (
    BatchStatus,
    DashboardScope,
    EvaluationStage,
    FeedKind,
    ReportStatus,
)
from schema.reporting.evaluations import PerformanceEvaluation
from schema.reporting.ingest import (
    After,
    Code,
    DataConflict,
    DataConflictConnection,
    IngestBatch,
    IngestBatchConnection,
    IngestRow,
    IngestRowConnection,
    OutcomeArgument,
    Resolved,
)
from schema.reporting.quarantine import IngestIssueTotal
from schema.reporting.reports import BusinessReport, Indicator

MOST_REPORTS: Final = 500
MOST_EVALUATIONS: Final = 500

CenterArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description=descriptions.CENTER_CODE)
]
FeedArgument = Annotated[
    FeedKind | None, strawberry.argument(description=zh_en("数据种类", "Feed"))
]
SourceArgument = Annotated[
    str | None, strawberry.argument(description=zh_en("数据源代码", "Code of a source"))
]
BatchArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description=zh_en("批次标识", "Id of a batch"))
]


@strawberry.type(description=zh_en("查询", "Queries"))
class Query(AuditQueries, DataSourceQueries, ChangeQueries):
    @computed(
        description=zh_en("业务数据指标", "Indicators of business data"), directives=sized(50)
    )
    async def indicators(
        self,
        info: Info,
        applies_to: Annotated[
            str | None,
            strawberry.argument(
                description=zh_en(
                    "平台功能或中心类型，如 TRADING_SERVICE、REGIONAL",
                    "A platform function or kind of centre, as TRADING_SERVICE or REGIONAL",
                )
            ),
        ] = None,
    ) -> list[Indicator]:
        queries = info.context.loaders.queries
        wanted = search_text(applies_to)
        records = await queries.fetch("reporting.indicators", sql.INDICATORS, wanted)
        return [Indicator.from_row(indicator_row(record)) for record in records]

    @computed(
        description=zh_en(
            "按标识查询报送；没有或无权查看时为空",
            "One report by its id; null for those who may not see it",
        )
    )
    async def business_report(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description=zh_en("标识", "Id"))],
    ) -> BusinessReport | None:
        row = await find_report(info.context, uuid_key(id))
        return BusinessReport.from_row(row, info.context.today) if row else None

    @computed(
        description=zh_en(
            "有权查看的报送（期间由新到旧），至多 500 份",
            "The reports the caller may see, latest period first, at most 500",
        ),
        directives=sized(100),
    )
    async def business_reports(
        self,
        info: Info,
        jurisdiction: Annotated[
            str | None, strawberry.argument(description=descriptions.JURISDICTION_CODE)
        ] = None,
        period: Annotated[
            str | None,
            strawberry.argument(
                description=zh_en("期间：2023-Q4、2023-11、2023", "As 2023-Q4, 2023-11, 2023")
            ),
        ] = None,
        status: Annotated[
            ReportStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
        ] = None,
    ) -> list[BusinessReport]:
        listed = list_reports(
            id_text(jurisdiction) if jurisdiction is not None else None,
            read_period(period) if period is not None else None,
            status.value if status else None,
            sight_of(info.context.caller),
        )
        records = await listed.load_first(info.context.loaders.queries, MOST_REPORTS)
        today = info.context.today
        return [BusinessReport.from_row(report_row(record), today) for record in records]

    @computed(
        description=zh_en(
            "某年度的绩效评价（按平台代码）：已公布的，以及有权查看的",
            "The evaluations of a year, by centre: published ones, and those the caller may see",
        ),
        directives=sized(100),
    )
    async def performance_evaluations(
        self,
        info: Info,
        year: YearArgument,
        stage: Annotated[
            EvaluationStage | None, strawberry.argument(description=zh_en("阶段", "Stage"))
        ] = None,
    ) -> list[PerformanceEvaluation]:
        sight = sight_of(info.context.caller)
        listed = list_evaluations(year, stage.value if stage else None, sight)
        records = await listed.load_first(info.context.loaders.queries, MOST_EVALUATIONS)
        return [PerformanceEvaluation.from_row(evaluation_row(record)) for record in records]

    @computed(
        description=zh_en(
            "看板：全国、地区、行业的对所有人开放，平台（中心）的仅本平台、主管局、"
            "国家知识产权局与看板团队可见",
            "A board: of the country, a region or an industry open to all, of a centre for itself, "
            "its office, CNIPA and dashboard teams",
        ),
        directives=(*sized(20), *dear(BOARD)),
    )
    async def dashboard(
        self,
        info: Info,
        scope: Annotated[
            DashboardScope, strawberry.argument(description=zh_en("范围", "What the board is of"))
        ],
        code: Annotated[
            str | None,
            strawberry.argument(
                description=zh_en("地区、行业或平台（中心）的代码", "Code of the area or centre")
            ),
        ] = None,
    ) -> list[DashboardTile]:
        board = await board_code(info.context, scope, code)
        return await read_board(info.context, scope, board)

    @computed(
        description=zh_en(
            "按标识查询批次；没有或无权查看时为空",
            "One batch by its id; null for those who may not see it",
        )
    )
    async def ingest_batch(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description=zh_en("标识", "Id"))],
    ) -> IngestBatch | None:
        row = await find_batch(info.context, uuid_key(id))
        return IngestBatch.from_row(row) if row else None

    @computed(
        description=zh_en(
            "有权查看的批次（由新到旧）：本平台（中心）的、管辖范围内的，或全部",
            "The batches the caller may see, the last received first: its own, those of its "
            "jurisdiction, or all",
        ),
        directives=paged(20),
    )
    def ingest_batches(
        self,
        info: Info,
        center: CenterArgument = None,
        feed: FeedArgument = None,
        status: Annotated[
            BatchStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> IngestBatchConnection:
        return connect(
            list_batches(
                id_text(center) if center is not None else None,
                feed.value if feed else None,
                status.value if status else None,
                sight_of(info.context.caller, operator=True),
            ),
            info.context.loaders.queries,
            page_size(first, 20),
            after,
            lambda record: IngestBatch.from_row(batch_row(record)),
            IngestBatchConnection,
        )

    @computed(
        description=zh_en(
            "未能无条件入库的行（按批次、行号），连同规则、字段与原值",
            "Rows that were not plainly accepted, by batch and row, with rule, field and value",
        ),
        directives=paged(50),
    )
    def ingest_rows(
        self,
        info: Info,
        batch: BatchArgument = None,
        center: CenterArgument = None,
        feed: FeedArgument = None,
        outcome: OutcomeArgument = None,
        code: Code = None,
        source: SourceArgument = None,
        resolved: Resolved = None,
        first: First = 50,
        after: After = None,
    ) -> IngestRowConnection:
        return connect(
            list_rows(
                uuid_key(batch) if batch is not None else None,
                id_text(center) if center is not None else None,
                feed.value if feed else None,
                outcome.value if outcome else None,
                search_text(code),
                sight_of(info.context.caller, operator=True),
                source=search_text(source),
                resolved=resolved,
            ),
            info.context.loaders.queries,
            page_size(first, 50),
            after,
            lambda record: IngestRow.from_row(ingest_row_row(record)),
            IngestRowConnection,
        )

    @computed(
        description=zh_en(
            "待更正的行按规则的合计（由多到少），至多 200 条规则、统计 10 万行",
            "Rows that wait, by rule, the most first; at most 200 rules, counted in 100,000 rows",
        ),
        directives=(*sized(50), *dear(BOARD)),
    )
    async def ingest_issue_totals(
        self,
        info: Info,
        center: CenterArgument = None,
        source: SourceArgument = None,
        feed: FeedArgument = None,
    ) -> list[IngestIssueTotal]:
        sight = sight_of(info.context.caller, operator=True)
        if sight.is_blind:
            return []
        statement, parameters = waiting_totals(
            id_text(center) if center is not None else None,
            search_text(source),
            feed.value if feed else None,
            sight,
        )
        queries = info.context.loaders.queries
        records = await queries.fetch("reporting.waiting_totals", statement, *parameters)
        return [IngestIssueTotal.from_row(waiting_total_row(record)) for record in records]

    @computed(
        description=zh_en(
            "因来源权威程度较低而未采用的值（按实体）",
            "Values that lost against a source of higher precedence, by entity",
        ),
        directives=paged(50),
    )
    def data_conflicts(
        self,
        info: Info,
        entity_type: Annotated[
            str | None,
            strawberry.argument(description=zh_en("实体类型，如 Patent", "Type, as Patent")),
        ] = None,
        entity_key: Annotated[
            str | None,
            strawberry.argument(description=zh_en("实体的键（规范形式）", "Canonical key")),
        ] = None,
        batch: BatchArgument = None,
        first: First = 50,
        after: After = None,
    ) -> DataConflictConnection:
        return connect(
            list_conflicts(
                search_text(entity_type),
                search_text(entity_key),
                uuid_key(batch) if batch is not None else None,
                sight_of(info.context.caller, operator=True),
            ),
            info.context.loaders.queries,
            page_size(first, 50),
            after,
            lambda record: DataConflict.from_row(conflict_row(record)),
            DataConflictConnection,
        )
