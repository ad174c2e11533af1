"""What hooks are given: all they may rely on. Nothing else of the server is public.

Each object is a window on one operation, one call or one change; none leads to other callers' data.
Names here stay as they are; new ones may be added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from federation.execution.json_codec import encode
from federation.execution.transport import SubgraphRequest
from federation.server.exchange import Exchange
from federation.server.settings.base import HEADER_NAME
from federation.server.settings.headers import is_reserved_in_requests, is_reserved_in_responses

_NAME = re.compile(HEADER_NAME)
# RFC 9110 §5.5: what a field value is made of, here without obs-text.
_VALUE = re.compile(r"[\t\x20-\x7e]*")

_EXTENSION = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_OF_THE_ENGINE = frozenset(
    {"authorizationErrors", "cost", "apolloQueryPlan", "queryPlan", "trace", "truncated"}
)

OperationType = Literal["query", "mutation", "subscription"]


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks, as far as it was proved. `organization` is None for whoever shows no credentials.

    `claims`: what a verified token or key says, by name.
    """

    organization: str | None
    scopes: frozenset[str]
    claims: Mapping[str, Any]


class Operation:
    """One operation on its way through the server; of a WebSocket, `header` reads its handshake.

    `notes` is the hook's to keep things in from one point to the next; other hooks see them, so
    names should begin with the hook's own.
    """

    __slots__ = ("__exchange", "notes")

    def __init__(self, exchange: Exchange) -> None:
        self.__exchange = exchange
        self.notes: dict[str, Any] = {}

    def header(self, name: str) -> str | None:
        """Return a header of the client's request. It may be a secret: keep it out of logs."""
        value = self.__exchange.http.header(name.lower().encode("latin-1"))
        return None if value is None else value.decode("latin-1")

    @property
    def client(self) -> Client:
        """Who asks."""
        known = self.__exchange.client
        return Client(known.organization, known.scopes, dict(known.claims or {}))

    @property
    def method(self) -> str:
        """The HTTP method; of a WebSocket that of its handshake."""
        return self.__exchange.http.method

    @property
    def name(self) -> str | None:
        """The operation's name. In `on_request` the one the client says it wants."""
        prepared, request = self.__exchange.prepared, self.__exchange.request
        if prepared is not None:
            return prepared.operation.name
        return None if request is None else request.operation_name

    @property
    def type(self) -> OperationType | None:
        """Query, mutation or subscription; None until the document is prepared."""
        prepared = self.__exchange.prepared
        if prepared is None:
            return None
        return prepared.operation.kind.value

    @property
    def document(self) -> str | None:
        """The GraphQL text; None in `on_request` when the client names it by an id."""
        request = self.__exchange.request
        return None if request is None else request.query

    @property
    def variables(self) -> Mapping[str, Any]:
        """The variables as they came: unchecked, and the client's secrets."""
        request = self.__exchange.request
        return {} if request is None else dict(request.variables)

    @property
    def trace_id(self) -> str | None:
        """Where the operation is traced, if it is."""
        return self.__exchange.trace_id

    def add_header(self, name: str, value: str) -> None:
        """Add a header to the answer. Raises `ValueError` for one that is not a hook's to say."""
        check_header(name, value)
        if is_reserved_in_responses(name.lower()):
            raise ValueError(f"the header {name!r} is the server's own to say")
        self.__exchange.response_headers.append((name.lower().encode(), value.encode()))

    def add_extension(self, name: str, value: Any) -> None:
        """Put `value`, anything JSON can say, into the answer's `extensions`.

        Streams take it from `on_request` and `on_operation` only, and only those of `@defer`.
        Raises `ValueError` for a name of the engine's, `TypeError` for what JSON cannot say.
        """
        if not _EXTENSION.fullmatch(name) or name in _OF_THE_ENGINE:
            raise ValueError(f"{name!r} cannot be an extension of a hook")
        encode(value)
        self.__exchange.extensions[name] = value


class Call:
    """One call of a subgraph, about to be made. `with_headers` gives the call to make instead.

    `body` is the GraphQL request as JSON, as it will be sent. `headers`: what is sent with it so
    far, names in lower case. `mutation`: it may change something, so it is made once.
    """

    __slots__ = ("__request",)

    def __init__(self, request: SubgraphRequest) -> None:
        self.__request = request

    @property
    def subgraph(self) -> str:
        return self.__request.subgraph

    @property
    def operation_name(self) -> str | None:
        return self.__request.operation_name

    @property
    def mutation(self) -> bool:
        return self.__request.mutation

    @property
    def body(self) -> bytes:
        return self.__request.body

    @property
    def headers(self) -> Mapping[str, str]:
        return dict(self.__request.headers)

    def with_headers(self, headers: Mapping[str, str]) -> Call:
        """Return this call with more headers, or others in place of those of the same name.

        Raises `ValueError` for what no header can be, and for those of the connection.
        """
        for name, value in headers.items():
            check_header(name, value)
            if is_reserved_in_requests(name.lower()):
                raise ValueError(f"the header {name!r} is the connection's own")
        added = {name.lower(): value for name, value in headers.items()}
        return Call(replace(self.__request, headers={**self.__request.headers, **added}))

    # For the server: a hook has no use for it.
    @staticmethod
    def request_of(call: Call) -> SubgraphRequest:
        return call.__request


@dataclass(frozen=True, slots=True)
class ElementChange:
    """One change of the API schema. `coordinate`: `Type.field(argument:)`; `code`: as schema checks
    name it; `severity`: breaking, dangerous or safe.
    """

    code: str
    coordinate: str
    severity: Literal["breaking", "dangerous", "safe"]
    message: str


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """Another supergraph is live. Versions are hashes of its text; `changes`, worst first, are what
    clients can notice: none when only who serves what is another. `subgraphs`: their names.
    """

    old_version: str
    new_version: str
    subgraphs: tuple[str, ...]
    added_subgraphs: tuple[str, ...]
    removed_subgraphs: tuple[str, ...]
    changes: tuple[ElementChange, ...]


def check_header(name: str, value: str) -> None:
    """Raise `ValueError` unless this can be a header."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a header")
    if not _VALUE.fullmatch(value):
        raise ValueError(f"the value of {name!r} has characters a header cannot carry")
