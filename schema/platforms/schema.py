"""The export of subgraph `platforms`."""

from __future__ import annotations

from typing import Any, Final

from schema.common import scalars
from schema.common.context import SubgraphContext
from schema.common.entities import Entity, extension, id_text, uuid_key
from schema.common.subgraph import SubgraphSchema
from schema.platforms.mutations import Mutation
from schema.platforms.queries import Query
from schema.platforms.register import PolicyDocument
from schema.platforms.subscriptions import Subscription
from schema.platforms.types import (
    Industry,
    Jurisdiction,
    OperationCenter,
    Organization,
    RecognitionCase,
    Region,
    SupervisionAction,
    WorkPlan,
)


async def _center(context: SubgraphContext, code: Any) -> OperationCenter | None:
    row = await context.loaders.platforms.centers.load(code)
    return OperationCenter.from_row(row) if row else None


async def _document(context: SubgraphContext, number: Any) -> PolicyDocument | None:
    row = await context.loaders.platforms.documents.load(number)
    return PolicyDocument.from_row(row) if row else None


async def _case(context: SubgraphContext, id_: Any) -> RecognitionCase | None:
    row = await context.loaders.platforms.recognition.cases.load(id_)
    return RecognitionCase.shown_to(row, context.caller) if row else None


async def _plan(context: SubgraphContext, id_: Any) -> WorkPlan | None:
    row = await context.loaders.platforms.recognition.plans.load(id_)
    return WorkPlan.shown_to(row, context.caller) if row else None


async def _supervision(context: SubgraphContext, id_: Any) -> SupervisionAction | None:
    row = await context.loaders.platforms.recognition.supervision.load(id_)
    return SupervisionAction.shown_to(row, context.caller) if row else None


ENTITIES: Final = (
    Entity(OperationCenter, "code", id_text, _center),
    Entity(PolicyDocument, "number", id_text, _document),
    Entity(RecognitionCase, "id", uuid_key, _case),
    Entity(WorkPlan, "id", uuid_key, _plan),
    Entity(SupervisionAction, "id", uuid_key, _supervision),
    extension(Organization, "uscc", scalars.uscc),
    extension(Region, "code", scalars.region_code),
    extension(Industry, "code", scalars.industry_code),
    extension(Jurisdiction, "code", id_text),
)

SCHEMA: Final = SubgraphSchema(Query, ENTITIES, mutation=Mutation, subscription=Subscription)
