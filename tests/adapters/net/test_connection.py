"""Retries, refused and renewed credentials, overload: against a server that does it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response

from adapters.config.rest import Auth
from adapters.config.shared import Bounds
from adapters.errors import SourceProblem
from adapters.net.client import Answer, Call
from adapters.net.connection import Connection
from adapters.net.problems import CallFailed
from adapters.net.retry import Retry
from tests.adapters.net.server import Center, answer, quick, serving

SECRET = "hunter2+/=&密"
BOUNDS = Bounds(rate=1000, timeout=5)


def auth(**changes: Any) -> Auth:
    return msgspec.convert({"secret": {"env": "CENTER_SECRET"}} | changes, Auth)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTER_SECRET", SECRET)


async def call(
    url: str, own: Auth | None = None, *, retry: Retry | None = None, bounds: Bounds = BOUNDS
) -> Answer:
    connection = Connection(own, bounds, "", retry=retry or quick())
    try:
        return await connection.call(Call("GET", url, {}))
    finally:
        await connection.close()


async def fails(url: str, own: Auth | None = None, **options: Any) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        await call(url, own, **options)
    assert "hunter2" not in f"{caught.value!r}{caught.value}{caught.value.__context__!r}"
    return caught.value


def in_turn(*answers: Response) -> Callable[[Request], Response]:
    """Answer each call with the next, then with the last again."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_passing_failures_are_tried_again(status: int) -> None:
    center = Center(a=in_turn(answer({}, status), answer({}, status), answer([1])))
    async with serving(center) as url:
        assert (await call(f"{url}/a")).body == b"[1]"
    assert len(center.asked) == 3


@pytest.mark.parametrize(("status", "code"), [(500, "SOURCE_STATUS"), (429, "SOURCE_RATE_LIMITED")])
async def test_lasting_failures_are_given_up(status: int, code: str) -> None:
    center = Center(a=lambda _: answer({}, status))
    async with serving(center) as url:
        problem = await fails(f"{url}/a?key=hunter2")
    assert problem.code == code
    assert len(center.asked) == 4


@pytest.mark.parametrize("status", [400, 404, 410, 418, 501])
async def test_other_statuses_are_answers(status: int) -> None:
    center = Center(a=lambda _: answer({}, status))
    async with serving(center) as url:
        assert (await call(f"{url}/a")).status == status
    assert len(center.asked) == 1


async def test_timeouts_and_closed_ports_are_tried_again() -> None:
    waits: list[float] = []

    async def remember(seconds: float) -> None:
        waits.append(seconds)

    retry = Retry(3, chance=lambda: 1.0, sleep=remember)
    assert (await fails("http://127.0.0.1:9/", retry=retry)).code == "SOURCE_UNREACHABLE"
    assert waits == [0.5, 1.0, 2.0]

    async def slow(request: Request) -> Response:
        await asyncio.sleep(2)
        return answer([])

    center = Center(a=slow)
    async with serving(center) as url:
        problem = await fails(f"{url}/a", retry=quick(1), bounds=Bounds(timeout=0.2))
    assert problem.code == "SOURCE_TIMEOUT"
    assert len(center.asked) == 2


async def test_retry_after_is_waited_for() -> None:
    waits: list[float] = []

    async def remember(seconds: float) -> None:
        waits.append(seconds)

    when = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    center = Center(
        a=in_turn(answer({}, 429, retry_after="7"), answer({}, 503, retry_after=when), answer([1]))
    )
    async with serving(center) as url:
        retry = Retry(5, chance=lambda: 0.0, sleep=remember)
        assert (await call(f"{url}/a", retry=retry)).body == b"[1]"
    assert waits[0] == 7.0
    assert 50 < waits[1] <= 60


async def test_retry_after_of_an_hour_is_not_waited_for() -> None:
    center = Center(a=lambda _: answer({}, 429, retry_after="3600"))
    async with serving(center) as url:
        problem = await fails(f"{url}/a")
    assert problem.code == "SOURCE_RATE_LIMITED"
    assert "3600" in problem.finding.message
    assert len(center.asked) == 1


async def test_keys_bearer_and_basic() -> None:
    center = Center(a=lambda _: answer([]))
    async with serving(center) as url:
        await call(f"{url}/a", auth(kind="api_key", header="X-Key"))
        await call(f"{url}/a?key=old&page=2", auth(kind="api_key", query="key"))
        await call(f"{url}/a", auth(kind="bearer"))
        await call(f"{url}/a", auth(kind="basic", user="centre"))
    headers = [request.headers for request in center.asked]
    assert headers[0]["x-key"].encode("latin-1").decode() == SECRET
    assert center.queries[1] == {"page": "2", "key": SECRET}
    assert headers[2]["authorization"].encode("latin-1").decode() == f"Bearer {SECRET}"
    scheme, value = headers[3]["authorization"].split()
    assert (scheme, base64.b64decode(value).decode()) == ("Basic", f"centre:{SECRET}")


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_credentials(status: int) -> None:
    center = Center(a=lambda _: answer({}, status))
    async with serving(center) as url:
        problem = await fails(f"{url}/a", auth(kind="api_key", query="key"))
    assert problem.code == "SOURCE_AUTH"
    assert len(center.asked) == 1  # the same secret again would be refused again


