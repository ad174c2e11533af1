"""Kept answers in Redis or Valkey, shared by all replicas.

A key there is a hash of the whole key; the whole key is kept beside the value and compared, so two
keys of equal hash are two different answers. Labels are sorted sets of keys by time of expiry, so
that what is long gone can be cut off. Entries and sets have a time to live of their own. Each entry
has the name of the generation it belongs to; all are cleared at once by beginning another.

Whoever the answer is for must have a form that is the same in every process: texts, numbers, bytes,
tuples, sets and dataclasses of these; an answer for another kind of identity is not kept.

There is no memory in front of it: a replica would not know what others dropped from theirs.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, TypeVar

import msgspec

from federation.errors import FederationError
from federation.execution.caching.freshness import Scope
from federation.execution.caching.store import Entry, Key

logger = logging.getLogger(__name__)

T = TypeVar("T")

_LABEL_LIFE = 24 * 3600


@dataclasses.dataclass(frozen=True, slots=True)
class RedisOptions:
    """Timeouts in seconds. `namespace` stands before all keys. After a failure the server is left
    alone for `rest` seconds: a server that hangs must not cost each request its timeout.
    """

    url: str = dataclasses.field(repr=False)
    namespace: str = "hub"
    fetch_timeout: float = 0.15
    insert_timeout: float = 0.5
    invalidate_timeout: float = 1.0
    pool_size: int = 5
    required: bool = False
    rest: float = 1.0


class _Kept(msgspec.Struct, array_like=True):
    key: bytes
    value: bytes
    expires: float
    born: float
    labels: tuple[str, ...]
    scope: int
    generation: bytes


class CacheUnavailable(FederationError):
    """The place where answers are to be kept cannot be used; the message says what to do."""

    code = "RESPONSE_CACHE_UNAVAILABLE"


class RedisStore:
    """`Store` over one server.

    What could not be dropped there may be out of date: then nothing is found or kept until all of
    it could be cleared. Raises `CacheUnavailable` where the client library is missing.
    """

    def __init__(self, options: RedisOptions) -> None:
        try:
            from redis.asyncio import BlockingConnectionPool, Redis
        except ImportError:
            raise CacheUnavailable(
                "response_cache.redis needs the client for Redis and Valkey, which is not"
                " installed: install zhitong-hub[redis], or leave response_cache.redis out"
            ) from None
        self._options = options
        try:
            pool = BlockingConnectionPool.from_url(
                options.url, max_connections=options.pool_size, timeout=options.insert_timeout
            )
        except ValueError as error:
            raise CacheUnavailable(f"response_cache.redis.urls cannot be used: {error}") from None
        self._redis = Redis(connection_pool=pool)
        self._drop = self._redis.register_script(_DROP)
        self._prefix = options.namespace.encode()
        self._generation_name = self._prefix + b":g"
        self._generation = b""
        self._uncleared = False
        self._rests_until = 0.0
        self._complained = False
        self.evicted = 0
        self.errors = 0

    @property
    def size(self) -> tuple[int, int]:
        return 0, 0

    async def start(self) -> None:
        """See `Store.start`."""
        if self._options.required and not await self._try(
            self._redis.ping, self._options.invalidate_timeout, False
        ):
            raise CacheUnavailable(
                "the server of response_cache.redis does not answer; start it, or set"
                " required_to_start: false"
            )

    async def get(self, keys: Sequence[Key], now: float) -> list[Entry | None]:
        """See `Store.get`."""
        forms = [key_bytes(key) for key in keys]
        names = [self._entry_name(form) for form in forms if form is not None]
        if not names or not await self._is_usable():
            return [None] * len(keys)
        found = await self._try(
            lambda: self._redis.mget([self._generation_name, *names]),
            self._options.fetch_timeout,
            None,
        )
        if found is None:
            return [None] * len(keys)
        if found[0] is None:
            # None yet, or it was evicted: what is there may be of any.
            await self.clear()
            return [None] * len(keys)
        self._generation = _bytes(found[0])
        rows = iter(found[1:])
        return [None if form is None else self._read(next(rows), form, now) for form in forms]

    def _read(self, row: bytes | str | None, form: bytes, now: float) -> Entry | None:
        """Return the entry in what the server had under a key's hash, if it is of that key."""
        if row is None:
            return None
        try:
            kept = msgspec.msgpack.decode(_bytes(row), type=_Kept)
        except msgspec.MsgspecError:
            return None  # of another version of this program
        if kept.key != form or kept.expires <= now or kept.generation != self._generation:
            return None
        return Entry(kept.value, kept.expires, kept.born, kept.labels, Scope(kept.scope))

    async def put(self, entries: Sequence[tuple[Key, Entry]], now: float) -> None:
        """See `Store.put`."""
        # The generation is the one of the look that found nothing: what was cleared since then is
        # not of it.
        if not self._generation or not await self._is_usable():
            return
        pipe = self._redis.pipeline(transaction=True)
        ends: dict[str, dict[bytes, float]] = {}
        for key, entry in entries:
            form = key_bytes(key)
            life = int((entry.expires - now) * 1000)
            if form is None or life <= 0:
                continue
            name = self._entry_name(form)
            kept = _Kept(
                form,
                entry.value,
                entry.expires,
                entry.born,
                entry.labels,
                int(entry.scope),
                self._generation,
            )
            pipe.set(name, msgspec.msgpack.encode(kept), px=life)
            for label in entry.labels:
                ends.setdefault(label, {})[name] = entry.expires
        for label, names in ends.items():
            name = self._label_name(label)
            pipe.zremrangebyscore(name, "-inf", now)
            pipe.zadd(name, dict(names))
            # The set must outlive what is in it, also what other replicas put there.
            life = max(_LABEL_LIFE, int(max(names.values()) - now) + 1)
            pipe.expire(name, life, nx=True)
            pipe.expire(name, life, gt=True)
        if len(pipe) and await self._try(pipe.execute, self._options.insert_timeout, None) is None:
            # It may still be carried out, after a drop that was sent later.
            self._uncleared = True

    async def drop(self, labels: Collection[str]) -> int:
        """See `Store.drop`."""
        names = [self._label_name(label) for label in labels]
        if not names:
            return 0
        count = None
        if not self._rests():
            count = await self._try(
                lambda: self._drop(keys=names), self._options.invalidate_timeout, None
            )
        if count is None:
            self._uncleared = True
            return 0
        return int(count)

    async def clear(self) -> None:
        """See `Store.clear`."""
        self._uncleared = True
        await self._is_usable()

    async def close(self) -> None:
        """Close the connections; what is kept stays for the other replicas."""
        await self._redis.aclose()
        await self._redis.connection_pool.aclose()

    async def _is_usable(self) -> bool:
        """Whether the server may be asked, and nothing there is out of date; see to the latter."""
        if self._rests():
            return False
        if self._uncleared:
            fresh = secrets.token_bytes(12)
            done = await self._try(
                lambda: self._redis.set(self._generation_name, fresh),
                self._options.invalidate_timeout,
                None,
            )
            if not done:
                return False
            self._generation, self._uncleared = fresh, False
        return True

    def _rests(self) -> bool:
        return time.monotonic() < self._rests_until

    async def _try(self, work: Callable[[], Awaitable[T]], seconds: float, otherwise: T) -> T:
        """Return what `work` gives, or `otherwise` when the server fails or takes too long."""
        from redis.exceptions import RedisError

        try:
            async with asyncio.timeout(seconds):
                result = await work()
        except (RedisError, OSError, TimeoutError) as error:
            self.errors += 1
            self._rests_until = time.monotonic() + self._options.rest
            if not self._complained:
                self._complained = True
                logger.warning(
                    "the response cache's server fails (%s); nothing is kept meanwhile",
                    type(error).__name__,
                )
            return otherwise
        self._complained = False
        return result

    def _entry_name(self, form: bytes) -> bytes:
        return self._prefix + b":e:" + hashlib.sha256(form).digest()

    def _label_name(self, label: str) -> bytes:
        return self._prefix + b":l:" + label.encode()


