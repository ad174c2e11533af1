"""GraphQL lists: every kind of page, errors, loops, incremental."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from starlette.responses import HTMLResponse, Response

from adapters.errors import SourceProblem
from tests.adapters.harness import source
from tests.adapters.net.server import Center, answer, serving
from tests.adapters.sources.serving import (
    ALL,
    OFFSET,
    PAGE,
    RELAY,
    GraphqlListed,
    graphql_source,
    pull,
    rows,
)

RECORDS = [{"number": f"N{n}", "updated": f"2025-01-{n + 1:02d}"} for n in range(25)]
KINDS = {"relay": RELAY, "offset": OFFSET, "page": PAGE, "none": ALL}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch_rows", [4, 10, 17, 100])
async def test_every_kind_of_page_and_going_on(kind: str, batch_rows: int) -> None:
    listed = GraphqlListed(RECORDS)
    async with serving(listed.center) as url:
        config = graphql_source(url, graphql=KINDS[kind], bounds={"batch_rows": batch_rows})
        whole = await pull(config)
        assert rows(whole) == RECORDS
        for number, batch in enumerate(whole):
            known = {before.sha256 for before in whole[: number + 1]}
            rest = [
                again for again in await pull(config, batch.cursor) if again.sha256 not in known
            ]
            assert [b.sha256 for b in rest] == [b.sha256 for b in whole[number + 1 :]]


async def test_variables() -> None:
    listed = GraphqlListed(RECORDS)
    section = RELAY | {"incremental": {"param": "since", "field": "updated", "overlap": 86400}}
    async with serving(listed.center) as url:
        config = graphql_source(url, graphql=section)
        assert (await pull(config))[-1].high == "2025-01-25"
        assert rows(await pull(config, None, "2025-01-25")) == RECORDS[23:]
    assert listed.variables[0] == {"first": 10}
    assert listed.variables[1] == {"first": 10, "after": "10"}
    assert listed.variables[-1] == {"first": 10, "since": "2025-01-24"}


async def test_shapes_of_a_connection() -> None:
    info = {"hasNextPage": False, "endCursor": None}
    for connection in (
        {"nodes": [{"a": 1}, None], "pageInfo": info},
        {"edges": [{"node": {"a": 1}}, {"node": None}], "pageInfo": info},
    ):
        center = Center(graphql=lambda _, c=connection: answer({"data": {"items": c}}))  # type: ignore[misc]
        async with serving(center) as url:
            # A node that may not be seen stays a row, and becomes a finding.
            assert rows(await pull(graphql_source(url, graphql=RELAY))) == [{"a": 1}, None]


async def problem_of(response: Response, section: dict[str, Any] = RELAY, **changes: Any) -> str:
    async with serving(Center(graphql=lambda _: response)) as url:
        with pytest.raises(SourceProblem) as caught:
            await pull(graphql_source(url, graphql=section, **changes), retries=0)
    return str(caught.value)


def connection(**info: Any) -> Response:
    return answer({"data": {"items": {"edges": [{"node": {"a": 1}}], "pageInfo": info}}})


ERRORS = {"errors": [{"message": "没有权限"}, {"message": "second"}]}


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (answer(ERRORS), "the source says: 没有权限"),
        (answer(ERRORS | {"data": None}), "the source says: 没有权限"),
        # Data beside errors has gaps nobody would see.
        (answer(ERRORS | {"data": {"items": {"edges": []}}}), "the source says: 没有权限"),
        (answer(ERRORS, 400), "the source says: 没有权限"),
        (answer({"errors": ["odd"]}), "the source says: odd"),
        (answer({"data": None}), "没有 data"),
        (answer({"data": {"items": None}}), "不是连接"),
        (answer({"data": {"items": {"pageInfo": {}}}}), "没有 edges 或 nodes"),
        (answer({"data": {"items": {"edges": []}}}), "没有 pageInfo { hasNextPage endCursor }"),
        (connection(hasNextPage=None), "没有 pageInfo { hasNextPage endCursor }"),
        (connection(hasNextPage=True, endCursor=None), "还有下一页却没有 endCursor"),
        (HTMLResponse("<p>"), "收到网页"),
        (answer([]), "没有 data"),
    ],
)
async def test_no_list(response: Response, said: str) -> None:
    message = await problem_of(response)
    assert message.startswith("SOURCE_ANSWER")
    assert said in message


async def test_statuses_without_errors() -> None:
    assert (await problem_of(HTMLResponse("<p>", 404))).startswith("SOURCE_STATUS")
    assert (await problem_of(answer({}, 500))).startswith("SOURCE_STATUS")


async def test_same_cursor_again_is_a_loop() -> None:
    loop = connection(hasNextPage=True, endCursor="a")
    assert "SOURCE_PAGES" in await problem_of(loop)


async def test_total_that_does_not_come() -> None:
    page = {"data": {"slice": {"total": 9, "rows": []}}}
    assert "声明共 9 行" in await problem_of(answer(page), OFFSET)


async def test_expired_cursor_begins_anew() -> None:
    listed = GraphqlListed(RECORDS)
    async with serving(listed.center) as url:
        config = graphql_source(url, graphql=RELAY, bounds={"batch_rows": 10})
        cursor = (await pull(config))[0].cursor | {"at": "expired"}
        # The server cannot read it and answers with an error.
        assert rows(await pull(config, cursor)) == RECORDS


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"query": "{ items { edges { node } } }"}, "the query does not use the variable $after"),
        ({"variables": {"kind": "x"}}, "the query does not use the variable $kind"),
        ({"lookup": {"query": "{ a }", "records": "a", "keys": {"number": "n"}}}, "variable $n"),
        (
            {
                "lookup": {
                    "query": "$a $b",
                    "records": "a",
                    "keys": {"x": "a", "y": "b"},
                    "many": True,
                }
            },
            "one key field only",
        ),
    ],
)
def test_configuration(change: dict[str, Any], said: str) -> None:
    section = {"url": "http://a.cn/graphql"} | RELAY | change
    with pytest.raises(msgspec.ValidationError) as caught:
        source(kind="graphql", path=None, graphql=section)
    assert said in str(caught.value)
