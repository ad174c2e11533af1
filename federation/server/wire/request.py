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
from federation.execution.files import Files
from federation.execution.json_codec import decode
from federation.server.callers.peer import PeerCertificate

# Media types a page can send to another origin without asking first (Fetch standard, "CORS-
# safelisted request-header").
_UNPREFLIGHTED = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")


_ABSENT = msgspec.Raw(b"null")
_NOTHING: Mapping[str, Any] = {}


@dataclass(slots=True)
class HttpRequest:
    """What came over the wire. `headers` as ASGI gives them: names in lower case, bytes.

    `address`, `certificate`: of the other end of the connection. `batch_deadline`: set for one of
    several operations in one HTTP request, by when all of them must be answered. `files`: those
    that came with the operation.
    """

    method: str
    query_string: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    address: str | None = None
    certificate: PeerCertificate | None = None
    batch_deadline: float | None = None
    files: Files | None = None
    _lookup: dict[bytes, bytes] | None = field(default=None, repr=False)

    def header(self, name: bytes) -> bytes | None:
        """Return the header's (last) value."""
        if self._lookup is None:
            self._lookup = dict(self.headers)
        return self._lookup.get(name)

    def lookup(self) -> Mapping[bytes, bytes]:
        """Return the (last) value of each header."""
        if self._lookup is None:
            self._lookup = dict(self.headers)
        return self._lookup

    def replace_header(self, name: bytes, value: bytes) -> None:
        """Put one header in place of all of this name."""
        self.headers = [*(header for header in self.headers if header[0] != name), (name, value)]
        self._lookup = None


@dataclass(slots=True)
class GraphQLRequest:
    """The parameters of GraphQL over HTTP §"Request Parameters".

    `document_id` names the document instead of `query` (ibid., appendix A). `register`: the client
    sent it with its right hash, so that it may be named from now on.
    """

    query: str | None
    operation_name: str | None
    variables: Mapping[str, Any]
    extensions: Mapping[str, Any]
    document_id: str | None = None
    register: bool = False


class _Body(msgspec.Struct, rename="camel"):
    """A JSON body. Variables are decoded apart, by the decoder that loses no digit.

    `doc_id` is what Relay's examples and servers call the document's id.
    """

    query: str | None = None
    operation_name: str | None = None
    variables: msgspec.Raw = _ABSENT
    extensions: msgspec.Raw = _ABSENT
    document_id: str | None = None
    doc_id: str | None = msgspec.field(default=None, name="doc_id")


_decode_body = msgspec.json.Decoder(_Body).decode


def parse_request(http: HttpRequest, *, by_id: bool = False) -> GraphQLRequest:
    """Return the GraphQL request. Raises `RequestError` with the HTTP status to answer.

    `by_id`: whether documents may be named instead of sent; `query` is then None for these.
    """
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
        if not by_id or not names_document(request):
            refuse_missing_query(request)
        request.query = None
    return request


def names_document(request: GraphQLRequest) -> bool:
    """Return whether the client names a document by id."""
    return request.document_id is not None or "persistedQuery" in request.extensions


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
    check_content_type(http.header(b"content-type"))
    try:
        body = _decode_body(http.body)
    except msgspec.ValidationError as error:
        raise _invalid(_validation_problem(http, str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _invalid(f"the body is not valid JSON: {error}") from None
    return GraphQLRequest(
        body.query,
        body.operation_name,
        _NOTHING if body.variables is _ABSENT else _json_object(body.variables, "variables"),
        _NOTHING if body.extensions is _ABSENT else _json_object(body.extensions, "extensions"),
        body.document_id if body.doc_id is None else body.document_id or body.doc_id,
    )


def check_content_type(value: bytes | None) -> None:
    """Raise `RequestError` (415) for bodies that are not JSON in UTF-8."""
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


def _validation_problem(http: HttpRequest, detail: str) -> str:
    if is_array(http.body) and http.batch_deadline is None:
        raise RequestError(
            "several operations in one request are not enabled here; send them one by one",
            code="BATCHING_NOT_ENABLED",
        )
    return detail.replace("`", "").replace(" - at $.", ", at ").replace(" - at $", "")


def is_array(body: bytes) -> bool:
    """Return whether the JSON in `body` begins as an array."""
    return body.lstrip()[:1] == b"["


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
    for name in ("query", "operationName", "variables", "extensions", "documentId", "doc_id"):
        if names.count(name) > 1:
            raise _invalid(f"the parameter {name!r} is there twice")
    parameters = dict(pairs)
    return GraphQLRequest(
        query=parameters.get("query"),
        operation_name=parameters.get("operationName") or None,
        variables=_json_parameter(parameters, "variables"),
        extensions=_json_parameter(parameters, "extensions"),
        document_id=parameters.get("documentId") or parameters.get("doc_id") or None,
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


def refuse_missing_query(request: GraphQLRequest) -> None:
    """Raise the `RequestError` for a request without a document."""
    if names_document(request):
        # Clients compare this message, letter by letter (Apollo Client, urql), and send the query.
        raise RequestError("PersistedQueryNotSupported", code="PERSISTED_QUERY_NOT_SUPPORTED")
    raise RequestError("there is no query; send it as 'query'", code="MISSING_QUERY_STRING")


def _invalid(problem: str) -> RequestError:
    return RequestError(problem, code="INVALID_GRAPHQL_REQUEST")
