"""Arguments that several fields of trading take."""

from __future__ import annotations

from typing import Annotated

import strawberry

from schema.common.descriptions import zh_en
from schema.common.errors import input_error
from schema.trading.enums import ListingStatus

StatusArgument = Annotated[
    ListingStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
]
MinScoreArgument = Annotated[
    float | None,
    strawberry.argument(description=zh_en("最低得分（0–1）", "Least score, from 0 to 1")),
]


def least_score(value: float | None, default: float) -> float:
    """Return the least score asked for.

    Raises:
        CodedError: BAD_USER_INPUT when it is not between 0 and 1.
    """
    found = default if value is None else value
    if not 0 <= found <= 1:
        raise input_error("minScore 应在 0 与 1 之间", "minScore is from 0 to 1")
    return found
