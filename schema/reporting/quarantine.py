"""Refused rows as a file, totals of what waits, and how complete a delivery was.

The publisher (centre, its office, CNIPA, operator) sees row, rule and value; every reader of the
data, also the public, sees how many of the rows of a delivery were accepted, and nothing else.
"""

from __future__ import annotations

import base64
from datetime import datetime
from enum import Enum
from typing import Annotated, Final

import strawberry
from strawberry import field

from resolvers.reporting.commands.ingest import LARGEST_FILE
from resolvers.reporting.ingest_port import Encoding, Format
from resolvers.reporting.rows import DeliveryRow, WaitingTotalRow
from schema.common.context import SubgraphContext
from schema.common.descriptions import enum_value, zh_en
from schema.common.errors import CodedError
from schema.reporting.enums import FeedKind

LARGEST_EXPORT: Final = LARGEST_FILE
"""Bytes of all exports of one request; the command line writes larger ones."""


@strawberry.enum(description=zh_en("导出文件的编码", "Encoding of an export"))
class ExportEncoding(Enum):
    UTF_8 = enum_value(
        "UTF_8", "UTF-8（带 BOM，可用 Excel、WPS 打开）", "UTF-8 with a mark, as Excel opens it"
    )
    GB18030 = enum_value("GB18030", "国家标准 GB18030", "The national standard GB18030")


@strawberry.enum(description=zh_en("导出文件的格式", "Format of an export"))
class ExportFormat(Enum):
    CSV = enum_value("CSV", "CSV 表格", "A table in CSV")
    JSONL = enum_value("JSONL", "JSON Lines（仅 UTF-8）", "JSON Lines, in UTF-8 only")


_ENCODINGS: Final[dict[ExportEncoding, Encoding]] = {
    ExportEncoding.UTF_8: "utf-8",
    ExportEncoding.GB18030: "gb18030",
}
_FORMATS: Final[dict[ExportFormat, Format]] = {ExportFormat.CSV: "csv", ExportFormat.JSONL: "jsonl"}

EncodingArgument = Annotated[
    ExportEncoding, strawberry.argument(description=zh_en("编码", "Encoding"))
]
FormatArgument = Annotated[ExportFormat, strawberry.argument(description=zh_en("格式", "Format"))]


@strawberry.type(
    description=zh_en(
        "待更正的行，列与原文件相同，前加行号、错误代码、错误原因、批次；更正后可用原样交回",
        "Waiting rows as the centre's own file, with row, codes, reasons and batch in front; "
        "corrected, it can be given back as it is",
    )
)
class IngestExport:
    file_name: str = field(description=zh_en("文件名", "File name"))
    content_base64: str = field(description=zh_en("文件内容（base64）", "The file, in base64"))
    rows: int = field(description=zh_en("行数", "Number of rows"))


@strawberry.type(
    description=zh_en("违反某一规则的待更正行数", "How many waiting rows break one rule")
)
class IngestIssueTotal:
    code: str = field(description=zh_en("规则代码", "Code of the rule"))
    rows: int = field(description=zh_en("行数", "Number of rows"))
    oldest: datetime = field(
        description=zh_en("其中最早的接收时间", "When the oldest of them was received")
    )

    @classmethod
    def from_row(cls, row: WaitingTotalRow) -> IngestIssueTotal:
        return cls(code=row.code, rows=row.rows, oldest=row.oldest)


@strawberry.type(
    description=zh_en(
        "一次数据交付的完整程度；不含任何一行、规则或值",
        "How complete a delivery of data was; without any row, rule or value",
    )
)
class DataDelivery:
    feed: FeedKind = field(description=zh_en("数据种类", "What it holds"))
    received_at: datetime = field(description=zh_en("接收时间", "When it was received"))
    rows_read: int = field(description=zh_en("接收行数", "Rows received"))
    rows_accepted: int = field(
        description=zh_en(
            "采用行数：含有提示的、与此前相同的、撤下记录的，以及其后更正的",
            "Rows accepted, also with warnings, saying the same as before, withdrawing a record, "
            "or corrected later",
        )
    )
    rows_refused: int = field(
        description=zh_en(
            "未采用的行数；整批未入库时为全部（重复行除外）",
            "Rows refused; all but repeated ones where the delivery was refused as a whole",
        )
    )
    summary: str = field(
        description=zh_en("摘要：首行中文，次行英文", "Summary: Chinese line, English line")
    )

    @classmethod
    def from_row(cls, row: DeliveryRow) -> DataDelivery:
        return cls(
            feed=FeedKind(row.feed),
            received_at=row.received_at,
            rows_read=row.rows_read,
            rows_accepted=row.rows_accepted,
            rows_refused=row.rows_refused,
            summary=summary(row.rows_read, row.rows_accepted),
        )


def summary(read: int, accepted: int) -> str:
    """Return the completeness of a delivery in words.

    >>> summary(100, 97)
    '接收 100 行，采用 97 行\\n97 of 100 rows accepted'
    """
    return f"接收 {read} 行，采用 {accepted} 行\n{accepted} of {read} rows accepted"


async def export_batch(
    context: SubgraphContext, batch_id: str, encoding: ExportEncoding, format: ExportFormat
) -> IngestExport:
    """Return the waiting rows of a batch the caller sees.

    Raises:
        CodedError: EXPORT_TOO_LARGE (all exports of the request together), EXPORT_ENCODING,
            INGEST_OFF where this server has no adapters.
    """
    if context.ingest is None:
        raise CodedError("INGEST_OFF", "此处未启用数据接入", "This server takes no files in")
    loaders = context.loaders.reporting
    async with loaders.exporting:
        exported = await context.ingest.export_rows(
            context.loaders.queries,
            batch_id,
            _ENCODINGS[encoding],
            _FORMATS[format],
            LARGEST_EXPORT - loaders.exported_bytes,
        )
        if exported.code == "EXPORT_TOO_LARGE":
            limit = LARGEST_EXPORT // 1024 // 1024
            raise CodedError(
                exported.code,
                f"一次请求的导出合计超过 {limit} MiB；请改用 hub quarantine export",
                f"The exports of a request are over {limit} MiB; use hub quarantine export",
            )
        if exported.file is None:
            zh, _, en = (exported.message or "").partition("\n")
            raise CodedError(exported.code or "EXPORT_REFUSED", zh, en or zh)
        loaders.exported_bytes += len(exported.file.content)
    return IngestExport(
        file_name=exported.file.name,
        content_base64=base64.b64encode(exported.file.content).decode(),
        rows=exported.file.rows,
    )
