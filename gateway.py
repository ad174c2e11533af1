"""Composition root: reads hub.yaml, wires the parts, and holds the command line (`hub`).

The only module that knows both halves: the engine (`federation`) and the domain (`schema`,
`resolvers`, `adapters`). Everything heavy is imported where it is used, so that engine-only mode
starts without the domain and `hub --help` without either.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from adapters.section import AdaptersSection
from federation.cli.errors import CommandError
from federation.cli.parser import add_engine_commands, run_command
from federation.cli.serve import add_engine_arguments, run_app, serve_engine
from federation.cli.settings import listen_address, load_settings
from federation.server.settings.answers import Extensions
from federation.server.settings.base import Section
from federation.server.settings.engine import EngineSettings
from federation.server.settings.limits import Limits
from resolvers.database.section import DatabaseSection

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from adapters.progress import Progress
    from federation.server.authentication import Claims
    from federation.server.identity import ClientIdentity
    from federation.server.request import HttpRequest
    from resolvers.database.pool import Database
    from schema.identity import IdentityKey

Role = Literal["all", "gateway", "subgraphs", "worker"]
ROLES: tuple[Role, ...] = ("all", "gateway", "subgraphs", "worker")
TITLE = "知通枢纽 · Zhitong Hub"
SCHEMAS = Path(__file__).parent / "schema"


class IdentitySection(Section, frozen=True):
    """`key`: signs who the caller is, from gateway to subgraphs; at least 32 characters, the same
    on both sides where they run apart. `HUB_IDENTITY_KEY` wins. One process alone makes its own.
    """

    key: Annotated[str, Meta(min_length=32)] | None = None

    def identity_key(self, *, shared: bool) -> IdentityKey:
        from schema.identity import IdentityKey

        key = os.environ.get("HUB_IDENTITY_KEY") or self.key
        if key is None and shared:
            raise CommandError(
                "gateway and subgraphs run apart: give both the same identity.key in hub.yaml or"
                " HUB_IDENTITY_KEY (at least 32 random characters)"
            )
        try:
            return IdentityKey(key) if key is not None else IdentityKey.random()
        except ValueError as error:
            raise CommandError(str(error)) from None


class HubSettings(EngineSettings, frozen=True):
    """The whole hub.yaml."""

    # Files of centres come in as base64 in a mutation; the engine alone takes 2 MB.
    limits: Limits = Limits(http_max_request_bytes=16 * 1024 * 1024)
    # Where what is shown comes from, see schema/common/provenance.py.
    extensions: Extensions = Extensions(propagate=("provenance",))
    database: DatabaseSection = DatabaseSection()
    adapters: AdaptersSection = AdaptersSection()
    identity: IdentitySection = IdentitySection()


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


def build_app(
    config: HubSettings | Path | str | None = None,
    *,
    role: Role = "all",
    development: bool = False,
    say: Callable[[str], None] = lambda line: None,
    progress: Progress | None = None,
) -> ASGIApp:
    """Return the hub as an ASGI application; its startup opens the database and composes the graph.

    `config` is the settings or the path of a hub.yaml. `development` believes marked identities
    (`Authorization: Dev …`), which no file can turn on. `say` and `progress` are told how startup
    goes on. Startup raises `DatabaseError`, `SupergraphError` or `CommandError`, each with one line
    that says what to do.
    """
    from federation.server.adjust import with_event_streams, with_header
    from federation.server.app import Surroundings
    from federation.server.app import build_app as build_engine_app

    if isinstance(config, Path | str):
        from federation.config.load import read_config

        config = read_config(Path(config), HubSettings)
    # By which clients ask where data come from.
    settings = with_header(config or HubSettings(), "x-hub-provenance")
    identity = settings.identity.identity_key(shared=role != "all")
    identifier = _HubIdentifier(identity, development=development)
    if role == "gateway":
        remote = _remote_subgraphs(settings)
        settings = with_event_streams(settings, subgraph_names())
        around = Surroundings(title=TITLE, examples=_examples(), identifier=identifier)
        return build_engine_app(settings, lambda: _compose(remote), surroundings=around)

    from starlette.routing import Mount

    parts = _Parts(settings, identity, say, progress, worker=role in ("all", "worker"))
    if role == "subgraphs":
        return parts.app()
    if role == "worker":
        return parts.app(subgraphs=False)
    around = Surroundings(
        title=TITLE,
        examples=_examples(),
        routes=[Mount("/subgraphs", app=parts.server.http)],
        lifespan=parts.lifespan,
        identifier=identifier,
    )
    local: dict[str, Any] = {name: parts.server.execute(name) for name in subgraph_names()}
    streams: dict[str, Any] = {name: parts.server.subscribe(name) for name in local}
    host, port = settings.supergraph.address()
    urls = {name: f"http://{host}:{port}/subgraphs/{name}/graphql" for name in local}
    return build_engine_app(
        settings,
        lambda: _compose(urls),
        local=local,
        local_streams=streams,
        surroundings=around,
    )


class _HubIdentifier:
    """Tells the subgraphs who asks, by a signed statement; see `schema.credentials`."""

    def __init__(self, key: IdentityKey, *, development: bool) -> None:
        from schema.identity import HEADER

        self._key = key
        self._development = development
        self.reserved = frozenset({HEADER})

    def identify(self, http: HttpRequest, claims: Claims | None) -> ClientIdentity:
        """See `Identifier.identify`."""
        from federation.server.authentication import unauthenticated
        from federation.server.identity import NOBODY, ClientIdentity
        from resolvers.identity import ANONYMOUS
        from schema.credentials import CredentialsRefused, caller_of_claims, caller_of_header

        value = http.header(b"authorization")
        if value is None and claims is None:
            return NOBODY
        try:
            if claims is not None:
                caller = caller_of_claims(claims)
            else:
                shown = value.decode("latin-1") if value is not None else None
                caller = caller_of_header(shown, development=self._development)
        except CredentialsRefused as refusal:
            raise unauthenticated(refusal.message) from None
        if caller == ANONYMOUS:
            return NOBODY
        return ClientIdentity(caller, lambda: self._key.headers(caller))


class _Parts:
    """What lives as long as the application: the database and the subgraphs over it."""

    def __init__(
        self,
        settings: HubSettings,
        identity: IdentityKey,
        say: Callable[[str], None],
        progress: Progress | None,
        *,
        worker: bool,
    ) -> None:
        from schema.late_server import LateServer

        self._settings = settings
        self._identity = identity
        self._worker = worker
        self._say = say
        self._progress = progress
        self.server = LateServer()

    def app(self, *, subgraphs: bool = True) -> ASGIApp:
        """Return the subgraphs alone, for a gateway that runs elsewhere; or only their health."""
        from starlette.applications import Starlette
        from starlette.routing import Mount

        from federation.server.health import health_routes

        path = self._settings.health_check.path
        health = health_routes(path, lambda: self.server.is_open)
        return Starlette(
            routes=[*health, *([Mount("/subgraphs", app=self.server.http)] if subgraphs else ())],
            lifespan=lambda app: self.lifespan(),
        )

    @contextlib.asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        from adapters.intake import Intake, in_folders
        from adapters.schedule.jobs import JOBS as PULL_JOBS
        from resolvers.hub.events import EventBus
        from resolvers.hub.worker import Worker
        from resolvers.jobs import ALL_JOBS
        from schema.http import subgraph_app
        from schema.remote_peers import RemotePeers
        from schema.serving import SubgraphServer

        async with contextlib.AsyncExitStack() as stack:
            database = await stack.enter_async_context(open_hub_database(self._settings))
            await self._fill(database)
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
            )
            peers.local = server.local_peers
            deadline = self._settings.traffic_shaping.deadline
            header = deadline.header if deadline.accept else None
            self.server.open(server, subgraph_app(server, deadline_header=header))
            if self._worker:
                worker = Worker(database, peers, (*ALL_JOBS, PULL_JOBS))
                await stack.enter_async_context(worker.running())
                if self._settings.adapters.worker:
                    puller = self._settings.adapters.puller(database, self._progress)
                    await stack.enter_async_context(puller.running())
            yield

    async def _fill(self, database: Database) -> None:
        """Load the reference data, and with the demo the invented feeds and rows."""
        from resolvers.reference.load import load_reference

        self._say(f"database: {database.where}")
        loaded = [each for each in await load_reference(database) if not each.skipped]
        if loaded:
            rows = ", ".join(f"{each.name} {each.rows}" for each in loaded)
            self._say(f"reference data loaded: {rows}")
        if self._settings.adapters.demo:
            from adapters.demo import pull_demo
            from resolvers.demo import load_demos

            await pull_demo(database, self._progress)
            await load_demos(database)


def subgraph_names() -> tuple[str, ...]:
    """Return the names of the hub's own subgraphs: those with a printed schema."""
    return tuple(sorted(path.parent.name for path in SCHEMAS.glob("*/schema.graphql")))


