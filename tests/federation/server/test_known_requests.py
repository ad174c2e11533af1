"""Bytes that came before are not read again, and mean what they meant, or nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from federation.server import pipeline
from federation.server.app import Surroundings
from federation.server.engine import Engine
from federation.server.known_requests import KnownRequests
from federation.server.settings.engine import EngineSettings
from federation.server.wire.request import GraphQLRequest, HttpRequest
from tests.federation.server.harness import SUPERGRAPH, Client, engine


class _Counted:
    """How many requests were parsed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        original = pipeline.parse_request

        def parse(http: HttpRequest, *, by_id: bool = False) -> GraphQLRequest:
            self.count += 1
            return original(http, by_id=by_id)

        monkeypatch.setattr(pipeline, "parse_request", parse)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> _Counted:
    return _Counted(monkeypatch)


def _body(query: str, variables: Mapping[str, Any] | None = None) -> bytes:
    return json.dumps({"query": query, "variables": variables or {}}).encode()


async def _times(client: Client, body: bytes, times: int) -> list[Any]:
    return [(await client.post_bytes(body)).json for _ in range(times)]


GREET = "query ($n: String!) { hello(name: $n) }"


async def test_the_third_time_nothing_is_parsed(parsed: _Counted) -> None:
    async with engine() as client:
        for name in ("a", "b"):
            answers = await _times(client, _body(GREET, {"n": name}), 5)
            assert answers == [{"data": {"hello": f"Hello {name}"}}] * 5
    assert parsed.count == 4


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (
            _body("query ($w: Where) { search(where: $w) }", {"w": {"text": "a"}}),
            {"data": {"search": ['{"limit": 10, "text": "a"}']}},
        ),
        (_body(GREET, {"n": 1}), None),
        (_body("{ nothing }"), None),
        (b"{", None),
    ],
)
async def test_what_could_be_written_into_or_is_wrong_is_read_each_time(
    parsed: _Counted, body: bytes, answer: Any
) -> None:
    async with engine() as client:
        answers = await _times(client, body, 4)
    assert parsed.count == 4
    assert answers == [answer or answers[0]] * 4
    assert answer or "errors" in answers[0]


async def test_mutations_run_each_time() -> None:
    async with engine() as client:
        answers = await _times(client, _body("mutation { bump }"), 4)
    assert answers == [{"data": {"bump": number}} for number in (1, 2, 3, 4)]


async def test_known_bytes_are_refused_where_their_request_is(parsed: _Counted) -> None:
    body = _body(GREET, {"n": "a"})
    async with engine() as client:
        await _times(client, body, 3)
        known = {"content-type": "application/json"}
        for method, headers, status in (
            ("POST", {"content-type": "text/csv"}, 415),
            ("POST", {"content-type": "text/plain"}, 400),
            ("POST", {**known, "accept": "text/csv"}, 406),
            ("PUT", known, 405),
        ):
            reply = await client.request(method, "/graphql", headers=headers, chunks=(body,))
            assert reply.status == status


async def test_another_supergraph_judges_known_bytes_anew() -> None:
    engines: list[Engine] = []

    async def companion(one: Engine) -> None:
        engines.append(one)

    body = _body(GREET, {"n": "a"})
    async with engine(surroundings=Surroundings(companions=[companion])) as client:
        assert "data" in (await _times(client, body, 4))[-1]
        field = next(line for line in SUPERGRAPH.splitlines() if line.strip().startswith("hello("))
        await engines[0].load(SUPERGRAPH.replace(field, field.replace("hello(", "greet(")))
        (answer,) = await _times(client, body, 1)
        assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        await engines[0].load(SUPERGRAPH)
        assert await _times(client, body, 2) == [{"data": {"hello": "Hello a"}}] * 2


async def test_a_limit_that_comes_later_holds_for_known_bytes() -> None:
    engines: list[Engine] = []

    async def companion(one: Engine) -> None:
        engines.append(one)

    body = _body(GREET, {"n": "a", "m": "b"})
    async with engine(surroundings=Surroundings(companions=[companion])) as client:
        assert "data" in (await _times(client, body, 4))[-1]
        limits = EngineSettings().limits.__class__(max_input_values=1)
        await engines[0].reconfigure(EngineSettings(limits=limits))
        (answer,) = await _times(client, body, 1)
        assert answer["errors"][0]["extensions"]["code"] == "REQUEST_LIMIT_EXCEEDED"


async def test_it_does_not_grow_without_bound() -> None:
    engines: list[Engine] = []

    async def companion(one: Engine) -> None:
        engines.append(one)

    async with engine(surroundings=Surroundings(companions=[companion])) as client:
        for number in range(400):
            await _times(client, _body(GREET, {"n": f"{number}{'x' * 7000}"}), 2)
        known = engines[0].pipeline.known
        assert isinstance(known, KnownRequests)
        assert 50 < len(known) < 200
        await _times(client, _body(GREET, {"n": "x" * 9000}), 3)
        assert known.get(_body(GREET, {"n": "x" * 9000})) is None
