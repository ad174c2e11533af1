"""Settings → several workers that serve; what `serve` does where more than one is asked for."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from importlib import import_module

from federation.errors import FederationError
from federation.server.listener.listen import address_of
from federation.server.observing.observability import bind_metrics
from federation.server.settings.engine import EngineSettings
from federation.server.workers.counting import worker_count
from federation.server.workers.member import Member
from federation.server.workers.shares import check_divisible
from federation.server.workers.sockets import bind_each
from federation.server.workers.supervisor import Beside, Plan, Supervisor

# What every worker imports later on.
_MODULES = (
    "federation.server.app",
    "federation.server.listener.websocket_protocol",
    "federation.server.workers.gathered_metrics",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
)


def supervise(
    settings: EngineSettings,
    say: Callable[[str], None],
    beside: Beside | None = None,
    modules: Sequence[str] = (),
) -> Member | Callable[[], int] | int:
    """Run several workers. Returns in each of them what it is, and at the end the exit code.

    Forks: everything that all of them need should be read before, and is imported (`modules`).
    `say` is told the address once all are up. Raises `ListenError`, and `FederationError` for
    settings that need one process.
    """
    if not hasattr(os, "fork"):
        raise FederationError(
            "this system cannot fork processes; serve with --workers 1",
            code="INVALID_CONFIGURATION",
        )
    check_divisible(settings)
    _import_first((*_MODULES, *modules))
    host, port = settings.supergraph.address()
    listening = bind_each(host, port, worker_count(settings.supergraph.workers))
    prometheus = settings.telemetry.exporters.metrics.prometheus
    own_port = prometheus.enabled and not prometheus.shares(settings.supergraph.listen)
    health = settings.health_check
    address = address_of(listening[0], host, settings.tls.supergraph)
    plan = Plan(
        listening=listening,
        metrics=bind_metrics(prometheus) if own_port else None,
        grace=health.drain_delay + health.shutdown_grace,
        on_ready=lambda: say(address),
        beside=beside,
    )
    return Supervisor(plan).run()


def _import_first(modules: Sequence[str]) -> None:
    """Import what each worker would otherwise import for itself, in memory of its own."""
    for name in modules:
        # Some are for packages that are not there on every system.
        with contextlib.suppress(ImportError):
            import_module(name)
