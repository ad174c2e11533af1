"""`cors` and `csrf`: what pages of other origins may do."""

from __future__ import annotations

from federation.config.duration import Duration
from federation.server.settings.base import Section, check_patterns


class CorsPolicy(Section, frozen=True):
    """What pages of these origins may do. `match_origins` are regular expressions, whole match.

    `origins`: as browsers send them, scheme://host[:port]. `allow_credentials`, `allow_headers`,
    `expose_headers`, `max_age`: not set, as in the section around it.
    """

    origins: tuple[str, ...] = ()
    match_origins: tuple[str, ...] = ()
    allow_credentials: bool | None = None
    allow_headers: tuple[str, ...] | None = None
    expose_headers: tuple[str, ...] | None = None
    max_age: Duration | None = None

    def __post_init__(self) -> None:
        check_patterns(self.match_origins)
        for origin in self.origins:
            if origin.endswith("/") or "://" not in origin:
                raise ValueError(
                    f"{origin!r} is not an origin; write scheme://host[:port] with no path"
                )


class Cors(Section, frozen=True):
    """Which other origins a browser lets read answers. Default: none.

    An empty `allow_headers` mirrors what the browser asks for.

    `policies`: the first that names the origin counts. `allow_any_origin`: any page may read
    answers, without credentials. `allow_credentials`: cookies and other credentials may be sent.
    `expose_headers`: which headers of answers pages may read. `methods` that pages may use.
    `max_age`: how long a browser may remember what it was told.
    """

    policies: tuple[CorsPolicy, ...] = ()
    allow_any_origin: bool = False
    allow_credentials: bool = False
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("GET", "POST", "OPTIONS")
    max_age: Duration = 3600.0

    def __post_init__(self) -> None:
        if self.allow_any_origin and self.allow_credentials:
            raise ValueError("allow_any_origin with allow_credentials lets any page act as a user")


class Csrf(Section, frozen=True):
    """A request that a browser would send without asking first must have a header that makes it
    ask.

    `unsafe_disabled` turns that off: only where no browser can come. `required_headers`: one of
    them is enough.
    """

    unsafe_disabled: bool = False
    required_headers: tuple[str, ...] = ("apollo-require-preflight", "x-apollo-operation-name")
