"""What is installed is what is locked, and every package has its reason."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
# Drivers of databases only some centres have: whoever needs one installs the extra.
NOT_INSTALLED = {"asyncmy"}
REQUIREMENTS = (ROOT / ".ci" / "requirements.txt").read_text(encoding="utf-8")


def test_the_hashed_list_is_the_lock() -> None:
    """`make lock` writes both; a list that was not renewed would install old versions."""
    not_listed = {"zhitong-hub", *NOT_INSTALLED}
    locked = {p["name"]: p["version"] for p in LOCK["package"] if p["name"] not in not_listed}
    listed = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", REQUIREMENTS, re.MULTILINE))
    assert listed == locked
    hashes = {
        file["hash"]
        for package in LOCK["package"]
        for file in [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
    }
    asked = set(re.findall(r"--hash=(\S+)", REQUIREMENTS))
    assert asked
    assert asked <= hashes


def test_every_dependency_has_its_reason_beside_it() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("dependencies = [") :]
    lines = block[: block.index("\n]")].split("\n")[1:]
    wanted = [line for line in lines if line.strip().startswith('"')]
    assert len(wanted) > 10
    assert [line for line in wanted if "  #" not in line] == []


def test_the_names_on_the_index_that_would_clash_are_not_installed() -> None:
    names = {package["name"] for package in LOCK["package"]}
    assert not names & {"schema", "federation", "resolvers", "adapters", "gateway"}
