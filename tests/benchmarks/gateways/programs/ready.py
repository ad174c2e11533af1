"""Waiting until a gateway answers: many listen before they have their supergraph."""

from __future__ import annotations

import time
import urllib.error
import urllib.request

_SECONDS = 60
_QUESTION = b'{"query":"{ __typename }"}'


def wait_until_it_answers(name: str, port: int, path: str = "/graphql") -> None:
    """Raise `RuntimeError` when it does not answer a query within a minute."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", _QUESTION, {"content-type": "application/json"}
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
