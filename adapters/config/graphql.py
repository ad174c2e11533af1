"""Section `graphql` of a source file: a GraphQL server of a centre."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from adapters.config.rest import Auth, Incremental
from adapters.config.shared import Part


class GraphqlPaging(Part, frozen=True):
    """How a list is cut into pages.

    relay: `records` is the path of a connection; the variables `first` (`size_param`) and `after`
    (`param`) are sent. offset or page: the variable `param` (of the same name by default) counts
    rows from `start` (0) or pages from `start` (1). none: one answer is the whole list. `total`:
    JMESPath in `data` to the number of all rows, by which a pull knows that none is missing.
    """

    kind: Literal["none", "relay", "offset", "page"] = "relay"
    param: str | None = None
    size_param: str = "first"
    size: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 200
    start: Annotated[int, msgspec.Meta(ge=0)] | None = None
    total: str | None = None

    @property
    def variable(self) -> str:
        """Return the variable that says where a page begins."""
        return self.param or ("after" if self.kind == "relay" else self.kind)


class GraphqlLookup(Part, frozen=True):
    """How single records are asked for. `keys`: field of the feed → variable; with `many` the
    variable is a list. `records`: JMESPath in `data` to the record, list or connection."""

    query: str
    records: str
    keys: dict[str, str]
    many: bool = False

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("lookup: give keys, at least one field of the feed")
        if self.many and len(self.keys) != 1:
            raise ValueError("many: several keys at once are possible with one key field only")
        _refuse_missing(self.query, self.keys.values())


class GraphqlSection(Part, frozen=True):
    """One list of records: `records` is the JMESPath in `data` to the list or connection.

    `each`: a key whose value is a list, where one record stands for several rows: one row per
    element, with the element in place of the list.
    """

    url: str
    query: str
    records: str
    each: str | None = None
    variables: dict[str, str | int | float | bool] = msgspec.field(default_factory=dict)
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    paging: GraphqlPaging = GraphqlPaging()
    auth: Auth | None = None
    incremental: Incremental | None = None
    lookup: GraphqlLookup | None = None
    ca_file: str | None = None

    def __post_init__(self) -> None:
        used = [*self.variables]
        if self.paging.kind != "none":
            # Without it every page would be the first one.
            used.append(self.paging.variable)
        if self.incremental is not None:
            used.append(self.incremental.param)
        _refuse_missing(self.query, used)


def _refuse_missing(query: str, variables: Iterable[str]) -> None:
    """Refuse a query that does not use what is to be sent with it."""
    for name in variables:
        if not re.search(rf"\${re.escape(name)}\b", query):
            raise ValueError(f"the query does not use the variable ${name}")
