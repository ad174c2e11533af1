"""The export of subgraph `featured`."""

from __future__ import annotations

from typing import Any, Final

from resolvers.featured.sight import Sight
from schema.common import scalars
from schema.common.context import SubgraphContext
from schema.common.entities import Entity, extension, id_text, uuid_key
from schema.common.subgraph import SubgraphSchema
from schema.featured.mutations import Mutation
from schema.featured.queries import Query
from schema.featured.types import (
    AdvancedTechProject,
    InternationalProject,
    Office,
    OperationCenter,
    Organization,
    Patent,
)


async def _advanced(context: SubgraphContext, project_id: Any) -> AdvancedTechProject | None:
    row = await context.loaders.featured.advanced_tech.load(project_id)
    seen = row is not None and Sight.of(context.caller).of_advanced_tech(row)
    return AdvancedTechProject.from_row(row) if row and seen else None


async def _international(context: SubgraphContext, project_id: Any) -> InternationalProject | None:
    row = await context.loaders.featured.international.load(project_id)
    seen = row is not None and Sight.of(context.caller).of_international(row)
    return InternationalProject.from_row(row) if row and seen else None


ENTITIES: Final = (
    Entity(AdvancedTechProject, "id", uuid_key, _advanced),
    Entity(InternationalProject, "id", uuid_key, _international),
    extension(Patent, "applicationNumber", scalars.application_number),
    extension(Organization, "uscc", scalars.uscc),
    extension(OperationCenter, "code", id_text),
    extension(Office, "code", scalars.office_code),
)

SCHEMA: Final = SubgraphSchema(Query, ENTITIES, mutation=Mutation)
