"""Who the client is: found out by the program around the engine, told to every subgraph.

The engine knows no users. An `Identifier` reads a request's credentials and gives an identity:
equal keys may share work in flight, and its headers go to every subgraph. Those header names are
reserved: what a client sends under them is never passed on, whatever the header rules say.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Protocol

from federation.execution.json_codec import encode
from federation.server.authentication import Authenticator, Claims
from federation.server.headers import HeaderPropagation, RawHeaders
from federation.server.request import HttpRequest
from federation.supergraph.contracts import Contract

HeadersFor = Callable[[str], Mapping[str, str]]


def _no_headers() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class ClientIdentity:
    """One client. `headers` is asked at each call: a subscription outlives a signed statement.

    `claims`: what a verified token or key says of it, by name; `scopes`: what it may do, for
    `@requiresScopes`. `organization`: whom its use is counted for. `contract`: what of the graph it
    sees, None for all of it. Clients that are not the same must differ in `key`.
    """

    key: Hashable = None
    headers: Callable[[], Mapping[str, str]] = _no_headers
    organization: str | None = None
    scopes: frozenset[str] = frozenset()
    claims: Claims | None = None
    contract: Contract | None = None


NOBODY = ClientIdentity()


class Identifier(Protocol):
    """Tells who a request comes from, from its verified claims or from credentials of its own kind.

    `reserved`: names of headers (lower case) that only the identifier may set towards subgraphs.
    Over WebSocket, where browsers can set no headers, `authorization` comes from the payload of
    `connection_init`.
    """

    reserved: frozenset[str]

    def identify(self, http: HttpRequest, claims: Claims | None) -> ClientIdentity:
        """Return who it is. Raises `RequestError` (401) for credentials that do not hold."""
        ...


class IdentityRules:
    """Who asks, and the headers each subgraph gets: the rules', then the identity's."""

    def __init__(
        self,
        rules: HeaderPropagation,
        authenticator: Authenticator,
        identifier: Identifier | None,
    ) -> None:
        self._rules = rules
        self._authenticator = authenticator
        self._identifier = identifier
        self._reserved = identifier.reserved if identifier is not None else frozenset[str]()

    def identify(self, http: HttpRequest) -> ClientIdentity:
        """Return who asks. Raises `RequestError`."""
        if self._identifier is None and not self._authenticator.enabled:
            return NOBODY
        claims = self._authenticator.claims(http)
        if self._identifier is not None:
            return self._identifier.identify(http, claims)
        return NOBODY if claims is None else ClientIdentity(encode(claims))

    def headers_for(self, identity: ClientIdentity, client: RawHeaders) -> HeadersFor | None:
        """Return what to send to a subgraph, by its name; None when that is nothing."""
        rules = self._rules
        if identity.headers is _no_headers:
            if rules.empty:
                return None
            if not self._reserved:
                return lambda name: rules.headers_for(name, client)
        return lambda name: {
            **{
                key: value
                for key, value in rules.headers_for(name, client).items()
                if key not in self._reserved
            },
            **identity.headers(),
        }
