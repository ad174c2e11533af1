"""The commands as processes of their own, against a hub served on a real port."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import socket
import stat
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from federation.cli.documents import read_manifest
from federation.cli.errors import CommandError
from federation.cli.parser import engine_parser, run_command
from federation.cli.registry_check import period_seconds
from federation.cli.registry_tokens import create_admin_token
from federation.registry.model import Role
from tests.federation.server.registry.site import (
    CONTRADICTING,
    LISTINGS,
    PATENTS,
    PATENTS_WITHOUT_ABSTRACT,
    RegistrySite,
)
from tests.federation.server.registry.test_rover_check import USED, use

ROOT = Path(__file__).parents[4]


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(slots=True)
class Shell:
    """Runs commands with a registry and a token in the environment."""

    site: RegistrySite
    url: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    async def __call__(self, *arguments: str, key: str | None = None, stdin: str = "") -> Ended:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "APOLLO_REGISTRY_URL": self.url,
            "APOLLO_KEY": self.site.admin if key is None else key,
            **self.environment,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "federation.cli",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self.folder,
            env=environment,
        )
        out, err = await asyncio.wait_for(process.communicate(stdin.encode()), 60)
        assert process.returncode is not None
        ended = Ended(process.returncode, out.decode(), err.decode())
        assert "Traceback" not in ended.err, ended.err
        return ended

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    async def publish(self, name: str, sdl: str, *more: str) -> Ended:
        file = self.write(f"{name}.graphql", sdl)
        url = () if "--no-url" in more else ("--routing-url", f"http://{name}.example/graphql")
        return await self(
            "subgraph", "publish", "hub@current", "--name", name, "--schema", file, *url, *more
        )


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serve an application on a free port of this machine, and give its address."""
    # Listening before the server runs, so that whoever is quicker only waits.
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    # Signals are pytest's.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def shell(site: RegistrySite, tmp_path: Path) -> AsyncIterator[Shell]:
    async with served(site.app) as url:
        yield Shell(site, url, tmp_path)


async def test_publish_list_fetch_delete(shell: Shell) -> None:
    ended = await shell.publish("patents", PATENTS, "--changelog-message", "first")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == ["patents is new in hub@current", "launch 1 is live"]
    ended = await shell.publish("listings", LISTINGS, "--format", "json")
    envelope = ended.json
    assert envelope["json_version"] == "1"
    assert envelope["error"] is None
    assert {key: envelope["data"][key] for key in envelope["data"] if key != "api_schema_hash"} == {
        "supergraph_was_updated": True,
        "subgraph_was_created": True,
        "subgraph_was_updated": True,
        "success": True,
    }
    assert envelope["data"]["api_schema_hash"]

    listed = (await shell("subgraph", "list", "hub", "--format", "json")).json["data"]["subgraphs"]
    assert [(each["name"], each["state"], each["url"]) for each in listed] == [
        ("listings", "LIVE", "http://listings.example/graphql"),
        ("patents", "LIVE", "http://patents.example/graphql"),
    ]
    assert (await shell("subgraph", "list", "hub")).out.count("LIVE  revision 1") == 2

    fetched = await shell("subgraph", "fetch", "hub", "--name", "patents")
    assert fetched.out == PATENTS
    ended = await shell("subgraph", "fetch", "hub", "--name", "gone", "--format", "json")
    assert (ended.code, ended.json["error"]["code"]) == (1, "E009")
    assert ended.err.startswith("error: ")

    supergraph = await shell("supergraph", "fetch", "hub", "--output", "live.graphql")
    assert supergraph.code == 0
    assert "join__Graph" in (shell.folder / "live.graphql").read_text(encoding="utf-8")

    tried = await shell("subgraph", "delete", "hub", "--name", "listings", "--dry-run")
    assert (tried.code, tried.out) == (0, "listings: hub would go live without it\n")
    asked = await shell("subgraph", "delete", "hub", "--name", "listings")
    assert asked.code == 1
    assert "--confirm" in asked.err
    deleted = await shell("subgraph", "delete", "hub", "--name", "listings", "--confirm")
    assert deleted.out.splitlines() == ["listings in hub is deleted", "launch 3 is live"]


