"""Composition root: reads hub.yaml, wires the parts, and holds the command line (`hub`).

The only module that knows both halves: the engine (`federation`) and the domain (`schema`,
`resolvers`, `adapters`). Everything heavy is imported where it is used, so that engine-only mode
starts without the domain and `hub --help` without either.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from adapters.section import AdaptersSection
from federation.cli.errors import CommandError
from federation.cli.parser import add_engine_commands, add_version, explained, run_command
from federation.cli.serve import add_engine_arguments, run_app, serve_engine
from federation.cli.settings import listening, load_settings
from federation.server.settings.answers import Extensions
from federation.server.settings.demand_control import (
    DemandControlSection,
    DemandStrategy,
    StaticEstimated,
)
from federation.server.settings.engine import EngineSettings
from federation.server.settings.limits import Limits
from federation.server.settings.registry import RegistrySection
from resolvers.database.section import DatabaseSection
from resolvers.identity_section import IdentitySection

if TYPE_CHECKING:
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

    from adapters.progress import Progress
    from federation.registry.service import Registry
    from federation.registry.snapshot import Snapshot
    from federation.server.app import Companion, Sourced
    from federation.server.callers.authentication import Claims
    from federation.server.callers.identity import ClientIdentity
    from federation.server.rate_limits.failed_credentials import FailedCredentials
    from federation.server.wire.request import HttpRequest
    from federation.server.workers.member import Member
    from resolvers.database.pool import Database
    from schema.cache_hints import CacheHints
    from schema.identity import IdentityKey

Role = Literal["all", "gateway", "subgraphs", "worker"]
ROLES: tuple[Role, ...] = ("all", "gateway", "subgraphs", "worker")
TITLE = "知通枢纽 · Zhitong Hub"
# Imported once for all workers of `serve`, in memory that they share.
WHAT_WORKERS_SHARE = ("schema.http", "schema.serving", "adapters.intake", "adapters.schedule.jobs")


class HubSettings(EngineSettings, frozen=True):
    """The whole hub.yaml."""

    # Files of centres come in as base64 in a mutation.
    limits: Limits = Limits(http_max_request_bytes=16 * 1024 * 1024)
    extensions: Extensions = Extensions(propagate=("provenance",))
    # Five times what the dearest of our own journeys is estimated at, see schema/README.md.
    demand_control: DemandControlSection = DemandControlSection(
        enabled=True,
        mode="enforce",
        strategy=DemandStrategy(static_estimated=StaticEstimated(max=10_000)),
    )
    database: DatabaseSection = DatabaseSection()
    adapters: AdaptersSection = AdaptersSection()
    identity: IdentitySection = IdentitySection()
    registry: RegistrySection = RegistrySection()


class EngineAlone(HubSettings, frozen=True):
    """hub.yaml for the engine over a supergraph of somebody else: without the hub's own bounds."""

    limits: Limits = Limits()
    extensions: Extensions = Extensions()
    demand_control: DemandControlSection = DemandControlSection()


def read_settings(args: argparse.Namespace) -> HubSettings:
    """Return the settings the arguments name; `--dev` also turns the demo feeds on."""
    settings = load_settings(args)
    assert isinstance(settings, HubSettings)
    if getattr(args, "dev", False):
        demo = msgspec.structs.replace(settings.adapters, demo=True)
        settings = msgspec.structs.replace(settings, adapters=demo)
    return settings


@contextlib.asynccontextmanager
async def open_hub_database(
    settings: HubSettings, *, upgrade: bool = True
) -> AsyncIterator[Database]:
    """Give the database of the settings, with all migrations run. Raises `DatabaseError`."""
    from resolvers.database.migrations import migrate
    from resolvers.database.provider import open_database

    section = settings.database
    async with open_database(section.url, section.embedded(), section.pool()) as database:
        if upgrade:
            await migrate(database)
        yield database


@contextlib.asynccontextmanager
async def open_registry(args: argparse.Namespace) -> AsyncIterator[Registry]:
    """Give the registry in the hub's own database, for who has no token yet."""
    from federation.registry.postgres.store import PostgresStore
    from federation.registry.service import Registry

    settings = read_settings(args)
    async with open_hub_database(settings) as database:
        registry = Registry(PostgresStore(database), settings.registry.settings())
        try:
            yield registry
        finally:
            await registry.close()


