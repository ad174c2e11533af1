"""Header rules, inwards: what of subgraphs' response headers reaches the client.

The responses of all calls of an operation, in the order of its plan and not of arrival, so that
the same responses give the same headers. A call that failed as a whole has none. An answer in
parts (`@defer`, subscriptions) has none either: its headers are sent before the subgraphs answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from federation.execution.context import CallHeaders
from federation.server.settings.headers import (
    Headers,
    Remove,
    ResponseHeaderRule,
    ResponsePropagate,
    is_reserved_in_responses,
)
from federation.server.subgraphs.headers import removal

COOKIE = "set-cookie"

Algorithm = Literal["first_write", "last_write", "append"]
ReceivedHeaders = Sequence[tuple[str, str]]


@dataclass(slots=True)
class _Call:
    """What the rules make of one response: values by name, and how they join those of others."""

    values: dict[str, list[str]] = field(default_factory=dict)
    algorithms: dict[str, Algorithm] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, values: list[str], algorithm: Algorithm) -> None:
        self.values[name] = values
        self.algorithms[name] = algorithm


Step = Callable[[ReceivedHeaders, _Call], None]


class ResponseHeaderPropagation:
    """The compiled rules of all subgraphs."""

    def __init__(self, settings: Headers) -> None:
        self._for_all = tuple(_compile(rule) for rule in settings.all.response)
        self._for_one = {
            name: (*self._for_all, *(_compile(rule) for rule in rules.response))
            for name, rules in settings.subgraphs.items()
        }

    @property
    def empty(self) -> bool:
        """Whether there are no rules, for any subgraph."""
        return not self._for_all and not any(self._for_one.values())

    def merged(self, calls: Iterable[CallHeaders]) -> list[tuple[bytes, bytes]]:
        """Return the headers for the client."""
        merged: dict[str, list[str]] = {}
        defaults: dict[str, str] = {}
        for subgraph, received in calls:
            call = _Call()
            for step in self._for_one.get(subgraph, self._for_all):
                step(received, call)
            for name, values in call.values.items():
                _join(merged, name, values, call.algorithms[name])
            defaults |= call.defaults
        for name, value in defaults.items():
            merged.setdefault(name, [value])
        return [line for name, values in merged.items() for line in _lines(name, values)]


def kept_headers(settings: Headers, subgraph: str) -> tuple[str, ...] | None:
    """Return which response headers of a subgraph the rules look at; None for all."""
    own = settings.subgraphs.get(subgraph)
    names: dict[str, None] = {}
    for rule in (*settings.all.response, *(() if own is None else own.response)):
        if rule.propagate is None:
            continue
        if rule.propagate.named is None:
            return None
        names[rule.propagate.named.lower()] = None
    return tuple(names)


def _join(merged: dict[str, list[str]], name: str, values: list[str], algorithm: Algorithm) -> None:
    known = merged.get(name)
    if known is None or algorithm == "last_write":
        merged[name] = list(values)
    elif algorithm == "append":
        known.extend(values)


def _lines(name: str, values: Sequence[str]) -> list[tuple[bytes, bytes]]:
    raw = name.encode("latin-1")
    # RFC 9110 §5.3: several cookies are never one header.
    texts = values if name == COOKIE else [", ".join(values)]
    return [(raw, text.encode("latin-1", "replace")) for text in texts]


def _compile(rule: ResponseHeaderRule) -> Step:
    if rule.propagate is not None:
        if rule.propagate.matching is not None:
            return _propagate_matching(rule.propagate, rule.propagate.matching)
        return _propagate_named(rule.propagate)
    if rule.insert is not None:
        name, value = rule.insert.name.lower(), rule.insert.value
        return lambda received, call: call.put(name, [value], "last_write")
    assert rule.remove is not None
    return _remove(rule.remove)


def _propagate_named(rule: ResponsePropagate) -> Step:
    assert rule.named is not None
    named, target = rule.named.lower(), (rule.rename or rule.named).lower()
    algorithm, default = rule.algorithm, rule.default

    def by_name(received: ReceivedHeaders, call: _Call) -> None:
        values = [value for name, value in received if name == named]
        if values:
            call.put(target, values, algorithm)
        elif default is not None:
            call.defaults[target] = default

    return by_name


def _propagate_matching(rule: ResponsePropagate, matching: str) -> Step:
    pattern = re.compile(matching, re.IGNORECASE)
    excluded = tuple(re.compile(each, re.IGNORECASE) for each in rule.exclude)
    algorithm = rule.algorithm

    def by_pattern(received: ReceivedHeaders, call: _Call) -> None:
        found: dict[str, list[str]] = {}
        for name, value in received:
            if (
                pattern.search(name)
                and name != COOKIE
                and not is_reserved_in_responses(name)
                and not any(each.search(name) for each in excluded)
            ):
                found.setdefault(name, []).append(value)
        for name, values in found.items():
            call.put(name, values, algorithm)

    return by_pattern


def _remove(rule: Remove) -> Step:
    removes = removal(rule)

    def remove(received: ReceivedHeaders, call: _Call) -> None:
        for known in (call.values, call.defaults):
            for name in list(known):
                if removes(name):
                    del known[name]

    return remove
