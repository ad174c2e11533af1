"""The kit's four subgraphs, also for requests that never come twice.

    python -m tests.benchmarks.gateways.standins.kit KIT PORT users|fresh

`users`: the kit's own stand-in remembers each answer by the bytes of the request, for ever. Where
requests differ in the id of a user alone (`u-N`), this one remembers one answer for all that mean
the same user. It forgets when it has too many, and does not validate documents.

`fresh`: the kit's own answers, each with another number beside its data, so that no two are equal.
"""

from __future__ import annotations

import importlib
import itertools
import re
import sys
from typing import Any

import orjson
import uvloop
from graphql import execute_sync, parse

from tests.benchmarks.gateways.monolith import known_user

_REMEMBERED = 10_000
# Instead of the brace at the end.
_NUMBER = b',"extensions":{"number":"%012d"}}'
_USER = re.compile(rb'"(u-[0-9]+)"')


class Subgraphs:
    """Answers a request to one of the kit's subgraphs (`kit`: its module)."""

    def __init__(self, kit: Any) -> None:
        self._kit = kit
        self._plain = kit.answer
        self._remembered: dict[tuple[str, bytes], bytes] = {}

    def answer(self, path: str, body: bytes) -> bytes:
        """Return a whole HTTP response."""
        if path not in self._kit.SUBGRAPHS:
            response: bytes = self._plain(path, body)
            return response
        self._kit.CALLS[path] += 1
        same = path, _USER.sub(lambda found: b'"' + _known(found[1]) + b'"', body)
        found = self._remembered.get(same)
        if found is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            found = self._remembered[same] = self._computed(*same)
        return found

    def _computed(self, path: str, body: bytes) -> bytes:
        request = orjson.loads(body)
        result = execute_sync(
            self._kit.SUBGRAPHS[path],
            parse(request["query"], no_location=True),
            variable_values=request.get("variables"),
        )
        if result.errors:
            print(path, request, result.errors, file=sys.stderr)
        response: bytes = self._kit.http(orjson.dumps(result.formatted))
        return response


class FreshAnswers:
    """The answers of the kit's subgraphs (`kit`: its module), none of which comes twice."""

    def __init__(self, kit: Any) -> None:
        self._kit = kit
        self._plain = kit.answer
        self._numbers = itertools.count()
        self._beginnings: dict[bytes, bytes] = {}

    def answer(self, path: str, body: bytes) -> bytes:
        """Return a whole HTTP response."""
        plain: bytes = self._plain(path, body)
        if path not in self._kit.SUBGRAPHS:
            return plain
        # The kit gives the same object for the same question.
        beginning = self._beginnings.get(plain)
        if beginning is None:
            beginning = self._beginnings[plain] = self._beginning(plain)
        return beginning + _NUMBER % next(self._numbers)

    def _beginning(self, plain: bytes) -> bytes:
        whole: bytes = self._kit.http(plain.partition(b"\r\n\r\n")[2][:-1] + _NUMBER % 0)
        return whole[: -len(_NUMBER % 0)]


def _known(user_id: bytes) -> bytes:
    return known_user(user_id.decode()).encode()


def main(folder: str, port: str, kind: str) -> None:
    """Serve until the process is ended."""
    sys.path.insert(0, folder)
    kit = importlib.import_module("subgraphs")
    made = FreshAnswers(kit) if kind == "fresh" else Subgraphs(kit)
    kit.answer = made.answer  # type: ignore[attr-defined] # its server calls it
    uvloop.run(kit.main(int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
