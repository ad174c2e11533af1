"""A subgraph for tests of the cache: answers by rule, says how it may be kept, counts its calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from federation.execution.caching.caching_transport import CacheRules, CachingTransport
from federation.execution.caching.memory import MemoryStore
from federation.execution.caching.response_cache import ResponseCache
from federation.execution.json_codec import encode
from federation.execution.transport import SubgraphRequest, SubgraphResponse

Answer = Callable[[SubgraphRequest], SubgraphResponse]


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Origin:
    """`SubgraphTransport`; `calls` are the requests, `answer` gives the response to each."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.calls: list[SubgraphRequest] = []

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        # What crosses a wire is the body; the variables must say the same.
        body = json.loads(request.body)
        assert body["query"] == request.query
        assert body.get("variables", {}) == request.variables
        self.calls.append(request)
        return self.answer(request)

    async def close(self) -> None:
        return None

    def asked(self) -> list[list[Any]]:
        """Return the ids of the representations of each call."""
        return [
            [each["id"] for name in sorted(call.variables) for each in call.variables[name]]
            for call in self.calls
        ]


def request(
    query: str,
    variables: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> SubgraphRequest:
    variables = dict(variables or {})
    body = {"query": query, **({"variables": variables} if variables else {})}
    return SubgraphRequest("a", query, variables, encode(body), headers=headers or {}, **more)


ENTITIES = "query($representations:[_Any!]!){_entities(representations:$representations)%s}"
NAME = ENTITIES % "{... on T{name}}"


def entities(ids: str, query: str = NAME, **more: Any) -> SubgraphRequest:
    """Return a request for entities whose ids are letters."""
    found = [{"__typename": "T", "id": each} for each in ids]
    return request(query, {"representations": found}, **more)


def named(
    cache_control: str | None = "max-age=60",
    errors: Mapping[str, Any] | None = None,
    **headers: str,
) -> Answer:
    """Return an answer by name to each representation; `errors`: id → an error for its entity.

    An id `z` is of nothing.
    """

    def answer(asked: SubgraphRequest) -> SubgraphResponse:
        found = asked.variables["representations"]
        data = [None if each["id"] == "z" else {"name": each["id"].upper()} for each in found]
        wrong = [
            {"message": "no", "path": ["_entities", index, "name"]}
            for index, each in enumerate(found)
            if errors and each["id"] in errors
        ]
        told = [(name.replace("_", "-"), value) for name, value in headers.items()]
        if cache_control is not None:
            told.append(("cache-control", cache_control))
        return SubgraphResponse({"_entities": data}, tuple(wrong), headers=told)

    return answer


def cached(
    answer: Answer, clock: Clock | None = None, **rules: Any
) -> tuple[CachingTransport, Origin, ResponseCache]:
    """Return a transport with a cache of its own before an origin."""
    origin = Origin(answer)
    cache = ResponseCache(MemoryStore(10_000_000), clock=clock or Clock())
    return CachingTransport(origin, cache, CacheRules("a", **rules)), origin, cache
