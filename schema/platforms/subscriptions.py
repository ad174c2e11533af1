"""Subscriptions of `platforms`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated
from uuid import UUID

import strawberry

from resolvers.platforms.rights import sees_some
from schema.common import descriptions
from schema.common.access import forbidden_error
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text
from schema.common.subscriptions import listen, subscription
from schema.platforms.types import RecognitionCase

TOPICS = ("platforms.recognition_advanced", "platforms.rectification_overdue")


@strawberry.type(description=zh_en("订阅", "Subscriptions"))
class Subscription:
    @subscription(
        description=zh_en(
            "当前用户可见的认定案件有进展（阶段、评价记录、整改销号），或整改、过渡期满",
            "A case the caller may see has moved (stage, evidence, an item done), or its "
            "rectification or transition has run out",
        )
    )
    async def recognition_advanced(
        self,
        info: Info,
        center_code: Annotated[
            strawberry.ID | None, strawberry.argument(description=descriptions.CENTER_CODE)
        ] = None,
    ) -> AsyncGenerator[RecognitionCase, None]:
        caller = info.context.caller
        if not sees_some(caller):
            raise forbidden_error(caller)
        code = None if center_code is None else id_text(center_code)
        async for event in listen(
            info, *TOPICS, wanted=lambda event: code in (None, event.payload["center"])
        ):
            recognition = info.context.loaders.platforms.recognition
            row = await recognition.cases.load(UUID(event.key))
            case = RecognitionCase.shown_to(row, caller) if row is not None else None
            if case is not None:
                yield case
