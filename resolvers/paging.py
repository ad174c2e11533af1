"""Keyset pagination: stable pages over a unique, NOT NULL sort order, with opaque cursors.

A cursor is base64url of JSON `[version, ordering name, key values, checksum]`. It says where a row
stands, not how many rows came before it, so pages stay right while rows come and go. It is opaque
but not secret, and it is checked in version, ordering, number and type of its values; values only
ever reach SQL as parameters. The checksum finds damage, not malice: a forged cursor can only ask
for another page of the same list.

The ordering's name belongs in every cursor: one made for another list or another sort order would
be a position that means nothing here, and is refused.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, Literal, Protocol, TypeVar

CURSOR_VERSION = 1
LARGEST_PAGE = 100
# No cursor of ours comes near; bounds the work on a hostile one.
LONGEST_CURSOR = 1000
# Of a numeric key; PostgreSQL ends at 131072 digits, sums of money long before this.
LARGEST_EXPONENT = 1000

KeyType = Literal["text", "int", "numeric", "date", "timestamptz", "uuid"]
# Keys are 64 bit; in PostgreSQL "int" would be 32.
SQL_TYPES = {"int": "int8"}
Key = str | int | Decimal | dt.date | dt.datetime | uuid.UUID


class Keyed(Protocol):
    """What gives a column's value by its name: a mapping or an asyncpg Record."""

    def __getitem__(self, name: str, /) -> Any: ...


Row = TypeVar("Row", bound=Keyed)


class PagingError(Exception):
    """A page that cannot be given: `code` is `INVALID_CURSOR` or `INVALID_PAGE_SIZE`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class SortKey:
    """One part of a sort order.

    `column`: SQL expression, a constant of the program. `name`: the column of the result that holds
    its value. `type`: PostgreSQL type. The value is never null (`coalesce` it in the expression).
    """

    column: str
    name: str
    type: KeyType
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Ordering:
    """A total order: the last key makes it unique. `name` says list and order, for cursors."""

    name: str
    keys: tuple[SortKey, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError(f"ordering {self.name} needs a key")


@dataclass(frozen=True, slots=True)
class PageQuery:
    """SQL with its parameters; asks for one row more than the page, to know whether more follow."""

    sql: str
    parameters: tuple[object, ...]
    first: int
    ordering: Ordering

    def page(self, rows: Sequence[Row]) -> Page[Row]:
        """Return the page in the `rows` this query gave."""
        shown = tuple(rows[: self.first])
        cursors = tuple(row_cursor(self.ordering, row) for row in shown)
        return Page(shown, cursors, len(rows) > self.first)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page and the cursor of each, in order."""

    rows: tuple[Row, ...]
    cursors: tuple[str, ...]
    has_next: bool

    @property
    def end_cursor(self) -> str | None:
        return self.cursors[-1] if self.cursors else None


def page_query(
    select: str,
    ordering: Ordering,
    *,
    first: int,
    after: str | None = None,
    conditions: Sequence[str] = (),
    parameters: Sequence[object] = (),
    largest: int = LARGEST_PAGE,
) -> PageQuery:
    """Return `select` with conditions, position, order and limit appended.

    `select` is "select … from …" without where; `conditions` are joined by "and" and use $1…$n of
    `parameters`. Raises PagingError for `first` outside 1..`largest` or a cursor that is not one of
    `ordering`.

    >>> by_date = Ordering("patents.filed", (
    ...     SortKey("p.filed_on", "filed_on", "date", descending=True),
    ...     SortKey("p.id", "id", "int", descending=True)))
    >>> query = page_query("select id from patent p", by_date, first=20,
    ...                    conditions=["p.kind = $1"], parameters=["INVENTION"])
    >>> query.sql
    'select id from patent p where p.kind = $1 order by p.filed_on desc, p.id desc limit $2'
    >>> query.parameters
    ('INVENTION', 21)
    """
    check_page_size(first, largest)
    values = list(parameters)
    where = list(conditions)
    if after is not None:
        position = decode_cursor(ordering, after)
        where.append(_after(ordering, len(values)))
        values.extend(position)
    order = ", ".join(f"{key.column}{' desc' if key.descending else ''}" for key in ordering.keys)
    clause = f" where {' and '.join(where)}" if where else ""
    # A parameter, so that every page size shares one prepared statement.
    values.append(first + 1)
    sql = f"{select}{clause} order by {order} limit ${len(values)}"
    return PageQuery(sql, tuple(values), first, ordering)


