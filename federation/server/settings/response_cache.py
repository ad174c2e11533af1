"""`response_cache`: answers of subgraphs, kept for as long as they allow.

response_cache:
  enabled: true
  memory: { max_bytes: 134217728 }
  invalidation: { path: /invalidation }
  subgraph:
    all: { enabled: true, invalidation: { enabled: true, shared_key: "${env.INVALIDATION_KEY}" } }
    subgraphs:
      finance: { enabled: false }

Keys are Apollo Router's, but for `memory` and `redis`, which stand at the top: there is one store.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, field

from federation.config.duration import Duration
from federation.server.settings.base import HEADER_NAME, Positive, Section

_SHORTEST_KEY = 16


class InvalidationRights(Section, frozen=True):
    """Whether a subgraph's answers may be dropped over HTTP (default: no), and the key for it.

    `enabled`: not set, as for all subgraphs. `shared_key`: what `authorization` must be; at least
    32 characters.
    """

    enabled: bool | None = None
    shared_key: str | None = None

    def __post_init__(self) -> None:
        if self.shared_key is not None and len(self.shared_key) < _SHORTEST_KEY:
            raise ValueError(
                f"'shared_key' needs at least {_SHORTEST_KEY} characters; take random ones"
            )

    def __repr__(self) -> str:
        shown = None if self.shared_key is None else "***"
        return f"InvalidationRights(enabled={self.enabled}, shared_key={shown})"


class SubgraphCaching(Section, frozen=True):
    """How the answers of a subgraph are kept.

    `enabled` (on). `ttl`: for answers that name no time in `cache-control`; without it they are not
    kept. `private_id`: a header passed on to the subgraph that tells clients apart, for `private`
    answers where the gateway itself does not know its clients. `invalidate_on_mutation` (on): a
    mutation of the subgraph drops what was kept of it.
    """

    enabled: bool | None = None
    ttl: Duration | None = None
    private_id: Annotated[str, Meta(pattern=f"^{HEADER_NAME}$")] | None = None
    invalidate_on_mutation: bool | None = None
    invalidation: InvalidationRights = InvalidationRights()


class SubgraphsCaching(Section, frozen=True):
    """For all subgraphs; a key that one sets for itself replaces it there."""

    all: SubgraphCaching = SubgraphCaching()
    subgraphs: dict[str, SubgraphCaching] = field(default_factory=dict)

    def of(self, subgraph: str) -> SubgraphCaching:
        """Return what holds for one subgraph."""
        own = self.subgraphs.get(subgraph, SubgraphCaching())
        over = self.all
        replace = msgspec.structs.replace
        rights = InvalidationRights(
            enabled=_first(own.invalidation.enabled, over.invalidation.enabled, False),
            shared_key=_first(own.invalidation.shared_key, over.invalidation.shared_key),
        )
        return replace(
            own,
            enabled=_first(own.enabled, over.enabled, True),
            ttl=_first(own.ttl, over.ttl),
            private_id=_first(own.private_id, over.private_id),
            invalidate_on_mutation=_first(
                own.invalidate_on_mutation, over.invalidate_on_mutation, True
            ),
            invalidation=rights,
        )


class InvalidationEndpoint(Section, frozen=True):
    """`path`: where `POST` drops answers, on the address of the server; there only while some
    subgraph has `invalidation.enabled`.
    """

    path: Annotated[str, Meta(pattern="^/.+")] = "/invalidation"


class MemoryCache(Section, frozen=True):
    """`max_bytes`: of kept answers with their keys (64 MiB); least used leave first."""

    max_bytes: Positive = 64 * 1024 * 1024


class RedisCache(Section, frozen=True):
    """Redis or Valkey instead of memory, shared by replicas; needs the extra `redis`.

    `urls`: one (`redis://` or `rediss://`). `namespace` stands before each key. Timeouts of a look
    and of a write: what takes longer counts as not found, and is not kept. `required_to_start`:
    else a server that cannot be reached is only noted. The server must not evict
    (`maxmemory-policy noeviction`): without its sets of labels an entry could not be dropped.

    `fetch_timeout`, `insert_timeout`, `invalidate_timeout`: how long reading, writing and dropping
    may take. `pool_size`: connections.
    """

    urls: tuple[str, ...]
    namespace: str = "hub"
    fetch_timeout: Duration = 0.15
    insert_timeout: Duration = 0.5
    invalidate_timeout: Duration = 1.0
    pool_size: Positive = 5
    required_to_start: bool = False

    def __post_init__(self) -> None:
        schemes = ("redis://", "rediss://")
        if len(self.urls) != 1 or not self.urls[0].startswith(schemes):
            raise ValueError("'urls' takes one url, as redis://host:6379 or rediss://host:6379")

    def __repr__(self) -> str:
        # An url may hold a password.
        return f"RedisCache(urls=***, namespace={self.namespace!r})"


class ResponseCaching(Section, frozen=True):
    """Off by default. `debug`: answers tell in a header how many pieces were kept (for developers).

    Answers that came from the cache have none of the headers that `headers.*.response` passes on.
    """

    enabled: bool = False
    debug: bool = False
    memory: MemoryCache = MemoryCache()
    redis: RedisCache | None = None
    invalidation: InvalidationEndpoint = InvalidationEndpoint()
    subgraph: SubgraphsCaching = SubgraphsCaching()

    def __post_init__(self) -> None:
        sections = {"all": self.subgraph.all, **self.subgraph.subgraphs}
        for name in sections:
            rights = self.subgraph.of(name).invalidation
            if rights.enabled and rights.shared_key is None:
                raise ValueError(
                    f"'subgraph.{name}.invalidation' is enabled and has no 'shared_key'; give one"
                )

    @property
    def has_endpoint(self) -> bool:
        """Whether answers of any subgraph may be dropped over HTTP."""
        every = (self.subgraph.all, *self.subgraph.subgraphs.values())
        return self.enabled and any(each.invalidation.enabled for each in every)


def _first(*values: object) -> Any:
    return next((value for value in values if value is not None), None)
