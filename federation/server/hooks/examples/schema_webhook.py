"""`on_schema`: a message to a webhook when the schema that clients see has changed.

hooks:
  - use: federation.server.hooks.examples.schema_webhook:SchemaWebhook
    config: { url: "${env.CHAT_WEBHOOK}", severities: [breaking, dangerous] }
"""

from __future__ import annotations

import asyncio
import json
import urllib.request
from typing import Annotated, Literal

from msgspec import Meta

from federation.server.hooks import SchemaChange, Section

_MOST = 20


class SchemaWebhook:
    """Posts `{"text": …}` to `url`, as chat programs take it, about changes of `severities`."""

    class Config(Section, frozen=True):
        url: Annotated[str, Meta(pattern=r"^https?://")]
        severities: tuple[Literal["breaking", "dangerous", "safe"], ...] = ("breaking", "dangerous")

        # Whoever knows the address of a webhook can post there.
        def __repr__(self) -> str:
            return "Config(url=…)"

    def __init__(self, config: Config) -> None:
        self._url = config.url
        self._severities = frozenset(config.severities)

    async def on_schema(self, change: SchemaChange) -> None:
        told = [one for one in change.changes if one.severity in self._severities]
        if not told:
            return
        lines = [f"{one.severity} {one.coordinate}: {one.message}" for one in told[:_MOST]]
        title = f"图谱有变 Schema changed: {change.old_version} → {change.new_version}"
        # urllib waits, so it does that in a thread of its own.
        await asyncio.to_thread(self._post, {"text": "\n".join([title, *lines])})

    def _post(self, message: dict[str, str]) -> None:
        request = urllib.request.Request(  # noqa: S310 - the pattern above: http or https
            self._url,
            data=json.dumps(message).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310
            pass
