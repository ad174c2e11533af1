"""Header rules: what of a client's headers each subgraph gets, and what we add.

The same for calls and for event streams (of a WebSocket, the headers of its handshake). Rules are
compiled once per subgraph. Without rules a request costs nothing and subgraphs see no header of
the client.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from federation.server.settings.headers import (
    HeaderRule,
    Headers,
    Insert,
    Propagate,
    Remove,
    is_reserved_in_requests,
)

RawHeaders = Sequence[tuple[bytes, bytes]]
Step = Callable[[RawHeaders, dict[str, str]], None]

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


def joined(name: str, values: Sequence[str]) -> str:
    """Return the values of one header, each of its own line, as one (RFC 9110 §5.3).

    >>> joined("x-a", ["1", "2"]), joined("cookie", ["a=1", "b=2"])
    ('1, 2', 'a=1; b=2')
    """
    # RFC 9113 §8.2.3: HTTP/2 clients may send each cookie on a line of its own.
    return ("; " if name == "cookie" else ", ").join(values)


def _compile_all(rules: Iterable[HeaderRule]) -> tuple[Step, ...]:
    return tuple(_compile(rule) for rule in rules)


def _compile(rule: HeaderRule) -> Step:
    if rule.propagate is not None:
        if rule.propagate.matching is not None:
            return _propagate_matching(rule.propagate.matching, rule.propagate.exclude)
        return _propagate_named(rule.propagate)
    if rule.insert is not None:
        return _insert(rule.insert)
    assert rule.remove is not None
    return _remove(rule.remove)


def _propagate_matching(matching: str, exclude: Sequence[str]) -> Step:
    pattern = re.compile(matching, re.IGNORECASE)
    excluded = tuple(re.compile(each, re.IGNORECASE) for each in exclude)

    def passes(name: str) -> bool:
        return (
            pattern.search(name) is not None
            and not is_reserved_in_requests(name)
            and not any(each.search(name) for each in excluded)
        )

    def by_pattern(client: RawHeaders, headers: dict[str, str]) -> None:
        found: dict[str, list[str]] = {}
        for raw, value in client:
            name = raw.decode("latin-1")
            if name in found or passes(name):
                found.setdefault(name, []).append(value.decode("latin-1"))
        for name, values in found.items():
            headers[name] = joined(name, values)

    return by_pattern


def _propagate_named(rule: Propagate) -> Step:
    assert rule.named is not None
    named = rule.named.lower()
    wanted = named.encode("latin-1")
    target = (rule.rename or rule.named).lower()
    default = rule.default

    def by_name(client: RawHeaders, headers: dict[str, str]) -> None:
        values = [value.decode("latin-1") for name, value in client if name == wanted]
        if values:
            headers[target] = values[0] if len(values) == 1 else joined(named, values)
        elif default is not None:
            headers[target] = default

    return by_name


def _insert(rule: Insert) -> Step:
    name, value = rule.name.lower(), rule.value

    def insert(client: RawHeaders, headers: dict[str, str]) -> None:
        headers[name] = value

    return insert


def _remove(rule: Remove) -> Step:
    removes = removal(rule)

    def remove(client: RawHeaders, headers: dict[str, str]) -> None:
        for name in list(headers):
            if removes(name):
                del headers[name]

    return remove


def removal(rule: Remove) -> Callable[[str], bool]:
    """Return whether a header, by its name in lower case, is taken back."""
    if rule.named is not None:
        return rule.named.lower().__eq__
    assert rule.matching is not None
    pattern = re.compile(rule.matching, re.IGNORECASE)
    return lambda name: pattern.search(name) is not None
