"""Requests that are refused before the pipeline: too large, malformed, or more than is taken on.

They have no operation yet, so those who keep account of operations never hear of them; here they
are counted by status and code, and told to whoever wants a line for each. Nothing of the request is
told but its method and the program that it says it comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from federation.server.observing.metrics.figures import Counts
from federation.server.wire.request import HttpRequest


@dataclass(frozen=True, slots=True)
class Refusal:
    """One request. `http` is None where not even its head could be read. `status`: of HTTP, or the
    code that a WebSocket was closed with (`socket`).
    """

    http: HttpRequest | None
    status: int
    code: str
    socket: bool = False


class RefusalLedger(Protocol):
    """Is told of each refusal. Must be quick, and must not raise."""

    def refused(self, refusal: Refusal) -> None: ...


class Refusals:
    """All of the process. `counts` by status and code, which are all our own: few."""

    def __init__(self) -> None:
        self.counts: Counts[tuple[int, str]] = Counts()
        self.ledgers: tuple[RefusalLedger, ...] = ()

    def tell(
        self, http: HttpRequest | None, status: int, code: str, *, socket: bool = False
    ) -> None:
        """Count a refusal and pass it on."""
        self.counts.add((status, code))
        if self.ledgers:
            refusal = Refusal(http, status, code, socket)
            for ledger in self.ledgers:
                ledger.refused(refusal)
