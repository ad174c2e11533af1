"""What came before, byte by byte: a request's body → its operation, with its variables coerced.

Dashboards and apps send the same bytes again and again. What was parsed and checked of them once is
taken as it is, so only bodies are kept whose values nobody can write into, and only of queries.
The document is still looked up where it is kept; it is the same bytes only as long as it is there.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from msgspec import Struct

from federation.execution.json_codec import encode
from federation.operation.model import Operation
from federation.plan.nodes import OperationKind
from federation.registry.document_cache import PLAIN, Key
from federation.server.exchange import Exchange
from federation.server.preparation import Prepared
from federation.server.wire.request import GraphQLRequest

# Bytes: of one body, and of all bodies of a generation, of which there are two.
_MOST_OF_ONE = 8 * 1024
_MOST_OF_ALL = 1024 * 1024
# What else is kept of one takes about so much.
_FIXED = 1_000
_MOST_SEEN = 4096


class KnownRequest(Struct, frozen=True, eq=False):
    """`key`: of its document. `variables` as they were coerced for `operation`, which `encoded`
    has as JSON; both hold only as long as the document is that operation.
    """

    request: GraphQLRequest
    key: Key
    operation: Operation
    variables: Mapping[str, Any]
    encoded: bytes


class KnownRequests:
    """For one configuration, on one event loop. What was not used for long is forgotten."""

    def __init__(self) -> None:
        self._new: dict[bytes, KnownRequest] = {}
        self._old: dict[bytes, KnownRequest] = {}
        self._bytes = 0
        # Hashes of bodies that came once: most never come again.
        self._seen: set[int] = set()

    def __len__(self) -> int:
        return len(self._new.keys() | self._old.keys())

    def get(self, body: bytes) -> KnownRequest | None:
        """Return what is known of these bytes."""
        found = self._new.get(body)
        if found is None and self._old:
            found = self._old.pop(body, None)
            if found is not None:
                self._put(body, found)
        return found

    def keep(self, exchange: Exchange, prepared: Prepared, variables: Mapping[str, Any]) -> None:
        """Keep what was learnt of the exchange's request, if it came before."""
        body, request = exchange.http.body, exchange.request
        if request is None or request.query is None or not 0 < len(body) <= _MOST_OF_ONE:
            return
        mark = hash(body)
        if mark not in self._seen:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen.add(mark)
            return
        if (
            prepared.operation.kind is not OperationKind.QUERY
            or not prepared.for_all
            or exchange.http.files is not None
            or request.extensions
            or request.document_id is not None
            or not _is_plain(request.variables, ())
            or not _is_plain(variables, prepared.operation.lifted)
        ):
            return
        key = (request.query, request.operation_name or None, PLAIN)
        encoded = encode(variables) if variables else b""
        self._put(body, KnownRequest(request, key, prepared.operation, variables, encoded))

    def _put(self, body: bytes, known: KnownRequest) -> None:
        self._new[body] = known
        self._bytes += 2 * len(body) + _FIXED
        if self._bytes > _MOST_OF_ALL:
            self._old, self._new, self._bytes = self._new, {}, 0


def _is_plain(variables: Mapping[str, Any], shared: Container[str]) -> bool:
    """Whether no value can be written into, but for those that all requests share anyway."""
    return not any(
        value.__class__ in (dict, list) and name not in shared for name, value in variables.items()
    )
