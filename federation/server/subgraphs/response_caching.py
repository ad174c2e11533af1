"""Settings → the cache of subgraphs' answers, and each subgraph's transport with it in front.

The cache outlives supergraphs and settings: what was kept stays right as long as the subgraph is
the same, and whose rules change is asked anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from federation.execution.caching.caching_transport import CacheRules, CachingTransport, Uncached
from federation.execution.caching.freshness import Freshness
from federation.execution.caching.memory import MemoryStore
from federation.execution.caching.redis_store import RedisOptions, RedisStore
from federation.execution.caching.response_cache import ResponseCache
from federation.execution.caching.store import Store
from federation.execution.caching.tags import TagFormats
from federation.execution.transport import SubgraphTransport
from federation.plan.nodes import OperationKind
from federation.server.exchange import Exchange
from federation.server.settings.headers import Headers
from federation.server.settings.response_cache import RedisCache, ResponseCaching
from federation.server.wire.response import HttpResponse

DEBUG_HEADER = b"x-response-cache"

_CACHE_CONTROL = b"cache-control"
_CREDENTIALS = ("authorization", "cookie", "x-api-key")


def build_cache(settings: ResponseCaching) -> ResponseCache | None:
    """Return the cache, None when it is off. Raises `CacheUnavailable` for an unusable Redis."""
    return ResponseCache(_store(settings)) if settings.enabled else None


def _store(settings: ResponseCaching) -> Store:
    redis = settings.redis
    if redis is None:
        return MemoryStore(settings.memory.max_bytes)
    return RedisStore(_options(redis))


def _options(redis: RedisCache) -> RedisOptions:
    return RedisOptions(
        url=redis.urls[0],
        namespace=redis.namespace,
        fetch_timeout=redis.fetch_timeout,
        insert_timeout=redis.insert_timeout,
        invalidate_timeout=redis.invalidate_timeout,
        pool_size=redis.pool_size,
        required=redis.required_to_start,
    )


@dataclass(frozen=True, slots=True)
class Caching:
    """The cache with what is known of the subgraphs of one supergraph.

    `tags` by subgraph; `own_headers`: see `CacheRules`. `headers`: the rules for those of clients.
    """

    cache: ResponseCache
    settings: ResponseCaching
    tags: Mapping[str, TagFormats] = field(default_factory=dict)
    own_headers: frozenset[str] = frozenset()
    headers: Headers = field(default_factory=Headers)

    def wrap(self, name: str, place: str, transport: SubgraphTransport) -> SubgraphTransport:
        """Return the transport of a subgraph with the cache in front of it."""
        section = self.settings.subgraph.of(name)
        if not section.enabled:
            return Uncached(transport)
        rules = CacheRules(
            subgraph=name,
            place=place,
            ttl=section.ttl,
            private_id=None if section.private_id is None else section.private_id.lower(),
            drop_on_mutation=section.invalidate_on_mutation is not False,
            tags=self.tags.get(name, TagFormats()),
            own_headers=self.own_headers,
            client_headers=passed_on(self.headers, name),
        )
        return CachingTransport(transport, self.cache, rules)


def passed_on(headers: Headers, subgraph: str) -> frozenset[str]:
    """Return the names of headers that a subgraph gets as clients send them: by name, not by
    pattern, and touched by no other rule.
    """
    own = headers.subgraphs.get(subgraph)
    rules = (*headers.all.request, *(own.request if own is not None else ()))
    plain: set[str] = set()
    touched: set[str] = set()
    for rule in rules:
        if rule.insert is not None:
            touched.add(rule.insert.name.lower())
        elif rule.propagate is not None and rule.propagate.named is not None:
            named = rule.propagate.named.lower()
            if rule.propagate.rename is not None or rule.propagate.default is not None:
                touched |= {named, (rule.propagate.rename or named).lower()}
            else:
                plain.add(named)
    return frozenset(plain - touched)


def tell_freshness(
    exchange: Exchange, reply: HttpResponse, freshness: Freshness, settings: ResponseCaching
) -> None:
    """Say in an answer's headers for how long it holds, in place of "never keep this".

    An answer to a client that the gateway knows may be for this client alone; so may one that
    access rules decide on, since a policy may look at anything.
    """
    exchange.cached = (freshness.hits, freshness.misses)
    prepared = exchange.prepared
    known = exchange.client.key is not None or exchange.client.contract is not None
    known = known or (prepared is not None and bool(prepared.rules))
    shown = replace(freshness, shared=freshness.shared and not known)
    if exchange.kind is OperationKind.QUERY and shown.left >= 1:
        reply.headers = [each for each in reply.headers if each[0] != _CACHE_CONTROL]
        reply.headers += (
            (_CACHE_CONTROL, shown.cache_control().encode()),
            (b"age", b"%d" % shown.age),
            # Who shows credentials later may see more.
            (b"vary", ", ".join(sorted({*freshness.vary, *_CREDENTIALS})).encode()),
        )
    if settings.debug:
        told = b"hits=%d, misses=%d" % (freshness.hits, freshness.misses)
        exchange.response_headers.append((DEBUG_HEADER, told))
