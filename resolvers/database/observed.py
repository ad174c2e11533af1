"""Which statements a piece of work ran, for who must know what its result depends on.

Statements are noted where they run, so that nobody can forget to. Only work that asks for it is
observed; for all other work this is one look at a context variable.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final


@dataclass(slots=True)
class Observation:
    """The texts of the statements run so far, each once. `elsewhere`: why the result depends on
    something that statements do not tell, such as another subgraph's answer; None when it does not.
    """

    statements: set[str] = field(default_factory=set)
    elsewhere: str | None = None


OBSERVED: Final[ContextVar[Observation | None]] = ContextVar("observed", default=None)


def depends_elsewhere(reason: str) -> None:
    """Note that the work that runs now depends on more than its statements."""
    observation = OBSERVED.get()
    if observation is not None:
        observation.elsewhere = reason
