"""Mutations of demands and matches."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import field

from resolvers.input_texts import TEXT, optional_text
from resolvers.refusal import Problems
from resolvers.trading.commands.demands import close_demand, publish_demand
from resolvers.trading.commands.matches import answer_match
from resolvers.trading.workflows.demand import PUBLISHER, PUBLISHERS
from resolvers.trading.workflows.match import EITHER_SIDE
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import uuid_key
from schema.common.mutations import UserError, errors_field, mutation
from schema.trading.demands import Demand, SupplyDemandMatch
from schema.trading.inputs import DemandInput

Comment = Annotated[str | None, strawberry.argument(description=zh_en("说明", "Comment"))]


@strawberry.type(description=zh_en("需求的变更结果", "What became of a demand"))
class DemandPayload:
    demand: Demand | None = field(default=None, description=zh_en("需求", "The demand"))
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("匹配的变更结果", "What became of a match"))
class MatchPayload:
    match: SupplyDemandMatch | None = field(default=None, description=zh_en("匹配", "The match"))
    errors: list[UserError] = errors_field()


@strawberry.type
class DemandMutation:
    @mutation(
        description=zh_en(
            "发布需求（各平台和中心代企业发布），随即匹配",
            "Publish a demand, by a platform or centre for an organisation; it is matched at once",
        ),
        permits=PUBLISHERS,
        payload=DemandPayload,
    )
    async def publish_demand(
        self,
        info: Info,
        input: Annotated[DemandInput, strawberry.argument(description=zh_en("需求", "The demand"))],
    ) -> DemandPayload:
        context, problems = info.context, Problems()
        draft = input.to_draft(problems)
        command = context.command("publishDemand")
        demand = await publish_demand(command, context.ask(), draft, problems, context.today)
        row = await context.loaders.trading.demands.load(demand)
        return DemandPayload(demand=Demand.from_row(row) if row else None)

    @mutation(
        description=zh_en(
            "关闭需求（发布的平台或中心）", "Close a demand, by the centre that published it"
        ),
        permits=PUBLISHER,
        payload=DemandPayload,
    )
    async def close_demand(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID, strawberry.argument(description=zh_en("需求的标识", "Id of the demand"))
        ],
        comment: Comment = None,
    ) -> DemandPayload:
        context, demand = info.context, uuid_key(id)
        command = context.command("closeDemand")
        await close_demand(command, demand, _comment(comment))
        row = await context.loaders.trading.demands.load(demand)
        return DemandPayload(demand=Demand.from_row(row) if row else None)

    @mutation(
        description=zh_en(
            "接受或谢绝匹配（挂牌的平台或发布需求的中心）",
            "Accept or refuse a match, by the platform of the listing or the centre of the demand",
        ),
        permits=EITHER_SIDE,
        payload=MatchPayload,
    )
    async def answer_match(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID, strawberry.argument(description=zh_en("匹配的标识", "Id of the match"))
        ],
        accepted: Annotated[
            bool, strawberry.argument(description=zh_en("是否接受", "Whether it is accepted"))
        ],
        comment: Comment = None,
    ) -> MatchPayload:
        context, match = info.context, uuid_key(id)
        command = context.command("answerMatch")
        await answer_match(command, match, accepted, _comment(comment))
        row = await context.loaders.trading.matches.load(match)
        return MatchPayload(match=SupplyDemandMatch.from_row(row) if row else None)


def _comment(text: str | None) -> str | None:
    problems = Problems()
    said = optional_text(problems, text, TEXT, "comment", lines=True)
    problems.raise_if_any()
    return said
