"""How much the hub holds on each topic of the catalogue's data foundations (DOMAIN B32).

The owner of the data counts, when the catalogue's worker asks: a subgraph gives the statement of
each topic it holds to its `SubgraphSchema`, which answers them in the field `_totals`. That field
is machinery like `_entities`: it is not in the published schema, and answers the hub alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from resolvers.peers import Peers

HOLDERS: Final[Mapping[str, frozenset[str]]] = {
    "patents": frozenset({"PATENT_BIBLIOGRAPHIC", "PATENT_LEGAL_STATUS"}),
    "trading": frozenset({"OPEN_LICENCE", "TRANSFER", "LICENCE", "LISTING", "DEMAND"}),
    "finance": frozenset({"PLEDGE", "VALUATION"}),
    "tools": frozenset({"INTENSIVE_PRODUCT", "NAVIGATION", "CREDIT"}),
    "reporting": frozenset({"STATISTICS"}),
}
"""Subgraph → topics of the data it holds."""

_QUERY: Final = """
query ($topics: [String!]!) { _totals(topics: $topics) { topic records refreshedAt } }
"""


@dataclass(frozen=True, slots=True)
class TopicTotal:
    """How many records there are on a topic, and when the latest of them came in."""

    topic: str
    records: int
    refreshed_at: datetime | None


async def ask_totals(peers: Peers, subgraph: str, topics: Sequence[str]) -> tuple[TopicTotal, ...]:
    """Return what a subgraph holds; a topic it does not know is left out.

    Raises:
        PeerUnavailable: it did not answer.
    """
    data = await peers.ask(subgraph, _QUERY, {"topics": list(topics)})
    return tuple(
        TopicTotal(
            each["topic"],
            int(each["records"]),
            datetime.fromisoformat(each["refreshedAt"]) if each["refreshedAt"] else None,
        )
        for each in data["_totals"]
    )
