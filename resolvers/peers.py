"""Asking another subgraph: how one subgraph learns facts another owns (no SQL across schemas).

In one process the question goes to the other subgraph's schema directly, split over machines to its
address; either way as GraphQL, signed by the hub, so that a platform that runs its subgraph itself
still answers. Ask before a transaction is opened, never inside one (see `resolvers.hub.commands`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class PeerUnavailable(Exception):
    """Another subgraph could not answer; the command should be tried again later."""

    code = "UPSTREAM_TIMEOUT"

    def __init__(self, subgraph: str, reason: str) -> None:
        super().__init__(f"{subgraph}: {reason}")
        self.subgraph = subgraph


class Peers(Protocol):
    """The other subgraphs."""

    async def ask(
        self, subgraph: str, query: str, variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Return the `data` of the answer.

        Raises:
            PeerUnavailable: it did not answer, or answered with errors.
        """
        ...


async def ask_entities(
    peers: Peers,
    subgraph: str,
    type_name: str,
    key_field: str,
    keys: Sequence[str],
    selection: str,
    variables: Mapping[str, Any] | None = None,
    definitions: str = "",
) -> dict[str, Mapping[str, Any] | None]:
    """Return what a subgraph says about entities by key; an unknown one is None.

    `selection` is the text between the braces; its variables are declared in `definitions`.
    """
    if not keys:
        return {}
    query = (
        f"query ($keys: [_Any!]!{', ' + definitions if definitions else ''}) "
        f"{{ _entities(representations: $keys) {{ ... on {type_name} {{ {selection} }} }} }}"
    )
    wanted = list(dict.fromkeys(keys))
    representations = [{"__typename": type_name, key_field: key} for key in wanted]
    data = await peers.ask(subgraph, query, {"keys": representations, **(variables or {})})
    return dict(zip(wanted, data["_entities"], strict=True))
