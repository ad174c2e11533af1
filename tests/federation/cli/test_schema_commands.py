"""`compose --format json`, `supergraph`, `subgraph`, `codes`: output, exit codes, errors."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from federation.cli.codes import COMMAND_CODES
from federation.cli.parser import engine_parser, run_command
from federation.composition.codes import CODES
from federation.composition.codes_page import codes_markdown
from federation.composition.subgraph.federation_spec import NEWEST
from federation.supergraph.diff.change import CHANGE_CODES

CONFIG = """
subgraphs:
  patents:
    routing_url: http://patents.example/
    schema:
      sdl: |
        extend schema
          @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag"])
        type Query { patent: Patent  audit: Int @tag(name: "internal") }
        type Patent @key(fields: "id") @tag(name: "public") { id: ID! }
  trading:
    schema:
      sdl: |
        extend schema
          @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag"])
        type Patent @key(fields: "id") { id: ID!  price(in: String): Int @tag(name: "internal") }
"""


def run(*arguments: str) -> int:
    return run_command(engine_parser().parse_args(arguments))


class Output:
    """What a command printed since it was last asked for."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def text(self) -> str:
        return self.capsys.readouterr().out

    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.text())
        assert value["json_version"] == "1"
        assert (value["error"] is None) == value["data"]["success"]
        return value

    def error(self) -> str:
        """Return standard error, which is one line."""
        text = self.capsys.readouterr().err
        assert text.startswith("error: ")
        assert text.count("\n") == 1
        return text


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str]) -> Output:
    return Output(capsys)


@pytest.fixture
def folder(tmp_path: Path, output: Output) -> Path:
    """A folder with supergraph.yaml, supergraph.graphql and contract.graphql."""
    (tmp_path / "supergraph.yaml").write_text(CONFIG, "utf-8")
    supergraph = str(tmp_path / "supergraph.graphql")
    assert (
        run("compose", "--config", str(tmp_path / "supergraph.yaml"), "--output", supergraph) == 0
    )
    contract = str(tmp_path / "contract.graphql")
    cut = ("supergraph", "contract", "--supergraph", supergraph, "--exclude-tag", "internal")
    assert run(*cut, "--output", contract) == 0
    assert output.text() == ""
    return tmp_path


# compose


def test_compose_json_has_what_rover_has(folder: Path, output: Output) -> None:
    assert run("compose", "--config", str(folder / "supergraph.yaml"), "--format", "json") == 0
    data = output.json()["data"]
    assert data.keys() == {"core_schema", "hints", "federation_version", "success"}
    assert data["core_schema"] == (folder / "supergraph.graphql").read_text("utf-8")
    assert data["federation_version"] == f"{NEWEST[0]}.{NEWEST[1]}.0"
    assert data["hints"] == []


def test_compose_json_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "supergraph.yaml"
    file.write_text(
        CONFIG.replace(
            "type Query { patent", "type Query {\n          old: Int @gone\n          patent"
        ),
        "utf-8",
    )
    assert run("compose", "--config", str(file), "--format", "json") == 1
    printed = capsys.readouterr()
    error = json.loads(printed.out)["error"]
    assert error["code"] == "E029"
    (found,) = error["details"]["build_errors"]
    assert found["code"] == "INVALID_GRAPHQL"
    assert found["type"] == "composition"
    assert found["nodes"] == [{"subgraph": "patents", "start": {"line": 4, "column": 12}}]
    assert found["omittedNodesCount"] == 0
    assert "patents 4:12" in printed.err
    assert printed.err.endswith(
        "error: the subgraphs do not compose: 1 error; mend them and compose again\n"
    )


@pytest.mark.parametrize("content", ["subgraphs: {}", None])
def test_compose_json_for_a_configuration_that_cannot_be_used(
    content: str | None, tmp_path: Path, output: Output
) -> None:
    file = tmp_path / "supergraph.yaml"
    if content is not None:
        file.write_text(content, "utf-8")
    assert run("compose", "--config", str(file), "--format", "json") == 1
    envelope = output.json()
    assert envelope["data"] == {"success": False}
    assert envelope["error"].keys() == {"message", "code", "details", "causes"}


