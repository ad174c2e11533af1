"""One hub pulls from another: the graph of the hub's own subgraph, over HTTP, as a source."""

from __future__ import annotations

from typing import Any

from adapters.sources import open_source
from adapters.sync import pull_source
from resolvers.database.pool import Database
from schema.http import subgraph_app
from schema.serving import SubgraphServer
from tests.adapters.harness import OPTIONS, TODAY, demo_source
from tests.adapters.net.server import serving
from tests.adapters.sources.serving import graphql_source, take
from tests.support.postgres import TestServer, opened

NODE = "applicationNumber title filingDate kind applicants { name } legalStatus"
LIST = {
    "query": (
        "query ($first: Int, $after: String) { patents(first: $first, after: $after)"
        f" {{ nodes {{ {NODE} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    ),
    "records": "patents",
    "paging": {"kind": "relay", "size": 10},
    "lookup": {
        "query": (
            "query ($n: [ApplicationNumber!]!)"
            f" {{ patentsByNumber(applicationNumbers: $n) {{ {NODE} }} }}"
        ),
        "records": "patentsByNumber",
        "keys": {"applicationNumber": "n"},
        "many": True,
    },
}
FIELDS = {"applicants": "applicants[].name"}
COLUMNS = "application_number, title, filing_date, kind, legal_status"


async def patents(database: Database) -> list[dict[str, Any]]:
    found = await database.fetch(
        "test.patents",
        f"select {COLUMNS}, (select array_agg(name order by ordinal) from patents.patent_party as p"
        "  where p.application_number = patent.application_number and role = 'APPLICANT') as names "
        "from patents.patent order by application_number",
    )
    return [dict(row) for row in found]


async def test_pull_and_look_up(
    database: Database, postgres_server: TestServer, migrated_template: str
) -> None:
    await pull_source(database, demo_source("registry-patents"), OPTIONS)
    expected = await patents(database)
    assert len(expected) > 50
    async with serving(subgraph_app(SubgraphServer(database, today=lambda: TODAY))) as url:
        config = graphql_source(
            url,
            graphql=LIST | {"url": f"{url}/patents/graphql"},
            fields=FIELDS,
            bounds={"batch_rows": 20},
        )
        async with (
            postgres_server.new_database(migrated_template) as other_url,
            opened(other_url) as other,
        ):
            report = await pull_source(other, config, OPTIONS)
            assert report.problem is None
            assert report.total().rejected == 0
            assert len(report.batches) == -(-len(expected) // 20)
            assert await patents(other) == expected
        source: Any = open_source(config)
        wanted, absent = expected[3]["application_number"], "CN2020299999993"
        found = take(await source.look_up([{"applicationNumber": n} for n in (absent, wanted)]))
        await source.close()
        assert [record["title"] for record in found.records] == [expected[3]["title"]]
