"""Apollo Client and urql against a hub: queries, `@defer`, and every way to subscribe.

Tried with @apollo/client 4.3 and @urql/core 6.0.
"""

from __future__ import annotations

from typing import Any

from tests.clients.hub import drive, needs

INVALID = ["GRAPHQL_VALIDATION_FAILED"]
DEFER = 'multipart/mixed;boundary="graphql";deferSpec=20220824'


def _plain(value: Any) -> Any:
    """Leave out what Apollo Client selects on its own."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if key != "__typename"}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _price(number: int) -> Any:
    return {"priceChanged": {"price": number, "name": f"Name {number}"}}


class TestApolloClient:
    pytestmark = needs("@apollo/client", "rxjs", "graphql")

    async def test_over_http(self) -> None:
        found = {name: _plain(value) for name, value in (await drive("apollo.mjs")).items()}
        assert found["query"] == {"items": [{"id": "1"}]}
        assert found["mutation"] == {"reprice": 7}
        assert found["invalid"] == INVALID
        first = {"data": {"items": [{"id": "1"}]}, "state": "streaming"}
        assert found["defer"] == [
            first,
            {"data": {"items": [{"id": "1", "name": "Name 1", "price": 10}]}, "state": "complete"},
        ]
        named = {"data": {"items": [{"id": "1", "name": "Name 1"}]}, "state": "complete"}
        assert found["defer of one subgraph"] == [first, named]
        assert found["defer off"] == [named]
        assert found["content types"][:2] == [DEFER, DEFER]
        assert not found["content types"][2].startswith("multipart")
        events = [{"data": _price(number)} for number in (1, 2, 3)]
        assert found["subscription"] == {"got": events, "complete": True}
        assert found["left"] == {"got": events[:2]}
        assert found["subscription that is invalid"]["got"] == [{"error": INVALID}]
        assert found["many"] == [3, 3, 3]
        assert found["stream types"][0].startswith("multipart/mixed;")
        assert found["stream types"][0].endswith("subscriptionSpec=1.0")
        assert found["persisted"] == [1, 1, 1, INVALID, 7]
        hashed, whole = ["POST", "hash"], ["POST", "query"]
        assert found["persisted sent"] == [
            *(hashed, whole),  # unknown at first
            hashed,
            ["GET", "hash"],
            *(hashed, whole),  # wrong, so it is not stored
            *(hashed, whole),
        ]


class TestUrql:
    pytestmark = needs(
        "@urql/core", "@urql/exchange-persisted", "graphql", "graphql-ws", "graphql-sse", "ws"
    )

    async def test_fetch_and_subscription_exchanges(self) -> None:
        found = await drive("urql.mjs")
        assert found["query"] == {"data": {"items": [{"id": "1"}]}}
        assert found["mutation"] == {"data": {"reprice": 7}}
        assert found["invalid"] == {"error": INVALID}
        first = {"data": {"items": [{"id": "1"}]}, "hasNext": True}
        assert found["defer"] == [
            first,
            {"data": {"items": [{"id": "1", "name": "Name 1", "price": 10}]}},
        ]
        assert found["defer of one subgraph"] == [
            first,
            {"data": {"items": [{"id": "1", "name": "Name 1"}]}},
        ]
        assert found["content types"] == [DEFER, DEFER]
        events = [{"data": _price(number), "hasNext": True} for number in (1, 2, 3)]
        for kind in ("fetch", "ws", "sse"):
            assert found[f"{kind} subscription"] == events
            assert found[f"{kind} left"] == events[:2]
            assert found[f"{kind} invalid"] == INVALID
        assert found["persisted"] == [{"data": {"items": [{"id": "1"}]}}] * 2
        assert found["persisted invalid"] == {"error": INVALID}
        assert found["persisted sent"] == ["hash", "query", "hash", "hash", "query"]
