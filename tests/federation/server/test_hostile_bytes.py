"""Bytes that no client should send, against a server in a process of its own, over raw sockets.

After each of them the server answers as before; at the end its log has no stack trace and no value
of a client, and it has not grown.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SUPERGRAPH = Path(__file__).parent / "supergraph.graphql"
SECRET = "hunter2"
CONFIG = """
batching: { enabled: true }
preview_file_uploads: { enabled: true }
limits:
  http1_header_read_timeout: 1s
  http1_body_read_timeout: 1s
  http1_max_request_buf_size: 65536
subscription: { sse_single_connection: { enabled: true }, connection_init_timeout: 2s }
"""


class Server:
    """The process. `log` grows while it runs."""

    def __init__(self, directory: Path) -> None:
        config = directory / "hub.yaml"
        config.write_text(CONFIG, encoding="utf-8")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "federation.cli", "serve"),
                *("--supergraph", str(SUPERGRAPH), "--config", str(config), "--port", "0"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        self.log = ""
        self._port: int | None = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def port(self) -> int:
        end = time.monotonic() + 30
        while self._port is None:
            assert self.process.poll() is None, self.log
            assert time.monotonic() < end, self.log
            time.sleep(0.02)
        return self._port

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.log += line
            found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            if found is not None and self._port is None:
                self._port = int(found[1])

    def memory(self) -> int:
        """Return the resident memory in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=20)
        self.close()
        return code

    def close(self) -> None:
        self._reader.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()

    @contextlib.contextmanager
    def connection(self, timeout: float = 10) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as made:
            yield made

    def exchange(self, *pieces: bytes, pause: float = 0.0, half_close: bool = False) -> bytes:
        """Send the pieces; return all that comes until the server closes or is silent."""
        with self.connection() as connection:
            with contextlib.suppress(ConnectionError):
                for piece in pieces:
                    connection.sendall(piece)
                    time.sleep(pause)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            return received(connection)

    def is_well(self) -> bool:
        body = b'{"query":"{ __typename }"}'
        answer = self.exchange(request(body))
        return answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(
            b'{"data":{"__typename":"Query"}}'
        )


def received(connection: socket.socket, silence: float = 3.0) -> bytes:
    connection.settimeout(silence)
    data = b""
    with contextlib.suppress(TimeoutError, ConnectionError):
        while piece := connection.recv(65536):
            data += piece
            head, separator, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            if separator and length is not None and len(body) >= int(length[1]):
                break
    return data


def request(body: bytes, *headers: bytes, line: bytes = b"POST /graphql HTTP/1.1") -> bytes:
    head = [line, b"Host: hub", b"Content-Type: application/json"]
    head.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*head, *headers]) + b"\r\n\r\n" + body


def headed(*headers: bytes, line: bytes = b"POST /graphql HTTP/1.1", body: bytes = b"") -> bytes:
    return b"\r\n".join([line, *headers]) + b"\r\n\r\n" + body


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("hub"))
    try:
        assert running.is_well()
        yield running
        assert running.stop() == 0
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()
            running.close()
    assert "Traceback" not in running.log, running.log
    assert "INTERNAL_SERVER_ERROR" not in running.log
    assert SECRET not in running.log


def check(server: Server, answer: bytes, statuses: set[int]) -> None:
    """`statuses`: which are right; 0 for a connection that is closed without a word."""
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    status = int(found[1]) if found is not None else 0
    assert status in statuses, answer[:500]
    assert not re.search(rb"Traceback|File \"|\.py\b", answer), answer
    assert server.is_well()


Q = b'{"query":"{__typename}"}'
JSON_TYPE = b"Content-Type: application/json"