async def test_secret_that_was_changed_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("old-key")

    def check(request: Request) -> Response:
        file.write_text("new-key")
        return answer([1], 200 if request.headers["x-key"] == "new-key" else 401)

    own = auth(kind="api_key", header="X-Key", secret={"file": str(file)})
    async with serving(Center(a=check)) as url:
        assert (await call(f"{url}/a", own)).body == b"[1]"


async def test_absent_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CENTER_SECRET")
    with pytest.raises(SourceProblem, match="SOURCE_SECRET"):
        await call("http://127.0.0.1:9/", auth(kind="bearer"))


async def test_no_secret_in_any_repr() -> None:
    connection = Connection(auth(kind="basic", user="a"), BOUNDS, "", retry=quick())
    center = Center(a=lambda _: answer([]))
    async with serving(center) as url:
        await connection.call(Call("GET", f"{url}/a", {}))
    await connection.close()
    assert connection.hide(f"wrong: {SECRET}!") == "wrong: ***!"
    seen, todo = set(), [connection]
    while todo:
        thing: Any = todo.pop()
        if id(thing) in seen or isinstance(thing, str | set):
            continue
        seen.add(id(thing))
        assert "hunter2" not in repr(thing)
        todo += vars(thing).values() if hasattr(thing, "__dict__") else []


class Tokens:
    """An OAuth2 server and an interface that takes its tokens."""

    def __init__(self, lives: Any = 3600) -> None:
        self.lives, self.number, self.good = lives, 0, ""
        self.center = Center(token=self.token, a=self.data)

    def token(self, request: Request) -> Response:
        self.number += 1
        self.good = f"token-{self.number}"
        found = {"access_token": self.good, "token_type": "bearer", "expires_in": self.lives}
        return answer({name: value for name, value in found.items() if value is not None})

    def data(self, request: Request) -> Response:
        good = request.headers.get("authorization") == f"Bearer {self.good}"
        return answer([self.number], 200 if good else 401)


def oauth2(url: str, **changes: Any) -> Auth:
    return auth(kind="oauth2", token_url=f"{url}/token", client_id="hub:1", **changes)


async def test_token_is_kept() -> None:
    tokens = Tokens()
    async with serving(tokens.center) as url:
        connection = Connection(oauth2(url, scope="read all"), BOUNDS, "", retry=quick())
        call = Call("GET", f"{url}/a", {})
        await asyncio.gather(*(connection.call(call) for _ in range(5)))
        await connection.close()
    assert tokens.number == 1
    asked = tokens.center.asked[0]
    assert tokens.center.bodies[0] == b"grant_type=client_credentials&scope=read+all"
    # RFC 6749 §2.3.1: both parts are form-encoded before Basic.
    sent = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
    assert sent == "hub%3A1:hunter2%2B%2F%3D%26%E5%AF%86"
    assert connection.hide("token-1") == "***"


async def test_secret_in_the_body_of_the_token_call() -> None:
    tokens = Tokens()
    async with serving(tokens.center) as url:
        await call(f"{url}/a", oauth2(url, client_auth="body"))
    assert b"client_id=hub%3A1&client_secret=hunter2%2B" in tokens.center.bodies[0]
    assert "authorization" not in tokens.center.asked[0].headers


@pytest.mark.parametrize("lives", [0.2, "0.2"])
async def test_token_that_expires_is_replaced_before(lives: Any) -> None:
    tokens = Tokens(lives)
    async with serving(tokens.center) as url:
        connection = Connection(oauth2(url), BOUNDS, "", retry=quick())
        call = Call("GET", f"{url}/a", {})
        await connection.call(call)
        await connection.call(call)
        assert tokens.number == 1
        await asyncio.sleep(0.25)
        await connection.call(call)
        await connection.close()
    assert tokens.number == 2
    assert [request.url.path for request in tokens.center.asked].count("/a") == 3


async def test_token_that_is_withdrawn_is_fetched_anew_once() -> None:
    tokens = Tokens(None)
    async with serving(tokens.center) as url:
        connection = Connection(oauth2(url), BOUNDS, "", retry=quick())
        call = Call("GET", f"{url}/a", {})
        await connection.call(call)
        tokens.good = "withdrawn"
        assert (await connection.call(call)).body == b"[2]"
        await connection.close()
    assert tokens.number == 2


async def test_token_that_is_always_refused() -> None:
    tokens = Tokens()
    tokens.center.handlers["/a"] = lambda _: answer({}, 401)
    async with serving(tokens.center) as url:
        assert (await fails(f"{url}/a", oauth2(url))).code == "SOURCE_AUTH"
    assert tokens.number == 2


@pytest.mark.parametrize(
    "token",
    [
        answer({}),
        answer({"error": "invalid_client"}, 401),
        Response(b"<html>hunter2"),
        answer({"access_token": "x", "token_type": "mac"}),
        answer([1]),
        Response(b"\xff"),
    ],
)
async def test_no_token(token: Response) -> None:
    center = Center(token=lambda _: token, a=lambda _: answer([]))
    async with serving(center) as url:
        assert (await fails(f"{url}/a", oauth2(url))).code == "SOURCE_AUTH"
    assert len(center.asked) == 1


async def test_token_server_that_is_overloaded_is_tried_again() -> None:
    tokens = Tokens()
    give = tokens.center.handlers["/token"]
    answers = [answer({}, 503), answer({}, 503)]
    tokens.center.handlers["/token"] = lambda request: answers.pop() if answers else give(request)
    async with serving(tokens.center) as url:
        assert (await call(f"{url}/a", oauth2(url))).status == 200
