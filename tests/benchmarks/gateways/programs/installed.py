"""Where `make bench-peers` puts peers, and what is there.

BENCH_PEERS names another folder; it is `.bench/peers` in the checkout otherwise.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.support.shared import ROOT

FOLDER = Path(os.environ.get("BENCH_PEERS") or ROOT / ".bench" / "peers").resolve()
# Of this package: what is installed, and the programs around it.
PEERS = Path(__file__).parent.parent / "peers"
NOT_INSTALLED = "not installed: make bench-peers"


def package_version(peer: str, package: str) -> str | None:
    """Return the version of an npm package as installed; None when it is not."""
    try:
        text = (FOLDER / peer / "node_modules" / package / "package.json").read_bytes()
    except OSError:
        return None
    version: str = json.loads(text)["version"]
    return version


def output_of(*command: str | Path) -> str | None:
    """Return what a program prints (for its version); None when it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except OSError:
        return None
    return (done.stdout + done.stderr).strip() if done.returncode == 0 else None
