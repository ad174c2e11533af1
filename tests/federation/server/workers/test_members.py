"""What workers say to each other: figures, callbacks, what to drop; and whether all are there."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from federation.execution.transports.callback import Callbacks
from federation.server.app import Surroundings
from federation.server.settings.engine import EngineSettings, for_development
from federation.server.settings.response_cache import (
    InvalidationRights,
    RedisCache,
    ResponseCaching,
    SubgraphCaching,
    SubgraphsCaching,
)
from federation.server.settings.subscription import CallbackMode
from federation.server.subgraphs.callbacks import callback_prefix, callback_route
from federation.server.subgraphs.invalidation import invalidation_route
from federation.server.workers.board import State
from federation.server.workers.member import MISSING, Member
from federation.server.workers.peers import PeerGone
from federation.server.workers.sockets import bind_each
from tests.federation.server.harness import Client, engine
from tests.support.worker_members import members, running_members

DEVELOPMENT = for_development(EngineSettings())


async def test_one_scrape_tells_of_all() -> None:
    async with contextlib.AsyncExitStack() as stack:
        clients = []
        for member in stack.enter_context(members(3)):
            around = Surroundings(member=member)
            clients.append(await stack.enter_async_context(engine(DEVELOPMENT, around)))
        for client, times in zip(clients, (1, 2, 5), strict=True):
            for number in range(times):
                assert (await client.post("{ a%d: hello }" % number)).status == 200
        reply = await clients[1].request("GET", "/metrics")
    families = {each.name: each for each in text_string_to_metric_families(reply.body.decode())}
    counted: dict[str, float] = {}
    for sample in families["hub_client_operations"].samples:
        worker = sample.labels["worker"]
        counted[worker] = counted.get(worker, 0) + sample.value
    assert counted == {"0": 1, "1": 2, "2": 5}
    up = {one.labels["worker"]: one.value for one in families["hub_worker_up"].samples}
    assert up == {"0": 1, "1": 1, "2": 1}
    assert all("worker" in one.labels for each in families.values() for one in each.samples)


async def test_figures_of_a_worker_that_does_not_answer_are_missing() -> None:
    with members(2) as (first, _):
        async with engine(DEVELOPMENT, Surroundings(member=first)) as client:
            began = time.monotonic()
            reply = await client.request("GET", "/metrics")
            assert time.monotonic() - began < 3.0
    text = reply.body.decode()
    assert 'hub_worker_up{worker="1"} 0.0' in text
    assert 'process_resident_memory_bytes{worker="1"}' not in text


async def test_a_missing_worker_makes_the_whole_unready() -> None:
    with members(2) as (first, second):
        async with engine(surroundings=Surroundings(member=first)) as client:
            assert (await client.request("GET", "/readiness")).status == 200
            for state in (State.GONE, State.STARTING):
                second.board.set_state(second.index, state)
                reply = await client.request("GET", "/readiness")
                assert (reply.status, reply.json["reason"]) == (503, MISSING)
            assert (await client.request("GET", "/health")).status == 200


async def test_a_worker_that_hangs_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with members(2) as (first, _):
        assert first.why_not_ready() is None
        later = time.monotonic_ns() + 10**10
        monkeypatch.setattr("federation.server.workers.board.time.monotonic_ns", lambda: later)
        assert first.why_not_ready() == MISSING


async def test_a_callback_finds_the_worker_that_waits() -> None:
    mode = CallbackMode(public_url="https://hub.example/callback", subgraphs=("prices",))
    async with running_members(2) as every:
        waiting = [Callbacks(mode.public_url, prefix=callback_prefix(each)) for each in every]
        clients = [_serving(one, mode, each) for one, each in zip(waiting, every, strict=True)]
        named, state = waiting[1].open("prices")
        check = {
            "kind": "subscription",
            "action": "check",
            "id": named,
            "verifier": state.verifier,
        }
        event = {**check, "action": "next", "payload": {"data": {"price": 1}}}
        for client in clients:
            assert await _posted(client, named, check) == 204
            assert await _posted(client, named, event) == 200
            assert await _posted(client, named, {**check, "verifier": "x"}) == 400
        assert state.messages.qsize() == 2
        waiting[1].close(named)
        assert await _posted(clients[0], named, check) == 404
        for unknown in ("1-x", "7-x", "x", "-x", "0-" + named):
            assert await _posted(clients[0], unknown, check) in (400, 404)


async def test_a_callback_for_a_worker_that_is_gone() -> None:
    mode = CallbackMode(public_url="https://hub.example/callback", subgraphs=("prices",))
    with members(2) as every:
        client = _serving(Callbacks(mode.public_url), mode, every[0])
        assert await _posted(client, "1-x", {}) == 404


KEY = "a shared key of some length"


class _Cache:
    """Stands for a response cache that keeps answers in its own memory."""

    def __init__(self) -> None:
        self.dropped: list[str] = []

    async def drop_subgraph(self, name: str) -> int:
        self.dropped.append(name)
        return 3


@pytest.mark.parametrize("shared", [False, True])
async def test_all_workers_drop_what_one_is_asked_to(shared: bool) -> None:
    rights = InvalidationRights(enabled=True, shared_key=KEY)
    section = ResponseCaching(
        enabled=True,
        subgraph=SubgraphsCaching(all=SubgraphCaching(invalidation=rights)),
        redis=RedisCache(urls=("redis://127.0.0.1:1",)) if shared else None,
    )
    async with running_members(3) as every:
        owners = [
            SimpleNamespace(
                settings=EngineSettings(response_cache=section), response_cache=_Cache()
            )
            for _ in every
        ]
        clients = [
            Client(Starlette(routes=[invalidation_route("/invalidation", lambda o=o: o, member)]))
            for o, member in zip(owners, every, strict=True)
        ]
        body = json.dumps([{"kind": "subgraph", "subgraph": "demo"}]).encode()
        for key, status in (("another key that is long", 401), (KEY, 202)):
            reply = await clients[1].request(
                "POST", "/invalidation", headers={"authorization": key}, chunks=(body,)
            )
            assert reply.status == status
    assert reply.json == {"count": 3 if shared else 9}
    expected = [[], ["demo"], []] if shared else [["demo"]] * 3
    assert [owner.response_cache.dropped for owner in owners] == expected


def _serving(callbacks: Callbacks, mode: CallbackMode, member: Member) -> Client:
    return Client(Starlette(routes=[callback_route(callbacks, mode, member)]))


async def _posted(client: Client, named: str, message: object) -> int:
    body = json.dumps(message).encode()
    return (await client.request("POST", f"/callback/{named}", chunks=(body,))).status


async def test_questions_and_answers() -> None:
    async with running_members(3) as every:
        for each in every[:2]:

            async def answer(body: bytes, index: int = each.index) -> bytes:
                return b"%d:" % index + body

            each.answers["echo"] = answer
        large = b"x" * 5_000_000
        assert await every[0].ask(1, "echo", large) == b"1:" + large
        # The third has no answer.
        assert await every[2].ask_others("echo", b"y") == {0: b"0:y", 1: b"1:y"}
        with pytest.raises(PeerGone):
            await every[0].ask(2, "echo", b"")


@pytest.mark.parametrize("spreads", [True, False])
def test_a_port_in_use_is_found(spreads: bool) -> None:
    from federation.server.listener.listen import ListenError

    with contextlib.ExitStack() as stack:
        bound = {id(one): one for one in bind_each("127.0.0.1", 0, 3, spreads=spreads)}
        for one in bound.values():
            stack.enter_context(one)
        assert len(bound) == (3 if spreads else 1)
        port = next(iter(bound.values())).getsockname()[1]
        assert {one.getsockname()[1] for one in bound.values()} == {port}
        with pytest.raises(ListenError, match="in use"):
            bind_each("127.0.0.1", port, 2, spreads=spreads)
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
