"""Key sets of trusted issuers: read at start, read again in intervals, the last good one kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from federation.errors import SupergraphError
from federation.server.settings.authentication import KeySetSource

logger = logging.getLogger("federation.server")

LARGEST = 1_000_000
FETCH_SECONDS = 10.0


class KeySets:
    """The key sets of all sources; `current[i]` belongs to source i.

    `generation` grows with each reading, so that what was verified with older keys can be told.
    """

    def __init__(self, sources: Sequence[KeySetSource]) -> None:
        self._sources = tuple(sources)
        self.current: list[KeySet] = [KeySet([]) for _ in self._sources]
        self.generation = 0

    async def start(self) -> None:
        """Read all of them. Raises `SupergraphError`, which says which one and why."""
        for at, source in enumerate(self._sources):
            try:
                await self._read(at, source)
            except ValueError as error:
                raise SupergraphError(str(error)) from None

    async def watch(self) -> None:
        """Read them again for ever, each in its interval."""
        await asyncio.gather(*(self._watch(at, each) for at, each in enumerate(self._sources)))

    async def _watch(self, at: int, source: KeySetSource) -> None:
        while True:
            await asyncio.sleep(source.poll_interval)
            try:
                await self._read(at, source)
            except ValueError as error:
                logger.warning("%s; the keys read before stay in use", error)

    async def _read(self, at: int, source: KeySetSource) -> None:
        self.current[at] = await read_key_set(source.url)
        self.generation += 1


async def read_key_set(url: str) -> KeySet:
    """Return the key set at a file:// or http(s):// address.

    Raises ValueError, fit for an operator, when it cannot be read, is too large or no key set.
    """
    parts = urlsplit(url)
    try:
        if parts.scheme == "file":
            content = await asyncio.to_thread(_read_file, Path(unquote(parts.path)))
        else:
            content = await _fetch(url)
        return KeySet.import_key_set(orjson.loads(content))
    except (OSError, TimeoutError, JoseError, ValueError, KeyError, TypeError) as error:
        reason = str(error) or type(error).__name__
        raise ValueError(f"the key set {url} cannot be read: {reason}") from None


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST)


async def _fetch(url: str) -> bytes:
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise ValueError(f"status {response.status}")
            return await response.content.read(LARGEST)
    except aiohttp.ClientError as error:
        raise ValueError(str(error)) from None
