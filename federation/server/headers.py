"""Header rules: what of a client's headers each subgraph gets, and what we add.

Rules are compiled once per subgraph. Without rules a request costs nothing and subgraphs see no
header of the client.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from federation.server.settings.headers import HeaderRule, Headers, Insert, Propagate, Remove

RawHeaders = Sequence[tuple[bytes, bytes]]
Step = Callable[[RawHeaders, dict[str, str]], None]

# They belong to one connection or one body (RFC 9110 §7.6.1), or are made by the transport.
_NEVER = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer"
    b" transfer-encoding upgrade host content-length content-type content-encoding accept"
    b" accept-encoding expect".split()
)
_NOTHING: Mapping[str, str] = {}


class HeaderPropagation:
    """The compiled rules. `empty`: there are none, for any subgraph."""

    def __init__(self, settings: Headers) -> None:
        self._for_all = _compile_all(settings.all.request)
        self._for_one = {
            name: (*self._for_all, *_compile_all(rules.request))
            for name, rules in settings.subgraphs.items()
        }
        self.empty = not self._for_all and not any(self._for_one.values())

    def headers_for(self, subgraph: str, client: RawHeaders) -> Mapping[str, str]:
        """Return what to send to `subgraph`; names in lower case."""
        steps = self._for_one.get(subgraph, self._for_all)
        if not steps:
            return _NOTHING
        headers: dict[str, str] = {}
        for step in steps:
            step(client, headers)
        return headers


def _compile_all(rules: Iterable[HeaderRule]) -> tuple[Step, ...]:
    return tuple(_compile(rule) for rule in rules)


def _compile(rule: HeaderRule) -> Step:
    if rule.propagate is not None:
        return _propagate(rule.propagate)
    if rule.insert is not None:
        return _insert(rule.insert)
    assert rule.remove is not None
    return _remove(rule.remove)


def _propagate(rule: Propagate) -> Step:
    if rule.matching is not None:
        pattern = re.compile(rule.matching.encode("latin-1"), re.IGNORECASE)

        def by_pattern(client: RawHeaders, headers: dict[str, str]) -> None:
            for name, value in client:
                if name not in _NEVER and pattern.search(name):
                    headers[name.decode("latin-1")] = value.decode("latin-1")

        return by_pattern
    assert rule.named is not None
    wanted = rule.named.lower().encode("latin-1")
    target = (rule.rename or rule.named).lower()
    default = rule.default

    def by_name(client: RawHeaders, headers: dict[str, str]) -> None:
        for name, value in client:
            if name == wanted:
                headers[target] = value.decode("latin-1")
                return
        if default is not None:
            headers[target] = default

    return by_name


def _insert(rule: Insert) -> Step:
    name, value = rule.name.lower(), rule.value

    def insert(client: RawHeaders, headers: dict[str, str]) -> None:
        headers[name] = value

    return insert


def _remove(rule: Remove) -> Step:
    exact = rule.named.lower() if rule.named is not None else None
    pattern = re.compile(rule.matching, re.IGNORECASE) if rule.matching is not None else None

    def remove(client: RawHeaders, headers: dict[str, str]) -> None:
        for name in list(headers):
            if name == exact or (pattern is not None and pattern.search(name)):
                del headers[name]

    return remove
