"""`apq` and `persisted_queries`: documents that clients name instead of sending them."""

from __future__ import annotations

from msgspec import field

from federation.config.duration import Duration
from federation.server.settings.base import Positive, Section


class InMemory(Section, frozen=True):
    """`limit`: documents; `max_bytes`: all their texts together. What was not used for longest
    leaves first.
    """

    limit: Positive = 10_000
    max_bytes: Positive = 16 * 1024 * 1024


class ApqCache(Section, frozen=True):
    """`in_memory`: of this process."""

    in_memory: InMemory = field(default_factory=InMemory)


class ApqRouter(Section, frozen=True):
    """`cache`: where they are kept."""

    cache: ApqCache = field(default_factory=ApqCache)


class Apq(Section, frozen=True):
    """Automatic persisted queries: a client sends the SHA-256 of its document, and the document
    itself only when we do not know it yet.

    `enabled`: not set, they are on unless a safelist is.
    """

    enabled: bool | None = None
    router: ApqRouter = field(default_factory=ApqRouter)


class Safelist(Section, frozen=True):
    """Only documents on the list are run. `require_id`: and only when they are named by id."""

    enabled: bool = False
    require_id: bool = False


class PersistedQueries(Section, frozen=True):
    """Trusted documents, registered before clients send them.

    `local_manifests`: files, each an Apollo manifest (`apollo-persisted-query-manifest`) or a JSON
    object id → document as Relay's compiler writes it. `directory`: files `<id>.graphql`.
    `registry`: also those in the hub's registry. `hot_reload`: changed files take effect within
    `reload_interval`; a file that cannot be read then leaves the last good list in place.
    `log_unknown`: documents that are not on the list are logged by their hash. `cache_bytes`,
    `unknown_for`: how much of the registry is kept in memory, and for how long an id that is not
    in it is not asked for again.
    """

    enabled: bool = False
    log_unknown: bool = False
    safelist: Safelist = Safelist()
    local_manifests: tuple[str, ...] = ()
    directory: str | None = None
    registry: bool = False
    hot_reload: bool = True
    reload_interval: Duration = 1.0
    cache_bytes: Positive = 32 * 1024 * 1024
    unknown_for: Duration = 5.0

    def __post_init__(self) -> None:
        if not self.enabled and (self.safelist.enabled or self.log_unknown):
            raise ValueError(
                "'safelist' and 'log_unknown' need the list; set persisted_queries.enabled: true"
            )
        if self.safelist.require_id and not self.safelist.enabled:
            raise ValueError("'require_id' is part of the safelist; set safelist.enabled: true")
        nothing = not self.local_manifests and self.directory is None and not self.registry
        if self.enabled and nothing:
            raise ValueError(
                "there are no documents to trust; name 'local_manifests', a 'directory' or"
                " 'registry: true'"
            )


def is_apq_enabled(apq: Apq, persisted: PersistedQueries) -> bool:
    """Return whether clients may register documents by sending them."""
    return not persisted.safelist.enabled if apq.enabled is None else apq.enabled
