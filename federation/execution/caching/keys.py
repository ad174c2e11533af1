"""What a kept answer depends on, as a key that is compared whole.

An answer that its subgraph calls public is found by whoever asks for the same and sends the same
values of the headers that chose it (`vary`). Any other is found only by who sends all the same
headers and is the same client; a private one only if it is known who that is. So a subgraph that
says too little costs hits, never secrets.

What of the graph a client may see (its view) is decided before anything is asked: it is in the text
of the selection, and for answers that are not public in the identity.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from federation.execution.caching.freshness import Policy, Scope
from federation.execution.caching.parts import Part
from federation.execution.caching.store import Key
from federation.execution.json_codec import encode
from federation.execution.transport import SubgraphRequest

# They tell of the call itself, and differ from call to call (W3C Trace Context and Baggage).
_OF_THE_CALL = frozenset({"traceparent", "tracestate", "baggage"})

_EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as answers depend on it: all headers, and the identity."""

    headers: tuple[tuple[str, str], ...]
    identity: Hashable
    known: bool

    @classmethod
    def of(cls, request: SubgraphRequest, private_id: str | None) -> Asker:
        """`private_id`: the header that tells clients apart where the gateway does not."""
        headers = tuple(
            sorted(item for item in request.headers.items() if item[0] not in _OF_THE_CALL)
        )
        known = request.identity is not None or (
            private_id is not None and private_id in request.headers
        )
        return cls(headers, request.identity, known)

    def may_keep(self, policy: Policy) -> bool:
        """Whether an answer of this policy can be found again by the right ones only."""
        return policy.scope is not Scope.PRIVATE or self.known

    def own(self) -> Key:
        """Return what stands in the key of an answer that is not public."""
        return (self.headers, self.identity)


def public_key(base: Key, part: Part, headers: Mapping[str, str]) -> Key:
    """Return the key of a public answer: `vary` and what these headers were."""
    vary = part.vary
    if not vary:
        return (*base, _EVERYBODY)
    return (*base, _EVERYBODY, vary, tuple(headers.get(name) for name in vary))


def own_key(base: Key, asker: Asker) -> Key:
    """Return the key of an answer for one client and one set of headers."""
    return (*base, *asker.own())


def values_bytes(part: Part, variables: Mapping[str, Any]) -> bytes:
    """Return the values of a part's variables as JSON; equal bytes mean equal values.

    A variable that is left out is not the same as one that is null. Raises `TypeError`.
    """
    if not part.variables:
        return b""
    return encode([[name, variables[name]] for name in part.variables if name in variables])


def representation_bytes(representation: Any) -> bytes:
    """Return a representation as JSON, its members in the order of their names.

    Raises `TypeError` for what is no JSON.
    """
    try:
        return orjson.dumps(representation, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # Numbers that need more digits than orjson writes; their order is then as it came.
        return encode(representation)
