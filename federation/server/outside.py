"""What the program around the engine gives it: who knows callers, keys, documents, usage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from federation.execution.caching.response_cache import ResponseCache
from federation.server.authorization.authorization import DecidePolicies
from federation.server.callers.api_keys import ApiKeys
from federation.server.callers.identity import Identifier
from federation.server.observing.metrics.readings import Readings
from federation.server.observing.usage import UsageSink
from federation.server.override_labels import Decide
from federation.server.persisted.registered import DocumentSource
from federation.server.rate_limits.failed_credentials import FailedCredentials
from federation.server.rate_limits.quotas import QuotaStore
from federation.server.view_rules import KeyHolder
from federation.server.workers.member import Member


@dataclass(frozen=True, kw_only=True)
class Outside:
    """All may be left out; without them the engine knows no more than its settings.

    `identifier`: finds out who a client is. `key_holder`: which keys to the gates of views it
    holds. `api_keys`: which keys of organisations hold. `quotas`: what all replicas have taken of
    their quotas. `decide_labels`: which progressive overrides with labels of the owner's own are
    active for a request. `decide_policies`: which of the policies that a document names hold for
    its caller. `document_source`: trusted documents beside those in files. `usage_sink`: who keeps
    which client uses what. `response_cache`: where subgraphs' answers are kept, by who can drop
    from it; else one is made as the settings say. It closes with the engine. `failures`: where
    credentials that do not hold are counted, by who checks some, too. `metrics`: figures of the
    program itself, shown with the engine's. `member`: which of several workers this process is.
    """

    identifier: Identifier | None = None
    key_holder: KeyHolder | None = None
    api_keys: ApiKeys | None = None
    quotas: QuotaStore | None = None
    decide_labels: Decide | None = None
    decide_policies: DecidePolicies | None = None
    document_source: DocumentSource | None = None
    usage_sink: UsageSink | None = None
    response_cache: ResponseCache | None = None
    failures: FailedCredentials | None = None
    metrics: Sequence[Readings] = ()
    member: Member | None = None

    @property
    def reserved(self) -> frozenset[str]:
        """Names of headers by which only the identifier tells subgraphs who asks."""
        return frozenset() if self.identifier is None else self.identifier.reserved
