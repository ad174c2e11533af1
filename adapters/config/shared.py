"""Parts that source files of every kind share: secrets by reference, schedule, deletions, live use.

A secret never stands in a source file: the file says where it lies, and it is read when it is
needed. Its value is in no `repr`, no message and no digest.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from adapters.errors import SourceProblem

MAX_SECRET_BYTES = 64 * 1024


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all sections of a source file: what is not known is refused."""


class Secret(Part, frozen=True):
    """Where a secret lies: the name of an environment variable, or a file of its own.

    The value of a file is its text without the line end.
    """

    env: str | None = None
    file: str | None = None

    def __post_init__(self) -> None:
        if (self.env is None) == (self.file is None):
            raise ValueError("give either env (a variable) or file (a path)")

    def reveal(self, folder: str) -> str:
        """Return the secret; `folder` is where relative paths begin.

        Raises:
            SourceProblem: `SOURCE_SECRET`, naming the reference and never a value.
        """
        if self.env is not None:
            found = os.environ.get(self.env)
            if not found:
                raise SourceProblem("SOURCE_SECRET", reference=f"env:{self.env}")
            return found
        assert self.file is not None
        try:
            raw = Path(folder, self.file).read_bytes()[: MAX_SECRET_BYTES + 1]
            text = raw.decode("utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError):
            text = ""
        if not text or len(raw) > MAX_SECRET_BYTES:
            raise SourceProblem("SOURCE_SECRET", reference=f"file:{self.file}")
        return text


Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]


class Schedule(Part, frozen=True):
    """When a source is pulled by itself.

    `cron`: five fields, read in China time. `after`: codes of sources whose pull, when it changed
    something, is followed by one of this source. `on`: topics of the hub's events
    (`trading.listing_changed`) that ask for a pull.
    """

    cron: str | None = None
    after: tuple[str, ...] = ()
    on: tuple[str, ...] = ()


class Deletions(Part, frozen=True):
    """How a source says that a row is gone.

    `absent`: a full pull lists all there is, so what it no longer lists is gone; of a file drop
    each file is such a list. Otherwise rows carry a mark: the column or key `field` has one of
    `values`.
    """

    absent: bool = False
    field: str | None = None
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.absent == (self.field is not None):
            raise ValueError("give either absent: true, or field with values")
        if self.field is not None and not self.values:
            raise ValueError("values: which words in the field mean that the row is gone")


class Live(Part, frozen=True):
    """The freshness rule of a source that can be asked live.

    A stored row older than `max_age` is asked for again before it is shown; an answer later than
    `timeout` is not waited for, the stored copy is shown with its age.
    """

    max_age: Seconds = 60.0
    timeout: Annotated[float, msgspec.Meta(gt=0, le=10)] = 0.5
    lists: bool = False
    """Whether lists filtered to this source's centre are asked for too, not only single rows."""


class Bounds(Part, frozen=True):
    """What one pull may use. `batch_rows`: rows a batch of a source without files holds.

    `rate`: calls a second. `deadline`: seconds for a whole pull. `retries`: how often a call is
    tried again. `open_after` failed pulls in a row the source is left alone for `open_seconds`
    (circuit breaker).
    """

    batch_rows: Annotated[int, msgspec.Meta(ge=1, le=200_000)] = 20_000
    rate: Annotated[float, msgspec.Meta(gt=0, le=10_000)] = 20.0
    timeout: Annotated[float, msgspec.Meta(gt=0, le=600)] = 30.0
    retries: Annotated[int, msgspec.Meta(ge=0, le=20)] = 5
    deadline: Annotated[float, msgspec.Meta(gt=0, le=7 * 86_400)] = 6 * 3600.0
    max_response_bytes: Annotated[int, msgspec.Meta(ge=1024, le=1 << 30)] = 32 * 1024 * 1024
    open_after: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    open_seconds: Seconds = 900.0


Precise = Literal["cursor", "date"]
