"""The export of subgraph `platforms`."""

from __future__ import annotations

from typing import Any, Final

from schema.common import scalars
from schema.common.context import SubgraphContext
from schema.common.entities import Entity, extension, id_text
from schema.common.subgraph import SubgraphSchema
from schema.platforms.queries import Query
from schema.platforms.types import (
    Industry,
    Jurisdiction,
    OperationCenter,
    Organization,
    PolicyDocument,
    Region,
)


async def _center(context: SubgraphContext, code: Any) -> OperationCenter | None:
    row = await context.loaders.platforms.centers.load(code)
    return OperationCenter.from_row(row) if row else None


async def _document(context: SubgraphContext, number: Any) -> PolicyDocument | None:
    row = await context.loaders.platforms.documents.load(number)
    return PolicyDocument.from_row(row) if row else None


ENTITIES: Final = (
    Entity(OperationCenter, "code", id_text, _center),
    Entity(PolicyDocument, "number", id_text, _document),
    extension(Organization, "uscc", scalars.uscc),
    extension(Region, "code", scalars.region_code),
    extension(Industry, "code", scalars.industry_code),
    extension(Jurisdiction, "code", id_text),
)

SCHEMA: Final = SubgraphSchema(Query, ENTITIES)
