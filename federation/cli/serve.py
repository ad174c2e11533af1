"""`serve`: the engine over a supergraph file, or over subgraphs composed first."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federation.cli.errors import CommandError
from federation.cli.files import read_text
from federation.cli.settings import listening, load_settings

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers
    from federation.server.app import Companion
    from federation.server.settings.engine import EngineSettings


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
        "--dev",
        action="store_true",
        help="for development: introspection, explorer at /, query plans, subgraph errors",
    )


def serve_engine(args: argparse.Namespace) -> int:
    """Serve until a signal; return the exit code."""
    settings = _settings(args)
    sdl = _supergraph(args)

    from federation.server.app import Surroundings, build_app

    async def source() -> str:
        return sdl

    app = build_app(settings, source, surroundings=Surroundings(companions=_companions(args, sdl)))
    return run_app(app, settings)


def run_app(app: Any, settings: EngineSettings) -> int:
    """Serve `app` where `settings` say, and say where once it answers.

    Raises `CommandError` for an unusable address.
    """
    from federation.server.listener.listen import ListenError, run_server
    from federation.server.observing.logs import configure_logging

    configure_logging(settings.telemetry.exporters.logging)
    host, port = settings.supergraph.address()

    def say(address: str) -> None:
        path = settings.supergraph.path
        print(f"ready: {address} (GraphQL at {path}); stop with Ctrl-C", file=sys.stderr)

    try:
        return run_server(app, host, port, on_ready=say, tls=settings.tls.supergraph)
    except ListenError as error:
        raise CommandError(str(error)) from None


def _settings(args: argparse.Namespace) -> EngineSettings:
    return listening(args, load_settings(args))


def _supergraph(args: argparse.Namespace) -> str:
    if args.supergraph_config is None:
        return read_text(args.supergraph, "supergraph")
    if args.hot_reload:
        raise CommandError("--hot-reload watches a --supergraph file; compose to a file first")
    from federation.cli.compose import compose_or_fail

    return compose_or_fail(args.supergraph_config).supergraph_sdl


def _companions(args: argparse.Namespace, sdl: str) -> list[Companion]:
    if not args.hot_reload:
        return []
    from federation.cli.watching import watch_settings, watch_supergraph

    settings = [watch_settings(args.config, partial(_settings, args))] if args.config else []
    return [watch_supergraph(Path(args.supergraph), sdl), *settings]