def test_compose_refuses_a_version_it_does_not_know(folder: Path, output: Output) -> None:
    file = folder / "supergraph.yaml"
    file.write_text("federation_version: =2.99.1\n" + CONFIG, "utf-8")
    assert run("compose", "--config", str(file)) == 1
    assert "asks for =2.99.1; this composition knows federation 2.0 to" in output.error()
    file.write_text("federation_version: =2.9.3\n" + CONFIG, "utf-8")
    assert run("compose", "--config", str(file)) == 0


# supergraph diff


def test_diff_plain(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = str(folder / "supergraph.graphql"), str(folder / "contract.graphql")
    assert run("supergraph", "diff", old, new) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines()[0] == "breaking  FIELD_REMOVED  Patent.price"
    assert printed.out.splitlines()[-1] == "2 breaking, 0 dangerous, 0 safe"
    assert printed.err == "error: 2 breaking, 0 dangerous, 0 safe; --fail-on is breaking\n"
    assert run("supergraph", "diff", new, old) == 0
    assert "safe  FIELD_ADDED  Query.audit" in capsys.readouterr().out
    assert run("supergraph", "diff", old, old) == 0
    assert capsys.readouterr() == ("no changes\n", "")


@pytest.mark.parametrize(
    ("new", "fail_on", "code"),
    [
        ("type Query { a: Int }", "breaking", 1),
        ("type Query { a: Int }", "none", 0),
        ("type Query { a(x: Int = 2): Int b: Int }", "breaking", 0),
        ("type Query { a(x: Int = 2): Int b: Int }", "dangerous", 1),
        ("type Query { a(x: Int = 1): Int! b: Int }", "dangerous", 0),
    ],
)
def test_diff_fails_on_what_was_asked(
    new: str, fail_on: str, code: int, tmp_path: Path, output: Output
) -> None:
    (tmp_path / "old").write_text("type Query { a(x: Int = 1): Int b: Int }", "utf-8")
    (tmp_path / "new").write_text(new, "utf-8")
    files = (str(tmp_path / "old"), str(tmp_path / "new"))
    assert run("supergraph", "diff", *files, "--fail-on", fail_on, "--format", "json") == code
    envelope = output.json()
    assert envelope["data"]["success"] is (code == 0)
    assert sum(envelope["data"]["count"].values()) == len(envelope["data"]["changes"])
    assert envelope["data"]["changes"][0].keys() == {
        "code",
        "coordinate",
        "severity",
        "description",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type Query { a: }", "new.graphql:1:17: Syntax Error"),
        ("type Query { a: Gone }", "Gone"),
        ("extend schema @link(url: 1) type Query { a: Int }", "compose first"),
        (None, "cannot read the schema"),
    ],
)
def test_diff_says_what_is_wrong_with_a_schema(
    text: str | None, expected: str, folder: Path, output: Output
) -> None:
    new = folder / "new.graphql"
    if text is not None:
        new.write_text(text, "utf-8")
    assert run("supergraph", "diff", str(folder / "supergraph.graphql"), str(new)) == 1
    assert expected in output.error()


