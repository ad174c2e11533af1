"""Refuses operations that would cost too much; see `settings.demand_control`.

The estimate belongs to the document and is prepared with it (`document_costs`); a request runs it
with its variables. A subgraph whose own bound is exceeded is not asked: its fields fail with a
coded error, and the rest of the operation is answered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from federation.errors import Failure, RequestError, SubgraphError
from federation.execution.context import Answer
from federation.execution.json_codec import decode
from federation.execution.transport import SubgraphRequest, SubgraphResponse, SubgraphTransport
from federation.operation.estimate_cost import SlicingError
from federation.server.exchange import Exchange
from federation.server.preparation import Prepared
from federation.server.settings.demand_control import DemandControlSection

OK = "COST_OK"
ESTIMATED = "COST_ESTIMATED_TOO_EXPENSIVE"
ACTUAL = "COST_ACTUAL_TOO_EXPENSIVE"
BY_SUBGRAPH = "SUBGRAPH_COST_ESTIMATED_TOO_EXPENSIVE"
SLICING = "COST_INVALID_SLICING_ARGUMENTS"

# Asks for the figures in `extensions.cost`, where the settings let plans be shown, too.
HEADER = b"hub-expose-cost"


class StaticDemandControl:
    """The stage, see `stages.DemandControl`. `shows`: developers may ask for the figures."""

    def __init__(self, section: DemandControlSection, *, shows: bool) -> None:
        self._enforces = section.mode == "enforce"
        self._max = section.strategy.static_estimated.max
        self._demands = section.strategy.static_estimated.subgraph
        self._shows = shows

    def check(self, exchange: Exchange, prepared: Prepared, variables: Mapping[str, Any]) -> None:
        """Estimate; refuse the operation (400), or mark subgraphs that are not to be asked."""
        costs = prepared.costs
        if costs is None:
            return
        try:
            cost = costs.estimate.of(variables, strict=self._enforces)
        except SlicingError as error:
            exchange.cost_result = SLICING
            raise _wrong_slicing(error) from None
        exchange.estimated_cost = cost
        exchange.cost_result = OK
        by_subgraph: Mapping[str, int] = {}
        if costs.subgraphs is not None:
            by_subgraph = costs.subgraphs(variables, False)
            over = frozenset(name for name, one in by_subgraph.items() if self._is_over(name, one))
            if over:
                exchange.cost_result = BY_SUBGRAPH
                exchange.closed_subgraphs = over if self._enforces else frozenset()
        if cost > self._max:
            exchange.cost_result = ESTIMATED
            if self._enforces:
                raise RequestError(
                    f"the operation is estimated to cost {cost}, and {self._max} is the most;"
                    " ask for fewer or smaller lists, or in several requests",
                    code=ESTIMATED,
                )
        if self._shows and exchange.http.header(HEADER):
            exchange.extensions["cost"] = {
                "estimated": cost,
                "max": self._max,
                "result": exchange.cost_result,
                **({"estimatedBySubgraph": dict(by_subgraph)} if by_subgraph else {}),
            }

    def settle(
        self, exchange: Exchange, prepared: Prepared, variables: Mapping[str, Any], answer: Answer
    ) -> None:
        """Count the answer, where the settings say so.

        It is there already: what it cost too much is told, and nothing is refused any more.
        """
        if prepared.costs is None or prepared.costs.actual is None:
            return
        body = decode(answer.body)
        actual = prepared.costs.actual.of(body.get("data"), variables)
        exchange.actual_cost = actual
        if actual > self._max and exchange.cost_result == OK:
            exchange.cost_result = ACTUAL
        if "cost" in exchange.extensions:
            figures = {**exchange.extensions["cost"], "actual": actual}
            figures["result"] = exchange.cost_result
            shown = orjson.loads(answer.body)
            shown["extensions"]["cost"] = figures
            answer.body = orjson.dumps(shown)

    def _is_over(self, subgraph: str, cost: int) -> bool:
        most = self._demands.max_of(subgraph)
        return most is not None and cost > most


def without_asking(
    transports: Mapping[str, SubgraphTransport], closed: Collection[str]
) -> Mapping[str, SubgraphTransport]:
    """Return transports by which the `closed` subgraphs are not reached."""
    return {**transports, **{name: _TooExpensive(name) for name in closed}}


@dataclass(frozen=True, slots=True)
class _TooExpensive:
    """Fails each call with the code; nobody is asked."""

    subgraph: str

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        raise SubgraphError(
            "The operation would ask too much of this subgraph, so it was not asked.",
            subgraph=self.subgraph,
            code=BY_SUBGRAPH,
            failure=Failure.NOT_SENT,
        )

    async def close(self) -> None:
        """Nothing is open."""


def _wrong_slicing(error: SlicingError) -> RequestError:
    names = ", ".join(error.slicing)
    return RequestError(
        f"{error.field} needs exactly one of these arguments, so that its cost is known: {names}",
        code=SLICING,
    )
