"""`serve --hot-reload`: files that are read again while the server runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from federation.cli.errors import CommandError
from federation.cli.files import read_text

if TYPE_CHECKING:
    from federation.server.app import Companion
    from federation.server.engine import Engine
    from federation.server.settings.engine import EngineSettings


def watch_supergraph(path: Path, sdl: str) -> Companion:
    """Return who loads a supergraph file whenever it changes. `sdl`: what was loaded before."""
    from federation.registry.watcher import watch_file

    async def watch(engine: Engine) -> None:
        async def load(text: str) -> None:
            await engine.load(text)

        await watch_file(path, sdl, load)

    return watch


def watch_settings(config: str, read: Callable[[], EngineSettings]) -> Companion:
    """Return who puts other settings in place whenever the file `config` changes.

    `read` gives what the file says then. A file that cannot be used is told in the log with line
    and column, and the last one stays. Raises `CommandError` when it cannot be read now.
    """
    from federation.config.errors import ConfigError
    from federation.errors import FederationError
    from federation.registry.watcher import watch_file

    content = read_text(config, "configuration")

    async def watch(engine: Engine) -> None:
        async def load(text: str) -> None:
            try:
                settings = read()
            except (ConfigError, CommandError) as error:
                raise FederationError(str(error)) from None
            await engine.reconfigure(settings)

        await watch_file(Path(config), content, load)

    return watch
