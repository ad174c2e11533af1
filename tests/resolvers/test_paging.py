"""Keyset pagination: cursors, page sizes, SQL, and real pages over a real table."""

from __future__ import annotations

import base64
import datetime as dt
import json
import random
import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.database.pool import Database
from resolvers.paging import (
    Ordering,
    PagingError,
    SortKey,
    check_page_size,
    decode_cursor,
    encode_cursor,
    page_query,
)

BY_DATE = Ordering(
    "patents.filed",
    (
        SortKey("filed_on", "filed_on", "date", descending=True),
        SortKey("id", "id", "int", descending=True),
    ),
)
MIXED = Ordering(
    "listings.price",
    (SortKey("price", "price", "numeric", descending=True), SortKey("name", "name", "text")),
)
EVERY = Ordering(
    "every.type",
    (
        SortKey("a", "a", "text"),
        SortKey("b", "b", "int"),
        SortKey("c", "c", "numeric"),
        SortKey("d", "d", "date"),
        SortKey("e", "e", "timestamptz"),
        SortKey("f", "f", "uuid"),
    ),
)


@given(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40),
    st.integers(-(2**63), 2**63 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20),
    st.dates(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.uuids(),
)
def test_cursor_keeps_every_type(
    a: str, b: int, c: Decimal, d: dt.date, e: dt.datetime, f: uuid.UUID
) -> None:
    values = (a, b, c, d, e, f)
    cursor = encode_cursor(EVERY, values)
    assert decode_cursor(EVERY, cursor) == values
    assert encode_cursor(EVERY, decode_cursor(EVERY, cursor)) == cursor
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def forged(*body: object) -> str:
    """A cursor with a right checksum around any content."""
    from resolvers.paging import _checksum

    text = json.dumps([*body, _checksum(body)], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


GOOD = encode_cursor(BY_DATE, (dt.date(2024, 5, 1), 7))


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "游标",
        "!!!!",
        GOOD[:-2],
        GOOD + "AAAA",
        GOOD.swapcase(),
        "A" * 5000,
        base64.urlsafe_b64encode(b"[" * 700).decode(),
        encode_cursor(MIXED, (Decimal(1), "a")),
        forged(2, "patents.filed", ["2024-05-01", 7]),
        forged(1, "patents.filed", ["2024-05-01"]),
        forged(1, "patents.filed", ["2024-05-01", "7"]),
        forged(1, "patents.filed", ["2024-05-01", True]),
        forged(1, "patents.filed", ["2024-05-01", 2**63]),
        forged(1, "patents.filed", ["2024-13-01", 7]),
        forged(1, "patents.filed", [None, 7]),
        forged(1, "patents.filed", "ab"),
        forged({"a": 1}),
    ],
)
def test_foreign_or_damaged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(PagingError) as caught:
        decode_cursor(BY_DATE, cursor)
    assert caught.value.code == "INVALID_CURSOR"
    assert "游标" in caught.value.message


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e99999", "1,5", ""])
def test_number_postgres_cannot_hold_is_refused(number: str) -> None:
    with pytest.raises(PagingError):
        decode_cursor(MIXED, forged(1, MIXED.name, [number, "a"]))


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_postgres_cannot_hold_is_refused(text: str) -> None:
    body = [1, MIXED.name, ["1", text]]
    from resolvers.paging import _checksum

    raw = json.dumps([*body, _checksum(body)])
    with pytest.raises(PagingError):
        decode_cursor(MIXED, base64.urlsafe_b64encode(raw.encode()).decode())


@given(st.text(max_size=60))
def test_any_text_is_refused_with_a_code(text: str) -> None:
    with pytest.raises(PagingError):
        decode_cursor(BY_DATE, text)


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_one_changed_character_is_noticed(index: int, letter: str) -> None:
    index %= len(GOOD)
    changed = GOOD[:index] + letter + GOOD[index + 1 :]
    try:
        assert decode_cursor(BY_DATE, changed) == (dt.date(2024, 5, 1), 7)
    except PagingError:
        return
    # base64's last character has unused bits, so two spellings of it mean the same bytes.
    assert changed == GOOD or index == len(GOOD) - 1


@pytest.mark.parametrize("value", [None, 1, "2024-05-01", dt.datetime(2024, 5, 1, tzinfo=dt.UTC)])
def test_a_value_of_another_type_is_a_bug(value: object) -> None:
    with pytest.raises(TypeError):
        encode_cursor(BY_DATE, (value, 7))


@pytest.mark.parametrize("first", [-1, 0, 101])
def test_page_size_out_of_bounds(first: int) -> None:
    with pytest.raises(PagingError, match=f"got {first}") as caught:
        page_query("select 1", BY_DATE, first=first)
    assert caught.value.code == "INVALID_PAGE_SIZE"


