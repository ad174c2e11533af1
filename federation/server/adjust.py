"""Settings a program adds to what its configuration says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from federation.server.settings.engine import EngineSettings
from federation.server.settings.headers import HeaderRule, HeaderRules, Propagate
from federation.server.settings.subscription import Passthrough

T = TypeVar("T", bound=EngineSettings)


def with_event_streams(settings: T, subgraphs: Iterable[str]) -> T:
    """Return the settings with streams of `subgraphs` over SSE, unless they say otherwise."""
    replace = msgspec.structs.replace
    subscription = settings.subscription
    passthrough = subscription.mode.passthrough
    streams = {name: Passthrough(protocol="sse") for name in subgraphs}
    passthrough = replace(passthrough, subgraphs=streams | passthrough.subgraphs)
    mode = replace(subscription.mode, passthrough=passthrough)
    return replace(settings, subscription=replace(subscription, mode=mode))


def with_header(settings: T, name: str) -> T:
    """Return the settings with a client's header passed on to all subgraphs."""
    replace = msgspec.structs.replace
    rule = HeaderRule(propagate=Propagate(named=name))
    every = HeaderRules(request=(rule, *settings.headers.all.request))
    return replace(settings, headers=replace(settings.headers, all=every))
