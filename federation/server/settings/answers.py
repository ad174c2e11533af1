"""`extensions` and `include_subgraph_errors`: what of the subgraphs' words clients see."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from federation.server.settings.base import Positive, Section

_OWN_EXTENSIONS = frozenset(
    {"authorizationErrors", "cost", "apolloQueryPlan", "queryPlan", "trace", "truncated"}
)


class Extensions(Section, frozen=True):
    """What of the subgraphs' `extensions` clients see (ADR 7).

    `propagate`: which keys go into the answer's, no others. `max_bytes`: how much the value of one
    key may be in one answer.
    """

    propagate: tuple[Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,99}$")], ...] = ()
    max_bytes: Positive = 64 * 1024

    def __post_init__(self) -> None:
        for name in self.propagate:
            if name in _OWN_EXTENSIONS:
                raise ValueError(f"{name!r} is an extension of the engine's own")


class IncludeSubgraphErrors(Section, frozen=True):
    """Whether clients see the messages subgraphs wrote, or that something failed there.

    `all`: of every subgraph; `subgraphs`: of one, by name.
    """

    all: bool = False
    subgraphs: dict[str, bool] = field(default_factory=dict)
