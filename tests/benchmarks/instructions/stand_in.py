"""Two subgraphs and a client on raw sockets, as little beside what is measured as there can be."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any, cast

_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])'
SCHEMAS = {
    "catalogue": f"""{_LINK}
        type Query {{ item(id: ID!): Item items(first: Int!): [Item!]! }}
        type Item @key(fields: "id") {{
          id: ID! name: String! price: Int tags: [String!]! place: Place
        }}
        type Place {{ name: String! city: String }}""",
    "stock": f"""{_LINK}
        type Item @key(fields: "id") {{ id: ID! available: Int! seller: Seller }}
        type Seller {{ name: String! city: String }}""",
}

Answer = Callable[[str, dict[str, Any]], dict[str, Any]]


def catalogue(query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Answer root fields: `items(first:)` or `item(id:)`, once or under aliases."""
    asked = query.partition("{")[2]
    if "items(" in asked:
        return {"items": [_item(number, asked) for number in range(_first(variables))]}
    aliases = re.findall(r"(\w+):\s*item\(", asked) or ["item"]
    return {alias: _item(1, asked) for alias in aliases}


def stock(query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Answer `_entities`, once or under aliases, with one value for all."""
    seller = {"name": "Zhong Guan Cun", "city": "Beijing"}
    known = {"__typename": "Item", "available": 3, "seller": seller}
    asked = set(re.findall(r"\w+", query))
    entity = {name: value for name, value in known.items() if name in asked}
    return {
        alias or "_entities": [entity] * len(variables[name])
        for alias, name in re.findall(r"(?:(\w+):\s*)?_entities\(representations:\s*\$(\w+)", query)
    }


def _first(variables: dict[str, Any]) -> int:
    return next(value for value in variables.values() if isinstance(value, int))


def _item(number: int, asked: str) -> dict[str, Any]:
    known = {
        "__typename": "Item",
        "id": f"item-{number}",
        "name": f"Item number {number}",
        "price": number * 100,
        "tags": ["new", "used"],
        "place": {"name": "shelf", "city": "Beijing"},
    }
    names = set(re.findall(r"\w+", asked))
    return {name: value for name, value in known.items() if name in names}


class Subgraph(asyncio.Protocol):
    """One connection to a subgraph that remembers every answer by the request's body."""

    def __init__(self, answer: Answer, known: dict[bytes, bytes]) -> None:
        self._answer = answer
        self._known = known
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of it, though they do all of it.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            last = end + 4 + _content_length(self._received[:end])
            if len(self._received) < last:
                return
            body, self._received = self._received[end + 4 : last], self._received[last:]
            reply = self._known.get(body)
            if reply is None:
                reply = self._known[body] = self._made(body)
            self._transport.write(reply)

    def _made(self, body: bytes) -> bytes:
        request = json.loads(body)
        data = self._answer(request["query"], request.get("variables") or {})
        text = json.dumps({"data": data}, separators=(",", ":")).encode()
        head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
        return f"{head}{len(text)}\r\n\r\n".encode() + text


class Client(asyncio.Protocol):
    """One connection of a client; one request at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of it, though they do all of it.
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, request: bytes) -> asyncio.Future[bytes]:
        """Send a whole HTTP request; the result is the answer's body."""
        self._answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._parts: list[bytes] = []
        self._missing = -1
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            head, _, data = (b"".join(self._parts) + data).partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                self._answer.set_exception(RuntimeError(f"refused: {head.decode()}"))
                return
            self._missing = _content_length(head)
            self._parts = []
        self._parts.append(data)
        self._missing -= len(data)
        if not self._missing:
            self._answer.set_result(b"".join(self._parts))

    def close(self) -> None:
        self._transport.close()


def _content_length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])
