"""Texts about rows and single cells."""

from __future__ import annotations

from adapters.messages.shape import Texts

ROWS: Texts = {
    "ROW_COLUMNS": (
        "本行有 {found} 个单元格，表头只有 {expected} 列；多半是单元格内的分隔符没有加引号。",
        "{found} cells under {expected} headers; probably a delimiter inside an unquoted cell.",
    ),
    "W_ROW_SHORT": (
        "本行单元格少于表头，缺少的按空值处理。",
        "Fewer cells than headers; the missing ones count as empty.",
    ),
    "ROW_QUOTE": (
        "引号没有闭合，本行无法读取。",
        "A quotation mark is not closed; the row cannot be read.",
    ),
    "ROW_JSON": (
        "本行不是完整的 JSON：{reason}。",
        "The line is no complete JSON: {reason}.",
    ),
    "ROW_TOO_LONG": (
        "本行超过 {limit} 个字符，无法读取。",
        "The row is longer than {limit} characters.",
    ),
    "CELL_TOO_LONG": (
        "单元格超过 {limit} 个字符。",
        "The cell is longer than {limit} characters.",
    ),
    "TEXT_CONTROL": (
        "文本中有控制字符（如 NUL），请清除后重报。",
        "The text holds control characters (such as NUL); remove them.",
    ),
    "TEXT_FORMULA": (
        "单元格是公式而不是值，请粘贴为数值后重报。",
        "The cell is a formula, not a value; paste it as a value.",
    ),
    "W_TEXT_FORMULA_UNWRAPPED": (
        '单元格写成 ="…" 的形式，已取其中的文本。',
        'The cell was written as ="…"; its text was taken.',
    ),
    "RECORD_SHAPE": (
        "记录不是对象（键与值）。",
        "The record is not an object of keys and values.",
    ),
    "FIELD_REQUIRED": ("必填项为空。", "A required value is missing."),
    "DUPLICATE": ("与第 {other} 行内容相同。", "Repeats row {other}."),
    "DUPLICATE_CONFLICT": (
        "与第 {other} 行的{what}相同但内容不同；保留先出现的一行。",
        "Same {what_en} as row {other} with other content; the earlier row is kept.",
    ),
}
