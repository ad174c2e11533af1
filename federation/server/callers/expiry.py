"""Ends a subscription when the credentials it was opened with do not hold any more.

A token or certificate runs out at a time that is known; a key may be revoked at any time. The
stream then ends with a code: the client logs in again and subscribes again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from federation.errors import FederationError
from federation.server.callers.credentials import CredentialKind, Tell, Validity
from federation.server.wire.streaming import Parts, Take

# Apollo Router's code for tokens; it has no other credentials.
TOKEN_EXPIRED = "SUBSCRIPTION_JWT_EXPIRED"  # noqa: S105 - a code
CREDENTIALS_ENDED = "SUBSCRIPTION_CREDENTIALS_ENDED"

# A timer further ahead than this is set anew: event loops count in bounded numbers.
_LONGEST_SECONDS = 86_400.0


class Expiring:
    """The parts of a subscription, until `validity` ends. `end` ends them with an error."""

    def __init__(
        self,
        parts: Parts,
        validity: Validity,
        end: Callable[[FederationError], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._parts = parts
        self._validity = validity
        self._end = end
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None
        self._unwatch: Tell | None = None
        if validity.watch is not None:
            self._unwatch = validity.watch(self._revoked)
        self._look()

    async def next(self) -> bytes | None:
        """See `Parts.next`."""
        return await self._parts.next()

    def deliver(self, take: Take) -> None:
        """See `Parts.deliver`."""
        self._parts.deliver(take)

    async def close(self) -> None:
        """See `Parts.close`."""
        if self._timer is not None:
            self._timer.cancel()
        if self._unwatch is not None:
            self._unwatch()
        await self._parts.close()

    def _look(self) -> None:
        expires = self._validity.expires_at
        if expires is None:
            return
        left = expires - self._clock()
        if left > 0:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(min(left, _LONGEST_SECONDS), self._look)
            return
        kind = self._validity.kind
        code = TOKEN_EXPIRED if kind is CredentialKind.TOKEN else CREDENTIALS_ENDED
        message = f"The {kind.value} has expired; log in again and subscribe again."
        self._end(FederationError(message, code=code))

    def _revoked(self) -> None:
        message = f"The {self._validity.kind.value} was revoked."
        self._end(FederationError(message, code=CREDENTIALS_ENDED))
