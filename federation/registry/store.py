"""What the registry needs of its storage. `postgres/` is the storage; tests may bring another.

Reads give what is committed. A change is one object and is stored whole or not at all, with its
audit entries. Where others may have changed something in between, the change names the generation
or version it was made from, and `False` says that it is not the present one: nothing was stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from federation.composition.result import Diagnostic
from federation.registry.checks.result import CheckResult
from federation.registry.model import (
    Approval,
    AuditEntry,
    ChangeSet,
    GraphRef,
    Launch,
    SubgraphVersion,
    SupergraphVersion,
    Token,
    Variant,
)
from federation.registry.usage import OperationUsage, StoredDocument


@dataclass(frozen=True, slots=True)
class NewAudit:
    """An audit entry to be written. `graph` None: about all graphs."""

    at: datetime
    by: str
    graph: str | None
    variant: str | None
    action: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """A subgraph of a variant: its latest and live revision by id; see `SubgraphStatus`."""

    name: str
    latest_id: str | None
    live_id: str | None
    problems: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class VariantChange:
    """What happens to a variant in one step.

    `generation`: the one it was made from; None makes the variant. `heads`: subgraphs that are new
    or different now; `removed`: names of those that are gone. `change_set`: saved along, one
    version up from what is stored.
    """

    ref: GraphRef
    generation: int | None
    revisions: tuple[SubgraphVersion, ...] = ()
    heads: tuple[Head, ...] = ()
    removed: tuple[str, ...] = ()
    launch: SupergraphVersion | None = None
    change_set: ChangeSet | None = None
    audit: tuple[NewAudit, ...] = ()


class Store(Protocol):
    """See the module."""

    # Variants, revisions, launches

    async def variants(self, graph: str) -> tuple[GraphRef, ...]:
        """Return the variants of a graph, by name."""
        ...

    async def variant(self, ref: GraphRef) -> Variant | None:
        """Return a variant with its subgraphs, all of one moment."""
        ...

    async def revision(
        self, ref: GraphRef, name: str, number: int | None = None
    ) -> SubgraphVersion | None:
        """Return a revision by its number, or the newest there was."""
        ...

    async def revisions(
        self, ref: GraphRef, name: str, limit: int, before: int | None
    ) -> tuple[SubgraphVersion, ...]:
        """Return revisions of a subgraph, newest first, below the number `before`."""
        ...

    async def launch(self, ref: GraphRef, launch: str | int) -> SupergraphVersion | None:
        """Return a launch by id or number. An id that is none is unknown, not an error."""
        ...

    async def launches(self, ref: GraphRef, limit: int, before: int | None) -> tuple[Launch, ...]:
        """Return launches, newest first, below the number `before`."""
        ...

    async def commit(self, change: VariantChange) -> bool:
        """Store a change; False when the variant or the change set has changed since.

        A new launch is told to listeners of the channel `registry` when it is committed.
        """
        ...

    # Checks and approvals

    async def save_check(self, result: CheckResult, audit: Sequence[NewAudit] = ()) -> None:
        """Add a check, or put its present state in place of the earlier one."""
        ...

    async def check(self, graph: str, check_id: str) -> CheckResult | None: ...

    async def save_approvals(
        self, approvals: Sequence[Approval], check: CheckResult, audit: Sequence[NewAudit]
    ) -> None:
        """Add approvals, with the check as they leave it."""
        ...

    async def approvals(self, ref: GraphRef, at: datetime) -> tuple[Approval, ...]:
        """Return the approvals that are valid at `at`, by coordinate and code."""
        ...

    # Change sets

    async def save_change_set(self, change_set: ChangeSet, audit: Sequence[NewAudit]) -> bool:
        """Add a change set of version 1, or save one that is one version up from what is stored."""
        ...

    async def change_set(self, ref: GraphRef, change_set_id: str) -> ChangeSet | None: ...

    async def change_sets(
        self, ref: GraphRef, open_only: bool, limit: int
    ) -> tuple[ChangeSet, ...]:
        """Return change sets, newest first."""
        ...

    # Tokens and audit

    async def add_token(self, token: Token, digest: bytes, audit: NewAudit) -> bool:
        """Add a token; False when a token that is not revoked has its name."""
        ...

    async def token_by_digest(self, digest: bytes) -> tuple[Token, bytes] | None:
        """Return the token with this SHA-256, and the digest as stored."""
        ...

    async def touch_token(self, token_id: str, at: datetime) -> None:
        """Note that a token was used."""
        ...

    async def token(self, token_id: str) -> Token | None: ...

    async def tokens(self, graph: str | None) -> tuple[Token, ...]:
        """Return the tokens of a graph, or those of all graphs, by name."""
        ...

    async def revoke_token(self, token_id: str, at: datetime, by: str, audit: NewAudit) -> None:
        """Revoke a token that is not revoked yet."""
        ...

    async def audit(self, graph: str, limit: int, before: int | None) -> tuple[AuditEntry, ...]:
        """Return entries of a graph, newest first, below the id `before`."""
        ...

    # Usage and documents

    async def record_usage(self, ref: GraphRef, batch: Sequence[OperationUsage]) -> None:
        """Add counts to what is there; coordinates of an operation are united."""
        ...

    async def usage_since(self, ref: GraphRef, since: datetime) -> tuple[OperationUsage, ...]:
        """Return usage since then, summed per operation and client; `hour` is the last of it."""
        ...

    async def prune_usage(self, before: datetime) -> int:
        """Delete usage of hours before, and operations without usage; return how many rows."""
        ...

    async def add_documents(
        self, graph: str, documents: Sequence[StoredDocument], audit: NewAudit
    ) -> tuple[str, ...] | None:
        """Add documents and return the ids that are new; None when an id has another body, and
        then nothing is added."""
        ...

    async def documents(self, graph: str, client_name: str | None) -> tuple[StoredDocument, ...]:
        """Return documents (of one client), by id."""
        ...

    async def document(self, graph: str, document_id: str) -> StoredDocument | None: ...
