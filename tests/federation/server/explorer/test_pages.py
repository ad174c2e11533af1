"""The explorer's files: served where it is on and nowhere else, and content with their own host."""

from __future__ import annotations

import re

import pytest

from federation.config.load import parse_config
from federation.server.app import Surroundings
from federation.server.explorer.pages import (
    ASSETS,
    CONTENT_SECURITY_POLICY,
    journey,
    load_asset,
)
from federation.server.settings.engine import EngineSettings, for_development
from tests.federation.server.harness import engine

OURS = ("index.html", "labels.js", "plan.js", "panel.js", "explorer.js", "explorer.css")

# Addresses in files of others that are names or advice, never asked for.
NAMES = (
    "http://www.w3.org/",
    "http://json-schema.org/",
    "https://codemirror.net/",
    "https://commonmark.org/",
    "https://en.wikipedia.org/",
    "https://github.com/graphql/graphiql",
    "https://radix-ui.com/",
    "https://reactjs.org/",
    "https://www.framer.com/",
    "https://yarnpkg.com/",
)

OFF = [
    "",
    "homepage: {enabled: false}",
    "plugins: {experimental.expose_query_plan: true, experimental.expose_trace: true}",
    "supergraph: {introspection: true}",
    "sandbox: {enabled: false}",
    "supergraph: {path: /}\nsandbox: {enabled: true}",
]


@pytest.mark.parametrize("text", OFF)
async def test_where_it_is_off_nothing_of_it_is_served(text: str) -> None:
    async with engine(parse_config(text, EngineSettings)) as client:
        names = [*ASSETS, "index.html", "settings.json", "graphiql.js.gz", "../pages.py", ""]
        for name in names:
            for method in ("GET", "HEAD", "POST"):
                reply = await client.request(method, f"/explorer/{name}")
                assert reply.status == 404, (method, name)
                assert len(reply.body) < 100
        assert (await client.request("GET", "/explorer")).status == 404
        front = await client.request("GET", "/")
        assert b"<script" not in front.body
        assert b"graphiql" not in front.body.lower()


async def test_where_it_is_on_page_and_files_are_there() -> None:
    settings = parse_config("sandbox: {enabled: true}", EngineSettings)
    async with engine(settings, Surroundings(title="知通")) as client:
        assert b"<script" in (await client.request("GET", "/")).body
        for name in ASSETS:
            reply = await client.request("GET", f"/explorer/{name}")
            assert reply.status == 200
            assert reply.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        shown = (await client.request("GET", "/explorer/settings.json")).json
        assert (shown["plan"], shown["trace"]) == (False, False)
        for name in ("pages.py", "index.html", "graphiql.js.gz", "..", "static"):
            assert (await client.request("GET", f"/explorer/{name}")).status == 404
    async with engine(for_development(EngineSettings())) as client:
        shown = (await client.request("GET", "/explorer/settings.json")).json
        assert (shown["plan"], shown["trace"]) == (True, True)


@pytest.mark.parametrize("name", [*ASSETS, "index.html"])
def test_no_file_asks_another_host(name: str) -> None:
    text = load_asset(name).plain().decode()
    found = re.findall(r"(?:https?|wss?)://[\w./#-]+", text)
    if name in OURS:
        assert found == []
    assert [address for address in found if not address.startswith(NAMES)] == []
    # Without a scheme: `//host` as an address, and style sheets that load.
    assert not re.search(r"""(?:src|href)=["']//""", text)
    if name.endswith(".css"):
        assert "@import" not in text
        assert [url for url in re.findall(r"url\(([^)]*)\)", text) if "data:" not in url] == []


def test_the_policy_lets_the_page_do_what_it_needs_and_no_more() -> None:
    policy = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        # Also ws: and wss: of this host (CSP 3 §6.7.2.8).
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    page = load_asset("index.html").plain().decode()
    used = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert {name.removeprefix("explorer/") for name in used} == {*ASSETS, "data:,"}
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|<form|<base|<iframe", page)
    assert not re.search(r"\s(?:on[a-z]+|style)=", page)
    for name in OURS:
        text = load_asset(name).plain().decode()
        # Styles by the CSSOM only: an attribute would be refused.
        assert not re.search(r"""eval\(|new Function|innerHTML|setAttribute\(["']style""", text)


def test_every_part_that_the_scripts_look_for_is_on_the_page() -> None:
    page = load_asset("index.html").plain().decode()
    there = set(re.findall(r'\bid="([^"]+)"', page))
    scripts = "".join(load_asset(name).plain().decode() for name in ("panel.js", "explorer.js"))
    wanted = set(re.findall(r'(?:byId|getElementById)\("([^"]+)"\)', scripts))
    wanted |= {f"{part}-{tab}" for part in ("tab", "view") for tab in ("tree", "text", "trace")}
    assert wanted <= there
    assert set(re.findall(r'(?:for|aria-controls|aria-labelledby)="([^"]+)"', page)) <= there


def test_journeys_say_group_title_and_what_they_are_about() -> None:
    made = journey(
        "检索：名称含“电池”的专利", "# 检索：名称含“电池”的专利\n# 分组：专利 Patents\n{ a }"
    )
    assert (made["group"], made["title"]) == ("专利 Patents", "检索")
    assert made["about"] == "名称含“电池”的专利"
    assert journey("Plain", "{ a }")["group"] == "其他 Others"