async def test_what_waits_is_told(shell: Shell) -> None:
    await shell.publish("patents", PATENTS)
    ended = await shell.publish("listings", CONTRADICTING)
    assert ended.code == 0
    assert "FIELD_TYPE_MISMATCH" in ended.err
    assert "warning: the live supergraph stays" in ended.err
    ended = await shell.publish("listings", CONTRADICTING + "\n# again", "--format", "json")
    assert ended.code == 0
    assert ended.json["error"]["code"] == "E029"
    errors = ended.json["error"]["details"]["build_errors"]
    assert "FIELD_TYPE_MISMATCH" in {error["code"] for error in errors}
    assert ended.json["data"]["success"] is False
    listed = (await shell("subgraph", "list", "hub")).out
    assert "listings  PENDING  revision 2, none live" in listed
    first = await shell("supergraph", "fetch", "other")
    assert first.code == 1
    assert first.err.startswith("error: there is no graph")


async def test_checks(shell: Shell) -> None:
    await shell.publish("patents", PATENTS)
    await use(shell.site, *USED)
    file = shell.write("new.graphql", PATENTS_WITHOUT_ABSTRACT)
    check = ("subgraph", "check", "hub", "--name", "patents", "--schema", file)
    ended = await shell(*check)
    assert ended.code == 1
    assert "FAILURE  FIELD_REMOVED" in ended.out
    assert "Abstract: 7x dashboard@1" in ended.out
    assert "failed: operations" in ended.err
    ended = await shell(*check, "--format", "json")
    envelope = ended.json
    assert (ended.code, envelope["json_version"], envelope["error"]["code"]) == (1, "2", "E030")
    operations = envelope["data"]["tasks"]["operations"]
    assert (operations["task_status"], operations["operation_check_count"]) == ("FAILED", 1)
    assert "FAIL" in {change["severity"] for change in operations["changes"]}
    ended = await shell(*check, "--query-count-threshold", "8")
    assert ended.code == 0, ended.err
    started = await shell(*check, "--background")
    assert started.code == 0
    assert started.out.count("-") == 4  # a UUID

    # Publishing with a check stores nothing when it fails.
    refused = await shell.publish("patents", PATENTS_WITHOUT_ABSTRACT, "--check")
    assert refused.code == 1
    assert "FAILURE  FIELD_REMOVED" in refused.out
    assert (await shell("subgraph", "fetch", "hub", "--name", "patents")).out == PATENTS
    failed = await shell(*check, "--format", "json")
    approve = await shell(
        "registry", "approve", "hub", "--check", failed.json["data"]["check_id"],
        "--reason", "nobody minds", "--format", "json",
    )  # fmt: skip
    # Nobody approves a check of his own.
    assert (approve.code, approve.json["error"]["code"]) == (1, "OWN_APPROVAL")
    approver = await shell.site.token(Role.APPROVER)
    approve = await shell(
        "registry", "approve", "hub", "--check", failed.json["data"]["check_id"],
        "--reason", "nobody minds", "--expires", "1d", key=approver,
    )  # fmt: skip
    assert approve.out.startswith("FIELD_REMOVED  Patent.abstract  until ")
    assert (await shell(*check)).code == 0


async def test_composition_fails_a_check(shell: Shell) -> None:
    await shell.publish("patents", PATENTS)
    file = shell.write("new.graphql", CONTRADICTING)
    ended = await shell(
        "subgraph", "check", "hub", "--name", "listings", "--schema", file, "--format", "json"
    )
    assert (ended.code, ended.json["error"]["code"]) == (1, "E029")
    assert ended.json["error"]["details"]["build_errors"]


async def test_lint(shell: Shell) -> None:
    await shell.publish("patents", PATENTS)
    ended = await shell(
        "subgraph", "lint", "hub", "--schema", "-", stdin="type Query { Bad_Name: Int }"
    )
    assert "FIELD_NAMES_SHOULD_BE_CAMEL_CASE  Query.Bad_Name (line 1)" in ended.out
    ended = await shell(
        "subgraph", "lint", "hub", "--schema", "patents.graphql", "--name", "patents",
        "--ignore-existing-lint-violations", "--format", "json",
    )  # fmt: skip
    assert (ended.code, ended.json["data"]["diagnostics"]) == (0, [])


async def test_history_and_roll_back(shell: Shell) -> None:
    await shell.publish("patents", PATENTS)
    await shell.publish("patents", PATENTS_WITHOUT_ABSTRACT)
    rolled = await shell("registry", "rollback", "hub", "--launch", "1", "--reason", "too early")
    assert rolled.out.splitlines() == ["hub is rolled back to 1", "launch 3 is live"]
    live = await shell("supergraph", "fetch", "hub")
    assert "abstract" in live.out
    assert "abstract" not in (await shell("supergraph", "fetch", "hub", "--launch", "2")).out
    history = (await shell("registry", "history", "hub")).out.splitlines()
    assert [line.split("  ")[0] for line in history] == ["3", "2", "1"]
    assert "ROLLBACK" in history[0]
    audit = (await shell("registry", "audit", "hub", "--format", "json")).json["data"]["entries"]
    assert audit[0]["by"] == "administrator"


