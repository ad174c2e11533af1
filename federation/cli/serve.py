"""`serve`: the engine over a supergraph file, or over subgraphs composed first."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federation.cli.errors import CommandError
from federation.cli.files import read_text
from federation.cli.settings import listening, load_settings

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers
    from federation.server.app import Companion
    from federation.server.settings.engine import EngineSettings
    from federation.server.workers.counting import Workers
    from federation.server.workers.member import Member
    from federation.server.workers.supervisor import Beside


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("serve", help="serve a graph over HTTP")
    add_engine_arguments(parser, required=True)
    parser.set_defaults(run=serve_engine)


def add_engine_arguments(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add what `serve_engine` reads. `required`: one of the two supergraph sources."""
    source = parser.add_mutually_exclusive_group(required=required)
    source.add_argument(
        "--supergraph", metavar="FILE", help="supergraph SDL; no domain, no database"
    )
    source.add_argument(
        "--supergraph-config",
        metavar="FILE",
        help="supergraph.yaml (Rover's format); composed first",
    )
    parser.add_argument(
        "--hot-reload",
        action="store_true",
        help="load the --supergraph and --config files again when they change",
    )
    parser.add_argument("--config", metavar="FILE", help="hub.yaml")
    parser.add_argument("--host", help="address to listen on (default: from the configuration)")
    parser.add_argument("--port", type=int, help="port to listen on, 0 for any free one")
    parser.add_argument(
        "--workers",
        type=_workers,
        metavar="N",
        help="processes that share the port: a number, or auto for one a core (default: 1)",
    )
    parser.add_argument(
        "--dev",
        action="store_true",
        help="for development: introspection, explorer at /, query plans, subgraph errors",
    )


def serve_engine(args: argparse.Namespace) -> int:
    """Serve until a signal; return the exit code."""
    settings = _settings(args)
    sdl = _supergraph(args)

    from federation.server.app import Sourced, Surroundings, build_app
    from federation.server.workers.counting import worker_count
    from federation.server.workers.shares import divided

    schema = None
    if worker_count(settings.supergraph.workers) > 1:
        from federation.registry.schema import build_schema

        # Once for all workers, in memory they share.
        schema = build_schema(sdl, settings.supergraph.query_planning.cache_bytes)

    async def source() -> Sourced:
        return Sourced(sdl, schema=schema)

    def build(member: Member | None) -> Any:
        companions = _companions(args, sdl, member)
        around = Surroundings(companions=companions, member=member)
        return build_app(divided(settings, member), source, surroundings=around)

    return run_app(build, settings)


def run_app(
    build: Callable[[Member | None], Any],
    settings: EngineSettings,
    beside: Beside | None = None,
    modules: Sequence[str] = (),
) -> int:
    """Serve the application that `build` returns where `settings` say, and say where once it
    answers.

    With several workers `build` is called in each of them; `beside` is a process, `modules` are
    what to import, that all of them need. Raises `CommandError` for an unusable address.
    """
    from federation.server.listener.listen import ListenError, run_bound, run_server
    from federation.server.observing.logs import configure_logging
    from federation.server.workers.counting import worker_count

    configure_logging(settings.telemetry.exporters.logging)
    host, port = settings.supergraph.address()
    tls = settings.tls.supergraph
    count = worker_count(settings.supergraph.workers)

    def say(address: str) -> None:
        path = settings.supergraph.path
        workers = f", {count} workers" if count > 1 else ""
        print(f"ready: {address} (GraphQL at {path}{workers}); stop with Ctrl-C", file=sys.stderr)

    try:
        if count == 1:
            return run_server(build(None), host, port, on_ready=say, tls=tls)
        # Imported here: only several workers need it.
        from federation.server.workers.member import Member
        from federation.server.workers.serving import supervise

        became = supervise(settings, say, beside, modules)
        if isinstance(became, int):
            return became
        if not isinstance(became, Member):
            return became()
        app, ready = build(became), became.is_ready
        return run_bound(app, became.listening, on_ready=ready, tls=tls, supervised=True)
    except ListenError as error:
        raise CommandError(str(error)) from None


def _workers(text: str) -> Workers:
    from federation.server.workers.counting import parse_workers

    return parse_workers(text)


def _settings(args: argparse.Namespace) -> EngineSettings:
    return listening(args, load_settings(args))


def _supergraph(args: argparse.Namespace) -> str:
    if args.supergraph_config is None:
        return read_text(args.supergraph, "supergraph")
    if args.hot_reload:
        raise CommandError("--hot-reload watches a --supergraph file; compose to a file first")
    from federation.cli.compose import compose_or_fail

    return compose_or_fail(args.supergraph_config).supergraph_sdl


def _companions(args: argparse.Namespace, sdl: str, member: Member | None) -> list[Companion]:
    if not args.hot_reload:
        return []
    from federation.cli.watching import watch_settings, watch_supergraph
    from federation.server.workers.shares import divided

    def again() -> EngineSettings:
        return divided(_settings(args), member)

    settings = [watch_settings(args.config, again)] if args.config else []
    return [watch_supergraph(Path(args.supergraph), sdl), *settings]
