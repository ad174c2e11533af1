"""Queries of `finance`."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from resolvers.finance.lists import list_financing, list_pledges
from resolvers.finance.records import financing_row, pledge_row
from resolvers.finance.sight import sees
from resolvers.paging import check_page_size
from resolvers.sight import sight_of
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.fields import computed, loaded
from schema.common.pages import page_size
from schema.common.scalars import USCC, ApplicationNumber
from schema.common.sizes import sized, sliced
from schema.finance.enums import FinancingStatus, PledgeStatus
from schema.finance.types import FinancingProject, PledgeRegistration

MOST_PROJECTS: Final = 500


@strawberry.type(description=zh_en("查询", "Queries"))
class Query:
    @loaded(description=zh_en("按登记号查询质押登记", "One pledge by its registration number"))
    async def pledge(
        self,
        info: Info,
        registration_number: Annotated[
            strawberry.ID, strawberry.argument(description=zh_en("登记号", "Registration number"))
        ],
    ) -> PledgeRegistration | None:
        row = await info.context.loaders.finance.pledges.load(id_text(registration_number))
        return PledgeRegistration.from_row(row) if row else None

    @computed(
        description=zh_en(
            "质押登记列表（由新到旧）；所有条件同时满足",
            "Pledges that meet all conditions given, latest registration first",
        ),
        directives=sliced(50),
    )
    async def pledges(
        self,
        info: Info,
        application_number: Annotated[
            ApplicationNumber | None,
            strawberry.argument(description=zh_en("被质押专利的申请号", "A patent pledged")),
        ] = None,
        pledgor_uscc: Annotated[
            USCC | None,
            strawberry.argument(description=zh_en("出质人的代码", "Code of a pledgor")),
        ] = None,
        pledgee_uscc: Annotated[
            USCC | None,
            strawberry.argument(description=zh_en("质权人的代码", "Code of a pledgee")),
        ] = None,
        status: Annotated[
            PledgeStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
        ] = None,
        first: Annotated[int | None, strawberry.argument(description=descriptions.FIRST)] = 50,
    ) -> list[PledgeRegistration]:
        size = page_size(first, 50)
        check_page_size(size)
        listed = list_pledges(
            application_number, pledgor_uscc, pledgee_uscc, status.value if status else None
        )
        records = await listed.load_first(info.context.loaders.queries, size)
        return [PledgeRegistration.from_row(pledge_row(record)) for record in records]

    @loaded(
        description=zh_en(
            "按标识查询投融资项目；无权知悉的为空",
            "One financing project by its id; null for one the caller may not know of",
        )
    )
    async def financing_project(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description=zh_en("标识", "Id"))],
    ) -> FinancingProject | None:
        row = await info.context.loaders.finance.financing.load(uuid_key(id))
        if row is None or not sees(sight_of(info.context.caller), row):
            return None
        return FinancingProject.from_row(row)

    @computed(
        description=zh_en(
            "可见的投融资项目（由新到旧，最多 500 条）",
            "The financing projects the caller may know of, latest first, at most 500",
        ),
        directives=sized(50),
    )
    async def financing_projects(
        self,
        info: Info,
        status: Annotated[
            FinancingStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
        ] = None,
        platform: Annotated[
            strawberry.ID | None, strawberry.argument(description=descriptions.CENTER_CODE)
        ] = None,
    ) -> list[FinancingProject]:
        listed = list_financing(
            status.value if status else None,
            id_text(platform) if platform is not None else None,
            sight_of(info.context.caller),
        )
        records = await listed.load_first(info.context.loaders.queries, MOST_PROJECTS)
        return [FinancingProject.from_row(financing_row(record)) for record in records]
