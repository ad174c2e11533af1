"""Running the measured process under callgrind, which counts what it executes.

Counting begins when the first workload is warm: without it the process runs nearly at its usual
speed, with it some fifty times slower. Each workload's count is dumped to a file of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_TIMEOUT_SECONDS = 600


class CallgrindError(Exception):
    """The counts cannot be had; the message says why and what to do."""


def count() -> dict[str, int]:
    """Return the instructions of the yardstick and of each workload, all requests of it together.

    Raises `CallgrindError`.
    """
    for program in ("valgrind", "callgrind_control"):
        if shutil.which(program) is None:
            raise CallgrindError(
                f"{program} is missing; install valgrind (apt-get install valgrind)"
            )
    with tempfile.TemporaryDirectory() as folder:
        return _run(Path(folder))


def _run(folder: Path) -> dict[str, int]:
    command = ["valgrind", "--tool=callgrind", "--instr-atstart=no"]
    command += [f"--callgrind-out-file={folder / 'counts'}", sys.executable]
    command += ["-m", "tests.benchmarks.instructions.measured"]
    errors = folder / "errors"
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=_environment(),
        )
    try:
        names = _steer(process)
        code = process.wait(_TIMEOUT_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
    if code:
        text = errors.read_text(errors="replace")
        raise CallgrindError(f"the measured process ended with {code}:\n{text[-2000:]}")
    # The dumps are numbered from 1, two per workload: what was before it, and its own.
    return {name: _total(folder / f"counts.{2 * number + 2}") for number, name in enumerate(names)}


def _environment() -> dict[str, str]:
    """Return an environment in which nothing is left to chance."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}


def _steer(process: subprocess.Popen[str]) -> list[str]:
    """Count from each "warm" to its "done"; return the names of what was counted."""
    assert process.stdin is not None
    assert process.stdout is not None
    names: list[str] = []
    for line in process.stdout:
        word, _, name = line.strip().partition(" ")
        if word == "warm":
            if not names:
                _control(process, "--instr=on")
            names.append(name)
        _control(process, "--dump")
        process.stdin.write("\n")
        process.stdin.flush()
    return names


def _control(process: subprocess.Popen[str], option: str) -> None:
    done = subprocess.run(
        ["callgrind_control", option, str(process.pid)],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        raise CallgrindError(f"callgrind_control {option}: {done.stdout}{done.stderr}")


def _total(dump: Path) -> int:
    found = re.search(r"^totals: (\d+)", dump.read_text(errors="replace"), re.MULTILINE)
    if found is None:
        raise CallgrindError(f"{dump.name} has no total")
    return int(found.group(1))
