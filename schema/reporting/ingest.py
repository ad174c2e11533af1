"""Batches of data taken in, their issues, rows and conflicts.

Only their centre, its office, CNIPA and the operator see them: every way to one passes
`find_batch` or a list limited by `Sight`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import field

from resolvers.reporting.lists import list_rows
from resolvers.reporting.loaders import ingest_row_row
from resolvers.reporting.report_rows import ReportIssueRow
from resolvers.reporting.rows import BatchRow, ConflictRow, IngestRowRow, IssueRow
from resolvers.reporting.sight import sight_of
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.pages import Connection, connect, page_size
from schema.common.sizes import EXPORT, dear, paged, sized, sliced
from schema.common.values import Confidence
from schema.reporting.access import bounded, find_batch
from schema.reporting.arguments import First
from schema.reporting.enums import BatchStatus, FeedKind, IssueSeverity, RowOutcome
from schema.reporting.quarantine import (
    EncodingArgument,
    ExportEncoding,
    ExportFormat,
    FormatArgument,
    IngestExport,
    export_batch,
)
from schema.reporting.references import LazyCenter, center_of

MOST_ISSUES = 1_000

After = Annotated[str | None, strawberry.argument(description=descriptions.AFTER)]
Code = Annotated[
    str | None,
    strawberry.argument(
        description=zh_en("规则代码，如 DATE_ORDER", "Code of a rule, as DATE_ORDER")
    ),
]
OutcomeArgument = Annotated[
    RowOutcome | None, strawberry.argument(description=zh_en("结果", "Outcome"))
]
Resolved = Annotated[
    bool | None,
    strawberry.argument(
        description=zh_en(
            "false：待更正的行（未入库，且其后未被更正或重新报送）；true：其后已入库的行",
            "False: refused rows that wait, neither corrected nor met again since; "
            "true: rows taken in later",
        )
    ),
]


@strawberry.federation.type(
    keys=["id"],
    description=zh_en("从平台（中心）收到的一个文件或一次推送", "A file or message of a centre"),
)
class IngestBatch:
    row: strawberry.Private[BatchRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    source_name: str = field(description=zh_en("数据源名称", "Name of the source"))
    feed: FeedKind = field(description=zh_en("数据种类", "What it holds"))
    file_name: str | None = field(description=zh_en("文件名", "File name"))
    sha256: str = field(description=zh_en("内容的 SHA-256", "SHA-256 of the content"))
    encoding: str = field(
        description=zh_en("编码；无法判定时为 unknown", "Encoding; unknown if it was not found")
    )
    received_at: datetime = field(description=zh_en("接收时间", "When it was received"))
    finished_at: datetime | None = field(description=zh_en("处理完成时间", "When it was done"))
    status: BatchStatus = field(description=zh_en("状态", "Status"))
    rows_read: int = field(description=zh_en("读取行数（不含表头、合计、空行）", "Data rows read"))
    rows_accepted: int = field(description=zh_en("入库且无提示的行数", "Rows plainly accepted"))
    rows_warned: int = field(description=zh_en("入库但有提示的行数", "Rows accepted with warnings"))
    rows_rejected: int = field(description=zh_en("未入库的行数", "Rows refused"))
    rows_duplicate: int = field(description=zh_en("重复的行数", "Duplicate rows"))
    rows_ignored: int = field(
        description=zh_en("忽略的行数（合计、备注、空行）", "Total lines, notes, empty lines")
    )
    rows_unchanged: int = field(
        description=zh_en(
            "入库行中与该来源此前内容相同的行数",
            "Accepted rows that say what the source said before",
        )
    )
    rows_deleted: int = field(description=zh_en("撤下记录的行数", "Rows that say a record is gone"))
    rows_changed: int = field(
        description=zh_en("新增或更改的记录数", "Records that were new or different")
    )
    failure_code: str | None = field(
        description=zh_en("整批未入库的原因代码", "Why the whole batch was refused: code")
    )
    failure_message: str | None = field(
        description=zh_en("整批未入库的原因", "Why the whole batch was refused")
    )
    rolled_back_at: datetime | None = field(
        description=zh_en("回退时间", "When it was rolled back")
    )
    rolled_back_reason: str | None = field(description=zh_en("回退原因", "Why it was rolled back"))
    rows_removed: int | None = field(
        description=zh_en(
            "回退时删除的记录数：由本批次新建且其后未被更改",
            "Records removed by the roll-back: made by the batch and not changed since",
        )
    )
    rows_kept: int | None = field(
        description=zh_en(
            "回退时保留的记录数：原已存在或其后被更改，被覆盖的旧值无法恢复",
            "Records the roll-back left as they are: there before the batch or changed since; "
            "values it overwrote are not kept and cannot be restored",
        )
    )

    @classmethod
    def from_row(cls, row: BatchRow) -> IngestBatch:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            source_name=row.source_name,
            feed=FeedKind(row.feed),
            file_name=row.file_name,
            sha256=row.sha256,
            encoding=row.encoding or "unknown",
            received_at=row.received_at,
            finished_at=row.finished_at,
            status=BatchStatus(row.status),
            rows_read=row.rows_read,
            rows_accepted=row.rows_accepted,
            rows_warned=row.rows_warned,
            rows_rejected=row.rows_rejected,
            rows_duplicate=row.rows_duplicate,
            rows_ignored=row.rows_ignored,
            rows_unchanged=row.rows_unchanged,
            rows_deleted=row.rows_deleted,
            rows_changed=row.rows_changed,
            failure_code=row.failure_code,
            failure_message=row.failure_message,
            rolled_back_at=row.rolled_back_at,
            rolled_back_reason=row.rolled_back_reason,
            rows_removed=row.rows_removed,
            rows_kept=row.rows_kept,
        )

    @computed(description=zh_en("来自哪一平台（中心）", "The centre it came from"))
    def center(self, info: Info) -> LazyCenter:
        return center_of(info, self.row.center_code)

    @loaded(
        description=zh_en("问题（按出现次序）", "Issues, in the order met"), directives=sliced(100)
    )
    async def issues(
        self,
        info: Info,
        first: Annotated[
            int | None,
            strawberry.argument(
                description=zh_en("最多返回多少条（1–1000）", "How many at most (1 to 1000)")
            ),
        ] = 100,
        code: Code = None,
    ) -> list[DataIssue]:
        size = bounded(page_size(first, 100), MOST_ISSUES)
        issues = info.context.loaders.reporting.issues_of_batch
        rows = await issues.load((code, size), self.row.id)
        return [DataIssue.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "未能无条件入库的行及其原文（按行号）",
            "Rows that were not plainly accepted, with their text as met, by row number",
        ),
        directives=paged(50),
    )
    def rows(
        self,
        info: Info,
        outcome: OutcomeArgument = None,
        code: Code = None,
        resolved: Resolved = None,
        first: First = 50,
        after: After = None,
    ) -> IngestRowConnection:
        return connect(
            list_rows(
                self.row.id,
                None,
                None,
                outcome.value if outcome else None,
                code,
                sight_of(info.context.caller, operator=True),
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
            "更正的是哪一批次；不是更正则为空",
            "The batch whose rows this one tries again; null for a delivery",
        )
    )
    async def corrects(self, info: Info) -> IngestBatch | None:
        if self.row.corrects_batch is None:
            return None
        row = await find_batch(info.context, self.row.corrects_batch)
        return IngestBatch.from_row(row) if row else None

    @computed(
        description=zh_en(
            "导出待更正的行（一次请求合计 10 MiB 以内；更大的用命令 hub quarantine export）",
            "The rows that wait, as a file; at most 10 MiB per request, larger ones by the "
            "command hub quarantine export",
        ),
        directives=dear(EXPORT),
    )
    async def export(
        self,
        info: Info,
        encoding: EncodingArgument = ExportEncoding.UTF_8,
        format: FormatArgument = ExportFormat.CSV,
    ) -> IngestExport:
        return await export_batch(info.context, str(self.row.id), encoding, format)


@strawberry.type(
    description=zh_en(
        "数据质量问题（文件或报送）", "An issue of data quality, of a file or a report"
    )
)
class DataIssue:
    row: int | None = field(
        description=zh_en(
            "行号（含表头）；整个文件或报送的问题为空",
            "Row, header included; null: the file, or a report",
        )
    )
    column: str | None = field(
        description=zh_en(
            "列名（原文）；报送的问题为指标代码",
            "Header of the column as met; of a report the code of the indicator",
        )
    )
    field_: str | None = field(
        name="field", description=zh_en("对应的字段", "The field the column means")
    )
    code: str = field(description=zh_en("规则代码", "Code of the rule"))
    severity: IssueSeverity = field(description=zh_en("严重程度", "Severity"))
    message: str = field(description=zh_en("说明", "What is wrong and what to do"))
    raw: str | None = field(description=zh_en("原值", "The value as met"))

    @classmethod
    def from_row(cls, row: IssueRow) -> DataIssue:
        return cls(
            row=row.row_number,
            column=row.column_name,
            field_=row.field,
            code=row.code,
            severity=IssueSeverity(row.severity),
            message=row.message,
            raw=row.raw,
        )

    @classmethod
    def from_report(cls, row: ReportIssueRow) -> DataIssue:
        return cls(
            row=None,
            column=row.indicator_code,
            field_=None,
            code=row.code,
            severity=IssueSeverity(row.severity),
            message=row.message,
            raw=row.raw,
        )


@strawberry.type(
    description=zh_en(
        "未能无条件入库的一行：未入库、有提示或重复", "A row refused, warned of, or met before"
    )
)
class IngestRow:
    source: strawberry.Private[IngestRowRow]
    row: int = field(description=zh_en("行号（含表头）", "Row number, header included"))
    sheet: str | None = field(description=zh_en("工作表", "Sheet"))
    outcome: RowOutcome = field(description=zh_en("结果", "Outcome"))
    natural_key: str | None = field(description=zh_en("业务键", "Natural key"))
    values: list[RawValue] = field(
        description=zh_en(
            "各列原文；更正后仍未入库的，为最近一次更正后的文本",
            "Values as met, by column; of a row corrected in vain, as last corrected",
        ),
        directives=sized(20),
    )

    @classmethod
    def from_row(cls, row: IngestRowRow) -> IngestRow:
        return cls(
            source=row,
            row=row.row_number,
            sheet=row.sheet,
            outcome=RowOutcome(row.outcome),
            natural_key=row.natural_key,
            values=[RawValue(column=column, text=text) for column, text in row.raw],
        )

    @loaded(description=zh_en("所属批次", "The batch it is of"))
    async def batch(self, info: Info) -> IngestBatch:
        row = await info.context.loaders.reporting.batches.load(self.source.batch_id)
        assert row is not None  # a row is deleted with its batch, and seen only with it
        return IngestBatch.from_row(row)

    @loaded(
        description=zh_en(
            "该行的问题；再次校验过的，为最近一次的问题",
            "The issues of this row; of a row tried again, those of the last try",
        ),
        directives=sized(3),
    )
    async def issues(self, info: Info) -> list[DataIssue]:
        key = (self.source.tried_by_batch or self.source.batch_id, self.source.row_number)
        rows = await info.context.loaders.reporting.issues_of_row.load(key)
        return [DataIssue.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "最近一次再次校验而仍未入库的批次",
            "The batch that tried it again last, and refused it once more",
        )
    )
    async def tried_by(self, info: Info) -> IngestBatch | None:
        if self.source.tried_by_batch is None:
            return None
        row = await find_batch(info.context, self.source.tried_by_batch)
        return IngestBatch.from_row(row) if row else None

    @computed(
        description=zh_en("更正后在哪一批次入库", "The batch in which it was taken in, corrected")
    )
    async def resolved_by(self, info: Info) -> IngestBatch | None:
        if self.source.resolved_by_batch is None:
            return None
        row = await find_batch(info.context, self.source.resolved_by_batch)
        return IngestBatch.from_row(row) if row else None


@strawberry.type(description=zh_en("一列的原文", "One value as met"))
class RawValue:
    column: str = field(description=zh_en("列名（原文）", "Header of the column as met"))
    text: str | None = field(description=zh_en("原文", "Text as met"))


@strawberry.type(
    description=zh_en(
        "因来源权威程度较低而未采用的值", "A value that lost against a source of higher precedence"
    )
)
class DataConflict:
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    entity_type: str = field(description=zh_en("实体类型，如 Patent", "Type, as Patent"))
    entity_key: str = field(description=zh_en("实体的键", "Key of the entity"))
    field_: str = field(name="field", description=zh_en("字段", "Field"))
    kept: str | None = field(description=zh_en("采用的值", "The value kept"))
    kept_source: str = field(description=zh_en("采用的来源", "Source of the value kept"))
    kept_confidence: Confidence = field(
        description=zh_en("采用的来源的权威程度", "Precedence of that source")
    )
    lost: str | None = field(description=zh_en("未采用的值", "The value that lost"))
    lost_source: str = field(description=zh_en("未采用的来源", "Source of the value that lost"))
    lost_confidence: Confidence = field(
        description=zh_en("未采用的来源的权威程度", "Precedence of that source")
    )
    detected_at: datetime = field(description=zh_en("发现时间", "When it was noticed"))

    @classmethod
    def from_row(cls, row: ConflictRow) -> DataConflict:
        return cls(
            id=strawberry.ID(str(row.id)),
            entity_type=row.entity_type,
            entity_key=row.entity_key,
            field_=row.field,
            kept=row.winning_value,
            kept_source=row.winning_source,
            kept_confidence=Confidence(row.winning_confidence),
            lost=row.losing_value,
            lost_source=row.losing_source,
            lost_confidence=Confidence(row.losing_confidence),
            detected_at=row.detected_at,
        )


IngestBatchConnection = Connection[IngestBatch]
IngestRowConnection = Connection[IngestRow]
DataConflictConnection = Connection[DataConflict]
