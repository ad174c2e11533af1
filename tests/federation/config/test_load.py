"""Configuration files: what is accepted, and where an error points."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest

from federation.config.duration import Duration
from federation.config.errors import ConfigError
from federation.config.json_schema import json_schema
from federation.config.load import parse_config, read_config


class Listen(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 4000


class Rule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str
    action: Literal["allow", "deny"] = "deny"


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    listen: Listen = Listen()
    introspection: bool = False
    timeout: Duration = Duration(30)
    secret: str | None = None
    rules: tuple[Rule, ...] = ()
    overrides: dict[str, str] = {}
    limits: dict[str, Listen] = {}


def load(text: str, **environment: str) -> Settings:
    return parse_config(text, Settings, source="hub.yaml", environment=environment)


def problem(text: str, **environment: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(text, **environment)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_empty_file_gives_the_defaults() -> None:
    assert load("") == Settings()
    assert load("# nothing\n") == Settings()
    assert load("listen:\nrules:\noverrides:\n") == Settings()


def test_values_of_every_kind() -> None:
    settings = load(
        """
        listen: {host: 0.0.0.0, port: 8080}
        introspection: true
        timeout: 1m30s
        secret: "007"
        rules:
          - name: a
            action: allow
          - {name: b}
        overrides: {patents: http://patents/graphql}
        limits: {x: {port: 1}}
        """
    )
    assert settings.listen == Listen("0.0.0.0", 8080)
    assert settings.introspection is True
    assert settings.timeout == 90.0
    assert settings.secret == "007"
    assert settings.rules == (Rule("a", "allow"), Rule("b"))
    assert settings.overrides == {"patents": "http://patents/graphql"}
    assert settings.limits == {"x": Listen(port=1)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lisen: {}", "hub.yaml:1:1: lisen: unknown key 'lisen'; did you mean 'listen'?"),
        (
            "listen:\n  prot: 1",
            "hub.yaml:2:3: listen.prot: unknown key 'prot'; did you mean 'port'?",
        ),
        (
            "listen:\n  zzzzzz: 1",
            "hub.yaml:2:3: listen.zzzzzz: unknown key 'zzzzzz'; known here: host, port",
        ),
        (
            "listen:\n  port: x",
            "hub.yaml:2:9: listen.port: expected a whole number, got a text",
        ),
        ("listen:\n  port: 70000", "hub.yaml:2:9: listen.port: Expected int <= 65535"),
        ("listen: 4000", "hub.yaml:1:9: listen: expected a map of settings, got a whole number"),
        (
            "listen: {host: 1}",
            "hub.yaml:1:16: listen.host: expected a text, got a whole number; write it in quotes",
        ),
        (
            "introspection: maybe",
            "hub.yaml:1:16: introspection: expected true or false, got a text",
        ),
        (
            "timeout: 30",
            "hub.yaml:1:10: timeout: write a number with a unit, such as 500ms, 30s, 5m or 1h",
        ),
        ("rules: {a: 1}", "hub.yaml:1:8: rules: expected a list, got a map"),
        ("rules:\n  - action: deny", "hub.yaml:2:5: rules[0]: the key 'name' is missing"),
        (
            "rules:\n  - name: a\n    action: alow",
            "hub.yaml:3:13: rules[0].action: expected one of allow, deny",
        ),
        ("overrides: [1]", "hub.yaml:1:12: overrides: expected a map, got a list"),
        (
            "secret: 1\nsecret: 2",
            "hub.yaml:2:1: secret: the key is there twice (first in line 1)",
        ),
        ("- 1", "hub.yaml:1:1: expected a map of settings at the top"),
        ("? [a]\n: 1", "hub.yaml:1:3: a key must be a text"),
        ("secret: !!python/name:os.system", "hub.yaml:1:9: secret: the tag"),
        ("listen: {", "hub.yaml:2:1: not valid YAML"),
        ("listen: *gone", "hub.yaml:1:9: not valid YAML"),
        ("a: 1\n---\nb: 2", "hub.yaml:2:1: not valid YAML"),
    ],
)
def test_errors_name_the_place_and_what_to_do(text: str, expected: str) -> None:
    assert expected in problem(text)


def test_expansions() -> None:
    settings = load(
        "listen: {host: '${env.HOST}', port: '${env.PORT}'}\n"
        "introspection: ${env.INTROSPECTION}\n"
        "timeout: ${env.TIMEOUT:-5s}\n"
        "secret: Bearer ${env.TOKEN} ${env.EMPTY:-}!\n",
        HOST="::1",
        PORT="1",
        INTROSPECTION="true",
        TOKEN="0123",
    )
    assert settings.listen == Listen("::1", 1)
    assert settings.introspection is True
    assert settings.timeout == 5
    assert settings.secret == "Bearer 0123 !"


def test_an_expanded_text_stays_a_text_and_is_not_expanded_again() -> None:
    assert load("secret: ${env.A}", A="0123").secret == "0123"
    assert load("secret: ${env.A}", A="true").secret == "true"
    assert load("secret: ${env.A}", A="${env.B}").secret == "${env.B}"


def test_keys_are_never_expanded() -> None:
    assert load("overrides: {'${env.A}': x}", A="b").overrides == {"${env.A}": "x"}


def test_file_expansion(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")
    file = tmp_path / "hub.yaml"
    file.write_text("secret: ${file.key}\n", encoding="utf-8")
    assert read_config(file, Settings).secret == "s3cret"
    file.write_text("secret: ${file.gone}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="gone: No such file or directory"):
        read_config(file, Settings)
    file.write_text("secret: ${file.gone:-none}\n", encoding="utf-8")
    assert read_config(file, Settings).secret == "none"


def test_expansion_errors_never_show_the_value() -> None:
    assert "the environment variable GONE is not set" in problem("secret: ${env.GONE}")
    assert "${vault.x} is not known" in problem("secret: ${vault.x}")
    message = problem("listen: {port: '${env.TOKEN}'}", TOKEN="hunter2")
    assert "hunter2" not in message
    assert "hunter2" not in problem("timeout: ${env.TOKEN}", TOKEN="hunter2")
    assert "hunter2" not in problem("rules: [{name: a, action: '${env.TOKEN}'}]", TOKEN="hunter2")


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.yaml: cannot read it: No such file"):
        read_config(tmp_path / "gone.yaml", Settings)
    file = tmp_path / "hub.yaml"
    file.write_bytes("a: 1\nb: 中文".encode("gb18030"))
    with pytest.raises(ConfigError, match=r"hub\.yaml:2:1: not UTF-8 text"):
        read_config(file, Settings)


def test_aliases_cannot_multiply_without_bound() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "do aliases multiply?" in problem("\n".join(lines))


def test_depth_is_bounded() -> None:
    assert "nested deeper than" in problem("secret: " + "[" * 80 + "]" * 80)


def test_json_schema_says_what_is_accepted() -> None:
    schema = json_schema(Settings)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    settings = schema["$defs"]["Settings"]
    assert settings["additionalProperties"] is False
    assert set(settings["properties"]) == set(Settings.__struct_fields__)
    port = schema["$defs"]["Listen"]["properties"]["port"]
    assert port["anyOf"][0] == {"type": "integer", "minimum": 0, "maximum": 65535}
    assert port["default"] == 4000


class Guarded(msgspec.Struct, kw_only=True):
    mode: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        raise ValueError(f"'address': {self.address!r} is not one for {self.mode!r}")


class WithGuarded(msgspec.Struct):
    guarded: Guarded


def test_what_was_filled_in_is_not_in_what_a_section_says() -> None:
    text = "guarded:\n  mode: plain\n  address: https://user:${env.PASSWORD}@h.example"
    environment = {"PASSWORD": "hunter2'"}
    with pytest.raises(ConfigError) as caught:
        parse_config(text, WithGuarded, source="hub.yaml", environment=environment)
    assert "hunter2" not in str(caught.value)
    assert str(caught.value) == (
        "hub.yaml:3:3: guarded.address: 'address': \"…\" is not one for 'plain'"
    )
