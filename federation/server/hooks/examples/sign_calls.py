"""`on_fetch`: a subgraph that trusts nobody on its network gets signed calls.

hooks:
  - use: federation.server.hooks.examples.sign_calls:SignCalls
    config: { subgraph: finance, key_id: hub-2026, key: "${file.keys/finance}" }

The body is signed by its digest (RFC 9530), the digest by a key both know (RFC 9421, §3.3.3). No
time is signed, so equal calls have equal signatures and are still made once. It holds for requests
that are sent as they are: not with `traffic_shaping` `compression`, nor with uploaded files.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Annotated

from msgspec import Meta

from federation.server.hooks import Call, Section


class SignCalls:
    """Adds `content-digest`, `signature-input` and `signature` to the calls of `subgraph`."""

    class Config(Section, frozen=True):
        subgraph: str
        key_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]+$")]
        key: Annotated[str, Meta(min_length=32)]

        # Not the key.
        def __repr__(self) -> str:
            return f"Config(subgraph={self.subgraph!r}, key_id={self.key_id!r}, key=…)"

    def __init__(self, config: Config) -> None:
        self._subgraph = config.subgraph
        self._key = config.key.encode()
        self._covered = f'("content-digest");keyid="{config.key_id}";alg="hmac-sha256"'

    def on_fetch(self, call: Call) -> Call:
        if call.subgraph != self._subgraph:
            return call
        digest = f"sha-256=:{_base64(hashlib.sha256(call.body).digest())}:"
        base = f'"content-digest": {digest}\n"@signature-params": {self._covered}'
        signature = hmac.new(self._key, base.encode(), hashlib.sha256).digest()
        return call.with_headers(
            {
                "content-digest": digest,
                "signature-input": f"hub={self._covered}",
                "signature": f"hub=:{_base64(signature)}:",
            }
        )


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
