"""Security headers of everything that is served beside the graph: pages, health, subgraphs.

Answers of the graph have theirs from `response.SECURITY_HEADERS`. A page that sets one of them for
itself keeps it. Over TLS the listener adds `strict-transport-security` to everything.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from federation.server.wire.response import SECURITY_HEADERS

# Also for documents: no page of ours needs a device, nor a window that another page can reach.
_FOR_PAGES: tuple[tuple[bytes, bytes], ...] = (
    *SECURITY_HEADERS,
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    ),
)


def with_security_headers(app: ASGIApp) -> ASGIApp:
    """Return the application with the headers it does not set itself."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                there = {name.lower() for name, _ in headers}
                headers += [item for item in _FOR_PAGES if item[0] not in there]
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, send_guarded)

    return guarded
