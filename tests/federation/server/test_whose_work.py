"""Nobody ever gets an answer that was made for somebody else.

Everything that shares work is on at once: equal operations, equal subgraph calls, kept answers,
views. The subgraph answers with what it was sent, so an answer tells whose it was. Callers come
together and again, with identities, headers and variables that are drawn; header rules too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.registry.snapshot import Snapshot
from federation.server.app import Surroundings, build_app
from federation.server.callers.authentication import Claims
from federation.server.callers.identity import NOBODY, ClientIdentity
from federation.server.settings.engine import EngineSettings
from federation.server.settings.headers import HeaderRule, HeaderRules, Headers, Propagate
from federation.server.settings.response_cache import ResponseCaching
from federation.server.settings.views import Views
from federation.server.wire.request import HttpRequest
from tests.federation.server.harness import Client, running

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag"])'
)
_ROOT = (
    f'{_LINK} type Query {{ whose(of: String): Whose }} type Whose @key(fields: "id") {{ id: ID! }}'
)
_MORE = f"""{_LINK}
type Whose @key(fields: "id") {{ id: ID! seen: String only: String @tag(name: "role/B") }}
"""
QUERIES = ("{ whose(of: $of) { seen } }", "{ whose(of: $of) { id seen } }")
CONTROLS = ("public, max-age=60", "private, max-age=60", "max-age=60", "no-store", None)


class Names:
    """Believes `x-who`, and tells subgraphs in a header of its own."""

    reserved = frozenset({"x-hub-who"})

    def identify(self, http: HttpRequest, claims: Claims | None) -> ClientIdentity:
        who = (http.header(b"x-who") or b"").decode()
        if not who:
            return NOBODY
        return ClientIdentity(
            who, lambda: {"x-hub-who": who}, organization=who, scopes=frozenset({f"role/{who[0]}"})
        )


class Scopes:
    async def held(self, client: ClientIdentity, snapshot: Snapshot) -> frozenset[str]:
        return client.scopes


class Echo:
    """Two subgraphs that answer with who asked, as far as `reads` lets them look.

    `control` is what they say of how their answers may be kept, with `vary` on all they read: an
    answer that is marked `public` reads nothing of the caller.
    """

    def __init__(self, control: str | None, reads: tuple[str, ...]) -> None:
        self._control = control
        self.reads = () if control is not None and "public" in control else reads

    def _told(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        headers = {} if self._control is None else {"cache-control": self._control}
        if self.reads:
            headers["vary"] = ", ".join(self.reads)
        return _Told(answer, headers)

    async def root(
        self, query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        await asyncio.sleep(0)
        of = next(iter(variables.values()), None)
        return self._told({"data": {"whose": {"__typename": "Whose", "id": str(of)}}})

    async def more(
        self, query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        await asyncio.sleep(0.001)
        said = {name: headers.get(name) for name in self.reads}
        entities = [
            {"seen": orjson.dumps([each["id"], said]).decode(), "only": "b"}
            for value in variables.values()
            for each in value
        ]
        return self._told({"data": {"_entities": entities}})


class _Told(dict[str, Any]):
    def __init__(self, answer: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        super().__init__(answer)
        self.headers = headers


callers = st.tuples(
    st.sampled_from(("", "A1", "A2", "B1")),
    st.dictionaries(st.sampled_from(("x-a", "x-b")), st.sampled_from(("1", "2")), max_size=2),
    st.sampled_from(("p", "q")),
    st.sampled_from(QUERIES),
)


@settings(max_examples=60, deadline=None)
@given(
    asking=st.lists(callers, min_size=2, max_size=12),
    control=st.sampled_from(CONTROLS),
    reads=st.sets(st.sampled_from(("x-hub-who", "x-a", "x-b"))),
    passed=st.sets(st.sampled_from(("x-a", "x-b"))),
)
def test_everybody_gets_his_own(
    asking: list[tuple[str, dict[str, str], str, str]],
    control: str | None,
    reads: set[str],
    passed: set[str],
) -> None:
    echo = Echo(control, tuple(sorted(reads)))
    asyncio.run(_ask_all(asking, echo, passed))


async def _ask_all(
    asking: list[tuple[str, dict[str, str], str, str]], echo: Echo, passed: set[str]
) -> None:
    composed = compose([SubgraphSource("root", "", _ROOT), SubgraphSource("more", "", _MORE)])
    assert isinstance(composed, Composed), composed

    async def source() -> str:
        return composed.supergraph_sdl

    rules = HeaderRules(
        request=tuple(HeaderRule(propagate=Propagate(named=name)) for name in sorted(passed))
    )
    app = build_app(
        EngineSettings(
            headers=Headers(all=rules),
            response_cache=ResponseCaching(enabled=True),
            views=Views(gates=("role",)),
        ),
        source,
        local={"root": echo.root, "more": echo.more},
        surroundings=Surroundings(identifier=Names(), key_holder=Scopes()),
    )
    async with running(app):
        client = Client(app)
        # Together, so that work in flight is shared; then again, so that kept answers are found.
        for _ in range(2):
            await asyncio.gather(*(_ask(client, caller, echo, passed) for caller in asking))
        await _only_for_b(client, asking)


async def _ask(
    client: Client, caller: tuple[str, dict[str, str], str, str], echo: Echo, passed: set[str]
) -> None:
    who, headers, of, query = caller
    sent = {**headers, **({"x-who": who} if who else {})}
    answer = (
        await client.post(f"query ($of: String) {query}", headers=sent, variables={"of": of})
    ).json
    named = {"x-hub-who": who or None, **{name: headers.get(name) for name in passed}}
    expected = [of, {name: named.get(name) for name in echo.reads}]
    assert orjson.loads(answer["data"]["whose"]["seen"]) == expected, caller


async def _only_for_b(client: Client, asking: list[tuple[str, dict[str, str], str, str]]) -> None:
    """What one role sees is not even a field to the others, whoever asked before."""
    for who in sorted({caller[0] for caller in asking}):
        sent = {"x-who": who} if who else {}
        answer = (await client.post("{ whose { only } }", headers=sent)).json
        if who.startswith("B"):
            assert answer["data"]["whose"]["only"] == "b"
        else:
            assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
