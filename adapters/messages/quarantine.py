"""Texts about refused rows: exported, corrected, tried again."""

from __future__ import annotations

from adapters.messages.shape import Texts

QUARANTINE: Texts = {
    "BATCH_UNKNOWN": (
        "没有批次或有待更正行的来源 {asked}。",
        "There is no batch, and no source with waiting rows, called {asked}.",
    ),
    "EXPORT_TOO_LARGE": (
        "导出内容超过 {limit}；请改用 hub quarantine export。",
        "The export is larger than {limit}; use hub quarantine export.",
    ),
    "EXPORT_FILE": ("无法写入 {path}：{reason}。", "{path} cannot be written: {reason}."),
    "RETRY_UNKNOWN": (
        "既不是批次标识，也没有这个文件：{asked}。",
        "Neither the id of a batch nor a file: {asked}.",
    ),
    "EXPORT_ENCODING": ("JSON Lines 只用 UTF-8。", "JSON Lines are always in UTF-8."),
    "CORRECTION_HEADER": (
        "更正文件中没有{columns}列；请在导出的文件上更正，不要删去这些列。",
        "The corrected file has no column {columns}; correct the exported file and keep them.",
    ),
    "CORRECTION_ROW": (
        "更正文件第 {line} 行的行号或批次无法识别：{value}。",
        "Line {line} of the corrected file names no row or batch: {value}.",
    ),
    "CORRECTION_COLUMNS": (
        "更正文件第 {line} 行的单元格多于表头；多半是单元格内的分隔符没有加引号。",
        "Line {line} of the corrected file has more cells than headers; quote the delimiter.",
    ),
    "CORRECTION_REPEATED": (
        "更正文件中第 {row} 行出现两次。",
        "Row {row} stands twice in the corrected file.",
    ),
    "CORRECTION_EMPTY": (
        "更正文件中没有要更正的行。",
        "The corrected file has no row.",
    ),
    "RETRY_BATCH_FAILED": (
        "该批次整批未入库，其中被采用的行没有逐行留存，不能只重试被拒的行；"
        "请更正后重新报送整个文件，或修正来源配置后执行 hub pull --full。",
        "The batch failed as a whole and its good rows are not kept, so its refused rows cannot be "
        "tried alone; correct and resend the file, or mend the source and run hub pull --full.",
    ),
    "RETRY_BATCH_STATUS": (
        "批次的状态为 {status}，其中的行不能重试。",
        "The batch is {status}; its rows cannot be tried again.",
    ),
    "RETRY_NO_HEADER": (
        "该批次由旧版本接收，没有留存表头与单位，不能逐行重试；请执行 hub pull --full。",
        "An older version took the batch in without keeping its header and units; "
        "run hub pull --full.",
    ),
    "RETRY_ROW_UNKNOWN": (
        "批次中没有第 {row} 行的待更正数据。",
        "No refused row {row} is kept of the batch.",
    ),
    "REASON_NOT_KEPT": (
        "该批次问题过多，本行被拒的原因没有留存，不能按原样重试；请更正本行或重新报送整个文件。",
        "The batch had too many issues for this row's reasons to be kept; correct the row, "
        "or send the file again.",
    ),
    "RETRY_COLUMN_UNKNOWN": (
        "批次中没有“{column}”列，本类数据也没有这一列。",
        "Neither the batch nor the feed has a column {column}.",
    ),
    "RETRY_SOURCE_UNKNOWN": (
        "此处没有来源 {source} 的配置，无法按其设置重试。",
        "No source file of {source} is known here, so its rows cannot be read again.",
    ),
    "RETRY_SOURCE_CHANGED": (
        "来源 {source} 现在是 {now} 类数据，批次是 {then} 类。",
        "The source {source} now holds {now}, the batch holds {then}.",
    ),
    "SOURCE_BUSY": (
        "另一个进程正在拉取该来源，请稍后再试。",
        "Another process is pulling this source; try again later.",
    ),
}
