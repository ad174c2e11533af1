"""Subscriptions of `reporting` (DOMAIN §2.10)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

import strawberry

from resolvers.hub.events import Event
from resolvers.reporting.sight import sight_of
from schema.common import descriptions
from schema.common.access import forbidden_error
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.errors import CodedError
from schema.common.sizes import BOARD, dear, sized
from schema.common.subscriptions import coalesced, listen, subscription
from schema.reporting.access import find_batch, find_report
from schema.reporting.changes import ChangeSubscription
from schema.reporting.dashboards import DashboardTile, board_code, read_board
from schema.reporting.enums import DashboardScope
from schema.reporting.ingest import IngestBatch
from schema.reporting.reports import BusinessReport


@strawberry.type(description=zh_en("订阅", "Subscriptions"))
class Subscription(ChangeSubscription):
    @subscription(
        description=zh_en(
            "报送的新建、修改与状态变更；只推送有权查看的",
            "Reports as they are saved or change their status; only those the caller may see",
        )
    )
    async def report_status_changed(
        self,
        info: Info,
        jurisdiction: Annotated[
            str | None, strawberry.argument(description=descriptions.JURISDICTION_CODE)
        ] = None,
        center_code: Annotated[
            strawberry.ID | None, strawberry.argument(description=descriptions.CENTER_CODE)
        ] = None,
    ) -> AsyncGenerator[BusinessReport, None]:
        context = info.context
        sight = sight_of(context.caller)
        if sight.is_blind:
            raise forbidden_error(context.caller)
        place = id_text(jurisdiction) if jurisdiction is not None else None
        center = id_text(center_code) if center_code is not None else None

        def wanted(event: Event) -> bool:
            said = event.payload
            return (
                sight.sees(said["center"], said["jurisdiction"])
                and place in (None, said["jurisdiction"])
                and center in (None, said["center"])
            )

        async for event in listen(info, "reporting.report_changed", wanted=wanted):
            row = await find_report(context, UUID(event.key))
            if row is not None:
                yield BusinessReport.from_row(row, context.today)

    @subscription(
        description=zh_en(
            "一个批次的进展：入库、失败、回退", "How a batch goes on: loaded, refused, rolled back"
        )
    )
    async def ingest_progress(
        self,
        info: Info,
        batch_id: Annotated[
            strawberry.ID, strawberry.argument(description=zh_en("批次标识", "Id of the batch"))
        ],
    ) -> AsyncGenerator[IngestBatch, None]:
        key = uuid_key(batch_id)
        if await find_batch(info.context, key) is None:
            raise CodedError("NOT_FOUND", "没有这个批次", "There is no such batch")
        async for _ in listen(
            info, "reporting.ingest_progressed", wanted=lambda event: event.key == str(key)
        ):
            row = await find_batch(info.context, key)
            if row is not None:
                yield IngestBatch.from_row(row)

    @subscription(
        description=zh_en(
            "看板更新：每秒至多一次，每次为全部数字",
            "A board as it changes: at most once a second, each time all its tiles",
        ),
        directives=(*sized(20), *dear(BOARD)),
    )
    async def dashboard_updated(
        self,
        info: Info,
        scope: Annotated[
            DashboardScope, strawberry.argument(description=zh_en("范围", "What the board is of"))
        ],
        code: Annotated[
            str | None,
            strawberry.argument(
                description=zh_en("地区、行业或平台（中心）的代码", "Code of the area or centre")
            ),
        ] = None,
    ) -> AsyncGenerator[list[DashboardTile], None]:
        context = info.context
        board = await board_code(context, scope, code)
        key = f"{scope.value}|{board}"
        updates = coalesced(
            info, "reporting.dashboard_changed", wanted=lambda event: event.key == key
        )
        async with aclosing(updates):
            async for _ in updates:
                yield await read_board(context, scope, board)
