"""What clients ask: recorded operations and stored documents, the evidence of checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OperationUsage:
    """How often one client asked one operation in one hour.

    `signature`: hash of `text`. `text`: the operation normalised, literals left out. `kind`:
    query, mutation or subscription. `coordinates`: what it uses of the schema: `Type.field`,
    `Type.field(argument:)`, `Input.field`, `Enum.VALUE` (also as met in values of variables), and
    `Type` where a fragment or variable names one. `hour`: its beginning, UTC.
    Read back, it is summed over hours, and `hour` is the last of them.
    """

    signature: str
    name: str
    kind: str
    text: str = field(repr=False)
    client_name: str
    client_version: str
    coordinates: frozenset[str]
    count: int
    errors: int
    hour: datetime


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A trusted document: what a client may ask by its id alone. `kind` as of operations."""

    id: str
    body: str = field(repr=False)
    name: str
    kind: str
    client_name: str = ""
    added_at: datetime | None = None
    added_by: str = ""


@dataclass(frozen=True, slots=True)
class DocumentsReport:
    """What became of a manifest: ids that are new, and how many were known already."""

    added: tuple[str, ...]
    unchanged: int
