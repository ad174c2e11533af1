"""What everybody's operations cost, estimated and actual: the journeys, the examples, the README.

`python -m tests.gateway.costs` prints the table of `schema/README.md`.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import orjson

from federation.server.settings.demand_control import DemandControlSection
from federation.server.settings.rate_limits import RateLimitsSection
from gateway import build_app
from resolvers.database.launcher import EmbeddedSettings, start_embedded
from schema.printed import example_queries
from tests.gateway import test_journeys as journeys
from tests.gateway.conftest import Hub, demo_settings, running
from tests.support.postgres import FAST, TestServer, open_folder

README = Path(__file__).parent.parent.parent / "README.md"


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation. `name` without spaces; of a journey it is that of its operation."""

    name: str
    estimated: int
    actual: int


class CostHub(Hub):
    """Asks for the figures with each query and keeps them."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub.app, hub.url)
        self.measured: list[Measured] = []

    async def query(
        self, query: str, *, who: str = "", operation: str | None = None, **variables: object
    ) -> Any:
        """See `Hub.query`."""
        message = {"query": query, "variables": variables, "operationName": operation}
        headers = {
            "content-type": "application/json",
            "apollo-expose-query-plan": "true",
            "hub-expose-cost": "true",
            **({"authorization": f"Dev {who}"} if who else {}),
        }
        reply = (await self.send("POST", "/graphql", orjson.dumps(message), headers)).json
        cost = (reply.get("extensions") or {}).get("cost")
        if cost is not None:
            name = operation or " ".join(query.split())[:60]
            self.measured.append(Measured(name, cost["estimated"], cost["actual"]))
        return reply


async def measure(hub: Hub) -> list[Measured]:
    """Run the eight journeys as those who make them, the examples and the README's first query."""
    ours = CostHub(hub)
    await journeys.test_j1_panorama_of_a_patent(ours)
    await journeys.test_j2_overview_of_an_area(ours)
    await journeys.test_j3_publish_a_product(ours)
    await journeys.test_j4_national_board(ours)
    await journeys.test_j5_cheap_open_licences(ours)
    await journeys.test_j6_screen_a_listing(ours)
    await journeys.test_j7_provincial_desk_and_rectification(ours)
    await journeys.test_j8_profile_of_an_organisation(ours)
    found = [each for each in ours.measured if each.name in journeys.LISTED]
    for title, text in [*example_queries(), ("README", readme_query())]:
        ours.measured.clear()
        answer = await ours.query(text)
        assert "errors" not in answer, title
        [one] = ours.measured
        found.append(Measured(title, one.estimated, one.actual))
    return dearest(found)


def dearest(measured: list[Measured]) -> list[Measured]:
    """Return of each name the run with the highest actual cost, in the order of first runs."""
    best: dict[str, Measured] = {}
    for each in measured:
        if each.name not in best or best[each.name].actual < each.actual:
            best[each.name] = each
    return list(best.values())


def readme_query() -> str:
    """Return the first query of the README."""
    found = re.search(r"-d '(\{\"query\":.*?\})'\n", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    query: str = json.loads(found[1])["query"]
    return query


@asynccontextmanager
async def costly_hub(
    url: str, demand: dict[str, Any], limits: dict[str, Any] | None = None
) -> AsyncIterator[Hub]:
    """Give a hub with the demo feeds that counts what operations cost."""
    settings = msgspec.structs.replace(
        demo_settings(url),
        demand_control=msgspec.convert(demand, DemandControlSection),
        rate_limits=msgspec.convert(limits or {}, RateLimitsSection),
    )
    app = build_app(settings, development=True)
    async with running(app):
        yield Hub(app, url)


def table(measured: list[Measured]) -> str:
    """Return the table in Markdown."""
    lines = ["| operation | estimated | actual |", "|---|---:|---:|"]
    lines += [f"| {each.name} | {each.estimated} | {each.actual} |" for each in measured]
    return "\n".join(lines)


async def main() -> None:
    strategy = {"static_estimated": {"actual_cost_mode": "by_response_shape"}}
    demand = {"enabled": True, "mode": "measure", "strategy": strategy}
    folder = open_folder()
    started = await start_embedded(EmbeddedSettings(directory=folder / "data", options=FAST))
    try:
        server = TestServer(started.admin_url(), started.url)
        async with server.new_database() as url, costly_hub(url, demand) as hub:
            print(table(await measure(hub)))
    finally:
        await started.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main())
