"""Sources of data: what is configured, how their pulls go, what waits in the queue.

Their centre, its office, CNIPA and the operator see them: every way to one passes `find_source` or
a list limited by `Sight`. The centre itself, CNIPA and the operator may have them pulled.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Final

import strawberry
from strawberry import field

from resolvers.hub.pull_queue import JobRow
from resolvers.reporting.commands.pulls import PULLERS, request_pull, retry_pull
from resolvers.reporting.data_sources import DataSourceRow, data_source_row, list_data_sources
from resolvers.reporting.sight import sight_of
from schema.common import descriptions
from schema.common.context import Info, SubgraphContext
from schema.common.descriptions import enum_value, zh_en
from schema.common.entities import id_text
from schema.common.fields import computed, loaded
from schema.common.mutations import UserError, errors_field, mutation
from schema.common.pages import Connection, connect, page_size
from schema.common.sizes import paged, sized
from schema.common.values import Confidence
from schema.reporting.access import sees_batches
from schema.reporting.arguments import First
from schema.reporting.enums import FeedKind
from schema.reporting.ingest import After
from schema.reporting.references import LazyCenter, center_of

MOST_SOURCES: Final = 200
"""Of one centre."""

SourceCode = Annotated[
    strawberry.ID, strawberry.argument(description=zh_en("来源代码", "Code of a source"))
]


def source_code(value: object) -> str:
    """Return the code of a source, trimmed and in lower case.

    Raises:
        CodedError: BAD_IDENTIFIER when it is no text, empty, or longer than 100 characters.
    """
    return id_text(value).lower()


@strawberry.enum(description=zh_en("数据来源的接入方式", "How a source is read"))
class SourceKind(Enum):
    FILE_DROP = enum_value("file_drop", "文件夹中的文件", "Files in a folder")
    PACKAGES = enum_value("packages", "按日期的数据包", "Dated packages")
    REST = enum_value("rest", "REST 接口", "A REST interface")
    GRAPHQL = enum_value("graphql", "GraphQL 接口", "A GraphQL server")
    SQL = enum_value("sql", "数据库", "A database")


@strawberry.enum(description=zh_en("一次拉取的状态", "Status of a pull"))
class PullStatus(Enum):
    RUNNING = enum_value("RUNNING", "进行中", "It runs")
    DONE = enum_value("DONE", "完成", "It went well")
    FAILED = enum_value("FAILED", "失败或中断", "It failed or was stopped")


@strawberry.type(description=zh_en("自动拉取的时机", "When a source is pulled by itself"))
class SourceSchedule:
    cron: str | None = field(
        description=zh_en("五段 cron 表达式，北京时间", "Five cron fields, in China time")
    )
    after: list[str] = field(
        description=zh_en(
            "这些来源的拉取带来变化之后", "After a pull of one of these sources changed something"
        )
    )
    on: list[str] = field(
        description=zh_en("这些主题的事件发生时", "When an event of one of these topics happens")
    )

    @classmethod
    def from_row(cls, row: DataSourceRow) -> SourceSchedule | None:
        said = row.schedule
        if not said:
            return None
        after, on = (list(said.get(name) or ()) for name in ("after", "on"))
        return cls(cron=said.get("cron"), after=after, on=on)


@strawberry.type(description=zh_en("最近一次拉取", "The last pull"))
class SourcePull:
    started_at: datetime = field(description=zh_en("开始时间", "When it began"))
    finished_at: datetime | None = field(
        description=zh_en("结束时间；进行中为空", "When it ended; null while it runs")
    )
    status: PullStatus = field(description=zh_en("状态", "Status"))
    code: str | None = field(
        description=zh_en("问题代码", "Code of what went wrong, as SOURCE_UNREACHABLE")
    )
    message: str | None = field(
        description=zh_en("问题说明（中文在前，英文在后）", "What went wrong, Chinese and English")
    )
    changed: int | None = field(
        description=zh_en("新增或变化的记录数", "Records that are new or different since")
    )

    @classmethod
    def from_row(cls, row: DataSourceRow) -> SourcePull | None:
        if row.last_started_at is None or row.last_status is None:
            return None
        status = PullStatus(row.last_status)
        if status is PullStatus.RUNNING:
            # The other columns still tell of the pull before.
            return cls(
                started_at=row.last_started_at,
                finished_at=None,
                status=status,
                code=None,
                message=None,
                changed=None,
            )
        return cls(
            started_at=row.last_started_at,
            finished_at=row.last_finished_at,
            status=status,
            code=row.last_code,
            message=row.last_message,
            changed=row.last_changed,
        )


@strawberry.type(
    description=zh_en(
        "多次失败后被放弃、等待人工重试的拉取", "A pull that was given up and waits for a person"
    )
)
class DeadLetter:
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    code: str | None = field(description=zh_en("问题代码", "Code of what went wrong"))
    message: str | None = field(
        description=zh_en("问题说明（中文在前，英文在后）", "What went wrong, Chinese and English")
    )
    failures: int = field(description=zh_en("失败次数", "How often it failed"))
    failed_at: datetime | None = field(description=zh_en("最后失败时间", "When it failed last"))

    @classmethod
    def from_row(cls, row: JobRow) -> DeadLetter:
        job = row.job
        return cls(
            id=strawberry.ID(str(row.id)),
            code=job.code,
            message=job.message,
            failures=job.failures,
            failed_at=job.failed_at,
        )


@strawberry.federation.type(
    keys=["code"],
    description=zh_en(
        "一个平台（中心）的一个数据来源", "One source of the data of a platform or centre"
    ),
)
class DataSource:
    row: strawberry.Private[DataSourceRow]
    code: strawberry.ID = field(description=zh_en("来源代码", "Code"))
    name: str = field(description=zh_en("名称", "Name"))
    kind: SourceKind = field(description=zh_en("接入方式", "How it is read"))
    feed: FeedKind = field(description=zh_en("数据种类", "What it holds"))
    precedence: Confidence = field(description=zh_en("权威程度", "Precedence of what it says"))
    schedule: SourceSchedule | None = field(
        description=zh_en("自动拉取的时机；为空则只按需拉取", "Null: pulled on demand only")
    )
    live: bool = field(
        description=zh_en("查询时是否实时询问该来源", "Whether it is asked live while queries run")
    )
    configured: bool = field(
        description=zh_en(
            "是否有工作进程持有其配置文件", "Whether a worker has the file that describes it"
        )
    )
    last_pull: SourcePull | None = field(
        description=zh_en("最近一次拉取；从未拉取为空", "The last pull; null before the first")
    )
    failures: int = field(description=zh_en("连续失败次数", "Failed pulls in a row"))

    @classmethod
    def from_row(cls, row: DataSourceRow) -> DataSource:
        return cls(
            row=row,
            code=strawberry.ID(row.code),
            name=row.name,
            kind=SourceKind(row.kind),
            feed=FeedKind(row.feed),
            precedence=Confidence(row.precedence),
            schedule=SourceSchedule.from_row(row),
            live=row.live,
            configured=row.configured,
            last_pull=SourcePull.from_row(row),
            failures=row.failures,
        )

    @computed(description=zh_en("数据所属的平台（中心）", "The centre its data come from"))
    def center(self, info: Info) -> LazyCenter:
        return center_of(info, self.row.center_code)

    @computed(
        description=zh_en(
            "连续失败过多，到此时间之前不自动拉取；没有暂停为空",
            "Left alone until then for failing too often; null when it is not",
        )
    )
    def resting_until(self, info: Info) -> datetime | None:
        until = self.row.open_until
        return until if until is not None and until > info.context.now else None

    @loaded(
        description=zh_en(
            "下一次按时间拉取；没有 cron 或没有配置为空",
            "When the clock asks for it next; null without cron or when it is not configured",
        )
    )
    async def next_run_at(self, info: Info) -> datetime | None:
        if not self.row.configured:
            return None
        return await info.context.loaders.reporting.data_sources.next_run.load(self.row.code)

    @computed(description=zh_en("是否有等待的拉取", "Whether a pull waits in the queue"))
    async def queued(self, info: Info) -> bool:
        return any(job.status == "queued" for job in await self._jobs(info))

    @computed(description=zh_en("是否有工作进程正在拉取", "Whether a worker is pulling it"))
    async def running(self, info: Info) -> bool:
        return any(job.status == "picked" for job in await self._jobs(info))

    @computed(
        description=zh_en(
            "被放弃的拉取，至多一个；重试见 retryPull",
            "Pulls that were given up, at most one; see retryPull",
        ),
        directives=sized(20),
    )
    async def dead_letters(self, info: Info) -> list[DeadLetter]:
        jobs = await self._jobs(info)
        return [DeadLetter.from_row(job) for job in jobs if job.status == "failed"]

    async def _jobs(self, info: Info) -> tuple[JobRow, ...]:
        return await info.context.loaders.reporting.data_sources.jobs.load(self.row.code)


DataSourceConnection = Connection[DataSource]


async def find_source(context: SubgraphContext, code: str) -> DataSource | None:
    """Return the source if there is one and the caller may know of it."""
    row = await context.loaders.reporting.data_sources.sources.load(code)
    if row is None or not await sees_batches(context, row.center_code):
        return None
    return DataSource.from_row(row)


@strawberry.type
class DataSourceQueries:
    @computed(
        description=zh_en(
            "按代码查询数据来源；没有或无权查看时为空",
            "One source by its code; null for those who may not see it",
        )
    )
    async def data_source(self, info: Info, code: SourceCode) -> DataSource | None:
        return await find_source(info.context, source_code(code))

    @computed(
        description=zh_en(
            "有权查看的数据来源（按代码）：本平台（中心）的、管辖范围内的，或全部",
            "The sources the caller may see, by code: its own, those of its jurisdiction, or all",
        ),
        directives=paged(20),
    )
    def data_sources(
        self,
        info: Info,
        center: Annotated[
            strawberry.ID | None, strawberry.argument(description=descriptions.CENTER_CODE)
        ] = None,
        feed: Annotated[
            FeedKind | None, strawberry.argument(description=zh_en("数据种类", "Feed"))
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> DataSourceConnection:
        return connect(
            list_data_sources(
                id_text(center) if center is not None else None,
                feed.value if feed else None,
                sight_of(info.context.caller, operator=True),
            ),
            info.context.loaders.queries,
            page_size(first, 20),
            after,
            lambda record: DataSource.from_row(data_source_row(record)),
            DataSourceConnection,
        )


@strawberry.type(description=zh_en("数据来源的变更结果", "What became of a source"))
class DataSourcePayload:
    source: DataSource | None = field(
        default=None, description=zh_en("数据来源", "The source, with what waits for it")
    )
    errors: list[UserError] = errors_field()


@strawberry.type
class DataSourceMutations:
    @mutation(
        description=zh_en(
            "请工作进程立即拉取一个来源；已在等待的任务会提前",
            "Ask the workers to pull a source now; a job that waits already is brought forward",
        ),
        permits=PULLERS,
        payload=DataSourcePayload,
    )
    async def request_pull(
        self,
        info: Info,
        source: SourceCode,
        full: Annotated[
            bool,
            strawberry.argument(
                description=zh_en("是否重新读取已入库的内容", "Read again what was loaded")
            ),
        ] = False,
    ) -> DataSourcePayload:
        code = source_code(source)
        await request_pull(info.context.command("requestPull"), code, full=full)
        return DataSourcePayload(source=await find_source(info.context, code))

    @mutation(
        description=zh_en(
            "重试一个来源被放弃的拉取", "Retry the pull of a source that was given up"
        ),
        permits=PULLERS,
        payload=DataSourcePayload,
    )
    async def retry_pull(self, info: Info, source: SourceCode) -> DataSourcePayload:
        code = source_code(source)
        await retry_pull(info.context.command("retryPull"), code)
        return DataSourcePayload(source=await find_source(info.context, code))
