"""What `serve --supergraph` loads to start: the engine, and nothing it does not need."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest

from tests.support.shared import ROOT

SUPERGRAPH = ROOT / "tests/federation/server/supergraph.graphql"

# Serves until it is ready, then says which modules are there.
PROGRAM = """
import sys
from federation.server.listener.ending import EndingServer

real = EndingServer.startup

async def startup(self, sockets=None):
    await real(self, sockets)
    print("\\n".join(sorted(sys.modules)))
    self.should_exit = True

EndingServer.startup = startup

import gateway
gateway.main(["serve", "--supergraph", sys.argv[1], "--port", "0"])
"""

# Each is large, or brings much with it, and belongs to what this server does not do.
NOT_NEEDED = (
    "adapters.demo",
    "adapters.schedule",
    "aiohttp",
    "asyncpg",
    "cryptography",
    "federation.composition",
    "federation.execution.transports.callback",
    "federation.execution.transports.websocket",
    "federation.registry.checks",
    "federation.registry.lint.rules",
    "federation.registry.postgres",
    "federation.registry.service",
    "federation.server.registry_api",
    "federation.server.workers.supervisor",
    "federation.supergraph.diff.inputs",
    "jmespath",
    "joserfc",
    "opentelemetry.exporter",
    "pgqueuer",
    "python_calamine",
    "redis",
    "resolvers.database.pool",
    "rich",
    "schema",
    "strawberry",
)


@cache
def loaded() -> frozenset[str]:
    # Without a subscription type, and so without event streams.
    text = SUPERGRAPH.read_text(encoding="utf-8")
    assert "subscription: Subscription" in text
    without = text.replace("  subscription: Subscription\n", "")
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, "/dev/stdin"],
        input=without,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return frozenset(ran.stdout.split())


@pytest.mark.parametrize("name", NOT_NEEDED)
def test_what_is_not_needed_is_not_loaded(name: str) -> None:
    found = [each for each in loaded() if each == name or each.startswith(f"{name}.")]
    assert not found


def test_what_is_needed_is() -> None:
    assert {"federation.server.engine", "federation.planning.planner", "gateway"} <= loaded()