HTTP: dict[str, tuple[bytes, set[int]]] = {
    "no HTTP": (b"hello\r\n\r\n", {400}),
    "only zeros": (b"\0" * 1000, {400}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 60, {400}),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400}),
    "no version": (b"GET /graphql\r\n\r\n", {0, 400}),
    "unknown version": (headed(b"Host: h", line=b"GET / HTTP/9.9"), {400}),
    "unknown method": (headed(b"Host: h", line=b"FROB /graphql HTTP/1.1"), {400}),
    "a space in the target": (headed(b"Host: h", line=b"GET /a b HTTP/1.1"), {400}),
    "bytes in the target": (headed(b"Host: h", line=b"GET /\xff\xfe HTTP/1.1"), {400}),
    "absolute nonsense": (headed(b"Host: h", line=b"GET http://[::1 HTTP/1.1"), {400}),
    "path traversal": (headed(b"Host: h", line=b"GET /../../etc/passwd HTTP/1.1"), {404}),
    "escaped traversal": (headed(b"Host: h", line=b"GET /%2e%2e%2fetc%2fpasswd HTTP/1.1"), {404}),
    "header without colon": (headed(b"Host: h", b"nonsense"), {400}),
    "header with a space": (headed(b"Host: h", b"a b: c"), {400}),
    "header folded": (headed(b"Host: h", b"a: b", b" c", JSON_TYPE, b"Content-Length: 0"), {400}),
    "header with zero": (headed(b"Host: h", b"a: b\0c"), {400}),
    "bare line feed": (b"POST /graphql HTTP/1.1\nHost: h\nContent-Length: 0\n\n", {400}),
    "two lengths": (request(Q, b"Content-Length: 5"), {400}),
    "equal lengths": (request(Q, b"Content-Length: %d" % len(Q)), {400}),
    "length and chunks": (request(Q, b"Transfer-Encoding: chunked"), {400}),
    "negative length": (headed(JSON_TYPE, b"Content-Length: -1"), {400}),
    "length in words": (headed(JSON_TYPE, b"Content-Length: ten"), {400}),
    "length with sign": (headed(JSON_TYPE, b"Content-Length: +5", body=b"12345"), {400}),
    "enormous length": (headed(JSON_TYPE, b"Content-Length: " + b"9" * 40), {400, 413}),
    "large length": (headed(JSON_TYPE, b"Content-Length: 999999999999"), {413}),
    "unknown coding": (headed(JSON_TYPE, b"Transfer-Encoding: gzip", body=Q), {400}),
    "garbage for a chunk": (
        headed(JSON_TYPE, b"Transfer-Encoding: chunked", body=b"zz\r\nhello\r\n0\r\n\r\n"),
        {400},
    ),
    "endless chunk size": (
        headed(JSON_TYPE, b"Transfer-Encoding: chunked", body=b"f" * 40 + b"\r\n"),
        {400},
    ),
    "chunk longer than said": (
        headed(JSON_TYPE, b"Transfer-Encoding: chunked", body=b"1\r\nabc\r\n0\r\n\r\n"),
        {400},
    ),
    "many headers": (headed(*[b"a: b"] * 101), {431}),
    "a flood of headers": (headed(*[b"a%d: b" % n for n in range(20_000)]), {431}),
    "a huge header": (headed(b"a: " + b"b" * 200_000), {431}),
    "a huge target": (headed(b"Host: h", line=b"GET /" + b"a" * 200_000 + b" HTTP/1.1"), {431}),
    "trailers": (
        headed(
            *(JSON_TYPE, b"Host: h", b"Transfer-Encoding: chunked"),
            body=b"18\r\n" + Q + b"\r\n0\r\n" + b"accept: text/html\r\n" * 1000 + b"\r\n",
        ),
        {200},
    ),
    "other upgrade": (request(Q, b"Connection: upgrade", b"Upgrade: frob"), {200, 400}),
    "expect": (request(Q, b"Expect: 100-continue"), {100, 200}),
    "HEAD": (headed(b"Host: h", JSON_TYPE, line=b"HEAD /graphql HTTP/1.1"), {405}),
    "TRACE": (headed(b"Host: h", JSON_TYPE, line=b"TRACE /graphql HTTP/1.1"), {405}),
}


@pytest.mark.parametrize("name", HTTP)
def test_malformed_http(server: Server, name: str) -> None:
    data, statuses = HTTP[name]
    check(server, server.exchange(data), statuses)


