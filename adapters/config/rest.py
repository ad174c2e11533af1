"""Section `rest` of a source file: a REST interface that answers JSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from adapters.config.shared import Part, Secret


class Auth(Part, frozen=True):
    """How calls are authorised.

    api_key: `header` or `query` names where the key goes. bearer: a token. basic: `user` and
    password. oauth2: client credentials at `token_url` (RFC 6749 §4.4); `client_auth` says whether
    the client's secret goes there by HTTP Basic, as every server must take it, or in the body.
    """

    kind: Literal["api_key", "bearer", "basic", "oauth2"]
    secret: Secret
    header: str | None = None
    query: str | None = None
    user: str | None = None
    token_url: str | None = None
    client_id: str | None = None
    client_auth: Literal["basic", "body"] = "basic"
    scope: str | None = None

    def __post_init__(self) -> None:
        if self.kind == "api_key" and (self.header is None) == (self.query is None):
            raise ValueError("api_key: give either header or query, where the key goes")
        if self.kind == "basic" and self.user is None:
            raise ValueError("basic: give user; secret is the password")
        if self.kind == "oauth2" and (self.token_url is None or self.client_id is None):
            raise ValueError("oauth2: give token_url and client_id; secret is the client's secret")


class Paging(Part, frozen=True):
    """How a list is cut into pages.

    page: `param` counts pages from `start` (1 by default). offset: `param` counts rows from `start`
    (0). cursor: the answer says at `next` (JMESPath) what to send as `param`; null, empty or false
    is the end. link: the next address is in the Link header (`rel="next"`), or in the answer at
    `next`. `size_param`, `size`: rows per page. `total`: JMESPath to the number of all rows, by
    which a pull knows that none is missing. With POST, parameters are keys of the body; a dot leads
    into an inner object (`page.current`).
    """

    kind: Literal["none", "page", "offset", "cursor", "link"] = "none"
    param: str | None = None
    size_param: str | None = None
    size: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 500
    start: Annotated[int, msgspec.Meta(ge=0)] | None = None
    next: str | None = None
    total: str | None = None

    def __post_init__(self) -> None:
        if self.kind in ("page", "offset", "cursor") and self.param is None:
            raise ValueError(f"{self.kind}: give param, the name of the parameter")
        if self.kind == "cursor" and self.next is None:
            raise ValueError("cursor: give next, the JMESPath to the next cursor in an answer")


class Incremental(Part, frozen=True):
    """How only newer rows are asked for.

    `param` (of a GraphQL source: the variable) is sent the highest value of `field` (JMESPath in a
    record) met by the last complete pull, minus `overlap` seconds where it is a time. `start` is
    sent when there is none yet.
    """

    param: str
    field: str
    overlap: Annotated[float, msgspec.Meta(ge=0, le=30 * 86_400)] = 0.0
    start: str | None = None


class Envelope(Part, frozen=True):
    """Where an answer says how it went (JMESPaths): a `code` that is there and not in `success`
    refuses the answer, and `message` is the reason."""

    code: str = "code"
    message: str = "message"
    success: tuple[str | int | bool, ...] = (0, 200, "0", "200")


class RestLookup(Part, frozen=True):
    """How single records are asked for. `keys`: field of the feed → parameter or `{placeholder}` of
    the address; `many`: several keys at once, joined by `separator`. `records`: JMESPath to the
    record or records; by default as for lists, or the object itself. Status 404 means: none."""

    keys: dict[str, str]
    url: str | None = None
    many: bool = False
    separator: str = ","
    records: str | None = None

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("lookup: give keys, at least one field of the feed")
        if self.many and len(self.keys) != 1:
            raise ValueError("many: several keys at once are possible with one key field only")


class RestSection(Part, frozen=True):
    """One list of records. `records`: JMESPath to the list; by default the usual envelopes.

    `each`: a key whose value is a list, where one record stands for several rows (a pledge of
    several patents): one row per element, with the element in place of the list.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    params: dict[str, str | int | float | bool] = msgspec.field(default_factory=dict)
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    json: dict[str, Any] | None = None
    records: str | None = None
    each: str | None = None
    envelope: Envelope = Envelope()
    paging: Paging = Paging()
    auth: Auth | None = None
    incremental: Incremental | None = None
    lookup: RestLookup | None = None
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if self.json is not None and self.method != "POST":
            raise ValueError("json: only a call with method POST has a body")
