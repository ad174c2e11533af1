"""`hub` as a process: starts, ends, and says in one line what is wrong."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from schema.printed import subgraph_names
from tests.support.postgres import open_folder

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, str(ROOT / "gateway.py")]
SUPERGRAPH = ROOT / "tests" / "federation" / "server" / "supergraph.graphql"


def run(*arguments: str, environment: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Run `hub` to its end: exit code, stdout, stderr."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | (environment or {}),
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def assert_one_line(result: tuple[int, str, str], *parts: str) -> None:
    code, _, stderr = result
    assert code == 1
    assert stderr.startswith("error: "), stderr
    assert stderr.count("\n") == 1, stderr
    for part in parts:
        assert part in stderr


@contextlib.contextmanager
def started(*arguments: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A `hub serve` that is ready; killed at the end if it still runs."""
    process = subprocess.Popen(
        [*COMMAND, "serve", *arguments, "--port", "0"],
        stderr=subprocess.PIPE,
        env=os.environ | environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def wait_ready(process: subprocess.Popen[bytes], patience: float = 60) -> str:
    """Return the address of the "ready" line."""
    assert process.stderr is not None
    seen = b""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if not select.select([process.stderr], [], [], 0.5)[0]:
            continue
        chunk = os.read(process.stderr.fileno(), 65536)  # unbuffered, as select sees it
        if not chunk:
            break
        seen += chunk
        if found := re.search(rb"^ready: (\S+)", seen, re.MULTILINE):
            return found[1].decode()
    raise AssertionError(f"not ready:\n{seen.decode()}")


def post(address: str, query: str) -> object:
    from urllib.request import Request, urlopen

    request = Request(
        address + "graphql",
        orjson.dumps({"query": query}),
        {"content-type": "application/json"},
    )
    with urlopen(request, timeout=10) as reply:
        return orjson.loads(reply.read())


@pytest.mark.parametrize(
    "words",
    [[], ["serve"], ["compose"], ["plan"], ["db"], ["pull"], ["sources"], ["config"]],
    ids=lambda words: " ".join(words) or "hub",
)
def test_help_of_every_command(words: list[str]) -> None:
    code, stdout, stderr = run(*words, "--help")
    assert (code, stderr) == (0, "")
    assert "usage: hub" in stdout


def test_wrong_usage_exits_2() -> None:
    assert run("serve", "--nonsense")[0] == 2


def test_an_unreachable_database_is_one_line_without_the_password() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"postgresql://hub:sesame@127.0.0.1:{port}/hub"
    result = run("serve", "--port", "0", environment={"HUB_DATABASE_URL": url})
    assert_one_line(result, "DATABASE_UNAVAILABLE", f"127.0.0.1:{port}", "HUB_DATABASE_URL")
    assert "sesame" not in result[2]


def test_a_port_in_use_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = run("serve", "--supergraph", str(SUPERGRAPH), "--port", port)
    assert_one_line(result, port, "in use")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("databse: {url: x}", ("1:1", "databse", "database")),
        ("supergraph: {listen: 4000}", ("listen",)),
        ("limits: {max_depth: deep}", ("max_depth",)),
        ("adapters: [", ("hub.yaml",)),
    ],
    ids=["unknown key", "wrong address", "wrong type", "not YAML"],
)
def test_an_invalid_configuration_is_one_line(
    tmp_path: Path, text: str, parts: tuple[str, ...]
) -> None:
    path = tmp_path / "hub.yaml"
    path.write_text(text, encoding="utf-8")
    for words in (["serve", "--config"], ["config", "validate"], ["db", "status", "--config"]):
        assert_one_line(run(*words, str(path)), *parts)


def test_the_embedded_hub_starts_stops_and_survives_a_kill() -> None:
    """First start loads the demo; SIGTERM ends it with 0; SIGKILL does not stop the next start."""
    folder = open_folder()
    environment = {"HUB_DATABASE_DIRECTORY": str(folder / "data"), "HUB_DATABASE_URL": ""}
    query = "{ patents { totalCount } }"
    expected = {"data": {"patents": {"totalCount": 78}}}
    with started("--dev", environment=environment) as first:
        assert post(wait_ready(first), query) == expected
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=10)
    with started("--dev", environment=environment) as second:
        assert post(wait_ready(second), query) == expected
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=20) == 0
    assert not (folder / "data" / "cluster" / "postmaster.pid").exists()
    code, stdout, _ = run("db", "status", environment=environment)
    assert code == 0
    assert "applied" in stdout
    code, stdout, _ = run("pull", "--dev", environment=environment)
    assert code == 0
    assert "already loaded" in stdout
    assert "changed 78" not in stdout


def test_the_hub_runs_split(tmp_path: Path) -> None:
    """`--role subgraphs` in one process, `--role gateway` in another."""
    folder = open_folder()
    environment = {
        "HUB_DATABASE_DIRECTORY": str(folder / "data"),
        "HUB_DATABASE_URL": "",
        "HUB_IDENTITY_KEY": "a key that both sides of a split hub have",
    }
    with started("--dev", "--role", "subgraphs", environment=environment) as subgraphs:
        address = wait_ready(subgraphs)
        lines = "".join(
            f"  {name}: {address}subgraphs/{name}/graphql\n" for name in subgraph_names()
        )
        path = tmp_path / "hub.yaml"
        path.write_text(f"override_subgraph_url:\n{lines}", encoding="utf-8")
        key = {"HUB_IDENTITY_KEY": environment["HUB_IDENTITY_KEY"]}
        with started("--role", "gateway", "--config", str(path), environment=key) as gateway:
            answer = post(
                wait_ready(gateway),
                '{ patent(applicationNumber: "CN2020190000502") { applicantRegion { name } } }',
            )
            assert answer == {"data": {"patent": {"applicantRegion": {"name": "浦东新区"}}}}
            gateway.send_signal(signal.SIGTERM)
            assert gateway.wait(timeout=20) == 0
    apart = run("serve", "--role", "gateway", "--port", "0", environment=key)
    assert_one_line(apart, "override_subgraph_url")
    assert_one_line(run("serve", "--role", "gateway", "--port", "0"), "HUB_IDENTITY_KEY")