NESTED = b'{"query":"{__typename}","variables":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}}"
BODIES: dict[str, tuple[bytes, set[int]]] = {
    "nothing": (b"", {400}),
    "spaces": (b" " * 100_000, {400}),
    "not a number": (b'{"query":"{__typename}","variables":{"a":NaN}}', {400}),
    "infinity": (b'{"query":"{__typename}","variables":{"a":-Infinity}}', {400}),
    "the same key twice": (b'{"query":"{a}","query":"{__typename}"}', {200, 400}),
    "deep": (NESTED, {400}),
    "deep objects": (b'{"a":' * 300_000, {400}),
    "a huge integer": (b'{"query":"{__typename}","variables":{"a":' + b"9" * 10_000 + b"}}", {400}),
    "a huge exponent": (b'{"query":"{__typename}","variables":{"a":1e999999999}}', {200, 400}),
    "bytes that are not UTF-8": (b'{"query":"\xc3\x28"}', {400}),
    "overlong UTF-8": (b'{"query":"\xc0\xaf"}', {400}),
    "a surrogate in UTF-8": (b'{"query":"\xed\xa0\x80"}', {400}),
    "an escaped surrogate": (b'{"query":"\\ud800{__typename}"}', {200, 400}),
    "a surrogate in a value": (b'{"query":"{__typename}","variables":{"a":"\\udfff"}}', {200, 400}),
    "a byte order mark": (b"\xef\xbb\xbf" + Q, {400}),
    "UTF-16": (Q.decode().encode("utf-16"), {400}),
    "a null character": (b'{"query":"{__typename\\u0000}"}', {200, 400}),
    "more after the end": (Q + b"x", {400}),
    "a secret": (b'{"query":"{ password: ' + SECRET.encode() + b'"', {400}),
    "too large": (b'{"query":"' + b"a" * 2_100_000 + b'"}', {413}),
    "many empty operations": (b"[" + b"{}," * 9 + b"{}]", {400}),
    "a large batch": (b"[" + b"1," * 400_000 + b"1]", {422}),
    "an endless text": (b'{"query":"' + b"{" * 1_000_000 + b'"}', {200}),
    "a long comment": (b'{"query":"#' + b"a" * 1_000_000 + b'"}', {200}),
}


@pytest.mark.parametrize("name", BODIES)
def test_malformed_json(server: Server, name: str) -> None:
    body, statuses = BODIES[name]
    check(server, server.exchange(request(body)), statuses)


def form(*parts: bytes, boundary: bytes = b"x", end: bytes = b"--x--\r\n") -> bytes:
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + end
    content_type = b"Content-Type: multipart/form-data; boundary=" + boundary
    head = [
        b"Host: h",
        content_type,
        b"Content-Length: %d" % len(body),
        b"x-apollo-operation-name: a",
    ]
    return headed(*head, body=body)


def field(name: bytes, value: bytes) -> bytes:
    return b'Content-Disposition: form-data; name="' + name + b'"\r\n\r\n' + value


OPERATION = field(b"operations", b'{"query":"{__typename}","variables":{"f":null}}')
FORMS: dict[str, tuple[bytes, set[int]]] = {
    "no parts": (form(), {400}),
    "no boundary": (form(OPERATION, boundary=b""), {400}),
    "another boundary": (form(OPERATION, boundary=b"y"), {400}),
    "a boundary too long": (form(OPERATION, boundary=b"x" * 1_000), {400}),
    "no end": (form(OPERATION, end=b""), {400}),
    "no map": (form(OPERATION), {400}),
    "traversal in the map": (
        form(OPERATION, field(b"map", b'{"0":["variables.../../f"]}')),
        {400},
    ),
    "attributes in the map": (form(OPERATION, field(b"map", b'{"0":["__class__.x"]}')), {400}),
    "headers without end": (form(b"a: b\r\n" * 10_000), {400}),
    "a part without headers": (form(b"\r\nabc"), {400}),
    "random bytes": (form(os.urandom(1_000)), {400}),
}


@pytest.mark.parametrize("name", FORMS)
def test_malformed_forms(server: Server, name: str) -> None:
    data, statuses = FORMS[name]
    check(server, server.exchange(data), statuses)


def test_a_compressed_bomb(server: Server) -> None:
    before = server.memory()
    bomb = gzip.compress(b" " * 200_000_000)
    for _ in range(3):
        check(server, server.exchange(request(bomb, b"Content-Encoding: gzip")), {413})
    assert server.memory() - before < 50_000_000


