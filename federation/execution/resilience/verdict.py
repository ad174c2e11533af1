"""What the outcome of a call says about the subgraph's health.

A caller must not be able to make a healthy subgraph look ill. So what depends on the caller says
nothing: a call that was cut short by the caller's own deadline, an answer that is too large, a
GraphQL response with errors (HTTP status 500 included: one operation failed, not the subgraph).
"""

from __future__ import annotations

from enum import Enum

from federation.errors import Failure, SubgraphError
from federation.execution.transport import SubgraphResponse

# Gateways in front of a subgraph answer with these, and servers that are going down.
_UNAVAILABLE = frozenset({502, 503, 504})
# What a server says that has too much to do.
_OVERLOADED = frozenset({429, 503})
# What may be better a moment later.
_PASSING = frozenset({429, 502, 503, 504})

_BROKEN = frozenset({Failure.NO_ANSWER, Failure.CUT_OFF, Failure.MALFORMED})


class Verdict(Enum):
    """`NOTHING`: the outcome has another reason than the subgraph's health."""

    GOOD = "good"
    BAD = "bad"
    NOTHING = "nothing"


def health_of(outcome: SubgraphResponse | SubgraphError, seconds: float, fair: float) -> Verdict:
    """Return whether the subgraph works; `fair` seconds are enough for it to answer."""
    if isinstance(outcome, SubgraphResponse):
        return Verdict.BAD if outcome.status in _UNAVAILABLE else Verdict.GOOD
    if outcome.failure in _BROKEN:
        return Verdict.BAD
    if outcome.failure is Failure.TIME_OUT:
        return Verdict.BAD if seconds >= fair else Verdict.NOTHING
    if outcome.failure is Failure.STATUS:
        return Verdict.BAD if outcome.status is None or outcome.status >= 500 else Verdict.GOOD
    return Verdict.GOOD if outcome.failure is Failure.TOO_LARGE else Verdict.NOTHING


def load_of(outcome: SubgraphResponse | SubgraphError, seconds: float, fair: float) -> Verdict:
    """Return whether the subgraph has less to do than it can: `BAD` is too much.

    A connection that is refused says nothing of that: who is down has nothing to do.
    """
    if outcome.status in _OVERLOADED:
        return Verdict.BAD
    if isinstance(outcome, SubgraphResponse):
        return Verdict.GOOD
    if outcome.failure is Failure.TIME_OUT and seconds >= fair:
        return Verdict.BAD
    return Verdict.NOTHING


def may_pass(outcome: SubgraphResponse | SubgraphError) -> bool:
    """Return whether the same call may succeed a moment later.

    Not after a time-out: whoever is too slow gets slower by being asked twice.
    """
    if outcome.status in _PASSING:
        return True
    return isinstance(outcome, SubgraphError) and outcome.failure is Failure.NO_ANSWER
