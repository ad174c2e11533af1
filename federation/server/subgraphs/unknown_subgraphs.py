"""Settings for subgraphs that the supergraph does not have: a wrong name, or one still to come.

Not refused, since a registry may bring the subgraph later; but told, since a time-out or an address
under a misspelt name does nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping

import msgspec

from federation.server.settings.engine import EngineSettings

# Keys whose maps and lists have names of subgraphs, wherever they stand.
_KEYS = frozenset({"subgraphs", "override_subgraph_url"})


def unknown_subgraphs(settings: EngineSettings, names: Collection[str]) -> tuple[str, ...]:
    """Return a sentence for each place that names a subgraph which is not in `names`.

    >>> settings = EngineSettings(override_subgraph_url={"finanse": "http://127.0.0.1:1"})
    >>> unknown_subgraphs(settings, ["finance", "patents"])
    ("override_subgraph_url.finanse: there is no such subgraph; did you mean 'finance'?",)
    """
    return tuple(
        f"{path}.{name}: there is no such subgraph{_nearest(name, names)}"
        for path, name in _named(settings, "")
        if name not in names
    )


def _named(section: msgspec.Struct, path: str) -> Iterator[tuple[str, str]]:
    for field in msgspec.structs.fields(section):
        value = getattr(section, field.name)
        below = f"{path}.{field.encode_name}" if path else field.encode_name
        if isinstance(value, msgspec.Struct):
            yield from _named(value, below)
        elif field.encode_name in _KEYS and isinstance(value, Mapping | tuple):
            yield from ((below, name) for name in value)


def _nearest(name: str, names: Collection[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
