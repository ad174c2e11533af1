"""What the registry knows: variants, their subgraphs' revisions, and launches.

A graph has variants (`hub@current`, `hub@test`): environments that share nothing but the name. In a
variant each subgraph has revisions, which never change. A launch is one supergraph that was live:
it names the revision of each subgraph it was composed from.

Per subgraph two revisions matter: the *latest*, which its owner published last, and the *live*,
which is in the supergraph. They differ while the latest does not compose with the others; then
`problems` says why, and nobody else is held up.

Times are UTC. Ids are opaque texts; numbers count from 1 and are for people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from federation.registry.errors import RegistryError

if TYPE_CHECKING:
    from federation.composition.result import Diagnostic, SubgraphSource

DEFAULT_VARIANT = "current"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, order=True)
class GraphRef:
    """Which graph in which environment; written `graph@variant`."""

    graph: str
    variant: str = DEFAULT_VARIANT

    @classmethod
    def parse(cls, text: str) -> GraphRef:
        """Return the reference written in `text`; the variant may be left out.

        Raises `RegistryError` INVALID_GRAPH_REF.

        >>> str(GraphRef.parse("hub"))
        'hub@current'
        """
        graph, at, variant = text.partition("@")
        if not _NAME.fullmatch(graph) or (at and not _NAME.fullmatch(variant)):
            raise RegistryError(
                "INVALID_GRAPH_REF",
                "a graph is written graph@variant: each a letter, then letters, digits, _ or -, "
                "at most 64",
            )
        return cls(graph, variant or DEFAULT_VARIANT)

    def __str__(self) -> str:
        return f"{self.graph}@{self.variant}"


def check_subgraph_name(name: str) -> None:
    """Raise `RegistryError` INVALID_SUBGRAPH_NAME unless `name` may be a subgraph's."""
    if not _NAME.fullmatch(name):
        raise RegistryError(
            "INVALID_SUBGRAPH_NAME",
            "a subgraph's name is a letter, then letters, digits, _ or -, at most 64",
        )


@dataclass(frozen=True, slots=True)
class GitContext:
    """Where a schema comes from, as the publisher's tools say; nothing is checked."""

    remote_url: str | None = None
    branch: str | None = None
    commit: str | None = None
    committer: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class SubgraphVersion:
    """A revision of a subgraph. `number` counts per variant and subgraph, also past a deletion.

    `url` may be empty (no routing URL). `label` is the publisher's own word for the revision.
    """

    id: str
    ref: GraphRef
    name: str
    number: int
    url: str
    sdl: str = field(repr=False)
    sha256: str
    label: str
    published_at: datetime
    published_by: str
    message: str | None = None
    git: GitContext = GitContext()

    @property
    def source(self) -> SubgraphSource:
        # Imported here: who only names a graph need not load all of composition.
        from federation.composition.result import SubgraphSource

        return SubgraphSource(self.name, self.url, self.sdl)


class SubgraphState(Enum):
    """LIVE: latest and live are one. PENDING: the latest waits, an older one may be live.

    REMOVAL_PENDING: deleted by its owner, but the others do not compose without it yet.
    """

    LIVE = "LIVE"
    PENDING = "PENDING"
    REMOVAL_PENDING = "REMOVAL_PENDING"


@dataclass(frozen=True, slots=True)
class SubgraphStatus:
    """A subgraph in a variant. `latest` is None when it is deleted, `live` when it never was live.

    `problems`: why the latest (or the deletion) is not live; empty when it is.
    """

    name: str
    latest: SubgraphVersion | None
    live: SubgraphVersion | None
    problems: tuple[Diagnostic, ...] = ()

    @property
    def state(self) -> SubgraphState:
        if self.latest is None:
            return SubgraphState.REMOVAL_PENDING
        if self.live is not None and self.live.id == self.latest.id:
            return SubgraphState.LIVE
        return SubgraphState.PENDING

    @property
    def version(self) -> SubgraphVersion:
        """The latest revision, or the live one of a subgraph that is being deleted."""
        found = self.latest or self.live
        assert found is not None, "a subgraph has a latest or a live revision"
        return found


class LaunchOrigin(Enum):
    """What a launch came from."""

    PUBLISH = "PUBLISH"
    DELETE = "DELETE"
    CHANGE_SET = "CHANGE_SET"
    ROLLBACK = "ROLLBACK"


@dataclass(frozen=True, slots=True)
class LaunchMember:
    """Which revision of a subgraph a launch has."""

    name: str
    revision_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Launch:
    """What is known of a supergraph that was live from `made_at` until the next one.

    `origin_id` is the subgraph's revision, the change set, or the launch rolled back to; for a
    deletion the subgraph's name. `members` are in order of their names.
    """

    id: str
    ref: GraphRef
    number: int
    sdl_hash: str
    api_schema_hash: str
    members: tuple[LaunchMember, ...]
    made_at: datetime
    made_by: str
    origin: LaunchOrigin
    origin_id: str
    hints: tuple[Diagnostic, ...] = ()
    message: str | None = None


