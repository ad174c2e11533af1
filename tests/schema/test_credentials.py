"""Who a caller is: by claims, by marked development identities, by the hub's signed statement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.identity import ANONYMOUS, Caller, Role, service
from schema.common.errors import CodedError
from schema.credentials import CredentialsRefused, caller_of_claims, caller_of_header
from schema.identity import HEADER, IdentityKey

KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"sub": "u"}, Caller("u")),
        ({"sub": "u", "hub_role": "CNIPA_ADMIN"}, Caller("u", Role.CNIPA_ADMIN)),
        (
            {"sub": "u", "hub_role": "INDUSTRY_CENTER", "hub_center": "ic-440300-01"},
            Caller("u", Role.INDUSTRY_CENTER, center="IC-440300-01"),
        ),
        (
            {"sub": "u", "hub_role": "PROVINCIAL_OFFICE", "hub_jurisdiction": "440300"},
            Caller("u", Role.PROVINCIAL_OFFICE, jurisdiction="440300"),
        ),
        (
            {
                "sub": "u",
                "hub_role": "FRONTEND",
                "hub_center": "IC-440300-01",
                "scope": "a contact:read",
            },
            Caller("u", Role.FRONTEND, scopes=frozenset({"a", "contact:read"})),
        ),
    ],
)
def test_claims_describe_the_caller(claims: dict[str, Any], expected: Caller) -> None:
    assert caller_of_claims(claims) == expected


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": ""},
        {"sub": 1},
        {"sub": "u", "hub_role": "KING"},
        {"sub": "u", "hub_role": 1},
        {"sub": "u", "hub_role": "SERVICE"},
        {"sub": "u", "hub_role": "INDUSTRY_CENTER"},
        {"sub": "u", "hub_role": "INDUSTRY_CENTER", "hub_center": "RC-440300-01"},
        {"sub": "u", "hub_role": "FUNCTIONAL_PLATFORM", "hub_center": "IC-440300-01"},
        {"sub": "u", "hub_role": "INDUSTRY_CENTER", "hub_center": ["IC-440300-01"]},
        {"sub": "u", "hub_role": "PROVINCIAL_OFFICE", "hub_jurisdiction": "440305"},
        {"sub": "u", "hub_role": "THIRD_PARTY_INSTITUTION", "hub_uscc": "91440305MA9T00018X"},
    ],
)
def test_claims_that_contradict_themselves_are_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(CredentialsRefused):
        caller_of_claims(claims)


def test_development_identities() -> None:
    caller = caller_of_header("Dev PROVINCIAL_OFFICE 440000", development=True)
    assert (caller.role, caller.jurisdiction) == (Role.PROVINCIAL_OFFICE, "440000")
    assert caller.scopes == frozenset()
    caller = caller_of_header("Dev FRONTEND contact:read", development=True)
    assert (caller.role, caller.scopes) == (Role.FRONTEND, frozenset({"contact:read"}))
    assert caller.subject.startswith("development:")
    assert caller_of_header(None, development=True) == ANONYMOUS
    for text in ["Dev", "Dev KING", "Dev SERVICE", "Dev INDUSTRY_CENTER", "Dev A B C", "Basic x"]:
        with pytest.raises(CredentialsRefused):
            caller_of_header(text, development=True)


@pytest.mark.parametrize("text", ["Dev CNIPA_ADMIN", "Bearer x", "Basic x", "dev x", "x" * 9000])
def test_outside_development_nothing_but_a_token_is_believed(text: str) -> None:
    with pytest.raises(CredentialsRefused):
        caller_of_header(text, development=False)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2024, 1, 1, 12, 0, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize(
    "caller",
    [
        Caller("u", Role.CNIPA_ADMIN),
        Caller("示例", Role.INDUSTRY_CENTER, center="IC-440300-01", scopes=frozenset({"a", "b"})),
        Caller("p", Role.PROVINCIAL_OFFICE, jurisdiction="440300"),
        service("worker"),
    ],
)
def test_a_statement_says_the_caller_for_two_minutes(caller: Caller) -> None:
    clock = Clock()
    key = IdentityKey(KEY, clock)
    text = key.headers(caller)[HEADER]
    assert key.headers(caller)[HEADER] == text
    assert IdentityKey(KEY, clock).verify(text) == caller
    clock.now += timedelta(seconds=89)
    assert key.verify(text) == caller
    clock.now += timedelta(seconds=2)
    with pytest.raises(CodedError):
        key.verify(text)


def test_forged_statements_are_refused() -> None:
    clock = Clock()
    text = IdentityKey(KEY, clock).sign(Caller("u", Role.FRONTEND))
    head, body, signature = text.split(".")
    admin = IdentityKey(KEY, clock).sign(Caller("u", Role.CNIPA_ADMIN)).split(".")[1]
    other = IdentityKey(KEY[::-1], clock)
    assert IdentityKey(KEY, clock).headers(ANONYMOUS) == {}
    assert other.verify(None) == ANONYMOUS
    with pytest.raises(CodedError):
        other.verify(text)
    for wrong in [f"{head}.{admin}.{signature}", f"{head}.{body}.", "", "x.y.z", "x" * 5000]:
        with pytest.raises(CodedError) as refused:
            IdentityKey(KEY, clock).verify(wrong)
        assert refused.value.extensions == {"code": "UNAUTHENTICATED"}
    with pytest.raises(ValueError, match="32"):
        IdentityKey("short")
