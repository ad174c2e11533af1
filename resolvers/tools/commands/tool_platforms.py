"""Which support tool the caller's platform runs, as the subgraph platforms knows."""

from __future__ import annotations

from resolvers.identity import Caller
from resolvers.peer_facts import find_center
from resolvers.peers import Peers
from resolvers.refusal import Problems
from resolvers.workflow import forbidden


async def tools_of(caller: Caller, peers: Peers) -> frozenset[str]:
    """Return the kind of the caller's support tool; nothing for anybody else, or when the platform
    does no business."""
    if caller.function != "SUPPORT_TOOL" or caller.center is None:
        return frozenset()
    center = await find_center(peers, Problems(), caller.center, "SUPPORT_TOOL")
    return frozenset((center.support_tool,)) if center and center.support_tool else frozenset()


async def require_tool(caller: Caller, peers: Peers, tool: str) -> str:
    """Return the code of the caller's platform.

    Raises:
        Forbidden: the caller is no platform with that support tool.
        PeerUnavailable: the subgraph platforms does not answer.
    """
    if tool not in await tools_of(caller, peers) or caller.center is None:
        raise forbidden(caller)
    return caller.center
