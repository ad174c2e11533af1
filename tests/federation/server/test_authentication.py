"""Tokens: only those that hold are believed; what is wrong with one is told with 401."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from federation.errors import RequestError, SupergraphError
from federation.server.callers.authentication import Authenticator
from federation.server.callers.identity import NOBODY, ClientIdentity, IdentityRules
from federation.server.settings.authentication import (
    AuthenticationSection,
    Jwt,
    KeySetSource,
    RouterAuthentication,
)
from federation.server.settings.headers import HeaderRule, HeaderRules, Headers, Propagate
from federation.server.subgraphs.headers import HeaderPropagation
from federation.server.wire.request import HttpRequest

NOW = 1_700_000_000
KEY = ECKey.generate_key("P-256", {"kid": "k1"}, private=True)
GOOD = {"sub": "u1", "iss": "https://login.example", "aud": "hub", "exp": NOW + 60}


def http(value: str | None) -> HttpRequest:
    headers = [] if value is None else [(b"authorization", value.encode())]
    return HttpRequest("POST", b"", headers)


def token(claims: dict[str, Any], key: Any = KEY, algorithm: str = "ES256") -> str:
    return jwt.encode({"alg": algorithm, "kid": "k1"}, claims, key, algorithms=[algorithm])


async def claims_of(made: Authenticator, request: HttpRequest) -> Any:
    text = made.token(request)
    found = None if text is None else await made.credential(text)
    return None if found is None else found.claims


async def authenticator(folder: Path, **source: Any) -> Authenticator:
    path = folder / "jwks.json"
    path.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}), encoding="utf-8")
    given = {"issuers": ("https://login.example",), "audiences": ("hub",), **source}
    jwks = KeySetSource(url=path.as_uri(), **given)
    section = AuthenticationSection(router=RouterAuthentication(jwt=Jwt(jwks=(jwks,))))
    made = Authenticator(section, clock=lambda: NOW)
    await made.key_sets.start()
    return made


async def test_a_token_that_holds_gives_its_claims(tmp_path: Path) -> None:
    made = await authenticator(tmp_path)
    assert await claims_of(made, http(f"Bearer {token(GOOD)}")) == GOOD
    assert await claims_of(made, http(f"bearer  {token(GOOD)}")) == GOOD
    assert await claims_of(made, http(None)) is None
    assert await claims_of(made, http("Basic abc")) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": NOW - 31},
        {"exp": "soon"},
        {"exp": None},
        {"nbf": NOW + 31},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": []},
    ],
)
async def test_a_token_out_of_place_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    made = await authenticator(tmp_path)
    claims = {name: value for name, value in (GOOD | changed).items() if value is not None}
    with pytest.raises(RequestError) as refused:
        await claims_of(made, http(f"Bearer {token(claims)}"))
    assert (refused.value.code, refused.value.http_status) == ("UNAUTHENTICATED", 401)


async def test_forged_tokens_are_refused(tmp_path: Path) -> None:
    made = await authenticator(tmp_path)
    other = ECKey.generate_key("P-256", {"kid": "k1"}, private=True)
    head, body, signature = token(GOOD).split(".")
    public = json.dumps(KEY.as_dict(private=False))
    shared = token(GOOD, OctKey.import_key(public), "HS256")  # the public key as a shared secret
    nothing = token(GOOD).replace(head, "eyJhbGciOiJub25lIn0").rpartition(".")[0] + "."
    tampered = token(GOOD | {"sub": "admin"}).split(".")[1]
    for text in [
        token(GOOD, other),
        f"{head}.{tampered}.{signature}",
        f"{head}.{body}.",
        shared,
        nothing,
        "a.b.c",
        "",
        "x" * 10_000,
    ]:
        with pytest.raises(RequestError):
            await claims_of(made, http(f"Bearer {text}"))


async def test_a_withdrawn_key_is_no_longer_believed(tmp_path: Path) -> None:
    made = await authenticator(tmp_path)
    bearer = http(f"Bearer {token(GOOD)}")
    assert await claims_of(made, bearer) == GOOD
    other = ECKey.generate_key("P-256", {"kid": "k1"}, private=True)
    keys = {"keys": [other.as_dict(private=False)]}
    (tmp_path / "jwks.json").write_text(json.dumps(keys), encoding="utf-8")
    await made.key_sets.start()
    with pytest.raises(RequestError):
        await claims_of(made, bearer)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"keys": 1}', "not json"])
async def test_an_unusable_key_set_stops_the_start(tmp_path: Path, content: str) -> None:
    made = await authenticator(tmp_path)
    (tmp_path / "jwks.json").write_text(content, encoding="utf-8")
    with pytest.raises(SupergraphError, match=r"jwks\.json cannot be read"):
        await made.key_sets.start()


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://login.example/jwks"},
        {"url": "ftp://x"},
        {"url": "file:///x", "algorithms": ("HS256",)},
        {"url": "file:///x", "algorithms": ("none",)},
    ],
)
def test_unsafe_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"'url'|'algorithms'"):
        KeySetSource(**wrong)


class _Named:
    """Everyone is who their header says; for tests."""

    reserved = frozenset({"x-hub-identity"})

    def identify(self, http: HttpRequest, claims: Any) -> ClientIdentity:
        name = http.header(b"x-name")
        if name is None:
            return NOBODY
        return ClientIdentity(name, lambda: {"x-hub-identity": name.decode()})


async def test_clients_cannot_set_reserved_headers() -> None:
    rule = HeaderRule(propagate=Propagate(matching="x-.*"))
    rules = HeaderPropagation(Headers(all=HeaderRules(request=(rule,))))
    made = IdentityRules(rules, Authenticator(AuthenticationSection()), _Named())
    forged = [(b"x-hub-identity", b"admin"), (b"x-a", b"1")]
    for headers, expected in [
        (forged, {"x-a": "1"}),
        ([*forged, (b"x-name", b"u")], {"x-a": "1", "x-name": "u", "x-hub-identity": "u"}),
    ]:
        request = HttpRequest("POST", b"", headers)
        headers_for = made.headers_for(await made.identify(request), headers)
        assert headers_for is not None
        assert headers_for("a") == expected