# Names and sets in one step: what is put meanwhile comes before it and is dropped, or after it and
# is in a new set.
_DROP = """
local count = 0
for _, label in ipairs(KEYS) do
  local names = redis.call('ZRANGE', label, 0, -1)
  for first = 1, #names, 1000 do
    count = count + redis.call('UNLINK', unpack(names, first, math.min(first + 999, #names)))
  end
  redis.call('UNLINK', label)
end
return count
"""


def key_bytes(key: Key) -> bytes | None:
    """Return a key as bytes that are equal for equal keys only, in every process; None for a key
    with something that has no such form.

    >>> key_bytes(("a", b"b")) == key_bytes(("a", "b"))
    False
    >>> key_bytes((object(),)) is None
    True
    """
    try:
        return msgspec.msgpack.encode(_form(key))
    except _Formless:
        return None


class _Formless(Exception):
    """A value that is not the same in every process."""


def _form(value: Any) -> Any:
    """Return a value as nested lists, each beginning with what kind of value it is."""
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return [type(value).__name__, value]
    if isinstance(value, tuple) and type(value) is tuple:
        return ["tuple", *map(_form, value)]
    if isinstance(value, frozenset):
        return ["set", *sorted((_form(item) for item in value), key=msgspec.msgpack.encode)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        fields = [_form(getattr(value, field.name)) for field in dataclasses.fields(value)]
        return [f"{kind.__module__}.{kind.__qualname__}", *fields]
    raise _Formless


def _bytes(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value