class TestSlow:
    """Those that begin and do not go on, within the limits of `CONFIG` (1 s)."""

    @pytest.mark.parametrize(
        ("begun", "statuses"),
        [
            (b"", {0}),
            (b"POST /gra", {408}),
            (b"POST /graphql HTTP/1.1\r\nHost: h\r\n", {408}),
            (request(Q)[:-5], {408}),
            (headed(JSON_TYPE, b"Transfer-Encoding: chunked", body=b"5\r\nab"), {408}),
        ],
    )
    def test_nothing_more_comes(self, server: Server, begun: bytes, statuses: set[int]) -> None:
        start = time.monotonic()
        check(server, server.exchange(begun), statuses)
        assert 0.5 < time.monotonic() - start < 4

    def test_a_byte_at_a_time(self, server: Server) -> None:
        for whole in (request(Q), headed(JSON_TYPE, b"Content-Length: 100000", body=b" " * 40)):
            start = time.monotonic()
            pieces = [whole[at : at + 1] for at in range(40)]
            check(server, server.exchange(*pieces, pause=0.05), {408})
            assert time.monotonic() - start < 6

    def test_chunks_that_are_mostly_no_data(self, server: Server) -> None:
        head = headed(JSON_TYPE, b"Transfer-Encoding: chunked")
        chunk = b"1;" + b"a" * 30_000 + b"\r\n \r\n"
        check(server, server.exchange(head, *[chunk] * 100), {400, 0})

    def test_many_at_once_do_not_hold_up_others(self, server: Server) -> None:
        with contextlib.ExitStack() as stack:
            for _ in range(200):
                connection = stack.enter_context(server.connection())
                connection.sendall(b"POST /graphql HTTP/1.1\r\n")
            start = time.monotonic()
            assert server.is_well()
            assert time.monotonic() - start < 1

    def test_who_does_not_read_the_answer(self, server: Server) -> None:
        with server.connection() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            with contextlib.suppress(TimeoutError, ConnectionError):
                connection.settimeout(1)
                for _ in range(2_000):
                    connection.sendall(request(Q))
            assert server.is_well()


# WebSocket


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, mask: bool = True) -> bytes:
    head = bytes([(0x80 if fin else 0) | opcode])
    flag = 0x80 if mask else 0
    size = len(payload)
    if size < 126:
        head += bytes([flag | size])
    elif size < 65536:
        head += bytes([flag | 126]) + struct.pack(">H", size)
    else:
        head += bytes([flag | 127]) + struct.pack(">Q", size)
    if not mask:
        return head + payload
    return head + b"\0\0\0\0" + payload  # a mask of zeros changes nothing


TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
INIT = b'{"type":"connection_init"}'
SUBSCRIBE = b'{"id":"1","type":"subscribe","payload":{"query":"{__typename}"}}'


