"""`SourceConfig`: one source of one centre, as its file describes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal, get_args

import msgspec

from adapters.config.graphql import GraphqlSection
from adapters.config.rest import RestSection
from adapters.config.shared import Bounds, Deletions, Live, Schedule
from adapters.config.sql import SqlSection
from adapters.model import SourceClass

CODE_PATTERN = "^[a-z0-9][a-z0-9-]{0,62}$"
CENTER_PATTERN = "^(FT|FF|FS|FU|RC|IC)-[0-9]{6}-[0-9]{2}$"

Kind = Literal["file_drop", "packages", "rest", "graphql", "sql"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
FILE_KINDS: Final = frozenset({"file_drop", "packages"})
"""Kinds that read files below `path`; the others have a section of their own name."""


class SourceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One source of one centre.

    `center`: code of the operation centre the data come from. `precedence`: whose word it is
    (DOMAIN §4.1). `path`: folder or file, relative to the source file. `records`: where the records
    of JSON files are, for instance `data.records[].legalList[]` (`files/record_path.py`).
    `columns`: header as met → field of the feed. `fields`: field of the feed → JMESPath in a
    record, where records are objects. `vocabularies`: vocabulary → word → value, beside the hub's
    own words. `units`: field → unit of amounts whose column names none. `constants`: fields every
    row gets, unless the file says otherwise; `own_rows_only`: a row that says otherwise is refused.
    `refused_limit`: share of refused rows above which nothing is loaded. `encoding`: of files that
    are neither UTF-8, UTF-16 with a mark nor GB18030, of
    answers in none of them, and of databases that do not know theirs.
    """

    code: Annotated[str, msgspec.Meta(pattern=CODE_PATTERN)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    center: Annotated[str, msgspec.Meta(pattern=CENTER_PATTERN)]
    kind: Kind
    feed: str
    path: Annotated[str, msgspec.Meta(min_length=1)] | None = None
    pattern: str = "*"
    encoding: str | None = None
    delimiter: Literal[",", "\t", ";"] | None = None
    records: str | None = None
    rest: RestSection | None = None
    graphql: GraphqlSection | None = None
    sql: SqlSection | None = None
    precedence: SourceClass = SourceClass.CENTER
    columns: dict[str, str] = {}
    fields: dict[str, str] = {}
    vocabularies: dict[str, dict[str, str]] = {}
    units: dict[str, str] = {}
    constants: dict[str, str] = {}
    own_rows_only: bool = False
    refused_limit: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.30
    deletions: Deletions | None = None
    schedule: Schedule | None = None
    live: Live | None = None
    bounds: Bounds = Bounds()
    folder: str = ""
    """Where the file was read from; set by the reader, not in the file."""

    @property
    def location(self) -> Path:
        """Return the file or folder a kind of files reads."""
        assert self.path is not None
        return Path(self.folder, self.path)
