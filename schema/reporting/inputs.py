"""Inputs of the mutations of `reporting`."""

from __future__ import annotations

from decimal import Decimal

import strawberry
from strawberry import field

from resolvers.reporting.commands.retry_ingest import CellEntry, RowEntry
from resolvers.reporting.commands.save_report import ValueEntry
from schema.common.descriptions import zh_en
from schema.common.sizes import counted_above


@strawberry.input(description=zh_en("一项指标的报送数", "A value to be reported"))
class IndicatorValueInput:
    indicator: strawberry.ID = field(description=zh_en("指标代码", "Code of the indicator"))
    value: Decimal = field(
        description=zh_en(
            "数值：数量为非负整数，金额（元）为非负数、最多两位小数",
            "A count is a whole number from 0, an amount in yuan at least 0 with two decimals",
        )
    )
    note: str | None = field(
        default=None,
        description=zh_en(
            "说明；与枢纽记录相差超过 20% 时必填",
            "A note; needed where the value differs from the hub's records by over 20 %",
        ),
    )

    def to_entry(self) -> ValueEntry:
        return ValueEntry(str(self.indicator), self.value, self.note)


@strawberry.input(description=zh_en("一项评价标准的评分", "A score of one criterion"))
class ScoreInput:
    criterion: str = field(description=zh_en("评价标准的代码", "Code of the criterion"))
    value: float = field(description=zh_en("得分，0–100", "Score, 0 to 100"))


@strawberry.input(description=zh_en("更正后的一个单元格", "A corrected cell"))
class CellCorrectionInput:
    column: str = field(
        description=zh_en(
            "列名：原文件的列名，或本类数据的列名（原文件缺少该列时）",
            "Header as met, or one of the feed's for a column the file did not have",
        )
    )
    text: str | None = field(
        default=None, description=zh_en("更正后的文本；为空即清空", "New text; null empties it")
    )


@strawberry.input(
    description=zh_en(
        "更正一行：未列出的单元格保持不变",
        "Corrections of one row; cells that are not named stay as they are",
    )
)
class RowCorrectionInput:
    row: int = field(description=zh_en("原文件中的行号", "Row number in the original"))
    values: list[CellCorrectionInput] = field(
        description=zh_en("更正的单元格（至多 500 个）", "The corrected cells, at most 500"),
        directives=counted_above(),
    )

    def to_entry(self) -> RowEntry:
        return RowEntry(self.row, [CellEntry(each.column, each.text) for each in self.values])
