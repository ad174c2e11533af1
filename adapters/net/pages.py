"""Page after page until the end, without loops and without believing too much.

In: how to fetch one page (`Fetch`) and how pages follow each other (`Steps`). Out: the records of
each page with where it began. When does a list end?

- Linked pages (cursor, link, Relay) end where nothing follows. The same cursor twice is a loop.
- Counted pages (page, offset) end with an empty one. What a page shorter than asked for means
  cannot be seen: it may be the last, or the server gives fewer rows at a time. So one more page is
  asked for; empty, the same again or no such page (400, 404, 416) means the end, and so does an
  envelope that refuses it behind pages that had the size asked for.
- With a total, pages are read until it is reached. Fewer rows than it says are a fault: something
  is missing. When the last page was full one more is asked for, in case the total lies.
- A total that gets smaller between two pages says that rows were taken away, and the rows behind
  them moved forward, past the place where the next page begins. So the reader goes back as far.
- Two pages with the same content are a loop: the server does not heed what it is sent.

Behind a page that cannot be had a pull goes on later; behind pages that do not fit together it
begins anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from adapters.errors import SourceProblem
from adapters.net.problems import CallFailed

At = int | str | None
"""Where a page begins: its number, a number of rows, a cursor, an address; None at the beginning
of linked pages."""

MOST_PAGES: Final = 500_000
MOST_STEPS_BACK: Final = 200
_PIECE: Final = 1_000
_NO_SUCH_PAGE: Final = (400, 404, 416)
_NO_SUCH_PLACE: Final = (400, 404, 409, 410, 422)


@dataclass(frozen=True, slots=True)
class Page:
    """`following`: where the next page begins, of linked pages. `total`: rows of the whole list."""

    records: list[Any]
    following: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """How pages follow each other.

    none: there is one. page: numbers from `start`. offset: rows from `start`. linked: each says
    where the next one begins. `size`: rows asked for.
    """

    kind: str
    start: int
    size: int

    @property
    def first(self) -> At:
        return self.start if self.is_counted else None

    @property
    def is_counted(self) -> bool:
        return self.kind in ("page", "offset")


@dataclass(frozen=True, slots=True)
class Read:
    """A page that was read: where it begins, how many rows stand before it, how many rows the list
    had then, its records."""

    at: At
    rows: int
    total: int | None
    records: list[Any]


Fetch = Callable[[At, bool], Awaitable[Page]]
"""Fetches the page at a place; the flag says that it is only looked for, so that no second try is
needed. Raises SourceProblem."""


class PageReader:
    """Reads pages from `at` on. After a failure `at`, `rows` and `total` say where to go on."""

    def __init__(
        self, fetch: Fetch, steps: Steps, at: At, rows: int, total: int | None = None
    ) -> None:
        self._fetch, self._steps = fetch, steps
        self.at, self.rows, self.total = at, rows, total
        self._size = steps.size
        self._full_seen = False
        self._seen: set[int] = set()
        self._steps_back = 0
        self._before = 0
        self._resumed = self._is_first = at != steps.first

    async def pages(self) -> AsyncGenerator[Read, None]:
        """Yield the pages up to the end of the list.

        Raises:
            SourceProblem: a page cannot be had, or `SOURCE_PAGES`: pages do not fit together.
        """
        looking = False
        for _ in range(MOST_PAGES):
            page = await self._page(looking)
            if page is None or (looking and not page.records):
                return
            begin, rows, count = self.at, self.rows, len(page.records)
            if self._shrank(page):
                looking = False
                continue
            if count and self._is_repeated(page, looking):
                return
            if looking and count:
                # The page before was not the last, so this is how many rows the server gives.
                self._size = max(1, self._before)
            self._before = count
            self.rows += count
            self.total = page.total
            goes_on = self._advance(page, count)
            if count:
                yield Read(begin, rows, page.total, page.records)
            if goes_on is None:
                if self._is_whole():
                    return
                looking = False
            else:
                looking = goes_on
        raise faulty(f"超过 {MOST_PAGES} 页 / more than {MOST_PAGES} pages")

    async def _page(self, looking: bool) -> Page | None:
        """Return the next page; None when it was only looked for and is not there."""
        kept, self._is_first = self._is_first and not self._steps.is_counted, False
        try:
            return await self._fetch(self.at, looking and self.total is not None)
        except SourceProblem as problem:
            if looking and (self.total is not None or self._says_end(problem)):
                return None
            if not (kept and _is_stale(problem)):
                raise
        # A cursor kept since the last pull may have expired: what was read is known, begin anew.
        self._begin_anew()
        return await self._fetch(self.at, False)

    def _begin_anew(self) -> None:
        self.at, self.rows, self.total = self._steps.first, 0, None
        self._seen.clear()
        self._resumed = False

    def _says_end(self, problem: SourceProblem) -> bool:
        if not isinstance(problem, CallFailed):
            return False
        return problem.status in _NO_SUCH_PAGE or (problem.stated and self._full_seen)

    def _shrank(self, page: Page) -> bool:
        """Go back when rows were taken away since the last page; return whether that was so."""
        before, now = self.total, page.total
        if not self._steps.is_counted or before is None or now is None or now >= before:
            return False
        self._steps_back += 1
        if self._steps_back > MOST_STEPS_BACK:
            raise self.incomplete("总数不断变小 / the total keeps getting smaller")
        assert isinstance(self.at, int)
        gone, self.total = before - now, now
        if self._steps.kind == "offset":
            back = min(gone, self.at - self._steps.start)
            self.at, self.rows = self.at - back, max(0, self.rows - back)
        else:
            back = min(-(-gone // self._size), self.at - self._steps.start)
            self.at, self.rows = self.at - back, max(0, self.rows - back * self._size)
        self._seen.clear()
        return True

    def _is_repeated(self, page: Page, looking: bool) -> bool:
        """Return whether a page that was only looked for is one that was read before; raise when
        any other is."""
        number = _fingerprint(page.records)
        if number in self._seen:
            if looking:
                return True
            what = "同样内容的页出现两次 / the same page came twice"
            raise self.incomplete(f"{what}；{_HINT}" if self._steps.is_counted else what)
        self._seen.add(number)
        return False

    def _advance(self, page: Page, count: int) -> bool | None:
        """Move on; return whether the next page is only looked for, None at the end."""
        if self._steps.kind == "none":
            return None
        if not self._steps.is_counted:
            if page.following is None:
                return None
            mark = hash(page.following)
            if mark in self._seen or page.following == self.at:
                raise self.incomplete("游标重复 / the same cursor came twice")
            self._seen.add(mark)
            self.at = page.following
            return False
        assert isinstance(self.at, int)
        if count == 0:
            return None
        self.at += count if self._steps.kind == "offset" else 1
        is_full = count >= self._size
        self._full_seen |= count >= self._steps.size
        if page.total is not None:
            if self.rows < page.total:
                return False
            return True if is_full else None
        return not is_full

    def _is_whole(self) -> bool:
        """Return whether the list is whole at its end; of a pull that went on in the middle, go
        back to the beginning if it is not."""
        if self.total is None or self.rows >= self.total:
            return True
        if self._resumed:
            self._begin_anew()
            return False
        total, rows = self.total, self.rows
        raise self.incomplete(
            f"声明共 {total} 行，只给出 {rows} 行 / {rows} rows came of the {total} it announced"
        )

    def incomplete(self, reason: str) -> SourceProblem:
        """Return the problem of a list that is not whole. The next pull begins anew: which rows are
        missing, or were taken for others, is not known."""
        self._begin_anew()
        return faulty(reason)


def _fingerprint(records: list[Any]) -> int:
    """Return a digest of what a page says, made in small pieces: a page may be tens of MiB."""
    digest = hashlib.blake2b(digest_size=8)
    for begin in range(0, len(records), _PIECE):
        digest.update(orjson.dumps(records[begin : begin + _PIECE]))
    return int.from_bytes(digest.digest())


_HINT: Final = (
    "来源没有理会分页参数，或末页之后重复末页（请在 paging.total 写明总数位置） / the parameter is "
    "not heeded, or the last page is repeated behind the end (name the total in paging.total)"
)


def faulty(reason: str) -> SourceProblem:
    """Return the problem of pages that do not fit together; `reason`: Chinese / English."""
    return SourceProblem("SOURCE_PAGES", reason=reason)


def _is_stale(problem: SourceProblem) -> bool:
    """Return whether a source may have refused a cursor because it is too old."""
    if not isinstance(problem, CallFailed):
        return False
    return problem.code == "SOURCE_ANSWER" or problem.status in _NO_SUCH_PLACE
