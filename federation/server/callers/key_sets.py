"""Key sets of trusted issuers: read at start, read again in intervals, the last good one kept.

A token of a key that is in no set may come from an issuer that has just changed its keys, so the
set is read out of turn then; but not more often than the settings say, since anybody can write a
key id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import orjson

from federation.errors import SupergraphError
from federation.server.settings.authentication import KeySetHeader, KeySetSource

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

logger = logging.getLogger("federation.server")

LARGEST = 1_000_000
MOST_KEYS = 100
FETCH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A key set as it was read. `content` None: unchanged since the one with this `etag`."""

    content: bytes | None
    etag: str | None = None


class KeySets:
    """The key sets of all sources; `current[i]` belongs to source i.

    `generation` grows with each change, so that what was verified with older keys can be told.
    """

    def __init__(
        self, sources: Sequence[KeySetSource], clock: Callable[[], float] = monotonic
    ) -> None:
        self._sources = tuple(sources)
        self._clock = clock
        self.current: list[KeySet] = [_no_keys() for _ in self._sources]
        self.generation = 0
        self._last: list[Fetched | None] = [None for _ in self._sources]
        self._refreshed_at = [float("-inf") for _ in self._sources]
        self._refreshing: dict[int, asyncio.Task[None]] = {}

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

    def has_key(self, at: int, key_id: str) -> bool:
        """Whether the set of source `at` has a key of this id."""
        return any(key.kid == key_id for key in self.current[at])

    async def refresh(self, at: int) -> None:
        """Read one out of turn and wait for it, as long and as often as its settings allow."""
        settings = self._sources[at].refresh_unknown_kid
        task = self._refreshing.get(at)
        if task is None:
            now = self._clock()
            if not settings.enabled or now < self._refreshed_at[at] + settings.interval:
                return
            self._refreshed_at[at] = now
            task = self._refreshing[at] = asyncio.ensure_future(self._read_or_warn(at))
            task.add_done_callback(lambda _: self._refreshing.pop(at, None))
        # Not cancelled with the request: others wait for the same.
        await asyncio.wait((task,), timeout=settings.max_wait)

    async def _watch(self, at: int, source: KeySetSource) -> None:
        while True:
            await asyncio.sleep(source.poll_interval)
            await self._read_or_warn(at)

    async def _read_or_warn(self, at: int) -> None:
        try:
            await self._read(at, self._sources[at])
        except ValueError as error:
            logger.warning("%s; the keys read before stay in use", error)

    async def _read(self, at: int, source: KeySetSource) -> None:
        last = self._last[at]
        fetched = await fetch_key_set(
            source.url, source.headers, None if last is None else last.etag
        )
        if fetched.content is None or (last is not None and last.content == fetched.content):
            return
        self.current[at] = parse_key_set(fetched.content, source.url)
        self._last[at] = fetched
        self.generation += 1


async def fetch_key_set(
    url: str, headers: Sequence[KeySetHeader] = (), etag: str | None = None
) -> Fetched:
    """Return what is at a file:// or http(s):// address.

    Raises ValueError, fit for an operator, when it cannot be read or is too large.
    """
    parts = urlsplit(url)
    try:
        if parts.scheme == "file":
            return Fetched(await asyncio.to_thread(_read_file, Path(unquote(parts.path))))
        return await _fetch(url, headers, etag)
    except (OSError, TimeoutError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise ValueError(f"the key set {_shown(url)} cannot be read: {reason}") from None


def _no_keys() -> KeySet:
    # Imported here and below: most servers have no issuers, and it brings all of cryptography.
    from joserfc.jwk import KeySet

    return KeySet([])


def parse_key_set(content: bytes, url: str) -> KeySet:
    """Return the keys that can verify signatures (RFC 7517 §5: others are passed over).

    Raises ValueError when there is none: it is no key set, or none of keys known here.
    """
    try:
        written = orjson.loads(content)["keys"]
        if not isinstance(written, list) or len(written) > MOST_KEYS:
            raise ValueError(f"'keys' must be a list of at most {MOST_KEYS} keys")
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"the key set {_shown(url)} cannot be read: {error}") from None
    keys = [key for each in written if (key := _key(each)) is not None]
    if not keys:
        shown = _shown(url)
        raise ValueError(f"the key set {shown} cannot be read: it has no key for signatures")
    from joserfc.jwk import KeySet

    return KeySet(list(keys))


def _key(written: object) -> ECKey | RSAKey | OKPKey | None:
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet, OctKey

    if not isinstance(written, dict) or written.get("use", "sig") != "sig":
        return None
    try:
        key = KeySet.registry_cls.import_key(written)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    # A shared secret in a key set would let its readers sign.
    return None if isinstance(key, OctKey) else key


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"it has more than {LARGEST} bytes")
    return content


async def _fetch(url: str, headers: Sequence[KeySetHeader], etag: str | None) -> Fetched:
    import aiohttp

    sent = {"accept": "application/json", **{each.name: each.value for each in headers}}
    if etag is not None:
        sent["if-none-match"] = etag
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, headers=sent, allow_redirects=False) as response,
        ):
            if response.status == 304 and etag is not None:
                return Fetched(None, etag)
            if response.status != 200:
                raise ValueError(f"status {response.status}")
            content = bytearray()
            async for chunk in response.content.iter_chunked(65_536):
                content += chunk
                if len(content) > LARGEST:
                    raise ValueError(f"it has more than {LARGEST} bytes")
            return Fetched(bytes(content), response.headers.get("etag"))
    except aiohttp.ClientError as error:
        # Not by its text, which may hold what was sent.
        reason = getattr(getattr(error, "os_error", None), "strerror", None)
        raise ValueError(reason or type(error).__name__) from None


def _shown(url: str) -> str:
    """Return the address without its query, where secrets may stand."""
    return url.partition("?")[0]
