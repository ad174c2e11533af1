"""`views`: how many callers may see the graph differently at once."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from federation.server.settings.base import Section


class Views(Section, frozen=True):
    """`max`: views kept beside that of the whole graph, each about as large as the supergraph."""

    max: Annotated[int, Meta(ge=1, le=10_000)] = 16
