"""Files with an operation: the GraphQL multipart request specification, inwards and outwards."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
import uvicorn
from graphql import build_schema, graphql
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from federation.composition import Composed, SubgraphSource, compose
from federation.execution.files import Files, UploadedFile
from federation.execution.transport import SubgraphRequest, SubgraphTransport
from federation.execution.transports.files import with_files
from federation.execution.transports.http import HttpTransport
from federation.execution.transports.http1.transport import Http1Transport
from federation.execution.transports.options import HttpOptions
from federation.server.app import build_app
from federation.server.listener.listen import bind
from federation.server.settings.engine import EngineSettings
from federation.server.settings.uploads import (
    FileUploads,
    Multipart,
    MultipartLimits,
    UploadProtocols,
    parse_size,
)
from tests.federation.server.harness import Client, Reply, running

SDL = """
    scalar Upload
    input Sheet { title: String file: Upload }
    type Query { %(name)sSize(file: Upload): Int hello: String @shareable }
    type Mutation { %(name)sTake(file: Upload, files: [Upload!], sheet: Sheet): String }
"""
TAKE = "mutation($f: Upload) { storeTake(file: $f) }"


class Store:
    """A subgraph that says what it was given."""

    def __init__(self, name: str) -> None:
        self.calls = 0
        sdl = (SDL % {"name": name}).replace("@shareable", "")
        self.schema = build_schema(sdl)
        self.root = {f"{name}Take": self.take, f"{name}Size": lambda info, file=None: 1}

    async def execute(
        self, query: str, variables: Any, name: str | None, headers: Mapping[str, str]
    ) -> Any:
        self.calls += 1
        result = await graphql(self.schema, query, root_value=self.root, variable_values=variables)
        return result.formatted

    def take(self, info: Any, **given: Any) -> str:
        return json.dumps(given, default=described)


def described(value: Any) -> Any:
    assert isinstance(value, UploadedFile)
    return [value.name, value.content_type, value.size, value.read().decode()]


@contextlib.asynccontextmanager
async def serving(**limits: Any) -> AsyncIterator[tuple[Client, Store]]:
    link = '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable"])'
    head = f"extend schema {link}"
    sources = [
        SubgraphSource(name, f"http://{name}", head + SDL % {"name": name})
        for name in ("store", "other")
    ]
    composed = compose(sources)
    assert isinstance(composed, Composed), composed
    store, other = Store("store"), Store("other")

    async def source() -> str:
        return composed.supergraph_sdl

    protocols = UploadProtocols(multipart=Multipart(limits=MultipartLimits(**limits)))
    app = build_app(
        EngineSettings(preview_file_uploads=FileUploads(enabled=True, protocols=protocols)),
        source,
        local={"store": store.execute, "other": other.execute},
    )
    async with running(app):
        yield Client(app), store


def parts(*given: tuple[str, Any, str | None]) -> list[bytes]:
    """Return the parts of a form; those with a file name are files."""
    made = []
    for name, content, file_name in given:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        file = "" if file_name is None else f'; filename="{file_name}"\r\nContent-Type: text/csv'
        made.append(f'Content-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + data)
    return made


async def send(
    client: Client,
    made: Sequence[bytes],
    *,
    boundary: str = "xyz",
    end: bytes = b"--xyz--\r\n",
    step: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    body = b"".join(b"--xyz\r\n" + part + b"\r\n" for part in made) + end
    chunks = (body,)
    if step is not None:
        chunks = tuple(body[at : at + step] for at in range(0, len(body), step))
    every = {
        "content-type": f"multipart/form-data; boundary={boundary}",
        "apollo-require-preflight": "1",
        **(headers or {}),
    }
    return await client.request("POST", "/graphql", headers=every, chunks=chunks)


def one(
    content: bytes = b"a,b\n1,2\n", query: str = TAKE, places: Any = ("variables.f",)
) -> list[bytes]:
    return parts(
        ("operations", {"query": query, "variables": {"f": None}}, None),
        ("map", {"0": list(places)}, None),
        ("0", content, "a.csv"),
    )


@pytest.mark.parametrize("step", [None, 1, 7])
async def test_a_file_reaches_its_subgraph(step: int | None) -> None:
    async with serving() as (client, _):
        reply = await send(client, one(), step=step)
        assert json.loads(reply.json["data"]["storeTake"]) == {
            "file": ["a.csv", "text/csv", 8, "a,b\n1,2\n"]
        }


async def test_lists_and_inputs() -> None:
    query = "mutation($l: [Upload!], $s: Sheet) { storeTake(files: $l, sheet: $s) }"
    variables = {"l": [None, None], "s": {"title": "t", "file": None}}
    made = parts(
        ("operations", {"query": query, "variables": variables}, None),
        ("map", {"x": ["variables.l.0", "variables.s.file"], "y": ["variables.l.1"]}, None),
        ("x", b"1", "x"),
        ("y", b"2" * 300_000, "../../etc/passwd"),
    )
    async with serving() as (client, _):
        taken = json.loads((await send(client, made)).json["data"]["storeTake"])
    assert taken["sheet"] == {"title": "t", "file": ["x", "text/csv", 1, "1"]}
    assert [file[:3] for file in taken["files"]] == [
        ["x", "text/csv", 1],
        ["../../etc/passwd", "text/csv", 300_000],  # told, never used
    ]


OPERATIONS = {"query": TAKE, "variables": {"f": None}}


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ([], "INVALID_MULTIPART_REQUEST"),
        (parts(("operations", OPERATIONS, None)), "INVALID_MULTIPART_REQUEST"),
        (one()[:2], "INVALID_MULTIPART_REQUEST"),  # the file is missing
        (one()[::-1], "INVALID_MULTIPART_REQUEST"),
        ([*one(), *parts(("1", b"", "more"))], "INVALID_MULTIPART_REQUEST"),
        ([*one(), one()[2]], "INVALID_MULTIPART_REQUEST"),
        ([b"No-Disposition: x\r\n\r\n{}"], "INVALID_MULTIPART_REQUEST"),
        ([b"\r\n\r\n"], "INVALID_MULTIPART_REQUEST"),
        ([b"X: " + b"y" * 100_000 + b"\r\n\r\n"], "INVALID_MULTIPART_REQUEST"),
        ([b"X: y\r\n" * 1_000 + b"\r\n"], "INVALID_MULTIPART_REQUEST"),
        (parts(("operations", b"{", None)), "INVALID_MULTIPART_REQUEST"),
        (parts(("operations", [OPERATIONS], None)), "INVALID_MULTIPART_REQUEST"),
        (parts(("operations", OPERATIONS, None), ("map", [1], None)), "INVALID_MULTIPART_REQUEST"),
        (
            parts(("operations", OPERATIONS, None), ("map", {"0": []}, None)),
            "INVALID_MULTIPART_REQUEST",
        ),
        *(
            (one(places=(place,)), "INVALID_MULTIPART_REQUEST")
            for place in (
                "",
                "variables",
                "query",
                "variables.g",
                "variables.f.0",
                "variables.f.__class__",
                "variables.__proto__.f",
                "variables..f",
                "variables.-1",
                "../variables.f",
                "extensions.x",
            )
        ),
    ],
)
async def test_malformed(made: list[bytes], code: str) -> None:
    async with serving() as (client, store):
        reply = await send(client, made)
        assert (reply.status, reply.code) == (400, code)
        assert store.calls == 0


@pytest.mark.parametrize("boundary", ["", "other", "x" * 200])
async def test_wrong_boundaries(boundary: str) -> None:
    async with serving() as (client, _):
        assert (await send(client, one(), boundary=boundary)).status == 400
        assert (await send(client, one(), end=b"")).status == 400


async def test_limits() -> None:
    async with serving(max_file_size="1kb", max_files=1) as (client, store):
        assert (await send(client, one(b"x" * 1000))).status == 200
        reply = await send(client, one(b"x" * 1001))
        assert (reply.status, reply.code) == (413, "FILE_UPLOADS_FILE_TOO_LARGE")
        query = "mutation($f: Upload, $g: Upload) { storeTake(file: $f) a: storeTake(file: $g) }"
        made = parts(
            ("operations", {"query": query, "variables": {"f": None, "g": None}}, None),
            ("map", {"0": ["variables.f"], "1": ["variables.g"]}, None),
        )
        reply = await send(client, made)
        assert (reply.status, reply.code) == (413, "FILE_UPLOADS_LIMITS_MAX_FILES_EXCEEDED")
        reply = await send(client, parts(("operations", b" " * 3_000_000, None)))
        assert reply.status == 413
        assert store.calls == 1


async def test_one_subgraph_only() -> None:
    query = "query($f: Upload) { storeSize(file: $f) otherSize(file: $f) }"
    async with serving() as (client, store):
        reply = await send(client, one(query=query))
        assert reply.code == "FILE_UPLOADS_SEVERAL_SUBGRAPHS"
        assert store.calls == 0
        reply = await send(client, one(query=query.replace("otherSize(file: $f)", "hello")))
        assert reply.json["data"]["storeSize"] == 1


async def test_not_in_parts() -> None:
    query = "query($f: Upload) { hello ... @defer { storeSize(file: $f) } }"
    async with serving() as (client, _):
        accept = {"accept": "multipart/mixed;deferSpec=20220824, application/json"}
        reply = await send(client, one(query=query), headers=accept)
        assert reply.code == "FILE_UPLOADS_NOT_SUPPORTED"


async def test_guards() -> None:
    async with serving() as (client, store):
        reply = await send(client, one(), headers={"apollo-require-preflight": ""})
        assert (reply.status, reply.code) == (400, "CSRF_ERROR")
        reply = await send(client, one(), headers={"content-encoding": "gzip"})
        assert reply.status == 415
        assert store.calls == 0


async def test_refused_unless_enabled() -> None:
    async def source() -> str:
        composed = compose([SubgraphSource("a", "http://a", "type Query { a: Int }")])
        assert isinstance(composed, Composed)
        return composed.supergraph_sdl

    app = build_app(EngineSettings(), source)
    async with running(app):
        reply = await send(Client(app), one())
        assert (reply.status, reply.code) == (415, "INVALID_CONTENT_TYPE_HEADER")


@pytest.mark.parametrize("bad", ["", "5 apples", "-1", "0"])
def test_sizes_that_are_none(bad: str) -> None:
    with pytest.raises(ValueError, match="size"):
        MultipartLimits(max_file_size=bad)
    assert parse_size("2 MiB") == 2 * 1024 * 1024


@contextlib.asynccontextmanager
async def _listening() -> AsyncIterator[str]:
    async def take(request: Request) -> JSONResponse:
        headers = dict(request.headers)
        assert "transfer-encoding" not in headers
        async with request.form() as form:
            assert isinstance(form["operations"], str)
            assert isinstance(form["map"], str)
            files = {}
            for name in json.loads(form["map"]):
                file = form[name]
                assert not isinstance(file, str)
                files[name] = [file.filename, file.content_type, len(await file.read())]
            told = [json.loads(form["operations"]), json.loads(form["map"]), files]
        return JSONResponse({"data": told, "extensions": headers})

    app = Starlette(routes=[Route("/", take, methods=["POST"])])
    listening = bind("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    task = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        while not server.started:  # noqa: ASYNC110, uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        server.should_exit = True
        await task
        listening.close()


@pytest.mark.parametrize("kind", [HttpTransport, Http1Transport])
async def test_over_http(kind: type[HttpTransport | Http1Transport]) -> None:
    files = Files()
    sheet = UploadedFile('a"\r\nx: y.csv', "text/csv", 200_000, io.BytesIO(b"z" * 200_000))
    small = UploadedFile("表.csv", "text/csv", 3, io.BytesIO(b"abc"))
    variables = {"f": files.add(sheet), "more": [files.add(small), "plain"]}
    request = SubgraphRequest("a", "query Q { a }", variables, b"", "Q", extensions=True)
    async with _listening() as url:
        inner: SubgraphTransport = kind(HttpOptions(url))
        transport = with_files({"a": inner}, files)["a"]
        try:
            for _ in range(2):  # as when it is tried again
                response = await transport.send(request)
                operations, places, got = response.data
                assert operations == {
                    "query": "query Q { a }",
                    "operationName": "Q",
                    "variables": {"f": None, "more": [None, "plain"]},
                }
                assert places == {"0": ["variables.f"], "1": ["variables.more.0"]}
                assert got["0"][1:] == ["text/csv", 200_000]
                assert got["1"] == ["表.csv", "text/csv", 3]
                assert response.extensions["apollo-require-preflight"] == "true"
        finally:
            await inner.close()
            files.close()
    assert sheet.content.closed
