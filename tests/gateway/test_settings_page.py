"""hub.yaml as a whole: its page, its JSON Schema and its reader say the same."""

from __future__ import annotations

import inspect
import pkgutil
import random
import re
import subprocess
import sys
import typing
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import federation.server.settings
from federation.config.convert import Subtree
from federation.config.descriptions import describe_keys
from federation.config.duration import is_duration, print_duration
from federation.config.errors import ConfigError
from federation.config.json_schema import json_schema
from federation.config.load import parse_config
from federation.config.structs import structs_in, structs_of
from gateway import HubSettings
from tests.federation.config.schema_check import fits

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "federation/server/settings/README.md"
SCHEMA = json_schema(HubSettings)

# What the reader says where the tree itself does not fit; all else are checks of sections.
_STRUCTURAL = re.compile(
    r"expected |Expected |unknown key|the key '[^']+' is missing|write a number with a unit"
)


def read(text: str) -> HubSettings:
    environment = {"SET": "https://h.example", "PORT": "8080"}
    return parse_config(text, HubSettings, source="hub.yaml", environment=environment)


def test_the_page_is_what_the_command_prints() -> None:
    command = [sys.executable, "-m", "gateway", "config", "reference"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout == PAGE.read_text(encoding="utf-8"), (
        "write it again: hub config reference > federation/server/settings/README.md"
    )


@pytest.mark.parametrize("struct", structs_in(HubSettings), ids=lambda struct: struct.__name__)
def test_every_section_and_every_key_is_described(struct: type[msgspec.Struct]) -> None:
    schema = SCHEMA["$defs"][struct.__name__]
    assert schema.get("description"), "a docstring is missing"
    told = describe_keys(struct)
    for field in msgspec.structs.fields(struct):
        described = field.encode_name in told or next(structs_of(field.type), None) is not None
        assert described or field.encode_name == "enabled", f"{field.encode_name} is not described"


def test_names_of_sections_are_not_used_twice() -> None:
    names = [struct.__name__ for struct in structs_in(HubSettings)]
    assert len(names) == len(set(names)), "the printed schema tells them apart by name"


def written(kind: Any, value: Any) -> Any:
    """Return a default as it would stand in the file."""
    if isinstance(value, msgspec.Struct):
        return {
            field.encode_name: written(field.type, getattr(value, field.name))
            for field in msgspec.structs.fields(value)
        }
    options = [kind, *typing.get_args(kind)]
    if isinstance(value, float) and any(is_duration(option) for option in options):
        return print_duration(value)
    if isinstance(value, tuple | list):
        return [written(None, one) for one in value]
    if isinstance(value, Mapping):
        return {key: written(None, one) for key, one in value.items()}
    return value


FULL = written(HubSettings, HubSettings())


def test_all_defaults_written_out_are_the_defaults() -> None:
    assert read(yaml.safe_dump(FULL)) == HubSettings()
    assert fits(FULL, SCHEMA, SCHEMA)


def examples() -> Iterator[tuple[str, str]]:
    """Yield the examples of hub.yaml in the texts of this repository: (where, YAML)."""
    for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("federation/**/*.md")]):
        blocks = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        for number, block in enumerate(blocks):
            yield f"{page.relative_to(ROOT)}[{number}]", block
    for module in pkgutil.iter_modules(federation.server.settings.__path__):
        name = f"federation.server.settings.{module.name}"
        text = inspect.getdoc(import_module(name)) or ""
        found = re.search(r"^[a-z_]+:(?: |$).*(?:\n[ ]+.*|\n(?=[a-z_]+:))*", text, re.MULTILINE)
        if found is not None:
            yield name, found[0]


EXAMPLES = [
    (where, text)
    for where, text in examples()
    if isinstance(tree := yaml.safe_load(text), dict) and tree.keys() & FULL.keys()
]


@pytest.mark.parametrize(("where", "text"), EXAMPLES, ids=[where for where, _ in EXAMPLES])
def test_examples_in_texts_can_be_read_and_fit_the_schema(where: str, text: str) -> None:
    text = text.replace("our_rules.partners:", "tests.federation.server.hooks.sample:")
    text = re.sub(r"\$\{(env|file)\.[^}]*\}", "0123456789abcdef" * 4, text)
    assert fits(yaml.safe_load(text), SCHEMA, SCHEMA), where
    read(text)


