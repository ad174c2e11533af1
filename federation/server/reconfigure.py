"""Which settings take effect while the server runs, and which only when it starts again."""

from __future__ import annotations

from federation.server.settings.engine import EngineSettings

# Bound to sockets, routes or threads that are there from the start on.
_FROM_THE_START = (
    ("supergraph", "listen"),
    ("supergraph", "path"),
    ("supergraph", "workers"),
    ("health_check",),
    ("tls", "supergraph", "certificate"),
    ("tls", "supergraph", "certificate_chain"),
    ("tls", "supergraph", "key"),
    ("tls", "supergraph", "strict_transport_security"),
    ("tls", "supergraph", "client_authentication", "mode"),
    ("tls", "supergraph", "client_authentication", "ca"),
    ("homepage",),
    ("sandbox",),
    ("subscription", "mode", "callback"),
    ("subscription", "websocket_compression"),
    ("response_cache", "enabled"),
    ("response_cache", "memory"),
    ("response_cache", "redis"),
    ("response_cache", "invalidation"),
    ("telemetry",),
    ("limits", "http1_max_request_headers"),
    ("limits", "http1_max_request_buf_size"),
    ("limits", "http1_header_read_timeout"),
    ("limits", "http1_body_read_timeout"),
)


def waiting_for_restart(old: EngineSettings, new: EngineSettings) -> tuple[str, ...]:
    """Return the keys, in dots, that differ and need a restart.

    >>> import msgspec
    >>> old = EngineSettings()
    >>> supergraph = msgspec.structs.replace(old.supergraph, path="/")
    >>> waiting_for_restart(old, msgspec.structs.replace(old, supergraph=supergraph))
    ('supergraph.path',)
    """
    return tuple(".".join(path) for path in _FROM_THE_START if _at(old, path) != _at(new, path))


def _at(settings: EngineSettings, path: tuple[str, ...]) -> object:
    value: object = settings
    for name in path:
        value = getattr(value, name)
    return value
