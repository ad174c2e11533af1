"""Hooks in the configuration: each mistake is told with line, column and the nearest name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from federation.config.errors import ConfigError
from federation.config.load import parse_config
from federation.server.settings.engine import EngineSettings

EXAMPLES = "federation.server.hooks.examples"
SAMPLE = "tests.federation.server.hooks.sample"


@pytest.mark.parametrize(
    ("hook", "expected"),
    [
        (
            "use: federation.server.hooks.exmples.require_name:RequireName",
            "hub.yaml:3:5: hooks[0].use: 'use': there is no module"
            " 'federation.server.hooks.exmples'; did you mean 'examples'?",
        ),
        (f"use: {EXAMPLES}.requre_name:RequireName", "did you mean 'require_name'?"),
        (
            f"use: {EXAMPLES}.require_name:RequireNames",
            f"the module '{EXAMPLES}.require_name' has no 'RequireNames'; did you mean"
            " 'RequireName'?",
        ),
        ("use: no_such_package_here:X", "there is no module 'no_such_package_here'"),
        ("use: nothing", "hub.yaml:3:5: hooks[0].use: 'use': write package.module:name"),
        ("use: '../evil:X'", "write package.module:name"),
        (f"use: {SAMPLE}:NOT_A_CLASS", "is not a class"),
        (f"use: {SAMPLE}:Nothing", "has none of the methods on_request"),
        ("usse: x", "hub.yaml:3:5: hooks[0].usse: unknown key 'usse'; did you mean 'use'?"),
        (
            f"use: {EXAMPLES}.slow_operations:SlowOperations\n    config:\n      longer: 1s",
            "hub.yaml:5:7: hooks[0].config.longer: unknown key 'longer';"
            " did you mean 'longer_than'?",
        ),
        (
            f"use: {EXAMPLES}.slow_operations:SlowOperations\n    config:\n      longer_than: 5",
            "hub.yaml:5:20: hooks[0].config.longer_than: write a number with a unit",
        ),
        (
            f"use: {EXAMPLES}.require_header:RequireHeader",
            "hub.yaml:3:5: hooks[0]: 'config': the key 'organizations' is missing",
        ),
        (
            f"use: {EXAMPLES}.require_header:RequireHeader\n    config: {{header: x}}",
            "hub.yaml:4:13: hooks[0].config: the key 'organizations' is missing",
        ),
        (
            f"use: {SAMPLE}:Scripted\n    config: {{a: 1}}",
            "hub.yaml:4:14: hooks[0].config.a: unknown key 'a'; there are no keys here",
        ),
        (f"use: {SAMPLE}:Scripted\n    config: [1]", "hooks[0].config: expected a map, got a list"),
    ],
)
def test_what_is_refused(hook: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(f"hooks:\n  # the first\n  - {hook}\n", EngineSettings, source="hub.yaml")
    assert expected in str(caught.value)


def test_a_module_that_fails_is_told_by_its_own_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_hook.py").write_text("import nowhere_to_be_found\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConfigError, match="'broken_hook' cannot be imported: ModuleNotFoundError"):
        parse_config("hooks: [{use: 'broken_hook:X'}]", EngineSettings)


def test_secrets_in_the_config_of_a_hook_are_not_shown() -> None:
    hook = f"use: '{EXAMPLES}.sign_calls:SignCalls'"
    text = f"hooks: [{{{hook}, config: {{subgraph: a, key_id: k, key: '${{env.KEY}}'}}}}]"
    with pytest.raises(ConfigError) as caught:
        parse_config(text, EngineSettings, environment={"KEY": "hunter2"})
    assert "hunter2" not in str(caught.value)
    assert "length >= 32" in str(caught.value)
    secret = "hunter2" * 10
    assert "hunter2" not in repr(parse_config(text, EngineSettings, environment={"KEY": secret}))


def test_nothing_is_imported_that_is_not_named() -> None:
    text = f"hooks: [{{use: '{EXAMPLES}.require_name:RequireName'}}]"
    code = (
        "import sys; from federation.config.load import parse_config;"
        "from federation.server.settings.engine import EngineSettings;"
        f"parse_config({text!r}, EngineSettings);"
        f"print(sorted(n for n in sys.modules if n.startswith('{EXAMPLES}.')))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == str([f"{EXAMPLES}.require_name"])
