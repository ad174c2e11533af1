"""Extensions that are known only after the answer was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from federation.execution.json_codec import encode
from federation.server.wire.response import HttpResponse

_LENGTH = b"content-length"
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


def with_extensions(reply: HttpResponse, added: Mapping[str, Any]) -> None:
    """Put `added` into the `extensions` of a reply's body. Everything else stays byte for byte.

    >>> reply = HttpResponse(200, [], b'{"data":{"a":1.0},"extensions":{"b":2}}')
    >>> with_extensions(reply, {"c": 3})
    >>> reply.body
    b'{"data":{"a":1.0},"extensions":{"b":2,"c":3}}'
    """
    members = _members.decode(reply.body)
    there = _members.decode(members["extensions"]) if "extensions" in members else {}
    for name, value in added.items():
        there[name] = msgspec.Raw(encode(value))
    members["extensions"] = msgspec.Raw(msgspec.json.encode(there))
    reply.body = msgspec.json.encode(members)
    length = (_LENGTH, b"%d" % len(reply.body))
    reply.headers = [length if name == _LENGTH else (name, value) for name, value in reply.headers]
