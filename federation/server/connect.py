"""Supergraph + settings → a transport per subgraph."""

from __future__ import annotations

from collections.abc import Mapping

from federation.errors import SupergraphError
from federation.execution.single_flight import SingleFlight
from federation.execution.transport import SubgraphTransport
from federation.execution.transports.in_process import Execute, InProcessTransport
from federation.execution.transports.options import HttpOptions
from federation.server.settings.engine import EngineSettings
from federation.server.settings.traffic import SubgraphShaping
from federation.supergraph.model import Supergraph


def connect(
    supergraph: Supergraph, settings: EngineSettings, local: Mapping[str, Execute]
) -> dict[str, SubgraphTransport]:
    """Return how each subgraph is called: in process where `local` has it, else over HTTP.

    `override_subgraph_url` wins over both, so that a subgraph of ours can be moved out by
    configuration. A subgraph without any address gets no transport; asking it is an error then.
    """
    transports: dict[str, SubgraphTransport] = {}
    for subgraph in supergraph.subgraphs:
        shaping = _shaping(settings, subgraph.name)
        url = settings.override_subgraph_url.get(subgraph.name)
        transport: SubgraphTransport
        if url is None and subgraph.name in local:
            transport = InProcessTransport(local[subgraph.name], shaping.timeout)
        elif url or subgraph.url:
            deadline = settings.traffic_shaping.deadline
            header = deadline.header if deadline.send else None
            transport = _http(subgraph.name, url or subgraph.url, shaping, header)
        else:
            continue
        share = shaping.deduplicate_query
        transports[subgraph.name] = SingleFlight(transport) if share else transport
    return transports


def _shaping(settings: EngineSettings, name: str) -> SubgraphShaping:
    everyone = settings.traffic_shaping.all
    own = settings.traffic_shaping.subgraphs.get(name, SubgraphShaping())
    timeout = everyone.timeout if own.timeout is None else own.timeout
    share = everyone.deduplicate_query if own.deduplicate_query is None else own.deduplicate_query
    return SubgraphShaping(
        timeout=30.0 if timeout is None else timeout,
        deduplicate_query=True if share is None else share,
    )


def _http(
    name: str, url: str, shaping: SubgraphShaping, deadline_header: str | None
) -> SubgraphTransport:
    if not url.startswith(("http://", "https://")):
        raise SupergraphError(
            f"Subgraph {name!r} has the url {url!r}, which is not http:// or https://;"
            " correct its routing url or set override_subgraph_url."
        )
    assert shaping.timeout is not None
    options = HttpOptions(url=url, timeout=shaping.timeout, deadline_header=deadline_header)
    try:
        from federation.execution.transports.http import HttpTransport
    except ImportError:
        # pyreqwest has no wheel for every platform; aiohttp does the same at twice the cost.
        from federation.execution.transports.aiohttp import AiohttpTransport

        return AiohttpTransport(options)
    try:
        return HttpTransport(options)
    except ValueError as error:
        raise SupergraphError(f"Subgraph {name!r} has an unusable url {url!r}: {error}") from None
