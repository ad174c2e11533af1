"""Nobody ever gets an event that was meant for somebody else.

As `test_whose_work`, for subscriptions: both subgraphs tell what they were sent, the source in each
event, so that an answer tells whose it was. Callers come together, each with an identity, headers,
variables, a view and a document that are drawn; some leave; the supergraph is loaded again
meanwhile. That anything was shared is checked, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.server.app import Application, Surroundings, build_app
from federation.server.settings.engine import EngineSettings
from federation.server.settings.headers import HeaderRule, HeaderRules, Headers, Propagate
from federation.server.settings.views import Views
from tests.federation.server.harness import running
from tests.federation.server.stream_harness import HttpStream, Socket, sse_data
from tests.federation.server.test_whose_work import Names, Scopes

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag"])'
)
_ROOT = f"""{_LINK}
type Query {{ a: Int }}
type Subscription {{ whose(of: String): Whose }}
type Whose @key(fields: "id") {{ id: ID! came: String }}
"""
_MORE = f"""{_LINK}
type Whose @key(fields: "id") {{ id: ID! seen: String only: String @tag(name: "role/B") }}
"""
QUERIES = ("{ whose(of: $of) { came seen } }", "{ whose(of: $of) { id came seen } }")
EVENTS = 3

Caller = tuple[str, dict[str, str], str, str, bool]

callers = st.tuples(
    st.sampled_from(("", "A1", "A2", "B1")),
    st.dictionaries(st.sampled_from(("x-a", "x-b")), st.sampled_from(("1", "2")), max_size=2),
    st.sampled_from(("p", "q")),
    st.sampled_from(QUERIES),
    st.booleans(),
)


class Echo:
    """Two subgraphs that tell what they were sent. `opened`: streams so far."""

    def __init__(self) -> None:
        self.opened = 0
        self._queues: list[asyncio.Queue[int]] = []

    def tell(self, number: int) -> None:
        """Have an event on every stream."""
        for queue in self._queues:
            queue.put_nowait(number)

    async def events(
        self, query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
    ) -> AsyncIterator[Mapping[str, Any]]:
        self.opened += 1
        queue: asyncio.Queue[int] = asyncio.Queue()
        self._queues.append(queue)
        try:
            while True:
                number = await queue.get()
                came = orjson.dumps([number, next(iter(variables.values())), _sent(headers)])
                whose = {"__typename": "Whose", "id": str(number), "came": came.decode()}
                yield {"data": {"whose": whose}}
        finally:
            self._queues.remove(queue)

    async def more(
        self, query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        await asyncio.sleep(0)
        entities = [
            {"seen": orjson.dumps([each["id"], _sent(headers)]).decode(), "only": "b"}
            for value in variables.values()
            for each in value
        ]
        return {"data": {"_entities": entities}}


def _sent(headers: Mapping[str, str]) -> dict[str, str | None]:
    return {name: headers.get(name) for name in ("x-hub-who", "x-a", "x-b")}


@settings(max_examples=30, deadline=None)
@given(
    asking=st.lists(callers, min_size=2, max_size=12),
    passed=st.sets(st.sampled_from(("x-a", "x-b"))),
    leaving=st.sets(st.integers(0, 11)),
    reload=st.booleans(),
)
def test_everybody_gets_his_own(
    asking: list[Caller], passed: set[str], leaving: set[int], reload: bool
) -> None:
    asyncio.run(_subscribe_all(asking, passed, leaving, reload))


async def _subscribe_all(
    asking: list[Caller], passed: set[str], leaving: set[int], reload: bool
) -> None:
    composed = compose([SubgraphSource("root", "", _ROOT), SubgraphSource("more", "", _MORE)])
    assert isinstance(composed, Composed), composed
    sdl = composed.supergraph_sdl

    async def source() -> str:
        return sdl

    rules = HeaderRules(
        request=tuple(HeaderRule(propagate=Propagate(named=name)) for name in sorted(passed))
    )
    echo = Echo()
    app = build_app(
        EngineSettings(headers=Headers(all=rules), views=Views(gates=("role",))),
        source,
        local={"root": echo.more, "more": echo.more},
        local_streams={"root": echo.events},
        surroundings=Surroundings(identifier=Names(), key_holder=Scopes()),
    )
    async with running(app):
        clients = [await _Client.open(app, caller, passed) for caller in asking]
        async with asyncio.timeout(5):
            while app.streams < len(clients):  # noqa: ASYNC110, a plain number is waited for
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.005)
        assert echo.opened == len({client.key for client in clients})
        left: set[_Client] = set()
        for number in range(EVENTS):
            echo.tell(number)
            for client in clients:
                if client not in left:
                    await client.check(number)
            if number == 0:
                left = {client for index, client in enumerate(clients) if index in leaving}
                for client in left:
                    await client.leave()
            elif number == 1 and reload:
                await app._engine_of[0].load(sdl.replace("schema", '"New" schema', 1))
                await asyncio.sleep(0.01)
        for client in clients:
            if client not in left:
                await client.leave()


class _Client:
    """A subscriber over SSE or WebSocket. `key`: what makes it equal to others."""

    def __init__(self, caller: Caller, passed: set[str]) -> None:
        who, headers, self._of, query, self._over_socket = caller
        self._sent = {
            "x-hub-who": who or None,
            **{name: headers.get(name) if name in passed else None for name in ("x-a", "x-b")},
        }
        self._headers = {**headers, **({"x-who": who} if who else {})}
        self._body = {"query": f"subscription ($of: String) {query}", "variables": {"of": self._of}}
        self.key = (self._of, query, tuple(sorted(self._sent.items(), key=str)))
        self._carrier: HttpStream | Socket

    @classmethod
    async def open(cls, app: Application, caller: Caller, passed: set[str]) -> _Client:
        client = cls(caller, passed)
        if client._over_socket:
            socket = client._carrier = Socket(app, client._headers)
            await socket.begin()
            socket.say(type="subscribe", id="a", payload=client._body)
        else:
            accept = {"accept": "text/event-stream"}
            stream = client._carrier = HttpStream(app, client._body, {**client._headers, **accept})
            await stream.head()
            await stream.read()
        return client

    async def check(self, number: int) -> None:
        if isinstance(self._carrier, Socket):
            answer = (await self._carrier.take())["payload"]
        else:
            answer = sse_data(await self._carrier.read())
        whose = answer["data"]["whose"]
        assert orjson.loads(whose["came"]) == [number, self._of, self._sent]
        assert orjson.loads(whose["seen"]) == [str(number), self._sent]

    async def leave(self) -> None:
        await self._carrier.leave()
