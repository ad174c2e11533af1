"""`views`: what of the graph different callers see.

views:
  gates: [role]
  default: { exclude: [internal] }
  organizations:
    GD: { exclude: [] }
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from federation.server.settings.base import Section
from federation.supergraph.contracts import Contract

Tag = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_/-]{1,128}$")]


class ViewRule(Section, frozen=True):
    """A contract by `@tag`: see `federation.supergraph.contracts` for what the keys mean.

    `include`: only what has one of these tags; `exclude`: nothing that has one of these.
    `hide_unreachable`: nor types that nothing leads to any more.
    """

    include: tuple[Tag, ...] = ()
    exclude: tuple[Tag, ...] = ()
    hide_unreachable: bool = False

    def __post_init__(self) -> None:
        problem = Contract(frozenset(self.include), frozenset(self.exclude)).problem()
        if problem is not None:
            raise ValueError(problem)


class Views(Section, frozen=True):
    """Without any rule everybody sees the whole graph.

    `default`: for callers of organisations that are not in `organizations`, and without one.
    `gates`: tags `gate/key` hide what they are on from callers that do not hold the key; what a
    caller holds is found out at run time, from its role and its grants. `max`: views kept beside
    that of the whole graph, each about as large as the supergraph.
    """

    default: ViewRule = ViewRule()
    organizations: dict[str, ViewRule] = field(default_factory=dict)
    gates: tuple[Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")], ...] = ()
    max: Annotated[int, Meta(ge=1, le=10_000)] = 16
