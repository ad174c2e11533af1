"""Peers that run elsewhere: the subgraphs of this process here, all others over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import orjson

from resolvers.identity import service
from resolvers.peers import Peers, PeerUnavailable
from schema.identity import IdentityKey

TIMEOUT_SECONDS: Final = 10.0
LARGEST_ANSWER: Final = 16 * 1024 * 1024


class RemotePeers:
    """`Peers`: addresses by name win over `local`. Use it as an asynchronous context manager."""

    def __init__(
        self, addresses: Mapping[str, str], identity: IdentityKey, local: Peers | None = None
    ) -> None:
        self._addresses = dict(addresses)
        self._identity = identity
        self._session: aiohttp.ClientSession | None = None
        self.local = local

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(
        self, subgraph: str, query: str, variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """See `Peers.ask`."""
        url = self._addresses.get(subgraph)
        if url is None:
            if self.local is None:
                raise PeerUnavailable(subgraph, "no address is configured for it")
            return await self.local.ask(subgraph, query, variables)
        answer = await self._post(subgraph, url, {"query": query, "variables": variables or {}})
        if answer.get("errors") or not isinstance(answer.get("data"), Mapping):
            raise PeerUnavailable(subgraph, "it answered with errors")
        data: Mapping[str, Any] = answer["data"]
        return data

    async def _post(self, subgraph: str, url: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        assert self._session is not None
        headers = {
            "content-type": "application/json",
            "accept": "application/graphql-response+json, application/json",
            **self._identity.headers(service("peer")),
        }
        try:
            async with self._session.post(
                url, data=orjson.dumps(body), headers=headers, allow_redirects=False
            ) as response:
                content = await response.content.read(LARGEST_ANSWER + 1)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PeerUnavailable(subgraph, type(error).__name__) from None
        if len(content) > LARGEST_ANSWER:
            raise PeerUnavailable(subgraph, "its answer is too large")
        try:
            answer = orjson.loads(content)
        except orjson.JSONDecodeError:
            raise PeerUnavailable(subgraph, "its answer is not JSON") from None
        return answer if isinstance(answer, Mapping) else {}
