"""The words of the kit: items, abilities of a kind, faults, cases, results."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

from adapters.config import Kind, SourceConfig
from resolvers.database.pool import Database

PAGE: Final = 20
"""Items a page of a server or of a reading cursor holds."""
BATCH: Final = 40
"""Items a batch holds: two pages, or one file."""

NO_RAW: Final = object()


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a case, in the words of no kind and no feed.

    `number`: gives the key. `text`: its content. `gone`: marked as deleted. `changed`: a number
    that grows with every change, for incremental pulls. `key`: in place of the key that belongs to
    the number. `raw`: stands in the list instead of a record.
    """

    number: int
    text: str = ""
    gone: bool = False
    changed: int = 0
    key: str | None = None
    raw: Any = NO_RAW


class Ability(StrEnum):
    """What a case needs of a kind; a kind that lacks one says why."""

    AMEND = "AMEND"
    REPEAT = "REPEAT"
    MARKED_DELETIONS = "MARKED_DELETIONS"
    ABSENCE = "ABSENCE"
    INCREMENTAL = "INCREMENTAL"
    LOOKUP = "LOOKUP"
    BROKEN_PAGE = "BROKEN_PAGE"
    CONTRADICTION = "CONTRADICTION"
    REQUIRED_TEXT = "REQUIRED_TEXT"
    SERVER = "SERVER"
    SLOW = "SLOW"
    ENCODING = "ENCODING"
    BOMB = "BOMB"
    RAW_RECORDS = "RAW_RECORDS"
    CONTROL = "CONTROL"


class Fault(StrEnum):
    """What a source does wrong, until it is mended."""

    BROKEN_PAGE = "BROKEN_PAGE"
    """A page in the middle is garbage."""
    RATE_LIMITED = "RATE_LIMITED"
    """Some calls are answered with 429 and Retry-After; earlier ones again with 429."""
    FAILS_TWICE = "FAILS_TWICE"
    """A page in the middle is answered with status 500 twice."""
    FAILS = "FAILS"
    """A page in the middle is always answered with status 500."""
    SILENT = "SILENT"
    """A page in the middle is never answered."""
    DRIPPING = "DRIPPING"
    """Answers come byte by byte, but in time."""
    DRIPPING_FOR_EVER = "DRIPPING_FOR_EVER"
    """An answer comes byte by byte and does not end in time."""
    CHINESE = "CHINESE"
    """Everything is written in GB18030."""
    UNDECODABLE = "UNDECODABLE"
    """Bytes that are a text in no encoding."""
    BOMB = "BOMB"
    """A page in the middle is small but unpacks into more than may be read."""


Reason = tuple[str, str]
"""Chinese and English."""


class Place(Protocol):
    """Where the records of one case lie, and how a source file reads them."""

    @property
    def early_calls(self) -> int:
        """Return how many calls came before a wait the source had asked for was over."""
        ...

    @property
    def keeps_before(self) -> bool:
        """Return whether what comes before a fault in the middle is certain to come."""
        ...

    def break_down(self, fault: Fault | None) -> None:
        """Do something wrong from the next `put` on; None: mend."""
        ...

    async def put(self, items: Sequence[Item]) -> None:
        """Offer these items, and no others."""
        ...

    def config(self, **changes: Any) -> SourceConfig:
        """Return the source that reads this place."""
        ...


class Stage(Protocol):
    """A real server, folder or database that plays the sources of one kind."""

    kind: Kind
    variant: str
    subject: Subject
    lacks: Mapping[Ability, Reason]
    """Abilities the kind does not have, and why."""

    def place(self, number: int) -> AbstractAsyncContextManager[Place]:
        """Make the place of a case; `number` keeps the cases apart."""
        ...


class Subject(Protocol):
    """The feed a stage brings, and how its items are seen in the hub."""

    feed: str
    bad_key: str
    """A key that is wrong in itself, refused with one of `bad_codes`."""
    bad_codes: tuple[str, ...]

    def key(self, case: int, item: Item) -> str:
        """Return the natural key of an item."""
        ...

    async def stored(self, database: Database, case: int) -> dict[str, str]:
        """Return key → text of what the hub has of a case."""
        ...


class Verdict(StrEnum):
    PASS = "PASS"  # noqa: S105 - a verdict
    FAIL = "FAIL"
    NOT_APPLICABLE = "NOT APPLICABLE"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of a case. `expected`, `found`: of a failed one. `reason`: why it cannot be."""

    case: str
    title: Reason
    variant: str
    verdict: Verdict
    seconds: float = 0.0
    what: str = ""
    expected: str = ""
    found: str = ""
    reason: Reason = ("", "")


class Mismatch(Exception):
    """What was found is not what must hold."""

    def __init__(self, what: str, expected: str, found: str) -> None:
        super().__init__(f"{what}: expected {expected}, found {found}")
        self.what, self.expected, self.found = what, expected, found


@dataclass(frozen=True, slots=True)
class Case:
    """`name`, `title` (Chinese, English), the abilities it needs, and what must hold."""

    name: str
    title: Reason
    run: Callable[[Any], Awaitable[None]]
    needs: tuple[Ability, ...] = field(default=())
