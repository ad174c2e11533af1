"""API keys for a process that answers requests: looked up once, kept a while, dropped when told.

A key that was revoked is refused within a second by every replica: the database tells of each
change. While nobody listens, keys are kept for half a second only. What is kept is bounded, also
the ids that do not exist.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final

from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database
from resolvers.hub.api_keys import CHANNEL, ApiKey, find_key
from resolvers.hub.key_format import ShownKey, parse_key
from resolvers.hub.notices import Notices

log = logging.getLogger("hub.api_keys")

KEPT: Final = 10_000
KEPT_SECONDS: Final = 5.0
KEPT_UNHEARD_SECONDS: Final = 0.5
LOOK_UPS_AT_ONCE: Final = 4
LOOK_UP_SECONDS: Final = 2.0
WAITING: Final = 200
USE_SECONDS: Final = 60.0
ENDS_SOON: Final = timedelta(days=14)

_USED: Final = """
update hub.api_key as k set last_used_at = given.at
from unnest($1::text[], $2::timestamptz[]) as given (id, at)
where k.id = given.id and (k.last_used_at is null or k.last_used_at < given.at)
"""

Tell = Callable[[], None]


class KeysUnavailable(Exception):
    """Nobody can say now which keys hold."""


class HeldKey:
    """A key that holds, as the gateway sees it (`federation.server.callers.api_keys.KnownKey`)."""

    __slots__ = ("_id", "_ring", "claims", "ends_soon", "expires_at", "organization", "scopes")

    def __init__(self, key: ApiKey, ring: KeyRing, now: datetime) -> None:
        self._id = key.id
        self._ring = ring
        self.claims: Mapping[str, Any] = key.claims()
        self.organization: str = key.organization
        self.scopes: frozenset[str] = frozenset(key.scopes)
        end = key.expires_at
        self.expires_at: float | None = None if end is None else end.timestamp()
        self.ends_soon: bool = end is not None and (
            key.replaced_by is not None or end - now < ENDS_SOON
        )

    def watch(self, tell: Tell) -> Tell:
        """Tell once the key no longer holds for a reason other than time."""
        return self._ring.watch(self._id, tell)


class _Kept:
    """A key as it was looked up; `held` None when it did not hold."""

    __slots__ = ("digest", "held", "until")

    def __init__(self, digest: bytes, held: HeldKey | None, until: float) -> None:
        self.digest = digest
        self.held = held
        self.until = until


class KeyRing:
    """All keys. `running` gives it the database; before that no key can be checked."""

    def __init__(self) -> None:
        self._database: Database | None = None
        # Apart, and looked up apart, so that a flood of keys that do not hold is no hindrance to
        # those that do. What is out of date stays, as a sign that the key held.
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._unknown: OrderedDict[str, _Kept] = OrderedDict()
        self._looking: dict[str, asyncio.Task[_Kept]] = {}
        # How often anything was told, so that what was read meanwhile is not kept.
        self._changes = 0
        self._at_once = asyncio.Semaphore(LOOK_UPS_AT_ONCE)
        self._unknown_at_once = asyncio.Semaphore(LOOK_UPS_AT_ONCE)
        self._unknown_waiting = 0
        self._used: dict[str, datetime] = {}
        self._watching: dict[str, set[Tell]] = {}
        self._checking: set[asyncio.Task[None]] = set()
        self._notices = Notices(CHANNEL, self._on_change, self._on_missed)

    @asynccontextmanager
    async def running(self, database: Database) -> AsyncIterator[KeyRing]:
        """Check keys of this database around the block."""
        self._database = database
        async with self._notices.running(database):
            tasks: list[asyncio.Task[Any]] = [
                asyncio.create_task(self._note_use()),
                asyncio.create_task(self._recheck()),
            ]
            try:
                yield self
            finally:
                tasks += [*self._looking.values(), *self._checking]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await self._write_use()
                self._database = None

    async def identify(self, key: str) -> HeldKey | None:
        """Return the key when it holds; None whatever else is the matter with it.

        Raises `KeysUnavailable`, `DatabaseError`, `TimeoutError`.
        """
        shown = parse_key(key)
        if shown is None:
            return None
        kept = self._kept.get(shown.id) or self._unknown.get(shown.id)
        if kept is None or monotonic() >= kept.until:
            kept = await self._look_up(shown)
        # Compared also when there is no such key, so that time tells nothing.
        matches = hmac.compare_digest(kept.digest, shown.digest)
        held = kept.held
        if not matches or held is None:
            return None
        now = datetime.now(UTC)
        if held.expires_at is not None and held.expires_at <= now.timestamp():
            return None
        self._used[shown.id] = now
        return held

    def watch(self, key_id: str, tell: Tell) -> Tell:
        """Tell once this key was revoked. Returns how to stop watching."""
        self._watching.setdefault(key_id, set()).add(tell)

        def stop() -> None:
            watchers = self._watching.get(key_id)
            if watchers is not None:
                watchers.discard(tell)
                if not watchers:
                    del self._watching[key_id]

        return stop

    async def _look_up(self, shown: ShownKey) -> _Kept:
        task = self._looking.get(shown.id)
        if task is None:
            if shown.id in self._kept:
                work = self._read(shown.id)
            elif self._unknown_waiting < WAITING:
                self._unknown_waiting += 1
                work = self._read_unknown(shown.id)
            else:
                raise KeysUnavailable("too many unknown keys are being looked up")
            task = self._looking[shown.id] = asyncio.create_task(work)
            task.add_done_callback(lambda done: self._looked_up(shown.id, done))
        # Others wait for the same: it must not end with one request.
        async with asyncio.timeout(LOOK_UP_SECONDS):
            return await asyncio.shield(task)

    def _looked_up(self, key_id: str, done: asyncio.Task[_Kept]) -> None:
        self._looking.pop(key_id, None)
        if not done.cancelled():
            done.exception()  # Seen, also when nobody waits any more.

    async def _read_unknown(self, key_id: str) -> _Kept:
        try:
            async with self._unknown_at_once:
                return await self._read_now(key_id)
        finally:
            self._unknown_waiting -= 1

    async def _read(self, key_id: str) -> _Kept:
        async with self._at_once:
            return await self._read_now(key_id)

    async def _read_now(self, key_id: str) -> _Kept:
        if self._database is None:
            raise KeysUnavailable("the database is not open")
        before = self._changes
        key = await find_key(self._database, key_id)
        now = datetime.now(UTC)
        held = HeldKey(key, self, now) if key is not None and key.holds(now) else None
        seconds = KEPT_SECONDS if self._notices.listening else KEPT_UNHEARD_SECONDS
        # A change that was told while the row was read may be newer than the row.
        until = monotonic() + seconds if self._changes == before else 0.0
        kept = _Kept(key.digest if key is not None else bytes(32), held, until)
        place, other = self._kept, self._unknown
        if held is None:
            place, other = other, place
        other.pop(key_id, None)
        place[key_id] = kept
        place.move_to_end(key_id)
        if len(place) > KEPT:
            place.popitem(last=False)
        return kept

    def _on_change(self, key_id: str) -> None:
        self._changes += 1
        for place in (self._kept, self._unknown):
            if key_id in place:
                place[key_id].until = 0.0
        if key_id in self._watching:
            self._check(key_id)

    def _on_missed(self) -> None:
        self._changes += 1
        for place in (self._kept, self._unknown):
            for kept in place.values():
                kept.until = 0.0
        for key_id in self._watching:
            self._check(key_id)

    def _check(self, key_id: str) -> None:
        task = asyncio.ensure_future(self._tell_if_revoked(key_id))
        self._checking.add(task)
        task.add_done_callback(self._checking.discard)

    async def _tell_if_revoked(self, key_id: str) -> None:
        try:
            kept = await self._read(key_id)
        except (DatabaseError, KeysUnavailable) as error:
            log.warning("a key in use cannot be checked now: %s", error)
            return
        if kept.held is None:
            for tell in tuple(self._watching.get(key_id, ())):
                tell()

    async def _recheck(self) -> None:
        """While nobody listens, look after the keys that streams were opened with."""
        while True:
            await asyncio.sleep(KEPT_UNHEARD_SECONDS)
            if not self._notices.listening:
                for key_id in tuple(self._watching):
                    await self._tell_if_revoked(key_id)

    async def _note_use(self) -> None:
        while True:
            await asyncio.sleep(USE_SECONDS)
            await self._write_use()

    async def _write_use(self) -> None:
        if not self._used or self._database is None:
            return
        used, self._used = self._used, {}
        minutes = [at.replace(second=0, microsecond=0) for at in used.values()]
        try:
            await self._database.execute("hub.api_key_used", _USED, list(used), minutes)
        except DatabaseError as error:
            log.warning("the use of keys could not be noted: %s", error)
