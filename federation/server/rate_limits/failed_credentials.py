"""Credentials that do not hold, limited by the address they come from.

Who tries many tokens or keys is refused after a while before they are looked up: that keeps him
from guessing, and the look-ups free for others. One address may be that of many people, so what is
known to hold passes all the same, and nothing changes for requests without credentials. The table
of addresses is bounded (`Callers`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import sha256
from math import ceil
from time import monotonic

from federation.errors import RequestError
from federation.server.callers.peer import Proxies
from federation.server.rate_limits.buckets import Bucket, Rate
from federation.server.rate_limits.callers import Callers, network_of
from federation.server.settings.authentication import FailedCredentialsSection
from federation.server.settings.proxies import ProxiesSection

_ADDRESSES = 10_000
# Credentials that held while others of their address did not.
_HELD = 1_000

RawHeaders = Sequence[tuple[bytes, bytes]]


class _Failures:
    """Of one address."""

    __slots__ = ("_of", "bucket")

    def __init__(self, of: FailedCredentials) -> None:
        self._of = of
        self.bucket = Bucket()

    def is_idle(self, now: float) -> bool:
        """See `Forgettable.is_idle`."""
        return not self.bucket.used(self._of.rate, now)


class FailedCredentials:
    """All of the process, as long as it lives. `failed`, `refused`: how many there were.

    Shared by all who check credentials: the graph, the registry, uplink, the subgraphs. An address
    is that of the connection with the headers beside it, by which a trusted proxy tells whose it
    is.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._addresses: Callers[_Failures] = Callers(lambda: _Failures(self), _ADDRESSES)
        self._held: OrderedDict[bytes, None] = OrderedDict()
        self.failed = 0
        self.refused = 0
        self.configure(FailedCredentialsSection(), ProxiesSection())

    @property
    def addresses(self) -> int:
        """How many addresses are remembered."""
        return len(self._addresses)

    def configure(self, settings: FailedCredentialsSection, proxies: ProxiesSection) -> None:
        """Go on under other settings; what was counted stays."""
        self._settings = settings
        self._proxies = Proxies(proxies)
        self.rate = Rate(float(settings.per_minute), settings.per_minute / 60)

    def admit(self, address: str | None, headers: RawHeaders, shown: str) -> None:
        """Raise `RequestError` (429) when credentials that come from there are not looked at."""
        failures = self._of(address, headers)
        if failures is None:
            return
        wait = failures.bucket.wait(1.0, self.rate, self._clock())
        if wait and _digest(shown) not in self._held:
            raise self._too_many(wait)

    def hold(self, address: str | None, headers: RawHeaders, shown: str) -> None:
        """Credentials from there do hold: whoever else fails there, they go on to pass."""
        if self._of(address, headers) is not None:
            digest = _digest(shown)
            self._held[digest] = None
            self._held.move_to_end(digest)
            if len(self._held) > _HELD:
                self._held.popitem(last=False)

    def count(self, address: str | None, headers: RawHeaders, shown: str | None = None) -> None:
        """Credentials from there do not hold, or not any more."""
        self.failed += 1
        if shown is not None:
            self._held.pop(_digest(shown), None)
        if self._settings.enabled:
            now = self._clock()
            failures = self._addresses.get(self._key(address, headers), now)
            failures.bucket.used(self.rate, now)
            failures.bucket.take(1.0)

    def seconds_to_wait(self, address: str | None, headers: RawHeaders) -> int:
        """Count a failure, where credentials cost nothing to check and are checked always.

        Returns after how many seconds the next may be shown, 0 for at once.
        """
        failures = self._of(address, headers)
        wait = failures.bucket.wait(1.0, self.rate, self._clock()) if failures is not None else 0.0
        if wait:
            self.refused += 1
            return max(1, ceil(wait))
        self.count(address, headers)
        return 0

    def _of(self, address: str | None, headers: RawHeaders) -> _Failures | None:
        if not self._settings.enabled or not len(self._addresses):
            return None
        return self._addresses.find(self._key(address, headers))

    def _key(self, address: str | None, headers: RawHeaders) -> str:
        found = self._proxies.client_address(address, headers) or ""
        return network_of(found, self._settings.prefix_v4, self._settings.prefix_v6)

    def _too_many(self, wait: float) -> RequestError:
        self.refused += 1
        seconds = max(1, ceil(wait))
        return RequestError(
            "too many credentials from your address did not hold; check what your programs send,"
            f" and try again in {seconds} s",
            code="REQUEST_RATE_LIMITED",
            http_status=429,
            retry_after=seconds,
        )


def _digest(shown: str) -> bytes:
    return sha256(shown.encode("utf-8", "surrogatepass")).digest()
