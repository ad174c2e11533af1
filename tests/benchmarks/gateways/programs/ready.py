"""Starting a gateway until it answers: many listen before they have their supergraph."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.gateways.workload import MEASURED
from tests.benchmarks.programs import Program, running

_SECONDS = 60
_QUESTION = b'{"query":"{ __typename }"}'


def start_gateway(
    stack: ExitStack,
    name: str,
    command: Sequence[str | Path],
    port: int,
    folder: Path,
    *,
    processor: int | None = MEASURED,
    environment: Mapping[str, str] | None = None,
) -> Program:
    """Return a program that answers at `/graphql`, and ends with the stack.

    Raises `RuntimeError` when it does not answer a query within a minute.
    """
    program = stack.enter_context(
        running(name, command, port, processor=processor, folder=folder, environment=environment)
    )
    _wait_until_it_answers(name, port)
    return program


def _wait_until_it_answers(name: str, port: int) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", _QUESTION, {"content-type": "application/json"}
    )
    end = time.monotonic() + _SECONDS
    fault = ""
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                body = answer.read()
                if b'"__typename"' in body:
                    return
                fault = body[:300].decode(errors="replace")
        except (OSError, urllib.error.HTTPError) as error:
            fault = str(error)
        time.sleep(0.1)
    raise RuntimeError(f"{name} does not answer: {fault}")
