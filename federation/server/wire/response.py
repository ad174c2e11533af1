"""GraphQL over HTTP, outwards: media type, status, body.

Status codes: GraphQL over HTTP (working draft) §"Status Codes". With
`application/graphql-response+json` a request that could not be executed has a 4xx status. With
`application/json`, which proxies also produce, a well-formed request whose document is wrong is
answered 200, as that media type's section recommends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any

import orjson
from msgspec import Struct

from federation.errors import RequestError


class MediaType(Enum):
    """What we can answer with."""

    JSON = b"application/json; charset=utf-8"
    GRAPHQL_RESPONSE = b"application/graphql-response+json; charset=utf-8"


_RANGES = {
    "application/json": MediaType.JSON,
    "application/graphql-response+json": MediaType.GRAPHQL_RESPONSE,
    # Clients that take anything are tools and browsers: they know JSON.
    "application/*": MediaType.JSON,
    "*/*": MediaType.JSON,
}

# An answer is for one caller, and no page may guess its type or frame it.
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)

# The media type, the content coding and the CORS headers depend on these.
VARY = b"accept, accept-encoding, origin"

_HEADERS = {
    media_type: (
        (b"content-type", media_type.value),
        # Who asks, and with which headers, decides on the answer: never shared by default.
        (b"cache-control", b"private, no-cache, no-store, must-revalidate"),
        (b"vary", VARY),
        *SECURITY_HEADERS,
    )
    for media_type in MediaType
}
# To hash a member of an enumeration takes longer than all else in writing these.
_AS_JSON, _AS_GRAPHQL = _HEADERS[MediaType.JSON], _HEADERS[MediaType.GRAPHQL_RESPONSE]


# A struct: it is made in a third of a dataclass's time.
class HttpResponse(Struct, eq=False):
    """`errors`: how many GraphQL errors the body has, `codes` theirs, for telemetry."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    errors: int = 0
    codes: tuple[str, ...] = ()


def error_codes(errors: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the code of each error, empty where it has none; subgraphs choose theirs freely.

    >>> error_codes([{"message": "m", "extensions": {"code": "X"}}, {"message": "n"}])
    ('X', '')
    """
    codes = []
    for error in errors:
        extensions = error.get("extensions")
        code = extensions.get("code") if isinstance(extensions, Mapping) else None
        codes.append(code if isinstance(code, str) else "")
    return tuple(codes)


@lru_cache(maxsize=256)
def negotiate(accept: bytes | None) -> MediaType:
    """Return the media type to answer with; without an Accept header it is JSON.

    Raises `RequestError` (406) when the client takes neither.
    """
    if accept is None or not accept.strip():
        return MediaType.JSON
    best: tuple[float, MediaType] | None = None
    for part in accept.decode("latin-1").split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        media_type = _RANGES.get(media_range)
        quality = quality_of(parameters)
        if media_type is not None and quality > 0 and (best is None or quality > best[0]):
            best = (quality, media_type)
    if best is None:
        raise RequestError(
            "nothing acceptable: answers are application/json or"
            " application/graphql-response+json; name one of them in 'accept'",
            code="INVALID_ACCEPT_HEADER",
            http_status=406,
        )
    return best[1]


def quality_of(parameters: Sequence[str]) -> float:
    """Return how much a media range with these parameters is wanted, 0 for not at all."""
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
        if parameter.startswith("charset=") and parameter[8:].strip('"') not in ("utf-8", "utf8"):
            return 0.0
    return 1.0


def response(
    body: bytes,
    media_type: MediaType,
    status: int = 200,
    *extra: tuple[bytes, bytes],
    errors: int = 0,
) -> HttpResponse:
    """Return the reply for a body that is a GraphQL response."""
    own = _AS_JSON if media_type is MediaType.JSON else _AS_GRAPHQL
    headers = [(b"content-length", b"%d" % len(body)), *own, *extra]
    return HttpResponse(status, headers, body, errors)


def refusal(
    errors: Sequence[dict[str, Any]],
    media_type: MediaType,
    status: int,
    *extra: tuple[bytes, bytes],
    well_formed: bool = False,
) -> HttpResponse:
    """Return the reply for a request that was not executed: errors and no data.

    `well_formed`: the HTTP request itself was right, only its document or variables were not.
    """
    if well_formed and status == 400 and media_type is MediaType.JSON:
        status = 200
    body = orjson.dumps({"errors": errors})
    reply = response(body, media_type, status, *extra, errors=len(errors))
    reply.codes = error_codes(errors)
    return reply
