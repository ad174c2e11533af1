"""A small GraphQL server over one schema of ours: bounded in, bounded on, plain JSON out.

Used for APIs whose clients are tools (Rover, routers, our commands), not for the graph itself.
A request with any error is answered `"data": null`: Rover's client takes partial data for a form
of error that only its own platform sends, and breaks on it. Errors of a well-formed request have
status 200, as `application/json` recommends, and as Rover repeats whatever else but 400.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLFieldResolver,
    GraphQLSchema,
    GraphQLSyntaxError,
    GraphQLTypeResolver,
    execute,
    parse,
    validate,
)
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from federation.errors import FederationError, RequestError
from federation.operation.passes.select_operation import select_operation
from federation.server.errors import MAX_ERRORS, document_errors, internal_error, request_error
from federation.server.introspection import find_introspection
from federation.server.limits import check_limits, check_nesting
from federation.server.settings.limits import Limits
from federation.server.wire.request import GraphQLRequest, HttpRequest, parse_request

# Documents of tools are few; texts longer than this are parsed each time.
_KEPT_DOCUMENTS = 200
_KEPT_LENGTH = 20_000

HEADERS = {
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a request may cost. `seconds`: how long it may run."""

    limits: Limits
    seconds: float


class Endpoint:
    """Answers GraphQL requests over `schema`. `extensions_of`: what an error of ours is told with.

    `introspection`: whether who may ask at all may read the schema.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        bounds: Bounds,
        *,
        resolve_field: GraphQLFieldResolver,
        resolve_type: GraphQLTypeResolver,
        extensions_of: Callable[[FederationError], dict[str, Any]],
        introspection: bool,
        name: str,
    ) -> None:
        self._schema = schema
        self._bounds = bounds
        self._resolve_field = resolve_field
        self._resolve_type = resolve_type
        self._extensions_of = extensions_of
        self._introspection = introspection
        self._name = name
        self._documents: OrderedDict[tuple[str, str | None], DocumentNode] = OrderedDict()

    async def answer(
        self, request: Request, context_of: Callable[[], Awaitable[object]]
    ) -> Response:
        """Return the answer to an HTTP request; `context_of` gives the resolvers' context.

        `context_of` comes first: what it raises as `FederationError` is answered before even the
        body is read.
        """
        try:
            async with asyncio.timeout(self._bounds.seconds):
                context = await context_of()
                return await self._run(await self._read(request), context)
        except ClientDisconnect:
            return Response(status_code=400)
        except _Unreadable as error:
            return reply([request_error(error.reason)], error.reason.http_status)
        except _Invalid as invalid:
            return reply(invalid.entries)
        except RequestError as error:
            # A well-formed request: see the module.
            status = 200 if error.http_status == 400 else error.http_status
            return reply([request_error(error)], status, error.retry_after)
        except FederationError as error:
            return reply([self._error(error)])
        except TimeoutError:
            return reply([_timed_out(self._bounds.seconds)])
        except Exception as error:
            return reply([internal_error(error, where=self._name)])

    async def _read(self, request: Request) -> GraphQLRequest:
        headers = [(name.lower(), value) for name, value in request.headers.raw]
        try:
            body = await read_body(request, self._bounds.limits.http_max_request_bytes)
            return parse_request(HttpRequest("POST", b"", headers, body))
        except RequestError as error:
            raise _Unreadable(error) from None

    async def _run(self, asked: GraphQLRequest, context: object) -> Response:
        assert asked.query is not None
        document = self._document(asked.query, asked.operation_name)
        result = execute(
            self._schema,
            document,
            context_value=context,
            variable_values=dict(asked.variables),
            operation_name=asked.operation_name,
            field_resolver=self._resolve_field,
            type_resolver=self._resolve_type,
        )
        if isawaitable(result):
            result = await result
        assert isinstance(result, ExecutionResult)
        if result.errors:
            for each in result.errors:
                # A resolver that looks at credentials refuses the request, not its field.
                error = each.original_error
                if isinstance(error, RequestError) and error.http_status == 429:
                    raise error
            return reply([self._entry(error) for error in result.errors[:MAX_ERRORS]])
        return Response(
            orjson.dumps({"data": result.data}), media_type="application/json", headers=HEADERS
        )

    def _document(self, text: str, operation_name: str | None) -> DocumentNode:
        """Return the document, known to be valid. Raises `RequestError` or `_Invalid`."""
        key = (text, operation_name)
        if (known := self._documents.get(key)) is not None:
            self._documents.move_to_end(key)
            return known
        limits = self._bounds.limits
        check_nesting(text, limits)
        try:
            document = parse(text, max_tokens=limits.parser_max_tokens)
        except GraphQLSyntaxError as error:
            raise RequestError(error.message, code="GRAPHQL_PARSE_FAILED") from None
        operation = select_operation(document, operation_name)
        check_limits(document, operation, limits)
        if not self._introspection and find_introspection(document, operation) is not None:
            raise RequestError("introspection is turned off here", code="INTROSPECTION_DISABLED")
        errors = validate(self._schema, document, max_errors=MAX_ERRORS)
        if errors:
            raise _Invalid(document_errors(errors, "GRAPHQL_VALIDATION_FAILED"))
        if len(text) <= _KEPT_LENGTH:
            self._documents[key] = document
            if len(self._documents) > _KEPT_DOCUMENTS:
                self._documents.popitem(last=False)
        return document

    def _entry(self, error: GraphQLError) -> dict[str, Any]:
        """Return one error of execution as it may be told."""
        original = error.original_error
        if isinstance(original, FederationError):
            entry = self._error(original)
        elif original is not None and not isinstance(original, GraphQLError):
            return internal_error(original, where=self._name)
        else:
            entry = document_errors([error], "VALIDATION_INVALID_TYPE_VARIABLE")[0]
        if error.path:
            entry["path"] = error.path
        return entry

    def _error(self, error: FederationError) -> dict[str, Any]:
        return {"message": error.message, "extensions": self._extensions_of(error)}


class _Unreadable(Exception):
    """What came is not a GraphQL request."""

    def __init__(self, reason: RequestError) -> None:
        super().__init__(reason)
        self.reason = reason


class _Invalid(Exception):
    """The document is not valid for the schema; `entries` are ready to send."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        super().__init__(entries)
        self.entries = entries


def reply(
    errors: list[dict[str, Any]], status: int = 200, retry_after: int | None = None
) -> Response:
    """Return the answer to a request that failed."""
    headers = {**HEADERS, **({"connection": "close"} if status == 413 else {})}
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    return Response(
        orjson.dumps({"data": None, "errors": errors}),
        status_code=status,
        media_type="application/json",
        headers=headers,
    )


async def read_body(request: Request, max_bytes: int) -> bytes:
    """Return the body. Raises `RequestError` (413) when it is longer than allowed."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise RequestError(
                f"the request is larger than {max_bytes} bytes",
                code="REQUEST_LIMIT_EXCEEDED",
                http_status=413,
            )
    return bytes(body)


def _timed_out(seconds: float) -> dict[str, Any]:
    return {
        "message": f"not done after {seconds:g} seconds; look at the history before trying again",
        "extensions": {"code": "REGISTRY_TIMEOUT"},
    }