def build_app(
    config: HubSettings | Path | str | None = None,
    *,
    role: Role = "all",
    development: bool = False,
    say: Callable[[str], None] = lambda line: None,
    progress: Progress | None = None,
    companions: Sequence[Companion] = (),
    member: Member | None = None,
    identity: IdentityKey | None = None,
) -> ASGIApp:
    """Return the hub as an ASGI application; its startup opens the database and composes the graph.

    `config` is the settings or the path of a hub.yaml. `development` believes marked identities
    (`Authorization: Dev …`), which no file can turn on. `say` and `progress` are told how startup
    goes on; `companions` run beside the gateway. `member`: which of several workers it is; all have
    one `identity`. Startup raises `DatabaseError`, `SupergraphError` or `CommandError`, each with
    one line that says what to do.
    """
    from federation.server.app import Surroundings
    from federation.server.app import build_app as build_engine_app
    from federation.server.rate_limits.failed_credentials import FailedCredentials
    from schema.identity import IdentityKey
    from schema.printed import example_queries, subgraph_names

    if isinstance(config, Path | str):
        from federation.config.load import read_config

        config = read_config(Path(config), HubSettings)
    settings = _adjusted(config or HubSettings(), role, member)
    identity = identity or IdentityKey.of(settings.identity.secret(shared=role != "all"))
    failures = FailedCredentials()
    failures.configure(settings.authentication.failures, settings.proxies)
    graph = _Graph(settings, identity, role, failures)
    parts = _Parts(settings, identity, graph, say, progress, failures, role=role, member=member)
    if role in ("subgraphs", "worker"):
        return parts.app()
    around = Surroundings(
        title=TITLE,
        examples=example_queries(),
        routes=parts.routes(),
        lifespan=parts.lifespan,
        companions=[*companions, *graph.companions()],
        identifier=_HubIdentifier(identity, development=development),
        key_holder=_KeyHolder(),
        response_cache=parts.cache,
        api_keys=parts.keys,
        quotas=parts.quotas,
        document_source=graph.served,
        usage_sink=graph.served,
        failures=failures,
        metrics=(parts.readings,),
        member=member,
    )
    local: dict[str, Any] = {}
    streams: dict[str, Any] = {}
    if role == "all":
        local = {name: parts.server.execute(name) for name in subgraph_names()}
        streams = {name: parts.server.subscribe(name) for name in local}
    return build_engine_app(
        settings, graph.source, local=local, local_streams=streams, surroundings=around
    )


def _adjusted(settings: HubSettings, role: Role, member: Member | None = None) -> HubSettings:
    """Return the settings with what the hub itself needs of them, a worker's part of them."""
    from federation.server.adjust import with_event_streams, with_header
    from federation.server.workers.shares import divided
    from schema.printed import subgraph_names

    settings = with_header(divided(settings, member), "x-hub-provenance")
    if member is not None:
        pulls = settings.adapters.pulls if settings.adapters.worker and role == "all" else 0
        # A pull takes two connections.
        part = settings.database.part(member.index, member.count, 2 * pulls)
        settings = msgspec.structs.replace(settings, database=part)
    return with_event_streams(settings, subgraph_names()) if role == "gateway" else settings


class _HubIdentifier:
    """Tells the subgraphs who asks, by a signed statement; see `schema.credentials`."""

    def __init__(self, key: IdentityKey, *, development: bool) -> None:
        from schema.identity import HEADER

        self._key = key
        self._development = development
        self.reserved = frozenset({HEADER})

    def identify(self, http: HttpRequest, claims: Claims | None) -> ClientIdentity:
        """See `Identifier.identify`."""
        from federation.server.callers.authentication import unauthenticated
        from federation.server.callers.identity import NOBODY, ClientIdentity
        from resolvers.identity import ANONYMOUS
        from schema.credentials import CredentialsRefused, caller_of

        value = http.header(b"authorization")
        if value is None and claims is None:
            return NOBODY
        try:
            caller = caller_of(claims, value, development=self._development)
        except CredentialsRefused as refusal:
            raise unauthenticated(refusal.message) from None
        if caller == ANONYMOUS:
            return NOBODY
        return ClientIdentity(
            caller,
            lambda: self._key.headers(caller),
            organization=caller.acts_for,
            scopes=caller.scopes,
        )


