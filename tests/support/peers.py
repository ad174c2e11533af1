"""Peers for what must ask nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class NoPeers:
    """Fails whoever asks another subgraph."""

    async def ask(
        self, subgraph: str, query: str, variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        raise AssertionError(f"nobody may be asked here: {subgraph} {query}")
