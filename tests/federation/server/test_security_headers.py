"""What browsers are told: security headers of all that is served, CORS and CSRF as tables."""

from __future__ import annotations

import pytest

from federation.config.load import parse_config
from federation.server.app import Surroundings
from federation.server.settings.engine import EngineSettings, for_development
from tests.federation.server.harness import engine

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


def settings(text: str) -> EngineSettings:
    return parse_config(text, EngineSettings)


@pytest.mark.parametrize("development", [False, True])
async def test_everything_has_its_headers(development: bool) -> None:
    made = for_development(EngineSettings()) if development else EngineSettings()
    async with engine(made, Surroundings()) as client:
        replies = [
            (await client.post("{ hello }"), False),
            (await client.post("{"), False),
            (await client.post_bytes(b"x" * 3_000_000), False),
        ]
        paths = ["/", "/health", "/nothing", "/explorer/index.html", "/explorer/settings.json"]
        paths += ["/explorer/graphiql.js", "/explorer/../hub.yaml"]
        replies += [(await client.request("GET", path), True) for path in paths]
        replies += [(await client.request("POST", "/"), True)]
        for reply, is_page in replies:
            assert reply.headers.items() >= ALWAYS.items()
            policy = reply.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'")
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert "http" not in policy, "the page works offline"
            assert len(reply.headers) == len({name.lower() for name in reply.headers})
            assert "server" not in reply.headers
            assert "x-powered-by" not in reply.headers
            if is_page:
                assert reply.headers["cross-origin-opener-policy"] == "same-origin"
                assert "camera=()" in reply.headers["permissions-policy"]


POLICIES = """
cors:
  methods: [GET, POST, OPTIONS]
  allow_headers: [content-type]
  policies:
    - origins: [https://portal.example]
      allow_credentials: true
      expose_headers: [ratelimit, retry-after]
    - match_origins: ['https://[a-z0-9-]+\\.centers\\.example']
      allow_headers: [x-a]
      max_age: 60s
    - origins: ["null"]
"""


@pytest.mark.parametrize(
    ("origin", "credentials", "headers"),
    [
        ("https://portal.example", True, "content-type"),
        ("https://gd.centers.example", False, "x-a"),
        ("https://portal.example.evil.example", None, None),
        ("https://portal.example:8443", None, None),
        ("http://portal.example", None, None),
        ("https://PORTAL.example", None, None),
        ("https://gd.centers.example.evil.example", None, None),
        ("https://gd.centers.exampleX", None, None),
        ("https://a.b.centers.example", None, None),
        ("https://evil.example#https://gd.centers.example", None, None),
        ("https://gd.centers.example\x00", None, None),
        ("https://portal.example, https://evil.example", None, None),
        ("*", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
async def test_origins(origin: str | None, credentials: bool | None, headers: str | None) -> None:
    sent = {} if origin is None else {"origin": origin}
    text = POLICIES.replace('    - origins: ["null"]\n', "")
    async with engine(settings(text)) as client:
        answer = await client.post("{ hello }", headers=sent)
        preflight = await client.request(
            "OPTIONS", "/graphql", headers={**sent, "access-control-request-method": "POST"}
        )
        for reply in (answer, preflight):
            allowed = reply.headers.get("access-control-allow-origin")
            assert allowed == (origin if credentials is not None else None)
            given = reply.headers.get("access-control-allow-credentials")
            assert given == ("true" if credentials else None)
            # Whoever keeps answers must keep them apart by origin.
            assert "origin" in reply.headers["vary"]
        assert preflight.headers.get("access-control-allow-headers") == headers


async def test_limits_are_told_across_origins_where_the_policy_says_so() -> None:
    text = POLICIES.replace('    - origins: ["null"]\n', "")
    text += "rate_limits: {anonymous: {requests_per_second: 1}}"
    async with engine(settings(text)) as client:
        for status in (200, 429):
            reply = await client.post("{ hello }", headers={"origin": "https://portal.example"})
            assert reply.status == status
            assert reply.headers["access-control-expose-headers"] == "ratelimit, retry-after"
            assert reply.headers["access-control-allow-origin"] == "https://portal.example"


def test_the_origin_of_files_and_sandboxed_frames_cannot_be_admitted() -> None:
    with pytest.raises(Exception, match="is not an origin"):
        settings(POLICIES)


@pytest.mark.parametrize(
    ("method", "headers", "blocked"),
    [
        ("POST", {"content-type": "application/json"}, False),
        ("POST", {"content-type": "application/json; charset=utf-8"}, False),
        ("POST", {"content-type": "APPLICATION/JSON"}, False),
        ("POST", {"content-type": "text/plain"}, True),
        ("POST", {"content-type": "text/plain; application/json"}, True),
        ("POST", {"content-type": " text/plain"}, True),
        ("POST", {"content-type": "TEXT/PLAIN;charset=utf-8"}, True),
        ("POST", {"content-type": "multipart/form-data; boundary=application/json"}, True),
        ("POST", {"content-type": "application/x-www-form-urlencoded"}, True),
        ("POST", {"content-type": ""}, True),
        ("POST", {}, True),
        ("GET", {}, True),
        ("GET", {"apollo-require-preflight": ""}, True),
        ("GET", {"apollo-require-preflight": "x"}, False),
        ("GET", {"x-apollo-operation-name": "x"}, False),
        # Headers any page may send are none of them.
        ("GET", {"accept": "application/json", "accept-language": "zh"}, True),
        ("GET", {"cookie": "session=x", "origin": "https://evil.example"}, True),
        ("GET", {"authorization": "Bearer x"}, True),
    ],
)
async def test_what_a_foreign_page_could_send_is_blocked(
    method: str, headers: dict[str, str], blocked: bool
) -> None:
    async with engine() as client:
        if method == "GET":
            query = "query=%7B%20hello%20%7D"
            reply = await client.request("GET", "/graphql", query_string=query, headers=headers)
        else:
            body = b'{"query":"{ hello }"}'
            reply = await client.request("POST", "/graphql", headers=headers, chunks=(body,))
        assert (reply.status == 400 and reply.code == "CSRF_ERROR") is blocked
        assert bool(client.subgraph.calls) is not blocked


async def test_two_content_types_in_one_are_neither() -> None:
    async with engine() as client:
        headers = {"content-type": "text/plain, application/json"}
        reply = await client.request(
            "POST", "/graphql", headers=headers, chunks=(b'{"query":"{ hello }"}',)
        )
        assert (reply.status, reply.code) == (415, "INVALID_CONTENT_TYPE_HEADER")
        assert not client.subgraph.calls


def test_cookies_with_tokens_need_csrf_prevention() -> None:
    cookie = "authentication: {router: {jwt: {sources: [{type: cookie, name: s}]}}}"
    settings(cookie)
    with pytest.raises(Exception, match="need CSRF prevention"):
        settings(cookie + "\ncsrf: {unsafe_disabled: true}")