@contextlib.contextmanager
def websocket(server: Server) -> Iterator[socket.socket]:
    with server.connection() as connection:
        key = base64.b64encode(os.urandom(16))
        connection.sendall(
            headed(
                *(b"Host: h", b"Connection: Upgrade", b"Upgrade: websocket"),
                *(b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: " + key),
                b"Sec-WebSocket-Protocol: graphql-transport-ws",
                line=b"GET /graphql HTTP/1.1",
            )
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        assert head.startswith(b"HTTP/1.1 101 "), head
        yield connection


def frames(connection: socket.socket, silence: float = 3.0) -> Iterator[tuple[int, bytes]]:
    """Yield the server's frames until it closes or is silent."""
    connection.settimeout(silence)
    stream = connection.makefile("rb")
    with contextlib.suppress(TimeoutError, ConnectionError):
        while head := stream.read(2):
            size = head[1] & 0x7F
            if size == 126:
                (size,) = struct.unpack(">H", stream.read(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", stream.read(8))
            yield head[0] & 0x0F, stream.read(size)


def close_code(connection: socket.socket) -> int | None:
    """Return the code the server closes with; 0 when it closes without a frame."""
    for opcode, payload in frames(connection):
        if opcode == CLOSE:
            return int(struct.unpack(">H", payload[:2])[0]) if payload else 1005
    return 0


FRAMES: dict[str, tuple[bytes, set[int]]] = {
    "no mask": (frame(TEXT, INIT, mask=False), {1002}),
    "an unknown opcode": (frame(3, b"x"), {1002}),
    "a reserved control opcode": (frame(11), {1002}),
    "reserved bits": (bytes([0xF1, 0x80]) + b"\0" * 4, {1002}),
    "a long control frame": (frame(PING, b"x" * 126), {1002}),
    "a control frame in pieces": (frame(PING, b"x", fin=False), {1002}),
    "a piece of nothing": (frame(0, b"x"), {1002}),
    "a message in a message": (frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"), {1002}),
    "bytes that are not UTF-8": (frame(TEXT, b"\xff\xfe"), {1007}),
    "a size that is a lie": (bytes([0x81, 0xFF]) + b"\xff" * 8 + b"\0" * 4, {1002, 1009}),
    "a message too large": (frame(TEXT, b"x" * 2_100_000), {1009}),
    "pieces too large together": (
        frame(TEXT, b"x", fin=False) + frame(0, b"x" * 1_000_000, fin=False) * 3,
        {1009},
    ),
    "binary": (frame(BINARY, INIT), {4400}),
    "no JSON": (frame(TEXT, b"{"), {4400}),
    "deep JSON": (frame(TEXT, b"[" * 500_000), {4400}),
    "no type": (frame(TEXT, b"{}"), {4400}),
    "an unknown type": (frame(TEXT, b'{"type":"start"}'), {4400}),
    "no acknowledgement": (frame(TEXT, SUBSCRIBE), {4401}),
    "two beginnings": (frame(TEXT, INIT) * 2, {4429}),
    "the same id twice": (frame(TEXT, INIT) + frame(TEXT, SUBSCRIBE) * 2, {0, 4409}),
    "a long id": (
        frame(TEXT, INIT) + frame(TEXT, SUBSCRIBE.replace(b'"1"', b'"' + b"1" * 5000 + b'"')),
        {4400},
    ),
    "no payload": (frame(TEXT, INIT) + frame(TEXT, b'{"type":"subscribe","id":"1"}'), {4400}),
    "a bad close": (frame(CLOSE, b"x"), {1002}),
    "a forbidden close code": (frame(CLOSE, struct.pack(">H", 1005)), {1002}),
    "nothing": (b"", {4408}),
}


@pytest.mark.parametrize("name", FRAMES)
def test_malformed_frames(server: Server, name: str) -> None:
    data, codes = FRAMES[name]
    with websocket(server) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
        assert close_code(connection) in codes
    assert server.is_well()


def test_a_message_in_many_pieces_is_read(server: Server) -> None:
    with websocket(server) as connection:
        for at, byte in enumerate(INIT):
            last = at == len(INIT) - 1
            connection.sendall(frame(TEXT if at == 0 else 0, bytes([byte]), fin=last))
        connection.sendall(frame(TEXT, SUBSCRIBE))
        found = frames(connection)
        assert json.loads(next(found)[1]) == {"type": "connection_ack"}
        assert json.loads(next(found)[1])["payload"] == {"data": {"__typename": "Query"}}


def test_a_flood_of_pings(server: Server) -> None:
    before = server.memory()
    with websocket(server) as connection:
        connection.settimeout(2)
        with contextlib.suppress(TimeoutError, ConnectionError):
            connection.sendall(frame(PING, b"x" * 125) * 50_000)
        assert server.is_well()
    assert server.memory() - before < 50_000_000
    assert server.is_well()


def test_handshakes_that_are_none(server: Server) -> None:
    good = [b"Host: h", b"Connection: Upgrade", b"Upgrade: websocket"]
    for headers in (
        [*good, b"Sec-WebSocket-Version: 13"],
        [*good, b"Sec-WebSocket-Version: 8", b"Sec-WebSocket-Key: " + base64.b64encode(b"x" * 16)],
        [*good, b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: short"],
    ):
        answer = server.exchange(headed(*headers, line=b"GET /graphql HTTP/1.1"))
        check(server, answer, {400, 426})


def test_memory_stays(server: Server) -> None:
    """Again and again the worst of the above: the process does not grow with it."""
    worst: list[Any] = [
        request(NESTED),
        request(b'{"query":"' + b"{" * 200_000 + b'"}'),
        headed(*[b"a%d: b" % n for n in range(5_000)]),
        form(os.urandom(10_000)),
        request(gzip.compress(b" " * 10_000_000), b"Content-Encoding: gzip"),
        request(Q)[:-3],
    ]

    def round_of_all() -> None:
        for data in worst:
            with server.connection() as connection:
                with contextlib.suppress(ConnectionError):
                    connection.sendall(data)
                if data is not worst[-1]:
                    received(connection)

    for _ in range(20):
        round_of_all()
    before = server.memory()
    for _ in range(60):
        round_of_all()
    assert server.memory() - before < 20_000_000
    assert server.is_well()