async def _compose(urls: Mapping[str, str]) -> str:
    """Return the supergraph of the hub's own subgraphs at `urls`."""
    from federation.composition import Rejected, SubgraphSource, compose

    result = compose(
        [
            SubgraphSource(name, url, (SCHEMAS / name / "schema.graphql").read_text("utf-8"))
            for name, url in urls.items()
        ]
    )
    if isinstance(result, Rejected):
        raise CommandError("; ".join(f"{e.code}: {e.message}" for e in result.errors))
    return result.supergraph_sdl


def _remote_subgraphs(settings: HubSettings) -> dict[str, str]:
    """Return where the subgraphs of another process are; all of them must be named."""
    urls = settings.override_subgraph_url
    missing = [name for name in subgraph_names() if name not in urls]
    if missing:
        raise CommandError(
            f"--role gateway needs the address of {', '.join(missing)}: set "
            "override_subgraph_url in hub.yaml, such as "
            f"{missing[0]}: http://127.0.0.1:4001/subgraphs/{missing[0]}/graphql"
        )
    return {name: urls[name] for name in subgraph_names()}


def _examples() -> list[tuple[str, str]]:
    """Return the explorer's example queries; the first comment of each file is its title."""
    texts = [path.read_text("utf-8") for path in sorted((SCHEMAS / "examples").glob("*.graphql"))]
    return [(text.split("\n", 1)[0].lstrip("# "), text) for text in texts]


