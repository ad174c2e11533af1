"""The npm clients graphql-ws and graphql-sse against a hub on real sockets."""

from __future__ import annotations

from federation.server.settings.engine import EngineSettings
from federation.server.settings.subscription import SingleConnection, Subscription
from tests.clients.hub import drive, needs
from tests.federation.server.stream_harness import APART

pytestmark = needs("graphql-ws", "graphql-sse", "ws")


async def test_npm_clients() -> None:
    single = SingleConnection(enabled=True)
    # Its source begins at once, so who joins a stream would miss its first events.
    settings = EngineSettings(
        subscription=Subscription(sse_single_connection=single, deduplication=APART)
    )
    found = await drive("streams.mjs", settings)
    prices = [
        {"data": {"priceChanged": {"price": number, "name": f"Name {number}"}}}
        for number in (1, 2, 3)
    ]
    for kind in ("ws", "sse", "single"):
        assert found[f"{kind} subscription"] == {"got": prices}
        assert found[f"{kind} left"] == {"got": prices[:2]}
        assert found[f"{kind} query"] == {"got": [{"data": {"items": [{"id": "1"}]}}]}
        assert found[f"{kind} mutation"] == {"got": [{"data": {"reprice": 7}}]}
        assert found[f"{kind} many"] == [3] * 5
    assert found["ws invalid"]["error"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    for kind in ("sse", "single"):
        (answer,) = found[f"{kind} invalid"]["got"]
        assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
