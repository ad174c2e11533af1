"""A hub reduced to its embedded PostgreSQL, as a process of its own that tests can kill.

As a script (`python -m tests.support.hub_process DIRECTORY`) it starts the server, prints one JSON
line and stays until SIGTERM or SIGINT. `HubProcess` runs it, as oneself or as another user.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


class HubProcess:
    """The running script; use as a context manager, which kills it if it is still there."""

    def __init__(self, directory: Path, *, uid: int | None = None) -> None:
        python = sys.executable if uid is None else python_for_all()
        assert python is not None
        paths = [str(ROOT), sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]]
        environment = {"PYTHONPATH": os.pathsep.join(paths), "HOME": "/nonexistent"}
        self.process = subprocess.Popen(
            [python, "-B", "-m", "tests.support.hub_process", str(directory)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env=environment | {"PATH": os.environ["PATH"]},
            user=uid,
            group=uid,
            extra_groups=None if uid is None else [],
        )

    def ready(self) -> dict[str, object]:
        """Wait for the server and return what the script says of it."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        found = json.loads(line)
        assert isinstance(found, dict)
        return found

    def end(self, number: signal.Signals) -> int:
        """Signal the hub and wait for its end."""
        self.process.send_signal(number)
        return self.process.wait(timeout=20)

    def __enter__(self) -> HubProcess:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def python_for_all() -> str | None:
    """Return an interpreter of our version that every user can run, if there is one."""
    for path in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        probe = "import sys; print(*sys.version_info[:2])"
        try:
            output = subprocess.run(
                [path, "-c", probe], user=65534, extra_groups=[], capture_output=True, text=True
            ).stdout
        except OSError:
            continue
        if output.split() == [str(part) for part in sys.version_info[:2]]:
            return path
    return None


async def main(directory: Path) -> None:
    from resolvers.database.errors import DatabaseError
    from resolvers.database.launcher import EmbeddedSettings, start_embedded

    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    try:
        server = await start_embedded(EmbeddedSettings(directory=directory))
    except DatabaseError as error:
        print(json.dumps({"code": error.code, "message": error.message}), flush=True)
        return
    found = {"owner": server.owner, "pid": server.endpoint.pid, "url": server.url}
    print(json.dumps(found), flush=True)
    await stopping.wait()
    await server.stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