def serve(args: argparse.Namespace) -> int:
    """`hub serve`: the hub, or with `--supergraph…` the engine alone."""
    if args.supergraph or args.supergraph_config:
        return serve_engine(args)
    settings = read_settings(args)
    host, port = listen_address(args, settings)
    section = msgspec.structs.replace(settings.supergraph, listen=f"{host}:{port}")
    settings = msgspec.structs.replace(settings, supergraph=section)
    from adapters.console import Lines

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    app = build_app(
        settings,
        role=args.role,
        development=args.dev,
        say=say,
        progress=Lines(sys.stderr, only_new=True),
    )
    return run_app(app, host, port, settings.supergraph.path)


def build_parser(command: str = "") -> argparse.ArgumentParser:
    """Return the parser of all commands, or only what parsing `command` needs.

    The domain's commands import the database driver and more; engine commands start without.
    """
    parser = argparse.ArgumentParser(prog="hub", description=TITLE)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    parser.set_defaults(settings_struct=HubSettings)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serving = subparsers.add_parser("serve", help="serve the hub, or a supergraph alone")
    add_engine_arguments(serving, required=False)
    serving.add_argument("--role", choices=ROLES, default="all", help="which part to run")
    serving.set_defaults(run=serve)
    add_engine_commands(subparsers, without=("serve",))
    if command not in subparsers.choices:
        _add_domain_commands(subparsers)
    return parser


class _Version(argparse.Action):
    """Reads the version only when asked: the metadata cost every start some milliseconds."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"hub {version('zhitong-hub')}")
        parser.exit()


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
    args.run = lambda args: _explained(command, args)
    sys.exit(run_command(args))


def _explained(command: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Run a command; a domain error becomes one line, as `run_command` does for the engine's."""
    try:
        return command(args)
    except Exception as error:
        # By name: engine commands must not import the database to learn they need no database.
        code, message = getattr(error, "code", None), getattr(error, "message", None)
        if (
            isinstance(code, str)
            and isinstance(message, str)
            and not isinstance(error, CommandError)
        ):
            raise CommandError(f"{code}: {message}") from None
        raise


if __name__ == "__main__":
    main()
