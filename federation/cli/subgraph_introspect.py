"""`subgraph introspect`: what a running subgraph says its schema is (`_service { sdl }`)."""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from federation.cli.envelope import add_format, guarded, print_json, success
from federation.cli.errors import CommandError, say_error
from federation.cli.files import write_output

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers

_WATCH_SECONDS = 1.0


def add_introspect(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "introspect",
        help="ask a running subgraph for its schema",
        description="Ask a running subgraph for its schema and print it.",
    )
    parser.add_argument("url", metavar="URL", help="http:// or https:// address of the subgraph")
    parser.add_argument(
        "-H",
        "--header",
        action="append",
        default=[],
        metavar="KEY:VALUE",
        help="header to send along; may be given several times, ${env.NAME} is replaced",
    )
    parser.add_argument(
        "--watch", action="store_true", help="ask every second, print when the schema changed"
    )
    parser.add_argument("--output", metavar="FILE", help="write there instead of printing")
    add_format(parser)
    parser.set_defaults(run=run_introspect)


def run_introspect(args: argparse.Namespace) -> int:
    """Return 0 with the schema printed; with --watch only an interrupt ends it."""
    return guarded(args.format, lambda: _introspect(args))


def _introspect(args: argparse.Namespace) -> int:
    parts = urlsplit(args.url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise CommandError(f"{args.url} is not an http:// or https:// address")
    headers = dict(_header(text) for text in args.header)
    if not args.watch:
        _print(args, _ask(args.url, headers))
        return 0
    last = problem = None
    while True:
        try:
            sdl = _ask(args.url, headers)
        except CommandError as error:
            # A subgraph that is being restarted; said once, not every second.
            if str(error) != problem:
                problem = str(error)
                say_error(problem)
        else:
            problem = None
            if sdl != last:
                last = sdl
                _print(args, sdl)
                sys.stdout.flush()
        time.sleep(_WATCH_SECONDS)


def _ask(url: str, headers: dict[str, str]) -> str:
    from federation.cli.supergraph_config import ask_for_sdl

    return ask_for_sdl("the subgraph", url, headers)


def _header(text: str) -> tuple[str, str]:
    from federation.config.document import Place
    from federation.config.expansion import Expander
    from federation.server.settings.base import HEADER_NAME

    name, colon, value = text.partition(":")
    if not colon or not re.fullmatch(HEADER_NAME, name.strip()):
        raise CommandError("a header is written KEY:VALUE")
    place = Place("--header", 1, 1, name.strip())
    expanded = Expander(os.environ, Path()).expand(value.strip(), place)
    if not expanded.isprintable():
        raise CommandError(f"the value of {name.strip()} cannot be sent in a header")
    return name.strip(), expanded


def _print(args: argparse.Namespace, sdl: str) -> None:
    if args.format == "json":
        print_json(success({"introspection_response": sdl}), args.output)
    else:
        write_output(sdl.rstrip("\n") + "\n", args.output)
