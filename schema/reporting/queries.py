"""Queries of `reporting`."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers.reporting.lists import list_batches, list_conflicts, list_rows
from resolvers.reporting.loaders import batch_row, conflict_row, ingest_row_row
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.fields import computed
from schema.common.pages import connect, page_size
from schema.common.texts import search_text
from schema.reporting.enums import BatchStatus, FeedKind
from schema.reporting.types import (
    After,
    Code,
    DataConflict,
    DataConflictConnection,
    First,
    IngestBatch,
    IngestBatchConnection,
    IngestRow,
    IngestRowConnection,
    OutcomeArgument,
)

CenterArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description=descriptions.CENTER_CODE)
]
FeedArgument = Annotated[
    FeedKind | None, strawberry.argument(description=zh_en("数据种类", "Feed"))
]
BatchArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description=zh_en("批次标识", "Id of a batch"))
]


@strawberry.type(description=zh_en("查询", "Queries"))
class Query:
    @computed(description=zh_en("按标识查询批次", "One batch by its id"))
    async def ingest_batch(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description=zh_en("标识", "Id"))],
    ) -> IngestBatch | None:
        row = await info.context.loaders.reporting.batches.load(uuid_key(id))
        return IngestBatch.from_row(row) if row else None

    @computed(description=zh_en("批次列表（由新到旧）", "Batches, the last received first"))
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
        )
    )
    def ingest_rows(
        self,
        info: Info,
        batch: BatchArgument = None,
        center: CenterArgument = None,
        feed: FeedArgument = None,
        outcome: OutcomeArgument = None,
        code: Code = None,
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
            ),
            info.context.loaders.queries,
            page_size(first, 50),
            after,
            lambda record: IngestRow.from_row(ingest_row_row(record)),
            IngestRowConnection,
        )

    @computed(
        description=zh_en(
            "因来源权威程度较低而未采用的值（按实体）",
            "Values that lost against a source of higher precedence, by entity",
        )
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
            ),
            info.context.loaders.queries,
            page_size(first, 50),
            after,
            lambda record: DataConflict.from_row(conflict_row(record)),
            DataConflictConnection,
        )
