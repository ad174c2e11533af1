"""The listener over TLS, as a process of its own: its certificate, and those of clients."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import http.client
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from federation.config.errors import ConfigError
from federation.config.load import parse_config
from federation.server.listener.listen_tls import listener_context
from federation.server.settings.engine import EngineSettings
from federation.server.settings.listener_tls import ListenerTls
from tests.support.certificates import Authority, Issued

SUPERGRAPH = Path(__file__).parent / "supergraph.graphql"
CENTER, PINNED = "IC-440300-01", "IC-110000-01"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any
    certificate: bytes

    @property
    def policy(self) -> str | None:
        """The limits tell whom the server takes the client for."""
        return self.headers.get("ratelimit-policy")


@dataclass
class Server:
    folder: Path
    authority: Authority
    clients: Authority
    port: int = 0

    def context(self, issued: Issued | None = None) -> ssl.SSLContext:
        made = ssl.create_default_context(cadata=self.authority.pem.decode())
        if issued is not None:
            made.load_cert_chain(*issued.write(self.folder, "client"))
        return made

    def ask(self, issued: Issued | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=self.context(issued), timeout=10
        )
        with contextlib.closing(connection):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            body = json.dumps({"query": "{ __typename }"})
            connection.request(
                "POST", "/graphql", body, {"content-type": "application/json", **named}
            )
            certificate = connection.sock.getpeercert(binary_form=True)
            reply = connection.getresponse()
            found = {name.lower(): value for name, value in reply.getheaders()}
            return Answer(reply.status, found, json.loads(reply.read()), certificate)


@contextlib.contextmanager
def serving(folder: Path, mode: str, rules: str = "") -> Iterator[Server]:
    server = Server(folder, Authority(), Authority("clients"))
    certificate, key = server.authority.issue().write(folder, "server")
    (folder / "ca.pem").write_bytes(server.clients.pem)
    config = folder / "hub.yaml"
    config.write_text(
        f"""
        tls:
          supergraph:
            certificate: {certificate}
            key: {key}
            client_authentication:
              mode: {mode}
              ca: {folder / "ca.pem"}
              {rules}
        rate_limits:
          organizations:
            {CENTER}: {{ cost_per_minute: 111 }}
            {PINNED}: {{ cost_per_minute: 222 }}
          anonymous: {{ cost_per_minute: 333 }}
        """,
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "federation.cli", "serve", "--port", "0"]
    command += ["--supergraph", str(SUPERGRAPH), "--config", str(config)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"ready: https://127\.0\.0\.1:(\d+)/", line)
        while found is None:
            assert line, "the server ended"
            line = process.stderr.readline()
            found = re.search(r"ready: https://127\.0\.0\.1:(\d+)/", line)
        server.port = int(found[1])
        yield server
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=20)
        assert "Traceback" not in rest, rest
        assert process.returncode == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def rule(organization: str, **lists: list[str]) -> str:
    return f"organizations: {json.dumps({organization: lists})}"


def test_the_certificate_is_replaced_without_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path, "none") as server:
        first = server.ask()
        assert (first.status, first.body) == (200, {"data": {"__typename": "Query"}})
        assert first.headers["strict-transport-security"] == "max-age=31536000"
        assert first.policy is not None
        assert first.policy.startswith('"cost";q=333')
        old = http.client.HTTPSConnection("127.0.0.1", server.port, context=server.context())
        old.connect()
        other = server.authority.issue()
        other.write(tmp_path, "server")
        time.sleep(1.2)
        second = server.ask()
        assert second.certificate == ssl.PEM_cert_to_DER_cert(other.certificate.decode())
        assert second.certificate != first.certificate
        # A connection from before goes on.
        old.request("GET", "/health")
        assert old.getresponse().status == 200
        old.close()
        # What cannot be used while files are being replaced changes nothing.
        server.authority.issue().write(tmp_path, "server")
        (tmp_path / "server.key").write_bytes(other.key)
        time.sleep(1.2)
        assert server.ask().certificate == second.certificate


def test_the_bounds_of_plain_http_hold_over_tls(tmp_path: Path) -> None:
    with serving(tmp_path, "none") as server:
        address = ("127.0.0.1", server.port)
        with (
            socket.create_connection(address, timeout=10) as raw,
            server.context().wrap_socket(raw, server_hostname="127.0.0.1") as connection,
        ):
            connection.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\nx-long: " + b"a" * 410_000)
            assert connection.recv(12) == b"HTTP/1.1 431"


def test_without_tls_nothing_is_said(tmp_path: Path) -> None:
    with serving(tmp_path, "none") as server:
        plain = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        with contextlib.closing(plain):
            plain.request("GET", "/health")
            with pytest.raises((OSError, http.client.HTTPException)):
                plain.getresponse()
        assert server.ask().status == 200


def test_a_certificate_says_whose_client_it_is(tmp_path: Path) -> None:
    rules = rule(CENTER, uris=["urn:c:1"], organization_names=["Center"])
    with serving(tmp_path, "request", rules) as server:
        issue = server.clients.issue
        ours = issue("c", organization="Center", uris=("urn:c:1",))
        for issued, status, start in [
            (ours, 200, '"cost";q=111'),
            (None, 200, '"cost";q=333'),
            (issue("c", organization="Center"), 401, None),
            (issue("c", uris=("urn:c:1",)), 401, None),
            (issue("c", organization="Center", uris=("urn:c:11",)), 401, None),
            (issue(CENTER), 401, None),
        ]:
            answer = server.ask(issued)
            assert answer.status == status
            assert (answer.policy or "").startswith(start or "")
            if status == 401:
                assert answer.body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        # Headers never say it, also under the names proxies use.
        pem = ours.certificate.decode().replace("\n", "")
        names = ("client_cert", "x_client_cert", "x_ssl_client_cert", "x_forwarded_client_cert")
        for name in names:
            answer = server.ask(None, **{name: pem, "x_forwarded_for": "10.0.0.1"})
            assert (answer.policy or "").startswith('"cost";q=333')
        for foreign in (
            Authority("clients").issue("c", organization="Center", uris=("urn:c:1",)),
            issue("c", organization="Center", uris=("urn:c:1",), valid=timedelta(minutes=-5)),
        ):
            with pytest.raises((ssl.SSLError, OSError)):
                server.ask(foreign)


def test_a_certificate_may_be_demanded_and_its_authority_replaced(tmp_path: Path) -> None:
    with serving(tmp_path, "require") as server:
        ours = server.clients.issue("c")
        assert server.ask(ours).status == 200
        with pytest.raises((ssl.SSLError, OSError)):
            server.ask(None)
        other = Authority("others")
        (tmp_path / "ca.pem").write_bytes(other.pem)
        time.sleep(1.2)
        assert server.ask(other.issue("d")).status == 200
        with pytest.raises((ssl.SSLError, OSError)):
            server.ask(ours)


def test_a_session_is_not_taken_up_again(tmp_path: Path) -> None:
    with serving(tmp_path, "require") as server:
        context = server.context(server.clients.issue("c"))
        sessions = []
        for session in (None, "last"):
            with socket.create_connection(("127.0.0.1", server.port)) as raw:
                known = sessions[-1] if session else None
                with context.wrap_socket(raw, server_hostname="127.0.0.1", session=known) as made:
                    made.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                    assert made.recv(12) == b"HTTP/1.1 200"
                    assert not made.session_reused
                    sessions.append(made.session)


def cost_of(answer: Answer) -> int:
    return int(answer.headers["ratelimit"].split("r=")[1].split(";")[0])


async def test_a_certificate_counts_over_websocket(tmp_path: Path) -> None:
    ours = "urn:c:1"
    with serving(tmp_path, "request", rule(CENTER, uris=[ours])) as server:

        async def cost_left(issued: Issued) -> Any:
            uri = f"wss://127.0.0.1:{server.port}/graphql"
            async with connect(
                uri,
                ssl=server.context(issued),
                subprotocols=[Subprotocol("graphql-transport-ws")],
            ) as connection:
                await connection.send('{"type":"connection_init"}')
                assert json.loads(await connection.recv()) == {"type": "connection_ack"}
                payload = {"query": "{ __typename }"}
                message = {"type": "subscribe", "id": "a", "payload": payload}
                await connection.send(json.dumps(message))
                async with asyncio.timeout(5):
                    return json.loads(await connection.recv())

        before = server.ask(server.clients.issue("c", uris=(ours,)))
        answer = await cost_left(server.clients.issue("c", uris=(ours,)))
        assert answer["payload"] == {"data": {"__typename": "Query"}}
        after = server.ask(server.clients.issue("c", uris=(ours,)))
        assert cost_of(before) - cost_of(after) >= 1
        refused = await cost_left(server.clients.issue("c", uris=("urn:c:2",)))
        assert refused["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_pinned_certificate(tmp_path: Path) -> None:
    clients = Authority("clients")
    issued = clients.issue("p")
    der = ssl.PEM_cert_to_DER_cert(issued.certificate.decode())
    pin = hashlib.sha256(der).hexdigest().upper()
    colons = ":".join(pin[at : at + 2] for at in range(0, 64, 2))
    with serving(tmp_path, "request", rule(PINNED, fingerprints=[colons])) as server:
        (tmp_path / "ca.pem").write_bytes(clients.pem)
        time.sleep(1.2)
        assert (server.ask(issued).policy or "").startswith('"cost";q=222')
        assert server.ask(clients.issue("p")).status == 401


def test_pem_text_in_place_of_files_and_a_chain_apart(tmp_path: Path) -> None:
    authority = Authority()
    issued = authority.issue()
    settings = ListenerTls(
        certificate=issued.certificate.decode(),
        certificate_chain=authority.pem.decode(),
        key=issued.key.decode(),
    )
    assert listener_context(settings) is not None
    assert "PRIVATE" not in repr(settings)
    file = tmp_path / "with-words.pem"
    file.write_bytes(b"Bag Attributes\n    friendlyName: x\n" + issued.certificate)
    assert listener_context(ListenerTls(certificate=str(file), key=issued.key.decode()))


@pytest.mark.parametrize("wrong", ["missing", "empty", "foreign"])
def test_what_cannot_be_used_stops_the_start_in_one_line(wrong: str, tmp_path: Path) -> None:
    certificate, key = Authority().issue().write(tmp_path, "server")
    if wrong == "missing":
        key.unlink()
    elif wrong == "empty":
        certificate.write_bytes(b"")
    else:
        key.write_bytes(Authority().issue().key)
    config = tmp_path / "hub.yaml"
    text = f"tls: {{supergraph: {{certificate: {certificate}, key: {key}}}}}"
    config.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "federation.cli", "serve", "--port", "0"]
    command += ["--supergraph", str(SUPERGRAPH), "--config", str(config)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("error: ")
    assert "PRIVATE" not in ended.stderr


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("certificate: a", "belong together"),
        ("client_authentication: {mode: require, ca: x}", "needs 'certificate'"),
        ("certificate: a, key: b, client_authentication: {mode: require}", "'ca' is missing"),
        ("client_authentication: {organizations: {A: {}}}", "which certificates are meant"),
        ("client_authentication: {organizations: {A: {fingerprints: [abc]}}}", "64 hex digits"),
    ],
)
def test_settings_that_make_no_sense(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(problem)):
        parse_config(f"tls: {{supergraph: {{{text}}}}}", EngineSettings)
