"""The public audits of GraphQL over HTTP (npm's graphql-http, 1.23): all of them, MAY ones too.

What they ask for is also in `tests/federation/server/test_audits.py`, for where Node is not.
"""

from __future__ import annotations

from federation.server.settings.engine import EngineSettings
from federation.server.settings.supergraph import SupergraphSection
from tests.clients.hub import drive, needs
from tests.federation.server.test_audits import AUDITS

pytestmark = needs("graphql-http", "graphql")


async def test_all_audits() -> None:
    # Some audits ask for a type by name.
    settings = EngineSettings(supergraph=SupergraphSection(introspection=True))
    found = await drive("audits.mjs", settings)
    assert {name.split()[0] for name in found} == set(AUDITS)
    assert {name: value for name, value in found.items() if value != "ok"} == {}
