"""Section `graphql` of a source file: a GraphQL server of a centre."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from adapters.config.rest import Auth, Incremental
from adapters.config.shared import Part


class GraphqlPaging(Part, frozen=True):
    """How a list is cut into pages: relay (`records` is the path of a connection; the variables
    `first` and `after` are sent), offset or page (the variable `param` counts), none."""

    kind: Literal["none", "relay", "offset", "page"] = "relay"
    param: str | None = None
    size_param: str = "first"
    size: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 200
    start: int | None = None


class GraphqlLookup(Part, frozen=True):
    """How single records are asked for. `keys`: field of the feed → variable; with `many` the
    variable is a list."""

    query: str
    records: str
    keys: dict[str, str]
    many: bool = False


class GraphqlSection(Part, frozen=True):
    """One list of records: `records` is the JMESPath in `data` to the list or connection."""

    url: str
    query: str
    records: str
    variables: dict[str, str | int | float | bool] = msgspec.field(default_factory=dict)
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    paging: GraphqlPaging = GraphqlPaging()
    auth: Auth | None = None
    incremental: Incremental | None = None
    lookup: GraphqlLookup | None = None
    ca_file: str | None = None