@dataclass(frozen=True, slots=True)
class SupergraphVersion:
    """A launch with the supergraph itself."""

    launch: Launch
    sdl: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant as it is now. `generation` changes with every change of subgraphs or launch.

    `live_launch_id` is None until something composed. `subgraphs` are in order of their names.
    """

    ref: GraphRef
    generation: int
    live_launch_id: str | None
    subgraphs: tuple[SubgraphStatus, ...]

    def find(self, name: str) -> SubgraphStatus | None:
        return next((status for status in self.subgraphs if status.name == name), None)


@dataclass(frozen=True, slots=True)
class SubgraphProposal:
    """A schema somebody wants to publish or check.

    `url` None: keep that of the latest revision. `no_url`: there is none, on purpose.
    `allow_invalid_url`: take a URL that is not http(s) (`--allow-invalid-routing-url`).
    """

    name: str
    sdl: str = field(repr=False)
    url: str | None = None
    no_url: bool = False
    allow_invalid_url: bool = False
    label: str = ""
    message: str | None = None
    git: GitContext = GitContext()


@dataclass(frozen=True, slots=True)
class Publication:
    """What became of a publish, deletion, change set or roll back.

    `launch`: the new live supergraph; None when it stayed (`errors` says why, or nothing changed).
    `version`: the revision stored (of a single publish), or the equal one that was there already.
    `created`: the subgraph is new in the variant; `updated`: a revision was stored, or a subgraph
    was deleted. `mended`: subgraphs that waited and went live with it. `supergraph_changed`: the
    launch's text is another than that of the one before. `would_launch`: of a dry run, whether
    there would be a launch.
    """

    ref: GraphRef
    launch: Launch | None
    version: SubgraphVersion | None = None
    created: bool = False
    updated: bool = False
    supergraph_changed: bool = False
    would_launch: bool = False
    errors: tuple[Diagnostic, ...] = ()
    hints: tuple[Diagnostic, ...] = ()
    mended: tuple[str, ...] = ()


class ChangeSetState(Enum):
    """OPEN → APPROVED → PUBLISHED → ROLLED_BACK; OPEN or APPROVED → WITHDRAWN.

    Whatever is added to an approved set opens it again.
    """

    OPEN = "OPEN"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"
    ROLLED_BACK = "ROLLED_BACK"


@dataclass(frozen=True, slots=True)
class ChangeSetEntry:
    """One subgraph in a change set: a new schema, or its deletion (`sdl` None).

    `base_id`: the latest revision when it was added; None for a new subgraph. When another is
    latest at publishing, the set is outdated there.
    """

    name: str
    sdl: str | None = field(repr=False)
    url: str
    label: str
    base_id: str | None
    added_at: datetime
    added_by: str
    message: str | None = None
    git: GitContext = GitContext()


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Revisions of several subgraphs that go live together or not at all.

    `version` changes with each change of the set. `check_id` is the last check of exactly these
    entries; None after an entry changed. `launch_id` is set when published, `before_id` is the
    launch that was live until then.
    """

    id: str
    ref: GraphRef
    title: str
    state: ChangeSetState
    version: int
    opened_at: datetime
    opened_by: str
    entries: tuple[ChangeSetEntry, ...] = ()
    check_id: str | None = None
    approved_at: datetime | None = None
    approved_by: str | None = None
    approval_reason: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    launch_id: str | None = None
    before_id: str | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """One breaking change that may happen: until `expires_at`, whatever operations use it.

    It counts for exactly this change: same code, coordinate and description.
    """

    id: str
    ref: GraphRef
    check_id: str
    code: str
    coordinate: str
    description: str
    reason: str
    approved_at: datetime
    approved_by: str
    expires_at: datetime


class Role(Enum):
    """What a token may do; see `access` for the table."""

    READER = "READER"
    CHECKER = "CHECKER"
    PUBLISHER = "PUBLISHER"
    DOCUMENT_PUBLISHER = "DOCUMENT_PUBLISHER"
    APPROVER = "APPROVER"
    ADMIN = "ADMIN"


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. `graph` None: all graphs. Empty `variants`: all of them.

    `subgraphs`: which ones a PUBLISHER may publish and delete; `*` stands for all.
    """

    id: str
    name: str
    graph: str | None
    roles: frozenset[Role]
    subgraphs: frozenset[str] = frozenset()
    variants: frozenset[str] = frozenset()
    created_at: datetime | None = None
    created_by: str = ""
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token with its secret, which is shown once and stored nowhere."""

    token: Token
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which thing, when. `details` never hold secrets, SDL or values."""

    id: int
    at: datetime
    by: str
    ref: GraphRef | None
    action: str
    subject: str
    details: dict[str, Any]