class _KeyHolder:
    """Which keys to views a client holds; see `schema.view_keys`."""

    def __init__(self) -> None:
        from schema.view_keys import ViewKeys

        self._keys = ViewKeys()

    async def held(self, client: ClientIdentity, snapshot: Snapshot) -> frozenset[str]:
        """See `KeyHolder.held`."""
        from federation.server.subgraphs.ask_subgraph import ask_subgraph
        from resolvers.identity import ANONYMOUS, Caller

        ask = partial(ask_subgraph, snapshot, "catalog", client)
        caller = client.key if isinstance(client.key, Caller) else ANONYMOUS
        return await self._keys.held(caller, ask)


class _Graph:
    """The graph this hub serves: by the registry its own subgraphs and what others published.

    Without a registry (turned off, or a gateway that was given no database) it is the hub's own
    subgraphs and nothing else.
    """

    def __init__(
        self,
        settings: HubSettings,
        identity: IdentityKey,
        role: Role,
        failures: FailedCredentials,
    ) -> None:
        from federation.registry.postgres.store import PostgresStore
        from federation.registry.service import Registry
        from federation.server.served_graph import ServedGraph
        from resolvers.database.late import LateDatabase

        self._settings = settings
        self._role = role
        self._failures = failures
        section = settings.registry
        signing_key = section.signing_key
        self._key = signing_key.encode() if signing_key else identity.derive("registry")
        self._database = LateDatabase()
        self._registry = Registry(PostgresStore(self._database), section.settings())
        self.served: ServedGraph | None = None
        if section.enabled and (role != "gateway" or settings.database.given):
            self.served = ServedGraph(self._registry, section.ref, interval=section.poll_interval)

    def routes(self) -> list[BaseRoute]:
        """Return the registry's routes, none where it is not kept."""
        from federation.server.registry_api.routes import registry_routes

        if self.served is None:
            return []
        section = self._settings.registry
        return registry_routes(
            self._registry,
            signing_key=self._key,
            public_url=section.public_url,
            max_request_bytes=section.max_request_bytes,
            seconds=section.timeout,
            failures=self._failures,
        )

    @contextlib.asynccontextmanager
    async def opened(self, database: Database) -> AsyncIterator[None]:
        """Work on `database` around the block."""
        from federation.registry.postgres.variants import CHANNEL
        from resolvers.hub.notices import Notices

        self._database.open(database)
        if self.served is None:
            yield
            return
        ring = self.served.ring
        async with Notices(CHANNEL, lambda payload: ring(), ring).running(database):
            try:
                yield
            finally:
                await self._registry.close()

    async def publish_own(self) -> None:
        """Publish the hub's own subgraphs, where their schemas are new."""
        from federation.registry.model import SubgraphProposal
        from schema.printed import printed_sdl

        if self.served is not None:
            urls = self._urls().items()
            proposals = [SubgraphProposal(name, printed_sdl(name), url) for name, url in urls]
            stated = self._settings.registry.public_url is not None
            await self.served.publish_own(proposals, addresses=stated)

    async def source(self) -> Sourced | str:
        """Return the supergraph to start with."""
        if self.served is not None:
            return await self.served.source()
        from federation.composition import SubgraphSource
        from federation.server.served_graph import composed
        from schema.printed import printed_sdl

        urls = self._urls().items()
        return composed([SubgraphSource(name, url, printed_sdl(name)) for name, url in urls])

    def companions(self) -> list[Companion]:
        """Return what runs beside the gateway."""
        served = self.served
        return [] if served is None else [served.follow, served.forget_usage]

    def _urls(self) -> dict[str, str]:
        """Return where the hub's own subgraphs are reached from outside."""
        from schema.printed import subgraph_names

        host, port = self._settings.supergraph.address()
        base = self._settings.registry.public_url or f"http://{host}:{port}"
        addresses = self._settings.override_subgraph_url
        missing = [name for name in subgraph_names() if name not in addresses]
        if missing and self._role == "gateway":
            raise CommandError(
                "--role gateway finds the subgraphs by the hub's database (database.url), or by"
                f" override_subgraph_url in hub.yaml, which lacks {', '.join(missing)}"
            )
        return {
            name: addresses.get(name) or f"{base.rstrip('/')}/subgraphs/{name}/graphql"
            for name in subgraph_names()
        }


