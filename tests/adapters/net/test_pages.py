"""Where a list ends, what is a loop, what is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.errors import SourceProblem
from adapters.net.pages import At, Page, PageReader, Steps
from adapters.net.problems import CallFailed, reported, unusable

ROWS = list(range(25))


async def read(
    fetch: Callable[[At], Page],
    steps: Steps,
    at: At = None,
    rows: int = 0,
    total: int | None = None,
) -> tuple[list[Any], list[At], PageReader]:
    """Return what was read, where was asked, and the reader."""
    asked: list[At] = []

    async def remembered(at: At, is_look: bool) -> Page:
        asked.append(at)
        return fetch(at)

    reader = PageReader(remembered, steps, steps.first if at is None else at, rows, total)
    found: list[Any] = []
    async for page in reader.pages():
        found += page.records
    return found, asked, reader


def offset(size: int = 10) -> Steps:
    return Steps("offset", 0, size)


def by_offset(
    rows: list[int] = ROWS, size: int = 10, total: int | None = None
) -> Callable[[At], Page]:
    def fetch(at: At) -> Page:
        assert isinstance(at, int)
        return Page(rows[at : at + size], None, total)

    return fetch


def by_page(rows: list[int] = ROWS, size: int = 10, total: int | None = None) -> Any:
    def fetch(at: At) -> Page:
        assert isinstance(at, int)
        return Page(rows[(at - 1) * size : at * size], None, total)

    return fetch


async def test_offsets_end_with_an_empty_page() -> None:
    found, asked, _ = await read(by_offset(), offset())
    assert (found, asked) == (ROWS, [0, 10, 20, 25])


async def test_pages_end_with_an_empty_page() -> None:
    found, asked, _ = await read(by_page(), Steps("page", 1, 10))
    assert (found, asked) == (ROWS, [1, 2, 3, 4])


async def test_total_spares_the_last_call() -> None:
    found, asked, _ = await read(by_offset(total=25), offset())
    assert (found, asked) == (ROWS, [0, 10, 20])


@pytest.mark.parametrize("total", [1, 10, 20, 24])
async def test_total_that_is_too_small_loses_nothing(total: int) -> None:
    rows = list(range(25))
    found, _, _ = await read(by_offset(rows, total=total), offset())
    assert found == rows


async def test_total_that_is_too_large_is_a_fault_behind_the_rows() -> None:
    found: list[int] = []

    async def fetch(at: At, is_look: bool) -> Page:
        return by_offset(total=26)(at)

    reader = PageReader(fetch, offset(), 0, 0)

    async def read_all() -> None:
        async for page in reader.pages():
            found.extend(page.records)

    with pytest.raises(SourceProblem, match="声明共 26 行，只给出 25 行"):
        await read_all()
    assert found == ROWS
    # The next pull begins anew: which rows are missing is not known.
    assert (reader.at, reader.rows, reader.total) == (0, 0, None)


async def test_rows_taken_away_between_two_pulls_hide_no_others() -> None:
    left = ROWS[5:]
    found, asked, _ = await read(by_offset(left, total=20), offset(), at=10, rows=10, total=25)
    assert asked[:2] == [10, 5]
    assert found == ROWS[10:]


async def test_pull_that_went_on_in_the_middle_begins_anew_when_rows_are_missing() -> None:
    # How many rows there were is not known; the sum says that some are missing.
    found, asked, _ = await read(by_offset(ROWS[5:], total=20), offset(), at=15, rows=10)
    assert asked == [15, 20, 0, 10, 20]
    assert set(found) == set(ROWS[5:])


async def test_server_that_gives_fewer_rows_than_asked_for() -> None:
    """A short page is no end: the server may cap the size."""
    found, asked, _ = await read(by_page(size=4), Steps("page", 1, 500))
    assert found == ROWS
    assert asked == [1, 2, 3, 4, 5, 6, 7, 8]
    assert (await read(by_offset(size=4), offset(500)))[0] == ROWS


async def test_server_that_ignores_paging_but_gives_all() -> None:
    found, asked, _ = await read(lambda at: Page(ROWS), offset(500))
    assert (found, asked) == (ROWS, [0, 25])


async def test_server_that_ignores_paging_is_a_loop() -> None:
    with pytest.raises(SourceProblem, match=r"SOURCE_PAGES.*同样内容的页出现两次"):
        await read(lambda at: Page(ROWS[:10]), offset())


async def test_loop_begins_anew_the_next_time() -> None:
    """A page that had the rows of another one was not read, whatever its number."""

    async def same(at: At, is_look: bool) -> Page:
        return Page(ROWS[:10])

    reader = PageReader(same, Steps("page", 1, 10), 2, 10)

    async def read_all() -> None:
        async for _ in reader.pages():
            pass

    with pytest.raises(SourceProblem, match="SOURCE_PAGES"):
        await read_all()
    assert (reader.at, reader.rows) == (1, 0)


async def test_server_that_repeats_its_last_page() -> None:
    def clamped(at: At) -> Page:
        assert isinstance(at, int)
        return by_page(total=20, rows=ROWS[:20])(min(at, 2))

    found, asked, _ = await read(clamped, Steps("page", 1, 10))
    assert (found, asked) == (ROWS[:20], [1, 2, 3])


@pytest.mark.parametrize("status", [400, 404, 416])
async def test_server_that_refuses_the_page_behind_the_last(status: int) -> None:
    def fetch(at: At) -> Page:
        page: Page = by_page()(at)
        if not page.records:
            raise CallFailed("SOURCE_STATUS", status=status, place="", answered=status)
        return page

    assert (await read(fetch, Steps("page", 1, 10)))[0] == ROWS


async def test_broken_server_is_no_end() -> None:
    def fetch(at: At) -> Page:
        page: Page = by_page(size=4)(at)
        if at == 2:
            raise CallFailed("SOURCE_STATUS", status=500, place="", answered=500)
        return page

    with pytest.raises(SourceProblem, match="SOURCE_STATUS"):
        await read(fetch, Steps("page", 1, 10))


async def test_envelope_that_refuses_a_page() -> None:
    """An end behind whole pages; with a first page that is short it may be anything."""

    def fetch(size: int) -> Callable[[At], Page]:
        def refuses(at: At) -> Page:
            page: Page = by_page(size=size)(at)
            if not page.records or (size == 4 and at == 2):
                raise reported("no more")
            return page

        return refuses

    assert (await read(fetch(10), Steps("page", 1, 10)))[0] == ROWS
    with pytest.raises(SourceProblem, match="no more"):
        await read(fetch(4), Steps("page", 1, 10))


@pytest.mark.parametrize("kind", ["offset", "page"])
@pytest.mark.parametrize("gone", [1, 3, 10, 17])
async def test_rows_taken_away_while_reading_hide_no_others(kind: str, gone: int) -> None:
    rows = list(range(100))
    calls = 0

    def fetch(at: At) -> Page:
        nonlocal calls
        calls += 1
        if calls == 4:
            # Rows that were read are deleted: what follows moves forward.
            del rows[:gone]
        assert isinstance(at, int)
        begin = at if kind == "offset" else (at - 1) * 10
        return Page(rows[begin : begin + 10], None, len(rows))

    found, _, _ = await read(fetch, Steps(kind, int(kind == "page"), 10))
    assert set(found) == set(range(100)) - (set(range(gone)) - set(range(30)))
    assert set(rows) <= set(found)


async def test_rows_added_while_reading() -> None:
    rows = list(range(30))

    def fetch(at: At) -> Page:
        assert isinstance(at, int)
        if at == 10 and len(rows) == 30:
            rows[:0] = [100, 101]
        return Page(rows[at : at + 10], None, len(rows))

    found, _, _ = await read(fetch, offset())
    assert set(range(30)) <= set(found)


async def test_total_that_keeps_shrinking_ends() -> None:
    totals = iter(range(10**6, 0, -10))
    pages = iter(range(10**6))
    with pytest.raises(SourceProblem, match="总数不断变小"):
        await read(lambda at: Page([next(pages)] * 10, None, next(totals)), offset())


def by_cursor(at: At) -> Page:
    begin = 0 if at is None else int(at)
    return Page(ROWS[begin : begin + 10], str(begin + 10) if begin + 10 < len(ROWS) else None)


CURSOR = Steps("cursor", 0, 10)


async def test_cursors() -> None:
    found, asked, _ = await read(by_cursor, CURSOR)
    assert (found, asked) == (ROWS, [None, "10", "20"])


async def test_empty_page_with_a_cursor_is_no_end() -> None:
    pages = {None: Page([1], "a"), "a": Page([], "b"), "b": Page([2])}
    assert (await read(lambda at: pages[at], CURSOR))[0] == [1, 2]  # type: ignore[index]


@pytest.mark.parametrize("to", ["a", "b", "c"])
async def test_cursors_in_a_circle(to: str) -> None:
    following = {None: "a", "a": "b", "b": "c", "c": to}
    count = iter(range(100))
    with pytest.raises(SourceProblem, match=r"SOURCE_PAGES.*游标重复"):
        await read(lambda at: Page([next(count)], following[at]), CURSOR)  # type: ignore[index]


async def test_new_cursors_to_the_same_page_are_a_loop() -> None:
    count = iter(range(100))
    with pytest.raises(SourceProblem, match="同样内容的页出现两次"):
        await read(lambda at: Page([1, 2], str(next(count))), CURSOR)


async def test_cursor_that_has_expired_begins_anew() -> None:
    def fetch(at: At) -> Page:
        if at == "old":
            raise CallFailed("SOURCE_STATUS", status=410, place="", answered=410)
        return by_cursor(at)

    found, asked, _ = await read(fetch, CURSOR, at="old", rows=10)
    assert (found, asked) == (ROWS, ["old", None, "10", "20"])


async def test_failure_later_on_does_not_begin_anew() -> None:
    def fetch(at: At) -> Page:
        if at == "20":
            raise unusable("bad")
        return by_cursor(at)

    with pytest.raises(SourceProblem, match="bad"):
        await read(fetch, CURSOR, at="10", rows=10)


async def test_one_page() -> None:
    found, asked, _ = await read(lambda at: Page(ROWS), Steps("none", 0, 500))
    assert (found, asked) == (ROWS, [None])
    with pytest.raises(SourceProblem, match="声明共 30 行"):
        await read(lambda at: Page(ROWS, None, 30), Steps("none", 0, 500))
