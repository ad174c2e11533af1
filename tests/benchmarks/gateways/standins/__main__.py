"""`python -m tests.benchmarks.gateways.standins PORT`: all stand-ins, each under its path."""

from __future__ import annotations

import sys

import uvloop

from tests.benchmarks.gateways.standins.feed import Feed
from tests.benchmarks.gateways.standins.orders import Prices, Stock
from tests.benchmarks.gateways.standins.parts import PARTS, Part
from tests.benchmarks.gateways.standins.rows import Rows
from tests.benchmarks.gateways.standins.serving import Subgraph, serve
from tests.benchmarks.gateways.standins.slow import Slow


async def main(port: int) -> None:
    feed = Feed()
    subgraphs: dict[str, Subgraph] = {
        "/rows": Rows(),
        "/slow": Slow(),
        "/direct": Slow(),  # the same, for who asks past the gateway: not counted with its calls
        "/prices": Prices(),
        "/stock": Stock(),
        "/feed": feed,
        **{f"/part{number}": Part() for number in range(PARTS)},
    }
    await serve(subgraphs, {"/feed": feed}, port)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
