"""What a workload and a program have to offer so that `rounds` can compare them.

A workload starts stand-ins for subgraphs and knows how to ask; a contender knows how to start one
program in front of them. Neither knows the other: what they share is a `Graph`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tests.benchmarks.load import Load
from tests.benchmarks.programs import Program

# Processors: load and stand-ins; what is measured.
LOAD, MEASURED = 0, 1


class Mode(enum.StrEnum):
    """What requests in flight may share."""

    NONE = "none"  # nothing
    SUB = "sub"  # equal calls to one subgraph
    OP = "op"  # equal operations, and so their calls


@dataclass(frozen=True, slots=True)
class Graph:
    """Subgraphs that run, as a program needs to know them.

    `supergraph`: a file of SDL with the stand-ins' addresses. `calls`: how many requests the
    stand-ins have had so far. `forwarded`: request headers every program passes on to all
    subgraphs. `upstream`: `http://HOST:PORT/PATH` of the only subgraph, for a bare proxy; None
    where there are several. `by_hand`: the yardstick's plan answers this workload. `settings`: of
    hub.yaml, over ours. `connections`: how many calls a subgraph must be able to have at once, for
    programs that bound them; None: as they come. `own`: starters that stand in for a contender's,
    by its name (a workload that needs the program started in another way).
    """

    supergraph: Path
    calls: Callable[[], int]
    forwarded: tuple[str, ...] = ()
    upstream: str | None = None
    by_hand: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    connections: int | None = None
    own: Mapping[str, Starter] = field(default_factory=dict)


class Starter(Protocol):
    """Starts a program on `MEASURED` that ends with the stack; its files go to the folder."""

    def __call__(self, stack: ExitStack, graph: Graph, mode: Mode, folder: Path) -> Program: ...


class Contender(Protocol):
    """A program that can be started in front of a graph."""

    @property
    def name(self) -> str: ...

    def version(self) -> str | None:
        """Return its version as installed; None where that is unknown."""

    def missing(self) -> str | None:
        """Return what has to be installed before it can start; None when all is there."""

    def cannot(self, workload: Workload, mode: Mode) -> str | None:
        """Return why it is not fit for that; None when it is."""

    def start(self, stack: ExitStack, graph: Graph, mode: Mode, folder: Path) -> Program: ...


class Workload(Protocol):
    """Something to ask, and the answers to it.

    `programs`: names of contenders it makes sense for. `measure` runs the load for `seconds`,
    checks every answer and raises `RuntimeError` on a wrong one; what it finds beside `Load`'s own
    figures it puts into `Load.extra`, by a name with its unit (`event to last p99 ms`).
    """

    @property
    def letter(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def about(self) -> str: ...

    @property
    def modes(self) -> tuple[Mode, ...]: ...

    @property
    def programs(self) -> tuple[str, ...]: ...

    def start(self, stack: ExitStack, folder: Path) -> Graph: ...

    def measure(self, program: Program, graph: Graph, seconds: float) -> Load: ...


# Contenders that answer GraphQL over a supergraph.
GATEWAYS = (
    "ours",
    "base",
    "apollo-gateway",
    "hive-gateway",
    "hive-gateway-rust",
    "hive-router",
)
