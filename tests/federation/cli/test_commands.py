"""Commands: exit codes, one-line errors, output."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from federation.cli.parser import engine_parser, run_command

ROOT = Path(__file__).parent.parent.parent.parent
SUPERGRAPH = ROOT / "tests/federation/server/supergraph.graphql"


def run(*arguments: str) -> int:
    return run_command(engine_parser().parse_args(arguments))


@pytest.fixture
def subgraphs(tmp_path: Path) -> Path:
    (tmp_path / "a.graphql").write_text("type Query { a: Int }", encoding="utf-8")
    file = tmp_path / "supergraph.yaml"
    file.write_text(
        """
        federation_version: =2.9.0
        subgraphs:
          one: {routing_url: http://127.0.0.1:1/one, schema: {file: ./a.graphql}}
          two: {routing_url: http://127.0.0.1:1/two, schema: {sdl: "type Query { b: Int }"}}
        """,
        encoding="utf-8",
    )
    return file


def test_compose_prints_a_supergraph(
    subgraphs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("compose", "--config", str(subgraphs)) == 0
    printed = capsys.readouterr().out
    assert "join__Graph" in printed
    output = tmp_path / "out.graphql"
    assert run("compose", "--config", str(subgraphs), "--output", str(output)) == 0
    assert output.read_text(encoding="utf-8") == printed
    assert run("compose", "--config", str(subgraphs), "--format", "json") == 0
    envelope = json.loads(capsys.readouterr().out)
    assert envelope["json_version"] == "1"
    assert envelope["data"]["success"] is True
    assert envelope["data"]["core_schema"].strip() == printed.strip()


def test_compose_refuses_with_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "supergraph.yaml"
    file.write_text(
        "subgraphs:\n"
        '  one: {schema: {sdl: "type Query { a: Int }"}}\n'
        '  two: {schema: {sdl: "type Query { a: Int }"}}\n'
        '  three: {schema: {sdl: "type Query { a: String }"}}\n',
        encoding="utf-8",
    )
    assert run("compose", "--config", str(file)) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "FIELD_TYPE_MISMATCH" in printed.err
    assert run("compose", "--config", str(file), "--format", "json") == 1
    envelope = json.loads(capsys.readouterr().out)
    assert envelope["data"] == {"success": False}
    assert envelope["error"]["code"] == "E029"
    codes = {error["code"] for error in envelope["error"]["details"]["build_errors"]}
    assert "FIELD_TYPE_MISMATCH" in codes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("subgraphs: {}", "'subgraphs' names no subgraph"),
        ("subgraphs: {a: {schema: {}}}", "exactly one of 'file', 'sdl', 'subgraph_url'"),
        ("subgraphs: {a: {shema: {}}}", "did you mean 'schema'?"),
        ("subgraphs: {1a: {schema: {sdl: x}}}", "'1a' cannot name a subgraph"),
        ("federation_version: 1\nsubgraphs: {a: {schema: {sdl: x}}}", "Federation 1"),
        ("subgraphs: {a: {schema: {file: gone.graphql}}}", "gone.graphql: No such file"),
        ("subgraphs: {a: {schema: {sdl: '${env.HUB_TEST_GONE}'}}}", "HUB_TEST_GONE is not set"),
        (
            "subgraphs: {a: {schema: {subgraph_url: http://127.0.0.1:1/x}}}",
            "subgraph 'a' at http://127.0.0.1:1/x cannot be reached",
        ),
    ],
)
def test_compose_says_what_is_wrong_with_its_configuration(
    text: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "supergraph.yaml"
    file.write_text(text, encoding="utf-8")
    assert run("compose", "--config", str(file)) == 1
    error = capsys.readouterr().err
    assert expected in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1


def test_operations_are_shown_stage_by_stage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = tmp_path / "q.graphql"
    operation.write_text("query Q($n: String!) { hello(name: $n) }", encoding="utf-8")
    given = ("--supergraph", str(SUPERGRAPH), "--operation", str(operation))
    assert run("plan", *given, "--variables", '{"n": "x"}') == 0
    assert capsys.readouterr().out.startswith('QueryPlan {\n  Fetch(service: "demo") {')
    assert run("plan", *given, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["node"]["serviceName"] == "demo"
    assert run("plan", *given, "--format", "graph") == 0
    assert "digraph" in capsys.readouterr().out
    assert run("plan", *given, "--compiled") == 0
    compile(capsys.readouterr().out, "compiled", "exec")
    assert run("normalize", *given) == 0
    assert "hello(name: $n)" in capsys.readouterr().out
    assert run("explain", *given) == 0
    assert "1 fetches" in capsys.readouterr().out
    assert run("graph", "--supergraph", str(SUPERGRAPH)) == 0
    assert "digraph" in capsys.readouterr().out


def test_wrong_operations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    operation = tmp_path / "q.graphql"
    given = ("--supergraph", str(SUPERGRAPH), "--operation", str(operation))
    for text, expected in (
        ("{ nope }", "q.graphql:1:3: Cannot query field 'nope'"),
        ("{", "q.graphql:1:2: Syntax Error"),
        ("query A { hello } query B { hello }", "operation"),
    ):
        operation.write_text(text, encoding="utf-8")
        assert run("plan", *given) == 1
        error = capsys.readouterr().err
        assert expected in error
        assert error.count("\n") == 1
    operation.write_text("query($n: String!) { hello(name: $n) }", encoding="utf-8")
    assert run("plan", *given, "--variables", "{") == 1
    assert "--variables is not JSON" in capsys.readouterr().err
    assert run("plan", *given, "--variables", '{"n": 1}') == 1
    assert "$n" in capsys.readouterr().err


def test_config_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("config", "schema") == 0
    schema = json.loads(capsys.readouterr().out)
    assert "supergraph" in schema["$defs"]["EngineSettings"]["properties"]
    file = tmp_path / "hub.yaml"
    file.write_text("supergraph: {listen: 0.0.0.0:80}", encoding="utf-8")
    assert run("config", "validate", str(file)) == 0
    file.write_text("supergraph:\n  pth: /x", encoding="utf-8")
    capsys.readouterr()
    assert run("config", "validate", str(file)) == 1
    assert "hub.yaml:2:3: supergraph.pth: unknown key 'pth'; did you mean 'path'?" in (
        capsys.readouterr().err
    )


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `serve` in a process of its own that must end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "federation.cli", "serve", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = serve("--supergraph", str(SUPERGRAPH), "--port", str(port))
    assert ended.returncode == 1
    assert ended.stderr == (
        f"error: port {port} on 127.0.0.1 is in use; stop the other program or choose --port\n"
    )


def test_a_file_that_is_no_supergraph_is_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "schema.graphql"
    file.write_text("type Query { a: Int }", encoding="utf-8")
    ended = serve("--supergraph", str(file), "--port", "0")
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: ")
    assert ended.stderr.count("\n") == 1
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--supergraph", "gone.graphql"), "gone.graphql: No such file"),
        (("--supergraph", str(SUPERGRAPH), "--port", "99999"), "99999 is not a port"),
        (("--supergraph", str(SUPERGRAPH), "--config", "gone.yaml"), "gone.yaml"),
        (("--supergraph-config", "x.yaml", "--hot-reload"), "--hot-reload watches"),
    ],
)
def test_wrong_arguments(
    arguments: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("serve", *arguments) == 1
    error = capsys.readouterr().err
    assert expected in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_and_ends_with_zero_on_a_signal(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "federation.cli", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--supergraph", str(SUPERGRAPH)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            line = ""
            deadline = time.monotonic() + 20
            while not line.startswith("ready: ") and time.monotonic() < deadline:
                line = process.stderr.readline()
            address = line.split()[1]
            request = urllib.request.Request(
                address + "graphql",
                data=b'{"query":"{__typename}"}',
                headers={"content-type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=5) as reply:
                assert json.load(reply) == {"data": {"__typename": "Query"}}
            process.send_signal(number)
            assert process.wait(10) == 0
        finally:
            process.kill()
