"""The heads of requests: what never changes is written once, what the caller adds is checked.

A head is kept with the headers it was made for, since the same callers come again: a call then is
a look-up and one concatenation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from federation.execution.transports.http1.address import Address
from federation.execution.transports.reading import REQUEST_HEADERS

USER_AGENT = "zhitong-hub"
ACCEPT_ENCODING = "zstd,gzip,deflate,br"

# RFC 9110 §5.6.2 and §5.5; values beyond ASCII go out in UTF-8.
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# How a request is framed and what its body is, only we know: no rule for headers changes it.
_OURS = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

_MAX_KEPT = 256
_MAX_KEPT_BYTES = 4096


class Heads:
    """Makes the heads of one subgraph's requests; they lack `content-length` and the empty line."""

    def __init__(self, address: Address, *, compressed_answers: bool) -> None:
        self._line = f"POST {address.target} HTTP/1.1\r\n"
        self._defaults = {"host": address.authority, "user-agent": USER_AGENT}
        if address.authorization is not None:
            self._defaults["authorization"] = address.authorization
        if compressed_answers:
            self._defaults["accept-encoding"] = ACCEPT_ENCODING
        self._kept: dict[tuple[tuple[str, str], ...], bytes] = {}
        self.plain = self._write({}, REQUEST_HEADERS)

    def of(self, headers: Mapping[str, str]) -> bytes:
        """Return the head of a JSON request with these headers of the caller.

        Raises `ValueError` for a header that cannot be sent.
        """
        if not headers:
            return self.plain
        key = tuple(headers.items())
        head = self._kept.get(key)
        if head is None:
            head = self._write(headers, REQUEST_HEADERS)
            if len(head) <= _MAX_KEPT_BYTES:
                if len(self._kept) >= _MAX_KEPT:
                    # The oldest: whoever is still there is back with the next call.
                    del self._kept[next(iter(self._kept))]
                self._kept[key] = head
        return head

    def form(self, headers: Mapping[str, str], content_type: str) -> bytes:
        """Return the head of a request whose body is a form."""
        own = {"content-type": content_type, "accept": REQUEST_HEADERS["accept"]}
        return self._write({**headers, "apollo-require-preflight": "true"}, own)

    def _write(self, headers: Mapping[str, str], own: Mapping[str, str]) -> bytes:
        """What the caller says replaces the defaults, and nothing replaces our `own`."""
        lines = dict(self._defaults)
        for name, value in headers.items():
            lower = name.lower()
            if lower not in _OURS:
                lines[lower] = value
        lines.update(own)
        return (self._line + "".join(_line(*line) for line in lines.items())).encode()


def _line(name: str, value: str) -> str:
    # The value stays out of the message: it may be a secret.
    if not _NAME.fullmatch(name):
        raise ValueError(f"a header has the name {name!r}, which cannot be sent")
    if _UNSAFE.search(value):
        raise ValueError(f"header {name} has a value with control characters")
    return f"{name}: {value}\r\n"
