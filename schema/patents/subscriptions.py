"""Subscriptions of `patents`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated
from uuid import UUID

import strawberry

from resolvers.hub.events import Event
from resolvers.values.text import identifier_text
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.errors import input_error
from schema.common.scalars import ApplicationNumber
from schema.common.subscriptions import listen, subscription
from schema.patents.types import LegalEvent

MOST_WANTED = 1_000


@strawberry.type(description=zh_en("订阅", "Subscriptions"))
class Subscription:
    @subscription(
        description=zh_en(
            "新入库的法律事务；两个条件同时满足，未给出的不限",
            "Legal events as they are taken in; both conditions hold, one not given does not limit",
        )
    )
    async def legal_event_recorded(
        self,
        info: Info,
        application_numbers: Annotated[
            list[ApplicationNumber] | None,
            strawberry.argument(
                description=zh_en("这些专利的（最多 1000 件）", "Of these patents, at most 1000")
            ),
        ] = None,
        codes: Annotated[
            list[str] | None,
            strawberry.argument(
                description=zh_en("这些事务代码的（最多 1000 个）", "Of these codes, at most 1000")
            ),
        ] = None,
    ) -> AsyncGenerator[LegalEvent, None]:
        numbers = _wanted(application_numbers)
        wanted_codes = _wanted(None if codes is None else [identifier_text(c) for c in codes])

        def is_wanted(event: Event) -> bool:
            return (numbers is None or event.payload["applicationNumber"] in numbers) and (
                wanted_codes is None or event.payload["code"] in wanted_codes
            )

        async for event in listen(info, "patents.legal_event_recorded", wanted=is_wanted):
            row = await info.context.loaders.patents.legal_events.load(UUID(event.key))
            if row is not None:
                yield LegalEvent.from_row(row)


def _wanted(given: list[ApplicationNumber] | list[str] | None) -> frozenset[str] | None:
    if given is not None and len(given) > MOST_WANTED:
        raise input_error(f"最多 {MOST_WANTED} 项", f"At most {MOST_WANTED} items")
    return None if given is None else frozenset(given)
