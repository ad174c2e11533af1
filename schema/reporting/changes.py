"""The change feed, for centres that mirror the hub's data and for caches.

Open types are told to every caller who has said who it is; records that not everybody may see are
told only to those from whom nothing is hidden, since even a key says that there is something.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from enum import Enum
from typing import Annotated, Final

import strawberry
from strawberry import field

from resolvers.hub.changes import (
    BY_MUTATION,
    BY_WORKFLOW,
    CHANGED,
    KEPT_DAYS,
    ChangePosition,
    ChangeRow,
    ChangesExpired,
    last_position,
    read_changes,
)
from resolvers.hub.events import Event
from resolvers.identity import Caller, Permit, Role, Subject, may
from schema.common.access import SEES_EVERYTHING, forbidden_error
from schema.common.context import Info
from schema.common.descriptions import enum_value, zh_en
from schema.common.errors import CodedError
from schema.common.fields import computed
from schema.common.sizes import paged
from schema.common.subscriptions import coalesced, subscription

OPEN_TYPES: Final = (
    "Demand",
    "LegalEvent",
    "LicenceRecord",
    "Listing",
    "NavigationReport",
    "OpenLicenceStatement",
    "OperationCenter",
    "Organization",
    "Patent",
    "PledgeRegistration",
    "ServiceProduct",
    "ServiceStandard",
    "TransferRecord",
)
"""Types whose records are open or gazetted (DOMAIN §2.6)."""
ALL_TYPES: Final = tuple(sorted({*OPEN_TYPES, *BY_WORKFLOW.values(), *BY_MUTATION.values()}))
MOST_CHANGES: Final = 1_000

_EVERYTHING: Final = (*SEES_EVERYTHING, Permit(Role.HUB_OPERATOR))
_TOKEN: Final = re.compile(r"^1:(\d{1,20}):(\d{1,19})$")
_LONGEST_TOKEN: Final = 80


@strawberry.enum(description=zh_en("变更的种类", "What happened to a record"))
class ChangeKind(Enum):
    UPSERT = enum_value("UPSERT", "新增或更改", "It is new or different")
    DELETE = enum_value("DELETE", "来源已撤下", "Its source says it is gone")


@strawberry.type(description=zh_en("一条记录的一次变更", "One change of one record"))
class RecordChange:
    type: str = field(description=zh_en("类型，如 Patent", "GraphQL type, as Patent"))
    key: str = field(
        description=zh_en("键；由多个字段组成时以 | 相连", "Its key; several fields joined by |")
    )
    kind: ChangeKind = field(description=zh_en("种类", "Kind"))
    at: datetime = field(description=zh_en("时间", "When"))
    source: str | None = field(
        description=zh_en("来源；在枢纽内变更的为空", "Source; null for a change made in the hub")
    )

    @classmethod
    def from_row(cls, row: ChangeRow) -> RecordChange:
        return cls(
            type=row.entity_type,
            key=row.key,
            kind=ChangeKind[row.kind],
            at=row.at,
            source=row.source,
        )


@strawberry.type(description=zh_en("某位置之后的变更", "The changes after a position"))
class ChangeFeed:
    changes: list[RecordChange] = field(
        description=zh_en("变更，按发生次序", "Changes, in their order")
    )
    until: str = field(description=zh_en("下次查询的 since", "What to give as since the next time"))
    complete: bool = field(description=zh_en("暂无更多变更", "Whether nothing more is known now"))


@strawberry.type(description=zh_en("有数据变更的通知", "Notice that records changed"))
class ChangeNotice:
    types: list[str] = field(description=zh_en("变更的类型", "The types that changed"))


Types = Annotated[
    list[str] | None,
    strawberry.argument(
        description=zh_en("只看这些类型；默认为全部可见类型", "Only these types; all by default")
    ),
]


@strawberry.type
class ChangeQueries:
    @computed(
        description=zh_en(
            f"某位置之后变更的记录，供镜像国家数据的中心使用；变更保留 {KEPT_DAYS} 天。"
            "首次镜像：先取 changesPosition，再读全部数据，然后由该位置跟进",
            f"Records changed after a position, for those who mirror the data; kept {KEPT_DAYS} "
            "days. To begin: take changesPosition, read everything, then follow from there",
        ),
        directives=paged(500, "changes"),
    )
    async def changes(
        self,
        info: Info,
        since: Annotated[
            str | None,
            strawberry.argument(
                description=zh_en(
                    "上次的 until；不填则从保留的最早变更开始",
                    "The until of the last answer; without it, all that is kept",
                )
            ),
        ] = None,
        types: Types = None,
        first: Annotated[
            int, strawberry.argument(description=zh_en("至多多少条（1–1000）", "At most (1–1000)"))
        ] = 500,
    ) -> ChangeFeed:
        wanted = visible_types(info.context.caller, types)
        if not 1 <= first <= MOST_CHANGES:
            raise CodedError(
                "INVALID_PAGE_SIZE",
                f"first 应在 1 至 {MOST_CHANGES} 之间",
                f"first is from 1 to {MOST_CHANGES}",
            )
        position = read_token(since) if since is not None else None
        queries = info.context.loaders.queries
        try:
            found = await read_changes(queries, position, wanted, first)
        except ChangesExpired:
            raise CodedError(
                "CHANGES_EXPIRED",
                f"该位置之后的变更已超过 {KEPT_DAYS} 天，不再保留；请重新全量读取",
                f"Changes after this position are older than {KEPT_DAYS} days; read all again",
            ) from None
        changes = [RecordChange.from_row(row) for row in found.rows]
        return ChangeFeed(changes=changes, until=token(found.until), complete=found.complete)

    @computed(
        description=zh_en("当前的变更位置", "The position of now, to follow changes from here")
    )
    async def changes_position(self, info: Info) -> str:
        visible_types(info.context.caller, None)
        return token(await last_position(info.context.loaders.queries))


@strawberry.type
class ChangeSubscription:
    @subscription(
        description=zh_en(
            "数据变更的通知：每秒至多一次；变更内容用 changes 查询",
            "Told when records change, at most once a second; what changed is read by changes",
        )
    )
    async def records_changed(
        self, info: Info, types: Types = None
    ) -> AsyncGenerator[ChangeNotice, None]:
        wanted = frozenset(visible_types(info.context.caller, types))

        def concerns(event: Event) -> bool:
            return not wanted.isdisjoint(event.payload["types"])

        notices = coalesced(info, CHANGED, wanted=concerns)
        async with aclosing(notices):
            async for events in notices:
                met = {name for event in events for name in event.payload["types"]}
                yield ChangeNotice(types=sorted(met & wanted))


def visible_types(caller: Caller, asked: Sequence[str] | None) -> Sequence[str]:
    """Return the types a caller is told about, limited to those it asks for.

    Raises:
        CodedError: UNAUTHENTICATED, FORBIDDEN for a type that is hidden from it, UNKNOWN_TYPE.
    """
    if not caller.is_authenticated:
        raise forbidden_error(caller)
    seen = ALL_TYPES if may(_EVERYTHING, caller, Subject()) else OPEN_TYPES
    if asked is None:
        return seen
    for name in asked:
        if name not in ALL_TYPES:
            known = ", ".join(seen)
            raise CodedError(
                "UNKNOWN_TYPE",
                f"没有可跟进变更的类型 {name[:60]}；可用：{known}",
                f"No changes are told of type {name[:60]}; known: {known}",
            )
        if name not in seen:
            raise forbidden_error(caller)
    return asked


def token(position: ChangePosition) -> str:
    """Return a position as clients keep it; opaque, not secret."""
    text = f"1:{position.xid}:{position.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_token(text: str) -> ChangePosition:
    """Return the position of a token.

    Raises:
        CodedError: INVALID_CURSOR.
    """
    try:
        if len(text) > _LONGEST_TOKEN:
            raise ValueError
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
        found = _TOKEN.match(raw.decode("ascii"))
        if found is None:
            raise ValueError
        position = ChangePosition(int(found[1]), int(found[2]))
        if position.xid >= 1 << 64 or position.id >= 1 << 63:
            raise ValueError
    except (ValueError, binascii.Error):
        raise CodedError(
            "INVALID_CURSOR",
            "since 不是 changes 给出的 until",
            "since is no until that changes gave",
        ) from None
    return position
