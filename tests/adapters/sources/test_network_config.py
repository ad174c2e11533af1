"""Sections `rest` and `graphql` of source files: what does not fit together is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.config import read_source
from adapters.errors import SourceInvalid

REST = """\
code: listings
name: 挂牌项目
center: FT-110000-01
kind: rest
feed: LISTING
rest:
  url: https://api.example.invalid/listings
"""
GRAPHQL = """\
code: listings
name: 挂牌项目
center: FT-110000-01
kind: graphql
feed: LISTING
graphql:
  url: https://api.example.invalid/graphql
  query: "query ($first: Int, $after: String) { a }"
  records: a
"""


def read(text: str, folder: Path) -> Any:
    path = folder / "source.yaml"
    path.write_text(text, encoding="utf-8")
    return read_source(path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("paging: {kind: page}", "page: give param"),
        ("paging: {kind: offset}", "offset: give param"),
        ("paging: {kind: cursor, param: cursor}", "cursor: give next"),
        ("paging: {kind: page, param: p, start: -1}", ">= 0"),
        ("json: {a: 1}", "method POST"),
        ("lookup: {keys: {}}", "give keys"),
        ("lookup: {keys: {platform: a, number: b}, many: true}", "one key field only"),
        ("lookup: {keys: {number: a}, records: 'data['}", "no JMESPath"),
        ("paging: {kind: page, param: p, total: 'a b'}", "no JMESPath"),
        ("auth: {kind: oauth2, secret: {env: A}, client_id: x}", "give token_url and client_id"),
    ],
)
def test_rest(line: str, said: str, tmp_path: Path) -> None:
    assert read(REST, tmp_path).rest.paging.kind == "none"
    with pytest.raises(SourceInvalid) as caught:
        read(f"{REST}  {line}\n", tmp_path)
    assert said in str(caught.value)
    # What the parts of a section demand of each other is told at its beginning.
    assert caught.value.line == (6 if line.startswith("json") else 8)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("paging: {kind: page}", "does not use the variable $page"),
        ("paging: {kind: relay, param: cursor}", "does not use the variable $cursor"),
        ("incremental: {param: since, field: updated}", "does not use the variable $since"),
        ("paging: {kind: none, total: '['}", "no JMESPath"),
    ],
)
def test_graphql(line: str, said: str, tmp_path: Path) -> None:
    assert read(GRAPHQL, tmp_path).graphql.paging.variable == "after"
    with pytest.raises(SourceInvalid) as caught:
        read(f"{GRAPHQL}  {line}\n", tmp_path)
    assert said in str(caught.value)
