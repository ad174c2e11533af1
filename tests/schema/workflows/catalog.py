"""Drivers of the workflows of `catalog`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from uuid import UUID

from resolvers.catalog.workflows.grants import GRANTS
from resolvers.catalog.workflows.products import PRODUCTS
from resolvers.catalog.workflows.standards import STANDARDS
from resolvers.database.pool import Database
from resolvers.workflow import Workflow
from tests.schema.catalog_world import (
    NAVIGATION_CODE,
    PUBLISHER_CODE,
    TRADING_CODE,
    add_centers,
    add_product,
    add_standards,
)
from tests.schema.workflows.driver import Placed
from tests.schema.world import Asker

MOVE_PRODUCT = """
mutation ($id: ID!, $version: Int!, $action: ProductAction!) {
  transitionServiceProduct(id: $id, expectedVersion: $version, action: $action, comment: "说明") {
    product { id status } errors { code } } }
"""
MOVE_STANDARD = """
mutation ($code: ID!, $version: String!, $to: StandardStatus!) {
  changeStandardStatus(code: $code, version: $version, to: $to) {
    standard { status } errors { code } } }
"""
DECIDE = """
mutation ($id: ID!, $approve: Boolean!) {
  decideDataAccess(grantId: $id, approve: $approve, comment: "说明") {
    grant { status } errors { code } } }
"""
REVOKE = """
mutation ($id: ID!) {
  revokeDataAccess(grantId: $id, reason: "说明") { grant { status } errors { code } } }
"""


class ProductDriver:
    """A product that passes every check, of a recognised centre, on a standard in force."""

    workflow: Workflow = PRODUCTS
    subgraph = "catalog"

    async def place(self, database: Database, state: str) -> Placed:
        await add_centers(database)
        await add_standards(database)
        product_id = str(uuid.uuid4())
        await add_product(database, product_id, state)
        return Placed(
            product_id,
            relations={
                "publisher": PUBLISHER_CODE,
                "issuer": NAVIGATION_CODE,
                "reviewer": NAVIGATION_CODE,
                "jurisdiction": "440300",
                "suspender": PUBLISHER_CODE,
            },
        )

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        _, codes = await asker.mutate(
            MOVE_PRODUCT, id=placed.id, version=placed.version, action=action
        )
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        return str(
            await database.fetchval(
                "test.state",
                "select status from catalog.service_product where id = $1",
                UUID(placed.id),
            )
        )


class StandardDriver:
    """The first version of a standard of the navigation platform."""

    workflow: Workflow = STANDARDS
    subgraph = "catalog"

    async def place(self, database: Database, state: str) -> Placed:
        await database.execute(
            "test.standard",
            "insert into catalog.service_standard (code, version, title, issuer_code, basis,"
            " service_kind, status, superseded_on) values ('SS-TST-001', '1.0', '示例', $1, '{}',"
            " 'PATENT_NAVIGATION', $2, case when $2 = 'SUPERSEDED' then date '2024-06-01' end)",
            NAVIGATION_CODE,
            state,
        )
        return Placed("SS-TST-001|1.0", relations={"issuer": NAVIGATION_CODE})

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        code, _, version = placed.id.partition("|")
        _, codes = await asker.mutate(MOVE_STANDARD, code=code, version=version, to=action)
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        return str(
            await database.fetchval(
                "test.state", "select status from catalog.service_standard where version = '1.0'"
            )
        )


class GrantDriver:
    """A grant on transfer prices, which the trading platform provides."""

    workflow: Workflow = GRANTS
    subgraph = "catalog"

    async def place(self, database: Database, state: str) -> Placed:
        await database.execute(
            "test.provider",
            "update catalog.data_foundation set provider_code = $1 where topic = 'TRANSFER'",
            TRADING_CODE,
        )
        grant_id = await database.fetchval(
            "test.grant",
            "insert into catalog.data_access_grant (foundation_code, grantee_code,"
            " jurisdiction_code, purpose, status, valid_from, valid_to) values ('DF-TRANSFER', $1,"
            " '440300', '分析', $2, '2024-06-01', '2024-12-31') returning id",
            PUBLISHER_CODE,
            state,
        )
        return Placed(str(grant_id), relations={"decider": TRADING_CODE})

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        if action == "REVOKE":
            _, codes = await asker.mutate(REVOKE, id=placed.id)
        else:
            _, codes = await asker.mutate(DECIDE, id=placed.id, approve=action == "APPROVE")
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        return str(
            await database.fetchval(
                "test.state",
                "select status from catalog.data_access_grant where id = $1",
                UUID(placed.id),
            )
        )


DRIVERS = (ProductDriver(), StandardDriver(), GrantDriver())