def check_page_size(first: int, largest: int = LARGEST_PAGE) -> None:
    """Raise PagingError `INVALID_PAGE_SIZE` unless 1 <= first <= largest."""
    if not 1 <= first <= largest:
        raise PagingError(
            "INVALID_PAGE_SIZE",
            f"first 须为 1 至 {largest} 之间的整数，收到 {first}。"
            f" / first must be between 1 and {largest}, got {first}.",
        )


def row_cursor(ordering: Ordering, row: Keyed) -> str:
    """Return the cursor of a row that holds the ordering's keys under their names."""
    return encode_cursor(ordering, [row[key.name] for key in ordering.keys])


def encode_cursor(ordering: Ordering, values: Sequence[object]) -> str:
    """Return the cursor of a position; TypeError when a value is not of its key's type."""
    if len(values) != len(ordering.keys):
        raise TypeError(f"ordering {ordering.name} has {len(ordering.keys)} keys")
    written = [_write(key, value) for key, value in zip(ordering.keys, values, strict=True)]
    body = [CURSOR_VERSION, ordering.name, written]
    text = json.dumps([*body, _checksum(body)], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(ordering: Ordering, cursor: str) -> tuple[Key, ...]:
    """Return the key values in a cursor of `ordering`; else PagingError `INVALID_CURSOR`."""
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        version, name, written, checksum = found
        if version != CURSOR_VERSION or checksum != _checksum(found[:3]):
            raise ValueError
        if name != ordering.name or len(written) != len(ordering.keys):
            raise ValueError
        return tuple(_read(key, text) for key, text in zip(ordering.keys, written, strict=True))
    # ValueError covers base64, ASCII, JSON and UTF-8; deep nesting fits into a short cursor.
    except (ValueError, TypeError, InvalidOperation, OverflowError, RecursionError):
        raise PagingError(
            "INVALID_CURSOR",
            "after 不是此列表的游标：请使用上一页 pageInfo.endCursor，且筛选与排序保持不变。"
            " / after is not a cursor of this list: use the previous page's endCursor.",
        ) from None


def _after(ordering: Ordering, given: int) -> str:
    """Return the condition "stands behind the position" with parameters from $`given`+1 on."""
    keys = ordering.keys
    marks = [f"${given + i}::{SQL_TYPES.get(key.type, key.type)}" for i, key in enumerate(keys, 1)]
    if len({key.descending for key in keys}) == 1:
        sign = "<" if keys[0].descending else ">"
        return f"({', '.join(key.column for key in keys)}) {sign} ({', '.join(marks)})"
    # Mixed directions: a row comparison cannot say it, so each key decides where those before tie.
    parts = []
    for i, key in enumerate(keys):
        ties = [f"{keys[j].column} = {marks[j]}" for j in range(i)]
        sign = "<" if key.descending else ">"
        parts.append("(" + " and ".join([*ties, f"{key.column} {sign} {marks[i]}"]) + ")")
    return f"({' or '.join(parts)})"


def _checksum(body: Sequence[object]) -> str:
    text = json.dumps(list(body), ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _write(key: SortKey, value: object) -> str | int:
    match key.type, value:
        case "text", str():
            return value
        case "int", int() if not isinstance(value, bool):
            return value
        case ("numeric", Decimal() | int()) | ("uuid", uuid.UUID()):
            return str(value)
        case ("date", dt.date()) if not isinstance(value, dt.datetime):
            return value.isoformat()
        case "timestamptz", dt.datetime() if value.tzinfo is not None:
            return value.astimezone(dt.UTC).isoformat()
    raise TypeError(f"the value of sort key {key.name} is no {key.type}: {type(value).__name__}")


def _read(key: SortKey, text: object) -> Key:
    """Return the value of one key; ValueError, TypeError or InvalidOperation when it is none."""
    if key.type == "int":
        if type(text) is not int or not -(2**63) <= text < 2**63:
            raise ValueError
        return text
    if not isinstance(text, str) or "\x00" in text:  # PostgreSQL's text has no NUL
        raise ValueError
    match key.type:
        case "text":
            text.encode()  # a lone surrogate has no UTF-8
            return text
        case "numeric":
            number = Decimal(text)
            if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
                raise ValueError
            return number
        case "date":
            return dt.date.fromisoformat(text)
        case "uuid":
            return uuid.UUID(text)
        case "timestamptz":
            moment = dt.datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError
            return moment.astimezone(dt.UTC)
