"""A headless Chromium, driven over its DevTools protocol; as much of it as the tests need."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
_FLAGS = (
    "--headless=new",
    # The pages are our own, and a container has no user namespaces to make a sandbox of.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--remote-debugging-port=0",
    "--window-size=1500,850",
)


class Browser:
    """One page. `asked`: addresses it asked for; `problems`: errors and refusals in its console."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._number = 0
        self.asked: list[str] = []
        self.problems: list[str] = []

    async def listen(self) -> None:
        """Take what the browser says, until it stops."""
        async for message in self._socket:
            event = json.loads(message.data)
            if "id" in event:
                self._waiting.pop(event["id"]).set_result(event)
                continue
            told = event["params"]
            match event["method"]:
                case "Network.requestWillBeSent":
                    self.asked.append(told["request"]["url"])
                case "Network.webSocketCreated":
                    self.asked.append(told["url"])
                case "Runtime.exceptionThrown":
                    self.problems.append(json.dumps(told["exceptionDetails"]))
                case "Log.entryAdded" if told["entry"]["level"] == "error":
                    self.problems.append(told["entry"]["text"])

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return the result of a DevTools method."""
        self._number += 1
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[self._number] = answer
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        async with asyncio.timeout(30):
            result: dict[str, Any] = (await answer)["result"]
        return result

    async def run(self, script: str) -> Any:
        """Return what an expression is on the page. Raises `AssertionError` when it throws."""
        found = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, script: str) -> Any:
        """Wait until an expression is true on the page, and return it."""
        async with asyncio.timeout(30):
            while not (found := await self.run(script)):  # noqa: ASYNC110, a page has no events
                await asyncio.sleep(0.05)
        return found

    async def press(self, key: str) -> None:
        """Press a key on what has the focus."""
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key)


@contextlib.asynccontextmanager
async def browsing(url: str, profile: Path) -> AsyncIterator[Browser]:
    """Open `url`; `profile` is an empty folder."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *_FLAGS,
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        port = await _port(profile / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as reply:
                targets = await reply.json()
            page = next(target for target in targets if target["type"] == "page")
            address = page["webSocketDebuggerUrl"]
            async with session.ws_connect(address, max_msg_size=0) as socket:
                browser = Browser(socket)
                listening = asyncio.ensure_future(browser.listen())
                for domain in ("Page", "Runtime", "Log", "Network"):
                    await browser.call(f"{domain}.enable")
                await browser.call("Page.navigate", url=url)
                try:
                    yield browser
                finally:
                    listening.cancel()
                    await asyncio.gather(listening, return_exceptions=True)
    finally:
        process.terminate()
        await process.wait()


async def _port(file: Path) -> int:
    async with asyncio.timeout(30):
        while not (port := _written(file)):  # noqa: ASYNC110, the browser writes it
            await asyncio.sleep(0.05)
    return port


def _written(file: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(file.read_text().splitlines()[0])
    return None
