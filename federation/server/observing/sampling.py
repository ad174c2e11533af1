"""Whether a trace is recorded, decided from the request's header alone.

What OpenTelemetry's `ParentBased(TraceIdRatioBased)` decides, for which a span would have to be
made first. A header that is not plain W3C version 00 is left to it.
"""

from __future__ import annotations

import random
import re

from msgspec import Struct

# W3C Trace Context §3.2: version, trace id, parent id, flags. Ids of zeros only are none.
_PLAIN = re.compile(rb"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})")
_SAMPLED = 1
# OpenTelemetry decides by the lower half of the id.
_HALF = (1 << 64) - 1


class Decision(Struct, frozen=True):
    """`trace_id` as hexadecimal digits, where it is known; `drawn`: the id of a new trace."""

    sampled: bool
    trace_id: str = ""
    drawn: int | None = None


_ASK = Decision(sampled=True)


class Sampling:
    """`share`: of new traces, or of all where the caller's decision is not followed."""

    def __init__(self, share: float, *, follows_parent: bool) -> None:
        # As `TraceIdRatioBased.get_bound_for_rate` has it.
        self._bound = round(share * (1 << 64))
        self._follows_parent = follows_parent

    def decide(self, parent: bytes | None) -> Decision:
        """Return what becomes of a request with this `traceparent`, None for a new trace.

        >>> parent = b"00-%b-%b-00" % (b"1" * 32, b"2" * 16)
        >>> Sampling(1.0, follows_parent=True).decide(parent)
        Decision(sampled=False, trace_id='11111111111111111111111111111111', drawn=None)
        """
        if parent is None:
            # Not a secret.
            drawn = random.getrandbits(128)
            return Decision(drawn & _HALF < self._bound, f"{drawn:032x}", drawn)
        plain = _PLAIN.fullmatch(parent)
        if plain is None:
            return _ASK
        trace_id = plain[1].decode()
        if self._follows_parent:
            return Decision(bool(int(plain[2], 16) & _SAMPLED), trace_id)
        return Decision(int(trace_id[16:], 16) < self._bound, trace_id)
