"""How long an answer may be kept, and by whom (RFC 9111): read from headers, joined, written.

Durations in seconds. Only what a gateway needs of the RFC: it never revalidates, so `no-cache` is
the same to it as `no-store`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import IntEnum
from functools import lru_cache

KEPT_HEADERS = ("cache-control", "age", "vary", "expires", "date", "cache-tag")
"""Names of response headers that say whether an answer may be kept, and when to drop it."""

_DIRECTIVE = re.compile(r"""\s*([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]*))?\s*""")
_SECONDS = re.compile(r"[0-9]+")
# RFC 9111 §1.2.2: what is larger counts as this.
_MOST_SECONDS = 2**31


class Scope(IntEnum):
    """Who may be given an answer again. `UNSAID`: only who would send the same headers."""

    PUBLIC = 0
    UNSAID = 1
    PRIVATE = 2


@dataclass(frozen=True, slots=True)
class Policy:
    """What one response says of itself. `left`: how long it is still fresh, more than 0. `age`: how
    old it was on arrival. `vary`: names of request headers (lower case, sorted) that chose it.
    """

    left: float
    age: float
    scope: Scope
    vary: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh (a part of) an answer to a client is. `left` 0: it must not be kept.

    `shared`: it is the same for everybody who sends the same values of the headers `vary` (names in
    lower case). `hits`, `misses`: pieces that were kept, and those that were asked for, for
    developers.
    """

    left: float = 0.0
    age: float = 0.0
    shared: bool = False
    vary: frozenset[str] = frozenset()
    hits: int = 0
    misses: int = 0

    def cache_control(self) -> str:
        """Return the header's value.

        >>> Freshness(59.0, 1.4, True).cache_control(), Freshness().cache_control()
        ('public, max-age=60', 'no-store')
        """
        # `max-age` counts from the origin: a cache downstream takes `age` off it.
        lifetime = int(self.left) + int(self.age) if self.left >= 1 else 0
        if not lifetime:
            return "no-store"
        return f"{'public' if self.shared else 'private'}, max-age={lifetime}"


def strictest(one: Freshness, other: Freshness) -> Freshness:
    """Return what holds for an answer of both parts."""
    return Freshness(
        min(one.left, other.left),
        max(one.age, other.age),
        one.shared and other.shared,
        one.vary | other.vary,
        one.hits + other.hits,
        one.misses + other.misses,
    )


def read_policy(
    headers: Iterable[tuple[str, str]], default_ttl: float | None, now: float
) -> Policy | None:
    """Return what the headers of a response allow, None when it may not be kept at all.

    Names are in lower case. `default_ttl` holds where the headers name no time. `now`: seconds
    since 1970, to be compared with `expires` where the response has no `date`.
    """
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    directives = read_directives(", ".join(values.get("cache-control", ())))
    if "no-store" in directives or "no-cache" in directives:
        return None
    vary = read_names(values.get("vary", ()))
    if "*" in vary:
        return None
    scope = _scope(directives)
    lifetime = _lifetime(directives, scope, values, now)
    if lifetime is None:
        lifetime = default_ttl
    if lifetime is None:
        return None
    age = _seconds(values["age"][0].strip()) if "age" in values else 0
    left = lifetime - age
    return Policy(left, age, scope, vary) if left > 0 else None


@lru_cache(maxsize=512)
def read_directives(text: str) -> Mapping[str, str | None]:
    """Return the directives of a `cache-control` header, names in lower case.

    Of one that is named twice the stricter meaning holds: an empty text, which is no time.

    >>> read_directives('max-age="60", PRIVATE')
    {'max-age': '60', 'private': None}
    """
    found: dict[str, str | None] = {}
    position = 0
    while position < len(text):
        match = _DIRECTIVE.match(text, position)
        if match is None or match.end() == position:
            position += 1
            continue
        name, value = match[1].lower(), match[2]
        if value is not None and value[:1] == '"':
            value = value[1:-1]
        found[name] = "" if name in found and found[name] != value else value
        position = match.end() + 1
    return found


def read_names(values: Sequence[str]) -> tuple[str, ...]:
    """Return the names listed in headers: lower case, sorted, each once.

    >>> read_names(["Accept-Language, X-Team", "x-team"])
    ('accept-language', 'x-team')
    """
    names = (name.strip().lower() for value in values for name in value.split(","))
    return tuple(sorted({name for name in names if name}))


def _scope(directives: Mapping[str, str | None]) -> Scope:
    if "private" in directives:
        return Scope.PRIVATE
    # §3.5: these let a shared cache give an answer again although credentials were sent for it.
    return Scope.PUBLIC if "public" in directives or "s-maxage" in directives else Scope.UNSAID


def _lifetime(
    directives: Mapping[str, str | None], scope: Scope, values: dict[str, list[str]], now: float
) -> float | None:
    """Return the time the headers name, None when they name none (§4.2.1)."""
    if "s-maxage" in directives and scope is not Scope.PRIVATE:
        return _seconds(directives["s-maxage"])
    if "max-age" in directives:
        return _seconds(directives["max-age"])
    if "expires" in values:
        date = _moment(values["date"][0]) if "date" in values else None
        expires = _moment(values["expires"][0])
        return 0 if expires is None else expires - (now if date is None else date)
    return None


def _seconds(text: str | None) -> int:
    """Return a count of seconds; what is none means stale (§4.2.1)."""
    if text is None or not _SECONDS.fullmatch(text):
        return 0
    return _MOST_SECONDS if len(text) > 10 else min(int(text), _MOST_SECONDS)


def _moment(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text.strip())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
