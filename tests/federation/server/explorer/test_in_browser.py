"""The explorer in a browser: it works under its own policy, offline, with the keyboard."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from federation.server.app import Surroundings
from federation.server.listener.http_protocol import BoundedHttpProtocol
from federation.server.listener.listen import bind
from federation.server.settings.engine import EngineSettings, for_development
from tests.federation.server.explorer.browser import CHROMIUM, Browser, browsing
from tests.federation.server.stream_harness import Topic, hub

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

JOURNEYS = [
    ("商品：两个子图的数据", "# 分组：示例\nquery Items { items { id name price } }"),
    ("事件：价格变动", "# 分组：订阅\nsubscription { priceChanged { id name price } }"),
]


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[tuple[str, Topic]]:
    around = Surroundings(title="知通枢纽", examples=JOURNEYS)
    async with hub(for_development(EngineSettings()), around) as (app, topic):
        listening = bind("127.0.0.1", 0)
        config = uvicorn.Config(
            app, http=BoundedHttpProtocol, ws="websockets-sansio", lifespan="off", log_config=None
        )
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
        task = asyncio.ensure_future(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", topic
        finally:
            server.should_exit = True
            await task
            listening.close()


async def click(browser: Browser, selector: str) -> None:
    await browser.run(f"document.querySelector({selector!r}).click()")


RESULT = "document.querySelector('.result-window').innerText"


async def test_the_explorer(tmp_path: Path) -> None:
    async with serving() as (url, topic), browsing(url + "/", tmp_path) as browser:
        await browser.until("document.querySelector('.graphiql-execute-button') !== null")
        groups = "[...document.querySelectorAll('optgroup')].map(g => g.label)"
        assert await browser.run(groups) == ["示例", "订阅"]
        assert await browser.run("document.title") == "知通枢纽"

        # Only planned: nothing runs.
        await click(browser, "#plan-run")
        await browser.until("document.getElementById('view-tree').innerText.includes('#1')")
        assert "items" not in await browser.run(RESULT)

        # Run: the answer without the plan, the plan and the trace beside it.
        await click(browser, ".graphiql-execute-button")
        await browser.until(f"{RESULT}.includes('Name 1')")
        assert "extensions" not in await browser.run(RESULT)
        shown = await browser.until("document.querySelectorAll('.bars li').length")
        assert shown == 3, "preparation and two fetches"
        widths = "[...document.querySelectorAll('.fill')].every(f => f.style.width.endsWith('%'))"
        assert await browser.run(widths)

        # The keyboard: tabs by arrows, around the end.
        await browser.run("document.getElementById('tab-trace').focus()")
        await browser.press("ArrowRight")
        assert await browser.run("document.activeElement.id") == "tab-tree"
        assert await browser.run("document.getElementById('view-trace').hidden")

        # Who asks stays in the tab.
        await browser.run(
            "(() => { const field = document.getElementById('authorization');"
            " field.value = 'Bearer secret-of-mine'; field.dispatchEvent(new Event('input')); })()"
        )
        assert "secret-of-mine" in await browser.run("JSON.stringify(sessionStorage)")
        assert "secret-of-mine" not in await browser.run("JSON.stringify(localStorage)")

        await subscribe(browser, topic)

        assert await browser.run("document.body.innerText.includes('变量 Variables')")
        port = url.rsplit(":", 1)[1]
        own = (f"{url}/", f"ws://127.0.0.1:{port}/graphql", "data:")
        assert [address for address in browser.asked if not address.startswith(own)] == []
        assert f"ws://127.0.0.1:{port}/graphql" in browser.asked
        assert browser.problems == [], "the policy refused something, or a script failed"


async def subscribe(browser: Browser, topic: Topic) -> None:
    """A journey that subscribes: over WebSocket, until it is stopped."""
    await browser.run(
        "(() => { const select = document.getElementById('journeys'); select.value = '1';"
        " select.dispatchEvent(new Event('change')); })()"
    )
    editor = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue()"
    await browser.until(f"{editor}.includes('priceChanged')")
    assert await browser.run("document.getElementById('about').textContent") == "价格变动"
    # GraphiQL reads its editor a moment after the last change, and shows nothing of that.
    await asyncio.sleep(0.6)
    await click(browser, ".graphiql-execute-button")
    await topic.until_open()
    topic.price("7", 77)
    await browser.until(f"{RESULT}.includes('77')")
    topic.price("7", 78)
    await browser.until(f"{RESULT}.includes('78')")
    await click(browser, ".graphiql-execute-button")
    await topic.until_open(0)
