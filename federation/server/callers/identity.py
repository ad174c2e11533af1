"""Who the client is: found out by the program around the engine, told to every subgraph.

The engine knows no users. An `Identifier` reads a request's credentials and gives an identity:
equal keys may share work in flight, and its headers go to every subgraph. Those header names are
reserved: what a client sends under them is never passed on, whatever the header rules say.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Protocol

from federation.errors import RequestError
from federation.execution.json_codec import encode
from federation.server.callers.api_keys import HEADER as API_KEY_HEADER
from federation.server.callers.api_keys import ApiKeys, key_credential, key_of
from federation.server.callers.authentication import Authenticator
from federation.server.callers.client_certificates import CertificateRules
from federation.server.callers.credentials import (
    Claims,
    Credential,
    CredentialKind,
    Validity,
    unauthenticated,
)
from federation.server.callers.peer import PeerCertificate, Proxies
from federation.server.rate_limits.failed_credentials import FailedCredentials
from federation.server.subgraphs.headers import HeaderPropagation, RawHeaders
from federation.server.wire.request import HttpRequest
from federation.supergraph.contracts import Contract

HeadersFor = Callable[[str], Mapping[str, str]]


def _no_headers() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class ClientIdentity:
    """One client. `headers` is asked at each call: a subscription outlives a signed statement.

    `claims`: what a verified token or key says of it, by name; `scopes`: what it may do, for
    `@requiresScopes`. `organization`: whom its use is counted for. `contract`: what of the graph it
    sees, None for all of it. Clients that are not the same must differ in `key`. `validity`: until
    when it is so, None without credentials; `told`: headers for the answer.
    """

    key: Hashable = None
    headers: Callable[[], Mapping[str, str]] = _no_headers
    organization: str | None = None
    scopes: frozenset[str] = frozenset()
    claims: Claims | None = None
    contract: Contract | None = None
    validity: Validity | None = None
    told: tuple[tuple[bytes, bytes], ...] = ()


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
    """Who asks, and the headers each subgraph gets: the rules', then the identity's.

    A request may show one token or one API key, not both: which of them counts would be for us to
    guess. A certificate besides must be of the same organisation.
    """

    def __init__(
        self,
        rules: HeaderPropagation,
        authenticator: Authenticator,
        identifier: Identifier | None,
        api_keys: ApiKeys | None = None,
        certificates: CertificateRules | None = None,
        proxies: Proxies | None = None,
        failures: FailedCredentials | None = None,
    ) -> None:
        self._rules = rules
        self._authenticator = authenticator
        self._identifier = identifier
        self._api_keys = api_keys
        self._certificates = certificates if certificates and certificates.enabled else None
        self._proxies = proxies
        self._failures = failures
        self._reserved = identifier.reserved if identifier is not None else frozenset[str]()
        self.proves = (
            authenticator.enabled or api_keys is not None or self._certificates is not None
        )

    async def identify(self, http: HttpRequest) -> ClientIdentity:
        """Return who asks. Raises `RequestError`."""
        if not self.proves:
            return self.unproved(http)
        token = self._authenticator.token(http)
        key = None if self._api_keys is None else key_of(http)
        if token is not None or key is not None:
            _check_only_one(http, token, key)
        shown = token if token is not None else key
        credential = None if shown is None else await self._shown(http, token, shown)
        certificate = self._certificate(http)
        if certificate is not None and self._certificates is not None:
            credential = _matching(self._certificates.credential(certificate), credential)
        if credential is None:
            # A token that proves nothing and shall not matter is as good as none.
            return self.unproved(http) if token is None else NOBODY
        if self._identifier is None:
            return _proved(ClientIdentity(encode(credential.claims)), credential)
        return _proved(self._identifier.identify(http, credential.claims), credential)

    def unproved(self, http: HttpRequest) -> ClientIdentity:
        """Return who asks when nothing the engine knows proves it. Raises `RequestError`.

        Where nothing can (`proves`), this is all of `identify`, and there is nothing to wait for.
        """
        if self._identifier is not None:
            return self._identifier.identify(http, None)
        if self.proves and not self._authenticator.ignores_other_schemes:
            scheme = self._authenticator.scheme(http)
            if scheme is not None:
                raise unauthenticated("nobody here knows the scheme of your credentials")
        return NOBODY

    async def _shown(self, http: HttpRequest, token: str | None, shown: str) -> Credential | None:
        """Return what a token or an API key (`token` is None) proves. Raises `RequestError`."""
        failures = self._failures
        if failures is None:
            return await self._proof(token, shown)
        if token is None or not self._authenticator.knows(token):
            failures.admit(http.address, http.headers, shown)
        try:
            credential = await self._proof(token, shown)
        except RequestError as error:
            if error.http_status == 401:
                failures.count(http.address, http.headers, shown)
            raise
        if credential is not None:
            failures.hold(http.address, http.headers, shown)
        return credential

    async def _proof(self, token: str | None, shown: str) -> Credential | None:
        if token is not None:
            return await self._authenticator.credential(token)
        assert self._api_keys is not None
        return await key_credential(self._api_keys, shown)

    def _certificate(self, http: HttpRequest) -> PeerCertificate | None:
        if self._certificates is None:
            return None
        if http.certificate is not None or self._proxies is None:
            return http.certificate
        try:
            return self._proxies.certificate(http.address, http.headers)
        except ValueError as error:
            raise unauthenticated(f"the proxy passed on no usable certificate: {error}") from None

    def headers_for(self, identity: ClientIdentity, client: RawHeaders) -> HeadersFor | None:
        """Return what to send to a subgraph, by its name; None when that is nothing."""
        rules = self._rules
        if not rules.empty and _is_key_holder(identity):
            # A key is between its holder and us, whatever the rules say.
            client = [item for item in client if item[0] not in _KEY_HEADERS]
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


_KEY_HEADERS = (API_KEY_HEADER, b"authorization")


def _is_key_holder(identity: ClientIdentity) -> bool:
    validity = identity.validity
    return validity is not None and validity.kind is CredentialKind.API_KEY


def _proved(identity: ClientIdentity, credential: Credential) -> ClientIdentity:
    """Return the identity with what the credentials say and its maker did not."""
    return ClientIdentity(
        key=identity.key,
        headers=identity.headers,
        organization=identity.organization or credential.organization,
        scopes=identity.scopes or credential.scopes,
        claims=credential.claims if identity.claims is None else identity.claims,
        contract=identity.contract,
        validity=credential.validity,
        told=credential.told,
    )


def _matching(connected: Credential, shown: Credential | None) -> Credential:
    """Return the credentials that count: what is shown says more than who is connected."""
    if shown is None:
        return connected
    if shown.organization != connected.organization:
        raise unauthenticated(
            f"the {shown.validity.kind.value} is of another organisation than the client"
            " certificate; use both of the same"
        )
    return shown


def _check_only_one(http: HttpRequest, token: str | None, key: str | None) -> None:
    names = [name for name, _ in http.headers]
    authorizations, keys = names.count(b"authorization"), names.count(API_KEY_HEADER)
    apart = key is not None and keys > 0 and authorizations > 0
    if (token is not None and key is not None) or apart or authorizations > 1 or keys > 1:
        raise unauthenticated("there are several credentials in the request; send one of them")
