"""A subgraph's transport with the cache in front of it.

Root fields are kept per call, entities one by one: a call for a hundred entities of which ninety
are kept asks for ten, and its answer is put together in order. Mutations are never kept, and what
their subgraph answered before is dropped, for they may have changed any of it (RFC 9111 §4.4 says
so of resources). Stands inside `SingleFlight`, so equal calls miss once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from federation.execution.caching.entities import EntityCall
from federation.execution.caching.freshness import (
    Freshness,
    Policy,
    Scope,
    read_policy,
    strictest,
)
from federation.execution.caching.keys import Asker, own_key, public_key, values_bytes
from federation.execution.caching.parts import Part, Query
from federation.execution.caching.response_cache import Began, ResponseCache
from federation.execution.caching.store import (
    Entry,
    Key,
    subgraph_label,
    tag_label,
    type_label,
)
from federation.execution.caching.tags import (
    ENTITY_TAGS,
    ROOT_TAGS,
    TagFormats,
    texts,
    told_for_all,
)
from federation.execution.json_codec import decode, encode
from federation.execution.transport import (
    AFTER,
    BEFORE,
    SubgraphRequest,
    SubgraphResponse,
    SubgraphTransport,
)

# After so many answers in a row that may not be kept, none is looked for: making keys costs more
# than the rest.
_OFTEN = 4
_NOT_KEPT = Freshness()


@dataclass(frozen=True, slots=True)
class CacheRules:
    """How one subgraph's answers are kept.

    `place`: where they come from, so that a subgraph that moves is asked anew. `ttl`: seconds for
    answers that name no time. `own_headers`: names of headers by which only the gateway says who
    asks; an answer chosen by one that was not sent is the same for all unknown clients.
    `client_headers`: names of those that are passed on as the client sent them.
    """

    subgraph: str
    place: str = ""
    ttl: float | None = None
    private_id: str | None = None
    drop_on_mutation: bool = True
    tags: TagFormats = field(default_factory=TagFormats)
    own_headers: frozenset[str] = frozenset()
    client_headers: frozenset[str] = frozenset()


class CachingTransport:
    """`SubgraphTransport` around another one."""

    def __init__(
        self, transport: SubgraphTransport, cache: ResponseCache, rules: CacheRules
    ) -> None:
        self._transport = transport
        self._cache = cache
        self._rules = rules
        self._figures = cache.figures_of(rules.subgraph)
        self._queries = cache.queries_of(rules.subgraph)
        self._labels = (subgraph_label(rules.subgraph),)
        # Under other tags an answer could not be dropped as it should; under another time to live
        # it would be kept too long.
        self._scope: Key = (rules.subgraph, rules.place, rules.ttl, rules.tags.text)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the subgraph's response, all or in part as it was kept."""
        if request.mutation:
            return await self._mutate(request)
        query = None if self._cache.suspended else self._queries.read(request.query)
        if query is None:
            response = await self._transport.send(request)
            response.freshness = _NOT_KEPT
            return response
        parts = query.parts
        if all(part.refused >= _OFTEN for part in parts):
            return await self._hardly(request, parts)
        try:
            if query.whole is not None:
                return await self._whole(request, query, query.whole)
            return await self._entities(request, query)
        except _NoKey:
            response = await self._transport.send(request)
            response.freshness = _NOT_KEPT
            return response

    async def _hardly(self, request: SubgraphRequest, parts: Sequence[Part]) -> SubgraphResponse:
        """Pass on what could not be kept all the last times; should that change, note it."""
        response = await self._transport.send(request)
        policy = self._policy(response, parts)
        response.freshness = self._fresh(policy, request, 0, 1)
        self._figures.uncacheable += 1
        return response

    async def close(self) -> None:
        """Close the transport underneath; what was kept stays for the next one."""
        await self._transport.close()

    async def _mutate(self, request: SubgraphRequest) -> SubgraphResponse:
        try:
            response = await self._transport.send(request)
        finally:
            # Also when it failed: it may have been carried out all the same.
            if self._rules.drop_on_mutation:
                await self._cache.drop_subgraph(self._rules.subgraph)
        response.freshness = _NOT_KEPT
        return response

    async def _find(
        self, bases: Sequence[Key], parts: Sequence[Part], asker: Asker, request: SubgraphRequest
    ) -> list[Entry | None]:
        """Return what is kept under each key for this asker."""
        now = self._cache.clock()
        headers = request.headers
        public = [public_key(base, part, headers) for base, part in zip(bases, parts, strict=True)]
        found = await self._cache.store.get(public, now)
        missing = [index for index, entry in enumerate(found) if entry is None]
        if missing:
            own = await self._cache.store.get([own_key(bases[i], asker) for i in missing], now)
            for index, entry in zip(missing, own, strict=True):
                found[index] = entry
        return found

    def _key(
        self, base: Key, part: Part, policy: Policy, asker: Asker, request: SubgraphRequest
    ) -> Key:
        if policy.scope is Scope.PUBLIC:
            return public_key(base, part, request.headers)
        return own_key(base, asker)

    async def _whole(self, request: SubgraphRequest, query: Query, part: Part) -> SubgraphResponse:
        try:
            base = (*self._scope, part.text, values_bytes(part, request.variables))
        except TypeError:
            raise _NoKey from None
        asker = Asker.of(request, self._rules.private_id)
        (entry,) = await self._find([base], [part], asker, request)
        if entry is not None:
            self._figures.hits += 1
            return self._kept(request, part, entry)
        self._figures.misses += 1
        began = self._cache.begin()
        if request.whole is not None and not request.extensions:
            # Tags may be among them, and reading them costs nothing where there are none.
            request = replace(request, extensions=True)
            wanted = False
        else:
            wanted = request.extensions
        response = await self._transport.send(request)
        policy = self._policy(response, (part,))
        response.freshness = self._fresh(policy, request, 0, 1)
        if policy is None or response.errors or not asker.may_keep(policy):
            self._figures.uncacheable += 1
            return response
        value = _written(response.data) if response.raw is None else response.raw_data
        if value is None or (wanted and set(response.extensions) - {ROOT_TAGS}):
            # What else was said beside the data could not be said again.
            self._figures.uncacheable += 1
            return response
        labels = self._root_labels(request, query, response)
        entry = self._entry(value, policy, labels)
        key = self._key(base, part, policy, asker, request)
        await self._keep([(key, entry)], began)
        return response

    async def _entities(self, request: SubgraphRequest, query: Query) -> SubgraphResponse:
        try:
            call = EntityCall(query.entities, request.variables, self._scope)
        except TypeError:
            raise _NoKey from None
        asker = Asker.of(request, self._rules.private_id)
        found = await self._find(call.bases, call.parts, asker, request)
        hits = sum(entry is not None for entry in found)
        misses = len(found) - hits
        self._figures.hits += hits
        self._figures.misses += misses
        if hits and not misses:
            fresh = self._joined(request, call, found, None)
            return SubgraphResponse(call.kept(found), freshness=fresh)
        began = self._cache.begin()
        response = await self._transport.send(call.for_missing(request, found) if hits else request)
        policy = self._policy(response, [field.part for field in query.entities])
        if (
            policy is None
            or not asker.may_keep(policy)
            or (request.extensions and set(response.extensions) - {ENTITY_TAGS})
        ):
            self._figures.uncacheable += misses
        else:
            entries = self._entity_entries(request, call, response, found, policy, asker)
            self._figures.uncacheable += misses - len(entries)
            await self._keep(entries, began)
        fresh = self._fresh(policy, request, hits, misses)
        if not hits:
            response.freshness = fresh
            return response
        whole = call.put_together(response, found)
        whole.freshness = self._joined(request, call, found, fresh)
        return whole

    def _entity_entries(
        self,
        request: SubgraphRequest,
        call: EntityCall,
        response: SubgraphResponse,
        found: Sequence[Entry | None],
        policy: Policy,
        asker: Asker,
    ) -> list[tuple[Key, Entry]]:
        """Return what of a response to the missing entities is to be kept."""
        common = (*self._labels, *self._told(response))
        entries = []
        for index, value, tags in call.answered(response, found):
            labels = self._entity_labels(call.representations[index], tags)
            key = self._key(call.bases[index], call.parts[index], policy, asker, request)
            entries.append((key, self._entry(value, policy, (*common, *labels))))
        return entries

    async def _keep(self, entries: list[tuple[Key, Entry]], began: Began) -> None:
        kept = await self._cache.keep(entries, began)
        self._figures.stored += kept
        self._figures.outdated += len(entries) - kept

    def _policy(self, response: SubgraphResponse, parts: Sequence[Part]) -> Policy | None:
        """Return what a response allows, and note that, and which headers chose it."""
        if response.status != 200:
            return None
        policy = read_policy(response.headers, self._rules.ttl, self._cache.clock())
        for part in parts:
            part.refused = 0 if policy is not None else part.refused + 1
            if policy is not None and policy.vary:
                part.vary = tuple(sorted({*part.vary, *policy.vary}))
        return policy

    def _fresh(
        self, policy: Policy | None, request: SubgraphRequest, hits: int, misses: int
    ) -> Freshness:
        """Return how fresh what was just answered is for the client."""
        if policy is None:
            return Freshness(hits=hits, misses=misses)
        shared = self._shared(policy.scope, policy.vary, request)
        vary = self._rules.client_headers.intersection(policy.vary)
        return Freshness(policy.left, policy.age, shared, vary, hits, misses)

    def _shared(self, scope: Scope, vary: Sequence[str], request: SubgraphRequest) -> bool:
        """Whether any client may be given the answer, so that caches downstream may share it."""
        rules = self._rules
        for name in vary:
            if name in rules.own_headers:
                if name in request.headers:
                    return False
            elif name not in rules.client_headers:
                return False
        unknown = request.identity is None and not request.headers
        return scope is Scope.PUBLIC or (scope is Scope.UNSAID and unknown)

    def _kept(self, request: SubgraphRequest, part: Part, entry: Entry) -> SubgraphResponse:
        """Return the response that a kept root answer is."""
        now = self._cache.clock()
        shared = self._shared(entry.scope, part.vary, request)
        vary = self._rules.client_headers.intersection(part.vary)
        fresh = Freshness(entry.expires - now, now - entry.born, shared, vary, 1, 0)
        if request.whole is not None:
            raw = request.whole(b"".join((BEFORE, entry.value, AFTER)))
            if raw is not None:
                return SubgraphResponse(None, raw=raw, freshness=fresh)
        return SubgraphResponse(decode(entry.value), freshness=fresh)

    def _joined(
        self,
        request: SubgraphRequest,
        call: EntityCall,
        found: Sequence[Entry | None],
        asked: Freshness | None,
    ) -> Freshness:
        """Return how fresh kept entities are, together with those just asked for, if any."""
        now = self._cache.clock()
        pairs = [(entry, call.parts[i]) for i, entry in enumerate(found) if entry is not None]
        kept = Freshness(
            min(entry.expires for entry, _ in pairs) - now,
            now - min(entry.born for entry, _ in pairs),
            all(
                self._shared(*each, request)
                for each in {(entry.scope, part.vary) for entry, part in pairs}
            ),
            self._rules.client_headers.intersection(
                name for _, part in pairs for name in part.vary
            ),
            len(pairs),
        )
        return kept if asked is None else replace(strictest(kept, asked), hits=len(pairs))

    def _entry(self, value: bytes, policy: Policy, labels: tuple[str, ...]) -> Entry:
        now = self._cache.clock()
        return Entry(value, now + policy.left, now - policy.age, labels, policy.scope)

    def _told(self, response: SubgraphResponse) -> tuple[str, ...]:
        return tuple(tag_label(self._rules.subgraph, tag) for tag in told_for_all(response.headers))

    def _entity_labels(self, representation: Any, tags: Sequence[str]) -> tuple[str, ...]:
        name = self._rules.subgraph
        type_ = type_label(name, str(representation.get("__typename")))
        found = {*tags, *self._rules.tags.of_entity(representation)}
        return (type_, *(tag_label(name, tag) for tag in found))

    def _root_labels(
        self, request: SubgraphRequest, query: Query, response: SubgraphResponse
    ) -> tuple[str, ...]:
        rules = self._rules
        found = set(texts(response.extensions.get(ROOT_TAGS)))
        if rules.tags.fields:
            for field in query.fields:
                found.update(rules.tags.of_field(field.name, field.values(request.variables)))
        own = {tag_label(rules.subgraph, tag) for tag in found}
        type_ = type_label(rules.subgraph, "Query")
        return tuple({*self._labels, type_, *self._told(response), *own})


class _NoKey(Exception):
    """A value has no JSON form, so nothing can be found or kept by it."""


class Uncached:
    """`SubgraphTransport` of a subgraph whose answers are not kept, where others' are."""

    def __init__(self, transport: SubgraphTransport) -> None:
        self._transport = transport

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the response, marked as one that must not be kept by the client either."""
        response = await self._transport.send(request)
        response.freshness = _NOT_KEPT
        return response

    async def close(self) -> None:
        """Close the transport underneath."""
        await self._transport.close()


def _written(data: Any) -> bytes | None:
    """Return `data` as JSON, None for null, which is no answer to root fields, and for no JSON."""
    if data is None:
        return None
    try:
        return encode(data)
    except TypeError:
        return None