class _Parts:
    """What lives as long as the application: the database, and for most roles the subgraphs."""

    def __init__(
        self,
        settings: HubSettings,
        identity: IdentityKey,
        graph: _Graph,
        say: Callable[[str], None],
        progress: Progress | None,
        failures: FailedCredentials,
        *,
        role: Role,
        member: Member | None,
    ) -> None:
        from federation.server.subgraphs.response_caching import build_cache
        from resolvers.hub.key_ring import KeyRing
        from resolvers.hub.quotas import QuotaUse
        from resolvers.hub.readings import HubReadings
        from schema.late_server import LateServer

        self._settings = settings
        self._identity = identity
        self._graph = graph
        self._role = role
        self._member = member
        self._is_first = member is None or member.is_first
        self.cache = build_cache(settings.response_cache)
        known = role == "all" or (role == "gateway" and settings.database.given)
        self.keys = KeyRing() if known else None
        self.quotas = QuotaUse() if known else None
        self._say = say
        self._progress = progress
        self._failures = failures
        self.readings = HubReadings()
        self.server = LateServer()

    def routes(self) -> list[BaseRoute]:
        """Return what is served beside the graph."""
        from starlette.routing import Mount

        serves = self._role in ("all", "subgraphs")
        own = [Mount("/subgraphs", app=self.server.http)] if serves else []
        return [*own, *(self._graph.routes() if self._role in ("all", "gateway") else ())]

    def app(self) -> ASGIApp:
        """Return the subgraphs alone, for a gateway that runs elsewhere; or only their health."""
        from federation.server.listener.draining_app import side_app

        section = self._settings.health_check
        return side_app(
            self.routes(), self.lifespan, section, lambda: self.server.is_open, self._member
        )

    @contextlib.asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Keep open what the role needs."""
        async with contextlib.AsyncExitStack() as stack:
            if self._role == "gateway" and not self._settings.database.given:
                yield
                return
            upgrade = self._role != "gateway" and self._is_first
            opening = open_hub_database(self._settings, upgrade=upgrade)
            database = await stack.enter_async_context(opening)
            await stack.enter_async_context(self._graph.opened(database))
            if self._settings.telemetry.exporters.metrics.prometheus.enabled:
                await stack.enter_async_context(self.readings.running(database))
            if self.keys is not None and self.quotas is not None:
                await stack.enter_async_context(self.keys.running(database))
                await stack.enter_async_context(self.quotas.running(database))
            if self._role == "gateway":
                await stack.enter_async_context(self._cache_hints(database))
            else:
                await stack.enter_async_context(self._subgraphs(database))
            yield

    @contextlib.asynccontextmanager
    async def _subgraphs(self, database: Database) -> AsyncIterator[None]:
        """Serve the subgraphs over `database` around the block; the roles that work, work."""
        from adapters.intake import Intake, in_folders
        from adapters.schedule.jobs import JOBS as PULL_JOBS
        from resolvers.hub.events import EventBus
        from resolvers.hub.worker import Worker
        from resolvers.jobs import ALL_JOBS
        from schema.http import subgraph_app
        from schema.remote_peers import RemotePeers
        from schema.serving import SubgraphServer

        async with contextlib.AsyncExitStack() as stack:
            if self._is_first:
                await self._fill(database)
            hints = await stack.enter_async_context(self._cache_hints(database))
            events = await stack.enter_async_context(EventBus(database).running())
            addresses = self._settings.override_subgraph_url
            peers = await stack.enter_async_context(RemotePeers(addresses, self._identity))
            intake = Intake(in_folders(self._settings.adapters.folders()))
            live = await stack.enter_async_context(self._settings.adapters.live(database))
            server = SubgraphServer(
                database,
                identity=self._identity,
                events=events,
                peers=peers,
                ingest=intake,
                live=live,
                cache_hints=hints,
            )
            peers.local = server.local_peers
            deadline = self._settings.traffic_shaping.deadline
            header = deadline.header if deadline.accept else None
            http = subgraph_app(server, deadline_header=header, failures=self._failures)
            self.server.open(server, http)
            if self._is_first and self._role in ("all", "subgraphs"):
                await self._graph.publish_own()
            if self._is_first and self._role in ("all", "worker"):
                worker = Worker(database, peers, (*ALL_JOBS, PULL_JOBS))
                await stack.enter_async_context(worker.running())
                if self._settings.adapters.worker:
                    puller = self._settings.adapters.puller(database, self._progress)
                    await stack.enter_async_context(puller.running())
            yield

    def _cache_hints(self, database: Database) -> AbstractAsyncContextManager[CacheHints | None]:
        """Watch what is written, where answers are kept; give how they are marked then."""
        from schema.cache_hints import hints_of

        return hints_of(database, self.cache, enabled=self._settings.response_cache.enabled)

    async def _fill(self, database: Database) -> None:
        """Load the reference data, and with the demo the invented feeds and rows."""
        from resolvers.reference.load import load_shipped

        self._say(f"database: {database.where}")
        await load_shipped(database, self._say)
        if self._settings.adapters.demo:
            from adapters.demo import pull_demo
            from resolvers.demo import load_demos

            await pull_demo(database, self._progress)
            await load_demos(database)


def serve(args: argparse.Namespace) -> int:
    """`hub serve`: the hub, or with `--supergraph…` the engine alone."""
    if args.supergraph or args.supergraph_config:
        args.settings_struct = EngineAlone
        return serve_engine(args)
    settings = listening(args, read_settings(args))
    from adapters.console import Lines
    from federation.cli.watching import watch_settings
    from federation.server.workers.counting import worker_count

    def build(member: Member | None) -> ASGIApp:
        def again() -> HubSettings:
            return _adjusted(listening(args, read_settings(args)), args.role, member)

        watched = args.hot_reload and args.config
        return build_app(
            settings,
            role=args.role,
            development=args.dev,
            say=partial(print, file=sys.stderr, flush=True),
            progress=Lines(sys.stderr, only_new=True),
            companions=[watch_settings(args.config, again)] if watched else (),
            member=member,
            identity=identity,
        )

    identity = None
    if (count := worker_count(settings.supergraph.workers)) == 1:
        return run_app(build, settings)
    from federation.server.workers.supervisor import Beside
    from resolvers.database.keeper import keep_database
    from schema.identity import IdentityKey

    if args.role == "worker":
        raise CommandError("--role worker is one process; start it as often as you need")
    settings.database.part(0, count, 0)
    identity = IdentityKey.of(settings.identity.secret(shared=args.role != "all"))
    without = settings.database.given or args.role == "gateway"
    beside = None if without else Beside("database", partial(keep_database, settings.database))
    return run_app(build, settings, beside, WHAT_WORKERS_SHARE)


def build_parser(command: str = "") -> argparse.ArgumentParser:
    """Return the parser of all commands, or only what parsing `command` needs.

    The domain's commands import the database driver and more; engine commands start without.
    """
    parser = argparse.ArgumentParser(prog="hub", description=TITLE)
    add_version(parser, "hub", "zhitong-hub")
    parser.set_defaults(settings_struct=HubSettings, open_registry=open_registry)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serving = subparsers.add_parser("serve", help="serve the hub, or a supergraph alone")
    add_engine_arguments(serving, required=False)
    serving.add_argument("--role", choices=ROLES, default="all", help="which part to run")
    serving.set_defaults(run=serve)
    add_engine_commands(subparsers, without=("serve",))
    if command not in subparsers.choices:
        _add_domain_commands(subparsers)
    return parser


def _add_domain_commands(subparsers: Any) -> None:
    import adapters.cli
    import resolvers.cli

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", metavar="FILE", help="hub.yaml")
    common.add_argument("--dev", action="store_true", help="with the demo feeds")

    resolvers.cli.add_commands(
        subparsers, lambda args: open_hub_database(read_settings(args), upgrade=False), [common]
    )
    adapters.cli.add_commands(
        subparsers,
        lambda args: open_hub_database(read_settings(args)),
        lambda args: read_settings(args).adapters.folders(),
        [common],
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Run `hub`; exits 0, 1 with one line on stderr, or 2 for wrong usage."""
    words = sys.argv[1:] if argv is None else argv
    args = build_parser(words[0] if words else "").parse_args(words)
    command = args.handler if hasattr(args, "handler") else args.run
    args.run = lambda args: explained(command, args)
    sys.exit(run_command(args))


if __name__ == "__main__":
    main()
