"""Cross-origin access for browsers (Fetch standard, "CORS protocol"), by the policies in hub.yaml.

Without a policy for its origin a page gets no CORS header, and the browser keeps the answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from federation.server.settings.cross_origin import Cors, CorsPolicy
from federation.server.wire.request import HttpRequest
from federation.server.wire.response import HttpResponse

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _Grant:
    """What one origin may do."""

    origin: bytes
    credentials: bool
    allow_headers: tuple[str, ...]
    expose_headers: tuple[str, ...]
    max_age: float


class CorsRules:
    def __init__(self, settings: Cors) -> None:
        self._settings = settings
        self._policies = [
            (
                frozenset(policy.origins),
                tuple(re.compile(pattern) for pattern in policy.match_origins),
                policy,
            )
            for policy in settings.policies
        ]
        self.enabled = bool(settings.policies) or settings.allow_any_origin

    def answer_preflight(self, request: HttpRequest) -> HttpResponse:
        """Return the reply to an OPTIONS request."""
        headers: Headers = [(b"content-length", b"0"), (b"vary", b"origin")]
        grant = self._grant(request)
        if grant is not None and request.header(b"access-control-request-method"):
            asked = request.header(b"access-control-request-headers") or b""
            allowed = ", ".join(grant.allow_headers).encode("latin-1") or asked
            headers += self._common(grant)
            headers += [
                (b"access-control-allow-methods", ", ".join(self._settings.methods).encode()),
                (b"access-control-max-age", b"%d" % grant.max_age),
            ]
            if allowed:
                headers.append((b"access-control-allow-headers", allowed))
        return HttpResponse(204, headers, b"")

    def headers(self, request: HttpRequest) -> Headers:
        """Return the headers to add to an answer."""
        grant = self._grant(request) if self.enabled else None
        if grant is None:
            return []
        headers = self._common(grant)
        if grant.expose_headers:
            exposed = ", ".join(grant.expose_headers).encode("latin-1")
            headers.append((b"access-control-expose-headers", exposed))
        return headers

    def _common(self, grant: _Grant) -> Headers:
        headers = [(b"access-control-allow-origin", grant.origin)]
        if grant.credentials:
            headers.append((b"access-control-allow-credentials", b"true"))
        return headers

    def _grant(self, request: HttpRequest) -> _Grant | None:
        origin = request.header(b"origin")
        if origin is None:
            return None
        text = origin.decode("latin-1")
        for origins, patterns, policy in self._policies:
            if text in origins or any(pattern.fullmatch(text) for pattern in patterns):
                return self._granted(origin, policy)
        if self._settings.allow_any_origin:
            return self._granted(b"*", CorsPolicy())
        return None

    def _granted(self, origin: bytes, policy: CorsPolicy) -> _Grant:
        base = self._settings

        return _Grant(
            origin=origin,
            credentials=base.allow_credentials
            if policy.allow_credentials is None
            else policy.allow_credentials,
            allow_headers=base.allow_headers
            if policy.allow_headers is None
            else policy.allow_headers,
            expose_headers=base.expose_headers
            if policy.expose_headers is None
            else policy.expose_headers,
            max_age=base.max_age if policy.max_age is None else policy.max_age,
        )
