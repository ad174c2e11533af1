"""Every kind of credentials in every state: who is let in, and what the others are told.

The table is the specification; each line is asked of the rules as the pipeline asks them.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from federation.config.load import parse_config
from federation.errors import RequestError
from federation.server.app import Surroundings
from federation.server.callers.authentication import Authenticator
from federation.server.callers.client_certificates import CertificateRules
from federation.server.callers.credentials import Tell
from federation.server.callers.identity import NOBODY, ClientIdentity, IdentityRules
from federation.server.callers.peer import PeerCertificate, Proxies, read_certificate
from federation.server.settings.engine import EngineSettings
from federation.server.subgraphs.headers import HeaderPropagation
from federation.server.wire.request import HttpRequest
from tests.federation.server.harness import Subgraph, engine

CENTER, OTHER = "IC-440300-01", "IC-110000-01"
KEY = ECKey.generate_key("P-256", {"kid": "main"}, private=True)
CENTER_KEY = RSAKey.generate_key(2048, {"kid": "center"}, private=True)
FOREIGN = ECKey.generate_key("P-256", {"kid": "main"}, private=True)
ISSUER, CENTER_ISSUER = "https://login.example", "https://login.center.example"


def token(key: Any = KEY, algorithm: str = "ES256", kid: str | None = "main", **more: Any) -> str:
    claims = {"sub": "u1", "iss": ISSUER, "aud": "hub", "exp": int(time.time()) + 60, **more}
    given = {name: value for name, value in claims.items() if value is not None}
    head = {"alg": algorithm, **({} if kid is None else {"kid": kid})}
    return jwt.encode(head, given, key, algorithms=[algorithm])


def center_token(**more: Any) -> str:
    claims = {"iss": CENTER_ISSUER, "hub_center": CENTER, "hub_role": "INDUSTRY_CENTER", **more}
    return token(CENTER_KEY, "RS256", "center", **claims)


def unsigned(**more: Any) -> str:
    """A token that says it needs no signature."""
    _, body, _ = token(**more).split(".")
    head = urlsafe_b64encode(b'{"alg":"none","kid":"main"}').rstrip(b"=").decode()
    return f"{head}.{body}."


def confused() -> str:
    """The public key taken for a shared secret, in both forms attackers try."""
    public = OctKey.import_key(json.dumps(KEY.as_dict(private=False)))
    return token(public, "HS256")


class HeldKey:
    def __init__(self, organization: str = CENTER, expires_at: float | None = None) -> None:
        self.claims = {"sub": "api-key:k", "organization": organization}
        self.organization = organization
        self.scopes = frozenset({"contact:read"})
        self.expires_at = expires_at
        self.ends_soon = expires_at is not None

    def watch(self, tell: Tell) -> Tell:
        return lambda: None


class Keys:
    """Keys by their text; whatever is not here does not hold."""

    def __init__(self) -> None:
        self.known = {
            "zth_good": HeldKey(),
            "zth_other": HeldKey(OTHER),
            "zth_old": HeldKey(expires_at=2_000_000_000.0),
        }

    async def identify(self, key: str) -> HeldKey | None:
        if key == "zth_broken":
            raise ConnectionError("postgres://hub:secret@db")
        return self.known.get(key)


def certificate(organization: str, uri: str | None = None) -> tuple[PeerCertificate, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    if uri is not None:
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)])
        builder = builder.add_extension(names, critical=False)
    der = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    return read_certificate(der), der


OURS, OURS_DER = certificate("Center", f"urn:cn-ip:center:{CENTER}")
THEIRS, _ = certificate("Other", f"urn:cn-ip:center:{OTHER}")
STRANGER, _ = certificate("Nobody", "urn:cn-ip:center:XX")


def settings(folder: Path, more: str = "") -> EngineSettings:
    for name, key in (("main", KEY), ("center", CENTER_KEY)):
        (folder / f"{name}.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    return parse_config(
        f"""
        authentication:
          router:
            jwt:
              sources: [{{ type: cookie, name: session }}, {{ type: header, name: x-token }}]
              jwks:
                - url: {(folder / "main.json").as_uri()}
                  issuers: [{ISSUER}]
                  audiences: [hub]
                - url: {(folder / "center.json").as_uri()}
                  issuers: [{CENTER_ISSUER}]
                  organizations: [{CENTER}]
                  roles: [INDUSTRY_CENTER]
        tls:
          supergraph:
            certificate: unused
            key: unused
            client_authentication:
              mode: request
              ca: unused
              organizations:
                {CENTER}:
                  uris: ["urn:cn-ip:center:{CENTER}"]
                  organization_names: [Center]
                  claims: {{ hub_role: INDUSTRY_CENTER }}
                  scopes: ["contact:read"]
                {OTHER}: {{ uris: ["urn:cn-ip:center:{OTHER}"] }}
        proxies: {{ trusted: [10.0.0.0/8], client_certificates: true }}
        {more}
        """,
        EngineSettings,
    )


async def rules(folder: Path, more: str = "", *, keys: Keys | None = None) -> IdentityRules:
    given = settings(folder, more)
    authenticator = Authenticator(given.authentication)
    await authenticator.key_sets.start()
    return IdentityRules(
        HeaderPropagation(given.headers),
        authenticator,
        None,
        keys or Keys(),
        CertificateRules(given.tls.supergraph.client_authentication),
        Proxies(given.proxies),
    )


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


async def ask(
    made: IdentityRules,
    headers: Mapping[str, str],
    shown: PeerCertificate | None = None,
    address: str = "203.0.113.9",
) -> ClientIdentity:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return await made.identify(HttpRequest("POST", b"", raw, address=address, certificate=shown))


PASSED_ON = {"client-cert": f":{b64encode(OURS_DER).decode()}:"}

# what is sent → the organisation it is, "" for somebody without one, None for nobody
LET_IN: dict[str, tuple[Any, str | None]] = {
    "nothing": (dict, None),
    "a token": (lambda: bearer(token()), ""),
    "a token of an organisation": (lambda: bearer(token(hub_center=CENTER)), CENTER),
    "a token of a centre's own issuer": (lambda: bearer(center_token()), CENTER),
    "a token of it without a role": (lambda: bearer(center_token(hub_role=None)), CENTER),
    "a token without a kid": (lambda: bearer(token(kid=None)), ""),
    "the scheme in other letters": (lambda: {"authorization": f"bEARER  {token()} "}, ""),
    "a token in a cookie": (lambda: {"cookie": f"a=b; session={token()}; c=d"}, ""),
    "a token in another header": (lambda: {"x-token": token()}, ""),
    "the header before the cookie": (
        lambda: {**bearer(token(hub_center=CENTER)), "cookie": "session=rubbish"},
        CENTER,
    ),
    "a key": (lambda: {"x-api-key": "zth_good"}, CENTER),
    "a key as authorization": (lambda: {"authorization": "ApiKey zth_good"}, CENTER),
    "a cookie that is no token": (lambda: {"cookie": "theme=dark"}, None),
}

REFUSED: dict[str, Any] = {
    "a token out of date": lambda: bearer(token(exp=int(time.time()) - 31)),
    "a token without an end": lambda: bearer(token(exp=None)),
    "a token with an endless end": lambda: bearer(token(exp=float("inf"))),
    "a token with a true end": lambda: bearer(token(exp=True)),
    "a token not valid yet": lambda: bearer(token(nbf=int(time.time()) + 60)),
    "another issuer": lambda: bearer(token(iss="https://evil.example")),
    "no issuer": lambda: bearer(token(iss=None)),
    "another audience": lambda: bearer(token(aud="other")),
    "an audience that is none": lambda: bearer(token(aud=[{"hub": 1}])),
    "an unknown kid": lambda: bearer(token(kid="other")),
    "a key of somebody else's": lambda: bearer(token(FOREIGN)),
    "no signature": lambda: bearer(unsigned()),
    "the public key as a secret": lambda: bearer(confused()),
    "one issuer's token by another's key": lambda: bearer(token(iss=CENTER_ISSUER)),
    "a token that is none": lambda: bearer("a.b.c"),
    "an empty token": lambda: {"authorization": "Bearer"},
    "a token too long": lambda: bearer(token(filler="x" * 9_000)),
    "a centre's issuer for another centre": lambda: bearer(center_token(hub_center=OTHER)),
    "a centre's issuer for nobody": lambda: bearer(center_token(hub_center=None)),
    "a centre's issuer for two": lambda: bearer(center_token(organization=OTHER)),
    "a centre's issuer for another kind": lambda: bearer(center_token(hub_jurisdiction="440000")),
    "a centre's issuer for a list": lambda: bearer(center_token(hub_center=[CENTER])),
    "a centre's issuer making an administrator": lambda: bearer(
        center_token(hub_role="CNIPA_ADMIN")
    ),
    "an unknown key": lambda: {"x-api-key": "zth_unknown"},
    "an empty key": lambda: {"x-api-key": ""},
    "a key as authorization that is unknown": lambda: {"authorization": "ApiKey zth_unknown"},
    "a key as a token": lambda: bearer("zth_good"),
    "a token and a key": lambda: {**bearer(token()), "x-api-key": "zth_good"},
    "a key twice": lambda: {"authorization": "ApiKey zth_good", "x-api-key": "zth_good"},
    "a key and a cookie's token": lambda: {"x-api-key": "zth_good", "cookie": f"session={token()}"},
    "another scheme": lambda: {"authorization": "Basic dTpw"},
}


@pytest.mark.parametrize("name", LET_IN)
async def test_who_is_let_in(name: str, tmp_path: Path) -> None:
    make, organization = LET_IN[name]
    client = await ask(await rules(tmp_path), make())
    if organization is None:
        assert client is NOBODY
    else:
        assert client.validity is not None
        assert client.key is not None
        assert (client.organization or "") == organization


@pytest.mark.parametrize("name", REFUSED)
async def test_who_is_refused(name: str, tmp_path: Path) -> None:
    made = await rules(tmp_path)
    for _ in range(2):  # also from what was kept of the first time
        with pytest.raises(RequestError) as refused:
            await ask(made, REFUSED[name]())
        assert (refused.value.code, refused.value.http_status) == ("UNAUTHENTICATED", 401)


@pytest.mark.parametrize(
    ("shown", "headers", "organization"),
    [
        (OURS, {}, CENTER),
        (OURS, {"x-api-key": "zth_good"}, CENTER),
        (THEIRS, {}, OTHER),
        (STRANGER, {}, "401"),
        (OURS, {"x-api-key": "zth_other"}, "401"),
        (THEIRS, {"x-api-key": "zth_good"}, "401"),
        (STRANGER, {"x-api-key": "zth_good"}, "401"),
        (OURS, {"x-api-key": "zth_unknown"}, "401"),
        # Only the connection says who is connected.
        (None, PASSED_ON, None),
        (THEIRS, PASSED_ON, OTHER),
    ],
)
async def test_certificates(
    shown: PeerCertificate | None,
    headers: dict[str, str],
    organization: str | None,
    tmp_path: Path,
) -> None:
    made = await rules(tmp_path)
    if organization == "401":
        with pytest.raises(RequestError, match=r"organisation|API key"):
            await ask(made, headers, shown)
        return
    client = await ask(made, headers, shown)
    assert client.organization == organization
    if shown is OURS:
        assert client.scopes == {"contact:read"}


async def test_a_certificate_with_a_token_of_the_same_organisation(tmp_path: Path) -> None:
    made = await rules(tmp_path)
    client = await ask(made, bearer(center_token(sub="u7")), OURS)
    assert client.claims is not None
    assert client.claims["sub"] == "u7"
    with pytest.raises(RequestError, match="another organisation"):
        await ask(made, bearer(token()), OURS)


@pytest.mark.parametrize(
    ("address", "headers", "organization"),
    [
        ("10.1.2.3", PASSED_ON, CENTER),
        ("::ffff:10.1.2.3", PASSED_ON, CENTER),
        ("10.1.2.3", {}, None),
        ("11.1.2.3", PASSED_ON, None),
        ("10.1.2.3", {"client-cert": "rubbish"}, "401"),
        ("10.1.2.3", {"client-cert": ":AAAA:"}, "401"),
        ("10.1.2.3", {"client-cert": ":?:"}, "401"),
        ("10.1.2.3", {"client-cert": ":"}, "401"),
    ],
)
async def test_only_trusted_proxies_pass_certificates_on(
    address: str, headers: dict[str, str], organization: str | None, tmp_path: Path
) -> None:
    made = await rules(tmp_path)
    if organization == "401":
        with pytest.raises(RequestError, match="no usable certificate"):
            await ask(made, headers, None, address)
    else:
        assert (await ask(made, headers, None, address)).organization == organization


@pytest.mark.parametrize(
    ("address", "forwarded", "expected"),
    [
        ("203.0.113.9", "1.1.1.1", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1", "1.1.1.1"),
        ("10.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        ("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1"),
        ("10.0.0.1", "1.1.1.1:4711", "1.1.1.1"),
        ("10.0.0.1", "[2001:db8::1]:80", "2001:db8::1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
    ],
)
def test_the_address_behind_proxies(
    address: str, forwarded: str, expected: str, tmp_path: Path
) -> None:
    proxies = Proxies(settings(tmp_path).proxies)
    headers = [(b"x-forwarded-for", forwarded.encode())]
    assert proxies.client_address(address, headers) == expected


async def test_a_repeated_header_is_refused(tmp_path: Path) -> None:
    made = await rules(tmp_path)
    line = (b"authorization", f"Bearer {token()}".encode())
    for headers in ([line, line], [(b"authorization", b"Bearer x"), line]):
        with pytest.raises(RequestError, match="several credentials"):
            await made.identify(HttpRequest("POST", b"", headers))


async def test_when_keys_cannot_be_checked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = await rules(tmp_path)
    with pytest.raises(RequestError) as refused:
        await ask(made, {"x-api-key": "zth_broken"})
    assert (refused.value.code, refused.value.http_status) == ("AUTHENTICATION_UNAVAILABLE", 503)
    assert "ConnectionError" in caplog.text
    assert "secret" not in caplog.text + refused.value.message


async def test_a_key_is_not_passed_on_whatever_the_rules_say(tmp_path: Path) -> None:
    more = "headers: {all: {request: [{propagate: {matching: '.*'}}]}}"
    made = await rules(tmp_path, more)
    for headers in ({"x-api-key": "zth_good", "x-a": "1"}, {"authorization": "ApiKey zth_good"}):
        client = await ask(made, headers)
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        headers_for = made.headers_for(client, raw)
        assert headers_for is not None
        assert "zth_good" not in str(headers_for("demo"))
    raw = [(b"authorization", b"Bearer x")]
    headers_for = made.headers_for(NOBODY, raw)
    assert headers_for is not None
    assert headers_for("demo") == {"authorization": "Bearer x"}


async def test_going_on_without_a_token_that_does_not_hold(tmp_path: Path) -> None:
    given = settings(tmp_path)
    for error, ignore, header, expected in [
        ("Continue", "false", "Bearer a.b.c", NOBODY),
        ("Error", "true", "Basic dTpw", NOBODY),
    ]:
        text = f"""
        authentication: {{router: {{jwt: {{
          on_error: {error}, ignore_other_prefixes: {ignore},
          jwks: [{{url: "{given.authentication.router.jwt.jwks[0].url}"}}]}}}}}}
        """
        authenticator = Authenticator(parse_config(text, EngineSettings).authentication)
        await authenticator.key_sets.start()
        made = IdentityRules(HeaderPropagation(given.headers), authenticator, None)
        assert await ask(made, {"authorization": header}) is expected


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_over_http_the_status_is_401_with_both_media_types(
    accept: str, tmp_path: Path
) -> None:
    around = Surroundings(api_keys=Keys())
    async with engine(settings(tmp_path), around) as client:
        for headers, status in [
            (bearer("a.b.c"), 401),
            ({"x-api-key": "zth_unknown"}, 401),
            ({"x-api-key": "zth_broken"}, 503),
            ({"x-api-key": "zth_good"}, 200),
            (bearer(token()), 200),
            ({}, 200),
        ]:
            reply = await client.post("{ hello }", headers={"accept": accept, **headers})
            assert reply.status == status
            assert reply.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)
        reply = await client.post("{ hello }", headers={"x-api-key": "zth_old"})
        assert reply.headers["x-api-key-expires"] == "2033-05-18T03:33:20Z"
        assert isinstance(client.subgraph, Subgraph)
