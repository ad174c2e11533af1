"""Texts about files, archives and their tables."""

from __future__ import annotations

from adapters.messages.shape import Texts

FILES: Texts = {
    "FILE_ENCODING": (
        "无法确定文件编码：既不是 UTF-8 也不是 GB18030；请另存为 UTF-8 或声明 encoding。",
        "Unknown encoding: neither UTF-8 nor GB18030; save as UTF-8 or declare `encoding`.",
    ),
    "FILE_EMPTY": ("文件为空。", "The file is empty."),
    "FILE_TOO_LARGE": (
        "文件超过允许的大小 {limit}；请拆分后再报送。",
        "The file is larger than {limit}; split it.",
    ),
    "FILE_JSON_TOO_LARGE": (
        "JSON 文档超过 {limit}，须整体读入内存；请改用 JSON Lines（.jsonl，每行一条记录）或拆分。",
        "The JSON document is larger than {limit} and would be held in memory whole; "
        "send JSON Lines (.jsonl, one record a line), or split it.",
    ),
    "FILE_TOO_MANY_ROWS": (
        "行数超过上限 {limit}；请拆分后再报送。",
        "More than {limit} rows; split the file.",
    ),
    "FILE_HEADER": (
        "前 {rows} 行中找不到本类数据的表头；请核对表头，或在来源配置的 columns 中写明对应关系。",
        "No header of this feed in the first {rows} rows; check it, or map it under `columns`.",
    ),
    "FILE_COLUMN_MISSING": (
        "缺少必需的列：{columns}。",
        "Required columns are missing: {columns}.",
    ),
    "FILE_FORMAT": (
        "文件格式无法读取：{reason}。",
        "The file cannot be read: {reason}.",
    ),
    "FILE_KIND": (
        "不支持的文件类型 {suffix}；可用：{known}。",
        "Unsupported kind of file {suffix}; use one of {known}.",
    ),
    "ARCHIVE_MEMBERS": (
        "压缩包内文件数超过上限 {limit}；请拆分后再报送。",
        "The archive holds more than {limit} files; split it.",
    ),
    "ARCHIVE_NOTHING": (
        "压缩包内没有可读取的数据文件；可用：{known}。",
        "The archive holds no file of a known kind; use one of {known}.",
    ),
    "ARCHIVE_NESTED": (
        "压缩包内还有压缩包，未读取；请直接放入数据文件。",
        "An archive inside the archive is not read; put the data files in directly.",
    ),
    "ARCHIVE_ENCRYPTED": (
        "该文件已加密，无法读取；请去掉密码后重新打包。",
        "The member is encrypted and cannot be read; pack it without a password.",
    ),
    "ARCHIVE_METHOD": (
        "该文件的压缩方式无法读取；请用普通 ZIP（Deflate）重新打包。",
        "The member is packed in a way that cannot be read; pack it as a plain ZIP (Deflate).",
    ),
    "ARCHIVE_DAMAGED": (
        "压缩包中的该文件已损坏：{reason}；请重新打包。",
        "The member is damaged in the archive: {reason}; pack it again.",
    ),
    "ARCHIVE_EXPANDS": (
        "解压后超过允许的大小（{limit}）；请拆分后再报送。",
        "Unpacked it is larger than allowed ({limit}); split it.",
    ),
    "FILE_CHANGED": (
        "读取过程中文件发生变化，请重新拉取。",
        "The file changed while it was read; pull again.",
    ),
    "BATCH_REFUSED_SHARE": (
        "被拒行占 {share}，超过上限 {limit}，整批未入库；请修正后重报。",
        "{share} of the rows were refused, more than {limit}; nothing loaded; correct and resend.",
    ),
    "W_HEADER_REPEATED": (
        "表头有重复的列“{column}”，只取第一列。",
        "Two columns mean the same ({column}); the first is used.",
    ),
}