def test_page_size_in_bounds() -> None:
    check_page_size(1)
    check_page_size(100)
    check_page_size(500, largest=500)


def test_same_direction_is_one_row_comparison() -> None:
    query = page_query(
        "select * from patent",
        BY_DATE,
        first=2,
        after=GOOD,
        conditions=["kind = $1"],
        parameters=["X"],
    )
    assert query.sql == (
        "select * from patent where kind = $1 and (filed_on, id) < ($2::date, $3::int8)"
        " order by filed_on desc, id desc limit $4"
    )
    assert query.parameters == ("X", dt.date(2024, 5, 1), 7, 3)


def test_mixed_directions_are_spelled_out() -> None:
    after = encode_cursor(MIXED, (Decimal("1.50"), "甲"))
    query = page_query("select * from listing", MIXED, first=2, after=after)
    assert query.sql == (
        "select * from listing where ((price < $1::numeric)"
        " or (price = $1::numeric and name > $2::text)) order by price desc, name limit $3"
    )


async def read_all(database: Database, ordering: Ordering, table: str, first: int) -> list[Any]:
    after: str | None = None
    found: list[Any] = []
    for _ in range(1000):
        query = page_query(f"select * from {table}", ordering, first=first, after=after)
        page = query.page(await database.fetch("test.page", query.sql, *query.parameters))
        assert len(page.rows) == len(page.cursors) <= first
        found += page.rows
        if not page.has_next:
            return found
        assert len(page.rows) == first
        after = page.end_cursor
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("first", [1, 7, 50, 100])
async def test_pages_give_each_row_once_in_order(empty_database: Database, first: int) -> None:
    await empty_database.execute("t", "create table listing (id int8, price numeric, name text)")
    draw = random.Random(first)
    rows = [(i, Decimal(draw.randrange(6)) / 4, f"名{draw.randrange(40)}-{i}") for i in range(100)]
    await empty_database.executemany("t", "insert into listing values ($1, $2, $3)", rows)
    found = await read_all(empty_database, MIXED, "listing", first)
    expected = await empty_database.fetch("t", "select * from listing order by price desc, name")
    assert found == expected
    assert len(found) == 100


async def test_pages_stay_right_while_rows_come_and_go(empty_database: Database) -> None:
    await empty_database.execute("t", "create table patent (filed_on date, id int8)")
    insert = "insert into patent values ($1, $2)"
    days = [dt.date(2024, 1, 1) + dt.timedelta(n) for n in range(10)]
    await empty_database.executemany("t", insert, [(day, n) for n, day in enumerate(days)])
    query = page_query("select * from patent", BY_DATE, first=4)
    page = query.page(await empty_database.fetch("t", query.sql, *query.parameters))
    assert [row["id"] for row in page.rows] == [9, 8, 7, 6]
    await empty_database.execute("t", insert, dt.date(2025, 1, 1), 99)  # before the position
    await empty_database.execute("t", "delete from patent where id in (6, 8)")
    query = page_query("select * from patent", BY_DATE, first=4, after=page.end_cursor)
    page = query.page(await empty_database.fetch("t", query.sql, *query.parameters))
    assert [row["id"] for row in page.rows] == [5, 4, 3, 2]


async def test_every_type_is_a_parameter_postgres_takes(empty_database: Database) -> None:
    await empty_database.execute(
        "t", "create table every (a text, b int8, c numeric, d date, e timestamptz, f uuid)"
    )
    values = (
        "甲",
        2**63 - 1,
        Decimal("1.50"),
        dt.date(1985, 4, 1),
        dt.datetime(2024, 1, 1, 12, 0, 0, 123456, tzinfo=dt.UTC),
        uuid.uuid4(),
    )
    await empty_database.execute("t", "insert into every values ($1,$2,$3,$4,$5,$6)", *values)
    query = page_query("select * from every", EVERY, first=5)
    page = query.page(await empty_database.fetch("t", query.sql, *query.parameters))
    assert page.end_cursor is not None
    assert tuple(page.rows[0].values()) == decode_cursor(EVERY, page.end_cursor)
    query = page_query("select * from every", EVERY, first=5, after=page.end_cursor)
    assert await empty_database.fetch("t", query.sql, *query.parameters) == []


async def test_an_empty_page_has_no_cursor(empty_database: Database) -> None:
    await empty_database.execute("t", "create table patent (filed_on date, id int8)")
    query = page_query("select * from patent", BY_DATE, first=4)
    page = query.page(await empty_database.fetch("t", query.sql, *query.parameters))
    assert (page.rows, page.end_cursor, page.has_next) == ((), None, False)
