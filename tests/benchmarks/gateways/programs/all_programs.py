"""All programs that can be compared, in the order of the tables."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.gateways.programs.apollo_gateway import ApolloGateway
from tests.benchmarks.gateways.programs.hand import Hand
from tests.benchmarks.gateways.programs.hive_gateway import HiveGateway
from tests.benchmarks.gateways.programs.hive_router import HiveRouter
from tests.benchmarks.gateways.programs.nginx import Nginx
from tests.benchmarks.gateways.programs.ours import Ours
from tests.benchmarks.gateways.workload import Contender
from tests.support.shared import ROOT


def contenders(base: Path | None) -> list[Contender]:
    """Return all programs; `base`: another checkout of ours."""
    return [
        Ours("ours", ROOT),
        *([] if base is None else [Ours("base", base.resolve())]),
        Hand(),
        ApolloGateway(),
        HiveGateway("hive-gateway", rust=False),
        HiveGateway("hive-gateway-rust", rust=True),
        HiveRouter(),
        Nginx(),
    ]
