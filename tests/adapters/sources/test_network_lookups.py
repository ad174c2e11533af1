"""Single records on demand, from REST and GraphQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from adapters.config import SourceConfig
from adapters.errors import SourceProblem
from adapters.feed import load_feeds
from adapters.sources import open_source
from tests.adapters.net.server import Center, answer, serving
from tests.adapters.sources.serving import (
    ALL,
    GraphqlListed,
    Taken,
    graphql_source,
    rest_source,
    take,
)

RECORDS = {f"N/{n}": {"number": f"N/{n}", "title": f"题{n}"} for n in range(5)}


async def look_up(config: SourceConfig, *numbers: str) -> list[Any]:
    return (await taken(config, [{"number": number} for number in numbers])).records


async def taken(config: SourceConfig, keys: Sequence[Mapping[str, str]]) -> Taken:
    opened: Any = open_source(config)
    assert opened.capabilities.live_lookup
    try:
        return take(await opened.look_up(keys))
    finally:
        await opened.close()


def one(request: Request) -> Response:
    number = request.scope["path"].removeprefix("/one/")
    held = RECORDS.get(number)
    return answer({"code": 0, "data": held}) if held else answer({"message": "none"}, 404)


async def test_one_by_one_in_the_address() -> None:
    center = Center()
    center.handlers["/"] = one
    async with serving(center) as url:
        lookup = {"keys": {"number": "{no}"}, "url": f"{url}/one/{{no}}"}
        config = rest_source(url, rest={"lookup": lookup})
        found = await look_up(config, "N/3", "absent", "N/1", "..", "")
    assert found == [RECORDS["N/3"], RECORDS["N/1"]]
    # A key is text, never a way to another address.
    paths = {request.scope["raw_path"] for request in center.asked}
    assert paths == {b"/one/N%2F3", b"/one/absent", b"/one/N%2F1"}


async def test_many_in_a_parameter() -> None:
    def many(request: Request) -> Response:
        numbers = request.query_params["numbers"].split("|")
        return answer({"data": {"records": [RECORDS[n] for n in numbers if n in RECORDS]}})

    center = Center(list=many)
    async with serving(center) as url:
        lookup = {"keys": {"number": "numbers"}, "many": True, "separator": "|"}
        paging = {"kind": "page", "param": "page", "size_param": "size", "size": 2}
        section = {"lookup": lookup, "paging": paging, "params": {"v": 1}}
        config = rest_source(url, rest=section)
        numbers = [*RECORDS, *(f"X{n}" for n in range(100))]
        assert await look_up(config, *numbers) == list(RECORDS.values())
    assert len(center.asked) == 2
    assert center.queries[0]["size"] == "100"  # else the list would be cut to a page
    assert center.queries[0]["v"] == "1"


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"number": "N/1"}, [{"number": "N/1"}]),
        ({"code": 200, "data": {"number": "N/1"}}, [{"number": "N/1"}]),
        ({"code": 200, "data": None}, []),
        ({"code": 200, "data": []}, []),
        ([{"number": "N/1"}], [{"number": "N/1"}]),
    ],
)
async def test_shapes_of_an_answer(document: Any, found: list[Any]) -> None:
    async with serving(Center(list=lambda _: answer(document))) as url:
        config = rest_source(url, rest={"lookup": {"keys": {"number": "no"}}})
        assert await look_up(config, "N/1") == found


async def test_answers_that_are_no_records() -> None:
    for document in ([1], {"data": 7}, {"code": 9, "message": "?"}):
        async with serving(Center(list=lambda _, d=document: answer(d))) as url:  # type: ignore[misc]
            config = rest_source(url, rest={"lookup": {"keys": {"number": "no"}}})
            with pytest.raises(SourceProblem, match="SOURCE_ANSWER"):
                await look_up(config, "N/1")


async def test_one_failure_fails_the_look_up() -> None:
    def fails(request: Request) -> Response:
        return answer({}, 500) if request.query_params["no"] == "N/2" else answer(RECORDS["N/1"])

    center = Center(list=fails)
    async with serving(center) as url:
        config = rest_source(url, rest={"lookup": {"keys": {"number": "no"}}})
        with pytest.raises(SourceProblem, match="SOURCE_STATUS"):
            await look_up(config, "N/1", "N/2", "N/3")


async def test_records_become_a_table() -> None:
    record = {"no": "FT-1", "info": {"title": "题"}, "patents": ["a", "b"]}
    async with serving(Center(list=lambda _: answer({"data": record}))) as url:
        section = {"lookup": {"keys": {"number": "no"}}, "each": "patents"}
        fields = {"number": "no", "title": "info.title", "applicationNumber": "patents"}
        config = rest_source(url, feed="LISTING", rest=section, fields=fields)
        opened: Any = open_source(config)
        batch = await opened.look_up([{"number": "FT-1"}])
        table = batch.table(load_feeds()["LISTING"].aliases())
        cells = [record.cells for record in table.records()]
        batch.close()
        await opened.close()
    assert [cell["patents"] for cell in cells] == ["a", "b"]
    assert {cell["info.title"] for cell in cells} == {"题"}


MANY = {
    "query": "query ($numbers: [String!]!) { byNumber(numbers: $numbers) }",
    "records": "byNumber",
    "keys": {"number": "numbers"},
    "many": True,
}
ONE = {
    "query": "query ($number: String!) { one(number: $number) }",
    "records": "one",
    "keys": {"number": "number"},
}


@pytest.mark.parametrize(("lookup", "calls"), [(MANY, 1), (ONE, 3)])
async def test_graphql(lookup: dict[str, Any], calls: int) -> None:
    listed = GraphqlListed(list(RECORDS.values()))
    async with serving(listed.center) as url:
        config = graphql_source(url, graphql=ALL | {"lookup": lookup})
        assert await look_up(config, "N/3", "absent", "N/1") == [RECORDS["N/3"], RECORDS["N/1"]]
    assert len(listed.variables) == calls
