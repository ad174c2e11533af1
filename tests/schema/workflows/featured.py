"""Drivers of the workflows of `featured`."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from resolvers.database.pool import Database
from resolvers.featured.workflows.advanced_tech import ADVANCED_TECH, NEEDS_ADOPTER
from resolvers.featured.workflows.international import INTERNATIONAL
from resolvers.workflow import Workflow
from tests.schema.workflows.driver import Placed
from tests.schema.world import HOLDER, OTHER, Asker, add_reference

PLATFORM = "FS-310000-01"

ADVANCE = """
mutation ($id: ID!, $to: TransformationStage!, $adopter: USCC) {
  advanceTechProject(id: $id, to: $to, adopterUscc: $adopter) {
    project { id stage } errors { code } } }
"""
ADVANCE_INTERNATIONAL = """
mutation ($id: ID!, $to: InternationalStatus!) {
  advanceInternational(id: $id, to: $to, exportControlChecked: true) {
    project { id status } errors { code } } }
"""


class AdvancedTechDriver:
    """A project; an adopter is named wherever one is needed."""

    workflow: Workflow = ADVANCED_TECH
    subgraph = "featured"

    async def place(self, database: Database, state: str) -> Placed:
        await add_reference(database)
        project = await database.fetchval(
            "test.project",
            "insert into featured.advanced_tech_project (title, platform_code, owner_uscc,"
            " adopter_uscc, readiness_level, stage, declassified, started_on)"
            " values ('示例', $1, $2, $3, 4, $4, false, '2024-06-01') returning id",
            PLATFORM,
            HOLDER,
            OTHER if state in NEEDS_ADOPTER else None,
            state,
        )
        return Placed(str(project), relations={"platform": PLATFORM})

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        adopter = OTHER if action in NEEDS_ADOPTER else None
        _, codes = await asker.mutate(ADVANCE, id=placed.id, to=action, adopter=adopter)
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        return str(
            await database.fetchval(
                "test.state",
                "select stage from featured.advanced_tech_project where id = $1",
                UUID(placed.id),
            )
        )


class InternationalDriver:
    """A licence abroad, whose check of export control is made."""

    workflow: Workflow = INTERNATIONAL
    subgraph = "featured"

    async def place(self, database: Database, state: str) -> Placed:
        project = await database.fetchval(
            "test.project",
            "insert into featured.international_project (title, platform_code, jurisdiction_code,"
            " owner_uscc, kind, status, export_control_checked, started_on)"
            " values ('示例', $1, '310000', $2, 'LICENSING_OUT', $3, true, '2024-06-01')"
            " returning id",
            PLATFORM,
            HOLDER,
            state,
        )
        return Placed(str(project), relations={"platform": PLATFORM})

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        _, codes = await asker.mutate(ADVANCE_INTERNATIONAL, id=placed.id, to=action)
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        return str(
            await database.fetchval(
                "test.state",
                "select status from featured.international_project where id = $1",
                UUID(placed.id),
            )
        )


DRIVERS = (AdvancedTechDriver(), InternationalDriver())
