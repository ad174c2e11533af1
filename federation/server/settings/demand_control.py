"""`demand_control`: what operations may cost, in Apollo Router's structure.

demand_control:
  enabled: true
  mode: enforce
  strategy:
    static_estimated:
      max: 1000
      list_size: 10
      subgraph: { all: { max: 500 }, subgraphs: { archive: { max: 50, list_size: 100 } } }
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from federation.server.settings.base import Positive, Section

ListSize = Annotated[int, Meta(ge=0, le=1_000_000)]


class SubgraphDemand(Section, frozen=True):
    """`max`: what all calls of one operation to the subgraph may cost together; none: no bound.

    `list_size`: assumed of the subgraph's lists, where the graph says nothing.
    """

    max: Positive | None = None
    list_size: ListSize | None = None


class SubgraphDemands(Section, frozen=True):
    """`all` for every subgraph, `subgraphs` by name; what is not said there is as in `all`."""

    all: SubgraphDemand = SubgraphDemand()
    subgraphs: dict[str, SubgraphDemand] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether any subgraph has a bound."""
        return self.all.max is not None or any(
            one.max is not None for one in self.subgraphs.values()
        )

    def max_of(self, subgraph: str) -> int | None:
        """Return the bound of a subgraph."""
        own = self.subgraphs.get(subgraph)
        return own.max if own is not None and own.max is not None else self.all.max

    def list_size_of(self, subgraph: str, default: int) -> int:
        """Return the size that is assumed of a subgraph's lists."""
        own = self.subgraphs.get(subgraph)
        for size in (None if own is None else own.list_size, self.all.list_size):
            if size is not None:
                return size
        return default


class StaticEstimated(Section, frozen=True):
    """Estimated before anything is fetched, by `@cost`, `@listSize` and the request's variables.

    `max`: of one operation. `list_size`: assumed where the graph says nothing.
    `actual_cost_mode`: `by_response_shape` also counts what the answer did cost, which takes
    decoding it; `off` does not.
    """

    max: Positive = 1_000
    list_size: ListSize = 10
    actual_cost_mode: Literal["off", "by_response_shape"] = "off"
    subgraph: SubgraphDemands = SubgraphDemands()


class DemandStrategy(Section, frozen=True):
    """The one strategy there is."""

    static_estimated: StaticEstimated = StaticEstimated()


class DemandControlSection(Section, frozen=True):
    """`mode`: `measure` only counts (for rate limits, logs and metrics), `enforce` also refuses."""

    enabled: bool = False
    mode: Literal["measure", "enforce"] = "measure"
    strategy: DemandStrategy = DemandStrategy()
