"""What the comparison of gateways has of its own: spreads and ratios, checking, drawing."""

from __future__ import annotations

import asyncio
import itertools
import json
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from tests.benchmarks.gateways import chart
from tests.benchmarks.gateways.monolith import Monolith
from tests.benchmarks.gateways.programs.hand import KIT
from tests.benchmarks.gateways.report import Spread, ratios, rows, spread
from tests.benchmarks.gateways.rounds import Figures, Result
from tests.benchmarks.gateways.workload import Mode
from tests.benchmarks.gateways.workloads.operations import operation
from tests.benchmarks.load import Answer, post, run_load
from tests.support.shared import needs_shared


def _figures(rate: float, cpu: float | None) -> Figures:
    return Figures(rate, cpu, calls=7.0, p50_ms=1.0, p99_ms=2.0, resident_mib=50.0)


def _results() -> list[Result]:
    ours = Result("a", Mode.NONE, "ours", [_figures(1000, 700), _figures(600, 800)])
    peer = Result("a", Mode.NONE, "peer", [_figures(100, 7000), _figures(100, 7200)])
    hand = Result("a", Mode.NONE, "hand", [_figures(1100, 1000), _figures(900, 1000)])
    none = Result("a", Mode.NONE, "absent", note="not installed")
    return [ours, hand, peer, none]


def test_spread_leaves_out_what_is_not_known() -> None:
    assert spread([None, None]) is None
    assert spread([5.0, None, 1.0, 3.0]) == Spread(3.0, 1.0, 5.0)


def test_ratios_are_taken_within_a_round() -> None:
    # The median of the ratios, 2 and 5, is not the ratio of the medians.
    ours = [_figures(200, 1), _figures(1000, 1), _figures(300, 1)]
    peer = [_figures(100, 1), _figures(200, 1), _figures(100, 1)]
    assert ratios(ours, peer, lambda one: one.requests_per_second) == Spread(3.0, 2.0, 5.0)
    assert ratios(ours, peer, lambda one: None) is None


def test_rows_tell_ours_to_each_peer_and_to_the_yardstick() -> None:
    found = {row["program"]: row for row in rows(_results())}
    assert found["peer"]["ours_faster"] == Spread(8.0, 6.0, 10.0)
    assert found["peer"]["ours_cheaper"].median == pytest.approx(9.5)
    assert found["ours"]["cpu_to_hand"] == Spread(0.75, 0.7, 0.8)
    assert found["ours"]["ours_faster"] is None
    assert found["absent"]["requests_per_second"] is None
    assert found["absent"]["note"] == "not installed"


def _file() -> dict[str, Any]:
    return {
        "machine": {"cpu": "A & B", "system": "Linux", "python": "3.11", "node": None},
        "rounds": 2,
        "workloads": {"a": {"name": "heavy", "about": "a <query>"}},
        "rows": json.loads(json.dumps(rows(_results()))),
    }


def test_the_chart_has_a_bar_for_each_program_that_ran() -> None:
    root = ET.fromstring(chart.draw(_file()))
    space = {"svg": "http://www.w3.org/2000/svg"}
    bars = {bar.get("class"): bar for bar in root.findall("svg:rect", space)}
    assert set(bars) == {"ours", "peer", "yardstick"}
    widths = {kind: float(bar.get("width") or 0) for kind, bar in bars.items()}
    # 800, 100 and 1,000 requests per second.
    assert widths["ours"] / widths["peer"] == pytest.approx(8, rel=0.01)
    assert widths["yardstick"] / widths["peer"] == pytest.approx(10, rel=0.01)
    width = float(root.get("width") or 0)
    assert all(float(bar.get("x") or 0) + widths[kind] < width for kind, bar in bars.items())
    texts = [element.text for element in root.findall("svg:text", space)]
    assert "100 (1/8.0)" in texts
    assert "absent" not in texts


def test_a_file_without_rates_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="no workload"):
        chart.draw({**_file(), "rows": []})


def test_an_answer_is_a_value_and_learns_how_it_is_written() -> None:
    answer = Answer({"data": {"list": [1, 2], "on": True, "none": None}})
    assert answer.accepts(b'{"data":{"none":null,"on":true,"list":[1,2]}}')
    assert answer.accepts(b'{"data":{"none":null,"on":true,"list":[1,2]}}')
    assert not answer.accepts(b'{"data":{"none":null,"on":true,"list":[2,1]}}')
    assert not answer.accepts(b'{"data":{"none":null,"on":1,"list":[1,2]}}')
    assert not answer.accepts(b'{"data":{"on":true,"list":[1,2]}}')
    assert not answer.accepts(b'{"data":{"none":null,"on":true,"list":[1,2]},"errors":[]}')
    assert not answer.accepts(b"<html>")


@asynccontextmanager
async def _server(responses: list[bytes]) -> AsyncIterator[int]:
    """Answer request after request with the responses in turn, each in several pieces."""
    turn = itertools.cycle(responses)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split()[0])
                await reader.readexactly(length)
                response = next(turn)
                for piece in (response[:10], response[10:-7], response[-7:]):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


_BROKEN = b'HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{"data": "yes"'
_CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'6\r\n{"data\r\n8\r\n":"yes"}\r\n0\r\n\r\n'
)
_WHOLE = b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"data":"yes"}'
_ERROR = b'HTTP/1.1 500 Oh\r\ncontent-length: 14\r\n\r\n{"data":"yes"}'


@pytest.mark.parametrize(
    ("responses", "wrong"),
    [([_WHOLE, _CHUNKED], 0), ([_WHOLE, _BROKEN], 5), ([_ERROR, _CHUNKED], 5)],
    ids=["right, also in chunks", "not JSON", "another status"],
)
async def test_the_load_counts_wrong_answers(responses: list[bytes], wrong: int) -> None:
    exchange = post("/graphql", b'{"query":"{ data }"}'), Answer({"data": "yes"})
    async with _server(responses) as port:
        # As many as there are: the load ends before its time.
        load = await run_load(port, iter([exchange] * 10), connections=1, seconds=30)
    assert (load.answers, load.wrong, len(load.latencies)) == (10, wrong, 10)
    assert load.seconds < 20
    assert bool(load.fault) is bool(wrong)


_SHOP = """
type Query { user(id: ID!): User topProducts(first: Int): [Product] }
type User { id: ID! name: String username: String birthday: Int reviews: [Review] }
type Product { upc: String name: String price: Int weight: Int inStock: Boolean
  shippingEstimate: Int reviews: [Review] }
type Review { id: ID! body: String product: Product author: User }
"""


def test_operations_are_valid_different_and_of_one_size() -> None:
    schema = build_schema(_SHOP)
    texts = [operation(seed) for seed in range(40)]
    for text in texts:
        assert not validate(schema, parse(text))
    assert all(900 < len(text) < 1200 for text in texts)
    shapes = {text.partition("{")[2] for text in texts}
    assert len(shapes) == len(texts)
    assert texts[7] == operation(7)


@needs_shared
def test_one_schema_gives_what_the_subgraphs_make_up() -> None:
    query = "{ topProducts(first: 2) { upc shippingEstimate reviews { author { username } } } }"
    answer = Monolith(KIT).answer(query)
    # 899 for 100 of weight is half of that; what sells for more than 1,000 is sent for nothing.
    assert [one["shippingEstimate"] for one in answer["data"]["topProducts"]] == [50, 0]
    authors = {
        review["author"]["username"] for review in answer["data"]["topProducts"][0]["reviews"]
    }
    assert authors == {"urigo"}
