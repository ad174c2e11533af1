"""The subgraphs together: they compose without errors or hints, and one query crosses all of them.

Composed, planned and executed by the hub's own engine over the subgraphs in this process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from federation.composition import Composed, SubgraphSource, compose
from federation.execution.context import ErrorPolicy, ExecutionContext
from federation.execution.executor import compile_plan
from federation.execution.transports.in_process import InProcessTransport
from federation.planning import Planner
from resolvers.database.pool import Database
from schema import SUBGRAPHS
from schema.serving import SubgraphServer
from tests.schema.world import HOLDER, LASER, TODAY, CountingQueries

QUERY = """{ patent(applicationNumber: "ZL202029000001.4") {
  displayNumber title legalStatus mainIpc { symbol titleEn } applicantRegion { fullName }
  currentHolders { name organization { uscc name region { name } } }
  openLicence { statementNumber fee { kind amount } termTo status }
  licenceRecords { recordNumber licenceType } transfers { registeredOn to { name } }
  listings { number price { amount } status } } }"""


def composed() -> Composed:
    result = compose(
        [
            SubgraphSource(name, f"http://127.0.0.1/subgraphs/{name}/graphql", schema.sdl)
            for name, schema in SUBGRAPHS.items()
        ]
    )
    assert isinstance(result, Composed), result
    return result


def transport(server: SubgraphServer, name: str) -> InProcessTransport:
    async def execute(
        query: str,
        variables: dict[str, Any],
        operation_name: str | None,
        headers: Mapping[str, str],
    ) -> Mapping[str, Any]:
        return await server.execute(name, query, variables, operation_name, headers)

    return InProcessTransport(execute)


async def ask(database: Database, query: str) -> tuple[Any, CountingQueries]:
    """Return the answer of the whole graph, and what the database was asked."""
    queries = CountingQueries(database)
    server = SubgraphServer(queries, today=lambda: TODAY)
    planner = Planner(composed().supergraph_sdl)
    plan = planner.plan(planner.normalize(query))
    context = ExecutionContext(
        variables={},
        transports={
            each.name: transport(server, each.name) for each in planner.supergraph.subgraphs
        },
        errors=ErrorPolicy(include=True),
    )
    answer = await compile_plan(plan).execute(context)
    return json.loads(answer.body), queries


def test_they_compose_without_hints() -> None:
    assert composed().hints == ()


async def test_one_query_over_three_subgraphs(world: Database) -> None:
    await world.execute(
        "test.ipc",
        "insert into reference.ipc_class values "
        "('B23K26/21', 'B23K 26/21', 'SUBGROUP', 'by welding', null, 'B23K')",
    )
    answer, queries = await ask(world, QUERY)
    assert answer == {
        "data": {
            "patent": {
                "displayNumber": "202029000001.4",
                "title": "基于激光焊接的控制系统",
                "legalStatus": "IN_FORCE",
                "mainIpc": {"symbol": "B23K26/21", "titleEn": "by welding"},
                "applicantRegion": {"fullName": "广东省深圳市南山区"},
                "currentHolders": [
                    {
                        "name": "示例甲智能装备有限公司",
                        "organization": {
                            "uscc": HOLDER,
                            "name": "示例甲智能装备有限公司",
                            "region": {"name": "南山区"},
                        },
                    },
                    {"name": "示例某人", "organization": None},
                ],
                "openLicence": {
                    "statementNumber": "KF2",
                    "fee": {"kind": "FIXED", "amount": "30000.50"},
                    "termTo": "2026-05-31",
                    "status": "IN_FORCE",
                },
                "licenceRecords": [
                    {"recordNumber": "X2", "licenceType": "COMMON"},
                    {"recordNumber": "X1", "licenceType": "EXCLUSIVE"},
                ],
                "transfers": [
                    {"registeredOn": "2022-04-20", "to": [{"name": "示例甲智能装备有限公司"}]}
                ],
                "listings": [
                    {"number": "FT-1", "price": {"amount": "500000.00"}, "status": "LISTED"}
                ],
            }
        }
    }
    # every loader ran one statement, except regions: the applicant's and the organisation's
    assert set(queries.statements.values()) <= {1, 2}
    assert sum(queries.statements.values()) <= 12


async def test_a_list_crosses_subgraphs_in_batches(world: Database) -> None:
    query = """{ patents(first: 4) { totalCount nodes { applicationNumber
                   currentHolders { organization { name } } listings { number } } } }"""
    answer, queries = await ask(world, query)
    nodes = answer["data"]["patents"]["nodes"]
    assert answer["data"]["patents"]["totalCount"] == len(nodes) == 4
    assert nodes[0]["applicationNumber"] == LASER
    assert nodes[0]["listings"] == [{"number": "FT-1"}]
    assert set(queries.statements.values()) == {1}
