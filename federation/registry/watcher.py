"""Watching a supergraph file: poll, compare the content, tell.

Polling works on every file system, also on those of containers where no notification arrives. The
time stamp and size are asked for first; the content decides, so a touched file changes nothing
and a file replaced within the clock's resolution is still seen at the next touch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from federation.errors import FederationError

logger = logging.getLogger(__name__)


async def watch_file(
    path: Path,
    content: str,
    on_change: Callable[[str], Awaitable[None]],
    *,
    interval: float = 1.0,
) -> None:
    """Call `on_change` with the file's text whenever it differs from the last; never returns.

    `content` is what was loaded before. A file that cannot be read right now, or that `on_change`
    refuses by raising, is logged, and watching goes on.
    """
    seen: tuple[int, int, int] | None = None
    unreadable = False
    while True:
        try:
            status = await asyncio.to_thread(path.stat)
            mark = (status.st_mtime_ns, status.st_size, status.st_ino)
            if mark != seen:
                text = await asyncio.to_thread(path.read_text, encoding="utf-8-sig")
                seen, unreadable = mark, False
                if text != content:
                    content = text
                    await _tell(path, text, on_change)
        except (OSError, UnicodeDecodeError) as error:
            if not unreadable:
                logger.warning("cannot read %s, the last one stays: %s", path, error)
            seen, unreadable = None, True
        await asyncio.sleep(interval)


async def _tell(path: Path, text: str, on_change: Callable[[str], Awaitable[None]]) -> None:
    try:
        await on_change(text)
    except FederationError as error:
        logger.error("%s cannot be used, the last one stays: %s", path, error.message)
    except Exception:
        logger.exception("loading %s failed, the last one stays", path)
