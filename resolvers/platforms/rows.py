"""Rows of the platforms tables, as the subgraph reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CenterRow:
    """A platform or centre; field names are column names."""

    code: str
    kind: str
    function: str | None
    support_tool: str | None
    circle: str
    name: str
    name_scheme: str
    named_on: date | None
    host_uscc: str
    region_code: str
    jurisdiction_code: str
    status: str
    recognised_on: date | None
    recognition_document: str | None
    functional_positioning: str | None


@dataclass(frozen=True, slots=True)
class CenterNameRow:
    """A name that a centre no longer bears."""

    name: str
    scheme: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class PolicyDocumentRow:
    number: str
    title: str
    issuer: str
    issued_on: date | None
    published_on: date | None


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """How many platforms or centres the notice plans, and how many there are."""

    kind: str
    function: str | None
    planned: int
    recognised: int
    in_progress: int