def test_diff_reads_standard_input_once(
    folder: Path, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("supergraph", "diff", "-", "-") == 1
    assert "only one of OLD and NEW" in output.error()
    text = (folder / "supergraph.graphql").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert run("supergraph", "diff", "-", str(folder / "supergraph.graphql")) == 0


# supergraph contract


def test_contract_prints_a_supergraph_or_what_clients_see(folder: Path, output: Output) -> None:
    given = ("supergraph", "contract", "--supergraph", str(folder / "supergraph.graphql"))
    tags = ("--exclude-tag", "internal")
    assert run(*given, *tags) == 0
    core_schema = output.text()
    assert core_schema == (folder / "contract.graphql").read_text("utf-8")
    assert '@inaccessible @tag(name: "internal")' in core_schema
    assert run(*given, *tags, "--api-schema") == 0
    api_schema = output.text()
    assert api_schema == "type Patent {\n  id: ID!\n}\n\ntype Query {\n  patent: Patent\n}\n"
    assert run(*given, *tags, "--format", "json") == 0
    data = output.json()["data"]
    assert data == {"core_schema": core_schema, "api_schema": api_schema, "success": True}


def test_contract_refusals(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ("supergraph", "contract", "--supergraph", str(folder / "supergraph.graphql"))
    assert run(*given) == 1
    assert "needs --include-tag" in capsys.readouterr().err
    assert run(*given, "--include-tag", "gone", "--format", "json") == 1
    printed = capsys.readouterr()
    error = json.loads(printed.out)["error"]
    assert error["code"] == "QUERY_ROOT_TYPE_INACCESSIBLE"
    assert error["details"]["build_errors"][0]["code"] == "QUERY_ROOT_TYPE_INACCESSIBLE"
    lines = printed.err.splitlines()
    assert lines[0] == (
        'hint: nothing in the supergraph has the tag "gone"; tags there are: internal, public'
    )
    assert lines[-1].startswith("error: The contract leaves nothing to ask")
    assert run(*given, "--include-tag", "x", "--exclude-tag", "x") == 1
    assert "both included and excluded" in capsys.readouterr().err
    assert run(*given[:-1], str(folder / "gone"), "--exclude-tag", "x", "--format", "json") == 1
    assert json.loads(capsys.readouterr().out)["data"] == {"success": False}


# subgraph split


def test_split_writes_what_composes_to_the_same(folder: Path, output: Output) -> None:
    target = folder / "parts"
    given = ("subgraph", "split", "--supergraph", str(folder / "supergraph.graphql"))
    assert run(*given, "--output", str(target)) == 0
    names = ["patents.graphql", "trading.graphql", "supergraph.yaml"]
    assert output.text().splitlines() == [str(target / name) for name in names]
    assert sorted(path.name for path in target.iterdir()) == sorted(names)
    assert run("compose", "--config", str(target / "supergraph.yaml")) == 0
    assert output.text() == (folder / "supergraph.graphql").read_text("utf-8")
    assert run(*given, "--output", str(target)) == 1
    assert "is there already" in output.error()
    assert run(*given, "--output", str(target), "--force", "--format", "json") == 0
    assert output.json()["data"]["subgraphs"] == ["patents", "trading"]


def test_split_refusals(folder: Path, output: Output) -> None:
    given = ("subgraph", "split", "--supergraph", str(folder / "supergraph.yaml"))
    assert run(*given, "--output", str(folder / "parts")) == 1
    assert "not valid GraphQL" in output.error()
    assert not (folder / "parts").exists()
    given = ("subgraph", "split", "--supergraph", str(folder / "supergraph.graphql"))
    assert run(*given, "--output", str(folder / "supergraph.yaml")) == 1
    assert "cannot make" in output.error()


def test_split_keeps_names_inside_the_folder(folder: Path, output: Output) -> None:
    text = (folder / "supergraph.graphql").read_text("utf-8")
    file = folder / "hostile.graphql"
    file.write_text(text.replace('name: "trading"', 'name: "../../trading"'), "utf-8")
    target = folder / "parts"
    given = ("subgraph", "split", "--supergraph", str(file), "--output", str(target))
    assert run(*given) == 0
    assert {path.parent for path in map(Path, output.text().splitlines())} == {target}
    assert (target / "______trading.graphql").is_file()


# codes


def test_codes(output: Output) -> None:
    assert run("codes", "invalid_field_sharing", "FIELD_REMOVED", "E029") == 0
    text = output.text()
    assert text.startswith("INVALID_FIELD_SHARING (composition error, since federation 2.0)\n")
    assert "FIELD_REMOVED (schema change)" in text
    assert "E029 (command)" in text
    assert run("codes", "--format", "json") == 0
    listed = {item["code"] for item in output.json()["data"]["codes"]}
    assert listed >= CODES.keys() | CHANGE_CODES.keys() | COMMAND_CODES.keys()
    assert run("codes") == 0
    assert len(output.text().splitlines()) == len(listed)


def test_unknown_codes(output: Output) -> None:
    assert run("codes", "INVALD_FIELD_SHARING") == 1
    assert "did you mean INVALID_FIELD_SHARING?" in output.error()
    assert run("codes", "???") == 1
    assert "`codes` alone lists all" in output.error()


def test_codes_markdown(output: Output) -> None:
    assert run("codes", "--markdown") == 0
    assert output.text().rstrip() == codes_markdown().rstrip()
    assert run("codes", "--markdown", "E029") == 1


def test_a_code_has_one_meaning() -> None:
    tables = (CODES, CHANGE_CODES, COMMAND_CODES)
    assert len({code for table in tables for code in table}) == sum(map(len, tables))
