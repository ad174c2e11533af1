"""Workers asking each other: one question and its answer on a connection of a local socket.

A question is a kind and bytes, an answer is bytes. Framing: four bytes of length, then that much.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable

logger = logging.getLogger("federation.server")

Answer = Callable[[bytes], Awaitable[bytes]]

# More than the largest body that is ever passed on.
_MOST_BYTES = 16 * 1024 * 1024


class PeerGone(Exception):
    """The worker that was asked does not answer."""


async def ask(path: str, kind: str, body: bytes, seconds: float) -> bytes:
    """Return what the worker at `path` answers. Raises `PeerGone`."""
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                await _write(writer, kind.encode())
                await _write(writer, body)
                return await _read(reader)
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise PeerGone(str(error) or "it does not answer in time") from None


async def answering(bound: socket.socket, answers: dict[str, Answer]) -> asyncio.Server:
    """Return a server that answers others by kind; one not in `answers` is not answered."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            kind = (await _read(reader)).decode()
            body = await _read(reader)
            answer = answers.get(kind)
            if answer is not None:
                await _write(writer, await answer(body))
        except (OSError, asyncio.IncompleteReadError):
            pass  # Who asked has gone.
        except Exception:
            logger.exception("another worker's question could not be answered")
        finally:
            writer.close()

    return await asyncio.start_unix_server(serve, sock=bound)


async def _write(writer: asyncio.StreamWriter, part: bytes) -> None:
    writer.write(len(part).to_bytes(4, "big") + part)
    await writer.drain()


async def _read(reader: asyncio.StreamReader) -> bytes:
    length = int.from_bytes(await reader.readexactly(4), "big")
    if length > _MOST_BYTES:
        raise ConnectionError("too much at once")
    return await reader.readexactly(length)
