"""The subgraphs as a program names them before its database is open.

The gateway is put together first and starts its parts later; what it is given here answers once
`open` was called.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from schema.serving import SubgraphServer


class LateServer:
    """Stands for a `SubgraphServer` and its ASGI application that do not exist yet."""

    def __init__(self) -> None:
        self._server: SubgraphServer | None = None
        self._http: ASGIApp | None = None

    @property
    def is_open(self) -> bool:
        return self._http is not None

    def open(self, server: SubgraphServer, http: ASGIApp) -> None:
        """From now on `server` answers, and `http` over HTTP."""
        self._server, self._http = server, http

    def execute(self, name: str) -> Any:
        """Return the function that executes an operation of a subgraph."""

        async def execute(
            query: str,
            variables: dict[str, Any],
            operation_name: str | None,
            headers: Mapping[str, str],
        ) -> Mapping[str, Any]:
            assert self._server is not None
            return await self._server.execute(name, query, variables, operation_name, headers)

        return execute

    def subscribe(self, name: str) -> Any:
        """Return the function that gives the answers of a subscription."""

        def subscribe(
            query: str,
            variables: dict[str, Any],
            operation_name: str | None,
            headers: Mapping[str, str],
        ) -> AsyncIterator[Mapping[str, Any]]:
            assert self._server is not None
            return self._server.subscribe(name, query, variables, operation_name, headers)

        return subscribe

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: the subgraphs for other routers."""
        assert self._http is not None
        await self._http(scope, receive, send)