WRONG = ["x", "", "30s", 5, -1, 1.5, True, None, [], ["x"], {}, {"x": 1}, "${env.SET}"]
TEXTS = ["a", "https://h.example", "/p", "127.0.0.1:80", "x" * 40, "${env.SET}", "", "5m"]
NUMBERS = [0, 1, 5, 100, 1024, 10**6]


class Trees:
    """Random files, mostly of the right form: what is wrong is wrong in one or two places."""

    def __init__(self, choose: random.Random) -> None:
        self._choose = choose

    def of(self, kind: Any) -> Any:
        choose = self._choose
        if choose.random() < 0.04:
            return choose.choice(WRONG)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.struct(kind)
        if kind is Subtree:
            return {}
        if is_duration(kind):
            return choose.choice(["0s", "30s", "1h30m", "1500ms"])
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin is typing.Annotated:
            return self.of(arguments[0])
        if origin is typing.Literal:
            return choose.choice(arguments)
        if origin in (list, tuple):
            return [self.of(arguments[0]) for _ in range(choose.randrange(3))]
        if origin in (dict, Mapping):
            return {choose.choice("abc"): self.of(arguments[1]) for _ in range(choose.randrange(3))}
        if arguments:
            return self.of(choose.choice(arguments))
        values: dict[Any, list[Any]] = {bool: [True, False], int: NUMBERS, str: TEXTS}
        values |= {float: [0, 0.5, 1, 2.5], type(None): [None]}
        return choose.choice(values[kind])

    def struct(self, kind: type[msgspec.Struct]) -> dict[str, Any]:
        choose = self._choose
        fields = list(msgspec.structs.fields(kind))
        wanted = [field for field in fields if field.required and choose.random() < 0.97]
        others = [field for field in fields if not field.required]
        wanted += choose.sample(others, min(len(others), choose.randrange(4)))
        tree = {field.encode_name: self.of(field.type) for field in wanted}
        if tree and choose.random() < 0.03:
            name = choose.choice(list(tree))
            tree[name + "x"] = tree.pop(name)
        return tree


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_the_schema_and_the_reader_agree(seed: int) -> None:
    tree = Trees(random.Random(seed)).struct(HubSettings)
    agree(tree)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_they_agree_on_a_full_file_with_one_mistake(seed: int) -> None:
    choose = random.Random(seed)
    tree = typing.cast(dict[str, Any], yaml.safe_load(yaml.safe_dump(FULL)))
    place = tree
    while True:
        key = choose.choice(list(place))
        below = place[key]
        if isinstance(below, dict) and below and choose.random() < 0.9:
            place = below
            continue
        if choose.random() < 0.2:
            place[key + "x"] = place.pop(key)
        else:
            place[key] = choose.choice(WRONG)
        break
    agree(tree)


def agree(tree: dict[str, Any]) -> None:
    """Whatever the reader takes fits the schema; what fits and is refused, a section refused."""
    text = yaml.safe_dump(tree)
    fitting = fits(yaml.safe_load(text), SCHEMA, SCHEMA)
    error = refused(text)
    if error is None:
        assert fitting
        return
    assert error.line >= 1
    assert error.column >= 1
    if fitting and "${" not in text:
        assert not _STRUCTURAL.match(error.problem), error


def refused(text: str) -> ConfigError | None:
    try:
        read(text)
    except ConfigError as error:
        return error
    return None


def test_a_file_changes_what_it_names_and_nothing_beside_it() -> None:
    """The hub's own defaults of a section stay where the file says something else of it."""
    own = HubSettings()
    text = """
        limits: { max_depth: 10 }
        demand_control: { strategy: { static_estimated: { list_size: 3 } } }
    """
    found = parse_config(text, HubSettings)
    assert found.limits.max_depth == 10
    assert found.limits.http_max_request_bytes == own.limits.http_max_request_bytes
    assert found.demand_control.enabled is own.demand_control.enabled is True
    estimated = found.demand_control.strategy.static_estimated
    assert (estimated.list_size, estimated.max) == (3, 10_000)
