"""Inputs of the mutations of `reporting`."""

from __future__ import annotations

from decimal import Decimal

import strawberry
from strawberry import field

from resolvers.reporting.commands.save_report import ValueEntry
from schema.common.descriptions import zh_en


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
