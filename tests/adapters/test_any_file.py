"""Whatever is in a file, it ends in outcomes and coded findings, never in an exception."""

from __future__ import annotations

import io
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import FileRefused
from adapters.feed import load_feeds
from adapters.files.limits import DEFAULT_LIMITS
from adapters.files.table import inspect, open_table
from adapters.mapping import Mapper
from adapters.model import Outcome, SourceClass
from adapters.rules import RuleContext
from adapters.validation import Validator
from resolvers.values import shipped_lists
from tests.adapters.harness import DEMO_FILES, TODAY

# What real files are spoiled with: stray quotes and delimiters, lost columns, odd digits, formulas.
DIRT = st.one_of(
    st.sampled_from(
        [
            *('"', '""', "\n", "\r", ",", "\t", ";", "\x00", "\ufffd", "\u2028", "=cmd|x"),
            *("９９", "²", "①", "2023年", "0000-00-00", "%", "万元", "9" * 300, "合计", "-1"),
        ]
    ),
    st.text(max_size=8),
)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), DIRT), min_size=1, max_size=20)


@cache
def text_of(name: str, encoding: str) -> str:
    return (DEMO_FILES / name).read_text(encoding=encoding)


def edited(text: str, edits: list[tuple[float, int, str]]) -> str:
    for place, length, dirt in edits:
        at = int(place * len(text))
        text = text[:at] + dirt + text[at + length :]
    return text


def take(raw: bytes, name: str, feed_name: str) -> None:
    """Run a file through everything that needs no database; a coded refusal is a good end."""
    feed = load_feeds()[feed_name]
    file = io.BytesIO(raw)
    try:
        inspected = inspect(file, name, None, DEFAULT_LIMITS)
        table = open_table(file, name, inspected, feed.aliases())
        mapper = Mapper(feed, table.header, constants={}, today=TODAY, lists=shipped_lists())
        context = RuleContext(feed_name, SourceClass.CENTER, TODAY, {})
        for result in Validator(feed).check(map(mapper.map, table.records()), context):
            assert (result.outcome is Outcome.ACCEPTED) == (not result.findings)
            assert all(found.code and "\n" in found.message for found in result.findings)
            if result.is_accepted:
                assert result.mapped.key is not None
    except FileRefused:
        return


@settings(max_examples=60, deadline=None)
@given(EDITS)
def test_spoiled_patents(edits: list[tuple[float, int, str]]) -> None:
    text = edited(text_of("patents.csv", "utf-8"), edits)
    take(text.encode("utf-8", "surrogatepass"), "a.csv", "PATENT")


@settings(max_examples=60, deadline=None)
@given(EDITS)
def test_spoiled_statements(edits: list[tuple[float, int, str]]) -> None:
    text = edited(text_of("open_licence_statements.csv", "utf-8-sig"), edits)
    take(text.encode("gb18030", "ignore"), "a.csv", "OPEN_LICENCE")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([".csv", ".tsv", ".xlsx", ".json"]))
def test_any_bytes(raw: bytes, suffix: str) -> None:
    take(raw, f"a{suffix}", "TRANSFER")


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.binary(min_size=1, max_size=8))
def test_spoiled_workbook(place: float, dirt: bytes) -> None:
    raw = (DEMO_FILES / "listings.xlsx").read_bytes()
    at = int(place * len(raw))
    take(raw[:at] + dirt + raw[at + len(dirt) :], "a.xlsx", "LISTING")
