"""Queries of `patents`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry
from strawberry import field

from resolvers.patents.changes import load_changes
from resolvers.patents.lists import PatentFilterRow, list_patents
from resolvers.patents.loaders import patent_row
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.errors import input_error
from schema.common.fields import computed, loaded
from schema.common.pages import connect, page_size
from schema.common.scalars import (
    USCC,
    ApplicationNumber,
    IndustryCode,
    IpcSymbol,
    PublicationNumber,
    RegionCode,
)
from schema.common.sizes import SEARCH, dear, paged, sized
from schema.common.texts import search_text
from schema.common.values import PageInfo
from schema.patents.enums import LegalStatus, PatentKind, PatentOrder
from schema.patents.types import Patent, PatentChange, PatentChangePage, PatentConnection

MOST_NUMBERS = 1_000


@strawberry.input(
    description=zh_en(
        "专利筛选；所有条件同时满足，日期含当日，分类、行业、地区包括其下级",
        "Filter of patents; all given conditions hold, days are inclusive, classes, industries and "
        "regions include those below",
    )
)
class PatentFilter:
    title_contains: str | None = field(
        default=None,
        description=zh_en("名称中包含的文字", "Text the title contains"),
        directives=dear(SEARCH),
    )
    holder_uscc: USCC | None = field(
        default=None, description=zh_en("现权利人的统一社会信用代码", "Code of a present holder")
    )
    holder_name_contains: str | None = field(
        default=None,
        description=zh_en("现权利人名称中包含的文字", "Text the name of a present holder contains"),
        directives=dear(SEARCH),
    )
    kind: PatentKind | None = field(default=None, description=zh_en("种类", "Kind"))
    legal_status: LegalStatus | None = field(
        default=None, description=zh_en("法律状态", "Legal status")
    )
    ipc_prefix: IpcSymbol | None = field(
        default=None, description=zh_en("IPC 分类（含下级）", "IPC class, with those below")
    )
    industry: IndustryCode | None = field(
        default=None, description=zh_en("行业（含下级）", "Industry, with those below")
    )
    region: RegionCode | None = field(
        default=None,
        description=zh_en("申请人所在地区（含下级）", "Region of the applicant, with those below"),
    )
    filed_from: date | None = field(default=None, description=zh_en("申请日自", "Filed from"))
    filed_to: date | None = field(default=None, description=zh_en("申请日至", "Filed to"))
    granted_from: date | None = field(
        default=None, description=zh_en("授权公告日自", "Granted from")
    )
    granted_to: date | None = field(default=None, description=zh_en("授权公告日至", "Granted to"))

    order_by: PatentOrder | None = field(
        default=None, description=zh_en("次序，默认 FILED_NEWEST", "Order; FILED_NEWEST by default")
    )

    def to_row(self) -> PatentFilterRow:
        return PatentFilterRow(
            search_text(self.title_contains),
            self.holder_uscc,
            search_text(self.holder_name_contains),
            self.kind.value if self.kind else None,
            self.legal_status.value if self.legal_status else None,
            self.ipc_prefix,
            self.industry,
            self.region,
            self.filed_from,
            self.filed_to,
            self.granted_from,
            self.granted_to,
            self.order_by.value if self.order_by else "FILED_NEWEST",
        )


@strawberry.type(description=zh_en("查询", "Queries"))
class Query:
    @loaded(description=zh_en("按申请号查询专利", "One patent by its application number"))
    async def patent(
        self,
        info: Info,
        application_number: Annotated[
            ApplicationNumber, strawberry.argument(description=descriptions.APPLICATION_NUMBER)
        ],
    ) -> Patent | None:
        row = await info.context.loaders.patents.patents.load(application_number)
        return Patent.from_row(row) if row else None

    @loaded(description=zh_en("按公开（公告）号查询专利", "One patent by one of its publications"))
    async def patent_by_publication(
        self,
        info: Info,
        number: Annotated[
            PublicationNumber,
            strawberry.argument(description=zh_en("公开（公告）号", "Publication number")),
        ],
    ) -> Patent | None:
        loaders = info.context.loaders.patents
        application_number = await loaders.patent_of_publication.load(number)
        if application_number is None:
            return None
        row = await loaders.patents.load(application_number)
        return Patent.from_row(row) if row else None

    @computed(
        description=zh_en("专利列表（申请日由近到远）", "Patents, newest filing first"),
        directives=paged(20),
    )
    def patents(
        self,
        info: Info,
        filter: Annotated[
            PatentFilter | None, strawberry.argument(description=zh_en("筛选", "Filter"))
        ] = None,
        first: Annotated[int | None, strawberry.argument(description=descriptions.FIRST)] = 20,
        after: Annotated[str | None, strawberry.argument(description=descriptions.AFTER)] = None,
    ) -> PatentConnection:
        wanted = filter.to_row() if filter else PatentFilterRow()
        return connect(
            list_patents(wanted, info.context.today),
            info.context.loaders.queries,
            page_size(first, 20),
            after,
            lambda record: Patent.from_row(patent_row(record)),
            PatentConnection,
        )

    @computed(
        description=zh_en(
            "某时以来记录有变动的专利，按写入先后；只列出已完整的部分（正在写入的批次完成后才出现）。"
            "专利记录从不删除；期限届满不是记录的变动",
            "Patents whose records were written since a time, in that order, as far as complete: "
            "what a running batch writes appears once it is done. Records are never deleted; that "
            "a term has run out is no change of the record",
        ),
        directives=paged(20),
    )
    async def patents_changed_since(
        self,
        info: Info,
        since: Annotated[
            datetime, strawberry.argument(description=zh_en("自该时起（含）", "From this time on"))
        ],
        first: Annotated[int | None, strawberry.argument(description=descriptions.FIRST)] = 20,
        after: Annotated[str | None, strawberry.argument(description=descriptions.AFTER)] = None,
    ) -> PatentChangePage:
        queries = info.context.loaders.queries
        page = await load_changes(queries, since, page_size(first, 20), after)
        return PatentChangePage(
            nodes=[
                PatentChange(
                    changed_at=record["changed_at"], patent=Patent.from_row(patent_row(record))
                )
                for record in page.rows
            ],
            page_info=PageInfo(has_next_page=page.has_next, end_cursor=page.end_cursor),
        )

    @loaded(
        description=zh_en(
            "按多个申请号查询；次序与参数相同，未入库的为 null（最多 1000 个）",
            "Patents by their numbers, in the order given, null where unknown (at most 1000)",
        ),
        directives=sized(100),
    )
    async def patents_by_number(
        self,
        info: Info,
        application_numbers: Annotated[
            list[ApplicationNumber], strawberry.argument(description=zh_en("申请号", "Numbers"))
        ],
    ) -> list[Patent | None]:
        if len(application_numbers) > MOST_NUMBERS:
            raise input_error(
                f"一次最多 {MOST_NUMBERS} 个申请号", f"At most {MOST_NUMBERS} numbers in one call"
            )
        rows = await info.context.loaders.patents.patents.load_many(application_numbers)
        return [Patent.from_row(row) if row else None for row in rows]
