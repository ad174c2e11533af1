"""`config schema`, `reference`, `validate`: what the configuration may say, and whether it does.

The Struct of the file is the caller's: the engine alone knows its own sections, the hub knows
more. The composition root sets `settings_struct` on the parsed arguments, or takes the default.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import msgspec

    from federation.cli.parser import Subparsers


_REFERENCE = """\
# hub.yaml

Every key of the configuration: what it may be, what it is when it is left out, what it means.
Durations are written `500ms`, `30s`, `5m`, `1h`. `${env.NAME}`, `${env.NAME:-default}` and
`${file.path}` stand for a variable of the environment and for the content of a file. The same as
JSON Schema, for editors: `hub config schema`. To check a file: `hub config validate FILE`.

Written by `hub config reference`.

"""


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("config", help="print or check the configuration")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    schema = actions.add_parser("schema", help="print the JSON Schema of hub.yaml")
    schema.set_defaults(run=run_schema)
    reference = actions.add_parser("reference", help="print all keys of hub.yaml, as Markdown")
    reference.set_defaults(run=run_reference)
    validate = actions.add_parser("validate", help="check a configuration file")
    validate.add_argument("file", nargs="?", default="hub.yaml")
    validate.set_defaults(run=run_validate)


def run_schema(args: argparse.Namespace) -> int:
    from federation.config.json_schema import json_schema

    print(json.dumps(json_schema(_struct(args)), indent=2, ensure_ascii=False))
    return 0


def run_reference(args: argparse.Namespace) -> int:
    from federation.config.reference import print_reference

    print(_REFERENCE + print_reference(_struct(args)), end="")
    return 0


def run_validate(args: argparse.Namespace) -> int:
    """Return 0 when the file can be used; raises `ConfigError` otherwise."""
    from federation.config.load import read_config

    read_config(Path(args.file), _struct(args))
    print(f"{args.file}: valid")
    return 0


def _struct(args: argparse.Namespace) -> type[msgspec.Struct]:
    given: type[msgspec.Struct] | None = getattr(args, "settings_struct", None)
    if given is not None:
        return given
    from federation.server.settings.engine import EngineSettings

    return EngineSettings
