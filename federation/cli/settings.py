"""Which settings a command runs with: the file it was given, its flags, or the defaults."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from federation.server.settings.engine import EngineSettings

T = TypeVar("T", bound="EngineSettings")


def load_settings(args: argparse.Namespace) -> EngineSettings:
    """Return the settings for `args` (`config`, `dev`); raises `ConfigError`.

    `args.settings_struct`, where the composition root sets it, is the Struct of the whole file; it
    must inherit `EngineSettings`.
    """
    from federation.server.settings.engine import EngineSettings, for_development

    struct = cast("type[EngineSettings]", getattr(args, "settings_struct", EngineSettings))
    if args.config is None:
        settings = struct()
    else:
        from federation.config.load import read_config

        settings = read_config(Path(args.config), struct)
    return for_development(settings) if args.dev else settings


def listen_address(args: argparse.Namespace, settings: EngineSettings) -> tuple[str, int]:
    """Return host and port: flags win over `supergraph.listen`."""
    host, port = settings.supergraph.address()
    return (
        host if args.host is None else args.host,
        port if args.port is None else args.port,
    )


def listening(args: argparse.Namespace, settings: T) -> T:
    """Return the settings with what the flags say of address and workers in `supergraph`."""
    import msgspec

    host, port = listen_address(args, settings)
    workers = settings.supergraph.workers if args.workers is None else args.workers
    section = msgspec.structs.replace(settings.supergraph, listen=f"{host}:{port}", workers=workers)
    return msgspec.structs.replace(settings, supergraph=section)
