"""Mutations of `trading`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import field

from resolvers.input_texts import TEXT, optional_text, required_text
from resolvers.refusal import Problems
from resolvers.trading.commands.deals import record_deal
from resolvers.trading.commands.listings import (
    create_listing,
    revise_listing,
    transition_listing,
)
from resolvers.trading.commands.overrides import override_screening
from resolvers.trading.commands.screening import screen_listing
from resolvers.trading.workflows.listing import PLATFORM
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import uuid_key
from schema.common.mutations import UserError, errors_field, mutation
from schema.trading.access import sight
from schema.trading.deals import Deal
from schema.trading.demand_mutations import DemandMutation
from schema.trading.enums import ListingAction
from schema.trading.inputs import DealInput, ListingInput
from schema.trading.listings import Listing, ListingScreening, screening_seen
from schema.trading.statement_mutations import StatementMutation

ListingId = Annotated[
    strawberry.ID, strawberry.argument(description=zh_en("挂牌项目的标识", "Id of the listing"))
]


@strawberry.type(description=zh_en("挂牌项目的变更结果", "What became of a listing"))
class ListingPayload:
    listing: Listing | None = field(default=None, description=zh_en("挂牌项目", "The listing"))
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("排查的结果", "What became of a screening"))
class ScreeningPayload:
    screening: ListingScreening | None = field(
        default=None, description=zh_en("排查", "The screening")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("登记成交的结果", "What became of a deal"))
class DealPayload:
    deal: Deal | None = field(default=None, description=zh_en("成交", "The deal"))
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("变更", "Mutations"))
class Mutation(StatementMutation, DemandMutation):
    @mutation(
        description=zh_en(
            "新建挂牌项目草稿（本平台）", "Make the draft of a listing on the caller's platform"
        ),
        permits=PLATFORM,
        payload=ListingPayload,
    )
    async def create_listing(
        self,
        info: Info,
        input: Annotated[
            ListingInput, strawberry.argument(description=zh_en("挂牌项目", "The listing"))
        ],
    ) -> ListingPayload:
        context, problems = info.context, Problems()
        draft = input.to_draft(problems)
        command = context.command("createListing")
        created = await create_listing(command, context.ask(), draft, problems, context.today)
        return await _listing(info, created)

    @mutation(
        description=zh_en(
            "修改挂牌项目草稿；平台和编号不变", "Revise a draft; its platform and number stay"
        ),
        permits=PLATFORM,
        payload=ListingPayload,
    )
    async def revise_listing(
        self,
        info: Info,
        id: ListingId,
        input: Annotated[
            ListingInput, strawberry.argument(description=zh_en("挂牌项目", "The listing"))
        ],
    ) -> ListingPayload:
        context, problems, listing = info.context, Problems(), uuid_key(id)
        draft = input.to_draft(problems)
        command = context.command("reviseListing")
        await revise_listing(command, listing, draft, problems, context.today)
        return await _listing(info, listing)

    @mutation(
        description=zh_en(
            "对挂牌项目进行操作（本平台）；提交后自动排查，通过即挂牌",
            "Lead a listing of the caller's platform on; a submitted one is screened by itself and "
            "listed when nothing blocks",
        ),
        permits=PLATFORM,
        payload=ListingPayload,
    )
    async def transition_listing(
        self,
        info: Info,
        id: ListingId,
        action: Annotated[
            ListingAction, strawberry.argument(description=zh_en("操作", "What to do"))
        ],
        comment: Annotated[
            str | None, strawberry.argument(description=zh_en("说明", "Comment"))
        ] = None,
    ) -> ListingPayload:
        context, problems, listing = info.context, Problems(), uuid_key(id)
        said = optional_text(problems, comment, TEXT, "comment", lines=True)
        problems.raise_if_any()
        command = context.command("transitionListing")
        await transition_listing(command, listing, action.value, said, context.today)
        return await _listing(info, listing)

    @mutation(
        description=zh_en(
            "排查挂牌项目（本平台）：待排查的随即挂牌或不通过，挂牌中被拦截的暂停",
            "Screen a listing of the caller's platform: one that waits for it is listed or fails, "
            "one that is listed is suspended when blocked",
        ),
        permits=PLATFORM,
        payload=ScreeningPayload,
    )
    async def screen_listing(self, info: Info, id: ListingId) -> ScreeningPayload:
        context = info.context
        command = context.command("screenListing")
        screening = await screen_listing(command, context.ask(), uuid_key(id), context.today)
        return await _screening(info, screening)

    @mutation(
        description=zh_en(
            "复核放行（本平台，非创建者）：将可放行规则的拦截降为提示，须填写理由",
            "Lower the blocks of a screening to warnings where the rules allow it; by somebody of "
            "the platform who did not make the listing, with a reason",
        ),
        permits=PLATFORM,
        payload=ScreeningPayload,
    )
    async def override_screening(
        self,
        info: Info,
        screening_id: Annotated[
            strawberry.ID,
            strawberry.argument(description=zh_en("排查的标识", "Id of the screening")),
        ],
        reason: Annotated[str, strawberry.argument(description=zh_en("理由", "Why"))],
    ) -> ScreeningPayload:
        context, problems, screening = info.context, Problems(), uuid_key(screening_id)
        said = required_text(problems, reason, TEXT, "reason", lines=True)
        problems.raise_if_any()
        await override_screening(context.command("overrideScreening"), screening, said)
        return await _screening(info, screening)

    @mutation(
        description=zh_en(
            "登记成交（本平台），挂牌项目随即成交",
            "Record the deal of a matched listing: it is sold",
        ),
        permits=PLATFORM,
        payload=DealPayload,
    )
    async def record_deal(
        self,
        info: Info,
        input: Annotated[DealInput, strawberry.argument(description=zh_en("成交", "The deal"))],
    ) -> DealPayload:
        context, problems = info.context, Problems()
        draft = input.to_draft(problems)
        command = context.command("recordDeal")
        deal = await record_deal(command, context.ask(), draft, problems, context.today)
        row = await context.loaders.trading.deals.load(deal)
        return DealPayload(deal=Deal.from_row(row) if row else None)


async def _listing(info: Info, listing: UUID) -> ListingPayload:
    row = await info.context.loaders.trading.listings.load(sight(info), listing)
    return ListingPayload(listing=Listing.from_row(row) if row else None)


async def _screening(info: Info, screening: UUID) -> ScreeningPayload:
    row = await info.context.loaders.trading.screenings.load(screening)
    return ScreeningPayload(screening=await screening_seen(info, row))
