"""GraphQL over HTTP, inwards: bytes → `GraphQLRequest`, or a coded refusal.

Rules: GraphQL over HTTP (working draft) §"Request"; CSRF prevention as in Apollo Router: a request
that a browser would send without a preflight is answered only with a header that forces one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from federation.errors import RequestError
from federation.execution.json_codec import decode

# Media types a page can send to another origin without asking first (Fetch standard, "CORS-
# safelisted request-header").
_UNPREFLIGHTED = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")


_ABSENT = msgspec.Raw(b"null")
_NOTHING: Mapping[str, Any] = {}


@dataclass(slots=True)
class HttpRequest:
    """What came over the wire. `headers` as ASGI gives them: names in lower case, bytes."""

    method: str
    query_string: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    _lookup: dict[bytes, bytes] | None = field(default=None, repr=False)

    def header(self, name: bytes) -> bytes | None:
        """Return the header's (last) value."""
        if self._lookup is None:
            self._lookup = dict(self.headers)
        return self._lookup.get(name)


@dataclass(slots=True)
class GraphQLRequest:
    """The parameters of GraphQL over HTTP §"Request Parameters"."""

    query: str | None
    operation_name: str | None
    variables: Mapping[str, Any]
    extensions: Mapping[str, Any]


class _Body(msgspec.Struct, rename="camel"):
    """A JSON body. Variables are decoded apart, by the decoder that loses no digit."""

    query: str | None = None
    operation_name: str | None = None
    variables: msgspec.Raw = _ABSENT
    extensions: msgspec.Raw = _ABSENT


_decode_body = msgspec.json.Decoder(_Body).decode


def parse_request(http: HttpRequest) -> GraphQLRequest:
    """Return the GraphQL request. Raises `RequestError` with the HTTP status to answer."""
    if http.method == "POST":
        request = _parse_post(http)
    elif http.method == "GET":
        request = _parse_get(http.query_string)
    else:
        raise RequestError(
            f"{http.method} is not possible here; use POST, or GET for queries",
            code="METHOD_NOT_ALLOWED",
            http_status=405,
        )
    if request.query is None or not request.query.strip():
        _refuse_missing_query(request)
    return request


def check_csrf(http: HttpRequest, required_headers: tuple[bytes, ...]) -> None:
    """Refuse what a foreign page could make a browser send without a preflight."""
    content_type = http.header(b"content-type")
    if content_type is not None and _is_preflighted(content_type):
        return
    if any(http.header(name) for name in required_headers):
        return
    wanted = ", ".join(name.decode() for name in required_headers)
    raise RequestError(
        "blocked, as a foreign page could have sent this (CSRF); send content-type:"
        f" application/json, or one of these headers: {wanted}",
        code="CSRF_ERROR",
    )


@lru_cache(maxsize=256)
def _is_preflighted(content_type: bytes) -> bool:
    media_type = content_type.decode("latin-1").partition(";")[0].strip().lower()
    return bool(media_type) and media_type not in _UNPREFLIGHTED


def _parse_post(http: HttpRequest) -> GraphQLRequest:
    _check_content_type(http.header(b"content-type"))
    try:
        body = _decode_body(http.body)
    except msgspec.ValidationError as error:
        raise _invalid(_validation_problem(http.body, str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _invalid(f"the body is not valid JSON: {error}") from None
    return GraphQLRequest(
        body.query,
        body.operation_name,
        _NOTHING if body.variables is _ABSENT else _json_object(body.variables, "variables"),
        _NOTHING if body.extensions is _ABSENT else _json_object(body.extensions, "extensions"),
    )


def _check_content_type(value: bytes | None) -> None:
    if value == b"application/json":
        return
    media_type, _, parameters = (value or b"").decode("latin-1").partition(";")
    if media_type.strip().lower() != "application/json":
        raise RequestError(
            "the body must be JSON; send content-type: application/json",
            code="INVALID_CONTENT_TYPE_HEADER",
            http_status=415,
        )
    for parameter in parameters.split(";"):
        name, _, charset = parameter.partition("=")
        known = ("utf-8", "utf8", "us-ascii", "")
        if name.strip().lower() == "charset" and charset.strip(' "').lower() not in known:
            raise RequestError(
                "JSON is UTF-8; other charsets are not read",
                code="INVALID_CONTENT_TYPE_HEADER",
                http_status=415,
            )


def _validation_problem(body: bytes, detail: str) -> str:
    if body.lstrip()[:1] == b"[":
        raise RequestError(
            "several operations in one request are not enabled here; send them one by one",
            code="BATCHING_NOT_ENABLED",
        )
    return detail.replace("`", "").replace(" - at $.", ", at ").replace(" - at $", "")


def _parse_get(query_string: bytes) -> GraphQLRequest:
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=100,
        )
    except (ValueError, UnicodeDecodeError):
        raise _invalid("the query string cannot be read: percent-encode it as UTF-8") from None
    names = [name for name, _ in pairs]
    for name in ("query", "operationName", "variables", "extensions"):
        if names.count(name) > 1:
            raise _invalid(f"the parameter {name!r} is there twice")
    parameters = dict(pairs)
    return GraphQLRequest(
        query=parameters.get("query"),
        operation_name=parameters.get("operationName") or None,
        variables=_json_parameter(parameters, "variables"),
        extensions=_json_parameter(parameters, "extensions"),
    )


def _json_parameter(parameters: Mapping[str, str], name: str) -> Mapping[str, Any]:
    text = parameters.get(name)
    return _json_object(text.encode(), name) if text else _NOTHING


def _json_object(text: bytes | msgspec.Raw, name: str) -> Mapping[str, Any]:
    """Return the object written in `text`; JSON's null is as good as nothing."""
    try:
        value = decode(bytes(text))
    except ValueError as error:
        raise _invalid(f"the parameter {name!r} is not valid JSON: {error}") from None
    if value is None:
        return _NOTHING
    if not isinstance(value, dict):
        raise _invalid(f"the parameter {name!r} must be a JSON object")
    return value


def _refuse_missing_query(request: GraphQLRequest) -> None:
    if "persistedQuery" in request.extensions:
        raise RequestError(
            "persisted queries are not enabled here; send the whole query",
            code="PERSISTED_QUERY_NOT_SUPPORTED",
        )
    raise RequestError("there is no query; send it as 'query'", code="MISSING_QUERY_STRING")


def _invalid(problem: str) -> RequestError:
    return RequestError(problem, code="INVALID_GRAPHQL_REQUEST")
