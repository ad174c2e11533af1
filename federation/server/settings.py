"""The engine's sections of hub.yaml, named as Apollo Router names them.

Only keys that work are here; everything else is refused by name. Every default is safe for a
server that strangers can reach: no introspection, no explorer, no cross-origin access, subgraph
errors redacted. `for_development` turns on what a developer needs.

The composition root puts these sections beside its own: a Struct that inherits `EngineSettings`.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from federation.config.duration import Duration
from federation.server.authentication_settings import AuthenticationSection

T = TypeVar("T", bound="EngineSettings")

Positive = Annotated[int, Meta(ge=1)]

_OWN_EXTENSIONS = frozenset({"apolloQueryPlan", "queryPlan", "truncated"})

# RFC 9110 §5.6.2, a token.
_HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all sections: read once, never changed, unknown keys refused."""


class QueryPlanning(Section, frozen=True):
    """`timeout`: wall time a document may take to be prepared. `cache_bytes`: all documents."""

    timeout: Duration = 10.0
    cache_bytes: Positive = 128 * 1024 * 1024
    max_queued: Positive = 64


class SupergraphSection(Section, frozen=True):
    """`listen` is host:port; `path` is where GraphQL is answered."""

    listen: str = "127.0.0.1:4000"
    path: Annotated[str, Meta(pattern=r"^/[^\s?#]*$")] = "/graphql"
    introspection: bool = False
    query_planning: QueryPlanning = QueryPlanning()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]\s]+):\d{1,5}", self.listen):
            raise ValueError("'listen' must be host:port, such as 127.0.0.1:4000")

    def address(self) -> tuple[str, int]:
        """Return host and port of `listen`."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


class HealthCheck(Section, frozen=True):
    enabled: bool = True
    path: Annotated[str, Meta(pattern=r"^/[^\s?#]+$")] = "/health"


class CorsPolicy(Section, frozen=True):
    """What pages of these origins may do. `match_origins` are regular expressions, whole match."""

    origins: tuple[str, ...] = ()
    match_origins: tuple[str, ...] = ()
    allow_credentials: bool | None = None
    allow_headers: tuple[str, ...] | None = None
    expose_headers: tuple[str, ...] | None = None
    max_age: Duration | None = None

    def __post_init__(self) -> None:
        _check_patterns(self.match_origins)
        for origin in self.origins:
            if origin.endswith("/") or "://" not in origin:
                raise ValueError(
                    f"{origin!r} is not an origin; write scheme://host[:port] with no path"
                )


class Cors(Section, frozen=True):
    """Which other origins a browser lets read answers. Default: none.

    An empty `allow_headers` mirrors what the browser asks for.
    """

    policies: tuple[CorsPolicy, ...] = ()
    allow_any_origin: bool = False
    allow_credentials: bool = False
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("GET", "POST", "OPTIONS")
    max_age: Duration = 3600.0

    def __post_init__(self) -> None:
        if self.allow_any_origin and self.allow_credentials:
            raise ValueError("allow_any_origin with allow_credentials lets any page act as a user")


class Csrf(Section, frozen=True):
    unsafe_disabled: bool = False
    required_headers: tuple[str, ...] = ("apollo-require-preflight", "x-apollo-operation-name")


class Propagate(Section, frozen=True):
    """Pass on client headers: one by name (with a new name, or a default), or by pattern."""

    named: str | None = None
    matching: str | None = None
    rename: str | None = None
    default: str | None = None

    def __post_init__(self) -> None:
        _check_name_or_pattern(self.named, self.matching)
        if self.matching is not None and (self.rename or self.default):
            raise ValueError("'rename' and 'default' need 'named'")


class Insert(Section, frozen=True):
    """Send a header of our own."""

    name: str
    value: str

    def __post_init__(self) -> None:
        if not re.fullmatch(_HEADER_NAME, self.name):
            raise ValueError("'name' is not a header name")
        if not re.fullmatch(r"[\x21-\x7e\x80-\xff]?[\x20-\x7e\x80-\xff\t]*", self.value):
            raise ValueError("'value' has characters a header cannot carry")


class Remove(Section, frozen=True):
    """Take back what an earlier rule passed on."""

    named: str | None = None
    matching: str | None = None

    def __post_init__(self) -> None:
        _check_name_or_pattern(self.named, self.matching)


class HeaderRule(Section, frozen=True):
    """Exactly one of the three."""

    propagate: Propagate | None = None
    insert: Insert | None = None
    remove: Remove | None = None

    def __post_init__(self) -> None:
        if sum(rule is not None for rule in (self.propagate, self.insert, self.remove)) != 1:
            raise ValueError("write exactly one of 'propagate', 'insert', 'remove'")


class HeaderRules(Section, frozen=True):
    """Applied in order."""

    request: tuple[HeaderRule, ...] = ()


class Headers(Section, frozen=True):
    """Rules for all subgraphs, then those for one."""

    all: HeaderRules = HeaderRules()
    subgraphs: dict[str, HeaderRules] = field(default_factory=dict)


class RouterShaping(Section, frozen=True):
    """`deduplicate_query`: equal queries in flight are answered once (`operation_sharing`)."""

    timeout: Duration = 60.0
    deduplicate_query: bool = True


class SubgraphShaping(Section, frozen=True):
    """`deduplicate_query`: equal calls in flight (url, headers, body) are made once."""

    timeout: Duration | None = None
    deduplicate_query: bool | None = None


class DeadlineShaping(Section, frozen=True):
    """The time that is left, passed on as whole milliseconds in `header` (ADR 4).

    `send`: with each call over HTTP. `accept`: a client, or a gateway before this one, may shorten
    the time its request has; nobody can lengthen it.
    """

    header: Annotated[str, Meta(pattern=f"^{_HEADER_NAME}$")] = "x-request-timeout-ms"
    send: bool = True
    accept: bool = True


class TrafficShaping(Section, frozen=True):
    deadline: DeadlineShaping = DeadlineShaping()
    router: RouterShaping = RouterShaping()
    all: SubgraphShaping = SubgraphShaping(timeout=30.0, deduplicate_query=True)
    subgraphs: dict[str, SubgraphShaping] = field(default_factory=dict)


class Extensions(Section, frozen=True):
    """Which keys of the subgraphs' `extensions` go into the answer's, no others (ADR 7).

    `max_bytes`: how much the value of one key may be in one answer.
    """

    propagate: tuple[Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,99}$")], ...] = ()
    max_bytes: Positive = 64 * 1024

    def __post_init__(self) -> None:
        for name in self.propagate:
            if name in _OWN_EXTENSIONS:
                raise ValueError(f"{name!r} is an extension of the engine's own")


class Limits(Section, frozen=True):
    """What a request may ask for. Depth, aliases and root fields count fragments as written out."""

    http_max_request_bytes: Positive = 2_000_000
    parser_max_tokens: Positive = 15_000
    parser_max_recursion: Positive = 200
    max_depth: Positive = 50
    max_height: Positive = 5_000
    max_aliases: Positive = 500
    max_root_fields: Positive = 100


class IncludeSubgraphErrors(Section, frozen=True):
    """Whether clients see the messages subgraphs wrote, or that something failed there."""

    all: bool = False
    subgraphs: dict[str, bool] = field(default_factory=dict)


class TracingCommon(Section, frozen=True):
    service_name: str = "zhitong-hub"
    sampler: Annotated[float, Meta(ge=0, le=1)] = 1.0


class Otlp(Section, frozen=True):
    """Where spans go, in OTLP over HTTP with protobuf."""

    enabled: bool = False
    endpoint: str = "http://127.0.0.1:4318/v1/traces"

    def __post_init__(self) -> None:
        if not re.match(r"https?://[^/]+", self.endpoint):
            raise ValueError("'endpoint' must be an http:// or https:// address")


class Tracing(Section, frozen=True):
    common: TracingCommon = TracingCommon()
    otlp: Otlp = Otlp()


class Exporters(Section, frozen=True):
    tracing: Tracing = Tracing()


class Telemetry(Section, frozen=True):
    exporters: Exporters = Exporters()


class Homepage(Section, frozen=True):
    enabled: bool = True


class Sandbox(Section, frozen=True):
    """The page at `/` to write queries on. Needs introspection to be of use."""

    enabled: bool = False


class Plugins(Section, frozen=True):
    """`experimental.expose_query_plan`: clients may ask for the plan by header."""

    expose_query_plan: bool = field(default=False, name="experimental.expose_query_plan")


def _check_interval(seconds: float | None) -> None:
    if seconds is not None and seconds <= 0:
        raise ValueError("'heartbeat_interval' must be more than nothing; leave it empty for none")


class Passthrough(Section, frozen=True):
    """How streams of a subgraph are opened.

    `path` replaces that of its url. `graphql_ws` is the WebSocket sub-protocol
    `graphql-transport-ws`. `heartbeat_interval`: pings over WebSocket, and on every protocol the
    stream ends after two silent intervals; not set, silence means nothing.
    """

    path: Annotated[str, Meta(pattern=r"^/[^\s?#]*$")] | None = None
    protocol: Literal["graphql_ws", "sse", "multipart"] = "graphql_ws"
    heartbeat_interval: Duration | None = None

    def __post_init__(self) -> None:
        _check_interval(self.heartbeat_interval)


class PassthroughMode(Section, frozen=True):
    """For all subgraphs, and instead of that for one."""

    all: Passthrough = Passthrough()
    subgraphs: dict[str, Passthrough] = field(default_factory=dict)


class CallbackMode(Section, frozen=True):
    """Subgraphs that post their events to us (HTTP callback protocol).

    `public_url`: where they reach `path` of this server from outside, with the path.
    """

    public_url: str
    subgraphs: tuple[str, ...]
    path: Annotated[str, Meta(pattern=r"^/[^\s?#{}]+$")] = "/callback"
    heartbeat_interval: Duration | None = 5.0

    def __post_init__(self) -> None:
        if not re.match(r"https?://[^/]+", self.public_url):
            raise ValueError("'public_url' must be an http:// or https:// address")
        _check_interval(self.heartbeat_interval)


class SubscriptionMode(Section, frozen=True):
    passthrough: PassthroughMode = PassthroughMode()
    callback: CallbackMode | None = None


class Subscription(Section, frozen=True):
    """`queue_capacity`: events that may wait for one slow client before its stream ends.

    `max_opened_subscriptions` counts the whole process, `max_operations_per_connection` what one
    WebSocket runs at once. `connection_init_timeout`: how long a WebSocket may wait to begin.
    """

    enabled: bool = True
    mode: SubscriptionMode = SubscriptionMode()
    queue_capacity: Positive = 128
    max_opened_subscriptions: Positive = 10_000
    max_operations_per_connection: Positive = 100
    connection_init_timeout: Duration = 10.0


class EngineSettings(Section, frozen=True):
    """All sections the engine knows."""

    supergraph: SupergraphSection = SupergraphSection()
    authentication: AuthenticationSection = AuthenticationSection()
    health_check: HealthCheck = HealthCheck()
    cors: Cors = Cors()
    csrf: Csrf = Csrf()
    headers: Headers = Headers()
    extensions: Extensions = Extensions()
    traffic_shaping: TrafficShaping = TrafficShaping()
    limits: Limits = Limits()
    include_subgraph_errors: IncludeSubgraphErrors = IncludeSubgraphErrors()
    override_subgraph_url: dict[str, str] = field(default_factory=dict)
    subscription: Subscription = Subscription()
    telemetry: Telemetry = Telemetry()
    homepage: Homepage = Homepage()
    sandbox: Sandbox = Sandbox()
    plugins: Plugins = Plugins()


def for_development(settings: T) -> T:
    """Return the settings with introspection, explorer, plans and subgraph errors turned on."""
    replace = msgspec.structs.replace
    return replace(
        settings,
        supergraph=replace(settings.supergraph, introspection=True),
        sandbox=Sandbox(enabled=True),
        include_subgraph_errors=IncludeSubgraphErrors(all=True),
        plugins=Plugins(expose_query_plan=True),
    )


def _check_patterns(patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None


def _check_name_or_pattern(named: str | None, matching: str | None) -> None:
    if (named is None) == (matching is None):
        raise ValueError("write exactly one of 'named' and 'matching'")
    if matching is not None:
        _check_patterns((matching,))
