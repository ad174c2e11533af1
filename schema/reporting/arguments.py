"""Arguments that several fields of `reporting` take."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers.reporting.rules.periods import Period, parse_period
from schema.common import descriptions
from schema.common.descriptions import zh_en
from schema.common.errors import input_error

First = Annotated[int | None, strawberry.argument(description=descriptions.FIRST)]
IndicatorArgument = Annotated[
    strawberry.ID,
    strawberry.argument(description=zh_en("指标代码，如 TRADE_DEAL_COUNT", "Code of an indicator")),
]
PeriodArgument = Annotated[
    str,
    strawberry.argument(
        description=zh_en("期间：2023-Q4、2023-11、2023", "A period: 2023-Q4, 2023-11, 2023")
    ),
]
YearArgument = Annotated[int, strawberry.argument(description=zh_en("年度", "The year"))]


def read_period(label: str) -> Period:
    """Return the period of a label; raises `CodedError` (BAD_USER_INPUT)."""
    period = parse_period(label)
    if period is None:
        raise input_error(
            "期间应写成 2023-Q4、2023-11 或 2023", "A period is written 2023-Q4, 2023-11 or 2023"
        )
    return period