async def test_change_sets(shell: Shell) -> None:
    await shell.publish("patents", PATENTS)
    opened = await shell(
        "registry", "changeset", "open", "hub", "--title", "together", "--format", "json"
    )
    change_set = opened.json["data"]["change_set"]["id"]

    async def step(name: str, *more: str, key: str | None = None) -> Ended:
        return await shell("registry", "changeset", name, "hub", "--id", change_set, *more, key=key)

    listings = shell.write("listings.graphql", LISTINGS)
    added = await step("add", "--name", "listings", "--schema", listings, "--no-url")
    assert added.out.splitlines()[1].strip() == "listings"
    await step("add", "--name", "other", "--schema", listings, "--no-url")
    removed = await step("remove", "--name", "other")
    assert "other" not in removed.out
    early = await step("publish", "--format", "json")
    assert (early.code, early.json["error"]["code"]) == (1, "APPROVAL_REQUIRED")
    checked = await step("check")
    assert checked.code == 0, checked.err + checked.out
    approver = await shell.site.token(Role.APPROVER)
    approved = await step("approve", "--reason", "read it", key=approver)
    assert "APPROVED" in approved.out, approved.err
    published = await step("publish")
    assert published.out.splitlines()[-1] == "launch 2 is live"
    assert "PUBLISHED" in (await step("show")).out
    back = await step("rollback", "--reason", "no")
    assert back.out.splitlines()[-1] == "launch 3 is live", back.err
    second = await shell("registry", "changeset", "open", "hub", "--title", "x")
    change_set = second.out.split("  ")[0]
    assert "WITHDRAWN" in (await step("withdraw", "--reason", "no")).out
    listed = (await shell("registry", "changeset", "list", "hub")).out
    assert [line.split("  ")[1] for line in listed.splitlines() if line[0] != " "] == [
        "WITHDRAWN",
        "ROLLED_BACK",
    ]


async def test_tokens(shell: Shell) -> None:
    made = await shell(
        "registry", "tokens", "create", "--name", "centre", "--graph", "hub", "--role",
        "PUBLISHER", "--subgraph", "listings", "--expires", "30d", "--output", "centre.token",
    )  # fmt: skip
    assert made.code == 0, made.err
    file = shell.folder / "centre.token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secret = file.read_text(encoding="ascii").strip()
    assert secret not in made.out
    listings = shell.write("listings.graphql", LISTINGS)
    publish = ("subgraph", "publish", "hub", "--schema", listings, "--no-url", "--token-file")
    # The file wins over the environment, and `-` reads it from standard input.
    assert (await shell(*publish, "centre.token", "--name", "listings", key="none")).code == 0
    assert (await shell(*publish, "-", "--name", "listings", key="none", stdin=secret)).code == 0
    other = await shell(*publish, "centre.token", "--name", "patents", "--format", "json")
    assert (other.code, other.json["error"]["code"]) == (1, "E033")
    listed = (await shell("registry", "tokens", "list", "--graph", "hub")).out
    (line,) = [line for line in listed.splitlines() if "centre" in line]
    assert "PUBLISHER" in line
    assert "until" in line
    revoked = await shell("registry", "tokens", "revoke", line.split("  ")[0])
    assert revoked.out.endswith("is revoked\n")
    ended = await shell(*publish, "centre.token", "--name", "listings", "--format", "json")
    assert (ended.code, ended.json["error"]["code"]) == (1, "E013")
    # A file that is there is never written over.
    again = await shell(
        "registry", "tokens", "create", "--name", "second", "--graph", "hub", "--role", "READER",
        "--output", "centre.token",
    )  # fmt: skip
    assert again.code == 1
    printed = await shell(
        "registry", "tokens", "create", "--name", "third", "--graph", "hub", "--role", "READER"
    )
    assert printed.out.startswith("service:hub:")


