"""`headers`: what of a client's headers goes on to subgraphs, and what is added."""

from __future__ import annotations

import re

from msgspec import field

from federation.server.settings.base import HEADER_NAME, Section, check_patterns


class Propagate(Section, frozen=True):
    """Pass on client headers: one by name (with a new name, or a default), or by pattern."""

    named: str | None = None
    matching: str | None = None
    rename: str | None = None
    default: str | None = None

    def __post_init__(self) -> None:
        _check_name_or_pattern(self.named, self.matching)
        if self.matching is not None and (self.rename or self.default):
            raise ValueError("'rename' and 'default' need 'named'")


class Insert(Section, frozen=True):
    """Send a header of our own."""

    name: str
    value: str

    def __post_init__(self) -> None:
        if not re.fullmatch(HEADER_NAME, self.name):
            raise ValueError("'name' is not a header name")
        if not re.fullmatch(r"[\x21-\x7e\x80-\xff]?[\x20-\x7e\x80-\xff\t]*", self.value):
            raise ValueError("'value' has characters a header cannot carry")


class Remove(Section, frozen=True):
    """Take back what an earlier rule passed on."""

    named: str | None = None
    matching: str | None = None

    def __post_init__(self) -> None:
        _check_name_or_pattern(self.named, self.matching)


class HeaderRule(Section, frozen=True):
    """Exactly one of the three."""

    propagate: Propagate | None = None
    insert: Insert | None = None
    remove: Remove | None = None

    def __post_init__(self) -> None:
        if sum(rule is not None for rule in (self.propagate, self.insert, self.remove)) != 1:
            raise ValueError("write exactly one of 'propagate', 'insert', 'remove'")


class HeaderRules(Section, frozen=True):
    """Applied in order."""

    request: tuple[HeaderRule, ...] = ()


class Headers(Section, frozen=True):
    """Rules for all subgraphs, then those for one."""

    all: HeaderRules = HeaderRules()
    subgraphs: dict[str, HeaderRules] = field(default_factory=dict)


def _check_name_or_pattern(named: str | None, matching: str | None) -> None:
    if (named is None) == (matching is None):
        raise ValueError("write exactly one of 'named' and 'matching'")
    if matching is not None:
        check_patterns((matching,))
