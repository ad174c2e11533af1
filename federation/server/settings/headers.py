"""`headers`: what of a client's headers goes on to subgraphs, and of theirs to the client.

headers:
  all:
    request:
      - propagate: { named: authorization }
      - propagate: { matching: "^x-org-", exclude: ["^x-org-secret"] }
    response:
      - propagate: { named: x-warning, algorithm: append }
  subgraphs:
    finance:
      request: [{ insert: { name: x-api-key, value: "${env.FINANCE_KEY}" } }]

Without rules nothing is passed on, in either direction. Some names are reserved: those of one
connection or one body, and what the hub itself says; a rule that names one is refused, a pattern
leaves them out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from msgspec import field

from federation.server.settings.base import HEADER_NAME, Section, check_patterns

# RFC 9110 §7.6.1, what describes the body, and what the client of HTTP writes itself.
_OF_A_MESSAGE = """
    connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer
    trailers transfer-encoding upgrade content-length content-type content-encoding
"""
_IN_REQUESTS = "host accept accept-encoding expect"
# What the hub says of its own answer, which is made of several.
_IN_RESPONSES = """
    accept-ranges age cache-control content-range date etag expires last-modified pragma server vary
    x-content-type-options x-frame-options referrer-policy content-security-policy
    cross-origin-resource-policy strict-transport-security
"""
RESERVED_IN_REQUESTS = frozenset((_OF_A_MESSAGE + _IN_REQUESTS).split())
RESERVED_IN_RESPONSES = frozenset((_OF_A_MESSAGE + _IN_RESPONSES).split())
_RESERVED_BEGINNINGS = ("sec-websocket-",)
_RESERVED_BEGINNINGS_IN_RESPONSES = ("sec-websocket-", "access-control-")


def is_reserved_in_requests(name: str) -> bool:
    """Return whether no rule may send this header (lower case) to a subgraph."""
    return name in RESERVED_IN_REQUESTS or name.startswith(_RESERVED_BEGINNINGS)


def is_reserved_in_responses(name: str) -> bool:
    """Return whether no rule may send this header (lower case) to a client."""
    return name in RESERVED_IN_RESPONSES or name.startswith(_RESERVED_BEGINNINGS_IN_RESPONSES)


class _Propagation(Section, frozen=True):
    """Pass on headers: one by name (with a new name, or a default), or by pattern.

    `exclude`: patterns of names that `matching` leaves out.

    `named`: this one; `rename`: under another name; `default`: its value when it is not there.
    `matching`: all whose names fit this regular expression.
    """

    named: str | None = None
    matching: str | None = None
    exclude: tuple[str, ...] = ()
    rename: str | None = None
    default: str | None = None

    def __post_init__(self) -> None:
        _check_name_or_pattern(self.named, self.matching)
        if self.matching is not None and (self.rename or self.default):
            raise ValueError("'rename' and 'default' need 'named'")
        if self.named is not None and self.exclude:
            raise ValueError("'exclude' needs 'matching'")
        for name in (self.named, self.rename):
            if name is not None:
                _check_name(name)
        if self.default is not None:
            _check_value("default", self.default)
        check_patterns(self.exclude)


class Propagate(_Propagation, frozen=True):
    """Pass on client headers. Several values of one name become one header, in their order."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_reserved(self.rename or self.named, is_reserved_in_requests, "subgraphs")


class ResponsePropagate(_Propagation, frozen=True):
    """Pass on headers of subgraphs' responses.

    `algorithm`, for responses of several calls in the order of the plan: the first that has it
    (`first_write`), the last (`last_write`), or all (`append`). `default`: when none has it.
    `set-cookie` needs `named`.
    """

    algorithm: Literal["first_write", "last_write", "append"] = "last_write"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_reserved(self.rename or self.named, is_reserved_in_responses, "clients")


class _Insertion(Section, frozen=True):
    """Send a header of our own.

    `name`, `value`: of the header.
    """

    name: str
    value: str

    def __post_init__(self) -> None:
        _check_name(self.name)
        _check_value("value", self.value)

    # The value may be a secret of a subgraph.
    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, value=…)"


class Insert(_Insertion, frozen=True):
    """Send a header of our own to subgraphs."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_reserved(self.name, is_reserved_in_requests, "subgraphs")


class ResponseInsert(_Insertion, frozen=True):
    """Send a header of our own to the client, when the subgraph was asked."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_reserved(self.name, is_reserved_in_responses, "clients")


class Remove(Section, frozen=True):
    """Take back what an earlier rule passed on.

    `named`: this one. `matching`: all whose names fit this regular expression.
    """

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
        _check_one(self.propagate, self.insert, self.remove)


class ResponseHeaderRule(Section, frozen=True):
    """Exactly one of the three."""

    propagate: ResponsePropagate | None = None
    insert: ResponseInsert | None = None
    remove: Remove | None = None

    def __post_init__(self) -> None:
        _check_one(self.propagate, self.insert, self.remove)


class HeaderRules(Section, frozen=True):
    """Applied in order: `request` on the way to a subgraph, `response` on the way to the client."""

    request: tuple[HeaderRule, ...] = ()
    response: tuple[ResponseHeaderRule, ...] = ()


class Headers(Section, frozen=True):
    """Rules for all subgraphs, then those for one."""

    all: HeaderRules = HeaderRules()
    subgraphs: dict[str, HeaderRules] = field(default_factory=dict)


def _check_one(*rules: object) -> None:
    if sum(rule is not None for rule in rules) != 1:
        raise ValueError("write exactly one of 'propagate', 'insert', 'remove'")


def _check_name_or_pattern(named: str | None, matching: str | None) -> None:
    if (named is None) == (matching is None):
        raise ValueError("write exactly one of 'named' and 'matching'")
    if matching is not None:
        check_patterns((matching,))


def _check_name(name: str) -> None:
    if not re.fullmatch(HEADER_NAME, name):
        raise ValueError(f"{name!r} is not a header name")


def _check_value(key: str, value: str) -> None:
    if not re.fullmatch(r"[\x21-\x7e\x80-\xff]?[\x20-\x7e\x80-\xff\t]*", value):
        raise ValueError(f"{key!r} has characters a header cannot carry")


def _check_reserved(name: str | None, is_reserved: Callable[[str], bool], whom: str) -> None:
    if name is not None and is_reserved(name.lower()):
        raise ValueError(f"the header {name!r} is reserved: rules cannot send it to {whom}")