async def test_documents(shell: Shell) -> None:
    operation = {"id": "a", "body": "query A { __typename }", "name": "A", "type": "query"}
    manifest = {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [operation],
    }
    file = shell.write("manifest.json", json.dumps(manifest))
    ended = await shell("documents", "publish", file, "hub", "--client", "dashboard")
    assert ended.out == "1 documents added, 0 known already\n", ended.err
    ended = await shell("documents", "publish", file, "hub", "--client", "dashboard")
    assert ended.out == "0 documents added, 1 known already\n"
    relay = shell.write("relay.json", json.dumps({"b": "query B { __typename }"}))
    ended = await shell("documents", "publish", relay, "hub", "--format", "json")
    assert ended.json["data"] == {"added": ["b"], "unchanged": 0, "success": True}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"operations": []}', "version 1"),
        ('{"format": "apollo-persisted-query-manifest", "version": 1}', "no list"),
        ('{"a": "query A { a } query B { b }"}', "2 operations"),
        ('{"a": "query {"}', "cannot be read"),
        ('{"a": 1}', "neither"),
    ],
)
def test_bad_manifests(text: str, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        read_manifest(text, None)


def test_periods() -> None:
    assert period_seconds("2w") == 14 * 86400
    assert period_seconds("1d 12h") == 36 * 3600
    for text in ("", "2", "w", "-1d", "1y", "9" * 50 + "s"):
        with pytest.raises(CommandError, match="not a period"):
            period_seconds(text)


async def test_introspect(shell: Shell) -> None:
    """Asked of a subgraph that demands a header."""
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(dict(scope["headers"]).get(b"authorization"))
        body = json.dumps({"data": {"_service": {"sdl": PATENTS}}}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async with served(app) as root:
        url = root + "/graphql"
        shell.environment["SUBGRAPH_TOKEN"] = "Bearer abc"
        ended = await shell(
            "subgraph", "introspect", url, "-H", "authorization: ${env.SUBGRAPH_TOKEN}"
        )
        assert (ended.code, ended.out) == (0, PATENTS)
        assert seen == [b"Bearer abc"]
        ended = await shell("subgraph", "introspect", url, "--format", "json")
        assert ended.json["data"]["introspection_response"] == PATENTS
        assert (await shell("subgraph", "introspect", url, "-H", "no colon")).code == 1
        assert (await shell("subgraph", "introspect", "ftp://x")).code == 1


async def test_what_is_missing_is_said(shell: Shell) -> None:
    list_ = ("subgraph", "list", "hub")
    shell.environment = {"APOLLO_REGISTRY_URL": ""}
    assert "APOLLO_REGISTRY_URL" in (await shell(*list_)).err
    shell.environment = {"APOLLO_KEY": ""}
    assert "APOLLO_KEY" in (await shell(*list_)).err
    shell.environment = {}
    assert "APOLLO_GRAPH_REF" in (await shell("subgraph", "list")).err
    shell.environment = {"APOLLO_GRAPH_REF": "hub@current"}
    assert "there is no graph" in (await shell("subgraph", "list")).err
    for url, told in (
        ("http://127.0.0.1:1/", "cannot be reached"),
        ("ftp://a.example", "not an http"),
        ("http://user:secret@a.example", "no user or password"),
        (shell.url + "/nothing", "is it the address of a registry"),
    ):
        ended = await shell(*list_, "--registry", url)
        assert ended.code == 1
        assert told in ended.err
    wrong = await shell(*list_, key="two words")
    assert "one token" in wrong.err
    assert "two words" not in wrong.err


async def test_a_redirect_does_not_carry_the_token_away(shell: Shell) -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["path"])
        headers = [(b"location", b"/elsewhere")]
        await send({"type": "http.response.start", "status": 302, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async with served(app) as root:
        url = root + "/registry/graphql"
        ended = await shell("subgraph", "list", "hub", "--registry", url)
        assert ended.code == 1
        assert seen == ["/registry/graphql"]


async def test_the_first_token_is_made_beside_the_database(
    site: RegistrySite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("APOLLO_REGISTRY_URL", "APOLLO_KEY"):
        monkeypatch.delenv(name, raising=False)

    @contextlib.asynccontextmanager
    async def opened(args: argparse.Namespace) -> AsyncIterator[Any]:
        yield site.registry

    issued = await create_admin_token(opened(argparse.Namespace()), "operator", None, None)
    assert issued.token.roles == {Role.ADMIN}
    data = await site.data("{ hub { tokens { name createdBy } } }", key=issued.secret)
    assert data["hub"]["tokens"] == [{"name": "operator", "createdBy": "operator"}]
    # The engine alone has no database, and says so.
    create = ["registry", "tokens", "create", "--name", "x", "--admin"]
    assert run_command(engine_parser().parse_args(create)) == 1
    assert "needs the hub with its database" in capsys.readouterr().err
    assert run_command(engine_parser().parse_args([*create, "--role", "READER"])) == 1
    assert "--admin goes with" in capsys.readouterr().err
