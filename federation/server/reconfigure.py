"""Which settings take effect while the server runs, and which only when it starts again."""

from __future__ import annotations

from federation.server.settings.engine import EngineSettings

# Bound to sockets, routes or threads that are there from the start on.
_FROM_THE_START = (
    ("supergraph", "listen"),
    ("supergraph", "path"),
    ("health_check",),
    ("homepage",),
    ("sandbox",),
    ("subscription", "mode", "callback"),
    ("telemetry",),
    ("limits", "http_max_request_bytes"),
)


def waiting_for_restart(old: EngineSettings, new: EngineSettings) -> tuple[str, ...]:
    """Return the keys, in dots, that differ and need a restart.

    >>> import msgspec
    >>> old = EngineSettings()
    >>> limits = msgspec.structs.replace(old.limits, http_max_request_bytes=1)
    >>> waiting_for_restart(old, msgspec.structs.replace(old, limits=limits))
    ('limits.http_max_request_bytes',)
    """
    return tuple(".".join(path) for path in _FROM_THE_START if _at(old, path) != _at(new, path))


def _at(settings: EngineSettings, path: tuple[str, ...]) -> object:
    value: object = settings
    for name in path:
        value = getattr(value, name)
    return value
