"""`make bench-peers`: install the gateways that ours is compared with, into `.bench/peers`.

Apollo Gateway and Hive Gateway come from npm, in the versions of the lock files beside this, with
no script of theirs run. Hive Router is built by cargo where a new enough compiler is there. nginx
is not installed, only looked for. What cannot be had is told, and the rest goes on.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.gateways.programs.hive_router import HiveRouter
from tests.benchmarks.gateways.programs.installed import FOLDER, PEERS, output_of
from tests.benchmarks.gateways.programs.nginx import Nginx

_NODE_PEERS = ("apollo", "hive")
_ROUTER = "0.3.10"
_RUST = (1, 97)
# Its own page for trying queries is built from an npm package otherwise; this one has it inside.
_FEATURES = "graphiql"


def main() -> int:
    """Install all that can be; return 1 when a command failed that should have worked."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    done = [_install_node(peer) for peer in _NODE_PEERS]
    done.append(_install_router())
    print(f"nginx: {Nginx().missing() or Nginx().version()}")
    return 0 if all(done) else 1


def _install_node(peer: str) -> bool:
    if shutil.which("npm") is None:
        print(f"{peer}: not installed, for Node.js with npm is missing")
        return True
    folder = FOLDER / peer
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(PEERS / peer / name, folder / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    return _run(peer, command, folder)


def _install_router() -> bool:
    router = HiveRouter()
    if router.missing() is None and router.version() == _ROUTER:
        print(f"{router.name}: {_ROUTER} is there")
        return True
    toolchain = _toolchain()
    if toolchain is None:
        wanted = ".".join(map(str, _RUST))
        print(f"{router.name}: not installed, for cargo with Rust {wanted} or newer is missing")
        return True
    command = ["cargo", *toolchain, "install", "--locked", "--features", _FEATURES]
    command += ["--root", str(FOLDER / router.name), f"hive-router@{_ROUTER}"]
    return _run(router.name, command, FOLDER)


def _toolchain() -> list[str] | None:
    """Return what cargo is told to use a new enough compiler; None when there is none."""
    if shutil.which("cargo") is None:
        return None
    if compiler_version(output_of("rustc", "--version")) >= _RUST:
        return []
    told = output_of("rustup", "toolchain", "list") or ""
    names = [line.split()[0] for line in told.splitlines() if line.strip()]
    for name in sorted(names, key=lambda name: name.startswith("nightly")):
        if compiler_version(output_of("rustc", f"+{name}", "--version")) >= _RUST:
            return [f"+{name}"]
    return None


def compiler_version(told: str | None) -> tuple[int, ...]:
    """Return major and minor of what `rustc --version` tells; nothing when it tells nothing.

    >>> compiler_version("rustc 1.97.1 (abc 2026-01-01)"), compiler_version(None)
    ((1, 97), ())
    """
    found = re.match(r"rustc (\d+)\.(\d+)", told or "")
    return () if found is None else (int(found[1]), int(found[2]))


def _run(name: str, command: list[str], folder: Path) -> bool:
    print(f"{name}: {' '.join(command)}", flush=True)
    code = subprocess.run(command, cwd=folder, check=False).returncode
    if code:
        print(f"{name}: NOT installed, the command has failed")
    return code == 0


if __name__ == "__main__":
    sys.exit(main())
